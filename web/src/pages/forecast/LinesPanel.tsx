import { useMemo, useState } from "react";
import { core } from "../../i18n/core";
import { instant } from "../../i18n/format";
import { inLanguage, useLanguage } from "../../i18n/language";
import { useWords, type Words } from "../../i18n/messages";
import { worded } from "../../i18n/problems";
import { requirement } from "../../i18n/requirement";
import { Button } from "../../ui/Button";
import { useChart } from "../../ui/charts";
import { Empty } from "../../ui/Empty";
import type { Period } from "./api";
import { dayName, dayTick } from "./days";
import { axisSaid, contacts, share } from "./model";
import { type HeldQueue, type Lines, useLines, type Waits } from "./needApi";
import { span, steps } from "./needDrawing";

/** Lines for the callers of all voice queues, beside the seats, and the peak beside the channels there are. */
export function LinesPanel({
  period,
  day,
  blocking,
  waits,
  set,
  name,
}: {
  period: Period;
  day: string | null;
  blocking: number;
  waits: Waits;
  set: (changes: Record<string, string | null>) => void;
  name: string;
}) {
  const t = useWords(requirement);
  const w = useWords(core);
  const found = useLines(period, blocking, waits);
  return (
    <>
      <header>
        <h2 className="fc-h">{t("lines")}</h2>
      </header>
      <div className="fc-ask">
        <Blocking value={blocking} set={(value) => set({ blocking: value })} />
        <label className="fc-field">
          <span>{t("waits")}</span>
          <select value={waits} onChange={(event) => set({ waits: event.target.value })}>
            <option value="measured">{t("waits.measured")}</option>
            <option value="planned">{t("waits.planned")}</option>
          </select>
        </label>
      </div>
      {found.error ? (
        <Empty kind="lost" action={<Button onClick={() => void found.refetch()}>{w("retry")}</Button>}>
          {worded(found.error)}
        </Empty>
      ) : null}
      {found.isPending ? (
        <p className="rp-wait jt-note" role="status">
          {w("loading")}
        </p>
      ) : null}
      {found.data ? <Found lines={found.data} day={day} name={name} /> : null}
    </>
  );
}

/** In per cent; what is no share is not asked for. */
function Blocking({ value, set }: { value: number; set: (value: string) => void }) {
  const t = useWords(requirement);
  const [text, setText] = useState(String(Math.round(value * 1e5) / 1e3));
  return (
    <label className="fc-field">
      <span>{t("blocking")}</span>
      <input
        type="number"
        min={0.01}
        max={50}
        step="any"
        required
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          const given = Number(event.target.value) / 100;
          if (event.target.value !== "" && given >= 0.0001 && given <= 0.5) set(String(given));
        }}
      />
      <span>%</span>
    </label>
  );
}

function Found({ lines, day, name }: { lines: Lines; day: string | null; name: string }) {
  const t = useWords(requirement);
  const lang = useLanguage();
  const { peak, peak_high } = lines;
  if (!peak) return <Empty kind="none">{t("noVoice")}</Empty>;
  const over = peak.blocked !== null && peak.blocked > lines.blocking;
  const step = (peak.at - lines.start) / (lines.step_s * 1000);
  const at = `${dayName(dayOf(lines, step), lang)} ${instant(peak.at, "clock", lang)}`;
  return (
    <>
      <dl className="fc-sums">
        <div>
          <dt>{t("atPeak")}</dt>
          <dd className="jt-num">{peak.lines}</dd>
          <dd className="jt-note">{peak_high ? t("peakNote", { at, high: peak_high.lines }) : at}</dd>
        </div>
        <div>
          <dt>{t("seatsThen")}</dt>
          <dd className="jt-num">{axisSaid(peak.seats, lang)}</dd>
        </div>
        <div>
          <dt>{t("channels")}</dt>
          <dd className="jt-num">{lines.channels ?? "–"}</dd>
          <dd className="jt-note">
            {lines.channels === null ? t("noTrunks") : t("trunks", { n: lines.trunks.length })}
          </dd>
        </div>
        {peak.blocked === null ? null : (
          <div>
            <dt>{t("turnedAway")}</dt>
            <dd className={over ? "jt-num fc-warn" : "jt-num"}>{share(peak.blocked, 2)}</dd>
            <dd className="jt-note">{t("turnedAwayNote")}</dd>
          </div>
        )}
      </dl>
      <LinesChart
        lines={lines}
        day={day}
        label={day ? t("linesLabel", { span: name }) : t("linesDays", { span: name })}
      />
      <p className="fc-names" aria-hidden="true">
        <span data-line="3">{t("linesNeeded")}</span>
        <span data-line="1">{t("seats")}</span>
        {lines.channels === null ? null : <span data-line="5">{t("channels")}</span>}
      </p>
      <p className="jt-note">{t("linesNote", { retries: share(lines.retries, 0) })}</p>
      {lines.shared ? <p className="fc-warn">{t("shared")}</p> : null}
      <Holding queues={lines.queues} />
    </>
  );
}

/** A day by quarter of an hour; the horizon by the peak of each day. */
function LinesChart({ lines, day, label }: { lines: Lines; day: string | null; label: string }) {
  const t = useWords(requirement);
  const lang = useLanguage();
  const drawn = useMemo(() => {
    const { slots, start, step_s, channels, days } = lines;
    const of = days.find((one) => one.day === day);
    const said = (head: string, needed: number, high: number | null, seats: number, load: string) =>
      [
        `<b>${head}</b>`,
        `${t("linesNeeded")} ${needed}${high === null ? "" : `–${high}`}`,
        ...(load ? [load] : []),
        `${t("seats")} ${axisSaid(seats, lang)}`,
      ].join("<br>");
    const value = (one: number) => axisSaid(one, lang);
    const common = { heads: null, under: null, level: channels };
    if (!of) {
      const banded = days.every((one) => one.lines_high !== null);
      return steps(
        {
          ...common,
          ticks: days.map((one) => dayTick(one.day, lang)),
          need: days.map((one) => one.lines),
          low: banded ? days.map((one) => one.lines) : null,
          high: banded ? days.map((one) => one.lines_high ?? 0) : null,
          beside: days.map((one) => one.seats),
        },
        {
          value,
          tip: (i) => {
            const one = days[i];
            if (!one) return "";
            const at = one.at === null ? "" : ` ${instant(one.at, "clock", lang)}`;
            return said(`${dayName(one.day, lang)}${at}`, one.lines, one.lines_high, one.seats, "");
          },
        },
      );
    }
    const [from, until] = span(of.first, of.steps, (i) => (slots.lines[i] ?? 0) > 0 || (slots.seats[i] ?? 0) > 0);
    const clock = (i: number) => instant(start + (from + i) * step_s * 1000, "clock", lang);
    return steps(
      {
        ...common,
        ticks: slots.lines.slice(from, until).map((_, i) => clock(i)),
        need: slots.lines.slice(from, until),
        low: slots.lines_high ? slots.lines.slice(from, until) : null,
        high: slots.lines_high?.slice(from, until) ?? null,
        beside: slots.seats.slice(from, until),
      },
      {
        value,
        tip: (i) => {
          const n = from + i;
          const load = `${axisSaid(slots.load[n] ?? 0, lang)} Erl`;
          return said(
            `${dayName(of.day, lang)} ${clock(i)}`,
            slots.lines[n] ?? 0,
            slots.lines_high?.[n] ?? null,
            slots.seats[n] ?? 0,
            load,
          );
        },
      },
    );
  }, [lines, day, lang, t]);
  const box = useChart(drawn);
  return <div ref={box} className="fc-daychart" role="img" aria-label={label} />;
}

/** How long a call of each queue holds its line, in seconds; whence that is known, where it is not all measured. */
function Holding({ queues }: { queues: readonly HeldQueue[] }) {
  const t = useWords(requirement);
  const lang = useLanguage();
  const heads = ["flow", "wait", "talk", "held"] as const;
  return (
    <table className="fc-table fc-held">
      <caption>
        {t("heldTable")}
        {queues.every((one) => whence(one, t) === "") ? ` · ${t("allMeasured")}` : ""}
      </caption>
      <thead>
        <tr>
          <th scope="col">{t("queue")}</th>
          {heads.map((head) => (
            <th key={head} scope="col" className="jt-num">
              {t(head)} <small>s</small>
            </th>
          ))}
        </tr>
      </thead>
      {queues.map((one) => (
        <tbody key={one.queue}>
          <tr>
            <th scope="row">{inLanguage(one.names, lang)}</th>
            {[one.flow_s, one.wait_s, one.talk_s, one.held_s].map((value, at) => (
              <td key={heads[at]} className="jt-num">
                {contacts(value, lang)}
              </td>
            ))}
          </tr>
          {whence(one, t) ? (
            <tr className="fc-whence">
              <td colSpan={heads.length + 1}>{whence(one, t)}</td>
            </tr>
          ) : null}
        </tbody>
      ))}
    </table>
  );
}

type Said = Words<(typeof requirement)["zh-Hans"]>;

/** Empty: all of it is measured. */
function whence(one: HeldQueue, t: Said): string {
  if (!one.sources) return t("noForecast");
  const { flow, wait, talk } = one.sources;
  const said = [
    flow === "measured" ? "" : t(`flow.${flow}`),
    wait === "measured" ? "" : t(`wait.${wait}`),
    talk === "presumed" ? t("talk.presumed") : "",
  ].filter(Boolean);
  return said.join("; ");
}

function dayOf(lines: Lines, step: number): string {
  return lines.days.findLast((one) => one.first <= step)?.day ?? "";
}
