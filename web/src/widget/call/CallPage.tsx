/** @jsxImportSource preact */
import { useEffect, useRef, useState } from "preact/hooks";
import { meter } from "../../softphone/meter";
import { grouped } from "../../softphone/numbers";
import { LANGS, type Lang } from "../lang";
import { useDark } from "../view/effects";
import { useTick } from "../view/hooks";
import { LANG_NAMES } from "../words";
import { CallIcon } from "./CallIcon";
import type { Caller } from "./caller";
import { CALL_WORDS, type CallWords } from "./words";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"] as const;
/** So long without a sound from the microphone, and the customer is told. */
const QUIET_MS = 6_000;

export function CallPage({
  caller,
  number,
  first,
  theme,
  onLang,
}: {
  caller: Caller;
  number: string;
  first: Lang;
  theme: string | null;
  onLang: (lang: Lang) => void;
}) {
  const [lang, setLang] = useState(first);
  const words = CALL_WORDS[lang];
  const dark = useDark(theme);
  const [state, setState] = useState(caller.state);
  const [keys, setKeys] = useState(false);
  useEffect(() => caller.subscribe(() => setState(caller.state)), [caller]);
  useEffect(() => {
    document.documentElement.lang = lang;
    document.documentElement.dataset.theme = dark ? "dark" : "light";
    document.title = `${words.title} · ${grouped(number)}`;
  }, [lang, dark, words, number]);
  const talking = state.phase === "talking";
  const under = state.phase !== "idle" && state.phase !== "ended";
  useTick(talking);
  useEffect(() => {
    if (!under) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    const leave = () => caller.hangUp();
    addEventListener("beforeunload", warn);
    addEventListener("pagehide", leave);
    return () => {
      removeEventListener("beforeunload", warn);
      removeEventListener("pagehide", leave);
    };
  }, [under, caller]);
  useEffect(() => {
    if (!talking) setKeys(false);
  }, [talking]);
  // Keys of the keyboard are keys of the telephone.
  useEffect(() => {
    if (!talking) return;
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || !/^[0-9*#]$/.test(event.key)) return;
      event.preventDefault();
      caller.press(event.key);
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, [talking, caller]);
  const level = useLevelOf(talking ? caller.microphone : null);
  const choose = (next: Lang) => {
    setLang(next);
    onLang(next);
  };
  return (
    <main class="call" data-phase={state.phase}>
      <header class="call-head">
        <label class="call-lang">
          <span class="hidden">{words.language}</span>
          <select value={lang} onChange={(event) => choose(event.currentTarget.value as Lang)}>
            {LANGS.map((one) => (
              <option key={one} value={one} lang={one}>
                {LANG_NAMES[one]}
              </option>
            ))}
          </select>
        </label>
      </header>
      <section class="call-who">
        <h1>{words.title}</h1>
        <p class="call-number">{grouped(number) || words.noNumber}</p>
        <p class="call-state" role="status">
          {stateWords(state.phase, state.fault, state.lasted, words)}
        </p>
        {/* Beside the live region, or a reader would be told every second. */}
        <p class="call-time" aria-hidden="true">
          {talking && state.since !== null ? clock(Date.now() - state.since) : "\u00a0"}
        </p>
      </section>
      {state.fault ? (
        <p class="call-fault" role="alert">
          {words.fault[state.fault]}
        </p>
      ) : null}
      {state.blocked ? (
        <button type="button" class="call-main" onClick={() => void caller.hear()}>
          {words.play}
        </button>
      ) : null}
      {talking ? (
        <div class="call-level-box">
          <div
            class="call-level"
            role="meter"
            aria-label={words.yourVoice}
            aria-valuemin={0}
            aria-valuemax={100}
            aria-valuenow={state.muted ? 0 : Math.round(level.now * 100)}
          >
            <i style={{ width: `${state.muted ? 0 : level.now * 100}%` }} />
          </div>
          <p class="quiet" role="status">
            {state.muted ? words.muted : level.quiet ? words.quiet : "\u00a0"}
          </p>
        </div>
      ) : null}
      {talking && keys ? (
        <div class="call-pad" role="group" aria-label={words.keys}>
          <output aria-label={words.pressed(state.pressed)}>{state.pressed || "\u00a0"}</output>
          {KEYS.map((key) => (
            <button type="button" key={key} aria-label={words.key(key)} onClick={() => caller.press(key)}>
              {key}
            </button>
          ))}
        </div>
      ) : null}
      <footer class="call-do">
        {under ? (
          <>
            <button
              type="button"
              class="call-side"
              disabled={!talking}
              aria-pressed={state.muted}
              onClick={() => caller.mute(!state.muted)}
            >
              <CallIcon name="mute" />
              <span>{state.muted ? words.unmute : words.mute}</span>
            </button>
            <button type="button" class="call-big end" onClick={() => caller.hangUp()}>
              <CallIcon name="hangup" size={30} />
              <span>{words.end}</span>
            </button>
            <button
              type="button"
              class="call-side"
              disabled={!talking}
              aria-expanded={keys}
              onClick={() => setKeys(!keys)}
            >
              <CallIcon name="keypad" />
              <span>{words.keys}</span>
            </button>
          </>
        ) : (
          <button type="button" class="call-big go" disabled={!number} onClick={() => void caller.dial()}>
            <CallIcon name="phone" size={30} />
            <span>{state.phase === "ended" ? words.again : words.call}</span>
          </button>
        )}
      </footer>
      <p class="call-note">{under ? words.leave : `${words.free} ${words.askMicrophone}`}</p>
    </main>
  );
}

function stateWords(
  phase: Caller["state"]["phase"],
  fault: Caller["state"]["fault"],
  lasted: number | null,
  words: CallWords,
): string {
  switch (phase) {
    case "idle":
      return "";
    case "ended":
      return lasted !== null ? words.endedLong(clock(lasted)) : fault ? "" : words.ended;
    default:
      return words[phase];
  }
}

function clock(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** How loud the customer is, and whether nothing has been heard for long. */
function useLevelOf(stream: MediaStream | null): { now: number; quiet: boolean } {
  const [level, setLevel] = useState({ now: 0, quiet: false });
  const heard = useRef(0);
  useEffect(() => {
    setLevel({ now: 0, quiet: false });
    if (!stream || typeof AudioContext === "undefined") return undefined;
    heard.current = Date.now();
    return meter(stream, (value) => {
      if (value > 0.12) heard.current = Date.now();
      setLevel({ now: Math.round(value * 20) / 20, quiet: Date.now() - heard.current > QUIET_MS });
    });
  }, [stream]);
  return level;
}
