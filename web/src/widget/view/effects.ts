import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { ring } from "../attention";
import { onParent, tellParent } from "../bridge";
import { palette } from "../colour";
import type { Keep } from "../keep";
import type { Lang } from "../lang";
import type { Model } from "../protocol";
import type { Session } from "../session";
import { WORDS } from "../words";

/** What the page does besides drawing: when it connects, what it tells the launcher, how it calls the customer back. */

/** Whether to be dark: as asked for, or `auto` as the system is. */
export function useDark(theme: string | null): boolean {
  const media = useMemo(() => window.matchMedia("(prefers-color-scheme: dark)"), []);
  const [system, setSystem] = useState(media.matches);
  useEffect(() => {
    const change = () => setSystem(media.matches);
    media.addEventListener("change", change);
    return () => media.removeEventListener("change", change);
  }, [media]);
  return theme === "dark" || (theme === "auto" && system);
}

/**
 * The full page connects at once. Inside the launcher's frame a socket is opened only when the customer opens the
 * chat or has one going on; until then one HTTP answer gives the colour of the button.
 */
export function useConnection(
  session: Session,
  keep: Keep,
  embedded: boolean,
  widget: string,
  label: string,
  setShown: (shown: boolean) => void,
): void {
  const name = useRef(label);
  name.current = label;
  useEffect(() => {
    const wake = () => session.wake();
    const look = () => {
      if (document.visibilityState === "visible") session.wake();
    };
    window.addEventListener("online", wake);
    document.addEventListener("visibilitychange", look);
    let stopListening = () => {};
    if (!embedded) {
      session.open();
    } else {
      stopListening = onParent((message) => {
        setShown(message.jietong === "open");
        if (message.jietong === "open") session.open();
      });
      if (keep.live()) session.open();
      announce(widget, () => name.current);
    }
    return () => {
      stopListening();
      window.removeEventListener("online", wake);
      document.removeEventListener("visibilitychange", look);
      session.close();
    };
  }, [session, keep, embedded, widget, setShown]);
}

/** Tells the launcher its colour; without a network it tries again until there is one. */
async function announce(widget: string, label: () => string): Promise<void> {
  for (let pause = 2_000; ; pause = Math.min(pause * 2, 60_000)) {
    try {
      const answer = await fetch(`/api/chat/${encodeURIComponent(widget)}/config`);
      if (answer.ok) {
        const config = (await answer.json()) as { colour: string };
        tellParent({ jietong: "ready", colour: palette(config.colour).brand, label: label() });
        return;
      }
      if (answer.status < 500 && answer.status !== 429) {
        tellParent({ jietong: "fatal" });
        return;
      }
    } catch {
      // No network: that passes.
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

/** Sound, title and the launcher's badge for what happens while nobody looks. */
export function useAttention(model: Model, shown: boolean, lang: Lang): void {
  const words = WORDS[lang];
  const before = useRef<{ place: string; last: string | null; contact: string | null; known: boolean }>({
    place: "none",
    last: null,
    contact: null,
    known: false,
  });
  const [unread, setUnread] = useState(0);
  const last = model.messages.filter((message) => message.author === "agent").at(-1)?.id ?? null;
  const { place, contact, agent_name: agent } = model.chat;
  const known = model.config !== null;

  useEffect(() => {
    const was = before.current;
    before.current = { place, last, contact, known };
    if (!was.known) return;
    const unseen = !shown || document.visibilityState !== "visible";
    const joined = was.place === "queue" && place === "talk";
    const spoke = last !== null && last !== was.last;
    if (joined) ring("joined");
    else if (spoke && unseen) ring("message");
    if (joined && unseen) document.title = words.connectedTitle(agent ?? words.agent);
    if (spoke && unseen) setUnread((n) => n + 1);
  }, [place, last, contact, known, shown, agent, words]);

  useEffect(() => {
    const seen = () => {
      if (shown && document.visibilityState === "visible") setUnread(0);
    };
    seen();
    document.addEventListener("visibilitychange", seen);
    return () => document.removeEventListener("visibilitychange", seen);
  }, [shown]);
  const name = model.config?.name[lang] ?? words.support;
  useEffect(() => {
    tellParent({ jietong: "unread", count: unread });
    document.title = unread ? words.newMessageTitle(unread) : name;
  }, [unread, name, words]);
}
