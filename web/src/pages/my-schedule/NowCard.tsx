import { useNow } from "../../live/clock";
import { Icon } from "../../ui/Icon";
import { ACTIVITY_ICON } from "../schedule/looks";
import type { Activity } from "../schedule/model";
import type { OwnDay } from "./model";
import { standing } from "./model";
import type { Said } from "./words";

/** What I am to do now, until when, and what comes next: the first thing that a glance at the phone looks for. */
export function NowCard({ days, said }: { days: readonly OwnDay[]; said: Said }) {
  const { t, clocks } = said;
  const now = useNow(15_000);
  const { now: current, next } = standing(days, now);
  const today = said.day(now);
  const soon = (at: number) =>
    said.day(at) === today ? clocks.clock(at) : `${clocks.day(said.day(at))} ${clocks.clock(at)}`;
  return (
    <section className="ms-now" aria-label={t("now")}>
      <div>
        <p className="jt-note">{t("now")}</p>
        {current ? (
          <>
            <p className="ms-now-what">
              <Mark activity={current.activity} />
              {said.activity(current.activity)}
            </p>
            <p className="jt-note">{t("until", { at: clocks.clock(current.end) })}</p>
          </>
        ) : (
          <p className="ms-now-what">{t("nowFree")}</p>
        )}
      </div>
      <div>
        <p className="jt-note">{t("next")}</p>
        {next ? (
          <>
            <p className="ms-now-what">
              {next.activity ? (
                <>
                  <Mark activity={next.activity} />
                  {said.activity(next.activity)}
                </>
              ) : (
                t("off")
              )}
            </p>
            <p className="jt-note ms-now-when">
              <span className="jt-num">{soon(next.at)}</span>
              {next.at - now < 12 * 3_600_000 ? (
                <span>{t("left", { length: said.length(next.at - now) })}</span>
              ) : null}
            </p>
          </>
        ) : (
          <p>{t("nothingAhead")}</p>
        )}
      </div>
    </section>
  );
}

export function Mark({ activity }: { activity: Activity }) {
  const icon = ACTIVITY_ICON[activity];
  return (
    <span className="ms-mark" data-activity={activity}>
      {icon ? <Icon name={icon} size={12} /> : null}
    </span>
  );
}
