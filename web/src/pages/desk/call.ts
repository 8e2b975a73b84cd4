import { useCallback } from "react";
import { http } from "../../api/http";
import type { ContactView } from "../../live/types";
import { useSelect } from "../../live/useLive";
import { calls } from "../../softphone/calls";
import { usePhoneState } from "../../softphone/useSoftphone";
import { useNotice } from "../../ui/notices";
import { helping, isOffer, useContact, useDesk } from "./context";

/** The one call that I am in: mine, or a colleague's where I help. Null: none. */
export function callInHand(contacts: Record<string, ContactView>, agentId: string): string | null {
  const found = Object.values(contacts).find(
    (one) =>
      one.channel === "voice" &&
      (one.place === "talk" || one.place === "hold") &&
      (one.agent === agentId || (helping(one, agentId) && one.consult?.joined === true)),
  );
  return found?.id ?? null;
}

/** The call that rings for me. */
export function callOffered(contacts: Record<string, ContactView>, agentId: string): string | null {
  return Object.values(contacts).find((one) => one.channel === "voice" && isOffer(one, agentId))?.id ?? null;
}

export function useCall(): ContactView | undefined {
  const { live, agentId } = useDesk();
  const id = useSelect(live, (state) => callInHand(state.contacts, agentId));
  return useContact(id);
}

/** What can be done with a call, by whichever telephone it goes. Refusals are worded. */
export function useCallControls() {
  const { phone, run } = useDesk();
  const state = usePhoneState(phone);
  const notice = useNotice();
  const server = calls(http);
  const told = useCallback(
    async (asked: Promise<unknown>): Promise<boolean> => {
      try {
        await asked;
        return true;
      } catch (error) {
        notice.failed(error);
        return false;
      }
    },
    [notice],
  );
  const browser = state.kind === "softphone";
  return {
    /** Mute is the telephone's own: it works while the server is away, and nothing leaves this machine. */
    mute: (contact: string, muted: boolean) => {
      if (browser) phone.mute(muted);
      else void told(server.mute(contact, muted));
    },
    digits: (contact: string, digits: string) => {
      if (browser && state.call?.phase === "talking") phone.digits(digits);
      else void told(server.digits(contact, digits));
    },
    pause: (contact: string, paused: boolean) => told(server.pause(contact, paused)),
    /** Rings a number outside: to hand the customer on (blind), or to ask first. */
    askOutside: (contact: string, number: string, blind: boolean) => told(server.askOutside(contact, number, blind)),
    outside: (contact: string, what: "complete" | "merge" | "cancel") => told(server.outside(contact, what)),
    dial: async (to: { number?: string; customer?: string; contact?: string; queue?: string | null }) => {
      if (browser) phone.expect();
      return told(server.dial(to));
    },
    /** One's own call ends at once and never asks; without the server, by the telephone itself. */
    hangUp: (contact: ContactView, usable: boolean, agentId: string) => {
      if (!usable) phone.hangUp();
      else if (contact.agent === agentId) void run("end", { contact: contact.id });
      else void run("cancel_consult", { contact: contact.id });
    },
  };
}
