import { core } from "../../i18n/core";
import { useWords } from "../../i18n/messages";
import { wall } from "../../i18n/wall";
import type { LiveConnection } from "../../live/connection";
import type { AgentState, WallState } from "../../live/types";
import { useCollection } from "../../live/useLive";
import { Icon } from "../../ui/Icon";
import { STATE_LOOK } from "../../ui/state";

/** Pauses of all kinds are one part: the wall is read by everybody, and is no place for who does what. */
const PAUSES: readonly AgentState[] = ["break", "training", "meeting", "casework"];
const PARTS: readonly (readonly AgentState[])[] = [
  ["talking"],
  ["hold"],
  ["wrapup"],
  ["offered"],
  ["ready"],
  PAUSES,
  ["missed"],
  ["standby"],
];

/** The team as one bar: how many are in which state. */
export function People({ live }: { live: LiveConnection<WallState> }) {
  const t = useWords(wall);
  const w = useWords(core);
  const counts = useCollection(live, "agents").states ?? {};
  const parts = PARTS.map((states) => ({
    state: states[0] as AgentState,
    word: states.length > 1 ? t("pauses") : w(`state.${states[0] as AgentState}`),
    n: states.reduce((sum, state) => sum + (counts[state] ?? 0), 0),
  }));
  const online = parts.filter((part) => part.state !== "standby").reduce((sum, part) => sum + part.n, 0);
  return (
    <section className="wl-tile wl-people">
      <h2>
        {t("agents")}
        <span>{online > 0 ? t("online", { n: online }) : t("noAgents")}</span>
      </h2>
      <div className="wl-stack" aria-hidden="true">
        {parts
          .filter((part) => part.n > 0)
          .map((part) => (
            <i
              key={part.state}
              className={part.state === "standby" ? "out" : ""}
              data-state={STATE_LOOK[part.state].tone}
              style={{ flex: part.n }}
            />
          ))}
      </div>
      <ul className="wl-legend">
        {parts.map((part) => (
          <li key={part.state} data-state={STATE_LOOK[part.state].tone}>
            <Icon name={STATE_LOOK[part.state].icon} size={26} />
            {part.word}
            <b className="jt-num">{part.n}</b>
          </li>
        ))}
      </ul>
    </section>
  );
}
