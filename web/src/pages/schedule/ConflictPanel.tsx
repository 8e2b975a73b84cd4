import { useState } from "react";
import { useWords } from "../../i18n/messages";
import { schedule } from "../../i18n/schedule";
import { Icon, type IconName } from "../../ui/Icon";
import type { Conflict } from "./api";
import { type FaultWords, faultDay, faultTitle, faultWhy, fixName } from "./faults";

const FEW = 6;

const ICONS: Record<string, IconName> = {
  certificate_lapsing: "cert",
  certificate_lapsed: "cert",
  cover_gap: "callin",
  nobody_able: "people",
  single_point: "person",
};

/** What the check found: what must be mended first, then what to note. Each leads to its place; plain ones are mended
 * by one press. */
export function ConflictPanel({
  items,
  must,
  notes,
  stale,
  failed,
  words,
  dated,
  editable,
  onLocate,
  onFix,
}: {
  items: readonly Conflict[];
  must: number;
  notes: number;
  stale: boolean;
  failed: boolean;
  words: FaultWords;
  dated: boolean; // several days are in view
  editable: boolean;
  onLocate: (one: Conflict) => void;
  onFix: (one: Conflict) => void;
}) {
  const t = useWords(schedule);
  const [all, setAll] = useState(false);
  const shown = all ? items : items.slice(0, FEW);
  return (
    <section aria-label={t("conflicts")} className="sc-conflicts">
      <div className="sc-h">
        <h2>{t("conflicts")}</h2>
        <span className="jt-note">
          {failed
            ? t("checkFailed")
            : items.length === 0
              ? stale
                ? t("conflictsStale")
                : t("noConflicts")
              : t("conflictsCount", { must, notes })}
        </span>
        {stale && items.length > 0 ? (
          <span className="jt-note sc-stale" title={t("conflictsStale")}>
            <Icon name="clock" size={14} label={t("conflictsStale")} />
          </span>
        ) : null}
      </div>
      <ul>
        {shown.map((one) => (
          <li key={one.key} className="sc-fault" data-must={one.must || undefined}>
            <Icon name={one.must ? "missed" : (ICONS[one.code] ?? "clock")} />
            <span className="sc-faultname">
              {one.agent ? `${words.nameOf(one.agent)} ` : ""}
              {dated ? `${faultDay(one, words)} ` : ""}
              {faultTitle(one, words)}
            </span>
            <span className="sc-faultacts">
              {one.fix.length > 0 && editable ? (
                <button type="button" className="jt-link" onClick={() => onFix(one)}>
                  {fixName(one, words)}
                </button>
              ) : null}
              <button
                type="button"
                className="jt-link"
                aria-label={`${t("locate")}: ${one.agent ? words.nameOf(one.agent) : ""} ${faultTitle(one, words)}`}
                onClick={() => onLocate(one)}
              >
                {t("locate")}
              </button>
            </span>
            <span className="sc-faultwhy">{faultWhy(one, words)}</span>
          </li>
        ))}
      </ul>
      {items.length > FEW ? (
        <button type="button" className="jt-link sc-all" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? t("showFewer") : t("showAll", { n: items.length })}
        </button>
      ) : null}
    </section>
  );
}
