import type { EChartsCoreOption } from "echarts/core";
import type { Drawing, Ink } from "../../ui/charts";

/** A forecast with its band and what came, and days of a back-test. Pure. */
export type Curve = {
  ticks: readonly string[];
  mean: readonly (number | null)[];
  low: readonly (number | null)[];
  high: readonly (number | null)[];
  came: readonly (number | null)[];
  need?: readonly (number | null)[];
  /** The place of today's line, or of the day chosen. */
  mark: { at: number; name: string } | null;
  chosen: number | null;
};
export type Said = {
  mean: string;
  came: string;
  band: string;
  need: string;
  tip: (index: number) => string;
  value: (value: number) => string;
};

const FACE = 12;

export function curve(data: Curve, said: Said): Drawing {
  return (ink, width): EChartsCoreOption => {
    const named = width > 520;
    const right = named ? Math.min(Math.max(said.mean.length, said.came.length, said.need.length) * 9 + 18, 120) : 12;
    const span = data.low.map((low, i) => {
      const high = data.high[i];
      return low === null || low === undefined || high === null || high === undefined ? null : high - low;
    });
    return {
      animation: false,
      grid: { left: 8, right, top: 20, bottom: 4, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
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
        axisLabel: { hideOverlap: true, color: ink("chart-label"), fontSize: FACE },
      },
      yAxis: {
        type: "value",
        min: 0,
        splitNumber: 4,
        axisLabel: { color: ink("chart-label"), fontSize: FACE, formatter: said.value },
      },
      series: [
        { ...hidden("low", data.low), areaStyle: undefined },
        {
          ...hidden("band", span),
          areaStyle: { color: ink("chart-1"), opacity: 0.16 },
          ...(data.mark || data.chosen !== null ? marks(data, ink) : {}),
        },
        line("mean", said.mean, data.mean, ink("chart-1"), named, 2),
        line("came", said.came, data.came, ink("chart-2"), named, 1.5),
        ...(data.need ? [steps("need", said.need, data.need, ink("chart-3"), named)] : []),
      ],
    };
  };
}

function hidden(id: string, values: readonly (number | null)[]) {
  return {
    id,
    type: "line",
    stack: "band",
    silent: true,
    symbol: "none",
    lineStyle: { opacity: 0 },
    data: [...values],
    tooltip: { show: false },
  };
}

function line(
  id: string,
  name: string,
  values: readonly (number | null)[],
  color: string,
  named: boolean,
  wide: number,
) {
  return {
    id,
    name,
    type: "line",
    symbol: "circle",
    showSymbol: false,
    connectNulls: false,
    lineStyle: { width: wide, color },
    itemStyle: { color },
    data: [...values],
    endLabel: { show: named, formatter: name, color, fontSize: FACE, distance: 6 },
    labelLayout: { moveOverlap: "shiftY" },
  };
}

function steps(id: string, name: string, values: readonly (number | null)[], color: string, named: boolean) {
  return { ...line(id, name, values, color, named, 1.5), step: "end" };
}

function marks(data: Curve, ink: Ink) {
  const found = [];
  if (data.mark) {
    found.push({
      xAxis: data.mark.at,
      lineStyle: { color: ink("chart-axis"), type: "dashed", width: 1 },
      label: { formatter: data.mark.name, color: ink("text-2"), fontSize: FACE, position: "insideEndTop", rotate: 0 },
    });
  }
  if (data.chosen !== null) {
    found.push({
      xAxis: data.chosen,
      lineStyle: { color: ink("brand"), type: "solid", width: 1 },
      label: { show: false },
    });
  }
  return { markLine: { silent: true, symbol: "none", data: found } };
}
