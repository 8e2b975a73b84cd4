import { useCallback, useState } from "react";
import { core } from "../../i18n/core";
import { desk as area } from "../../i18n/desk";
import { duration } from "../../i18n/format";
import { inLanguage, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { useTimed } from "../../live/clock";
import type { ContactView, Ms, QueueView } from "../../live/types";
import { useIds, useRow } from "../../live/useLive";
import { IconButton } from "../../ui/Button";
import { Figure, Since } from "../../ui/figures";
import { Icon } from "../../ui/Icon";
import { useNotice } from "../../ui/notices";
import { askForNotifications } from "../../ui/ring";
import { ChannelIcon, PLACE_LOOK } from "../../ui/state";
import { dialling, helping, isOffer, offerEnds, useContact, useConversation, useDesk } from "./context";
import { useSound } from "./sound";

/** Left: the contacts in hand with how each stands, and the queues I serve. */
export function Rail({ ids }: { ids: readonly string[] }) {
  const t = useWords(area);
  return (
    <nav className="desk-rail" aria-label={t("contacts")}>
      <div className="desk-h">
        <h2>{t("contacts")}</h2>
        <span className="jt-note">{ids.length}</span>
        <span className="jt-fill" />
        <Attention />
      </div>
      {ids.length === 0 ? <p className="desk-railnote">{t("noContacts")}</p> : null}
      <ul className="desk-contacts">
        {ids.map((id) => (
          <ContactRow key={id} id={id} />
        ))}
      </ul>
      <Queues />
    </nav>
  );
}

/** Sound, and system notifications while the browser has not been asked yet. */
function Attention() {
  const t = useWords(area);
  const notice = useNotice();
  const { sound, setSound } = useSound();
  const [permission, setPermission] = useState(() =>
    typeof Notification === "undefined" ? "denied" : Notification.permission,
  );
  const ask = async () => {
    const answer = await askForNotifications();
    setPermission(answer);
    if (answer === "granted") notice.done(t("notifyOnDone"));
    else notice.warn(t("notifyBlocked"));
  };
  return (
    <>
      {permission === "default" ? (
        <IconButton icon="offered" label={t("notifyOn")} onClick={() => void ask()} />
      ) : null}
      <IconButton
        icon={sound ? "sound" : "soundoff"}
        label={sound ? t("soundOff") : t("soundOn")}
        aria-pressed={sound}
        onClick={() => setSound(!sound)}
      />
    </>
  );
}

function ContactRow({ id }: { id: string }) {
  const t = useWords(area);
  const w = useWords(core);
  const lang = useLanguage();
  const { live, open, select, agentId } = useDesk();
  const contact = useContact(id);
  const { unread, messages } = useConversation(id);
  const queue = useRow(live, "queues", contact?.queue);
  if (!contact) return null;
  const look = PLACE_LOOK[isOffer(contact, agentId) ? "offer" : contact.place];
  const on = open === id;
  const last = messages.at(-1);
  const preview = (last && !last.code ? last.text : "") || contact.last_message?.text || "";
  return (
    <li>
      <button
        type="button"
        className="jt-bare desk-contact"
        data-state={look.tone}
        data-on={on}
        aria-current={on ? "true" : undefined}
        onClick={() => select(id)}
      >
        <span className="jt-line" data-line={look.line} aria-hidden="true" />
        <ChannelIcon channel={contact.channel} named />
        <span className="desk-name jt-clip">
          {contact.customer_name ?? contact.caller ?? w("anonymous")}
          {unread > 0 && !on ? (
            <span className="desk-unread">
              {unread > 99 ? "99+" : unread}
              <span className="jt-hidden">{t("unread", { n: unread })}</span>
            </span>
          ) : null}
        </span>
        <span className="desk-time">
          <Since
            since={
              contact.place === "offer"
                ? (contact.waiting_since ?? contact.arrived)
                : (contact.talk_since ?? contact.since)
            }
          />
        </span>
        <span className="desk-sub">
          <Icon name={contact.consult?.joined && helping(contact, agentId) ? "consult" : look.icon} size={14} />
          <span className="desk-how jt-clip">
            <Standing contact={contact} />
          </span>
          <span className="desk-q jt-clip">{inLanguage(queue?.name, lang)}</span>
        </span>
        <span className="desk-preview jt-clip" dir="auto">
          {contact.simulated ? `${w("simulated")} · ` : ""}
          {preview || "\u00a0"}
        </span>
      </button>
    </li>
  );
}

/** How the contact stands, with the one time that matters now. */
function Standing({ contact }: { contact: ContactView }) {
  const t = useWords(area);
  const w = useWords(core);
  const lang = useLanguage();
  const { agentId } = useDesk();
  const since = contact.place === "hold" ? contact.since : contact.customer_waiting_since;
  const waited = useTimed(
    useCallback((now: Ms) => (since === null ? "" : duration(now - since, lang)), [since, lang]),
  );
  const offer = isOffer(contact, agentId);
  const until = offer ? offerEnds(contact) : contact.wrapup_until;
  const left = useTimed(
    useCallback((now: Ms) => (until === null ? "" : duration(until - now + 999, lang)), [until, lang]),
  );
  if (offer) return until === null ? w("place.offer") : t("offeredLeft", { left });
  if (helping(contact, agentId))
    return t("consulting", { name: contact.customer_name ?? contact.caller ?? w("anonymous") });
  switch (contact.place) {
    case "hold":
      return t("onHold", { time: waited });
    case "wrapup":
      return contact.wrapup_until === null ? t("wrapping") : t("wrapLeft", { left });
    case "talk":
      if (dialling(contact)) return t("dialling");
      if (contact.channel === "voice") return w("talkByPhone");
      return contact.customer_waiting_since === null ? w("place.talk") : t("customerWaiting", { time: waited });
    default:
      return w(`place.${contact.place}`);
  }
}

function Queues() {
  const t = useWords(area);
  const { live } = useDesk();
  const ids = useIds(live, "queues");
  return (
    <section className="desk-queues" aria-label={t("queues")}>
      <div className="desk-h">
        <h2>{t("queues")}</h2>
        <span className="jt-fill" />
        <span className="jt-note desk-qn" aria-hidden="true">
          {t("waiting")}
        </span>
        <span className="jt-note desk-qn" aria-hidden="true">
          {t("longest")}
        </span>
      </div>
      {ids.length === 0 ? <p className="desk-railnote">{t("noQueues")}</p> : null}
      <ul>
        {ids.map((id) => (
          <QueueRow key={id} id={id} />
        ))}
      </ul>
    </section>
  );
}

function QueueRow({ id }: { id: string }) {
  const t = useWords(area);
  const lang = useLanguage();
  const { live } = useDesk();
  const queue = useRow(live, "queues", id);
  const over = useOver(queue);
  if (!queue) return null;
  return (
    <li className="desk-queue" data-over={over}>
      <span className="desk-qname">
        {inLanguage(queue.name, lang)}
        {queue.open ? null : <span className="jt-note"> {t("queueClosed")}</span>}
      </span>
      <span className="desk-qn">
        <span className="jt-hidden">{t("waiting")} </span>
        <Figure value={queue.waiting} />
      </span>
      <span className="desk-qn">
        <span className="jt-hidden">{t("longest")} </span>
        {queue.longest_since === null ? (
          <span className="jt-nodata">–</span>
        ) : (
          <Since since={queue.longest_since} limit={queue.alarm_wait_s * 1000} />
        )}
      </span>
      {over ? (
        <span className="desk-qover">{t("overLimit", { limit: duration(queue.alarm_wait_s * 1000, lang) })}</span>
      ) : null}
    </li>
  );
}

function useOver(queue: QueueView | undefined): boolean {
  const since = queue?.longest_since ?? null;
  const limit = (queue?.alarm_wait_s ?? 0) * 1000;
  return useTimed(useCallback((now: Ms) => since !== null && now - since > limit, [since, limit]));
}
