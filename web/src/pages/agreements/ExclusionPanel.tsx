import { useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { http } from "../../api/http";
import { agreements } from "../../i18n/agreements";
import { count, instant, localDay } from "../../i18n/format";
import { inLanguage, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { Button, IconButton } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import { Icon } from "../../ui/Icon";
import { useNotice } from "../../ui/notices";
import { KEY, sla } from "./api";
import { Decide } from "./Decide";
import { dayName, share } from "./figures";
import type { Contract, Exclusion, ExclusionList } from "./model";
import { decidingSide } from "./sides";

const ExclusionForm = lazy(() => import("./ExclusionForm"));

/** What is asked to be left out, with its evidence and what it would change; the other side decides. */
export function ExclusionPanel({
  contract,
  list,
  them,
  us,
  now,
}: {
  contract: Contract;
  list: ExclusionList;
  them: string;
  us: string;
  now: number;
}) {
  const t = useWords(agreements);
  const lang = useLanguage();
  const [asking, setAsking] = useState<Exclusion | "new" | null>(null);
  const waiting = list.items.filter((one) => one.state === "submitted");
  const other = list.items.filter((one) => one.state !== "submitted");
  const oldest = Math.max(0, ...waiting.map((one) => (now - (one.submitted_at ?? now)) / 86_400_000));
  const edits = contract.may.includes("edit");
  const decider = decidingSide(contract) === "ours" ? us : them;
  return (
    <section aria-labelledby="ag-exclusions">
      <div className="ag-h">
        <h2 id="ag-exclusions">{t("exclusionsFor", { who: decider })}</h2>
        {waiting.length > 0 ? (
          <span className="jt-note">{t("exclusionsNote", { n: waiting.length, days: Math.floor(oldest) })}</span>
        ) : null}
        <span className="jt-fill" />
        {edits && contract.current !== null ? (
          <IconButton
            icon="plus"
            label={t("submitExclusion")}
            onClick={() => setAsking("new")}
            disabled={list.classes.length === 0}
          />
        ) : null}
      </div>
      {waiting.length === 0 ? (
        <Empty kind="none" inline>
          {t("noExclusions")}
        </Empty>
      ) : null}
      <ul>
        {waiting.map((one) => (
          <OneExclusion key={one.id} one={one} contract={contract} edit={() => setAsking(one)} who={decider} />
        ))}
      </ul>
      {waiting.length > 0 ? (
        <p className="ag-sum">
          {list.together !== null ? (
            <>
              <b>{t("allApproved", { value: share(list.together) })}</b>{" "}
              {list.together_needed ? inLanguage(list.together_needed.texts, lang) : null}
              <br />
            </>
          ) : null}
          {t("noExclusionForAccess")}
        </p>
      ) : null}
      {other.length > 0 ? (
        <details className="ag-decided" open={waiting.length === 0 && other.some((one) => one.state === "draft")}>
          <summary>
            {t("decided")} <span className="jt-note">{other.length}</span>
          </summary>
          <ul>
            {other.map((one) => (
              <OneExclusion key={one.id} one={one} contract={contract} edit={() => setAsking(one)} who={decider} />
            ))}
          </ul>
        </details>
      ) : null}
      {asking ? (
        <Suspense fallback={null}>
          <ExclusionForm
            contract={contract}
            classes={list.classes}
            exclusion={asking === "new" ? null : asking}
            who={decider}
            onClose={() => setAsking(null)}
          />
        </Suspense>
      ) : null}
    </section>
  );
}

function OneExclusion({
  one,
  contract,
  edit,
  who,
}: {
  one: Exclusion;
  contract: Contract;
  edit: () => void;
  who: string;
}) {
  const t = useWords(agreements);
  const lang = useLanguage();
  const notice = useNotice();
  const queries = useQueryClient();
  const [deciding, setDeciding] = useState<"approved" | "rejected" | null>(null);
  const edits = contract.may.includes("edit");
  const decides =
    one.state === "submitted" && contract.may.includes("approve") && contract.side === decidingSide(contract);
  const act = (what: "submit" | "withdraw") =>
    http
      .post(sla.one("exclusions", one.id, `/${what}`))
      .then(() => notice.done(t(what === "submit" ? "exSubmitted" : "exWithdrawn", { who })))
      .catch(notice.failed)
      .finally(() => void queries.invalidateQueries({ queryKey: [KEY] }));
  const sameDay = localDay(one.start) === localDay(one.end);
  const when = t("exclusionWhere", {
    from: instant(one.start, "clock", lang),
    to: sameDay ? instant(one.end, "clock", lang) : instant(one.end, "moment", lang),
    n: one.contacts === null ? "–" : count(one.contacts, lang),
    kind: inLanguage(one.cls_names, lang),
  });
  return (
    <li className="ag-ex">
      <span className="t">
        {dayName(localDay(one.start), lang)}　{one.title}
      </span>
      <span className="g jt-num">
        {share(one.before)} → <b>{share(one.value)}</b>
      </span>
      <span className="d">
        <span>{when}</span>
        {one.state === "submitted" ? null : <span className="jt-strong">{t(`exclusion.${one.state}`)}</span>}
      </span>
      {one.reason ? (
        <span className="d">
          <span>{one.reason}</span>
        </span>
      ) : null}
      <span className="d">
        <Icon name="doc" size={14} />
        {one.evidence.map((each) =>
          each.url ? (
            <a
              key={each.id}
              href={each.url}
              {...(each.file ? { download: true } : { target: "_blank", rel: "noreferrer" })}
            >
              {each.title}
            </a>
          ) : (
            <span key={each.id}>{each.title}</span>
          ),
        )}
        {one.evidence.length === 0 ? <span>{t("noEvidence")}</span> : null}
        <span className="jt-fill" />
        <span>
          {one.submitted_at
            ? t("submittedBy", {
                who: one.submitted_by_name ?? one.made_by_name,
                at: instant(one.submitted_at, "day", lang),
              })
            : one.made_by_name}
        </span>
      </span>
      {one.decision ? (
        <span className="d">
          <span>
            {one.decision.by_name} {instant(one.decision.at, "moment", lang)}
            {one.decision.reason ? `: ${one.decision.reason}` : ""}
          </span>
        </span>
      ) : null}
      {decides ? (
        <span className="acts">
          <Button size="small" kind="main" icon="check" onClick={() => setDeciding("approved")}>
            {t("approve")}
          </Button>
          <Button size="small" onClick={() => setDeciding("rejected")}>
            {t("reject")}
          </Button>
        </span>
      ) : null}
      {edits && (one.state === "draft" || one.state === "submitted") ? (
        <span className="acts">
          {one.state === "draft" ? (
            <>
              <Button size="small" icon="edit" onClick={edit}>
                {t("edit")}
              </Button>
              <Button
                size="small"
                kind="main"
                disabled={one.evidence.length === 0}
                onClick={() => void act("submit")}
              >
                {t("exSubmit")}
              </Button>
            </>
          ) : null}
          <Button size="small" kind="quiet" onClick={() => void act("withdraw")}>
            {t("withdraw")}
          </Button>
        </span>
      ) : null}
      {deciding ? (
        <Decide
          to={sla.one("exclusions", one.id, "/decide")}
          decision={deciding}
          title={`${t(deciding === "approved" ? "approve" : "reject")}: ${one.title}`}
          onClose={() => setDeciding(null)}
        >
          {`${t("youSign", { who })}\n${dayName(localDay(one.start), lang, true)} ${when}\n${share(one.before)} → ${share(one.value)} %`}
        </Decide>
      ) : null}
    </li>
  );
}
