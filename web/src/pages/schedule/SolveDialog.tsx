import { Modal, Select } from "antd";
import { useId, useState } from "react";
import { zone } from "../../i18n/format";
import { inLanguage, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { wordedCode } from "../../i18n/problems";
import { schedule } from "../../i18n/schedule";
import { Button } from "../../ui/Button";
import { useNotice } from "../../ui/notices";
import type { DraftState, GroupCover } from "./api";
import { dayPlus } from "./axis";
import { Proposal } from "./Proposal";
import { SolvePlot } from "./SolvePlot";
import type { Span } from "./useBoard";
import { type Asked, useProposal, useSolve, wanted } from "./useSolve";
import { todayIn } from "./useView";
import type { Clocks } from "./words";

/**
 * Has the draft solved: what to ask, how far it is, and what came of it beside what is there. It can be left and come
 * back to; nothing is changed before somebody accepts.
 */
export function SolveDialog({
  draft,
  span,
  groups,
  clocks,
  nameOf,
  within,
  ensure,
  onClose,
}: {
  draft: DraftState | null;
  span: Span;
  groups: readonly GroupCover[];
  clocks: Clocks;
  nameOf: (agent: string) => string;
  within: number | null;
  ensure: () => Promise<string | undefined>;
  onClose: () => void;
}) {
  const t = useWords(schedule);
  const notice = useNotice();
  const { latest, job, proposal } = useProposal(draft?.id ?? null);
  const solve = useSolve();
  const state = job?.state ?? null;
  const open = latest !== null && latest.state === "asked";
  const running = open && (state === "queued" || state === "running");
  const ended = open && (state === "failed" || state === "cancelled" || state === "interrupted") && !proposal?.before;
  const start = async (asked: Asked) => {
    try {
      const id = await ensure();
      if (id === undefined) return;
      await solve.ask.mutateAsync({ draft: id, asked });
    } catch (error) {
      notice.failed(error);
    }
  };
  const settle = async (decision: "accept" | "discard") => {
    if (!draft || !latest) return;
    try {
      await solve.settle.mutateAsync({ job: latest.job, decision });
      notice.done(t(decision === "accept" ? "accepted" : "discarded"));
      if (decision === "accept") onClose();
    } catch (error) {
      notice.failed(error);
    }
  };
  return (
    <Modal
      open
      mask={{ closable: false }}
      width={640}
      title={t("solveTitle")}
      onCancel={onClose}
      footer={null}
      destroyOnHidden
    >
      {running && job ? (
        <div className="sc-solving">
          <p role="status">
            {state === "queued" ? t("solveQueued") : t("solveRunning")}{" "}
            <span className="jt-note">{job.share === null ? "" : `${Math.round(job.share * 100)} %`}</span>
          </p>
          <SolvePlot job={job} />
          <p className="jt-note">{t("solveLeave")}</p>
          <div className="jt-row">
            <Button onClick={() => solve.cancel.mutate(job.id)}>{t("solveCancel")}</Button>
            <Button kind="quiet" onClick={onClose}>
              {t("solveClose")}
            </Button>
          </div>
        </div>
      ) : ended && latest && job ? (
        <div className="sc-solving">
          <p role="alert">
            {state === "failed"
              ? t("solveFailed", { why: wordedCode(job.error ?? "") ?? job.error_detail ?? "" })
              : t(state === "cancelled" ? "solveCancelled" : "solveInterrupted")}
          </p>
          <div className="jt-row">
            <Button kind="main" onClick={() => solve.again.mutate(job.id)}>
              {t("solveAgain")}
            </Button>
            <Button onClick={() => void settle("discard")}>{t("discard")}</Button>
          </div>
        </div>
      ) : open && proposal?.before ? (
        <Proposal
          proposal={proposal}
          rev={draft?.rev ?? 0}
          clocks={clocks}
          nameOf={nameOf}
          within={within}
          working={solve.settle.isPending}
          onAccept={() => void settle("accept")}
          onDiscard={() => void settle("discard")}
        />
      ) : (
        <Form
          span={draft ? { first: maxDay(draft.first, span.first), last: minDay(draft.last, span.last) } : span}
          groups={groups}
          clocks={clocks}
          tomorrow={dayPlus(todayIn(zone()), 1)}
          working={solve.ask.isPending}
          onStart={(asked) => void start(asked)}
        />
      )}
    </Modal>
  );
}

const maxDay = (a: string, b: string) => (a > b ? a : b);
const minDay = (a: string, b: string) => (a < b ? a : b);

function Form({
  span,
  groups,
  clocks,
  tomorrow,
  working,
  onStart,
}: {
  span: Span;
  groups: readonly GroupCover[];
  clocks: Clocks;
  tomorrow: string; // the first day that has not begun
  working: boolean;
  onStart: (asked: Asked) => void;
}) {
  const t = useWords(schedule);
  const lang = useLanguage();
  const ids = useId();
  const [asked, setAsked] = useState<Asked>(() => wanted(span));
  const set = (change: Partial<Asked>) => setAsked((now) => ({ ...now, ...change }));
  const weights = [0, 1, 3].map((value) => ({ value, label: t(`weight.${value as 0 | 1 | 3}`) }));
  return (
    <form
      className="sc-form"
      onSubmit={(event) => {
        event.preventDefault();
        onStart(asked);
      }}
    >
      <fieldset className="sc-field">
        <legend>{t("solvePeriod")}</legend>
        <label>
          {t("solveFrom")}{" "}
          <input
            type="date"
            required
            min={span.first}
            max={asked.last}
            value={asked.first}
            onChange={(event) => set({ first: event.target.value })}
          />
        </label>
        <label>
          {t("solveUntil")}{" "}
          <input
            type="date"
            required
            min={asked.first}
            max={span.last}
            value={asked.last}
            onChange={(event) => set({ last: event.target.value })}
          />
        </label>
      </fieldset>
      {asked.first < tomorrow ? <p className="jt-note">{t("solveBegun", { day: clocks.day(tomorrow) })}</p> : null}
      <div className="sc-field">
        <label htmlFor={`${ids}g`}>{t("solveGroups")}</label>
        <Select
          id={`${ids}g`}
          mode="multiple"
          value={asked.groups}
          placeholder={t("solveAllGroups")}
          options={groups.map((one) => ({ value: one.id, label: inLanguage(one.names, lang) || one.id }))}
          onChange={(value: string[]) => set({ groups: value })}
          style={{ minWidth: 260 }}
        />
      </div>
      <div className="sc-field">
        <label htmlFor={`${ids}s`}>{t("solveSeconds")}</label>
        <span className="jt-row">
          <input
            id={`${ids}s`}
            type="number"
            min={1}
            max={1800}
            required
            value={asked.seconds}
            onChange={(event) => set({ seconds: Number(event.target.value) })}
          />
          <span className="jt-note">{t("seconds")}</span>
        </span>
      </div>
      <div className="sc-field">
        <label htmlFor={`${ids}k`}>{t("solveKeep")}</label>
        <Select
          id={`${ids}k`}
          value={asked.keep}
          options={(["locked", "edited"] as const).map((value) => ({ value, label: t(`solveKeep.${value}`) }))}
          onChange={(keep) => set({ keep })}
          style={{ minWidth: 260 }}
        />
      </div>
      {(["wishes", "fairness", "change"] as const).map((name) => (
        <div className="sc-field" key={name}>
          <label htmlFor={`${ids}${name}`}>
            {t(name === "wishes" ? "solveWishes" : name === "fairness" ? "solveFairness" : "solveChange")}
          </label>
          <Select
            id={`${ids}${name}`}
            value={asked[name]}
            options={weights}
            onChange={(value: number) => set({ [name]: value })}
            style={{ minWidth: 120 }}
          />
        </div>
      ))}
      <label className="sc-check">
        <input
          type="checkbox"
          checked={asked.overtime}
          onChange={(event) => set({ overtime: event.target.checked })}
        />
        {t("solveOvertime")}
      </label>
      <p className="jt-note">{t("solveLeave")}</p>
      <div className="jt-row">
        <Button kind="main" type="submit" disabled={working}>
          {t("solveStart")}
        </Button>
      </div>
    </form>
  );
}
