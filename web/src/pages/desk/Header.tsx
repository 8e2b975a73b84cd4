import { Dropdown, type MenuProps } from "antd";
import { type ReactNode, useCallback } from "react";
import { useNavigate } from "react-router";
import { home } from "../../app/pages";
import { HeaderTools, useAllowedPages } from "../../app/Shell";
import { core } from "../../i18n/core";
import { desk as area } from "../../i18n/desk";
import { duration } from "../../i18n/format";
import { inLanguage, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { useTimed } from "../../live/clock";
import type { AgentView, ContactView, Ms, Status } from "../../live/types";
import { useFeed, useSelect } from "../../live/useLive";
import { Left, Length, Percent, Since } from "../../ui/figures";
import { Icon, Mark } from "../../ui/Icon";
import { STATE_LOOK, STATUS_LOOK } from "../../ui/state";
import { useDesk, useMe } from "./context";
import { useReasons } from "./reasons";

/** The instrument strip: label over value, fixed widths, so that a change of state never shifts its neighbours. */
export function Header() {
  const me = useMe();
  return (
    <header className="jt-ink desk-head">
      <Brand />
      {me ? <Instruments me={me} /> : null}
      <HeaderTools narrow />
    </header>
  );
}

function Brand() {
  const t = useWords(area);
  const w = useWords(core);
  const { live } = useDesk();
  const feed = useFeed(live);
  const go = useNavigate();
  const others = useAllowedPages().filter((page) => page.nav && page.path !== "/desk");
  return (
    <div className="desk-brand">
      <Mark open={feed.phase !== "live"} />
      {w("product")}
      {others.length === 0 ? (
        <h1>{t("title")}</h1>
      ) : (
        <Dropdown
          trigger={["click"]}
          menu={{
            items: others.map((page) => ({ key: home(page), label: page.nav ? w(page.nav.key) : "" })),
            onClick: ({ key }) => void go(key),
          }}
        >
          <button type="button" className="jt-bare desk-where">
            <h1>{t("title")}</h1>
            <Icon name="down" size={14} />
          </button>
        </Dropdown>
      )}
    </div>
  );
}

function Instruments({ me }: { me: AgentView }) {
  const t = useWords(area);
  const w = useWords(core);
  const { usable } = useDesk();
  const chosen = STATUS_LOOK[me.status];
  const state = STATE_LOOK[me.state];
  const next = me.next ? STATUS_LOOK[me.next] : null;
  return (
    <>
      <StatusMenu kind="status" me={me}>
        <button
          type="button"
          className="jt-bare desk-cell desk-status"
          data-colour="true"
          data-state={chosen.tone}
          disabled={!usable}
        >
          <span className="desk-k">{t("chosen")}</span>
          <span className="desk-v">
            <Icon name={chosen.icon} />
            {w(`status.${me.status}`)}
            <Icon name="down" size={14} />
          </span>
        </button>
      </StatusMenu>
      <div
        className="desk-cell desk-auto"
        data-colour="true"
        data-state={state.tone}
        data-lit={me.state === "offered" || me.state === "missed"}
      >
        <span className="desk-k">{t("system")}</span>
        <span className="desk-v">
          <Icon name={state.icon} />
          <span role="status">{w(`state.${me.state}`)}</span>
          {me.state === "off" ? null : <Since since={me.since} />}
        </span>
      </div>
      <StatusMenu kind="next" me={me}>
        <button type="button" className="jt-bare desk-cell desk-next" disabled={!usable}>
          <span className="desk-k">{t("next")}</span>
          <span className="desk-v">
            {next && me.next ? (
              <>
                <Icon name={next.icon} />
                {w(`status.${me.next}`)}
              </>
            ) : (
              <span className="desk-dim">{t("nextNone")}</span>
            )}
            <Icon name="down" size={14} />
          </span>
        </button>
      </StatusMenu>
      <WrapUpCell />
      <StreakCell me={me} />
      <section className="desk-today" aria-label={t("today")}>
        <div className="desk-cell">
          <span className="desk-k">{t("handled")}</span>
          <span className="desk-v jt-num">{me.today.handled}</span>
        </div>
        <div className="desk-cell">
          <span className="desk-k">{t("aht")}</span>
          <span className="desk-v">
            <Length ratio={me.today.aht} />
          </span>
        </div>
        <div className="desk-cell">
          <span className="desk-k">{t("fcr")}</span>
          <span className="desk-v">
            <Percent ratio={me.today.fcr} digits={0} />
          </span>
        </div>
        <div className="desk-cell">
          <span className="desk-k">{t("csat")}</span>
          <span className="desk-v">
            <Percent ratio={me.today.csat} digits={0} />
          </span>
        </div>
      </section>
    </>
  );
}

/** Both status menus: what holds now, and what begins when the contacts in hand are done. Breaks ask for a reason. */
function StatusMenu({ kind, me, children }: { kind: "status" | "next"; me: AgentView; children: ReactNode }) {
  const t = useWords(area);
  const w = useWords(core);
  const lang = useLanguage();
  const { run, usable } = useDesk();
  const reasons = useReasons("break");
  const statuses: Status[] = me.part_time ? ["ready", "standby", ...AWAY] : ["ready", ...AWAY];
  const label = (status: Status) => (
    <span className="jt-state" data-state={STATUS_LOOK[status].tone}>
      <Icon name={STATUS_LOOK[status].icon} />
      {w(`status.${status}`)}
    </span>
  );
  const items: NonNullable<MenuProps["items"]> = [
    ...statuses,
    ...(kind === "status" ? (["offline"] as const) : []),
  ].map((status) =>
    status === "break" && reasons.length > 0
      ? {
          key: "break",
          label: label("break"),
          children: reasons.map((reason) => ({ key: `break ${reason.id}`, label: inLanguage(reason.name, lang) })),
        }
      : { key: status, label: label(status) },
  );
  if (kind === "next") items.unshift({ key: "none", label: t("nextNone") }, { type: "divider" });
  const choose = (key: string) => {
    const [status, reason] = key.split(" ");
    if (kind === "next")
      void run("set_next", key === "none" ? { status: null } : { status, ...(reason ? { reason } : {}) });
    else void run("set_status", { status, ...(reason ? { reason } : {}) });
  };
  return (
    <Dropdown
      disabled={!usable}
      trigger={["click"]}
      menu={{
        items,
        selectable: true,
        selectedKeys: kind === "status" ? [me.status] : [me.next ?? "none"],
        onClick: ({ key }) => choose(key),
        "aria-label": kind === "status" ? t("chooseStatus") : t("chooseNext"),
      }}
    >
      {children}
    </Dropdown>
  );
}

/** The wrap-up that ends first: what is left, and half a minute more by one click. The cell stays, so nothing shifts. */
function WrapUpCell() {
  const t = useWords(area);
  const w = useWords(core);
  const { live, run, usable, agentId } = useDesk();
  const first = useSelect(live, (state) => firstToEnd(Object.values(state.contacts), agentId));
  if (!first || first.wrapup_until === null) {
    return (
      <div className="desk-cell desk-wrapcell">
        <span className="desk-k">{t("wrapupNone")}</span>
        <span className="desk-v jt-nodata">–</span>
      </div>
    );
  }
  return (
    <div className="desk-cell desk-wrapcell">
      <span className="desk-k jt-clip">
        {t("wrapupLeft", { name: first.customer_name ?? first.caller ?? w("anonymous") })}
      </span>
      <span className="desk-v">
        <Left until={first.wrapup_until} />
        <button
          type="button"
          className="jt-bare desk-mini"
          disabled={!usable}
          aria-label={`${t("extend", { n: EXTENSION_S })}, ${t("extendLabel", { n: EXTENSION_S })}`}
          onClick={() => void run("extend_wrapup", { contact: first.id })}
        >
          {t("extend", { n: EXTENSION_S })}
        </button>
      </span>
      <Shrinking from={first.since} until={first.wrapup_until} tone="wrapup" />
    </div>
  );
}

function StreakCell({ me }: { me: AgentView }) {
  const t = useWords(area);
  const lang = useLanguage();
  const { online_since_break_ms: base, online_as_of: asOf, online_running: running } = me;
  const length = useCallback((now: Ms) => base + (running ? Math.max(0, now - asOf) : 0), [base, asOf, running]);
  const text = useTimed(useCallback((now: Ms) => duration(length(now), lang), [length, lang]));
  const share = useTimed(
    useCallback((now: Ms) => Math.min(1000, Math.round((length(now) / STREAK_LIMIT) * 1000)), [length]),
  );
  return (
    <div className="desk-cell desk-streak" data-due={me.break_due}>
      <span className="desk-k">{t("streak")}</span>
      <span className="desk-v jt-num">
        {text} <span className="desk-dim">{me.break_due ? t("breakDue") : t("streakOf")}</span>
      </span>
      <span className="desk-meter">
        <i style={{ width: `${share / 10}%` }} />
      </span>
    </div>
  );
}

/** A bar that shrinks to nothing at `until`. Its width is set by the clock, so a throttled tab shows it right. */
export function Shrinking({ from, until, tone }: { from: Ms; until: Ms; tone: "wrapup" | "offered" }) {
  const share = useTimed(
    useCallback(
      (now: Ms) => Math.max(0, Math.min(1000, Math.round(((until - now) / Math.max(1, until - from)) * 1000))),
      [from, until],
    ),
  );
  return (
    <span className="desk-meter" data-tone={tone}>
      <i style={{ width: `${share / 10}%` }} />
    </span>
  );
}

function firstToEnd(contacts: ContactView[], agentId: string): ContactView | null {
  return contacts
    .filter((one) => one.place === "wrapup" && one.agent === agentId && one.wrapup_until !== null)
    .reduce<ContactView | null>((a, b) => (a && (a.wrapup_until ?? 0) <= (b.wrapup_until ?? 0) ? a : b), null);
}

const AWAY: Status[] = ["break", "training", "meeting", "casework"];
const EXTENSION_S = 30;
/** Two hours on line earn a break (requirement G6). */
const STREAK_LIMIT = 2 * 3600_000;
