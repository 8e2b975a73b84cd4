"""Which lever would have met the target (D7): the period's calls run again with one thing changed at a time. Pure."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

from msgspec import Struct

from jietong.core.clock import to_datetime
from jietong.core.days import day_of
from jietong.core.vocabulary import Ms
from jietong.sla.rules.rerun import HOUR, Call, Change, Outcome, Staff, Traffic, run, staff_of, traffic

Kind: TypeAlias = Literal["unchanged", "callback", "agents", "handling", "lines", "agents_and_callback"]
BLOCK_HOURS = 3
MOST_AGENTS = 12
_NEAR = 0.0005


class Costs(Struct, frozen=True):
    """In the contract's currency; None: not known, and the lever's cost is not told."""

    agent_hour: Decimal | None = None
    callback: Decimal | None = None  # for each one made
    line_month: Decimal | None = None


class Lever(Struct, frozen=True):
    """What one change gives. `meets`: SL3 reaches the target. `values` for the words."""

    kind: Kind
    level: float | None
    access: float | None
    meets: bool
    cost: Decimal | None
    abandoned: int = 0
    values: dict[str, str] = {}


class Levers(Struct, frozen=True):
    """`actual` as counted, `calibration` the unchanged run less the actual one: how near the model comes. `factor`:
    which share of the time on line really took calls; `staffed`: whether it was known who was on line."""

    target: float
    actual: float | None
    actual_access: float | None
    calibration: float | None
    factor: float
    staffed: bool
    items: tuple[Lever, ...]


class Block(NamedTuple):
    """The hours of a weekday in which most was missed."""

    weekday: int  # Monday is 0
    hour: int
    misses: int
    share: float
    stretches: tuple[tuple[Ms, Ms], ...]


def levers(
    calls: Sequence[Call],
    staff: Sequence[Staff],
    *,
    target: float,
    target_ms: Ms,
    zone: str,
    costs: Costs | None = None,
    callback_ms: Ms = 90_000,
    lines: int = 12,
    seed: int = 1,
    told: Callable[[float], None] = lambda done: None,
) -> Levers:
    """Each lever alone, then the first two together. `staff` empty: taken from the calls themselves."""
    costs = costs or Costs()
    real = outcome_of(calls, target_ms)
    on = traffic(calls, seed)
    known = bool(staff)
    staff = staff or staff_of(calls)
    if real.level is None or not staff:
        return Levers(target, real.level, real.access, None, 1.0, known, ())
    factor, base = calibrated(on, staff, target_ms, real.level)
    told(0.5)
    block = worst_block(calls, target_ms, zone)
    found = [Lever("unchanged", base.level, base.access, _meets(base, target), Decimal(0), base.abandoned)]

    def tried(kind: Kind, change: Change, cost: Decimal | None, **values: str) -> Lever:
        outcome = run(on, staff, target_ms, change, factor)
        if kind in ("callback", "agents_and_callback"):
            made = None if costs.callback is None else costs.callback * outcome.called_back
            cost = None if cost is None or made is None else cost + made
            values["called_back"] = str(outcome.called_back)
        return Lever(kind, outcome.level, outcome.access, _meets(outcome, target), cost, outcome.abandoned, values)

    seconds = f"{callback_ms / 1000:g}"
    back = Change(callback_ms=callback_ms)
    found.append(tried("callback", back, Decimal(0), seconds=seconds))
    told(0.6)
    if block is not None:
        n = _fewest(on, staff, target_ms, target, factor, block)
        extra = tuple((a, b, n) for a, b in block.stretches)
        hours = sum(b - a for a, b in block.stretches) / HOUR
        cost = None if costs.agent_hour is None else costs.agent_hour * n * Decimal(repr(hours))
        where = {"agents": str(n), "weekday": str(block.weekday), "from": str(block.hour)}
        where |= {"to": str(block.hour + BLOCK_HOURS)}
        found.append(tried("agents", Change(extra=extra), cost, **where))
        found.append(tried("agents_and_callback", back._replace(extra=extra), cost, seconds=seconds, **where))
    told(0.8)
    found.append(tried("handling", Change(handling=0.9), None, percent="10"))
    if real.blocked:
        cost = None if costs.line_month is None else costs.line_month * lines
        found.append(tried("lines", Change(lines=lines), cost, lines=str(lines)))
    told(1.0)
    return Levers(target, real.level, real.access, (base.level or 0.0) - real.level, factor, known, tuple(found))


def outcome_of(calls: Iterable[Call], target_ms: Ms) -> Outcome:
    """As it was."""
    in_time = answered = abandoned = blocked = lost = 0
    for c in calls:
        answered += c.ending == "answered"
        in_time += c.ending == "answered" and c.wait_ms <= target_ms
        abandoned += c.ending == "abandoned"
        blocked += c.ending == "blocked"
        lost += c.ending == "lost"
    return Outcome(in_time, answered, abandoned, blocked, lost, 0)


def calibrated(on: Traffic, staff: Sequence[Staff], target_ms: Ms, level: float) -> tuple[float, Outcome]:
    """The share of the time on line by which the unchanged run comes nearest to the real service level."""
    low, high = 0.3, 2.0
    best = (1.0, run(on, staff, target_ms))
    for _ in range(9):
        if abs((best[1].level or 0) - level) < _NEAR:
            break
        middle = (low + high) / 2
        outcome = run(on, staff, target_ms, factor=middle)
        if abs((outcome.level or 0) - level) < abs((best[1].level or 0) - level):
            best = (middle, outcome)
        if (outcome.level or 0) < level:
            low = middle
        else:
            high = middle
    return best


def worst_block(calls: Sequence[Call], target_ms: Ms, zone: str) -> Block | None:
    """The three hours of a weekday that missed most, over the whole period; None: nothing was missed."""
    tz = ZoneInfo(zone)
    missed: dict[tuple[int, int], int] = {}
    days: dict[int, set[date]] = {}
    for c in calls:
        local = to_datetime(c.arrived).astimezone(tz)
        days.setdefault(local.weekday(), set()).add(local.date())
        bad = c.ending == "abandoned" or (c.ending == "answered" and c.wait_ms > target_ms)
        if bad:
            key = (local.weekday(), local.hour)
            missed[key] = missed.get(key, 0) + 1
    total = sum(missed.values())
    if not total:
        return None

    def within(weekday: int, hour: int) -> int:
        return sum(missed.get((weekday, hour + n), 0) for n in range(BLOCK_HOURS))

    best = max((within(w, h), -w, -h) for w in range(7) for h in range(24 - BLOCK_HOURS + 1))
    misses, weekday, hour = best[0], -best[1], -best[2]
    stretches = []
    for one in sorted(days.get(weekday, ())):
        start = day_of(one, zone).start + hour * HOUR
        stretches.append((start, start + BLOCK_HOURS * HOUR))
    return Block(weekday, hour, misses, misses / total, tuple(stretches))


def _fewest(on: Traffic, staff: Sequence[Staff], target_ms: Ms, target: float, factor: float, block: Block) -> int:
    """The fewest more agents in the block that meet the target; where none do, as many as still help."""
    low, high = 1, MOST_AGENTS

    def level(n: int) -> float:
        extra = tuple((a, b, n) for a, b in block.stretches)
        return run(on, staff, target_ms, Change(extra=extra), factor).level or 0.0

    most = level(high)
    wanted = target if most >= target else most - 0.001
    while low < high:
        middle = (low + high) // 2
        if level(middle) >= wanted:
            high = middle
        else:
            low = middle + 1
    return low


def _meets(outcome: Outcome, target: float) -> bool:
    return outcome.level is not None and outcome.level >= target
