import { core } from "../../i18n/core";
import { desk as area } from "../../i18n/desk";
import { useWords } from "../../i18n/messages";
import { softphone } from "../../i18n/softphone";
import type { ContactView } from "../../live/types";
import { useRow } from "../../live/useLive";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { helping, useDesk } from "./context";

/** While a colleague helps, or I help a colleague: who, and the two ways out of it. */
export function ConsultBar({ contact }: { contact: ContactView }) {
  const t = useWords(area);
  const w = useWords(core);
  const p = useWords(softphone);
  const { live, run, usable, agentId } = useDesk();
  const other = useRow(live, "agents", contact.consult?.other);
  if (!contact.consult) return null;
  const helper = helping(contact, agentId);
  const name = other?.name ?? "";
  const customer = contact.customer_name ?? contact.caller ?? w("anonymous");
  const text = helper
    ? t("consultHelping", { name: customer })
    : contact.consult.joined
      ? t("consultJoined", { name })
      : t("consultWaiting", { name });
  return (
    <div className="jt-banner desk-consult" role="status">
      <Icon name="consult" />
      <span className="jt-grow jt-clip">{text}</span>
      {contact.channel === "voice" && contact.consult.joined && !helper ? (
        contact.consult.merged ? (
          <span className="jt-tag">{p("threeWay")}</span>
        ) : (
          <Button size="small" disabled={!usable} onClick={() => void run("merge_consult", { contact: contact.id })}>
            {p("mergeNow")}
          </Button>
        )
      ) : null}
      {contact.consult.joined ? (
        <Button size="small" disabled={!usable} onClick={() => void run("complete_consult", { contact: contact.id })}>
          {helper ? t("consultTake") : t("consultGive", { name })}
        </Button>
      ) : null}
      <Button
        size="small"
        kind="quiet"
        disabled={!usable}
        onClick={() => void run("cancel_consult", { contact: contact.id })}
      >
        {t("consultCancel")}
      </Button>
    </div>
  );
}
