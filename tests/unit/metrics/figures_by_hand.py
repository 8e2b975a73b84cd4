"""What a query must answer, worked out row by row with `metrics.history.evaluate` and nothing else."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pyarrow as pa

from jietong.contacts.attendance import PlannedTime
from jietong.contacts.model import AgentInterval, Segment, TrunkBusyTime
from jietong.core.clock import to_datetime
from jietong.core.days import Span, day_of, local_day
from jietong.core.vocabulary import Ms
from jietong.metrics.definition import Again, Count, How, Kept, Later, Planned, Time
from jietong.metrics.history import evaluate, with_reasons
from jietong.metrics.intervals import By, Cell, Every, Filter, Query, Row
from jietong.metrics.query import AGENT_INTERVAL, PLANNED_TIME, SEGMENT, TRUNK_BUSY

STEPS = {Every.QUARTER: 900_000, Every.HALF_HOUR: 1_800_000, Every.HOUR: 3_600_000}
SETS = {
    "queues": "queue", "agents": "agent", "clients": "client", "channels": "channel", "entries": "entry",
    "reasons": "reason", "directions": "direction",
}  # fmt: skip


class Centre:
    """All facts of one site, as rows and as Arrow tables."""

    def __init__(
        self,
        segments: Sequence[Segment],
        intervals: Sequence[AgentInterval],
        trunks: Sequence[TrunkBusyTime],
        site: str = "main",
        customers: Mapping[str, str] | None = None,
        plans: Sequence[PlannedTime] = (),
    ) -> None:
        self.segments, self.intervals, self.trunks = with_reasons(segments), list(intervals), list(trunks)
        self.site, self.customers, self.plans = site, customers or {}, list(plans)

    def tables(self) -> dict[str, pa.Table]:
        return {
            "segment": _table(self.segments, SEGMENT, self.site, self.customers),
            "agent_interval": _table(self.intervals, AGENT_INTERVAL, self.site),
            "trunk_busy": _table(self.trunks, TRUNK_BUSY, self.site),
            "planned_time": _table(self.plans, PLANNED_TIME, self.site),
        }

    def rows(self, query: Query, now: Ms) -> list[Row]:
        chosen = query.filter
        segments = [s for s in self.segments if s.arrived in query.window and _passes(s, chosen)]
        intervals = [i for i in self.intervals if _agent_passes(i, chosen)]
        plans = [p for p in self.plans if _agent_passes(p, chosen)]
        groups_of_rows: list[Row] = []
        for span in spans(query):
            mine = [s for s in segments if s.arrived in span]
            during = [
                i for i in intervals if i.start < min(span.end, now) and (i.end or now) > max(span.start, i.start)
            ]
            groups = {keys_of(s, query.by) for s in mine} | {keys_of(i, query.by) for i in during}
            groups |= {keys_of(p, query.by) for p in plans if p.start < min(span.end, now) and p.end > span.start}
            groups.add((None,) * len(query.by))
            for keys in groups:
                segments_of = [s for s in mine if keys_of(s, query.by) == keys]
                edge = [i for i in intervals if i.start <= span.end and (i.end or now) >= span.start]
                times_of = [i for i in edge if keys_of(i, query.by) == keys]
                plans_of = [p for p in plans if keys_of(p, query.by) == keys]
                there = any(keys_of(i, query.by) == keys for i in during)
                cells, happened = [], False
                for metric in query.metrics:
                    figure = metric.definition
                    trunk_row = not any(keys)
                    if figure.how is How.STREAK:
                        best = [
                            evaluate(figure, [], [i for i in times_of if i.agent == agent], span, now=now).num
                            for agent in {i.agent for i in times_of}
                        ]
                        cell = Cell(max(best), max(best), 1) if there and _known(chosen, True) else Cell(None, 0, 0)
                        happened |= cell.numerator > 0
                    else:
                        open_ = _open(span, chosen)
                        sums = (*figure.numerator, *figure.denominator)
                        if all(isinstance(one, (Count, Again, Later)) for one in sums):
                            found = evaluate(
                                figure, segments_of, [], span, now=now, terms=metric.terms,
                                customers=self.customers, everyone=self.segments,
                            )  # fmt: skip
                        else:
                            agents = all(isinstance(one, (Time, Planned, Kept, Later)) for one in sums)
                            beside = any(isinstance(one, (Planned, Kept)) for one in sums)
                            times = times_of if agents and _known(chosen, True) else []
                            due = plans_of if beside and _known(chosen, True) else []
                            if beside:  # whose a state is, the schedule that it is laid over tells
                                times = self.intervals if due else []
                            trunks = self.trunks if trunk_row and not agents and _known(chosen, False) else []
                            parts = [
                                evaluate(figure, [], times, part, now=now, trunks=trunks, plans=due) for part in open_
                            ]
                            num, den = sum(p.num for p in parts), sum(p.den for p in parts)
                            if figure.how is How.SUM:
                                told = trunk_row and _known(chosen, agents)
                                found = evaluate(figure, [], [], span, now=now)._replace(
                                    value=num if told else None, num=num, den=1 if told else 0
                                )
                            else:
                                found = evaluate(figure, [], [], span, now=now)._replace(
                                    value=num / den if den else None, num=num, den=den
                                )
                        cell = Cell(*found)
                        happened |= cell.numerator > 0 or (figure.how is not How.SUM and cell.denominator > 0)
                    cells.append(cell)
                if happened or (query.every is Every.ALL and not query.by):
                    groups_of_rows.append(Row(span.start, span.end, keys, tuple(cells)))
        groups_of_rows.sort(key=lambda row: (row.start, [(key is None, key or "") for key in row.keys]))
        return groups_of_rows


def spans(query: Query) -> list[Span]:
    """The intervals of the window, day by day and step by step, cut at its ends."""
    window, out = query.window, []
    if query.every is Every.ALL:
        return [window]
    tz = ZoneInfo(query.zone)
    day = to_datetime(local_day(window.start, query.zone).start).astimezone(tz).date()
    if query.every is Every.WEEK:
        while day.weekday():
            day -= timedelta(days=1)
    if query.every is Every.MONTH:
        day = day.replace(day=1)
    while day_of(day, query.zone).start < window.end:
        if query.every in STEPS:
            start, end = day_of(day, query.zone)
            at = start
            while at < end:
                out.append(Span(at, min(at + STEPS[query.every], end)))
                at += STEPS[query.every]
            day += timedelta(days=1)
            continue
        following = day + timedelta(days=1)
        if query.every is Every.WEEK:
            following = day + timedelta(days=7)
        if query.every is Every.MONTH:
            while following.day != 1:
                following += timedelta(days=1)
        out.append(Span(day_of(day, query.zone).start, day_of(following, query.zone).start))
        day = following
    cut = [Span(max(s.start, window.start), min(s.end, window.end)) for s in out]
    return [s for s in cut if s.start < s.end]


def keys_of(fact: Segment | AgentInterval | PlannedTime, by: Sequence[By]) -> tuple[str | None, ...]:
    out: list[str | None] = []
    for one in by:
        if isinstance(fact, (AgentInterval, PlannedTime)) and one not in (By.AGENT, By.PART_TIME):
            out.append(None)
            continue
        value = getattr(fact, one.value)
        out.append(str(value).lower() if isinstance(value, bool) else None if value is None else str(value))
    return tuple(out)


def _passes(s: Segment, chosen: Filter) -> bool:
    for name, field in SETS.items():
        values = getattr(chosen, name)
        if values is not None and getattr(s, field) not in values:
            return False
    if chosen.part_time is not None and s.part_time is not chosen.part_time:
        return False
    if chosen.simulated is not None and s.simulated is not chosen.simulated:
        return False
    if chosen.within is not None and not any(s.arrived in span for span in chosen.within):
        return False
    for span, queues, entries in chosen.without:
        if s.arrived in span and (queues is None or s.queue in queues) and (entries is None or s.entry in entries):
            return False
    return True


def _agent_passes(i: AgentInterval | PlannedTime, chosen: Filter) -> bool:
    return (chosen.agents is None or i.agent in chosen.agents) and chosen.part_time in (None, i.part_time)


def _known(chosen: Filter, agents: bool) -> bool:
    names = set(SETS) - ({"agents"} if agents else set())
    flags = chosen.part_time is None or agents
    return all(getattr(chosen, name) is None for name in names) and flags and chosen.simulated is not True


def _open(span: Span, chosen: Filter) -> list[Span]:
    """The span's time minute by border: cut at every border of the filter, and what is left out taken out."""
    everything = [clip[0] for clip in chosen.without if clip[1] is None and clip[2] is None]
    borders = {span.start, span.end}
    for other in (*(chosen.within or ()), *everything):
        borders |= {at for at in other if span.start < at < span.end}
    edges = sorted(borders)
    parts = [Span(a, b) for a, b in pairwise(edges)]
    if chosen.within is not None:
        parts = [part for part in parts if any(part.start in one for one in chosen.within)]
    return [part for part in parts if not any(part.start in one for one in everything)]


_FIELD = {"started": "start", "ended": "end"}
_ARROW = {"string": pa.string(), "int64": pa.int64(), "int32": pa.int32(), "int16": pa.int16(), "boolean": pa.bool_()}


def _table(
    facts: Sequence[Segment | AgentInterval | TrunkBusyTime | PlannedTime],
    columns: dict[str, str],
    site: str,
    customers: Mapping[str, str] | None = None,
) -> pa.Table:
    def value(n: int, fact: object, name: str) -> object:
        if name == "customer":
            return (customers or {}).get(getattr(fact, "contact", ""))
        if name in ("site", "seq"):
            return site if name == "site" else n
        found = getattr(fact, _FIELD.get(name, name))
        return str(found) if isinstance(found, str) else found

    arrays = {
        name: pa.array([value(n, fact, name) for n, fact in enumerate(facts)], type=_ARROW[kind])
        for name, kind in columns.items()
    }
    return pa.table(arrays)
