import type { ReactNode } from "react";
import { core } from "../i18n/core";
import { useWords } from "../i18n/messages";
import type { AgentState, Channel, Place, Status } from "../live/types";
import { Icon, type IconName } from "./Icon";

/** The one table of states: which colour (`data-state`), which icon, which line. Words are in i18n/core. */
type Look = { tone: Tone; icon: IconName };
export type Tone = "ready" | "offered" | "talking" | "hold" | "wrapup" | "break" | "missed" | "off" | "standby";
export type Line = "solid" | "broken" | "dotted" | "half" | "none";

export const STATE_LOOK: Record<AgentState, Look> = {
  off: { tone: "off", icon: "off" },
  ready: { tone: "ready", icon: "ready" },
  offered: { tone: "offered", icon: "offered" },
  talking: { tone: "talking", icon: "talking" },
  hold: { tone: "hold", icon: "hold" },
  wrapup: { tone: "wrapup", icon: "wrapup" },
  missed: { tone: "missed", icon: "missed" },
  break: { tone: "break", icon: "break" },
  training: { tone: "break", icon: "training" },
  meeting: { tone: "break", icon: "meeting" },
  casework: { tone: "break", icon: "case" },
  standby: { tone: "standby", icon: "standby" },
};

export const STATUS_LOOK: Record<Status, Look> = {
  offline: STATE_LOOK.off,
  ready: STATE_LOOK.ready,
  break: STATE_LOOK.break,
  training: STATE_LOOK.training,
  meeting: STATE_LOOK.meeting,
  casework: STATE_LOOK.casework,
  standby: STATE_LOOK.standby,
};

/** A contact's place: the line says it without colour. */
export const PLACE_LOOK: Record<Place, Look & { line: Line }> = {
  arrived: { tone: "offered", icon: "entry", line: "dotted" },
  queue: { tone: "offered", icon: "queue", line: "dotted" },
  offer: { tone: "offered", icon: "offered", line: "dotted" },
  talk: { tone: "talking", icon: "talking", line: "solid" },
  hold: { tone: "hold", icon: "hold", line: "broken" },
  wrapup: { tone: "wrapup", icon: "wrapup", line: "half" },
  closed: { tone: "off", icon: "end", line: "none" },
};

export const CHANNEL_ICON: Record<Channel, IconName> = {
  voice: "phone",
  chat: "chat",
  email: "mail",
  sms: "phoneweb",
  fax: "doc",
  voicemail: "voicemail",
  message: "web",
};

/** Icon and word in the state's colour, without a box. `children` (a timer) follows the word. */
export function AgentStateMark({ state, children }: { state: AgentState; children?: ReactNode }) {
  const t = useWords(core);
  const look = STATE_LOOK[state];
  return (
    <span className="jt-state" data-state={look.tone}>
      <Icon name={look.icon} />
      {t(`state.${state}`)}
      {children}
    </span>
  );
}

/** The same in a box. */
export function StateChip({ state, children }: { state: AgentState; children?: ReactNode }) {
  const t = useWords(core);
  const look = STATE_LOOK[state];
  return (
    <span className="jt-chip" data-state={look.tone}>
      <Icon name={look.icon} size={14} />
      {t(`state.${state}`)}
      {children}
    </span>
  );
}

export function PlaceChip({ place, voice, children }: { place: Place; voice: boolean; children?: ReactNode }) {
  const t = useWords(core);
  const look = PLACE_LOOK[place];
  return (
    <span className="jt-chip" data-state={look.tone}>
      <Icon name={look.icon} size={14} />
      {place === "talk" && voice ? t("talkByPhone") : t(`place.${place}`)}
      {children}
    </span>
  );
}

/** The line of a contact. Put it inside something with `data-state`, or give the place. */
export function ContactLine({ place, line }: { place?: Place; line?: Line }) {
  const style = line ?? (place ? PLACE_LOOK[place].line : "solid");
  if (style === "none") return null;
  return (
    <span
      className="jt-line"
      data-line={style}
      data-state={place ? PLACE_LOOK[place].tone : undefined}
      aria-hidden="true"
    />
  );
}

export function ChannelIcon({
  channel,
  size = 16,
  named = false,
}: {
  channel: Channel;
  size?: number;
  named?: boolean;
}) {
  const t = useWords(core);
  return <Icon name={CHANNEL_ICON[channel]} size={size} label={named ? t(`channel.${channel}`) : undefined} />;
}
