import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { http, type Page } from "../../api/http";
import { isProblem } from "../../api/problem";
import type { Message } from "../../live/types";
import { isOffer, useContact, useDesk } from "./context";

/** The messages of a contact so far, over HTTP; everything after comes over the socket. */
export function useHistory(id: string) {
  const { agentId } = useDesk();
  const contact = useContact(id);
  return useQuery({
    queryKey: ["desk-messages", id],
    queryFn: ({ signal }) => whole(`/api/contacts/${encodeURIComponent(id)}/messages`, signal),
    enabled:
      contact !== undefined &&
      !isOffer(contact, agentId) &&
      contact.channel !== "voice" &&
      contact.channel !== "voicemail",
    // The record follows the ledger by a moment: just after accepting it may not name me yet.
    retry: (failures, error) => failures < 5 && isProblem(error) && [0, 403, 404, 503].includes(error.status),
    retryDelay: (failures) => 200 * 2 ** failures,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** Keeps one contact's conversation loaded, whether it is on screen or not: unread counts need it. */
export function HistoryLoader({ id }: { id: string }) {
  const { conversations } = useDesk();
  const { data } = useHistory(id);
  useEffect(() => {
    if (data) conversations.load(id, data);
  }, [data, conversations, id]);
  return null;
}

async function whole(path: string, signal: AbortSignal): Promise<Message[]> {
  const messages: Message[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<Message> = await http.get<Page<Message>>(path, { query: { cursor }, signal });
    messages.push(...page.items);
    cursor = page.next;
  } while (cursor !== null && messages.length < 5000);
  return messages;
}
