import { type RefObject, useEffect, useState } from "react";

/** Which rows of a long list to draw: those in sight and a few around them. Under `from` rows, all. */
export function useWindow(box: RefObject<HTMLElement | null>, rows: number, height: number, from = 100) {
  const [sight, setSight] = useState({ top: 0, height: 800 });
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const look = () => setSight({ top: element.scrollTop, height: element.clientHeight });
    look();
    element.addEventListener("scroll", look, { passive: true });
    const resized = typeof ResizeObserver === "undefined" ? null : new ResizeObserver(look);
    resized?.observe(element);
    return () => {
      element.removeEventListener("scroll", look);
      resized?.disconnect();
    };
  }, [box]);
  return visible(rows, sight.top, sight.height, height, from);
}

export function visible(rows: number, top: number, sight: number, height: number, from: number) {
  if (rows <= from) return { first: 0, last: rows };
  const first = Math.max(0, Math.floor(top / height) - 10);
  return { first: Math.min(first, rows), last: Math.min(rows, Math.ceil((top + sight) / height) + 10) };
}
