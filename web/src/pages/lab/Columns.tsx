import { Dropdown } from "antd";
import type { ReactNode } from "react";
import { wordedCode } from "../../i18n/problems";
import { IconButton } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { DayCurve } from "./DayCurve";
import { axisOf, type Scale, STRIP, scaleOf } from "./drawing";
import { type Compared, columns, direction, FIGURES, type FigureKey, type Scenario, type Shown } from "./model";
import { about, changeText, figure, points, seconds, useLabWords } from "./words";

type Acts = { run: (id: string) => void; stop: (id: string) => void; drop: (id: string) => void };

/** Scenarios side by side: the day, then each figure on one scale, its interval and its change from the base. */
export function Columns({ shown, acts }: { shown: Shown; acts: Acts | null }) {
  const { t, name } = useLabWords();
  const all = columns(shown.scenarios);
  const [base] = all;
  const target = shown.assumptions.target ?? 0.85;
  const axis = axisOf(all, target);
  const resolved = shown.assumptions.resolved !== null;
  const within = shown.assumptions.within_s ?? 20;
  const limits: Record<FigureKey, number | null> = {
    sl3: target,
    sl7: null,
    abandon_rate: null,
    occupancy: shown.assumptions.max_occupancy ?? null,
    cost: null,
  };
  const under: Record<FigureKey, string> = {
    sl3: t("under.sl3", { n: points(target) }),
    sl7: t("under.sl7"),
    abandon_rate: t("under.abandon_rate"),
    occupancy: t("under.occupancy", { n: points(limits.occupancy) }),
    cost: t("under.cost"),
  };
  const title = (key: FigureKey) =>
    key === "sl3"
      ? t("figure.sl3", { n: within })
      : t(key === "cost" && !resolved ? "figure.costAnswered" : `figure.${key}`, { n: within });
  const scales = Object.fromEntries(FIGURES.map((key) => [key, scaleOf(all, key, limits[key])])) as Record<
    FigureKey,
    Scale
  >;
  return (
    <div className="lab-grid" tabIndex={0} role="region" aria-label={t("title")}>
      <div className="lab-names" aria-hidden="true">
        <div className="lab-head">
          <span className="jt-note">{t("columnHead", { n: shown.study.days })}</span>
        </div>
        <div className="lab-legend">
          <span>{t("theDay")}</span>
          <span className="jt-note">{t("byHalfHour")}</span>
          <span className="lab-lg first">
            <i style={{ background: "var(--jt-chart-1)" }} />
            {t("sl3", { n: within })}
          </span>
          <span className="lab-lg">
            <i style={{ background: "var(--jt-chart-gap)", height: 12 }} />
            {t("neverQueued")}
          </span>
          <span className="lab-lg">
            <i style={{ background: "var(--jt-chart-2)" }} />
            {t("trueAccess")}
          </span>
          <span className="lab-lg">
            <i className="dotted" />
            {t("targetLine", { n: Math.round(target * 100) })}
          </span>
        </div>
        {FIGURES.map((key) => (
          <div key={key} className="lab-cell label">
            <span>{title(key)}</span>
            <span className="jt-note">{under[key]}</span>
          </div>
        ))}
      </div>
      {all.map((one, n) => (
        <section key={one.id} className="lab-col" data-base={n === 0} aria-label={name(one, shown)}>
          <div className="lab-head">
            <div className="lab-name">
              <h2 className="jt-clip" title={name(one, shown)}>
                {name(one, shown)}
              </h2>
              {one.run.days > 0 && one.run.days < one.run.wanted ? (
                <span className="jt-note">{t("soFar")}</span>
              ) : null}
              <span className="jt-fill" />
              {acts ? <Menu one={one} n={n} label={t("menuOf", { name: name(one, shown) })} acts={acts} /> : null}
            </div>
            <p className="jt-note jt-clip">{about(t, one, shown)}</p>
            <State one={one} />
          </div>
          <div className="lab-day">
            {one.figures ? <DayCurve one={one} axis={axis} target={target} name={name(one, shown)} /> : null}
          </div>
          <dl>
            {FIGURES.map((key) => (
              <div key={key} className="lab-cell">
                <dt className="jt-hidden">{title(key)}</dt>
                <Cell
                  of={key}
                  compared={one.figures?.[key]}
                  base={base?.figures?.[key]}
                  limit={limits[key]}
                  scale={scales[key]}
                  partial={one.run.days < one.run.wanted}
                />
              </div>
            ))}
          </dl>
        </section>
      ))}
    </div>
  );
}

function State({ one }: { one: Scenario }) {
  const { t, lang } = useLabWords();
  const { run } = one;
  if (run.state === "done") {
    return (
      <p className="lab-state">
        <Icon name="check" size={14} />
        {t("daysDone", { days: run.days, wanted: run.wanted, time: seconds(run.seconds, lang) })}
      </p>
    );
  }
  if (run.state === "running") {
    return (
      <p className="lab-state">
        <span>{t("daysSoFar", { days: run.days, wanted: run.wanted })}</span>
        <span
          className="lab-prog"
          role="progressbar"
          aria-label={t("daysSoFar", { days: run.days, wanted: run.wanted })}
          aria-valuenow={Math.round((100 * run.days) / run.wanted)}
          aria-valuemin={0}
          aria-valuemax={100}
        >
          <i style={{ width: `${(100 * run.days) / run.wanted}%` }} />
        </span>
        {run.left_s === null ? null : <span>{t("left", { time: seconds(run.left_s, lang) })}</span>}
      </p>
    );
  }
  const why = run.error === null ? null : (wordedCode(run.error, {}, lang) ?? run.error_detail);
  return (
    <p className="lab-state" data-failed={run.state === "failed"} title={why ?? undefined}>
      <Icon name={run.state === "failed" ? "alarm" : run.state === "queued" ? "clock" : "info"} size={14} />
      <span className="jt-clip">
        {t(`run.${run.state}`)}
        {why ? `: ${why}` : ""}
      </span>
    </p>
  );
}

function Menu({ one, n, label, acts }: { one: Scenario; n: number; label: string; acts: Acts }) {
  const { t } = useLabWords();
  const going = one.run.state === "queued" || one.run.state === "running";
  return (
    <Dropdown
      trigger={["click"]}
      menu={{
        items: [
          going
            ? { key: "stop", label: t("stop"), onClick: () => acts.stop(one.id) }
            : {
                key: "run",
                label: t(one.run.state === "none" ? "runIt" : "runAgain"),
                disabled: one.run.state === "done",
                onClick: () => acts.run(one.id),
              },
          ...(n === 0 ? [] : [{ key: "drop", label: t("remove"), danger: true, onClick: () => acts.drop(one.id) }]),
        ],
      }}
    >
      <IconButton icon="more" label={label} aria-haspopup="menu" className="lab-more" />
    </Dropdown>
  );
}

function Cell({
  of,
  compared,
  base,
  limit,
  scale,
  partial,
}: {
  of: FigureKey;
  compared: Compared | undefined;
  base: Compared | undefined;
  limit: number | null;
  scale: Scale;
  partial: boolean;
}): ReactNode {
  const { t, lang } = useLabWords();
  const value = compared?.value;
  if (!compared || !value || value.mean === null) return <dd className="jt-nodata">–</dd>;
  const moved = direction(compared.change);
  const over = of === "occupancy" && limit !== null && value.mean > limit;
  const met = of === "sl3" && limit !== null && value.mean >= limit;
  const middle = base?.value.mean ?? null;
  const size = figure(of, Math.abs(compared.change?.mean ?? 0), lang);
  return (
    <dd>
      <span className="lab-v">
        <b className={over ? "jt-num jt-over" : "jt-num"} data-met={met}>
          {figure(of, value.mean, lang)}
        </b>
        {met ? <Icon name="check" size={14} label={t("reached")} /> : null}
        {value.low === null || value.high === null ? null : (
          <span className="lab-ci jt-num">
            {figure(of, value.low, lang)}–{figure(of, value.high, lang)}
          </span>
        )}
        {moved === null ? null : moved === "unclear" ? (
          <span className="lab-ch">{t("unclear")}</span>
        ) : (
          <span className="lab-ch jt-num">
            <span aria-hidden="true">{changeText(of, compared, lang)}</span>
            <span className="jt-hidden">{t(moved, { n: size })}</span>
          </span>
        )}
      </span>
      <svg width={STRIP.width} height={STRIP.height} aria-hidden="true">
        <path d={`M0 7H${STRIP.width}`} stroke="var(--jt-chart-grid)" />
        {middle === null ? null : (
          <path d={`M${scale(middle)} 2V12`} stroke="var(--jt-chart-axis)" strokeWidth={1.5} />
        )}
        {limit === null ? null : (
          <path d={`M${scale(limit)} 1V13`} stroke="var(--jt-chart-target)" strokeWidth={1.5} strokeDasharray="2 2" />
        )}
        {value.low === null || value.high === null ? null : (
          <path
            d={`M${scale(value.low)} 7H${scale(value.high)}`}
            stroke="var(--jt-chart-1)"
            strokeWidth={3}
            strokeDasharray={partial ? "3 2" : undefined}
          />
        )}
        <circle cx={scale(value.mean)} cy={7} r={3.5} fill="var(--jt-chart-1)" />
      </svg>
    </dd>
  );
}
