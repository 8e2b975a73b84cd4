import type { Texts } from "./model";

/** The `sla/v1` document as JSON, read loosely: what a form does not know stays as it was written. */
export type Doc = Record<string, unknown>;
export type Path = readonly (string | number)[];

/** What stands at a path, or undefined. */
export function at(doc: unknown, path: Path): unknown {
  let here: unknown = doc;
  for (const step of path) {
    if (here === null || typeof here !== "object") return undefined;
    here = (here as Record<string | number, unknown>)[step];
  }
  return here;
}

/** The document with another value at a path; undefined takes the field away. Nothing else is touched or moved. */
export function put(doc: unknown, path: Path, value: unknown): unknown {
  const [first, ...rest] = path;
  if (first === undefined) return value;
  if (typeof first === "number") {
    const list = Array.isArray(doc) ? [...doc] : [];
    if (rest.length === 0 && value === undefined) list.splice(first, 1);
    else list[first] = put(list[first], rest, value);
    return list;
  }
  const before = doc !== null && typeof doc === "object" && !Array.isArray(doc) ? (doc as Doc) : {};
  const next = put(before[first], rest, value);
  if (next === undefined) {
    const { [first]: _, ...others } = before;
    return others;
  }
  return { ...before, [first]: next };
}

export function text(doc: unknown, path: Path): string {
  const found = at(doc, path);
  return typeof found === "string" || typeof found === "number" ? String(found) : "";
}

/** A number, also where it was written as text. */
export function number(doc: unknown, path: Path): number | null {
  const found = at(doc, path);
  const value =
    typeof found === "number" ? found : typeof found === "string" && found.trim() ? Number(found) : Number.NaN;
  return Number.isFinite(value) ? value : null;
}

export function list(doc: unknown, path: Path): unknown[] {
  const found = at(doc, path);
  return Array.isArray(found) ? found : [];
}

export function texts(doc: unknown, path: Path): Texts {
  const found = at(doc, path);
  return found !== null && typeof found === "object" && !Array.isArray(found) ? (found as Texts) : {};
}

/** `spec.objectives[0].targetPercent`, as faults name a field, as steps. */
export function steps(field: string): (string | number)[] {
  return [...field.matchAll(/([^.[\]]+)|\[(\d+)\]/g)].map((one) =>
    one[2] !== undefined ? Number(one[2]) : (one[1] ?? ""),
  );
}

export function fieldName(path: Path): string {
  return path.map((one, i) => (typeof one === "number" ? `[${one}]` : i === 0 ? one : `.${one}`)).join("");
}
