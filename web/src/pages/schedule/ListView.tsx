import { useWords } from "../../i18n/messages";
import { schedule } from "../../i18n/schedule";
import { dayPlus } from "./axis";
import { lateSaid } from "./Late";
import { cellOf, type Plan, paidSeconds, reach } from "./model";
import type { Item } from "./people";
import type { RowWords } from "./Row";

/** The same schedule as a table of texts: for screen readers, for reading aloud, for copying. */
export function ListView({
  items,
  days,
  plan,
  words,
  onOpen,
}: {
  items: readonly Item[];
  days: readonly string[];
  plan: Plan;
  words: RowWords;
  onOpen: (place: { agent: string; day: string }) => void;
}) {
  const t = useWords(schedule);
  const rows = items.flatMap((item) =>
    item.kind === "person"
      ? days
          .map((day) => ({ person: item.person, cell: cellOf(plan, item.person.id, day) }))
          .filter(({ cell }) => cell.spans.length > 0 || days.length === 1)
      : [],
  );
  return (
    <div className="sc-list">
      <table>
        <thead>
          <tr>
            <th scope="col">{t("listWho")}</th>
            <th scope="col">{t("listDay")}</th>
            <th scope="col">{t("listShift")}</th>
            <th scope="col">{t("listParts")}</th>
            <th scope="col" className="sc-right">
              {t("listHours")}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ person, cell }) => {
            const on = reach(cell.spans);
            const late =
              days.length === 1 ? lateSaid(cellOf(plan, cell.agent, dayPlus(cell.day, -1)), cell.day, words) : "";
            return (
              <tr key={`${cell.agent} ${cell.day}`}>
                <th scope="row">
                  <button
                    type="button"
                    className="jt-link"
                    onClick={() => onOpen({ agent: cell.agent, day: cell.day })}
                  >
                    {person.name}
                  </button>
                </th>
                <td>{words.dayName(cell.day)}</td>
                <td className="jt-num">
                  {on ? `${words.clock(on.start)}–${words.clock(on.end)}` : late || t("free")}
                </td>
                <td>
                  {cell.spans
                    .filter((span) => span.activity !== "work")
                    .map(
                      (span) =>
                        `${t(`activity.${span.activity}`)} ${words.clock(span.start)}–${words.clock(span.end)}`,
                    )
                    .join(" · ")}
                </td>
                <td className="jt-num sc-right">{Math.round(paidSeconds(cell.spans) / 360) / 10}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
