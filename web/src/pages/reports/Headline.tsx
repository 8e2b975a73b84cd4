import { useWords } from "../../i18n/messages";
import { reports } from "../../i18n/reports";
import type { Outcome } from "./api";
import { quiet } from "./FigureTable";
import { around, changeText, figureText, figureWithSign, partText, sign } from "./figures";
import type { Line } from "./model";
import { columnName, type Wording } from "./names";

/** Headline figures, all of one size: each with how many it was taken from and how sure it is. */
export function Headline({
  outcome,
  wording,
  onPress,
}: {
  outcome: Outcome;
  wording: Wording;
  onPress: (column: number, line: Line) => void;
}) {
  const t = useWords(reports);
  const line = outcome.lines[0];
  if (!line) return null;
  const { lang } = wording;
  return (
    <ul className="rp-headline">
      {outcome.columns.map((column, i) => {
        const cell = line.values[i];
        if (!cell) return null;
        const name = columnName(column, lang);
        const sure = around(cell);
        const change = changeText(cell.change, column.unit, lang);
        const target = figureWithSign(cell.target, column.unit, lang);
        const notes = [
          cell.target === null ? "" : t(cell.mark === "missed" ? "targetMissed" : "target", { value: target }),
          ...(cell.value === null
            ? [t("noDataWhy")]
            : [
                column.how === "ratio" || column.how === "quantile"
                  ? t("taken", { n: partText(cell.denominator, "count", lang) })
                  : "",
                sure ? t("around", { around: sure }) : "",
              ]),
        ].filter(Boolean);
        return (
          <li key={column.key}>
            <button type="button" className="jt-bare" aria-haspopup="dialog" onClick={() => onPress(i, line)}>
              <span className="rp-name">{name}</span>
              <span className="rp-figure">
                <b className={`jt-num ${quiet(cell)}`}>{figureText(cell.value, column.unit, lang)}</b>
                {cell.value === null ? null : <small>{sign(column.unit, lang)}</small>}
                {change ? <span className="rp-change jt-num">{change}</span> : null}
              </span>
              <span className="jt-note jt-num rp-notes">
                {notes.map((note) => (
                  <span key={note}>{note}</span>
                ))}
              </span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}
