import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ChatClientFrame, ChatServerFrame } from "../live/types";
import { keep } from "./keep";
import { NO_CHAT } from "./protocol";
import { Session, type World } from "./session";
import { UploadFailed } from "./upload";

/** The far end of the line, as a test sees it. */
class Line {
  static all: Line[] = [];
  readyState = 0;
  heard: ChatClientFrame[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;
  constructor() {
    Line.all.push(this);
  }
  send(data: string) {
    this.heard.push(JSON.parse(data));
  }
  close() {
    this.readyState = 3;
  }
  open() {
    this.readyState = 1;
    this.onopen?.();
  }
  cut() {
    this.readyState = 3;
    this.onclose?.();
  }
  tell(frame: ChatServerFrame) {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
  welcome(place: "none" | "talk" = "talk", messages: unknown[] = []) {
    const contact = place === "talk" ? "c1" : null;
    const config = { languages: ["en"], name: {}, open: true };
    this.tell({
      t: "welcome",
      token: "secret",
      now: Date.now(),
      config,
      state: { ...NO_CHAT, contact, place, messages },
    } as unknown as ChatServerFrame);
  }
}

let ids = 0;
const world = (more: Partial<World> = {}): World => ({
  now: () => Date.now(),
  newId: () => `id${ids++}`,
  connect: () => new Line() as unknown as WebSocket,
  url: "ws://centre/ws/chat",
  upload: () => {
    throw new Error("no upload expected");
  },
  ...more,
});
const last = () => Line.all.at(-1) as Line;
const said = (line: Line) =>
  line.heard.filter((frame) => frame.t === "say").map((frame) => (frame as { text: string }).text);

describe("a chat over a bad network", () => {
  beforeEach(() => {
    vi.useFakeTimers();
    localStorage.clear();
    Line.all = [];
  });
  afterEach(() => vi.useRealTimers());

  it("says hello with the kept token after a reload and sends what was unsent, under the same ids", () => {
    const first = new Session("web", keep("web"), "en", world());
    first.open();
    last().open();
    last().welcome();
    last().cut();
    first.say("are you there?");
    first.close();

    const second = new Session("web", keep("web"), "en", world());
    second.open();
    last().open();
    expect(last().heard[0]).toMatchObject({ t: "hello", token: "secret", widget: "web" });
    expect(said(last())).toEqual([]);
    last().welcome();
    expect(said(last())).toEqual(["are you there?"]);
    const id = (last().heard.find((frame) => frame.t === "say") as { id: string }).id;
    last().tell({ t: "ok", id, result: {} });
    expect(keep("web").outbox(Date.now())).toEqual([]);
    second.close();
  });

  it("tries again by itself, ever more slowly, and at once when the network is back", () => {
    const session = new Session("web", keep("web"), "en", world());
    session.open();
    for (let round = 0; round < 6; round += 1) {
      last().cut();
      vi.advanceTimersByTime(20_000);
    }
    expect(Line.all.length).toBe(7);
    last().cut();
    vi.advanceTimersByTime(5_000);
    expect(Line.all.length).toBe(7);
    session.wake();
    expect(Line.all.length).toBe(8);
    session.close();
  });

  it("notices a line that is dead without saying so", () => {
    const session = new Session("web", keep("web"), "en", world());
    session.open();
    last().open();
    last().welcome();
    vi.advanceTimersByTime(14_000);
    expect(last().heard.at(-1)).toEqual({ t: "ping" });
    vi.advanceTimersByTime(14_000);
    expect(session.view().model.link).not.toBe("open");
    vi.advanceTimersByTime(2_000);
    expect(Line.all.length).toBe(2);
    session.close();
  });

  it("starts once, however often the button is pressed", () => {
    const session = new Session("web", keep("web"), "en", world());
    session.open();
    last().open();
    last().welcome("none");
    session.begin({ phone: "138" }, "hello");
    session.begin({ phone: "138" }, "hello");
    expect(last().heard.filter((frame) => frame.t === "start")).toHaveLength(1);
    session.close();
  });

  it("keeps what two tabs have unsent apart", () => {
    const one = new Session("web", keep("web"), "en", world());
    const two = new Session("web", keep("web"), "en", world());
    one.say("from one");
    two.say("from two");
    const kept = keep("web").outbox(Date.now());
    expect(kept.map((item) => (item.frame as { text: string }).text).sort()).toEqual(["from one", "from two"]);
  });

  it("does not tell typing more often than every three seconds, and never while waiting", () => {
    const session = new Session("web", keep("web"), "en", world());
    session.open();
    last().open();
    last().welcome();
    session.typing();
    session.typing();
    vi.advanceTimersByTime(3_100);
    session.typing();
    expect(last().heard.filter((frame) => frame.t === "typing")).toHaveLength(2);
    session.close();
  });

  it("uploads again after the network came back, and says the file once", async () => {
    const answers: (() => Promise<string>)[] = [
      () => Promise.reject(new UploadFailed("offline")),
      () => Promise.resolve("att1"),
    ];
    const upload = vi.fn(() => ({ done: (answers.shift() as () => Promise<string>)(), abort: () => {} }));
    const session = new Session("web", keep("web"), "en", world({ upload }));
    session.open();
    last().open();
    last().welcome();
    session.attach(new File(["x"], "photo.png", { type: "image/png" }), "");
    await vi.advanceTimersByTimeAsync(10);
    expect(session.view().files[0]?.phase).toBe("waiting");
    last().cut();
    await vi.advanceTimersByTimeAsync(2_000);
    last().open();
    last().welcome();
    await vi.advanceTimersByTimeAsync(10);
    expect(upload).toHaveBeenCalledTimes(2);
    expect(last().heard.filter((frame) => frame.t === "say")).toMatchObject([{ attachment: "att1" }]);
    session.close();
  });

  it("shows why a file was refused and lets it be taken away", async () => {
    const upload = () => ({ done: Promise.reject(new UploadFailed("file_type")), abort: () => {} });
    const session = new Session("web", keep("web"), "en", world({ upload }));
    session.open();
    last().open();
    last().welcome();
    session.attach(new File(["x"], "a.exe"), "");
    await vi.advanceTimersByTimeAsync(10);
    const [file] = session.view().files;
    expect(file).toMatchObject({ phase: "refused", code: "file_type" });
    session.dropFile(file?.id ?? "");
    expect(session.view().files).toEqual([]);
    session.close();
  });

  it("goes on without storage", () => {
    const kept = keep("web", null);
    const session = new Session("web", kept, "en", world());
    session.open();
    last().open();
    last().welcome();
    session.say("private mode");
    expect(said(last())).toEqual(["private mode"]);
    session.close();
  });

  it("does not remember the signed identity", () => {
    const session = new Session("web", keep("web"), "en", world());
    session.begin({ name: "Lin", identity: "signed.token" }, "hello");
    expect(keep("web").profile()).toEqual({ name: "Lin" });
  });
});
