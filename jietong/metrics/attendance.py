"""Who keeps to the schedule today, in step with the ledger: the catalogue's adherence, one event at a time.

What an agent did today is kept as stays; those that are over are laid over the schedule once, until that changes. So
a read costs the few rows of a person's day. "Today" is the site's local day; a shift that passed midnight counts in
today for its part after it, as in `metrics.history`.
"""

from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from jietong.contacts.attendance import (
    Excuse,
    PlannedTime,
    ScheduleFold,
    ScheduleState,
    attended,
    day_before,
    next_day,
)
from jietong.contacts.facts import next_interval
from jietong.contacts.model import AgentInterval
from jietong.contacts.stays import FactContext
from jietong.core import events as e
from jietong.core.clock import to_datetime
from jietong.core.days import Span, local_day
from jietong.core.vocabulary import Activity, Ms, State
from jietong.metrics import measures as m
from jietong.metrics.definition import PLAIN
from jietong.metrics.live import Ratio

KEEP_EXCUSES_MS: Ms = 3 * 86_400_000


class AttendanceState(Struct):
    day: Span = Span(0, 0)
    schedules: ScheduleState = field(default_factory=ScheduleState)
    open: dict[str, AgentInterval] = field(default_factory=dict)
    over: dict[str, list[AgentInterval]] = field(default_factory=dict)  # today's stays that have ended, in order


class Duty(NamedTuple):
    """What a person is to do now, and what they do. `planned` None: nothing is scheduled now."""

    planned: PlannedTime | None
    state: State
    kept: bool
    since: Ms  # of the state
    out_since: Ms | None  # since when it has not been what was scheduled; None: it is, or nothing is scheduled


class Attendance:
    """A `core.inbox.Follower`: apply every committed event, in order; read at any time."""

    name = "attendance"

    def __init__(self) -> None:
        self._state = AttendanceState()
        self._fold = ScheduleFold(self._state.schedules)
        self._known: dict[str, tuple[int, Ms]] = {}  # agent → of how many stays, the time kept in them
        self._rows: dict[str, list[PlannedTime]] = {}

    # --- follower --------------------------------------------------------------------------------------------

    def apply(self, event: e.AnyEvent) -> None:
        state = self._state
        if event.at >= state.day.end:
            self._begin_day(event.at)
        if isinstance(event, e.SiteConfigured) and event.spec.zone != state.schedules.zone:
            day = local_day(event.at, event.spec.zone)
            state.day = Span(state.day.start, day.end) if state.over or state.open else day
            self._forget()
        for agent, _ in self._fold.apply(event):
            self._known.pop(agent, None)
            self._rows.pop(agent, None)
        if isinstance(event, e.AgentStateChanged):
            for change in next_interval(state.open, event, _NO_CONTEXT):
                if change.new.end is not None:
                    state.over.setdefault(event.agent, []).append(change.new)

    def dump(self) -> bytes:
        return msgspec.msgpack.encode(self._state)

    def load(self, data: bytes | None) -> None:
        """None: start from nothing. Raises `msgspec.ValidationError` when `data` is not a dump of this version."""
        self._state = AttendanceState() if data is None else msgspec.msgpack.decode(data, type=AttendanceState)
        self._fold = ScheduleFold(self._state.schedules)
        self._forget()

    # --- reads -----------------------------------------------------------------------------------------------

    @property
    def zone(self) -> str:
        return self._state.schedules.zone

    def day(self, now: Ms) -> Span:
        """The local day that `now` is of."""
        return self._state.day if now in self._state.day else local_day(now, self.zone)

    def date(self, now: Ms) -> str:
        """Its ISO date."""
        return _date(self.day(now).start, self.zone)

    def agents(self, now: Ms) -> list[str]:
        """All who have anything scheduled that lies in the day of `now`, in order."""
        day = self.day(now)
        return [
            agent
            for agent in sorted(self._state.schedules.days)
            if any(row.activity is not None and row.end > day.start for row in self.planned(agent, now))
        ]

    def planned(self, agent: str, now: Ms) -> list[PlannedTime]:
        """The schedule that lies in the day of `now`: of that day, of the one before, and of the one after where
        it begins early. Each day's whole first."""
        if now not in self._state.day:
            return self._planned(agent, self.day(now))
        rows = self._rows.get(agent)
        if rows is None:
            rows = self._rows[agent] = self._planned(agent, self._state.day)
        return rows

    def days(self, agent: str) -> dict[str, tuple[e.PlannedSpan, ...]]:
        """What is published for the agent, by local day: from the day before yesterday on."""
        return {day: one.spans for day, one in self._state.schedules.days.get(agent, {}).items()}

    def excuses(self, agent: str) -> list[Excuse]:
        """Exceptions that hold or held lately, the latest first."""
        held = self._state.schedules.excuses.get(agent, {}).values()
        return sorted((one for one in held if not one.withdrawn), key=lambda one: (-one.at, one.id))

    def adherence(self, agent: str, now: Ms, window: Span | None = None) -> Ratio:
        """`adherence` of today so far, or of a part of today, in ms."""
        day = self.day(now)
        span = day if window is None else Span(max(window.start, day.start), min(window.end, day.end))
        upto = min(now, span.end)
        rows = self.planned(agent, now)
        den = sum(m.scheduled_time.of(row, span.start, upto) for row in rows)
        num = sum(m.excused.of(row, span.start, upto) for row in rows)
        if window is None and now in self._state.day:
            num += self._kept(agent, rows, now)
        else:
            stays = [*self._state.over.get(agent, ()), *self._now(agent)]
            num += sum(m.kept.of(one, span.start, upto) for one in attended(rows, stays, now))
        return {"num": num, "den": den}

    def occupancy(self, agent: str, window: Span) -> Ratio:
        """`occupancy` of a part of today, in ms."""
        stays = [*self._state.over.get(agent, ()), *self._now(agent)]
        num = sum(m.busy_time.of(one, *window) for one in stays)
        return {"num": num, "den": sum(m.occupied_or_ready.of(one, *window) for one in stays)}

    def on_line_since(self, agent: str) -> Ms | None:
        """Since when the agent has been on line without a pause; None: they are not."""
        stays = [*self._state.over.get(agent, ()), *self._now(agent)]
        since = None
        for one in reversed(stays):
            if one.state not in m.ON_LINE:
                break
            since = one.start
        return since

    def duty(self, agent: str, now: Ms) -> Duty:
        """What the person is to do at `now` beside what they do."""
        rows = self.planned(agent, now)
        open_ = self._state.open.get(agent) or AgentInterval(agent, 0, State.OFF)
        planned = next((r for r in rows if r.activity is not None and r.start <= now < r.end), None)
        if planned is None or planned.activity is Activity.LEAVE:
            return Duty(planned, open_.state, True, open_.start, None)
        stay = replace(open_, end=None)
        kept = planned.excused or self._keeps(planned, stay, now)
        return Duty(planned, open_.state, kept, open_.start, None if kept else self._out_since(agent, rows, now))

    def state(self, agent: str) -> State:
        held = self._state.open.get(agent)
        return State.OFF if held is None else held.state

    # --- inside ----------------------------------------------------------------------------------------------

    def _kept(self, agent: str, rows: list[PlannedTime], now: Ms) -> Ms:
        day = self._state.day
        over = self._state.over.get(agent, [])
        counted, total = self._known.get(agent, (0, 0))
        due = sorted((row for row in rows if row.activity is not None and not row.excused), key=_start)
        first = 0
        for stay in over[counted:]:
            while first < len(due) and due[first].end <= stay.start:
                first += 1
            end = now if stay.end is None else stay.end
            for row in due[first:]:
                if row.start >= end:
                    break
                total += sum(m.kept.of(one, *day) for one in attended([row], [stay], now))
        self._known[agent] = (len(over), total)
        return total + sum(
            m.kept.of(one, day.start, min(now, day.end)) for one in attended(due, self._now(agent), now)
        )

    def _now(self, agent: str) -> list[AgentInterval]:
        held = self._state.open.get(agent)
        return [] if held is None else [held]

    def _keeps(self, planned: PlannedTime, stay: AgentInterval, now: Ms) -> bool:
        return any(m.kept.holds(one, PLAIN) for one in attended([planned], [stay], now + 1))

    def _out_since(self, agent: str, rows: list[PlannedTime], now: Ms) -> Ms:
        """The end of the last stretch that was kept, or the beginning of what has been scheduled without a pause."""
        due = sorted((r for r in rows if r.activity not in (None, Activity.LEAVE) and r.start <= now), key=_start)
        begun = due[-1].start
        for row in reversed(due):
            if row.end >= begun:
                begun = row.start
        excused = max((row.end for row in due if row.excused and row.end <= now), default=begun)
        begun = max(begun, excused)
        for stay in reversed([*self._state.over.get(agent, ()), *self._now(agent)]):
            if stay.end is not None and stay.end <= begun:
                break
            found = [one.end for one in attended(due, [stay], now) if m.kept.holds(one, PLAIN) and one.end <= now]
            if found:
                return max(begun, *found)
        return begun

    def _planned(self, agent: str, day: Span) -> list[PlannedTime]:
        today = _date(day.start, self.zone)
        rows = [row for one in (day_before(today), today, next_day(today)) for row in self._fold.rows(agent, one)]
        return [row for row in rows if row.end > day.start and row.start < day.end]

    def _begin_day(self, at: Ms) -> None:
        state = self._state
        state.day = local_day(at, self.zone)
        for agent in list(state.over):
            kept = [one for one in state.over[agent] if one.end is not None and one.end > state.day.start]
            if kept:
                state.over[agent] = kept
            else:
                del state.over[agent]
        self._fold.forget_before(day_before(day_before(_date(state.day.start, self.zone))))
        excuses = state.schedules.excuses
        for agent in list(excuses):
            excuses[agent] = {
                id: one for id, one in excuses[agent].items() if one.end > state.day.start - KEEP_EXCUSES_MS
            }
            if not excuses[agent]:
                del excuses[agent]
        self._forget()

    def _forget(self) -> None:
        self._known.clear()
        self._rows.clear()


_NO_CONTEXT = FactContext()


def _start(row: PlannedTime) -> Ms:
    return row.start


def _date(at: Ms, zone: str) -> str:
    return to_datetime(at).astimezone(ZoneInfo(zone)).date().isoformat()
