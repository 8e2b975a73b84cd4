"""The facts of random histories that the routing engine makes, each across what its name says."""

from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

from figures_by_hand import Centre
from random_centre import RandomCentre

from jietong.contacts.attendance import ScheduleFold
from jietong.contacts.facts import Facts, TrunkChange
from jietong.contacts.model import AgentInterval, Segment, TrunkBusyTime
from jietong.contacts.stays import SegmentChange
from jietong.core import events as e
from jietong.core.clock import to_ms
from jietong.core.vocabulary import Ms

STARTS = {
    "midnight in Shanghai": ("Asia/Shanghai", (2026, 7, 15, 23, 35)),
    "the end of a month in Shanghai": ("Asia/Shanghai", (2026, 1, 31, 23, 20)),
    "the night New York falls back": ("America/New_York", (2026, 11, 1, 0, 35)),
    "the end of New York's long day": ("America/New_York", (2026, 11, 1, 23, 35)),
    "the night New York springs forward": ("America/New_York", (2026, 3, 8, 1, 35)),
    "a Lord Howe half-hour change": ("Australia/Lord_Howe", (2026, 4, 5, 1, 20)),
    "a Lord Howe day of 23.5 hours": ("Australia/Lord_Howe", (2026, 10, 4, 23, 20)),
    "the midnight that Santiago skips": ("America/Santiago", (2026, 9, 5, 23, 35)),
    "Kathmandu, 45 minutes past the hour": ("Asia/Kathmandu", (2026, 5, 31, 23, 35)),
}


def instant(zone: str, *when: int) -> Ms:
    return to_ms(datetime(*when, tzinfo=ZoneInfo(zone)))  # type: ignore[misc, arg-type]


@cache
def history(start: str, seed: int, steps: int = 300) -> tuple[Centre, Ms, Ms]:
    """The facts, the instant they begin, and the one they are known up to. Some lasts until then are still open."""
    zone, when = STARTS[start]
    begun = instant(zone, *when)
    centre = RandomCentre(seed, begun, zone)
    for _ in centre.steps(steps):
        pass
    facts = Facts()
    segments: dict[tuple[str, int], Segment] = {}
    intervals: list[AgentInterval] = []
    open_of: dict[str, int] = {}
    trunks: list[TrunkBusyTime] = []
    customers: dict[str, str] = {}
    schedules = ScheduleFold()
    for event in centre.events:
        schedules.apply(event)
        if isinstance(event, (e.ContactArrived, e.CustomerLinked)) and event.customer is not None:
            customers[event.contact] = event.customer
        for change in facts.apply(event):
            if isinstance(change, SegmentChange):
                segments[change.new.contact, change.new.n] = change.new
            elif isinstance(change, TrunkChange):
                if change.old is not None:
                    trunks.remove(change.old)
                trunks.append(change.new)
            elif change.old is None:
                open_of[change.new.agent] = len(intervals)
                intervals.append(change.new)
            else:
                intervals[open_of[change.new.agent]] = change.new
    days = schedules.state.days
    plans = [row for agent in days for day in days[agent] for row in schedules.rows(agent, day)]
    return Centre(list(segments.values()), intervals, trunks, customers=customers, plans=plans), begun, centre.now
