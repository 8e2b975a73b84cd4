"""The published schedule as facts: what a person was to do, when, and what of it was excused. Pure.

A person-day is the last `DayScheduled` of that agent and day; an exception holds until it is withdrawn. From both
come rows of planned time that do not overlap, and one more row for the day as a whole: from its midnight to the next,
or from the end of the day before, where that shift passes midnight, to the end of its own. Work on a day without a
schedule is thereby in no figure that compares the two.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

from msgspec import Struct, field

from jietong.contacts.model import AgentInterval
from jietong.core.days import Span, day_of
from jietong.core.events import AdherenceExcused, AgentConfigured, DayScheduled, PlannedSpan, SiteConfigured
from jietong.core.specs import SiteSpec
from jietong.core.vocabulary import Activity, Employment, Ms, State


class PlannedTime(Struct, frozen=True, omit_defaults=True):
    """A stretch of one person's schedule in which nothing changes. `activity` None: the day as a whole."""

    agent: str
    day: str  # ISO 8601: the local day on which the shift starts
    start: Ms
    end: Ms
    activity: Activity | None
    planned_from: Ms  # where the scheduled span began, of which this is a part
    excused: bool = False
    paid: bool = False
    overtime: bool = False
    part_time: bool = False


class Attended(NamedTuple):
    """What a person was to do beside what they did, as long as both lasted: the fields that figures look at."""

    start: Ms
    end: Ms
    activity: Activity | None
    planned_from: Ms
    excused: bool
    paid: bool
    state: State
    busy_since: Ms | None
    """Since when the agent has been busy with contacts without a pause; None: they are not."""


class PersonDay(Struct, frozen=True, omit_defaults=True):
    agent: str
    day: str
    spans: tuple[PlannedSpan, ...]
    version: int
    zone: str = field(default_factory=lambda: SiteSpec().zone)  # of the site when it was published
    by: str = ""
    part_time: bool = False


class Excuse(Struct, frozen=True, omit_defaults=True):
    id: str
    agent: str
    start: Ms
    end: Ms
    note: str = ""
    by: str = ""
    at: Ms = 0  # when it was given
    withdrawn: bool = False


def planned_times(today: PersonDay, before: PersonDay | None, excuses: Iterable[Excuse]) -> list[PlannedTime]:
    """The rows of a person-day, in order; `before` is the same person's day before. None of a day that is free."""
    if not today.spans:
        return []
    start, end = day_of(date.fromisoformat(today.day), today.zone)
    if before is not None and before.spans:
        start = max(start, *(span.end for span in before.spans))
    end = max(end, *(span.end for span in today.spans))
    start = min(start, *(span.start for span in today.spans))
    whole = PlannedTime(today.agent, today.day, start, end, None, start, part_time=today.part_time)
    held = [Span(one.start, one.end) for one in excuses if not one.withdrawn and one.end > one.start]
    rows = [whole]
    for span in today.spans:
        borders = {span.start, span.end}
        borders |= {edge for one in held for edge in one if span.start < edge < span.end}
        for first, last in pairwise(sorted(borders)):
            excused = any(one.start <= first and last <= one.end for one in held)
            rows.append(
                PlannedTime(
                    today.agent,
                    today.day,
                    first,
                    last,
                    span.activity,
                    span.start,
                    excused,
                    span.paid,
                    span.overtime,
                    today.part_time,
                )
            )
    return rows


def attended(planned: Sequence[PlannedTime], intervals: Sequence[AgentInterval], now: Ms) -> list[Attended]:
    """One agent's schedule laid over one agent's states, each pair that overlaps; what is open lasts until `now`."""
    out: list[Attended] = []
    for plan in planned:
        for interval in intervals:
            start = max(plan.start, interval.start)
            end = min(plan.end, now if interval.end is None else interval.end)
            if start < end:
                out.append(
                    Attended(
                        start,
                        end,
                        plan.activity,
                        plan.planned_from,
                        plan.excused,
                        plan.paid,
                        interval.state,
                        interval.busy_since,
                    )
                )
    return out


# --- the fold over a whole site -----------------------------------------------------------------------------------


class ScheduleState(Struct):
    """All that must survive a restart."""

    zone: str = field(default_factory=lambda: SiteSpec().zone)
    part_time: dict[str, None] = field(default_factory=dict)
    days: dict[str, dict[str, PersonDay]] = field(default_factory=dict)  # agent → day →
    excuses: dict[str, dict[str, Excuse]] = field(default_factory=dict)  # agent → id →


class ScheduleFold:
    """The schedule in force, and what is excused of it. `forget_before` lets days go that nobody asks for."""

    def __init__(self, state: ScheduleState | None = None) -> None:
        self.state = state or ScheduleState()

    def apply(self, event: object) -> set[tuple[str, str]]:
        """The person-days (agent, day) whose rows this event may have changed."""
        if isinstance(event, SiteConfigured):
            self.state.zone = event.spec.zone
        elif isinstance(event, AgentConfigured):
            if event.spec.employment is Employment.PART_TIME:
                self.state.part_time[event.spec.id] = None
            else:
                self.state.part_time.pop(event.spec.id, None)
        elif isinstance(event, DayScheduled):
            one = person_day(event, self.state.zone, part_time=event.agent in self.state.part_time)
            self.state.days.setdefault(event.agent, {})[event.day] = one
            return {(event.agent, event.day), (event.agent, next_day(event.day))}
        elif isinstance(event, AdherenceExcused):
            return self._excuse(event)
        return set()

    def rows(self, agent: str, day: str) -> list[PlannedTime]:
        """The planned time of one person-day; none where nothing is scheduled."""
        days = self.state.days.get(agent, {})
        today = days.get(day)
        if today is None:
            return []
        excuses = self.state.excuses.get(agent, {}).values()
        return planned_times(today, days.get(day_before(day)), excuses)

    def forget_before(self, day: str) -> None:
        for agent in list(self.state.days):
            kept = {d: one for d, one in self.state.days[agent].items() if d >= day}
            if kept:
                self.state.days[agent] = kept
            else:
                del self.state.days[agent]

    def _excuse(self, event: AdherenceExcused) -> set[tuple[str, str]]:
        held = self.state.excuses.setdefault(event.agent, {})
        before = held.get(event.id)
        held[event.id] = excuse_of(event)
        spans = [Span(one.start, one.end) for one in (before, held[event.id]) if one is not None]
        return {
            (event.agent, day)
            for day, one in self.state.days.get(event.agent, {}).items()
            if any(s.start < span.end and s.end > span.start for s in one.spans for span in spans)
        }


def person_day(event: DayScheduled, zone: str, *, part_time: bool) -> PersonDay:
    spans = tuple(sorted(event.spans, key=lambda span: span.start))
    return PersonDay(event.agent, event.day, spans, event.version, zone, event.by, part_time)


def excuse_of(event: AdherenceExcused) -> Excuse:
    return Excuse(
        event.id, event.agent, event.start, event.end, event.note, event.by, event.at, withdrawn=event.withdrawn
    )


def next_day(day: str) -> str:
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()


def day_before(day: str) -> str:
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()
