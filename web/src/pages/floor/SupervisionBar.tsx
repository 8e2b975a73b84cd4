import { core } from "../../i18n/core";
import { floor } from "../../i18n/floor";
import { useWords } from "../../i18n/messages";
import { softphone } from "../../i18n/softphone";
import type { LiveConnection } from "../../live/connection";
import type { FloorState, Supervising } from "../../live/types";
import { useRow } from "../../live/useLive";
import { Button } from "../../ui/Button";
import { Since } from "../../ui/figures";
import { Icon, type IconName } from "../../ui/Icon";
import type { Supervision } from "./supervise";

export const MODE_ICON: Record<Supervising, IconName> = { listen: "headset", whisper: "whisper", barge: "barge" };

/** While one listens in: to whom, how, for how long; the other ways; and the way out. Never to be overlooked. */
export function SupervisionBar({
  live,
  supervision,
}: {
  live: LiveConnection<FloorState>;
  supervision: Supervision;
}) {
  const t = useWords(floor);
  const w = useWords(core);
  const p = useWords(softphone);
  const contact = useRow(live, "contacts", supervision.contact);
  const agent = useRow(live, "agents", contact?.agent);
  const { mode, since, phone } = supervision;
  if (!contact || mode === null) return null;
  const name = contact.customer_name ?? contact.caller ?? w("anonymous");
  return (
    <section className="jt-banner fl-supervision" aria-label={t("supervision")}>
      <Icon name={MODE_ICON[mode]} />
      <span className="jt-grow jt-clip">
        <b className="jt-strong" role="status">
          {t(`supervising.${mode}`, { agent: agent?.name ?? "", customer: name })}
        </b>{" "}
        {since === null ? null : <Since since={since} />}
        {phone.kind === "softphone" && phone.microphone !== "fine" && phone.microphone !== "unknown" ? (
          <span className="jt-over"> {p(`micHelp.${phone.microphone}`)}</span>
        ) : null}
      </span>
      <span className="fl-modes" role="group" aria-label={t("supervision")}>
        {supervision.modes.map((one) => (
          <Button
            key={one}
            size="small"
            icon={MODE_ICON[one]}
            aria-pressed={one === mode}
            disabled={one === mode}
            onClick={() => supervision.begin(contact.id, one)}
          >
            {t(one)}
          </Button>
        ))}
      </span>
      <Button kind="danger" size="small" icon="hangup" onClick={supervision.end}>
        {t("stopListening")}
      </Button>
    </section>
  );
}
