import { core } from "../../i18n/core";
import { desk as area } from "../../i18n/desk";
import { inLanguage, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { softphone } from "../../i18n/softphone";
import type { ContactView } from "../../live/types";
import { useRow } from "../../live/useLive";
import { reachable } from "../../softphone/state";
import { usePhoneState } from "../../softphone/useSoftphone";
import { Button } from "../../ui/Button";
import { Since } from "../../ui/figures";
import { ChannelIcon, PlaceChip } from "../../ui/state";
import { useCall, useCallControls } from "./call";
import { dialling, useDesk } from "./context";
import { askToTransfer } from "./TransferDialog";

/** Who it is, how it stands, and what can be done with the whole contact. Ending one's own chat never asks. */
export function ContactHead({ contact }: { contact: ContactView }) {
  const t = useWords(area);
  const w = useWords(core);
  const lang = useLanguage();
  const p = useWords(softphone);
  const { live, run, usable, agentId, phone: line } = useDesk();
  const phone = usePhoneState(line);
  const call = useCall();
  const controls = useCallControls();
  const queue = useRow(live, "queues", contact.queue);
  const mine = contact.agent === agentId;
  const talking = (contact.place === "talk" || contact.place === "hold") && !dialling(contact);
  return (
    <header className="desk-talk">
      <ChannelIcon channel={contact.channel} named />
      <h2 className="desk-talkname jt-clip">{contact.customer_name ?? contact.caller ?? w("anonymous")}</h2>
      <span className="jt-note jt-clip">{inLanguage(queue?.name, lang)}</span>
      <PlaceChip place={contact.place} voice={contact.channel === "voice"}>
        <Since since={contact.place === "talk" ? (contact.talk_since ?? contact.since) : contact.since} />
      </PlaceChip>
      {contact.callback ? <span className="jt-tag">{t("callback")}</span> : null}
      {contact.simulated ? <span className="jt-tag">{w("simulated")}</span> : null}
      <span className="jt-fill" />
      {mine && talking && contact.channel !== "voice" ? (
        <>
          {contact.customer && phone.kind !== "none" ? (
            <Button
              kind="quiet"
              icon="phone"
              className="desk-convert"
              aria-label={contact.channel === "voicemail" ? p("callBack") : p("convert")}
              disabled={!usable || call !== undefined || !reachable(phone)}
              onClick={() => void controls.dial({ customer: contact.customer ?? "", queue: contact.queue })}
            >
              <span>{contact.channel === "voicemail" ? p("callBack") : p("convert")}</span>
            </Button>
          ) : null}
          {contact.place === "hold" ? (
            <Button icon="resume" disabled={!usable} onClick={() => void run("resume", { contact: contact.id })}>
              {t("resume")}
            </Button>
          ) : null}
          <Button
            kind="quiet"
            icon="consult"
            disabled={!usable || contact.consult !== null}
            onClick={() => askToTransfer(contact.id, "consult")}
          >
            {t("consult")}
          </Button>
          <Button
            kind="quiet"
            icon="transfer"
            disabled={!usable}
            onClick={() => askToTransfer(contact.id, "transfer")}
          >
            {t("transfer")}
          </Button>
          <Button disabled={!usable} onClick={() => void run("end", { contact: contact.id })}>
            {contact.channel === "chat" ? t("end") : t("endMessage")}
          </Button>
        </>
      ) : null}
    </header>
  );
}
