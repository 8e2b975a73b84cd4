import { Dropdown, Select } from "antd";
import { useMemo, useState } from "react";
import { useSearchParams } from "react-router";
import { isProblem } from "../../api/problem";
import { core } from "../../i18n/core";
import { forecast } from "../../i18n/forecast";
import { instant } from "../../i18n/format";
import { inLanguage, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { worded } from "../../i18n/problems";
import { requirement } from "../../i18n/requirement";
import { useMay } from "../../session/session";
import { Button } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import { useNotice } from "../../ui/notices";
import { Tabs } from "../schedule/Tabs";
import { AccuracyView } from "./AccuracyView";
import { exportAddress, type ForecastQueue, type Period, useChanges, useForecast, useQueues } from "./api";
import { BacktestView } from "./BacktestView";
import { ColdStart } from "./ColdStart";
import { CurveView } from "./CurveView";
import { dayName } from "./days";
import { EventsView } from "./EventsView";
import { periodOf, SPANS } from "./model";
import { NeedView } from "./NeedView";
import { linesFile, needFile, type Waits } from "./needApi";
import "../reports/reports.css";
import "./forecast.css";

const VIEWS = ["curve", "need", "events", "backtest", "accuracy"] as const;
type View = (typeof VIEWS)[number];

/** What comes to a queue, day by day and by quarter of an hour; what is known beforehand; how good forecasts are. */
export default function ForecastPage() {
  const t = useWords(forecast);
  const w = useWords(core);
  const queues = useQueues();
  const [params, setParams] = useSearchParams();
  const view = VIEWS.find((one) => one === params.get("view")) ?? "curve";
  const items = queues.data?.items ?? [];
  const queue = items.find((one) => one.queue === params.get("queue")) ?? items.find((one) => one.latest) ?? items[0];
  const set = (changes: Record<string, string | null>) =>
    setParams(
      (before) => {
        const after = new URLSearchParams(before);
        for (const [name, value] of Object.entries(changes)) {
          if (value === null) after.delete(name);
          else after.set(name, value);
        }
        return after;
      },
      { replace: true },
    );
  return (
    <div className="pl-page">
      <Tabs />
      <div className="fc">
        {queues.isPending ? (
          <p className="rp-wait jt-note" role="status">
            {w("loading")}
          </p>
        ) : null}
        {queues.error ? (
          <Empty kind="lost" action={<Button onClick={() => void queues.refetch()}>{w("retry")}</Button>}>
            {worded(queues.error)}
          </Empty>
        ) : null}
        {queues.data && !queue ? <Empty kind="none">{t("noQueues")}</Empty> : null}
        {queues.data && queue ? (
          <QueueForecast
            key={queue.queue}
            queues={items}
            queue={queue}
            today={queues.data.today}
            view={view}
            weeks={SPANS.find((one) => String(one) === params.get("weeks")) ?? 4}
            day={params.get("day")}
            blocking={shareOf(params.get("blocking")) ?? 0.01}
            waits={params.get("waits") === "planned" ? "planned" : "measured"}
            set={set}
          />
        ) : null}
      </div>
    </div>
  );
}

function QueueForecast({
  queues,
  queue,
  today,
  view,
  weeks,
  day,
  blocking,
  waits,
  set,
}: {
  queues: readonly ForecastQueue[];
  queue: ForecastQueue;
  today: string;
  view: View;
  weeks: number;
  day: string | null;
  blocking: number;
  waits: Waits;
  set: (changes: Record<string, string | null>) => void;
}) {
  const t = useWords(forecast);
  const w = useWords(core);
  const lang = useLanguage();
  const edits = useMay("plan.edit");
  const notice = useNotice();
  const { shown, ahead } = useMemo(() => periodOf(today, weeks), [today, weeks]);
  const found = useForecast(queue.queue, shown);
  const changes = useChanges();
  const [leaning, setLeaning] = useState(false);
  const name = inLanguage(queue.names, lang);
  const cold = found.data?.history.few === true;
  const failed = (error: unknown) => {
    if (isProblem(error, "no_history")) setLeaning(true);
    else notice.failed(error);
  };
  const make = () => {
    changes.make.mutate(
      { queue: queue.queue, ...ahead, similar: null, expected_a_day: null },
      { onSuccess: (made) => notice.done(t("made", { last: dayName(made.last, lang) })), onError: failed },
    );
  };
  const version = found.data?.version ?? null;
  return (
    <>
      <header className="fc-bar">
        <h1 className="jt-hidden">{t("title")}</h1>
        <Select
          className="fc-queue"
          aria-label={t("queue")}
          value={queue.queue}
          showSearch={{ optionFilterProp: "label" }}
          options={queues.map((one) => ({ value: one.queue, label: inLanguage(one.names, lang) }))}
          onChange={(next) => set({ queue: next, day: null })}
        />
        <div className="fc-views" role="tablist" aria-label={t("views")}>
          {VIEWS.map((one) => (
            <button
              key={one}
              type="button"
              role="tab"
              id={`fc-tab-${one}`}
              aria-selected={one === view}
              aria-controls="fc-view"
              onClick={() => set({ view: one === "curve" ? null : one })}
            >
              {t(`view.${one}`)}
            </button>
          ))}
        </div>
        <label className="fc-field">
          <span>{t("horizon")}</span>
          <select value={weeks} onChange={(event) => set({ weeks: event.target.value })}>
            {SPANS.map((one) => (
              <option key={one} value={one}>
                {t("weeks", { n: one })}
              </option>
            ))}
          </select>
        </label>
        <p className="fc-made jt-note" role="status">
          {changes.make.isPending
            ? t("making")
            : version
              ? t("madeAt", {
                  name: version.basis.nightly ? t("byItself") : version.made_by_name,
                  at: instant(version.made_at, "moment", lang),
                  n: version.basis.days,
                })
              : found.data
                ? t("notMade")
                : ""}
          {version?.basis.similar ? ` · ${t("leans", { queue: nameOf(queues, version.basis.similar, lang) })}` : ""}
        </p>
        <span className="jt-fill" />
        {view === "need" ? (
          <ExportNeed queue={queue.queue} period={ahead} blocking={blocking} waits={waits} />
        ) : version ? (
          <Dropdown
            trigger={["click"]}
            placement="bottomRight"
            menu={{
              items: (["day", "interval"] as const).flatMap((every) =>
                (["xlsx", "csv"] as const).map((format) => ({
                  key: `${every}-${format}`,
                  label: (
                    <a href={exportAddress({ queue: queue.queue, ...ahead, every, format, language: lang })} download>
                      {t(every === "day" ? "exportDays" : "exportIntervals", { format: format.toUpperCase() })}
                    </a>
                  ),
                })),
              ),
            }}
          >
            <Button icon="download" aria-haspopup="menu">
              {w("export")}
            </Button>
          </Dropdown>
        ) : null}
        {edits && cold ? (
          <Button kind="quiet" onClick={() => setLeaning(true)}>
            {t("similar")}
          </Button>
        ) : null}
        {edits ? (
          <Button kind="main" onClick={make} disabled={changes.make.isPending || !found.data}>
            {t("make")}
          </Button>
        ) : null}
      </header>
      <div className="fc-view" id="fc-view" role="tabpanel" aria-labelledby={`fc-tab-${view}`}>
        {view === "curve" && found.error ? (
          <Empty kind="lost" action={<Button onClick={() => void found.refetch()}>{w("retry")}</Button>}>
            {worded(found.error)}
          </Empty>
        ) : null}
        {view === "curve" && found.isPending ? (
          <p className="rp-wait jt-note" role="status">
            {w("loading")}
          </p>
        ) : null}
        {view === "curve" && found.data ? (
          <CurveView
            data={found.data}
            queue={queue}
            chosen={day}
            choose={(next) => set({ day: next })}
            edits={edits}
            lean={() => setLeaning(true)}
          />
        ) : null}
        {view === "need" ? (
          <NeedView
            queue={queue}
            ahead={ahead}
            made={version !== null || !found.data}
            day={day}
            choose={(next) => set({ day: next })}
            blocking={blocking}
            waits={waits}
            set={set}
          />
        ) : null}
        {view === "events" ? <EventsView queue={queue} queues={queues} today={today} edits={edits} /> : null}
        {view === "backtest" ? <BacktestView queue={queue} name={name} /> : null}
        {view === "accuracy" ? <AccuracyView queue={queue} today={today} name={name} /> : null}
      </div>
      {leaning ? (
        <ColdStart queue={queue} queues={queues} ahead={ahead} close={() => setLeaning(false)} changes={changes} />
      ) : null}
    </>
  );
}

function ExportNeed({
  queue,
  period,
  blocking,
  waits,
}: {
  queue: string;
  period: Period;
  blocking: number;
  waits: Waits;
}) {
  const t = useWords(requirement);
  const w = useWords(core);
  const language = useLanguage();
  const items = (["interval", "day"] as const).flatMap((every) =>
    (["xlsx", "csv"] as const).map((format) => ({ every, format })),
  );
  const said = ({ every, format }: (typeof items)[number]) => ({
    every: t(every === "day" ? "byDay" : "byQuarter"),
    format: format.toUpperCase(),
  });
  return (
    <Dropdown
      trigger={["click"]}
      placement="bottomRight"
      menu={{
        items: [
          ...items.map((one) => ({
            key: `agents-${one.every}-${one.format}`,
            label: (
              <a href={needFile({ queue, ...period, ...one, language })} download>
                {t("exportAgents", said(one))}
              </a>
            ),
          })),
          ...items.map((one) => ({
            key: `lines-${one.every}-${one.format}`,
            label: (
              <a href={linesFile({ ...period, ...one, blocking, waits, language })} download>
                {t("exportLines", said(one))}
              </a>
            ),
          })),
        ],
      }}
    >
      <Button icon="download" aria-haspopup="menu">
        {w("export")}
      </Button>
    </Dropdown>
  );
}

/** Of an address that somebody may have written by hand; null: no share that can be asked for. */
function shareOf(text: string | null): number | null {
  const value = Number(text);
  return text !== null && value >= 0.0001 && value <= 0.5 ? value : null;
}

function nameOf(queues: readonly ForecastQueue[], id: string, lang: Parameters<typeof inLanguage>[1]): string {
  const found = queues.find((one) => one.queue === id);
  return found ? inLanguage(found.names, lang) : id;
}
