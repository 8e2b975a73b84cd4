import { useState } from "react";
import { useWords } from "../../i18n/messages";
import { schedule } from "../../i18n/schedule";
import { IconButton } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import type { Made } from "./draft";
import { touched } from "./edits";
import { editSaid, type Tell } from "./said";

const FEW = 8;

/** What is not saved, each with its own way back; and how far it is from here to the people. */
export function ChangePanel({
  made,
  rev,
  saved,
  next,
  tell,
  onUndo,
}: {
  made: readonly Made[];
  rev: number | null;
  saved: number; // person-days of the draft that differ from what is published
  next: number;
  tell: Tell;
  onUndo: (id: number) => void;
}) {
  const t = useWords(schedule);
  const [all, setAll] = useState(false);
  const people = new Set(made.flatMap((one) => touched(one.edit).map((key) => key.split(" ")[0]))).size;
  const latest = [...made].reverse();
  const shown = all ? latest : latest.slice(0, FEW);
  const drafted = rev !== null && made.length === 0;
  return (
    <section aria-label={t("changes")} className="sc-changes">
      <div className="sc-h">
        <h2>{t("changes")}</h2>
        <span className="jt-note">
          {made.length === 0 ? t("noChanges") : t("changesNote", { n: made.length, people })}
        </span>
      </div>
      <ol className="sc-steps">
        <li className="sc-step" data-done={rev !== null || undefined}>
          {rev === null ? null : <Icon name="check" size={14} />}
          {t("step.draft", { n: rev ?? 1 })}
        </li>
        <li
          className="sc-step"
          aria-current={!drafted && made.length > 0 ? "step" : undefined}
          data-done={drafted || undefined}
        >
          {t("step.changes", { n: made.length > 0 ? made.length : saved })}
        </li>
        <li className="sc-step" aria-current={drafted && saved > 0 ? "step" : undefined}>
          {t("step.check")}
        </li>
        <li className="sc-step">{t("step.publish", { n: next })}</li>
      </ol>
      <ul>
        {shown.map((one) => {
          const said = editSaid(one.edit, tell);
          return (
            <li key={one.id} className="sc-change">
              <span className="jt-clip">{tell.nameOf(one.edit.agent)}</span>
              <span className="jt-note jt-clip" title={said}>
                {said}
              </span>
              <IconButton
                icon="undo"
                label={t("undoThis", { what: `${tell.nameOf(one.edit.agent)} ${said}` })}
                onClick={() => onUndo(one.id)}
              />
            </li>
          );
        })}
      </ul>
      {latest.length > FEW ? (
        <button type="button" className="jt-link sc-all" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? t("showFewer") : t("moreChanges", { n: latest.length - FEW })}
        </button>
      ) : null}
    </section>
  );
}
