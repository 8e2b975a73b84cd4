/** A customer's call from the browser: one state, changed in one place. No framework. */

import type { Call, CallEnd, Line, OpenLine } from "../../softphone/line";
import { MicrophoneError, stop } from "../../softphone/microphone";
import type { CallWords } from "./words";

export type Fault = keyof CallWords["fault"];

export type CallerState = {
  phase: "idle" | "allowing" | "connecting" | "ringing" | "talking" | "ended";
  /** Since when it talks, by the local clock. */
  since: number | null;
  /** How long it lasted, ms. */
  lasted: number | null;
  muted: boolean;
  pressed: string;
  fault: Fault | null;
  /** The browser will not play before a click. */
  blocked: boolean;
};

/** What the server gives for one call (POST /api/public/web-call). */
export type Admission = {
  number: string;
  token: string;
  user: string;
  password: string;
  domain: string;
  socket: string;
  iceServers: RTCIceServer[];
  iceTransportPolicy: RTCIceTransportPolicy;
};

export class AdmissionError extends Error {
  constructor(readonly fault: Fault) {
    super(fault);
  }
}

export type CallerParts = {
  admit: () => Promise<Admission>;
  openLine: OpenLine;
  openMicrophone: () => Promise<MediaStream>;
  play: (stream: MediaStream) => Promise<void>;
  now: () => number;
};

const IDLE: CallerState = {
  phase: "idle",
  since: null,
  lasted: null,
  muted: false,
  pressed: "",
  fault: null,
  blocked: false,
};

/** Longer than this without an answer of the switch, and the call has failed. */
const UP_WITHIN_MS = 12_000;

export class Caller {
  state: CallerState = IDLE;
  microphone: MediaStream | null = null;
  private line: Line | null = null;
  private call: Call | null = null;
  private stream: MediaStream | null = null;
  private listeners = new Set<() => void>();
  private attempt = 0;
  private waiting: ReturnType<typeof setTimeout> | null = null;

  constructor(private readonly parts: CallerParts) {}

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** To be called from a click. */
  async dial(): Promise<void> {
    if (this.state.phase !== "idle" && this.state.phase !== "ended") return;
    const mine = ++this.attempt;
    const gone = () => mine !== this.attempt;
    this.set({ ...IDLE, phase: "allowing" });
    try {
      const microphone = await this.parts.openMicrophone();
      if (gone()) return stop(microphone);
      this.microphone = microphone;
      this.set({ phase: "connecting" });
      const admission = await this.parts.admit();
      if (gone()) return;
      await this.connect(admission, microphone, gone);
    } catch (error) {
      if (gone()) return;
      const fault: Fault =
        error instanceof MicrophoneError || error instanceof AdmissionError ? error.fault : "unavailable";
      this.finish(fault);
    }
  }

  hangUp(): void {
    const call = this.call;
    if (this.state.phase === "idle" || this.state.phase === "ended") return;
    this.finish(null);
    call?.hangUp();
  }

  mute(muted: boolean): void {
    if (!this.call || this.state.phase !== "talking") return;
    this.call.mute(muted);
    this.set({ muted });
  }

  press(key: string): void {
    if (!this.call || this.state.phase !== "talking") return;
    this.call.digits(key);
    this.set({ pressed: (this.state.pressed + key).slice(-16) });
  }

  /** After the browser refused to play; from a click. */
  async hear(): Promise<void> {
    if (this.stream) await this.listen(this.stream);
  }

  private async connect(admission: Admission, microphone: MediaStream, gone: () => boolean): Promise<void> {
    const place = () => {
      if (gone() || this.call || !this.line) return;
      this.call = this.line.call(
        admission.number,
        microphone,
        {
          ringing: () => !gone() && this.state.phase === "connecting" && this.set({ phase: "ringing" }),
          answered: () => {
            if (gone()) return;
            this.patience(null);
            this.set({ phase: "talking", since: this.parts.now() });
          },
          audio: (stream) => void this.listen(stream),
          ended: (why) => !gone() && this.finish(faultOf(why, this.state.phase)),
        },
        [`X-JT-Token: ${admission.token}`],
      );
    };
    let up = false;
    const line = await this.parts.openLine(
      {
        socket: admission.socket,
        user: admission.user,
        password: admission.password,
        domain: admission.domain,
        register: false,
        iceServers: admission.iceServers,
        iceTransportPolicy: admission.iceTransportPolicy,
      },
      {
        up: () => {
          up = true;
          place();
        },
        down: () => undefined, // the audio does not go this way: a short loss is nothing
        refused: () => !gone() && this.finish("unavailable"),
        call: (call) => call.reject(),
      },
    );
    if (gone()) return line.close();
    this.line = line;
    this.patience(UP_WITHIN_MS);
    if (up) place();
  }

  private async listen(stream: MediaStream): Promise<void> {
    this.stream = stream;
    try {
      await this.parts.play(stream);
      this.set({ blocked: false });
    } catch (error) {
      if (error instanceof DOMException && error.name === "NotAllowedError") this.set({ blocked: true });
    }
  }

  private patience(ms: number | null): void {
    if (this.waiting) clearTimeout(this.waiting);
    this.waiting =
      ms === null
        ? null
        : setTimeout(() => {
            if (this.state.phase === "connecting") this.finish("unavailable");
          }, ms);
  }

  private finish(fault: Fault | null): void {
    this.attempt += 1;
    this.patience(null);
    const { since } = this.state;
    stop(this.microphone);
    const line = this.line;
    this.microphone = this.stream = this.call = this.line = null;
    // The goodbye goes over the same socket: let it out first.
    setTimeout(() => line?.close(), 500);
    this.set({
      phase: "ended",
      fault,
      lasted: since === null ? null : this.parts.now() - since,
      since: null,
      muted: false,
      blocked: false,
    });
  }

  private set(part: Partial<CallerState>): void {
    this.state = { ...this.state, ...part };
    for (const listener of this.listeners) listener();
  }
}

/** Why a call came to nothing, in the words of the page; a talk that ended is no fault. */
export function faultOf(why: CallEnd, phase: CallerState["phase"]): Fault | null {
  if (phase === "talking") return why.by === "system" ? "network" : null;
  switch (why.status) {
    case 404:
    case 403:
    case 484:
      return "unknown_number";
    case 486:
    case 600:
    case 503:
      return "busy_line";
    case 429:
      return "too_many";
    default:
      return "unavailable";
  }
}
