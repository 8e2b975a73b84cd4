import { useNavigate } from "react-router";
import { core } from "../../i18n/core";
import { floor } from "../../i18n/floor";
import { duration } from "../../i18n/format";
import { inLanguage, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { useNow } from "../../live/clock";
import type { LiveConnection } from "../../live/connection";
import type { ContactView, FloorState, Status, Supervising } from "../../live/types";
import { useCollection, useRow } from "../../live/useLive";
import { useMay, useSession } from "../../session/session";
import { Icon } from "../../ui/Icon";
import { STATUS_LOOK } from "../../ui/state";
import { audibleCall } from "./calls";
import type { Commands } from "./commands";
import { MenuAt, type MenuItems } from "./MenuAt";
import { MODE_ICON } from "./SupervisionBar";
import type { Supervision } from "./supervise";
import { waitingLongestFirst } from "./worst";

const MODE_KEY: Record<Supervising, string> = { listen: "KeyM", whisper: "KeyW", barge: "KeyB" };
const SETTABLE: readonly Status[] = ["ready", "break", "training", "meeting", "casework"];
const OFFERED_AT_ONCE = 8;

/** What can be done about one agent. One menu for the whole floor, put where it was asked for. */
export function AgentMenu({
  live,
  at,
  commands,
  supervision,
  onClose,
}: {
  live: LiveConnection<FloorState>;
  at: { agent: string; x: number; y: number };
  commands: Commands;
  supervision: Supervision;
  onClose: () => void;
}) {
  const t = useWords(floor);
  const w = useWords(core);
  const lang = useLanguage();
  const navigate = useNavigate();
  const now = useNow();
  const agent = useRow(live, "agents", at.agent);
  const queues = useCollection(live, "queues");
  const contacts = useCollection(live, "contacts");
  const seesRecords = useMay("contacts.view");
  const own = useSession().agentId;
  if (!agent) return null;

  const mine = Object.values(contacts).filter((one) => one.agent === agent.id && one.place !== "queue");
  const waiting = waitingLongestFirst(Object.values(contacts)).filter((one) => one.place === "queue");
  const name = (one: ContactView) => one.customer_name ?? one.caller ?? w("anonymous");
  const queueName = (id: string | null) => inLanguage(id === null ? null : queues[id]?.name, lang);
  const statuses: Status[] = agent.part_time ? [...SETTABLE, "standby"] : [...SETTABLE];

  const call = audibleCall(mine, agent.id) ?? audibleCall(Object.values(contacts), agent.id);
  const hears = call !== undefined && supervision.phone.kind !== "none";
  const modes = agent.id === own ? [] : supervision.modes;

  const items: MenuItems = [
    {
      key: "who",
      type: "group",
      label: (
        <span className="fl-menuhead">
          <b>{agent.name}</b>
          <span className="jt-note">
            {[queueName(agent.queue), w(`state.${agent.state}`), duration(now - agent.since, lang)]
              .filter(Boolean)
              .join(lang === "en" ? ", " : "，")}
          </span>
        </span>
      ),
    },
    { type: "divider" },
    ...modes.map((mode) => ({
      key: `supervise-${mode}`,
      label: (
        <span className="fl-modeitem">
          {t(mode)}
          <kbd>{MODE_KEY[mode].slice(3)}</kbd>
        </span>
      ),
      icon: <Icon name={MODE_ICON[mode]} />,
      disabled: !hears,
    })),
    ...(modes.length > 0 && supervision.phone.kind === "none"
      ? [{ key: "nophone", type: "group" as const, label: t("noPhoneToListen") }]
      : []),
    ...(modes.length > 0 ? [{ type: "divider" as const }] : []),
    {
      key: "contacts",
      label: `${t("openContacts")} ${mine.length}`,
      icon: <Icon name="chat" />,
      disabled: mine.length === 0,
      children: mine.map((contact) => ({
        key: `c-${contact.id}`,
        label: `${name(contact)} · ${queueName(contact.queue)}`,
        children: [
          ...(seesRecords ? [{ key: `open-${contact.id}`, label: t("openRecord"), icon: <Icon name="doc" /> }] : []),
          {
            key: `end-${contact.id}`,
            label: t("endContact"),
            icon: <Icon name="end" />,
            danger: true,
            disabled: !commands.allowed || contact.place === "wrapup",
          },
        ],
      })),
    },
    {
      key: "give",
      label: waiting.length ? t("giveContact") : `${t("giveContact")}: ${t("noneWaiting")}`,
      icon: <Icon name="callin" />,
      disabled: !commands.allowed || waiting.length === 0 || agent.state === "off",
      children: waiting.slice(0, OFFERED_AT_ONCE).map((contact) => ({
        key: `give-${contact.id}`,
        label: `${duration(now - (contact.waiting_since ?? contact.arrived), lang)} ${name(contact)} · ${queueName(contact.queue)}`,
      })),
    },
    {
      key: "status",
      label: t("setStatus"),
      icon: <Icon name="edit" />,
      disabled: !commands.allowed || agent.state === "off",
      children: statuses.map((status) => ({
        key: `status-${status}`,
        label: w(`status.${status}`),
        icon: <Icon name={STATUS_LOOK[status].icon} />,
        disabled: agent.status === status && agent.state !== "missed",
      })),
    },
    { type: "divider" },
    {
      key: "out",
      label: t("signOut"),
      icon: <Icon name="signout" />,
      danger: true,
      disabled: !commands.allowed || agent.state === "off",
    },
    ...(commands.allowed ? [] : [{ key: "no", type: "group" as const, label: t("notAllowed") }]),
  ];

  function pick(key: string) {
    const [kind, ...rest] = key.split("-");
    const id = rest.join("-");
    const contact = contacts[id];
    if (!agent) return;
    if (kind === "supervise") {
      if (call && hears) supervision.begin(call.id, id as Supervising);
    } else if (kind === "open") void navigate(`/contacts/${encodeURIComponent(id)}`);
    else if (kind === "end" && contact) commands.end(contact);
    else if (kind === "give" && contact) commands.pull(contact, agent);
    else if (kind === "status") commands.setStatus(agent, id as Status);
    else if (kind === "out") commands.signOut(agent);
  }

  const keys = Object.fromEntries(modes.map((mode) => [MODE_KEY[mode], `supervise-${mode}`]));
  return (
    <MenuAt
      at={at}
      label={t("menuOf", { name: agent.name })}
      items={items}
      keys={keys}
      onPick={pick}
      onClose={onClose}
    />
  );
}
