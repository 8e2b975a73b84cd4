import type { RefObject } from "react";
import { core } from "../../i18n/core";
import { desk as area } from "../../i18n/desk";
import { useWords } from "../../i18n/messages";
import { softphone } from "../../i18n/softphone";
import type { ContactView } from "../../live/types";
import { useFeed } from "../../live/useLive";
import { Button } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import { useTaking } from "./accept";
import { CallSheet } from "./CallSheet";
import { Composer } from "./Composer";
import { ConsultBar } from "./ConsultBar";
import { ContactHead } from "./ContactHead";
import { dialling, isOffer, useContact, useDesk, useMe } from "./context";
import { DialBar } from "./DialBar";
import { Log } from "./Log";
import { OutsideBar } from "./OutsideBar";
import { WrapUp } from "./WrapUp";

/** The conversation in hand: head, lines, and below them the reply or the wrap-up. */
export function Centre({ id, insertion }: { id: string | null; insertion: RefObject<(text: string) => void> }) {
  const contact = useContact(id);
  const { agentId } = useDesk();
  if (!contact) return <NothingOpen />;
  const mine = contact.agent === agentId;
  const offer = isOffer(contact, agentId);
  const spoken = contact.channel === "voice" || contact.channel === "voicemail";
  return (
    <>
      <ContactHead contact={contact} />
      {offer ? null : <ConsultBar contact={contact} />}
      {offer ? null : <OutsideBar contact={contact} />}
      {mine && dialling(contact) ? <DialBar contact={contact} /> : null}
      {offer ? <Offered contact={contact} /> : spoken ? <CallSheet contact={contact} /> : <Log contact={contact} />}
      {contact.place === "wrapup" && mine ? <WrapUp contact={contact} /> : null}
      {!offer && (contact.place === "talk" || contact.place === "hold") && !spoken ? (
        <Composer contact={contact} insertion={insertion} />
      ) : null}
    </>
  );
}

/** An offer that was clicked in the list: nothing to read before it is taken. */
function Offered({ contact }: { contact: ContactView }) {
  const t = useWords(area);
  const p = useWords(softphone);
  const take = useTaking();
  return (
    <div className="desk-nothing">
      <Empty
        kind="none"
        icon="offered"
        action={
          <Button kind="main" disabled={!take.can(contact)} onClick={() => take.accept(contact)}>
            {take.how(contact) === "table" ? p("atPhone") : t("accept")}
          </Button>
        }
      >
        {contact.place === "offer" ? t("offerNote") : t("consultOfferNote")}
      </Empty>
    </div>
  );
}

/** No contact in hand: what to expect, and the one thing to do about it. */
function NothingOpen() {
  const t = useWords(area);
  const w = useWords(core);
  const me = useMe();
  const { live, run, usable } = useDesk();
  const feed = useFeed(live);
  if (!me) {
    return (
      <div className="desk-nothing" role="status">
        <Empty kind={feed.phase === "connecting" ? "none" : "lost"}>{t("connecting")}</Empty>
      </div>
    );
  }
  const ready = (
    <Button kind="main" disabled={!usable} onClick={() => void run("set_status", { status: "ready" })}>
      {t("goReady")}
    </Button>
  );
  if (me.state === "missed") {
    return (
      <div className="desk-nothing">
        <Empty kind="none" icon="missed">
          {t("missedText")}
        </Empty>
      </div>
    );
  }
  const text =
    me.status === "ready"
      ? t("emptyReady")
      : me.status === "standby"
        ? t("emptyStandby")
        : me.status === "offline"
          ? t("emptyOff")
          : t("emptyBreak", { status: w(`status.${me.status}`) });
  return (
    <div className="desk-nothing">
      <Empty
        kind="none"
        icon={me.status === "ready" ? "offered" : "info"}
        action={me.status === "ready" || me.status === "standby" ? undefined : ready}
      >
        {text}
      </Empty>
    </div>
  );
}
