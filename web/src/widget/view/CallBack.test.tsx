/** @jsxImportSource preact */
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { ChatState } from "../../live/types";
import { NO_CHAT } from "../protocol";
import { WORDS } from "../words";
import { CallBack } from "./CallBack";

const box = document.body.appendChild(document.createElement("div"));
afterEach(() => act(() => render(null, box)));

function show(chat: Partial<ChatState>, more: { refusal?: string; typed?: string } = {}) {
  const onAsk = vi.fn();
  act(() =>
    render(
      <CallBack
        chat={{ ...NO_CHAT, contact: "c1", place: "queue", ...chat }}
        words={WORDS.en}
        typed={more.typed ?? ""}
        sending={false}
        refusal={more.refusal ?? null}
        onAsk={onAsk}
      />,
      box,
    ),
  );
  return onAsk;
}

const press = (name: RegExp) =>
  act(() => [...box.querySelectorAll("button")].find((one) => name.test(one.textContent ?? ""))?.click());

describe("the row that asks to be called back", () => {
  it("calls the number that is known, by one click", () => {
    const onAsk = show({ phone: "138****0935" });
    expect(box.textContent).toContain("We call 138****0935");
    press(/Call me back/);
    expect(onAsk).toHaveBeenCalledWith(null);
  });

  it("asks for a number where none is known, and does not send half of one", () => {
    const onAsk = show({}, { typed: "12" });
    press(/keep my place/);
    const form = box.querySelector("form");
    act(() => void form?.dispatchEvent(new Event("submit", { cancelable: true })));
    expect(onAsk).not.toHaveBeenCalled();
    expect(box.querySelector("[role=alert]")?.textContent).toBe(WORDS.en.phoneWrong);
    const input = box.querySelector("input") as HTMLInputElement;
    act(() => {
      input.value = "138 5710 0935";
      input.dispatchEvent(new Event("input", { bubbles: true }));
    });
    act(() => void form?.dispatchEvent(new Event("submit", { cancelable: true })));
    expect(onAsk).toHaveBeenCalledWith("138 5710 0935");
  });

  it("words a refusal, and says so once it is kept", () => {
    show({ phone: "138****0935" }, { refusal: "callback_exists" });
    expect(box.querySelector("[role=alert]")?.textContent).toBe(WORDS.en.problems.callback_exists);
    show({ phone: "138****0935", callback: true });
    expect(box.querySelector("button")).toBeNull();
    expect(box.textContent).toContain("your place is kept");
  });
});
