import type { EChartsCoreOption } from "echarts/core";
import type { Drawing } from "../../ui/charts";

/** What is needed by quarter of an hour, as steps: with its band, and beside it what there is. Pure. */
export type Steps = {
  ticks: readonly string[];
  /** Places whose tick is written; null: as many as have room. */
  heads: ReadonlySet<number> | null;
  need: readonly number[];
  low: readonly number[] | null;
  high: readonly number[] | null;
  beside: readonly (number | null)[] | null;
  under: readonly number[] | null;
  /** A level to be held against. */
  level: number | null;
};

const FACE = 12;

/** The days of a horizon whose ticks are written: at even distances, in whole weeks where they are many. */
export function headsOf(firsts: readonly number[]): ReadonlySet<number> {
  const every = firsts.length <= 10 ? 1 : firsts.length <= 31 ? 2 : 7;
  return new Set(firsts.filter((_, n) => n % every === 0));
}

export function steps(
  data: Steps,
  said: { tip: (index: number) => string; value: (value: number) => string },
): Drawing {
  return (ink): EChartsCoreOption => {
    const heads = data.heads;
    const top = Math.max(...data.need, ...(data.high ?? []), ...(data.beside ?? []).map((one) => one ?? 0));
    return {
      animation: false,
      grid: { left: 8, right: 12, top: 20, bottom: 4, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
      tooltip: {
        trigger: "axis",
        confine: true,
        backgroundColor: ink("surface"),
        borderColor: ink("border"),
        textStyle: { color: ink("text"), fontSize: FACE },
        axisPointer: { type: "line", lineStyle: { color: ink("chart-axis"), type: "solid" } },
        formatter: (points: readonly { dataIndex: number }[]) => said.tip(points[0]?.dataIndex ?? 0),
      },
      xAxis: {
        type: "category",
        data: [...data.ticks],
        boundaryGap: false,
        axisTick: heads ? { interval: (index: number) => heads.has(index) } : {},
        axisLabel: {
          hideOverlap: true,
          color: ink("chart-label"),
          fontSize: FACE,
          ...(heads ? { interval: (index: number) => heads.has(index) } : {}),
        },
      },
      yAxis: {
        type: "value",
        min: 0,
        splitNumber: 4,
        // A level far above all else would press the curve flat: it is told in words.
        ...(data.level !== null && data.level > top && data.level <= top * 2 ? { max: data.level } : {}),
        axisLabel: { color: ink("chart-label"), fontSize: FACE, formatter: said.value },
      },
      series: [
        ...(data.low && data.high
          ? [
              hidden("low", data.low, {}),
              hidden(
                "band",
                data.high.map((high, i) => high - (data.low?.[i] ?? 0)),
                { areaStyle: { color: ink("chart-3"), opacity: 0.16 } },
              ),
            ]
          : []),
        ...(data.beside ? [line("beside", data.beside, ink("chart-1"), 2, "solid")] : []),
        ...(data.under ? [line("under", data.under, ink("chart-3"), 1, "dotted")] : []),
        {
          ...line("need", data.need, ink("chart-3"), 1.5, "solid"),
          ...(data.level === null
            ? {}
            : {
                markLine: {
                  silent: true,
                  symbol: "none",
                  label: { show: false },
                  lineStyle: { color: ink("chart-axis"), type: "dashed", width: 1 },
                  data: [{ yAxis: data.level }],
                },
              }),
        },
      ],
    };
  };
}

function hidden(id: string, values: readonly number[], more: object) {
  return {
    id,
    type: "line",
    step: "end",
    stack: "band",
    silent: true,
    symbol: "none",
    lineStyle: { opacity: 0 },
    data: [...values],
    ...more,
  };
}

function line(id: string, values: readonly (number | null)[], color: string, width: number, type: string) {
  return {
    id,
    type: "line",
    step: "end",
    showSymbol: false,
    connectNulls: false,
    lineStyle: { width, color, type },
    itemStyle: { color },
    data: [...values],
  };
}

/** From the first to the last quarter of an hour in which anything is, with one beside on either side; all, where
 *  nothing is. */
export function span(first: number, count: number, anything: (index: number) => boolean): [number, number] {
  let from = first;
  let until = first + count;
  while (from < until && !anything(from)) from += 1;
  if (from === until) return [first, first + count];
  while (until > from && !anything(until - 1)) until -= 1;
  return [Math.max(first, from - 1), Math.min(first + count, until + 1)];
}
