import { type CSSProperties, memo } from "react";
import type { Words } from "../../i18n/messages";
import type { schedule } from "../../i18n/schedule";
import { Icon } from "../../ui/Icon";
import { type Axis, place, type Stretch, within } from "./axis";
import type { Picked } from "./edits";
import { Late, lateSaid } from "./Late";
import { ACTIVITY_ICON } from "./looks";
import { type Cell, reach, type Span } from "./model";
import type { Person } from "./people";

/** What of the whole plan one row needs: nothing that changes with another row. */
export type RowView = {
  person: Person;
  cells: readonly Cell[]; // a cell a day, as shown now
  saved: readonly Cell[]; // as the server has them: what differs is marked
  before: Cell | null; // the day before, in the day view: its shift may last into this one
  marks: readonly Mark[]; // what the check found here
  selected: Picked | null;
  lifted: Span | null; // where the selected thing stood before it was picked up
  tip: string | null;
};
export type Mark = { day: string; start: number; end: number; must: boolean };
export type RowWords = {
  t: Words<(typeof schedule)["zh-Hans"]>;
  clock: (at: number) => string;
  zone: string;
  dayName: (day: string) => string;
};

type RowProps = {
  view: RowView;
  axis: Axis;
  words: RowWords;
  rowIndex: number;
  top: number;
  editable: boolean;
  today: number; // an instant of today: for what runs out soon
};

/** One person's line. The day view has a piece for every span, the longer ones a piece for every day. */
export const Row = memo(function Row({ view, axis, words, rowIndex, top, editable, today }: RowProps) {
  const { person, cells } = view;
  const daily = axis.stretches.length === 1;
  const hours = daily ? hoursOf(view, words) : weekHours(cells, words);
  return (
    <div
      role="row"
      tabIndex={-1}
      aria-rowindex={rowIndex}
      className="sc-row"
      data-person={person.id}
      data-lifted={view.lifted !== null || undefined}
      style={{ transform: `translateY(${top}px)` }}
    >
      <div role="rowheader" tabIndex={-1} className="sc-nm">
        {person.standby.length > 0 && person.employment === "part_time" ? (
          <span className="sc-standby" data-state="standby">
            <Icon name="standby" size={14} label={words.t("activity.standby")} />
          </span>
        ) : null}
        <span className="jt-clip">{person.name}</span>
        <CertificateNote person={person} words={words} now={today} />
        <span className="jt-note" title={hours || undefined}>
          {hours}
        </span>
      </div>
      {daily ? (
        <DayLane view={view} axis={axis} words={words} editable={editable} />
      ) : (
        axis.stretches.map((stretch, i) => (
          <DayBox key={stretch.day} view={view} index={i} stretch={stretch} words={words} />
        ))
      )}
      {view.tip && view.selected ? <Tip view={view} axis={axis} text={view.tip} /> : null}
    </div>
  );
}, sameRow);

function sameRow(one: RowProps, other: RowProps): boolean {
  return (
    one.axis === other.axis &&
    one.words === other.words &&
    one.top === other.top &&
    one.rowIndex === other.rowIndex &&
    one.editable === other.editable &&
    one.today === other.today &&
    one.view.person === other.view.person &&
    one.view.before === other.view.before &&
    one.view.selected === other.view.selected &&
    one.view.lifted === other.view.lifted &&
    one.view.tip === other.view.tip &&
    sameItems(one.view.cells, other.view.cells) &&
    sameItems(one.view.saved, other.view.saved) &&
    sameItems(one.view.marks, other.view.marks)
  );
}

function sameItems<T>(one: readonly T[], other: readonly T[]): boolean {
  return one === other || (one.length === other.length && one.every((item, i) => item === other[i]));
}

function CertificateNote({ person, words, now }: { person: Person; words: RowWords; now: number }) {
  if (person.certificates.length === 0) return null;
  const soonest = Math.min(...person.certificates.map((one) => one.until));
  const n = Math.max(0, Math.ceil((soonest - now) / 86_400_000));
  return (
    <span className="sc-cert" title={words.t("certificateUntil", { day: words.dayName(isoOf(soonest, words.zone)) })}>
      <Icon name="cert" size={14} />
      {words.t("daysLeft", { n })}
    </span>
  );
}

function isoOf(at: number, zone: string): string {
  return new Date(at).toLocaleDateString("sv-SE", { timeZone: zone });
}

function hoursOf({ cells: [cell], before, person }: RowView, words: RowWords): string {
  if (!cell) return "";
  const on = reach(cell.spans) ?? frameOf(person, cell.day);
  if (on) return `${words.clock(on.start)}–${words.clock(on.end)}`;
  return cell.spans.length > 0 ? "" : lateSaid(before, cell.day, words);
}

export function frameOf(person: Person, day: string) {
  return person.standby.find((one) => one.day === day);
}

/** Hours on shift without unpaid meals. */
function weekHours(cells: readonly Cell[], words: RowWords): string {
  let ms = 0;
  for (const cell of cells) {
    for (const span of cell.spans) {
      if (span.activity !== "leave" && span.activity !== "standby" && span.paid !== false)
        ms += span.end - span.start;
    }
  }
  return ms === 0 ? "" : words.t("hoursShort", { h: Math.round(ms / 360_000) / 10 });
}

function DayLane({ view, axis, words, editable }: { view: RowView; axis: Axis; words: RowWords; editable: boolean }) {
  const stretch = axis.stretches[0];
  const cell = view.cells[0];
  if (!stretch || !cell) return null;
  const saved = view.saved[0];
  const frame = frameOf(view.person, cell.day);
  return (
    <div
      role="gridcell"
      className="sc-lane"
      data-day={cell.day}
      data-empty={(view.selected !== null && view.selected.activity === null) || undefined}
      tabIndex={view.selected !== null && view.selected.activity === null ? 0 : -1}
      aria-label={
        cell.spans.length === 0
          ? words.t("dayLabel", {
              who: view.person.name,
              day: words.dayName(cell.day),
              what: lateSaid(view.before, cell.day, words) || words.t("free"),
            })
          : undefined
      }
      style={{ "--hour": `${axis.perQuarter * 4}px` } as CSSProperties}
    >
      {frame ? <span className="sc-a" data-activity="standby" data-frame style={place(stretch, frame)} /> : null}
      {view.lifted ? <span className="sc-a" data-ghost style={place(stretch, view.lifted)} /> : null}
      {view.before ? <Late cell={view.before} stretch={stretch} who={view.person.name} words={words} /> : null}
      {named(cell.spans).map(({ span, name }) => (
        <Piece
          key={name}
          span={span}
          cell={cell}
          saved={saved}
          stretch={stretch}
          view={view}
          words={words}
          editable={editable}
        />
      ))}
      {cell.invites.map((one) => (
        <span key={one.start} className="sc-a" data-ask style={place(stretch, one)}>
          <Icon name="clock" size={14} />
          {words.t("invited")}
        </span>
      ))}
      {view.marks.map((mark) =>
        mark.must ? (
          <span key={`${mark.start} ${mark.end}`} className="sc-mark" style={place(stretch, mark)} />
        ) : null,
      )}
      {cell.locked ? (
        <span className="sc-lock">
          <Icon name="lock" size={14} label={words.t("lockedDay")} />
        </span>
      ) : null}
    </div>
  );
}

/** The first break stays the first break while it moves: its piece is the same one, and keeps the keyboard. */
function named(spans: readonly Span[]): { span: Span; name: string }[] {
  const counts = new Map<string, number>();
  return spans.map((span) => {
    const n = (counts.get(span.activity) ?? 0) + 1;
    counts.set(span.activity, n);
    return { span, name: `${span.activity} ${n}` };
  });
}

/** Work is changed where its shift begins or ends otherwise; all else where it is not as it was. */
function changedFrom(span: Span, cell: Cell, saved: Cell | undefined): boolean {
  if (span.activity !== "work") {
    return !saved?.spans.some(
      (one) => one.activity === span.activity && one.start === span.start && one.end === span.end,
    );
  }
  const [is, was] = [reach(cell.spans), saved ? reach(saved.spans) : null];
  return is?.start !== was?.start || is?.end !== was?.end;
}

function Piece({
  span,
  cell,
  saved,
  stretch,
  view,
  words,
  editable,
}: {
  span: Span;
  cell: Cell;
  saved: Cell | undefined;
  stretch: Stretch;
  view: RowView;
  words: RowWords;
  editable: boolean;
}) {
  const selected = view.selected?.activity === span.activity && view.selected.start === span.start;
  const edited = changedFrom(span, cell, saved);
  const icon = ACTIVITY_ICON[span.activity];
  const where = place(stretch, span);
  const wide = where.width >= 18;
  const name = words.t(`activity.${span.activity}`);
  const long = span.activity === "leave" || span.activity === "standby";
  return (
    <button
      type="button"
      className="sc-a"
      data-activity={span.activity}
      data-start={span.start}
      data-edited={edited || undefined}
      data-overtime={span.overtime || undefined}
      data-lifted={(selected && view.lifted !== null) || undefined}
      aria-current={selected || undefined}
      aria-disabled={!editable || undefined}
      tabIndex={selected ? 0 : -1}
      aria-label={words.t("spanLabel", {
        who: view.person.name,
        what: name,
        from: words.clock(span.start),
        to: words.clock(span.end),
      })}
      title={`${name} ${words.clock(span.start)}–${words.clock(span.end)}${span.overtime ? ` · ${words.t("overtime")}` : ""}`}
      style={where}
    >
      {long ? (
        <span className="sc-said">
          {icon ? <Icon name={icon} size={14} /> : null}
          {name}
        </span>
      ) : icon && wide ? (
        <Icon name={icon} size={14} />
      ) : null}
    </button>
  );
}

/** A day of the longer views: one piece, its activities as bands of one background. */
function DayBox({
  view,
  index,
  stretch,
  words,
}: {
  view: RowView;
  index: number;
  stretch: Stretch;
  words: RowWords;
}) {
  const cell = view.cells[index];
  if (!cell) return null;
  const saved = view.saved[index];
  const first = cell.spans[0];
  const on = reach(cell.spans) ?? (first ? { start: first.start, end: first.end } : null);
  const selected = view.selected?.day === cell.day;
  const marked = view.marks.some((mark) => mark.must && mark.day === cell.day);
  const edited = saved === undefined ? cell.spans.length > 0 : saved !== cell && !sameBands(saved, cell);
  const text = on && first ? `${words.clock(on.start)}–${words.clock(on.end)}` : words.t("free");
  const what = first && !reach(cell.spans) ? words.t(`activity.${first.activity}`) : "";
  return (
    <div role="gridcell" tabIndex={-1} className="sc-box" data-day={cell.day} style={{ width: stretch.width }}>
      {on || selected ? (
        <button
          type="button"
          className="sc-a"
          data-bands
          data-activity={first && !reach(cell.spans) ? first.activity : undefined}
          data-start={on?.start ?? 0}
          data-edited={edited || undefined}
          data-marked={marked || undefined}
          data-lifted={(selected && view.lifted !== null) || undefined}
          aria-current={selected || undefined}
          tabIndex={selected ? 0 : -1}
          aria-label={words.t("dayLabel", {
            who: view.person.name,
            day: words.dayName(cell.day),
            what: what || text,
          })}
          title={`${words.dayName(cell.day)} ${what || text}`}
          style={
            on
              ? { ...placeIn(stretch, on), ...(reach(cell.spans) ? { background: bands(cell.spans, on) } : {}) }
              : { left: 2, width: Math.max(8, stretch.width - 4), background: "none" }
          }
        >
          {stretch.width >= 92 ? <span className="sc-hours">{what || text}</span> : null}
        </button>
      ) : null}
    </div>
  );
}

function sameBands(one: Cell, other: Cell): boolean {
  return (
    one.spans.length === other.spans.length &&
    one.spans.every((span, i) => {
      const match = other.spans[i];
      return match?.start === span.start && match.end === span.end && match.activity === span.activity;
    })
  );
}

const COLOURS: Record<Span["activity"], string> = {
  work: "var(--jt-seq-2)",
  break: "var(--jt-break-solid)",
  meal: "var(--jt-border)",
  training: "var(--jt-chart-6)",
  meeting: "var(--jt-chart-6)",
  casework: "var(--jt-seq-4)",
  leave: "var(--jt-border-strong)",
  standby: "transparent",
};

function bands(spans: readonly Span[], on: { start: number; end: number }): string {
  const share = (at: number) => `${(((at - on.start) / (on.end - on.start)) * 100).toFixed(1)}%`;
  const stops = spans
    .filter((span) => span.end > on.start && span.start < on.end)
    .map((span) => `${COLOURS[span.activity]} ${share(span.start)} ${share(span.end)}`);
  return `linear-gradient(90deg, ${stops.join(", ")})`;
}

function Tip({ view, axis, text }: { view: RowView; axis: Axis; text: string }) {
  const stretch = axis.stretches.find((one) => one.day === view.selected?.day);
  if (!stretch || !view.selected) return null;
  const left = Math.min(stretch.x + within(stretch, view.selected.start), axis.width - 220);
  return (
    <span className="sc-tip" style={{ left: `calc(var(--sc-names) + ${Math.max(0, left)}px)` }}>
      {text}
    </span>
  );
}

/** Within the box of its day, which stands where the day begins. */
function placeIn(stretch: Stretch, span: { start: number; end: number }): CSSProperties {
  const left = within(stretch, span.start);
  return { left, width: Math.max(2, within(stretch, span.end) - left - 1) };
}
