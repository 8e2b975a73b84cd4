import { type Call, type Line, type OpenLine, openLine } from "./line";
import {
  askForMicrophone,
  choose,
  chosen,
  MicrophoneError,
  type MicrophoneFault,
  onDevicesChanged,
  openMicrophone,
  playOn,
  stop,
} from "./microphone";
import { type Fact, IDLE, inBrowser, next, type PhoneKind, type PhoneState, type Standing } from "./state";
import { Tabs } from "./tabs";

/** What the server says about the telephone of whoever is signed in. */
export type Assigned = {
  kind: PhoneKind;
  extension: string | null;
  password: string;
  domain: string;
  socket: string;
  iceServers: RTCIceServer[];
  iceTransportPolicy: RTCIceTransportPolicy;
};

/** What can be asked of the telephone from any tab. */
export type Wish =
  | { do: "answer" }
  | { do: "reject" }
  | { do: "hang_up" }
  | { do: "mute"; muted: boolean }
  | { do: "digits"; digits: string }
  | { do: "expect"; for_ms: number };

export type Parts = {
  fetch: () => Promise<Assigned>;
  openLine: OpenLine;
  openMicrophone: (id?: string | null) => Promise<MediaStream>;
  askForMicrophone: (quietly: boolean) => Promise<boolean>;
  now: () => number;
};

const DEFAULTS: Omit<Parts, "fetch"> = { openLine, openMicrophone, askForMicrophone, now: () => Date.now() };

/** After this the wish to take a call that never came is over. */
const WANTED_MS = 12_000;
/** Of the tab that is the telephone: nothing there needs a hand. */
const HEALTHY: ReadonlySet<Standing> = new Set<Standing>(["ready", "connecting"]);
const FIRST_RETRY_MS = 2_000;
const LONGEST_RETRY_MS = 60_000;

/**
 * The agent's telephone in the browser: registers, rings, answers, and carries the sound. One per account and browser
 * is live; other tabs follow it (`Tabs`). What a call is about is the desk's business, not the telephone's.
 */
export class Softphone {
  state: PhoneState = IDLE;
  private readonly parts: Parts;
  private readonly tabs: Tabs<PhoneState, Wish>;
  private listeners = new Set<() => void>();
  private assigned: Assigned | null = null;
  private line: Line | null = null;
  private call: Call | null = null;
  private microphone: MediaStream | null = null;
  private speaker: HTMLAudioElement | null = null;
  private wishTimer: ReturnType<typeof setTimeout> | null = null;
  private expectUntil = 0;
  private retry: ReturnType<typeof setTimeout> | null = null;
  private failures = 0;
  private holds = false;
  private running = false;
  private generation = 0;
  private eager = false;
  private unwatch: (() => void) | null = null;

  constructor(account: string, parts: Pick<Parts, "fetch"> & Partial<Parts>) {
    this.parts = { ...DEFAULTS, ...parts };
    this.tabs = new Tabs(`jt.phone.${account}`, {
      hold: () => this.held(),
      state: (state) => this.follow(state),
      act: (wish) => void this.act(wish),
      asked: () => this.tabs.tell(this.state),
      mayYield: () => this.yields(),
    });
  }

  /** `eager`: the browser's question about the microphone comes now, not with the first call. */
  start(eager = true): void {
    const question = eager && !this.eager;
    this.eager ||= eager;
    if (this.running) {
      if (question && this.holds && this.line) void this.checkMicrophone();
      return;
    }
    this.running = true;
    this.unwatch = onDevicesChanged(() => void this.devicesChanged());
    addEventListener("beforeunload", this.warn);
    this.tabs.start();
    void this.ask();
  }

  /** Ends everything, a call in progress too: the session is over. */
  stop(): void {
    this.running = false;
    this.generation += 1;
    if (this.retry) clearTimeout(this.retry);
    if (this.wishTimer) clearTimeout(this.wishTimer);
    removeEventListener("beforeunload", this.warn);
    this.unwatch?.();
    this.drop();
    this.tabs.stop();
    this.holds = false;
    this.apply({ is: "closed" });
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Whether this tab is the one with the telephone. */
  get here(): boolean {
    return this.holds;
  }

  // --- what people do ------------------------------------------------------------------------------------------

  /** Takes the call that rings; one that has not come yet is taken when it comes, within a few seconds. */
  answer(): void {
    this.wish({ do: "answer" });
  }
  reject(): void {
    this.wish({ do: "reject" });
  }
  hangUp(): void {
    this.wish({ do: "hang_up" });
  }
  mute(muted: boolean): void {
    this.wish({ do: "mute", muted });
  }
  digits(digits: string): void {
    this.wish({ do: "digits", digits });
  }
  /** A call that we have asked for is about to come: take it without asking. */
  expect(forMs = WANTED_MS): void {
    this.wish({ do: "expect", for_ms: forMs });
  }
  /** Makes this tab the telephone, unless the other one is in a call. */
  takeOver(): void {
    this.tabs.takeOver();
  }
  /** Lets the browser play after it refused; to be called from a click. */
  hear(): void {
    void this.play();
  }
  /** Asks for the microphone again, and for the telephone if that had failed. */
  again(): void {
    this.failures = 0;
    if (this.retry) clearTimeout(this.retry);
    if (this.state.standing === "unavailable" || this.state.standing === "refused") void this.ask();
    else if (this.holds) void this.checkMicrophone();
  }

  async chooseMicrophone(id: string | null): Promise<void> {
    choose({ microphone: id });
    if (this.call && this.state.call?.phase === "talking") await this.changeMicrophone(id);
  }
  async chooseLoudspeaker(id: string | null): Promise<void> {
    choose({ loudspeaker: id });
    if (this.speaker) await playOn(this.speaker, id);
  }

  /** The stream that is being sent, for a level meter. */
  get sending(): MediaStream | null {
    return this.microphone;
  }
  get hearing(): MediaStream | null {
    return (this.speaker?.srcObject as MediaStream | null) ?? null;
  }
  /** Relay servers that the server gave. */
  get relays(): number {
    return (this.assigned?.iceServers ?? []).filter((one) => [one.urls].flat().some((url) => url.startsWith("turn")))
      .length;
  }
  peer(): RTCPeerConnection | null {
    return this.call?.peer() ?? null;
  }

  // --- between tabs --------------------------------------------------------------------------------------------

  private wish(wish: Wish): void {
    if (this.holds) void this.act(wish);
    else this.tabs.ask(wish);
  }

  private async act(wish: Wish): Promise<void> {
    const call = this.call;
    switch (wish.do) {
      case "answer":
        if (call) await this.take(call);
        else this.want();
        return;
      case "expect":
        this.expectUntil = this.parts.now() + wish.for_ms;
        if (call && this.state.call?.phase === "ringing") await this.take(call);
        return;
      case "reject":
        if (this.state.call?.phase === "ringing") call?.reject();
        return;
      case "hang_up":
        call?.hangUp();
        return;
      case "mute":
        if (!call || this.state.call?.phase !== "talking") return;
        call.mute(wish.muted);
        this.apply({ is: "muted", id: call.id, muted: wish.muted });
        return;
      case "digits":
        if (this.state.call?.phase === "talking") call?.digits(wish.digits);
        return;
    }
  }

  private held(): void {
    this.holds = true;
    this.apply({ is: "held" });
    if (this.assigned) void this.open();
  }

  private yields(): boolean {
    if (this.call) return false;
    this.holds = false;
    this.drop();
    this.apply({ is: "yielded" });
    return true;
  }

  /** What the tab with the telephone tells is what this one shows. */
  private follow(state: PhoneState): void {
    if (this.holds || state.kind !== "softphone") return;
    const shown: PhoneState = { ...state, standing: HEALTHY.has(state.standing) ? "elsewhere" : state.standing };
    this.set(shown);
  }

  // --- coming up -----------------------------------------------------------------------------------------------

  private async ask(): Promise<void> {
    const mine = ++this.generation;
    this.apply({ is: "asked" });
    try {
      const assigned = await this.parts.fetch();
      if (mine !== this.generation) return;
      this.assigned = assigned;
      this.apply({ is: "assigned", kind: assigned.kind, extension: assigned.extension, held: this.holds });
      if (this.holds) await this.open();
    } catch {
      if (mine !== this.generation) return;
      this.apply({ is: "unavailable" });
      this.later();
    }
  }

  private async open(): Promise<void> {
    const assigned = this.assigned;
    if (assigned?.kind !== "softphone" || assigned.extension === null) return;
    this.line?.close();
    this.line = null;
    this.apply({ is: "opening" });
    void this.checkMicrophone();
    const mine = this.generation;
    const current = (then: () => void) => () => {
      if (mine === this.generation && this.holds) then();
    };
    try {
      const line = await this.parts.openLine(
        {
          socket: assigned.socket,
          user: assigned.extension,
          password: assigned.password,
          domain: assigned.domain,
          register: true,
          iceServers: assigned.iceServers,
          iceTransportPolicy: assigned.iceTransportPolicy,
        },
        {
          up: current(() => {
            this.failures = 0;
            this.apply({ is: "up" });
          }),
          down: current(() => this.apply({ is: "down" })),
          refused: current(() => {
            // The password has been changed meanwhile: ask for the new one, at growing intervals.
            this.line?.close();
            this.line = null;
            this.apply({ is: "refused" });
            this.later();
          }),
          call: (call) => {
            if (mine === this.generation && this.holds) this.rung(call);
            else call.reject(480);
          },
        },
      );
      if (mine === this.generation && this.holds) this.line = line;
      else line.close();
    } catch {
      if (mine !== this.generation) return;
      this.apply({ is: "down" });
      this.later();
    }
  }

  private later(): void {
    if (!this.running) return;
    if (this.retry) clearTimeout(this.retry);
    const wait = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.failures);
    this.failures += 1;
    this.retry = setTimeout(() => void this.ask(), wait);
  }

  private async checkMicrophone(): Promise<void> {
    try {
      const known = await this.parts.askForMicrophone(!this.eager);
      this.apply({ is: "microphone", state: known ? "fine" : "unknown" });
    } catch (error) {
      this.apply({ is: "microphone", state: fault(error) });
    }
  }

  // --- a call --------------------------------------------------------------------------------------------------

  private rung(call: Call): void {
    if (this.call) {
      call.reject(486); // one mouth, one call
      return;
    }
    this.call = call;
    const expected = this.parts.now() < this.expectUntil;
    const auto = call.autoAnswer || expected;
    this.apply({ is: "rings", id: call.id, from: call.from, auto });
    call.follow({
      answered: () => this.apply({ is: "talks", id: call.id, at: this.parts.now() }),
      audio: (stream) => void this.play(stream),
      ended: () => this.over(call),
    });
    if (auto || this.state.wanted) void this.take(call);
  }

  private async take(call: Call): Promise<void> {
    if (this.state.call?.id !== call.id || this.state.call.phase !== "ringing") return;
    this.apply({ is: "answering", id: call.id });
    this.expectUntil = 0;
    try {
      const stream = await this.parts.openMicrophone(chosen().microphone);
      if (this.call !== call) {
        stop(stream); // the caller was quicker
        return;
      }
      this.keep(stream);
      this.apply({ is: "microphone", state: "fine" });
      call.answer(stream);
    } catch (error) {
      if (this.call !== call) return;
      this.apply({ is: "microphone", state: fault(error) });
      // Not answered deaf and dumb: it rings on, and whoever rings hears that.
      this.apply({ is: "not_answered", id: call.id });
    }
  }

  private want(): void {
    this.apply({ is: "wanted", wanted: true });
    if (this.wishTimer) clearTimeout(this.wishTimer);
    this.wishTimer = setTimeout(() => this.apply({ is: "wanted", wanted: false }), WANTED_MS);
  }

  private over(call: Call): void {
    if (this.call !== call) return;
    this.call = null;
    stop(this.microphone);
    this.microphone = null;
    if (this.speaker) this.speaker.srcObject = null;
    this.apply({ is: "over", id: call.id });
  }

  private keep(stream: MediaStream): void {
    this.microphone = stream;
    for (const track of stream.getAudioTracks()) {
      track.addEventListener("ended", () => {
        if (this.microphone === stream) void this.microphoneGone();
      });
    }
  }

  /** Unplugged in the middle of a call: another one is taken if there is one, and either is said. */
  private async microphoneGone(): Promise<void> {
    this.apply({ is: "microphone_lost", lost: true });
    await this.changeMicrophone(null);
  }

  private async changeMicrophone(id: string | null): Promise<void> {
    const call = this.call;
    if (!call) return;
    try {
      const stream = await this.parts.openMicrophone(id);
      const [track] = stream.getAudioTracks();
      if (this.call !== call || !track) {
        stop(stream);
        return;
      }
      const before = this.microphone;
      this.keep(stream);
      if (this.state.call?.muted) track.enabled = false;
      await call.replaceAudio(track);
      stop(before);
      this.apply({ is: "microphone_lost", lost: false });
      this.apply({ is: "microphone", state: "fine" });
    } catch (error) {
      this.apply({ is: "microphone", state: fault(error) });
    }
  }

  private async devicesChanged(): Promise<void> {
    if (this.state.lostInCall) await this.changeMicrophone(chosen().microphone);
    else if (this.holds && !this.call && inBrowser(this.state)) await this.checkMicrophone();
    this.tell();
  }

  private async play(stream?: MediaStream): Promise<void> {
    const call = this.call;
    this.speaker ??= document.createElement("audio");
    this.speaker.autoplay = true;
    if (stream) this.speaker.srcObject = stream;
    if (!this.speaker.srcObject) return;
    await playOn(this.speaker, chosen().loudspeaker);
    try {
      await this.speaker.play();
      if (call) this.apply({ is: "blocked", id: call.id, blocked: false });
    } catch (error) {
      const blocked = error instanceof DOMException && error.name === "NotAllowedError";
      if (call && blocked) this.apply({ is: "blocked", id: call.id, blocked: true });
    }
  }

  private drop(): void {
    const call = this.call;
    if (call) {
      this.over(call);
      call.hangUp();
    }
    this.line?.close();
    this.line = null;
  }

  /** A reload would cut the call. */
  private warn = (event: BeforeUnloadEvent): void => {
    if (this.call && this.state.call?.phase === "talking") event.preventDefault();
  };

  private apply(fact: Fact): void {
    this.set(next(this.state, fact));
  }

  private set(state: PhoneState): void {
    if (state === this.state) return;
    this.state = state;
    this.tabs.tell(state);
    this.tell();
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}

function fault(error: unknown): MicrophoneFault {
  return error instanceof MicrophoneError ? error.fault : "failed";
}
