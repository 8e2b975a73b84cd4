import { zone } from "../../i18n/format";
import { type Axis, CURVE, gaps, pointsOf, runsOf, worst } from "./drawing";
import type { Scenario } from "./model";
import { points, useLabWords } from "./words";

/** SL3 and true access by half-hour; the space between is who never queued. Broken lines: not all days are there yet. */
export function DayCurve({ one, axis, target, name }: { one: Scenario; axis: Axis; target: number; name: string }) {
  const { t } = useLabWords();
  const low = worst(one);
  const partial = one.run.days < one.run.wanted;
  const dash = partial ? "5 3" : undefined;
  const x = (n: number) =>
    CURVE.left + (one.sl3.length > 1 ? (n * (CURVE.right - CURVE.left)) / (one.sl3.length - 1) : 0);
  const times =
    one.half_hours.length > 0 ? [0, Math.floor(one.half_hours.length / 2), one.half_hours.length - 1] : [];
  const anchors = ["start", "middle", "end"] as const;
  return (
    <svg
      className="lab-curve"
      width={CURVE.width}
      height={CURVE.height}
      role="img"
      aria-label={`${t("curveOf", { name })}${low === null ? "" : `: ${points(one.sl3[low])} / ${points(one.sl7[low])}`}`}
    >
      {axis.marks.map((mark) => (
        <g key={mark}>
          <path
            d={`M${CURVE.left} ${axis.y(mark)}H${CURVE.right}`}
            stroke={mark === axis.marks.at(-1) ? "var(--jt-chart-axis)" : "var(--jt-chart-grid)"}
          />
          {Math.abs(axis.y(mark) - axis.y(target)) > 11 ? (
            <text x={CURVE.right + 4} y={axis.y(mark) + 4} fontSize={12} fill="var(--jt-chart-label)">
              {Math.round(mark * 100)}
            </text>
          ) : null}
        </g>
      ))}
      {gaps(one.sl3, one.sl7, axis).map((shape) => (
        <polygon key={shape} points={shape} fill="var(--jt-chart-gap)" />
      ))}
      <path
        d={`M${CURVE.left} ${axis.y(target)}H${CURVE.right}`}
        stroke="var(--jt-chart-target)"
        strokeWidth={1.5}
        strokeDasharray="2 3"
      />
      <text x={CURVE.right + 4} y={axis.y(target) + 4} fontSize={12} fill="var(--jt-chart-label)">
        {Math.round(target * 100)}
      </text>
      {(["sl7", "sl3"] as const).flatMap((key) =>
        runsOf(one[key], axis).map((run) => (
          <polyline
            key={`${key} ${run[0]?.x}`}
            points={pointsOf(run.length > 1 ? run : [...run, ...run])}
            fill="none"
            stroke={key === "sl3" ? "var(--jt-chart-1)" : "var(--jt-chart-2)"}
            strokeWidth={2}
            strokeLinejoin="round"
            strokeLinecap={run.length > 1 ? undefined : "round"}
            strokeDasharray={dash}
          />
        )),
      )}
      {low === null ? null : <Worst one={one} n={low} x={x(low)} axis={axis} />}
      {times.map((n, place) => (
        <text
          key={one.half_hours[n]}
          x={x(n)}
          y={180}
          fontSize={12}
          fill="var(--jt-chart-label)"
          textAnchor={anchors[place]}
        >
          {clock(one.half_hours[n] as number)}
        </text>
      ))}
    </svg>
  );
}

function Worst({ one, n, x, axis }: { one: Scenario; n: number; x: number; axis: Axis }) {
  const upper = axis.y(one.sl3[n] as number);
  const lower = axis.y(one.sl7[n] as number);
  const at = Math.min(Math.max(x, CURVE.left + 8), CURVE.right - 8);
  const label = (y: number, value: number | null | undefined) => (
    <text
      x={at}
      y={y}
      fontSize={12}
      fill="var(--jt-text)"
      paintOrder="stroke"
      stroke="var(--jt-surface)"
      strokeWidth={3}
      strokeLinejoin="round"
      textAnchor="middle"
    >
      {value === null || value === undefined ? "" : Math.round(value * 100)}
    </text>
  );
  return (
    <>
      <circle cx={x} cy={upper} r={2.5} fill="var(--jt-chart-1)" />
      <circle cx={x} cy={lower} r={2.5} fill="var(--jt-chart-2)" />
      {label(Math.min(lower + 14, CURVE.bottom - 3), one.sl7[n])}
      {label(Math.max(upper - 7, 11), one.sl3[n])}
    </>
  );
}

function clock(at: number): string {
  return new Intl.DateTimeFormat("en-GB", {
    hour: "numeric",
    minute: "2-digit",
    hourCycle: "h23",
    timeZone: zone(),
  }).format(new Date(at));
}
