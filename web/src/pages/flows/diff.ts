import { type Flow, nodeOf } from "./model";

/** What differs between two documents, as a reader would count it. Places on the canvas count as one matter. */
export type Difference =
  | { what: "added" | "removed"; node: string }
  | { what: "changed"; node: string; fields: string[] }
  | { what: "connected"; node: string; exits: string[] }
  | { what: "flow"; fields: string[] }
  | { what: "moved"; count: number };

export function differences(before: Flow, after: Flow): Difference[] {
  const out: Difference[] = [];
  const whole = (["name", "start", "languages", "channels", "hosts"] as const).filter(
    (field) => !equal(before[field], after[field]),
  );
  if (whole.length) out.push({ what: "flow", fields: [...whole] });
  for (const node of after.nodes) {
    const old = nodeOf(before, node.id);
    if (!old || old.type !== node.type) {
      out.push({ what: "added", node: node.id });
      continue;
    }
    const one = old as unknown as Record<string, unknown>;
    const two = node as unknown as Record<string, unknown>;
    const fields = [...new Set([...Object.keys(one), ...Object.keys(two)])].filter(
      (field) => field !== "next" && !equal(one[field], two[field]),
    );
    if (fields.length) out.push({ what: "changed", node: node.id, fields });
    const ways = [...new Set([...Object.keys(old.next), ...Object.keys(node.next)])].filter(
      (exit) => old.next[exit] !== node.next[exit],
    );
    if (ways.length) out.push({ what: "connected", node: node.id, exits: ways });
  }
  for (const node of before.nodes) {
    const now = nodeOf(after, node.id);
    if (!now || now.type !== node.type) out.push({ what: "removed", node: node.id });
  }
  const moved = after.nodes.filter(
    (node) => nodeOf(before, node.id) && !equal(before.layout[node.id], after.layout[node.id]),
  ).length;
  if (moved) out.push({ what: "moved", count: moved });
  return out;
}

/** Equal as JSON, whatever the order of the keys; what is not there is the same as null. */
export function equal(one: unknown, other: unknown): boolean {
  if (one === other || (one ?? null) === (other ?? null)) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...keys].every((key) =>
    equal((one as Record<string, unknown>)[key], (other as Record<string, unknown>)[key]),
  );
}
