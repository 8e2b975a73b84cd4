import { useWords } from "../../i18n/messages";
import { schedule } from "../../i18n/schedule";
import type { Ms } from "../../live/types";
import type { GroupCover } from "./api";
import type { Axis } from "./axis";
import { type Curve, type Series, valueAt } from "./curve";
import { QUARTER } from "./model";
import { NeedChart } from "./NeedChart";
import type { Clocks } from "./words";

/** Need, cover and gap at the cursor, or now; and both as curves over the rows' axis. */
export function NeedPanel({
  curve,
  before,
  forecast,
  axis,
  days,
  height,
  now,
  at,
  onAt,
  goal,
  clocks,
}: {
  curve: Curve | null;
  before: Series | null;
  forecast: boolean;
  axis: Axis;
  days: readonly string[];
  height: number;
  now: Ms;
  at: Ms | null;
  onAt: (at: Ms | null) => void;
  goal: GroupCover | null;
  clocks: Clocks;
}) {
  const t = useWords(schedule);
  const first = axis.stretches[0];
  const last = axis.stretches.at(-1);
  const inside = first && last && now >= first.from && now < last.to;
  const read = Math.floor((at ?? (inside ? now : (first?.from ?? 0))) / QUARTER) * QUARTER;
  const many = days.length > 1;
  const stretch = axis.stretches.findLast((one) => one.from <= read);
  const need = curve && forecast ? valueAt(curve.need, read) : null;
  const there = curve ? valueAt(curve.cover, read) : null;
  const gap = need === null || there === null ? null : Math.max(0, need - there);
  return (
    <section className="sc-need" aria-label={t("needCover")} style={{ height }}>
      <div className="sc-needfigures">
        <div className="sc-h">
          <h2>{t("needCover")}</h2>
          <span className="jt-fill" />
          {many ? null : <span className="jt-note jt-num">{clocks.clock(read)}</span>}
        </div>
        <dl>
          <Line mark="need" name={t("need")} value={need} />
          <Line mark="cover" name={t("cover")} value={there} />
          <Line mark="gap" name={t("gap")} value={gap} />
        </dl>
        {many && stretch ? (
          <p className="jt-note jt-num">
            {clocks.day(stretch.day)} {clocks.clock(read)}
          </p>
        ) : null}
        {height > 150 ? (
          <p className="jt-note">
            {!forecast && curve
              ? t("noForecast")
              : goal
                ? t("goalOf", {
                    share: Math.round(goal.share * 100),
                    within: goal.within_s,
                    absence: Math.round(goal.absence * 100),
                  })
                : t("goalsOf")}
          </p>
        ) : null}
      </div>
      <div className="sc-curvebox">
        {curve ? (
          <NeedChart
            curve={curve}
            before={before}
            forecast={forecast}
            axis={axis}
            height={height}
            now={inside ? now : null}
            clock={clocks.clock}
            onAt={onAt}
          />
        ) : null}
        {days.length > 1 ? (
          <div className="sc-dayheads" aria-hidden="true">
            {axis.stretches.map((stretch) => (
              <span key={stretch.day} style={{ left: stretch.x, width: stretch.width }}>
                {days.length > 7 ? Number(stretch.day.slice(8)) : clocks.day(stretch.day)}
              </span>
            ))}
          </div>
        ) : null}
      </div>
    </section>
  );
}

function Line({ mark, name, value }: { mark: string; name: string; value: number | null }) {
  return (
    <>
      <i data-mark={mark} aria-hidden="true" />
      <dt>{name}</dt>
      <dd className="jt-num">{value === null ? "–" : Math.round(value * 10) / 10}</dd>
    </>
  );
}
