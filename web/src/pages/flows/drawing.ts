import { flowWords } from "../../i18n/flows";
import type { Language } from "../../i18n/language";
import { words } from "../../i18n/messages";
import type { Counts, Fault } from "./api";
import { equal } from "./diff";
import type { Line } from "./Line";
import { exits, type Flow, nodeOf } from "./model";
import { type Card, thick } from "./NodeCard";
import { exitName, nodeName } from "./names";

/** The canvas's nodes and lines of a flow, from what is known about it. Pure. */
export type Seen = {
  flow: Flow;
  published: Flow | null;
  faults: readonly Fault[];
  counts: Counts | null;
  selection: readonly string[];
  walked: readonly { node: string; exit: string }[];
  here: string | null; // where the test call is
  speech: Language;
  lang: Language;
  writable: boolean;
};

/** `before` are the cards as drawn now: what the canvas has measured about them is kept. */
export function cards(seen: Seen, before: readonly Card[]): Card[] {
  const { flow } = seen;
  const drawn = new Map(before.map((card) => [card.id, card]));
  const picked = new Set(seen.selection);
  const changes = seen.published ? new Set(changedNodes(seen.published, flow)) : new Set<string>();
  return flow.nodes.map((node, i) => {
    const [x, y] = flow.layout[node.id] ?? [(i % 6) * 240, Math.floor(i / 6) * 220];
    const own = seen.faults.filter((fault) => fault.node === node.id);
    const data: Card["data"] = {
      node,
      start: node.id === flow.start,
      fault: own.some((one) => one.level === "error") ? "error" : own.length ? "warning" : null,
      badExits: own.flatMap((one) => (one.field.startsWith("next.") ? [one.field.slice(5)] : [])),
      counts:
        node.type !== "note" && seen.counts && seen.counts.entered > 0 ? (seen.counts.nodes[node.id] ?? {}) : null,
      changed: changes.has(node.id),
      walking: seen.here === node.id,
      language: seen.speech,
      writable: seen.writable,
    };
    const old = drawn.get(node.id);
    return {
      ...(old ?? { id: node.id, type: "card" as const }),
      position: old?.dragging ? old.position : { x, y },
      data: old && equalShallow(old.data, data) ? old.data : data,
      selected: picked.has(node.id),
      ariaLabel: `${words(flowWords, seen.lang)(`type.${node.type}`)}: ${nodeName(node, seen.lang)}`,
    };
  });
}

export function lines(seen: Seen, picked: ReadonlySet<string>): Line[] {
  const { flow, counts } = seen;
  const t = words(flowWords, seen.lang);
  const walked = new Set(seen.walked.map((step) => `${step.node}/${step.exit}`));
  const counted = counts !== null && counts.entered > 0;
  return flow.nodes.flatMap((node) =>
    exits(node).flatMap((exit): Line[] => {
      const target = nodeOf(flow, node.next[exit]);
      if (!target || target.type === "note") return [];
      const id = `${node.id}/${exit}`;
      const took = counts?.nodes[node.id]?.[exit] ?? 0;
      return [
        {
          id,
          type: "line",
          source: node.id,
          sourceHandle: exit,
          target: target.id,
          selected: picked.has(id),
          data: { width: counted ? thick(took) : 1.5, none: counted && took === 0, walked: walked.has(id) },
          ariaLabel: t("edgeLabel", {
            node: nodeName(node, seen.lang),
            exit: exitName(node, exit, seen.lang),
            target: nodeName(target, seen.lang),
          }),
        },
      ];
    }),
  );
}

/** Nodes that are new, or say, ask or lead otherwise than in the other document. */
export function changedNodes(before: Flow, after: Flow): string[] {
  return after.nodes
    .filter((node) => {
      const old = nodeOf(before, node.id);
      return old !== node && !equal(old, node);
    })
    .map((node) => node.id);
}

function equalShallow(one: object, other: object): boolean {
  const a = one as Record<string, unknown>;
  const b = other as Record<string, unknown>;
  return Object.keys(b).every((key) => a[key] === b[key] || (Array.isArray(a[key]) && equal(a[key], b[key])));
}
