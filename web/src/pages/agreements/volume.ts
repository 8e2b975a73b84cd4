import type { VolumeDay } from "./model";

/** Daily requests against the locked forecast and its tolerance, laid out for drawing. Pure. */
export type Bars = {
  days: {
    day: string;
    x: number;
    wide: number;
    bar: { y: number; height: number } | null;
    rest: { y: number; height: number } | null; // reckoned, not yet there
    band: { y: number; height: number } | null;
    forecast: number | null; // y
    beyond: boolean; // outside the tolerance, day complete
    off: number | null; // share off the forecast
  }[];
  ticks: { value: number; y: number }[];
  pitch: number;
};

export type Frame = { left: number; top: number; width: number; height: number };

/** `today`: a day that is not over yet cannot be outside its tolerance. */
export function barsOf(days: readonly VolumeDay[], frame: Frame, today = "9999"): Bars {
  const top = Math.max(
    1,
    ...days.flatMap((one) => [one.actual ?? 0, one.expected ?? 0, one.high ?? 0, one.forecast ?? 0]),
  );
  const step = niceStep(top / 3);
  const max = Math.max(step, Math.ceil(top / step) * step);
  const y = (value: number) => frame.top + frame.height - (value / max) * frame.height;
  const pitch = frame.width / Math.max(1, days.length);
  return {
    pitch,
    ticks: Array.from({ length: Math.round(max / step) + 1 }, (_, i) => ({ value: i * step, y: y(i * step) })),
    days: days.map((one, i) => {
      const x = frame.left + i * pitch;
      const reached = one.actual ?? 0;
      const reckoned = one.expected !== null && one.expected > reached ? one.expected : null;
      const complete = one.actual !== null && reckoned === null && one.day < today;
      const beyond = complete && one.low !== null && one.high !== null && (reached < one.low || reached > one.high);
      return {
        day: one.day,
        x,
        wide: pitch,
        bar: one.actual === null ? null : { y: y(reached), height: y(0) - y(reached) },
        rest: reckoned === null ? null : { y: y(reckoned), height: y(reached) - y(reckoned) },
        band: one.low === null || one.high === null ? null : { y: y(one.high), height: y(one.low) - y(one.high) },
        forecast: one.forecast === null ? null : y(one.forecast),
        beyond,
        off: one.forecast ? (reached - one.forecast) / one.forecast : null,
      };
    }),
  };
}

/** 1, 2, 4, 5 or 10 times a power of ten, at least `least`. */
export function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, least)));
  const found = [1, 2, 4, 5, 10].find((one) => one * power >= least) ?? 10;
  return found * power;
}

/** The one day to point at: the furthest outside its tolerance. */
export function furthest(bars: Bars): Bars["days"][number] | null {
  const out = bars.days.filter((one) => one.beyond && one.off !== null);
  return out.sort((a, b) => Math.abs(b.off ?? 0) - Math.abs(a.off ?? 0))[0] ?? null;
}
