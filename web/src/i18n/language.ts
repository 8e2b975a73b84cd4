import { useSyncExternalStore } from "react";
import type { Names } from "../live/types";

/**
 * The reader's language. It lives outside React, so that changing it re-renders words and remounts nothing:
 * a half-written reply stays where it is.
 */
export const LANGUAGES = ["zh-Hans", "zh-Hant", "en"] as const;
export type Language = (typeof LANGUAGES)[number];

export const LANGUAGE_NAMES: Record<Language, { long: string; short: string }> = {
  "zh-Hans": { long: "简体中文", short: "简体" },
  "zh-Hant": { long: "繁體中文", short: "繁體" },
  en: { long: "English", short: "EN" },
};

const KEPT = "jt.language";

let current: Language = kept() ?? preferred(typeof navigator === "undefined" ? [] : navigator.languages);
const listeners = new Set<() => void>();
apply(current);

export function language(): Language {
  return current;
}

export function setLanguage(next: Language): void {
  if (next === current) return;
  current = next;
  apply(next);
  try {
    localStorage.setItem(KEPT, next);
  } catch {
    // storage may be forbidden: the choice then lasts as long as the page
  }
  for (const listener of listeners) listener();
}

export function useLanguage(): Language {
  return useSyncExternalStore(onLanguageChange, language, language);
}

export function onLanguageChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** A text that set-up gives in three languages (queue names …), in the reader's. */
export function inLanguage(
  names: Partial<Names> | Readonly<Record<string, string>> | null | undefined,
  of: Language = current,
): string {
  if (!names) return "";
  const texts: Readonly<Record<string, string | undefined>> = names;
  return texts[of] || texts["zh-Hans"] || texts.en || "";
}

/** The best of ours for a browser's list of BCP 47 tags: zh-TW, zh-HK and zh-MO read traditional characters. */
export function preferred(tags: readonly string[]): Language {
  for (const tag of tags) {
    const low = tag.toLowerCase();
    if (/^zh-(hant|tw|hk|mo)/.test(low)) return "zh-Hant";
    if (low.startsWith("zh")) return "zh-Hans";
    if (low.startsWith("en")) return "en";
  }
  return "en";
}

export function isLanguage(value: unknown): value is Language {
  return (LANGUAGES as readonly unknown[]).includes(value);
}

function kept(): Language | null {
  try {
    const value = localStorage.getItem(KEPT);
    return isLanguage(value) ? value : null;
  } catch {
    return null;
  }
}

function apply(next: Language): void {
  if (typeof document !== "undefined") document.documentElement.lang = next;
}
