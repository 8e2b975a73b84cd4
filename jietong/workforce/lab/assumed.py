"""The base of a study under changed assumptions. Pure: what is not changed stays as it was recorded."""

from collections.abc import Mapping
from math import isfinite
from typing import Any

import msgspec
from msgspec.structs import asdict, replace

from jietong.core.errors import Invalid
from jietong.workforce.lab.model import LIMITS, Assumptions, Ground
from jietong.workforce.simulation import reading
from jietong.workforce.simulation.chance import Curve, Exponential, Never, Patience, scaled
from jietong.workforce.simulation.scenario import Group, Queue, Redial, Scenario, Trunks


def base(ground: Ground, wanted: Assumptions) -> Scenario:
    """The base scenario with `wanted` in place of the ground's own assumptions."""
    scenario = reading.of(ground.scenario)
    known = ground.assumptions
    queues = {name: _queue(queue, known, wanted) for name, queue in scenario.queues.items()}
    agents = {name: replace(group, absent=_absent(group, wanted)) for name, group in scenario.agents.items()}
    return replace(
        scenario,
        queues=queues,
        agents=agents,
        day_to_day=wanted.spread,
        trunks=None if wanted.lines is None else Trunks(wanted.lines),
        costs=replace(
            scenario.costs,
            full_time_hour=wanted.full_time_hour,
            part_time_hour=wanted.part_time_hour,
            line_day=wanted.line_day,
            callback=wanted.callback_cost,
        ),
    )


def checked(given: Mapping[str, Any], before: Assumptions) -> Assumptions:
    """`before` with the fields of `given` in place. Raises Invalid `bad_assumption` with the field and its limits."""
    values = asdict(before)
    for name, value in given.items():
        limits = LIMITS.get(name)
        if limits is None:
            raise Invalid("bad_assumption", f"There is no assumption {name!r}.", field=name)
        if value is None:
            if name not in ("patience_s", "lines", "resolved"):
                raise Invalid("bad_assumption", f"{name} needs a number.", field=name)
            values[name] = None
            continue
        low, high = limits
        if not isinstance(value, int | float) or not isfinite(value) or not low <= value <= high:
            raise Invalid(
                "bad_assumption", f"{name} is a number from {low:g} to {high:g}.", field=name, low=low, high=high
            )
        values[name] = round(value) if name == "lines" else float(value)
    return msgspec.convert(values, Assumptions)


def changed(before: Assumptions, after: Assumptions) -> list[str]:
    """Names of the assumptions that differ."""
    then, now = asdict(before), asdict(after)
    return [name for name in then if then[name] != now[name]]


def _queue(queue: Queue, known: Assumptions, wanted: Assumptions) -> Queue:
    found = queue
    if wanted.volume != known.volume:
        profile = tuple(value * wanted.volume for value in queue.arrivals.profile or ())
        found = replace(found, arrivals=replace(queue.arrivals, profile=profile))
    if wanted.talk_s != known.talk_s and known.talk_s:
        found = replace(found, handling=scaled(queue.handling, wanted.talk_s / known.talk_s))
    if wanted.wrapup_s != known.wrapup_s and known.wrapup_s:
        found = replace(found, wrapup=scaled(queue.wrapup, wanted.wrapup_s / known.wrapup_s))
    if wanted.patience_s != known.patience_s:
        found = replace(found, patience=_patience(queue.patience, known, wanted))
    if (wanted.redial_busy, wanted.redial_abandon) != (known.redial_busy, known.redial_abandon):
        redial = Redial(wanted.redial_busy, wanted.redial_abandon)
        found = replace(found, redial=redial if wanted.redial_busy or wanted.redial_abandon else None)
    if wanted.within_s != known.within_s:
        found = replace(found, service_level_s=round(wanted.within_s))
    return found


def _patience(of: Patience, known: Assumptions, wanted: Assumptions) -> Patience:
    if wanted.patience_s is None:
        return Never()
    if known.patience_s is None or isinstance(of, Never):
        return Exponential(wanted.patience_s / 0.6931471805599453)
    factor = wanted.patience_s / known.patience_s
    if isinstance(of, Curve):
        return Curve(tuple(time * factor for time in of.times_s), of.left)
    return scaled(of, factor)


def _absent(group: Group, wanted: Assumptions) -> float:
    return group.absent if group.standby is not None else wanted.absent
