import type { AgentView, ContactView, DeskState, Message, QueueView, Ratio } from "../live/types";

/** Frames of a small desk, as the server sends them. */
export const NOW = 1_760_000_000_000;
const none: Ratio = { num: 0, den: 0 };

export const queue: QueueView = {
  id: "repair",
  name: { "zh-Hans": "售后报修", "zh-Hant": "售後報修", en: "After-sales repair" },
  client: "hechuan",
  channels: ["chat"],
  open: true,
  waiting: 2,
  longest_since: NOW - 240_000,
  ewt_s: 60,
  service_level_s: 20,
  service_level_target: 0.85,
  alarm_wait_s: 180,
  alarm_talk_s: 900,
  ready: 1,
  talking: 0,
  wrapup: 0,
  standby: 0,
  today: {
    entry_offered: 0,
    offered: 0,
    transferred_in: 0,
    put_back: 0,
    answered: 0,
    abandoned: 0,
    refused: 0,
    closed: 0,
    sl3: none,
    sl7: none,
    asa: none,
    aht: none,
    abandon_rate: none,
    max_wait: null,
    csat: none,
  },
  trend: [],
};

export function agent(part: Partial<AgentView> = {}): AgentView {
  return {
    id: "a1",
    name: "林晓",
    team: "A",
    part_time: false,
    queues: ["repair"],
    status: "ready",
    reason: null,
    next: null,
    state: "ready",
    since: NOW,
    connected: true,
    queue: null,
    contacts: 0,
    online_since_break_ms: 0,
    online_as_of: NOW,
    online_running: true,
    break_due: false,
    invitation: null,
    today: { handled: 0, aht: none, occupancy: none, missed_offer_rate: none, csat: none, fcr: none },
    reachable: true,
    device_why: "",
    ...part,
  };
}

export function contact(id: string, part: Partial<ContactView> = {}): ContactView {
  return {
    id,
    channel: "chat",
    place: "talk",
    queue: "repair",
    client: "hechuan",
    customer: null,
    customer_name: `客户 ${id}`,
    language: "zh-Hans",
    agent: "a1",
    arrived: NOW - 60_000,
    since: NOW - 30_000,
    waiting_since: null,
    talk_since: NOW - 30_000,
    expires: null,
    offer_ms: null,
    wrapup_until: null,
    priority: 0,
    consult: null,
    callback: false,
    attempts: 0,
    last_message: null,
    customer_waiting_since: null,
    simulated: false,
    direction: "inbound",
    entry: "web",
    flow: null,
    dialling: false,
    caller: null,
    recording: null,
    supervision: [],
    outside: null,
    ...part,
  };
}

export function deskState(contacts: ContactView[], me: Partial<AgentView> = {}): DeskState {
  return {
    me: { a1: agent(me) },
    contacts: Object.fromEntries(contacts.map((one) => [one.id, one])),
    queues: { repair: queue },
    agents: { a2: { id: "a2", name: "周欣", state: "ready", since: NOW, reachable: true } },
  };
}

export function message(n: number, part: Partial<Message> = {}): Message {
  return {
    id: `m${n}`,
    contact: "c1",
    n,
    at: NOW + n,
    author: "customer",
    agent: null,
    agent_name: null,
    text: `line ${n}`,
    code: null,
    params: null,
    attachment: null,
    ...part,
  };
}
