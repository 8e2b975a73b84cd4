import type { AgentState, AgentView, Alarm, ContactView, Ms, QueueView } from "../../live/types";

/** What stands first on the floor: the worst. Pure; the time comes in as an argument. */

/** Past this the time in the state is an alarm: the queue's limit on a talk. ms, or null. */
export function talkLimit(agent: AgentView, queues: Record<string, QueueView>): Ms | null {
  if (agent.state !== "talking" && agent.state !== "hold") return null;
  const queue = agent.queue === null ? undefined : queues[agent.queue];
  return queue ? queue.alarm_talk_s * 1000 : null;
}

export type Trouble = "missed" | "over" | "away" | "break" | null;

/** Why an agent needs a hand, the gravest reason first. */
export function trouble(agent: AgentView, queues: Record<string, QueueView>, now: Ms): Trouble {
  if (agent.state === "missed") return "missed";
  const limit = talkLimit(agent, queues);
  if (limit !== null && now - agent.since > limit) return "over";
  if (!agent.connected && agent.state !== "off") return "away";
  return agent.break_due && agent.state !== "off" ? "break" : null;
}

const TROUBLES: readonly Trouble[] = ["missed", "over", "away", "break", null];
/** Those who are with a customer or about to be come before those who are free, those before the absent. */
const STATES: readonly AgentState[] = [
  "missed",
  "offered",
  "hold",
  "wrapup",
  "talking",
  "ready",
  "break",
  "casework",
  "meeting",
  "training",
  "standby",
  "off",
];

/** Agents with trouble first, then by state, then the longest in it; equal ones by name. */
export function agentsWorstFirst(
  agents: readonly AgentView[],
  queues: Record<string, QueueView>,
  now: Ms,
  names: Intl.Collator,
): AgentView[] {
  const keyed = agents.map((agent) => ({
    agent,
    trouble: TROUBLES.indexOf(trouble(agent, queues, now)),
    state: STATES.indexOf(agent.state),
  }));
  keyed.sort(
    (a, b) =>
      a.trouble - b.trouble ||
      a.state - b.state ||
      a.agent.since - b.agent.since ||
      names.compare(a.agent.name, b.agent.name) ||
      (a.agent.id < b.agent.id ? -1 : 1),
  );
  return keyed.map((one) => one.agent);
}

/** Queues whose oldest customer has waited longest first; then the fuller one; then by name. */
export function queuesWorstFirst(
  queues: readonly QueueView[],
  name: (queue: QueueView) => string,
  names: Intl.Collator,
): QueueView[] {
  return [...queues].sort(
    (a, b) =>
      (a.longest_since ?? Number.POSITIVE_INFINITY) - (b.longest_since ?? Number.POSITIVE_INFINITY) ||
      b.waiting - a.waiting ||
      names.compare(name(a), name(b)),
  );
}

const LEVELS = { act: 0, look: 1, plain: 2 } as const;

/** Unseen before seen, graver before lighter, older before newer. */
export function alarmsWorstFirst(alarms: readonly Alarm[]): Alarm[] {
  return [...alarms].sort(
    (a, b) =>
      Number(a.acknowledged_by !== null) - Number(b.acknowledged_by !== null) ||
      LEVELS[a.level] - LEVELS[b.level] ||
      a.since - b.since ||
      (a.id < b.id ? -1 : 1),
  );
}

/** Those who wait, in an offer too: the longest wait first. */
export function waitingLongestFirst(contacts: readonly ContactView[]): ContactView[] {
  return contacts
    .filter((contact) => contact.place === "queue" || contact.place === "offer")
    .sort((a, b) => (a.waiting_since ?? a.arrived) - (b.waiting_since ?? b.arrived) || (a.id < b.id ? -1 : 1));
}

/** The order as it was, with what is gone taken out and what is new put at the end: nothing jumps under the pointer. */
export function keptOrder<T extends { id: string }>(order: readonly string[], items: readonly T[]): T[] {
  const byId = new Map(items.map((item) => [item.id, item]));
  const kept = order.flatMap((id) => {
    const item = byId.get(id);
    byId.delete(id);
    return item ? [item] : [];
  });
  return [...kept, ...byId.values()];
}
