import { describe, expect, test } from "vitest";
import { contact, deskState, NOW } from "../test/frames";
import { LiveStore, withDelta } from "./store";
import type { DeskState } from "./types";

type Things = Record<string, Record<string, unknown>>;

describe("the live store", () => {
  test("a delta replaces what it names and leaves every other object the same object", () => {
    const store = new LiveStore<DeskState>();
    store.apply({ t: "snapshot", seq: 5, now: NOW, state: deskState([contact("c1"), contact("c2")]) });
    const before = store.get("contacts", "c2");
    store.apply({
      t: "delta",
      seq: 6,
      now: NOW,
      set: { contacts: { c1: contact("c1", { place: "wrapup" }) } },
      del: {},
    });
    expect(store.get("contacts", "c1")?.place).toBe("wrapup");
    expect(store.get("contacts", "c2")).toBe(before);
  });

  test("a delta from before the snapshot changes nothing", () => {
    const store = new LiveStore<DeskState>();
    expect(store.apply({ t: "delta", seq: 9, now: NOW, set: {}, del: {} })).toBe(false);
    store.apply({ t: "snapshot", seq: 10, now: NOW, state: deskState([contact("c1")]) });
    expect(store.apply({ t: "delta", seq: 10, now: NOW, set: {}, del: { contacts: ["c1"] } })).toBe(false);
    expect(store.get("contacts", "c1")).toBeDefined();
  });

  test("the list of ids stays the same array while no object comes or goes", () => {
    const store = new LiveStore<DeskState>();
    store.apply({ t: "snapshot", seq: 1, now: NOW, state: deskState([contact("c1")]) });
    const ids = store.ids("contacts");
    store.apply({ t: "delta", seq: 2, now: NOW, set: { contacts: { c1: contact("c1", { priority: 3 }) } }, del: {} });
    expect(store.ids("contacts")).toBe(ids);
    store.apply({ t: "delta", seq: 3, now: NOW, set: { contacts: { c2: contact("c2") } }, del: {} });
    expect(store.ids("contacts")).toEqual(["c1", "c2"]);
  });

  test("snapshot and deltas end in the state that the server has, over random traffic", () => {
    let seed = 7;
    const random = (n: number) => {
      seed = (seed * 1103515245 + 12345) % 2147483648;
      return seed % n;
    };
    for (let run = 0; run < 50; run += 1) {
      let server: Things = { contacts: {}, agents: {} };
      const store = new LiveStore<Things>();
      store.apply({ t: "snapshot", seq: 0, now: NOW, state: structuredClone(server) });
      for (let seq = 1; seq <= 40; seq += 1) {
        const set: Things = {};
        const del: Record<string, string[]> = {};
        const name = random(2) === 0 ? "contacts" : "agents";
        const id = `o${random(8)}`;
        if (random(3) === 0) del[name] = [id];
        else set[name] = { [id]: { id, value: random(1000) } };
        server = structuredClone(server);
        for (const gone of del[name] ?? []) delete server[name]?.[gone];
        Object.assign(server[name] ?? {}, set[name]);
        store.apply({ t: "delta", seq, now: NOW, set, del });
      }
      expect(store.state).toEqual(server);
    }
  });

  test("what is not named is shared, collection by collection", () => {
    const state = { a: { x: { n: 1 } }, b: { y: { n: 2 } } };
    const next = withDelta(state, { a: { z: { n: 3 } } as never }, {});
    expect(next.b).toBe(state.b);
    expect(next.a.x).toBe(state.a.x);
  });
});
