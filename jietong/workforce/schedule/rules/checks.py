"""What is wrong with a schedule, before people work by it: conflicts that must be mended, and notes. Pure.

Each conflict has a code that screens word, and where one is plain a `fix`: the edits that mend it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from jietong.core.vocabulary import Activity, Ms
from jietong.workforce.schedule.model import (
    ON_SITE,
    Conflict,
    Person,
    PersonDay,
    SiteRules,
    shift_day,
)
from jietong.workforce.schedule.rules import breaks, hours
from jietong.workforce.schedule.rules.cover import Cover, gaps, stretches
from jietong.workforce.schedule.rules.edits import overlaps
from jietong.workforce.schedule.rules.ground import Days, Ground, groups_of, serves

AROUND = 35
"""Days before the first and after the last that a check wants to see: a month and the rest between shifts."""
DAY_MS: Ms = 86_400_000


def check(days: Days, ground: Ground, first: str, last: str, *, now: Ms) -> list[Conflict]:
    """Conflicts of the people's days within `first` … `last`, by day and person. What is past is not looked at."""
    by_agent: dict[str, list[PersonDay]] = defaultdict(list)
    for day in days.values():
        by_agent[day.agent].append(day)
    out: list[Conflict] = []
    for agent, theirs in by_agent.items():
        person = ground.people.get(agent)
        if person is not None:
            out += check_person(person, theirs, ground, first, last)
    ended = {(d.agent, d.day) for d in days.values() if d.spans and max(s.end for s in d.spans) <= now}
    out = [one for one in out if (one.agent or "", one.day or "") not in ended]
    return sorted(out, key=lambda one: (not one.must, one.day or "", one.start or 0, one.agent or "", one.code))


def check_person(person: Person, days: Sequence[PersonDay], ground: Ground, first: str, last: str) -> list[Conflict]:
    """Of one person; `days` reach `AROUND` days beyond, as far as there is a schedule."""
    rules = ground.rules_of(person.id)
    out: list[Conflict] = []
    for day in days:
        if first <= day.day <= last:
            out += _of_day(person, day, rules, ground)
    out += hours.check(days, rules, person.terms, first, last)
    out += hours.below_week(days, person.terms, first, last)
    return out


def cover_conflicts(
    cover: Cover, need: Mapping[str, Sequence[float]], start: Ms, step: Ms, *, now: Ms = 0
) -> list[Conflict]:
    """Gaps, and steps in which one person or nobody could serve a group that is needed (single point of failure)."""
    out: list[Conflict] = []
    for group, wanted in need.items():
        ahead = [0.0 if start + (i + 1) * step <= now else value for i, value in enumerate(wanted)]
        missing = gaps(ahead, cover.agents[group])
        for one in stretches(missing, step):
            out.append(_stretch("cover_gap", group, one.first, one.last, start, step,
                                most=round(one.most, 2), hours=round(one.hours, 2)))  # fmt: skip
        able = cover.able[group]
        for code, low, high in (("nobody_able", -1.0, 0.01), ("single_point", 0.01, 1.5)):
            alone = [1.0 if value > 0 and low < able[i] <= high else 0.0 for i, value in enumerate(ahead)]
            out += [_stretch(code, group, s.first, s.last, start, step) for s in stretches(alone, step)]
    return out


def blocking(conflicts: Iterable[Conflict]) -> list[Conflict]:
    return [one for one in conflicts if one.must]


# --- inside ----------------------------------------------------------------------------------------------------


def _of_day(person: Person, day: PersonDay, rules: SiteRules, ground: Ground) -> list[Conflict]:
    out = [
        Conflict(
            "overlap", True, day.agent, day.day, two.start, min(one.end, two.end),
            {"one": one.activity, "two": two.activity},
            ({"op": "move", "agent": day.agent, "day": day.day, "start": two.start, "to": one.end,
              "activity": two.activity},),
        )
        for one, two in overlaps(day.spans)
    ]  # fmt: skip
    for invite in day.invites:
        frames = ground.frames_of(person.id, day.day, standby=True)
        if frames and not any(a <= invite.start and invite.end <= b for a, b in frames):
            out.append(Conflict("outside_standby", True, day.agent, day.day, invite.start, invite.end))
    shift = day.shift
    if shift is None:
        return out
    out += _breaks(day, rules)
    terms = person.terms
    if (terms.contract_from and day.day < terms.contract_from) or (
        terms.contract_until and day.day > terms.contract_until
    ):
        out.append(Conflict("outside_contract", True, day.agent, day.day, *shift))
    frames = ground.frames_of(person.id, day.day)
    if ground.framed(person.id) and not any(a <= shift[0] and shift[1] <= b for a, b in frames):
        out.append(Conflict("outside_frames", True, day.agent, day.day, *shift))
    on_site = [s for s in day.spans if s.activity in ON_SITE]
    for begin, end in ground.leave.get(person.id, ()):
        if any(s.start < end and s.end > begin for s in on_site):
            out.append(Conflict("on_leave", True, day.agent, day.day, max(begin, shift[0]), min(end, shift[1])))
    return out + _skills(person, day, rules, ground)


def _breaks(day: PersonDay, rules: SiteRules) -> list[Conflict]:
    out: list[Conflict] = []
    none: tuple[dict[str, object], ...] = ()
    again: tuple[dict[str, object], ...] = ({"op": "place_breaks", "agent": day.agent, "day": day.day},)
    for one in breaks.too_long(day.spans, rules.breaks):
        fix: tuple[dict[str, object], ...] = tuple(
            {"op": "insert", "agent": day.agent, "day": day.day, "start": a, "end": b, "activity": "break"}
            for a, b in breaks.breaks_for(one, rules.breaks)
        )
        params: dict[str, str | int | float] = {
            "minutes": (one.end - one.start) // 60_000, "after": rules.breaks.after, "length": rules.breaks.length,
        }  # fmt: skip
        out.append(Conflict("break_missing", True, day.agent, day.day, one.start, one.end, params, fix or again))
    if breaks.meal_missing(day.spans, rules.meal) and rules.meal is not None:
        shift = day.shift or (None, None)
        place = breaks.meal_for(day.spans, rules.meal)
        params = {"minutes": rules.meal.length, "over": rules.meal.over}
        has = any(s.activity is Activity.MEAL for s in day.spans)
        out.append(
            Conflict(
                "meal_missing", True, day.agent, day.day, shift[0], shift[1], params, again if place or has else none
            )
        )
    return out


def _skills(person: Person, day: PersonDay, rules: SiteRules, ground: Ground) -> list[Conflict]:
    work = [s for s in day.spans if s.activity is Activity.WORK]
    if not work:
        return []
    out: list[Conflict] = []
    start, end = work[0].start, work[-1].end
    now_groups = groups_of(person, ground, start)
    for skill in person.skills:
        if not skill.gated or skill.until is None:
            continue
        lost = [
            id
            for id, group in sorted(ground.groups.items())
            if not serves(person, group, ground.queues, end)
            and serves(_renewed(person, skill.skill, end), group, ground.queues, end)
        ]
        if skill.until <= end and lost:
            # It must be mended where nothing is left that the person could do.
            out.append(
                Conflict(
                    "certificate_lapsed", not groups_of(person, ground, end), day.agent, day.day, start, end,
                    {"skill": skill.skill, "until": skill.until, "group": lost[0]},
                )
            )  # fmt: skip
        elif end < skill.until <= end + rules.certificate_warn_days * DAY_MS:
            out.append(
                Conflict(
                    "certificate_lapsing", False, day.agent, day.day, start, end,
                    {"skill": skill.skill, "until": skill.until},
                )
            )  # fmt: skip
    if not now_groups and not any(one.code == "certificate_lapsed" for one in out) and ground.groups:
        out.append(Conflict("no_group", False, day.agent, day.day, start, end))
    return out


def once_a_person(conflicts: Sequence[Conflict]) -> list[Conflict]:
    """Of a certificate that lapses soon one note a person and skill, on the first day, with the number of days."""
    out: list[Conflict] = []
    counted: dict[tuple[str, str], int] = {}
    for one in conflicts:
        if one.code != "certificate_lapsing":
            out.append(one)
            continue
        key = (one.agent or "", str(one.params["skill"]))
        if key in counted:
            before = out[counted[key]]
            days = int(before.params.get("days", 1)) + 1
            out[counted[key]] = msgspec.structs.replace(before, params={**before.params, "days": days})
        else:
            counted[key] = len(out)
            out.append(msgspec.structs.replace(one, params={**one.params, "days": 1}))
    return out


def _renewed(person: Person, skill: str, at: Ms) -> Person:
    """The same person with that certificate renewed: what is lost by its end alone."""
    skills = tuple(
        msgspec.structs.replace(one, until=at + DAY_MS) if one.skill == skill else one for one in person.skills
    )
    return msgspec.structs.replace(person, skills=skills)


def _stretch(
    code: str, group: str, first: int, last: int, start: Ms, step: Ms, **params: str | int | float
) -> Conflict:
    return Conflict(code, False, None, None, start + first * step, start + last * step, {"group": group, **params})


def span_of(first: str, last: str) -> tuple[str, str]:
    """The days that a check of `first` … `last` wants to see."""
    return shift_day(first, -AROUND), shift_day(last, AROUND)
