import { useEffect, useRef, useState } from "react";
import { localProblem } from "../../api/problem";
import { flowWords } from "../../i18n/flows";
import type { Language } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { Button } from "../../ui/Button";
import { useNotice } from "../../ui/notices";
import { spoken } from "./api";

export type Heard = { text: string; language: Language } | { url: string };

/** Plays one or several things one after the other: words by the synthetic voice, recordings as they are. */
export function Listen({ heard, label, disabled }: { heard: readonly Heard[]; label?: string; disabled?: boolean }) {
  const t = useWords(flowWords);
  const notice = useNotice();
  const [playing, setPlaying] = useState(false);
  const audio = useRef<HTMLAudioElement | null>(null);
  const turn = useRef(0);
  const stop = () => {
    turn.current += 1;
    audio.current?.pause();
    audio.current = null;
    setPlaying(false);
  };
  useEffect(
    () => () => {
      turn.current += 1;
      audio.current?.pause();
    },
    [],
  );
  const play = async () => {
    turn.current += 1;
    const mine = turn.current;
    setPlaying(true);
    try {
      for (const one of heard) {
        const address = "url" in one ? one.url : URL.createObjectURL(await spoken(one.text, one.language));
        if (turn.current !== mine) return;
        await sounded(address, (element) => {
          audio.current = element;
        });
        if (!("url" in one)) URL.revokeObjectURL(address);
        if (turn.current !== mine) return;
      }
    } catch (error) {
      if (turn.current === mine) notice.failed(error);
    } finally {
      if (turn.current === mine) setPlaying(false);
    }
  };
  return (
    <Button
      size="small"
      icon={playing ? "hold" : "resume"}
      disabled={disabled || heard.length === 0}
      aria-pressed={playing}
      onClick={() => (playing ? stop() : void play())}
    >
      {playing ? t("stopIt") : (label ?? t("speakIt"))}
    </Button>
  );
}

function sounded(address: string, began: (element: HTMLAudioElement) => void): Promise<void> {
  return new Promise((done, failed) => {
    const element = new Audio(address);
    element.addEventListener("ended", () => done());
    element.addEventListener("pause", () => done());
    element.addEventListener("error", () => failed(localProblem("bad_answer", "The sound cannot be played.")));
    began(element);
    element.play().catch(() => done());
  });
}
