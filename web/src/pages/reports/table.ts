import type { Line } from "./model";

/** How a table is sorted: by its intervals, one of its groupings, or one of its figures. Pure. */
export type Order = { by: "start" | { key: number } | { value: number }; descending: boolean };

/** Lines in an order; no data last either way, the rest of the groups after all others. Ties keep their place. */
export function ordered(
  lines: readonly Line[],
  order: Order | null,
  name: (line: Line, key: number) => string,
  compare: (a: string, b: string) => number,
): Line[] {
  if (order === null) return [...lines];
  const turn = order.descending ? -1 : 1;
  const { by } = order;
  return [...lines].sort((a, b) => {
    if (a.rest !== b.rest) return a.rest ? 1 : -1;
    if (by === "start") return turn * (a.start - b.start);
    if ("key" in by) {
      const [ka, kb] = [a.keys[by.key] ?? null, b.keys[by.key] ?? null];
      if (ka === null || kb === null) return Number(ka === null) - Number(kb === null);
      return turn * compare(name(a, by.key), name(b, by.key));
    }
    const [va, vb] = [a.values[by.value]?.value ?? null, b.values[by.value]?.value ?? null];
    if (va === null || vb === null) return Number(va === null) - Number(vb === null);
    return turn * (va - vb);
  });
}

export function sameOrder(order: Order | null, by: Order["by"]): boolean {
  return order !== null && JSON.stringify(order.by) === JSON.stringify(by);
}

/** Where the focus of a grid goes by a key: rows and columns from 0. Null: the key is not for the grid. */
export function moved(
  key: string,
  at: { row: number; column: number },
  size: { rows: number; columns: number },
  ctrl = false,
): { row: number; column: number } | null {
  const to = { ...at };
  if (key === "ArrowDown") to.row += 1;
  else if (key === "ArrowUp") to.row -= 1;
  else if (key === "ArrowRight") to.column += 1;
  else if (key === "ArrowLeft") to.column -= 1;
  else if (key === "PageDown") to.row += 10;
  else if (key === "PageUp") to.row -= 10;
  else if (key === "Home") {
    to.column = 0;
    if (ctrl) to.row = 0;
  } else if (key === "End") {
    to.column = size.columns - 1;
    if (ctrl) to.row = size.rows - 1;
  } else return null;
  return {
    row: Math.min(Math.max(to.row, 0), size.rows - 1),
    column: Math.min(Math.max(to.column, 0), size.columns - 1),
  };
}
