import { useId } from "react";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { reach } from "../schedule/model";
import { type Bar, daySaid, hoursOf, merged, type OwnDay } from "./model";
import { Mark } from "./NowCard";
import type { Asking } from "./WeekTab";
import type { Said } from "./words";

/** A day: when, how long, drawn on the week's axis; opened, each activity with its time, and what one may ask. */
export function DayLine({
  day,
  bars,
  said,
  today,
  past,
  open,
  toggle,
  ask,
}: {
  day: OwnDay;
  bars: readonly Bar[];
  said: Said;
  today: boolean;
  past: boolean;
  open: boolean;
  toggle: () => void;
  ask: (kind: Asking["kind"]) => void;
}) {
  const { t, clocks } = said;
  const id = useId();
  const text = daySaid(day.spans, clocks.clock, said.activity) ?? t("free");
  const before = day.before && daySaid(day.before, clocks.clock, said.activity);
  const works = reach(day.spans) !== null;
  return (
    <li className="ms-day" data-today={today} data-past={past} data-free={day.spans.length === 0}>
      <button type="button" className="ms-dayhead" aria-expanded={open} aria-controls={id} onClick={toggle}>
        <span className="ms-date">
          {clocks.weekday(day.day)}
          <span className="jt-num">{Number(day.day.slice(8))}</span>
        </span>
        <span className="ms-when">
          <span className="jt-num ms-times">{text}</span>
          <span className="ms-bar" aria-hidden="true">
            {bars.map((bar) => (
              <span
                key={`${bar.span.start}-${bar.span.activity}`}
                data-activity={bar.span.activity}
                style={{ left: `${bar.left * 100}%`, width: `${bar.width * 100}%` }}
              />
            ))}
          </span>
          {day.before !== null ? (
            <span className="ms-was">
              <Icon name={before ? "edit" : "plus"} size={12} />
              {before ? t("changed", { what: before }) : t("fresh")}
            </span>
          ) : null}
        </span>
        <span className="ms-dayend">
          {today ? <span className="jt-tag">{t("today")}</span> : null}
          {works ? <span className="jt-note jt-num">{t("lengthHours", { h: hoursOf(day.spans) })}</span> : null}
          <Icon name={open ? "up" : "down"} />
        </span>
      </button>
      <div id={id} className="ms-detail" hidden={!open}>
        {day.spans.length > 0 ? (
          <ul>
            {merged(day.spans).map((span) => (
              <li key={`${span.start}-${span.activity}`}>
                <span className="jt-num ms-from">
                  {clocks.clock(span.start)}–{clocks.clock(span.end)}
                </span>
                <Mark activity={span.activity} />
                <span>{said.activity(span.activity)}</span>
                {span.overtime ? <span className="jt-tag">{t("overtime")}</span> : null}
                {!span.paid && span.activity === "meal" ? <span className="jt-note">{t("unpaid")}</span> : null}
                <span className="jt-fill" />
                <span className="jt-note jt-num">{said.length(span.end - span.start)}</span>
              </li>
            ))}
          </ul>
        ) : null}
        {past ? null : (
          <div className="ms-acts">
            {works ? (
              <>
                <Button icon="repeat" onClick={() => ask("swap")}>
                  {t("swap")}
                </Button>
                <Button icon="transfer" onClick={() => ask("give_away")}>
                  {t("giveAway")}
                </Button>
              </>
            ) : null}
            <Button icon="leave" onClick={() => ask("leave")}>
              {t("leave")}
            </Button>
          </div>
        )}
      </div>
    </li>
  );
}
