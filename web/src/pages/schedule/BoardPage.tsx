import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { isProblem } from "../../api/problem";
import { useCollator } from "../../i18n/format";
import { useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { schedule } from "../../i18n/schedule";
import { scheduleFaults } from "../../i18n/scheduleFaults";
import { useNow } from "../../live/clock";
import { useMay, useSession } from "../../session/session";
import { Empty } from "../../ui/Empty";
import { personFrom } from "./api";
import { axisOf, dayPlus, daysOf, neededOf, openingOf } from "./axis";
import { BoardBar } from "./BoardBar";
import { BoardMenu } from "./BoardMenu";
import { concerns, curveOf, effectTitle, headsOf, inView, lengthNote, marksOf, momentOf } from "./board";
import { ChangePanel } from "./ChangePanel";
import { Banners, ClashPanel } from "./ClashPanel";
import { ConflictPanel } from "./ConflictPanel";
import * as drafts from "./draft";
import { EffectPanel } from "./EffectPanel";
import * as editing from "./editor";
import type { FaultWords } from "./faults";
import { Gantt } from "./Gantt";
import { Legend } from "./Legend";
import { ListView } from "./ListView";
import { cellOf } from "./model";
import { NeedPanel } from "./NeedPanel";
import { Past } from "./Past";
import { PublishDialog } from "./PublishDialog";
import { listed, shown } from "./people";
import { SolveDialog } from "./SolveDialog";
import { tipSaid } from "./said";
import { useSkills } from "./setupData";
import { draftSpan, useConflicts, useCover, useDrafts, useSave, useSchedule } from "./useBoard";
import { undone, useBoardKeys } from "./useBoardKeys";
import { useCommands } from "./useCommands";
import { useEditor } from "./useEditor";
import { type Menu, useHand } from "./useHand";
import { useNeed } from "./useNeed";
import { useSize } from "./useSize";
import { useView } from "./useView";
import { useClocks, useRowWords } from "./words";
import "./schedule.css";

const NAMES_PX = 176;

/** The schedule: need and cover above, a line for each person below, effects, conflicts and changes beside. */
export default function BoardPage() {
  const t = useWords(schedule);
  const f = useWords(scheduleFaults);
  const lang = useLanguage();
  const session = useSession();
  const mayEdit = useMay("plan.edit");
  const names = useCollator();
  const { view, set } = useView(session.site?.zone ?? "UTC");
  const days = useMemo(() => daysOf(view.range, view.day), [view.range, view.day]);
  const span = useMemo(() => ({ first: days[0] ?? view.day, last: days.at(-1) ?? view.day }), [days, view.day]);

  const known = useDrafts();
  const open = known.data?.items.filter(
    (one) => one.state === "open" && one.first <= span.last && one.last >= span.first,
  );
  const draftId = view.published ? null : (open?.find((one) => one.id === view.draft)?.id ?? open?.[0]?.id ?? null);
  // With the day before, for of its shifts some last into this one.
  const read = view.range === "day" ? { ...span, first: dayPlus(span.first, -1) } : span;
  const query = useSchedule(read, draftId, view.published || known.isFetched);
  const data = query.data;
  const draft = data?.draft ?? null;
  const zone = data?.zone ?? session.site?.zone ?? "UTC";
  const clocks = useClocks(zone);
  const rowWords = useRowWords(zone);
  const editable = mayEdit && !view.published;

  const { editor, plan, step, saved, forget, unsaved, restored } = useEditor(session.account, data);
  const save = useSave();
  const cover = useCover(span, draft?.id ?? null, draft?.rev ?? data?.version ?? 0);
  const conflicts = useConflicts(draft);

  const everyone = useMemo(
    () => (data?.people ?? []).map((one) => personFrom(one, data?.now ?? 0, days)),
    [data, days],
  );
  const byId = useMemo(() => new Map(everyone.map((one) => [one.id, one])), [everyone]);
  const people = useMemo(() => shown(everyone, view), [everyone, view]);
  const items = useMemo(
    () => listed(people, editor.draft.base, days, names),
    [people, editor.draft.base, days, names],
  );
  const nameOf = useCallback((id: string) => byId.get(id)?.name ?? id, [byId]);
  const tell = useMemo(() => ({ t, clock: clocks.clock, nameOf }), [t, clocks, nameOf]);

  const box = useRef<HTMLDivElement>(null);
  const rows = useRef<HTMLDivElement>(null);
  const [hover, setHover] = useState<number | null>(null);
  const size = useSize(box);
  const { from, until } = useMemo(() => {
    const need = curveOf(cover.data, null)?.need;
    return openingOf(editor.draft.base, days, zone, need ? neededOf(need, days, zone) : []);
  }, [editor.draft.base, days, zone, cover.data]);
  const opening = useMemo(() => ({ from, until }), [from, until]);
  const axis = useMemo(
    () => axisOf(days, opening, Math.max(320, size.width - NAMES_PX - 16), zone),
    [days, opening, size.width, zone],
  );
  const now = useNow(60_000);
  const earliest = Math.max(data?.locked_until ?? 0, now);

  const group = view.group;
  const need = useNeed({ editor, plan, cover: cover.data, group, people: byId, draft, span, earliest });

  // A draft to work in is there as soon as something is changed: effects are reckoned on it.
  const wants = editable && draft === null && data !== undefined && !query.isPlaceholderData && unsaved > 0;
  const { mutate: begin, isPending: beginning, isError: refusedToBegin } = save;
  useEffect(() => {
    if (!wants || beginning || refusedToBegin) return;
    begin({ draft: null, edits: [], span: draftSpan(days) }, { onSuccess: (done) => set({ draft: done.draft }) });
  }, [wants, beginning, refusedToBegin, begin, days, set]);

  const commands = { editor, step, saved, save, draft, days, span, items, zone, earliest, view, set, box, rows };
  const { saveNow, locate, fix, onServer, ensure, refused } = useCommands({
    ...commands,
    refetch: query.refetch,
    hover: setHover,
  });

  const [menu, setMenu] = useState<Menu | null>(null);
  const [focused, setFocused] = useState(false);
  const [dialog, setDialog] = useState<"solve" | "publish" | null>(null);

  const hand = useHand({ step, earliest, onMenu: setMenu, onHover: setHover, onFocused: setFocused });
  useBoardKeys({
    focused: focused && dialog === null && menu === null,
    editable,
    step,
    refused,
    editor,
    plan,
    items,
    days,
    opening,
    zone,
    earliest,
    save: () => void saveNow(),
    openMenu: () => {
      const element = box.current?.querySelector(".sc-rows [aria-current], .sc-lane[data-empty]");
      const rect = element?.getBoundingClientRect();
      if (editor.selected && rect)
        setMenu({ picked: editor.selected, at: { x: rect.left + 8, y: rect.bottom }, when: null });
    },
  });

  const groups = useMemo(() => cover.data?.groups ?? [], [cover.data]);
  const goal = groups.find((one) => one.id === group) ?? (groups.length === 1 ? groups[0] : undefined);
  const skills = useSkills();
  const faultWords = useMemo<FaultWords>(
    () => ({
      f,
      t,
      clocks,
      zone,
      lang,
      nameOf,
      groupOf: (id) => groups.find((one) => one.id === id)?.names,
      skillOf: skills,
    }),
    [f, t, clocks, zone, lang, nameOf, groups, skills],
  );
  const bounds = useMemo(() => {
    const [first, last] = [axis.stretches[0], axis.stretches.at(-1)];
    return first && last ? { from: first.from, to: last.to } : null;
  }, [axis]);
  const found = useMemo(() => {
    const members = inView(people);
    return (conflicts.data?.items ?? []).filter((one) => concerns(one, days, bounds, members, group));
  }, [conflicts.data, days, bounds, people, group]);
  const marks = useMemo(() => marksOf(found), [found]);
  const lifted = useMemo(() => editing.liftedFrom(editor), [editor]);
  const selected = useMemo(() => (editor.pending ? editing.landed(editor) : editor.selected), [editor]);
  const tip = useMemo(() => {
    if (!editor.pending || !selected) return null;
    const cell = cellOf(plan, selected.agent, selected.day);
    const index = cell.spans.findIndex((one) => one.activity === selected.activity && one.start === selected.start);
    const each = cell.spans[index];
    if (!each) return null;
    const whole = each.activity === "work" ? editing.shiftSpan(cell.spans, index) : each;
    return tipSaid(editor.pending, whole, tell);
  }, [editor.pending, selected, plan, tell]);
  const today = Math.floor((data?.now ?? 0) / 3_600_000) * 3_600_000;

  if (query.isError && !data) return <Empty kind="lost">{t("loadFailed")}</Empty>;
  const teams = [...new Set(everyone.map((one) => one.team))].filter(Boolean).sort(names.compare);
  return (
    <div className="sc-page" data-view={view.range}>
      <h1 className="jt-hidden">{t("title")}</h1>
      <BoardBar
        view={view}
        set={set}
        clocks={clocks}
        days={days}
        groups={groups}
        teams={teams}
        shown={people.length}
        all={everyone.length}
        draft={draft}
        version={data?.version ?? 0}
        unsaved={unsaved}
        editable={editable}
        saving={save.isPending}
        canUndo={editor.draft.made.length > 0 || editor.pending !== null}
        canRedo={editor.draft.undone.length > 0}
        onUndo={() => step((e) => undone(e))}
        onRedo={() => step((e) => ({ ...e, draft: drafts.redo(e.draft) }))}
        onSave={() => void saveNow()}
        onSolve={() => setDialog("solve")}
        onPublish={() => void saveNow().then((id) => (id ? setDialog("publish") : undefined))}
        unsettled={editor.draft.clashes.length > 0}
        span={span}
        onForget={forget}
      />
      <Banners
        restored={restored}
        lost={query.isError || (save.isError && isProblem(save.error, "unreachable"))}
        unsaved={unsaved}
      />
      <div className="sc-main">
        <div className="sc-work" ref={box}>
          {data && everyone.length === 0 ? (
            <Empty kind="none">{t("noPeople")}</Empty>
          ) : view.list ? (
            <ListView
              items={items}
              days={days}
              plan={plan}
              words={rowWords}
              onOpen={(place) => {
                set({ list: false });
                locate({ ...place, start: null });
              }}
            />
          ) : (
            <>
              <NeedPanel
                curve={need.curve}
                before={need.coverBefore}
                forecast={need.forecast}
                axis={axis}
                days={days}
                height={size.height < 620 ? 140 : 178}
                now={now}
                at={hover}
                onAt={setHover}
                goal={goal ?? null}
                clocks={clocks}
              />
              {data && people.length === 0 ? (
                <Empty
                  kind="filtered"
                  action={
                    <button
                      type="button"
                      className="jt-btn"
                      onClick={() => set({ group: null, team: null, who: "" })}
                    >
                      {t("clearFilters")}
                    </button>
                  }
                >
                  {t("noneFiltered")}
                </Empty>
              ) : (
                <Gantt
                  items={items}
                  days={days}
                  plan={plan}
                  saved={editor.draft.base}
                  marks={marks}
                  axis={axis}
                  selected={selected}
                  lifted={lifted}
                  tip={tip}
                  words={rowWords}
                  editable={editable}
                  today={today}
                  hand={hand}
                  scroller={rows}
                />
              )}
              <Past axis={axis} now={earliest} shown={now} clock={clocks.clock} />
            </>
          )}
        </div>
        <aside className="sc-side" aria-label={t("changes")}>
          {editor.draft.clashes.length > 0 ? (
            <ClashPanel
              clashes={editor.draft.clashes}
              present={editor.draft.present}
              nameOf={nameOf}
              clocks={clocks}
              onSettle={(key, keep) => step((e, at) => ({ ...e, draft: drafts.settled(e.draft, key, keep, at) }))}
            />
          ) : null}
          <EffectPanel
            title={effectTitle(editor.pending, unsaved, t, nameOf)}
            note={editor.pending ? lengthNote(plan, selected, t) : ""}
            since={t("effectSince", { at: momentOf(need.since, span.first, clocks, zone) })}
            heads={headsOf(editor.pending, lifted?.span.start ?? null, t, clocks.clock)}
            before={need.before}
            after={need.after}
            within={goal?.within_s ?? null}
            working={need.working}
            failed={need.failed}
            inHand={editor.pending !== null}
            onPut={() => step((e, at) => editing.putDown(e, at))}
            onBack={() => step((e) => editing.putBack(e))}
          />
          <ConflictPanel
            items={found}
            must={found.filter((one) => one.must).length}
            notes={found.filter((one) => !one.must).length}
            stale={unsaved > 0}
            failed={conflicts.isError}
            words={faultWords}
            dated={days.length > 1}
            editable={editable}
            onLocate={locate}
            onFix={(one) => void fix(one)}
          />
          <ChangePanel
            made={editor.draft.made}
            rev={draft?.rev ?? null}
            saved={draft?.changes ?? 0}
            next={(data?.version ?? 0) + 1}
            tell={tell}
            onUndo={(id) => step((e) => ({ ...e, pending: null, draft: drafts.takenBack(e.draft, id) }))}
          />
        </aside>
      </div>
      <Legend />
      {menu ? (
        <BoardMenu
          menu={menu}
          editor={editor}
          plan={plan}
          person={byId.get(menu.picked.agent) ?? null}
          clock={clocks.clock}
          nameOf={nameOf}
          opening={opening}
          zone={zone}
          editable={editable}
          step={step}
          refused={refused}
          onServer={onServer}
          onClose={() => setMenu(null)}
        />
      ) : null}
      {dialog === "solve" ? (
        <SolveDialog
          draft={draft}
          span={draftSpan(days)}
          groups={groups}
          clocks={clocks}
          nameOf={nameOf}
          within={goal?.within_s ?? null}
          ensure={ensure}
          onClose={() => setDialog(null)}
        />
      ) : null}
      {dialog === "publish" && draft ? (
        <PublishDialog
          draft={draft}
          words={faultWords}
          onLocate={(one) => {
            setDialog(null);
            locate(one);
          }}
          onDone={() => {
            forget();
            set({ draft: null });
          }}
          onClose={() => setDialog(null)}
        />
      ) : null}
    </div>
  );
}
