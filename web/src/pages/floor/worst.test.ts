import { describe, expect, it } from "vitest";
import { collator } from "../../i18n/format";
import type { AgentView, Alarm, ContactView, QueueView } from "../../live/types";
import {
  agentsWorstFirst,
  alarmsWorstFirst,
  keptOrder,
  queuesWorstFirst,
  talkLimit,
  trouble,
  waitingLongestFirst,
} from "./worst";

const NOW = 10_000_000;
const QUEUES = { repair: { id: "repair", alarm_talk_s: 900 } as QueueView };
const names = collator("en");

function agent(id: string, more: Partial<AgentView> = {}): AgentView {
  return {
    id,
    name: id,
    team: "",
    part_time: false,
    status: "ready",
    reason: null,
    next: null,
    state: "ready",
    since: NOW - 60_000,
    connected: true,
    queue: null,
    contacts: 0,
    online_since_break_ms: 0,
    online_as_of: NOW,
    online_running: false,
    break_due: false,
    invitation: null,
    ...more,
  } as AgentView;
}
const ids = (list: { id: string }[]) => list.map((one) => one.id);

describe("agents, worst first", () => {
  it("puts not responding before over the limit, cut off, due a break, and all others", () => {
    const list = [
      agent("ready"),
      agent("due", { break_due: true, state: "talking", queue: "repair" }),
      agent("away", { connected: false }),
      agent("long", { state: "talking", queue: "repair", since: NOW - 901_000 }),
      agent("missed", { state: "missed" }),
    ];
    expect(ids(agentsWorstFirst(list, QUEUES, NOW, names))).toEqual(["missed", "long", "away", "due", "ready"]);
  });

  it("measures a talk by its own queue's limit, and only a talk", () => {
    const at = { queue: "repair", since: NOW - 900_001 };
    expect(trouble(agent("a", { ...at, state: "talking" }), QUEUES, NOW)).toBe("over");
    expect(trouble(agent("a", { ...at, state: "hold" }), QUEUES, NOW)).toBe("over");
    expect(trouble(agent("a", { ...at, state: "talking", since: NOW - 900_000 }), QUEUES, NOW)).toBeNull();
    expect(trouble(agent("a", { ...at, state: "wrapup" }), QUEUES, NOW)).toBeNull();
    expect(talkLimit(agent("a", { state: "talking", queue: "gone" }), QUEUES)).toBeNull();
  });

  it("does not call somebody who has gone home cut off or due a break", () => {
    expect(trouble(agent("a", { state: "off", connected: false, break_due: true }), QUEUES, NOW)).toBeNull();
  });

  it("puts the longest in a state first, and equal ones by name", () => {
    const list = [agent("b"), agent("a"), agent("c", { since: NOW - 90_000 })];
    expect(ids(agentsWorstFirst(list, QUEUES, NOW, names))).toEqual(["c", "a", "b"]);
  });

  it("sorts a thousand without losing anybody", () => {
    const states = ["ready", "talking", "missed", "break", "standby", "wrapup"] as const;
    const list = Array.from({ length: 1000 }, (_, i) =>
      agent(`a${i}`, {
        state: states[i % states.length],
        since: NOW - ((i * 7919) % 100_000),
        break_due: i % 17 === 0,
      }),
    );
    const sorted = agentsWorstFirst(list, QUEUES, NOW, names);
    expect(new Set(ids(sorted)).size).toBe(1000);
    const firstHealthy = sorted.findIndex((one) => trouble(one, QUEUES, NOW) === null);
    expect(sorted.slice(firstHealthy).every((one) => trouble(one, QUEUES, NOW) === null)).toBe(true);
  });
});

describe("other lists, worst first", () => {
  it("puts the queue with the longest wait first and the empty ones last", () => {
    const queue = (id: string, since: number | null, waiting: number) =>
      ({ id, longest_since: since, waiting, name: { en: id } }) as unknown as QueueView;
    const list = [
      queue("empty", null, 0),
      queue("short", NOW - 5, 9),
      queue("long", NOW - 50, 1),
      queue("also", null, 0),
    ];
    expect(ids(queuesWorstFirst(list, (one) => one.name.en, names))).toEqual(["long", "short", "also", "empty"]);
  });

  it("puts seen alarms behind unseen ones, whatever their level", () => {
    const alarm = (id: string, level: Alarm["level"], since: number, seen = false) =>
      ({ id, level, since, acknowledged_by: seen ? "zhou" : null }) as Alarm;
    const list = [
      alarm("seen", "act", 1, true),
      alarm("plain", "plain", 2),
      alarm("new", "act", 9),
      alarm("old", "act", 3),
    ];
    expect(ids(alarmsWorstFirst(list))).toEqual(["old", "new", "plain", "seen"]);
  });

  it("keeps a contact that is being offered among those who wait, in its place", () => {
    const contact = (id: string, place: string, waiting_since: number) =>
      ({ id, place, waiting_since, arrived: 0 }) as unknown as ContactView;
    const list = [contact("talk", "talk", 1), contact("late", "queue", 9), contact("offer", "offer", 5)];
    expect(ids(waitingLongestFirst(list))).toEqual(["offer", "late"]);
  });

  it("does not let tiles jump while a menu is open", () => {
    const list = [{ id: "c" }, { id: "a" }, { id: "new" }];
    expect(ids(keptOrder(["a", "gone", "c"], list))).toEqual(["a", "c", "new"]);
  });
});
