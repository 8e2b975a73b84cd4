import { useInfiniteQuery } from "@tanstack/react-query";
import { Select } from "antd";
import { Link, Route, Routes, useNavigate, useParams, useSearchParams } from "react-router";
import { http } from "../../api/http";
import type { components } from "../../api/schema";
import { knowledge } from "../../i18n/knowledge";
import { inLanguage, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { worded } from "../../i18n/problems";
import type { Names } from "../../live/types";
import { useMay } from "../../session/session";
import { Button } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import { SearchInput } from "../../ui/SearchInput";
import { useDirectory } from "../customers/api";
import { ArticleEditor } from "./ArticleEditor";
import { ArticleReader } from "./ArticleReader";
import { Marked } from "./text";
import "../settings/settings.css";
import "./knowledge.css";

type Articles = components["schemas"]["Articles"];

/** Articles and quick replies: search and list on the left, the one chosen to read or to edit beside. */
export default function KnowledgePage() {
  const edits = useMay("knowledge.edit");
  return (
    <div className="kn-page">
      <ArticleList />
      <Routes>
        <Route index element={<Choose />} />
        {edits ? <Route path=":id/edit" element={<Editing />} /> : null}
        <Route path=":id" element={<Reading />} />
      </Routes>
    </div>
  );
}

function Choose() {
  const t = useWords(knowledge);
  return (
    <div className="kn-main">
      <Empty kind="none" icon="book">
        {t("choose")}
      </Empty>
    </div>
  );
}

function Reading() {
  const { id = "" } = useParams();
  return <ArticleReader key={id} id={id} />;
}

function Editing() {
  const { id = "" } = useParams();
  const [params] = useSearchParams();
  return <ArticleEditor key={id} id={id} kind={params.get("kind") === "reply" ? "reply" : "article"} />;
}

function ArticleList() {
  const t = useWords(knowledge);
  const lang = useLanguage();
  const go = useNavigate();
  const edits = useMay("knowledge.edit");
  const { "*": open = "" } = useParams();
  const [params, setParams] = useSearchParams();
  const q = params.get("q") ?? "";
  const kind = params.get("kind") === "reply" ? "reply" : "article";
  const category = params.get("category");
  const drafts = edits && params.get("drafts") === "1";
  const categories = (useDirectory().data?.reasons ?? []).filter((one) => one.kind === "article" && one.active);
  const found = useInfiniteQuery({
    queryKey: ["articles", q, kind, category, drafts, lang],
    queryFn: ({ pageParam }) =>
      http.get<Articles>("/api/articles", {
        query: { q, kind, category, drafts, lang, cursor: pageParam, limit: 100 },
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });
  const put = (fields: Record<string, string | null>) => {
    const next = new URLSearchParams(params);
    for (const [name, value] of Object.entries(fields)) {
      if (value) next.set(name, value);
      else next.delete(name);
    }
    setParams(next, { replace: true });
  };
  const items = found.data?.pages.flatMap((page) => page.items) ?? [];
  const hits = (found.data?.pages.flatMap((page) => page.hits) ?? []).filter(
    (hit) => !category || hit.category === category,
  );
  const search = params.toString() ? `?${params.toString()}` : "";
  const named = (id: string) => inLanguage(categories.find((one) => one.id === id)?.name, lang) || id;
  return (
    <section className="kn-list" aria-label={t("title")}>
      <div className="kn-find">
        <div className="jt-row">
          <h1>{t("title")}</h1>
          {(["article", "reply"] as const).map((one) => (
            <Button
              key={one}
              kind="quiet"
              size="small"
              aria-pressed={kind === one}
              className={kind === one ? "jt-strong" : ""}
              onClick={() => put({ kind: one === "reply" ? "reply" : null, category: null })}
            >
              {t(one === "reply" ? "replies" : "articles")}
            </Button>
          ))}
          <span className="jt-fill" />
          {edits ? (
            <Button
              kind="main"
              size="small"
              icon="plus"
              onClick={() =>
                void go({ pathname: "/knowledge/new/edit", search: kind === "reply" ? "?kind=reply" : "" })
              }
            >
              {t(kind === "reply" ? "newReply" : "newArticle")}
            </Button>
          ) : null}
        </div>
        <SearchInput label={t("find")} value={q} search={(text) => put({ q: text })} />
        <div className="jt-row">
          {kind === "article" ? (
            <Select
              aria-label={t("category")}
              size="small"
              allowClear
              placeholder={t("allCategories")}
              value={category ?? undefined}
              style={{ width: 180 }}
              options={categories.map((one) => ({ value: one.id, label: inLanguage(one.name, lang) }))}
              onChange={(next: string | undefined) => put({ category: next ?? null })}
            />
          ) : null}
          {edits ? (
            <label className="jt-row jt-note">
              <input type="checkbox" checked={drafts} onChange={() => put({ drafts: drafts ? null : "1" })} />
              {t("drafts")}
            </label>
          ) : null}
        </div>
      </div>
      <div className="kn-rows">
        {found.error ? <Empty kind="lost">{worded(found.error)}</Empty> : null}
        {found.data && items.length + hits.length === 0 ? (
          q || category ? (
            <Empty
              kind="filtered"
              action={
                <button type="button" className="jt-link" onClick={() => put({ q: null, category: null })}>
                  {t("clear")}
                </button>
              }
            >
              {t("noneFound")}
            </Empty>
          ) : (
            <Empty kind="none">{t("noneYet")}</Empty>
          )
        ) : null}
        <ul>
          {hits.map((hit) => (
            <li key={hit.article} aria-current={open.startsWith(hit.article)}>
              <Link to={{ pathname: `/knowledge/${hit.article}`, search }}>
                <Marked text={hit.title} marks={hit.title_marks} />
              </Link>
              <p className="kn-snippet">
                <Marked text={hit.snippet} marks={hit.snippet_marks} />
              </p>
            </li>
          ))}
          {items.map((one) => (
            <li key={one.id} aria-current={open.startsWith(one.id)} data-off={!one.active}>
              <Link to={{ pathname: `/knowledge/${one.id}`, search }}>
                {one.shortcut ? <span className="st-code kn-shortcut">/{one.shortcut}</span> : null}
                {inLanguage(one.shown.titles as Names, lang)}
              </Link>
              <p className="jt-note">
                {one.category ? named(one.category) : ""}
                {one.published === null
                  ? `  ${t("neverPublished")}`
                  : one.latest > one.published
                    ? `  ${t("changedSince")}`
                    : ""}
              </p>
            </li>
          ))}
        </ul>
      </div>
    </section>
  );
}
