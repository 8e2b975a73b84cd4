/**
 * One conversation with the server: the socket with its reconnections, the storage, the uploads, the clock. The rules
 * of what is sent when are in `protocol.ts`.
 */

import type { ChatClientFrame, ChatServerFrame, Ms } from "../live/types";
import type { Keep, Profile } from "./keep";
import type { Model, Outgoing } from "./protocol";
import * as protocol from "./protocol";
import { type Upload, UploadFailed, upload } from "./upload";

/** Silence after which the line is asked, and after which it is given up. The server beats more often than that. */
const ASK_AFTER_MS = 12_000;
const DEAD_AFTER_MS = 25_000;
const BACKOFF_MS = [300, 1_000, 2_000, 4_000, 8_000, 15_000] as const;
const TYPING_EVERY_MS = 3_000;

export type PendingFile = {
  id: string;
  file: File;
  /** 0 to 1. */
  progress: number;
  phase: "going" | "waiting" | "refused";
  code: string | null;
  /** Said together with the file. */
  text: string;
};

export type View = { model: Model; files: PendingFile[]; lang: string };

/** What the session needs of a browser; tests give their own. */
export type World = {
  now: () => Ms;
  newId: () => string;
  connect: (url: string) => WebSocket;
  url: string;
  upload: typeof upload;
};

export class Session {
  private model: Model;
  private files: PendingFile[] = [];
  private socket: WebSocket | null = null;
  private attempts = 0;
  private heard: Ms = 0;
  private asked = false;
  private typed: Ms = 0;
  private watch: ReturnType<typeof setInterval> | null = null;
  private wait: ReturnType<typeof setTimeout> | null = null;
  private readonly listeners = new Set<() => void>();
  private snapshot: View;
  private running = false;
  private readonly uploads = new Map<string, Upload>();

  constructor(
    private readonly widget: string,
    private readonly keep: Keep,
    private lang: string,
    private readonly world: World = browser(),
  ) {
    this.model = protocol.start(keep.token(), keep.outbox(world.now()));
    this.snapshot = { model: this.model, files: this.files, lang };
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  view = (): View => this.snapshot;
  /** The server's time now. */
  now = (): Ms => this.world.now() + this.model.offset;

  open(): void {
    if (this.running) return;
    this.running = true;
    this.watch = setInterval(() => this.look(), 1_000);
    this.connect();
  }

  close(): void {
    this.running = false;
    if (this.watch) clearInterval(this.watch);
    if (this.wait) clearTimeout(this.wait);
    this.watch = this.wait = null;
    this.hangUp();
  }

  /** Tries at once: the network is back, or somebody looks at the page again. */
  wake(): void {
    if (!this.running || this.model.link === "open" || this.model.fatal) return;
    this.attempts = 0;
    this.connect();
  }

  /** The server words nothing, but the contact carries the language: say hello again while none is under way. */
  setLang(lang: string): void {
    if (lang === this.lang) return;
    this.lang = lang;
    this.keep.setLang(lang);
    if (this.running && !protocol.inChat(this.model)) this.connect();
    this.changed();
  }

  begin(profile: Profile, text: string): void {
    if (protocol.inChat(this.model)) return;
    this.remember(profile);
    this.queue({ t: "start", id: this.world.newId(), profile, ...(text ? { text } : {}) });
  }

  say(text: string): void {
    this.queue({ t: "say", id: this.world.newId(), text });
  }

  end(): void {
    if (this.model.outbox.some((item) => item.frame.t === "end")) return;
    this.queue({ t: "end", id: this.world.newId() });
  }

  /** Rather be called, keeping the place; `phone` where none is known or another one is wanted. */
  callBack(phone: string | null): void {
    if (this.model.outbox.some((item) => item.frame.t === "callback" && item.phase !== "refused")) return;
    if (phone) this.remember({ phone });
    this.queue({ t: "callback", id: this.world.newId(), ...(phone ? { phone } : {}) });
  }

  survey(score: number, resolved: boolean | null, comment: string): void {
    this.queue({ t: "survey", id: this.world.newId(), score, resolved, ...(comment ? { comment } : {}) });
  }

  leave(profile: Profile, replyBy: "phone" | "sms" | "email", text: string): void {
    this.remember(profile);
    this.queue({ t: "leave", id: this.world.newId(), profile, reply_by: replyBy, text });
  }

  /** After a message was taken: room for another. */
  leaveMore(): void {
    this.apply({ ...this.model, left: false });
  }

  retry(id: string): void {
    this.apply(protocol.retried(this.model, id));
    this.flush();
  }

  drop(id: string): void {
    this.apply(protocol.dropped(this.model, id));
  }

  typing(): void {
    const now = this.world.now();
    if (this.model.link !== "open" || this.model.chat.place !== "talk" || now - this.typed < TYPING_EVERY_MS) return;
    this.typed = now;
    this.transmit({ t: "typing" });
  }

  attach(file: File, text: string): void {
    this.files = [...this.files, { id: this.world.newId(), file, progress: 0, phase: "waiting", code: null, text }];
    this.changed();
    this.pushFiles();
  }

  dropFile(id: string): void {
    this.uploads.get(id)?.abort();
    this.uploads.delete(id);
    this.files = this.files.filter((file) => file.id !== id);
    this.changed();
  }

  retryFile(id: string): void {
    this.patchFile(id, { phase: "waiting", code: null, progress: 0 });
    this.pushFiles();
  }

  /** Names and numbers for the next time; the signed identity is for this visit only. */
  private remember({ name, phone, email }: Profile): void {
    this.keep.setProfile({
      ...this.keep.profile(),
      ...(name ? { name } : {}),
      ...(phone ? { phone } : {}),
      ...(email ? { email } : {}),
    });
  }

  // --- the line -----------------------------------------------------------------------------------------------

  private connect(): void {
    if (this.wait) clearTimeout(this.wait);
    this.wait = null;
    this.hangUp();
    this.apply({ ...this.model, link: "connecting" });
    let socket: WebSocket;
    try {
      socket = this.world.connect(this.world.url);
    } catch {
      this.later();
      return;
    }
    this.socket = socket;
    this.heard = this.world.now();
    this.asked = false;
    socket.onopen = () => {
      if (socket !== this.socket) return;
      this.heard = this.world.now();
      this.apply({ ...this.model, link: "greeting" });
      this.transmit({ t: "hello", widget: this.widget, token: this.model.token, lang: this.lang });
    };
    socket.onmessage = (event: MessageEvent) => {
      if (socket === this.socket) this.hear(String(event.data));
    };
    socket.onclose = () => {
      if (socket !== this.socket) return;
      this.socket = null;
      this.later();
    };
  }

  private hangUp(): void {
    const socket = this.socket;
    this.socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  private later(): void {
    this.apply(protocol.lost(this.model));
    if (!this.running || this.model.fatal) return;
    const base = BACKOFF_MS[Math.min(this.attempts, BACKOFF_MS.length - 1)] ?? 15_000;
    this.attempts += 1;
    // Spread, so that a restarted server is not met by all of its customers in one instant.
    this.wait = setTimeout(() => this.connect(), base * (0.7 + Math.random() * 0.6));
  }

  private hear(data: string): void {
    this.heard = this.world.now();
    this.asked = false;
    let frame: ChatServerFrame;
    try {
      frame = JSON.parse(data) as ChatServerFrame;
    } catch {
      return;
    }
    this.apply(protocol.receive(this.model, frame, this.world.now()));
    if (this.model.fatal) {
      this.hangUp();
      return;
    }
    if (frame.t === "welcome") {
      this.attempts = 0;
      this.pushFiles();
    }
    this.flush();
  }

  /** Once a second: is the line alive, may something held back go now? */
  private look(): void {
    const silent = this.world.now() - this.heard;
    if (this.socket && silent > DEAD_AFTER_MS) {
      this.hangUp();
      this.later();
      return;
    }
    if (this.model.link === "open" && silent > ASK_AFTER_MS && !this.asked) {
      this.asked = true;
      this.transmit({ t: "ping" });
    }
    this.flush();
  }

  private queue(frame: protocol.OutFrame, file?: Outgoing["file"]): void {
    this.apply(protocol.put(this.model, frame, this.world.now(), file));
    this.flush();
  }

  private flush(): void {
    const items = protocol.sendable(this.model, this.world.now());
    if (!items.length) return;
    const gone = items.filter((item) => this.transmit(item.frame)).map((item) => item.frame.id);
    if (gone.length) this.apply(protocol.sent(this.model, gone));
  }

  private transmit(frame: ChatClientFrame): boolean {
    if (this.socket?.readyState !== 1) return false;
    this.socket.send(JSON.stringify(frame));
    return true;
  }

  // --- files --------------------------------------------------------------------------------------------------

  /** One at a time, in order. */
  private pushFiles(): void {
    const { token, chat } = this.model;
    const next = this.files.find((file) => file.phase === "waiting");
    if (!next || !token || this.model.link !== "open" || this.files.some((file) => file.phase === "going")) return;
    if (chat.place !== "queue" && chat.place !== "talk") return;
    const contact = chat.contact;
    this.patchFile(next.id, { phase: "going", progress: 0 });
    const going = this.world.upload(next.file, token, (progress) => this.patchFile(next.id, { progress }));
    this.uploads.set(next.id, going);
    going.done
      .then((attachment) => {
        this.files = this.files.filter((file) => file.id !== next.id);
        if (contact !== this.model.chat.contact) return;
        const shown = { name: next.file.name, size: next.file.size, type: next.file.type };
        // The file's own id names the frame: a retried upload cannot be said twice.
        this.queue({ t: "say", id: next.id, text: next.text, attachment }, shown);
      })
      .catch((error: unknown) => {
        const code = error instanceof UploadFailed ? error.code : "upload_failed";
        // Without a network it waits for the next welcome; a refusal waits for the customer.
        this.patchFile(next.id, code === "offline" ? { phase: "waiting", progress: 0 } : { phase: "refused", code });
      })
      .finally(() => {
        this.uploads.delete(next.id);
        this.changed();
        if (this.files.some((file) => file.phase === "waiting" && file.id !== next.id)) this.pushFiles();
      });
  }

  private patchFile(id: string, change: Partial<PendingFile>): void {
    this.files = this.files.map((file) => (file.id === id ? { ...file, ...change } : file));
    this.changed();
  }

  // --- state --------------------------------------------------------------------------------------------------

  private apply(model: Model): void {
    if (model === this.model) return;
    const before = this.model;
    this.model = model;
    this.keep.setOutbox(before.outbox, model.outbox);
    if (before.token !== model.token) this.keep.setToken(model.token);
    const live = protocol.inChat(model) || model.chat.survey === "asked";
    if (model.link === "open" && live !== this.keep.live()) this.keep.setLive(live);
    this.changed();
  }

  private changed(): void {
    this.snapshot = { model: this.model, files: this.files, lang: this.lang };
    for (const listener of this.listeners) listener();
  }
}

function browser(): World {
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  return {
    now: () => Date.now(),
    newId,
    connect: (url) => new WebSocket(url),
    url: `${scheme}//${location.host}/ws/chat`,
    upload,
  };
}

/** 128 random bits; `crypto.randomUUID` exists only in secure contexts. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
