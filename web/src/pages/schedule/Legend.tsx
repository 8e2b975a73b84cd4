import { useWords } from "../../i18n/messages";
import { schedule } from "../../i18n/schedule";
import type { Activity } from "./model";

const SHOWN: readonly Activity[] = ["work", "break", "meal", "training", "meeting", "casework", "leave", "standby"];

/** What the colours mean, and the keys most used. */
export function Legend() {
  const t = useWords(schedule);
  return (
    <footer className="sc-keys" aria-hidden="true">
      {SHOWN.map((activity) => (
        <span key={activity}>
          <i className="sc-a sc-swatch" data-activity={activity} />
          {t(`activity.${activity}`)}
        </span>
      ))}
      <span>
        <i className="sc-a sc-swatch" data-activity="work" data-edited />
        {t("notSaved")}
      </span>
      <span className="jt-fill" />
      <span className="sc-hintkeys">
        <span>
          <kbd>← →</kbd>
          {t("key.move")}
        </span>
        <span>
          <kbd>Shift ← →</kbd>
          {t("key.resize")}
        </span>
        <span>
          <kbd>Alt ↑ ↓</kbd>
          {t("key.person")}
        </span>
        <span>
          <kbd>1–6</kbd>
          {t("key.activity")}
        </span>
        <span>
          <kbd>Ctrl Z</kbd>
          {t("undo")}
        </span>
        <span>
          <kbd>?</kbd>
          {t("key.all")}
        </span>
      </span>
    </footer>
  );
}
