import { useCallback, useMemo } from "react";
import { floor } from "../../i18n/floor";
import { duration, NO_DATA, percent, quotient, useCollator } from "../../i18n/format";
import { inLanguage, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { useTimed } from "../../live/clock";
import type { LiveConnection } from "../../live/connection";
import type { FloorState, Ms, QueueView, Ratio, SiteView } from "../../live/types";
import { useCollection, useRow } from "../../live/useLive";
import { Figure, Length, Since } from "../../ui/figures";
import { MetricName } from "../../ui/metric";
import { sharedTerms } from "./Access";
import { queuesWorstFirst } from "./worst";

/** Every queue now and today, the longest wait first. A press on a name narrows the floor to that queue. */
export function QueueTable({
  live,
  chosen,
  onChoose,
}: {
  live: LiveConnection<FloorState>;
  chosen: string | null;
  onChoose: (queue: string | null) => void;
}) {
  const t = useWords(floor);
  const lang = useLanguage();
  const names = useCollator();
  const queues = useCollection(live, "queues");
  const site = Object.values(useCollection(live, "site"))[0];
  const order = useMemo(
    () =>
      queuesWorstFirst(Object.values(queues), (queue) => inLanguage(queue.name, lang), names).map(
        (queue) => queue.id,
      ),
    [queues, lang, names],
  );
  const { seconds, target } = sharedTerms(Object.values(queues));
  return (
    <table className="fl-queues">
      <thead>
        <tr className="grp">
          <td />
          <th colSpan={3} scope="colgroup">
            {t("now")}
          </th>
          <th colSpan={6} scope="colgroup" className="edge">
            {t("today")}
          </th>
          <th colSpan={4} scope="colgroup" className="edge">
            {t("withSkill")}
          </th>
          <th scope="colgroup" className="edge" rowSpan={1}>
            {t("waiting2h")}
          </th>
        </tr>
        <tr>
          <th className="l" scope="col">
            {t("queue")}
          </th>
          <th scope="col">
            <MetricName id="waiting">{t("waiting")}</MetricName>
          </th>
          <th scope="col">
            <MetricName id="longest_wait">{t("longest")}</MetricName>
          </th>
          <th scope="col">
            <MetricName id="ewt">{t("estWait")}</MetricName>
          </th>
          <th scope="col" className="edge">
            <MetricName id="sl3">
              {t("percentHead", { name: seconds === null ? t("slAll") : t("sl", { x: seconds }) })}
            </MetricName>
          </th>
          <th scope="col">
            <MetricName id="sl7">{t("percentHead", { name: t("trueAccess") })}</MetricName>
          </th>
          <th scope="col" className="l">
            {target === null ? t("targetShort") : t("target", { percent: Math.round(target * 100) })}
          </th>
          <th scope="col">
            <MetricName id="requested_agent">{t("offered")}</MetricName>
          </th>
          <th scope="col">
            <MetricName id="answered">{t("answeredCol")}</MetricName>
          </th>
          <th scope="col">
            <MetricName id="abandoned">{t("abandoned")}</MetricName>
          </th>
          <th scope="col" className="edge">
            {t("ready")}
          </th>
          <th scope="col">{t("talking")}</th>
          <th scope="col">{t("wrapup")}</th>
          <th scope="col">{t("standby")}</th>
          <td className="edge" />
        </tr>
      </thead>
      <tbody>
        {order.map((id) => (
          <Row
            key={id}
            id={id}
            live={live}
            chosen={chosen === id}
            onChoose={onChoose}
            ownSeconds={seconds === null}
          />
        ))}
      </tbody>
      {site && order.length > 1 ? <Total site={site} queues={Object.values(queues)} target={target} /> : null}
    </table>
  );
}

function Row({
  id,
  live,
  chosen,
  onChoose,
  ownSeconds,
}: {
  id: string;
  live: LiveConnection<FloorState>;
  chosen: boolean;
  onChoose: (queue: string | null) => void;
  ownSeconds: boolean;
}) {
  const t = useWords(floor);
  const lang = useLanguage();
  const queue = useRow(live, "queues", id);
  const limit = queue ? queue.alarm_wait_s * 1000 : 0;
  const since = queue?.longest_since ?? null;
  const over = useTimed(useCallback((now: Ms) => since !== null && now - since > limit, [since, limit]));
  if (!queue) return null;
  const level = quotient(queue.today.sl3);
  const low = level !== null && level < queue.service_level_target;
  const nobody = queue.waiting > 0 && queue.ready === 0;
  const target = `${Math.round(queue.service_level_target * 100)} %`;
  return (
    <tr className={chosen ? "on" : undefined} aria-selected={chosen}>
      <th scope="row" className="l">
        <span className="jt-row">
          <button
            type="button"
            className="jt-bare jt-clip fl-name"
            aria-pressed={chosen}
            onClick={() => onChoose(chosen ? null : id)}
          >
            {inLanguage(queue.name, lang)}
          </button>
          {over ? <span className="fl-why">{t("overLimit", { limit: duration(limit, lang) })}</span> : null}
          {queue.open ? null : <span className="jt-note">{t("closedNow")}</span>}
        </span>
      </th>
      <td>
        <Figure value={queue.waiting} />
      </td>
      <td>
        {queue.longest_since === null ? <Figure value={null} /> : <Since since={queue.longest_since} limit={limit} />}
      </td>
      <td>
        <Length ms={queue.ewt_s === null ? null : queue.ewt_s * 1000} />
      </td>
      <td className="edge" title={low ? t("underTarget", { target }) : undefined}>
        <Rate ratio={queue.today.sl3} below={queue.service_level_target} />
        {ownSeconds ? <small className="jt-note"> {queue.service_level_s} s</small> : null}
        {low ? <span className="jt-hidden">{t("underTarget", { target })}</span> : null}
      </td>
      <td>
        <Rate ratio={queue.today.sl7} />
      </td>
      <td className="l">
        <Level sl={queue.today.sl3} open={queue.today.sl7} target={queue.service_level_target} />
      </td>
      <td>
        <Figure value={queue.today.offered} />
      </td>
      <td>
        <Figure value={queue.today.answered} />
      </td>
      <td>
        <Figure value={queue.today.abandoned} />
      </td>
      <td className="edge" title={nobody ? t("nobodyReady") : undefined}>
        <Figure value={queue.ready} over={nobody} />
        {nobody ? <span className="jt-hidden">{t("nobodyReady")}</span> : null}
      </td>
      <td>
        <Figure value={queue.talking} />
      </td>
      <td>
        <Figure value={queue.wrapup} />
      </td>
      <td>
        <Figure value={queue.standby} />
      </td>
      <td className="edge">
        <Trend points={queue.trend} />
      </td>
    </tr>
  );
}

function Total({ site, queues, target }: { site: SiteView; queues: QueueView[]; target: number | null }) {
  const t = useWords(floor);
  const sum = (pick: (queue: QueueView) => number) => queues.reduce((n, queue) => n + pick(queue), 0);
  const length = Math.max(0, ...queues.map((queue) => queue.trend.length));
  const trend = Array.from({ length }, (_, i) => sum((queue) => queue.trend[queue.trend.length - length + i] ?? 0));
  return (
    <tfoot>
      <tr>
        <th scope="row" className="l">
          {t("allQueues")}
        </th>
        <td>
          <Figure value={site.waiting} />
        </td>
        <td>{site.longest_since === null ? <Figure value={null} /> : <Since since={site.longest_since} />}</td>
        <td />
        <td className="edge">
          <Rate ratio={site.today.sl3} below={target ?? undefined} />
        </td>
        <td>
          <Rate ratio={site.today.sl7} />
        </td>
        <td className="l">
          {target === null ? null : <Level sl={site.today.sl3} open={site.today.sl7} target={target} />}
        </td>
        <td>
          <Figure value={site.today.offered} />
        </td>
        <td>
          <Figure value={site.today.answered} />
        </td>
        <td>
          <Figure value={site.today.abandoned} />
        </td>
        {/* An agent with two skills counts in two queues: no sum of the columns would be true. */}
        <td className="edge" colSpan={4} />
        <td className="edge">
          <Trend points={trend} />
        </td>
      </tr>
    </tfoot>
  );
}

/** A rate without its unit, which stands in the head of the column. */
function Rate({ ratio, below }: { ratio: Ratio; below?: number }) {
  const value = quotient(ratio);
  if (value === null) return <span className="jt-num jt-nodata">{NO_DATA}</span>;
  return (
    <span
      className={`jt-num ${below !== undefined && value < below ? "jt-over" : ""}`}
      title={`${ratio.num} / ${ratio.den}`}
    >
      {(value * 100).toFixed(1)}
    </span>
  );
}

/** True access within service level, against the target: the part between the two is who never got in. */
function Level({ sl, open, target }: { sl: Ratio; open: Ratio; target: number }) {
  const t = useWords(floor);
  const level = quotient(sl);
  if (level === null) return null;
  const truth = quotient(open) ?? level;
  const said = t("slBar", { sl: percent(sl), true: percent(open), target: `${Math.round(target * 100)} %` });
  return (
    <svg width={54} height={12} role="img" aria-label={said}>
      <rect y={3} width={54} height={6} fill="var(--jt-border)" />
      <rect y={3} width={54 * level} height={6} fill="var(--jt-chart-2)" />
      <rect y={3} width={54 * Math.min(level, truth)} height={6} fill="var(--jt-chart-1)" />
      <rect x={54 * target - 1} width={2} height={12} fill="var(--jt-text)" />
    </svg>
  );
}

/** One point per five minutes; from zero up, so that a flat low line is low. */
function Trend({ points }: { points: readonly number[] }) {
  const t = useWords(floor);
  if (points.length < 2) return null;
  const most = Math.max(...points);
  const scale = Math.max(most, 4);
  const x = (i: number) => 2 + (i * 90) / (points.length - 1);
  const y = (value: number) => 16 - (value / scale) * 13;
  const last = points.at(-1) ?? 0;
  return (
    <svg width={96} height={20} role="img" aria-label={t("trendSaid", { last, most })}>
      <polyline
        points={points.map((value, i) => `${x(i).toFixed(1)},${y(value).toFixed(1)}`).join(" ")}
        fill="none"
        stroke="var(--jt-chart-1)"
        strokeWidth={1.5}
        strokeLinejoin="round"
      />
      <circle cx={x(points.length - 1)} cy={y(last)} r={2.5} fill="var(--jt-chart-1)" />
    </svg>
  );
}
