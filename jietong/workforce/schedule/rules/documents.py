"""Whether planning's set-up fits together: faults with the field that they are at. Pure."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from jietong.core.specs import Names, Spec
from jietong.workforce.schedule.model import (
    PRESETS,
    BreakRule,
    Frame,
    MealRule,
    ShiftPattern,
    SiteRules,
    SkillGroup,
    Template,
    Terms,
)
from jietong.workforce.schedule.rules.ground import Ground

LANGUAGES = ("zh-Hans", "zh-Hant", "en")
DAY = 1440
LONGEST_NAME = 100


class Fault(NamedTuple):
    field: str
    code: str
    params: Mapping[str, str | int | float] = {}


def check(spec: Spec, ground: Ground) -> list[Fault]:
    """`ground.groups`: those that somebody has set up; one that a queue has by default gives way."""
    match spec:
        case ShiftPattern():
            return _pattern(spec, ground)
        case Terms():
            return _terms(spec, ground)
        case SiteRules():
            return _rules(spec, ground)
        case SkillGroup():
            return _group(spec, ground)
        case Template():
            return _template(spec, ground)
        case _:
            raise TypeError(f"{type(spec)} is no planning document")


def _pattern(spec: ShiftPattern, ground: Ground) -> list[Fault]:
    out = _id(spec.id) + _names(spec.name)
    if not 0 <= spec.start_from < DAY or spec.start_from % 5:
        out.append(Fault("start_from", "bad_time"))
    if not spec.start_from <= spec.start_to < DAY or spec.start_to % 5:
        out.append(Fault("start_to", "bad_time"))
    if not 5 <= spec.start_step <= DAY or spec.start_step % 5:
        out.append(Fault("start_step", "bad_step"))
    if not 60 <= spec.length <= 960 or spec.length % 5:
        out.append(Fault("length", "bad_length", {"least": 60, "most": 960}))
    if not spec.weekdays or any(not 0 <= day <= 6 for day in spec.weekdays):
        out.append(Fault("weekdays", "bad_weekday"))
    if len(set(spec.weekdays)) < len(spec.weekdays):
        out.append(Fault("weekdays", "bad_value"))
    if not spec.active:
        out += _in_terms(sum(spec.id in person.terms.patterns for person in ground.people.values()))
    return out + _breaks(spec.breaks) + _meal(spec.meal)


def _terms(spec: Terms, ground: Ground) -> list[Fault]:
    out: list[Fault] = []
    for name, most in (("hours_day", 24), ("hours_week", 168), ("hours_month", 744), ("hours_week_min", 168)):
        value = getattr(spec, name)
        if value is not None and not 0 < value <= most:
            out.append(Fault(name, "bad_hours", {"most": most}))
    least, most_week = spec.hours_week_min, spec.hours_week
    if least is not None and most_week is not None and least > most_week:
        out.append(Fault("hours_week_min", "above_the_most"))
    for name in ("contract_from", "contract_until"):
        value = getattr(spec, name)
        if value is not None and not _is_day(value):
            out.append(Fault(name, "bad_day"))
    if spec.contract_from and spec.contract_until and spec.contract_from > spec.contract_until:
        out.append(Fault("contract_until", "before_its_start"))
    if not 0 <= spec.cost_hour <= 1e6:
        out.append(Fault("cost_hour", "bad_cost"))
    if not 1 <= spec.overtime_factor <= 10:
        out.append(Fault("overtime_factor", "bad_factor"))
    if not 0 <= spec.seniority <= 80:
        out.append(Fault("seniority", "bad_value"))
    out += [
        Fault(f"patterns.{n}", "unknown_pattern") for n, id in enumerate(spec.patterns) if id not in ground.patterns
    ]
    out += _frames("frames", spec.frames) + _frames("standby", spec.standby)
    if spec.rules not in ground.rules:
        out.append(Fault("rules", "unknown_rules"))
    return out


def _rules(spec: SiteRules, ground: Ground) -> list[Fault]:
    out = _id(spec.id) + _names(spec.name)
    if spec.jurisdiction not in PRESETS:
        out.append(Fault("jurisdiction", "bad_value"))
    if not spec.active:
        out += _in_terms(sum(person.terms.rules == spec.id for person in ground.people.values()))
    for name, most in (
        ("hours_day", 24), ("hours_week", 168), ("overtime_day", 24), ("overtime_month", 300), ("rest_between", 48),
    ):  # fmt: skip
        value = getattr(spec, name)
        none_at_all = name in ("hours_day", "hours_week") and value == 0  # nobody could ever work
        if value is not None and (not 0 <= value <= most or none_at_all):
            out.append(Fault(name, "bad_hours", {"most": most}))
    if spec.days_in_row is not None and not 1 <= spec.days_in_row <= 31:
        out.append(Fault("days_in_row", "bad_days"))
    if spec.rest_days_week is not None and not 0 <= spec.rest_days_week <= 6:
        out.append(Fault("rest_days_week", "bad_days"))
    for name in ("notice_h", "leave_notice_days", "swap_notice_h", "certificate_warn_days"):
        if not 0 <= getattr(spec, name) <= 10_000:
            out.append(Fault(name, "bad_notice"))
    if not 30 <= spec.call_up_answer_s <= 604_800:
        out.append(Fault("call_up_answer_s", "bad_length"))
    if not 0 <= spec.leave_share_max <= 1:
        out.append(Fault("leave_share_max", "bad_share"))
    return out + _breaks(spec.breaks) + _meal(spec.meal)


def _group(spec: SkillGroup, ground: Ground) -> list[Fault]:
    out = _id(spec.id) + _names(spec.name)
    if not spec.queues:
        out.append(Fault("queues", "empty"))
    for n, queue in enumerate(spec.queues):
        if queue not in ground.queues:
            out.append(Fault(f"queues.{n}", "unknown_queue"))
        for other in ground.groups.values():
            if other.id != spec.id and queue in other.queues and spec.active:
                out.append(Fault(f"queues.{n}", "in_another_group", {"group": other.id}))
    if not 0 < spec.goal.share < 1:
        out.append(Fault("goal.share", "bad_share"))
    if not 0 <= spec.goal.within_s <= 86_400:
        out.append(Fault("goal.within_s", "bad_length"))
    if spec.goal.max_occupancy is not None and not 0 < spec.goal.max_occupancy <= 1:
        out.append(Fault("goal.max_occupancy", "bad_share"))
    for name in ("shrinkage", "absence"):
        if not 0 <= getattr(spec, name) < 0.9:
            out.append(Fault(name, "bad_share"))
    if not 0 <= spec.missing_hour_cost <= 1e6:
        out.append(Fault("missing_hour_cost", "bad_cost"))
    return out


def _template(spec: Template, ground: Ground) -> list[Fault]:
    out = _id(spec.id) + _names(spec.name)
    for n, day in enumerate(spec.days):
        if not 0 <= day.weekday <= 6 or any(not 0 <= a < b <= 2 * DAY for a, b, _, _ in day.spans):
            out.append(Fault(f"days.{n}", "bad_time"))
    return out


def _breaks(rule: BreakRule) -> list[Fault]:
    out = []
    if not 5 <= rule.length <= 120 or rule.length % 5:
        out.append(Fault("breaks.length", "bad_length"))
    if not 15 <= rule.after <= 720 or rule.after % 5:
        out.append(Fault("breaks.after", "bad_length"))
    return out


def _meal(rule: MealRule | None) -> list[Fault]:
    if rule is None:
        return []
    out = []
    if not 5 <= rule.length <= 240 or rule.length % 5:
        out.append(Fault("meal.length", "bad_length"))
    if not 0 <= rule.earliest <= rule.latest <= DAY:
        out.append(Fault("meal.latest", "before_its_start"))
    return out


def _frames(name: str, frames: Iterable[Frame]) -> list[Fault]:
    return [
        Fault(f"{name}.{n}", "bad_time")
        for n, frame in enumerate(frames)
        if not 0 <= frame.weekday <= 6 or not 0 <= frame.start < frame.end <= 2 * DAY
    ]


def _in_terms(people: int) -> list[Fault]:
    """Of what is taken out of use though terms name it: those people could not be planned any more."""
    return [Fault("active", "in_terms", {"n": people})] if people else []


def _names(names: Names) -> list[Fault]:
    out = [Fault(f"name.{lang}", "name_missing") for lang in LANGUAGES if not names.get(lang, "").strip()]
    long = [lang for lang, name in names.items() if len(name) > LONGEST_NAME]
    return out + [Fault(f"name.{lang}", "too_long", {"max": LONGEST_NAME}) for lang in long]


def _id(id: str) -> list[Fault]:
    good = 0 < len(id) <= 100 and all(c.isalnum() or c in "._-" for c in id)
    return [] if good else [Fault("id", "bad_id")]


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == 10
