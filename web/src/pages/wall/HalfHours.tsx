import { LineChart } from "echarts/charts";
import { GridComponent, MarkLineComponent } from "echarts/components";
import { type EChartsType, init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { useEffect, useMemo, useRef } from "react";
import { instant } from "../../i18n/format";
import { useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { wall } from "../../i18n/wall";
import type { SiteView } from "../../live/types";
import { lastOf, series } from "./halfHours";

use([LineChart, GridComponent, MarkLineComponent, SVGRenderer]);

/** Service level and true access by half-hour; the space between them is who never got in. */
export default function HalfHours({ points, target }: { points: SiteView["half_hours"]; target: number | null }) {
  const t = useWords(wall);
  const lang = useLanguage();
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType | null>(null);
  const drawn = useMemo(() => series(points), [points]);

  useEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    chart.current = init(element, null, { renderer: "svg" });
    const observer = new ResizeObserver(() => chart.current?.resize());
    observer.observe(element);
    return () => {
      observer.disconnect();
      chart.current?.dispose();
      chart.current = null;
    };
  }, []);

  useEffect(() => {
    const style = getComputedStyle(document.documentElement);
    const token = (name: string) => style.getPropertyValue(`--jt-${name}`).trim();
    const family = getComputedStyle(document.body).fontFamily;
    const size = Math.max(11, Math.round((24 * window.innerHeight) / 1080));
    const names = drawn.starts.map((start) => instant(start, "clock", lang));
    const line = (values: (number | null)[], colour: string, name: string, dy: number) => {
      const last = lastOf(values);
      return {
        type: "line" as const,
        data: values.map((value, at) => ({
          value,
          symbol: at === last?.at ? "circle" : "none",
          symbolSize: size * 0.7,
        })),
        showSymbol: true,
        lineStyle: { width: size / 5, color: colour },
        itemStyle: { color: colour },
        endLabel: {
          show: last !== null,
          formatter: `{n|${name}}\n{v|${last === null ? "" : Math.round(last.value)}}`,
          rich: {
            n: { fontSize: size, color: colour, fontFamily: family, lineHeight: size * 1.3 },
            v: { fontSize: size * 1.4, fontWeight: 600, color: colour, fontFamily: family, lineHeight: size * 1.6 },
          },
          offset: [size * 0.6, dy],
        },
        z: 3,
      };
    };
    const slEnd = lastOf(drawn.sl)?.value ?? 0;
    const openEnd = lastOf(drawn.open)?.value ?? 0;
    // Labels at the ends of two lines that meet must not lie on each other.
    const near = slEnd - openEnd < (100 - drawn.floor) / 6 ? size * 1.5 : 0;
    // Nor be cut off at the upper or the lower edge.
    const edge = (100 - drawn.floor) / 8;
    const down = slEnd > 100 - edge ? size * 1.9 : openEnd < drawn.floor + edge ? -size * 1.9 : 0;
    const area = (values: (number | null)[], colour: string | null) => ({
      type: "line" as const,
      stack: "gap",
      data: values,
      symbol: "none",
      silent: true,
      lineStyle: { width: 0 },
      areaStyle: colour ? { color: colour, opacity: 1 } : { opacity: 0 },
      z: 1,
    });
    chart.current?.setOption(
      {
        animation: false,
        grid: { left: size * 2.4, right: size * 7.5, top: size * 0.8, bottom: size * 1.8 },
        xAxis: {
          type: "category",
          data: names,
          boundaryGap: false,
          axisLine: { show: false },
          axisTick: { show: false },
          axisLabel: { color: token("chart-label"), fontSize: size, fontFamily: family, hideOverlap: true },
        },
        yAxis: {
          type: "value",
          min: drawn.floor,
          max: 100,
          interval: drawn.floor >= 50 ? 10 : 20,
          axisLabel: { color: token("chart-label"), fontSize: size, fontFamily: family },
          splitLine: { lineStyle: { color: token("chart-grid"), width: 2 } },
        },
        series: [
          area(drawn.open, null),
          area(
            drawn.sl.map((value, at) => (value === null ? null : Math.max(0, value - (drawn.open[at] ?? value)))),
            token("chart-gap"),
          ),
          line(drawn.open, token("chart-2"), t("trueAccess"), near + down),
          {
            ...line(drawn.sl, token("chart-1"), t("slShort"), down - near),
            ...(target === null
              ? {}
              : {
                  markLine: {
                    silent: true,
                    symbol: "none",
                    data: [{ yAxis: target * 100 }],
                    lineStyle: { color: token("chart-target"), type: "dotted", width: 2 },
                    label: {
                      position: "end",
                      formatter: t("target", { percent: Math.round(target * 100) }),
                      color: token("chart-target"),
                      fontSize: size,
                      fontFamily: family,
                      distance: size * 0.6,
                    },
                  },
                }),
          },
        ],
      },
      { notMerge: true },
    );
  });

  const last = lastOf(drawn.sl);
  return (
    <>
      <div ref={box} className="wl-draw" role="img" aria-label={t("chart")} />
      {last === null ? <p className="wl-none">{t("noHalfHours")}</p> : null}
      <table className="jt-hidden">
        <caption>{t("chart")}</caption>
        <tbody>
          {drawn.starts.map((start, at) => (
            <tr key={start}>
              <th scope="row">{instant(start, "clock", lang)}</th>
              <td>{drawn.sl[at] ?? "–"}</td>
              <td>{drawn.open[at] ?? "–"}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
