"""Schedules as `schemas` show them: plain JSON of days, people, conflicts, versions."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import msgspec

from jietong.core.days import day_of
from jietong.core.vocabulary import Ms
from jietong.workforce.schedule import store
from jietong.workforce.schedule.model import Conflict, Person, PersonDay, days_between
from jietong.workforce.schedule.rules.ground import DayKey, Ground, groups_of

Shown = dict[str, Any]


def spans(of: Any) -> list[Shown]:
    return [
        {"start": s.start, "end": s.end, "activity": s.activity, "paid": s.paid, "overtime": s.overtime} for s in of
    ]


def person_day(day: PersonDay, *, edited: bool = False, by_name: str | None = None, at: Ms | None = None) -> Shown:
    return {
        "agent": day.agent,
        "day": day.day,
        "version": day.version,
        "rev": day.rev,
        "edited": edited,
        "locked": day.locked,
        "spans": spans(day.spans),
        "invites": [{"start": one.start, "end": one.end} for one in day.invites],
        "by_name": by_name,
        "at": at,
    }


def draft_day(one: store.DraftDay) -> Shown:
    return person_day(one.day, edited=True, by_name=one.by_name, at=one.at)


def person(one: Person, ground: Ground, days: Sequence[str], groups: Iterable[str], now: Ms) -> Shown:
    seen = set(groups)
    return {
        "id": one.id,
        "name": one.name,
        "team": one.team,
        "employment": one.terms.employment,
        "groups": [id for id in groups_of(one, ground, now) if id in seen],
        "skills": [{"skill": s.skill, "level": s.level, "until": s.until, "gated": s.gated} for s in one.skills],
        "framed": bool(one.terms.frames),
        "frames": [(day, a, b) for day in days for a, b in ground.frames_of(one.id, day)],
        "standby": [(day, a, b) for day in days for a, b in ground.frames_of(one.id, day, standby=True)],
    }


def local_days(first: str, last: str, zone: str) -> list[Shown]:
    out = []
    for day in days_between(first, last):
        span = day_of(date_of(day), zone)
        out.append({"day": day, "start": span.start, "end": span.end, "weekend": date_of(day).weekday() >= 5})
    return out


def conflict(one: Conflict) -> Shown:
    return {
        "key": one.key,
        "code": one.code,
        "must": one.must,
        "agent": one.agent,
        "day": one.day,
        "start": one.start,
        "end": one.end,
        "params": one.params,
        "fix": [msgspec.to_builtins(edit) for edit in one.fix],
    }


def draft(one: store.Draft) -> Shown:
    return one._asdict()


def version(one: store.Version) -> Shown:
    return {key: value for key, value in one._asdict().items() if key != "by"}


def change(one: store.DayChange, people: Mapping[str, Person], *, short: bool) -> Shown:
    return {
        "agent": one.agent,
        "name": people[one.agent].name if one.agent in people else one.agent,
        "day": one.day,
        "before": spans(one.before),
        "after": spans(one.after),
        "short_notice": short,
    }


def told(changes: Sequence[Shown]) -> list[Shown]:
    """Each person whose days change, once."""
    out: dict[str, Shown] = {}
    for one in changes:
        entry = out.setdefault(
            one["agent"], {"agent": one["agent"], "name": one["name"], "days": 0, "short_notice": False}
        )
        entry["days"] += 1
        entry["short_notice"] = entry["short_notice"] or one["short_notice"]
    return list(out.values())


def edit(one: store.EditEntry) -> Shown:
    return {
        "n": one.n,
        "edit": one.edit,
        "undone": one.undone,
        "undoes": one.undoes,
        "by": one.by,
        "by_name": one.by_name,
        "at": one.at,
        "agents": sorted({day.agent for day in one.after}),
        "days": sorted({day.day for day in one.after}),
    }


def items(published: Mapping[DayKey, PersonDay], drafted: Mapping[DayKey, store.DraftDay]) -> list[Shown]:
    """Of a draft: its own person-days over the published ones."""
    out = [draft_day(one) for one in drafted.values()]
    out += [person_day(day) for key, day in published.items() if key not in drafted]
    return sorted(out, key=lambda one: (one["agent"], one["day"]))


def date_of(day: str) -> date:

    return date.fromisoformat(day)
