import { useEffect, useRef, useState } from "react";
import { floor } from "../../i18n/floor";
import { count } from "../../i18n/format";
import { useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import type { QueueFigures } from "../../live/types";
import { MetricName } from "../../ui/metric";

/** A ribbon as thick as the number of people; losses leave it downward. */
export function WayIn({ today, seconds }: { today: QueueFigures; seconds: number | null }) {
  const t = useWords(floor);
  const lang = useLanguage();
  const [box, width] = useWidth();
  const n = (value: number) => count(value, lang);
  const inTime = today.sl3.num;
  const stages: { id: string; word: string; value: number; note?: string }[] = [
    { id: "entry_offered", word: t("came"), value: today.entry_offered },
    {
      id: "requested_agent",
      word: t("asked"),
      value: today.offered,
      note: today.transferred_in > 0 ? t("ofTransfers", { n: n(today.transferred_in) }) : "",
    },
    {
      id: "answered",
      word: t("answered"),
      value: today.answered,
      note: today.put_back > 0 ? t("putBack", { n: n(today.put_back) }) : "",
    },
    { id: "sl3", word: seconds === null ? t("withinTarget") : t("within", { x: seconds }), value: inTime },
  ];
  // A transfer asks once more for somebody who came once: those who never got in are told by who came themselves.
  const kept = Math.max(0, today.entry_offered - (today.offered - today.transferred_in));
  const losses = [
    { key: "refused", word: t("notLetIn", { n: kept }), value: kept },
    { key: "gave-up", word: t("gaveUp", { n: today.abandoned }), value: today.abandoned },
    { key: "later", word: t("later", { n: Math.max(0, today.answered - inTime) }), value: today.answered - inTime },
  ];
  const most = Math.max(1, ...stages.map((stage) => stage.value));
  const thick = (value: number) => (value <= 0 ? 0 : Math.max(1.5, (value / most) * FULL));
  const at = stages.map((_, i) => Math.round((width * i) / stages.length));
  return (
    <div ref={box} className="fl-wayin">
      <p className="jt-hidden">
        {t("wayInSaid", {
          came: n(today.entry_offered),
          asked: n(today.offered),
          answered: n(today.answered),
          within: n(inTime),
        })}
      </p>
      <div className="fl-stages">
        {stages.map((stage) => (
          <div key={stage.id}>
            <b className={stage.value === 0 ? "jt-num jt-zero" : "jt-num"}>{n(stage.value)}</b>
            <span className="jt-note">
              <MetricName id={stage.id}>{stage.word}</MetricName>
              {stage.note ? <small>{stage.note}</small> : null}
            </span>
          </div>
        ))}
      </div>
      {width > 0 ? (
        <svg width={width} height={HEIGHT} aria-hidden="true" className="fl-ribbon">
          <path
            d={ribbon(
              at,
              stages.map((stage) => thick(stage.value)),
              width,
            )}
            fill="var(--jt-chart-1)"
          />
          {losses.map((loss, i) => {
            const x = at[i + 1] ?? 0;
            const from = thick(stages[i]?.value ?? 0);
            const w = Math.min(14, thick(loss.value));
            if (loss.value <= 0) return null;
            return (
              <g key={loss.key}>
                <path
                  d={`M${x - 12 - w} ${from - w / 2} q${8 + w / 2} 0 ${8 + w / 2} ${10} V${HEIGHT - 2}`}
                  fill="none"
                  stroke="var(--jt-chart-2)"
                  strokeWidth={w}
                />
                <text x={x + 2} y={HEIGHT - 5}>
                  {loss.word}
                </text>
              </g>
            );
          })}
        </svg>
      ) : null}
    </div>
  );
}

const FULL = 20;
const HEIGHT = 46;

/** Flat on each stage, eased between: down to the next thickness just before the next stage begins. */
function ribbon(at: readonly number[], heights: readonly number[], width: number): string {
  let path = `M0 0 H${width} V${heights.at(-1) ?? 0}`;
  for (let i = heights.length - 1; i > 0; i -= 1) {
    const x = at[i] ?? 0;
    const here = heights[i] ?? 0;
    const before = heights[i - 1] ?? 0;
    path += ` H${x + 8} C${x - 4} ${here} ${x - 4} ${before} ${x - 16} ${before}`;
  }
  return `${path} H0 Z`;
}

function useWidth(): [React.RefObject<HTMLDivElement | null>, number] {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const element = box.current;
    if (!element || typeof ResizeObserver === "undefined") return undefined;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [box, width];
}
