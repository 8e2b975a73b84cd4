import type { MicrophoneFault } from "./microphone";

/** The softphone as data: every fact changes it through `next`, and nothing else does. Pure. */

/**
 * `off`: nobody asked for it · `asking`: credentials are asked for · `none`: no telephone is set up for this person ·
 * `desk`: the telephone stands on the table (SIP phone) or is a plain number, nothing to register here ·
 * `elsewhere`: another tab is the telephone · `connecting` · `ready`: can be rung · `lost`: connection lost, being sought ·
 * `refused`: the switch does not let us in · `unavailable`: the server cannot say (no switch).
 */
export type Standing =
  | "off"
  | "asking"
  | "none"
  | "desk"
  | "elsewhere"
  | "connecting"
  | "ready"
  | "lost"
  | "refused"
  | "unavailable";

export type PhoneKind = "none" | "softphone" | "phone" | "number";

export type PhoneCall = {
  id: string;
  from: string;
  phase: "ringing" | "answering" | "talking";
  muted: boolean;
  /** Since when it talks, by the local clock. */
  since: number | null;
  /** The switch asked us to take it by ourselves. */
  auto: boolean;
  /** Sound comes, but the browser will not play it before somebody clicks. */
  blocked: boolean;
};

export type PhoneState = {
  kind: PhoneKind;
  extension: string | null;
  standing: Standing;
  microphone: MicrophoneFault | "unknown" | "fine";
  /** The microphone went away in the middle of a call. */
  lostInCall: boolean;
  call: PhoneCall | null;
  /** What somebody wants of a call that has not come yet: to take it as soon as it rings. */
  wanted: boolean;
};

export const IDLE: PhoneState = {
  kind: "none",
  extension: null,
  standing: "off",
  microphone: "unknown",
  lostInCall: false,
  call: null,
  wanted: false,
};

export type Fact =
  | { is: "asked" }
  | { is: "assigned"; kind: PhoneKind; extension: string | null; held: boolean }
  | { is: "unavailable" }
  | { is: "held" } // this tab is the telephone
  | { is: "yielded" } // another tab is
  | { is: "opening" }
  | { is: "up" }
  | { is: "down" }
  | { is: "refused" }
  | { is: "microphone"; state: PhoneState["microphone"] }
  | { is: "microphone_lost"; lost: boolean }
  | { is: "wanted"; wanted: boolean }
  | { is: "rings"; id: string; from: string; auto: boolean }
  | { is: "answering"; id: string }
  | { is: "not_answered"; id: string } // no microphone: it goes on ringing
  | { is: "talks"; id: string; at: number }
  | { is: "muted"; id: string; muted: boolean }
  | { is: "blocked"; id: string; blocked: boolean }
  | { is: "over"; id: string }
  | { is: "closed" };

export function next(state: PhoneState, fact: Fact): PhoneState {
  switch (fact.is) {
    case "asked":
      return state.standing === "off" || state.standing === "unavailable" ? { ...state, standing: "asking" } : state;
    case "assigned":
      return {
        ...state,
        kind: fact.kind,
        extension: fact.extension,
        standing:
          fact.kind === "none" ? "none" : fact.kind !== "softphone" ? "desk" : fact.held ? "connecting" : "elsewhere",
      };
    case "unavailable":
      return { ...state, standing: "unavailable" };
    case "held":
      return state.kind === "softphone" ? { ...state, standing: "connecting", call: null } : state;
    case "yielded":
      return { ...state, standing: "elsewhere", call: null, wanted: false, lostInCall: false };
    case "opening":
      return { ...state, standing: "connecting" };
    case "up":
      return { ...state, standing: "ready" };
    case "down":
      return state.standing === "ready" || state.standing === "connecting" ? { ...state, standing: "lost" } : state;
    case "refused":
      return { ...state, standing: "refused" };
    case "microphone":
      return { ...state, microphone: fact.state };
    case "microphone_lost":
      return { ...state, lostInCall: fact.lost };
    case "wanted":
      return { ...state, wanted: fact.wanted };
    case "rings":
      if (state.call) return state;
      return {
        ...state,
        call: {
          id: fact.id,
          from: fact.from,
          phase: "ringing",
          muted: false,
          since: null,
          auto: fact.auto,
          blocked: false,
        },
      };
    case "answering":
      return { ...withCall(state, fact.id, { phase: "answering" }), wanted: false };
    case "not_answered":
      return withCall(state, fact.id, { phase: "ringing" });
    case "talks":
      return withCall(state, fact.id, { phase: "talking", since: fact.at });
    case "muted":
      return withCall(state, fact.id, { muted: fact.muted });
    case "blocked":
      return withCall(state, fact.id, { blocked: fact.blocked });
    case "over":
      return state.call?.id === fact.id ? { ...state, call: null, lostInCall: false } : state;
    case "closed":
      return IDLE;
  }
}

function withCall(state: PhoneState, id: string, part: Partial<PhoneCall>): PhoneState {
  return state.call?.id === id ? { ...state, call: { ...state.call, ...part } } : state;
}

/** Whether the agent can be rung at all, as far as this browser knows. */
export function reachable(state: PhoneState): boolean {
  return state.standing === "ready" || state.standing === "desk" || state.standing === "elsewhere";
}

/** Whether words and sounds go through a browser of ours (this tab or another). */
export function inBrowser(state: PhoneState): boolean {
  return state.kind === "softphone";
}
