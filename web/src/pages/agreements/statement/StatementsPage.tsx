import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "react-router";
import { http } from "../../../api/http";
import { core } from "../../../i18n/core";
import { instant } from "../../../i18n/format";
import { inLanguage, useLanguage } from "../../../i18n/language";
import { useWords } from "../../../i18n/messages";
import { worded } from "../../../i18n/problems";
import { statements } from "../../../i18n/statements";
import { useNow } from "../../../live/clock";
import { Button, ButtonLink } from "../../../ui/Button";
import { Empty } from "../../../ui/Empty";
import { Icon } from "../../../ui/Icon";
import { useNotice } from "../../../ui/notices";
import { KEY, path, useContract, usePeriods, useStatements } from "../api";
import { monthName } from "../figures";
import type { Period, Statement, StatementLine } from "../model";
import "./statement.css";

/** Every month of a contract with its statements, corrections under what they correct; a settled month can be issued. */
export default function StatementsPage() {
  const t = useWords(statements);
  const w = useWords(core);
  const lang = useLanguage();
  const { id = "" } = useParams();
  const contract = useContract(id);
  const periods = usePeriods(id);
  const made = useStatements(id);
  const error = periods.error ?? made.error ?? contract.error;
  const edits = contract.data?.may.includes("edit") ?? false;
  const rows = (periods.data?.items ?? []).map((period) => ({
    period,
    made: (made.data?.items ?? []).filter((one) => one.period === period.key),
  }));
  return (
    <div className="sm">
      <section className="sm-bar" aria-label={t("title")}>
        <Link className="back" to={`/agreements/${encodeURIComponent(id)}`}>
          <Icon name="left" size={14} />
          {t("back")}
        </Link>
      </section>
      <div className="sm-list ag">
        <div className="ag-h">
          <h1>{t("history")}</h1>
          <span className="jt-note">{contract.data ? inLanguage(contract.data.names, lang) : ""}</span>
        </div>
        {periods.isPending ? <p role="status">{w("loading")}</p> : null}
        {error ? <Empty kind="lost">{worded(error)}</Empty> : null}
        {periods.isSuccess && rows.length === 0 ? <Empty kind="none">{t("noneYet")}</Empty> : null}
        {rows.length > 0 ? (
          <div className="ag-scroll">
            <table>
              <thead>
                <tr>
                  <th scope="col" className="l">
                    {t("month")}
                  </th>
                  <th scope="col" className="l">
                    {t("number")}
                  </th>
                  <th scope="col" className="l">
                    {t("status")}
                  </th>
                  <th scope="col" className="l">
                    {t("signedBy")}
                  </th>
                  <th scope="col" />
                </tr>
              </thead>
              <tbody>
                {rows.map(({ period, made: some }) =>
                  some.length === 0 ? (
                    <Open key={period.key} contract={id} period={period} edits={edits} />
                  ) : (
                    some.map((one, i) => <Made key={one.id} one={one} first={i === 0} />)
                  ),
                )}
              </tbody>
            </table>
          </div>
        ) : null}
      </div>
    </div>
  );
}

function Made({ one, first }: { one: StatementLine; first: boolean }) {
  const t = useWords(statements);
  const lang = useLanguage();
  return (
    <tr>
      <td className="l">{first ? monthName(one.period, lang, true) : ""}</td>
      <td className="l">
        <Link to={`/agreements/statements/${encodeURIComponent(one.number)}`}>{one.number}</Link>
        {one.reason ? <span className="jt-note"> {one.reason}</span> : null}
      </td>
      <td className="l">{t(`state.${one.state}`)}</td>
      <td className="l">
        {one.approvals
          .filter((each) => each.decision === "approved")
          .map((each) => `${each.by_name} ${instant(each.at, "day", lang)}`)
          .join(", ") || <span className="jt-nodata">–</span>}
      </td>
      <td />
    </tr>
  );
}

function Open({ contract, period, edits }: { contract: string; period: Period; edits: boolean }) {
  const t = useWords(statements);
  const lang = useLanguage();
  const notice = useNotice();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const now = useNow();
  const closing = useMutation({
    mutationFn: () => http.post<Statement>(path(contract, "/close"), { body: { period: period.key } }),
    onSuccess: async (made) => {
      await queries.invalidateQueries({ queryKey: [KEY] });
      notice.done(t("closed", { number: made.number }));
      void navigate(`/agreements/statements/${encodeURIComponent(made.number)}`);
    },
    onError: notice.failed,
  });
  const settled = period.settles_at <= now;
  return (
    <tr>
      <td className="l">{monthName(period.key, lang, true)}</td>
      <td className="l">
        <span className="jt-nodata">–</span>
      </td>
      <td className="l">
        {t(settled ? "period.provisional" : "period.open")}
        {settled ? null : (
          <span className="jt-note"> {t("settlesAt", { at: instant(period.settles_at, "moment", lang) })}</span>
        )}
      </td>
      <td className="l" />
      <td>
        {edits ? (
          <span className="jt-row" style={{ justifyContent: "flex-end" }}>
            <ButtonLink kind="quiet" to={`/agreements/${encodeURIComponent(contract)}/preview?month=${period.key}`}>
              {t("preview")}
            </ButtonLink>
            {settled ? (
              <Button disabled={closing.isPending} onClick={() => closing.mutate()}>
                {t("close")}
              </Button>
            ) : null}
          </span>
        ) : null}
      </td>
    </tr>
  );
}
