import type { Language } from "../../i18n/language";

/** Several names in one sentence: `A, B and C`, `A、B和C`. */
export function listed(parts: readonly string[], lang: Language): string {
  return new Intl.ListFormat(lang, { type: "conjunction" }).format(parts);
}
