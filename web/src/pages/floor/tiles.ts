/** Which rows of the tile grid are in sight. Pure. */

export type Span = { columns: number; first: number; last: number };

const TILE_MIN = 140;
const ROW = 54;
const SPARE = 3;

/** `top`: how far the grid's upper edge is above the view's, in px; `height`: of the view. `last` is exclusive. */
export function visibleRows({ width, top, height }: { width: number; top: number; height: number }): Span {
  const columns = Math.max(1, Math.floor((width + 6) / TILE_MIN));
  const first = Math.max(0, Math.floor(top / ROW) - SPARE);
  const last = Math.max(first + 1, Math.ceil((top + height) / ROW) + SPARE);
  return { columns, first, last };
}
