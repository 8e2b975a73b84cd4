"""The day as `schemas` show it: for one reader, with the groups that they may see."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from jietong.contacts.attendance import Excuse
from jietong.core.vocabulary import Ms
from jietong.identity.model import Principal
from jietong.routing.engine import Engine
from jietong.workforce.day.model import Back, Lever
from jietong.workforce.day.people import Overload
from jietong.workforce.day.service import Coverage, Picture
from jietong.workforce.day.store import Action
from jietong.workforce.schedule.model import PersonDay
from jietong.workforce.schedule.rules.edits import AnyEdit, Change, Insert, Move
from jietong.workforce.schedule.rules.ground import DayKey

Shown = dict[str, Any]


def day(
    seen: Picture,
    by: Principal,
    excuses: Sequence[Excuse],
    overloads: Sequence[Overload],
    accounts: Mapping[str, str],
    engine: Engine,
    people: Sequence[Any],
) -> Shown:
    """`people`: as of this moment."""
    visible = seen.setup.visible(by)
    mine = set(visible)
    shown_people = []
    for one in people:
        entry = msgspec.to_builtins(one)
        entry["groups"] = [g for g in one.groups if g in mine]
        shown_people.append(entry)
    due = [one for one in people if one.activity is not None]
    return {
        "now": seen.now,
        "day": seen.today,
        "zone": seen.setup.ground.zone,
        "start": seen.grid.start,
        "step_s": seen.grid.step_s,
        "published": any(one.day == seen.today for one in seen.published.values()),
        "groups": [_group(seen, id) for id in visible],
        "people": shown_people,
        "total": {
            "kept_ms": sum(one.kept_ms for one in people),
            "scheduled_ms": sum(one.scheduled_ms for one in people),
            "out": sum(one.out_since is not None for one in people),
            "absent": sum(one.absent for one in people),
            "present": sum(not one.absent for one in due),
        },
        "exceptions": [
            {
                "id": one.id,
                "agent": one.agent,
                "name": name_of(engine, one.agent),
                "start": one.start,
                "end": one.end,
                "note": one.note,
                "by_name": accounts.get(one.by, one.by),
                "at": one.at,
                "withdrawn": one.withdrawn,
            }
            for one in excuses
        ],
        "overloads": [
            {
                "group": one.group,
                "occupancy": round(one.occupancy, 4),
                "limit": one.limit,
                "agents": [
                    {"agent": a, "name": name_of(engine, a), "occupancy": round(o, 4), "on_line_since": since}
                    for a, o, since in one.agents[:5]
                ],
            }
            for one in overloads
            if one.group in mine
        ],
    }


def lever(one: Lever, days: Mapping[DayKey, PersonDay], engine: Engine, back: Back) -> Shown:
    return {
        "id": one.id,
        "kind": one.kind.value,
        "groups": list(one.groups),
        "before": msgspec.to_builtins(one.before),
        "after": msgspec.to_builtins(one.after),
        "cost": None if one.cost is None else round(one.cost, 2),
        "does": one.does,
        "asks": bool(one.ask),
        "back": back.value,
        "places": one.places,
        "start": one.start,
        "end": one.end,
        "agents": list(one.agents),
        "names": [name_of(engine, agent) for agent in one.agents],
        "moves": [_move(edit, days, engine) for edit in one.edits],
    }


def action(one: Action, engine: Engine, *, unanswered: bool) -> Shown:
    """`unanswered`: people were asked, and somebody is still to answer."""
    agents = dict.fromkeys([*(entry[0] for entry in one.before), *one.params.get("agents", ())])
    return {
        "id": one.id,
        "kind": one.kind,
        "params": one.params,
        "effect": one.effect,
        "names": [name_of(engine, agent) for agent in agents],
        "at": one.at,
        "by_name": one.by_name,
        "undone_at": one.undone_at,
        "undone_by_name": one.undone_by_name,
        "back": (Back.UNDO if one.before else Back.WITHDRAW if unanswered else Back.NONE).value
        if one.undone_at is None
        else Back.NONE.value,
    }


def coverage(found: Coverage, engine: Engine) -> Shown:
    seen, rows, lapsing, trainings, warn_days = found
    skills = {id: spec.name for id, spec in engine.skills.items()}
    ground = seen.setup.ground
    first, last = _open(seen, rows)
    return {
        "day": seen.today,
        "start": seen.grid.start,
        "step_s": seen.grid.step_s,
        "first": first,
        "last": last,
        "warn_days": warn_days,
        "skills": [
            {
                "skill": row.skill.skill,
                "names": skills.get(row.skill.skill, {}),
                "level": row.skill.level,
                "groups": list(row.groups),
                "holders": row.holders,
                "able": _rounded(row.able),
                "need": None if row.need is None else _rounded(row.need),
                "alone": [None if a is None else name_of(engine, a) for a in row.alone],
                "gone": list(row.gone),
            }
            for row in rows
        ],
        "lapsing": [
            {
                "agent": one.agent,
                "name": name_of(engine, one.agent),
                "skill": one.skill,
                "names": skills.get(one.skill, {}),
                "until": one.until,
                "holders_left": one.holders_left,
            }
            for one in lapsing
        ],
        "trainings": [
            {
                "target": one.target,
                "target_names": ground.groups[one.target].name,
                "source": one.source,
                "source_names": ground.groups[one.source].name,
                "agents": list(one.agents),
                "names": [name_of(engine, agent) for agent in one.agents],
                "skills": [level.skill for level in one.skills],
                "before": round(one.before, 2),
                "after": _rounded(one.after),
            }
            for one in trainings
        ],
    }


def name_of(engine: Engine, agent: str) -> str:
    found = engine.agents.get(agent)
    return found.spec.name if found is not None else agent


def _group(seen: Picture, id: str) -> Shown:
    group, spec = seen.groups[id], seen.setup.ground.groups[id]

    def optional(values: Sequence[float] | None) -> list[float] | None:
        return None if values is None else _rounded(values)

    return {
        "id": id,
        "names": spec.name,
        "share": spec.goal.share,
        "within_s": spec.goal.within_s,
        "said": optional(group.said),
        "mean": None if group.load is None else _rounded(group.load.calls),
        "p10": optional(group.p10),
        "p90": optional(group.p90),
        "came": None if group.came is None else [None if v is None else round(v, 3) for v in group.came],
        "need_said": optional(group.need_said),
        "need": optional(group.need),
        "planned": _rounded(group.planned),
        "cover": _rounded(group.cover),
    }


def _move(edit: AnyEdit, days: Mapping[DayKey, PersonDay], engine: Engine) -> Shown:
    start: Ms = getattr(edit, "start", 0)
    held = days.get((edit.agent, edit.day))
    span = next((s for s in held.spans if s.start == start), None) if held is not None else None
    out: Shown = {
        "agent": edit.agent,
        "name": name_of(engine, edit.agent),
        "activity": span.activity if span is not None else None,
        "start": start,
        "end": span.end if span is not None else None,
    }
    if isinstance(edit, Move):
        out["to"] = edit.to
    elif isinstance(edit, Change):
        out["into"] = edit.into
    elif isinstance(edit, Insert):
        out |= {"into": edit.activity, "end": edit.end, "activity": None}
    return out


def _open(seen: Picture, rows: Sequence[Any]) -> tuple[int, int]:
    """The steps in which anything is needed or anybody is there."""
    busy = [
        i
        for i in range(seen.grid.n)
        if any(row.able[i] > 0 or (row.need is not None and row.need[i] > 0) for row in rows)
    ]
    return (busy[0], busy[-1] + 1) if busy else (0, seen.grid.n)


def _rounded(values: Sequence[float]) -> list[float]:
    return [round(value, 3) for value in values]
