"""Scenarios from TOML and JSON, and what may be wrong with one. Every error names the table and the key."""

import tomllib
from collections.abc import Mapping
from datetime import date
from math import isfinite
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from jietong.core.errors import Invalid, JietongError
from jietong.metrics.intervals import metrics
from jietong.workforce.files import read_text
from jietong.workforce.simulation.chance import Patience, problem
from jietong.workforce.simulation.misread import misread
from jietong.workforce.simulation.scenario import (
    Costs,
    Expand,
    Group,
    Queue,
    Scenario,
    Shift,
    Trunks,
    clock_s,
)

AGENTS_MAX = 20_000
CONTACTS_MAX = 5_000_000
CHANNELS_MAX = 100_000
HOURS_MAX = 24 * 366
NUMBER_MAX = 1e9
YEARS = range(1970, 2200)
T = TypeVar("T")


def read(path: Path) -> Scenario:
    """The scenario of a TOML file. Raises Invalid `no_file`, `bad_toml`, `bad_scenario`."""
    text = read_text(path)
    try:
        found = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # a number may have too many digits
        raise Invalid("bad_toml", f"{path} is no TOML: {error}.") from error
    return of(found, name=path.stem)


def of(tables: Mapping[str, Any], name: str = "scenario") -> Scenario:
    """The scenario of nested tables, as TOML and JSON give them. Raises Invalid `bad_scenario`."""
    top = {key: value for key, value in tables.items() if key not in ("queues", "agents", "trunks", "costs")}
    top.setdefault("name", name)
    if isinstance(top.get("date"), date):
        top["date"] = top["date"].isoformat()
    queues = {key: _table(value, Queue, f"queues.{key}") for key, value in _tables(tables, "queues").items()}
    agents = {key: _table(value, Group, f"agents.{key}") for key, value in _tables(tables, "agents").items()}
    plain = _table({**top, "queues": {}, "agents": {}}, Scenario, "")
    trunks, costs = tables.get("trunks"), tables.get("costs")
    found = msgspec.structs.replace(
        plain,
        queues=queues,
        agents=agents,
        trunks=_table(trunks, Trunks, "trunks") if trunks is not None else None,
        costs=_table(costs, Costs, "costs") if costs is not None else plain.costs,
    )
    check(found)
    return found


def tables(scenario: Scenario) -> dict[str, Any]:
    """As JSON has it; `of` reads it back."""
    found: dict[str, Any] = msgspec.to_builtins(scenario)
    return found


def check(scenario: Scenario) -> None:
    """Raises Invalid `bad_scenario` for what cannot be simulated, with the table, the key and what to do."""
    if not scenario.queues:
        raise _wrong("queues", "", "give at least one queue, as a table [queues.NAME]")
    if sum(group.count for group in scenario.agents.values()) > AGENTS_MAX:
        raise _wrong("agents", "count", f"at most {AGENTS_MAX:,} agents can be simulated")
    _check_day(scenario)
    for name, queue in scenario.queues.items():
        _check_queue(scenario, f"queues.{name}", queue)
    for name, group in scenario.agents.items():
        _check_group(f"agents.{name}", group)
    if scenario.trunks is not None and not 0 <= scenario.trunks.channels <= CHANNELS_MAX:
        raise _wrong("trunks", "channels", f"give a number from 0 to {CHANNELS_MAX:,}")
    for key in ("full_time_hour", "part_time_hour", "line_day", "callback"):
        _at_least_0("costs", key, getattr(scenario.costs, key))


def _check_day(scenario: Scenario) -> None:
    try:
        day = date.fromisoformat(scenario.date)
    except ValueError:
        raise _wrong("", "date", f"{scenario.date!r} is no date; write 2026-03-02") from None
    if day.year not in YEARS:
        raise _wrong("", "date", f"the year {day.year} cannot be meant")
    try:
        ZoneInfo(scenario.zone)
    except (KeyError, ValueError, OSError):
        raise _wrong("", "zone", f"{scenario.zone!r} is no time zone; write Asia/Shanghai, UTC …") from None
    _clock("", "opens", scenario.opens)
    if not (isfinite(scenario.hours) and 0 < scenario.hours <= HOURS_MAX):
        raise _wrong("", "hours", f"give more than 0 and at most {HOURS_MAX:,} hours")
    if not (isfinite(scenario.warm_up_s) and 0 <= scenario.warm_up_s < scenario.hours * 3600):
        raise _wrong("", "warm_up_s", "the warm-up is shorter than the hours, 0 or more seconds")
    _between("", "day_to_day", scenario.day_to_day, 0, 2)
    try:
        asked = metrics(scenario.metrics)
    except JietongError as error:
        raise _wrong("", "metrics", error.detail) from error
    for metric in asked:
        if metric.definition.id in UNKNOWABLE:
            raise _wrong("", "metrics", f"{metric.key} is not to be had from a simulation: leave it out")


UNKNOWABLE = frozenset({"redial_rate", "fcr_verified", "backlog_age_p90"})
"""Figures of customers who come again, and of what lies unfinished: they need more than one day's facts."""


def _check_queue(scenario: Scenario, table: str, queue: Queue) -> None:
    given = [name for name in ("per_hour", "profile", "counts") if getattr(queue.arrivals, name) is not None]
    arrivals = queue.arrivals
    if len(given) > 1:
        raise _wrong(f"{table}.arrivals", given[1], f"{given[0]} is given too: keep one of the two")
    values = arrivals.profile if arrivals.profile is not None else arrivals.counts or (arrivals.per_hour or 0.0,)
    if not all(isfinite(value) and value >= 0 for value in values):
        raise _wrong(f"{table}.arrivals", given[0], "rates and counts are 0 or more")
    if (arrivals.per_hour or 0.0) * scenario.hours > CONTACTS_MAX or sum(values) > CONTACTS_MAX:
        raise _wrong(f"{table}.arrivals", given[0], f"more than {CONTACTS_MAX:,} contacts: shorten the hours")
    if not all(isfinite(value) and 0 <= value <= 100 for value in arrivals.pace or ()):
        raise _wrong(f"{table}.arrivals", "pace", "factors of the handling time go from 0 to 100")
    if not 1 <= arrivals.step_s <= NUMBER_MAX:
        raise _wrong(f"{table}.arrivals", "step_s", f"a step is from 1 to {NUMBER_MAX:,.0f} seconds")
    for key in ("handling", "wrapup", "patience", "answer"):
        _check_chance(f"{table}.{key}", getattr(queue, key))
    if queue.redial is not None:
        for key in ("after_busy", "after_abandon"):
            _between(f"{table}.redial", key, getattr(queue.redial, key), 0, 1)
        _at_least_0(f"{table}.redial", "delay_s", queue.redial.delay_s)
        _at_least_0(f"{table}.redial", "at_most", queue.redial.at_most)
    if queue.flow is not None:
        _check_chance(f"{table}.flow.time", queue.flow.time)
        _between(f"{table}.flow", "served", queue.flow.served, 0, 1)
        _between(f"{table}.flow", "lost", queue.flow.lost, 0, 1 - queue.flow.served)
    if queue.callback is not None:
        for key in ("accept", "reached"):
            _between(f"{table}.callback", key, getattr(queue.callback, key), 0, 1)
        for key in ("after_s", "dial_s"):
            _at_least_0(f"{table}.callback", key, getattr(queue.callback, key))
    _check_rules(scenario, table, queue)


def _check_rules(scenario: Scenario, table: str, queue: Queue) -> None:
    _check_skills(table, "requires", queue.requires)
    if queue.channel not in ("voice", "chat"):
        raise _wrong(table, "channel", "only voice and chat can be simulated: nobody waits in the others")
    _between(table, "priority", queue.priority, -1000, 1000)
    for key in ("ageing_s", "max_wait_s", "max_waiting", "wrapup_cap_s"):
        if getattr(queue, key) is not None:
            _at_least_0(table, key, getattr(queue, key))
    for key in ("service_level_s", "short_abandon_s", "callback_retry_s"):
        _at_least_0(table, key, getattr(queue, key))
    if not 1 <= queue.offer_s <= NUMBER_MAX:
        raise _wrong(table, "offer_s", "an offer stays open for 1 second or longer")
    if not 1 <= queue.callback_attempts <= NUMBER_MAX:
        raise _wrong(table, "callback_attempts", "give 1 or more")
    for number, step in enumerate(queue.steps, 1):
        at = f"{table}.steps"
        _at_least_0(at, "after_s", step.after_s)
        if isinstance(step, Expand):
            _check_skills(at, "requires", step.requires)
        elif step.queue not in scenario.queues:
            raise _wrong(at, "queue", f"step {number} moves to {step.queue!r}, which is no queue of the scenario")
        elif scenario.queues[step.queue].channel is not queue.channel:
            raise _wrong(at, "queue", f"step {number} moves to {step.queue!r}, which takes another channel")


def _check_group(table: str, group: Group) -> None:
    if group.count < 0:
        raise _wrong(table, "count", "a number of agents is 0 or more")
    _check_skills(table, "skills", group.skills)
    for key in ("absent", "missed"):
        _between(table, key, getattr(group, key), 0, 1)
    if group.answer is not None:
        _check_chance(f"{table}.answer", group.answer)
    _between(table, "chats", group.chats, 0, 50)
    before = -1
    for shift in group.shifts:
        before = _check_shift(f"{table}.shifts", shift, before)
    if group.standby is not None:
        if group.employment != "part_time":
            raise _wrong(f"{table}.standby", "accept", 'only part-timers can be on standby: employment = "part_time"')
        _between(f"{table}.standby", "accept", group.standby.accept, 0, 1)
        _at_least_0(f"{table}.standby", "travel_s", group.standby.travel_s)


def _check_shift(table: str, shift: Shift, before: int) -> int:
    start, end = _clock(table, "start", shift.start), _clock(table, "end", shift.end)
    if end <= start:
        raise _wrong(table, "end", f"{shift.end} is not after {shift.start}; past midnight write 24:00 + the hours")
    if start < before:
        raise _wrong(table, "start", f"{shift.start} is before the end of the shift before")
    at = start
    for pause in shift.breaks:
        begins, ends = _clock(f"{table}.breaks", "start", pause.start), _clock(f"{table}.breaks", "end", pause.end)
        if not at <= begins < ends <= end:
            span = f"{pause.start}-{pause.end}"
            raise _wrong(f"{table}.breaks", "start", f"{span} is out of order, or not within the shift")
        at = ends
    return end


def _check_chance(table: str, of: Patience) -> None:
    found = problem(of)
    if found is not None:
        raise _wrong(table, *found)


def _check_skills(table: str, key: str, skills: Mapping[str, int]) -> None:
    for skill, level in skills.items():
        if not skill or not 1 <= level <= 5:
            raise _wrong(table, key, f"the level of {skill!r} is {level}; levels go from 1 to 5")


def _clock(table: str, key: str, text: str) -> int:
    try:
        return clock_s(text)
    except ValueError:
        raise _wrong(table, key, f'{text!r} is no time of day; write "08:30"') from None


def _between(table: str, key: str, value: float, low: float, high: float) -> None:
    if not (isfinite(value) and low <= value <= high + 1e-9):
        raise _wrong(table, key, f"{value:g} is not from {low:g} to {high:g}")


def _at_least_0(table: str, key: str, value: float) -> None:
    if not 0 <= value <= NUMBER_MAX:
        raise _wrong(table, key, f"{value:g} is not from 0 to {NUMBER_MAX:,.0f}")


def _tables(given: Mapping[str, Any], key: str) -> dict[str, Any]:
    found = given.get(key, {})
    if not isinstance(found, dict):
        raise _wrong(key, "", f"write it as tables, [{key}.NAME]")
    return found


def _table(given: Any, kind: type[T], name: str) -> T:
    try:
        return msgspec.convert(given, kind)
    except msgspec.ValidationError as error:
        raise _wrong(name, *misread(error, kind)) from error


def _wrong(table: str, key: str, what: str) -> Invalid:
    where = f"[{table}] {key}".strip() if table else key
    sentence = f"{where}: {what}" if where else what
    return Invalid("bad_scenario", sentence if sentence.endswith(".") else f"{sentence}.", table=table, key=key)


__all__ = ["check", "of", "read", "tables"]
