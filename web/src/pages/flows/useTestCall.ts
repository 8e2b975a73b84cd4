import { useCallback, useRef, useState } from "react";
import type { Language } from "../../i18n/language";
import { type Act, flows, type Saying, type TestAnswer } from "./api";
import type { Flow } from "./model";

/** A test call under way: what has happened, what the flow wants now. The flow is the one on screen as it began. */
export type Setting = {
  language: Language;
  reachable: boolean;
  at: number | null; // null: now
  channel: "voice" | "chat";
  values: Record<string, string | number | boolean | null>;
};
export type Entry =
  | { kind: "step"; node: string; exit: string }
  | { kind: "said"; node: string; saying: readonly Saying[] }
  | { kind: "did"; node: string; what: "pressed" | "silent" | "found" | "done" | "failed"; text: string };
export type Call = {
  flow: Flow;
  setting: Setting;
  log: readonly Entry[];
  answer: TestAnswer | null;
  busy: boolean;
  error: unknown;
};
export type TestCall = ReturnType<typeof useTestCall>;

/** What has been said needs no answer of the tester; nor has a survey that opens, or a rating that is taken. */
function ownAnswer(act: Act): Record<string, unknown> | null {
  switch (act.act) {
    case "say":
      return { answer: "said" };
    case "survey":
    case "rate":
      return { answer: "done", ok: true };
    case "measure":
      return { answer: "measured", values: {} };
    default:
      return null;
  }
}

const sayingOf = (act: Act): readonly Saying[] =>
  act.act === "say" || act.act === "ask" || act.act === "voicemail"
    ? act.saying
    : act.act === "queue"
      ? act.announcement
      : [];

export function useTestCall() {
  const [call, setCall] = useState<Call | null>(null);
  const turn = useRef(0);

  const onward = useCallback(async (begun: Call, answer: Record<string, unknown> | null, told: Entry | null) => {
    turn.current += 1;
    const mine = turn.current;
    let now: Call = { ...begun, log: told ? [...begun.log, told] : begun.log, busy: true, error: null };
    setCall(now);
    try {
      let next: Record<string, unknown> | null = answer;
      do {
        const { flow, setting, answer: before } = now;
        const got: TestAnswer = await flows.test(flow.id, {
          document: flow,
          state: before?.state ?? null,
          answer: next,
          ...setting,
        });
        if (turn.current !== mine) return;
        const said = sayingOf(got.act);
        now = {
          ...now,
          answer: got,
          log: [
            ...now.log,
            ...got.steps.map((step): Entry => ({ kind: "step", ...step })),
            ...(said.length ? [{ kind: "said" as const, node: got.node, saying: said }] : []),
          ],
        };
        next = got.over ? null : ownAnswer(got.act);
      } while (next);
      setCall({ ...now, busy: false });
    } catch (error) {
      if (turn.current === mine) setCall({ ...now, busy: false, error });
    }
  }, []);

  return {
    call,
    begin: (flow: Flow, setting: Setting) =>
      void onward({ flow, setting, log: [], answer: null, busy: true, error: null }, null, null),
    reply: (answer: Record<string, unknown>, told: Entry | null) => {
      if (call && !call.busy) void onward(call, answer, told);
    },
    end: () => {
      turn.current += 1;
      setCall(null);
    },
  };
}

/** The ways that were gone, for the graph. */
export function walkedBy(call: Call | null): { node: string; exit: string }[] {
  return (call?.log ?? []).flatMap((entry) => (entry.kind === "step" ? [entry] : []));
}
