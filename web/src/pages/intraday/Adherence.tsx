import { useQueryClient } from "@tanstack/react-query";
import { type RefObject, useMemo, useState } from "react";
import { instant } from "../../i18n/format";
import { intraday } from "../../i18n/intraday";
import { useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { useMay } from "../../session/session";
import { Button } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import { Percent, Since } from "../../ui/figures";
import { MetricName } from "../../ui/metric";
import { useNotice } from "../../ui/notices";
import { StateChip } from "../../ui/state";
import { Authorise } from "./Authorise";
import { type Activity, type Day, type DayPerson, KEY, withdraw } from "./api";

const LONG_MS = 600_000;

/** Who should be doing what now, and who is; worst first. A deviation is authorised with a note. */
export function Adherence({ day, search }: { day: Day; search: RefObject<HTMLInputElement | null> }) {
  const t = useWords(intraday);
  const may = useMay("plan.approve");
  const [find, setFind] = useState("");
  const [chosen, setChosen] = useState<DayPerson | null>(null);
  const people = useMemo(() => {
    const wanted = find.trim().toLowerCase();
    return day.people.filter((one) => wanted === "" || one.name.toLowerCase().includes(wanted));
  }, [day.people, find]);
  const { total } = day;
  return (
    <section className="id-people" aria-labelledby="id-adherence">
      <div className="id-h">
        <h2 id="id-adherence">{t("adherence")}</h2>
        <span className="jt-note">{t("adherenceNote")}</span>
        <span className="jt-fill" />
        <input
          ref={search}
          className="id-find"
          type="search"
          value={find}
          aria-label={t("findPerson")}
          placeholder={t("findPerson")}
          onChange={(event) => setFind(event.target.value)}
        />
      </div>
      <div className="id-total">
        <dl>
          <dt>
            <MetricName id="adherence">{t("adherenceToday")}</MetricName>
          </dt>
          <dd data-figure="adherence">
            <Percent ratio={{ num: total.kept_ms, den: total.scheduled_ms }} />
          </dd>
        </dl>
        <span className={total.out ? "jt-strong" : "jt-note"}>{t("outNow", { n: total.out })}</span>
        <span className={total.absent ? "jt-over" : "jt-note"}>{t("absentNow", { n: total.absent })}</span>
      </div>
      {day.people.length === 0 ? (
        <Empty kind="none" inline>
          {t("nobody")}
        </Empty>
      ) : null}
      <ul className="id-list" aria-label={t("adherence")}>
        {people.map((one) => (
          <Row key={one.agent} one={one} authorise={may ? () => setChosen(one) : null} />
        ))}
      </ul>
      <Exceptions day={day} may={may} />
      {chosen ? <Authorise day={day} person={chosen} onClose={() => setChosen(null)} /> : null}
    </section>
  );
}

function Row({ one, authorise }: { one: DayPerson; authorise: (() => void) | null }) {
  const t = useWords(intraday);
  const lang = useLanguage();
  const clock = (at: number) => instant(at, "clock", lang);
  const name = (activity: Activity) => t(`activity.${activity}`);
  const due = one.activity === null ? t("notScheduled") : name(one.activity);
  return (
    <li className="id-row" data-out={one.out_since !== null} data-agent={one.agent}>
      <span className="who jt-clip">{one.name}</span>
      <StateChip state={one.state} />
      <span className="num">
        <Percent ratio={{ num: one.kept_ms, den: one.scheduled_ms }} digits={0} />
      </span>
      <span className="due jt-clip">
        {due}
        {one.until === null ? null : <span className="jt-note"> {t("until", { at: clock(one.until) })}</span>}
        {one.next_activity !== null && one.next_at !== null ? (
          <span className="jt-note"> {t("next", { activity: name(one.next_activity), at: clock(one.next_at) })}</span>
        ) : null}
      </span>
      <span className="out">
        {one.out_since !== null ? (
          <>
            <span className="jt-hidden">{t("outSince", { at: clock(one.out_since) })}</span>
            <span aria-hidden="true">
              <Since since={one.out_since} limit={LONG_MS} />
            </span>
          </>
        ) : one.excused ? (
          <span className="jt-note">{t("excused")}</span>
        ) : null}
      </span>
      <span className="act">
        {authorise && one.out_since !== null ? (
          <Button size="small" kind="quiet" onClick={authorise} aria-label={`${t("authorise")}: ${one.name}`}>
            {t("authorise")}
          </Button>
        ) : null}
      </span>
    </li>
  );
}

function Exceptions({ day, may }: { day: Day; may: boolean }) {
  const t = useWords(intraday);
  const lang = useLanguage();
  const notice = useNotice();
  const client = useQueryClient();
  const clock = (at: number) => instant(at, "clock", lang);
  if (day.exceptions.length === 0) return null;
  return (
    <section className="id-exceptions" aria-labelledby="id-exceptions">
      <div className="id-h">
        <h2 id="id-exceptions">{t("exceptions")}</h2>
        <span className="jt-note">{t("exceptionsNote", { n: day.exceptions.length })}</span>
      </div>
      <ul>
        {day.exceptions.map((one) => (
          <li key={one.id} data-withdrawn={one.withdrawn}>
            <span className="jt-strong">{one.name}</span>
            <span className="jt-num">
              {clock(one.start)}–{clock(one.end)}
            </span>
            <span className="note">{one.note}</span>
            <span className="jt-note">{t("givenBy", { who: one.by_name, at: clock(one.at) })}</span>
            {one.withdrawn ? (
              <span className="jt-note">{t("withdrawn")}</span>
            ) : may ? (
              <Button
                size="small"
                kind="quiet"
                aria-label={`${t("withdraw")}: ${one.name}`}
                onClick={() =>
                  withdraw(one.id)
                    .then(() => {
                      notice.done(t("withdrawnDone", { name: one.name }));
                      return client.invalidateQueries({ queryKey: [KEY] });
                    })
                    .catch(notice.failed)
                }
              >
                {t("withdraw")}
              </Button>
            ) : null}
          </li>
        ))}
      </ul>
    </section>
  );
}
