import { type ReactNode, useState } from "react";
import { Link } from "react-router";
import { isProblem } from "../../api/problem";
import { contacts } from "../../i18n/contacts";
import { core } from "../../i18n/core";
import { duration, instant, NO_DATA } from "../../i18n/format";
import { useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { worded } from "../../i18n/problems";
import type { Ms } from "../../live/types";
import { useMay } from "../../session/session";
import { Button, IconButton } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import { Length, Since } from "../../ui/figures";
import { MetricName } from "../../ui/metric";
import { useNotice } from "../../ui/notices";
import { ChannelIcon } from "../../ui/state";
import { type Contact, type OneContact, useContact, useTimeline } from "./api";
import { LedgerEvents } from "./LedgerEvents";
import { Notes } from "./Notes";
import { useNames } from "./names";
import { RecordingSection } from "./RecordingSection";
import { TimelineDrawing } from "./TimelineDrawing";
import { Transcript } from "./Transcript";

/** One contact: who and when, its figures, its way as a line, its words, notes and ledger events. */
export function OpenContact({
  id,
  earlier,
  later,
}: {
  id: string;
  earlier: (() => void) | null;
  later: (() => void) | null;
}) {
  const t = useWords(contacts);
  const w = useWords(core);
  const query = useContact(id);
  if (query.data) return <Shown key={id} one={query.data} earlier={earlier} later={later} />;
  if (query.error) {
    const missing = isProblem(query.error) && query.error.status === 404;
    return <Empty kind={missing ? "none" : "lost"}>{missing ? t("notFound") : worded(query.error)}</Empty>;
  }
  return (
    <p className="jt-note jt-contacts-wait" role="status">
      {w("loading")}
    </p>
  );
}

function Shown({
  one,
  earlier,
  later,
}: {
  one: OneContact;
  earlier: (() => void) | null;
  later: (() => void) | null;
}) {
  const { contact } = one;
  const seesLedger = useMay("ledger.view");
  const [ledger, setLedger] = useState(seesLedger);
  const [at, setAt] = useState<Ms | null>(null);
  const timeline = useTimeline(contact);
  return (
    <>
      <Head
        contact={contact}
        earlier={earlier}
        later={later}
        ledger={seesLedger && !ledger ? () => setLedger(true) : null}
      />
      <Facts contact={contact} />
      {timeline.error ? <Empty kind="lost">{worded(timeline.error)}</Empty> : null}
      {timeline.data ? (
        <TimelineDrawing
          contact={contact}
          segments={timeline.data.items}
          at={at}
          show={(piece) => setAt((now) => (now === piece.start ? null : piece.start))}
        />
      ) : null}
      <RecordingSection contact={contact} at={at} />
      <div className="jt-contacts-low" data-ledger={ledger}>
        <Transcript contact={contact} at={at} />
        <Notes one={one} />
        {ledger ? <LedgerEvents contact={contact} close={() => setLedger(false)} /> : null}
      </div>
    </>
  );
}

function Head({
  contact,
  earlier,
  later,
  ledger,
}: {
  contact: Contact;
  earlier: (() => void) | null;
  later: (() => void) | null;
  ledger: (() => void) | null;
}) {
  const t = useWords(contacts);
  const w = useWords(core);
  const lang = useLanguage();
  const notice = useNotice();
  const seesFiles = useMay("customers.view");
  const copy = () =>
    navigator.clipboard.writeText(window.location.href).then(() => notice.done(t("linkCopied")), notice.failed);
  return (
    <header className="jt-contacts-head">
      <ChannelIcon channel={contact.channel} named />
      <h2 dir="auto" className="jt-clip">
        {contact.customer_name || w("anonymous")}
      </h2>
      {contact.customer_number ? <span className="jt-note jt-num">{contact.customer_number}</span> : null}
      <span className="jt-tag jt-num" title={contact.id}>
        …{contact.id.slice(-6)}
      </span>
      <span className="jt-note jt-num">
        {instant(contact.arrived, "day", lang)}, {instant(contact.arrived, "second", lang)}–
        {contact.ended === null ? t("stillOpen") : instant(contact.ended, "second", lang)}
      </span>
      {contact.simulated ? <span className="jt-tag">{t("simulatedNote")}</span> : null}
      {contact.imported ? <span className="jt-tag">{t("importedNote")}</span> : null}
      <span className="jt-fill" />
      <IconButton icon="up" label={t("later")} disabled={!later} onClick={() => later?.()} />
      <IconButton icon="down" label={t("earlier")} disabled={!earlier} onClick={() => earlier?.()} />
      <Button kind="quiet" icon="link" onClick={() => void copy()}>
        {t("copyLink")}
      </Button>
      {ledger ? (
        <Button kind="quiet" icon="ledger" onClick={ledger}>
          {t("showEvents")}
        </Button>
      ) : null}
      {seesFiles && contact.customer ? (
        <Link className="jt-btn" to={`/customers/${encodeURIComponent(contact.customer)}`}>
          {t("customerFile")}
        </Link>
      ) : null}
    </header>
  );
}

/** The wait so far, or as it was. */
function Wait({ contact }: { contact: Contact }) {
  const waits = contact.ended === null && contact.agents.length === 0;
  return waits ? <Since since={contact.arrived} /> : <Length ms={contact.wait_ms} />;
}

function Facts({ contact }: { contact: Contact }) {
  const t = useWords(contacts);
  const w = useWords(core) as (key: string) => string;
  const lang = useLanguage();
  const names = useNames();
  const handled = contact.talk_ms + contact.hold_ms + contact.wrapup_ms;
  const rows: [string, ReactNode, ReactNode][] = [
    [
      "wait",
      <MetricName key="m" id="asa">
        {t("wait")}
      </MetricName>,
      <Wait key="v" contact={contact} />,
    ],
    [
      "talk",
      <MetricName key="m" id="att">
        {t("talk")}
      </MetricName>,
      <Length key="v" ms={contact.talk_ms} />,
    ],
    [
      "hold",
      <MetricName key="m" id="aht_hold">
        {t("hold")}
      </MetricName>,
      <Length key="v" ms={contact.hold_ms} />,
    ],
    [
      "wrapup",
      <MetricName key="m" id="acw">
        {t("wrapup")}
      </MetricName>,
      <Length key="v" ms={contact.wrapup_ms} />,
    ],
    [
      "handle",
      <MetricName key="m" id="aht">
        {t("handleTime")}
      </MetricName>,
      duration(handled, lang),
    ],
    ["queue", t("queueHead"), contact.queues.map(names.queue).join(" → ") || NO_DATA],
    ["reason", t("reason"), contact.reason ? names.reason(contact.reason) : NO_DATA],
    ["outcome", t("outcome"), contact.outcome ? w(`outcome.${contact.outcome}`) : t("open")],
    [
      "solved",
      <MetricName key="m" id="fcr">
        {t("solvedHead")}
      </MetricName>,
      contact.resolved === null ? NO_DATA : t(contact.resolved ? "solved" : "notSolved"),
    ],
    [
      "csat",
      <MetricName key="m" id="csat">
        {t("satisfaction")}
      </MetricName>,
      contact.csat === null ? NO_DATA : t("ofFive", { n: contact.csat }),
    ],
  ];
  return (
    <dl className="jt-contacts-facts">
      {rows.map(([key, head, value]) => (
        <div key={key}>
          <dt>{head}</dt>
          <dd className="jt-clip">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
