import { type KeyboardEvent, type PointerEvent, type RefObject, useEffect, useMemo, useRef, useState } from "react";
import { useWords } from "../../i18n/messages";
import { schedule } from "../../i18n/schedule";
import type { Ms } from "../../live/types";
import { type Axis, atOf, dayPlus, msPerPx } from "./axis";
import type { Picked } from "./edits";
import { cellOf, MINUTE, type Plan, QUARTER } from "./model";
import { heightOf, type Item, inSight, ROW_PX } from "./people";
import { type Mark, Row, type RowView, type RowWords } from "./Row";
import { onStep } from "./spans";

const EDGE_PX = 6;
const STILL_PX = 3;
const STRIDE_PX = 4 * ROW_PX;

/** What the pointer wants of the plan; the page decides. */
export type Hand = {
  pick: (picked: Picked | null) => void;
  move: (picked: Picked, by: number) => void;
  resize: (picked: Picked, edge: "start" | "end", by: number) => void;
  give: (picked: Picked, to: { agent: string; day: string }) => void;
  menu: (picked: Picked, at: { x: number; y: number }, when: Ms | null) => void;
  hover: (at: Ms | null) => void;
  focused: (inside: boolean) => void;
};

/**
 * The people's lines under each other. Only those in sight are drawn, each of them as long as nothing of its own
 * changes once; so 200 people times 28 days scroll as one does.
 */
export function Gantt({
  items,
  days,
  plan,
  saved,
  marks,
  axis,
  selected,
  lifted,
  tip,
  words,
  editable,
  today,
  hand,
  scroller,
}: {
  items: readonly Item[];
  days: readonly string[];
  plan: Plan;
  saved: Plan;
  marks: ReadonlyMap<string, readonly Mark[]>;
  axis: Axis;
  selected: Picked | null;
  lifted: { place: { agent: string; day: string }; span: RowView["lifted"] } | null;
  tip: string | null;
  words: RowWords;
  editable: boolean;
  today: Ms;
  hand: Hand;
  scroller: RefObject<HTMLDivElement | null>;
}) {
  const t = useWords(schedule);
  const sight = useSight(scroller);
  const drag = useDrag(axis, hand, editable);
  const people = items.filter((item) => item.kind === "person").length;
  const drawn = inSight(items, sight.top, sight.height);
  const night = days.length === 1 && days[0] !== undefined ? dayPlus(days[0], -1) : null;
  const focusable = useMemo(() => firstPlace(items, plan, days), [items, plan, days]);
  useFocusFollows(scroller, selected);
  return (
    <div
      ref={scroller}
      className="sc-rows"
      role="grid"
      aria-label={t("staff")}
      aria-rowcount={people}
      aria-colcount={days.length + 1}
      aria-readonly={!editable}
      onFocus={(event) => {
        hand.focused(true);
        if (event.target === scroller.current && !selected && focusable) hand.pick(focusable);
      }}
      onBlur={(event) => {
        const element = event.currentTarget;
        if (element.contains(event.relatedTarget)) return;
        // A piece that is drawn anew loses the keyboard for a moment only.
        requestAnimationFrame(() => {
          if (!element.contains(document.activeElement)) hand.focused(false);
        });
      }}
      tabIndex={selected ? -1 : 0}
      {...drag}
    >
      <div className="sc-tall" style={{ height: heightOf(items) }}>
        {drawn.map((item) =>
          item.kind === "section" ? (
            <div
              key={item.section}
              className="sc-section"
              style={{ transform: `translateY(${item.top}px)` }}
              role="row"
              tabIndex={-1}
            >
              <span role="gridcell" tabIndex={-1} aria-colspan={days.length + 1}>
                {t(`section.${item.section}`, { n: item.count })}
                {item.section === "standby" && days.length === 1 ? (
                  <span className="jt-note">{t("standbyHint")}</span>
                ) : null}
              </span>
            </div>
          ) : (
            <Row
              key={item.person.id}
              view={{
                person: item.person,
                cells: days.map((day) => cellOf(plan, item.person.id, day)),
                saved: days.map((day) => cellOf(saved, item.person.id, day)),
                before: night === null ? null : cellOf(plan, item.person.id, night),
                marks: marks.get(item.person.id) ?? NO_MARKS,
                selected: selected?.agent === item.person.id ? selected : null,
                lifted: lifted?.place.agent === item.person.id ? lifted.span : null,
                tip: selected?.agent === item.person.id ? tip : null,
              }}
              axis={axis}
              words={words}
              rowIndex={item.row}
              top={item.top}
              editable={editable}
              today={today}
            />
          ),
        )}
      </div>
    </div>
  );
}

const NO_MARKS: readonly Mark[] = [];

function firstPlace(items: readonly Item[], plan: Plan, days: readonly string[]): Picked | null {
  const first = items.find((item) => item.kind === "person");
  const [day] = days;
  if (first?.kind !== "person" || day === undefined) return null;
  const span = days.length === 1 ? cellOf(plan, first.person.id, day).spans[0] : undefined;
  return { agent: first.person.id, day, activity: span?.activity ?? null, start: span?.start ?? 0 };
}

function useSight(box: RefObject<HTMLDivElement | null>): { top: number; height: number } {
  const [sight, setSight] = useState({ top: 0, height: 900 });
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    let frame = 0;
    const look = () => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => {
        // By some rows at a time: what is spare above and below is drawn already, so most frames draw nothing.
        const top = Math.floor(element.scrollTop / STRIDE_PX) * STRIDE_PX;
        const height = element.clientHeight + STRIDE_PX;
        setSight((was) => (was.top === top && was.height === height ? was : { top, height }));
      });
    };
    look();
    element.addEventListener("scroll", look, { passive: true });
    const resized = typeof ResizeObserver === "undefined" ? null : new ResizeObserver(look);
    resized?.observe(element);
    return () => {
      cancelAnimationFrame(frame);
      element.removeEventListener("scroll", look);
      resized?.disconnect();
    };
  }, [box]);
  return sight;
}

/** The keyboard's place follows the selection, also when the piece is drawn anew under another key. */
function useFocusFollows(box: RefObject<HTMLDivElement | null>, selected: Picked | null): void {
  useEffect(() => {
    const element = box.current;
    if (!element || !selected) return;
    const inside = element.contains(document.activeElement) || document.activeElement === document.body;
    if (!inside) return;
    element.querySelector<HTMLElement>("[aria-current], .sc-lane[data-empty]")?.focus({ preventScroll: true });
  });
}

type Held = { picked: Picked; mode: "move" | "start" | "end"; x: number; y: number; going: boolean; row: string };

function useDrag(axis: Axis, hand: Hand, editable: boolean) {
  const held = useRef<Held | null>(null);
  const picked = (event: { target: EventTarget }): { picked: Picked; piece: HTMLElement | null } | null => {
    if (!(event.target instanceof Element) || event.target.closest("[data-before]")) return null;
    const agent = event.target.closest<HTMLElement>("[data-person]")?.dataset.person;
    const day = event.target.closest<HTMLElement>("[data-day]")?.dataset.day;
    if (!agent || !day) return null;
    const piece = event.target.closest<HTMLElement>("[data-start]");
    const activity = (piece?.dataset.activity ?? null) as Picked["activity"];
    return { picked: { agent, day, activity, start: Number(piece?.dataset.start ?? 0) }, piece };
  };
  const left = (element: Element) =>
    element.closest(".sc-tall")?.getBoundingClientRect().left ?? element.getBoundingClientRect().left;
  const whenAt = (event: { target: EventTarget; clientX: number; currentTarget: HTMLElement }): Ms | null => {
    const tall = event.currentTarget.querySelector(".sc-tall");
    if (!tall) return null;
    const names = Number.parseFloat(getComputedStyle(event.currentTarget).getPropertyValue("--sc-names-px")) || 176;
    return atOf(axis, event.clientX - left(tall) - names)?.at ?? null;
  };
  return {
    onPointerDown: (event: PointerEvent<HTMLDivElement>) => {
      if (event.button !== 0) return;
      const found = picked(event);
      if (!found) return;
      hand.pick(found.piece ? found.picked : { ...found.picked, start: onStep(whenAt(event) ?? 0) });
      if (!found.piece || !editable) return;
      const box = found.piece.getBoundingClientRect();
      const grip = box.width > 4 * EDGE_PX;
      const mode =
        grip && event.clientX > box.right - EDGE_PX
          ? "end"
          : grip && event.clientX < box.left + EDGE_PX
            ? "start"
            : "move";
      held.current = {
        picked: found.picked,
        mode,
        x: event.clientX,
        y: event.clientY,
        going: false,
        row: found.picked.agent,
      };
      event.currentTarget.setPointerCapture(event.pointerId);
    },
    onPointerMove: (event: PointerEvent<HTMLDivElement>) => {
      hand.hover(whenAt(event));
      const now = held.current;
      if (!now) return;
      const dx = event.clientX - now.x;
      const dy = event.clientY - now.y;
      if (!now.going && Math.abs(dx) < STILL_PX && Math.abs(dy) < STILL_PX) return;
      now.going = true;
      const by = onStep(dx * msPerPx(axis), event.altKey ? 5 * MINUTE : QUARTER);
      if (now.mode !== "move") {
        hand.resize(now.picked, now.mode, by);
        return;
      }
      const under = document.elementsFromPoint(event.clientX, event.clientY);
      const row = under.map((one) => one.closest<HTMLElement>("[data-person]")).find((one) => one)?.dataset.person;
      const day = under.map((one) => one.closest<HTMLElement>("[data-day]")).find((one) => one)?.dataset.day;
      const whole = now.picked.activity === null || now.picked.activity === "work";
      if (whole && row && day && (row !== now.picked.agent || day !== now.picked.day)) {
        hand.give(now.picked, { agent: row, day });
      } else hand.move(now.picked, by);
    },
    onPointerUp: () => {
      held.current = null;
    },
    onPointerCancel: () => {
      held.current = null;
    },
    onPointerLeave: () => hand.hover(null),
    onContextMenu: (event: React.MouseEvent<HTMLDivElement>) => {
      const found = picked(event);
      if (!found) return;
      event.preventDefault();
      const when = event.clientX > 0 ? whenAt(event) : null;
      const place = found.piece ? found.picked : { ...found.picked, start: onStep(when ?? 0) };
      const box = (found.piece ?? (event.target as Element)).getBoundingClientRect();
      hand.menu(place, { x: event.clientX || box.left + 8, y: event.clientY || box.bottom }, when);
    },
    onKeyDown: (event: KeyboardEvent<HTMLDivElement>) => {
      // Arrows would scroll; the page's actions answer to them.
      if (event.code === "Space" && event.target instanceof HTMLElement) event.preventDefault();
    },
  };
}
