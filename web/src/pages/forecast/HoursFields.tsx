import { forecast } from "../../i18n/forecast";
import { useWords } from "../../i18n/messages";
import { clockOf } from "./model";

/** First and last day, and between which hours of each. Fields `first`, `last`, `from`, `until`. */
export function HoursFields({
  first,
  last,
  from,
  until,
}: {
  first: string;
  last: string;
  from: number;
  until: number;
}) {
  const t = useWords(forecast);
  return (
    <>
      <label>
        <span>{t("firstDay")}</span>
        <input name="first" type="date" required defaultValue={first} />
      </label>
      <label>
        <span>{t("lastDay")}</span>
        <input name="last" type="date" required defaultValue={last} />
      </label>
      <label>
        <span>{t("fromHour")}</span>
        <input name="from" type="time" step={900} required defaultValue={clockOf(from)} />
      </label>
      <label>
        <span>{t("untilHour")}</span>
        <input name="until" type="time" step={900} required defaultValue={clockOf(until)} />
      </label>
    </>
  );
}
