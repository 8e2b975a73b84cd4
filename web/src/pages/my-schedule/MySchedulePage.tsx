import { NavLink, Route, Routes, useSearchParams } from "react-router";
import { isProblem } from "../../api/problem";
import { localDay, zone } from "../../i18n/format";
import { useWords } from "../../i18n/messages";
import { mySchedule } from "../../i18n/mySchedule";
import { worded } from "../../i18n/problems";
import { serverClock } from "../../live/clock";
import { Empty } from "../../ui/Empty";
import { useOwn } from "./api";
import { isDay, mondayOf } from "./model";
import { RequestsTab } from "./RequestsTab";
import { asksMe } from "./requests";
import { WeekTab } from "./WeekTab";
import { WishesTab } from "./WishesTab";
import { useSaid } from "./words";
import "./my-schedule.css";

/** One's own schedule, for the phone first: what comes next, the week, what to answer, requests and wishes. The day
 * that is open stands in the address (`?day=2026-07-15`). */
export default function MySchedulePage() {
  const t = useWords(mySchedule);
  const today = localDay(serverClock.now());
  const [params, setParams] = useSearchParams();
  const asked = params.get("day") ?? "";
  const day = isDay(asked) ? asked : today;
  const monday = mondayOf(day);
  const show = (next: string) => setParams(next === today ? {} : { day: next }, { replace: true });
  const { data: own, error } = useOwn(monday, today);
  const said = useSaid(own?.zone ?? zone());
  if (error && !own) {
    return isProblem(error, "no_agent") ? (
      <Empty kind="permission">{t("notAnAgent")}</Empty>
    ) : (
      <Empty kind="lost">{worded(error)}</Empty>
    );
  }
  if (!own) return null;
  const waiting = own.requests.filter((one) => asksMe(one, own.agent)).length;
  return (
    <div className="ms-page">
      <nav className="ms-tabs" aria-label={t("title")}>
        <NavLink to="/my-schedule" end>
          {t("tab.week")}
        </NavLink>
        <NavLink to="/my-schedule/requests">
          {t("tab.requests")}
          {waiting > 0 ? <span className="ms-count jt-num">{waiting}</span> : null}
        </NavLink>
        <NavLink to="/my-schedule/wishes">{t("tab.wishes")}</NavLink>
      </nav>
      {error ? (
        <div className="jt-banner" data-level="look" role="status">
          {worded(error)}
        </div>
      ) : null}
      <Routes>
        <Route index element={<WeekTab own={own} said={said} day={day} today={today} show={show} />} />
        <Route path="requests" element={<RequestsTab own={own} said={said} today={today} />} />
        <Route path="wishes" element={<WishesTab own={own} said={said} today={today} />} />
      </Routes>
    </div>
  );
}
