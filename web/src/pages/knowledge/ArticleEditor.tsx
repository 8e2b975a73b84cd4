import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Input, Select } from "antd";
import { useState } from "react";
import { useNavigate } from "react-router";
import { http } from "../../api/http";
import { isProblem } from "../../api/problem";
import { instant } from "../../i18n/format";
import { knowledge } from "../../i18n/knowledge";
import { inLanguage, LANGUAGE_NAMES, LANGUAGES, type Language, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { worded } from "../../i18n/problems";
import { useMay } from "../../session/session";
import { Button } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import { useNotice } from "../../ui/notices";
import { useDirectory } from "../customers/api";
import { useDraft } from "../settings/documents";
import { Field, SelectField, SwitchField, TextField } from "../settings/form";
import { type Article, type ArticleVersion, Body } from "./text";

type Draft = {
  titles: Record<string, string>;
  bodies: Record<string, string>;
  client: string | null;
  category: string;
  tags: string[];
  shortcut: string | null;
  note: string;
  active: boolean;
};

/** Loads what is to be edited: the latest version, or nothing for a new article. */
export function ArticleEditor({ id, kind }: { id: string; kind: "article" | "reply" }) {
  const stored = useQuery({
    queryKey: ["article", id, "latest"],
    queryFn: () => http.get<Article>(`/api/articles/${id}`, { query: { draft: true } }),
    enabled: id !== "new",
    staleTime: 0,
  });
  if (id !== "new" && stored.error)
    return (
      <div className="kn-main">
        <Empty kind="lost">{worded(stored.error)}</Empty>
      </div>
    );
  if (id !== "new" && !stored.data) return <div className="kn-main" />;
  const version = stored.data
    ? `${stored.data.latest}-${stored.data.shown.revision}-${stored.data.published}`
    : "new";
  return <Editor key={version} stored={stored.data ?? null} kind={stored.data?.kind ?? kind} />;
}

function Editor({ stored, kind }: { stored: Article | null; kind: "article" | "reply" }) {
  const t = useWords(knowledge);
  const own = useLanguage();
  const go = useNavigate();
  const notice = useNotice();
  const queries = useQueryClient();
  const publishes = useMay("knowledge.publish");
  const directory = useDirectory().data;
  const [lang, setLang] = useState<Language>(own);
  const [saving, setSaving] = useState(false);
  const { draft, set, changes, reset } = useDraft<Draft>(draftOf(stored, kind));
  const missing = LANGUAGES.filter((one) => !draft.titles[one]?.trim() || !draft.bodies[one]?.trim());
  const unpublished = stored?.shown.state === "draft";

  const save = async (): Promise<Article> => {
    const body = { ...draft, kind };
    const saved = stored
      ? await http.put<Article>(`/api/articles/${stored.id}`, {
          body: { ...body, version: stored.latest, revision: stored.shown.revision },
        })
      : await http.post<Article>("/api/articles", { body });
    return saved;
  };
  const refresh = async (article: Article) => {
    await queries.invalidateQueries({ queryKey: ["articles"] });
    await queries.invalidateQueries({ queryKey: ["article"] });
    void go(`/knowledge/${article.id}/edit`, { replace: true });
  };
  const failed = (error: unknown) => {
    if (
      isProblem(error) &&
      (error.code === "language_missing" || error.code === "shortcut_taken" || error.code === "bad_shortcut")
    )
      notice.warn(t(error.code));
    else notice.failed(error);
  };
  const store = () => {
    setSaving(true);
    save()
      .then((article) => {
        notice.done(t("saved"));
        return refresh(article);
      })
      .catch(failed)
      .finally(() => setSaving(false));
  };
  const publish = async () => {
    setSaving(true);
    try {
      const article = changes || !stored ? await save() : stored;
      const done = await http.post<{ article: Article; pushed: boolean }>(`/api/articles/${article.id}/publish`, {
        body: { version: article.latest },
      });
      if (done.pushed) notice.done(t("donePublish"));
      else notice.warn(t("notPushed"));
      await refresh(done.article);
    } catch (error) {
      failed(error);
      await queries.invalidateQueries({ queryKey: ["article"] });
    } finally {
      setSaving(false);
    }
  };
  return (
    <article className="kn-main">
      <header className="kn-head">
        <div className="jt-row">
          <h2>{draft.titles[own] || t(kind === "reply" ? "newReply" : "newArticle")}</h2>
          {stored ? (
            <span className="jt-note">
              {t("version", { n: stored.latest })}, {t(stored.shown.state)}
            </span>
          ) : null}
        </div>
      </header>
      <div className="kn-edit">
        <div className="kn-write">
          <div className="kn-langs" role="tablist">
            {LANGUAGES.map((one) => (
              <Button
                key={one}
                role="tab"
                kind="quiet"
                size="small"
                aria-selected={one === lang}
                className={one === lang ? "jt-strong" : ""}
                onClick={() => setLang(one)}
              >
                {LANGUAGE_NAMES[one].long}
                {missing.includes(one) ? " ·" : ""}
              </Button>
            ))}
          </div>
          <Field label={t("heading")}>
            {(props) => (
              <Input
                {...props}
                lang={lang}
                value={draft.titles[lang] ?? ""}
                onChange={(event) => set({ titles: { ...draft.titles, [lang]: event.target.value } })}
              />
            )}
          </Field>
          <Field label={t("body")} hint={kind === "article" ? t("bodyHint") : undefined}>
            {(props) => (
              <Input.TextArea
                {...props}
                lang={lang}
                autoSize={{ minRows: kind === "reply" ? 4 : 10, maxRows: 24 }}
                value={draft.bodies[lang] ?? ""}
                onChange={(event) => set({ bodies: { ...draft.bodies, [lang]: event.target.value } })}
              />
            )}
          </Field>
          {missing.length ? (
            <p className="jt-note">
              {t("missing", { language: missing.map((one) => LANGUAGE_NAMES[one].long).join(" / ") })}
            </p>
          ) : null}
          {kind === "reply" ? (
            <TextField
              label={t("shortcut")}
              value={draft.shortcut ?? ""}
              hint={t("shortcutHint")}
              onChange={(shortcut) => set({ shortcut: shortcut.toLowerCase() })}
              code
            />
          ) : (
            <SelectField
              label={t("category")}
              value={draft.category || null}
              clear="–"
              options={(directory?.reasons ?? [])
                .filter((one) => one.kind === "article" && one.active)
                .map((one) => ({ value: one.id, label: inLanguage(one.name, own) }))}
              onChange={(category) => set({ category: category ?? "" })}
            />
          )}
          <Field label={t("tags")} hint={t("tagsHint")}>
            {(props) => (
              <Select
                {...props}
                mode="tags"
                className="st-wide"
                open={false}
                value={draft.tags}
                tokenSeparators={[",", "，", "、"]}
                onChange={(tags: string[]) => set({ tags })}
              />
            )}
          </Field>
          <SelectField
            label={t("client")}
            value={draft.client}
            clear={t("allClients")}
            options={(directory?.clients ?? []).map((one) => ({ value: one.id, label: inLanguage(one.name, own) }))}
            onChange={(client) => set({ client })}
          />
          <TextField label={t("note")} value={draft.note} onChange={(note) => set({ note })} />
          <SwitchField label={t("active")} value={draft.active} onChange={(active) => set({ active })} />
        </div>
        <aside className="kn-side" aria-label={t("preview")} tabIndex={0}>
          <h3>{t("preview")}</h3>
          <h4 lang={lang}>{draft.titles[lang]}</h4>
          <Body text={draft.bodies[lang] ?? ""} lang={lang} />
          {stored ? (
            <Versions
              id={stored.id}
              onRestore={(version) => set({ titles: version.titles, bodies: version.bodies })}
            />
          ) : null}
        </aside>
      </div>
      <footer className="kn-foot">
        <span role="status" className={changes ? "jt-strong" : "jt-note"}>
          {changes ? t("unsaved", { n: changes }) : ""}
        </span>
        <span className="jt-fill" />
        <Button
          kind="quiet"
          onClick={() => (changes ? reset() : void go(stored ? `/knowledge/${stored.id}` : "/knowledge"))}
        >
          {changes ? t("discard") : t("back")}
        </Button>
        <Button disabled={saving || changes === 0} onClick={store}>
          {t("save")}
        </Button>
        {publishes ? (
          <Button
            kind="main"
            disabled={saving || missing.length > 0 || (!changes && !unpublished)}
            onClick={() => void publish()}
          >
            {t("publish")}
          </Button>
        ) : null}
      </footer>
    </article>
  );
}

/** Every version there was; its words can be taken up again. */
function Versions({ id, onRestore }: { id: string; onRestore: (version: ArticleVersion) => void }) {
  const t = useWords(knowledge);
  const lang = useLanguage();
  const [open, setOpen] = useState<number | null>(null);
  const versions = useQuery({
    queryKey: ["article", id, "versions"],
    queryFn: async () => (await http.get<{ items: ArticleVersion[] }>(`/api/articles/${id}/versions`)).items,
  });
  return (
    <section>
      <h3>{t("versions")}</h3>
      <ul>
        {(versions.data ?? []).map((one) => (
          <li key={one.version} className="kn-version">
            <div className="jt-row">
              <button
                type="button"
                className="jt-link"
                aria-expanded={open === one.version}
                onClick={() => setOpen(open === one.version ? null : one.version)}
              >
                {t("version", { n: one.version })}
              </button>
              <span className="jt-note">
                {t(one.state)}, {one.author}, {instant(one.published_at ?? one.saved_at, "moment", lang)}
              </span>
            </div>
            {one.note ? <p className="jt-note">{one.note}</p> : null}
            {open === one.version ? (
              <div className="kn-old">
                <h4>{one.titles[lang]}</h4>
                <Body text={one.bodies[lang] ?? ""} lang={lang} />
                <Button size="small" onClick={() => onRestore(one)}>
                  {t("restore")}
                </Button>
              </div>
            ) : null}
          </li>
        ))}
      </ul>
    </section>
  );
}

function draftOf(stored: Article | null, kind: "article" | "reply"): Draft {
  return stored
    ? {
        titles: stored.shown.titles,
        bodies: stored.shown.bodies,
        client: stored.client,
        category: stored.category,
        tags: stored.tags,
        shortcut: stored.shortcut,
        note: stored.shown.state === "draft" ? stored.shown.note : "",
        active: stored.active,
      }
    : {
        titles: {},
        bodies: {},
        client: null,
        category: kind === "reply" ? "kb-reply" : "",
        tags: [],
        shortcut: kind === "reply" ? "" : null,
        note: "",
        active: true,
      };
}
