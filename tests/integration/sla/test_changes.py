"""What changes around an agreement: names, teams, the clock; and what comes next after a missed month (D7)."""

import asyncio
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from agreed_month import CONTRACT, EDITOR, NOW, OURS, THEIRS, agreements, bring_in, in_force

from jietong.core.clock import ManualClock, to_datetime, to_ms
from jietong.core.days import day_of
from jietong.db.pool import ALL, Database

NEW_YORK = "America/New_York"


def by_id(view: Any) -> dict[str, Any]:
    return {one["id"]: one for one in view["objectives"]}


async def test_a_renamed_queue_and_an_agent_who_changed_team_change_no_figure(
    database: Database, tmp_path: Path
) -> None:
    parts = agreements(database, tmp_path, ManualClock(NOW))
    await in_force(parts)
    made = await parts.statements.close(EDITOR, "july", "2026-07")
    before = await parts.standing(OURS, "july", "2026-07")
    async with database.transaction(ALL) as conn:
        renamed = await conn.execute(
            "UPDATE setup_document SET spec = jsonb_set(spec::jsonb, '{name,en}', '\"Fridges\"') "
            "WHERE kind = 'queue' AND id = 'repair'"
        )
        moved = await conn.execute(
            "UPDATE setup_document SET spec = jsonb_set(spec::jsonb, '{team}', '\"another\"') WHERE kind = 'agent'"
        )
    assert renamed == "UPDATE 1"
    assert moved != "UPDATE 0"
    assert (await parts.contracts.read(OURS, "july"))["services"][0]["queues"][0]["names"]["en"] == "Fridges"
    after = await agreements(database, tmp_path, ManualClock(NOW)).standing(OURS, "july", "2026-07")
    assert after["objectives"] == before["objectives"]
    assert (await parts.statements.verify(OURS, made["id"]))["sound"]
    assert not await parts.statements.look_again(await _stored(database, made["id"])), "nothing to be told of"


async def _stored(database: Database, id: str) -> Any:
    from jietong.sla import store

    async with database.read(ALL) as conn:
        return await store.statement(conn, id)


@pytest.mark.parametrize(
    ("day", "contacts", "left_out"),
    [
        (date(2026, 3, 8), 46, 5),  # 23 hours: from 00:30 to 04:00 there are two and a half
        (date(2026, 11, 1), 50, 9),  # 25 hours: four and a half
    ],
)
async def test_an_exclusion_across_a_clock_change_leaves_out_what_really_passed(
    database: Database, tmp_path: Path, day: date, contacts: int, left_out: int
) -> None:
    """One contact each half-hour of real time on the day on which the clock is changed."""
    whole = day_of(day, NEW_YORK)
    rows = []
    for n, at in enumerate(range(whole.start, whole.end, 1_800_000)):
        came = to_datetime(at).isoformat()
        rows.append(
            {
                "contact_id": f"dst-{day}-{n}",
                "client": "hechuan",
                "channel": "voice",
                "queue": "repair",
                "entry": "4008210000",
                "arrived_at": came,
                "entered_queue_at": came,
                "outcome": "abandoned",
                "answered_at": "",
                "ended_at": to_datetime(at + 30_000).isoformat(),
                "agent": "",
                "hold_s": "",
                "wrapup_s": "",
            }
        )
    clock = ManualClock(to_ms(datetime(day.year, day.month, 12, 9, tzinfo=ZoneInfo(NEW_YORK))))
    counts = await bring_in(database, tmp_path, ManualClock(max(NOW, clock.now())), rows)
    assert counts.imported == contacts
    parts = agreements(database, tmp_path, clock)
    yaml = CONTRACT.replace("timeZone: Asia/Shanghai", f"timeZone: {NEW_YORK}").replace(
        "from: 2026-06-01", "from: 2026-01-01"
    )
    await in_force(parts, yaml)
    key = f"{day:%Y-%m}"
    before = by_id(await parts.standing(OURS, "july", key))["answered-20"]["figure"]["denominator"]
    start, end = (
        to_ms(datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZoneInfo(NEW_YORK)))
        for hour, minute in ((0, 30), (4, 0))
    )
    one = await parts.exclusions.save(
        EDITOR, "july", None, cls="clientCaused", title="night", reason="", start=start, end=end, services=[],
        version=None,
    )  # fmt: skip
    await parts.exclusions.add_link(EDITOR, one["id"], "ticket", "https://tickets.example/1")
    await parts.exclusions.submit(EDITOR, one["id"])
    await parts.exclusions.decide(THEIRS, one["id"], "approved", "")
    after = await parts.standing(OURS, "july", key)
    assert (before, by_id(after)["answered-20"]["figure"]["denominator"]) == (contacts, contacts - left_out)
    days = {each["day"]: each for each in (await parts.calendar(OURS, "july", key))["days"]}
    assert (days[str(day)]["volume"], days[str(day)]["approved"]) == (contacts, 1)
    clock.set(to_ms(datetime(day.year, day.month + 1, 4, 9, tzinfo=ZoneInfo(NEW_YORK))))
    made = await parts.statements.close(EDITOR, "july", key)
    assert [each["contacts"] for each in made["exclusions"]] == [left_out]
    assert (await parts.statements.verify(OURS, made["id"]))["sound"]


async def test_d7_a_missed_month_comes_with_drafts_of_what_to_do_once(database: Database, tmp_path: Path) -> None:
    parts = agreements(database, tmp_path, ManualClock(NOW))
    await in_force(parts)
    first, second = await asyncio.gather(
        parts.statements.close(EDITOR, "july", "2026-07"), parts.statements.close(OURS, "july", "2026-07")
    )
    assert (first["id"], first["digest"]) == (second["id"], second["digest"])
    kept = await parts.records.actions(OURS, "july")
    assert 1 <= len(kept) <= 3
    assert {one["id"] for one in kept} == {one["id"] for one in first["actions"]}
    assert all(one["draft"] and one["period"] == "2026-07" and one["texts"]["zh-Hant"] for one in kept)
    given = await parts.records.save_action(
        OURS, "july", kept[0]["id"], text=kept[0]["texts"]["en"], owner="Shen Yan", due="2026-08-20",
        expected=kept[0]["expected"]["en"], period="2026-07", done=False,
    )  # fmt: skip
    assert (given["draft"], given["texts"]) == (False, kept[0]["texts"]), "it stays in three languages"
    assert (await parts.statements.verify(OURS, first["id"]))["sound"]


async def test_a_month_that_was_met_needs_nothing_next(database: Database, tmp_path: Path) -> None:
    parts = agreements(database, tmp_path, ManualClock(NOW))
    await in_force(
        parts, CONTRACT.replace("targetPercent: 85", "targetPercent: 70").replace("      minimumPercent: 80\n", "")
    )
    assert (await parts.statements.close(EDITOR, "july", "2026-07"))["actions"] == []
