import { lazy, type ReactNode, Suspense, useCallback, useEffect, useState } from "react";
import { useNavigate, useSearchParams } from "react-router";
import { useActions } from "../../app/actions";
import { count, duration, instant, NO_DATA, quotient, zone } from "../../i18n/format";
import { inLanguage, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { wall } from "../../i18n/wall";
import { serverClock, useNow, useTimed } from "../../live/clock";
import type { LiveConnection } from "../../live/connection";
import type { Ms, QueueView, Ratio, WallState } from "../../live/types";
import { useCollection, useFeed, useLive } from "../../live/useLive";
import { Icon, type IconName, Mark } from "../../ui/Icon";
import { sharedTerms } from "../floor/Access";
import { People } from "./People";
import "./wall.css";

const HalfHours = lazy(() => import("./HalfHours"));

/** Older data than this is not shown as if it were true. */
const OLD_AFTER_MS = 10_000;

/**
 * The wall: six figures, the half-hours and the team, for a screen across the room. No header, nothing to press, no
 * scrolling. `?queue=` (repeatable) narrows it. Dark by itself; `?theme=light` for a bright room.
 */
export default function WallPage() {
  const live = useLive("wall");
  const t = useWords(wall);
  const lang = useLanguage();
  const navigate = useNavigate();
  const [params] = useSearchParams();
  const queues = useCollection(live, "queues");
  const site = Object.values(useCollection(live, "site"))[0];
  const old = useOld(live);
  const heard = useFeed(live).heard;
  useWallTheme(params.get("theme") === "light" ? "light" : "dark");
  useActions([
    {
      id: "wall-leave",
      label: t("leave"),
      group: t("title"),
      keys: { code: "Escape" },
      run: () => void navigate("/"),
    },
    {
      id: "wall-full",
      label: t("full"),
      group: t("title"),
      keys: { code: "KeyF" },
      // A browser may refuse full screen; the wall is the same without it.
      run: () => void document.documentElement.requestFullscreen?.().catch(() => undefined),
    },
  ]);
  const asked = params.getAll("queue");
  const shown = Object.values(queues).filter((queue) => asked.length === 0 || asked.includes(queue.id));
  const stopped = heard === null ? NO_DATA : instant(heard, "second", lang);
  return (
    <div className={old ? "wl-room wl-old" : "wl-room"}>
      <main className="wl">
        <Top live={live} name={inLanguage(site?.name, lang)} demo={site?.demo ?? false} />
        {site ? (
          <>
            <Waiting queues={shown} />
            <Longest queues={shown} stoppedAt={old && heard !== null ? serverClock.now(heard) : null} />
            <Levels queues={shown} today={asked.length === 0 ? site.today : null} />
            <section className="wl-tile wl-chart">
              <h2>
                {t("halfHours")}
                <span className="wl-note">{t("gap")}</span>
              </h2>
              <Suspense fallback={null}>
                <HalfHours points={site.half_hours} target={sharedTerms(shown).target} />
              </Suspense>
            </section>
            <Ready queues={shown} live={live} />
            <NeverIn queues={shown} today={asked.length === 0 ? site.today : null} />
            <People live={live} />
          </>
        ) : null}
      </main>
      {old ? (
        <div className="wl-lost" role="alert">
          {heard === null ? t("neverHeard") : t("lost", { at: stopped })}
        </div>
      ) : null}
    </div>
  );
}

function Top({ live, name, demo }: { live: LiveConnection<WallState>; name: string; demo: boolean }) {
  const t = useWords(wall);
  const lang = useLanguage();
  const now = useNow();
  const feed = useFeed(live);
  const day = new Intl.DateTimeFormat(lang, {
    month: "long",
    day: "numeric",
    weekday: "long",
    timeZone: zone(),
  }).format(now);
  return (
    <header className="wl-top">
      <Mark size={36} open={feed.phase === "down"} />
      <h1>{name}</h1>
      <span className="wl-quiet">{day}</span>
      {demo ? <span className="wl-demo">{t("demo")}</span> : null}
      <span className="jt-fill" />
      <span className="wl-quiet jt-num">
        {feed.heard === null ? "" : t("updated", { at: instant(feed.heard, "second", lang) })}
      </span>
      <time className="wl-clock jt-num">{instant(now, "second", lang)}</time>
    </header>
  );
}

function Tile({
  name,
  figure,
  unit,
  note,
  icon,
  limit = false,
  small = false,
}: {
  name: string;
  figure: ReactNode;
  unit?: string;
  note: string;
  icon?: IconName;
  limit?: boolean;
  small?: boolean;
}) {
  return (
    <section className={`wl-tile${limit ? " lim" : ""}${small ? " row2" : ""}`}>
      <h2>{name}</h2>
      <p className="wl-figure jt-num">
        {figure}
        {unit ? <small>{unit}</small> : null}
      </p>
      <p className="wl-caption">
        {limit ? <Icon name={icon ?? "missed"} size={30} /> : null}
        <span className="jt-clip">{note}</span>
      </p>
    </section>
  );
}

function Waiting({ queues }: { queues: readonly QueueView[] }) {
  const t = useWords(wall);
  const lang = useLanguage();
  const total = queues.reduce((n, queue) => n + queue.waiting, 0);
  const [first, second] = queues.filter((queue) => queue.waiting > 0).sort((a, b) => b.waiting - a.waiting);
  const said = (queue: QueueView) => t("queueWaits", { queue: inLanguage(queue.name, lang), n: queue.waiting });
  const both = first && second ? t("and", { a: said(first), b: said(second) }) : "";
  // Two only where they fit: half a name says nothing from across the room.
  const note = !first ? t("nobodyWaits") : both !== "" && breadth(both) <= CAPTION ? both : said(first);
  return <Tile name={t("waiting")} figure={count(total, lang)} unit={t("people", { n: total })} note={note} />;
}

/** `stoppedAt`: the data is old, and so the timer stands still where it was. */
function Longest({ queues, stoppedAt }: { queues: readonly QueueView[]; stoppedAt: Ms | null }) {
  const t = useWords(wall);
  const lang = useLanguage();
  const worst = [...queues]
    .filter((queue) => queue.longest_since !== null)
    .sort((a, b) => (a.longest_since ?? 0) - (b.longest_since ?? 0))[0];
  const since = worst?.longest_since ?? null;
  const limit = (worst?.alarm_wait_s ?? 0) * 1000;
  const text = useTimed(
    useCallback(
      (now: Ms) => (since === null ? NO_DATA : duration((stoppedAt ?? now) - since, lang)),
      [since, stoppedAt, lang],
    ),
  );
  const over = useTimed(
    useCallback((now: Ms) => since !== null && (stoppedAt ?? now) - since > limit, [since, stoppedAt, limit]),
  );
  const queue = inLanguage(worst?.name, lang);
  const note = !worst
    ? t("nobodyWaits")
    : over
      ? t("over", { queue, limit: duration(limit, lang) })
      : t("of", { queue });
  return <Tile name={t("longest")} figure={text} note={note} limit={over} />;
}

/** Service level and true access side by side, in one size. */
function Levels({ queues, today }: { queues: readonly QueueView[]; today: QueueView["today"] | null }) {
  const t = useWords(wall);
  const { seconds, target } = sharedTerms(queues);
  const sl3 = today?.sl3 ?? sum(queues, "sl3");
  const sl7 = today?.sl7 ?? sum(queues, "sl7");
  const never = neverIn(sl3, sl7);
  const level = quotient(sl3);
  const low = target !== null && level !== null && level < target;
  const note = target === null ? t("perQueueTarget") : t("target", { percent: `${Math.round(target * 100)} %` });
  return (
    <>
      <Tile
        name={seconds === null ? t("slAll") : t("sl", { x: seconds })}
        figure={figure(sl3)}
        unit={sl3.den ? "%" : ""}
        note={note}
        limit={low}
      />
      <Tile
        name={t("trueAccess")}
        figure={figure(sl7)}
        unit={sl7.den ? "%" : ""}
        note={never ? t("neverInOf", { n: never }) : t(sl7.den ? "allIn" : "noneYet")}
      />
    </>
  );
}

function Ready({ queues, live }: { queues: readonly QueueView[]; live: LiveConnection<WallState> }) {
  const t = useWords(wall);
  const lang = useLanguage();
  const states = useCollection(live, "agents").states ?? {};
  const waits = queues.some((queue) => queue.waiting > 0);
  const ready = states.ready ?? 0;
  const standby = states.standby ?? 0;
  const nobody = ready === 0 && waits;
  const note = nobody ? t("nobodyReady") : standby ? t("standby", { n: standby }) : t("noStandby");
  return (
    <Tile
      small
      name={t("ready")}
      figure={count(ready, lang)}
      unit={t("people", { n: ready })}
      note={note}
      limit={nobody}
    />
  );
}

/** The same people as true access counts against itself; who came out of hours is told beside them, never among them. */
function NeverIn({ queues, today }: { queues: readonly QueueView[]; today: QueueView["today"] | null }) {
  const t = useWords(wall);
  const lang = useLanguage();
  const never = neverIn(today?.sl3 ?? sum(queues, "sl3"), today?.sl7 ?? sum(queues, "sl7"));
  const closed = today?.closed ?? queues.reduce((n, queue) => n + queue.today.closed, 0);
  return (
    <Tile
      small
      name={t("neverIn")}
      figure={count(never, lang)}
      unit={t("neverInUnit", { n: never })}
      note={closed ? t("closedApart", { n: closed }) : t("neverInNote")}
    />
  );
}

/** Who came within opening hours and was let into no queue: what true access counts and the service level does not. */
function neverIn(sl3: Ratio, sl7: Ratio): number {
  return sl7.den - sl3.den;
}

/** About how many half-width characters fit under a figure. */
const CAPTION = 30;
function breadth(text: string): number {
  return Array.from(text).reduce((n, char) => n + ((char.codePointAt(0) ?? 0) > 0x2e7f ? 2 : 1), 0);
}

function figure(ratio: Ratio): string {
  const value = quotient(ratio);
  if (value === null) return NO_DATA;
  return value === 1 ? "100" : (value * 100).toFixed(1); // five signs do not fit the tile
}

function sum(queues: readonly QueueView[], name: "sl3" | "sl7"): Ratio {
  return queues.reduce<Ratio>(
    (made, queue) => ({ num: made.num + queue.today[name].num, den: made.den + queue.today[name].den }),
    { num: 0, den: 0 },
  );
}

/** By this browser's own clock: when was the last frame of any kind heard? */
function useOld(live: LiveConnection<WallState>): boolean {
  const feed = useFeed(live);
  const opened = useState(() => Date.now())[0];
  return useTimed(useCallback(() => Date.now() - (feed.heard ?? opened) > OLD_AFTER_MS, [feed, opened]));
}

/** The wall is dark whatever the reader's own choice; leaving gives the choice back. */
function useWallTheme(theme: "light" | "dark"): void {
  useEffect(() => {
    const root = document.documentElement;
    const before = root.dataset.theme;
    root.dataset.theme = theme;
    return () => {
      root.dataset.theme = before;
    };
  }, [theme]);
}
