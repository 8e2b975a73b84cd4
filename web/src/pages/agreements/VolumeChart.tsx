import { useEffect, useRef, useState } from "react";
import { agreements } from "../../i18n/agreements";
import { count } from "../../i18n/format";
import { inLanguage, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { dayOfMonth } from "./calendar";
import { dayName } from "./figures";
import type { Volume } from "./model";
import { barsOf, furthest } from "./volume";

const TALL = 246;
const RIGHT = 92;

/** Requests by day against the locked forecast with its tolerance; the rest of the month reckoned, dotted. */
export function VolumeChart({ volume, today }: { volume: Volume; today: string }) {
  const t = useWords(agreements);
  const lang = useLanguage();
  const [box, wide] = useWidth();
  const right = wide < 420 ? 8 : RIGHT;
  const bars = barsOf(
    volume.days,
    { left: 44, top: 8, width: Math.max(120, wide - 44 - right), height: TALL - 30 },
    today,
  );
  const far = furthest(bars);
  const last = bars.days.at(-1);
  const every = bars.days.length > 14 ? 7 : 1;
  const names = last
    ? apart([
        { y: last.band ? last.band.y + 4 : null, text: t("tolerance") },
        { y: last.forecast, text: t("forecast") },
        { y: last.rest ? last.rest.y + last.rest.height / 2 : null, text: t("restEstimated") },
      ])
    : [];
  return (
    <section aria-labelledby="ag-volume">
      <div className="ag-h">
        <h2 id="ag-volume">{t("volume")}</h2>
        <span className="jt-note">{inLanguage(volume.texts, lang)}</span>
      </div>
      <div className="ag-chart" ref={box}>
        <svg width={wide} height={TALL} role="img" aria-label={`${t("volume")}: ${inLanguage(volume.texts, lang)}`}>
          {bars.ticks.map((tick) => (
            <g key={tick.value}>
              <path
                d={`M44 ${tick.y}H${wide - right}`}
                stroke={tick.value === 0 ? "var(--jt-chart-axis)" : "var(--jt-chart-grid)"}
              />
              <text x={38} y={tick.y + 4} fontSize={12} fill="var(--jt-chart-label)" textAnchor="end">
                {count(tick.value, lang)}
              </text>
            </g>
          ))}
          {bars.days.map((one) =>
            one.band ? (
              <rect
                key={one.day}
                x={one.x + 0.5}
                y={one.band.y}
                width={Math.max(1, one.wide - 1)}
                height={one.band.height}
                fill="var(--jt-chart-band)"
              />
            ) : null,
          )}
          {bars.days.map((one, i) => (
            <g key={one.day}>
              {one.bar && one.bar.height > 0 ? (
                <rect
                  x={one.x + one.wide / 4}
                  y={one.bar.y}
                  width={one.wide / 2}
                  height={one.bar.height}
                  rx={Math.min(2, one.wide / 4)}
                  fill={one.beyond ? "var(--jt-chart-2)" : "var(--jt-chart-1)"}
                />
              ) : null}
              {one.rest ? (
                <rect
                  x={one.x + one.wide / 4}
                  y={one.rest.y}
                  width={one.wide / 2}
                  height={one.rest.height}
                  rx={Math.min(2, one.wide / 4)}
                  fill="none"
                  stroke="var(--jt-chart-1)"
                  strokeDasharray="2 2"
                />
              ) : null}
              {one.forecast !== null ? (
                <path
                  d={`M${one.x + 0.5} ${one.forecast}h${Math.max(1, one.wide - 1)}`}
                  stroke="var(--jt-chart-target)"
                  strokeWidth={1.5}
                  strokeDasharray="2 2"
                />
              ) : null}
              {i % every === 0 || i === bars.days.length - 1 ? (
                <text
                  x={one.x + one.wide / 2}
                  y={TALL - 5}
                  fontSize={12}
                  fill="var(--jt-chart-label)"
                  textAnchor="middle"
                >
                  {i % every === 0 && bars.days.length - 1 - i < every / 2 && i !== bars.days.length - 1
                    ? ""
                    : dayOfMonth(one.day)}
                </text>
              ) : null}
            </g>
          ))}
          {far?.bar && far.off !== null ? (
            <text
              x={Math.max(120, Math.min(far.x + far.wide / 2, wide - right))}
              y={Math.max(12, Math.min(far.bar.y, far.band?.y ?? far.bar.y) - 6)}
              fontSize={12}
              fontWeight={600}
              fill="var(--jt-text)"
              textAnchor="end"
            >
              {t("dayOff", {
                day: dayOfMonth(far.day),
                off: `${far.off > 0 ? "+" : "−"}${Math.abs(far.off * 100).toFixed(0)}`,
              })}
            </text>
          ) : null}
          {right === RIGHT
            ? names.map((one) => (
                <text key={one.text} x={wide - right + 8} y={one.y + 4} fontSize={12} fill="var(--jt-text-2)">
                  {one.text}
                </text>
              ))
            : null}
        </svg>
      </div>
      {volume.forecast === null ? <p className="jt-note">{t("noForecast")}</p> : null}
      <table className="jt-hidden">
        <caption>{t("volume")}</caption>
        <tbody>
          {volume.days.map((one) => (
            <tr key={one.day}>
              <th scope="row">{dayName(one.day, lang)}</th>
              <td>{count(one.actual, lang)}</td>
              <td>{one.forecast === null ? "–" : count(Math.round(one.forecast), lang)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** Names at the ends of their lines, pushed down until none lies on another. */
function apart(names: { y: number | null; text: string }[]): { y: number; text: string }[] {
  const there = names.filter((one): one is { y: number; text: string } => one.y !== null).sort((a, b) => a.y - b.y);
  let free = 4;
  return there.map((one) => {
    const y = Math.max(one.y, free);
    free = y + 16;
    return { ...one, y };
  });
}

export function useWidth(): [React.RefObject<HTMLDivElement | null>, number] {
  const box = useRef<HTMLDivElement>(null);
  const [wide, setWide] = useState(600);
  useEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(() => setWide(Math.max(240, element.clientWidth)));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [box, wide];
}
