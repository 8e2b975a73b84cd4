import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useSearchParams } from "react-router";
import { http } from "../../api/http";
import { core } from "../../i18n/core";
import { instant } from "../../i18n/format";
import { knowledge } from "../../i18n/knowledge";
import { inLanguage, LANGUAGE_NAMES, LANGUAGES, type Language, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { worded } from "../../i18n/problems";
import type { Names } from "../../live/types";
import { useMay } from "../../session/session";
import { Button, ButtonLink } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import { useNotice } from "../../ui/notices";
import { useDirectory } from "../customers/api";
import { type Article, Body } from "./text";

/** What agents read: the published version, in any of the three languages. */
export function ArticleReader({ id }: { id: string }) {
  const t = useWords(knowledge);
  const c = useWords(core);
  const own = useLanguage();
  const notice = useNotice();
  const queries = useQueryClient();
  const edits = useMay("knowledge.edit");
  const [params] = useSearchParams();
  const [other, setOther] = useState<Language | null>(null);
  const lang = other ?? own;
  const directory = useDirectory().data;
  const article = useQuery({
    queryKey: ["article", id, edits],
    queryFn: async () => {
      const latest = edits ? await http.get<Article>(`/api/articles/${id}`, { query: { draft: true } }) : null;
      // An editor reads what agents read, too, unless there is nothing published yet.
      return latest && (latest.published === null || !latest.active)
        ? latest
        : http.get<Article>(`/api/articles/${id}`);
    },
  });
  if (article.error)
    return (
      <div className="kn-main">
        <Empty kind="lost">{worded(article.error)}</Empty>
      </div>
    );
  if (!article.data) return <div className="kn-main" />;
  const { shown } = article.data;
  const name = shown.published_by ?? shown.author;
  const when = instant(shown.published_at ?? shown.saved_at, "moment", own);
  const rate = (useful: boolean) =>
    http.post(`/api/articles/${id}/feedback`, { body: { useful } }).then(() => {
      notice.done(t("thanks"));
      return queries.invalidateQueries({ queryKey: ["article", id] });
    }, notice.failed);
  const category = directory?.reasons.find((one) => one.id === article.data.category)?.name;
  const body = shown.bodies[lang] ?? "";
  return (
    <article className="kn-main">
      <header className="kn-head">
        <div className="jt-row">
          <h2 lang={lang}>{shown.titles[lang] || inLanguage(shown.titles as Names, lang)}</h2>
          {article.data.shortcut ? <span className="jt-tag st-code">/{article.data.shortcut}</span> : null}
          <span className="jt-fill" />
          {edits ? (
            <ButtonLink to={{ pathname: `/knowledge/${id}/edit`, search: params.toString() }} icon="edit">
              {t("edit")}
            </ButtonLink>
          ) : null}
        </div>
        <p className="jt-note">
          {[
            inLanguage(category, own),
            t("version", { n: shown.version }),
            shown.state === "draft" ? t("savedBy", { name, when }) : t("publishedBy", { name, when }),
          ]
            .filter(Boolean)
            .join("  ")}
          {shown.state === "draft" ? <span className="jt-tag">{t("draft")}</span> : null}
        </p>
      </header>
      <div className="kn-langs" role="group" aria-label={c("language")}>
        {LANGUAGES.map((one) => (
          <Button
            key={one}
            kind="quiet"
            size="small"
            aria-pressed={one === lang}
            className={one === lang ? "jt-strong" : ""}
            onClick={() => setOther(one)}
          >
            {LANGUAGE_NAMES[one].long}
          </Button>
        ))}
      </div>
      <div className="kn-read">
        <Body text={body} lang={lang} />
      </div>
      <footer className="kn-foot">
        <span>{t("usefulAsk")}</span>
        <Button size="small" onClick={() => void rate(true)}>
          {t("useful")}
        </Button>
        <Button size="small" onClick={() => void rate(false)}>
          {t("notUseful")}
        </Button>
        {article.data.useful + article.data.not_useful > 0 ? (
          <span className="jt-note">{t("ratings", { yes: article.data.useful, no: article.data.not_useful })}</span>
        ) : null}
        <span className="jt-fill" />
        <Button
          size="small"
          icon="copy"
          onClick={() => void navigator.clipboard.writeText(body).then(() => notice.done(c("copied")))}
        >
          {t("copyText")}
        </Button>
      </footer>
    </article>
  );
}
