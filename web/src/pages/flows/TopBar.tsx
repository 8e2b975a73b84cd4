import { useQueryClient } from "@tanstack/react-query";
import { App, Input } from "antd";
import { useMemo, useRef } from "react";
import { Link } from "react-router";
import { core } from "../../i18n/core";
import { flowWords } from "../../i18n/flows";
import { instant } from "../../i18n/format";
import { inLanguage, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { useMay } from "../../session/session";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { useNotice } from "../../ui/notices";
import { flows } from "./api";
import { differences } from "./diff";
import { imported } from "./importing";
import type { Flow } from "./model";
import type { Editor } from "./useEditor";

/** The flow's name, its draft and published version, and what is done with the whole: import, export, test, publish. */
export function TopBar({
  editor,
  published,
  viewed,
  setViewed,
  onTest,
  onVersions,
}: {
  editor: Editor;
  published: Flow | null;
  viewed: number | null;
  setViewed: (version: number | null) => void;
  onTest: () => void;
  onVersions: () => void;
}) {
  const t = useWords(flowWords);
  const c = useWords(core);
  const lang = useLanguage();
  const notice = useNotice();
  const queries = useQueryClient();
  const { modal } = App.useApp();
  const publishes = useMay("flow.publish");
  const file = useRef<HTMLInputElement>(null);
  const note = useRef("");
  const { stored, flow, writable } = editor;
  const errors = editor.faults.filter((fault) => fault.level === "error").length;
  const differ = useMemo(() => (published ? differences(published, flow).length : null), [published, flow]);
  const name = inLanguage(flow.name, lang) || stored.id;

  const publish = () => {
    note.current = "";
    modal.confirm({
      title: t("publishTitle", { name }),
      content: (
        <>
          <p>{t("publishHint")}</p>
          <Input.TextArea
            rows={2}
            maxLength={500}
            aria-label={t("publishNote")}
            placeholder={t("publishNote")}
            onChange={(event) => {
              note.current = event.target.value;
            }}
          />
        </>
      ),
      okText: t("publish"),
      cancelText: c("cancel"),
      onOk: async () => {
        try {
          if (!(await editor.save())) return;
          const made = await flows.publish(stored.id, editor.revision(), note.current);
          notice.done(t("publishedNow", { v: made.version }));
        } catch (error) {
          notice.failed(error);
        }
        await editor.refresh().catch(notice.failed);
        await queries.invalidateQueries({ queryKey: ["flows"] });
        await queries.invalidateQueries({ queryKey: ["flow-versions", stored.id] });
      },
    });
  };
  const take = async (chosen: File) => {
    const document = await imported(chosen);
    if (!document) return notice.warn(t("notAFlow"));
    editor.change("version", (flow) => ({ ...document, id: flow.id, client: flow.client }));
  };
  return (
    <header className="fl-bar">
      <Link to="/settings/flows" className="jt-iconbtn" aria-label={t("flows")} title={t("flows")}>
        <Icon name="left" />
      </Link>
      <h1 className="jt-clip">{name}</h1>
      <div className="fl-which" role="group" aria-label={t("versions")}>
        <button type="button" aria-pressed={viewed === null} onClick={() => setViewed(null)}>
          <b>{t("draft")}</b>
          {stored.published !== null && differ ? <span className="jt-note">{t("draftChanged")}</span> : null}
        </button>
        {stored.published !== null ? (
          <button
            type="button"
            aria-pressed={viewed === stored.published}
            onClick={() => setViewed(stored.published)}
          >
            <b>{t("version", { v: stored.published })}</b>
            <span className="jt-note">
              {t("published")}
              {stored.published_at ? ` ${instant(stored.published_at, "day", lang)}` : ""}
            </span>
          </button>
        ) : null}
      </div>
      <Button kind="quiet" onClick={onVersions}>
        {t("compare")}
        {differ !== null ? <span className="jt-note">{t("differencesN", { n: differ })}</span> : null}
      </Button>
      <span className="jt-fill" />
      <span className="jt-note" role="status">
        <SaveWord editor={editor} />
      </span>
      {writable ? (
        <>
          <Button kind="quiet" onClick={() => file.current?.click()}>
            {t("importFlow")}
          </Button>
          <input
            ref={file}
            type="file"
            accept=".json,application/json"
            className="jt-hidden"
            tabIndex={-1}
            aria-label={t("importFlow")}
            onChange={(event) => {
              const chosen = event.target.files?.[0];
              event.target.value = "";
              if (chosen) void take(chosen);
            }}
          />
        </>
      ) : null}
      <a className="jt-btn" data-kind="quiet" href={flows.exportAddress(stored.id, viewed)} download>
        {t("export")}
      </a>
      <Button onClick={onTest}>{t("test")}</Button>
      {publishes ? (
        <Button
          kind="main"
          disabled={
            errors > 0 || !stored.active || (stored.published !== null && differ === 0) || editor.state === "conflict"
          }
          onClick={publish}
        >
          {t("publish")}
        </Button>
      ) : null}
      {errors > 0 ? (
        <span className="jt-note">{t("fixFirst", { n: errors })}</span>
      ) : stored.published !== null && differ === 0 ? (
        <span className="jt-note">{t("nothingToPublish")}</span>
      ) : null}
    </header>
  );
}

function SaveWord({ editor }: { editor: Editor }) {
  const t = useWords(flowWords);
  const lang = useLanguage();
  if (!editor.writable) return t("readOnly");
  switch (editor.state) {
    case "saved":
      return t("savedAt", { at: instant(editor.stored.drafted_at, "clock", lang) });
    case "saving":
      return t("saving");
    case "failed":
      return t("saveFailed");
    default:
      return t("unsaved");
  }
}
