import { Select } from "antd";
import { useMemo, useRef } from "react";
import { Link } from "react-router";
import { useActions } from "../../app/actions";
import { FeedBanner } from "../../app/FeedBanner";
import { core } from "../../i18n/core";
import { floor } from "../../i18n/floor";
import { instant, useCollator } from "../../i18n/format";
import { inLanguage, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { useNow } from "../../live/clock";
import type { LiveConnection } from "../../live/connection";
import type { AgentState, FloorState } from "../../live/types";
import { useCollection, useFeed, useLive, useRow, useSelect } from "../../live/useLive";
import { useMay } from "../../session/session";
import { Button } from "../../ui/Button";
import { Access } from "./Access";
import { AgentTiles } from "./AgentTiles";
import { Alarms } from "./Alarms";
import { CallIn } from "./CallIn";
import { CallsStrip } from "./CallsStrip";
import { type Commands, useCommands } from "./commands";
import { useFilters } from "./filters";
import { SwitchDown, usePlant } from "./Lines";
import { QueueTable } from "./QueueTable";
import { SupervisionBar } from "./SupervisionBar";
import { useSupervision } from "./supervise";
import { WaitingList } from "./WaitingList";
import "./floor.css";

const STATES: readonly AgentState[] = [
  "ready",
  "offered",
  "talking",
  "hold",
  "wrapup",
  "missed",
  "break",
  "training",
  "meeting",
  "casework",
  "standby",
  "off",
];

/** The supervisor's screen: how customers get in, queues, agents, alarms, and what can be done about them. */
export default function FloorPage() {
  const t = useWords(floor);
  const live = useLive("floor");
  const commands = useCommands();
  const supervision = useSupervision(live);
  const plant = usePlant(live);
  const { filters, any, set, clear } = useFilters();
  const queue = useRow(live, "queues", filters.queue);
  const scroller = useRef<HTMLDivElement>(null);
  const search = useRef<HTMLInputElement>(null);
  const lost = useFeed(live).phase === "down";
  useActions([
    {
      id: "floor-find",
      label: t("keyFind"),
      group: t("keys"),
      keys: { code: "Slash" },
      run: () => search.current?.focus(),
    },
    { id: "floor-clear", label: t("keyClear"), group: t("keys"), keys: { code: "KeyX" }, run: clear, enabled: any },
  ]);
  return (
    <div className="fl-page" data-lost={lost}>
      <Bar live={live} search={search} />
      <div className="fl-banners">
        <FeedBanner live={live} />
        <SwitchDown live={live} />
        <SupervisionBar live={live} supervision={supervision} />
      </div>
      <div className="fl-main" ref={scroller}>
        <Access live={live} queue={queue ?? null} />
        <CallsStrip live={live} supervision={supervision} commands={commands} always={plant !== null} />
        <QueueHead live={live} commands={commands} />
        <QueueTable live={live} chosen={filters.queue} onChoose={(id) => set({ queue: id })} />
        <AgentTiles
          live={live}
          filters={filters}
          any={any}
          commands={commands}
          supervision={supervision}
          scroller={scroller}
          onState={(state) => set({ state })}
          onClear={clear}
        />
      </div>
      <aside className="fl-side">
        <Alarms live={live} commands={commands} />
        <WaitingList live={live} queue={filters.queue} commands={commands} />
      </aside>
    </div>
  );
}

/** Filters, all of them in the address. */
function Bar({
  live,
  search,
}: {
  live: LiveConnection<FloorState>;
  search: React.RefObject<HTMLInputElement | null>;
}) {
  const t = useWords(floor);
  const w = useWords(core);
  const lang = useLanguage();
  const names = useCollator();
  const { filters, any, set, clear } = useFilters();
  const queues = useCollection(live, "queues");
  const teams = useSelect(
    live,
    (state) =>
      [...new Set(Object.values(state.agents).map((agent) => agent.team))].filter(Boolean).sort(names.compare),
    (a, b) => a.join("\n") === b.join("\n"),
  );
  const seesWall = useMay("wall.view");
  const queueOptions = useMemo(
    () =>
      Object.values(queues)
        .map((queue) => ({ value: queue.id, label: inLanguage(queue.name, lang) }))
        .sort((a, b) => names.compare(a.label, b.label)),
    [queues, lang, names],
  );
  return (
    <div className="fl-bar">
      <h1>{t("title")}</h1>
      <Select
        allowClear
        showSearch={{ optionFilterProp: "label" }}
        aria-label={t("queue")}
        placeholder={t("queue")}
        value={filters.queue}
        options={queueOptions}
        onChange={(queue) => set({ queue: queue ?? null })}
        style={{ minWidth: 150 }}
        popupMatchSelectWidth={false}
      />
      <Select
        allowClear
        aria-label={t("team")}
        placeholder={t("team")}
        value={filters.team}
        options={(teams ?? []).map((team) => ({ value: team, label: team }))}
        onChange={(team) => set({ team: team ?? null })}
        style={{ minWidth: 110 }}
        popupMatchSelectWidth={false}
      />
      <Select
        allowClear
        aria-label={t("state")}
        placeholder={t("state")}
        value={filters.state}
        options={STATES.map((state) => ({ value: state, label: w(`state.${state}`) }))}
        onChange={(state) => set({ state: state ?? null })}
        style={{ minWidth: 120 }}
        popupMatchSelectWidth={false}
      />
      <input
        ref={search}
        type="search"
        className="fl-find"
        aria-label={t("findAgent")}
        placeholder={t("findAgent")}
        value={filters.q}
        onChange={(event) => set({ q: event.target.value })}
      />
      {any ? (
        <Button kind="quiet" onClick={clear}>
          {t("clear")}
        </Button>
      ) : null}
      <span className="jt-fill" />
      <Updated live={live} />
      {seesWall ? (
        <Link className="jt-btn" to="/wall">
          {t("openWall")}
        </Link>
      ) : null}
    </div>
  );
}

function Updated({ live }: { live: LiveConnection<FloorState> }) {
  const t = useWords(floor);
  const lang = useLanguage();
  const feed = useFeed(live);
  useNow();
  return (
    <span className="jt-note jt-num">
      {feed.heard === null ? "" : t("updated", { at: instant(feed.heard, "second", lang) })}
    </span>
  );
}

function QueueHead({ live, commands }: { live: LiveConnection<FloorState>; commands: Commands }) {
  const t = useWords(floor);
  const queues = useCollection(live, "queues");
  const list = Object.values(queues);
  const standby = useSelect(
    live,
    (state) => Object.values(state.agents).filter((agent) => agent.state === "standby").length,
  );
  const choices = list.filter((queue) => queue.standby > 0).sort((a, b) => b.waiting - a.waiting);
  return (
    <div className="fl-h fl-qhead">
      <h2>{t("queues")}</h2>
      <span className="jt-note">{t("queuesNote", { n: list.length })}</span>
      <span className="jt-fill" />
      <span className="jt-note">{standby ? t("onStandby", { n: standby }) : t("noStandby")}</span>
      {commands.allowed && choices[0] ? <CallIn queue={choices[0]} choices={choices} commands={commands} /> : null}
    </div>
  );
}
