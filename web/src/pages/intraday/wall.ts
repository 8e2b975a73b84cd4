import { instant } from "../../i18n/format";
import type { Ms } from "../../live/types";

const MINUTE = 60_000;

/** The wall time of an instant, `14:05`, in the site's zone. */
export const wallOf = (at: Ms) => instant(at, "clock", "en");

/**
 * The instant of a wall time on the day that begins at `start`. On a day on which the clocks change the first instant
 * that shows that time; of a time that is skipped, the first one after it.
 */
export function atWall(text: string, start: Ms): Ms | null {
  const found = /^(\d{1,2}):(\d{2})$/.exec(text);
  if (!found) return null;
  const wanted = Number(found[1]) * 60 + Number(found[2]);
  for (const shift of [60, 30, 0, -30, -60]) {
    const at = start + (wanted - shift) * MINUTE;
    if (at >= start && minutes(wallOf(at)) === wanted) return at;
  }
  return start + wanted * MINUTE;
}

const minutes = (text: string) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5));
