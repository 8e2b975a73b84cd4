import { useEffect, useState } from "react";
import { meter } from "./meter";

/** In steps of twentieths, so that a bar moves and the page does not work for nothing. */
export function useLevel(stream: MediaStream | null): number {
  const [level, setLevel] = useState(0);
  useEffect(() => {
    setLevel(0);
    if (!stream || typeof AudioContext === "undefined") return;
    return meter(stream, (value) => setLevel(Math.round(value * 20) / 20));
  }, [stream]);
  return level;
}
