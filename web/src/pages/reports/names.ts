import { useMemo } from "react";
import { core } from "../../i18n/core";
import { collator } from "../../i18n/format";
import { inLanguage, type Language, useLanguage } from "../../i18n/language";
import { words } from "../../i18n/messages";
import { reports } from "../../i18n/reports";
import { useDirectory } from "../contacts/api";
import type { Definition } from "../metrics/catalogue";
import type { By, Column, Facet, Texts } from "./model";

/** The words of ids, first as the result gives them, then from the set-up; an id that is no more shows itself. */
export type Labels = Partial<Record<By, Readonly<Record<string, Texts>>>>;
export type Wording = {
  key: (by: By, id: string | null) => string;
  compare: (a: string, b: string) => number;
  lang: Language;
};

export function useWording(labels: Readonly<Record<string, Readonly<Record<string, unknown>>>> | undefined): Wording {
  const lang = useLanguage();
  return useMemo(() => {
    const t = words(reports, lang);
    return {
      lang,
      compare: collator(lang).compare,
      key: (by, id) => {
        if (id === null) return t("none");
        return inLanguage((labels as Labels | undefined)?.[by]?.[id], lang) || id;
      },
    };
  }, [labels, lang]);
}

export const FACET_BY: Record<Facet, By> = {
  queues: "queue",
  agents: "agent",
  clients: "client",
  channels: "channel",
  entries: "entry",
  reasons: "reason",
  directions: "direction",
};
const CHANNELS = ["voice", "chat", "email", "sms", "fax", "voicemail", "message"];
const DIRECTIONS = ["inbound", "outbound"] as const;

export type Choice = { value: string; label: string };

/** What each filter may be set to, named and in the reader's order; what is out of use only while it is chosen. */
export function useChoices(chosen: Partial<Record<Facet, readonly string[] | null>>): Record<Facet, Choice[]> {
  const { data } = useDirectory();
  const lang = useLanguage();
  return useMemo(() => {
    const w = words(core, lang) as (key: string) => string;
    const t = words(reports, lang);
    const named = (
      list: readonly { id: string; name: unknown; active: boolean }[] | undefined,
      facet: Facet,
    ): Choice[] => {
      const known = (list ?? [])
        .filter((one) => one.active || chosen[facet]?.includes(one.id))
        .map((one) => ({
          value: one.id,
          label: typeof one.name === "string" ? one.name : inLanguage(one.name as Texts, lang),
        }))
        .sort((a, b) => collator(lang).compare(a.label, b.label));
      const ids = new Set(known.map((one) => one.value));
      const others = (chosen[facet] ?? []).filter((id) => !ids.has(id)).map((id) => ({ value: id, label: id }));
      return [...known, ...others];
    };
    return {
      queues: named(data?.queues, "queues"),
      agents: named(data?.agents, "agents"),
      clients: named(data?.clients, "clients"),
      channels: CHANNELS.map((value) => ({ value, label: w(`channel.${value}`) })),
      entries: named(undefined, "entries"),
      reasons: named(
        data?.reasons.filter((one) => one.kind === "contact"),
        "reasons",
      ),
      directions: DIRECTIONS.map((value) => ({ value, label: t(`direction.${value}`) })),
    };
  }, [data, lang, chosen]);
}

const KEY = /^([a-z][a-z0-9_]*)(?:\(([^()]*)\))?$/;

/** `sl6(20,5)` as its id and its parameters. */
export function parsed(key: string): { id: string; parameters: string[] } {
  const found = KEY.exec(key.trim());
  const inside = found?.[2]?.trim();
  return { id: found?.[1] ?? key, parameters: inside ? inside.split(",").map((one) => one.trim()) : [] };
}

export function written(id: string, parameters: readonly string[]): string {
  const given = [...parameters];
  while (given.length > 0 && given.at(-1) === "") given.pop();
  return given.length === 0 ? id : `${id}(${given.join(",")})`;
}

/** A figure's name with its parameters, as every export has it: “20 秒内人工接通率”, “Service level (20 s)”. */
export function named(
  definition: Pick<Definition, "names" | "parameters"> | undefined,
  key: string,
  lang: Language,
): string {
  const { id, parameters } = parsed(key);
  const name = inLanguage(definition?.names, lang) || id;
  const [first, ...others] = parameters;
  if (first === undefined) return name;
  const timed = (n: number) => definition?.parameters[n]?.endsWith("_ms") ?? false;
  const parts = parameters.map((one, n) => (timed(n) ? `${one} ${lang === "en" ? "s" : "秒"}` : one));
  if (/^X 秒/.test(name)) {
    return `${first}${name.slice(1)}${others.length > 0 ? `（${parts.slice(1).join("、")}）` : ""}`;
  }
  return lang === "en" ? `${name} (${parts.join(", ")})` : `${name}（${parts.join("、")}）`;
}

/** A column's name: the result gives it with its parameters. */
export function columnName(column: Pick<Column, "names" | "key">, lang: Language): string {
  return inLanguage(column.names, lang) || column.key;
}
