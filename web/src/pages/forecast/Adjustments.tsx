import { forecast } from "../../i18n/forecast";
import { instant } from "../../i18n/format";
import { useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { IconButton } from "../../ui/Button";
import { useNotice } from "../../ui/notices";
import { type Adjustment, useChanges } from "./api";
import { dayName } from "./days";
import { clockOf, contacts } from "./model";

/** Changes by hand in the shown period; each can be taken back, and for ten seconds put back again. */
export function Adjustments({ adjustments, edits }: { adjustments: readonly Adjustment[]; edits: boolean }) {
  const t = useWords(forecast);
  const lang = useLanguage();
  const notice = useNotice();
  const changes = useChanges();
  const takeBack = (one: Adjustment) =>
    changes.undo.mutate(one.id, {
      onSuccess: () => notice.undoable(t("undone"), () => changes.redo.mutate(one.id, { onError: notice.failed })),
      onError: notice.failed,
    });
  return (
    <section className="fc-adjustments" aria-labelledby="fc-adjustments">
      <h3 id="fc-adjustments">{t("adjustments")}</h3>
      {adjustments.length === 0 ? <p className="jt-note">{t("noAdjustments")}</p> : null}
      <ul>
        {adjustments.map((one) => (
          <li key={one.id}>
            <div>
              <b>
                {one.first === one.last
                  ? dayName(one.first, lang)
                  : `${dayName(one.first, lang)} – ${dayName(one.last, lang)}`}
              </b>
              {one.from_s > 0 || one.until_s < 86_400 ? (
                <span className="jt-num">
                  {" "}
                  {clockOf(one.from_s)}–{one.until_s === 86_400 ? "24:00" : clockOf(one.until_s)}
                </span>
              ) : null}
              <span>
                {" "}
                {t(`how.${one.how}`)} {one.how === "factor" ? one.value : contacts(one.value, lang)}
              </span>
              {one.note ? <p>{one.note}</p> : null}
              <p className="jt-note">
                {t("by", { name: one.made_by_name, at: instant(one.made_at, "moment", lang) })}
              </p>
            </div>
            {edits ? <IconButton icon="back" label={t("takeBack")} onClick={() => takeBack(one)} /> : null}
          </li>
        ))}
      </ul>
    </section>
  );
}
