import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { http } from "../../api/http";
import type { Schema } from "../../api/types";
import { inLanguage, type Language } from "../../i18n/language";
import type { Names } from "../../live/types";

/** One figure of the catalogue. `example`: its worked example, where the catalogue has one. */
export type Definition = Schema<"DefinitionOut"> & { example?: Names | Record<string, string> | null };

export type Catalogue = {
  items: readonly Definition[];
  byId: ReadonlyMap<string, Definition>;
  themes: readonly string[]; // in the catalogue's order
};

/** The whole catalogue: it changes only with the program. */
export function useCatalogue() {
  const query = useQuery({
    queryKey: ["metrics"],
    queryFn: () => http.get<{ items: Definition[] }>("/api/metrics"),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const catalogue = useMemo(() => (query.data ? catalogued(query.data.items) : undefined), [query.data]);
  return { ...query, catalogue };
}

export function catalogued(items: readonly Definition[]): Catalogue {
  return {
    items,
    byId: new Map(items.map((one) => [one.id, one])),
    themes: [...new Set(items.map((one) => one.theme))],
  };
}

/**
 * Those whose id, name in any of the three languages, or meaning in the reader's holds every word asked for; what is
 * found by id or name comes before what is found by meaning alone.
 */
export function found(items: readonly Definition[], asked: string, lang: Language): Definition[] {
  const wanted = asked.trim().toLocaleLowerCase().split(/\s+/).filter(Boolean);
  if (wanted.length === 0) return [...items];
  const holds = (text: string) => wanted.every((word) => text.includes(word));
  const named = (one: Definition) => holds([one.id, ...Object.values(one.names)].join(" ").toLocaleLowerCase());
  const meant = (one: Definition) => holds(inLanguage(one.meaning, lang).toLocaleLowerCase());
  const byName = items.filter(named);
  const rest = items.filter((one) => !byName.includes(one) && meant(one));
  return [...byName, ...rest];
}
