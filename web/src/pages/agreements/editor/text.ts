import { isMap, isScalar, isSeq, LineCounter, parseDocument } from "yaml";
import type { Doc, Path } from "../document";

/**
 * The contract's text is the one truth; the form reads it and writes into it. What a form does not know, comments and
 * the order of things stay as they were written. Pure.
 */
export type LocalFault = { line: number; column: number; message: string };
export type Read = { doc: Doc | null; faults: LocalFault[] };

/** The text as a document; `doc` is null where it cannot be read at all. Lines and columns from 1. */
export function read(text: string): Read {
  const lines = new LineCounter();
  const parsed = parseDocument(text, { lineCounter: lines, version: "1.2" });
  const faults = parsed.errors.map((one) => {
    const at = lines.linePos(one.pos[0]);
    return { line: at.line, column: at.col, message: one.message.split("\n")[0] ?? one.message };
  });
  if (faults.length > 0) return { doc: null, faults };
  const value: unknown = parsed.toJS();
  return { doc: value !== null && typeof value === "object" && !Array.isArray(value) ? (value as Doc) : {}, faults };
}

/** The text with another value at a path; undefined takes the field away. Raises where the text cannot be read. */
export function write(text: string, path: Path, value: unknown): string {
  const parsed = parseDocument(text, { version: "1.2" });
  if (parsed.errors.length > 0) throw new Error(parsed.errors[0]?.message);
  if (value === undefined) parsed.deleteIn(path);
  else {
    const there = parsed.getIn(path, true);
    // A value changed in place keeps the comment beside it.
    if (isScalar(there) && (value === null || typeof value !== "object")) there.value = value;
    else parsed.setIn(path, parsed.createNode(value));
  }
  return parsed.toString({ lineWidth: 0, flowCollectionPadding: false });
}

/** Where a path stands in the text, from 1; the nearest thing around it where the field itself is not there. */
export function lineOf(text: string, path: Path): number {
  const lines = new LineCounter();
  const parsed = parseDocument(text, { lineCounter: lines, version: "1.2" });
  let node: unknown = parsed.contents;
  let at = 0;
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find((one) => isScalar(one.key) && one.key.value === step);
      if (!pair) break;
      if (isScalar(pair.key) && pair.key.range) at = pair.key.range[0];
      node = pair.value;
    } else if (isSeq(node) && typeof step === "number") {
      node = node.items[step];
      const range = (node as { range?: [number, number, number] } | undefined)?.range;
      if (range) at = range[0];
    } else break;
  }
  return lines.linePos(at).line;
}

/** What differs between two texts, line by line, with the unchanged lines that surround it. */
export type DiffLine = { kind: "same" | "added" | "removed"; text: string };

export function differences(before: string, after: string, around = 2): (DiffLine | null)[] {
  const a = before.split("\n");
  const b = after.split("\n");
  // Longest common subsequence; contracts are some hundred lines long.
  const table: Uint16Array[] = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  const cell = (i: number, j: number) => table[i]?.[j] ?? 0;
  for (let i = a.length - 1; i >= 0; i -= 1) {
    const row = table[i];
    if (!row) continue;
    for (let j = b.length - 1; j >= 0; j -= 1) {
      row[j] = a[i] === b[j] ? cell(i + 1, j + 1) + 1 : Math.max(cell(i + 1, j), cell(i, j + 1));
    }
  }
  const all: DiffLine[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      all.push({ kind: "same", text: a[i] ?? "" });
      i += 1;
      j += 1;
    } else if (i < a.length && (j >= b.length || cell(i + 1, j) >= cell(i, j + 1))) {
      all.push({ kind: "removed", text: a[i] ?? "" });
      i += 1;
    } else {
      all.push({ kind: "added", text: b[j] ?? "" });
      j += 1;
    }
  }
  const near = all.map((_, at) =>
    all.slice(Math.max(0, at - around), at + around + 1).some((one) => one.kind !== "same"),
  );
  const out: (DiffLine | null)[] = [];
  all.forEach((line, at) => {
    if (near[at]) out.push(line);
    else if (out.length > 0 && out.at(-1) !== null) out.push(null);
  });
  if (out.at(-1) === null) out.pop();
  return out;
}
