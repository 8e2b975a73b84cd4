import { useQueryClient } from "@tanstack/react-query";
import { App, Dropdown, Select } from "antd";
import { useState } from "react";
import { address, http } from "../../api/http";
import { inLanguage, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { schedule } from "../../i18n/schedule";
import { useMay } from "../../session/session";
import { Button, IconButton } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { useNotice } from "../../ui/notices";
import { type DraftState, type Edited, type GroupCover, PLANNING } from "./api";
import { dayPlus, step, VIEWS } from "./axis";
import { SCHEDULE, type Span } from "./useBoard";
import type { BoardView } from "./useView";
import { VersionsDrawer } from "./VersionsDrawer";
import type { Clocks } from "./words";

/** Which days, which people; what is unsaved, and where it goes. */
export function BoardBar({
  view,
  set,
  clocks,
  days,
  groups,
  teams,
  shown,
  all,
  draft,
  version,
  unsaved,
  editable,
  saving,
  unsettled,
  canUndo,
  canRedo,
  onUndo,
  onRedo,
  onSave,
  onSolve,
  onPublish,
  span,
  onForget,
}: {
  view: BoardView;
  set: (change: Partial<BoardView>) => void;
  clocks: Clocks;
  days: readonly string[];
  groups: readonly GroupCover[];
  teams: readonly string[];
  shown: number;
  all: number;
  draft: DraftState | null;
  version: number;
  unsaved: number;
  editable: boolean;
  saving: boolean;
  unsettled: boolean; // person-days that two people changed wait for a decision
  canUndo: boolean;
  canRedo: boolean;
  onUndo: () => void;
  onRedo: () => void;
  onSave: () => void;
  onSolve: () => void;
  onPublish: () => void;
  span: Span;
  onForget: () => void;
}) {
  const t = useWords(schedule);
  const lang = useLanguage();
  const publishes = useMay("plan.publish");
  const first = days[0] ?? view.day;
  const last = days.at(-1) ?? view.day;
  const period = view.range === "day" ? clocks.day(view.day) : `${clocks.dayShort(first)} – ${clocks.dayShort(last)}`;
  return (
    <section className="sc-bar" aria-label={t("filters")}>
      <IconButton icon="left" label={t("previous")} onClick={() => set({ day: step(view.range, view.day, -1) })} />
      <label className="sc-select sc-datebox">
        <span>{t("date")}</span>
        {period}
        <Icon name="down" size={14} />
        <input
          type="date"
          aria-label={t("date")}
          value={view.day}
          onClick={(event) => event.currentTarget.showPicker?.()}
          onChange={(event) => event.target.value && set({ day: event.target.value })}
        />
      </label>
      <IconButton icon="right" label={t("next")} onClick={() => set({ day: step(view.range, view.day, 1) })} />
      <div className="sc-seg" role="group" aria-label={t("view")}>
        {VIEWS.map((range) => (
          <button key={range} type="button" aria-pressed={view.range === range} onClick={() => set({ range })}>
            {t(`view.${range}`)}
          </button>
        ))}
      </div>
      <Select
        allowClear
        size="small"
        className="sc-pick"
        aria-label={t("group")}
        prefix={<span className="jt-note">{t("group")}</span>}
        placeholder={t("solveAllGroups")}
        value={view.group}
        options={groups.map((one) => ({ value: one.id, label: inLanguage(one.names, lang) || one.id }))}
        onChange={(group: string | undefined) => set({ group: group ?? null })}
        popupMatchSelectWidth={false}
      />
      <Select
        allowClear
        size="small"
        className="sc-pick"
        aria-label={t("team")}
        prefix={<span className="jt-note">{t("team")}</span>}
        placeholder={t("solveAllGroups")}
        value={view.team}
        options={teams.map((team) => ({ value: team, label: team }))}
        onChange={(team: string | undefined) => set({ team: team ?? null })}
        popupMatchSelectWidth={false}
      />
      <input
        type="search"
        className="sc-find"
        aria-label={t("find")}
        placeholder={t("find")}
        value={view.who}
        onChange={(event) => set({ who: event.target.value })}
      />
      <span className="jt-note jt-num">{t("peopleShown", { n: shown, all })}</span>
      <span className="jt-fill" />
      {editable ? (
        <>
          <IconButton icon="undo" label={t("undo")} disabled={!canUndo} onClick={onUndo} />
          <IconButton icon="redo" label={t("redo")} disabled={!canRedo} onClick={onRedo} />
          <span className="sc-vr" />
          <span className={unsaved > 0 ? "jt-strong" : "jt-note"} role="status">
            {unsaved > 0 ? t("unsaved", { n: unsaved }) : draft ? t("allSaved") : ""}
          </span>
        </>
      ) : null}
      <span className="jt-note sc-state">
        {draft
          ? t("draftAt", { rev: draft.rev, at: clocks.clock(draft.changed_at) })
          : version > 0
            ? t("publishedVersion", { n: version })
            : t("neverPublished")}
      </span>
      {editable ? (
        <>
          <Button onClick={onSolve}>{t("solve")}</Button>
          <Button onClick={onSave} disabled={unsaved === 0 || saving}>
            {t("saveDraft")}
          </Button>
          {publishes ? (
            <Button
              kind="main"
              onClick={onPublish}
              disabled={saving || unsettled || (unsaved === 0 && (draft === null || draft.changes === 0))}
            >
              {t("checkPublish")}
            </Button>
          ) : null}
        </>
      ) : (
        <span className="jt-note">{view.published ? "" : t("mayNotEdit")}</span>
      )}
      <More view={view} set={set} draft={draft} editable={editable} span={span} onForget={onForget} />
    </section>
  );
}

function More({
  view,
  set,
  draft,
  editable,
  span,
  onForget,
}: {
  view: BoardView;
  set: (change: Partial<BoardView>) => void;
  draft: DraftState | null;
  editable: boolean;
  span: Span;
  onForget: () => void;
}) {
  const t = useWords(schedule);
  const lang = useLanguage();
  const notice = useNotice();
  const { modal } = App.useApp();
  const queries = useQueryClient();
  const [versions, setVersions] = useState(false);
  const again = () => queries.invalidateQueries({ queryKey: [SCHEDULE] });
  const run: Record<string, () => void> = {
    today: () => set({ day: null as unknown as string }),
    list: () => set({ list: !view.list }),
    published: () => set({ published: !view.published }),
    versions: () => setVersions(true),
    xlsx: () => file("xlsx"),
    csv: () => file("csv"),
    copy: () => {
      if (!draft) return;
      const body = { from_first: dayPlus(span.first, -7), from_last: dayPlus(span.last, -7), to_first: span.first };
      http
        .post<Edited>(`${PLANNING}/drafts/${draft.id}/copy`, { body })
        .then((done) => {
          notice.done(t("copyWeekDone", { n: done.days.length }));
          return again();
        })
        .catch(notice.failed);
    },
    drop: () => {
      if (!draft) return;
      modal.confirm({
        title: t("dropDraft"),
        content: t("dropDraftSure"),
        okText: t("dropDraft"),
        okButtonProps: { danger: true },
        onOk: async () => {
          try {
            await http.delete(`${PLANNING}/drafts/${draft.id}`);
            onForget();
            set({ draft: null });
            notice.done(t("dropped"));
            await again();
          } catch (error) {
            notice.failed(error);
          }
        },
      });
    },
  };
  const file = (format: "xlsx" | "csv") => {
    const link = document.createElement("a");
    link.href = address(`${PLANNING}/schedule/export`, { ...span, format, lang, draft: draft?.id ?? null });
    link.download = "";
    link.click();
  };
  return (
    <>
      <Dropdown
        trigger={["click"]}
        menu={{
          items: [
            { key: "today", label: t("today") },
            { key: "list", label: t(view.list ? "board" : "pieces") },
            { key: "published", label: t(view.published ? "showDraft" : "showPublished") },
            { key: "versions", label: t("versions") },
            { type: "divider" as const },
            { key: "xlsx", label: t("exportXlsx") },
            { key: "csv", label: t("exportCsv") },
            ...(editable && draft
              ? [
                  { type: "divider" as const },
                  { key: "copy", label: t("copyWeek") },
                  { key: "drop", label: t("dropDraft"), danger: true },
                ]
              : []),
          ],
          onClick: ({ key }) => run[key]?.(),
        }}
      >
        <IconButton icon="more" label={t("more")} />
      </Dropdown>
      {versions ? <VersionsDrawer onClose={() => setVersions(false)} /> : null}
    </>
  );
}
