import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Call, CallEvents, Line, LineConfig, LineEvents } from "../../softphone/line";
import { MicrophoneError } from "../../softphone/microphone";
import { ScriptedCall, ScriptedMicrophone } from "../../test/line";
import { AdmissionError, Caller, faultOf } from "./caller";

/** The switch as a caller meets it. */
class Exchange {
  config: LineConfig | null = null;
  events: LineEvents | null = null;
  call: ScriptedCall | null = null;
  headers: string[] = [];
  closed = false;
  open = async (config: LineConfig, events: LineEvents): Promise<Line> => {
    this.config = config;
    this.events = events;
    return {
      call: (_number: string, _audio: MediaStream, follow: CallEvents, headers: string[] = []) => {
        this.headers = headers;
        this.call = new ScriptedCall("out", {});
        this.call.follow(follow);
        return this.call as Call;
      },
      close: () => {
        this.closed = true;
      },
    };
  };
}

const ADMITTED = {
  number: "4008208820",
  token: "secret",
  user: "web",
  password: "x",
  domain: "jietong",
  socket: "wss://centre/ws/sip?token=secret",
  iceServers: [],
  iceTransportPolicy: "all" as const,
};

let exchange: Exchange;
let microphone: ScriptedMicrophone;
let admit: () => Promise<typeof ADMITTED>;
let caller: Caller;
const settled = () => vi.advanceTimersByTimeAsync(1);

beforeEach(() => {
  vi.useFakeTimers();
  exchange = new Exchange();
  microphone = new ScriptedMicrophone();
  admit = async () => ADMITTED;
  caller = new Caller({
    admit: () => admit(),
    openLine: exchange.open,
    openMicrophone: microphone.open,
    play: async () => undefined,
    now: () => Date.now(),
  });
});
afterEach(() => vi.useRealTimers());

async function talking(): Promise<void> {
  void caller.dial();
  await settled();
  exchange.events?.up();
  exchange.call?.answer(microphone.opened[0]?.stream as MediaStream);
}

describe("a customer's call", () => {
  test("bears the token that lets it in, talks, and ends with the microphone closed", async () => {
    await talking();
    expect(caller.state.phase).toBe("talking");
    expect(exchange.headers).toEqual(["X-JT-Token: secret"]);
    expect(exchange.config?.register).toBe(false);
    caller.press("1");
    caller.mute(true);
    expect(exchange.call?.done).toEqual(["answer", "digits 1", "mute"]);
    expect(caller.state).toMatchObject({ pressed: "1", muted: true });
    await vi.advanceTimersByTimeAsync(5_000);
    caller.hangUp();
    expect(caller.state).toMatchObject({ phase: "ended", fault: null });
    expect(caller.state.lasted).toBeGreaterThan(4_000);
    expect(microphone.opened[0]?.stopped).toBe(true);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(exchange.closed).toBe(true);
  });

  test("without a microphone the server is not even asked", async () => {
    microphone.fault = new MicrophoneError("denied");
    admit = vi.fn(admit);
    await caller.dial();
    expect(caller.state).toMatchObject({ phase: "ended", fault: "denied" });
    expect(admit).not.toHaveBeenCalled();
  });

  test("what the server refuses is told, and the microphone is closed again", async () => {
    admit = async () => {
      throw new AdmissionError("too_many");
    };
    await caller.dial();
    expect(caller.state.fault).toBe("too_many");
    expect(microphone.opened[0]?.stopped).toBe(true);
  });

  test("hung up before the switch was there: no call is placed any more", async () => {
    void caller.dial();
    await settled();
    caller.hangUp();
    exchange.events?.up();
    expect(exchange.call).toBeNull();
    expect(caller.state.phase).toBe("ended");
  });

  test("a switch that does not come up is given up on", async () => {
    void caller.dial();
    await settled();
    await vi.advanceTimersByTimeAsync(13_000);
    expect(caller.state).toMatchObject({ phase: "ended", fault: "unavailable" });
  });

  test("a second press while it rings is no second call; afterwards one may call again", async () => {
    await talking();
    await caller.dial();
    expect(microphone.opened.length).toBe(1);
    exchange.call?.end("them");
    expect(caller.state).toMatchObject({ phase: "ended", fault: null });
    await talking();
    expect(caller.state.phase).toBe("talking");
  });

  test("why a call came to nothing has words of its own", () => {
    const end = (status: number | null, by: "them" | "system" = "them") => ({ by, cause: "", status });
    expect(faultOf(end(486), "ringing")).toBe("busy_line");
    expect(faultOf(end(503), "connecting")).toBe("busy_line");
    expect(faultOf(end(404), "connecting")).toBe("unknown_number");
    expect(faultOf(end(500), "connecting")).toBe("unavailable");
    expect(faultOf(end(null), "talking")).toBeNull();
    expect(faultOf(end(null, "system"), "talking")).toBe("network");
  });
});
