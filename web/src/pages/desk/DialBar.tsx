import { useQuery } from "@tanstack/react-query";
import { http } from "../../api/http";
import { core } from "../../i18n/core";
import { desk as area } from "../../i18n/desk";
import { useWords } from "../../i18n/messages";
import { worded } from "../../i18n/problems";
import { softphone } from "../../i18n/softphone";
import type { ContactView } from "../../live/types";
import { reachable } from "../../softphone/state";
import { usePhoneState } from "../../softphone/useSoftphone";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { useDesk } from "./context";

/**
 * A call-back that I have taken. With a telephone the centre dials and knows what came of it; without one I dial, and say
 * it. Nothing else can be done before that is known.
 */
export function DialBar({ contact }: { contact: ContactView }) {
  const t = useWords(area);
  const w = useWords(core);
  const p = useWords(softphone);
  const { run, usable, phone } = useDesk();
  const state = usePhoneState(phone);
  const automatic = contact.channel === "voice" && reachable(state);
  // Each look is in the audit log: the number is asked for once per attempt, where I dial it myself, and not kept.
  const number = useQuery({
    queryKey: ["callback-number", contact.id, contact.talk_since],
    queryFn: () =>
      http.post<{ value: string; e164: string }>(
        `/api/${contact.channel === "voice" ? "calls" : "callbacks"}/${encodeURIComponent(contact.id)}/number`,
      ),
    enabled: !automatic,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    retry: 2,
  });
  const name = contact.customer_name ?? contact.caller ?? w("anonymous");
  const result = (reached: boolean) => void run("callback_result", { contact: contact.id, reached });
  return (
    <div className="jt-banner desk-dial" role="status">
      <Icon name="phone" />
      <span className="jt-grow">
        <b className="jt-strong">{automatic ? `${p("autoDial")} ${name}` : t("dial", { name })}</b>{" "}
        {automatic ? (
          <span className="jt-num">{contact.caller}</span>
        ) : number.data ? (
          <a className="jt-num desk-dialnumber" href={`tel:${number.data.e164}`}>
            {number.data.value}
          </a>
        ) : (
          <span className="jt-note">{number.isError ? worded(number.error) : w("loading")}</span>
        )}
        {contact.attempts > 0 ? (
          <span className="jt-note"> {t("dialAttempt", { n: contact.attempts + 1 })}</span>
        ) : null}
      </span>
      {automatic ? (
        <span className="jt-note">{p("autoDialText")}</span>
      ) : (
        <>
          <Button kind="main" disabled={!usable} onClick={() => result(true)}>
            {t("dialReached")}
          </Button>
          <Button disabled={!usable} onClick={() => result(false)}>
            {t("dialNotReached")}
          </Button>
        </>
      )}
    </div>
  );
}
