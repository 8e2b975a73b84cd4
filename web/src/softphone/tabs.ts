/**
 * One telephone however many tabs are open: the tab that holds the browser's lock is it; the others say so, show what
 * it tells, and hand it what is to be done. When it closes, the next one takes over by itself.
 */
export type TabRole = "waiting" | "holder";

export type TabMessage<S, D> = { t: "state"; state: S } | { t: "do"; what: D } | { t: "hello" } | { t: "yield" };

export type TabEvents<S, D> = {
  /** This tab is the telephone now. */
  hold: () => void;
  /** What the tab that is the telephone tells. */
  state: (state: S) => void;
  /** Another tab asks the telephone to do something. */
  act: (what: D) => void;
  /** Another tab asks what the state is. */
  asked: () => void;
  /** Another tab would like to be the telephone. True: let go. */
  mayYield: () => boolean;
};

export class Tabs<S, D> {
  role: TabRole = "waiting";
  private channel: BroadcastChannel | null = null;
  private release: (() => void) | null = null;
  private abort: AbortController | null = null;
  private open = false;

  constructor(
    private readonly name: string,
    private readonly events: TabEvents<S, D>,
  ) {}

  start(): void {
    if (this.open) return;
    this.open = true;
    if (typeof BroadcastChannel !== "undefined") {
      this.channel = new BroadcastChannel(this.name);
      this.channel.onmessage = (event: MessageEvent<TabMessage<S, D>>) => this.hear(event.data);
    }
    this.queueUp();
    this.say({ t: "hello" });
  }

  stop(): void {
    this.open = false;
    this.abort?.abort();
    this.letGo();
    this.channel?.close();
    this.channel = null;
  }

  /** From the telephone to the other tabs. */
  tell(state: S): void {
    if (this.role === "holder") this.say({ t: "state", state });
  }

  /** From another tab to the telephone. */
  ask(what: D): void {
    this.say({ t: "do", what });
  }

  /** This tab would like to be the telephone. */
  takeOver(): void {
    this.say({ t: "yield" });
  }

  private queueUp(): void {
    if (typeof navigator === "undefined" || !navigator.locks) {
      // No locks: an old browser, or a page without TLS, which gets no microphone either.
      this.role = "holder";
      this.events.hold();
      return;
    }
    this.abort = new AbortController();
    navigator.locks
      .request(this.name, { signal: this.abort.signal }, () => {
        if (!this.open) return undefined;
        return new Promise<void>((release) => {
          this.release = release;
          this.role = "holder";
          this.events.hold();
        });
      })
      .catch(() => undefined); // aborted: the page goes
  }

  private letGo(): void {
    this.role = "waiting";
    this.release?.();
    this.release = null;
  }

  private hear(message: TabMessage<S, D>): void {
    if (message.t === "state") {
      if (this.role === "waiting") this.events.state(message.state);
      return;
    }
    if (this.role !== "holder") return;
    if (message.t === "do") this.events.act(message.what);
    else if (message.t === "hello") this.events.asked();
    else if (message.t === "yield" && this.events.mayYield()) {
      this.letGo();
      // Behind whoever asked.
      setTimeout(() => this.open && this.queueUp(), 50);
    }
  }

  private say(message: TabMessage<S, D>): void {
    this.channel?.postMessage(message);
  }
}
