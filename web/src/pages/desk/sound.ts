import { useSyncExternalStore } from "react";
import { browserStorage } from "./drafts";

/** Whether the desk rings; kept in the browser. On unless turned off. */
const KEPT = "jt.sound";
let on = browserStorage()?.getItem(KEPT) !== "off";
const listeners = new Set<() => void>();

export function useSound(): { sound: boolean; setSound: (on: boolean) => void } {
  return { sound: useSyncExternalStore(subscribe, () => on), setSound };
}

function setSound(next: boolean): void {
  on = next;
  browserStorage()?.setItem(KEPT, next ? "on" : "off");
  for (const listener of listeners) listener();
}
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
