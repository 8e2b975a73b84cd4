import { core } from "../../i18n/core";
import { forecast } from "../../i18n/forecast";
import { useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { worded } from "../../i18n/problems";
import { Button } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import { type ForecastQueue, useHeld } from "./api";
import { dayName } from "./days";
import { Judged } from "./Judged";
import { contacts, range, share, shifted } from "./model";

const BACK_DAYS = 91;

/** Past days against what had been forecast for them. */
export function AccuracyView({ queue, today, name }: { queue: ForecastQueue; today: string; name: string }) {
  const t = useWords(forecast);
  const w = useWords(core);
  const lang = useLanguage();
  const found = useHeld(queue.queue, { first: shifted(today, -BACK_DAYS), last: today });
  if (found.error) {
    return (
      <Empty kind="lost" action={<Button onClick={() => void found.refetch()}>{w("retry")}</Button>}>
        {worded(found.error)}
      </Empty>
    );
  }
  if (!found.data) {
    return (
      <p className="rp-wait jt-note" role="status">
        {w("loading")}
      </p>
    );
  }
  if (found.data.days.length === 0) return <Empty kind="none">{t("noneHeld")}</Empty>;
  return (
    <div className="fc-one">
      <p className="jt-note">{t("accuracyNote")}</p>
      <Judged found={found.data.all} />
      <table className="fc-table fc-narrow">
        <caption className="jt-hidden">{name}</caption>
        <thead>
          <tr>
            <th scope="col">{t("day")}</th>
            <th scope="col" className="jt-num">
              {t("expected")}
            </th>
            <th scope="col" className="jt-num">
              {t("range")}
            </th>
            <th scope="col" className="jt-num">
              {t("came")}
            </th>
            <th scope="col" className="jt-num">
              {t("wmape")}
            </th>
          </tr>
        </thead>
        <tbody>
          {[...found.data.days].reverse().map((one) => (
            <tr key={one.day}>
              <th scope="row">{dayName(one.day, lang)}</th>
              <td className="jt-num">{contacts(one.mean, lang)}</td>
              <td className="jt-num fc-quiet">{range(one.p10, one.p90, lang)}</td>
              <td className="jt-num">{contacts(one.came, lang)}</td>
              <td className="jt-num">{share(one.wmape)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
