import { BarChart, HeatmapChart, LineChart } from "echarts/charts";
import {
  GridComponent,
  MarkAreaComponent,
  MarkLineComponent,
  TooltipComponent,
  VisualMapComponent,
} from "echarts/components";
import { type EChartsCoreOption, type EChartsType, init, registerTheme, use } from "echarts/core";
import { LabelLayout } from "echarts/features";
import { SVGRenderer } from "echarts/renderers";
import { type RefObject, useEffect, useRef } from "react";
import { useLanguage } from "../i18n/language";
import { useTheme } from "./theme";

use([
  BarChart,
  HeatmapChart,
  LineChart,
  GridComponent,
  MarkAreaComponent,
  MarkLineComponent,
  TooltipComponent,
  VisualMapComponent,
  LabelLayout,
  SVGRenderer,
]);

/** Gives a token of the present theme, without its prefix: `ink("chart-gap")`. */
export type Ink = (token: string) => string;
/** What a chart looks like, given the theme's colours and how wide it stands. */
export type Drawing = (ink: Ink, width: number) => EChartsCoreOption;
/** A mark that was pressed: of which series, and which of its points. */
export type Picked = { series: string; index: number };

/**
 * A chart in the box that the ref is given to, in our colours and face. It is drawn anew when `drawing` changes, the
 * box grows, or the theme or language does. Import it only from what is loaded lazily: the library is large.
 *
 *     const box = useChart(useCallback((ink, width) => ({ … }), [data]));
 *     return <div ref={box} role="img" aria-label={…} />;
 */
export function useChart(drawing: Drawing, onPick?: (picked: Picked) => void): RefObject<HTMLDivElement | null> {
  const { mode } = useTheme();
  const lang = useLanguage();
  const box = useRef<HTMLDivElement>(null);
  const latest = useRef(drawing);
  latest.current = drawing;
  const pick = useRef(onPick);
  pick.current = onPick;
  const drawn = useRef<EChartsType | null>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the face follows the language
  useEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    registerTheme(`jt-${mode}`, look());
    const chart = init(element, `jt-${mode}`, { renderer: "svg" });
    drawn.current = chart;
    chart.on("click", (mark) => {
      if (mark.componentType === "series" && mark.seriesId !== undefined) {
        pick.current?.({ series: String(mark.seriesId), index: mark.dataIndex });
      }
    });
    // Lines have no marks to hit: a press beside them takes the nearest line at that place of the axis.
    chart.getZr().on("click", (event) => {
      if (event.target || !pick.current) return;
      const found = nearest(chart, [event.offsetX, event.offsetY]);
      if (found) pick.current(found);
    });
    const redraw = () => {
      chart.resize();
      chart.setOption(latest.current(ink, element.clientWidth), { notMerge: true });
    };
    const observer = new ResizeObserver(redraw);
    observer.observe(element);
    return () => {
      observer.disconnect();
      chart.dispose();
      drawn.current = null;
    };
  }, [mode, lang]);

  useEffect(() => {
    const width = box.current?.clientWidth ?? 0;
    if (width > 0) drawn.current?.setOption(drawing(ink, width), { notMerge: true });
  }, [drawing]);

  return box;
}

function nearest(chart: EChartsType, at: [number, number]): Picked | null {
  if (!chart.containPixel("grid", at)) return null;
  const place = chart.convertFromPixel({ gridIndex: 0 }, at);
  const [x, y] = Array.isArray(place) ? place : [];
  if (typeof x !== "number" || typeof y !== "number") return null;
  const index = Math.max(0, Math.round(x));
  let best: { id: string; off: number } | null = null;
  const { series } = chart.getOption() as {
    series: { id?: string; type: string; silent?: boolean; data?: unknown[] }[];
  };
  for (const one of series) {
    if (one.type !== "line" || one.silent || one.id === undefined) continue;
    const point = one.data?.[index];
    const value = typeof point === "object" && point !== null && "value" in point ? point.value : point;
    if (typeof value !== "number") continue;
    const off = Math.abs(value - y);
    if (!best || off < best.off) best = { id: String(one.id), off };
  }
  return best && { series: best.id, index };
}

const ink: Ink = (token) => getComputedStyle(document.documentElement).getPropertyValue(`--jt-${token}`).trim();

/** The theme of every chart, from the tokens as they stand on the page. */
function look(): object {
  const label = { color: ink("chart-label"), fontSize: 12 };
  return {
    color: [1, 2, 3, 4, 5, 6].map((n) => ink(`chart-${n}`)),
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 12 },
    categoryAxis: {
      axisLine: { lineStyle: { color: ink("chart-axis") } },
      axisTick: { show: false },
      axisLabel: label,
    },
    valueAxis: {
      axisLine: { show: false },
      splitLine: { lineStyle: { color: ink("chart-grid") } },
      axisLabel: label,
    },
    line: { symbol: "none", lineStyle: { width: 2 } },
    bar: { itemStyle: { borderRadius: 2 } },
    tooltip: {
      backgroundColor: ink("raised"),
      borderColor: ink("border-strong"),
      textStyle: { color: ink("text"), fontSize: 12 },
      extraCssText: `box-shadow: ${ink("shadow-2")}; border-radius: 6px;`,
    },
  };
}
