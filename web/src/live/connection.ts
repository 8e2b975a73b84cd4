import { localProblem, ProblemError } from "../api/problem";
import { type ServerClock, serverClock } from "./clock";
import { type Collections, type FeedStatus, LiveStore } from "./store";
import type { ClientFrame, Message, ServerFrame } from "./types";

/**
 * One live socket: connects, applies what comes, finds its way back after a loss, and carries commands.
 *
 * A command keeps its id until it is answered and is sent again with the same id after every reconnect, so it is
 * done once however often the network breaks. It fails with `timed_out` only after `patience` milliseconds.
 */
export type Topic = "desk" | "floor" | "wall";

export type Extra =
  | { t: "message"; message: Message }
  | { t: "typing"; contact: string; who: "customer" | "agent" }
  | Extract<ServerFrame<Collections>, { t: "notice" }>;

export type Timings = {
  staleAfter: number; // silence after which figures are old
  lostAfter: number; // silence after which the socket is given up
  firstRetry: number;
  longestRetry: number;
  patience: number;
};
export const TIMINGS: Timings = {
  staleAfter: 10_000,
  lostAfter: 16_000,
  firstRetry: 400,
  longestRetry: 10_000,
  patience: 75_000,
};

/** Close codes by which the server says that coming back is no use: the session is over or forbids it. */
const FINAL_CLOSE = new Set([4401, 4403]);

type Pending = {
  frame: ClientFrame;
  resolve: (result: Record<string, unknown>) => void;
  reject: (problem: ProblemError) => void;
  timer: ReturnType<typeof setTimeout>;
};

export class LiveConnection<S extends Collections> {
  readonly store = new LiveStore<S>();
  status: FeedStatus = { phase: "connecting", since: Date.now(), heard: null };
  private socket: WebSocket | null = null;
  private pending = new Map<string, Pending>();
  private statusListeners = new Set<() => void>();
  private extraListeners = new Set<(extra: Extra) => void>();
  private failures = 0;
  private retry: ReturnType<typeof setTimeout> | null = null;
  private watch: ReturnType<typeof setInterval> | null = null;
  private running = false;

  constructor(
    readonly url: string,
    private readonly clock: ServerClock = serverClock,
    private readonly timings: Timings = TIMINGS,
    private readonly open: (url: string) => WebSocket = (at) => new WebSocket(at),
  ) {}

  start(): void {
    if (this.running) return;
    this.running = true;
    this.watch = setInterval(() => this.listenForSilence(), 1000);
    window.addEventListener("online", this.hurry);
    document.addEventListener("visibilitychange", this.hurry);
    this.connect();
  }

  stop(): void {
    this.running = false;
    if (this.watch) clearInterval(this.watch);
    if (this.retry) clearTimeout(this.retry);
    this.watch = this.retry = null;
    window.removeEventListener("online", this.hurry);
    document.removeEventListener("visibilitychange", this.hurry);
    for (const [id, one] of this.pending) {
      clearTimeout(one.timer);
      one.reject(localProblem("offline", "The page was left before the server answered."));
      this.pending.delete(id);
    }
    this.drop();
  }

  /** A command of core.commands, without `agent`. */
  command(cmd: { type: string } & Record<string, unknown>, id = newKey()): Promise<Record<string, unknown>> {
    return this.ask({ t: "cmd", id, cmd });
  }

  /** A chat message; the same id again is the same message. */
  say(contact: string, text: string, attachment?: string, id = newKey()): Promise<Record<string, unknown>> {
    return this.ask({ t: "say", id, contact, text, ...(attachment ? { attachment } : {}) });
  }

  /** Told to the customer if the line is up, forgotten otherwise. */
  typing(contact: string): void {
    if (this.status.phase === "live") this.write({ t: "typing", contact });
  }

  get connected(): boolean {
    return this.status.phase === "live" || this.status.phase === "stale";
  }

  subscribeStatus = (listener: () => void): (() => void) => {
    this.statusListeners.add(listener);
    return () => this.statusListeners.delete(listener);
  };

  onExtra = (listener: (extra: Extra) => void): (() => void) => {
    this.extraListeners.add(listener);
    return () => this.extraListeners.delete(listener);
  };

  private ask(frame: Extract<ClientFrame, { id: string }>): Promise<Record<string, unknown>> {
    return new Promise((resolve, reject) => {
      const known = this.pending.get(frame.id);
      if (known) clearTimeout(known.timer);
      const timer = setTimeout(() => {
        this.pending.delete(frame.id);
        reject(localProblem("timed_out", "The server did not answer in time."));
      }, this.timings.patience);
      this.pending.set(frame.id, { frame, resolve, reject, timer });
      if (this.status.phase === "ended") {
        this.settle(frame.id, localProblem("unauthenticated", "The session has ended. Sign in again.", 401));
      } else if (this.connected) this.write(frame);
    });
  }

  private connect(): void {
    if (!this.running) return;
    this.retry = null;
    const socket = this.open(this.url);
    this.socket = socket;
    socket.onmessage = (event) => {
      if (this.socket === socket && typeof event.data === "string") this.receive(event.data);
    };
    socket.onclose = (event) => {
      if (this.socket === socket) this.lost(event.code);
    };
  }

  private receive(text: string): void {
    let frame: ServerFrame<S>;
    try {
      frame = JSON.parse(text) as ServerFrame<S>;
    } catch {
      return; // a frame that is no JSON tells nothing
    }
    this.status.heard = Date.now();
    if ("now" in frame && typeof frame.now === "number") this.clock.observe(frame.now);
    switch (frame.t) {
      case "snapshot":
        this.failures = 0;
        this.store.apply(frame);
        this.phase("live");
        for (const one of this.pending.values()) this.write(one.frame);
        return;
      case "delta":
        this.store.apply(frame);
        break;
      case "ok":
        this.settle(frame.id, frame.result);
        break;
      case "err":
        this.settle(frame.id, new ProblemError(frame.problem));
        break;
      case "notice":
        for (const listener of this.extraListeners) listener(frame);
        break;
      case "message":
      case "typing":
        for (const listener of this.extraListeners) listener(frame);
        break;
      case "beat":
        break;
    }
    if (this.status.phase === "stale") this.phase("live");
  }

  private settle(id: string, answer: Record<string, unknown> | ProblemError): void {
    const one = this.pending.get(id);
    if (!one) return;
    clearTimeout(one.timer);
    this.pending.delete(id);
    if (answer instanceof ProblemError) one.reject(answer);
    else one.resolve(answer);
  }

  private write(frame: ClientFrame): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(frame));
  }

  private lost(code: number): void {
    this.drop();
    if (!this.running) return;
    if (FINAL_CLOSE.has(code)) {
      this.phase("ended");
      for (const id of [...this.pending.keys()]) {
        this.settle(id, localProblem("unauthenticated", "The session has ended. Sign in again.", 401));
      }
      return;
    }
    this.phase(this.status.heard === null && this.failures < 2 ? "connecting" : "down");
    const wait = Math.min(this.timings.longestRetry, this.timings.firstRetry * 2 ** this.failures);
    this.failures += 1;
    this.retry = setTimeout(() => this.connect(), wait * (0.75 + spread() / 2));
  }

  private drop(): void {
    const socket = this.socket;
    this.socket = null;
    if (socket) {
      socket.onmessage = socket.onclose = null;
      socket.close();
    }
  }

  private listenForSilence(): void {
    if (!this.connected || this.status.heard === null) return;
    const silence = Date.now() - this.status.heard;
    if (silence > this.timings.lostAfter) this.lost(1006);
    else if (silence > this.timings.staleAfter) this.phase("stale");
  }

  /** The network or the tab is back: do not sit out the back-off. */
  private hurry = (): void => {
    if (document.visibilityState === "hidden") return;
    this.listenForSilence();
    if (this.retry !== null) {
      clearTimeout(this.retry);
      this.connect();
    }
  };

  private phase(phase: FeedStatus["phase"]): void {
    if (this.status.phase === phase) return;
    this.status = { phase, since: Date.now(), heard: this.status.heard };
    for (const listener of this.statusListeners) listener();
  }
}

/** A fresh idempotency key. `crypto.randomUUID` is missing on plain http, so it is built from random bytes. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function socketUrl(topic: string): string {
  const { protocol, host } = window.location;
  return `${protocol === "https:" ? "wss" : "ws"}://${host}/ws/${topic}`;
}

function spread(): number {
  return (crypto.getRandomValues(new Uint8Array(1))[0] ?? 0) / 255;
}
