import { useCallback, useMemo, useRef, useState } from "react";
import { useNavigate } from "react-router";
import { core } from "../../i18n/core";
import { floor } from "../../i18n/floor";
import { inLanguage, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import type { LiveConnection } from "../../live/connection";
import type { Channel, ContactView, FloorState } from "../../live/types";
import { useCollection, useRow } from "../../live/useLive";
import { useMay } from "../../session/session";
import { Empty } from "../../ui/Empty";
import { Since } from "../../ui/figures";
import { Icon } from "../../ui/Icon";
import { ChannelIcon } from "../../ui/state";
import type { Commands } from "./commands";
import { MenuAt, type MenuItems, type Point } from "./MenuAt";
import { waitingLongestFirst } from "./worst";

const ROW = 44;
const DEFERRED: ReadonlySet<Channel> = new Set(["email", "sms", "fax", "voicemail", "message"]);

/** Who waits, the longest first; each can be brought forward, moved, or given to somebody. */
export function WaitingList({
  live,
  queue,
  commands,
}: {
  live: LiveConnection<FloorState>;
  queue: string | null;
  commands: Commands;
}) {
  const t = useWords(floor);
  const contacts = useCollection(live, "contacts");
  const list = useMemo(
    () => waitingLongestFirst(Object.values(contacts)).filter((one) => queue === null || one.queue === queue),
    [contacts, queue],
  );
  // The heading counts as the queues do: messages lie here too, and nobody waits for them.
  const waiting = list.filter((one) => !DEFERRED.has(one.channel)).length;
  const view = useRef<HTMLDivElement>(null);
  const [first, setFirst] = useState(0);
  const onScroll = useCallback(() => setFirst(Math.max(0, Math.floor((view.current?.scrollTop ?? 0) / ROW) - 4)), []);
  const last = first + Math.ceil((view.current?.clientHeight ?? 400) / ROW) + 8;
  return (
    <section className="fl-waiting" aria-label={t("waitingList")}>
      <div className="fl-h">
        <h2>{t("waitingList")}</h2>
        <span className="jt-note">
          {waiting > 0 ? `${waiting}${"\u2002"}` : ""}
          {t("waitingNote")}
        </span>
      </div>
      {list.length === 0 ? (
        <Empty kind={queue === null ? "none" : "filtered"} inline icon="check">
          {queue === null ? t("noneWaitingList") : t("noneWaitingFiltered")}
        </Empty>
      ) : (
        <div ref={view} className="fl-waitscroll" onScroll={onScroll}>
          <ul style={{ height: list.length * ROW }}>
            {list.slice(first, last).map((contact, i) => (
              <li
                key={contact.id}
                style={{ top: (first + i) * ROW }}
                aria-setsize={list.length}
                aria-posinset={first + i + 1}
              >
                <Waiting live={live} id={contact.id} commands={commands} />
              </li>
            ))}
          </ul>
        </div>
      )}
    </section>
  );
}

function Waiting({ live, id, commands }: { live: LiveConnection<FloorState>; id: string; commands: Commands }) {
  const t = useWords(floor);
  const w = useWords(core);
  const lang = useLanguage();
  const contact = useRow(live, "contacts", id);
  const queue = useRow(live, "queues", contact?.queue);
  const [at, setAt] = useState<Point | null>(null);
  if (!contact) return null;
  const name = contact.customer_name ?? contact.caller ?? w("anonymous");
  return (
    <>
      <button
        type="button"
        className="jt-bare fl-wait"
        aria-haspopup="menu"
        aria-expanded={at !== null}
        onClick={(event) => {
          const box = event.currentTarget.getBoundingClientRect();
          setAt({ x: box.left + 16, y: box.bottom });
        }}
        onContextMenu={(event) => {
          event.preventDefault();
          setAt({ x: event.clientX, y: event.clientY });
        }}
      >
        <ChannelIcon channel={contact.channel} named />
        <span className="who">
          <span className="jt-clip">
            {name}
            {contact.simulated ? <span className="jt-tag fl-sim">{w("simulated")}</span> : null}
          </span>
          <span className="jt-note jt-clip">
            {[
              inLanguage(queue?.name, lang),
              contact.place === "offer" ? w("place.offer") : null,
              contact.priority !== 0 ? t("prioritySaid", { n: contact.priority }) : null,
              contact.callback ? t("callback") : null,
            ]
              .filter(Boolean)
              .join(" · ")}
          </span>
        </span>
        <Since since={contact.waiting_since ?? contact.arrived} limit={queue ? queue.alarm_wait_s * 1000 : null} />
        <Icon name="more" />
      </button>
      {at ? (
        <ContactMenu
          live={live}
          contact={contact}
          name={name}
          at={at}
          commands={commands}
          onDone={() => setAt(null)}
        />
      ) : null}
    </>
  );
}

/** Drawn only while it is open: the lists of queues and agents are long. */
function ContactMenu({
  live,
  contact,
  name,
  at,
  commands,
  onDone,
}: {
  live: LiveConnection<FloorState>;
  contact: ContactView;
  name: string;
  at: Point;
  commands: Commands;
  onDone: () => void;
}) {
  const t = useWords(floor);
  const lang = useLanguage();
  const queues = useCollection(live, "queues");
  const agents = useCollection(live, "agents");
  const navigate = useNavigate();
  const seesRecords = useMay("contacts.view");
  const waits = contact.place === "queue";
  const queueName = (id: string) => inLanguage(queues[id]?.name, lang);
  const ready = Object.values(agents)
    .filter((agent) => agent.state === "ready")
    .sort((a, b) => a.since - b.since)
    .slice(0, 12);
  const elsewhere = Object.values(queues).filter(
    (queue) => queue.id !== contact.queue && queue.channels.includes(contact.channel),
  );
  const items: MenuItems = [
    { key: "raise", label: t("raise"), icon: <Icon name="up" />, disabled: !commands.allowed || !waits },
    { key: "lower", label: t("lower"), icon: <Icon name="down" />, disabled: !commands.allowed || !waits },
    {
      key: "move",
      label: t("moveTo"),
      icon: <Icon name="move" />,
      disabled: !commands.allowed || !waits || elsewhere.length === 0,
      children: elsewhere.map((queue) => ({ key: `move-${queue.id}`, label: inLanguage(queue.name, lang) })),
    },
    {
      key: "give",
      label: ready.length ? t("giveTo") : `${t("giveTo")}: ${t("nobodyToGive")}`,
      icon: <Icon name="callin" />,
      disabled: !commands.allowed || !waits || ready.length === 0,
      children: ready.map((agent) => ({ key: `give-${agent.id}`, label: agent.name })),
    },
    { type: "divider" },
    ...(seesRecords ? [{ key: "open", label: t("openRecord"), icon: <Icon name="doc" /> }] : []),
    { key: "end", label: t("endContact"), icon: <Icon name="end" />, danger: true, disabled: !commands.allowed },
  ];
  return (
    <MenuAt
      at={at}
      label={t("menuOf", { name })}
      items={items}
      onClose={onDone}
      onPick={(key) => {
        const id = key.slice(key.indexOf("-") + 1);
        const agent = agents[id];
        if (key === "raise") commands.prioritise(contact, contact.priority + 1);
        else if (key === "lower") commands.prioritise(contact, contact.priority - 1);
        else if (key.startsWith("move-")) commands.move(contact, id, queueName);
        else if (key.startsWith("give-") && agent) commands.pull(contact, agent);
        else if (key === "open") void navigate(`/contacts/${encodeURIComponent(contact.id)}`);
        else if (key === "end") commands.end(contact);
      }}
    />
  );
}
