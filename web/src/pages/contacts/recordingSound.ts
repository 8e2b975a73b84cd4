import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { Ms } from "../../live/types";
import { type Sound, useSound } from "../../ui/listening";
import { partAt, type Strip, skipFrom } from "./recordingStrip";

export type Side = "agent" | "customer";
export type StripSound = Pick<
  Sound,
  "playing" | "waiting" | "failure" | "rate" | "setRate" | "toggle" | "play" | "pause"
> & {
  /** The instant that is heard, in the contact's time. */
  at: Ms;
  /** The same read off the audio itself, for what moves with every frame. */
  now: () => Ms;
  seek: (at: Ms) => void;
  muted: ReadonlySet<Side>;
  mute: (side: Side) => void;
  stereo: boolean;
};

/** Plays the talks of a contact one after the other as if they were one recording. */
export function useStripSound(strip: Strip, skipping: boolean): StripSound {
  const [audio] = useState(() => new Audio());
  const [index, setIndex] = useState(0);
  const goOn = useRef(false);
  const part = strip.parts[Math.min(index, strip.parts.length - 1)];
  const from = part?.from ?? strip.start;
  const sound = useSound(part?.recording.id ?? null, {
    audio,
    onEnded: () => {
      if (index + 1 >= strip.parts.length) return;
      goOn.current = true;
      setIndex(index + 1);
    },
  });
  const { seek: seekSound, play } = sound;
  const target = useRef<Ms | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each talk that is entered
  useEffect(() => {
    const begin = target.current ?? from;
    target.current = null;
    seekSound((begin - from) / 1000);
    if (goOn.current) {
      goOn.current = false;
      play();
    }
  }, [index, from]);

  const seek = useCallback(
    (at: Ms) => {
      const wanted = Math.min(Math.max(at, strip.start), strip.end);
      const next = partAt(strip, wanted, index);
      const within = Math.max(wanted, strip.parts[next]?.from ?? wanted);
      if (next === index) return seekSound((within - from) / 1000);
      target.current = within;
      goOn.current = !audio.paused;
      audio.pause();
      setIndex(next);
    },
    [strip, index, from, audio, seekSound],
  );

  const at = from + sound.at * 1000;
  const skipTo = skipping && sound.playing ? skipFrom(strip, at) : null;
  useEffect(() => {
    if (skipTo !== null) seek(skipTo);
  }, [skipTo, seek]);

  const { muted, mute } = useSides(audio);
  const now = useCallback(() => from + audio.currentTime * 1000, [from, audio]);
  return { ...sound, at, now, seek, muted, mute, stereo: part?.recording.ways[0] === "both" };
}

/** Turns off one side; the other is then heard in both ears. Customer left, agent right, as the server mixes it. */
function useSides(audio: HTMLAudioElement): { muted: ReadonlySet<Side>; mute: (side: Side) => void } {
  const [muted, setMuted] = useState<ReadonlySet<Side>>(() => new Set());
  const desk = useRef<Mixer | null>(null);
  useEffect(() => () => void desk.current?.context.close(), []);
  const mute = useCallback(
    (side: Side) =>
      setMuted((before) => {
        const next = new Set(before);
        if (!next.delete(side)) next.add(side);
        desk.current ??= mixer(audio);
        void desk.current.context.resume();
        desk.current.set(!next.has("customer"), !next.has("agent"));
        return next;
      }),
    [audio],
  );
  return useMemo(() => ({ muted, mute }), [muted, mute]);
}

type Mixer = { context: AudioContext; set: (customer: boolean, agent: boolean) => void };

function mixer(audio: HTMLAudioElement): Mixer {
  const context = new AudioContext();
  const splitter = context.createChannelSplitter(2);
  const merger = context.createChannelMerger(2);
  context.createMediaElementSource(audio).connect(splitter);
  const gain = (side: 0 | 1, ear: 0 | 1) => {
    const node = context.createGain();
    splitter.connect(node, side);
    node.connect(merger, 0, ear);
    return node.gain;
  };
  const gains = { ll: gain(0, 0), lr: gain(0, 1), rl: gain(1, 0), rr: gain(1, 1) };
  merger.connect(context.destination);
  return {
    context,
    set(customer, agent) {
      gains.ll.value = customer ? 1 : 0;
      gains.lr.value = customer && !agent ? 1 : 0;
      gains.rl.value = agent && !customer ? 1 : 0;
      gains.rr.value = agent ? 1 : 0;
    },
  };
}
