import { type KeyboardEvent, memo, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { core } from "../../i18n/core";
import { floor } from "../../i18n/floor";
import { duration, useCollator } from "../../i18n/format";
import { inLanguage, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { useNow, useTimed } from "../../live/clock";
import type { LiveConnection } from "../../live/connection";
import type { AgentState, AgentView, FloorState, Ms, Supervising } from "../../live/types";
import { useCollection, useRow, useSelect } from "../../live/useLive";
import { Button } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import { Since } from "../../ui/figures";
import { Icon } from "../../ui/Icon";
import { ContactLine, type Line, STATE_LOOK } from "../../ui/state";
import { AgentMenu } from "./AgentMenu";
import type { Commands } from "./commands";
import { type Filters, shows } from "./filters";
import { MODE_ICON } from "./SupervisionBar";
import type { Supervision } from "./supervise";
import { type Span, visibleRows } from "./tiles";
import { agentsWorstFirst, keptOrder, talkLimit, trouble } from "./worst";

const LINES: Partial<Record<AgentState, Line>> = {
  talking: "solid",
  hold: "broken",
  offered: "dotted",
  missed: "dotted",
  wrapup: "half",
};
/** The order of the counts above the tiles; the absent are asked for, not shown. */
const COUNTED: readonly AgentState[] = [
  "ready",
  "offered",
  "talking",
  "hold",
  "wrapup",
  "break",
  "training",
  "meeting",
  "casework",
  "missed",
  "standby",
  "off",
];
/** The order is made anew this often: between, tiles change in place and do not jump. */
const SORT_EVERY_MS = 3_000;

/** The team as tiles, worst first; only those in sight are in the page, so that a thousand cost what forty do. */
export function AgentTiles({
  live,
  filters,
  any,
  commands,
  supervision,
  scroller,
  onState,
  onClear,
}: {
  live: LiveConnection<FloorState>;
  filters: Filters;
  any: boolean;
  commands: Commands;
  supervision: Supervision;
  scroller: React.RefObject<HTMLElement | null>;
  onState: (state: AgentState | null) => void;
  onClear: () => void;
}) {
  const t = useWords(floor);
  const w = useWords(core);
  const names = useCollator();
  const agents = useCollection(live, "agents");
  const queues = useCollection(live, "queues");
  const now = useNow(SORT_EVERY_MS);
  const [menu, setMenu] = useState<{ agent: string; x: number; y: number } | null>(null);
  const openMenu = useCallback((agent: string, x: number, y: number) => setMenu({ agent, x, y }), []);
  const order = useRef<readonly string[]>([]);

  const within = useMemo(
    () => Object.values(agents).filter((one) => shows(filters, one, { state: false })),
    [agents, filters],
  );
  const counts = useMemo(() => {
    const made = new Map<AgentState, number>();
    for (const agent of within) made.set(agent.state, (made.get(agent.state) ?? 0) + 1);
    return made;
  }, [within]);
  const shown = useMemo(
    () => within.filter((one) => (filters.state === null ? one.state !== "off" : one.state === filters.state)),
    [within, filters.state],
  );
  // Sorted with the slow clock and held while a menu is open; in between only arrivals and departures change it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: `now` is what makes the order anew
  const sorted = useMemo(() => {
    const list = menu ? keptOrder(order.current, shown) : agentsWorstFirst(shown, queues, now, names);
    order.current = list.map((agent) => agent.id);
    return list;
  }, [Math.floor(now / SORT_EVERY_MS), filters, names, menu !== null, shown.length > 0]);
  const list = useMemo(
    () =>
      keptOrder(
        sorted.map((one) => one.id),
        shown,
      ),
    [sorted, shown],
  );

  return (
    <section className="fl-agents" aria-label={t("agents")}>
      <div className="fl-h">
        <h2>{t("agents")}</h2>
        <span className="jt-note">
          {any ? t("agentsOf", { shown: list.length, all: Object.keys(agents).length }) : list.length}
        </span>
        <div className="fl-counts">
          {COUNTED.filter((state) => (counts.get(state) ?? 0) > 0 || filters.state === state).map((state) => (
            <button
              type="button"
              key={state}
              className="jt-bare"
              data-state={STATE_LOOK[state].tone}
              aria-pressed={filters.state === state}
              onClick={() => onState(filters.state === state ? null : state)}
            >
              <Icon name={STATE_LOOK[state].icon} size={14} />
              {w(`state.${state}`)} <span className="jt-num">{counts.get(state) ?? 0}</span>
            </button>
          ))}
        </div>
      </div>
      {list.length === 0 ? (
        any ? (
          <Empty kind="filtered" action={<Button onClick={onClear}>{t("clear")}</Button>}>
            {t("noAgentsFiltered")}
          </Empty>
        ) : (
          <Empty kind="none">{t("noAgents")}</Empty>
        )
      ) : (
        <Grid live={live} list={list} open={menu?.agent ?? null} scroller={scroller} onMenu={openMenu} />
      )}
      {menu ? (
        <AgentMenu
          live={live}
          at={menu}
          commands={commands}
          supervision={supervision}
          onClose={() => setMenu(null)}
        />
      ) : null}
    </section>
  );
}

/** Arrow keys move between tiles, Enter or the menu key opens what can be done. */
function Grid({
  live,
  list,
  open,
  scroller,
  onMenu,
}: {
  live: LiveConnection<FloorState>;
  list: readonly AgentView[];
  open: string | null;
  scroller: React.RefObject<HTMLElement | null>;
  onMenu: (agent: string, x: number, y: number) => void;
}) {
  const t = useWords(floor);
  const box = useRef<HTMLDivElement>(null);
  const [span, setSpan] = useState<Span>({ columns: 8, first: 0, last: 12 });
  const [active, setActive] = useState<string | null>(null);
  const wanted = useRef<string | null>(null);

  const measure = useCallback(() => {
    const grid = box.current;
    const view = scroller.current;
    if (!grid || !view) return;
    const top = view.getBoundingClientRect().top - grid.getBoundingClientRect().top;
    setSpan((old) => {
      const next = visibleRows({ width: grid.clientWidth, top, height: view.clientHeight });
      return next.columns === old.columns && next.first === old.first && next.last === old.last ? old : next;
    });
  }, [scroller]);
  useLayoutEffect(() => {
    const grid = box.current;
    const view = scroller.current;
    if (!grid || !view) return undefined;
    measure();
    const observer = typeof ResizeObserver === "undefined" ? null : new ResizeObserver(measure);
    observer?.observe(grid);
    observer?.observe(view);
    view.addEventListener("scroll", measure, { passive: true });
    return () => {
      observer?.disconnect();
      view.removeEventListener("scroll", measure);
    };
  }, [measure, scroller]);
  useEffect(() => {
    if (wanted.current === null) return;
    const tile = box.current?.querySelector<HTMLElement>(`[data-agent="${CSS.escape(wanted.current)}"]`);
    if (tile) {
      wanted.current = null;
      tile.focus();
    }
  });

  const { columns } = span;
  const rows = Math.ceil(list.length / columns);
  const from = span.first * columns;
  const to = Math.min(list.length, span.last * columns);
  const at = Math.max(
    0,
    list.findIndex((agent) => agent.id === active),
  );
  const drawn = list.slice(from, to).map((agent, i) => ({ agent, index: from + i }));
  const reachable = list[at];
  // The tile that Tab comes to stays in the page even when it is scrolled out of sight.
  if (reachable && (at < from || at >= to)) drawn.push({ agent: reachable, index: at });

  function onKeyDown(event: KeyboardEvent) {
    const steps: Record<string, number> = {
      ArrowRight: 1,
      ArrowLeft: -1,
      ArrowDown: columns,
      ArrowUp: -columns,
      Home: -list.length,
      End: list.length,
      PageDown: columns * 5,
      PageUp: -columns * 5,
    };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = list[Math.min(list.length - 1, Math.max(0, at + step))];
    if (!next) return;
    const index = list.indexOf(next);
    setActive(next.id);
    wanted.current = next.id;
    const view = scroller.current;
    const grid = box.current;
    if (view && grid) {
      const y =
        grid.getBoundingClientRect().top - view.getBoundingClientRect().top + Math.floor(index / columns) * ROW;
      if (y < 0) view.scrollTop += y;
      else if (y + ROW > view.clientHeight) view.scrollTop += y + ROW - view.clientHeight;
    }
  }

  return (
    <div
      ref={box}
      className="fl-grid"
      style={{ height: rows * ROW }}
      role="list"
      aria-label={t("agents")}
      onKeyDown={onKeyDown}
    >
      {drawn.map(({ agent, index }) => (
        <div
          key={agent.id}
          role="listitem"
          aria-setsize={list.length}
          aria-posinset={index + 1}
          style={{
            top: Math.floor(index / columns) * ROW,
            left: `${((index % columns) * 100) / columns}%`,
            width: `${100 / columns}%`,
          }}
        >
          <Tile
            live={live}
            id={agent.id}
            open={open === agent.id}
            reachable={index === at}
            onFocus={setActive}
            onMenu={onMenu}
          />
        </div>
      ))}
    </div>
  );
}

const ROW = 54;

/** How somebody takes part in a call of this agent. The contacts of this moment that are supervised are few. */
function supervisedBy(state: FloorState, agent: string): Supervising | null {
  const list = supervisedOf(state.contacts);
  return list.find((one) => one.agent === agent)?.mode ?? null;
}
const supervisedOf = lastOf((contacts: FloorState["contacts"]) =>
  Object.values(contacts).flatMap((one) =>
    one.supervision.map((part) => ({ agent: part.agent ?? one.agent, mode: part.mode })),
  ),
);
/** Worked out once for all tiles, until the contacts change. */
function lastOf<A extends object, B>(make: (from: A) => B): (from: A) => B {
  let last: { from: A; made: B } | null = null;
  return (from) => {
    if (last?.from !== from) last = { from, made: make(from) };
    return last.made;
  };
}

/** Drawn again only when its own agent changes. */
const Tile = memo(function Tile({
  live,
  id,
  open,
  reachable,
  onFocus,
  onMenu,
}: {
  live: LiveConnection<FloorState>;
  id: string;
  open: boolean;
  reachable: boolean;
  onFocus: (agent: string) => void;
  onMenu: (agent: string, x: number, y: number) => void;
}) {
  const t = useWords(floor);
  const w = useWords(core);
  const lang = useLanguage();
  const agent = useRow(live, "agents", id);
  const queue = useRow(live, "queues", agent?.queue);
  const supervised = useSelect(live, (state) => (agent?.contacts ? supervisedBy(state, id) : null));
  const limit = agent && queue ? talkLimit(agent, { [queue.id]: queue }) : null;
  const since = agent?.since ?? 0;
  const over = useTimed(useCallback((now: Ms) => limit !== null && now - since > limit, [limit, since]));
  if (!agent) return null;
  const look = STATE_LOOK[agent.state];
  const unheard = !agent.reachable && agent.device_why === "unregistered" && agent.state !== "off";
  const bad = over || agent.state === "missed";
  const note = over
    ? t("overLimit", { limit: duration(limit ?? 0, lang) })
    : trouble(agent, {}, 0) === "away"
      ? t("away")
      : agent.break_due
        ? t("breakDue")
        : unheard
          ? t("phoneAway")
          : queue
            ? inLanguage(queue.name, lang)
            : agent.part_time
              ? t("partTime")
              : "";
  return (
    <button
      type="button"
      className={`jt-bare fl-tile${bad ? " lim" : ""}${open ? " open" : ""}`}
      data-state={look.tone}
      data-agent={id}
      tabIndex={reachable ? 0 : -1}
      aria-haspopup="menu"
      aria-expanded={open}
      title={over || agent.break_due || unheard ? note : undefined}
      onFocus={() => onFocus(id)}
      onClick={(event) => {
        const box = event.currentTarget.getBoundingClientRect();
        onMenu(id, box.left, box.bottom + 2);
      }}
      onContextMenu={(event) => {
        event.preventDefault();
        onMenu(id, event.clientX, event.clientY);
      }}
    >
      <ContactLine line={LINES[agent.state] ?? "none"} />
      <span className="top">
        <span className="jt-clip" dir="auto">
          {agent.name}
          {supervised ? <Icon name={MODE_ICON[supervised]} size={14} label={t(`mode.${supervised}`)} /> : null}
          {agent.contacts > 1 ? <span className="jt-note"> ×{agent.contacts}</span> : null}
        </span>
        <Since since={agent.since} />
      </span>
      <span className="low">
        <span className="st">
          <Icon name={look.icon} size={14} />
          {w(`state.${agent.state}`)}
        </span>
        <span className={over || agent.state === "missed" ? "jt-clip why" : "jt-clip"}>{note}</span>
      </span>
    </button>
  );
});
