import type { Access } from "./model";

/** The bar that shows where the two figures part: pieces in their order, in units of width. Pure. */
export type PieceName = "within" | "later" | "abandoned" | "lost" | "blocked" | "unseen";
export type Counts = Pick<Access, PieceName>;
export type Piece = { name: PieceName; count: number; x: number; width: number };
export type Bar = {
  pieces: Piece[];
  seen: number; // whom the contract counts: reached a queue and were answered or gave up there
  all: number; // everyone known, or reckoned, to have called for a person
  seenEnd: number; // x
  never: number; // lost in the menu or turned away
};

const GAP = 1;
const THINNEST = 2;
const ORDER: PieceName[] = ["within", "later", "abandoned", "lost", "blocked", "unseen"];
const QUEUED: PieceName[] = ["within", "later", "abandoned"];

/** Lays the pieces out over `width`; an empty piece takes no room, and a small one is never thinner than a line. */
export function barOf(counts: Counts, width: number): Bar {
  const there = ORDER.map((name): [PieceName, number] => [name, counts[name] ?? 0]).filter(([, n]) => n > 0);
  const all = there.reduce((sum, [, n]) => sum + n, 0);
  const room = width - GAP * Math.max(0, there.length - 1);
  const thin = (n: number) => (n / all) * room < THINNEST;
  const small = there.filter(([, n]) => thin(n));
  const rest = all - small.reduce((sum, [, n]) => sum + n, 0);
  const left = room - small.length * THINNEST;
  let x = 0;
  const pieces = there.map(([name, n]) => {
    const piece = { name, count: n, x, width: thin(n) ? THINNEST : (n / rest) * left };
    x += piece.width + GAP;
    return piece;
  });
  const last = pieces.findLast((one) => QUEUED.includes(one.name));
  return {
    pieces,
    seen: counts.within + counts.later + counts.abandoned,
    all: Math.round(all),
    seenEnd: last ? last.x + last.width : 0,
    never: Math.round((counts.lost ?? 0) + (counts.blocked ?? 0) + (counts.unseen ?? 0)),
  };
}
