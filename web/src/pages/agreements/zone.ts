/** Wall clocks of a contract's zone, for fields of date and time. Pure. */

/** `2026-07-08T10:05` as that clock shows it, of an instant. */
export function wallClock(at: number, zone: string): string {
  return format(zone).format(new Date(at)).replace(" ", "T");
}

/** The instant at which the zone's clock shows it; the earlier one where it shows it twice, and the first after a gap. */
export function inZone(local: string, zone: string): number {
  const wanted = Date.parse(`${local.slice(0, 16)}:00Z`);
  const offset = (at: number) => Date.parse(`${wallClock(at, zone)}:00Z`) - Math.floor(at / 60_000) * 60_000;
  // The offsets on either side of the wanted clock: around a change of the clock they differ.
  const candidates = [wanted - offset(wanted - 86_400_000), wanted - offset(wanted + 86_400_000)];
  const exact = candidates.filter((at) => wallClock(at, zone) === local.slice(0, 16));
  return exact.length > 0 ? Math.min(...exact) : Math.max(...candidates);
}

const made = new Map<string, Intl.DateTimeFormat>();
function format(zone: string): Intl.DateTimeFormat {
  let one = made.get(zone);
  if (!one) {
    one = new Intl.DateTimeFormat("sv-SE", {
      timeZone: zone,
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
    });
    made.set(zone, one);
  }
  return one;
}
