import type { Period } from "./documents";

/** Opening hours as people write them: `8:30–12:00, 13:00–18:00`. Minutes after midnight inside. */
export function written(periods: readonly Period[]): string {
  return periods.map((period) => `${clock(period.start)}–${clock(period.end)}`).join(", ");
}

/** The periods of a line, in order; null when it cannot be read. An empty line is closed. */
export function parsed(text: string): Period[] | null {
  const line = text.normalize("NFKC").trim();
  if (!line) return [];
  const out: Period[] = [];
  for (const part of line.split(/[,;、，；]/)) {
    const match = /^(\d{1,2})(?::(\d{2}))?\s*[-–—~～至]\s*(\d{1,2})(?::(\d{2}))?$/.exec(part.trim());
    if (!match) return null;
    const start = Number(match[1]) * 60 + Number(match[2] ?? 0);
    const end = Number(match[3]) * 60 + Number(match[4] ?? 0);
    if (Number(match[2] ?? 0) > 59 || Number(match[4] ?? 0) > 59) return null;
    out.push({ start, end });
  }
  return out.sort((a, b) => a.start - b.start);
}

export function clock(minutes: number): string {
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;
}

export function weekMinutes(week: readonly (readonly Period[])[]): number {
  return week.flat().reduce((sum, period) => sum + period.end - period.start, 0);
}

/** Local weekday (Monday 0), minute and date at an instant in a zone. */
export function localMoment(at: number, zone: string): { day: number; minute: number; date: string } {
  const parts = new Intl.DateTimeFormat("en-CA", {
    timeZone: zone,
    weekday: "short",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
  }).formatToParts(at);
  const get = (type: string) => parts.find((part) => part.type === type)?.value ?? "";
  return {
    day: ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].indexOf(get("weekday").slice(0, 3)),
    minute: Number(get("hour")) * 60 + Number(get("minute")),
    date: `${get("year")}-${get("month")}-${get("day")}`,
  };
}
