import { Icon } from "../../ui/Icon";
import type { Shown } from "./model";
import { dayName, points, useLabWords } from "./words";

/** The base against the day as it was measured, or why that cannot be said. */
export function CheckLine({ shown }: { shown: Shown }) {
  const { t, lang } = useLabWords();
  const { sl3, sl7 } = shown.check;
  const day = dayName(shown.study.date, lang, false);
  const out = [sl3, sl7].find((one) => one && !one.inside);
  const fitted = shown.notes.some((note) => note.startsWith("online:") && note !== "online:1");
  let text: string;
  if (!sl3) text = t(shown.measured?.sl3 == null ? "checkNone" : "checkWait");
  else {
    const words = {
      day,
      sl3: points(sl3.measured),
      sl7: points(sl7?.measured),
      base3: points(sl3.mean),
      base7: points(sl7?.mean),
    };
    text = out
      ? t("checkOut", {
          ...words,
          which: out === sl3 ? "SL3" : t("trueAccess"),
          low: points(out.low),
          high: points(out.high),
        })
      : t("checkIn", words);
  }
  return (
    <div className="lab-check" data-out={out !== undefined}>
      <Icon name={out ? "alarm" : sl3 ? "check" : "info"} size={14} />
      <span>
        {text}
        {sl3 && fitted ? ` ${t("checkFitted")}` : ""}
      </span>
      <span className="jt-fill" />
      <span className="jt-note">{t("legend")}</span>
    </div>
  );
}
