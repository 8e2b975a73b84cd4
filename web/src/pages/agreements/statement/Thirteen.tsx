import { useLanguage } from "../../../i18n/language";
import { useWords } from "../../../i18n/messages";
import { statements } from "../../../i18n/statements";
import { monthName, share } from "../figures";
import type { StatementMonth } from "../model";
import { linesOf } from "./thirteen";

/** The contract's figure and true access over thirteen months, lines named at their ends, the space between filled. */
export function Thirteen({
  months,
  target,
  name,
}: {
  months: readonly StatementMonth[];
  target: number | null;
  name: string;
}) {
  const t = useWords(statements);
  const lang = useLanguage();
  const lines = linesOf(months, target, { left: 26, top: 8, width: 222, height: 90 });
  const last = months.at(-1);
  const labels = apart([
    {
      y: target === null ? null : lines.y(target),
      text: target === null ? "" : t("targetLine", { n: share(target, 0) }),
      value: "",
    },
    { y: lines.ends.level, text: name, value: share(last?.value) },
    { y: lines.ends.access, text: t("trueAccess"), value: share(last?.access) },
  ]);
  return (
    <>
      <svg
        viewBox="0 0 368 124"
        width="100%"
        role="img"
        aria-label={`${t("months")}: ${name} ${share(last?.value)} %, ${t("trueAccess")} ${share(last?.access)} %`}
      >
        {lines.ticks.map((tick) => (
          <g key={tick}>
            <path d={`M26 ${lines.y(tick)}H248`} stroke="var(--jt-chart-grid)" />
            <text x={20} y={lines.y(tick) + 4} fontSize={12} textAnchor="end" fill="var(--jt-chart-label)">
              {share(tick, 0)}
            </text>
          </g>
        ))}
        <path d={lines.gap} fill="var(--jt-chart-gap)" />
        {target !== null ? (
          <path
            d={`M26 ${lines.y(target)}H248`}
            stroke="var(--jt-chart-target)"
            strokeWidth={1.5}
            strokeDasharray="2 3"
          />
        ) : null}
        <path d={lines.access} fill="none" stroke="var(--jt-chart-2)" strokeWidth={2} />
        <path d={lines.level} fill="none" stroke="var(--jt-chart-1)" strokeWidth={2} />
        {lines.ends.access !== null ? (
          <circle cx={248} cy={lines.ends.access} r={3} fill="var(--jt-chart-2)" />
        ) : null}
        {lines.ends.level !== null ? <circle cx={248} cy={lines.ends.level} r={3} fill="var(--jt-chart-1)" /> : null}
        {labels.map((one) => (
          <text key={one.text} x={256} y={one.y + 4} fontSize={12} fill="var(--jt-text-2)">
            {one.text.length > 14 ? `${one.text.slice(0, 13)}…` : one.text}{" "}
            <tspan fontWeight={600} fill="var(--jt-text)">
              {one.value}
            </tspan>
          </text>
        ))}
        {months.map((one, i) =>
          i % 3 === 0 || i === months.length - 1 ? (
            <text key={one.key} x={lines.x(i)} y={118} fontSize={12} textAnchor="middle" fill="var(--jt-chart-label)">
              {lang === "en" ? monthName(one.key, lang).slice(0, 3) : `${Number(one.key.slice(5, 7))} 月`}
            </text>
          ) : null,
        )}
      </svg>
      {lines.gap ? <p className="jt-note">{t("monthsShaded")}</p> : null}
      <table className="jt-hidden">
        <caption>{t("months")}</caption>
        <tbody>
          {months.map((one) => (
            <tr key={one.key}>
              <th scope="row">{monthName(one.key, lang, true)}</th>
              <td>{share(one.value)}</td>
              <td>{share(one.access)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function apart<T extends { y: number | null }>(labels: T[]): (T & { y: number })[] {
  let free = 6;
  return labels
    .filter((one): one is T & { y: number } => one.y !== null)
    .sort((a, b) => a.y - b.y)
    .map((one) => {
      const y = Math.max(one.y, free);
      free = y + 16;
      return { ...one, y };
    });
}
