import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useId,
  useMemo,
  useRef,
  useSyncExternalStore,
} from "react";

/**
 * What can be done from the keyboard, as data. A component declares its actions with `useActions`; while it is
 * mounted they answer to their keys, stand in the command list (Ctrl/Cmd+K) and on the `?` sheet.
 */
export type Action = {
  id: string;
  label: string; // in the reader's language
  group: string;
  keys?: Chord;
  /** Works while the caret is in a field too. Chords without Alt, Ctrl or Cmd never do. */
  run: () => void;
  enabled?: boolean;
  /** Not in the command list: it makes sense only by key. */
  hidden?: boolean;
};

/** Matched on `KeyboardEvent.code`, the place of the key, so that it works in every layout and input method. */
export type Chord = { code: string; alt?: boolean; mod?: boolean; shift?: boolean };

export class ActionRegistry {
  private sources = new Map<string, readonly Action[]>();
  private listeners = new Set<() => void>();
  private flat: readonly Action[] = [];

  declare(source: string, actions: readonly Action[]): void {
    this.sources.set(source, actions);
    this.tell();
  }
  withdraw(source: string): void {
    if (this.sources.delete(source)) this.tell();
  }
  all = (): readonly Action[] => this.flat;
  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Runs what answers to the key and says whether anything did. The latest declaration wins. */
  handle(event: KeyboardEvent): boolean {
    if (event.isComposing || event.keyCode === 229 || event.defaultPrevented) return false;
    const typing = isField(event.target);
    for (const action of [...this.flat].reverse()) {
      if (!action.keys || action.enabled === false || !matches(action.keys, event)) continue;
      if (typing && !action.keys.alt && !action.keys.mod && !/^F\d+$/.test(action.keys.code)) continue;
      event.preventDefault();
      action.run();
      return true;
    }
    return false;
  }

  private tell(): void {
    this.flat = [...this.sources.values()].flat();
    for (const listener of this.listeners) listener();
  }
}

const RegistryContext = createContext(new ActionRegistry());

export function ActionsProvider({ children }: { children: ReactNode }) {
  const registry = useMemo(() => new ActionRegistry(), []);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => void registry.handle(event);
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [registry]);
  return <RegistryContext value={registry}>{children}</RegistryContext>;
}

/** Declares actions for as long as the component is mounted. The list may be built anew on every render. */
export function useActions(actions: readonly Action[]): void {
  const registry = useContext(RegistryContext);
  const source = useId();
  const latest = useRef(actions);
  latest.current = actions;
  const print = actions
    .map((a) => `${a.id}|${a.label}|${a.group}|${a.enabled !== false}|${a.keys ? chordText(a.keys, false) : ""}`)
    .join("\n");
  // biome-ignore lint/correctness/useExhaustiveDependencies: `print` stands for the actions' contents
  useEffect(() => {
    registry.declare(
      source,
      latest.current.map((action, i) => ({ ...action, run: () => latest.current[i]?.run() })),
    );
  }, [registry, source, print]);
  useEffect(() => () => registry.withdraw(source), [registry, source]);
}

export function useAllActions(): readonly Action[] {
  const registry = useContext(RegistryContext);
  return useSyncExternalStore(registry.subscribe, registry.all, registry.all);
}

export function matches(keys: Chord, event: KeyboardEvent): boolean {
  return (
    event.code === keys.code &&
    event.altKey === (keys.alt ?? false) &&
    (event.ctrlKey || event.metaKey) === (keys.mod ?? false) &&
    event.shiftKey === (keys.shift ?? false)
  );
}

/** `Ctrl K`, `Alt A`, `?`; ⌘ and ⌥ on Apple's keyboards. */
export function chordText(keys: Chord, apple = isApple()): string {
  const parts: string[] = [];
  if (keys.mod) parts.push(apple ? "⌘" : "Ctrl");
  if (keys.alt) parts.push(apple ? "⌥" : "Alt");
  const key = keyText(keys);
  if (keys.shift && key !== "?") parts.push(apple ? "⇧" : "Shift");
  parts.push(key);
  return parts.join(" ");
}

function keyText(keys: Chord): string {
  if (keys.code === "Slash") return keys.shift ? "?" : "/";
  const plain = keys.code.replace(/^(Key|Digit)/, "");
  const arrows: Record<string, string> = { ArrowUp: "↑", ArrowDown: "↓", ArrowLeft: "←", ArrowRight: "→" };
  return arrows[plain] ?? plain;
}

function isApple(): boolean {
  return typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.platform);
}

function isField(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      target instanceof HTMLTextAreaElement ||
      target instanceof HTMLSelectElement ||
      (target instanceof HTMLInputElement && !["checkbox", "radio", "button"].includes(target.type)))
  );
}
