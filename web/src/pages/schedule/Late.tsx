import { place, type Stretch, wallAt } from "./axis";
import { type Cell, lateOf, overnight } from "./model";
import type { RowWords } from "./Row";

/** The end of the shift that began the day before: seen here, and changed on the day that it belongs to. */
export function Late({ cell, stretch, who, words }: { cell: Cell; stretch: Stretch; who: string; words: RowWords }) {
  const day = words.dayName(cell.day);
  return overnight(cell, wallAt(stretch.day, 0, words.zone)).map((span) => {
    const what = words.t(`activity.${span.activity}`);
    const [from, to] = [words.clock(span.start), words.clock(span.end)];
    return (
      <span
        key={`${span.activity} ${span.start}`}
        role="img"
        className="sc-a"
        data-activity={span.activity}
        data-before
        data-cut={span.start < stretch.from || undefined}
        aria-label={words.t("lateLabel", { who, what, from, to, day })}
        title={words.t("lateTitle", { what, from, to, day })}
        style={place(stretch, span)}
      />
    );
  });
}

/** `0:00–7:00 overnight`; empty where the day before ended by midnight. */
export function lateSaid(before: Cell | null, day: string, words: RowWords): string {
  const late = before && lateOf(before, wallAt(day, 0, words.zone));
  return late ? words.t("fromYesterday", { from: words.clock(late.start), to: words.clock(late.end) }) : "";
}
