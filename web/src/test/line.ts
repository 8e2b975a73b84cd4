import type { Call, CallEnd, CallEvents, Line, LineConfig, LineEvents, OpenLine } from "../softphone/line";

/** The switch's side of a line, played by a test: registers, rings, and notes what the telephone does. */
export class ScriptedSwitch {
  readonly lines: { config: LineConfig; events: LineEvents; closed: boolean }[] = [];
  readonly calls: ScriptedCall[] = [];

  open: OpenLine = async (config, events) => {
    const line = { config, events, closed: false };
    this.lines.push(line);
    return { call: () => this.ring(), close: () => (line.closed = true) } as unknown as Line;
  };
  get line() {
    const last = this.lines.at(-1);
    if (!last) throw new Error("no line was opened");
    return last;
  }
  register(): void {
    this.line.events.up();
  }
  ring(part: Partial<Call> = {}): ScriptedCall {
    const call = new ScriptedCall(`call${this.calls.length + 1}`, part);
    this.calls.push(call);
    this.line.events.call(call);
    return call;
  }
}

export class ScriptedCall implements Call {
  incoming = true;
  from = "138****0935";
  autoAnswer = false;
  readonly done: string[] = [];
  sent: MediaStream | null = null;
  private events: CallEvents = {};

  constructor(
    readonly id: string,
    part: Partial<Call>,
  ) {
    Object.assign(this, part);
  }
  header = () => null;
  follow = (events: CallEvents) => {
    this.events = events;
  };
  answer = (audio: MediaStream) => {
    this.done.push("answer");
    this.sent = audio;
    this.events.answered?.();
  };
  reject = (status = 603) => {
    this.done.push(`reject ${status}`);
    this.end("us");
  };
  hangUp = () => {
    this.done.push("hang up");
    this.end("us");
  };
  mute = (muted: boolean) => {
    this.done.push(muted ? "mute" : "unmute");
  };
  digits = (digits: string) => {
    this.done.push(`digits ${digits}`);
  };
  replaceAudio = async () => {
    this.done.push("another microphone");
  };
  peer = () => null;
  end(by: CallEnd["by"]): void {
    this.events.ended?.({ by, cause: "Terminated", status: null });
  }
}

/** A microphone as far as a telephone minds: one track that can be unplugged. */
export class ScriptedMicrophone {
  readonly opened: { stopped: boolean; unplug: () => void; stream: MediaStream }[] = [];
  fault: Error | null = null;

  open = async (): Promise<MediaStream> => {
    if (this.fault) throw this.fault;
    const track = Object.assign(new EventTarget(), {
      kind: "audio",
      enabled: true,
      stop: () => (one.stopped = true),
    });
    const stream = { getTracks: () => [track], getAudioTracks: () => [track] } as unknown as MediaStream;
    const one = { stopped: false, unplug: () => track.dispatchEvent(new Event("ended")), stream };
    this.opened.push(one);
    return stream;
  };
}
