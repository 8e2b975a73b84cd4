import { useMemo } from "react";
import { type Language, language, useLanguage } from "./language";

/**
 * Words of one area of the application, in three languages:
 *
 *     export const words = defineMessages({
 *       "zh-Hans": { waiting: "等候 {n} 人" },
 *       "zh-Hant": { waiting: "等候 {n} 人" },
 *       en: { waiting: { one: "{n} person waiting", other: "{n} people waiting" } },
 *     });
 *     const t = useWords(words);
 *     t("waiting", { n: 3 });
 *
 * A key that one language lacks, or that is asked for and does not exist, fails the type check; so does a
 * parameter left out. `src/i18n/catalogues.test.ts` checks that the parameters are the same in every language.
 * Plurals follow `Intl.PluralRules` of the parameter `n`.
 */
export type Message = string | { readonly one?: string; readonly other: string };
export type Catalogue = Readonly<Record<string, Message>>;
export type Messages<M extends Catalogue> = {
  readonly "zh-Hans": M;
  readonly "zh-Hant": { readonly [K in keyof M]: Message };
  readonly en: { readonly [K in keyof M]: Message };
};

export function defineMessages<const M extends Catalogue>(messages: Exact<M>): Messages<M> {
  return messages as Messages<M>;
}

/** The words of an area in the reader's language; the component re-renders when the language changes. */
export function useWords<M extends Catalogue>(messages: Messages<M>): Words<M> {
  const lang = useLanguage();
  return useMemo(() => words(messages, lang), [messages, lang]);
}

/** The same outside components. */
export function words<M extends Catalogue>(messages: Messages<M>, lang: Language = language()): Words<M> {
  return ((key: keyof M, params?: Params) => {
    const message = messages[lang][key] as Message | undefined;
    return message === undefined ? String(key) : fill(message, params, lang);
  }) as Words<M>;
}

export function fill(message: Message, params: Params | undefined, lang: Language): string {
  const text = typeof message === "string" ? message : pick(message, Number(params?.n ?? 0), lang);
  if (!params) return text;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in params ? String(params[name]) : whole));
}

export type Params = Record<string, string | number>;
export type Words<M extends Catalogue> = <K extends keyof M & string>(key: K, ...params: Wanted<M[K]>) => string;

type Exact<M extends Catalogue> = {
  "zh-Hans": M;
  "zh-Hant": { [K in keyof M]: Message };
  en: { [K in keyof M]: Message };
};
type Names<S> = S extends `${string}{${infer P}}${infer Rest}` ? P | Names<Rest> : never;
type NamesOf<M> = M extends string ? Names<M> : M extends { other: infer O } ? Names<O> : never;
type Wanted<M> = [NamesOf<M>] extends [never] ? [params?: Params] : [params: Record<NamesOf<M>, string | number>];

const rules = new Map<Language, Intl.PluralRules>();
function pick(message: { readonly one?: string; readonly other: string }, n: number, lang: Language): string {
  let rule = rules.get(lang);
  if (!rule) {
    rule = new Intl.PluralRules(lang);
    rules.set(lang, rule);
  }
  return rule.select(n) === "one" && message.one !== undefined ? message.one : message.other;
}
