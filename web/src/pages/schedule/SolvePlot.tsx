import { NO_DATA } from "../../i18n/format";
import { useWords } from "../../i18n/messages";
import { schedule } from "../../i18n/schedule";
import type { Job } from "./api";

const WIDTH = 560;
const HEIGHT = 150;
const PAD = { left: 8, right: 76, top: 10, bottom: 20 };

export type Point = { at: number; best: number | null; bound: number | null };

/** What was told of each job, kept beyond the dialog, so that the plot is whole when one comes back. */
const told = new Map<string, Point[]>();

export function noted(job: Job): readonly Point[] {
  const points = told.get(job.id) ?? [];
  if (job.told_at !== null && job.started_at !== null && points.at(-1)?.at !== job.told_at - job.started_at) {
    points.push({ at: job.told_at - job.started_at, best: job.best, bound: job.bound });
    told.set(job.id, points);
  }
  return points;
}

/** Cost and bound over time: how good the plan is, and how good any plan could be. */
export function SolvePlot({ job }: { job: Job }) {
  const t = useWords(schedule);
  const points = noted(job);
  const values = points.flatMap((one) => [one.best, one.bound]).filter((one) => one !== null);
  const most = Math.max(1, ...values);
  const least = Math.min(0, ...values);
  const end = Math.max(1000, ...points.map((one) => one.at));
  const x = (at: number) => PAD.left + (at / end) * (WIDTH - PAD.left - PAD.right);
  const y = (value: number) =>
    HEIGHT - PAD.bottom - ((value - least) / (most - least)) * (HEIGHT - PAD.top - PAD.bottom);
  const line = (of: "best" | "bound") => {
    let path = "";
    for (const one of points) {
      const value = one[of];
      if (value === null) continue;
      path += path
        ? `H${x(one.at).toFixed(1)}V${y(value).toFixed(1)}`
        : `M${x(one.at).toFixed(1)} ${y(value).toFixed(1)}`;
    }
    return path && `${path}H${x(end).toFixed(1)}`;
  };
  const gap =
    job.best !== null && job.bound !== null && job.best > 0 ? Math.max(0, (job.best - job.bound) / job.best) : null;
  return (
    <>
      <svg width={WIDTH} height={HEIGHT} role="img" aria-label={t("solvePlot")} className="sc-plot">
        <path d={`M${PAD.left} ${HEIGHT - PAD.bottom}H${WIDTH - PAD.right}`} stroke="var(--jt-chart-axis)" />
        <path d={line("bound")} fill="none" stroke="var(--jt-chart-3)" strokeWidth={1.5} />
        <path d={line("best")} fill="none" stroke="var(--jt-chart-1)" strokeWidth={2} />
        {job.best !== null ? (
          <text x={WIDTH - PAD.right + 6} y={y(job.best) + 4} fill="var(--jt-chart-1)" className="sc-linelabel">
            {t("solveBest")}
          </text>
        ) : null}
        {job.bound !== null ? (
          <text
            x={WIDTH - PAD.right + 6}
            y={Math.max(y(job.bound) + 4, y(job.best ?? job.bound) + (job.best === job.bound ? 20 : 18))}
            fill="var(--jt-chart-3)"
            className="sc-linelabel"
          >
            {t("solveBound")}
          </text>
        ) : null}
        <text x={PAD.left} y={HEIGHT - 5} className="sc-axislabel">
          0 s
        </text>
        <text x={WIDTH - PAD.right} y={HEIGHT - 5} textAnchor="end" className="sc-axislabel">
          {Math.round(end / 1000)} s
        </text>
      </svg>
      <dl className="sc-told">
        <dt>{t("solveBest")}</dt>
        <dd className="jt-num">{job.best === null ? NO_DATA : Math.round(job.best).toLocaleString("en")}</dd>
        <dt>{t("solveBound")}</dt>
        <dd className="jt-num">{job.bound === null ? NO_DATA : Math.round(job.bound).toLocaleString("en")}</dd>
        <dt>{t("solveGap")}</dt>
        <dd className="jt-num">{gap === null ? NO_DATA : `${(gap * 100).toFixed(1)} %`}</dd>
      </dl>
    </>
  );
}
