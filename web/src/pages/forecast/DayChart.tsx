import { useMemo } from "react";
import { forecast } from "../../i18n/forecast";
import { instant } from "../../i18n/format";
import { inLanguage, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { worded } from "../../i18n/problems";
import { requirement } from "../../i18n/requirement";
import { useChart } from "../../ui/charts";
import { type Day, type ForecastQueue, type Slot, useDay } from "./api";
import { dayName } from "./days";
import { curve } from "./drawing";
import { axisSaid, busy, contacts, range, share } from "./model";
import { type Need, useNeed } from "./needApi";

/** One day by quarter of an hour, with the agents that it needs: the need of the queue's group, as the schedule has it. */
export function DayChart({ queue, day }: { queue: ForecastQueue; day: string }) {
  const t = useWords(forecast);
  const found = useDay(queue.queue, day);
  const need = useNeed(queue.queue, { first: day, last: day }, false);
  const said = found.data?.slots.some((slot) => slot.mean !== null) ?? false; // a need without its forecast says little
  if (found.error) return <p className="fc-warn">{worded(found.error)}</p>;
  return (
    <div className="fc-day" aria-busy={found.isPending}>
      {found.data ? <Plot data={found.data} need={said ? (need.data ?? null) : null} /> : null}
      <p className="fc-names" aria-hidden="true">
        <span data-line="1">{t("expected")}</span>
        <span data-line="2">{t("came")}</span>
        <span data-line="3">{t("need")}</span>
      </p>
      {need.error ? <p className="fc-warn">{worded(need.error)}</p> : null}
      {need.data && said ? <Note need={need.data} /> : null}
    </div>
  );
}

function Note({ need }: { need: Need }) {
  const t = useWords(requirement);
  const lang = useLanguage();
  const { basis, group } = need;
  if (need.unknown || !basis || !group) {
    return <p className="jt-note">{need.unknown ? t(`unknown.${need.unknown}`) : ""}</p>;
  }
  return (
    <p className="jt-note">
      {t("noteDay", {
        group: inLanguage(group.names, lang),
        target: share(basis.share, 0),
        seconds: basis.within_s,
        patience:
          basis.patience_s === null ? t("noteStay") : t("noteLeave", { seconds: Math.round(basis.patience_s) }),
      })}
    </p>
  );
}

/** The need in the day's own quarters of an hour. */
function withNeed(slots: readonly Slot[], need: Need | null): (Slot & { need: number | null })[] {
  const known = need?.slots;
  const step = (need?.step_s ?? 0) * 1000;
  return slots.map((slot) => ({
    ...slot,
    need: known?.need[(slot.start - known.start) / step] ?? null,
  }));
}

function Plot({ data, need }: { data: Day; need: Need | null }) {
  const t = useWords(forecast);
  const lang = useLanguage();
  const drawn = useMemo(() => {
    const slots = busy(withNeed(data.slots, need));
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
            `${t("need")} ${slot.need === null ? "–" : axisSaid(slot.need, lang)}`,
          ].join("<br>");
        },
      },
    );
  }, [data, need, lang, t]);
  const box = useChart(drawn);
  return (
    <div ref={box} className="fc-daychart" role="img" aria-label={t("dayLabel", { day: dayName(data.day, lang) })} />
  );
}
