import { useMemo } from "react";
import { useWords } from "../../i18n/messages";
import { schedule } from "../../i18n/schedule";
import type { Ms } from "../../live/types";
import { type Axis, atOf, hourTicks } from "./axis";
import { type Curve, gapBoxes, type Series, stepPath, topOf, valueAt, yOf } from "./curve";

const FOOT = 24; // the hours
const HEAD = 25;
const HEAD_DAYS = 40; // under the names of the days

/** Need against cover over the same axis as the rows, the gap filled and named, the cover before a move dashed. */
export function NeedChart({
  curve,
  before,
  forecast,
  axis,
  height,
  now,
  clock,
  onAt,
}: {
  curve: Curve;
  before: Series | null;
  forecast: boolean; // else the need is not known
  axis: Axis;
  height: number;
  now: Ms | null;
  clock: (at: Ms) => string;
  onAt: (at: Ms | null) => void;
}) {
  const t = useWords(schedule);
  const drawn = useMemo(() => {
    const { top, lines } = topOf([...curve.need.values, ...curve.cover.values, ...(before?.values ?? [])]);
    const scale = { floor: height - FOOT, ceiling: axis.stretches.length > 1 ? HEAD_DAYS : HEAD, top };
    const boxes = gapBoxes(curve, axis, scale);
    return {
      scale,
      lines,
      boxes,
      need: forecast ? stepPath(curve.need, axis, scale) : "",
      cover: stepPath(curve.cover, axis, scale),
      before: before ? stepPath(before, axis, scale) : "",
      peak: forecast ? peakOf(curve, axis, scale) : null,
      gap: largest(boxes.filter((box) => now === null || box.at >= now)) ?? largest(boxes),
    };
  }, [curve, before, forecast, axis, height, now]);
  const ticks = useMemo(() => hourTicks(axis, axis.stretches.length > 1 ? 44 : 60), [axis]);
  const many = axis.stretches.length > 7;
  const alone = axis.stretches.length === 1; // over several days names would lie on the lines; they stand beside
  const { scale } = drawn;
  const end = ends(curve, before, axis, scale);
  return (
    <svg
      className="sc-curve"
      width={axis.width}
      height={height}
      role="img"
      aria-label={t("curveLabel")}
      onPointerMove={(event) => {
        const found = atOf(axis, event.clientX - event.currentTarget.getBoundingClientRect().left);
        onAt(found ? found.at : null);
      }}
      onPointerLeave={() => onAt(null)}
    >
      <path d={`M0 ${scale.floor}H${axis.width}`} stroke="var(--jt-chart-axis)" />
      {drawn.lines.map((value) => (
        <g key={value}>
          <path d={`M0 ${yOf(scale, value)}H${axis.width}`} stroke="var(--jt-chart-grid)" />
          <text x={4} y={yOf(scale, value) - 3} className="sc-axislabel">
            {value}
          </text>
        </g>
      ))}
      {drawn.boxes.map((box) => (
        <rect key={box.at} x={box.x} y={box.y} width={box.width} height={box.height} fill="var(--jt-chart-gap)" />
      ))}
      {axis.stretches.slice(1).map((stretch) => (
        <path key={stretch.day} d={`M${stretch.x} 0V${scale.floor}`} stroke="var(--jt-border)" />
      ))}
      {drawn.before ? (
        <path d={drawn.before} fill="none" stroke="var(--jt-chart-1)" strokeWidth={1.5} strokeDasharray="3 3" />
      ) : null}
      <path d={drawn.cover} fill="none" stroke="var(--jt-chart-1)" strokeWidth={2} />
      <path d={drawn.need} fill="none" stroke="var(--jt-chart-3)" strokeWidth={1.5} />
      {many
        ? null
        : ticks.map((tick) => (
            <text
              key={`${tick.day} ${tick.at}`}
              x={tick.x}
              y={height - 7}
              dx={tick.first ? 5 : 0}
              textAnchor={tick.first ? "start" : tick.x >= axis.width - 20 ? "end" : "middle"}
              className="sc-axislabel"
            >
              {clock(tick.at)}
            </text>
          ))}
      {drawn.peak && alone ? (
        <text x={drawn.peak.x} y={Math.max(12, drawn.peak.y - 5)} fill="var(--jt-chart-3)" className="sc-linelabel">
          {t("need")}
        </text>
      ) : null}
      {drawn.gap && alone && drawn.gap.height > 14 ? (
        <text
          x={drawn.gap.x + 2}
          y={drawn.gap.y + drawn.gap.height / 2 + 4}
          fill="var(--jt-text)"
          className="sc-linelabel"
        >
          {t("gap")}
        </text>
      ) : null}
      {end.cover !== null && alone ? (
        <text x={axis.width - 6} y={end.cover} textAnchor="end" fill="var(--jt-chart-1)" className="sc-linelabel">
          {t("cover")}
        </text>
      ) : null}
      {before && end.before !== null ? (
        <text x={axis.width - 6} y={end.before} textAnchor="end" fill="var(--jt-text-2)" className="sc-linelabel">
          {t("beforeMove")}
        </text>
      ) : null}
    </svg>
  );
}

function peakOf(curve: Curve, axis: Axis, scale: Parameters<typeof yOf>[0]) {
  let best: { x: number; y: number; value: number } | null = null;
  for (const stretch of axis.stretches) {
    for (let at = stretch.from; at < stretch.to; at += curve.need.step) {
      const value = valueAt(curve.need, at) ?? 0;
      if (value <= (best?.value ?? 0)) continue;
      const x = stretch.x + ((at - stretch.from) / (stretch.to - stretch.from)) * stretch.width;
      best = { x: Math.min(x + 3, axis.width - 60), y: yOf(scale, value), value };
    }
  }
  return best;
}

function largest<B extends { missing: number; height: number }>(boxes: readonly B[]): B | null {
  return boxes.reduce<B | null>((best, box) => (best === null || box.missing > best.missing ? box : best), null);
}

/** Where the lines end, for their names; apart where they would lie over each other. */
function ends(curve: Curve, before: Series | null, axis: Axis, scale: Parameters<typeof yOf>[0]) {
  const last = axis.stretches.at(-1);
  if (!last) return { cover: null, before: null };
  const at = last.to - curve.cover.step;
  const cover = valueAt(curve.cover, at);
  const was = before ? valueAt(before, at) : null;
  // Under its line, or above where there is no room under it.
  const under = cover === null ? 0 : yOf(scale, cover) + 15;
  const y = cover === null ? null : under > scale.floor - 3 ? yOf(scale, cover) - 6 : under;
  const wasY = was === null ? null : Math.max(12, Math.min(yOf(scale, was) - 4, (y ?? scale.floor) - 16));
  return { cover: y, before: wasY };
}
