import type { Ms } from "../../live/types";
import type { Request } from "../schedule/api";

/** What one can do about a request, and how it stands from one's own side. Pure. */

const OPEN = new Set(["offered", "awaiting"]);

/** Whether I am asked, and have not answered. */
export function asksMe(one: Request, me: string): boolean {
  if (one.state !== "offered" || one.agent === me) return false;
  const offer = one.offers.find((each) => each.agent === me);
  return offer ? offer.answer === null : one.partner === me;
}

export function mayWithdraw(one: Request, me: string, now: Ms): boolean {
  return one.agent === me && (OPEN.has(one.state) || mayGiveBack(one, me, now));
}

/** Leave that was granted and has not begun: the shifts come back. */
export function mayGiveBack(one: Request, me: string, now: Ms): boolean {
  return one.agent === me && one.kind === "leave" && one.state === "approved" && (one.start ?? 0) > now;
}

/** I answered, but somebody else was faster. */
export function taken(one: Request, me: string): boolean {
  return one.offers.some((each) => each.agent === me && each.answer === "late");
}

/** The newest first; what waits for me before all. */
export function inOrder(all: readonly Request[], me: string): Request[] {
  return [...all].sort((a, b) => Number(asksMe(b, me)) - Number(asksMe(a, me)) || b.made_at - a.made_at);
}
