import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from "react";
import { duration, spokenDuration } from "../../i18n/format";
import { useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { recordings } from "../../i18n/recordings";
import type { Ms } from "../../live/types";
import { Icon, type IconName } from "../../ui/Icon";
import { SPEEDS, STEP_S } from "../../ui/listening";
import { useNames } from "./names";
import { ticks } from "./pieces";
import type { Side, StripSound } from "./recordingSound";
import { columnsOf, LONG_SILENCE, type Mark, type Strip } from "./recordingStrip";

const BAR = 3; // a bar and the space after it
const LANE = 36;
const ABOVE = 24; // words and marks; each is a target
const MIDDLE = 16; // between two lanes: both at once

/** Both sides along time, what was held or left out, marks above, the playing position; a slider for the keyboard. */
export function RecordingWave({ strip, marks, sound }: { strip: Strip; marks: readonly Mark[]; sound: StripSound }) {
  const t = useWords(recordings);
  const lang = useLanguage();
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const length = strip.end - strip.start;
  const x = (at: Ms) => ((at - strip.start) / length) * width;
  const height = strip.lanes.length * LANE + (strip.lanes.length > 1 ? MIDDLE : 0) + 8;
  const to = (event: PointerEvent<HTMLDivElement>) => {
    const frame = event.currentTarget.getBoundingClientRect();
    sound.seek(strip.start + ((event.clientX - frame.left) / frame.width) * length);
  };
  const keys = (event: KeyboardEvent) => {
    const done = KEYS[event.key];
    if (!done || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    done(sound, strip);
  };
  return (
    <div className="jt-rec-lanes">
      <div className="jt-rec-sides" style={{ height: height + ABOVE }}>
        {strip.lanes.map((lane, i) => (
          <LaneName
            key={lane}
            lane={lane}
            sound={sound}
            level={levelAt(strip[lane], sound.at - strip.start, sound.playing)}
            top={ABOVE + i * (LANE + MIDDLE) + LANE / 2 - 8}
          />
        ))}
        {strip.lanes.length > 1 ? (
          <span className="jt-note" style={{ top: ABOVE + LANE + 4 }}>
            {t("bothAtOnce")}
          </span>
        ) : null}
      </div>
      <div ref={box} className="jt-rec-time">
        <Above strip={strip} marks={marks} x={x} width={width} seek={sound.seek} />
        <div
          className="jt-rec-wave"
          style={{ height }}
          role="slider"
          tabIndex={0}
          aria-label={t("position")}
          aria-description={t("playerKeys")}
          aria-valuemin={0}
          aria-valuemax={Math.round(length / 1000)}
          aria-valuenow={Math.round((sound.at - strip.start) / 1000)}
          aria-valuetext={t("positionSaid", {
            at: spokenDuration(sound.at - strip.start, lang),
            length: spokenDuration(length, lang),
          })}
          onKeyDown={keys}
          onPointerDown={(event) => {
            event.currentTarget.setPointerCapture(event.pointerId);
            to(event);
          }}
          onPointerMove={(event) => (event.buttons & 1 ? to(event) : undefined)}
        >
          {strip.holds.map((one) => (
            <Region key={`h${one.from}`} kind="hold" icon="hold" left={x(one.from)} right={x(one.to)} />
          ))}
          {strip.between.map((one) => (
            <Region key={`b${one.from}`} kind="between" icon="transfer" left={x(one.from)} right={x(one.to)} />
          ))}
          <Bars strip={strip} width={width} height={height} />
          {strip.gaps.map((one) => (
            <Region
              key={`g${one.from}`}
              kind="gap"
              icon={one.why === "card" ? "card" : "recpause"}
              left={x(one.from)}
              right={x(one.to)}
            />
          ))}
          <Playhead strip={strip} sound={sound} />
        </div>
        <svg className="jt-rec-axis" width={width} height={18} aria-hidden="true">
          {ticks(length)
            .filter((tick) => tick <= length)
            .map((tick) => (
              <text
                key={tick}
                x={Math.min(x(strip.start + tick), width)}
                y={14}
                textAnchor={tick === 0 ? "start" : x(strip.start + tick) > width - 20 ? "end" : "middle"}
              >
                {duration(tick, lang)}
              </text>
            ))}
        </svg>
      </div>
    </div>
  );
}

const KEYS: Record<string, (sound: StripSound, strip: Strip) => void> = {
  " ": (sound) => sound.toggle(),
  ArrowLeft: (sound) => sound.seek(sound.at - STEP_S * 1000),
  ArrowRight: (sound) => sound.seek(sound.at + STEP_S * 1000),
  ArrowDown: (sound) => sound.seek(sound.at - STEP_S * 1000),
  ArrowUp: (sound) => sound.seek(sound.at + STEP_S * 1000),
  Home: (sound, strip) => sound.seek(strip.start),
  End: (sound, strip) => sound.seek(strip.end - 100),
  "[": (sound) => faster(sound, -1),
  "]": (sound) => faster(sound, 1),
};

function faster(sound: StripSound, by: 1 | -1) {
  const next = SPEEDS[SPEEDS.indexOf(sound.rate as (typeof SPEEDS)[number]) + by];
  if (next !== undefined) sound.setRate(next);
}

/** A side's name; where there are two, a switch that turns the side off. The small bar is its level just now. */
function LaneName({
  lane,
  sound,
  level,
  top,
}: {
  lane: Strip["lanes"][number];
  sound: StripSound;
  level: number;
  top: number;
}) {
  const t = useWords(recordings);
  const name = t(lane === "agent" ? "agentSide" : lane === "customer" ? "customerSide" : "mixSide");
  const meter = <i className="jt-rec-level" data-lane={lane} style={{ width: `${Math.round(level * 56)}px` }} />;
  if (lane === "mix" || !sound.stereo)
    return (
      <span className="jt-note" style={{ top }}>
        {name}
        {meter}
      </span>
    );
  const off = sound.muted.has(lane as Side);
  return (
    <button
      type="button"
      className="jt-bare jt-rec-side"
      style={{ top: top - 4 }}
      aria-pressed={off}
      aria-label={t("muteSide", { side: name })}
      title={t("muteSide", { side: name })}
      onClick={() => sound.mute(lane as Side)}
    >
      <Icon name={off ? "soundoff" : "sound"} size={14} />
      {name}
      {meter}
    </button>
  );
}

function levelAt(levels: Uint8Array, at: Ms, playing: boolean): number {
  return playing ? (levels[Math.floor(at / 100)] ?? 0) / 255 : 0;
}

/** Above the wave: whose talk it is, and marks to go to. Words that would run into each other are left out. */
function Above({
  strip,
  marks,
  x,
  width,
  seek,
}: {
  strip: Strip;
  marks: readonly Mark[];
  x: (at: Ms) => number;
  width: number;
  seek: (at: Ms) => void;
}) {
  const t = useWords(recordings);
  const lang = useLanguage();
  const names = useNames();
  const length = (from: Ms, to: Ms) => duration(to - from, lang);
  const found: Word[] = [];
  for (const one of strip.gaps)
    found.push({ key: `g${one.from}`, at: one.from, text: t("pausedGap", { length: length(one.from, one.to) }) });
  for (const one of strip.holds)
    found.push({
      key: `h${one.from}`,
      at: one.from,
      tone: "hold",
      text: t("holdFor", { length: length(one.from, one.to) }),
    });
  for (const { recording, from, to } of strip.parts)
    if (recording.agent)
      found.push({ key: `p${from}`, at: from, text: `${names.agent(recording.agent)} ${length(from, to)}` });
  for (const mark of marks) {
    const look = LOOKS[mark.kind === "supervision" ? (mark.what ?? "") : mark.kind];
    if (!look || mark.at < strip.start || mark.at > strip.end) continue;
    const other = mark.other ? names.agent(mark.other) : mark.queue ? names.queue(mark.queue) : "";
    const text = look.key === "mark.transfer" && !other ? t("mark.transferOut") : t(look.key, { who: other });
    found.push({ key: `m${mark.kind}${mark.at}`, at: mark.at, icon: look.icon, text });
  }
  for (const one of strip.silences)
    if (one.to - one.from >= LONG_SILENCE)
      found.push({
        key: `s${one.from}`,
        at: one.from,
        tone: "quiet",
        text: t("silenceFor", { length: length(one.from, one.to) }),
      });
  return (
    <ul className="jt-rec-above">
      {laidOut(found, x, width).map(({ word, left, whole }) => (
        <li key={word.key} style={{ left }} data-tone={word.tone}>
          <button type="button" className="jt-bare" title={word.text} onClick={() => seek(word.at)}>
            {word.icon ? <Icon name={word.icon} size={14} /> : null}
            <span className={whole ? undefined : "jt-hidden"}>{word.text}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

type Word = { key: string; at: Ms; text: string; tone?: string; icon?: IconName };

/** Those that come first take their room; a later one is cut to its icon, or left out where it has none. */
function laidOut(words: readonly Word[], x: (at: Ms) => number, width: number) {
  const taken: { left: number; right: number }[] = [];
  const free = (left: number, right: number) => taken.every((one) => right <= one.left || left >= one.right);
  const out: { word: Word; left: number; whole: boolean }[] = [];
  for (const word of words) {
    const left = Math.max(0, Math.min(x(word.at), width - 24));
    const letters = [...word.text].reduce((sum, one) => sum + (one > "\u2e80" ? 12.1 : 6.5), 0);
    const wide = (word.icon ? 24 : 6) + letters;
    const whole = left + wide <= width && free(left, left + wide);
    if (!whole && !(word.icon && free(left, left + 24))) continue;
    taken.push({ left, right: left + (whole ? wide : 24) });
    out.push({ word, left, whole });
  }
  return out.sort((a, b) => a.left - b.left);
}

type MarkKey =
  | "mark.transfer"
  | "mark.consult"
  | "mark.merged"
  | "mark.survey"
  | "mark.listen"
  | "mark.whisper"
  | "mark.barge";
const LOOKS: Record<string, { key: MarkKey; icon: IconName }> = {
  transfer: { key: "mark.transfer", icon: "transfer" },
  consult: { key: "mark.consult", icon: "consult" },
  merged: { key: "mark.merged", icon: "people" },
  survey: { key: "mark.survey", icon: "star" },
  listen: { key: "mark.listen", icon: "headset" },
  whisper: { key: "mark.whisper", icon: "whisper" },
  barge: { key: "mark.barge", icon: "barge" },
};

function Region({ kind, icon, left, right }: { kind: string; icon: IconName; left: number; right: number }) {
  return (
    <span className="jt-rec-region" data-kind={kind} style={{ left, width: Math.max(right - left, 2) }}>
      {right - left >= 26 ? (
        <span>
          <Icon name={icon} />
        </span>
      ) : null}
    </span>
  );
}

/** The bars, in the theme's colours, as sharp as the screen is. */
function Bars({ strip, width, height }: { strip: Strip; width: number; height: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = useTheme();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme's colours are read off the page
  useEffect(() => {
    const element = canvas.current;
    const pen = element?.getContext("2d");
    if (!element || !pen || width <= 0) return;
    const scale = window.devicePixelRatio || 1;
    element.width = Math.round(width * scale);
    element.height = Math.round(height * scale);
    pen.scale(scale, scale);
    pen.clearRect(0, 0, width, height);
    const style = getComputedStyle(element);
    const colour = (name: string) => style.getPropertyValue(name).trim();
    const columns = Math.max(Math.floor(width / BAR), 1);
    const drawn = strip.lanes.map((lane) => columnsOf(strip[lane], columns));
    strip.lanes.forEach((lane, i) => {
      pen.fillStyle = colour(lane === "customer" ? "--jt-chart-2" : "--jt-chart-1");
      const middle = 4 + i * (LANE + MIDDLE) + LANE / 2;
      drawn[i]?.forEach((level, column) => {
        const half = Math.max((level * LANE) / 2, 0.6);
        pen.fillRect(column * BAR, middle - half, 2, half * 2);
      });
    });
    const [agent, customer] = drawn;
    if (!agent || !customer) return;
    pen.fillStyle = colour("--jt-chart-3");
    for (let column = 0; column < columns; column += 1)
      if ((agent[column] ?? 0) > 0.25 && (customer[column] ?? 0) > 0.25)
        pen.fillRect(column * BAR, 4 + LANE + 4, 2, MIDDLE - 8);
  }, [strip, width, height, theme]);
  return <canvas ref={canvas} style={{ width, height }} />;
}

/** Moves with every frame while it plays, without asking the page to render. */
function Playhead({ strip, sound }: { strip: Strip; sound: StripSound }) {
  const line = useRef<HTMLSpanElement>(null);
  const { playing, now, at } = sound;
  useEffect(() => {
    const put = (instant: Ms) => {
      const share = (instant - strip.start) / (strip.end - strip.start);
      if (line.current) line.current.style.left = `${Math.min(Math.max(share, 0), 1) * 100}%`;
    };
    put(at);
    if (!playing) return;
    let frame = 0;
    const move = () => {
      put(now());
      frame = requestAnimationFrame(move);
    };
    frame = requestAnimationFrame(move);
    return () => cancelAnimationFrame(frame);
  }, [strip, playing, now, at]);
  return <span ref={line} className="jt-rec-head" aria-hidden="true" />;
}

function useTheme(): string | undefined {
  const [theme, setTheme] = useState(document.documentElement.dataset.theme);
  useEffect(() => {
    const observer = new MutationObserver(() => setTheme(document.documentElement.dataset.theme));
    observer.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    return () => observer.disconnect();
  }, []);
  return theme;
}

function useWidth(box: React.RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(800);
  useEffect(() => {
    const element = box.current;
    if (!element || typeof ResizeObserver === "undefined") return;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, [box]);
  return width;
}
