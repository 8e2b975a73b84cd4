import { useCallback, useMemo } from "react";
import { core } from "../../i18n/core";
import { instant } from "../../i18n/format";
import { inLanguage, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { worded } from "../../i18n/problems";
import { requirement } from "../../i18n/requirement";
import { Button, IconButton } from "../../ui/Button";
import { useChart } from "../../ui/charts";
import { Empty } from "../../ui/Empty";
import { MetricName } from "../../ui/metric";
import type { ForecastQueue, Period } from "./api";
import { dayName, dayTick } from "./days";
import { LinesPanel } from "./LinesPanel";
import { axisSaid, contacts, range, share } from "./model";
import { type Need, type NeedDay, useNeed, type Waits } from "./needApi";
import { headsOf, span, steps } from "./needDrawing";

/** Who is needed on the days ahead, beside who is scheduled; at its side the lines that these callers take. */
export function NeedView({
  queue,
  ahead,
  made,
  day,
  choose,
  blocking,
  waits,
  set,
}: {
  queue: ForecastQueue;
  ahead: Period;
  /** Whether a forecast has been made; else it is reckoned from the queue's past as it is now. */
  made: boolean;
  day: string | null;
  choose: (day: string | null) => void;
  blocking: number;
  waits: Waits;
  set: (changes: Record<string, string | null>) => void;
}) {
  const t = useWords(requirement);
  const w = useWords(core);
  const lang = useLanguage();
  const found = useNeed(queue.queue, ahead, true);
  const chosen = day !== null && day >= ahead.first && day <= ahead.last ? day : null;
  return (
    <div className="fc-split">
      <div className="fc-main">
        <h2 className="fc-h">{t("agents")}</h2>
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
        {found.data ? <Basis need={found.data} /> : null}
        {found.data?.slots && !made ? <p className="fc-warn">{t("unmade")}</p> : null}
        {found.data?.unknown ? <Empty kind="none">{t(`unknown.${found.data.unknown}`)}</Empty> : null}
        {found.data?.slots ? <Agents need={found.data} chosen={chosen} choose={choose} /> : null}
      </div>
      <aside className="fc-side" aria-label={t("lines")}>
        <LinesPanel
          period={ahead}
          day={chosen}
          blocking={blocking}
          waits={waits}
          set={set}
          name={chosen ? dayName(chosen, lang) : t("horizon")}
        />
      </aside>
    </div>
  );
}

/** By which model, promise and patience the need is reckoned. */
function Basis({ need }: { need: Need }) {
  const t = useWords(requirement);
  const lang = useLanguage();
  const { basis, group } = need;
  if (!basis || !group) return null;
  const without = group.queues.filter((one) => !one.forecast);
  const facts = [
    [t("model"), t(`model.${basis.model}`)],
    [
      <MetricName key="level" id={basis.level}>
        {t("level")}
      </MetricName>,
      t("levelOf", { share: share(basis.share, 0), seconds: basis.within_s }),
    ],
    [
      <MetricName key="occupancy" id="occupancy">
        {t("occupancy")}
      </MetricName>,
      basis.max_occupancy === null ? t("unlimited") : t("occupancyOf", { share: share(basis.max_occupancy, 0) }),
    ],
    [
      t("patience"),
      basis.patience_s === null
        ? t("patienceAssumed")
        : t("patienceMeasured", { seconds: Math.round(basis.patience_s), n: basis.gave_up }),
    ],
    ...(basis.at_a_time > 1
      ? [[t("atOnce"), t("atOnceOf", { n: String(Math.round(basis.at_a_time * 10) / 10) })] as const]
      : []),
    [t("lost"), t("lostOf", { absence: share(basis.absence, 0), shrinkage: share(basis.shrinkage, 0) })],
    [
      t("group"),
      group.queues.length > 1
        ? t("groupOf", {
            name: inLanguage(group.names, lang),
            queues: group.queues.map((one) => inLanguage(one.names, lang)).join(", "),
          })
        : inLanguage(group.names, lang),
    ],
  ] as const;
  return (
    <>
      <dl className="fc-basis" aria-label={t("basis")}>
        {facts.map(([head, text], at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the facts keep their order
          <div key={at}>
            <dt>{head}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      {without.length > 0 && !need.unknown ? (
        <p className="fc-warn">
          {t("without", { queues: without.map((one) => inLanguage(one.names, lang)).join(", ") })}
        </p>
      ) : null}
    </>
  );
}

function Agents({
  need,
  chosen,
  choose,
}: {
  need: Need;
  chosen: string | null;
  choose: (day: string | null) => void;
}) {
  const t = useWords(requirement);
  const lang = useLanguage();
  const at = need.days.findIndex((one) => one.day === chosen);
  const shown = need.days[at];
  const published = need.days.filter((one) => one.cover_hours !== null);
  const peak = need.days.reduce<NeedDay | null>((best, one) => (one.peak > (best?.peak ?? 0) ? one : best), null);
  const partly = published.length < need.days.length ? t("publishedDays", { n: published.length }) : undefined;
  const step = (by: number) => {
    const next = need.days[at < 0 && by < 0 ? need.days.length - 1 : at + by];
    if (next) choose(next.day);
  };
  const span = shown ? dayName(shown.day, lang) : t("horizon");
  const sum = (values: (number | null)[]) => values.reduce<number>((all, one) => all + (one ?? 0), 0);
  return (
    <>
      <dl className="fc-sums">
        <Sum name={t("hours")} value={contacts(sum(need.days.map((one) => one.hours)), lang)} />
        <Sum
          name={t("scheduled")}
          value={published.length === 0 ? "–" : contacts(sum(published.map((one) => one.cover_hours)), lang)}
          note={published.length === 0 ? t("unpublished") : partly}
        />
        <Sum
          name={t("missing")}
          value={published.length === 0 ? "–" : contacts(sum(published.map((one) => one.missing_hours)), lang)}
          note={published.length === 0 ? undefined : partly}
        />
        <Sum
          name={t("most")}
          value={peak ? axisSaid(peak.peak, lang) : "0"}
          note={
            peak?.peak_at
              ? t("mostAt", { day: dayName(peak.day, lang), clock: instant(peak.peak_at, "clock", lang) })
              : undefined
          }
        />
      </dl>
      <div className="fc-of">
        <IconButton icon="left" label={t("earlier")} onClick={() => step(-1)} disabled={at === 0} />
        <h3>{span}</h3>
        <IconButton icon="right" label={t("later")} onClick={() => step(1)} disabled={at === need.days.length - 1} />
        {shown ? (
          <Button kind="quiet" onClick={() => choose(null)}>
            {t("horizon")}
          </Button>
        ) : null}
        <span className="jt-fill" />
        <p className="fc-names" aria-hidden="true">
          <span data-line="3">{t("need")}</span>
          {shown ? <span data-line="4">{t("onLine")}</span> : null}
          {published.length > 0 ? <span data-line="1">{t("cover")}</span> : null}
        </p>
      </div>
      <NeedChart need={need} day={shown ?? null} label={t("chartLabel", { span })} choose={choose} />
      <DayTable days={need.days} chosen={at} choose={choose} />
    </>
  );
}

function Sum({ name, value, note }: { name: string; value: string; note?: string | undefined }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd className="jt-num">{value}</dd>
      {note ? <dd className="jt-note">{note}</dd> : null}
    </div>
  );
}

function NeedChart({
  need,
  day,
  label,
  choose,
}: {
  need: Need;
  day: NeedDay | null;
  label: string;
  choose: (day: string) => void;
}) {
  const t = useWords(requirement);
  const lang = useLanguage();
  const { slots, days, step_s } = need;
  const [from, until] = useMemo((): [number, number] => {
    if (!slots) return [0, 0];
    if (!day) return [0, slots.need.length];
    return span(day.first, day.steps, (i) => (slots.need[i] ?? 0) > 0 || (slots.cover?.[i] ?? 0) > 0);
  }, [slots, day]);
  const drawn = useMemo(() => {
    const cut = <V,>(values: readonly V[] | null | undefined) => values?.slice(from, until) ?? null;
    const at = (i: number) => (slots?.start ?? 0) + (from + i) * step_s * 1000;
    const dayOf = (i: number) => days.findLast((one) => one.first <= from + i)?.day ?? "";
    return steps(
      {
        ticks: (cut(slots?.need) ?? []).map((_, i) =>
          day ? instant(at(i), "clock", lang) : dayTick(dayOf(i), lang),
        ),
        heads: day ? null : headsOf(days.map((one) => one.first)),
        need: cut(slots?.need) ?? [],
        low: cut(slots?.need_low),
        high: cut(slots?.need_high),
        beside: cut(slots?.cover),
        under: day ? cut(slots?.on_line) : null,
        level: null,
      },
      {
        value: (value) => axisSaid(value, lang),
        tip: (i) => {
          if (!slots) return "";
          const n = from + i;
          const said = [
            `<b>${dayName(dayOf(i), lang)} ${instant(at(i), "clock", lang)}</b>`,
            `${t("contacts")} ${contacts(slots.contacts[n], lang)}`,
            `${t("need")} ${axisSaid(slots.need[n] ?? 0, lang)}`,
            `${t("onLine")} ${axisSaid(slots.on_line[n] ?? 0, lang)}`,
          ];
          if (slots.need_low && slots.need_high) {
            said.push(
              `${t("band")} ${axisSaid(slots.need_low[n] ?? 0, lang)}–${axisSaid(slots.need_high[n] ?? 0, lang)}`,
            );
          }
          const cover = slots.cover?.[n];
          if (cover !== null && cover !== undefined) said.push(`${t("cover")} ${axisSaid(cover, lang)}`);
          return said.join("<br>");
        },
      },
    );
  }, [slots, days, day, step_s, from, until, lang, t]);
  const pick = useCallback(
    ({ index }: { index: number }) => {
      const one = days.findLast((each) => each.first <= from + index);
      if (one && !day) choose(one.day);
    },
    [days, day, from, choose],
  );
  const box = useChart(drawn, pick);
  return <div ref={box} className="fc-chart" role="img" aria-label={label} />;
}

function DayTable({
  days,
  chosen,
  choose,
}: {
  days: readonly NeedDay[];
  chosen: number;
  choose: (day: string) => void;
}) {
  const t = useWords(requirement);
  const lang = useLanguage();
  const heads = ["contacts", "hours", "hoursBand", "scheduled", "missing", "most"] as const;
  return (
    <table className="fc-table">
      <caption className="jt-hidden">{t("daysTable")}</caption>
      <thead>
        <tr>
          <th scope="col">{t("day")}</th>
          {heads.map((head) => (
            <th key={head} scope="col" className="jt-num">
              {t(head)}
              {head === "hours" || head === "scheduled" || head === "missing" ? <small> h</small> : null}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {days.map((one, at) => (
          <tr key={one.day} data-chosen={at === chosen || undefined}>
            <th scope="row">
              <button type="button" className="jt-link" aria-pressed={at === chosen} onClick={() => choose(one.day)}>
                {dayName(one.day, lang)}
              </button>
            </th>
            <td className="jt-num">{contacts(one.contacts, lang)}</td>
            <td className="jt-num">{contacts(one.hours, lang)}</td>
            <td className="jt-num fc-quiet">
              {one.hours_low === null || one.hours_high === null ? "–" : range(one.hours_low, one.hours_high, lang)}
            </td>
            <td className="jt-num">{contacts(one.cover_hours, lang)}</td>
            <td className="jt-num">{contacts(one.missing_hours, lang)}</td>
            <td className="jt-num fc-quiet">{axisSaid(one.peak, lang)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
