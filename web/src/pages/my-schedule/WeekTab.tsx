import { useState } from "react";
import { Button, IconButton } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import { Icon } from "../../ui/Icon";
import { useNotice } from "../../ui/notices";
import { type OwnSchedule, useRead } from "./api";
import { DayLine } from "./DayLine";
import { FeedPanel } from "./FeedPanel";
import { LeaveDialog } from "./LeaveDialog";
import { addDays, bars, hoursOf, mondayOf, weekOf } from "./model";
import { NowCard } from "./NowCard";
import { RequestCard } from "./RequestCard";
import { asksMe, inOrder } from "./requests";
import { SwapDialog } from "./SwapDialog";
import type { Said } from "./words";

const MOST_NAMED = 6;

export type Asking = { kind: "swap" | "give_away" | "leave"; day: string };

/** What is now and next, what waits for my answer, what was changed, and the week day by day. */
export function WeekTab({
  own,
  said,
  day: chosen,
  today,
  show,
}: {
  own: OwnSchedule;
  said: Said;
  day: string;
  today: string;
  show: (day: string) => void;
}) {
  const { t, clocks } = said;
  const [shut, setShut] = useState<string | null>(null);
  const monday = mondayOf(chosen);
  const open = shut === chosen ? null : chosen;
  const [asking, setAsking] = useState<Asking | null>(null);
  const days = own.days.filter((day) => weekOf(monday).includes(day.day));
  const drawn = bars(days, said.minute);
  const hours = Math.round(days.reduce((sum, day) => sum + hoursOf(day.spans), 0) * 10) / 10;
  const asked = inOrder(own.requests, own.agent).filter((one) => asksMe(one, own.agent));
  const thisWeek = mondayOf(today);
  return (
    <div className="ms-week">
      <NowCard days={own.days} said={said} />
      <div className="ms-todo">
        <Changes own={own} said={said} open={show} />
        {asked.length > 0 ? (
          <section aria-label={t("toDo")}>
            <h2>{t("toDo")}</h2>
            <ul className="ms-requests">
              {asked.map((one) => (
                <RequestCard key={one.id} one={one} me={own.agent} now={own.now} said={said} />
              ))}
            </ul>
          </section>
        ) : null}
      </div>
      <section className="ms-days" aria-label={t("week")}>
        <div className="ms-weekbar">
          <IconButton icon="left" label={t("previousWeek")} onClick={() => show(addDays(monday, -7))} />
          <h2 className="jt-num">
            {clocks.dayShort(monday)} – {clocks.dayShort(addDays(monday, 6))}
          </h2>
          <IconButton icon="right" label={t("nextWeek")} onClick={() => show(addDays(monday, 7))} />
          <span className="jt-fill" />
          {monday === thisWeek ? (
            <span className="jt-note">{t("weekHours", { h: hours })}</span>
          ) : (
            <Button kind="quiet" onClick={() => show(today)}>
              {t("thisWeek")}
            </Button>
          )}
        </div>
        {days.length > 0 && days.every((day) => day.version === 0) ? (
          <Empty kind="none" icon="clock">
            {t("notPublished")}
          </Empty>
        ) : null}
        <ol>
          {days.map((day) => (
            <DayLine
              key={day.day}
              day={day}
              bars={drawn.get(day.day) ?? []}
              said={said}
              today={day.day === today}
              past={day.day < today}
              open={open === day.day}
              toggle={() => {
                setShut(open === day.day ? day.day : null);
                show(day.day);
              }}
              ask={(kind) => setAsking({ kind, day: day.day })}
            />
          ))}
        </ol>
      </section>
      <FeedPanel on={own.feed} said={said} />
      {asking && asking.kind !== "leave" ? (
        <SwapDialog kind={asking.kind} day={asking.day} own={own} said={said} onClose={() => setAsking(null)} />
      ) : null}
      {asking?.kind === "leave" ? (
        <LeaveDialog day={asking.day} own={own} said={said} today={today} onClose={() => setAsking(null)} />
      ) : null}
    </div>
  );
}

/** Publications that changed something and have not been read. */
function Changes({ own, said, open }: { own: OwnSchedule; said: Said; open: (day: string) => void }) {
  const { t, clocks } = said;
  const notice = useNotice();
  const read = useRead();
  const unread = own.notices.filter((one) => !one.read && one.code === "schedule_published").map((one) => one.id);
  const marked = own.days.filter((day) => day.before !== null);
  const changed = marked.filter((day) => day.before?.length);
  const fresh = marked.length - changed.length;
  if (unread.length === 0 || marked.length === 0) return null;
  return (
    <section className="ms-changes" aria-label={t("changes", { n: changed.length })}>
      {changed.length > 0 ? (
        <>
          <p className="jt-strong">
            <Icon name="info" /> {t("changes", { n: changed.length })}
          </p>
          <p>
            {changed.slice(0, MOST_NAMED).map((day) => (
              <button key={day.day} type="button" className="jt-link" onClick={() => open(day.day)}>
                {clocks.day(day.day)}
              </button>
            ))}
            {changed.length > MOST_NAMED ? <span className="jt-note">…</span> : null}
          </p>
        </>
      ) : null}
      {fresh > 0 ? (
        <p>
          <Icon name="info" /> {t("freshDays", { n: fresh })}
        </p>
      ) : null}
      <Button disabled={read.isPending} onClick={() => void read.mutateAsync(unread).catch(notice.failed)}>
        {t("seen")}
      </Button>
    </section>
  );
}
