import { Link, useSearchParams } from "react-router";
import { agreements } from "../../i18n/agreements";
import { core } from "../../i18n/core";
import { inLanguage, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { worded } from "../../i18n/problems";
import { useMay, useSession } from "../../session/session";
import { Button, ButtonLink } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import { useContracts } from "./api";
import { Amount, Segments, VerdictMark } from "./Bits";
import { dayName, inUnit, unitSign } from "./figures";
import type { FigureShape, Line } from "./model";

type Which = "all" | "client" | "partner";

/** Every agreement one may see: its main objective beside true access, the money so far, and what waits for the reader. */
export function ListPage() {
  const t = useWords(agreements);
  const w = useWords(core);
  const mayEdit = useMay("contract.edit");
  const { clients } = useSession();
  const [params, setParams] = useSearchParams();
  const asked = params.get("with");
  const which: Which = asked === "client" || asked === "partner" ? asked : "all";
  const choose = (next: Which) => setParams(next === "all" ? {} : { with: next }, { replace: true });
  const query = useContracts();
  const all = query.data?.items ?? [];
  const items = all.filter((one) => which === "all" || one.direction === which);
  const outside = clients !== null && !mayEdit; // a client's own people have no partners of ours to look at
  return (
    <div className="ag">
      <section className="ag-bar" aria-label={t("direction")}>
        <h1>{t("title")}</h1>
        {outside ? null : (
          <Segments
            label={t("direction")}
            value={which}
            choose={choose}
            options={[
              ["all", t("allDirections")],
              ["client", t("ofClients")],
              ["partner", t("ofPartners")],
            ]}
          />
        )}
        <span className="jt-fill" />
        {mayEdit ? (
          <ButtonLink to="/agreements/new" kind="main" icon="plus">
            {t("newContract")}
          </ButtonLink>
        ) : null}
      </section>
      {query.isPending ? (
        <p className="ag-wait jt-note" role="status">
          {w("loading")}
        </p>
      ) : null}
      {query.error ? (
        <Empty
          kind="lost"
          inline={all.length > 0}
          action={<Button onClick={() => void query.refetch()}>{w("retry")}</Button>}
        >
          {worded(query.error)}
        </Empty>
      ) : null}
      {query.isSuccess && all.length === 0 ? (
        <Empty kind="none">{t(mayEdit ? "noneYet" : "noneYetRead")}</Empty>
      ) : null}
      {query.isSuccess && all.length > 0 && items.length === 0 ? (
        <Empty kind="filtered" action={<Button onClick={() => choose("all")}>{t("showAll")}</Button>}>
          {t("noneFiltered")}
        </Empty>
      ) : null}
      {items.length > 0 ? (
        <div className="ag-scroll">
          <table className="ag-list ag-cards">
            <thead>
              <tr>
                <th scope="col" className="l">
                  {t("contract")}
                </th>
                <th scope="col" className="l">
                  {t("client")}
                </th>
                <th scope="col" className="l">
                  {t("services")}
                </th>
                <th scope="col" className="l">
                  {t("period")}
                </th>
                <th scope="col">{t("mainObjective")}</th>
                <th scope="col">{t("trueAccess")}</th>
                <th scope="col" className="l">
                  {t("state")}
                </th>
                <th scope="col">{t("moneySoFar")}</th>
                <th scope="col" className="l">
                  {t("waitingForMe")}
                </th>
              </tr>
            </thead>
            <tbody>
              {items.map((one) => (
                <Row key={one.id} one={one} />
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
    </div>
  );
}

function Row({ one }: { one: Line }) {
  const t = useWords(agreements);
  const lang = useLanguage();
  const waits = (["version", "exclusion", "statement"] as const).flatMap((kind) => {
    const n = one.waiting.filter((each) => each.kind === kind).length;
    return n > 0 ? [t(`waits.${kind}s`, { n })] : [];
  });
  return (
    <tr>
      <td className="l c">
        <Link to={`/agreements/${encodeURIComponent(one.id)}`}>{inLanguage(one.names, lang)}</Link>
      </td>
      <td className="l c" data-label={t(one.direction)}>
        {inLanguage(one.client_names, lang)}
      </td>
      <td className="l c wide">
        {one.services.map((each) => inLanguage(each, lang)).join(lang === "en" ? ", " : "、")}
      </td>
      <td className="l wide">
        {one.end
          ? t("periodOf", { from: dayName(one.start, lang, true), to: dayName(one.end, lang, true) })
          : dayName(one.start, lang, true)}
      </td>
      <td data-label={t("mainObjective")}>
        <Large figure={one.main} />
        {one.target !== null && one.main ? (
          <span className="ag-u"> / {inUnit(one.target, one.main.unit, lang)}</span>
        ) : null}
      </td>
      <td data-label={t("trueAccess")}>
        <Large figure={one.access} />
      </td>
      <td className="l">
        {one.state === "active" && one.verdict ? <VerdictMark verdict={one.verdict} /> : t(`state.${one.state}`)}
      </td>
      <td data-label={t("moneySoFar")}>
        <Amount value={one.money?.net} />
        {one.money ? <span className="ag-u"> {one.money.currency}</span> : null}
      </td>
      <td className={`l wide ${waits.length > 0 ? "jt-strong" : ""}`}>
        {waits.length > 0 ? (
          waits.join(lang === "en" ? ", " : "、")
        ) : (
          <span className="jt-zero">{t("nothingWaits")}</span>
        )}
      </td>
    </tr>
  );
}

function Large({ figure }: { figure: FigureShape | null }) {
  const lang = useLanguage();
  if (!figure || figure.value === null) return <span className="jt-nodata">–</span>;
  return (
    <span className="jt-num ag-lead">
      {inUnit(figure.value, figure.unit, lang)}
      <span className="ag-u"> {unitSign(figure.unit)}</span>
    </span>
  );
}
