import { exits, type Flow, type FlowNode } from "./model";

/**
 * The flow as a tree for keyboard and screen reader: every node once, numbered along the main way, each with its
 * exits. An exit that leads to a node for the first time holds it; one that leads to a node told elsewhere refers to
 * it. Nodes that no way reaches stand at the end.
 */
export type OutlineNode = {
  kind: "node";
  id: string;
  number: string; // "7"
  level: number; // 1 …
  loose: boolean; // no way leads here
};
export type OutlineExit = {
  kind: "exit";
  id: string; // `menu/key:1`
  node: string;
  exit: string;
  number: string; // "7.1"
  level: number;
  target: string | null;
};
export type OutlineRow = OutlineNode | OutlineExit;

export function outlined(flow: Flow): OutlineRow[] {
  const byId = new Map(flow.nodes.map((node) => [node.id, node]));
  const order: { node: FlowNode; loose: boolean }[] = [];
  const seen = new Set<string>();
  const follow = (from: string, loose: boolean) => {
    const waiting = [from];
    while (waiting.length) {
      const id = waiting.pop() as string;
      const node = byId.get(id);
      if (!node || seen.has(id)) continue;
      seen.add(id);
      order.push({ node, loose });
      // The last is taken first: exits are told from the first to the last.
      for (const exit of [...exits(node)].reverse()) {
        const target = node.next[exit];
        if (target && !seen.has(target)) waiting.push(target);
      }
    }
  };
  follow(flow.start, false);
  for (const node of flow.nodes) if (!seen.has(node.id)) follow(node.id, true);
  return order.flatMap(({ node, loose }, i): OutlineRow[] => [
    { kind: "node", id: node.id, number: `${i + 1}`, level: 1, loose: loose && node.type !== "note" },
    ...exits(node).map(
      (exit, j): OutlineExit => ({
        kind: "exit",
        id: `${node.id}/${exit}`,
        node: node.id,
        exit,
        number: `${i + 1}.${j + 1}`,
        level: 2,
        target: byId.has(node.next[exit] ?? "") ? (node.next[exit] as string) : null,
      }),
    ),
  ]);
}

/** Node → its number in the outline. */
export function numbers(flow: Flow): Map<string, string> {
  return new Map(outlined(flow).flatMap((row) => (row.kind === "node" ? [[row.id, row.number]] : [])));
}
