import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useState } from "react";
import { http } from "../api/http";
import type { Schema } from "../api/types";
import { duration, spokenDuration } from "../i18n/format";
import { useLanguage } from "../i18n/language";
import { useWords } from "../i18n/messages";
import { worded } from "../i18n/problems";
import { recordings } from "../i18n/recordings";
import { Button, IconButton } from "./Button";
import { LEAP_S, SPEEDS, STEP_S, useSound } from "./listening";
import "./audio.css";

/** One recording to be heard: play, leap, seek, speed. Nothing is loaded, and no listen noted, before it is played. */
export function AudioPlayer({
  recording,
  durationMs,
  label,
}: {
  recording: string;
  durationMs: number;
  label?: string;
}) {
  const t = useWords(recordings);
  const lang = useLanguage();
  const [audio] = useState(() => new Audio());
  const sound = useSound(recording, { audio });
  const length = sound.length ?? durationMs / 1000;
  const move = (by: number) => sound.seek(Math.min(sound.at + by, length));
  const keys = (event: KeyboardEvent) => {
    if (event.key === " ") sound.toggle();
    else if (event.key === "ArrowLeft") move(-STEP_S);
    else if (event.key === "ArrowRight") move(STEP_S);
    else return;
    event.preventDefault();
  };
  return (
    <div className="jt-audio" role="group" aria-label={label ?? t("title")}>
      <IconButton icon="back" label={t("back")} onClick={() => move(-LEAP_S)} />
      <button
        type="button"
        className="jt-audio-play"
        aria-label={t(sound.playing ? "pause" : "play")}
        aria-busy={sound.waiting}
        onClick={sound.toggle}
      >
        <PlayDrawing playing={sound.playing} />
      </button>
      <IconButton icon="fwd" label={t("forward")} onClick={() => move(LEAP_S)} />
      <input
        type="range"
        min={0}
        max={Math.max(length, 0.1)}
        step={0.1}
        value={Math.min(sound.at, length)}
        aria-label={t("position")}
        aria-valuetext={t("positionSaid", {
          at: spokenDuration(sound.at * 1000, lang),
          length: spokenDuration(length * 1000, lang),
        })}
        onChange={(event) => sound.seek(Number(event.target.value))}
        onKeyDown={keys}
      />
      <span className="jt-num jt-audio-time">
        {duration(sound.at * 1000, lang)} / {duration(length * 1000, lang)}
      </span>
      <SpeedButton rate={sound.rate} setRate={sound.setRate} />
      {sound.failure ? (
        <p className="jt-over" role="alert">
          {t("playerFailed", { why: worded(sound.failure) })}
        </p>
      ) : null}
    </div>
  );
}

/** A contact's voicemail, for the agent who took it: found, and played by the player above. */
export function VoicemailPlayer({ contact }: { contact: string }) {
  const t = useWords(recordings);
  const found = useQuery({
    queryKey: ["contact", contact, "recordings"],
    queryFn: ({ signal }) =>
      http.get<Schema<"HeardOut">>(`/api/contacts/${encodeURIComponent(contact)}/recordings`, { signal }),
    refetchInterval: (now) => (now.state.data?.pending || !now.state.data?.recordings.length ? 3_000 : false),
    retry: 3,
  });
  if (found.error) return <p className="jt-over">{t("playerFailed", { why: worded(found.error) })}</p>;
  if (!found.data) return null;
  const { missing, pending } = found.data;
  return (
    <>
      {pending ? (
        <p className="jt-note" role="status">
          {t("pending", { n: pending })}
        </p>
      ) : null}
      {missing.map((one) => (
        <p key={one.recording} className="jt-over">
          {t("missing", { why: whyMissing(t, one.why) })}
        </p>
      ))}
      {found.data.recordings
        .filter((one) => one.ways.length > 0)
        .map((one) => (
          <AudioPlayer key={one.id} recording={one.id} durationMs={one.duration_ms} label={t("voicemail")} />
        ))}
    </>
  );
}

export function SpeedButton({ rate, setRate }: { rate: number; setRate: (rate: number) => void }) {
  const t = useWords(recordings);
  const next = SPEEDS[(SPEEDS.indexOf(rate as (typeof SPEEDS)[number]) + 1) % SPEEDS.length] ?? 1;
  return (
    <Button
      kind="quiet"
      className="jt-num jt-audio-speed"
      aria-label={`${t("speed")}: ${rate}×`}
      title={t("speed")}
      onClick={() => setRate(next)}
    >
      {rate}×
    </Button>
  );
}

export function PlayDrawing({ playing }: { playing: boolean }) {
  return (
    <svg viewBox="0 0 16 16" width={16} height={16} fill="currentColor" aria-hidden="true">
      <path d={playing ? "M4.5 3h2.4v10H4.5ZM9.1 3h2.4v10H9.1Z" : "M5 3.2v9.6l7.5-4.8Z"} />
    </svg>
  );
}

/** Why a recording is missing, in words; the bare code where there are none. */
export function whyMissing(t: ReturnType<typeof useWords<(typeof recordings)["zh-Hans"]>>, why: string): string {
  const key = `why.${why}`;
  return key in recordings.en ? t(key as "why.empty") : why;
}
