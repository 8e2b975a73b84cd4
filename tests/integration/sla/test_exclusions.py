"""Exclusions: evidence, submitted, decided by the other side; with and without them."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from agreed_month import EDITOR, MID_JULY, OURS, STRANGER, THEIRS, ZONE, agreements, in_force

from jietong.core.clock import ManualClock, to_ms
from jietong.core.errors import Forbidden, Invalid, NotFound, Refused
from jietong.db.pool import ALL, Database
from jietong.identity import audit
from jietong.sla.service import Agreements

TEN, ELEVEN = (to_ms(datetime(2026, 7, 8, hour, tzinfo=ZONE)) for hour in (10, 11))


async def drafted(parts: Agreements, start: int = TEN, end: int = ELEVEN, cls: str = "clientCaused") -> Any:
    return await parts.exclusions.save(
        EDITOR, "july", None, cls=cls, title="system down", reason="", start=start, end=end, services=[], version=None
    )


async def submitted(parts: Agreements, start: int = TEN, end: int = ELEVEN) -> Any:
    one = await drafted(parts, start, end)
    await parts.exclusions.add_link(EDITOR, one["id"], "ticket", "https://tickets.example/1")
    return await parts.exclusions.submit(EDITOR, one["id"])


async def approved(parts: Agreements, start: int = TEN, end: int = ELEVEN) -> Any:
    one = await submitted(parts, start, end)
    return await parts.exclusions.decide(THEIRS, one["id"], "approved", "")


async def test_an_exclusion_goes_from_draft_to_the_clients_word(database: Database, tmp_path: Path) -> None:
    parts = agreements(database, tmp_path, ManualClock(MID_JULY))
    await in_force(parts)
    one = await drafted(parts)
    with pytest.raises(NotFound):
        await parts.exclusions.read(THEIRS, one["id"])  # a draft is ours alone
    with pytest.raises(Refused) as bare:
        await parts.exclusions.submit(EDITOR, one["id"])
    assert bare.value.code == "no_evidence"
    with pytest.raises(Invalid):
        await parts.exclusions.add_link(EDITOR, one["id"], "x", "javascript:alert(1)")
    kept = await parts.exclusions.add_file(EDITOR, one["id"], "../log.txt", b"down since 10:00")
    assert [piece["title"] for piece in kept["evidence"]] == ["log.txt"]
    await parts.exclusions.submit(EDITOR, one["id"])
    assert await parts.exclusions.file(THEIRS, kept["evidence"][0]["id"]) == ("log.txt", b"down since 10:00")
    with pytest.raises(NotFound):
        await parts.exclusions.file(STRANGER, kept["evidence"][0]["id"])
    with pytest.raises(Forbidden) as ours:
        await parts.exclusions.decide(OURS, one["id"], "approved", "")
    assert ours.value.code == "not_your_side"
    with pytest.raises(Invalid):
        await parts.exclusions.decide(THEIRS, one["id"], "rejected", "")
    assert [w["kind"] for w in (await parts.listed(THEIRS, None, None))[0]["waiting"]] == ["exclusion"]
    done = await parts.exclusions.decide(THEIRS, one["id"], "approved", "")
    assert (done["state"], done["decision"]["by_name"]) == ("approved", THEIRS.name)
    with pytest.raises(Refused):
        await parts.exclusions.decide(THEIRS, one["id"], "rejected", "changed my mind")
    async with database.read(ALL) as conn:
        told = [entry.action for entry in await audit.entries(conn, object=one["id"])]
    assert told[::-1] == [
        "sla_exclusion.drafted", "sla_exclusion.evidence_added", "sla_exclusion.submitted", "sla_exclusion.approved",
    ]  # fmt: skip


async def test_only_classes_that_were_agreed_count(database: Database, tmp_path: Path) -> None:
    parts = agreements(database, tmp_path, ManualClock(MID_JULY))
    await in_force(parts)
    with pytest.raises(Invalid) as refused:
        await drafted(parts, cls="forceMajeure")
    assert refused.value.code == "class_not_agreed"
    with pytest.raises(Invalid):
        await drafted(parts, start=ELEVEN, end=TEN)


async def test_an_exclusion_shows_what_it_changes_and_true_access_stays(database: Database, tmp_path: Path) -> None:
    """558 reached the queue, 430 were answered in time; without the bad hour of four contacts 430 of 554."""
    parts = agreements(database, tmp_path, ManualClock(MID_JULY))
    await in_force(parts)
    before = await parts.standing(THEIRS, "july", "2026-07")
    waiting = await submitted(parts)
    seen = (await parts.exclusions_of(THEIRS, "july", "2026-07"))["items"]
    assert [(one["id"], one["contacts"]) for one in seen] == [(waiting["id"], 4)]
    assert seen[0]["before"] < seen[0]["value"]
    assert (await parts.standing(THEIRS, "july", "2026-07"))["objectives"] == before["objectives"], "not yet approved"
    await parts.exclusions.decide(THEIRS, waiting["id"], "approved", "")
    after = await parts.standing(THEIRS, "july", "2026-07")
    main = {one["id"]: one for one in after["objectives"]}["answered-20"]
    old = {one["id"]: one for one in before["objectives"]}["answered-20"]
    assert main["figure"]["denominator"] == old["figure"]["denominator"] - 4
    assert main["before"]["denominator"] == old["figure"]["denominator"]
    assert after["access"]["figure"] == before["access"]["figure"]


async def test_overlapping_exclusions_count_each_contact_once(database: Database, tmp_path: Path) -> None:
    parts = agreements(database, tmp_path, ManualClock(MID_JULY))
    await in_force(parts)
    await approved(parts)
    once = await parts.standing(OURS, "july", "2026-07")
    await approved(parts, TEN + 1_800_000, ELEVEN)
    twice = await parts.standing(OURS, "july", "2026-07")
    assert {o["id"]: o["figure"] for o in once["objectives"]} == {o["id"]: o["figure"] for o in twice["objectives"]}
