import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { http } from "../../api/http";
import { isProblem } from "../../api/problem";
import { duration, instant } from "../../i18n/format";
import { useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { worded } from "../../i18n/problems";
import { recordings } from "../../i18n/recordings";
import type { Ms } from "../../live/types";
import { useMay } from "../../session/session";
import { PlayDrawing, SpeedButton, whyMissing } from "../../ui/AudioPlayer";
import { Button, IconButton } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import { Icon } from "../../ui/Icon";
import { LEAP_S } from "../../ui/listening";
import { type Contact, path } from "./api";
import { useNames } from "./names";
import { RecordingMenu } from "./RecordingMenu";
import { RecordingWave } from "./RecordingWave";
import { useStripSound } from "./recordingSound";
import { type Heard, type Leg, mosWord, type Strip, stripOf } from "./recordingStrip";
import "./recording.css";

/** The recordings of a call: heard as one, with what happened along them and how well the lines sounded. */
export function RecordingSection({ contact, at }: { contact: Contact; at: Ms | null }) {
  const may = useMay("recording.listen");
  const spoken = contact.channel === "voice" || contact.channel === "voicemail";
  return may && spoken ? <Section contact={contact} at={at} /> : null;
}

function Section({ contact, at }: { contact: Contact; at: Ms | null }) {
  const t = useWords(recordings);
  const going = contact.ended === null || contact.busy;
  const query = useQuery({
    queryKey: ["contact", contact.id, "recordings"],
    queryFn: ({ signal }) => http.get<Heard>(`${path(contact.id)}/recordings`, { signal }),
    refetchInterval: (now) => (going || now.state.data?.pending ? 5_000 : false),
    retry: (n, error) => n < 3 && !(isProblem(error) && error.status < 500),
  });
  const heard = query.data;
  const strip = useMemo(() => (heard ? stripOf(heard) : null), [heard]);
  if (query.error) return <Empty kind="lost">{worded(query.error)}</Empty>;
  if (!heard) return null;
  return (
    <section className="jt-rec" aria-label={t(contact.channel === "voicemail" ? "voicemail" : "title")}>
      {strip ? (
        <Player contact={contact} heard={heard} strip={strip} at={at} />
      ) : (
        <div className="jt-rec-h">
          <h3>{t("title")}</h3>
          {heard.hold ? <HoldTag heard={heard} /> : null}
          <span className="jt-fill" />
          <RecordingMenu contact={contact.id} heard={heard} />
        </div>
      )}
      <Notices heard={heard} empty={!strip && !going} />
      <Quality legs={heard.legs} />
    </section>
  );
}

function Player({ contact, heard, strip, at }: { contact: Contact; heard: Heard; strip: Strip; at: Ms | null }) {
  const t = useWords(recordings);
  const lang = useLanguage();
  const [skipping, setSkipping] = useState(false);
  const sound = useStripSound(strip, skipping);
  const { seek } = sound;
  useEffect(() => {
    if (at !== null && at >= strip.start - 1000 && at <= strip.end) seek(at);
  }, [at, strip.start, strip.end, seek]);
  const length = duration(strip.end - strip.start, lang);
  const n = strip.parts.length;
  return (
    <>
      <div className="jt-rec-h">
        <h3>{t(contact.channel === "voicemail" ? "voicemail" : "title")}</h3>
        <span className="jt-note jt-num">{n > 1 ? t("note", { length, n }) : t("noteOne", { length })}</span>
        {heard.hold ? <HoldTag heard={heard} /> : null}
        <span className="jt-fill" />
        <IconButton icon="back" label={t("back")} onClick={() => seek(sound.at - LEAP_S * 1000)} />
        <button
          type="button"
          className="jt-audio-play"
          aria-label={t(sound.playing ? "pause" : "play")}
          title={t("listenNote")}
          aria-busy={sound.waiting}
          onClick={sound.toggle}
        >
          <PlayDrawing playing={sound.playing} />
        </button>
        <IconButton icon="fwd" label={t("forward")} onClick={() => seek(sound.at + LEAP_S * 1000)} />
        <span className="jt-num jt-rec-now">
          {duration(sound.at - strip.start, lang)} / {length}
        </span>
        <SpeedButton rate={sound.rate} setRate={sound.setRate} />
        <Button kind="quiet" aria-pressed={skipping} className="jt-rec-skip" onClick={() => setSkipping(!skipping)}>
          {t("skipSilence")}
        </Button>
        <RecordingMenu contact={contact.id} heard={heard} />
      </div>
      {sound.failure ? (
        <p className="jt-over" role="alert">
          {t("playerFailed", { why: worded(sound.failure) })}
        </p>
      ) : null}
      <RecordingWave strip={strip} marks={heard.marks} sound={sound} />
      <Shares strip={strip} />
    </>
  );
}

/** Who spoke how long. */
function Shares({ strip }: { strip: Strip }) {
  const t = useWords(recordings);
  const lang = useLanguage();
  const { times, lanes } = strip;
  const two = lanes.length > 1;
  const rows: [string, Ms, string | null, boolean][] = [
    [t("agentSpeaks"), times.agent, "agent", lanes.includes("agent")],
    [t("customerSpeaks"), times.customer, "customer", lanes.includes("customer")],
    [t("bothAtOnce"), times.both, "both", two],
    [t("silence"), times.silence, null, true],
    [t("held"), times.held, null, times.held > 0],
    [t("notRecorded"), times.gap, null, times.gap > 0],
  ];
  return (
    <ul className="jt-rec-shares">
      {rows
        .filter(([, , , shown]) => shown)
        .map(([name, ms, lane]) => (
          <li key={name}>
            {lane ? <i data-lane={lane} /> : null}
            {name} <b className="jt-num">{duration(ms, lang)}</b>
          </li>
        ))}
    </ul>
  );
}

/** How well each line sounded; figures on hover and for screen readers. */
function Quality({ legs }: { legs: readonly Leg[] }) {
  const t = useWords(recordings);
  const names = useNames();
  const known = legs.filter((leg) => leg.mos !== null);
  if (known.length === 0) return null;
  const who = (leg: Leg) => {
    if (leg.agent) return names.agent(leg.agent);
    return t(leg.party === "customer" ? "customerSide" : leg.party === "supervisor" ? "supervisor" : "outside");
  };
  const figure = (value: number | null, unit: string) => (value === null ? "–" : `${value.toFixed(1)} ${unit}`);
  return (
    <ul className="jt-rec-shares" aria-label={t("quality")}>
      <li aria-hidden="true">{t("quality")}</li>
      {known.map((leg) => {
        const word = mosWord(leg.mos ?? 0);
        const more = t("qualityMore", {
          loss: figure(leg.loss_pct, "%"),
          jitter: figure(leg.jitter_ms, "ms"),
          trip: figure(leg.round_trip_ms, "ms"),
          codec: leg.codec ?? "–",
        });
        return (
          <li key={leg.leg} title={more} data-quality={word}>
            {word === "poor" || word === "bad" ? <Icon name="missed" size={14} /> : null}
            {t("qualityOf", { who: who(leg), word: t(`quality.${word}`), mos: (leg.mos ?? 0).toFixed(1) })}
            <span className="jt-hidden">{more}</span>
          </li>
        );
      })}
    </ul>
  );
}

/** What is not there, and why: silence is no answer. */
function Notices({ heard, empty }: { heard: Heard; empty: boolean }) {
  const t = useWords(recordings);
  const lang = useLanguage();
  const names = useNames();
  const deleted = heard.recordings.filter((one) => one.state !== "stored");
  const damaged = heard.recordings.some((one) => one.damaged);
  const nothing = empty && heard.recordings.length === 0 && heard.missing.length === 0 && heard.pending === 0;
  if (nothing) return <p className="jt-note jt-rec-notice">{t("none")}</p>;
  return (
    <>
      {heard.pending > 0 ? (
        <p className="jt-note jt-rec-notice" role="status">
          {t("pending", { n: heard.pending })}
        </p>
      ) : null}
      {heard.missing.map((one) => (
        <p key={one.recording} className="jt-rec-notice jt-over">
          <Icon name="alarm" size={14} /> {t("missing", { why: whyMissing(t, one.why) })}{" "}
          <span className="jt-note jt-num">{instant(one.started, "second", lang)}</span>
        </p>
      ))}
      {damaged ? (
        <p className="jt-rec-notice jt-over" role="alert">
          <Icon name="alarm" size={14} /> {t("damaged")}
        </p>
      ) : null}
      {deleted.map((one) => (
        <p key={one.id} className="jt-note jt-rec-notice">
          {t("deleted", { who: one.agent ? names.agent(one.agent) : instant(one.started, "second", lang) })}{" "}
          {one.certificate ? (
            <a href={`/api/recordings/certificates/${encodeURIComponent(one.certificate)}`} download>
              {t("certificate")}
            </a>
          ) : null}
        </p>
      ))}
    </>
  );
}

function HoldTag({ heard }: { heard: Heard }) {
  const t = useWords(recordings);
  const lang = useLanguage();
  if (!heard.hold) return null;
  const said = t("onHoldBy", {
    name: heard.hold.set_by_name,
    day: instant(heard.hold.set_at, "date", lang),
    reason: heard.hold.reason,
  });
  return (
    <span className="jt-tag jt-rec-hold" title={said}>
      <Icon name="lock" size={14} />
      {t("onHold")}
      <span className="jt-hidden">{said}</span>
    </span>
  );
}
