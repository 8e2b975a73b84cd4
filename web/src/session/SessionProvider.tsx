import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useCallback, useEffect, useMemo, useState } from "react";
import { http, onSignedOut, setCsrf } from "../api/http";
import { isProblem } from "../api/problem";
import type { Schema } from "../api/types";
import { setZone } from "../i18n/format";
import { isLanguage, type Language, setLanguage } from "../i18n/language";
import { closeLive } from "../live/useLive";
import { isTheme, setTheme } from "../ui/theme";
import { type Session, SessionContext, type SessionState } from "./session";

export type Phase =
  | { at: "asking" }
  | { at: "out"; why: string | null }
  | { at: "unreachable"; error: unknown }
  | { at: "in"; session: Session };

/** Finds out who is signed in and shows one of three things: the sign-in page, a plain failure, or the application. */
export function SessionProvider({
  children,
  signIn,
  failure,
  waiting,
}: {
  children: ReactNode;
  signIn: (arrived: (chosen: Language | null) => Promise<void>, why: string | null) => ReactNode;
  failure: (error: unknown, again: () => Promise<void>) => ReactNode;
  waiting: ReactNode;
}) {
  const [phase, setPhase] = useState<Phase>({ at: "asking" });
  const queries = useQueryClient();

  const load = useCallback(async (settings: boolean) => {
    try {
      const session = adopt(await http.get<SessionAnswer>("/api/session"), settings);
      setPhase({ at: "in", session });
    } catch (error) {
      if (isProblem(error) && error.status === 401) {
        setCsrf(null);
        setPhase({ at: "out", why: null });
      } else setPhase({ at: "unreachable", error });
    }
  }, []);

  useEffect(() => {
    void load(false);
  }, [load]);

  useEffect(
    () =>
      onSignedOut((code) => {
        setCsrf(null);
        closeLive();
        queries.clear();
        setPhase((now) => (now.at === "in" ? { at: "out", why: code } : now));
      }),
    [queries],
  );

  const refresh = useCallback(() => load(false), [load]);
  const signOut = useCallback(async () => {
    await http.delete("/api/session").catch((error: unknown) => {
      if (!isProblem(error) || error.status !== 401) throw error;
    });
    setCsrf(null);
    closeLive();
    queries.clear();
    setPhase({ at: "out", why: null });
  }, [queries]);

  const session = phase.at === "in" ? phase.session : null;
  const state = useMemo<SessionState | null>(
    () => (session ? { session, refresh, signOut } : null),
    [session, refresh, signOut],
  );

  if (phase.at === "asking") return waiting;
  if (phase.at === "unreachable") return failure(phase.error, refresh);
  if (phase.at === "out") {
    const arrived = async (chosen: Language | null) => {
      await load(true);
      if (chosen === null) return;
      setLanguage(chosen);
      await http.patch("/api/me", { body: { language: chosen } }).catch(() => undefined);
    };
    return signIn(arrived, phase.why);
  }
  return <SessionContext value={state}>{children}</SessionContext>;
}

export type SessionAnswer = Schema<"Me">;

/** Takes over the answer. `settings`: also the account's own language and theme, which is right after signing in. */
export function adopt(answer: SessionAnswer, settings: boolean): Session {
  setCsrf(answer.csrf);
  if (settings) {
    if (isLanguage(answer.language)) setLanguage(answer.language);
    if (isTheme(answer.theme)) setTheme(answer.theme);
  }
  setZone(answer.site.zone);
  return {
    account: answer.account.id,
    login: answer.account.login,
    name: answer.account.name,
    roles: answer.roles,
    permissions: new Set(answer.permissions),
    clients: answer.clients,
    agentId: answer.agent_id,
    demo: answer.account.demo,
    site: answer.site,
  };
}
