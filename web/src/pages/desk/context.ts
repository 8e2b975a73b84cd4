import { createContext, useCallback, useContext, useSyncExternalStore } from "react";
import type { LiveConnection } from "../../live/connection";
import type { ContactView, DeskState, Ms } from "../../live/types";
import { useRow } from "../../live/useLive";
import type { Softphone } from "../../softphone/softphone";
import type { Conversation, Conversations } from "./conversations";
import type { Drafts } from "./drafts";

/** What every part of the desk needs. */
export type Desk = {
  live: LiveConnection<DeskState>;
  conversations: Conversations;
  drafts: Drafts;
  agentId: string;
  /** The telephone of whoever sits here. */
  phone: Softphone;
  /** The contact in the centre. */
  open: string | null;
  select: (contact: string | null) => void;
  /** Whether commands can be given: the feed is up. */
  usable: boolean;
  /** Gives a command; a refusal is worded on screen and answered with false. */
  run: (type: string, more?: Record<string, unknown>) => Promise<boolean>;
  /** Puts text into the open contact's reply. */
  insert: (text: string) => void;
  focusReply: () => void;
  focusKnowledge: () => void;
  /** An article that something else on the desk asked to see. */
  shownArticle: string | null;
  showArticle: (article: string | null) => void;
};

export const DeskContext = createContext<Desk | null>(null);

export function useDesk(): Desk {
  const desk = useContext(DeskContext);
  if (!desk) throw new Error("useDesk stands outside the desk");
  return desk;
}

export function useMe() {
  const { live, agentId } = useDesk();
  return useRow(live, "me", agentId);
}

export function useContact(id: string | null) {
  return useRow(useDesk().live, "contacts", id);
}

export function useConversation(id: string): Conversation {
  const { conversations } = useDesk();
  const read = useCallback(() => conversations.of(id), [conversations, id]);
  return useSyncExternalStore(conversations.subscribe, read, read);
}

/** Voice first, so that an arriving call moves nothing; then what I have had longest; offers below it all. */
export function railOrder(contacts: Record<string, ContactView>, agentId: string): string[] {
  const rank = (one: ContactView) => (one.channel === "voice" ? 0 : isOffer(one, agentId) ? 2 : 1);
  const taken = (one: ContactView): Ms => one.talk_since ?? one.since;
  return Object.values(contacts)
    .sort((a, b) => rank(a) - rank(b) || taken(a) - taken(b) || a.id.localeCompare(b.id))
    .map((one) => one.id);
}

/** Waits for my yes or no: a customer's contact that is offered to me, or a colleague's question for help. */
export function isOffer(contact: ContactView, agentId: string): boolean {
  return (
    contact.place === "offer" ||
    (contact.consult !== null && !contact.consult.joined && contact.consult.other === agentId)
  );
}

/** When an offer runs out. */
export function offerEnds(contact: ContactView): Ms | null {
  return contact.place === "offer" ? contact.expires : (contact.consult?.expires ?? null);
}

/** A call-back that its agent has taken and not yet said the outcome of. */
export function dialling(contact: ContactView): boolean {
  return contact.callback && (contact.place === "talk" || contact.place === "hold");
}

/** Whether the person helps in a contact that is another's. */
export function helping(contact: ContactView, agentId: string): boolean {
  return contact.consult !== null && contact.agent !== agentId && contact.consult.other === agentId;
}
