import { useWords } from "../../i18n/messages";
import { schedule } from "../../i18n/schedule";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import type { Clash } from "./draft";
import { type Cell, type Plan, reach } from "./model";
import type { Clocks } from "./words";

/** Person-days that somebody else saved while they were changed here: who, what, and which of both is to stay. */
export function ClashPanel({
  clashes,
  present,
  nameOf,
  clocks,
  onSettle,
}: {
  clashes: readonly Clash[];
  present: Plan;
  nameOf: (agent: string) => string;
  clocks: Clocks;
  onSettle: (key: string, keep: "ours" | "theirs") => void;
}) {
  const t = useWords(schedule);
  const said = (cell: Cell | undefined) => {
    const on = cell && reach(cell.spans);
    if (!cell || !on) return cell?.spans[0] ? t(`activity.${cell.spans[0].activity}`) : t("free");
    const breaks = cell.spans
      .filter((span) => span.activity !== "work")
      .map((span) => `${t(`activity.${span.activity}`)} ${clocks.clock(span.start)}`);
    return [`${clocks.clock(on.start)}–${clocks.clock(on.end)}`, ...breaks].join(" · ");
  };
  return (
    <section className="sc-clashes" role="alert">
      {clashes.map((one) => (
        <div key={one.key} className="sc-clash">
          <Icon name="missed" />
          <div>
            <p className="jt-strong">
              {t("clashTitle", { who: nameOf(one.theirs.agent), day: clocks.day(one.theirs.day), by: one.by })}
            </p>
            <p className="jt-note">{t("clashTheirs", { what: said(one.theirs) })}</p>
            <p className="jt-note">{t("clashOurs", { what: said(present.get(one.key)) })}</p>
            <div className="jt-row">
              <Button size="small" onClick={() => onSettle(one.key, "ours")}>
                {t("keepOurs")}
              </Button>
              <Button size="small" onClick={() => onSettle(one.key, "theirs")}>
                {t("keepTheirs")}
              </Button>
            </div>
          </div>
        </div>
      ))}
    </section>
  );
}

/** What is true for a while: the server cannot be reached, edits of last time are back. */
export function Banners({ restored, lost, unsaved }: { restored: number; lost: boolean; unsaved: number }) {
  const t = useWords(schedule);
  return (
    <div role="status">
      {lost ? (
        <div className="jt-banner" data-level="look">
          <Icon name="offline" />
          <span className="jt-grow">{t("offline")}</span>
        </div>
      ) : null}
      {restored > 0 && unsaved > 0 ? (
        <div className="jt-banner">
          <Icon name="info" />
          <span className="jt-grow">{t("restored", { n: restored })}</span>
        </div>
      ) : null}
    </div>
  );
}
