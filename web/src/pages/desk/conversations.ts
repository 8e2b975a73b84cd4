import { isProblem, type ProblemError } from "../../api/problem";
import { newKey } from "../../live/connection";
import type { Message } from "../../live/types";
import { browserStorage } from "./drafts";

/**
 * The conversations of this desk: what the server told (history over HTTP, new lines over the socket), how far the
 * agent has read, and what was sent but not yet acknowledged. The last part is kept in the browser's storage with
 * its idempotency key: after a reload or a loss of network it is sent again and arrives once.
 */
export type Unsent = {
  key: string;
  contact: string;
  text: string;
  attachment: Message["attachment"];
  at: number;
  /** Why the server refused it; null while it is on its way. */
  refused: { code: string; detail: string } | null;
};

export type Conversation = {
  messages: readonly Message[]; // by n, without gaps that we know of
  unsent: readonly Unsent[];
  loaded: boolean;
  unread: number; // the customer's lines that the agent has not had on screen
  typingUntil: number; // the customer is writing, by the local clock
};

type Say = (
  contact: string,
  text: string,
  attachment: string | undefined,
  key: string,
) => Promise<Record<string, unknown>>;

export class Conversations {
  private byContact = new Map<string, Conversation>();
  private seen: Record<string, number>;
  private listeners = new Set<() => void>();
  private readonly outboxName: string;
  private readonly seenName: string;
  private sending = new Set<string>();

  constructor(
    account: string,
    private readonly say: Say,
    private readonly storage: Storage | null = browserStorage(),
  ) {
    this.outboxName = `jt.unsent.${account}`;
    this.seenName = `jt.seen.${account}`;
    this.seen = read(storage, this.seenName, {});
    for (const one of read<Unsent[]>(storage, this.outboxName, [])) {
      const now = this.of(one.contact);
      this.byContact.set(one.contact, { ...now, unsent: [...now.unsent, one] });
    }
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  of(contact: string): Conversation {
    return this.byContact.get(contact) ?? NOTHING;
  }

  /** History from the server: merged with what came meanwhile. */
  load(contact: string, messages: readonly Message[]): void {
    this.merge(contact, messages, true);
  }

  /** A new line from the socket. */
  receive(message: Message): void {
    this.merge(message.contact, [message], this.of(message.contact).loaded);
    if (message.author === "customer") this.change(message.contact, { typingUntil: 0 });
  }

  customerTypes(contact: string, until: number): void {
    this.change(contact, { typingUntil: until });
  }

  /** Everything up to now has been on screen. */
  read(contact: string): void {
    const last = this.of(contact).messages.at(-1);
    if (!last || (this.seen[contact] ?? -1) >= last.n) return;
    this.seen = { ...this.seen, [contact]: last.n };
    write(this.storage, this.seenName, this.seen);
    this.change(contact, { unread: 0 });
  }

  /** Up to which line the agent has read; -1: none. */
  readTo(contact: string): number {
    return this.seen[contact] ?? -1;
  }

  send(contact: string, text: string, attachment: Message["attachment"] = null): void {
    const one: Unsent = { key: newKey(), contact, text, attachment, at: Date.now(), refused: null };
    this.change(contact, { unsent: [...this.of(contact).unsent, one] });
    this.keepUnsent();
    this.deliver(one);
  }

  /** After a reconnect or on a click: everything that is still unsent is tried again, in order. */
  deliverAll(contact?: string): void {
    for (const [id, conversation] of this.byContact) {
      if (contact && id !== contact) continue;
      for (const one of conversation.unsent) if (!one.refused || contact) this.deliver(one);
    }
  }

  /** Takes a refused line back; gives its text for the composer. */
  discard(contact: string, key: string): string {
    const text = this.of(contact).unsent.find((one) => one.key === key)?.text ?? "";
    this.change(contact, { unsent: this.of(contact).unsent.filter((one) => one.key !== key) });
    this.keepUnsent();
    return text;
  }

  /** Contacts that are gone for good need no memory. */
  forget(kept: ReadonlySet<string>): void {
    for (const id of [...this.byContact.keys()]) {
      if (!kept.has(id) && this.of(id).unsent.length === 0) this.byContact.delete(id);
    }
    const left = Object.entries(this.seen).filter(([id]) => kept.has(id));
    if (left.length !== Object.keys(this.seen).length) {
      this.seen = Object.fromEntries(left);
      write(this.storage, this.seenName, this.seen);
    }
  }

  private deliver(one: Unsent): void {
    if (this.sending.has(one.key)) return;
    this.sending.add(one.key);
    if (one.refused) this.mark(one, null);
    this.say(one.contact, one.text, one.attachment?.id, one.key).then(
      () => {
        this.sending.delete(one.key);
        this.discard(one.contact, one.key);
      },
      (error: unknown) => {
        this.sending.delete(one.key);
        // "Not now" is no refusal: it stays on its way and goes again, with the next connection or a little later.
        if (!isProblem(error)) return;
        if (!WAITING.has(error.code)) this.mark(one, error);
        else if (error.status === 503) setTimeout(() => this.deliverAll(), AGAIN);
      },
    );
  }

  private mark(one: Unsent, error: ProblemError | null): void {
    const refused = error ? { code: error.code, detail: error.problem.detail } : null;
    this.change(one.contact, {
      unsent: this.of(one.contact).unsent.map((other) => (other.key === one.key ? { ...other, refused } : other)),
    });
    this.keepUnsent();
  }

  private merge(contact: string, more: readonly Message[], loaded: boolean): void {
    const now = this.of(contact);
    const byId = new Map(now.messages.map((message) => [message.id, message]));
    for (const message of more) byId.set(message.id, message);
    const messages = [...byId.values()].sort((a, b) => a.n - b.n || a.at - b.at);
    const seen = this.readTo(contact);
    const unread = messages.filter((message) => message.author === "customer" && message.n > seen).length;
    const keys = new Set(more.map((message) => message.key).filter(Boolean));
    const unsent = keys.size > 0 ? now.unsent.filter((one) => !keys.has(one.key)) : now.unsent;
    this.change(contact, { messages, unsent, loaded, unread });
  }

  private change(contact: string, part: Partial<Conversation>): void {
    this.byContact.set(contact, { ...this.of(contact), ...part });
    for (const listener of this.listeners) listener();
  }

  private keepUnsent(): void {
    write(
      this.storage,
      this.outboxName,
      [...this.byContact.values()].flatMap((one) => one.unsent),
    );
  }
}

const NOTHING: Conversation = { messages: [], unsent: [], loaded: false, unread: 0, typingUntil: 0 };
/** Answers that mean "not now", not "no". */
const WAITING = new Set([
  "timed_out",
  "offline",
  "unavailable",
  "unauthenticated",
  "session_ended",
  "not_signed_in",
  "database_gone",
  "standing_by",
  "overloaded",
  "outcome_unknown",
]);
/** How long to leave a centre in peace that cannot save just now. */
const AGAIN = 3000;

function read<T>(storage: Storage | null, name: string, otherwise: T): T {
  try {
    const raw = storage?.getItem(name);
    return raw ? (JSON.parse(raw) as T) : otherwise;
  } catch {
    return otherwise;
  }
}
function write(storage: Storage | null, name: string, value: unknown): void {
  try {
    storage?.setItem(name, JSON.stringify(value));
  } catch {
    // a full or forbidden storage costs the safety net, not the conversation
  }
}
