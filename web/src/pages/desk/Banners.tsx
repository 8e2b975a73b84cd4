import { useCallback } from "react";
import { core } from "../../i18n/core";
import { desk as area } from "../../i18n/desk";
import { duration } from "../../i18n/format";
import { inLanguage, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { useTimed } from "../../live/clock";
import type { AgentView, Ms } from "../../live/types";
import { useRow } from "../../live/useLive";
import { Button } from "../../ui/Button";
import { Left } from "../../ui/figures";
import { Icon } from "../../ui/Icon";
import { useDesk, useMe } from "./context";
import { useNews } from "./news";

/** What stays on screen while it is true: not responding, an invitation, a break that is due, a new article. */
export function Banners() {
  const me = useMe();
  return (
    <>
      {me?.state === "missed" ? <Missed /> : null}
      {me?.invitation ? <Invitation invitation={me.invitation} /> : null}
      {me?.break_due && me.next !== "break" && me.status !== "break" ? <BreakDue me={me} /> : null}
      <NewArticle />
    </>
  );
}

function Missed() {
  const t = useWords(area);
  const { run, usable } = useDesk();
  return (
    <div className="jt-banner" data-level="act" role="alert">
      <Icon name="missed" />
      <span className="jt-grow">
        <b className="jt-strong">{t("missedTitle")}</b> {t("missedText")}
      </span>
      <Button kind="main" disabled={!usable} onClick={() => void run("set_status", { status: "ready" })}>
        {t("imBack")}
      </Button>
    </div>
  );
}

/** Part-timers on standby: join or not, with the time that is left (requirement A6). */
function Invitation({ invitation }: { invitation: NonNullable<AgentView["invitation"]> }) {
  const t = useWords(area);
  const lang = useLanguage();
  const { live, run, usable } = useDesk();
  const queue = useRow(live, "queues", invitation.queue);
  const [before, after] = t("invitationText", { left: "\u0000" }).split("\u0000");
  return (
    <div className="jt-banner desk-invitation" data-state="standby" role="alert">
      <Icon name="callin" />
      <span className="jt-grow">
        <b className="jt-strong">{t("invitation", { queue: inLanguage(queue?.name, lang) || invitation.queue })}</b>{" "}
        <span aria-live="off">
          {before}
          <Left until={invitation.expires} />
          {after}
        </span>
      </span>
      <Button kind="main" disabled={!usable} onClick={() => void run("answer_invitation", { join: true })}>
        {t("join")}
      </Button>
      <Button disabled={!usable} onClick={() => void run("answer_invitation", { join: false })}>
        {t("notNow")}
      </Button>
    </div>
  );
}

function BreakDue({ me }: { me: AgentView }) {
  const t = useWords(area);
  const lang = useLanguage();
  const { run, usable } = useDesk();
  const { online_since_break_ms: base, online_as_of: asOf, online_running: running } = me;
  const time = useTimed(
    useCallback(
      (now: Ms) => duration(base + (running ? Math.max(0, now - asOf) : 0), lang),
      [base, asOf, running, lang],
    ),
  );
  return (
    <div className="jt-banner" data-level="look" role="status">
      <Icon name="break" />
      <span className="jt-grow">{t("breakDueText", { time })}</span>
      <Button
        size="small"
        disabled={!usable}
        onClick={() => void run(me.contacts > 0 ? "set_next" : "set_status", { status: "break" })}
      >
        {me.contacts > 0 ? t("takeBreak") : t("breakNow")}
      </Button>
    </div>
  );
}

function NewArticle() {
  const t = useWords(area);
  const w = useWords(core);
  const { news, putAway } = useNews();
  const { showArticle } = useDesk();
  if (!news) return null;
  return (
    <div className="jt-banner" role="status">
      <Icon name="book" />
      <span className="jt-grow jt-clip">{t("published", { title: news.title })}</span>
      <Button
        size="small"
        onClick={() => {
          showArticle(news.article);
          putAway();
        }}
      >
        {t("open")}
      </Button>
      <Button size="small" kind="quiet" onClick={putAway}>
        {w("close")}
      </Button>
    </div>
  );
}
