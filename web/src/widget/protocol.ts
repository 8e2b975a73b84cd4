/**
 * The customer's side of the chat protocol as a pure machine: what is known, what is still to be sent, and how each
 * frame of the server changes it. No socket, clock or storage in here; `session.ts` has those.
 *
 * What the customer writes goes into the outbox under an id of its own and leaves it only when the server has
 * acknowledged that id. After a reconnection everything still in the outbox is sent again in order: the server gives the
 * first answer to a repeated id, so nothing is lost and nothing doubled.
 */

import type { ChatClientFrame, ChatServerFrame, ChatState, Message, Ms, WidgetConfig } from "../live/types";

export type OutFrame = Extract<ChatClientFrame, { id: string }>;

export type Outgoing = {
  frame: OutFrame;
  at: Ms;
  /** The contact it was written in; null before one began. */
  contact: string | null;
  phase: "queued" | "sent" | "refused";
  /** Why it was refused. */
  code: string | null;
  /** Not before this time: the server asked for patience. */
  notBefore: Ms | null;
  /** What to show while an attachment is on its way. */
  file?: { name: string; size: number; type: string };
};

export type Link = "idle" | "connecting" | "greeting" | "open" | "lost";

export type Model = {
  link: Link;
  token: string | null;
  /** Server's clock minus ours, ms. */
  offset: number;
  config: WidgetConfig | null;
  chat: Omit<ChatState, "messages">;
  /** Sorted, each id once; several contacts may follow one another. */
  messages: Message[];
  /** The agent has read up to this number of the present contact. */
  read: number;
  typingUntil: Ms;
  outbox: Outgoing[];
  /** A message was left (out of hours, full), and taken. */
  left: boolean;
  /** The server will not talk to us, whatever we send: unknown widget and the like. */
  fatal: string | null;
};

export const NO_CHAT: Omit<ChatState, "messages"> = {
  contact: null,
  place: "none",
  position: null,
  ewt_s: null,
  waiting_since: null,
  agent_name: null,
  ended_at: null,
  survey: "none",
};

/** How long "is typing" stays after the last word of it. */
export const TYPING_MS = 6_000;
const FATAL = new Set(["unknown_widget"]);
/** Codes that say "not now": the frame stays in the outbox. */
const PATIENCE_MS = 5_000;

export function start(token: string | null, outbox: Outgoing[]): Model {
  return {
    link: "idle",
    token,
    offset: 0,
    config: null,
    chat: NO_CHAT,
    messages: [],
    read: 0,
    typingUntil: 0,
    outbox: outbox.map((item) => (item.phase === "sent" ? { ...item, phase: "queued" } : item)),
    left: false,
    fatal: null,
  };
}

/** The socket is gone: what was sent but not acknowledged has to go again. */
export function lost(model: Model): Model {
  return {
    ...model,
    link: model.fatal ? "idle" : "lost",
    typingUntil: 0,
    outbox: model.outbox.map((item) => (item.phase === "sent" ? { ...item, phase: "queued" } : item)),
  };
}

export function receive(model: Model, frame: ChatServerFrame, now: Ms): Model {
  switch (frame.t) {
    case "welcome":
      return welcomed(model, frame, now);
    case "state":
      return { ...moved(model, frame.state), offset: frame.now - now };
    case "message":
      return {
        ...model,
        messages: merged(model.messages, [frame.message]),
        typingUntil: frame.message.author === "agent" ? 0 : model.typingUntil,
      };
    case "typing":
      return { ...model, typingUntil: now + TYPING_MS };
    case "read":
      return { ...model, read: Math.max(model.read, frame.n) };
    case "ok":
      return acknowledged(model, frame.id);
    case "err":
      return refused(model, frame.id, frame.problem, now);
    case "beat":
      return { ...model, offset: frame.now - now };
    default:
      // A newer server may send frames that this page does not know yet.
      return model;
  }
}

/** Puts a frame into the outbox. A frame whose id is already there is not put in twice (double click). */
export function put(model: Model, frame: OutFrame, now: Ms, file?: Outgoing["file"]): Model {
  if (model.outbox.some((item) => item.frame.id === frame.id)) return model;
  const item: Outgoing = {
    frame,
    at: now,
    contact: model.chat.contact,
    phase: "queued",
    code: null,
    notBefore: null,
    ...(file ? { file } : {}),
  };
  return { ...model, outbox: [...model.outbox, item] };
}

/**
 * What can be sent now, in order. An item that has to wait holds back those behind it, so that sentences arrive in the
 * order in which they were written.
 */
export function sendable(model: Model, now: Ms): Outgoing[] {
  if (model.link !== "open") return [];
  const ready: Outgoing[] = [];
  for (const item of model.outbox) {
    if (item.phase !== "queued") continue;
    if (item.notBefore !== null && item.notBefore > now) break;
    ready.push(item);
  }
  return ready;
}

export function sent(model: Model, ids: readonly string[]): Model {
  return {
    ...model,
    outbox: model.outbox.map((item) =>
      ids.includes(item.frame.id) ? { ...item, phase: "sent", notBefore: null } : item,
    ),
  };
}

/** The customer tries a refused item again, under the same id. */
export function retried(model: Model, id: string): Model {
  return {
    ...model,
    outbox: model.outbox.map((item) =>
      item.frame.id === id
        ? { ...item, phase: "queued", code: null, notBefore: null, contact: model.chat.contact }
        : item,
    ),
  };
}

export function dropped(model: Model, id: string): Model {
  return { ...model, outbox: model.outbox.filter((item) => item.frame.id !== id) };
}

/** When the next held-back item may go, or null. */
export function nextAttempt(model: Model): Ms | null {
  const times = model.outbox.flatMap((item) =>
    item.phase === "queued" && item.notBefore !== null ? [item.notBefore] : [],
  );
  return times.length ? Math.min(...times) : null;
}

/** Outbox items to draw as bubbles: those whose echo (by the frame's id) is not among the messages yet. */
export function unechoed(model: Model): Outgoing[] {
  const echoed = new Set(model.messages.map((message) => message.key).filter(Boolean));
  return model.outbox.filter((item) => textOf(item.frame) !== null && !echoed.has(item.frame.id));
}

export function textOf(frame: OutFrame): string | null {
  if (frame.t === "say") return frame.text;
  if (frame.t === "start") return frame.text ?? null;
  return null;
}

/** A conversation is going on, or asked for. */
export function inChat(model: Model): boolean {
  return (
    model.chat.place === "bot" ||
    model.chat.place === "queue" ||
    model.chat.place === "talk" ||
    model.outbox.some((item) => item.frame.t === "start" && item.phase !== "refused")
  );
}

function welcomed(model: Model, frame: Extract<ChatServerFrame, { t: "welcome" }>, now: Ms): Model {
  const { messages, ...chat } = frame.state;
  // The server's list is the whole truth of the present contact; what we hold of earlier ones stays on screen.
  const earlier = model.messages.filter((message) => message.contact !== chat.contact);
  return {
    ...moved(model, chat),
    link: "open",
    token: frame.token,
    offset: frame.now - now,
    config: frame.config,
    fatal: null,
    messages: merged(earlier, messages),
    outbox: model.outbox
      .filter((item) => item.frame.t !== "callback" || item.contact === chat.contact)
      .map((item) => stale(item, chat) ?? item),
  };
}

/** What was written into a conversation that is over cannot be said into another one. */
function stale(item: Outgoing, chat: Omit<ChatState, "messages">): Outgoing | null {
  if (item.frame.t !== "say" || item.contact === null || item.phase === "refused") return null;
  const over = item.contact !== chat.contact;
  return over ? { ...item, phase: "refused", code: "chat_ended" } : null;
}

function moved(model: Model, chat: Omit<ChatState, "messages">): Model {
  const another = chat.contact !== model.chat.contact;
  return {
    ...model,
    chat,
    read: another ? 0 : model.read,
    typingUntil: chat.place === "talk" ? model.typingUntil : 0,
    left: another ? false : model.left,
  };
}

function acknowledged(model: Model, id: string): Model {
  const item = model.outbox.find((one) => one.frame.id === id);
  if (!item) return model;
  return { ...dropped(model, id), left: model.left || item.frame.t === "leave" };
}

function refused(
  model: Model,
  id: string | null,
  problem: Extract<ChatServerFrame, { t: "err" }>["problem"],
  now: Ms,
): Model {
  if (id === null) return FATAL.has(problem.code) ? { ...model, fatal: problem.code } : model;
  const later = problem.status === 503 || problem.status === 429;
  // A second ending is no failure: the conversation is over either way.
  if (!later && model.outbox.some((item) => item.frame.id === id && item.frame.t === "end"))
    return dropped(model, id);
  return {
    ...model,
    outbox: model.outbox.map((item) => {
      if (item.frame.id !== id) return item;
      if (!later) return { ...item, phase: "refused", code: problem.code };
      const seconds = typeof problem.retry_after === "number" ? problem.retry_after : PATIENCE_MS / 1000;
      return { ...item, phase: "queued", code: problem.code, notBefore: now + Math.max(seconds, 1) * 1000 };
    }),
  };
}

function merged(known: Message[], more: Message[]): Message[] {
  const byId = new Map(known.map((message) => [message.id, message]));
  for (const message of more) byId.set(message.id, message);
  const began = new Map<string, Ms>();
  for (const message of byId.values()) {
    began.set(message.contact, Math.min(began.get(message.contact) ?? message.at, message.at));
  }
  return [...byId.values()].sort(
    (a, b) =>
      (began.get(a.contact) ?? 0) - (began.get(b.contact) ?? 0) ||
      a.contact.localeCompare(b.contact) ||
      a.n - b.n ||
      // A system line has the number of the message before it.
      a.at - b.at,
  );
}
