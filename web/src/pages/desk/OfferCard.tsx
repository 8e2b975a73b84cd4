import { useCallback, useEffect, useRef } from "react";
import { core } from "../../i18n/core";
import { desk as area } from "../../i18n/desk";
import { inLanguage, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { softphone as phoneArea } from "../../i18n/softphone";
import { useTimed } from "../../live/clock";
import type { ContactView, Ms } from "../../live/types";
import { useRow, useSelect } from "../../live/useLive";
import type { PhoneState } from "../../softphone/state";
import { Button } from "../../ui/Button";
import { Since } from "../../ui/figures";
import { Icon } from "../../ui/Icon";
import { ChannelIcon } from "../../ui/state";
import { type Taking, useTaking } from "./accept";
import { isOffer, offerEnds, useContact, useDesk } from "./context";
import { Shrinking } from "./Header";
import { PopFacts } from "./side/PopFacts";

/** What is offered now, over the knowledge column: who, for what, how long they have waited, how long there is left. */
export function OfferCard() {
  const { live, agentId } = useDesk();
  const id = useSelect(live, (state) => firstOffer(Object.values(state.contacts), agentId));
  const contact = useContact(id);
  return contact && isOffer(contact, agentId) ? <Card key={contact.id} contact={contact} /> : null;
}

function Card({ contact }: { contact: ContactView }) {
  const t = useWords(area);
  const w = useWords(core);
  const lang = useLanguage();
  const p = useWords(phoneArea);
  const { live, usable } = useDesk();
  const take = useTaking();
  const how = take.how(contact);
  const queue = useRow(live, "queues", contact.queue);
  const accept = useRef<HTMLButtonElement>(null);
  const expires = offerEnds(contact);
  const length = contact.offer_ms;
  const asker = useRow(live, "agents", contact.place === "offer" ? null : contact.agent);
  const title =
    contact.place !== "offer"
      ? t("consultAsks", { name: asker?.name ?? "" })
      : contact.callback
        ? t("offerCallback")
        : contact.channel === "voice"
          ? t("offerCall")
          : t("offer");
  const seconds = useTimed(
    useCallback((now: Ms) => (expires === null ? 0 : Math.max(0, Math.ceil((expires - now) / 1000))), [expires]),
  );
  // Whoever is not writing gets the button under their fingers; a reply in progress is not disturbed.
  useEffect(() => {
    if (document.activeElement === document.body) accept.current?.focus();
  }, []);
  const name = contact.customer_name ?? contact.caller ?? w("anonymous");
  return (
    <section className="desk-offer" role="alertdialog" aria-label={`${title}: ${name}`} data-state="offered">
      <div className="desk-offer-head">
        <Icon name="offered" />
        <span className="jt-clip">{title}</span>
        <span className="jt-fill" />
        {expires === null ? null : <span className="jt-num">{t("secondsLeft", { n: seconds })}</span>}
      </div>
      {expires === null ? null : <Shrinking from={expires - (length ?? 20_000)} until={expires} tone="offered" />}
      <div className="desk-offer-body">
        <div className="desk-offer-who">
          <div className="jt-clip">
            <div className="desk-offer-name jt-clip">{name}</div>
            <div className="jt-note">
              {contact.caller && contact.caller !== name ? (
                <span className="jt-num">{contact.caller}</span>
              ) : (
                w(`channel.${contact.channel}`)
              )}{" "}
              · {inLanguage(queue?.name, lang)}
            </div>
          </div>
          <span className="jt-fill" />
          <div className="desk-offer-wait">
            <b>
              <Since since={contact.waiting_since ?? (contact.place === "offer" ? contact.arrived : contact.since)} />
            </b>
            <span className="jt-note">{contact.place === "offer" ? t("waited") : w("place.talk")}</span>
          </div>
        </div>
        <div className="desk-facts">
          {contact.callback ? (
            <>
              <Icon name="phone" />
              <span>
                {contact.attempts > 0 ? t("callbackAgain", { n: contact.attempts + 1 }) : t("callbackWanted")}
              </span>
            </>
          ) : null}
          {contact.last_message?.text ? (
            <>
              <ChannelIcon channel={contact.channel} />
              <span className="desk-offer-text" dir="auto">
                {contact.last_message.text}
              </span>
            </>
          ) : null}
          {contact.customer ? <PopFacts customer={contact.customer} contact={contact.id} /> : null}
        </div>
        <div className="desk-offer-go">
          <Button
            ref={accept}
            kind="main"
            size="large"
            icon={contact.channel === "voice" || contact.callback ? "phone" : "check"}
            disabled={!take.can(contact)}
            onClick={() => take.accept(contact)}
          >
            {how === "table" ? p("atPhone") : t("accept")} {how === "table" ? null : <kbd>Alt A</kbd>}
          </Button>
          <Button size="large" disabled={!usable} onClick={() => take.decline(contact)}>
            {t("decline")}
          </Button>
        </div>
        {how === "command" ? null : <Telephone how={how} phone={take.phone} />}
        {contact.place === "offer" && (how === "command" || take.phone.standing === "ready") ? (
          <p className="jt-note">{contact.callback ? t("offerCallbackNote") : t("offerNote")}</p>
        ) : null}
      </div>
    </section>
  );
}

/** Where it rings, if not plainly here. */
function Telephone({ how, phone }: { how: Taking; phone: PhoneState }) {
  const p = useWords(phoneArea);
  if (how === "table") return <p className="jt-strong">{p(phone.kind === "number" ? "numberRings" : "deskRings")}</p>;
  if (phone.microphone !== "fine" && phone.microphone !== "unknown")
    return (
      <p className="jt-over" role="alert">
        {p("cannotAnswer")} {p(`micHelp.${phone.microphone}`)}
      </p>
    );
  if (phone.standing === "elsewhere") return <p className="jt-note">{p("elsewhereRings")}</p>;
  if (phone.standing !== "ready")
    return (
      <p className="jt-over" role="alert">
        {p("notReachable")}
      </p>
    );
  if (phone.call?.phase === "answering") return <p className="jt-note">{p("answering")}</p>;
  return phone.wanted ? <p className="jt-note">{p("coming")}</p> : null;
}

function firstOffer(contacts: ContactView[], agentId: string): string | null {
  const offers = contacts.filter((one) => isOffer(one, agentId));
  offers.sort((a, b) => (offerEnds(a) ?? 0) - (offerEnds(b) ?? 0));
  return offers[0]?.id ?? null;
}
