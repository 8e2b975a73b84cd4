import { useQuery } from "@tanstack/react-query";
import { http } from "../../api/http";
import type { Schema } from "../../api/types";
import { core } from "../../i18n/core";
import { desk as area } from "../../i18n/desk";
import { useWords } from "../../i18n/messages";
import { worded } from "../../i18n/problems";
import type { ContactView } from "../../live/types";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { useDesk } from "./context";

/** A call-back that I have taken: whom to dial, and what came of it. Nothing else can be done before that is said. */
export function DialBar({ contact }: { contact: ContactView }) {
  const t = useWords(area);
  const w = useWords(core);
  const { run, usable } = useDesk();
  // Each look is in the audit log: the number is asked for once per attempt and not kept.
  const number = useQuery({
    queryKey: ["callback-number", contact.id, contact.talk_since],
    queryFn: () => http.post<Schema<"Number">>(`/api/callbacks/${encodeURIComponent(contact.id)}/number`),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    retry: 2,
  });
  const name = contact.customer_name ?? w("anonymous");
  const result = (reached: boolean) => void run("callback_result", { contact: contact.id, reached });
  return (
    <div className="jt-banner desk-dial" role="status">
      <Icon name="phone" />
      <span className="jt-grow">
        <b className="jt-strong">{t("dial", { name })}</b>{" "}
        {number.data ? (
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
      <Button kind="main" disabled={!usable} onClick={() => result(true)}>
        {t("dialReached")}
      </Button>
      <Button disabled={!usable} onClick={() => result(false)}>
        {t("dialNotReached")}
      </Button>
    </div>
  );
}
