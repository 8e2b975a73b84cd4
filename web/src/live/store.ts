import type { Ms, ServerFrame } from "./types";

/**
 * What a live socket has told so far: collections of objects by id. A snapshot replaces all of it; a delta
 * replaces the objects that it names and leaves every other one the same object, so that a row re-renders only
 * when its own object changed.
 */
export type Collections = Record<string, Record<string, unknown>>;

export class LiveStore<S extends Collections> {
  state: S | null = null;
  /** Sequence of the last frame that was applied. */
  seq = -1;
  private listeners = new Set<() => void>();
  private idLists = new Map<keyof S, { of: object | undefined; ids: readonly string[] }>();

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Applies a snapshot or delta. A delta that is older than what is held, or that comes before any snapshot, is left out. */
  apply(frame: Extract<ServerFrame<S>, { t: "snapshot" | "delta" }>): boolean {
    if (frame.t === "snapshot") {
      this.state = frame.state;
      this.seq = frame.seq;
      this.tell();
      return true;
    }
    if (this.state === null || frame.seq <= this.seq) return false;
    this.state = withDelta(this.state, frame.set, frame.del);
    this.seq = frame.seq;
    this.tell();
    return true;
  }

  /** One object, or undefined. */
  get<C extends keyof S>(collection: C, id: string | null | undefined): S[C][string] | undefined {
    if (id === null || id === undefined) return undefined;
    return this.state?.[collection]?.[id] as S[C][string] | undefined;
  }

  /** The ids of a collection; the same array as before while no object came or went. */
  ids(collection: keyof S): readonly string[] {
    const objects = this.state?.[collection] as object | undefined;
    const known = this.idLists.get(collection);
    if (known && known.of === objects) return known.ids;
    const ids = objects ? Object.keys(objects) : NONE;
    const same = known && known.ids.length === ids.length && known.ids.every((id, i) => id === ids[i]);
    const kept = same ? known.ids : ids;
    this.idLists.set(collection, { of: objects, ids: kept });
    return kept;
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}

/** state + delta, sharing every object that the delta does not name. */
export function withDelta<S extends Collections>(
  state: S,
  set: { [C in keyof S]?: S[C] },
  del: { [C in keyof S]?: string[] },
): S {
  const next: Collections = { ...state };
  for (const [name, objects] of Object.entries(set)) {
    if (objects) next[name] = { ...next[name], ...(objects as Record<string, unknown>) };
  }
  for (const [name, ids] of Object.entries(del)) {
    if (!ids || ids.length === 0) continue;
    const left = { ...next[name] };
    for (const id of ids as string[]) delete left[id];
    next[name] = left;
  }
  return next as S;
}

export type FeedStatus = {
  /** `connecting`: nothing yet · `live` · `stale`: the socket is open but silent · `down`: lost, being sought again · `ended`: the session is over. */
  phase: "connecting" | "live" | "stale" | "down" | "ended";
  /** Since when, by the local clock. */
  since: Ms;
  /** Local time of the last frame of any kind. */
  heard: Ms | null;
};

const NONE: readonly string[] = [];
