import type { Column, Every, Line, Value } from "./model";

/** A chart as data, before any drawing: categories along one axis, series with a point for each. Pure. */
export type Point = { value: number | null; line: Line | null; cell: Value | null };
export type Series = { name: string; column: number; points: Point[]; rest: boolean };
export type Category = { start: number; end: number; keys: Line["keys"] };
export type Plot = { unit: string; timed: boolean; categories: Category[]; series: Series[] };

export const MOST_SERIES = 6;

type Asked = {
  columns: readonly Column[];
  lines: readonly Line[];
  every: Every;
  grouped: boolean;
};
type Names = {
  column: (column: Column) => string;
  keys: (line: Line) => string;
  rest: string;
};

/** One plot for each unit that the columns have: two units never share an axis. */
export function plots(asked: Asked, names: Names): Plot[] {
  const units = [...new Set(asked.columns.map((column) => column.unit))];
  return units.map((unit) => {
    const columns = asked.columns.map((column, i) => ({ column, i })).filter((one) => one.column.unit === unit);
    if (asked.every === "all") return byGroup(asked, columns, names, unit);
    return overTime(asked, columns, names, unit);
  });
}

type Chosen = { column: Column; i: number };

function byGroup(asked: Asked, columns: Chosen[], names: Names, unit: string): Plot {
  const lines = asked.lines;
  return {
    unit,
    timed: false,
    categories: lines.map((line) => ({ start: line.start, end: line.end, keys: line.keys })),
    series: columns.map(({ column, i }) => ({
      name: names.column(column),
      column: i,
      rest: false,
      points: lines.map((line) => point(line, i)),
    })),
  };
}

function overTime(asked: Asked, columns: Chosen[], names: Names, unit: string): Plot {
  const categories = intervals(asked.lines, asked.every);
  const at = new Map(categories.map((category, index) => [category.start, index]));
  const laid = (lines: readonly Line[], column: number): Point[] => {
    const points: Point[] = categories.map(() => ({ value: null, line: null, cell: null }));
    for (const line of lines) points[at.get(line.start) ?? -1] = point(line, column);
    return points;
  };
  if (!asked.grouped) {
    const series = columns.map(({ column, i }) => ({
      name: names.column(column),
      column: i,
      rest: false,
      points: laid(asked.lines, i),
    }));
    return { unit, timed: true, categories, series };
  }
  const series = columns.flatMap(({ column, i }) => {
    const groups = new Map<string, Line[]>();
    for (const line of asked.lines) {
      const key = line.rest ? REST : JSON.stringify(line.keys);
      groups.set(key, [...(groups.get(key) ?? []), line]);
    }
    const told = [...groups]
      .filter(([key]) => key !== REST)
      .sort(([, a], [, b]) => weight(b, i) - weight(a, i))
      .map(([, lines]) => lines);
    const already = groups.get(REST) ?? [];
    const fits = told.length + (already.length > 0 ? 1 : 0) <= MOST_SERIES;
    const own = fits ? told : told.slice(0, MOST_SERIES - 1);
    const left = [...(fits ? [] : told.slice(MOST_SERIES - 1).flat()), ...already];
    const made: Series[] = own.map((lines) => ({
      name: names.keys(lines[0] as Line),
      column: i,
      rest: false,
      points: laid(lines, i),
    }));
    const rest = left.length === 0 ? null : together(left, column, i);
    if (rest) made.push({ name: names.rest, column: i, rest: true, points: laid(rest, i) });
    return made;
  });
  return { unit, timed: true, categories, series };
}

const REST = "rest";

function point(line: Line, column: number): Point {
  const cell = line.values[column] ?? null;
  return { value: cell?.value ?? null, line, cell };
}

/** How much a group weighs among the others: by how many its figure was taken from. */
function weight(lines: readonly Line[], column: number): number {
  return lines.reduce((sum, line) => {
    const cell = line.values[column];
    return sum + (cell ? Math.max(cell.denominator, cell.value === null ? 0 : 1) : 0);
  }, 0);
}

/** Several groups as one, interval by interval: sums first, division last. Null where the figure cannot be combined. */
export function together(lines: readonly Line[], column: Column, i: number): Line[] | null {
  if (column.how !== "ratio" && column.how !== "sum" && column.how !== "max") return null;
  const starts = new Map<number, Line[]>();
  for (const line of lines) starts.set(line.start, [...(starts.get(line.start) ?? []), line]);
  return [...starts.values()].map((some) => {
    const cells = some.map((line) => line.values[i]).filter((cell): cell is Value => cell !== undefined);
    const numerator = cells.reduce((sum, cell) => sum + cell.numerator, 0);
    const denominator = cells.reduce((sum, cell) => sum + cell.denominator, 0);
    const values = cells.map((cell) => cell.value).filter((value): value is number => value !== null);
    const value =
      column.how === "ratio"
        ? denominator > 0
          ? numerator / denominator
          : null
        : values.length === 0
          ? null
          : column.how === "max"
            ? Math.max(...values)
            : values.reduce((sum, one) => sum + one, 0);
    const first = some[0] as Line;
    const cell: Value = { ...BLANK, value, numerator, denominator };
    return { ...first, keys: [], rest: true, values: first.values.map((old, at) => (at === i ? cell : old)) };
  });
}

const BLANK: Value = {
  value: null,
  numerator: 0,
  denominator: 0,
  low: null,
  high: null,
  before: null,
  change: null,
  target: null,
  mark: null,
};

const HOUR = 3_600_000;
const STEPS: Partial<Record<Every, number>> = {
  "15m": HOUR / 4,
  "30m": HOUR / 2,
  "1h": HOUR,
  "1d": 24 * HOUR,
  "1w": 168 * HOUR,
};
const MOST = 2000;

/**
 * The intervals from the first line to the last, those in which nothing happened among them, so that a line breaks
 * where there is no data. A day may be an hour longer or shorter than others.
 */
export function intervals(lines: readonly Line[], every: Every): Category[] {
  const known = new Map<number, Category>();
  for (const line of lines) known.set(line.start, { start: line.start, end: line.end, keys: [] });
  const sorted = [...known.values()].sort((a, b) => a.start - b.start);
  const step = STEPS[every];
  if (!step || sorted.length < 2) return sorted;
  const slack = step >= 24 * HOUR ? 3 * HOUR : 0;
  const out: Category[] = [];
  for (const next of sorted) {
    let last = out.at(-1);
    while (last && out.length < MOST && next.start - last.end > slack) {
      const end = Math.min(last.end + step, next.start);
      last = { start: last.end, end: next.start - end <= slack ? next.start : end, keys: [] };
      out.push(last);
    }
    out.push(next);
  }
  return out;
}

/** Where the axis of a line begins: bars begin at zero, a line may be cut at a round figure below its least. */
export function lowest(values: readonly (number | null)[], unit: string): number {
  const told = values.filter((value): value is number => value !== null);
  if (told.length === 0 || unit !== "ratio") return 0;
  const least = Math.min(...told);
  return least < 0.5 ? 0 : Math.floor(least * 20 - 0.4) / 20;
}

/** Six steps of shade between the least and the most; one step where all are alike. */
export function shade(value: number, least: number, most: number): 1 | 2 | 3 | 4 | 5 | 6 {
  if (most <= least) return 1;
  const step = 1 + Math.floor(((value - least) / (most - least)) * 6);
  return Math.min(6, Math.max(1, step)) as 1 | 2 | 3 | 4 | 5 | 6;
}
