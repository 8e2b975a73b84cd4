/** What a call-up begins with, from wherever somebody came. */
export type CallUp = { day?: string; from?: string; until?: string; places?: number };

/** From the address; what is not there stays as the dialog has it. */
export function callUp(text: string | null): CallUp {
  const [day, from, until, places] = (text ?? "").split(" ");
  const wall = /^\d\d:\d\d$/;
  return {
    ...(day && /^\d{4}-\d\d-\d\d$/.test(day) ? { day } : {}),
    ...(from && until && wall.test(from) && wall.test(until) ? { from, until } : {}),
    ...(Number(places) >= 1 ? { places: Number(places) } : {}),
  };
}
