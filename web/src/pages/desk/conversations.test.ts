import { describe, expect, test, vi } from "vitest";
import { localProblem, ProblemError } from "../../api/problem";
import { message } from "../../test/frames";
import { Conversations } from "./conversations";

const accepted = () => Promise.resolve({});
const flush = () => new Promise((done) => setTimeout(done));

describe("conversations", () => {
  test("history and new lines make one conversation, in order, without doubles", () => {
    const all = new Conversations("acc", accepted);
    all.receive(message(3));
    all.load("c1", [message(1), message(2), message(3)]);
    all.receive(message(3));
    expect(all.of("c1").messages.map((one) => one.n)).toEqual([1, 2, 3]);
  });

  test("the customer's lines count as unread until they were on screen, after a reload too", () => {
    const all = new Conversations("acc", accepted);
    all.load("c1", [message(1), message(2, { author: "agent" }), message(3)]);
    expect(all.of("c1").unread).toBe(2);
    all.read("c1");
    expect(all.of("c1").unread).toBe(0);
    const later = new Conversations("acc", accepted);
    later.load("c1", [message(1), message(3), message(4)]);
    expect(later.of("c1").unread).toBe(1);
  });

  test("what was sent while the line was down goes again with the same key, and once", async () => {
    const keys: string[] = [];
    const fails = vi.fn((_c: string, _t: string, _a: string | undefined, key: string) => {
      keys.push(key);
      return Promise.reject(localProblem("timed_out", ""));
    });
    const first = new Conversations("acc", fails);
    first.send("c1", "hello");
    await flush();
    expect(first.of("c1").unsent[0]?.refused).toBeNull();

    const works = vi.fn((_c: string, _t: string, _a: string | undefined, key: string) => {
      keys.push(key);
      return Promise.resolve({});
    });
    const afterReload = new Conversations("acc", works);
    expect(afterReload.of("c1").unsent.map((one) => one.text)).toEqual(["hello"]);
    afterReload.deliverAll();
    afterReload.deliverAll();
    await flush();
    expect(works).toHaveBeenCalledOnce();
    expect(new Set(keys).size).toBe(1);
    expect(afterReload.of("c1").unsent).toEqual([]);
    expect(new Conversations("acc", works).of("c1").unsent).toEqual([]);
  });

  test("a refused line stays with its reason, can be sent again or taken back", async () => {
    const refuse = new ProblemError({ type: "", title: "", status: 409, code: "not_yours", detail: "Gone." });
    const say = vi.fn().mockRejectedValueOnce(refuse).mockResolvedValue({});
    const all = new Conversations("acc", say);
    all.send("c1", "too late");
    await flush();
    const [one] = all.of("c1").unsent;
    expect(one?.refused?.code).toBe("not_yours");
    all.deliverAll(); // a reconnect does not send again what was refused
    expect(say).toHaveBeenCalledOnce();
    expect(all.discard("c1", one?.key ?? "")).toBe("too late");
    expect(all.of("c1").unsent).toEqual([]);
  });

  test("the line itself, coming with its key, takes the place of the unsent one", () => {
    const all = new Conversations("acc", () => new Promise(() => {}));
    all.send("c1", "hello");
    const key = all.of("c1").unsent[0]?.key ?? "";
    all.receive(message(4, { author: "agent", text: "hello", key }));
    expect(all.of("c1").unsent).toEqual([]);
    expect(all.of("c1").messages.length).toBe(1);
  });

  test("contacts that are gone are forgotten, but never something unsent", () => {
    const all = new Conversations("acc", () => new Promise(() => {}));
    all.load("c1", [message(1)]);
    all.send("c2", "wait");
    all.forget(new Set(["c3"]));
    expect(all.of("c1").messages).toEqual([]);
    expect(all.of("c2").unsent.length).toBe(1);
  });
});
