import { useQuery } from "@tanstack/react-query";
import { http } from "../../api/http";
import { floor } from "../../i18n/floor";
import { percent } from "../../i18n/format";
import { inLanguage, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import type { LiveConnection } from "../../live/connection";
import type { FloorState, Names, PlantView, QueueFigures, QueueView } from "../../live/types";
import { useCollection } from "../../live/useLive";
import { useMay } from "../../session/session";
import { Empty } from "../../ui/Empty";
import { Figure, Percent } from "../../ui/figures";
import { MetricName } from "../../ui/metric";
import { ChannelIcon } from "../../ui/state";
import { LineRow, linesWorstFirst, usePlant } from "./Lines";
import { WayIn } from "./WayIn";

/** From the door to the answer, as one chain: ways in, what became of those who came, service level and true access. */
export function Access({ live, queue }: { live: LiveConnection<FloorState>; queue: QueueView | null }) {
  const t = useWords(floor);
  const lang = useLanguage();
  const site = Object.values(useCollection(live, "site"))[0];
  const queues = useCollection(live, "queues");
  const plant = usePlant(live);
  const today = queue?.today ?? site?.today;
  if (!today) return <section className="fl-way" aria-busy="true" />;
  const terms = sharedTerms(queue ? [queue] : Object.values(queues));
  const never = Math.max(0, today.sl7.den - today.sl3.den); // the same people as true access counts against itself
  return (
    <section className="fl-way" aria-label={t("wayIn")}>
      <Entries plant={plant} queues={queues} today={today} only={queue?.id ?? null} />
      <div className="fl-chain">
        <h2 className="fl-h">
          {t("wayIn")}
          {queue ? <span className="jt-note">{inLanguage(queue.name, lang)}</span> : null}
        </h2>
        <WayIn today={today} seconds={terms.seconds} />
      </div>
      <div className="fl-sl">
        <h2 className="fl-h">
          {t("access")}
          {terms.target === null ? null : (
            <span className="jt-note">{t("target", { percent: `${Math.round(terms.target * 100)} %` })}</span>
          )}
        </h2>
        <dl>
          <dt>
            <MetricName id="sl3">{terms.seconds === null ? t("slAll") : t("sl", { x: terms.seconds })}</MetricName>
          </dt>
          <dd>
            <Percent ratio={today.sl3} below={terms.target ?? undefined} />
          </dd>
          <dt>
            <MetricName id="sl7">{t("trueAccess")}</MetricName>
          </dt>
          <dd>
            <Percent ratio={today.sl7} />
          </dd>
        </dl>
        <p className="jt-note">
          {never > 0 ? t("neverQueued", { n: never }) : today.offered > 0 ? t("allIn") : percent(null)}
        </p>
      </div>
    </section>
  );
}

const ROWS = 3;
type Widget = { id: string; spec: { name: Names; queue: string; active?: boolean } };

/** The lines and the chat widgets that exist, with the state of the queue behind each; who may not see the set-up sees the queues. */
function Entries({
  plant,
  queues,
  today,
  only,
}: {
  plant: PlantView | null;
  queues: Record<string, QueueView>;
  today: QueueFigures;
  only: string | null;
}) {
  const t = useWords(floor);
  const lang = useLanguage();
  const seesSetup = useMay("setup.view");
  const widgets = useQuery({
    queryKey: ["widgets"],
    queryFn: () => http.get<{ items: Widget[] }>("/api/widgets"),
    enabled: seesSetup,
    staleTime: 60_000,
  });
  const rows = seesSetup
    ? (widgets.data?.items ?? [])
        .filter((one) => one.spec.active !== false && queues[one.spec.queue])
        .map((one) => ({
          id: one.id,
          name: inLanguage(one.spec.name, lang),
          queue: queues[one.spec.queue] as QueueView,
        }))
    : Object.values(queues)
        .filter((queue) => queue.channels.includes("chat"))
        .map((queue) => ({ id: queue.id, name: inLanguage(queue.name, lang), queue }));
  const shown = rows.filter((row) => only === null || row.queue.id === only);
  const lines = linesWorstFirst(plant?.trunks ?? []);
  const room = Math.max(0, ROWS - lines.length);
  const hidden = Math.max(0, lines.length - ROWS) + Math.max(0, shown.length - room);
  const blocked = lines.reduce((sum, line) => sum + line.blocked, 0);
  return (
    <div className="fl-entries">
      <h2 className="fl-h">
        {lines.length > 0 ? t("lines") : t("entries")}
        {hidden > 0 ? <span className="jt-note fl-hidden">+{hidden}</span> : null}
        <span className={today.refused + blocked > 0 ? "jt-note jt-strong" : "jt-note"}>
          {lines.length > 0 ? t("blockedToday", { n: blocked }) : t("refusedToday", { n: today.refused })}
        </span>
      </h2>
      {lines.length > 0 ? (
        <ul className="fl-lines">
          {lines.slice(0, ROWS).map((line) => (
            <LineRow key={line.id} trunk={line} />
          ))}
        </ul>
      ) : null}
      <ul>
        {shown.slice(0, room).map((row) => (
          <li key={row.id}>
            <ChannelIcon channel="chat" size={14} />
            <span className="jt-clip">{row.name}</span>
            <span className="jt-note jt-clip">{row.queue.open ? t("entryOpen") : t("entryClosed")}</span>
            <span className="fl-n">
              <Figure value={row.queue.waiting} /> <span className="jt-note">{t("waiting")}</span>
            </span>
          </li>
        ))}
      </ul>
      {lines.length === 0 && shown.length === 0 && (!seesSetup || widgets.isSuccess) ? (
        <Empty kind="none" inline>
          {t("noEntries")}
        </Empty>
      ) : null}
    </div>
  );
}

/** X seconds and target where all queues share them; null where they differ, since one number would be wrong. */
export function sharedTerms(queues: readonly QueueView[]): { seconds: number | null; target: number | null } {
  const seconds = new Set(queues.map((queue) => queue.service_level_s));
  const targets = new Set(queues.map((queue) => queue.service_level_target));
  return {
    seconds: seconds.size === 1 ? ([...seconds][0] ?? null) : null,
    target: targets.size === 1 ? ([...targets][0] ?? null) : null,
  };
}
