import { fireEvent, render } from "@testing-library/react";
import { describe, expect, test, vi } from "vitest";
import { type Action, ActionRegistry, ActionsProvider, chordText, useActions } from "./actions";
import { search } from "./CommandList";

const press = (registry: ActionRegistry, target: EventTarget, init: KeyboardEventInit) => {
  const event = new KeyboardEvent("keydown", { bubbles: true, cancelable: true, ...init });
  Object.defineProperty(event, "target", { value: target });
  return registry.handle(event);
};
const action = (part: Partial<Action>): Action => ({ id: "x", label: "x", group: "g", run: vi.fn(), ...part });

describe("shortcuts", () => {
  test("go by the place of the key, not by the letter on it", () => {
    const registry = new ActionRegistry();
    const accept = action({ keys: { code: "KeyA", alt: true } });
    registry.declare("desk", [accept]);
    expect(press(registry, document.body, { code: "KeyA", key: "å", altKey: true })).toBe(true);
    expect(press(registry, document.body, { code: "KeyQ", key: "a", altKey: true })).toBe(false);
    expect(accept.run).toHaveBeenCalledOnce();
  });

  test("rest while an input method composes", () => {
    const registry = new ActionRegistry();
    const run = vi.fn();
    registry.declare("desk", [action({ keys: { code: "KeyA", alt: true }, run })]);
    expect(press(registry, document.body, { code: "KeyA", altKey: true, isComposing: true })).toBe(false);
    expect(press(registry, document.body, { code: "KeyA", altKey: true, keyCode: 229 } as KeyboardEventInit)).toBe(
      false,
    );
    expect(run).not.toHaveBeenCalled();
  });

  test("a plain key does nothing while one writes; with Alt or Ctrl it does", () => {
    const registry = new ActionRegistry();
    const sheet = vi.fn();
    const list = vi.fn();
    registry.declare("app", [
      action({ id: "sheet", keys: { code: "Slash", shift: true }, run: sheet }),
      action({ id: "list", keys: { code: "KeyK", mod: true }, run: list }),
    ]);
    const field = document.createElement("textarea");
    press(registry, field, { code: "Slash", key: "?", shiftKey: true });
    press(registry, field, { code: "KeyK", metaKey: true });
    expect(sheet).not.toHaveBeenCalled();
    expect(list).toHaveBeenCalledOnce();
    press(registry, document.body, { code: "Slash", key: "?", shiftKey: true });
    expect(sheet).toHaveBeenCalledOnce();
  });

  test("an action that cannot be done now does not answer to its key", () => {
    const registry = new ActionRegistry();
    const run = vi.fn();
    registry.declare("desk", [action({ keys: { code: "KeyA", alt: true }, enabled: false, run })]);
    expect(press(registry, document.body, { code: "KeyA", altKey: true })).toBe(false);
    expect(run).not.toHaveBeenCalled();
  });

  test("live as long as their component and always run its latest", () => {
    const run = vi.fn();
    function Part({ n }: { n: number }) {
      useActions([action({ keys: { code: "KeyA", alt: true }, run: () => run(n) })]);
      return null;
    }
    const page = (n: number | null) => <ActionsProvider>{n === null ? null : <Part n={n} />}</ActionsProvider>;
    const { rerender } = render(page(1));
    rerender(page(2));
    fireEvent.keyDown(document.body, { code: "KeyA", altKey: true });
    rerender(page(null));
    fireEvent.keyDown(document.body, { code: "KeyA", altKey: true });
    expect(run.mock.calls).toEqual([[2]]);
  });

  test("are written as the keyboard has them", () => {
    expect(chordText({ code: "KeyK", mod: true }, false)).toBe("Ctrl K");
    expect(chordText({ code: "KeyK", mod: true }, true)).toBe("⌘ K");
    expect(chordText({ code: "Slash", shift: true }, false)).toBe("?");
    expect(chordText({ code: "ArrowDown", alt: true }, false)).toBe("Alt ↓");
  });
});

test("the command list finds by every word, and by its beginning first", () => {
  const all = [
    action({ id: "1", label: "Go ready", group: "Desk" }),
    action({ id: "2", label: "Ready to print", group: "Other" }),
    action({ id: "3", label: "Transfer", group: "Desk" }),
    action({ id: "4", label: "Ready, hidden", group: "Desk", hidden: true }),
  ];
  expect(search(all, "ready").map((one) => one.id)).toEqual(["2", "1"]);
  expect(search(all, "desk tr").map((one) => one.id)).toEqual(["3"]);
  expect(search(all, "").length).toBe(3);
});
