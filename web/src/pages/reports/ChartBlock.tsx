import { lazy, Suspense, useCallback, useId, useMemo, useState } from "react";
import { core } from "../../i18n/core";
import { useWords } from "../../i18n/messages";
import { reports } from "../../i18n/reports";
import type { Picked } from "../../ui/charts";
import type { Outcome } from "./api";
import { FigureTable, type Pressed } from "./FigureTable";
import { axisText, figureWithSign, intervalText, withinOneDay } from "./figures";
import { columnName, type Wording } from "./names";
import { type Plot, plots } from "./plot";

const Chart = lazy(() => import("./Chart"));

/** A chart, and the same as a table for whoever wants the figures or works by keys. */
export function ChartBlock({
  outcome,
  zone,
  wording,
  title,
  onPress,
}: {
  outcome: Outcome;
  zone: string;
  wording: Wording;
  title: string;
  onPress: Pressed;
}) {
  const t = useWords(reports);
  const [asTable, setAsTable] = useState(false);
  const id = useId();
  const drawn = useMemo(
    () =>
      plots(
        { columns: outcome.columns, lines: outcome.lines, every: outcome.every, grouped: outcome.by.length > 0 },
        {
          column: (column) => columnName(column, wording.lang),
          keys: (line) => line.keys.map((key, i) => wording.key(outcome.by[i] as never, key)).join(", "),
          rest: t("rest"),
        },
      ),
    [outcome, wording, t],
  );
  return (
    <div className="rp-chartblock">
      <p className="rp-as jt-note">
        <Legend plots={drawn} outcome={outcome} wording={wording} />
        <span className="jt-fill" />
        <button
          type="button"
          className="jt-link"
          aria-pressed={asTable}
          aria-controls={id}
          onClick={() => setAsTable(!asTable)}
        >
          {asTable ? t("asChart") : t("asTable")}
        </button>
      </p>
      <div id={id}>
        {asTable ? (
          <FigureTable outcome={outcome} zone={zone} wording={wording} label={title} onPress={onPress} />
        ) : (
          drawn.map((plot) => (
            <Drawn
              key={plot.unit}
              plot={plot}
              outcome={outcome}
              zone={zone}
              wording={wording}
              title={title}
              onPress={onPress}
            />
          ))
        )}
      </div>
    </div>
  );
}

function Drawn({
  plot,
  outcome,
  zone,
  wording,
  title,
  onPress,
}: {
  plot: Plot;
  outcome: Outcome;
  zone: string;
  wording: Wording;
  title: string;
  onPress: Pressed;
}) {
  const t = useWords(reports);
  const w = useWords(core);
  const { lang } = wording;
  const { every, window } = outcome;
  const oneDay = withinOneDay(window.start, window.end, zone);
  const words = useMemo(() => {
    const at = (index: number, brief: boolean) => {
      const one = plot.categories[index];
      if (!one) return "";
      if (plot.timed) return intervalText(one.start, one.end, every, { zone, lang, oneDay, brief });
      return one.keys.length === 0
        ? t("rest")
        : one.keys.map((key, i) => wording.key(outcome.by[i] as never, key)).join(", ");
    };
    return {
      category: (index: number) => at(index, false),
      tick: (index: number) => at(index, true),
      value: (value: number | null) => figureWithSign(value, plot.unit, lang),
      axis: (value: number) => axisText(value, plot.unit, lang),
    };
  }, [plot, every, zone, lang, oneDay, outcome.by, wording, t]);
  const targets = useMemo(
    () =>
      outcome.targets
        .filter((one) => outcome.columns.some((column) => column.key === one.metric && column.unit === plot.unit))
        .filter((one, at, all) => all.findIndex((other) => other.value === one.value) === at)
        .map((one) => ({ ...one, name: t("target", { value: figureWithSign(one.value, plot.unit, lang) }) })),
    [outcome, plot.unit, lang, t],
  );
  const pick = useCallback(
    ({ series, index }: Picked) => {
      const one = plot.series[Number(series)];
      const line = one?.points[index]?.line;
      if (one && line) onPress(one.column, line);
    },
    [plot, onPress],
  );
  const stacked = outcome.drawn === "stacked";
  const height = plot.timed
    ? 220
    : Math.min(640, 40 + plot.categories.length * (stacked ? 26 : 14 + 12 * plot.series.length));
  return (
    <Suspense fallback={<p className="jt-note rp-wait">{w("loading")}</p>}>
      <Chart
        plot={plot}
        drawn={outcome.drawn === "line" ? "line" : "bar"}
        stacked={stacked}
        gap={outcome.gap}
        targets={targets}
        words={words}
        label={t("chartOf", { title, n: plot.series.length })}
        height={height}
        onPick={pick}
      />
    </Suspense>
  );
}

/** Bars of several series say what their colours are; lines are named at their ends; a gap is always named. */
function Legend({ plots: all, outcome, wording }: { plots: Plot[]; outcome: Outcome; wording: Wording }) {
  const t = useWords(reports);
  const names = outcome.drawn === "line" ? [] : all.flatMap((plot) => (plot.series.length > 1 ? plot.series : []));
  const [one, other] = outcome.columns;
  const reading = (id: string | undefined) => id !== undefined && /^sl[1-6]$/.test(id);
  const gap =
    outcome.gap && one && other
      ? reading(one.id) && other.id === "sl7"
        ? t("gapAccess")
        : t("gap", { one: columnName(one, wording.lang), other: columnName(other, wording.lang) })
      : null;
  return (
    <>
      {names.map((series, at) => (
        <span key={series.name} className="rp-key" data-series={(at % 6) + 1}>
          {series.name}
        </span>
      ))}
      {gap ? (
        <span className="rp-key" data-series="gap">
          {gap}
        </span>
      ) : null}
    </>
  );
}
