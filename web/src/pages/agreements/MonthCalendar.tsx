import { agreements } from "../../i18n/agreements";
import { inLanguage, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { Icon } from "../../ui/Icon";
import { dayOfMonth, lossStep, lossSteps, type MonthDay, weeks } from "./calendar";
import { dayName, inUnit } from "./figures";
import type { Calendar, Objective } from "./model";

/** The month, day by day: the main objective's value, darker where more callers were kept out. */
export function MonthCalendar({
  month,
  calendar,
  main,
  open,
}: {
  month: string;
  calendar: Calendar;
  main: Objective | undefined;
  open: (objective: string, day: string) => void;
}) {
  const t = useWords(agreements);
  const lang = useLanguage();
  const rows = weeks(month, calendar.days);
  const steps = lossSteps(calendar.days);
  const unit = main?.figure.unit ?? "ratio";
  const head = Array.from({ length: 7 }, (_, i) => new Date(Date.UTC(2024, 0, 1 + i))); // a Monday
  const short = new Intl.DateTimeFormat(lang, { weekday: lang === "en" ? "short" : "narrow", timeZone: "UTC" });
  const long = new Intl.DateTimeFormat(lang, { weekday: "long", timeZone: "UTC" });
  return (
    <section aria-labelledby="ag-days">
      <div className="ag-h">
        <h2 id="ag-days">{t("eachDay")}</h2>
        <span className="jt-note">{main ? inLanguage(main.names, lang) : null}</span>
      </div>
      <table className="ag-cal" aria-labelledby="ag-days">
        <thead>
          <tr>
            {head.map((day) => (
              <th key={day.getTime()} scope="col" abbr={long.format(day)}>
                {short.format(day)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((week, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: weeks have no other name
            <tr key={i}>
              {week.map((cell, at) =>
                cell === null ? (
                  // biome-ignore lint/suspicious/noArrayIndexKey: the same
                  <td key={at} className="none" />
                ) : (
                  <DayCell
                    key={cell.day}
                    cell={cell}
                    step={lossStep(cell.known?.blocked ?? null, steps)}
                    unit={unit}
                    open={main && cell.known && cell.known.value !== null ? () => open(main.id, cell.day) : null}
                  />
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
      <p className="ag-key">
        {steps?.map((from, i) => (
          <span key={from}>
            <i style={{ background: `var(--jt-seq-${i + 1})` }} />
            {t("keyLost", { n: from })}
          </span>
        ))}
        {calendar.minimum !== null ? (
          <span>
            <i style={{ outline: "2px solid var(--jt-alarm)", outlineOffset: -2 }} />
            {t("keyBelow")} {inUnit(calendar.minimum, unit, lang)}
          </span>
        ) : null}
        <span>
          <Icon name="doc" size={14} />
          {t("keyPending")}
        </span>
      </p>
    </section>
  );
}

function DayCell({
  cell,
  step,
  unit,
  open,
}: {
  cell: MonthDay;
  step: number;
  unit: Objective["figure"]["unit"];
  open: (() => void) | null;
}) {
  const t = useWords(agreements);
  const lang = useLanguage();
  const known = cell.known;
  const none = !known || known.value === null;
  const value = none ? "–" : inUnit(known.value, unit, lang);
  const said = [
    dayName(cell.day, lang),
    value,
    known?.below_minimum ? t("keyBelow") : "",
    known?.blocked ? t("dayLost", { n: known.blocked }) : "",
    known?.pending ? t("keyPending") : "",
  ]
    .filter(Boolean)
    .join(", ");
  return (
    <td className={`${none ? "fut" : `s${step}`} ${known?.below_minimum ? "bad" : ""}`}>
      <span className="n">
        {dayOfMonth(cell.day)}
        {known?.pending ? <Icon name="doc" size={14} /> : null}
      </span>
      {open ? (
        <button type="button" className="jt-bare v jt-num" onClick={open} aria-label={said} title={said}>
          {value}
        </button>
      ) : (
        <span className="v jt-num">{value}</span>
      )}
    </td>
  );
}
