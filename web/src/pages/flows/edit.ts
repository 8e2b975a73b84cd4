import { blank, exits, type Flow, type FlowNode, freeId, type NodeType, nodeOf, type Point } from "./model";

/** Changes of a flow: each gives a new document, which shares all that stayed as it was. Pure. */

export function changed(flow: Flow, id: string, fields: Partial<FlowNode>): Flow {
  const nodes = flow.nodes.map((node) => (node.id === id ? pruned({ ...node, ...fields } as FlowNode, node) : node));
  return { ...flow, nodes };
}

/** Branches are numbered: taking one away moves the connections of those after it. */
export function withoutBranch(flow: Flow, id: string, index: number): Flow {
  const node = nodeOf(flow, id);
  if (node?.type !== "condition") return flow;
  const order = node.branches.map((_, i) => i).filter((i) => i !== index);
  return branchesOrdered(flow, id, order);
}

export function branchMoved(flow: Flow, id: string, index: number, by: -1 | 1): Flow {
  const node = nodeOf(flow, id);
  const to = index + by;
  if (node?.type !== "condition" || to < 0 || to >= node.branches.length) return flow;
  const order = node.branches.map((_, i) => (i === index ? to : i === to ? index : i));
  return branchesOrdered(flow, id, order);
}

function branchesOrdered(flow: Flow, id: string, order: readonly number[]): Flow {
  const nodes = flow.nodes.map((node) => {
    if (node.id !== id || node.type !== "condition") return node;
    const next: Record<string, string> = {};
    order.forEach((from, to) => {
      const target = node.next[`branch:${from}`];
      if (target) next[`branch:${to}`] = target;
    });
    if (node.next.else) next.else = node.next.else;
    return { ...node, next, branches: order.flatMap((i) => node.branches[i] ?? []) };
  });
  return { ...flow, nodes };
}

/** A key that becomes another takes its connection along. */
export function rekeyed(flow: Flow, id: string, field: "choices" | "keys", index: number, key: string): Flow {
  const nodes = flow.nodes.map((node) => {
    if (node.id !== id) return node;
    const list = (node as unknown as Record<string, { key: string }[]>)[field] ?? [];
    const old = list[index]?.key;
    const rows = list.map((one, i) => (i === index ? { ...one, key } : one));
    const next = { ...node.next };
    const target = next[`key:${old}`];
    const shared = list.some((one, i) => i !== index && one.key === old);
    if (target && !shared) {
      delete next[`key:${old}`];
      next[`key:${key}`] ??= target;
    }
    return { ...node, [field]: rows, next } as FlowNode;
  });
  return { ...flow, nodes };
}

/** Connections of exits that a change took away go with them; those that were odd before are left. */
function pruned(node: FlowNode, before: FlowNode): FlowNode {
  const gone = exits(before).filter((exit) => !exits(node).includes(exit) && exit in node.next);
  if (gone.length === 0) return node;
  return { ...node, next: Object.fromEntries(Object.entries(node.next).filter(([exit]) => !gone.includes(exit))) };
}

export type After = { node: string; exit: string };

/** A new node; `after` connects an exit to it, and what followed there before follows it. */
export function added(flow: Flow, type: NodeType, at: Point, after?: After): { flow: Flow; id: string } {
  const id = freeId(flow, type);
  const node = blank(type, id);
  const first = exits(node)[0];
  const before = after ? nodeOf(flow, after.node)?.next[after.exit] : undefined;
  const made = before && first ? { ...node, next: { [first]: before } } : node;
  let next: Flow = {
    ...flow,
    nodes: [...flow.nodes, made],
    layout: { ...flow.layout, [id]: at },
    start: flow.start || (type === "note" ? "" : id),
  };
  if (after && type !== "note") next = connected(next, after.node, after.exit, id);
  return { flow: next, id };
}

export function removed(flow: Flow, ids: readonly string[]): Flow {
  const gone = new Set(ids);
  return {
    ...flow,
    start: gone.has(flow.start) ? "" : flow.start,
    nodes: flow.nodes
      .filter((node) => !gone.has(node.id))
      .map((node) =>
        Object.values(node.next).some((target) => gone.has(target))
          ? ({
              ...node,
              next: Object.fromEntries(Object.entries(node.next).filter(([, target]) => !gone.has(target))),
            } as FlowNode)
          : node,
      ),
    layout: Object.fromEntries(Object.entries(flow.layout).filter(([id]) => !gone.has(id))),
  };
}

/** `target` null takes the connection away. */
export function connected(flow: Flow, id: string, exit: string, target: string | null): Flow {
  const nodes = flow.nodes.map((node) => {
    if (node.id !== id) return node;
    const { [exit]: _, ...next } = node.next;
    return { ...node, next: target ? { ...next, [exit]: target } : next } as FlowNode;
  });
  return { ...flow, nodes };
}

export function moved(flow: Flow, places: Readonly<Record<string, Point>>): Flow {
  const whole = Object.entries(places).map(([id, [x, y]]): [string, Point] => [id, [Math.round(x), Math.round(y)]]);
  return { ...flow, layout: { ...flow.layout, ...Object.fromEntries(whole) } };
}

/** Copies of nodes, a little below; connections among them are kept, others are not. */
export function duplicated(flow: Flow, ids: readonly string[]): { flow: Flow; ids: string[] } {
  let next = flow;
  const names = new Map<string, string>();
  for (const id of ids) {
    const node = nodeOf(flow, id);
    if (!node) continue;
    const copy = freeId(next, node.type);
    names.set(id, copy);
    const [x, y] = flow.layout[id] ?? [0, 0];
    next = {
      ...next,
      nodes: [...next.nodes, { ...node, id: copy }],
      layout: { ...next.layout, [copy]: [x + 40, y + 40] },
    };
  }
  const made = new Set(names.values());
  const nodes = next.nodes.map((node) =>
    made.has(node.id)
      ? ({
          ...node,
          next: Object.fromEntries(
            Object.entries(node.next).flatMap(([exit, target]) => {
              const copy = names.get(target);
              return copy ? [[exit, copy]] : [];
            }),
          ),
        } as FlowNode)
      : node,
  );
  return { flow: { ...next, nodes }, ids: [...made] };
}
