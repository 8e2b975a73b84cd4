"""Edits of a draft: small operations on person-days. Pure.

Work is the ground of a shift, everything else lies on it: what is moved or taken away leaves work behind, what is put
down displaces work. Two things other than work may overlap in a draft; `checks` tells.
"""

from collections.abc import Sequence
from datetime import date
from typing import TypeAlias

import msgspec
from msgspec import Struct

from jietong.core.days import day_of
from jietong.core.errors import Invalid, Refused
from jietong.core.events import PlannedSpan
from jietong.core.vocabulary import Activity, Ms
from jietong.workforce.schedule.model import (
    MINUTE,
    ON_SITE,
    Invite,
    PersonDay,
    Spans,
    at_wall,
    local_date_of,
    minute_of,
)
from jietong.workforce.schedule.rules.breaks import placed
from jietong.workforce.schedule.rules.ground import DayKey, Days, Ground

GRID: Ms = 5 * MINUTE
LONGEST: Ms = 24 * 60 * MINUTE
MOST_SPANS = 60


class Edit(Struct, frozen=True, tag_field="op", omit_defaults=True):
    """Of one person's local day. A span is named by where it starts."""

    agent: str
    day: str


class Put(Edit, frozen=True, tag="put"):
    """The whole day, as the planner's screen has it."""

    spans: tuple[PlannedSpan, ...]


class Clear(Edit, frozen=True, tag="clear"):
    """Free."""


class MoveShift(Edit, frozen=True, tag="move_shift"):
    """The whole day by so many seconds; leave stays where it is."""

    by_s: int


class Move(Edit, frozen=True, tag="move"):
    """What starts at `start` starts at `to`; of several that start there, the one of `activity`."""

    start: Ms
    to: Ms
    activity: Activity | None = None


class Resize(Edit, frozen=True, tag="resize"):
    """What starts at `start` goes from `begin` to `end`."""

    start: Ms
    begin: Ms
    end: Ms
    activity: Activity | None = None


class Change(Edit, frozen=True, tag="change"):
    """What starts at `start` becomes another activity."""

    start: Ms
    into: Activity
    activity: Activity | None = None


class Insert(Edit, frozen=True, tag="insert"):
    """`paid` None: as usual; a meal by the person's rules, standby not."""

    start: Ms
    end: Ms
    activity: Activity
    paid: bool | None = None
    overtime: bool = False


class Remove(Edit, frozen=True, tag="remove"):
    """Takes away what starts at `start`; within a shift work takes its place."""

    start: Ms
    activity: Activity | None = None


class Assign(Edit, frozen=True, tag="assign"):
    """Gives the day's shift to somebody else, whose day must be free of shifts."""

    to: str


class Place(Edit, frozen=True, tag="place"):
    """A shift by its pattern, begun `minute` minutes after midnight, with breaks and meal placed."""

    pattern: str
    minute: int


class PlaceBreaks(Edit, frozen=True, tag="place_breaks"):
    """Breaks and meal anew, by the rules."""


class Lock(Edit, frozen=True, tag="lock"):
    """Neither solver nor edits touch a locked day."""

    locked: bool


class CallIn(Edit, frozen=True, tag="call_in"):
    """Invites a part-timer on standby when the draft is published (A6)."""

    start: Ms
    end: Ms


class NoCallIn(Edit, frozen=True, tag="no_call_in"):
    start: Ms


AnyEdit: TypeAlias = (
    Put | Clear | MoveShift | Move | Resize | Change | Insert | Remove | Assign | Place | PlaceBreaks | Lock | CallIn
    | NoCallIn
)  # fmt: skip


def read(document: object) -> AnyEdit:
    """Raises Invalid `bad_edit`."""
    try:
        edit: AnyEdit = msgspec.convert(document, AnyEdit)
        return edit
    except msgspec.ValidationError as error:
        raise Invalid("bad_edit", f"This edit cannot be read: {error}.") from error


def touches(edit: AnyEdit) -> tuple[DayKey, ...]:
    """The person-days that an edit changes."""
    if isinstance(edit, Assign):
        return (edit.agent, edit.day), (edit.to, edit.day)
    return ((edit.agent, edit.day),)


def apply(edit: AnyEdit, days: Days, ground: Ground) -> dict[DayKey, PersonDay]:
    """The person-days that it changes, as they are afterwards; revisions stay as they were.

    Raises Invalid `unknown_agent`, `no_such_span`, `bad_span`, `wrong_day`, `unknown_pattern`; Refused `day_locked`,
    `day_taken`.
    """
    for agent, _ in touches(edit):
        if agent not in ground.people:
            raise Invalid("unknown_agent", f"There is no agent {agent!r} who could be scheduled.", agent=agent)
    key = (edit.agent, edit.day)
    day = days.get(key) or PersonDay(edit.agent, edit.day)
    if isinstance(edit, Lock):
        return {key: _with(day, locked=edit.locked)}
    for agent, local in touches(edit):
        if (held := days.get((agent, local))) is not None and held.locked:
            raise Refused("day_locked", "This day is locked: unlock it first.", agent=agent, day=local)
    if isinstance(edit, Assign):
        return _assigned(edit, day, days, ground)
    if isinstance(edit, CallIn):
        _check_span(edit.start, edit.end)
        if not ground.people[edit.agent].part_time:
            raise Invalid("bad_edit", "Part-timers are called in; full-timers are asked for overtime.")
        if local_date_of(edit.start, ground.zone) != edit.day:
            raise Invalid("wrong_day", "This lies on another day: a call-up belongs to the day on which it starts.")
        kept = tuple(one for one in day.invites if one.start != edit.start)
        return {key: _with(day, invites=(*kept, Invite(edit.start, edit.end)))}
    if isinstance(edit, NoCallIn):
        return {key: _with(day, invites=tuple(one for one in day.invites if one.start != edit.start))}
    if isinstance(edit, Put):  # before they are put in order, where one that ends before it starts would fall away
        for span in edit.spans:
            _check_span(span.start, span.end)
    spans = normal(_changed(edit, day.spans, ground))
    check_day(edit.day, spans, ground.zone)
    return {key: _with(day, spans=spans)}


def apply_all(edits: Sequence[AnyEdit], days: Days, ground: Ground) -> dict[DayKey, PersonDay]:
    """One after the other; gives all that they changed. Raises as `apply`, then nothing counts."""
    now: dict[DayKey, PersonDay] = dict(days)
    changed: dict[DayKey, PersonDay] = {}
    for edit in edits:
        made = apply(edit, now, ground)
        now.update(made)
        changed.update(made)
    return changed


def normal(spans: Sequence[PlannedSpan]) -> Spans:
    """In order; work gives way to everything else, and stretches of it that touch are one."""
    others = sorted((s for s in spans if s.activity is not Activity.WORK), key=lambda s: (s.start, s.end, s.activity))
    work: list[PlannedSpan] = []
    for span in sorted((s for s in spans if s.activity is Activity.WORK), key=lambda s: s.start):
        start = max(span.start, work[-1].end) if work else span.start
        for piece in _without(start, span.end, others):
            one = msgspec.structs.replace(span, start=piece[0], end=piece[1])
            if work and work[-1].end == one.start and (work[-1].paid, work[-1].overtime) == (one.paid, one.overtime):
                work[-1] = msgspec.structs.replace(work[-1], end=one.end)
            else:
                work.append(one)
    return tuple(sorted([*work, *others], key=lambda s: (s.start, s.end)))


def check_day(day: str, spans: Spans, zone: str) -> None:
    """Raises Invalid `bad_span`, `wrong_day`: a shift starts on its local day and is at most 24 hours long."""
    if len(spans) > MOST_SPANS:
        raise Invalid("bad_span", f"A day has at most {MOST_SPANS} spans.")
    try:
        local = day_of(_date(day), zone)
    except ValueError as error:
        raise Invalid("bad_day", f"{day!r} is no day: write it as 2026-07-15.") from error
    for span in spans:
        _check_span(span.start, span.end)
        if not local.start <= span.start < local.end + LONGEST or span.end > local.end + LONGEST:
            raise Invalid("wrong_day", "This lies on another day: a shift belongs to the day on which it starts.")
    if spans and spans[0].start >= local.end:
        raise Invalid("wrong_day", "This starts on the next day: put it there.")


def overlaps(spans: Spans) -> list[tuple[PlannedSpan, PlannedSpan]]:
    """Each span that begins before one before it has ended, with that one."""
    out: list[tuple[PlannedSpan, PlannedSpan]] = []
    longest: PlannedSpan | None = None
    for span in sorted(spans, key=lambda s: (s.start, s.end)):
        if longest is not None and span.start < longest.end:
            out.append((longest, span))
        if longest is None or span.end > longest.end:
            longest = span
    return out


def moved(spans: Sequence[PlannedSpan], by: Ms) -> Spans:
    return tuple(msgspec.structs.replace(s, start=s.start + by, end=s.end + by) for s in spans)


def onto(spans: Sequence[PlannedSpan], day: str, to: str, zone: str) -> Spans:
    """The same wall times on another local day; where a clock changes in between, lengths follow the wall clock."""

    out = []
    for span in spans:
        start = at_wall(to, minute_of(span.start, day, zone), zone)
        end = at_wall(to, minute_of(span.end, day, zone), zone)
        if end > start:
            out.append(msgspec.structs.replace(span, start=start, end=end))
    return tuple(out)


# --- inside ----------------------------------------------------------------------------------------------------


def _changed(edit: AnyEdit, spans: Spans, ground: Ground) -> Sequence[PlannedSpan]:
    match edit:
        case Put():
            return edit.spans
        case Clear():
            return ()
        case MoveShift():
            by = edit.by_s * 1000
            kept = [s for s in spans if s.activity is Activity.LEAVE]
            return [*kept, *moved([s for s in spans if s.activity is not Activity.LEAVE], by)]
        case Move():
            span = _named(spans, edit.start, edit.activity)
            return _put(spans, span, edit.to, edit.to + (span.end - span.start))
        case Resize():
            return _put(spans, _named(spans, edit.start, edit.activity), edit.begin, edit.end)
        case Change():
            span = _named(spans, edit.start, edit.activity)
            rest = [s for s in spans if s is not span]
            paid = _usual(edit.into, edit.agent, ground)
            return [*rest, msgspec.structs.replace(span, activity=edit.into, paid=paid)]
        case Insert():
            paid = _usual(edit.activity, edit.agent, ground) if edit.paid is None else edit.paid
            new = PlannedSpan(edit.start, edit.end, edit.activity, paid, edit.overtime)
            return [*spans, new]
        case Remove():
            span = _named(spans, edit.start, edit.activity)
            return _without_span(spans, span)
        case Place():
            return _placed(edit, spans, ground)
        case PlaceBreaks():
            rules = ground.rules_of(edit.agent)
            return placed(spans, rules.breaks, rules.meal)
        case _:
            raise AssertionError(edit)


def _usual(activity: Activity, agent: str, ground: Ground) -> bool:
    """Whether an activity is paid where nobody says otherwise."""
    if activity is Activity.MEAL:
        meal = ground.rules_of(agent).meal
        return meal is not None and meal.paid
    return activity is not Activity.STANDBY


def _put(spans: Spans, span: PlannedSpan, start: Ms, end: Ms) -> list[PlannedSpan]:
    """The span elsewhere. A break or a meal stays within the shift."""
    new = msgspec.structs.replace(span, start=start, end=end)
    if span.activity is Activity.WORK:
        return [*(s for s in spans if s is not span), new]
    rest = _without_span(spans, span)
    if span.activity in (Activity.BREAK, Activity.MEAL):
        on = [s for s in rest if s.activity in ON_SITE]
        if not on or start < min(s.start for s in on) or end > max(s.end for s in on):
            raise Invalid("bad_span", "A break or a meal lies within the shift.")
    return [*rest, new]


def _without_span(spans: Spans, span: PlannedSpan) -> list[PlannedSpan]:
    rest = [s for s in spans if s is not span]
    if span.activity is Activity.WORK or span.activity not in ON_SITE:
        return rest
    beside = [s for s in rest if s.activity in ON_SITE and (s.end == span.start or s.start == span.end)]
    if beside:
        rest.append(PlannedSpan(span.start, span.end, Activity.WORK, overtime=beside[0].overtime))
    return rest


def _placed(edit: Place, spans: Spans, ground: Ground) -> Sequence[PlannedSpan]:
    pattern = ground.patterns.get(edit.pattern)
    if pattern is None:
        raise Invalid("unknown_pattern", f"There is no shift pattern {edit.pattern!r}.")
    start = at_wall(edit.day, edit.minute, ground.zone)
    shift = PlannedSpan(start, start + pattern.length * MINUTE, Activity.WORK)
    kept = [s for s in spans if s.activity not in ON_SITE and s.activity is not Activity.STANDBY]
    return [*kept, *placed((shift,), pattern.breaks, pattern.meal)]


def _assigned(edit: Assign, day: PersonDay, days: Days, ground: Ground) -> dict[DayKey, PersonDay]:
    other = days.get((edit.to, edit.day)) or PersonDay(edit.to, edit.day)
    if edit.to == edit.agent:
        raise Invalid("bad_edit", "Give the shift to somebody else.")
    if other.shift is not None:
        raise Refused("day_taken", "Whoever is to take the shift works on that day already.", agent=edit.to)
    shift = [s for s in day.spans if s.activity in ON_SITE]
    if not shift:
        raise Invalid("no_such_span", "There is no shift to give away.")
    kept = tuple(s for s in day.spans if s.activity not in ON_SITE)
    theirs = normal([*(s for s in other.spans if s.activity is not Activity.STANDBY), *shift])
    check_day(edit.day, theirs, ground.zone)
    return {
        (edit.agent, edit.day): _with(day, spans=kept),
        (edit.to, edit.day): _with(other, spans=theirs),
    }


def _named(spans: Spans, start: Ms, activity: Activity | None) -> PlannedSpan:
    for span in spans:
        if span.start == start and (activity is None or span.activity is activity):
            return span
    raise Invalid("no_such_span", "Nothing starts there any more: somebody may have moved it.", start=start)


def _check_span(start: Ms, end: Ms) -> None:
    if end <= start or end - start > LONGEST:
        raise Invalid("bad_span", "It ends after it starts, and is at most 24 hours long.")
    if start % GRID or end % GRID:
        raise Invalid("bad_span", "Times go in steps of five minutes.")


def _without(start: Ms, end: Ms, others: Sequence[PlannedSpan]) -> list[tuple[Ms, Ms]]:
    """What of the stretch the others leave."""
    out: list[tuple[Ms, Ms]] = []
    at = start
    for other in others:
        if other.end <= at or other.start >= end:
            continue
        if other.start > at:
            out.append((at, other.start))
        at = max(at, other.end)
    if at < end:
        out.append((at, end))
    return out


def _with(day: PersonDay, **fields: object) -> PersonDay:
    return msgspec.structs.replace(day, **fields)


def _date(day: str) -> date:

    return date.fromisoformat(day)
