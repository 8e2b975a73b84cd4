import { contacts } from "../../i18n/contacts";
import { core } from "../../i18n/core";
import { count, duration, instant } from "../../i18n/format";
import { useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { worded } from "../../i18n/problems";
import { IconButton } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import { Icon } from "../../ui/Icon";
import { type Contact, type LedgerLine, useEvents } from "./api";
import { type NameOf, useNames } from "./names";

/** The facts that everything else is made of, as the ledger has them. */
export function LedgerEvents({ contact, close }: { contact: Contact; close: () => void }) {
  const t = useWords(contacts);
  const w = useWords(core);
  const lang = useLanguage();
  const names = useNames();
  const query = useEvents(contact);
  const items = query.data?.items ?? [];
  return (
    <section className="jt-contacts-events" aria-label={t("events")}>
      <h3 className="jt-contacts-h">
        <Icon name="ledger" />
        {t("events")}
        <span className="jt-note">{t("eventsNote", { n: count(items.length) })}</span>
        <span className="jt-fill" />
        <IconButton icon="close" label={w("close")} onClick={close} />
      </h3>
      {query.isPending ? <p className="jt-note jt-contacts-wait">{w("loading")}</p> : null}
      {query.error ? <Empty kind="lost">{worded(query.error)}</Empty> : null}
      {query.isSuccess && items.length === 0 ? <Empty kind="none">{t("noEvents")}</Empty> : null}
      <ol tabIndex={0} aria-label={t("events")}>
        {items.map((one) => (
          <li key={one.seq} title={`#${one.seq}`}>
            <time className="jt-num" dateTime={new Date(one.at).toISOString()}>
              {instant(one.at, "second", lang)}
              <span>.{String(one.at % 1000).padStart(3, "0")}</span>
            </time>
            <code>{one.type}</code>
            <span className="jt-clip">{told(one, names, (ms) => duration(ms, lang))}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** What an event says beyond its name: people and queues by name, lengths as lengths. */
function told(line: LedgerLine, names: NameOf, length: (ms: number) => string): string {
  const { data } = line;
  const text = (key: string) => (typeof data[key] === "string" ? (data[key] as string) : null);
  const out: string[] = [];
  for (const key of ["agent", "other", "to_agent", "prefer"]) {
    const agent = text(key);
    if (agent) out.push(names.agent(agent));
  }
  for (const key of ["queue", "to_queue", "target"]) {
    const queue = text(key);
    if (queue) out.push(names.queue(queue));
  }
  for (const key of ["entry", "cause", "why", "outcome", "by", "author"]) {
    const word = text(key);
    if (word) out.push(word);
  }
  const reason = text("reason");
  if (reason) out.push(names.reason(reason));
  if (typeof data.waited_ms === "number") out.push(length(data.waited_ms));
  if (typeof data.expires === "number") out.push(length(data.expires - line.at));
  if (typeof data.until === "number") out.push(length(data.until - line.at));
  for (const key of ["n", "score", "attempt", "ring", "priority"]) {
    if (typeof data[key] === "number") out.push(`${key} ${data[key]}`);
  }
  return out.join(", ");
}
