import { type Block, emptyBlock, type Kind, type Limit, type Report, type Target } from "../model";
import { parsed, written } from "../names";

/** Changes of a report that is being built. Pure: each gives the report anew, or the same where nothing changes. */

export function withBlock(report: Report, at: number, change: Partial<Block>): Report {
  return { ...report, blocks: report.blocks.map((block, i) => (i === at ? tidy({ ...block, ...change }) : block)) };
}

export function addBlock(report: Report, kind: Kind): Report {
  return { ...report, blocks: [...report.blocks, emptyBlock(kind)] };
}

export function duplicateBlock(report: Report, at: number): Report {
  const block = report.blocks[at];
  return block ? { ...report, blocks: report.blocks.toSpliced(at + 1, 0, { ...block }) } : report;
}

export function removeBlock(report: Report, at: number): Report {
  return { ...report, blocks: report.blocks.filter((_, i) => i !== at) };
}

/** The list with one of its items at another place. */
export function shifted<T>(list: readonly T[], from: number, to: number): readonly T[] {
  const item = list[from];
  if (item === undefined || from === to || to < 0 || to >= list.length) return list;
  return list.toSpliced(from, 1).toSpliced(to, 0, item);
}

export function moveBlock(report: Report, from: number, to: number): Report {
  const blocks = shifted(report.blocks, from, to);
  return blocks === report.blocks ? report : { ...report, blocks };
}

/** Another kind of block keeps what it can use: headline figures have neither groups nor intervals, a line has them. */
export function asKind(block: Block, kind: Kind): Block {
  return tidy({
    ...block,
    kind,
    every: kind === "chart" && block.every === "all" && !block.by.length ? "1d" : block.every,
  });
}

export function addMetric(block: Block, key: string): Block {
  return block.metrics.includes(key) ? block : { ...block, metrics: [...block.metrics, key] };
}

export function removeMetric(block: Block, key: string): Block {
  return tidy({ ...block, metrics: block.metrics.filter((one) => one !== key) });
}

/** Parameters as typed, empty ones at the end left out; what refers to the figure by its key goes along. */
export function setParameters(block: Block, key: string, parameters: readonly string[]): Block {
  const next = written(parsed(key).id, parameters);
  if (next === key) return block;
  const renamed = <T extends Limit | Target>(list: readonly T[]): readonly T[] =>
    list.map((one) => (one.metric === key ? { ...one, metric: next } : one));
  return {
    ...block,
    metrics: block.metrics.map((one) => (one === key ? next : one)),
    limits: renamed(block.limits),
    targets: renamed(block.targets),
    sort: block.sort?.by === key ? { ...block.sort, by: next } : block.sort,
  };
}

/** Sets or takes away the target of a figure. */
export function setTarget(block: Block, metric: string, value: number | null): Block {
  const others = block.targets.filter((one) => one.metric !== metric);
  return { ...block, targets: value === null ? others : [...others, { metric, value }] };
}

export function setLimit(block: Block, metric: string, side: "below" | "above", value: number | null): Block {
  const old = block.limits.find((one) => one.metric === metric) ?? { metric };
  const next = { ...old, [side]: value };
  const empty = (next.below ?? null) === null && (next.above ?? null) === null;
  const others = block.limits.filter((one) => one.metric !== metric);
  return { ...block, limits: empty ? others : [...others, next] };
}

/** Whether a service level stands here without true access beside it; if so, the key that would fill the gap. */
export function missingTrueAccess(block: Block): string | null {
  const keys = block.metrics.map(parsed);
  const level = keys.find((one) => /^sl[1-6]$/.test(one.id));
  if (!level || keys.some((one) => one.id === "sl7")) return null;
  return written("sl7", level.parameters.slice(0, 1));
}

/** Without what no longer makes sense: sorting or limits by a figure that is gone, groups of headline figures. */
export function tidy(block: Block): Block {
  const figures = block.kind === "figures" || block.kind === "text";
  const by = figures ? [] : block.by;
  const every = figures ? "all" : block.every;
  const known = (key: string) =>
    block.metrics.includes(key) || key === "start" || (by as readonly string[]).includes(key);
  return {
    ...block,
    by,
    every,
    limits: block.limits.filter((one) => block.metrics.includes(one.metric)),
    targets: block.targets.filter((one) => block.metrics.includes(one.metric)),
    sort: block.sort && known(block.sort.by) ? block.sort : null,
    top: by.length > 0 ? block.top : null,
    gap: block.gap && block.kind === "chart" && block.drawn === "line",
  };
}

/** What nobody has filled in yet: told when one saves, for until then it is no mistake. */
export function gapsOf(report: Report): Faults {
  const out: Record<string, string> = {};
  const written = (texts: Report["title"]) => Object.values(texts).some((text) => text?.trim());
  if (!written(report.title)) out.title = "missing";
  if (report.blocks.length === 0) out.blocks = "count";
  report.blocks.forEach((block, i) => {
    if (block.kind === "text") {
      if (!written(block.text)) out[`blocks.${i}.text`] = "missing";
    } else if (block.metrics.length === 0) out[`blocks.${i}.metrics`] = "count";
  });
  return out;
}

/** What can be shown already: the blocks that are filled in, under a name at all. Null: none of them. */
export function showable(report: Report): Report | null {
  const gaps = gapsOf(report);
  if (Object.keys(gaps).some((field) => field !== "title")) return null;
  return gaps.title ? { ...report, title: { en: "–" } } : report;
}

/** What the server found wrong, by field: `blocks.0.metrics.1`. */
export type Faults = Readonly<Record<string, string>>;

export function faultsOf(errors: unknown): Faults {
  if (!Array.isArray(errors)) return {};
  const out: Record<string, string> = {};
  for (const one of errors) {
    if (one && typeof one === "object" && typeof one.field === "string" && typeof one.code === "string") {
      out[one.field] ??= one.code;
    }
  }
  return out;
}

/** The fault of a field itself, or of the first field within it. */
export function faultAt(faults: Faults, field: string, within = false): string | null {
  if (faults[field]) return faults[field];
  if (!within) return null;
  const found = Object.keys(faults).find((one) => one.startsWith(`${field}.`));
  return found ? (faults[found] ?? null) : null;
}
