import { useSyncExternalStore } from "react";
import { inLanguage, type Language } from "../../i18n/language";
import type { Names } from "../../live/types";

/** The article that was published last, until it is looked at or put away (requirement B4: pushed to every seat). */
export type News = { article: string; title: string };

let latest: News | null = null;
const listeners = new Set<() => void>();

/** Takes the `article_published` notice: `{article, version, names}`. */
export function publishArticle(params: Record<string, unknown>, lang: Language): void {
  if (typeof params.article !== "string") return;
  latest = { article: params.article, title: inLanguage(params.names as Names | undefined, lang) };
  tell();
}

export function useNews(): { news: News | null; putAway: () => void } {
  return { news: useSyncExternalStore(subscribe, () => latest), putAway };
}

function putAway(): void {
  latest = null;
  tell();
}
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
function tell(): void {
  for (const listener of listeners) listener();
}
