import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ScriptedMicrophone, ScriptedSwitch } from "../test/line";
import { wantsAutoAnswer } from "./line";
import { faultOf, MicrophoneError } from "./microphone";
import { type Assigned, Softphone } from "./softphone";
import { IDLE, next } from "./state";

const ASSIGNED: Assigned = {
  kind: "softphone",
  extension: "1002",
  password: "first",
  domain: "centre",
  socket: "wss://centre/ws/sip",
  iceServers: [{ urls: "turn:relay.example" }],
  iceTransportPolicy: "all",
};

let far: ScriptedSwitch;
let microphone: ScriptedMicrophone;
let fetched: Assigned[];
let phones: Softphone[];

function phone(assigned: Partial<Assigned> = {}): Softphone {
  const one = new Softphone("acc1", {
    fetch: async () => {
      const answer = { ...ASSIGNED, ...assigned, password: `password ${fetched.length + 1}` };
      fetched.push(answer);
      return answer;
    },
    openLine: far.open,
    openMicrophone: microphone.open,
    askForMicrophone: async () => {
      await microphone.open();
      return true;
    },
  });
  phones.push(one);
  one.start();
  return one;
}
const settled = () => vi.advanceTimersByTimeAsync(1);
async function registered(): Promise<Softphone> {
  const one = phone();
  await settled();
  far.register();
  await settled();
  return one;
}

beforeEach(() => {
  vi.useFakeTimers();
  far = new ScriptedSwitch();
  microphone = new ScriptedMicrophone();
  fetched = [];
  phones = [];
});
afterEach(() => {
  for (const one of phones) one.stop();
  vi.useRealTimers();
});

describe("the telephone in the browser", () => {
  test("registers with what the server gives, and rings until somebody takes it", async () => {
    const one = await registered();
    expect(far.line.config).toMatchObject({ user: "1002", socket: "wss://centre/ws/sip", register: true });
    expect(one.state.standing).toBe("ready");
    const call = far.ring();
    expect(one.state.call).toMatchObject({ phase: "ringing", from: "138****0935" });
    await settled();
    expect(call.done).toEqual([]);
    one.answer();
    await settled();
    expect(call.done).toEqual(["answer"]);
    expect(one.state.call?.phase).toBe("talking");
  });

  test("accept pressed before the ring has come is kept, and lapses", async () => {
    const one = await registered();
    one.answer();
    await settled();
    expect(one.state.wanted).toBe(true);
    const call = far.ring();
    await settled();
    expect(call.done).toEqual(["answer"]);
    expect(one.state.wanted).toBe(false);
    call.end("them");
    one.answer();
    await vi.advanceTimersByTimeAsync(13_000);
    const late = far.ring();
    await settled();
    expect(late.done).toEqual([]);
  });

  test("a call that we asked for is taken without asking; so is one that the switch marks", async () => {
    const one = await registered();
    one.expect();
    const dialled = far.ring();
    await settled();
    expect(dialled.done).toEqual(["answer"]);
    dialled.end("them");
    const listening = far.ring({ autoAnswer: true });
    await settled();
    expect(listening.done).toEqual(["answer"]);
    listening.end("them");
    const plain = far.ring();
    await settled();
    expect(plain.done).toEqual([]);
  });

  test("no microphone: the call is not answered deaf and dumb, it rings on, and the reason is told", async () => {
    const one = await registered();
    microphone.fault = new MicrophoneError("denied");
    const call = far.ring();
    one.answer();
    await settled();
    expect(call.done).toEqual([]);
    expect(one.state.call?.phase).toBe("ringing");
    expect(one.state.microphone).toBe("denied");
    microphone.fault = null;
    one.answer();
    await settled();
    expect(call.done).toEqual(["answer"]);
    expect(one.state.microphone).toBe("fine");
  });

  test("the caller hangs up while the microphone is being opened: it is let go again", async () => {
    const one = await registered();
    const call = far.ring();
    one.answer();
    call.end("them");
    await settled();
    expect(call.done).toEqual([]);
    expect(one.state.call).toBeNull();
    expect(microphone.opened.at(-1)?.stopped).toBe(true);
  });

  test("the microphone is closed when the call is over, whoever ended it", async () => {
    const one = await registered();
    const call = far.ring();
    one.answer();
    await settled();
    const open = microphone.opened.at(-1);
    expect(open?.stopped).toBe(false);
    call.end("them");
    expect(open?.stopped).toBe(true);
    expect(one.state.call).toBeNull();
  });

  test("unplugged in a call: said, and another microphone takes its place, muted if it was muted", async () => {
    const one = await registered();
    const call = far.ring();
    one.answer();
    await settled();
    one.mute(true);
    const first = microphone.opened.at(-1);
    microphone.fault = new MicrophoneError("none");
    first?.unplug();
    await settled();
    expect(one.state.lostInCall).toBe(true);
    expect(one.state.call?.phase).toBe("talking");
    microphone.fault = null;
    await one.chooseMicrophone("headset");
    expect(one.state.lostInCall).toBe(false);
    expect(call.done).toContain("another microphone");
    const track = microphone.opened.at(-1)?.stream.getAudioTracks()[0];
    expect(track?.enabled).toBe(false);
    expect(first?.stopped).toBe(true);
  });

  test("one mouth, one call: a second one hears busy", async () => {
    const one = await registered();
    far.ring();
    one.answer();
    await settled();
    const second = far.ring();
    expect(second.done).toEqual(["reject 486"]);
    expect(one.state.call?.id).toBe("call1");
  });

  test("passing on rejects what rings, and never hangs up a talk", async () => {
    const one = await registered();
    const call = far.ring();
    one.reject();
    expect(call.done).toEqual(["reject 603"]);
    const next = far.ring();
    one.answer();
    await settled();
    one.reject();
    expect(next.done).toEqual(["answer"]);
  });

  test("mute and keys go to the call that talks, and to none else", async () => {
    const one = await registered();
    const call = far.ring();
    one.mute(true);
    one.digits("1");
    expect(call.done).toEqual([]);
    one.answer();
    await settled();
    one.mute(true);
    one.digits("42#");
    expect(call.done).toEqual(["answer", "mute", "digits 42#"]);
    expect(one.state.call?.muted).toBe(true);
  });

  test("a password that has run out is asked for anew, at growing intervals", async () => {
    const one = await registered();
    far.line.events.refused(403);
    expect(one.state.standing).toBe("refused");
    expect(far.line.closed).toBe(true);
    await vi.advanceTimersByTimeAsync(2_100);
    expect(fetched.length).toBe(2);
    expect(far.line.config.password).toBe("password 2");
    far.line.events.refused(403);
    await vi.advanceTimersByTimeAsync(2_100);
    expect(fetched.length).toBe(2);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(fetched.length).toBe(3);
  });

  test("a lost line is said, and said to be back", async () => {
    const one = await registered();
    far.line.events.down();
    expect(one.state.standing).toBe("lost");
    far.line.events.up();
    expect(one.state.standing).toBe("ready");
  });

  test("who has a telephone on the table, or none, opens no line and no microphone", async () => {
    const table = phone({ kind: "phone" });
    const none = phone({ kind: "none", extension: null });
    await settled();
    expect([table.state.standing, none.state.standing]).toEqual(["desk", "none"]);
    expect(far.lines).toEqual([]);
    expect(microphone.opened).toEqual([]);
  });

  test("the end of the session ends the call and closes the line", async () => {
    const one = await registered();
    const call = far.ring();
    one.answer();
    await settled();
    one.stop();
    expect(call.done).toEqual(["answer", "hang up"]);
    expect(far.line.closed).toBe(true);
    expect(one.state).toEqual(IDLE);
  });
});

describe("two tabs", () => {
  /** The browser's locks and channels, which jsdom lacks: one holder at a time, others in line. */
  function browser() {
    const queue: (() => void)[] = [];
    let held = false;
    const grant = () => {
      const first = queue.shift();
      if (first) first();
    };
    vi.stubGlobal(
      "navigator",
      Object.assign(Object.create(navigator), {
        locks: {
          request: (_: string, options: { signal: AbortSignal }, then: () => Promise<void> | undefined) =>
            new Promise<void>((done) => {
              const begin = () => {
                if (options.signal.aborted) return done();
                held = true;
                Promise.resolve(then()).then(() => {
                  held = false;
                  done();
                  grant();
                });
              };
              if (held || queue.length > 0) queue.push(begin);
              else begin();
            }),
        },
      }),
    );
    const open = new Set<Channel>();
    class Channel {
      onmessage: ((event: { data: unknown }) => void) | null = null;
      constructor() {
        open.add(this);
      }
      postMessage(data: unknown): void {
        for (const one of open)
          if (one !== this) queueMicrotask(() => one.onmessage?.({ data: structuredClone(data) }));
      }
      close(): void {
        open.delete(this);
      }
    }
    vi.stubGlobal("BroadcastChannel", Channel);
  }
  afterEach(() => vi.unstubAllGlobals());

  test("one is the telephone; the other says so, shows the call, and its buttons work", async () => {
    browser();
    const one = await registered();
    const other = phone();
    await settled();
    expect(one.here).toBe(true);
    expect(other.here).toBe(false);
    expect(other.state.standing).toBe("elsewhere");
    expect(far.lines.length).toBe(1);
    const call = far.ring();
    await settled();
    expect(other.state.call?.phase).toBe("ringing");
    other.answer();
    await settled();
    expect(call.done).toEqual(["answer"]);
    expect(other.state.call?.phase).toBe("talking");
    other.mute(true);
    await settled();
    expect(call.done).toEqual(["answer", "mute"]);
    expect(other.state.call?.muted).toBe(true);
  });

  test("the second takes over when the first closes, or when asked and nobody talks", async () => {
    browser();
    const one = await registered();
    const other = phone();
    await settled();
    const call = far.ring();
    one.answer();
    await settled();
    other.takeOver();
    await settled();
    expect(other.here).toBe(false); // not under a call
    call.end("them");
    other.takeOver();
    await vi.advanceTimersByTimeAsync(100);
    expect([one.here, other.here]).toEqual([false, true]);
    expect(one.state.standing).toBe("elsewhere");
    far.register();
    await settled();
    expect(other.state.standing).toBe("ready");
    other.stop();
    await vi.advanceTimersByTimeAsync(100);
    expect(one.here).toBe(true);
  });
});

describe("small rules", () => {
  test("auto-answer is what the switch asks for in any of the usual ways, and nothing else", () => {
    const of = (headers: Record<string, string>) => wantsAutoAnswer((name) => headers[name] ?? null);
    expect(of({ "Call-Info": "<sip:jietong>;answer-after=0" })).toBe(true);
    expect(of({ "Alert-Info": "<http://jietong>;info=alert-autoanswer" })).toBe(true);
    expect(of({ "Answer-Mode": "Auto" })).toBe(true);
    expect(of({ "Call-Info": "<http://x/photo.png>;purpose=icon" })).toBe(false);
    expect(of({})).toBe(false);
  });

  test("what browsers say about a microphone has one word each", () => {
    expect(["NotAllowedError", "NotFoundError", "NotReadableError", "TypeError"].map(faultOf)).toEqual([
      "denied",
      "none",
      "busy",
      "failed",
    ]);
  });

  test("facts about another call than the one in hand change nothing", () => {
    const state = next(next(IDLE, { is: "up" }), { is: "rings", id: "a", from: "1", auto: false });
    expect(next(state, { is: "over", id: "b" })).toBe(state);
    expect(next(state, { is: "talks", id: "b", at: 1 })).toBe(state);
    expect(next(state, { is: "rings", id: "b", from: "2", auto: false })).toBe(state);
  });
});
