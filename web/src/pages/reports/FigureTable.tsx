import { type KeyboardEvent, useMemo, useRef, useState } from "react";
import { count } from "../../i18n/format";
import { useWords } from "../../i18n/messages";
import { reports } from "../../i18n/reports";
import { Icon } from "../../ui/Icon";
import type { Outcome } from "./api";
import { changeText, figureText, intervalText, sign, withinOneDay } from "./figures";
import type { Column, Line, Value } from "./model";
import { columnName, type Wording } from "./names";
import { moved, type Order, ordered, sameOrder } from "./table";

const AT_ONCE = 200;

export type Pressed = (column: number, line: Line) => void;

/**
 * Figures as a table. One stop for the keyboard: arrows move among the cells, Enter opens the figure, and in the head
 * sorts. No data is –, nothing is a grey 0; what is past its limit is red.
 */
export function FigureTable({
  outcome,
  zone,
  wording,
  label,
  onPress,
}: {
  outcome: Outcome;
  zone: string;
  wording: Wording;
  label: string;
  onPress: Pressed;
}) {
  const t = useWords(reports);
  const [order, setOrder] = useState<Order | null>(null);
  const [shown, setShown] = useState(AT_ONCE);
  const { columns, by, every, lines, total } = outcome;
  const timed = every !== "all";
  const heads = (timed ? 1 : 0) + by.length;
  const sorted = useMemo(
    () =>
      ordered(lines, order, (line, key) => wording.key(by[key] as never, line.keys[key] ?? null), wording.compare),
    [lines, order, by, wording],
  );
  const some = sorted.slice(0, shown);
  const grid = useGrid(some.length + 1 + (total ? 1 : 0), heads + columns.length);
  const oneDay = withinOneDay(outcome.window.start, outcome.window.end, zone);
  const press = (by: Order["by"], down: boolean) =>
    setOrder((now) =>
      sameOrder(now, by) && now
        ? now.descending === down
          ? { by, descending: !down }
          : null
        : { by, descending: down },
    );
  const head = (by: Order["by"], text: string, index: number, left: boolean, unit = "") => {
    const on = sameOrder(order, by);
    return (
      <th
        key={JSON.stringify(by)}
        scope="col"
        className={left ? "l" : undefined}
        aria-sort={on && order ? (order.descending ? "descending" : "ascending") : undefined}
      >
        <button
          type="button"
          className="jt-bare"
          {...grid.cell(0, index)}
          onClick={() => press(by, typeof by === "object" && "value" in by)}
        >
          {text}
          {unit ? <span>{unit}</span> : null}
          {on && order ? <Icon name={order.descending ? "down" : "up"} size={12} /> : null}
        </button>
      </th>
    );
  };
  const name = (line: Line) => [
    ...(timed ? [intervalText(line.start, line.end, every, { zone, lang: wording.lang, oneDay })] : []),
    ...by.map((kind, i) => (line.rest ? t("rest") : wording.key(kind, line.keys[i] ?? null))),
  ];
  const row = (line: Line, index: number, foot = false) => {
    const names = foot ? [t("total"), ...Array<string>(Math.max(0, heads - 1)).fill("")] : name(line);
    return (
      <tr key={foot ? "total" : `${line.start} ${JSON.stringify(line.keys)} ${line.rest}`} data-rest={line.rest}>
        {names.map((text, i) =>
          i === 0 ? (
            // biome-ignore lint/suspicious/noArrayIndexKey: a place in the row
            <th key={i} scope="row" className="l" {...grid.cell(index, i)}>
              {text}
            </th>
          ) : (
            // biome-ignore lint/suspicious/noArrayIndexKey: a place in the row
            <td key={i} className="l" {...grid.cell(index, i)}>
              {text}
            </td>
          ),
        )}
        {columns.map((column, i) => {
          const cell = line.values[i];
          return (
            <td key={column.key}>
              {cell ? (
                <button
                  type="button"
                  className="jt-bare"
                  {...grid.cell(index, heads + i)}
                  aria-haspopup="dialog"
                  onClick={() => onPress(i, line)}
                >
                  <Cell cell={cell} column={column} wording={wording} compared={outcome.before !== null} />
                </button>
              ) : null}
            </td>
          );
        })}
      </tr>
    );
  };
  return (
    <div className="rp-table" tabIndex={-1}>
      <table
        // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: its cells open by arrow keys and Enter
        role="grid"
        aria-label={label}
        ref={grid.ref}
        onKeyDown={grid.onKeyDown}
        aria-rowcount={lines.length + 1}
      >
        <thead>
          <tr>
            {timed ? head("start", t(`head.${every}`), 0, true) : null}
            {by.map((kind, i) => head({ key: i }, t(`by.${kind}`), (timed ? 1 : 0) + i, true))}
            {columns.map((column, i) =>
              head({ value: i }, columnName(column, wording.lang), heads + i, false, sign(column.unit, wording.lang)),
            )}
          </tr>
        </thead>
        <tbody>{some.map((line, i) => row(line, i + 1))}</tbody>
        {total ? <tfoot>{row(total, some.length + 1, true)}</tfoot> : null}
      </table>
      {shown < sorted.length ? (
        <p className="rp-more">
          <button type="button" className="jt-link" onClick={() => setShown((now) => now + AT_ONCE)}>
            {t("moreRows", { shown: count(some.length), n: count(sorted.length) })}
          </button>
        </p>
      ) : null}
    </div>
  );
}

/** A value as a table shows it, with its change beneath where there is a comparison. */
export function Cell({
  cell,
  column,
  wording,
  compared,
}: {
  cell: Value;
  column: Column;
  wording: Wording;
  compared: boolean;
}) {
  const text = figureText(cell.value, column.unit, wording.lang);
  const change = compared ? changeText(cell.change, column.unit, wording.lang) : null;
  return (
    <>
      {change ? <small className="jt-num">{change}</small> : null}
      <span className={`jt-num ${quiet(cell)}`}>{text}</span>
    </>
  );
}

export function quiet(cell: Value): string {
  if (cell.value === null) return "jt-nodata";
  if (cell.mark === "below" || cell.mark === "above" || cell.mark === "missed") return "jt-over";
  return cell.value === 0 ? "jt-zero" : "";
}

/** A roving tab stop over rows and columns. */
function useGrid(rows: number, columns: number) {
  const ref = useRef<HTMLTableElement>(null);
  const [at, setAt] = useState({ row: Math.min(1, rows - 1), column: 0 });
  const here = { row: Math.min(at.row, rows - 1), column: Math.min(at.column, columns - 1) };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.metaKey) return;
    const to = moved(event.key, here, { rows, columns }, event.ctrlKey);
    if (!to) return;
    event.preventDefault();
    setAt(to);
    ref.current?.querySelector<HTMLElement>(`[data-at="${to.row}.${to.column}"]`)?.focus();
  };
  const cell = (row: number, column: number) => ({
    "data-at": `${row}.${column}`,
    tabIndex: row === here.row && column === here.column ? 0 : -1,
    onFocus: () => setAt({ row, column }),
  });
  return { ref, onKeyDown, cell };
}
