/**
 * Between the chat page in its frame and the launcher on the embedding page: the colour, the name, how many unread.
 * The frame listens to its parent only, the launcher to its own frame only.
 *
 * Some browsers forbid a frame of another site to store anything. Then the launcher keeps the page's few entries in the
 * embedding page's session storage, so that a reload loses nothing there either; they end with the tab.
 */

export type ToParent =
  | { jietong: "ready"; colour: string; label: string }
  | { jietong: "unread"; count: number }
  | { jietong: "close" }
  | { jietong: "fatal" }
  | { jietong: "kept" } // asks for what was kept
  | { jietong: "keep"; key: string; value: string | null };

export type ToFrame =
  | { jietong: "open" }
  | { jietong: "closed" }
  | { jietong: "kept"; entries: Record<string, string> };

/** What `keep.ts` needs of a storage. */
export type Entries = Pick<Storage, "getItem" | "setItem" | "removeItem" | "key" | "length">;

export const KEPT_PREFIX = "jietong.chat.";

export function tellParent(message: ToParent): void {
  if (window.parent !== window) window.parent.postMessage(message, parentOrigin());
}

export function onParent(listener: (message: ToFrame) => void): () => void {
  const hear = (event: MessageEvent) => {
    const data = event.data as ToFrame | null;
    if (event.source !== window.parent || !data) return;
    if (data.jietong === "open" || data.jietong === "closed" || data.jietong === "kept") listener(data);
  };
  window.addEventListener("message", hear);
  return () => window.removeEventListener("message", hear);
}

/** The launcher's storage; null when it does not answer (an older launcher, a page that frames the chat itself). */
export function parentEntries(patienceMs = 1_500): Promise<Entries | null> {
  return new Promise((resolve) => {
    const stop = onParent((message) => {
      if (message.jietong !== "kept") return;
      done(message.entries);
    });
    const timer = setTimeout(() => done(null), patienceMs);
    function done(entries: Record<string, string> | null) {
      stop();
      clearTimeout(timer);
      resolve(entries === null ? null : mirrored(new Map(Object.entries(entries))));
    }
    tellParent({ jietong: "kept" });
  });
}

function mirrored(entries: Map<string, string>): Entries {
  return {
    get length() {
      return entries.size;
    },
    key: (index) => [...entries.keys()][index] ?? null,
    getItem: (key) => entries.get(key) ?? null,
    setItem: (key, value) => {
      entries.set(key, value);
      tellParent({ jietong: "keep", key, value });
    },
    removeItem: (key) => {
      if (entries.delete(key)) tellParent({ jietong: "keep", key, value: null });
    },
  };
}

/** Who framed this page, so that nothing is told to anybody who navigated the parent in between. */
function parentOrigin(): string {
  const known = window.location.ancestorOrigins?.[0];
  if (known && known !== "null") return known;
  try {
    return new URL(document.referrer).origin;
  } catch {
    return "*";
  }
}
