import { useCallback, useSyncExternalStore } from "react";
import type { Ms } from "./types";

/**
 * The server's clock as the browser knows it, and the one ticker behind every timer.
 *
 * A frame's `now` is always a little old when it arrives, never too new; so the largest `now - local` of the last
 * frames is the best offset. A jump of the local clock (sleep, correction) starts the window afresh.
 */
export class ServerClock {
  private samples: number[] = [];
  private best = 0;

  /** Milliseconds to add to the local clock. */
  get offset(): number {
    return this.best;
  }

  observe(serverNow: Ms, localNow: Ms = Date.now()): void {
    const sample = serverNow - localNow;
    if (this.samples.length > 0 && Math.abs(sample - this.best) > 2000) this.samples = [];
    this.samples.push(sample);
    if (this.samples.length > 16) this.samples.shift();
    this.best = Math.max(...this.samples);
  }

  now(localNow: Ms = Date.now()): Ms {
    return localNow + this.best;
  }
}

export const serverClock = new ServerClock();

const watchers = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | null = null;

/** Called about once a second while anybody watches, and at once when a hidden tab comes back. */
export function onTick(watcher: () => void): () => void {
  watchers.add(watcher);
  if (timer === null) {
    timer = setInterval(tick, 1000);
    document.addEventListener("visibilitychange", tick);
  }
  return () => {
    watchers.delete(watcher);
    if (watchers.size === 0 && timer !== null) {
      clearInterval(timer);
      timer = null;
      document.removeEventListener("visibilitychange", tick);
    }
  };
}

/**
 * A value that depends on the time, recomputed every second; the component re-renders only when the value
 * changes. Give something primitive: a text, a rounded number, a yes or no.
 */
export function useTimed<T extends string | number | boolean | null>(compute: (now: Ms) => T): T {
  const read = useCallback(() => compute(serverClock.now()), [compute]);
  return useSyncExternalStore(onTick, read, read);
}

/** The server's time to the whole `step` milliseconds. */
export function useNow(step = 1000): Ms {
  return useTimed(useCallback((now: Ms) => Math.floor(now / step) * step, [step]));
}

function tick(): void {
  for (const watcher of watchers) watcher();
}
