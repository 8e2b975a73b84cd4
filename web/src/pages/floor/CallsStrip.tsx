import { useMemo, useState } from "react";
import { useNavigate } from "react-router";
import { core } from "../../i18n/core";
import { floor } from "../../i18n/floor";
import { inLanguage, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import type { LiveConnection } from "../../live/connection";
import type { ContactView, FloorState } from "../../live/types";
import { useCollection, useRow } from "../../live/useLive";
import { useMay } from "../../session/session";
import { grouped } from "../../softphone/numbers";
import { Since } from "../../ui/figures";
import { Icon, type IconName } from "../../ui/Icon";
import type { Tone } from "../../ui/state";
import { callsOf, countCalls, STAGES, type Stage } from "./calls";
import type { Commands } from "./commands";
import { MenuAt, type MenuItems, type Point } from "./MenuAt";
import { MODE_ICON } from "./SupervisionBar";
import type { Supervision } from "./supervise";

const LOOK: Record<Stage, { icon: IconName; tone: Tone }> = {
  flow: { icon: "flow", tone: "off" },
  waiting: { icon: "queue", tone: "offered" },
  ringing: { icon: "offered", tone: "offered" },
  dialling: { icon: "phone", tone: "offered" },
  talking: { icon: "talking", tone: "talking" },
  hold: { icon: "hold", tone: "hold" },
  callback: { icon: "callback", tone: "standby" },
};
const SHOWN = 60;

/** All calls of this moment, by where they are; a press on a count lists them. */
export function CallsStrip({
  live,
  supervision,
  commands,
  always,
}: {
  live: LiveConnection<FloorState>;
  supervision: Supervision;
  commands: Commands;
  /** There are lines, so that no calls is news too. */
  always: boolean;
}) {
  const t = useWords(floor);
  const contacts = useCollection(live, "contacts");
  const all = useMemo(() => Object.values(contacts), [contacts]);
  const counts = useMemo(() => countCalls(all), [all]);
  const [open, setOpen] = useState<Stage | null>(null);
  const total = STAGES.reduce((sum, stage) => sum + counts[stage], 0);
  if (total === 0 && !always) return null;
  const listed = open === null ? [] : callsOf(all, open);
  return (
    <section className="fl-calls" aria-label={t("callsNow")}>
      <div className="fl-h">
        <h2>{t("callsNow")}</h2>
        <span className="jt-note jt-num">{total}</span>
        <div className="fl-counts">
          {STAGES.map((stage) => (
            <button
              type="button"
              key={stage}
              className="jt-bare"
              data-state={LOOK[stage].tone}
              aria-pressed={open === stage}
              aria-expanded={open === stage}
              onClick={() => setOpen(open === stage ? null : stage)}
            >
              <Icon name={LOOK[stage].icon} size={14} />
              {t(`stage.${stage}`)}{" "}
              <span className={counts[stage] === 0 ? "jt-num jt-zero" : "jt-num"}>{counts[stage]}</span>
            </button>
          ))}
        </div>
        <span className="jt-fill" />
        {counts.outbound > 0 ? <span className="jt-note">{t("ofOutbound", { n: counts.outbound })}</span> : null}
      </div>
      {open === null ? null : listed.length === 0 ? (
        <p className="jt-note fl-nocalls">{t("noCallsHere")}</p>
      ) : (
        <ul className="fl-calllist">
          {listed.slice(0, SHOWN).map((one) => (
            <CallRow key={one.id} live={live} call={one} supervision={supervision} commands={commands} />
          ))}
          {listed.length > SHOWN ? <li className="jt-note fl-nocalls">+{listed.length - SHOWN}</li> : null}
        </ul>
      )}
    </section>
  );
}

function CallRow({
  live,
  call,
  supervision,
  commands,
}: {
  live: LiveConnection<FloorState>;
  call: ContactView;
  supervision: Supervision;
  commands: Commands;
}) {
  const t = useWords(floor);
  const w = useWords(core);
  const lang = useLanguage();
  const go = useNavigate();
  const seesRecords = useMay("contacts.view");
  const queue = useRow(live, "queues", call.queue);
  const agent = useRow(live, "agents", call.agent);
  const [at, setAt] = useState<Point | null>(null);
  const name = call.customer_name ?? call.caller ?? w("anonymous");
  const talks = call.place === "talk" || call.place === "hold";
  const items: MenuItems = [
    ...supervision.modes.map((mode) => ({
      key: mode,
      label: t(mode),
      icon: <Icon name={MODE_ICON[mode]} />,
      disabled: !talks || call.dialling || supervision.phone.kind === "none",
    })),
    ...(supervision.modes.length > 0 ? [{ type: "divider" as const }] : []),
    ...(seesRecords ? [{ key: "open", label: t("openRecord"), icon: <Icon name="doc" /> }] : []),
    { key: "end", label: t("endContact"), icon: <Icon name="end" />, danger: true, disabled: !commands.allowed },
  ];
  const pick = (key: string) => {
    if (key === "open") void go(`/contacts/${encodeURIComponent(call.id)}`);
    else if (key === "end") commands.end(call);
    else supervision.begin(call.id, key as "listen");
  };
  return (
    <li>
      <button
        type="button"
        className="jt-bare fl-call"
        aria-haspopup="menu"
        aria-expanded={at !== null}
        onClick={(event) => {
          const box = event.currentTarget.getBoundingClientRect();
          setAt({ x: box.left + 16, y: box.bottom });
        }}
      >
        <Icon
          name={call.direction === "outbound" ? "external" : "entry"}
          size={14}
          label={call.direction === "outbound" ? t("outbound") : t("inbound")}
        />
        <span className="jt-clip">{name}</span>
        <span className="jt-note jt-clip jt-num">{call.customer_name && call.caller ? call.caller : ""}</span>
        <span className="jt-note jt-clip">{inLanguage(queue?.name, lang) || grouped(call.entry)}</span>
        <span className="jt-clip">{agent?.name ?? ""}</span>
        <span className="fl-supervised">
          {call.recording ? <i className="fl-rec" title={t("recorded")} /> : null}
          {call.supervision.map((one) => (
            <Icon key={one.by} name={MODE_ICON[one.mode]} size={14} label={t(`mode.${one.mode}`)} />
          ))}
        </span>
        <Since since={call.since} />
        <Icon name="more" size={14} />
      </button>
      {at ? (
        <MenuAt at={at} label={t("menuOf", { name })} items={items} onClose={() => setAt(null)} onPick={pick} />
      ) : null}
    </li>
  );
}
