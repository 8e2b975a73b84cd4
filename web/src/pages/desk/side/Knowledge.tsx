import { useMutation, useQuery } from "@tanstack/react-query";
import { type ReactNode, useDeferredValue, useEffect, useState } from "react";
import { http } from "../../../api/http";
import type { Schema } from "../../../api/types";
import { chordText } from "../../../app/actions";
import { desk as area } from "../../../i18n/desk";
import { instant } from "../../../i18n/format";
import { inLanguage, isLanguage, type Language, useLanguage } from "../../../i18n/language";
import { useWords } from "../../../i18n/messages";
import { worded } from "../../../i18n/problems";

import { Button } from "../../../ui/Button";
import { Icon } from "../../../ui/Icon";
import { useNotice } from "../../../ui/notices";
import { useContact, useDesk } from "../context";

type Span = Schema<"SpanOut">;
type Hit = Schema<"HitOut">;
type Article = Schema<"ArticleOut">;

/** Search as one types; the first article open, the others in a list; a text goes into the reply by one click. */
export function Knowledge() {
  const t = useWords(area);
  const lang = useLanguage();
  const { shownArticle, showArticle } = useDesk();
  const [typed, setTyped] = useState("");
  const q = useDeferredValue(typed.trim());
  const search = useQuery({
    queryKey: ["articles", "search", q, lang],
    queryFn: ({ signal }) =>
      http.get<Schema<"Articles">>("/api/articles", { query: { q, lang, kind: "article", limit: 8 }, signal }),
    enabled: q.length > 0,
    placeholderData: (before) => before,
  });
  const hits = q ? (search.data?.hits ?? []) : [];
  const [chosen, setChosen] = useState<string | null>(null);
  useEffect(() => {
    if (shownArticle) setChosen(shownArticle);
  }, [shownArticle]);
  const first = chosen ?? hits[0]?.article ?? null;
  const hit = hits.find((one) => one.article === first);
  return (
    <section className="desk-sec desk-know" aria-label={t("knowledge")}>
      <div className="desk-find">
        <Icon name="search" />
        <input
          id="desk-knowledge"
          type="search"
          placeholder={t("knowledgeFind")}
          aria-label={t("knowledgeFind")}
          value={typed}
          onChange={(event) => {
            setTyped(event.target.value);
            setChosen(null);
            showArticle(null);
          }}
        />
        {q && search.data ? (
          <span className="jt-note" role="status">
            {t("results", { n: hits.length })}
          </span>
        ) : null}
        <kbd>{chordText({ code: "KeyK", alt: true })}</kbd>
      </div>
      <div className="desk-knowbody">
        {search.isError ? (
          <p className="jt-note" role="alert">
            {worded(search.error, lang)}
          </p>
        ) : null}
        {first ? <Open key={first} id={first} hit={hit} /> : null}
        {!first && q && search.isSuccess && hits.length === 0 ? (
          <p className="jt-note">{t("noResults", { q })}</p>
        ) : null}
        {!first && !q ? <p className="jt-note">{t("knowledgeHint")}</p> : null}
        <ul className="desk-hits">
          {hits
            .filter((one) => one.article !== first)
            .map((one) => (
              <li key={one.article}>
                <button type="button" className="jt-bare" onClick={() => setChosen(one.article)}>
                  <Icon name="book" />
                  <span className="jt-clip">{marked(one.title, one.title_marks)}</span>
                </button>
              </li>
            ))}
        </ul>
      </div>
    </section>
  );
}

function Open({ id, hit }: { id: string; hit?: Hit }) {
  const t = useWords(area);
  const lang = useLanguage();
  const notice = useNotice();
  const { open, insert } = useDesk();
  const contact = useContact(open);
  const [whole, setWhole] = useState(false);
  const [rated, setRated] = useState(false);
  const { data: article, error } = useQuery({
    queryKey: ["articles", "one", id],
    queryFn: ({ signal }) => http.get<Article>(`/api/articles/${encodeURIComponent(id)}`, { signal }),
    staleTime: 60_000,
  });
  const rate = useMutation({
    mutationFn: (useful: boolean) =>
      http.post(`/api/articles/${encodeURIComponent(id)}/feedback`, { body: { useful } }),
    onSuccess: () => {
      setRated(true);
      notice.done(t("thanks"));
    },
    onError: notice.failed,
  });
  if (error) {
    return (
      <p className="jt-note" role="alert">
        {worded(error, lang)}
      </p>
    );
  }
  if (!article) return null;
  // The agent reads in their own language; what goes into the reply is in the customer's.
  const theirs: Language = contact && isLanguage(contact.language) ? contact.language : lang;
  const body = inLanguage(article.shown.bodies, lang);
  const writable = contact !== undefined && (contact.place === "talk" || contact.place === "hold");
  return (
    <article className="desk-art">
      <h3>{hit ? marked(hit.title, hit.title_marks) : inLanguage(article.shown.titles, lang)}</h3>
      <p className="jt-note">
        {t("versionUpdated", {
          v: article.shown.version,
          time: article.shown.published_at === null ? "–" : instant(article.shown.published_at, "moment", lang),
        })}
      </p>
      <div className="desk-artbody" data-whole={whole}>
        {hit && !whole ? marked(hit.snippet, hit.snippet_marks) : body}
      </div>
      <div className="desk-artbar">
        <Button size="small" disabled={!writable} onClick={() => insert(inLanguage(article.shown.bodies, theirs))}>
          {t("insert")}
        </Button>
        <Button size="small" kind="quiet" aria-expanded={whole} onClick={() => setWhole(!whole)}>
          {whole ? t("less") : t("full")}
        </Button>
        <span className="jt-fill" />
        {rated ? null : (
          <>
            <Button size="small" kind="quiet" onClick={() => rate.mutate(true)}>
              {t("useful")}
            </Button>
            <Button size="small" kind="quiet" onClick={() => rate.mutate(false)}>
              {t("useless")}
            </Button>
          </>
        )}
      </div>
    </article>
  );
}

/** Text with its found parts marked. */
export function marked(text: string, marks: readonly Span[]): ReactNode {
  const parts: ReactNode[] = [];
  let at = 0;
  for (const { start, end } of [...marks].sort((a, b) => a.start - b.start)) {
    if (start < at || end > text.length) continue;
    parts.push(text.slice(at, start), <mark key={start}>{text.slice(start, end)}</mark>);
    at = end;
  }
  parts.push(text.slice(at));
  return parts;
}
