"""Live = historical: what the wall shows at t is the query over the facts cut off at t, contact for contact.

Histories are made by the routing engine from random commands, across local midnight and clock changes; the figures
are compared at random instants, with restarts of the live state between.
"""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from random_centre import RandomCentre

from jietong.contacts.attendance import ScheduleFold
from jietong.contacts.facts import Facts, TrunkChange
from jietong.contacts.model import OUTCOMES, AgentInterval, Kind, Segment, TrunkBusyTime
from jietong.contacts.stays import SegmentChange
from jietong.core import commands as k
from jietong.core import events as e
from jietong.core.clock import to_datetime, to_ms
from jietong.core.days import HALF_HOUR, Span, local_day
from jietong.core.vocabulary import Activity, Ms
from jietong.metrics import measures as m
from jietong.metrics.attendance import Attendance
from jietong.metrics.catalogue import CATALOGUE
from jietong.metrics.history import Figure, cut, cut_intervals, cut_trunks, evaluate
from jietong.metrics.live import LiveFigures, QueueFigures, Ratio
from jietong.metrics.trend import POINTS, STEP

HISTORIES = 120
STEPS = 260


def at(zone: str, *when: int) -> Ms:
    return to_ms(datetime(*when, tzinfo=ZoneInfo(zone)))  # type: ignore[misc, arg-type]


STARTS = {
    "midnight in Shanghai": ("Asia/Shanghai", (2026, 7, 15, 23, 35)),
    "the night New York falls back": ("America/New_York", (2026, 11, 1, 1, 35)),
    "the end of New York's long day": ("America/New_York", (2026, 11, 1, 23, 35)),
    "the night New York springs forward": ("America/New_York", (2026, 3, 8, 1, 35)),
    "a Lord Howe half-hour change": ("Australia/Lord_Howe", (2026, 4, 5, 1, 20)),
    "the midnight that Santiago skips": ("America/Santiago", (2026, 9, 5, 23, 35)),
}
"""Each history lasts about an hour and crosses what its name says; now and then a quiet day lies within."""


class Book:
    """All facts of a history, kept as rows."""

    def __init__(self) -> None:
        self._facts = Facts()
        self.segments: dict[tuple[str, int], Segment] = {}
        self.intervals: dict[tuple[str, int], AgentInterval] = {}
        self.trunks: list[TrunkBusyTime] = []
        self.schedules = ScheduleFold()
        self._n = 0
        self._open: dict[str, int] = {}

    def apply(self, event: e.AnyEvent) -> None:
        self.schedules.apply(event)
        for change in self._facts.apply(event):
            if isinstance(change, SegmentChange):
                self.segments[change.new.contact, change.new.n] = change.new
            elif isinstance(change, TrunkChange):
                if change.old is not None:
                    self.trunks.remove(change.old)
                self.trunks.append(change.new)
            else:
                agent = change.new.agent
                if change.old is None:
                    self._n += 1
                    self._open[agent] = self._n
                self.intervals[agent, self._open[agent]] = change.new


def pair(figure: Figure) -> Ratio:
    return {"num": figure.num, "den": figure.den}


def queue_figures(
    rows: list[Segment], day: Span, now: Ms, where: Callable[[Segment], bool] | None = None
) -> QueueFigures:
    def of(id: str) -> Figure:
        return evaluate(CATALOGUE[id], rows, [], day, now=now, where=where)

    longest = of("max_wait")
    refused = sum(
        r.kind is Kind.ENTRY and r.outcome in ("blocked", "closed") and r.channel != "message"
        for r in rows
        if r.arrived in day and (where is None or where(r))
    )
    return {
        "entry_offered": of("entry_offered").num,
        "offered": of("requested_agent").num,
        "transferred_in": of("transferred_in").num,
        "put_back": of("put_back").num,
        "answered": of("answered").num,
        "abandoned": of("abandoned").num,
        "refused": refused,
        "closed": of("entry_closed").num,
        "sl3": pair(of("sl3")),
        "sl7": pair(of("sl7")),
        "asa": pair(of("asa")),
        "aht": pair(of("aht")),
        "abandon_rate": pair(of("abandon_rate")),
        "max_wait": longest.num if longest.den else None,
        "csat": pair(of("csat")),
    }


CALLS = {
    "entry_blocked": "num", "lost_in_flow": "num", "self_served": "num", "voicemail_left": "num",
    "transferred_out": "num", "switch_lost": "num", "flow_time": "pair", "outbound_dialled": "num",
    "outbound_reached": "num", "outbound_aht": "pair", "mos": "pair", "poor_quality_share": "pair",
}  # fmt: skip
ENTRY = {
    "entry_offered": "num", "entry_closed": "num", "entry_connect_rate": "pair", "entry_busy_rate": "pair",
    "lost_in_flow": "num", "self_served": "num", "voicemail_left": "num", "transferred_out": "num",
    "switch_lost": "num", "flow_time": "pair", "requested_agent": "num", "answered": "num", "abandoned": "num",
    "sl3": "pair", "sl7": "pair", "abandon_rate": "pair", "asa": "pair",
}  # fmt: skip


def said(
    ids: dict[str, str], rows: list[Segment], day: Span, now: Ms, where: Callable[[Segment], bool] | None = None
) -> dict[str, object]:
    """The catalogue's figures of these ids, as the live state words them."""
    out: dict[str, object] = {}
    for id, form in ids.items():
        figure = evaluate(CATALOGUE[id], rows, [], day, now=now, where=where)
        out["offered" if id == "requested_agent" else id] = figure.num if form == "num" else pair(figure)
    return out


def out_of_line(stay: Segment, rows: list[Segment]) -> Ms | None:
    """When the customer was answered, gone, elsewhere, or being called back."""
    mine = [r for r in rows if r.contact == stay.contact and r.n > stay.n and r.direction == "inbound"]
    dials = [r.start for r in mine if r.kind is Kind.DIAL]
    ends = [at for at in (stay.end, *dials) if at is not None]
    return min(ends, default=None)


def compare(live: LiveFigures, book: Book, now: Ms, zone: str) -> None:
    """Every figure the live state gives, against the same figure over the facts cut off at `now`."""
    day = local_day(now, zone)
    rows = cut(book.segments.values(), now)
    assert live.site(now) == queue_figures(rows, day, now)
    for queue in ("q0", "q1", "q2"):
        assert live.queue(queue, now) == queue_figures(rows, day, now, lambda r, q=queue: r.queue == q)  # type: ignore[misc]
        stays = [r for r in rows if r.kind is Kind.QUEUE and r.queue == queue and r.channel != "message"]
        waits = [(r.start, out_of_line(r, rows)) for r in stays]
        marks = [(now // STEP - i) * STEP for i in reversed(range(POINTS))]
        assert live.trend(queue, now) == [
            sum(start <= mark and (end is None or end > mark) for start, end in waits) for mark in marks
        ]
    came = evaluate(CATALOGUE["entry_offered"], rows, [], day, now=now).num
    today = [r for r in rows if r.arrived in day]
    admitted, blocked, lost = (
        sum(count.of(r) for r in today) for count in (m.entry_admitted, m.entry_blocked, m.entry_lost)
    )
    assert admitted + blocked + lost == came
    assert live.calls(now) == said(CALLS, rows, day, now)
    for queue in ("q0", "q1", "q2"):
        assert live.calls(now, queue) == said(CALLS, rows, day, now, lambda r, q=queue: r.queue == q)  # type: ignore[misc]
    for entry in ("web", "4001", "4002"):
        by = said(ENTRY, rows, day, now, lambda r, x=entry: r.entry == x and r.direction == "inbound")  # type: ignore[misc]
        assert live.entry(entry, now) == by
    for trunk in ("t0", "t1"):
        times = cut_trunks([t for t in book.trunks if t.trunk == trunk], now)
        atb = evaluate(CATALOGUE["atb"], [], [], day, now=now, trunks=times).num
        assert live.trunk(trunk, now) == {"atb_ms": atb, "busy": any(t.end is None for t in times)}
    shown = live.half_hours(now)
    assert [h["start"] for h in shown] == list(range(day.start, now + 1, HALF_HOUR))
    for half in shown:
        window = Span(half["start"], half["start"] + HALF_HOUR)
        for id in ("sl3", "sl7"):
            assert half[id] == pair(evaluate(CATALOGUE[id], rows, [], window, now=now))  # type: ignore[literal-required]
    intervals = cut_intervals(book.intervals.values(), now)
    for agent in (f"a{i}" for i in range(6)):
        mine = [i for i in intervals if i.agent == agent]
        figures = live.agent(agent, now)
        for id in ("handled", "aht", "occupancy", "missed_offer_rate", "csat", "fcr"):
            figure = evaluate(CATALOGUE[id], rows, mine, day, now=now, where=lambda r, a=agent: r.agent == a)  # type: ignore[misc]
            assert figures[id] == (figure.num if id == "handled" else pair(figure)), (agent, id)  # type: ignore[literal-required]
        for id in ("outbound_dialled", "outbound_reached"):
            figure = evaluate(CATALOGUE[id], rows, mine, day, now=now, where=lambda r, a=agent: r.agent == a)  # type: ignore[misc]
            assert figures[id] == figure.num, (agent, id)  # type: ignore[literal-required]


def compare_attendance(attendance: Attendance, book: Book, now: Ms, zone: str) -> int:
    """Adherence of everybody today, and of one quarter of an hour; gives the time that was due."""
    day = local_day(now, zone)
    intervals = cut_intervals(book.intervals.values(), now)
    quarter = Span(now - (now - day.start) % 900_000 - 900_000, now - (now - day.start) % 900_000)
    due = 0
    for agent in (f"a{i}" for i in range(6)):
        mine = [i for i in intervals if i.agent == agent]
        plans = [row for one in book.schedules.state.days.get(agent, {}) for row in book.schedules.rows(agent, one)]
        figure = evaluate(CATALOGUE["adherence"], [], mine, day, now=now, plans=plans)
        assert attendance.adherence(agent, now) == pair(figure), agent
        within = Span(max(quarter.start, day.start), quarter.end)
        figure = evaluate(CATALOGUE["adherence"], [], mine, within, now=now, plans=plans)
        assert attendance.adherence(agent, now, quarter) == pair(figure), agent
        due += attendance.adherence(agent, now)["den"]
        duty = attendance.duty(agent, now)
        assert duty.kept is (duty.out_since is None)
        assert duty.out_since is None or duty.out_since <= now
    return due


@pytest.mark.parametrize("start", STARTS)
@settings(max_examples=30 // len(STARTS), deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32))
def test_live_adherence_equals_the_historical_query_cut_off_at_any_instant(start: str, seed: int) -> None:
    """H1: days published anew while they run, exceptions given and withdrawn, across midnights and clock changes."""
    zone, when = STARTS[start]
    centre = RandomCentre(seed, at(zone, *when), zone)
    live, book = Attendance(), Book()
    today = local_day(centre.now, zone)
    iso = to_datetime(today.start).astimezone(ZoneInfo(zone)).date().isoformat()
    whole = (e.PlannedSpan(today.start, today.end, Activity.WORK),)
    centre.do(k.Witness(tuple(e.DayScheduled(0, f"a{i}", iso, 1, whole, "boss") for i in range(6))))
    for event in centre.events:
        live.apply(event)
        book.apply(event)
    seen = len(centre.events)
    assert compare_attendance(live, book, centre.now, zone) > 0
    for now in centre.steps(STEPS):
        command = centre.rng.choice((None, None, None, None, centre.move_schedule(), centre.move_excuse()))
        if command is not None:
            centre.do(command)
        for event in centre.events[seen:]:
            live.apply(event)
            book.apply(event)
        seen = len(centre.events)
        if centre.rng.random() < 0.05:
            data = live.dump()
            live = Attendance()
            live.load(data)
        if centre.rng.random() < 0.1:
            compare_attendance(live, book, now, zone)
    compare_attendance(live, book, centre.now, zone)


@pytest.mark.parametrize("start", STARTS)
@settings(max_examples=HISTORIES // len(STARTS), deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32))
def test_live_figures_equal_the_historical_query_cut_off_at_any_instant(start: str, seed: int) -> None:
    zone, when = STARTS[start]
    centre = RandomCentre(seed, at(zone, *when), zone)
    live, book = LiveFigures(), Book()
    seen = 0
    for now in centre.steps(STEPS):
        for event in centre.events[seen:]:
            live.apply(event)
            book.apply(event)
        seen = len(centre.events)
        if centre.rng.random() < 0.03:
            data = live.dump()
            live = LiveFigures()
            live.load(data)
        if centre.rng.random() < 0.08:
            compare(live, book, now, zone)
            for queue in ("q0", "q1", "q2"):
                assert live.waiting(queue) == centre.engine.waiting(queue)
    compare(live, book, centre.now, zone)
    # The facts that came later take nothing back: an earlier instant's figures can be had again at any time.
    past = LiveFigures()
    middle = centre.events[len(centre.events) // 2].at
    for event in centre.events:
        if event.at <= middle:
            past.apply(event)
    compare(past, book, middle, zone)
    assert not centre.engine.check()


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32))
def test_facts_hold_what_the_engine_says(seed: int) -> None:
    """Each wait is the engine's own; each stay ends as its kind may; agents' intervals leave no second out."""
    centre = RandomCentre(seed, at("Asia/Shanghai", 2026, 7, 15, 9), "Asia/Shanghai")
    for _ in centre.steps(STEPS):
        pass
    book = Book()
    callbacks: set[str] = set()
    for event in centre.events:
        book.apply(event)
        if isinstance(event, e.CallbackRequested):
            callbacks.add(event.contact)
        if isinstance(event, e.OfferAccepted) and event.queue is not None and event.contact not in callbacks:
            stay = max(
                (r for r in book.segments.values() if r.contact == event.contact and r.kind is Kind.QUEUE),
                key=lambda r: r.n,
            )
            assert stay.end == event.at
            assert stay.wait_ms == event.waited_ms
    for row in book.segments.values():
        assert (row.end is None) == (row.outcome is None)
        assert row.outcome is None or row.outcome in OUTCOMES[row.kind], row
        assert row.end is None or row.end >= row.start
    came = [x for x in centre.events if isinstance(x, e.ContactArrived) and x.direction == "inbound"]
    assert len([r for r in book.segments.values() if r.kind is Kind.ENTRY]) == len(came)
    for contact in {r.contact for r in book.segments.values()}:
        starts = [r.start for (who, _), r in sorted(book.segments.items()) if who == contact]
        assert starts == sorted(starts)
    for agent in centre.engine.agents.values():
        mine = [row for (who, _), row in sorted(book.intervals.items()) if who == agent.id]
        assert [row.end for row in mine[:-1]] == [row.start for row in mine[1:]]
        assert not mine or (mine[-1].end, mine[-1].state) == (None, agent.state)


def test_figures_reset_on_restart_qpanel_113() -> None:
    """A snapshot in the middle changes nothing, at any point of a history."""
    zone = "Asia/Shanghai"
    centre = RandomCentre(7, at(zone, 2026, 7, 15, 9), zone)
    for _ in centre.steps(STEPS):
        pass
    straight = LiveFigures()
    for event in centre.events:
        straight.apply(event)
    for i in range(0, len(centre.events), 97):
        live = LiveFigures()
        for event in centre.events[:i]:
            live.apply(event)
        data = live.dump()
        live = LiveFigures()
        live.load(data)
        for event in centre.events[i:]:
            live.apply(event)
        assert live.site(centre.now) == straight.site(centre.now)
        assert [live.agent(f"a{i}", centre.now) for i in range(6)] == [
            straight.agent(f"a{i}", centre.now) for i in range(6)
        ]


def test_midnight_empties_the_figures_even_when_nothing_happens() -> None:
    zone = "Asia/Shanghai"
    centre = RandomCentre(3, at(zone, 2026, 7, 15, 20), zone)
    live = LiveFigures()
    told = 0
    for _ in centre.steps(400):
        for event in centre.events[told:]:
            live.apply(event)
        told = len(centre.events)
        if live.site(centre.now)["offered"] > 0:
            break
    assert live.site(centre.now)["offered"] > 0
    tomorrow = local_day(centre.now, zone).end
    assert live.site(tomorrow)["offered"] == 0
    assert live.half_hours(tomorrow) == [
        {"start": tomorrow, "sl3": {"num": 0, "den": 0}, "sl7": {"num": 0, "den": 0}}
    ]
    busy = live.agent("a0", tomorrow + 1000)["occupancy"]["den"]
    assert busy in (0, 1000)


def test_a_25_hour_day_has_25_hours_and_reports_are_in_the_sites_zone_chatwoot_4028_2882() -> None:
    day = local_day(at("America/New_York", 2026, 11, 1, 12), "America/New_York")
    assert day.end - day.start == 25 * 3_600_000
    short = local_day(at("America/New_York", 2026, 3, 8, 12), "America/New_York")
    assert short.end - short.start == 23 * 3_600_000
    no_midnight = local_day(at("America/Santiago", 2026, 9, 6, 12), "America/Santiago")
    assert no_midnight.end - no_midnight.start == 23 * 3_600_000
    assert no_midnight.start == local_day(at("America/Santiago", 2026, 9, 5, 12), "America/Santiago").end
