import { useEffect, useSyncExternalStore } from "react";
import { http } from "../api/http";
import { useSession } from "../session/session";
import { fetchAssigned } from "./calls";
import { Softphone } from "./softphone";
import type { PhoneState } from "./state";

/**
 * The signed-in person's telephone, shared by all pages that need it. It comes up with the first of them and goes a
 * moment after the last, but never under a call: moving from the desk to the floor and back keeps it. `eager`: whoever
 * is here takes calls, so the browser's question about the microphone comes at once.
 */
export function useSoftphone(eager: boolean): Softphone {
  const { account, permissions } = useSession();
  const phone = phoneOf(account);
  const may = permissions.has("desk.use") || permissions.has("call.listen"); // others have no telephone to ask for
  useEffect(() => {
    if (!may) return;
    const uses = (users.get(phone) ?? 0) + 1;
    users.set(phone, uses);
    phone.start(eager);
    return () => {
      users.set(phone, (users.get(phone) ?? 1) - 1);
      setTimeout(() => letGo(phone), 1000);
    };
  }, [phone, eager, may]);
  return phone;
}

export function usePhoneState(phone: Softphone): PhoneState {
  return useSyncExternalStore(phone.subscribe, () => phone.state);
}

/** Ends the telephone at once: the session is over. */
export function closePhone(): void {
  if (current) {
    current.phone.stop();
    users.delete(current.phone);
    current = null;
  }
}

let current: { account: string; phone: Softphone } | null = null;
const users = new Map<Softphone, number>();

function phoneOf(account: string): Softphone {
  if (current?.account === account) return current.phone;
  closePhone();
  current = { account, phone: new Softphone(account, { fetch: () => fetchAssigned(http) }) };
  return current.phone;
}

function letGo(phone: Softphone): void {
  if ((users.get(phone) ?? 0) > 0) return;
  if (phone.state.call) {
    const off = phone.subscribe(() => {
      if (phone.state.call) return;
      off();
      letGo(phone);
    });
    return;
  }
  if (current?.phone === phone) current = null;
  users.delete(phone);
  phone.stop();
}
