import { useCallback } from "react";
import {
  count,
  duration,
  type InstantStyle,
  instant,
  NO_DATA,
  percent,
  quotient,
  spokenDuration,
} from "../i18n/format";
import { useLanguage } from "../i18n/language";
import { useTimed } from "../live/clock";
import type { Ms, Ratio } from "../live/types";

/** A count: grey `0` for nothing, grey `–` for no data. `limit` colours it red from the limit on. */
export function Figure({ value, over = false }: { value: number | null | undefined; over?: boolean }) {
  const lang = useLanguage();
  const quiet = value === null || value === undefined ? "jt-nodata" : value === 0 ? "jt-zero" : "";
  return <span className={`jt-num ${over ? "jt-over" : quiet}`}>{count(value, lang)}</span>;
}

/** A rate, one decimal; n = 0 is no data. `below` turns it red when it is under the target (0..1). */
export function Percent({
  ratio,
  digits = 1,
  below,
}: {
  ratio: Ratio | null | undefined;
  digits?: number;
  below?: number;
}) {
  const value = quotient(ratio);
  if (value === null) return <span className="jt-num jt-nodata">{NO_DATA}</span>;
  const short = below !== undefined && value < below;
  return (
    <span className={`jt-num ${short ? "jt-over" : ""}`} title={ratio ? `${ratio.num} / ${ratio.den}` : undefined}>
      {percent(ratio, digits)}
    </span>
  );
}

/** A mean length: ratio of milliseconds, or milliseconds. */
export function Length({ ratio, ms, over = false }: { ratio?: Ratio | null; ms?: number | null; over?: boolean }) {
  const lang = useLanguage();
  const value = ratio === undefined ? ms : quotient(ratio);
  if (value === null || value === undefined) return <span className="jt-num jt-nodata">{NO_DATA}</span>;
  return <span className={`jt-num ${over ? "jt-over" : ""}`}>{duration(value, lang)}</span>;
}

/** Running time since an instant, `m:ss`. Re-renders alone, once a second. `limit` (ms): red from there on. */
export function Since({ since, limit }: { since: Ms; limit?: number | null }) {
  const lang = useLanguage();
  const text = useTimed(useCallback((now: Ms) => duration(now - since, lang), [since, lang]));
  const over = useTimed(
    useCallback((now: Ms) => limit !== undefined && limit !== null && now - since > limit, [since, limit]),
  );
  return <span className={`jt-num ${over ? "jt-over" : ""}`}>{text}</span>;
}

/** Time left until an instant, `m:ss`, never below 0:00. */
export function Left({ until }: { until: Ms }) {
  const lang = useLanguage();
  const text = useTimed(useCallback((now: Ms) => duration(until - now + 999, lang), [until, lang]));
  return <span className="jt-num">{text}</span>;
}

/** Time left in words, told to screen readers in coarse steps so that they are not flooded. */
export function SpokenLeft({ until, step = 10_000 }: { until: Ms; step?: number }) {
  const lang = useLanguage();
  const text = useTimed(
    useCallback(
      (now: Ms) => spokenDuration(Math.ceil(Math.max(0, until - now) / step) * step, lang),
      [until, step, lang],
    ),
  );
  return <>{text}</>;
}

/** An instant in the site's zone. */
export function Time({ at, style = "clock" }: { at: Ms | string; style?: InstantStyle }) {
  const lang = useLanguage();
  const date = new Date(at);
  const iso = Number.isNaN(date.getTime()) ? undefined : date.toISOString();
  return (
    <time className="jt-num" dateTime={iso}>
      {instant(at, style, lang)}
    </time>
  );
}
