import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { http } from "../../../api/http";
import type { Schema } from "../../../api/types";
import { core } from "../../../i18n/core";
import { desk as area } from "../../../i18n/desk";
import { instant, localDay } from "../../../i18n/format";
import { inLanguage, useLanguage } from "../../../i18n/language";
import { useWords } from "../../../i18n/messages";
import { worded } from "../../../i18n/problems";
import { softphone } from "../../../i18n/softphone";
import type { Channel } from "../../../live/types";
import { useMay } from "../../../session/session";
import { reachable } from "../../../softphone/state";
import { usePhoneState } from "../../../softphone/useSoftphone";
import { Button, IconButton } from "../../../ui/Button";
import { Empty } from "../../../ui/Empty";
import { Icon } from "../../../ui/Icon";
import { useNotice } from "../../../ui/notices";
import { ChannelIcon } from "../../../ui/state";
import { useCall, useCallControls } from "../call";
import { useContact, useDesk } from "../context";
import { useReasons } from "../reasons";
import { type PastContact, type Pop, usePop } from "./pop";

export function CustomerCard({ customer, contact }: { customer: string; contact: string }) {
  const t = useWords(area);
  const w = useWords(core);
  const pop = usePop(customer, contact);
  if (pop.isError) {
    return (
      <section className="desk-sec" aria-label={t("customer")}>
        <Empty
          kind="lost"
          inline
          action={
            <Button size="small" onClick={() => void pop.refetch()}>
              {w("retry")}
            </Button>
          }
        >
          {worded(pop.error)}
        </Empty>
      </section>
    );
  }
  if (!pop.data) {
    return (
      <section className="desk-sec desk-cust" aria-label={t("customer")} aria-busy="true">
        <p className="jt-note">{t("loadingCustomer")}</p>
      </section>
    );
  }
  const past = pop.data;
  return (
    <>
      <Profile pop={past} />
      <Matters matters={past.open_matters} />
      <History pop={past} />
    </>
  );
}

function Profile({ pop }: { pop: Pop }) {
  const t = useWords(area);
  const { customer } = pop;
  const mayReveal = useMay("customers.reveal");
  const notice = useNotice();
  const [whole, setWhole] = useState<Record<number, string> | null>(null);
  const reveal = useMutation({
    mutationFn: () => http.post<Schema<"Revealed">[]>(`/api/customers/${encodeURIComponent(customer.id)}/reveal`),
    onSuccess: (values) => setWhole(Object.fromEntries(values.map((one) => [one.key, one.value]))),
    onError: notice.failed,
  });
  const p = useWords(softphone);
  const { phone: line, usable, open } = useDesk();
  const phone = usePhoneState(line);
  const call = useCall();
  const contact = useContact(open);
  const controls = useCallControls();
  const firstPhone = customer.identities.find((one) => one.kind === "phone")?.key;
  const shown = customer.identities.slice(0, 3);
  const facts: [string, string][] = [];
  if (customer.region) facts.push([t("region"), customer.region]);
  if (customer.organisation) facts.push([t("organisation"), customer.organisation]);
  facts.push(...Object.entries(customer.attributes).slice(0, 2));
  facts.push([t("last90"), t("contactTimes", { n: pop.contacts_90_days })]);
  facts.push([t("lastCsat"), pop.last_csat === null ? "–" : `${pop.last_csat} / 5`]);
  return (
    <section className="desk-sec desk-cust" aria-label={t("customer")}>
      <div className="desk-custname">
        <h2 className="jt-clip">{customer.name}</h2>
        {customer.customer_class ? <span className="jt-tag">{customer.customer_class}</span> : null}
        <a
          className="desk-more"
          href={`/customers/${encodeURIComponent(customer.id)}`}
          target="_blank"
          rel="noreferrer"
        >
          {t("customerFile")}
        </a>
      </div>
      <dl className="desk-ids">
        {shown.map((one, i) => (
          <div key={one.key}>
            <dt>{t(one.kind)}</dt>
            <dd className="jt-num">
              <span className="jt-clip">{whole?.[one.key] ?? one.masked}</span>
              {one.kind === "phone" && one.key === firstPhone && phone.kind !== "none" ? (
                <IconButton
                  icon="phone"
                  label={p("dialCustomer", { name: customer.name })}
                  disabled={!usable || call !== undefined || !reachable(phone)}
                  onClick={() => void controls.dial({ customer: customer.id, queue: contact?.queue ?? null })}
                />
              ) : null}
              {i === 0 && mayReveal ? (
                <IconButton
                  icon="eye"
                  label={whole ? t("hide") : t("reveal")}
                  aria-pressed={whole !== null}
                  disabled={reveal.isPending}
                  onClick={() => (whole ? setWhole(null) : reveal.mutate())}
                />
              ) : null}
            </dd>
          </div>
        ))}
      </dl>
      <dl className="desk-kv">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd className="jt-clip" title={value}>
              {value}
            </dd>
          </div>
        ))}
      </dl>
      {customer.notes ? <p className="desk-custnote">{customer.notes}</p> : null}
      {pop.suspects.length > 0 ? (
        <p className="desk-suspects">
          <Icon name="people" size={14} />
          {t("suspects", { n: pop.suspects.length })}
        </p>
      ) : null}
    </section>
  );
}

function Matters({ matters }: { matters: PastContact[] }) {
  const t = useWords(area);
  return (
    <section className="desk-sec" aria-label={t("matters")}>
      <div className="desk-h">
        <h2>{t("matters")}</h2>
        <span className="jt-note">{matters.length || ""}</span>
      </div>
      {matters.length === 0 ? <p className="jt-note">{t("noMatters")}</p> : null}
      <ul className="desk-past">
        {matters.slice(0, 3).map((one) => (
          <Past key={one.id} contact={one} />
        ))}
      </ul>
    </section>
  );
}

function History({ pop }: { pop: Pop }) {
  const t = useWords(area);
  const maySee = useMay("contacts.view");
  return (
    <section className="desk-sec" aria-label={t("history")}>
      <div className="desk-h">
        <h2>{t("history")}</h2>
        <span className="jt-fill" />
        {maySee && pop.contacts.length > 3 ? (
          <a
            className="desk-more"
            href={`/customers/${encodeURIComponent(pop.customer.id)}`}
            target="_blank"
            rel="noreferrer"
          >
            {t("historyAll", { n: pop.contacts.length })}
          </a>
        ) : null}
      </div>
      {pop.contacts.length === 0 ? <p className="jt-note">{t("noHistory")}</p> : null}
      <ul className="desk-past">
        {pop.contacts.slice(0, 3).map((one) => (
          <Past key={one.id} contact={one} />
        ))}
      </ul>
    </section>
  );
}

function Past({ contact }: { contact: PastContact }) {
  const t = useWords(area);
  const w = useWords(core);
  const lang = useLanguage();
  const reasons = useReasons("contact");
  const maySee = useMay("contacts.view");
  const reason = reasons.find((one) => one.id === contact.reason);
  const what = reason ? inLanguage(reason.name, lang) : w(`channel.${contact.channel as Channel}`);
  const how =
    contact.resolved === true
      ? t("resolvedShort")
      : contact.resolved === false
        ? t("unresolvedShort")
        : contact.outcome
          ? w(`outcome.${contact.outcome}` as "outcome.handled")
          : "";
  return (
    <li>
      <span className="desk-pastday jt-num" title={instant(contact.at, "moment", lang)}>
        {localDay(contact.at).slice(5)}
      </span>
      <ChannelIcon channel={contact.channel as Channel} named />
      {maySee ? (
        <a className="jt-clip" href={`/contacts/${encodeURIComponent(contact.id)}`} target="_blank" rel="noreferrer">
          {what}
        </a>
      ) : (
        <span className="jt-clip">{what}</span>
      )}
      <span className="desk-pasthow jt-clip">{how}</span>
    </li>
  );
}
