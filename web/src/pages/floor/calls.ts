import type { ContactView } from "../../live/types";

/** Where a call is, as the floor counts it. */
export type Stage = "flow" | "dialling" | "waiting" | "ringing" | "talking" | "hold" | "callback";
export const STAGES: readonly Stage[] = ["flow", "waiting", "ringing", "dialling", "talking", "hold", "callback"];

/** Null: no call, or over for the customer. */
export function stageOf(contact: ContactView): Stage | null {
  if (contact.channel !== "voice") return null;
  switch (contact.place) {
    case "arrived":
      return contact.dialling ? "dialling" : "flow";
    case "queue":
      return contact.callback ? "callback" : "waiting";
    case "offer":
      return contact.callback ? "callback" : "ringing";
    case "talk":
      return contact.dialling ? "dialling" : "talking";
    case "hold":
      return contact.dialling ? "dialling" : "hold";
    default:
      return null;
  }
}

/** The calls of a stage, the longest there first. */
export function callsOf(contacts: readonly ContactView[], stage: Stage): ContactView[] {
  return contacts.filter((one) => stageOf(one) === stage).sort((a, b) => a.since - b.since || (a.id < b.id ? -1 : 1));
}

export function countCalls(contacts: readonly ContactView[]): Record<Stage, number> & { outbound: number } {
  const counts = { flow: 0, dialling: 0, waiting: 0, ringing: 0, talking: 0, hold: 0, callback: 0, outbound: 0 };
  for (const contact of contacts) {
    const stage = stageOf(contact);
    if (!stage) continue;
    counts[stage] += 1;
    if (contact.direction === "outbound") counts.outbound += 1;
  }
  return counts;
}

/** The call in which an agent can be listened to. */
export function audibleCall(contacts: readonly ContactView[], agent: string): ContactView | undefined {
  return contacts.find(
    (one) =>
      one.channel === "voice" &&
      !one.dialling &&
      (one.place === "talk" || one.place === "hold") &&
      (one.agent === agent || (one.consult?.joined === true && one.consult.other === agent)),
  );
}
