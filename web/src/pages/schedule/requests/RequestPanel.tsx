import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Input } from "antd";
import { useId, useState } from "react";
import { http } from "../../../api/http";
import { instant, zone } from "../../../i18n/format";
import { useLanguage } from "../../../i18n/language";
import { useWords } from "../../../i18n/messages";
import { schedule } from "../../../i18n/schedule";
import { scheduleFaults } from "../../../i18n/scheduleFaults";
import { scheduleRequests } from "../../../i18n/scheduleRequests";
import { Button } from "../../../ui/Button";
import { Icon } from "../../../ui/Icon";
import { useNotice } from "../../../ui/notices";
import { PLANNING, type Request, type RequestDetail } from "../api";
import { FigureTable } from "../EffectPanel";
import { type FaultWords, faultTitle, faultWhy } from "../faults";
import { useSkills } from "../setupData";
import { useClocks } from "../words";
import { daySaid, requestSaid } from "./words";

/** One request: what it asks, what the schedule and the cover would be, which rules it breaks; and the decision. */
export function RequestPanel({ chosen, decides }: { chosen: Request; decides: boolean }) {
  const t = useWords(scheduleRequests);
  const s = useWords(schedule);
  const f = useWords(scheduleFaults);
  const lang = useLanguage();
  const clocks = useClocks();
  const notice = useNotice();
  const queries = useQueryClient();
  const skillOf = useSkills();
  const field = useId();
  const [reason, setReason] = useState("");
  const [over, setOver] = useState(false);
  const [tried, setTried] = useState(false);
  const open = chosen.state === "awaiting" || chosen.state === "offered";
  const called = chosen.kind === "call_up" || chosen.kind === "overtime";
  const detail = useQuery({
    queryKey: ["schedule-request", chosen.id, chosen.state],
    queryFn: ({ signal }) => http.get<RequestDetail>(`${PLANNING}/requests/${chosen.id}`, { signal }),
  });
  const again = async () => {
    await queries.invalidateQueries({ queryKey: ["schedule-requests"] });
    await queries.invalidateQueries({ queryKey: ["schedule-request"] });
    await queries.invalidateQueries({ queryKey: ["schedule"] });
  };
  const decide = useMutation({
    mutationFn: (decision: "approve" | "refuse") =>
      http.post<Request>(`${PLANNING}/requests/${chosen.id}/decide`, {
        body: { decision, reason: reason.trim(), over },
      }),
    onSuccess: async (done) => {
      if (done.state === "refused") notice.done(t("refused"));
      else notice.done(done.version === null ? t("approvedPlain") : t("approved", { n: done.version }));
      await again();
    },
    onError: notice.failed,
  });
  const cancel = useMutation({
    mutationFn: () => http.post<Request>(`${PLANNING}/call-ups/${chosen.id}/cancel`),
    onSuccess: async () => {
      notice.done(t("cancelled"));
      await again();
    },
    onError: notice.failed,
  });
  const found = detail.data;
  const words: FaultWords = {
    f,
    t: s,
    clocks,
    zone: zone(),
    lang,
    nameOf: (id) =>
      id === chosen.agent
        ? chosen.agent_name
        : id === chosen.partner
          ? (chosen.partner_name ?? id)
          : nameIn(found, id),
    groupOf: () => undefined,
    skillOf,
  };
  const must = (found?.conflicts ?? []).filter((one) => one.must);
  const missing = tried && reason.trim() === "";
  return (
    <>
      <section className="rq-about">
        <h2>
          {t("chosen", { who: chosen.agent_name || t("centre"), what: t(`kind.${chosen.kind}`) })}
          <span className="jt-note">{t(`state.${chosen.state}`)}</span>
        </h2>
        <p>{requestSaid(chosen, t, clocks)}</p>
        {chosen.note ? (
          <p className="jt-note">
            {t("note")}: {chosen.note}
          </p>
        ) : null}
        {chosen.reason ? (
          <p className="jt-note">
            {t("reason")}: {chosen.reason}
          </p>
        ) : null}
        {chosen.decided_at !== null ? (
          <p className="jt-note">
            {t("decidedBy", {
              who: chosen.automatic ? t("byRule") : (chosen.decided_by_name ?? ""),
              at: instant(chosen.decided_at, "moment", lang),
            })}
          </p>
        ) : null}
        {open && chosen.expires_at !== null ? (
          <p className="jt-note">{t("until", { at: instant(chosen.expires_at, "moment", lang) })}</p>
        ) : null}
      </section>
      {chosen.offers.length > 0 ? (
        <section>
          <h3>{t("answers")}</h3>
          <ul className="rq-offers">
            {chosen.offers.map((one) => (
              <li key={one.agent}>
                <span>{one.name}</span>
                <span className="jt-note">{t(`answer.${(one.answer ?? "none") as "accepted"}`)}</span>
              </li>
            ))}
          </ul>
        </section>
      ) : null}
      {found && !called ? (
        <>
          {open ? (
            <section>
              <h3>{t("effect")}</h3>
              {found.before && found.after ? (
                <FigureTable
                  before={found.before}
                  after={found.after}
                  since=""
                  heads={[s("effectBefore"), s("effectAfter")]}
                  within={null}
                />
              ) : (
                <p className="jt-note rq-pad">{t("noEffect")}</p>
              )}
            </section>
          ) : null}
          {found.changes.length > 0 ? (
            <section>
              <h3>{t("changes")}</h3>
              <ul className="rq-changes">
                {found.changes.map((one) => (
                  <li key={`${one.agent} ${one.day}`}>
                    <span>
                      {one.name} {clocks.day(one.day)}
                    </span>
                    <span className="jt-num">
                      {t("from", {
                        what: daySaid(one.before, t, clocks, (activity) => s(`activity.${activity}`)),
                        to: daySaid(one.after, t, clocks, (activity) => s(`activity.${activity}`)),
                      })}
                    </span>
                  </li>
                ))}
              </ul>
            </section>
          ) : null}
          {open ? (
            <section>
              <h3 className={must.length > 0 ? "jt-over" : ""}>
                {must.length > 0 ? t("breaks", { n: must.length }) : t("breaksNone")}
              </h3>
              <ul>
                {found.conflicts.map((one) => (
                  <li key={one.key} className="sc-fault" data-must={one.must || undefined}>
                    <Icon name={one.must ? "missed" : "clock"} />
                    <span className="sc-faultname">
                      {one.agent ? `${words.nameOf(one.agent)} ` : ""}
                      {faultTitle(one, words)}
                    </span>
                    <span />
                    <span className="sc-faultwhy">{faultWhy(one, words)}</span>
                  </li>
                ))}
              </ul>
            </section>
          ) : null}
        </>
      ) : null}
      {decides && chosen.state === "awaiting" ? (
        <section className="rq-decide">
          {must.length > 0 ? (
            <label className="sc-check">
              <input type="checkbox" checked={over} onChange={(event) => setOver(event.target.checked)} />
              {t("over")}
            </label>
          ) : null}
          <label htmlFor={field}>{t("reason")}</label>
          <Input.TextArea
            id={field}
            rows={2}
            maxLength={2000}
            value={reason}
            status={missing ? "error" : undefined}
            onChange={(event) => setReason(event.target.value)}
          />
          {missing ? (
            <p className="jt-over" role="alert">
              {t("reasonNeeded")}
            </p>
          ) : null}
          <div className="jt-row">
            <Button
              kind="main"
              disabled={decide.isPending || !found || (must.length > 0 && !over)}
              onClick={() => decide.mutate("approve")}
            >
              {t("approve")}
            </Button>
            <Button
              disabled={decide.isPending}
              onClick={() => {
                setTried(true);
                if (reason.trim() !== "") decide.mutate("refuse");
              }}
            >
              {t("refuse")}
            </Button>
          </div>
        </section>
      ) : null}
      {decides && called && open ? (
        <section className="rq-decide">
          <Button disabled={cancel.isPending} onClick={() => cancel.mutate()}>
            {t("cancelCall")}
          </Button>
        </section>
      ) : null}
    </>
  );
}

function nameIn(detail: RequestDetail | undefined, id: string): string {
  return detail?.changes.find((one) => one.agent === id)?.name ?? id;
}
