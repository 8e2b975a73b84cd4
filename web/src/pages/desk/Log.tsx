import { useCallback, useEffect, useLayoutEffect, useRef } from "react";
import { core } from "../../i18n/core";
import { desk as area } from "../../i18n/desk";
import { bytes, duration, localDay } from "../../i18n/format";
import { useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { worded, wordedCode } from "../../i18n/problems";
import { useTimed } from "../../live/clock";
import type { ContactView, Message } from "../../live/types";
import { Button } from "../../ui/Button";
import { Time } from "../../ui/figures";
import { Icon } from "../../ui/Icon";
import { useConversation, useDesk } from "./context";
import type { Unsent } from "./conversations";
import { useHistory } from "./history";
import { systemLine } from "./lines";

/** The lines of a conversation, oldest first; stays at the end unless the reader has scrolled up. */
export function Log({ contact }: { contact: ContactView }) {
  const t = useWords(area);
  const w = useWords(core);
  const { conversations, agentId } = useDesk();
  const { messages, unsent, loaded, typingUntil } = useConversation(contact.id);
  const history = useHistory(contact.id);
  const box = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const typing = useTimed(useCallback(() => Date.now() < typingUntil, [typingUntil]));
  const count = messages.length + unsent.length;

  useLayoutEffect(() => {
    const log = box.current;
    if (log && count >= 0 && atEnd.current) log.scrollTop = log.scrollHeight;
  }, [count]);
  // Pictures arrive after their line and the reply grows: stay at the end then too.
  useEffect(() => {
    const log = box.current;
    const lines = log?.firstElementChild;
    if (!log || !lines) return;
    const watch = new ResizeObserver(() => {
      if (atEnd.current) log.scrollTop = log.scrollHeight;
    });
    watch.observe(lines);
    watch.observe(log);
    return () => watch.disconnect();
  }, []);
  // What is on screen has been read; a hidden tab shows nothing.
  useEffect(() => {
    const read = () => {
      if (!document.hidden && count >= 0) conversations.read(contact.id);
    };
    read();
    document.addEventListener("visibilitychange", read);
    return () => document.removeEventListener("visibilitychange", read);
  }, [conversations, contact.id, count]);

  const days = new Set<string>();
  return (
    <div
      className="desk-log"
      ref={box}
      role="log"
      aria-label={t("conversation")}
      tabIndex={0}
      onScroll={(event) => {
        const log = event.currentTarget;
        atEnd.current = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
      }}
    >
      <div className="desk-lines">
        {history.isError && !loaded ? (
          <p className="desk-sys" role="alert">
            <span>{t("messagesFailed", { why: worded(history.error) })}</span>
            <button type="button" className="jt-link" onClick={() => void history.refetch()}>
              {w("retry")}
            </button>
          </p>
        ) : null}
        {history.isLoading && !loaded ? <p className="desk-sys">{t("loadingMessages")}</p> : null}
        {loaded && count === 0 ? <p className="desk-sys">{t("noMessages")}</p> : null}
        {messages.map((message) => {
          const day = localDay(message.at);
          const first = !days.has(day);
          days.add(day);
          return (
            <Line
              key={message.id}
              message={message}
              mine={message.agent === agentId}
              dayBefore={first && days.size > 1}
            />
          );
        })}
        {unsent.map((one) => (
          <UnsentLine key={one.key} one={one} />
        ))}
        {typing ? (
          <p className="desk-typing">
            {t("typing", { name: contact.customer_name ?? contact.caller ?? w("anonymous") })}
          </p>
        ) : null}
      </div>
    </div>
  );
}

function Line({ message, mine, dayBefore }: { message: Message; mine: boolean; dayBefore: boolean }) {
  const t = useWords(area);
  const lang = useLanguage();
  const day = dayBefore ? (
    <p className="desk-sys">
      <Time at={message.at} style="date" />
    </p>
  ) : null;
  if (message.author === "system" && message.code) {
    return (
      <>
        {day}
        <p className="desk-sys">
          <Time at={message.at} />
          <span>{systemLine(message, (ms) => duration(ms, lang), lang)}</span>
        </p>
      </>
    );
  }
  const us = message.author !== "customer";
  const author =
    message.author === "supervisor"
      ? t("supervisor")
      : message.author === "system"
        ? t("bot")
        : mine
          ? null
          : message.agent_name;
  return (
    <>
      {day}
      <div className="desk-m" data-us={us} data-bot={message.author === "system"}>
        <div className="desk-bubble">
          {message.text ? <p dir="auto">{message.text}</p> : null}
          {message.attachment ? <Attachment of={message.attachment} /> : null}
        </div>
        <span className="desk-mt">
          {us && author ? `${author} ` : null}
          {us && mine ? <span className="jt-hidden">{t("me")} </span> : null}
          <Time at={message.at} />
        </span>
      </div>
    </>
  );
}

function Attachment({ of }: { of: NonNullable<Message["attachment"]> }) {
  const t = useWords(area);
  if (of.type.startsWith("image/")) {
    return (
      <a href={of.url} target="_blank" rel="noreferrer" className="desk-image">
        <img src={of.url} alt={`${t("image")}: ${of.name}`} loading="lazy" />
      </a>
    );
  }
  return (
    <a href={of.url} download={of.name} className="desk-file">
      <Icon name="doc" />
      <span className="jt-clip">{of.name}</span>
      <span className="jt-note">{bytes(of.size)}</span>
      <Icon name="download" />
    </a>
  );
}

function UnsentLine({ one }: { one: Unsent }) {
  const t = useWords(area);
  const lang = useLanguage();
  const { conversations, usable, insert } = useDesk();
  const why = one.refused ? (wordedCode(one.refused.code, {}, lang) ?? one.refused.detail) : null;
  return (
    <div className="desk-m" data-us="true" data-unsent="true">
      <div className="desk-bubble">
        {one.text ? <p dir="auto">{one.text}</p> : null}
        {one.attachment ? <Attachment of={one.attachment} /> : null}
      </div>
      {why === null ? (
        <span className="desk-mt">{usable ? t("sending") : t("waitingNetwork")}</span>
      ) : (
        <span className="desk-refused" role="alert">
          <Icon name="missed" size={14} />
          {t("notSent", { why })}
          <Button size="small" disabled={!usable} onClick={() => conversations.deliverAll(one.contact)}>
            {t("sendAgain")}
          </Button>
          <Button size="small" kind="quiet" onClick={() => insert(conversations.discard(one.contact, one.key))}>
            {t("takeBack")}
          </Button>
        </span>
      )}
    </div>
  );
}
