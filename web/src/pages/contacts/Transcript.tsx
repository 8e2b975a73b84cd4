import { useEffect, useRef } from "react";
import { contacts } from "../../i18n/contacts";
import { core } from "../../i18n/core";
import { count, duration } from "../../i18n/format";
import { useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { worded } from "../../i18n/problems";
import type { Message, Ms } from "../../live/types";
import { Empty } from "../../ui/Empty";
import { Icon } from "../../ui/Icon";
import { systemLine } from "../desk/lines";
import { type Contact, useMessages } from "./api";

/** What was said, in order, each line with its time since the arrival. `at`: brings that instant into sight. */
export function Transcript({ contact, at }: { contact: Contact; at: Ms | null }) {
  const t = useWords(contacts);
  const w = useWords(core);
  const query = useMessages(contact);
  const list = useRef<HTMLOListElement>(null);
  const items = query.data?.items ?? [];
  const shown = at === null ? null : (items.find((one) => one.at >= at)?.id ?? null);
  useEffect(() => {
    if (shown === null) return;
    const row = list.current?.querySelector(`[data-id="${CSS.escape(shown)}"]`);
    row?.scrollIntoView({ block: "nearest" });
  }, [shown]);
  const written = items.filter((one) => one.author !== "system").length;
  return (
    <section className="jt-contacts-words" aria-label={t("transcript")}>
      <h3 className="jt-contacts-h">
        {t("transcript")}
        <span className="jt-note">{t("transcriptNote", { n: count(written) })}</span>
      </h3>
      {query.isPending ? <p className="jt-note jt-contacts-wait">{w("loading")}</p> : null}
      {query.error ? <Empty kind="lost">{worded(query.error)}</Empty> : null}
      {query.isSuccess && items.length === 0 ? <Empty kind="none">{t("noWords")}</Empty> : null}
      <ol ref={list} tabIndex={0} aria-label={t("transcript")}>
        {items.map((one) => (
          <Said
            key={one.id}
            message={one}
            start={contact.arrived}
            name={contact.customer_name}
            on={one.id === shown}
          />
        ))}
      </ol>
    </section>
  );
}

function Said({ message, start, name, on }: { message: Message; start: Ms; name: string | null; on: boolean }) {
  const t = useWords(contacts);
  const w = useWords(core);
  const lang = useLanguage();
  const time = <time className="jt-num">{duration(message.at - start, lang)}</time>;
  if (message.author === "system") {
    return (
      <li data-id={message.id} data-who="system" data-on={on}>
        {time}
        <p>{systemLine(message, (ms) => duration(ms, lang), lang)}</p>
      </li>
    );
  }
  const customer = message.author === "customer";
  const file = message.attachment;
  return (
    <li data-id={message.id} data-who={customer ? "customer" : "us"} data-on={on}>
      {time}
      <div>
        <span className="who">{customer ? name || w("anonymous") : (message.agent_name ?? message.agent)}</span>
        {message.text ? <p dir="auto">{message.text}</p> : null}
        {file ? (
          <a href={file.url} target="_blank" rel="noreferrer">
            <Icon name="attach" size={14} /> {t("attachment", { name: file.name })}
          </a>
        ) : null}
      </div>
    </li>
  );
}
