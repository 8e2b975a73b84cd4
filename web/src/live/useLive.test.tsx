import { act, render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { contact, deskState, NOW } from "../test/frames";
import { openScripted } from "../test/socket";
import { ServerClock } from "./clock";
import { LiveConnection, TIMINGS } from "./connection";
import type { DeskState } from "./types";
import { useIds, useRow } from "./useLive";

test("one changed row re-renders one row", () => {
  const live = new LiveConnection<DeskState>("ws://centre/ws/desk", new ServerClock(), TIMINGS, openScripted);
  live.store.apply({ t: "snapshot", seq: 1, now: NOW, state: deskState([contact("c1"), contact("c2")]) });
  const drawn: Record<string, number> = {};
  function Row({ id }: { id: string }) {
    drawn[id] = (drawn[id] ?? 0) + 1;
    return <li>{`${id} ${useRow(live, "contacts", id)?.priority}`}</li>;
  }
  function List() {
    drawn.list = (drawn.list ?? 0) + 1;
    return useIds(live, "contacts").map((id) => <Row key={id} id={id} />);
  }
  render(<List />);
  const before = { ...drawn };
  act(() => {
    live.store.apply({
      t: "delta",
      seq: 2,
      now: NOW,
      set: { contacts: { c2: contact("c2", { priority: 9 }) } },
      del: {},
    });
  });
  expect(screen.getByText("c2 9")).toBeTruthy();
  expect(drawn).toEqual({ ...before, c2: (before.c2 ?? 0) + 1 });
});
