/** @jsxImportSource preact */
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { WidgetConfig } from "../../live/types";
import { WORDS } from "../words";
import { Composer } from "./Composer";

const CONFIG = {
  attachments: { types: ["image/png"], max_bytes: 1000 },
  max_text: 20,
} as unknown as WidgetConfig;

describe("writing a message", () => {
  let root: HTMLElement;
  let sent: string[];
  let files: string[];
  let takes: boolean;

  beforeEach(() => {
    sent = [];
    files = [];
    takes = true;
    root = document.createElement("div");
    document.body.append(root);
    void act(() =>
      render(
        <Composer
          words={WORDS.en}
          config={CONFIG}
          hint="Write a message"
          draft="kept draft"
          canAttach
          onDraft={() => {}}
          onSend={(text) => {
            if (takes) sent.push(text);
            return takes;
          }}
          onFile={(file) => files.push(file.name)}
          onTyping={() => {}}
        />,
        root,
      ),
    );
  });
  afterEach(() => {
    render(null, root);
    root.remove();
  });

  const area = () => root.querySelector("textarea") as HTMLTextAreaElement;
  const type = (text: string) =>
    act(() => {
      area().value = text;
      area().dispatchEvent(new InputEvent("input", { bubbles: true }));
    });
  const press = (init: KeyboardEventInit) =>
    act(
      () =>
        void area().dispatchEvent(
          new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true, ...init }),
        ),
    );

  it("begins with the draft of before the reload", () => {
    expect(area().value).toBe("kept draft");
  });

  it("is sent by Enter, and not by the Enter that picks a word of an input method", async () => {
    await type("ni hao");
    await press({ isComposing: true });
    await press({ keyCode: 229 });
    await press({ shiftKey: true });
    expect(sent).toEqual([]);
    await press({});
    expect(sent).toEqual(["ni hao"]);
    expect(area().value).toBe("");
  });

  it("stays in the field when it was not taken", async () => {
    takes = false;
    await type("hello");
    await press({});
    expect(area().value).toBe("hello");
  });

  it("counts characters, not halves of emoji, and says what the limit is", async () => {
    await type("😀".repeat(20));
    await press({});
    expect(sent).toHaveLength(1);
    await type("😀".repeat(21));
    await press({});
    expect(sent).toHaveLength(1);
    expect(root.textContent).toContain(WORDS.en.tooLong(20));
  });

  it("does not take empty words", async () => {
    await type("  \n ");
    await press({});
    expect(sent).toEqual([]);
  });

  it("takes files within the limits and says why it does not take others", async () => {
    const pick = root.querySelector("input[type=file]") as HTMLInputElement;
    const choose = (file: File) =>
      act(() => {
        Object.defineProperty(pick, "files", { value: [file], configurable: true });
        pick.dispatchEvent(new Event("change", { bubbles: true }));
      });
    await choose(new File(["x"], "a.png", { type: "image/png" }));
    expect(files).toEqual(["a.png"]);
    await choose(new File(["x".repeat(1001)], "big.png", { type: "image/png" }));
    expect(root.querySelector("[role=alert]")?.textContent).toBe(`big.png: ${WORDS.en.fileTooLarge("1 kB")}`);
    await choose(new File(["x"], "run.exe", { type: "application/x-msdownload" }));
    expect(root.querySelector("[role=alert]")?.textContent).toBe(`run.exe: ${WORDS.en.fileType("PNG")}`);
    expect(files).toEqual(["a.png"]);
  });
});
