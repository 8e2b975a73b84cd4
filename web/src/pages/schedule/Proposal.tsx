import { useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { schedule } from "../../i18n/schedule";
import { scheduleFaults } from "../../i18n/scheduleFaults";
import { Button } from "../../ui/Button";
import type { Proposal as Proposed } from "./api";
import { FigureTable } from "./EffectPanel";
import type { Clocks } from "./words";

const FEW = 12;

/** What the solver proposes, beside the draft as it is: cover, cost, wishes that it does not keep and why. */
export function Proposal({
  proposal,
  rev,
  clocks,
  nameOf,
  within,
  working,
  onAccept,
  onDiscard,
}: {
  proposal: Proposed;
  rev: number;
  clocks: Clocks;
  nameOf: (agent: string) => string;
  within: number | null;
  working: boolean;
  onAccept: () => void;
  onDiscard: () => void;
}) {
  const t = useWords(schedule);
  const f = useWords(scheduleFaults);
  const rule = (name: string) => (`rule.${name}` in scheduleFaults.en ? f(`rule.${name}` as "rule.rest") : name);
  const why = (name: string) => (`unmet.${name}` in schedule.en ? t(`unmet.${name}` as "unmet.rules") : name);
  const join = useLanguage() === "en" ? ", " : "、";
  const gap = proposal.gap ?? 0;
  return (
    <div className="sc-proposal">
      <p>
        <b>{t("proposal")}</b>{" "}
        <span className="jt-note">
          {t("proposalNote")} · {t("proposalDays", { n: proposal.days.length })} ·{" "}
          {proposal.finished && gap < 0.0005
            ? t("proposalProved")
            : t("proposalStopped", { gap: (gap * 100).toFixed(1) })}
        </span>
      </p>
      {proposal.rev !== rev ? (
        <p className="jt-note" role="status">
          {t("proposalStale")}
        </p>
      ) : null}
      <FigureTable
        before={proposal.before}
        after={proposal.after}
        since=""
        heads={[t("effectBefore"), t("effectAfter")]}
        within={within}
      />
      <h3>{proposal.unmet.length > 0 ? t("unmet", { n: proposal.unmet.length }) : t("unmetNone")}</h3>
      {proposal.unmet.length > 0 ? (
        <ul className="sc-unmet">
          {proposal.unmet.slice(0, FEW).map((one) => (
            <li key={`${one.agent} ${one.day} ${one.what}`}>
              <span>{nameOf(one.agent)}</span>
              <span className="jt-note">{one.day ? clocks.day(one.day) : ""}</span>
              <span className="jt-note">{why(one.why)}</span>
            </li>
          ))}
          {proposal.unmet.length > FEW ? (
            <li className="jt-note">{t("moreChanges", { n: proposal.unmet.length - FEW })}</li>
          ) : null}
        </ul>
      ) : null}
      {proposal.conflicts.length > 0 ? (
        <>
          <h3>{t("rosterConflicts", { n: proposal.conflicts.length })}</h3>
          <ul className="sc-unmet">
            {proposal.conflicts.slice(0, FEW).map((one) => (
              <li key={`${one.agent} ${one.days.join()} ${one.rules.join()}`}>
                <span>{nameOf(one.agent)}</span>
                <span className="jt-note">{one.days.map(clocks.dayShort).join(join)}</span>
                <span className="jt-note">
                  {t("rosterConflictWhat", {
                    rules: one.rules.map(rule).join(" + "),
                    broken: one.broken.map(rule).join(join),
                  })}
                </span>
              </li>
            ))}
          </ul>
        </>
      ) : null}
      <div className="jt-row">
        <Button kind="main" disabled={working} onClick={onAccept}>
          {t("accept")}
        </Button>
        <Button disabled={working} onClick={onDiscard}>
          {t("discard")}
        </Button>
      </div>
    </div>
  );
}
