import type { Ms } from "../../../live/types";
import type { Request } from "../api";

/** No leave of part of a day is as long; a whole day of a clock change is no shorter. */
const WHOLE_DAY: Ms = 23 * 3_600_000;

/** From when to when, of leave of part of a day; null: of whole days. Pure. */
export function hoursOfLeave(one: Request): { from: Ms; to: Ms } | null {
  if (one.start === null || one.end === null || one.end - one.start >= WHOLE_DAY) return null;
  return { from: one.start, to: one.end };
}
