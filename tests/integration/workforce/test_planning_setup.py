"""Set-up of planning that does not fit together is refused at its field, and never planned with (H1)."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from planning_http import PlanningCentre, got, planning_centre
from schedule_centre import at, names, shift

from jietong.db.pool import Database
from jietong.identity.permissions import Role

DAY, NEXT = "2026-07-20", "2026-07-21"
PATTERN = {"name": names("x"), "start_from": 540, "start_to": 540, "length": 540}


@pytest.fixture
async def centre(database: Database, tmp_path: Path) -> AsyncIterator[PlanningCentre]:
    async with planning_centre(database, tmp_path) as centre:
        yield centre


async def refused(planner: httpx.AsyncClient, path: str, version: int | None, spec: dict[str, Any]) -> dict[str, str]:
    found = await got(planner, "PUT", f"/setup/{path}", 422, json={"version": version, "spec": spec})
    return {one["field"]: one["code"] for one in found["errors"]}


async def stored(planner: httpx.AsyncClient, kind: str, id: str) -> tuple[int, dict[str, Any]]:
    (one,) = [one for one in (await got(planner, "GET", "/setup"))[kind] if one["id"] == id]
    return one["version"], one["spec"]


async def test_wrong_values_are_named_at_their_field(centre: PlanningCentre) -> None:
    planner = await centre.program(Role.PLANNER)
    assert await refused(planner, "pattern/x", None, {**PATTERN, "name": names("y" * 101)}) == {
        f"name.{lang}": "too_long" for lang in ("zh-Hans", "zh-Hant", "en")
    }
    assert await refused(planner, "pattern/x", None, {**PATTERN, "weekdays": [1, 1]}) == {"weekdays": "bad_value"}
    version, terms = await stored(planner, "terms", "lin.xiao")
    assert await refused(planner, "terms/lin.xiao", version, {**terms, "seniority": -1}) == {"seniority": "bad_value"}
    assert await refused(planner, "terms/nobody", None, {**terms, "id": "nobody"}) == {"id": "unknown_agent"}
    version, rules = await stored(planner, "rules", "main")
    assert await refused(planner, "rules/main", version, {**rules, "jurisdiction": "mars", "hours_day": 0}) == {
        "jurisdiction": "bad_value", "hours_day": "bad_hours",
    }  # fmt: skip


async def test_what_somebodys_terms_name_is_not_taken_out_of_use(centre: PlanningCentre) -> None:
    """Without rules, or without the one pattern that is theirs, those people could not be planned any more."""
    planner = await centre.program(Role.PLANNER)
    await got(planner, "PUT", "/setup/pattern/x", json={"version": None, "spec": PATTERN})
    version, terms = await stored(planner, "terms", "lin.xiao")
    mine = {"version": version, "spec": {**terms, "patterns": ["x"]}}
    await got(planner, "PUT", "/setup/terms/lin.xiao", json=mine)
    assert await refused(planner, "pattern/x", 1, {**PATTERN, "active": False}) == {"active": "in_terms"}
    version, rules = await stored(planner, "rules", "main")
    assert await refused(planner, "rules/main", version, {**rules, "active": False}) == {"active": "in_terms"}


async def test_a_queue_is_of_one_group_lest_its_contacts_be_staffed_twice(centre: PlanningCentre) -> None:
    planner = await centre.program(Role.PLANNER)
    groups = {one["id"]: one for one in (await got(planner, "GET", "/setup"))["groups"]}
    one, other = sorted(groups)[:2]
    both = {**groups[one]["spec"], "queues": [one, other]}
    assert groups[other]["version"] == 0  # what a queue has by default gives way
    made = await got(planner, "PUT", f"/setup/group/{one}", json={"version": groups[one]["version"], "spec": both})
    assert other not in {group["id"] for group in (await got(planner, "GET", "/setup"))["groups"]}
    own = {**groups[other]["spec"], "active": True}
    assert await refused(planner, f"group/{other}", None, own) == {"queues.0": "in_another_group"}
    alone = {**both, "queues": [one]}
    await got(planner, "PUT", f"/setup/group/{one}", json={"version": made["version"], "spec": alone})
    await got(planner, "PUT", f"/setup/group/{other}", json={"version": None, "spec": own})
    assert await refused(planner, f"group/{one}", made["version"] + 1, both) == {"queues.1": "in_another_group"}


async def test_a_draft_is_neither_copied_backwards_nor_kept_without_a_name(centre: PlanningCentre) -> None:
    planner = await centre.program(Role.PLANNER)
    draft = await got(planner, "POST", "/drafts", 201, json={"first": DAY, "last": NEXT})
    path = f"/drafts/{draft['id']}"
    back = {"from_first": NEXT, "from_last": DAY, "to_first": DAY}
    assert (await got(planner, "POST", f"{path}/copy", 422, json=back))["code"] == "bad_span"
    nameless = {"name": names(" "), "first": DAY}
    assert (await got(planner, "POST", f"{path}/template", 422, json=nameless))["code"] == "invalid_setup"


async def test_a_wish_is_for_a_day_to_come_and_said_once(centre: PlanningCentre) -> None:
    me = await centre.person("lin.xiao")
    await got(me, "POST", "/own/wishes", 201, json={"kind": "off", "weekday": 2})
    for kind in ("off", "on"):  # nor the opposite of it beside it
        again = await got(me, "POST", "/own/wishes", 409, json={"kind": kind, "weekday": 2})
        assert again["code"] == "wish_already"
    assert (await got(me, "POST", "/own/wishes", 409, json={"kind": "off", "day": "2020-01-01"}))["code"] == "past"


async def test_leave_of_part_of_a_day_is_of_that_day_and_on_the_grid(centre: PlanningCentre) -> None:
    """A leave of the 20th whose hours lay on the 21st was granted, and changed no shift."""
    days = (("lin.xiao", DAY, shift(DAY)), ("lin.xiao", NEXT, shift(NEXT)), ("chen.yu", DAY, shift(DAY, 20)))
    await centre.publish(*days)
    me, night = await centre.person("lin.xiao"), await centre.person("chen.yu")

    def hours(start: int, end: int) -> dict[str, Any]:
        return {"kind": "leave", "day": DAY, "start": start, "end": end}

    for start, end in (
        (at(NEXT, "12:00"), at(NEXT, "13:00")),
        (at(DAY, "12:00"), at(NEXT, "13:00")),
        (at(DAY, "12:00") + 1, at(DAY, "13:00")),
    ):
        assert (await got(me, "POST", "/own/requests", 422, json=hours(start, end)))["code"] == "bad_span"
    # Of a shift past midnight the next day's hours are this day's.
    await got(night, "POST", "/own/requests", 201, json=hours(at(NEXT, "2:00"), at(NEXT, "4:00")))
