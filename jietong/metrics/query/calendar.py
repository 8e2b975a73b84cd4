"""The intervals of a query as boundaries, and the place of an instant among them as an Ibis expression.

Local days are of 23, 23.5, 24, 24.5 or 25 hours and months of many lengths, but most boundaries follow on one another
at one step: a year by half-hours in New York is five runs of even steps. So the number of an interval is integer
arithmetic within a run, and the run is found by comparing: no join, whatever the backend.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import ibis

from jietong.core.clock import to_datetime
from jietong.core.days import Span, day_of, local_day
from jietong.core.vocabulary import Ms
from jietong.metrics.intervals import Clip, Every, Query
from jietong.metrics.query.tables import ValueExpression

STEP: dict[Every, Ms] = {Every.QUARTER: 900_000, Every.HALF_HOUR: 1_800_000, Every.HOUR: 3_600_000}


class Run(NamedTuple):
    """From `start` on, boundaries at every `step` until the next run; `first`: the number of its first interval."""

    start: Ms
    step: Ms
    first: int


class Grid(NamedTuple):
    """Consecutive stretches of time: the n-th lies between the n-th boundary and the next."""

    boundaries: tuple[Ms, ...]

    def span(self, n: int) -> Span:
        return Span(self.boundaries[n], self.boundaries[n + 1])

    def number(self, at: Ms) -> int:
        """Which stretch `at` lies in."""
        return bisect_right(self.boundaries, at) - 1

    def __len__(self) -> int:
        return len(self.boundaries) - 1

    def runs(self) -> list[Run]:
        runs: list[Run] = []
        i, last = 0, len(self)
        while i < last:
            start, step = self.boundaries[i], self.boundaries[i + 1] - self.boundaries[i]
            runs.append(Run(start, step, i))
            while i < last and self.boundaries[i + 1] - self.boundaries[i] == step:
                i += 1
            if i < last and self.boundaries[i + 1] - self.boundaries[i] < step:
                i += 1  # a shorter last one ends the run: half an hour of a day of 23.5 hours
        return runs


def intervals(query: Query) -> Grid:
    """The query's intervals, the first and last as long as they are: the window may begin and end within them."""
    window = query.window
    if window.end <= window.start:
        return Grid((window.start,))
    if query.every is Every.ALL:
        return Grid((window.start, window.end))
    boundaries: list[Ms] = []
    day = _first_day(query)
    step = STEP.get(query.every)
    while True:
        following = _next(day, query.every)
        start, end = day_of(day, query.zone).start, day_of(following, query.zone).start
        boundaries += range(start, end, step) if step else (start,)
        day = following
        if end >= window.end:
            boundaries.append(end)
            break
    first = bisect_right(boundaries, window.start) - 1
    last = bisect_right(boundaries, window.end - 1)
    return Grid(tuple(boundaries[first : last + 1]))


def open_spans(query: Query) -> list[Span]:
    """The window without what lies outside `within` and without exclusions of everything: disjoint, in order."""
    spans = [query.window]
    if query.filter.within is not None:
        spans = intersection(spans, union(query.filter.within))
    everything = [clip[0] for clip in query.filter.without if whole(clip)]
    return difference(spans, union(everything))


def whole(clip: Clip) -> bool:
    """An exclusion of all queues and all entries."""
    return clip[1] is None and clip[2] is None


def union(spans: Iterable[Span]) -> list[Span]:
    """The same time in disjoint spans, in order."""
    out: list[Span] = []
    for span in sorted(spans):
        if span.end <= span.start:
            continue
        if out and span.start <= out[-1].end:
            out[-1] = Span(out[-1].start, max(out[-1].end, span.end))
        else:
            out.append(Span(*span))
    return out


def intersection(some: Sequence[Span], others: Sequence[Span]) -> list[Span]:
    """Of two lists of disjoint spans in order."""
    out: list[Span] = []
    i = j = 0
    while i < len(some) and j < len(others):
        start, end = max(some[i].start, others[j].start), min(some[i].end, others[j].end)
        if start < end:
            out.append(Span(start, end))
        if some[i].end < others[j].end:
            i += 1
        else:
            j += 1
    return out


def difference(some: Sequence[Span], others: Sequence[Span]) -> list[Span]:
    """Of two lists of disjoint spans in order: the time of the first that is not in the second."""
    if not others or not some:
        return [span for span in some if span.start < span.end]
    edges = [some[0].start, *(edge for span in others for edge in span), max(some[-1].end, others[-1].end)]
    gaps = [Span(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if a < b]
    return intersection(some, gaps)


class Pieces(NamedTuple):
    """Intervals cut further at the borders of the open spans; `interval[n]`: whose the n-th is (None: no one's)."""

    grid: Grid
    interval: tuple[int | None, ...]


def pieces(grid: Grid, spans: Sequence[Span]) -> Pieces:
    """The time of `spans` (disjoint, in order) by the intervals of `grid`."""
    if not spans:
        return Pieces(Grid((grid.boundaries[0],)), ())
    inner = [b for b in grid.boundaries if spans[0].start < b < spans[-1].end]
    edges = sorted({edge for span in spans for edge in span}.union(inner))
    cut = Grid(tuple(edges))
    owners: list[int | None] = []
    k = 0
    for start in edges[:-1]:
        while spans[k].end <= start:
            k += 1
        owners.append(grid.number(start) if spans[k].start <= start else None)
    return Pieces(cut, tuple(owners))


def number_of(at: ValueExpression, grid: Grid) -> ValueExpression:
    """The number of the stretch of `grid` in which the instant `at` lies. It must lie in one."""
    runs = grid.runs()
    inside = []
    for i, run in enumerate(runs):
        alone = (runs[i + 1].first if i + 1 < len(runs) else len(grid)) - run.first == 1
        inside.append(ibis.literal(run.first, "int64") if alone else _plus((at - run.start) // run.step, run.first))
    return choose(at, [run.start for run in runs[1:]], inside)


def start_of(number: ValueExpression, grid: Grid) -> ValueExpression:
    """The boundary at which the stretch begins: the other way round. One past the last gives the end of the grid."""
    runs = grid.runs()
    at = [_plus(number, -run.first) * run.step + run.start for run in runs]
    at.append(ibis.literal(grid.boundaries[-1], "int64"))
    return choose(number, [*(run.first for run in runs[1:]), len(grid)], at)


def inside(at: ValueExpression, spans: Sequence[Span]) -> ValueExpression | None:
    """Whether the instant lies in one of `spans` (disjoint, in order). None: in none whatever it is."""
    if not spans:
        return None
    around = (at >= spans[0].start) & (at < spans[-1].end)
    if len(spans) == 1:
        return around
    edges = [edge for span in spans for edge in span][1:-1]
    yes, no = ibis.literal(True), ibis.literal(False)
    return around & choose(at, edges, [no if i % 2 else yes for i in range(len(edges) + 1)])


def choose(value: ValueExpression, edges: Sequence[int], outcomes: Sequence[Any]) -> ValueExpression:
    """`outcomes[k]` where k of the rising `edges` are at or below the value: a tree of comparisons."""
    if not edges:
        return outcomes[0]
    m = len(edges) // 2
    below = choose(value, edges[:m], outcomes[: m + 1])
    return ibis.ifelse(value < edges[m], below, choose(value, edges[m + 1 :], outcomes[m + 1 :]))


def _plus(value: ValueExpression, number: int) -> ValueExpression:
    return value + number if number else value


def _first_day(query: Query) -> date:
    start = local_day(query.window.start, query.zone).start
    day = to_datetime(start).astimezone(ZoneInfo(query.zone)).date()
    if query.every is Every.WEEK:
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if query.every is Every.MONTH else day


def _next(day: date, every: Every) -> date:
    if every is Every.WEEK:
        return day + timedelta(days=7)
    if every is Every.MONTH:
        return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    return day + timedelta(days=1)
