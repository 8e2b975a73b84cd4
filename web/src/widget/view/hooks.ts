import { useEffect, useState } from "preact/hooks";
import type { Session, View } from "../session";

/** The session's state, redrawn on every change. */
export function useSession(session: Session): View {
  const [view, setView] = useState(session.view);
  useEffect(() => {
    setView(session.view());
    return session.subscribe(() => setView(session.view()));
  }, [session]);
  return view;
}

/** Redraws once a second while `running`, so that timers are always `now - since`. */
export function useTick(running: boolean): void {
  const [, setCount] = useState(0);
  useEffect(() => {
    if (!running) return undefined;
    const timer = setInterval(() => setCount((n) => n + 1), 1000);
    return () => clearInterval(timer);
  }, [running]);
}
