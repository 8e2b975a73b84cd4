import { useMemo } from "react";
import { floor } from "../../i18n/floor";
import { duration, instant, percent } from "../../i18n/format";
import { inLanguage, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { useNow } from "../../live/clock";
import type { LiveConnection } from "../../live/connection";
import type { Alarm, FloorState } from "../../live/types";
import { useCollection, useRow } from "../../live/useLive";
import { Button } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import { Time } from "../../ui/figures";
import { Icon, type IconName } from "../../ui/Icon";
import { CallIn } from "./CallIn";
import type { Commands } from "./commands";
import { alarmsWorstFirst } from "./worst";

/** What needs a supervisor, worst first; seen ones sink to the end but stay while their cause lasts. */
export function Alarms({ live, commands }: { live: LiveConnection<FloorState>; commands: Commands }) {
  const t = useWords(floor);
  const alarms = useCollection(live, "alarms");
  const list = useMemo(() => alarmsWorstFirst(Object.values(alarms)), [alarms]);
  const fresh = list.filter((alarm) => alarm.acknowledged_by === null).length;
  return (
    <section className="fl-alarms" aria-label={t("alarms")}>
      <div className="fl-h">
        <h2>{t("alarms")}</h2>
        {list.length > 0 ? <span className="jt-note">{t("alarmsNote", { n: fresh })}</span> : null}
      </div>
      {list.length === 0 ? (
        <Empty kind="none" inline icon="check">
          {t("noAlarms")}
        </Empty>
      ) : (
        <div className="fl-alarmlist" role="log" aria-relevant="additions" aria-label={t("alarms")} tabIndex={0}>
          <ul>
            {list.slice(0, 100).map((alarm) => (
              <AlarmItem key={alarm.id} live={live} alarm={alarm} commands={commands} />
            ))}
          </ul>
        </div>
      )}
    </section>
  );
}

function AlarmItem({
  live,
  alarm,
  commands,
}: {
  live: LiveConnection<FloorState>;
  alarm: Alarm;
  commands: Commands;
}) {
  const t = useWords(floor);
  const queue = useRow(live, "queues", alarm.queue);
  const seen = alarm.acknowledged_by !== null;
  const { title, more } = useAlarmWords(live, alarm);
  const by = alarm.acknowledged_name;
  const helpable = (alarm.code === "wait_over_limit" || alarm.code === "nobody_ready") && queue && queue.standby > 0;
  return (
    <li className="fl-alarm" data-level={seen ? "seen" : alarm.level}>
      <Icon name={iconOf(alarm)} />
      <span className="t">{title}</span>
      {alarm.code === "service_level_low" ? <span /> : <Time at={alarm.since} />}
      <span className="d">
        {more}
        {seen ? ` ${by === null ? t("seen") : t("seenBy", { who: by })}` : null}
      </span>
      {commands.allowed && !seen ? (
        <span className="act">
          {helpable ? <CallIn queue={queue} commands={commands} /> : null}
          <Button size="small" kind="quiet" onClick={() => commands.acknowledge(alarm.id)}>
            {t("acknowledge")}
          </Button>
        </span>
      ) : null}
    </li>
  );
}

function useAlarmWords(live: LiveConnection<FloorState>, alarm: Alarm): { title: string; more: string } {
  const t = useWords(floor);
  const lang = useLanguage();
  const row = useRow(live, "queues", alarm.queue);
  const person = useRow(live, "agents", alarm.agent);
  const contact = useRow(live, "contacts", alarm.contact);
  const now = useNow();
  const { params } = alarm;
  const queue = inLanguage(row?.name, lang) || (alarm.queue ?? "");
  const agent = person?.name ?? String(params.name ?? alarm.agent ?? "");
  const limit = duration(Number(params.limit_s ?? 0) * 1000, lang);
  const waiting = row?.waiting ?? Number(params.waiting ?? 0);
  switch (alarm.code) {
    case "wait_over_limit":
      return {
        title: t("alarm.wait_over_limit", { queue, wait: duration(now - (row?.longest_since ?? alarm.since), lang) }),
        more: t("alarm.wait_over_limit.more", { limit, n: waiting, ready: row?.ready ?? 0 }),
      };
    case "nobody_ready":
      return { title: t("alarm.nobody_ready", { queue }), more: t("alarm.nobody_ready.more", { n: waiting }) };
    case "not_responding":
      return { title: t("alarm.not_responding", { agent }), more: t("alarm.not_responding.more") };
    case "talk_over_limit":
      return {
        title: t("alarm.talk_over_limit", {
          agent,
          time: duration(now - (contact?.talk_since ?? alarm.since), lang),
        }),
        more: t("alarm.talk_over_limit.more", { limit, queue }),
      };
    case "service_level_low": {
      const sl = row?.today.sl3 ?? { num: Number(params.num ?? 0), den: Number(params.den ?? 0) };
      return {
        title: t("alarm.service_level_low", { queue, target: `${Math.round(Number(params.target ?? 0) * 100)} %` }),
        more: t("alarm.service_level_low.more", { percent: percent(sl), n: sl.den, x: row?.service_level_s ?? "–" }),
      };
    }
    case "break_due": {
      const running = person?.online_running ? now - person.online_as_of : 0;
      const time = person ? duration(person.online_since_break_ms + running, lang) : "–";
      return { title: t("alarm.break_due", { agent }), more: t("alarm.break_due.more", { time }) };
    }
    case "database_gone":
      return { title: t("alarm.database_gone"), more: t("alarm.database_gone.more") };
    case "recording_missing":
      return {
        title: t("alarm.recording_missing", { n: Number(params.n ?? 1) }),
        more: params.why === "disk_full" ? t("alarm.recording_missing.full") : t("alarm.recording_missing.more"),
      };
    case "report_late":
      return {
        title: t("alarm.report_late", { report: String(params.report ?? ""), to: String(params.destination ?? "") }),
        more: t("alarm.report_late.more", { answer: String(params.answer ?? "") }),
      };
    case "late_to_shift":
    case "out_of_adherence":
      return {
        title: t(`alarm.${alarm.code}`, { agent, time: duration(now - alarm.since, lang) }),
        more: t("alarm.due", { activity: t(`due.${String(params.activity ?? "work")}` as "due.work") }),
      };
    case "no_cover":
    case "gap_ahead":
    case "occupancy_high": {
      const group = String(params[lang] ?? params.en ?? "");
      return {
        title: t(`alarm.${alarm.code}`, { group, at: instant(Number(params.at ?? 0), "clock", lang) }),
        more: t(`alarm.${alarm.code}.more`, {
          n: String(params.people ?? ""),
          percent: String(params.percent ?? ""),
          limit: String(params.limit ?? ""),
        }),
      };
    }
    case "contract_turned_away":
    case "contract_at_risk":
    case "contract_unreachable": {
      const contract = String(params[lang] ?? params.contract ?? "");
      return {
        title: t(`alarm.${alarm.code}`, { contract }),
        more: t(`alarm.${alarm.code}.more`, {
          value: String(params.value ?? "–"),
          access: String(params.access ?? "–"),
          target: String(params.target ?? "–"),
        }),
      };
    }
  }
}

function iconOf(alarm: Alarm): IconName {
  if (alarm.code === "break_due") return "break";
  return alarm.level === "act" && alarm.acknowledged_by === null ? "alarm" : "missed";
}
