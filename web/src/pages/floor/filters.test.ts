import { describe, expect, it } from "vitest";
import type { AgentView, QueueView } from "../../live/types";
import { sharedTerms } from "./Access";
import { readFilters, shows, withFilter } from "./filters";
import { visibleRows } from "./tiles";

const agent = (more: Partial<AgentView>) =>
  ({ name: "Lin Xiao", team: "early", state: "ready", queue: null, queues: ["repair"], ...more }) as AgentView;

describe("the floor's filters", () => {
  it("live in the address and leave other parameters alone", () => {
    const params = withFilter(new URLSearchParams("theme=dark"), { queue: "repair", q: "林" });
    expect(params.get("theme")).toBe("dark");
    expect(readFilters(params)).toEqual({ queue: "repair", team: null, state: null, q: "林" });
    expect(withFilter(params, { queue: null, q: "" }).toString()).toBe("theme=dark");
  });

  it("do not believe a state that does not exist", () => {
    expect(readFilters(new URLSearchParams("state=asleep")).state).toBeNull();
  });

  it("narrow by queue, team, state and name together", () => {
    const filters = { queue: null, team: "early", state: "ready", q: " lin" } as const;
    expect(shows(filters, agent({}))).toBe(true);
    expect(shows(filters, agent({ team: "late" }))).toBe(false);
    expect(shows(filters, agent({ state: "break" }))).toBe(false);
    expect(shows(filters, agent({ state: "break" }), { state: false })).toBe(true);
    expect(shows(filters, agent({ name: "Wu" }))).toBe(false);
  });

  it("show with a queue everybody who serves it, busy or not, and who helps out", () => {
    const filters = { queue: "repair", team: null, state: null, q: "" } as const;
    expect(shows(filters, agent({}))).toBe(true);
    expect(shows(filters, agent({ queue: "returns" }))).toBe(true);
    expect(shows(filters, agent({ queues: ["returns"] }))).toBe(false);
    expect(shows(filters, agent({ queues: ["returns"], queue: "repair" }))).toBe(true);
  });
});

describe("the tiles in sight", () => {
  it("are few, however many agents there are", () => {
    const { columns, first, last } = visibleRows({ width: 1120, top: 5_000, height: 400 });
    expect(columns).toBe(8);
    expect((last - first) * columns).toBeLessThan(130);
    expect(first * 54).toBeLessThanOrEqual(5_000);
    expect(last * 54).toBeGreaterThanOrEqual(5_400);
  });

  it("begin at the first row when the grid is below the fold", () => {
    expect(visibleRows({ width: 100, top: -2_000, height: 400 })).toEqual({ columns: 1, first: 0, last: 1 });
  });
});

describe("the service level's X and target", () => {
  const queue = (service_level_s: number, service_level_target: number) =>
    ({ service_level_s, service_level_target }) as QueueView;
  it("are named only where all queues share them", () => {
    expect(sharedTerms([queue(20, 0.85), queue(20, 0.85)])).toEqual({ seconds: 20, target: 0.85 });
    expect(sharedTerms([queue(20, 0.85), queue(15, 0.85)])).toEqual({ seconds: null, target: 0.85 });
    expect(sharedTerms([])).toEqual({ seconds: null, target: null });
  });
});
