import { useMemo } from "react";
import { useWords } from "../../i18n/messages";
import { reports } from "../../i18n/reports";
import type { Outcome } from "./api";
import { dayRows, months, weekdays } from "./calendar";
import { type Pressed, quiet } from "./FigureTable";
import { figureText, figureWithSign, intervalText } from "./figures";
import type { Line } from "./model";
import { columnName, type Wording } from "./names";
import { shade } from "./plot";

/** One figure over days: a month each, weeks down; of parts of a day, days down and times across. */
export function HeatCalendar({
  outcome,
  zone,
  wording,
  label,
  onPress,
}: {
  outcome: Outcome;
  zone: string;
  wording: Wording;
  label: string;
  onPress: Pressed;
}) {
  const t = useWords(reports);
  const { lang } = wording;
  const column = outcome.columns[0];
  const { lines, window, every } = outcome;
  const daily = every === "1d";
  const made = useMemo(() => (daily ? months(lines, window, zone, lang) : []), [daily, lines, window, zone, lang]);
  const parts = useMemo(() => (daily ? null : dayRows(lines, zone, lang)), [daily, lines, zone, lang]);
  const values = lines
    .map((line) => line.values[0]?.value)
    .filter((value): value is number => value !== null && value !== undefined);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  if (!column) return null;
  const name = columnName(column, lang);
  const cell = (key: string | number, line: Line | null, date: string | null) => {
    const value = line?.values[0];
    return (
      <td key={key} data-level={value && value.value !== null ? shade(value.value, least, most) : 0}>
        {line && value ? (
          <button
            type="button"
            className="jt-bare"
            data-limit={quiet(value) === "jt-over"}
            aria-haspopup="dialog"
            onClick={() => onPress(0, line)}
          >
            <span className="jt-hidden">
              {t("figureOf", { name, of: intervalText(line.start, line.end, every, { zone, lang, oneDay: false }) })}
            </span>
            {date === null ? null : <small aria-hidden="true">{date}</small>}
            <span className={`jt-num ${quiet(value)}`}>{figureText(value.value, column.unit, lang)}</span>
          </button>
        ) : date === null ? null : (
          <span className="rp-none">
            <small>{date}</small>
            <span>–</span>
          </span>
        )}
      </td>
    );
  };
  return (
    <div className="rp-heat">
      <div className="rp-months">
        {made.map((month) => (
          <table key={month.key} data-daily="true">
            <caption>{month.name}</caption>
            <thead>
              <tr>
                {weekdays(lang).map((day) => (
                  <th key={day} scope="col">
                    {day}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {month.weeks.map((week) => (
                <tr key={week.find((day) => day !== null)?.at}>
                  {week.map((day, i) => cell(day?.at ?? i, day?.line ?? null, day?.date ?? null))}
                </tr>
              ))}
            </tbody>
          </table>
        ))}
      </div>
      {parts ? (
        <table aria-label={label} data-daily="false">
          <thead>
            <tr>
              <td />
              {parts.times.map((time) => (
                <th key={time} scope="col">
                  {time}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {parts.rows.map((row) => (
              <tr key={row.key}>
                <th scope="row">{row.name}</th>
                {row.cells.map((line, i) => cell(parts.times[i] ?? i, line, null))}
              </tr>
            ))}
          </tbody>
        </table>
      ) : null}
      {values.length > 0 ? (
        <p className="rp-scale jt-note">
          {figureWithSign(least, column.unit, lang)}
          {[1, 2, 3, 4, 5, 6].map((level) => (
            <i key={level} data-level={level} />
          ))}
          {figureWithSign(most, column.unit, lang)}
        </p>
      ) : null}
    </div>
  );
}
