import { useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Drawer } from "antd";
import { useMemo, useState } from "react";
import { core } from "../../i18n/core";
import { flowWords } from "../../i18n/flows";
import { instant } from "../../i18n/format";
import { inLanguage, type Language, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { Button } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import { useNotice } from "../../ui/notices";
import { flows, useVersion, type Version } from "./api";
import { type Difference, differences } from "./diff";
import { type Flow, nodeOf } from "./model";
import { exitName, type FlowWords, fieldName, nodeName } from "./names";
import type { Editor } from "./useEditor";

/** What was published, newest first; each says how the draft differs from it, and can become the draft. */
export function Versions({
  editor,
  onClose,
  onView,
}: {
  editor: Editor;
  onClose: () => void;
  onView: (version: number) => void;
}) {
  const t = useWords(flowWords);
  const c = useWords(core);
  const lang = useLanguage();
  const notice = useNotice();
  const queries = useQueryClient();
  const { modal } = App.useApp();
  const { stored } = editor;
  const all = useQuery({ queryKey: ["flow-versions", stored.id], queryFn: () => flows.versions(stored.id) });
  const [open, setOpen] = useState<number | null>(stored.published);
  const discard = () =>
    modal.confirm({
      title: t("discardAsk", { v: stored.published ?? 0 }),
      okText: t("discardDraft"),
      cancelText: c("cancel"),
      okButtonProps: { danger: true },
      onOk: async () => {
        try {
          await editor.save();
          editor.load(await flows.discard(stored.id, editor.revision()));
          await queries.invalidateQueries({ queryKey: ["flows"] });
          onClose();
        } catch (error) {
          notice.failed(error);
        }
      },
    });
  return (
    <Drawer
      open
      size={560}
      title={t("versionsOf", { name: inLanguage(editor.flow.name, lang) || stored.id })}
      onClose={onClose}
      styles={{ body: { padding: "8px 24px" } }}
      extra={
        editor.writable && stored.changed && stored.published !== null ? (
          <Button onClick={discard}>{t("discardDraft")}</Button>
        ) : null
      }
    >
      {all.data?.length === 0 ? <Empty kind="none">{t("noVersions")}</Empty> : null}
      <ul className="fl-versions">
        {(all.data ?? []).map((one) => (
          <OneVersion
            key={one.version}
            editor={editor}
            version={one}
            live={one.version === stored.published}
            open={open === one.version}
            onOpen={() => setOpen(open === one.version ? null : one.version)}
            onView={() => onView(one.version)}
            onClose={onClose}
          />
        ))}
      </ul>
    </Drawer>
  );
}

function OneVersion({
  editor,
  version,
  live,
  open,
  onOpen,
  onView,
  onClose,
}: {
  editor: Editor;
  version: Version;
  live: boolean;
  open: boolean;
  onOpen: () => void;
  onView: () => void;
  onClose: () => void;
}) {
  const t = useWords(flowWords);
  const lang = useLanguage();
  const notice = useNotice();
  const whole = useVersion(editor.stored.id, open ? version.version : null);
  const list = useMemo(
    () => (whole.data ? differences(whole.data.document, editor.flow) : null),
    [whole.data, editor.flow],
  );
  const take = () => {
    const document = whole.data?.document;
    if (!document) return;
    editor.change("version", (flow) => ({ ...document, id: flow.id, client: flow.client }));
    notice.done(t("madeDraft", { v: version.version }));
    onClose();
  };
  return (
    <li>
      <button type="button" className="jt-bare fl-version" aria-expanded={open} onClick={onOpen}>
        <b>{t("version", { v: version.version })}</b>
        {live ? <span className="jt-tag">{t("published")}</span> : null}
        <span className="jt-note">
          {t("byWhom", { by: version.published_by, at: instant(version.published_at, "moment", lang) })}
        </span>
        <span className="jt-note">{t("nodesN", { n: version.nodes })}</span>
      </button>
      {version.note ? <p>{version.note}</p> : null}
      {open && list && whole.data ? (
        <div className="fl-diff">
          <p className="jt-strong">{list.length ? t("differencesN", { n: list.length }) : t("same")}</p>
          <ul>
            {list.map((one, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the list is made anew as a whole
              <li key={i}>{told(one, whole.data.document, editor.flow, t, lang)}</li>
            ))}
          </ul>
          <div className="jt-row">
            <Button size="small" onClick={onView}>
              {t("graph")}
            </Button>
            {editor.writable && list.length ? (
              <Button size="small" onClick={take}>
                {t("toDraft")}
              </Button>
            ) : null}
          </div>
        </div>
      ) : null}
    </li>
  );
}

function told(one: Difference, before: Flow, after: Flow, t: FlowWords, lang: Language): string {
  const list = (parts: string[]) => new Intl.ListFormat(lang, { type: "conjunction" }).format(parts);
  const fields = (names: string[]) => list(names.map((name) => fieldName(name, lang)));
  switch (one.what) {
    case "moved":
      return t("diff.moved", { n: one.count });
    case "flow":
      return t("diff.flow", { fields: fields(one.fields) });
    case "removed":
      return t("diff.removed", { node: nodeName(nodeOf(before, one.node), lang) });
    case "added":
      return t("diff.added", { node: nodeName(nodeOf(after, one.node), lang) });
    case "changed":
      return t("diff.changed", { node: nodeName(nodeOf(after, one.node), lang), fields: fields(one.fields) });
    case "connected": {
      const node = nodeOf(after, one.node) ?? nodeOf(before, one.node);
      const exits = list(one.exits.map((exit) => (node ? exitName(node, exit, lang) : exit)));
      return t("diff.connected", { node: nodeName(node, lang), exits });
    }
  }
}
