import { type KeyboardEvent, useCallback, useMemo, useState } from "react";
import { forecast } from "../../i18n/forecast";
import { type Language, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { Button, IconButton } from "../../ui/Button";
import { useChart } from "../../ui/charts";
import { Empty } from "../../ui/Empty";
import { AdjustDialog } from "./AdjustDialog";
import { Adjustments } from "./Adjustments";
import type { Forecast, ForecastDay, ForecastQueue } from "./api";
import { DayChart } from "./DayChart";
import { Drivers } from "./Drivers";
import { dayName, dayTick } from "./days";
import { curve } from "./drawing";
import { ahead, axisSaid, contacts, range, weekday } from "./model";

/** The days as a curve with its band, the chosen day beside it: what makes it, its quarters of an hour, its changes. */
export function CurveView({
  data,
  queue,
  chosen,
  choose,
  edits,
  lean,
}: {
  data: Forecast;
  queue: ForecastQueue;
  chosen: string | null;
  choose: (day: string) => void;
  edits: boolean;
  lean: () => void;
}) {
  const t = useWords(forecast);
  const lang = useLanguage();
  const at = Math.max(
    data.days.findIndex((one) => one.day === (chosen ?? data.today)),
    0,
  );
  const day = data.days[at];
  const [adjusting, setAdjusting] = useState(false);
  if (data.history.days === 0 && !data.version) {
    return (
      <Empty kind="none" action={edits ? <Button onClick={lean}>{t("similar")}</Button> : undefined}>
        {t("noHistory")}
      </Empty>
    );
  }
  const step = (by: number) => {
    const next = data.days[at + by];
    if (next) choose(next.day);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "ArrowLeft") step(-1);
    else if (event.key === "ArrowRight") step(1);
    else return;
    event.preventDefault();
  };
  const sums = ahead(data.days, data.today);
  const said = (figure: string) => (data.version ? figure : "–"); // no forecast is not nought
  return (
    <div className="fc-split">
      <div className="fc-main">
        <dl className="fc-sums">
          <Sum name={t("contactsAhead")} value={said(contacts(sums.contacts, lang))} />
          <Sum name={t("hoursAhead")} value={said(contacts(sums.hours, lang))} />
          <Sum name={t("openDays")} value={said(String(sums.days))} />
        </dl>
        {data.history.few ? <p className="fc-warn">{t("few")}</p> : null}
        {data.version && data.version.basis.aht_known === 0 ? <p className="fc-warn">{t("ahtPresumed")}</p> : null}
        <section className="fc-plot" tabIndex={0} onKeyDown={onKeyDown} aria-label={t("curveLabel")}>
          <DaysChart data={data} chosen={at} choose={choose} />
        </section>
        <DayTable days={data.days} today={data.today} chosen={at} choose={choose} />
      </div>
      {day ? (
        <aside className="fc-side" aria-label={dayName(day.day, lang)}>
          <header>
            <IconButton icon="left" label={t("earlierDay")} onClick={() => step(-1)} disabled={at === 0} />
            <h2>{dayName(day.day, lang)}</h2>
            <IconButton
              icon="right"
              label={t("laterDay")}
              onClick={() => step(1)}
              disabled={at === data.days.length - 1}
            />
            <span className="jt-fill" />
            {edits && day.day >= data.today && day.forecast ? (
              <Button icon="edit" onClick={() => setAdjusting(true)}>
                {t("adjust")}
              </Button>
            ) : null}
          </header>
          <DayChart queue={queue} day={day.day} />
          <Drivers drivers={day.drivers} />
          <Adjustments adjustments={data.adjustments} edits={edits} />
        </aside>
      ) : null}
      {adjusting && day ? <AdjustDialog queue={queue.queue} day={day} close={() => setAdjusting(false)} /> : null}
    </div>
  );
}

function Sum({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd className="jt-num">{value}</dd>
    </div>
  );
}

function DaysChart({ data, chosen, choose }: { data: Forecast; chosen: number; choose: (day: string) => void }) {
  const t = useWords(forecast);
  const lang = useLanguage();
  const drawn = useMemo(() => {
    const today = data.days.findIndex((one) => one.day === data.today);
    return curve(
      {
        ticks: data.days.map((one) => dayTick(one.day, lang)),
        mean: data.days.map((one) => one.forecast?.mean ?? null),
        low: data.days.map((one) => one.forecast?.p10 ?? null),
        high: data.days.map((one) => one.forecast?.p90 ?? null),
        came: data.days.map((one) => one.came),
        mark: today >= 0 ? { at: today, name: t("today") } : null,
        chosen,
      },
      {
        mean: t("expected"),
        came: t("came"),
        band: t("band"),
        need: t("need"),
        value: (value) => axisSaid(value, lang),
        tip: (index) => {
          const one = data.days[index];
          return one ? tip(one, lang, t) : "";
        },
      },
    );
  }, [data, chosen, lang, t]);
  const pick = useCallback(
    ({ index }: { index: number }) => {
      const one = data.days[index];
      if (one) choose(one.day);
    },
    [data, choose],
  );
  const box = useChart(drawn, pick);
  return <div ref={box} className="fc-chart" role="img" aria-label={t("curveLabel")} />;
}

function tip(day: ForecastDay, lang: Language, t: (key: "expected" | "came" | "band") => string): string {
  const lines = [`<b>${dayName(day.day, lang)}</b>`];
  if (day.forecast) {
    lines.push(`${t("expected")} ${contacts(day.forecast.mean, lang)}`);
    lines.push(`${t("band")} ${range(day.forecast.p10, day.forecast.p90, lang)}`);
  }
  if (day.came !== null) lines.push(`${t("came")} ${contacts(day.came, lang)}`);
  return lines.join("<br>");
}

function DayTable({
  days,
  today,
  chosen,
  choose,
}: {
  days: readonly ForecastDay[];
  today: string;
  chosen: number;
  choose: (day: string) => void;
}) {
  const t = useWords(forecast);
  const lang = useLanguage();
  const shown = days.map((one, at) => ({ one, at })).filter(({ one }) => one.day >= today || one.forecast);
  return (
    <table className="fc-table">
      <caption className="jt-hidden">{t("daysTable")}</caption>
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
            {t("aht")} <small>s</small>
          </th>
          <th scope="col">{t("marks")}</th>
        </tr>
      </thead>
      <tbody>
        {shown.map(({ one, at }) => (
          <tr key={one.day} data-chosen={at === chosen || undefined} data-today={one.day === today || undefined}>
            <th scope="row">
              <button type="button" className="jt-link" aria-pressed={at === chosen} onClick={() => choose(one.day)}>
                {dayName(one.day, lang)}
              </button>
            </th>
            <td className="jt-num">{contacts(one.forecast?.mean, lang)}</td>
            <td className="jt-num fc-quiet">
              {one.forecast && one.open ? range(one.forecast.p10, one.forecast.p90, lang) : "–"}
            </td>
            <td className="jt-num">{contacts(one.came, lang)}</td>
            <td className="jt-num fc-quiet">{one.aht_s === null ? "–" : Math.round(one.aht_s)}</td>
            <td className="fc-marks">{marks(one, t)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

type Mark = "holiday" | "makeUp" | "closed" | "events" | "changedByHand";

function marks(day: ForecastDay, t: (key: Mark) => string): string {
  const weekend = weekday(day.day) === 0 || weekday(day.day) === 6;
  return [
    day.holiday ? `${t("holiday")} ${day.holiday}` : "",
    day.working && weekend ? t("makeUp") : "",
    day.forecast && !day.open ? t("closed") : "",
    day.events.length > 0 ? t("events") : "",
    day.adjustments.length > 0 ? t("changedByHand") : "",
  ]
    .filter(Boolean)
    .join(" · ");
}
