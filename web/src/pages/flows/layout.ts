import { exits, type Flow, type FlowNode, type Point } from "./model";

/**
 * Places nodes in columns, from left to right (layered drawing after Sugiyama, Tagawa and Toda 1981): back edges are
 * set aside, a node stands one column after the latest that leads to it, columns are ordered by the mean place of
 * their neighbours, and each is set as close to those as its column allows. Pure and deterministic.
 */
export const WIDTH = 184;
const GAP_X = 72;
const GAP_Y = 36;
const SWEEPS = 8;

/** How high a node is drawn, px: title, a line of words, exits, losses. The drawing may differ a little. */
export function height(node: FlowNode): number {
  if (node.type === "note") return 96;
  return 30 + 20 + 22 * Math.max(1, exits(node).length + 1) + 6;
}

export function arranged(flow: Flow): Record<string, Point> {
  const drawn = flow.nodes.filter((node) => node.type !== "note");
  const ids = drawn.map((node) => node.id);
  const byId = new Map(drawn.map((node) => [node.id, node]));
  const onward = new Map<string, string[]>();
  for (const node of drawn) {
    const targets = exits(node).flatMap((exit) => {
      const target = node.next[exit];
      return target && byId.has(target) ? [target] : [];
    });
    onward.set(node.id, [...new Set(targets)]);
  }
  const forward = withoutCycles(
    [flow.start, ...ids].filter((id) => byId.has(id)),
    onward,
  );
  const column = columns(ids, forward);
  const layers: string[][] = [];
  for (const id of ids) {
    const at = column.get(id) ?? 0;
    layers[at] ??= [];
    layers[at].push(id);
  }
  const ordered = crossed(layers, forward);
  const tops = placed(ordered, forward, (id) => height(byId.get(id) as FlowNode));
  const places: Record<string, Point> = {};
  ordered.forEach((layer, x) => {
    for (const id of layer) places[id] = [x * (WIDTH + GAP_X), Math.round(tops.get(id) ?? 0)];
  });
  const left = Math.min(0, ...Object.values(places).map(([x]) => x));
  const bottom = Math.max(0, ...ids.map((id) => (places[id]?.[1] ?? 0) + height(byId.get(id) as FlowNode)));
  flow.nodes
    .filter((node) => node.type === "note")
    .forEach((node, i) => {
      places[node.id] = [left + i * (WIDTH + 24), bottom + GAP_Y];
    });
  return places;
}

type Graph = ReadonlyMap<string, readonly string[]>;

/** The edges that lead on; one that comes back to where the way has been is left out. Without recursion: a flow may be a chain of hundreds. */
function withoutCycles(from: readonly string[], onward: Graph): Map<string, string[]> {
  const kept = new Map<string, string[]>();
  const state = new Map<string, "open" | "done">();
  for (const root of from) {
    if (state.has(root)) continue;
    const way: { id: string; next: number }[] = [{ id: root, next: 0 }];
    state.set(root, "open");
    while (way.length) {
      const top = way[way.length - 1] as { id: string; next: number };
      const target = onward.get(top.id)?.[top.next];
      top.next += 1;
      if (target === undefined) {
        state.set(top.id, "done");
        way.pop();
        continue;
      }
      if (state.get(target) === "open") continue;
      kept.set(top.id, [...(kept.get(top.id) ?? []), target]);
      if (!state.has(target)) {
        state.set(target, "open");
        way.push({ id: target, next: 0 });
      }
    }
  }
  return kept;
}

/** The longest way to each node. */
function columns(ids: readonly string[], forward: Graph): Map<string, number> {
  const column = new Map(ids.map((id) => [id, 0]));
  const waiting = new Map(ids.map((id) => [id, 0]));
  for (const targets of forward.values())
    for (const target of targets) waiting.set(target, (waiting.get(target) ?? 0) + 1);
  const ready = ids.filter((id) => waiting.get(id) === 0);
  for (let id = ready.shift(); id !== undefined; id = ready.shift()) {
    for (const target of forward.get(id) ?? []) {
      column.set(target, Math.max(column.get(target) ?? 0, (column.get(id) ?? 0) + 1));
      const left = (waiting.get(target) ?? 0) - 1;
      waiting.set(target, left);
      if (left === 0) ready.push(target);
    }
  }
  return column;
}

function backward(forward: Graph): Map<string, string[]> {
  const back = new Map<string, string[]>();
  for (const [id, targets] of forward)
    for (const target of targets) back.set(target, [...(back.get(target) ?? []), id]);
  return back;
}

/** Each column sorted by the mean rank of its neighbours before, then after, a few times. */
function crossed(layers: readonly (readonly string[])[], forward: Graph): string[][] {
  const back = backward(forward);
  const order = layers.map((layer) => [...layer]);
  const rank = new Map<string, number>();
  const count = () => {
    for (const layer of order) for (const [i, id] of layer.entries()) rank.set(id, i / layer.length);
  };
  count();
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const neighbours = sweep % 2 === 0 ? back : forward;
    for (const layer of sweep % 2 === 0 ? order : [...order].reverse()) {
      const weight = new Map(
        layer.map((id) => [
          id,
          mean((neighbours.get(id) ?? []).map((one) => rank.get(one) ?? 0)) ?? rank.get(id) ?? 0,
        ]),
      );
      layer.sort((a, b) => (weight.get(a) ?? 0) - (weight.get(b) ?? 0));
    }
    count();
  }
  return order;
}

/** Tops of all nodes: as near as may be to the middle of those that lead to them, none over another. */
function placed(layers: readonly (readonly string[])[], forward: Graph, high: (id: string) => number) {
  const back = backward(forward);
  const top = new Map<string, number>();
  for (const layer of layers) {
    let free = Number.NEGATIVE_INFINITY;
    const wanted = layer.map((id) => {
      const middle = mean((back.get(id) ?? []).map((one) => (top.get(one) ?? 0) + high(one) / 2));
      const at = Math.max(
        middle === null ? (free === Number.NEGATIVE_INFINITY ? 0 : free) : middle - high(id) / 2,
        free,
      );
      free = at + high(id) + GAP_Y;
      return at;
    });
    // Pushed down by one another: the column as a whole goes back up by half of what it lost.
    const middles = layer.flatMap((id) => {
      const middle = mean((back.get(id) ?? []).map((one) => (top.get(one) ?? 0) + high(one) / 2));
      return middle === null ? [] : [middle - high(id) / 2];
    });
    const shift = middles.length ? (mean(middles) ?? 0) - (mean(wanted) ?? 0) : 0;
    layer.forEach((id, i) => {
      top.set(id, (wanted[i] ?? 0) + shift);
    });
  }
  const least = Math.min(0, ...top.values());
  for (const [id, at] of top) top.set(id, at - least);
  return top;
}

function mean(values: readonly number[]): number | null {
  return values.length ? values.reduce((sum, one) => sum + one, 0) / values.length : null;
}
