import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { http } from "../../api/http";
import type { Schema } from "../../api/types";
import { core } from "../../i18n/core";
import { desk as area } from "../../i18n/desk";
import { inLanguage, isLanguage, type Language, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import type { ContactView } from "../../live/types";
import { useSession } from "../../session/session";
import { Icon } from "../../ui/Icon";

export type QuickReply = { id: string; shortcut: string; title: string; text: string };
type Article = Pick<Schema<"ArticleOut">, "id" | "shortcut" | "client"> & {
  shown: Pick<Schema<"VersionOut">, "titles" | "bodies">;
};

/**
 * Ready-made replies whose shortcut or title has the query; in the language of the customer, since they are what
 * the customer will read. `{customer}` and `{agent}` in their texts become names.
 */
export function useQuickReplies(contact: ContactView, query: string): QuickReply[] {
  const lang = useLanguage();
  const w = useWords(core);
  const { name } = useSession();
  const { data } = useQuery({
    queryKey: ["articles", "replies"],
    queryFn: ({ signal }) =>
      http.get<Schema<"Articles">>("/api/articles", { query: { kind: "reply", limit: 200 }, signal }),
    staleTime: 120_000,
  });
  const customer = contact.customer_name ?? contact.caller ?? w("anonymous");
  return useMemo(() => {
    const theirs: Language = isLanguage(contact.language) ? contact.language : lang;
    return pick(data?.items ?? [], contact.client, theirs, lang, query).map((one) => ({
      ...one,
      text: one.text.replaceAll("{customer}", customer).replaceAll("{agent}", name),
    }));
  }, [data, contact.client, contact.language, lang, query, customer, name]);
}

export function pick(
  articles: Article[],
  client: string,
  theirs: Language,
  mine: Language,
  query: string,
): QuickReply[] {
  const wanted = query.toLocaleLowerCase();
  return articles
    .filter((one) => one.client === null || one.client === client)
    .map((one) => ({
      id: one.id,
      shortcut: (one.shortcut ?? "").replace(/^\//, ""),
      title: inLanguage(one.shown.titles, mine),
      text: inLanguage(one.shown.bodies, theirs),
    }))
    .filter(
      (one) =>
        one.text &&
        (one.shortcut.toLocaleLowerCase().startsWith(wanted) || one.title.toLocaleLowerCase().includes(wanted)),
    )
    .sort((a, b) => a.shortcut.localeCompare(b.shortcut));
}

/** A `/` at the start of the text or after a blank, with what follows it up to the caret. */
export function slashQuery(text: string, caret: number): { from: number; query: string } | null {
  const before = text.slice(0, caret);
  const found = /(?:^|\s)\/([^\s/]{0,20})$/.exec(before);
  if (!found) return null;
  const query = found[1] ?? "";
  return { from: caret - query.length - 1, query };
}

/** The first five, one click away. */
export function QuickStrip({
  contact,
  insert,
  more,
  moreOpen,
}: {
  contact: ContactView;
  insert: (text: string) => void;
  more: () => void;
  moreOpen: boolean;
}) {
  const t = useWords(area);
  const replies = useQuickReplies(contact, "");
  if (replies.length === 0) return null;
  return (
    <section className="desk-quick" aria-label={t("quick")}>
      {replies.slice(0, 5).map((one) => (
        <button key={one.id} type="button" title={one.text} onClick={() => insert(one.text)}>
          {one.shortcut ? <b>/{one.shortcut}</b> : null}
          <span className="jt-clip">{one.title}</span>
        </button>
      ))}
      {replies.length > 5 ? (
        // The list belongs to the field: pressing here must not take the focus from it.
        <button
          type="button"
          aria-label={t("quickMore")}
          aria-expanded={moreOpen}
          onMouseDown={(event) => event.preventDefault()}
          onClick={more}
        >
          <Icon name="more" size={14} />
        </button>
      ) : null}
    </section>
  );
}

export function QuickList({
  id,
  replies,
  at,
  choose,
  hover,
}: {
  id: string;
  replies: QuickReply[];
  at: number;
  choose: (index: number) => void;
  hover: (index: number) => void;
}) {
  const t = useWords(area);
  useEffect(() => {
    document.getElementById(`${id}-${at}`)?.scrollIntoView({ block: "nearest" });
  }, [id, at]);
  return (
    <div className="desk-quicklist" role="listbox" id={id} aria-label={t("quick")}>
      {replies.length === 0 ? <p className="jt-note">{t("quickNone")}</p> : null}
      {replies.map((one, i) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are handled by the text field, which keeps the focus
        <div
          key={one.id}
          id={`${id}-${i}`}
          role="option"
          tabIndex={-1}
          aria-selected={i === at}
          onMouseDown={(event) => event.preventDefault()}
          onMouseMove={() => hover(i)}
          onClick={() => choose(i)}
        >
          {one.shortcut ? <b>/{one.shortcut}</b> : null}
          <span className="desk-quicktitle">{one.title}</span>
          <span className="jt-note jt-clip">{one.text}</span>
        </div>
      ))}
    </div>
  );
}
