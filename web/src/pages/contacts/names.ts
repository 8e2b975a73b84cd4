import { useMemo } from "react";
import { contacts } from "../../i18n/contacts";
import { core } from "../../i18n/core";
import { inLanguage, useLanguage } from "../../i18n/language";
import { words } from "../../i18n/messages";
import { type Directory, useDirectory } from "./api";
import type { Facet } from "./filters";

/** Ids in words: queues, agents and reasons from the set-up, codes from our own words. An unknown id shows itself. */
export type NameOf = {
  queue: (id: string) => string;
  agent: (id: string) => string;
  reason: (id: string) => string;
  value: (facet: Facet, value: string) => string;
  directory: Directory | undefined;
};

export function useNames(): NameOf {
  const { data } = useDirectory();
  const lang = useLanguage();
  return useMemo(() => {
    const t = words(contacts, lang) as (key: string) => string;
    const w = words(core, lang) as (key: string) => string;
    const named = (list: { id: string; name: unknown }[] | undefined) => {
      const byId = new Map(list?.map((one) => [one.id, one.name]));
      return (id: string) => {
        const name = byId.get(id);
        return typeof name === "string" ? name : name ? inLanguage(name as never, lang) : id;
      };
    };
    const queue = named(data?.queues);
    const agent = named(data?.agents);
    const reason = named(data?.reasons);
    const value = (facet: Facet, id: string): string => {
      switch (facet) {
        case "queue":
          return queue(id);
        case "agent":
          return agent(id);
        case "reason":
          return reason(id);
        case "channel":
          return w(`channel.${id}`);
        case "outcome":
          return id === "open" ? t("open") : w(`outcome.${id}`);
        case "had":
          return t(`had.${id}`);
        case "resolved":
          return t(id === "yes" ? "solved" : "notSolved");
        case "simulated":
          return t(id === "only" ? "only" : "without");
        case "csat":
          return id;
      }
    };
    return { queue, agent, reason, value, directory: data };
  }, [data, lang]);
}
