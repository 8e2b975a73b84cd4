import { useCallback, useEffect, useRef, useSyncExternalStore } from "react";
import { type Extra, LiveConnection, socketUrl, type Topic } from "./connection";
import type { Collections, FeedStatus } from "./store";
import type { DeskState, FloorState, WallState } from "./types";

/**
 *     const floor = useLive("floor");                          // one socket per topic, shared, closed when unused
 *     const ids = useIds(floor, "queues");                      // changes only when a queue comes or goes
 *     const queue = useRow(floor, "queues", id);                // changes only when this queue changes
 *     const n = useSelect(floor, (s) => Object.keys(s.contacts).length);
 *     const feed = useFeed(floor);                              // connecting, live, stale, down, ended
 *     await floor.command({ type: "pull", contact, agent });
 */
export function useLive<T extends Topic>(topic: T): LiveConnection<StateOf[T]> {
  const connection = connectionOf(topic);
  useEffect(() => {
    const uses = (users.get(topic) ?? 0) + 1;
    users.set(topic, uses);
    if (uses === 1) connection.start();
    return () => {
      const left = (users.get(topic) ?? 1) - 1;
      users.set(topic, left);
      // A moment's patience: moving between two pages of the same feed keeps the socket.
      if (left === 0) {
        setTimeout(() => {
          if ((users.get(topic) ?? 0) === 0 && connections.get(topic) === (connection as unknown)) {
            connection.stop();
            connections.delete(topic);
          }
        }, 500);
      }
    };
  }, [topic, connection]);
  return connection;
}

/** Closes every socket at once: the session is over. Pages that come later open new ones. */
export function closeLive(): void {
  for (const connection of connections.values()) connection.stop();
  connections.clear();
}

export function useRow<S extends Collections, C extends keyof S>(
  live: LiveConnection<S>,
  collection: C,
  id: string | null | undefined,
): S[C][string] | undefined {
  const read = useCallback(() => live.store.get(collection, id), [live, collection, id]);
  return useSyncExternalStore(live.store.subscribe, read, read);
}

export function useIds<S extends Collections>(live: LiveConnection<S>, collection: keyof S): readonly string[] {
  const read = useCallback(() => live.store.ids(collection), [live, collection]);
  return useSyncExternalStore(live.store.subscribe, read, read);
}

/** A whole collection: re-renders on every change within it. For short collections and for sorting. */
export function useCollection<S extends Collections, C extends keyof S>(
  live: LiveConnection<S>,
  collection: C,
): S[C] {
  const read = useCallback(() => live.store.state?.[collection] ?? (EMPTY as S[C]), [live, collection]);
  return useSyncExternalStore(live.store.subscribe, read, read);
}

/** Anything computed from the state; null before the first snapshot. Re-renders when `same` says it differs. */
export function useSelect<S extends Collections, T>(
  live: LiveConnection<S>,
  select: (state: S) => T,
  same: (a: T, b: T) => boolean = Object.is,
): T | null {
  const last = useRef<{ value: T } | null>(null);
  const read = () => {
    const state = live.store.state;
    if (state === null) return null;
    const value = select(state);
    if (last.current && same(last.current.value, value)) return last.current.value;
    last.current = { value };
    return value;
  };
  return useSyncExternalStore(live.store.subscribe, read, read);
}

export function useFeed<S extends Collections>(live: LiveConnection<S>): FeedStatus {
  const read = useCallback(() => live.status, [live]);
  return useSyncExternalStore(live.subscribeStatus, read, read);
}

/** Messages, typing and notices as they come. */
export function useExtra<S extends Collections>(live: LiveConnection<S>, listener: (extra: Extra) => void): void {
  const latest = useRef(listener);
  useEffect(() => {
    latest.current = listener;
  }, [listener]);
  useEffect(() => live.onExtra((extra) => latest.current(extra)), [live]);
}

/** For `useSelect`: arrays with the same members. */
export function sameList<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((one, i) => Object.is(one, b[i]));
}

type StateOf = { desk: DeskState; floor: FloorState; wall: WallState };
const connections = new Map<Topic, LiveConnection<Collections>>();
const users = new Map<Topic, number>();
const EMPTY = {};

function connectionOf<T extends Topic>(topic: T): LiveConnection<StateOf[T]> {
  let one = connections.get(topic);
  if (!one) {
    one = new LiveConnection<Collections>(socketUrl(topic));
    connections.set(topic, one);
  }
  return one as unknown as LiveConnection<StateOf[T]>;
}
