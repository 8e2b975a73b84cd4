/**
 * What survives a reload or a closed tab: the token that resumes the conversation, unsent frames, the draft, and who
 * the customer said they are. Each unsent frame has its own key, so that two tabs do not overwrite each other's. Where the
 * browser forbids a frame to store anything, `bridge.ts` lends a storage that ends with the tab; where there is none, all
 * lives in memory as long as the page.
 */

import { type Entries, KEPT_PREFIX } from "./bridge";
import type { Outgoing } from "./protocol";

export type Profile = { name?: string; phone?: string; email?: string; identity?: string };
export type Keep = ReturnType<typeof keep>;

const OUTBOX_DAYS = 2;

export function keep(widget: string, storage: Entries | null = browserStorage()) {
  const memory = new Map<string, string>();
  const prefix = `${KEPT_PREFIX}${widget}.`;

  function read<T>(key: string): T | null {
    const raw = storage ? attempt(() => storage.getItem(prefix + key)) : memory.get(prefix + key);
    return raw ? (attempt(() => JSON.parse(raw) as T) ?? null) : null;
  }
  function write(key: string, value: unknown): void {
    const empty = value === null || value === undefined || value === "";
    if (!storage) {
      if (empty) memory.delete(prefix + key);
      else memory.set(prefix + key, JSON.stringify(value));
      return;
    }
    // A full disk must not stop the conversation.
    attempt(() => (empty ? storage.removeItem(prefix + key) : storage.setItem(prefix + key, JSON.stringify(value))));
  }
  function keys(): string[] {
    if (!storage) return [...memory.keys()];
    return attempt(() => Array.from({ length: storage.length }, (_, i) => storage.key(i) ?? "")) ?? [];
  }

  return {
    token: () => read<string>("token"),
    setToken: (token: string | null) => write("token", token),
    draft: () => read<string>("draft") ?? "",
    setDraft: (text: string) => write("draft", text),
    profile: () => read<Profile>("profile") ?? {},
    setProfile: (profile: Profile) => write("profile", profile),
    lang: () => read<string>("lang"),
    setLang: (lang: string) => write("lang", lang),
    /** The contact whose question was skipped. */
    skipped: () => read<string>("skipped"),
    setSkipped: (contact: string) => write("skipped", contact),
    /** A conversation is going on: the embedded page connects by itself. */
    live: () => read<boolean>("live") ?? false,
    setLive: (live: boolean) => write("live", live || null),
    /** Unsent frames, oldest first. */
    outbox(now: number): Outgoing[] {
      const found: Outgoing[] = [];
      for (const key of keys()) {
        if (!key.startsWith(`${prefix}out.`)) continue;
        const item = read<Outgoing>(key.slice(prefix.length));
        if (item?.frame?.id && now - item.at < OUTBOX_DAYS * 86_400_000) found.push(item);
        else write(key.slice(prefix.length), null);
      }
      return found.sort((a, b) => a.at - b.at || a.frame.id.localeCompare(b.frame.id));
    },
    /** Stores what changed between two states of the outbox. */
    setOutbox(before: readonly Outgoing[], after: readonly Outgoing[]): void {
      if (before === after) return;
      const stays = new Set(after.map((item) => item.frame.id));
      for (const item of before) if (!stays.has(item.frame.id)) write(`out.${item.frame.id}`, null);
      for (const item of after) if (!before.includes(item)) write(`out.${item.frame.id}`, item);
    },
  };
}

/** Null where the browser forbids it. */
export function browserStorage(): Entries | null {
  return attempt(() => {
    const probe = "jietong.chat.probe";
    localStorage.setItem(probe, "1");
    localStorage.removeItem(probe);
    return localStorage;
  });
}

function attempt<T>(work: () => T): T | null {
  try {
    return work();
  } catch {
    return null;
  }
}
