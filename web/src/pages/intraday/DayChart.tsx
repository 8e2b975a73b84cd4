import { useId } from "react";
import { count, instant } from "../../i18n/format";
import { intraday } from "../../i18n/intraday";
import { useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import type { Ms } from "../../live/types";
import { useWidth } from "../agreements/VolumeChart";
import type { Day } from "./api";
import { bandPath, type Grid, gapOf, opened, type Sum, stepOf, stepPath, ticks } from "./curve";

const LEFT = 40;
const RIGHT = 92;
const CALLS = 132;
const NEED = 190;
const BOTTOM = 24;

/** Contacts as they came against the forecast, and need against cover with the gap filled, on one axis of time. */
export function DayChart({ day, sum, grid, goal }: { day: Day; sum: Sum; grid: Grid; goal: string | null }) {
  const t = useWords(intraday);
  const lang = useLanguage();
  const clip = useId();
  const [box, wide] = useWidth();
  const { first, last } = opened(sum, grid);
  const x = (step: number) => LEFT + ((step - first) / Math.max(1, last - first)) * Math.max(80, wide - LEFT - RIGHT);
  const at = (ms: Ms) => x((ms - grid.start) / grid.step);
  const now = Math.min(Math.max(day.now, grid.start), grid.start + grid.steps * grid.step);
  const here = stepOf(now, grid);
  const gap = gapOf(sum, grid, now);
  const said = gap.at === null ? t("noGap") : gapWords(t, lang, gap);
  const hours = hoursOf(
    first,
    last,
    grid,
    Math.max(1, Math.ceil(((last - first) * grid.step) / 3_600_000 / (wide / 64))),
  );

  const mostCalls = Math.max(
    4,
    ...[sum.mean, sum.p90, sum.said, sum.came].flatMap((row) => (row ?? []).map((v) => v ?? 0)),
  );
  const calls = (value: number) => CALLS - 6 - (value / mostCalls) * (CALLS - 22);
  const mostNeed = Math.max(2, ...[sum.need, sum.planned, sum.cover, sum.needSaid].flatMap((row) => row ?? []));
  const heads = (value: number) => CALLS + NEED - BOTTOM - (value / mostNeed) * (NEED - BOTTOM - 30);
  const tall = CALLS + NEED;
  const low = sum.need?.map((need, i) => Math.min(need, sum.cover[i] ?? 0)) ?? null;
  const nowX = at(now);
  const nowBox = Math.min(Math.max(nowX - 22, LEFT), wide - RIGHT - 44);

  return (
    <div className="id-chart" ref={box}>
      <svg width={wide} height={tall} role="img" aria-label={t("curveSaid", { gap: said })}>
        <defs>
          <clipPath id={clip}>
            <rect x={nowX} y={CALLS} width={Math.max(0, wide - nowX)} height={NEED} />
          </clipPath>
        </defs>
        <text x={LEFT} y={14} className="id-name">
          {t("contacts")}
        </text>
        {ticks(mostCalls).map((tick) => (
          <g key={tick}>
            <path
              d={`M${LEFT} ${calls(tick)}H${wide - RIGHT}`}
              stroke={tick ? "var(--jt-chart-grid)" : "var(--jt-chart-axis)"}
            />
            <text x={LEFT - 6} y={calls(tick) + 4} textAnchor="end">
              {count(tick, lang)}
            </text>
          </g>
        ))}
        {sum.p10 && sum.p90 ? (
          <path d={bandPath(sum.p10, sum.p90, Math.max(first, here), last, x, calls)} fill="var(--jt-chart-band)" />
        ) : null}
        {sum.came?.map((value, i) =>
          value !== null && value > 0 && i >= first && i < last ? (
            <rect
              // biome-ignore lint/suspicious/noArrayIndexKey: the index is the step
              key={i}
              x={x(i) + 1}
              y={calls(value)}
              width={Math.max(1, x(i + 1) - x(i) - 2)}
              height={calls(0) - calls(value)}
              rx={1}
              fill="var(--jt-chart-1)"
            />
          ) : null,
        )}
        {sum.said ? (
          <path
            d={stepPath(sum.said, first, last, x, calls)}
            fill="none"
            stroke="var(--jt-chart-target)"
            strokeDasharray="2 2"
          />
        ) : null}
        {sum.mean ? (
          <path
            d={stepPath(sum.mean, Math.max(first, here), last, x, calls)}
            fill="none"
            stroke="var(--jt-chart-3)"
            strokeWidth={2}
          />
        ) : null}
        <Names
          x={wide - RIGHT + 6}
          rows={[
            [t("reforecast"), sum.mean ? calls(sum.mean[last - 1] ?? 0) : null, "var(--jt-chart-3)"],
            [t("forecast"), sum.said ? calls(sum.said[last - 1] ?? 0) : null, "var(--jt-chart-target)"],
          ]}
          low={14}
          high={CALLS - 4}
        />

        <path d={`M0 ${CALLS}H${wide}`} stroke="var(--jt-border)" />
        <text x={LEFT} y={CALLS + 18} className="id-name">
          {t("needAndCover")}
          {goal ? <tspan className="id-note">{`  ${goal}`}</tspan> : null}
        </text>
        {ticks(mostNeed).map((tick) => (
          <g key={tick}>
            <path
              d={`M${LEFT} ${heads(tick)}H${wide - RIGHT}`}
              stroke={tick ? "var(--jt-chart-grid)" : "var(--jt-chart-axis)"}
            />
            <text x={LEFT - 6} y={heads(tick) + 4} textAnchor="end">
              {count(tick, lang)}
            </text>
          </g>
        ))}
        {sum.need && low ? (
          <path
            d={bandPath(low, sum.need, first, last, x, heads)}
            fill="var(--jt-chart-gap)"
            clipPath={`url(#${clip})`}
            data-gap=""
          />
        ) : null}
        <path
          d={stepPath(sum.planned, first, last, x, heads)}
          fill="none"
          stroke="var(--jt-chart-1)"
          strokeDasharray="3 3"
        />
        {sum.need ? (
          <path
            d={stepPath(sum.need, first, last, x, heads)}
            fill="none"
            stroke="var(--jt-chart-3)"
            strokeWidth={2}
            data-line="need"
          />
        ) : null}
        <path
          d={stepPath(sum.cover, first, last, x, heads)}
          fill="none"
          stroke="var(--jt-chart-1)"
          strokeWidth={2}
          data-line="cover"
        />
        {gap.at !== null && sum.need && gap.most >= 0.5 ? (
          <text
            x={Math.min(Math.max(at(gap.at) + 20, nowX + 28), wide - RIGHT - 20)}
            y={(heads(sum.need[stepOf(gap.at, grid)] ?? 0) + heads(low?.[stepOf(gap.at, grid)] ?? 0)) / 2 + 4}
            textAnchor="middle"
            className="id-gap"
          >
            {t("gap")}
          </text>
        ) : null}
        <Names
          x={wide - RIGHT + 6}
          rows={[
            [t("need"), sum.need ? heads(sum.need[last - 1] ?? 0) : null, "var(--jt-chart-3)"],
            [t("cover"), heads(sum.cover[last - 1] ?? 0), "var(--jt-chart-1)"],
            [t("planned"), heads(sum.planned[last - 1] ?? 0), "var(--jt-chart-1)"],
          ]}
          low={CALLS + 30}
          high={tall - BOTTOM}
        />
        {hours.map((hour) => (
          <text key={hour} x={at(hour)} y={tall - 6} textAnchor="middle">
            {instant(hour, "clock", lang)}
          </text>
        ))}
        <path d={`M${nowX} 18V${tall - BOTTOM}`} stroke="var(--jt-text)" strokeWidth={1.5} />
        <rect x={nowBox} y={2} width={44} height={18} rx={2} fill="var(--jt-text)" />
        <text x={nowBox + 22} y={15} textAnchor="middle" className="id-now">
          {instant(now, "clock", lang)}
        </text>
      </svg>
      <Table sum={sum} grid={grid} first={first} last={last} />
    </div>
  );
}

export function gapWords(
  t: ReturnType<typeof useWords<(typeof intraday)["zh-Hans"]>>,
  lang: ReturnType<typeof useLanguage>,
  gap: { hours: number; most: number; at: Ms | null },
): string {
  return t("gapSaid", {
    at: instant(gap.at ?? 0, "clock", lang),
    n: gap.most.toFixed(1),
    hours: gap.hours.toFixed(1),
  });
}

/** Names at the ends of their lines, pushed apart until none lies on another. */
function Names({
  x,
  rows,
  low,
  high,
}: {
  x: number;
  rows: [string, number | null, string][];
  low: number;
  high: number;
}) {
  const there = rows
    .filter((row): row is [string, number, string] => row[1] !== null)
    .sort((a, b) => a[1] - b[1])
    .map((row) => ({ name: row[0], y: row[1], colour: row[2] }));
  let free = low;
  for (const one of there) {
    one.y = Math.max(one.y, free);
    free = one.y + 15;
  }
  const over = Math.max(0, free - 15 - high);
  return there.map((one) => (
    <text key={one.name} x={x} y={one.y - over + 4} style={{ fill: one.colour }}>
      {one.name}
    </text>
  ));
}

function hoursOf(first: number, last: number, grid: Grid, every: number): Ms[] {
  const hour = 3_600_000;
  const out: Ms[] = [];
  for (let i = first; i <= last; i++) {
    const at = grid.start + i * grid.step;
    if ((at - grid.start) % (hour * every) === 0) out.push(at);
  }
  return out;
}

/** The same in a table, for screen readers. */
function Table({ sum, grid, first, last }: { sum: Sum; grid: Grid; first: number; last: number }) {
  const t = useWords(intraday);
  const lang = useLanguage();
  const steps = Array.from({ length: last - first }, (_, i) => first + i);
  const cell = (value: number | null | undefined) => (value === null || value === undefined ? "–" : value.toFixed(1));
  return (
    <table className="jt-hidden">
      <caption>{t("needAndCover")}</caption>
      <thead>
        <tr>
          {(["time", "came", "reforecast", "need", "cover"] as const).map((name) => (
            <th key={name} scope="col">
              {t(name)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {steps.map((i) => (
          <tr key={i}>
            <th scope="row">{instant(grid.start + i * grid.step, "clock", lang)}</th>
            <td>{cell(sum.came?.[i])}</td>
            <td>{cell(sum.mean?.[i])}</td>
            <td>{cell(sum.need?.[i])}</td>
            <td>{cell(sum.cover[i])}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
