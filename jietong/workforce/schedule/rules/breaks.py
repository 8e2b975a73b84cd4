"""Breaks and meals: where a shift lacks them, and where they fit (G6: 15 minutes for every 2 hours on line). Pure."""

from collections.abc import Sequence
from math import ceil
from typing import NamedTuple

from jietong.core.events import PlannedSpan
from jietong.core.vocabulary import Activity, Ms
from jietong.workforce.schedule.model import MINUTE, ON_SITE, STEP, BreakRule, MealRule

AT_SCREEN = frozenset({Activity.WORK, Activity.CASEWORK})


class Stretch(NamedTuple):
    """On line or at casework without a break, from `start` to `end`; shorter interruptions are within it."""

    start: Ms
    end: Ms


def stretches(spans: Sequence[PlannedSpan], rule: BreakRule) -> list[Stretch]:
    """Time at the screen without an interruption of at least the rule's length."""
    out: list[Stretch] = []
    rest = rule.length * MINUTE
    for span in sorted((s for s in spans if s.activity in AT_SCREEN), key=lambda s: s.start):
        if out and span.start - out[-1].end < rest:
            out[-1] = Stretch(out[-1].start, max(span.end, out[-1].end))
        else:
            out.append(Stretch(span.start, span.end))
    return out


def too_long(spans: Sequence[PlannedSpan], rule: BreakRule) -> list[Stretch]:
    """Stretches longer than the rule allows."""
    return [one for one in stretches(spans, rule) if one.end - one.start > rule.after * MINUTE]


def breaks_for(stretch: Stretch, rule: BreakRule) -> list[tuple[Ms, Ms]]:
    """Where breaks cut the stretch into parts that are short enough: as few as will do, evenly, on quarters of an
    hour where that keeps to the rule."""
    length, after = rule.length * MINUTE, rule.after * MINUTE
    whole = stretch.end - stretch.start
    if whole <= after:
        return []
    n = ceil((whole - after) / (after + length))
    part = (whole - n * length) / (n + 1)
    out: list[tuple[Ms, Ms]] = []
    at = stretch.start
    for left in range(n, 0, -1):
        wanted = at + round(part)
        start = wanted - wanted % STEP if after >= STEP else wanted
        # The rest must still fit into what is left of the breaks: never so early that it would not.
        least = stretch.end - left * (after + length)
        grid = 5 * MINUTE
        start = max(start, least + (-least) % grid, at + grid)
        out.append((start, start + length))
        at = start + length
    return out


def meal_missing(spans: Sequence[PlannedSpan], rule: MealRule | None) -> bool:
    """Whether a shift that is long enough for a meal has none, or one that is too short or at the wrong time."""
    shift = _shift(spans)
    if rule is None or shift is None or shift[1] - shift[0] <= rule.over * MINUTE:
        return False
    return not any(
        span.activity is Activity.MEAL
        and span.end - span.start >= rule.length * MINUTE
        and shift[0] + rule.earliest * MINUTE <= span.start <= shift[0] + rule.latest * MINUTE
        for span in spans
    )


def meal_for(spans: Sequence[PlannedSpan], rule: MealRule) -> tuple[Ms, Ms] | None:
    """The place nearest to the shift's middle where a meal displaces nothing but work and breaks."""
    shift = _shift(spans)
    if shift is None:
        return None
    length = rule.length * MINUTE
    first, last = shift[0] + rule.earliest * MINUTE, min(shift[0] + rule.latest * MINUTE, shift[1] - length)
    fixed = [s for s in spans if s.activity not in (Activity.WORK, Activity.BREAK, Activity.MEAL)]
    middle = (shift[0] + shift[1] - length) / 2
    begun = first + (-first) % STEP
    starts = [first, *range(begun, last + 1, STEP)] if last >= first else []
    free = [at for at in starts if not any(s.start < at + length and s.end > at for s in fixed)]
    if not free:
        return None
    start = min(free, key=lambda at: (abs(at - middle), at))
    return start, start + length


def placed(spans: Sequence[PlannedSpan], breaks: BreakRule, meal: MealRule | None) -> list[PlannedSpan]:
    """The shift with its meal and breaks placed anew; training, meetings and casework stay. Work under what is placed
    is left to `edits.normal`."""
    kept = [s for s in spans if s.activity not in (Activity.BREAK, Activity.MEAL)]
    gone = [s for s in spans if s.activity in (Activity.BREAK, Activity.MEAL)]
    kept += [PlannedSpan(s.start, s.end, Activity.WORK) for s in gone]
    out = list(kept)
    shift = _shift(kept)
    if shift is None:
        return out
    rest: list[PlannedSpan] = []
    if meal is not None and shift[1] - shift[0] > meal.over * MINUTE:
        place = meal_for(kept, meal)
        if place is not None:
            rest.append(PlannedSpan(*place, Activity.MEAL, paid=meal.paid))
    for stretch in stretches(_cut(kept, rest), breaks):
        rest += [PlannedSpan(*one, Activity.BREAK) for one in breaks_for(stretch, breaks)]
    return out + rest


def _shift(spans: Sequence[PlannedSpan]) -> tuple[Ms, Ms] | None:
    on = [s for s in spans if s.activity in ON_SITE]
    return (min(s.start for s in on), max(s.end for s in on)) if on else None


def _cut(spans: Sequence[PlannedSpan], others: Sequence[PlannedSpan]) -> list[PlannedSpan]:
    """Work without what lies on it, others beside."""
    fixed = [*others, *(s for s in spans if s.activity not in AT_SCREEN)]
    out: list[PlannedSpan] = []
    for span in spans:
        if span.activity not in AT_SCREEN:
            continue
        at = span.start
        for other in sorted(fixed, key=lambda s: s.start):
            if other.end <= at or other.start >= span.end:
                continue
            if other.start > at:
                out.append(PlannedSpan(at, other.start, span.activity))
            at = max(at, other.end)
        if at < span.end:
            out.append(PlannedSpan(at, span.end, span.activity))
    return out
