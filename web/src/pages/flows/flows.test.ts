import { describe, expect, test } from "vitest";
import { differences, equal } from "./diff";
import { added, branchMoved, changed, connected, duplicated, moved, rekeyed, removed, withoutBranch } from "./edit";
import { readValue } from "./forms/branchRows";
import { begun, committed, GROUP_MS, MOST, redo, undo } from "./history";
import { arranged, height, WIDTH } from "./layout";
import { blank, exits, type Flow, type FlowNode, NODE_TYPES, nodeOf } from "./model";
import { outlined } from "./outline";
import { atLocal } from "./TestPanel";

/** Greeting → menu → two queues that come together in a survey; a key leads back to the menu; a loose node and a note. */
function line(): Flow {
  const node = (type: FlowNode["type"], id: string, next: Record<string, string>, more: object = {}) =>
    ({ ...blank(type, id), next, ...more }) as FlowNode;
  const ends = { timed_out: "bye", closed: "bye", full: "bye", ended: "survey" };
  return {
    format: "flow/v1",
    id: "line",
    name: { "zh-Hans": "热线", "zh-Hant": "專線", en: "Line" },
    client: "hechuan",
    start: "hello",
    nodes: [
      node("play", "hello", { done: "menu" }),
      node(
        "menu",
        "menu",
        { "key:1": "repair", "key:2": "returns", "key:3": "terms", timeout: "repair", invalid: "repair" },
        { choices: ["1", "2", "3"].map((key) => ({ key, name: {} })) },
      ),
      node("queue", "repair", ends),
      node("queue", "returns", ends),
      node("play", "terms", { done: "menu" }),
      node("survey", "survey", { done: "bye", none: "bye" }),
      node("hang_up", "bye", {}),
      node("play", "loose", { done: "bye" }),
      node("note", "about", {}),
    ],
    layout: {},
    languages: ["zh-Hans", "zh-Hant", "en"],
    channels: ["voice"],
    hosts: [],
  };
}
const of = (flow: Flow, id: string) => nodeOf(flow, id) as FlowNode;

describe("changes of a flow", () => {
  test("every type of node begins with its exits open", () => {
    for (const type of NODE_TYPES) {
      const { flow, id } = added({ ...line(), nodes: [], start: "" }, type, [0, 0]);
      expect(of(flow, id).type).toBe(type);
      expect(of(flow, id).next).toEqual({});
      expect(flow.start).toBe(type === "note" ? "" : id);
    }
  });

  test("a node put after an exit stands between it and what followed", () => {
    const { flow, id } = added(line(), "play", [0, 0], { node: "hello", exit: "done" });
    expect(id).toBe("play");
    expect(of(flow, "hello").next.done).toBe(id);
    expect(of(flow, id).next.done).toBe("menu");
  });

  test("nothing leads to what was deleted, and what was not touched is the same object", () => {
    const before = line();
    const flow = removed(before, ["bye", "hello"]);
    expect(flow.start).toBe("");
    expect(of(flow, "survey").next).toEqual({});
    expect(of(flow, "terms")).toBe(of(before, "terms"));
    expect(flow.nodes.flatMap((node) => Object.values(node.next))).not.toContain("bye");
  });

  test("a key that becomes another keeps its way, one that is taken away loses it", () => {
    const moved = rekeyed(line(), "menu", "choices", 1, "9");
    expect(of(moved, "menu").next).toMatchObject({ "key:9": "returns" });
    expect(of(moved, "menu").next).not.toHaveProperty("key:2");
    const fewer = changed(line(), "menu", { choices: [{ key: "1", name: {} }] } as Partial<FlowNode>);
    expect(Object.keys(of(fewer, "menu").next).sort()).toEqual(["invalid", "key:1", "timeout"]);
  });

  test("ways of branches move with their branches", () => {
    const branches = ["a", "b", "c"].map((value) => ({
      name: { en: value },
      when: { subject: "customer.segment", op: "eq" as const, value },
    }));
    const next = { "branch:0": "menu", "branch:1": "repair", "branch:2": "returns", else: "bye" };
    const start = line();
    const flow = {
      ...start,
      nodes: [...start.nodes, { ...blank("condition", "which"), branches, next } as FlowNode],
    };
    expect(of(withoutBranch(flow, "which", 1), "which").next).toEqual({
      "branch:0": "menu",
      "branch:1": "returns",
      else: "bye",
    });
    expect(of(branchMoved(flow, "which", 2, -1), "which").next).toMatchObject({
      "branch:1": "returns",
      "branch:2": "repair",
    });
    expect(branchMoved(flow, "which", 0, -1)).toBe(flow);
  });

  test("copies keep the ways among themselves only", () => {
    const { flow, ids } = duplicated(line(), ["menu", "repair"]);
    expect(ids).toEqual(["menu-2", "queue"]);
    expect(of(flow, "menu-2").next).toEqual({ "key:1": "queue", timeout: "queue", invalid: "queue" });
    expect(of(flow, "queue").next).toEqual({});
  });
});

describe("undo and redo", () => {
  test("typing in a row is one command; a pause, another field or an undo ends it", () => {
    let history = begun("");
    history = committed(history, "报", "edit", 0, "menu name");
    history = committed(history, "报修", "edit", 500, "menu name");
    expect(history.done).toHaveLength(1);
    history = committed(history, "报修1", "edit", 500 + GROUP_MS + 1, "menu name");
    history = committed(history, "报修12", "edit", 2100, "menu prompt");
    expect(history.done).toHaveLength(3);
    history = undo(undo(history));
    expect(history.present).toBe("报修");
    history = redo(history);
    expect(history.present).toBe("报修1");
    history = committed(history, "x", "edit", 2200, "menu name");
    expect(history.undone).toEqual([]);
    expect(undo(history).present).toBe("报修1");
  });

  test("what changes nothing is no command, and the stack is not endless", () => {
    let history = begun(0);
    expect(committed(history, 0, "move", 1)).toBe(history);
    for (let n = 1; n <= MOST + 50; n += 1) history = committed(history, n, "move", n);
    expect(history.done).toHaveLength(MOST);
    expect(undo(begun(1)).present).toBe(1);
  });
});

describe("the arrangement", () => {
  test("leads from left to right, and no node covers another", () => {
    const flow = line();
    const places = arranged(flow);
    const x = (id: string) => places[id]?.[0] ?? Number.NaN;
    expect(x("hello")).toBeLessThan(x("menu"));
    expect(x("menu")).toBeLessThan(x("repair"));
    expect(x("repair")).toBeLessThan(x("survey"));
    expect(x("survey")).toBeLessThan(x("bye"));
    expect(Object.keys(places).sort()).toEqual(flow.nodes.map((node) => node.id).sort());
    for (const a of flow.nodes)
      for (const b of flow.nodes) {
        if (a.id >= b.id) continue;
        const [ax, ay] = places[a.id] as [number, number];
        const [bx, by] = places[b.id] as [number, number];
        const apart = Math.abs(ax - bx) >= WIDTH || ay + height(a) <= by || by + height(b) <= ay;
        expect(apart, `${a.id} and ${b.id}`).toBe(true);
      }
  });

  test("of five hundred nodes in a chain with loops takes no time, and is the same each time", () => {
    const start = line();
    const nodes = Array.from(
      { length: 500 },
      (_, i) =>
        ({
          ...blank("digits", `n${i}`),
          next: { done: `n${(i + 1) % 500}`, none: `n${Math.max(0, i - 7)}` },
        }) as FlowNode,
    );
    const flow = { ...start, nodes, start: "n0" };
    const began = performance.now();
    const places = arranged(flow);
    expect(performance.now() - began).toBeLessThan(2000);
    expect(arranged(flow)).toEqual(places);
    expect(moved(flow, places).layout).toEqual(places);
  });
});

test("the outline tells every node once with all its exits, the loose ones last", () => {
  const flow = line();
  const rows = outlined(flow);
  const nodes = rows.filter((row) => row.kind === "node");
  expect(nodes.map((row) => row.id)).toEqual([
    "hello",
    "menu",
    "repair",
    "bye",
    "survey",
    "returns",
    "terms",
    "loose",
    "about",
  ]);
  expect(nodes.filter((row) => row.loose).map((row) => row.id)).toEqual(["loose"]);
  expect(rows.filter((row) => row.kind === "exit")).toHaveLength(flow.nodes.flatMap(exits).length);
  const cut = outlined(connected(flow, "menu", "key:3", null)).find((row) => row.id === "menu/key:3");
  expect(cut).toMatchObject({ number: "2.3", target: null });
});

test("two versions differ in what a reader would name", () => {
  const before = line();
  let flow = connected(before, "menu", "key:3", "bye");
  flow = changed(flow, "hello", { name: { en: "Welcome" } });
  flow = removed(flow, ["loose"]);
  flow = moved(added(flow, "digits", [1, 2]).flow, { hello: [5, 5] });
  flow = { ...flow, name: { ...flow.name, en: "Service" } };
  expect(differences(before, flow)).toEqual([
    { what: "flow", fields: ["name"] },
    { what: "changed", node: "hello", fields: ["name"] },
    { what: "connected", node: "menu", exits: ["key:3"] },
    { what: "added", node: "digits" },
    { what: "removed", node: "loose" },
    { what: "moved", count: 1 },
  ]);
  expect(differences(before, before)).toEqual([]);
  expect(equal({ a: 1, b: null }, { a: 1 })).toBe(true);
  expect(equal([1, 2], [2, 1])).toBe(false);
});

test("values of conditions are read as what they look like", () => {
  expect(readValue("12", false)).toBe(12);
  expect(readValue("007", false)).toBe("007");
  expect(readValue("1.0", false)).toBe("1.0");
  expect(readValue("true", false)).toBe(true);
  expect(readValue("gold，silver, 3", true)).toEqual(["gold", "silver", 3]);
  expect(readValue("", false)).toBe("");
});

test("the instant of a test call is told in the site's zone", () => {
  expect(atLocal("2026-07-15T14:12", "Asia/Shanghai")).toBe(Date.UTC(2026, 6, 15, 6, 12));
  expect(atLocal("2026-07-15T14:12", "Europe/London")).toBe(Date.UTC(2026, 6, 15, 13, 12));
  expect(atLocal("", "Asia/Shanghai")).toBeNull();
});
