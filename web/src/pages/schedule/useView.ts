import { useCallback, useMemo } from "react";
import { useSearchParams } from "react-router";
import { serverClock } from "../../live/clock";
import { VIEWS, type View } from "./axis";

/** What is looked at, all of it in the address: so it can be sent, and Back goes back. */
export type BoardView = {
  range: View;
  day: string;
  group: string | null;
  team: string | null;
  who: string;
  draft: string | null;
  published: boolean; // as it is published, whatever drafts there are
  list: boolean;
};

export function useView(zone: string) {
  const [params, setParams] = useSearchParams();
  const view = useMemo<BoardView>(() => {
    const range = VIEWS.find((one) => one === params.get("view")) ?? "day";
    const day = params.get("day");
    return {
      range,
      day: day && isDay(day) ? day : todayIn(zone),
      group: params.get("group"),
      team: params.get("team"),
      who: params.get("q") ?? "",
      draft: params.get("draft"),
      published: params.get("published") === "1",
      list: params.get("list") === "1",
    };
  }, [params, zone]);
  const set = useCallback(
    (change: Partial<BoardView>) => {
      setParams(
        (before) => {
          const next = new URLSearchParams(before);
          const put = (name: string, value: string | null | undefined) =>
            value ? next.set(name, value) : next.delete(name);
          if ("range" in change) put("view", change.range === "day" ? null : change.range);
          if ("day" in change) put("day", change.day);
          if ("group" in change) put("group", change.group);
          if ("team" in change) put("team", change.team);
          if ("who" in change) put("q", change.who);
          if ("draft" in change) put("draft", change.draft);
          if ("published" in change) put("published", change.published ? "1" : null);
          if ("list" in change) put("list", change.list ? "1" : null);
          return next;
        },
        { replace: !("day" in change || "range" in change) },
      );
    },
    [setParams],
  );
  return { view, set };
}

/** A day that there is, of these times: 30 February is none, nor are years that nobody plans. */
function isDay(text: string): boolean {
  if (!/^20\d{2}-\d{2}-\d{2}$/.test(text)) return false;
  const noon = new Date(`${text}T12:00:00Z`);
  return !Number.isNaN(noon.getTime()) && noon.toISOString().startsWith(text);
}

export function todayIn(zone: string): string {
  return new Date(serverClock.now()).toLocaleDateString("sv-SE", { timeZone: zone });
}
