/**
 * The live protocol, as the browser sees it. The server's side is jietong/live/views.py and
 * jietong/channels/webchat/; the prose is docs/reference/live-protocol.md. Instants are milliseconds since the
 * epoch; timers are always `now - since`, with `now` corrected by the offset that the server's frames give.
 */

export type Names = { 'zh-Hans': string; 'zh-Hant': string; en: string };
export type Ms = number;

export type Channel = 'voice' | 'chat' | 'email' | 'sms' | 'fax' | 'voicemail' | 'message';
export type Status = 'offline' | 'ready' | 'break' | 'training' | 'meeting' | 'casework' | 'standby';
export type AgentState =
  | 'off' | 'ready' | 'offered' | 'talking' | 'hold' | 'wrapup' | 'missed'
  | 'break' | 'training' | 'meeting' | 'casework' | 'standby';
export type Place = 'arrived' | 'queue' | 'offer' | 'talk' | 'hold' | 'wrapup' | 'closed';

/** A ratio is never sent ready-made: n = 0 is "no data". */
export type Ratio = { num: number; den: number };

/** Today's figures of one queue (or of all), ids as in the metric catalogue. Waits and times in ms. */
export type QueueFigures = {
  entry_offered: number;
  offered: number; // requested_agent: arrivals at the queue
  transferred_in: number; // of these, through an agent's transfer
  put_back: number; // had an agent, lost them, and wait again: in neither offered nor answered
  answered: number;
  abandoned: number;
  refused: number; // closed, full
  closed: number; // of these, out of hours: entry_closed, outside sl7
  sl3: Ratio; // service_level(X), X = the queue's service_level_s
  sl7: Ratio; // true access
  asa: Ratio; // Σ wait of answered ÷ answered, ms
  aht: Ratio; // ms
  abandon_rate: Ratio;
  max_wait: number | null; // ms, of those that have left the queue today
  csat: Ratio;
};

export type QueueView = {
  id: string;
  name: Names;
  client: string;
  channels: Channel[];
  open: boolean;
  waiting: number; // live, those on offer to an agent included
  longest_since: Ms | null; // arrival of the one who has waited longest
  ewt_s: number | null; // estimated wait of a new arrival; null: cannot be told
  service_level_s: number;
  service_level_target: number;
  alarm_wait_s: number;
  alarm_talk_s: number;
  ready: number; // agents with the skill, by state
  talking: number;
  wrapup: number;
  standby: number;
  today: QueueFigures;
  trend: number[]; // waiting, one point per 5 minutes over the last 2 hours, oldest first
};

export type AgentView = {
  id: string;
  name: string;
  team: string;
  part_time: boolean;
  queues: string[]; // that the agent serves as one of the queue's own
  status: Status; // chosen
  reason: string | null;
  next: Status | null;
  state: AgentState; // the system's
  since: Ms; // of the state
  connected: boolean;
  queue: string | null; // of the contact that gives the state
  contacts: number; // open, wrap-up included
  online_since_break_ms: number; // the 2-hour counter, as of `online_as_of`
  online_as_of: Ms;
  online_running: boolean;
  break_due: boolean;
  invitation: { queue: string; expires: Ms } | null;
  today: {
    handled: number;
    aht: Ratio; // ms
    occupancy: Ratio; // ms
    missed_offer_rate: Ratio;
    csat: Ratio;
    fcr: Ratio;
  };
  reachable: boolean; // the agent's telephone can be rung, as far as is known
  device_why: string; // why not: unregistered, none …
};

/** How a supervisor takes part in a call: heard by nobody, by the agent alone, by both. */
export type Supervising = 'listen' | 'whisper' | 'barge';
export type Direction = 'inbound' | 'outbound';

/** A contact as its agent and the floor see it. */
export type ContactView = {
  id: string;
  channel: Channel;
  place: Place;
  queue: string | null;
  client: string;
  customer: string | null;
  customer_name: string | null;
  language: string;
  agent: string | null;
  arrived: Ms;
  since: Ms; // of the place
  waiting_since: Ms | null; // start of the present or last wait
  talk_since: Ms | null;
  expires: Ms | null; // of the offer
  offer_ms: number | null; // its whole length, for the shrinking bar
  wrapup_until: Ms | null; // null in wrap-up: uncapped
  priority: number;
  /** `expires`: of the question to `other`; `merged`: the customer is in the talk of the two. */
  consult: { agent: string; other: string; joined: boolean; expires?: Ms | null; merged?: boolean } | null;
  callback: boolean; // to be called back; with an agent: being dialled
  attempts: number; // call-backs tried before
  last_message: { author: 'customer' | 'agent' | 'system' | 'supervisor'; text: string; at: Ms; n: number } | null;
  /** First unanswered customer message: how long the customer has been waiting for a word. */
  customer_waiting_since: Ms | null;
  simulated: boolean;
  direction: Direction;
  entry: string; // number, widget or mailbox that it came in by
  flow: string | null; // that serves the customer now
  dialling: boolean; // an agent dials the customer, who has not answered yet
  caller: string | null; // the customer's number, masked
  recording: { id: string; since: Ms; paused_since: Ms | null } | null; // under way
  supervision: { by: string; mode: Supervising; since: Ms; agent: string | null }[];
  outside: { leg: string; since: Ms; up: boolean } | null; // a party outside who is asked, or about to get the call
};

export type Message = {
  id: string;
  contact: string;
  n: number;
  at: Ms;
  author: 'customer' | 'agent' | 'system' | 'supervisor';
  agent: string | null;
  agent_name: string | null;
  text: string;
  /** For author system: a code the client words, e.g. `agent_joined`, with `params`. */
  code: string | null;
  params: Record<string, string | number> | null;
  attachment: { id: string; name: string; type: string; size: number; url: string } | null;
  /** The sender's own id of it (the frame's `id`), on the customer's socket. */
  key?: string | null;
};

export type Alarm = {
  id: string;
  code: 'wait_over_limit' | 'nobody_ready' | 'not_responding' | 'talk_over_limit' | 'service_level_low' | 'break_due' | 'database_gone' | 'recording_missing'
    | 'contract_turned_away' | 'contract_at_risk' | 'contract_unreachable' | 'report_late'
    | 'late_to_shift' | 'out_of_adherence' | 'no_cover' | 'occupancy_high' | 'gap_ahead';
  level: 'act' | 'look' | 'plain';
  queue: string | null;
  agent: string | null;
  contact: string | null;
  since: Ms;
  params: Record<string, string | number>;
  acknowledged_by: string | null;
  acknowledged_name: string | null;
};

export type SiteView = {
  id: string;
  name: Names;
  zone: string;
  demo: boolean;
  today: QueueFigures;
  waiting: number;
  longest_since: Ms | null;
  /** Half-hours of the site's local day so far: start, SL3 and true access. */
  half_hours: { start: Ms; sl3: Ratio; sl7: Ratio }[];
};

/** Collections of each socket's state: id → object. */
export type DeskState = {
  me: Record<string, AgentView>; // one entry
  contacts: Record<string, ContactView>; // mine, and those offered to me
  queues: Record<string, QueueView>; // those I serve
  agents: Record<string, { id: string; name: string; state: AgentState; since: Ms; reachable: boolean }>; // whom I can transfer to
};
/** A trunk. All-trunks-busy time of today is `busy_ms`, and from `busy_since` up to now where it is given. */
export type TrunkView = {
  id: string;
  name: Names;
  up: boolean | null; // null: the switch has not said
  why: string; // it is not up
  in_use: number; // channels, both directions
  limit: number;
  peak: number; // today
  busy_since: Ms | null;
  busy_ms: number;
  blocked: number; // today: callers turned away who came by it
};

/** A number that customers dial. `calls` is now, the others are today. */
export type EntryView = {
  id: string;
  name: Names;
  client: string;
  trunk: string | null; // null: on any
  calls: number; // on the line, and call-backs that are waited for
  limit: number | null;
  offered: number; // attempts
  blocked: number;
};

/** The telephone plant; key "plant". Absent where the centre has no telephones. */
export type PlantView = { id: string; switch_up: boolean; trunks: TrunkView[]; entries: EntryView[] };

export type FloorState = {
  site: Record<string, SiteView>;
  queues: Record<string, QueueView>;
  agents: Record<string, AgentView>;
  contacts: Record<string, ContactView>; // waiting and open
  alarms: Record<string, Alarm>;
  plant: Record<string, PlantView>; // at most one
};
export type WallState = Pick<FloorState, 'site' | 'queues'> & {
  /** state → how many agents; key "states" */
  agents: Record<string, Partial<Record<AgentState, number>>>;
};

/** Server → browser on /ws/desk, /ws/floor, /ws/wall. */
export type ServerFrame<S> =
  | { t: 'snapshot'; seq: number; now: Ms; state: S }
  | { t: 'delta'; seq: number; now: Ms; set: { [C in keyof S]?: S[C] }; del: { [C in keyof S]?: string[] } }
  | { t: 'beat'; now: Ms } // every 5 s
  | { t: 'ok'; id: string; seq: number; result: Record<string, unknown> }
  | { t: 'err'; id: string; problem: Problem }
  | { t: 'message'; message: Message } // desk only: a message in one of my contacts
  | { t: 'typing'; contact: string; who: 'customer' | 'agent' }
  | { t: 'notice'; code: 'article_published' | 'database_gone' | 'database_back' | 'signed_in_elsewhere' | 'session_ended'; params: Record<string, unknown> };

/** Browser → server. `id` is the idempotency key: the same id again gives the first answer. */
export type ClientFrame =
  | { t: 'cmd'; id: string; cmd: { type: string } & Record<string, unknown> } // core.commands, without `agent`
  | { t: 'say'; id: string; contact: string; text: string; attachment?: string } // desk: a chat message
  | { t: 'typing'; contact: string }
  | { t: 'read'; contact: string; n: number } // desk: the agent has seen the messages up to n
  | { t: 'ping' };

export type Problem = { type: string; title: string; status: number; code: string; detail: string } & Record<string, unknown>;

/* ---- The customer's socket: /ws/chat ---------------------------------------------------------------------- */

export type WidgetConfig = {
  id: string;
  queue: string;
  name: Names;
  greeting: Names;
  colour: string; // brand, #rrggbb
  languages: string[];
  ask: ('name' | 'phone' | 'email')[]; // asked before the chat begins
  attachments: { types: string[]; max_bytes: number };
  max_text: number;
  open: boolean;
  next_open: Ms | null;
  hours_text: Names;
};

export type ChatState = {
  contact: string | null;
  place: 'none' | 'bot' | 'queue' | 'talk' | 'ended' | 'closed_hours' | 'full'; // bot: a flow serves them
  position: number | null; // how many are ahead, 0 = next
  ewt_s: number | null;
  waiting_since: Ms | null;
  agent_name: string | null;
  ended_at: Ms | null;
  survey: 'none' | 'asked' | 'done';
  outcome?: string | null; // of the contact that ended: core.vocabulary.Outcome
  callback?: boolean; // to be called back: the page may be closed
  phone?: string | null; // the number that would be called, masked
  options?: string[]; // answers to the bot's question, by one click
  messages: Message[];
};

export type ChatServerFrame =
  | { t: 'welcome'; token: string; now: Ms; config: WidgetConfig; state: ChatState }
  | { t: 'state'; now: Ms; state: Omit<ChatState, 'messages'> }
  | { t: 'message'; message: Message }
  | { t: 'typing' }
  | { t: 'read'; n: number }
  | { t: 'ok'; id: string; result: Record<string, unknown> }
  | { t: 'err'; id: string | null; problem: Problem }
  | { t: 'beat'; now: Ms };

export type ChatClientFrame =
  | { t: 'hello'; widget: string; token: string | null; lang: string }
  | { t: 'start'; id: string; profile: { name?: string; phone?: string; email?: string; identity?: string }; text?: string }
  | { t: 'say'; id: string; text: string; attachment?: string }
  | { t: 'typing' }
  | { t: 'end'; id: string }
  | { t: 'survey'; id: string; score: number; resolved: boolean | null; comment?: string }
  | { t: 'callback'; id: string; phone?: string } // while waiting: rather be called, keeping the place
  | { t: 'leave'; id: string; profile: { name?: string; phone?: string; email?: string; identity?: string }; reply_by: 'phone' | 'sms' | 'email'; text: string }
  | { t: 'ping' };
