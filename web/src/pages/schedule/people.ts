import type { Ms } from "../../live/types";
import { cellOf, type Plan, reach } from "./model";

/** Who stands on the schedule, in which order, and whom the filters leave. Pure. */
export type Frame = { day: string; start: Ms; end: Ms };
export type Certificate = { skill: string; until: Ms };
export type Person = {
  id: string;
  name: string;
  team: string;
  employment: "full_time" | "part_time";
  groups: readonly string[]; // skill groups that they can serve
  skills: readonly string[];
  certificates: readonly Certificate[]; // those that run out soon
  frames: readonly Frame[];
  standby: readonly Frame[];
};

export type Section = "full" | "part" | "standby";
export const SECTIONS: readonly Section[] = ["full", "part", "standby"];

export type Filter = { group: string | null; team: string | null; who: string };

export function shown(people: readonly Person[], filter: Filter): Person[] {
  const wanted = filter.who.trim().toLocaleLowerCase();
  return people.filter(
    (one) =>
      (filter.group === null || one.groups.includes(filter.group)) &&
      (filter.team === null || one.team === filter.team) &&
      (wanted === "" || one.name.toLocaleLowerCase().includes(wanted) || one.id.toLocaleLowerCase().includes(wanted)),
  );
}

export function sectionOf(person: Person, plan: Plan, days: readonly string[]): Section {
  if (person.employment === "full_time") return "full";
  const works = days.some((day) => reach(cellOf(plan, person.id, day).spans) !== null);
  return works || person.standby.length === 0 ? "part" : "standby";
}

export type Item =
  | { kind: "section"; section: Section; count: number; top: number; height: number }
  | { kind: "person"; person: Person; top: number; height: number; row: number };

export const ROW_PX = 32;
export const SECTION_PX = 22;

/** The lines of the chart with their places: sections, and people by when they come in, then by name. */
export function listed(people: readonly Person[], plan: Plan, days: readonly string[], names: Intl.Collator): Item[] {
  const items: Item[] = [];
  let top = 0;
  let row = 0;
  for (const section of SECTIONS) {
    const members = people.filter((one) => sectionOf(one, plan, days) === section);
    if (members.length === 0) continue;
    items.push({ kind: "section", section, count: members.length, top, height: SECTION_PX });
    top += SECTION_PX;
    for (const person of [...members].sort((a, b) => names.compare(a.name, b.name))) {
      row += 1;
      items.push({ kind: "person", person, top, height: ROW_PX, row });
      top += ROW_PX;
    }
  }
  return items;
}

/** The items in sight, with some above and below so that scrolling finds them drawn. */
export function inSight(items: readonly Item[], top: number, height: number, spare = 6 * ROW_PX): readonly Item[] {
  let first = 0;
  let last = items.length;
  while (first < last) {
    const middle = (first + last) >> 1;
    const item = items[middle];
    if (item && item.top + item.height < top - spare) first = middle + 1;
    else last = middle;
  }
  let end = first;
  while (end < items.length && (items[end]?.top ?? 0) < top + height + spare) end += 1;
  return items.slice(first, end);
}

export function heightOf(items: readonly Item[]): number {
  const last = items.at(-1);
  return last ? last.top + last.height : 0;
}
