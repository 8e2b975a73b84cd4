import { createContext, useContext } from "react";
import type { Schema } from "../api/types";

/** Who is signed in, as GET /api/session says. */
export type Session = {
  account: string;
  login: string;
  name: string;
  roles: string[];
  permissions: ReadonlySet<string>;
  clients: string[] | null; // null: all
  agentId: string | null;
  demo: boolean;
  site: Schema<"Me">["site"] | null;
};

export type SessionState = {
  session: Session;
  /** Reads the session anew: after a change of one's own settings. */
  refresh: () => Promise<void>;
  signOut: () => Promise<void>;
};

export const SessionContext = createContext<SessionState | null>(null);

export function useSession(): Session {
  return useSessionState().session;
}

export function useSessionState(): SessionState {
  const state = useContext(SessionContext);
  if (!state) throw new Error("useSession stands outside the signed-in part of the application");
  return state;
}

/** Whether the signed-in person has a permission (identity/permissions.py). The server checks again, always. */
export function useMay(permission: string): boolean {
  return useSession().permissions.has(permission);
}
