"""Need and cover of skill groups, and what an edit does to them: gap, service level, true access, cost.

Need: the newest forecast through `workforce.requirement`, queues of a group pooled, with the patience that customers
have shown, absence and shrinkage on top. The service level of a schedule is an estimate by Erlang A, step by step;
true access is that, times the share of attempts that got as far as a queue in the last four weeks.
"""

import asyncio
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

from jietong.core.clock import Clock
from jietong.core.days import Span, day_of
from jietong.core.errors import JietongError
from jietong.core.vocabulary import Ms
from jietong.db.pool import ALL
from jietong.identity.model import Principal
from jietong.metrics.warehouse import Warehouse
from jietong.workforce.model import QUARTER_S, Goal, Load
from jietong.workforce.schedule import views
from jietong.workforce.schedule.documents import Setup
from jietong.workforce.schedule.model import STEP, Person, PersonDay, SkillGroup
from jietong.workforce.schedule.rules.cover import Cover, cover_of, gaps
from jietong.workforce.schedule.rules.ground import DayKey, at_a_time
from jietong.workforce.schedule.views import Shown

HABITS_MS: Ms = 28 * 86_400_000
KEEP_MS: Ms = 600_000  # what customers did lately, once it is known
FRESH_MS: Ms = 15_000
MOST_KNOWN = 500


class Loads(Protocol):
    """Who knows what comes: `workforce.forecast` stands behind it."""

    async def latest_load(self, queue: str, span: Span) -> Load | None:
        """In quarters of an hour over the whole span; None: there is no forecast of it."""
        ...


class Waits(NamedTuple):
    """Of one queue: all that was waited, by those answered and those who gave up, and how many gave up."""

    waited_s: float
    gave_up: int


class Habits(NamedTuple):
    """What customers did lately, by queue."""

    waits: Mapping[str, Waits]
    let_in: float | None  # of all attempts, the share that came as far as a queue; None: nothing is known

    def gave_up(self, queues: Sequence[str]) -> int:
        return sum(self.waits[queue].gave_up for queue in queues if queue in self.waits)

    def patience_s(self, queues: Sequence[str]) -> float | None:
        """The mean patience of Erlang A (as `Patience.mean_s`) of queues that are served together, whatever is
        forecast of them; None: nobody was seen to give up."""
        gone = self.gave_up(queues)
        waited = sum(self.waits[queue].waited_s for queue in queues if queue in self.waits)
        return waited / gone if gone else None


class GroupNeed(NamedTuple):
    load: Load
    patience_s: float | None
    on_line: tuple[float, ...]  # agents who reach the goal
    need: tuple[float, ...]  # people to schedule: absence and shrinkage are in it
    at_a_time: float = 1.0  # contacts of one agent


class Picture(NamedTuple):
    """Need and cover from `start` in quarters of an hour. A group without a forecast has no need."""

    start: Ms
    steps: int
    needs: dict[str, GroupNeed]
    cover: Cover


class Figures(NamedTuple):
    gap_hours: float | None
    largest_gap: float | None
    over_hours: float | None
    sl3: float | None
    true_access: float | None
    cost: float


class Needs:
    """`loads` None: nothing forecasts in this centre yet."""

    def __init__(self, warehouse: Warehouse | None, clock: Clock, loads: Loads | None = None) -> None:
        self.loads = loads
        self._warehouse = warehouse
        self._clock = clock
        self._habits: tuple[Ms, Habits] | None = None
        self._known: dict[tuple[str, Span], tuple[Ms, Load | None]] = {}

    async def of(self, setup: Setup, groups: Sequence[str], first: str, last: str) -> dict[str, GroupNeed]:
        """The need of each group that has a forecast, from the first day's midnight to the last one's end."""
        span = _span(first, last, setup)
        if self.loads is None:
            return {}
        habits = await self.habits(setup)
        out: dict[str, GroupNeed] = {}
        for id in groups:
            group = setup.ground.groups[id]
            loads = [one for one in [await self.load(queue, span) for queue in group.queues] if one is not None]
            if loads:
                patience, at_once = habits.patience_s(group.queues), at_a_time(group, setup.ground, span.start)
                out[id] = await asyncio.to_thread(sized, loads, group, patience, at_once)
        return out

    async def load(self, queue: str, span: Span) -> Load | None:
        """In quarters of an hour over the span; None: there is no forecast."""
        found = await self._load(queue, span)
        return None if found is None else on_grid(found, span)

    async def _load(self, queue: str, span: Span) -> Load | None:
        """Kept for some seconds: while somebody drags a shift it is asked for again and again."""
        now = self._clock.now()
        held = self._known.get((queue, span))
        if held is not None and now - held[0] < FRESH_MS:
            return held[1]
        try:
            found = await self.loads.latest_load(queue, span) if self.loads is not None else None
        except JietongError:  # no forecast, no history: the need is not known
            found = None
        if len(self._known) >= MOST_KNOWN:
            self._known.clear()
        self._known[queue, span] = now, found
        return found

    async def picture(
        self, setup: Setup, days: Mapping[DayKey, PersonDay], first: str, last: str,
        needs: Mapping[str, GroupNeed],
    ) -> Picture:  # fmt: skip
        """All groups share the people, also those that are not shown to the reader."""
        span = _span(first, last, setup)
        steps = (span.end - span.start) // STEP
        groups = sorted(setup.ground.groups)
        wanted = {id: needs[id].need if id in needs else (0.0,) * steps for id in groups}
        reached = [one for one in days.values() if _near(one, span)]
        cover = await asyncio.to_thread(cover_of, reached, setup.ground, groups, span.start, STEP, wanted)
        return Picture(span.start, steps, dict(needs), cover)

    async def figures(
        self,
        setup: Setup,
        days: Mapping[DayKey, PersonDay],
        picture: Picture,
        groups: Sequence[str],
        since: Ms,
    ) -> Figures:
        """Of the time from `since` on; the cost is of the days asked about, as a whole."""
        first = max(0, -(-(since - picture.start) // STEP))
        cost = cost_of(days.values(), setup.ground.people)
        known = [id for id in groups if id in picture.needs]
        if not known or first >= picture.steps:
            return Figures(None, None, None, None, None, cost)
        hours = QUARTER_S / 3600
        missing = [gaps(picture.needs[id].need, picture.cover.agents[id])[first:] for id in known]
        over = [gaps(picture.cover.agents[id], picture.needs[id].need)[first:] for id in known]
        largest = max((sum(step) for step in zip(*missing, strict=True)), default=0.0)
        in_time, calls = await asyncio.to_thread(_in_time, setup, picture, known, first)
        sl3 = in_time / calls if calls > 0 else None
        let_in = (await self.habits(setup)).let_in
        access = None if sl3 is None or let_in is None else sl3 * let_in
        return Figures(sum(map(sum, missing)) * hours, largest, sum(map(sum, over)) * hours, sl3, access, cost)

    async def habits(self, setup: Setup) -> Habits:
        """Kept for some minutes; when nothing is known yet, for seconds: a history may just be coming in, and need
        and service level stand on this. Whatever nobody has measured is not known: then nobody is taken to give up.
        """
        now = self._clock.now()
        if self._habits is not None:
            at, held = self._habits
            if now - at < (FRESH_MS if held.let_in is None else KEEP_MS):
                return held
        found = Habits({}, None)
        if self._warehouse is not None:
            from jietong.metrics.intervals import By, Every, Query, metrics  # here: Ibis takes half a second

            window = Span(now - HABITS_MS, now)
            asked = metrics("asa,awt_abandon,sl3(20),sl7(20)")
            query = Query(setup.site.id, window, setup.ground.zone, Every.ALL, (By.QUEUE,), asked)
            try:
                rows = await self._warehouse.rows(query, ALL)
                whole = await self._warehouse.rows(
                    Query(setup.site.id, window, setup.ground.zone, Every.ALL, (), metrics("sl3(20),sl7(20)")), ALL
                )
            except JietongError:
                rows, whole = [], []
            waits = {
                row.keys[0]: Waits((row.cells[0].numerator + row.cells[1].numerator) / 1000, row.cells[1].denominator)
                for row in rows
                if row.keys[0] is not None
            }
            offered = sum(row.cells[0].denominator for row in whole)
            attempts = sum(row.cells[1].denominator for row in whole)
            found = Habits(waits, min(1.0, offered / attempts) if attempts else None)
        self._habits = (now, found)
        return found


def cost_of(days: Any, people: Mapping[str, Person]) -> float:
    """Of paid hours, overtime by its factor."""
    total = 0.0
    for day in days:
        person = people.get(day.agent)
        if person is not None:
            terms = person.terms
            total += terms.cost_hour * (day.paid_s + day.overtime_s * terms.overtime_factor) / 3600
    return total


def shown_cover(picture: Picture, setup: Setup, groups: Sequence[str]) -> Shown:
    shown = []
    for id in groups:
        group = setup.ground.groups[id]
        shown.append(
            {
                "id": id,
                "names": group.name,
                "share": group.goal.share,
                "within_s": group.goal.within_s,
                "absence": group.absence,
                "shrinkage": group.shrinkage,
                "need": rounded(picture.needs[id].need) if id in picture.needs else None,
                "agents": rounded(picture.cover.agents[id]),
                "able": rounded(picture.cover.able[id]),
            }
        )
    known = [picture.needs[id].need for id in groups if id in picture.needs]
    return {
        "start": picture.start,
        "step_s": QUARTER_S,
        "forecast": bool(groups) and all(id in picture.needs for id in groups),
        "groups": shown,
        "need": rounded([sum(step) for step in zip(*known, strict=True)]) if known else None,
        "people": rounded(
            [sum(step) for step in zip(*(picture.cover.agents[id] for id in groups), strict=True)]
            if groups
            else [0.0] * picture.steps
        ),
    }


def shown_figures(one: Figures) -> Shown:
    return {key: None if value is None else round(value, 6) for key, value in one._asdict().items()}


def rounded(values: Sequence[float]) -> list[float]:
    return [round(value, 3) for value in values]


def on_grid(load: Load, span: Span) -> Load:
    """The load in quarters of an hour over the whole span; what it does not reach is nothing."""
    steps = (span.end - span.start) // STEP
    if load.step_s * 1000 == STEP and load.start == span.start and len(load.calls) == steps:
        return load
    calls, aht = [0.0] * steps, [0.0] * steps
    step = load.step_s * 1000
    for i in range(steps):
        at = span.start + i * STEP
        n = (at - load.start) // step
        if 0 <= n < len(load.calls):
            calls[i] = load.calls[n] * STEP / step
            aht[i] = load.aht_s[n]
    return Load(load.queue, span.start, QUARTER_S, tuple(calls), tuple(aht))


@lru_cache(maxsize=64)
def _sized_cached(
    loads: tuple[Load, ...], goal: Goal, lost: float, patience_s: float | None, at_once: float
) -> tuple[Load, tuple[float, ...], tuple[float, ...]]:
    from jietong.workforce import requirement as r  # here: its kernels are compiled with the first use

    pooled = r.pooled(loads)
    need = r.requirement(pooled, goal, r.Service(patience_s=patience_s, at_a_time=at_once))
    return pooled, need.agents, r.rostered(need, lost).agents


def sized(
    loads: Sequence[Load], group: SkillGroup, patience_s: float | None, at_once: float = 1.0, *, keep: bool = True
) -> GroupNeed:
    """Who is needed for the queues of a group, pooled: the one place that says so, on whatever screen. `at_once`:
    contacts of one agent (`ground.at_a_time`). `keep` False: nobody will ask for the same again."""
    work = _sized_cached if keep else _sized_cached.__wrapped__
    pooled, on_line, need = work(tuple(loads), group.goal, lost_of(group), patience_s, at_once)
    return GroupNeed(pooled, patience_s, on_line, need, at_once)


def lost_of(group: SkillGroup) -> float:
    """The share of scheduled people who are not on line: absent, or late and away."""
    return 1 - (1 - group.absence) * (1 - group.shrinkage)


def _in_time(setup: Setup, picture: Picture, groups: Sequence[str], first: int) -> tuple[float, float]:
    """Contacts answered in time, contacts offered."""
    from jietong.workforce import requirement as r
    from jietong.workforce.erlang import Level

    in_time = calls = 0.0
    for id in groups:
        need, group = picture.needs[id], setup.ground.groups[id]
        agents = [value * (1 - lost_of(group)) for value in picture.cover.agents[id]]
        found = r.expected(need.load, group.goal, agents, r.Service(need.patience_s, at_a_time=need.at_a_time))
        level = found.level(Level.OFFERED)
        for i in range(first, picture.steps):
            come = need.load.calls[i]
            if come > 0:
                in_time += come * float(level[i])
                calls += come
    return in_time, calls


def _span(first: str, last: str, setup: Setup) -> Span:
    zone = setup.ground.zone
    return Span(day_of(views.date_of(first), zone).start, day_of(views.date_of(last), zone).end)


def _near(day: PersonDay, span: Span) -> bool:
    return bool(day.spans) and day.spans[0].start < span.end and max(s.end for s in day.spans) > span.start


class Scoped(NamedTuple):
    """The groups that a reader sees, of those asked for."""

    groups: list[str]

    @classmethod
    def of(cls, setup: Setup, by: Principal, group: str | None) -> "Scoped":
        visible = setup.visible(by)
        return cls([id for id in visible if group is None or id == group])
