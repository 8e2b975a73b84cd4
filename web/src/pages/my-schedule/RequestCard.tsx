import { App } from "antd";
import { instant } from "../../i18n/format";
import { useLanguage } from "../../i18n/language";
import type { Ms } from "../../live/types";
import { Button } from "../../ui/Button";
import { Icon, type IconName } from "../../ui/Icon";
import { useNotice } from "../../ui/notices";
import type { Request, RequestKind, RequestState } from "../schedule/api";
import { useAnswer, useColleagues } from "./api";
import { daySaid } from "./model";
import { asksMe, mayGiveBack, mayWithdraw, taken } from "./requests";
import { faultSaid, requestSaid, type Said } from "./words";

const ICON: Record<RequestKind, IconName> = {
  leave: "leave",
  swap: "repeat",
  give_away: "transfer",
  call_up: "callin",
  overtime: "clock",
};
const STATE_ICON: Record<RequestState, IconName> = {
  offered: "clock",
  awaiting: "clock",
  approved: "check",
  refused: "close",
  declined: "close",
  withdrawn: "back",
  expired: "clock",
};

/** A request of mine, or one that I am asked for: what it is about, how it stands, and what I can do. */
export function RequestCard({ one, me, now, said }: { one: Request; me: string; now: Ms; said: Said }) {
  const { t } = said;
  const lang = useLanguage();
  const notice = useNotice();
  const answer = useAnswer();
  const { modal } = App.useApp();
  const asked = asksMe(one, me);
  const act = (what: "accept" | "decline" | "withdraw") =>
    answer.mutateAsync({ id: one.id, act: what }).then(
      (now) => {
        if (what === "accept") notice.done(t(now?.state === "awaiting" ? "acceptedAwaiting" : "accepted"));
        else notice.done(t(what === "decline" ? "declined" : "withdrawn"));
      },
      (error: unknown) => notice.warn(faultSaid(error, t)),
    );
  const state = asked ? t("state.offeredMe") : t(`state.${one.state}`);
  return (
    <li className="ms-request" data-asked={asked} data-state-of={one.state}>
      <Icon name={ICON[one.kind]} />
      <div className="ms-request-what">
        <p className="jt-strong">{t(`kind.${one.kind}`)}</p>
        <p>{requestSaid(one, said)}</p>
        {asked && (one.kind === "swap" || one.kind === "give_away") ? <Shifts one={one} said={said} /> : null}
        {one.note ? <p className="jt-note">{one.note}</p> : null}
        <p className="jt-note ms-request-state">
          <Icon name={STATE_ICON[one.state]} size={14} />
          {taken(one, me) ? t("takenMeanwhile") : state}
          {one.expires_at !== null && asked ? (
            <span>{t("expires", { at: instant(one.expires_at, "moment", lang) })}</span>
          ) : null}
        </p>
        {one.reason ? <p className="jt-note">{t("reason", { why: one.reason })}</p> : null}
      </div>
      {asked ? (
        <div className="ms-acts">
          <Button kind="main" disabled={answer.isPending} onClick={() => void act("accept")}>
            {t("accept")}
          </Button>
          <Button disabled={answer.isPending} onClick={() => void act("decline")}>
            {t("decline")}
          </Button>
        </div>
      ) : mayWithdraw(one, me, now) ? (
        <div className="ms-acts">
          <Button
            kind="quiet"
            disabled={answer.isPending}
            onClick={() =>
              void modal.confirm({
                title: t(mayGiveBack(one, me, now) ? "giveBackSure" : "withdrawSure"),
                content: requestSaid(one, said),
                okText: t("withdraw"),
                cancelText: t("cancel"),
                onOk: () => act("withdraw"),
              })
            }
          >
            {t("withdraw")}
          </Button>
        </div>
      ) : null}
    </li>
  );
}

/** What whoever asks would give me: the hours of their shift. */
function Shifts({ one, said }: { one: Request; said: Said }) {
  const { t, clocks } = said;
  const found = useColleagues(one.kind === "swap" ? "swap" : "give_away", one.partner_day ?? one.day, one.day);
  const theirs = found.data?.items.find((each) => each.agent === one.agent);
  const hours = theirs && daySaid(theirs.spans, clocks.clock, said.activity);
  return hours ? <p className="jt-num">{t("theirShift", { who: one.agent_name, hours })}</p> : null;
}
