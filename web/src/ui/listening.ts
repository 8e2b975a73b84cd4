import { useCallback, useEffect, useRef, useState } from "react";
import { address, http } from "../api/http";

/** Leave to hear one recording. Asking for it is what the audit log notes; it holds for four hours. */
export type Ticket = { ticket: string; ways: string[]; duration_ms: number };

export const SPEEDS = [0.75, 1, 1.25, 1.5, 2] as const;
export const STEP_S = 5;
export const LEAP_S = 10;

export function askToListen(recording: string): Promise<Ticket> {
  return http.post<Ticket>(`/api/recordings/${encodeURIComponent(recording)}/listen`);
}

export function audioAddress(recording: string, ticket: string, track?: string): string {
  return address(`/api/recordings/${encodeURIComponent(recording)}/audio`, { ticket, track });
}

/** What a player needs: the element, whether it plays, where it is (seconds), and what went wrong. */
export type Sound = {
  playing: boolean;
  waiting: boolean;
  at: number;
  length: number | null;
  failure: unknown;
  toggle: () => void;
  play: () => void;
  pause: () => void;
  seek: (seconds: number) => void;
  rate: number;
  setRate: (rate: number) => void;
};

/**
 * One recording through one audio element. Nothing is asked for until it is played, so that opening a page is no
 * listen. A ticket that has run out, or that a restarted server does not know, is asked for anew once.
 */
export function useSound(
  recording: string | null,
  { track, onEnded, audio }: { track?: string; onEnded?: () => void; audio: HTMLAudioElement },
): Sound {
  const [playing, setPlaying] = useState(false);
  const [waiting, setWaiting] = useState(false);
  const [at, setAt] = useState(0);
  const [length, setLength] = useState<number | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [rate, setRateState] = useState(1);
  const loaded = useRef<string | null>(null);
  const asked = useRef(0);
  const wanted = useRef(0);
  const ended = useRef(onEnded);
  ended.current = onEnded;

  const load = useCallback(
    async (id: string) => {
      asked.current += 1;
      setWaiting(true);
      const { ticket } = await askToListen(id);
      loaded.current = id;
      audio.src = audioAddress(id, ticket, track);
      audio.playbackRate = rate;
    },
    [audio, track, rate],
  );

  const play = useCallback(() => {
    if (recording === null) return;
    setFailure(null);
    const start = async () => {
      if (loaded.current !== recording) {
        asked.current = 0;
        await load(recording);
        audio.currentTime = wanted.current;
      }
      await audio.play();
    };
    start().catch((error: unknown) => {
      if (error instanceof DOMException && error.name === "AbortError") return;
      setWaiting(false);
      setFailure(error);
    });
  }, [audio, recording, load]);

  const pause = useCallback(() => audio.pause(), [audio]);
  const toggle = useCallback(() => (audio.paused ? play() : audio.pause()), [audio, play]);
  const seek = useCallback(
    (seconds: number) => {
      wanted.current = Math.max(0, seconds);
      setAt(wanted.current);
      if (loaded.current === recording && recording !== null) audio.currentTime = wanted.current;
    },
    [audio, recording],
  );
  const setRate = useCallback(
    (next: number) => {
      setRateState(next);
      audio.playbackRate = next;
    },
    [audio],
  );

  useEffect(() => {
    const again = () => {
      if (loaded.current === null || asked.current > 1) {
        setWaiting(false);
        setPlaying(false);
        setFailure(new Error("audio"));
        return;
      }
      const id = loaded.current;
      wanted.current = audio.currentTime || wanted.current;
      load(id)
        .then(() => {
          audio.currentTime = wanted.current;
          return audio.play();
        })
        .catch((error: unknown) => {
          setWaiting(false);
          setFailure(error);
        });
    };
    const began = () => {
      setPlaying(true);
      setWaiting(false);
    };
    const over = () => {
      setPlaying(false);
      ended.current?.();
    };
    const handlers: [string, () => void][] = [
      ["playing", began],
      ["pause", () => setPlaying(false)],
      ["waiting", () => setWaiting(true)],
      ["timeupdate", () => setAt(audio.currentTime)],
      ["durationchange", () => setLength(Number.isFinite(audio.duration) ? audio.duration : null)],
      ["ended", over],
      ["error", again],
    ];
    for (const [name, handler] of handlers) audio.addEventListener(name, handler);
    return () => {
      for (const [name, handler] of handlers) audio.removeEventListener(name, handler);
    };
  }, [audio, load]);

  useEffect(
    () => () => {
      audio.pause();
      audio.removeAttribute("src");
      audio.load();
    },
    [audio],
  );

  return { playing, waiting, at, length, failure, toggle, play, pause, seek, rate, setRate };
}
