import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { core } from "../../i18n/core";
import { desk as area } from "../../i18n/desk";
import { useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { shell } from "../../i18n/shell";
import type { ContactView } from "../../live/types";
import { sameList, useExtra, useSelect } from "../../live/useLive";
import { useNotice } from "../../ui/notices";
import { startRinging, stopRinging, systemNotification, tick } from "../../ui/ring";
import { isOffer, useDesk } from "./context";
import { publishArticle } from "./news";
import { useSound } from "./sound";

/** Lines, typing and notices as they come; the ring while something is offered. */
export function useDeskExtras(): void {
  const t = useWords(area);
  const w = useWords(core);
  const s = useWords(shell);
  const lang = useLanguage();
  const { live, conversations, open, agentId } = useDesk();
  const notice = useNotice();
  const queries = useQueryClient();
  const { sound } = useSound();

  useExtra(live, (extra) => {
    if (extra.t === "message") {
      const { message } = extra;
      conversations.receive(message);
      if (message.author !== "customer") return;
      const watched = open === message.contact && !document.hidden;
      if (watched) return;
      if (sound) tick();
      const name = live.store.get("contacts", message.contact)?.customer_name ?? w("anonymous");
      systemNotification(name, message.text || t("file"), `message-${message.contact}`);
    } else if (extra.t === "typing") {
      if (extra.who === "customer") conversations.customerTypes(extra.contact, Date.now() + 6000);
    } else if (extra.code === "article_published") {
      publishArticle(extra.params, lang);
      void queries.invalidateQueries({ queryKey: ["articles"] });
    } else if (extra.code === "database_gone") notice.warn(s("databaseGone"));
    else if (extra.code === "database_back") notice.done(t("databaseBack"));
    else if (extra.code === "signed_in_elsewhere") notice.warn(t("signedElsewhere"));
  });

  const offered = useSelect(live, (state) => offers(state.contacts, agentId), sameList) ?? NONE;
  const shown = useRef(new Map<string, () => void>());
  useEffect(() => {
    if (offered.length > 0 && sound) startRinging();
    else stopRinging();
    for (const id of offered) {
      if (shown.current.has(id)) continue;
      const contact = live.store.get("contacts", id);
      shown.current.set(
        id,
        systemNotification(t("offer"), contact?.customer_name ?? contact?.caller ?? w("anonymous"), `offer-${id}`),
      );
    }
    for (const [id, close] of shown.current) {
      if (offered.includes(id)) continue;
      close();
      shown.current.delete(id);
    }
  }, [offered, sound, live, t, w]);
  useEffect(() => stopRinging, []);
}

function offers(contacts: Record<string, ContactView>, agentId: string): string[] {
  return Object.values(contacts)
    .filter((one) => isOffer(one, agentId))
    .map((one) => one.id);
}

const NONE: readonly string[] = [];
