import { useMemo } from "react";
import { forecast } from "../../i18n/forecast";
import { instant } from "../../i18n/format";
import { useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { worded } from "../../i18n/problems";
import { useChart } from "../../ui/charts";
import { type Day, type ForecastQueue, useDay } from "./api";
import { dayName } from "./days";
import { curve } from "./drawing";
import { axisSaid, busy, contacts, range, share } from "./model";

/** One day by quarter of an hour, with the agents that it needs. */
export function DayChart({ queue, day }: { queue: ForecastQueue; day: string }) {
  const t = useWords(forecast);
  const found = useDay(queue.queue, day);
  if (found.error) return <p className="fc-warn">{worded(found.error)}</p>;
  return (
    <div className="fc-day" aria-busy={found.isPending}>
      {found.data ? <Plot data={found.data} /> : null}
      <p className="fc-names" aria-hidden="true">
        <span data-line="1">{t("expected")}</span>
        <span data-line="2">{t("came")}</span>
        <span data-line="3">{t("need")}</span>
      </p>
      <p className="jt-note">{t("needNote", { target: share(queue.target, 0), seconds: queue.within_s })}</p>
    </div>
  );
}

function Plot({ data }: { data: Day }) {
  const t = useWords(forecast);
  const lang = useLanguage();
  const drawn = useMemo(() => {
    const slots = busy(data.slots);
    const clock = (at: number) => instant(at, "clock", lang);
    return curve(
      {
        ticks: slots.map((slot) => clock(slot.start)),
        mean: slots.map((slot) => slot.mean),
        low: slots.map((slot) => slot.p10),
        high: slots.map((slot) => slot.p90),
        came: slots.map((slot) => slot.came),
        need: slots.map((slot) => slot.need),
        mark: null,
        chosen: null,
      },
      {
        mean: t("expected"),
        came: t("came"),
        band: t("band"),
        need: t("need"),
        value: (value) => axisSaid(value, lang),
        tip: (index) => {
          const slot = slots[index];
          if (!slot) return "";
          return [
            `<b>${clock(slot.start)}</b>`,
            `${t("expected")} ${contacts(slot.mean, lang)} (${range(slot.p10, slot.p90, lang)})`,
            `${t("came")} ${contacts(slot.came, lang)}`,
            `${t("need")} ${slot.need === null ? "–" : Math.ceil(slot.need)}`,
          ].join("<br>");
        },
      },
    );
  }, [data, lang, t]);
  const box = useChart(drawn);
  return (
    <div ref={box} className="fc-daychart" role="img" aria-label={t("dayLabel", { day: dayName(data.day, lang) })} />
  );
}
