"""Versions: drafted, proposed, approved by both sides; four eyes; whose they are (D1, G3)."""

from pathlib import Path

import asyncpg
import pytest
from agreed_month import CONTRACT, EDITOR, FINANCE, NOW, OURS, STRANGER, THEIRS, agreements, in_force

from jietong.core.clock import ManualClock
from jietong.core.errors import Forbidden, Invalid, NotFound, Refused
from jietong.db.pool import ALL, Database, Scope
from jietong.identity.model import Principal
from jietong.identity.permissions import Role, permissions_of


async def test_a_version_is_in_force_when_both_sides_have_approved_it(database: Database, tmp_path: Path) -> None:
    parts = agreements(database, tmp_path, ManualClock(NOW))
    made = await parts.contracts.create(EDITOR, CONTRACT, None, "first")
    assert (made["state"], made["current"], made["open"]) == ("draft", None, 1)
    with pytest.raises(NotFound):
        await parts.contracts.read(THEIRS, "july")  # a draft is ours alone
    proposed = await parts.contracts.propose(EDITOR, "july", 1, "")
    with pytest.raises(Forbidden) as own:
        await parts.contracts.decide(EDITOR, "july", 1, "approved", None, "")
    assert own.value.code == "four_eyes"
    with pytest.raises(Refused) as other:
        await parts.contracts.decide(OURS, "july", 1, "approved", "another digest", "")
    assert other.value.code == "stale_version"
    await parts.contracts.decide(OURS, "july", 1, "approved", proposed["digest"], "")
    with pytest.raises(Refused) as twice:
        await parts.contracts.decide(FINANCE, "july", 1, "approved", None, "")
    assert twice.value.code == "already_decided"
    assert (await parts.contracts.read(OURS, "july"))["state"] == "proposed"
    done = await parts.contracts.decide(THEIRS, "july", 1, "approved", proposed["digest"], "")
    assert done["state"] == "approved"
    assert [a["side"] for a in done["approvals"]] == ["ours", "theirs"]
    assert (await parts.contracts.read(THEIRS, "july"))["state"] == "active"


async def test_a_rejected_version_is_followed_by_the_next(database: Database, tmp_path: Path) -> None:
    parts = agreements(database, tmp_path, ManualClock(NOW))
    await in_force(parts)
    second = await parts.contracts.save_draft(EDITOR, "july", CONTRACT.replace("85", "90"), None, "", None)
    assert (second["n"], second["state"], second["start"]) == (2, "draft", "2026-09-01")
    await parts.contracts.propose(EDITOR, "july", 2, "")
    with pytest.raises(Refused) as waiting:
        await parts.contracts.save_draft(EDITOR, "july", CONTRACT, None, "", None)
    assert waiting.value.code == "being_decided"
    with pytest.raises(Invalid) as silent:
        await parts.contracts.decide(THEIRS, "july", 2, "rejected", None, " ")
    assert silent.value.code == "reason_missing"
    assert (await parts.contracts.decide(THEIRS, "july", 2, "rejected", None, "too much"))["state"] == "rejected"
    third = await parts.contracts.save_draft(EDITOR, "july", CONTRACT.replace("85", "86"), None, "", None)
    assert third["n"] == 3
    assert (await parts.contracts.read(OURS, "july"))["current"] == 1


async def test_a_contract_file_with_errors_names_line_and_field(database: Database, tmp_path: Path) -> None:
    parts = agreements(database, tmp_path, ManualClock(NOW))
    broken = CONTRACT.replace("sl3(20)", "sl9(20)").replace("weight: 0.4", "weight: heavy")
    found = await parts.check(EDITOR, broken, None)
    lines = broken.splitlines()
    told = {(fault["line"], fault["field"]) for fault in found["errors"]}
    assert len(told) >= 2
    assert any("sl9" in lines[line - 1] for line, _ in told)
    assert any("heavy" in lines[line - 1] for line, _ in told)
    assert all(field.startswith("spec.objectives") for _, field in told)
    with pytest.raises(Invalid) as refused:
        await parts.contracts.create(EDITOR, broken, None, "")
    assert refused.value.code == "bad_contract"
    assert refused.value.extra["errors"]


async def test_a_document_and_its_text_are_one_contract(database: Database, tmp_path: Path) -> None:
    parts = agreements(database, tmp_path, ManualClock(NOW))
    first = await parts.check(EDITOR, CONTRACT, None)
    again = await parts.check(EDITOR, None, first["document"])
    assert not again["errors"]
    assert again["digest"] == first["digest"]
    assert (await parts.check(EDITOR, again["yaml"], None))["digest"] == first["digest"]


async def test_one_client_sees_anothers_agreement_fusionpbx_313(database: Database, tmp_path: Path) -> None:
    parts = agreements(database, tmp_path, ManualClock(NOW))
    await in_force(parts)
    assert [one["id"] for one in await parts.listed(THEIRS, None, None)] == ["july"]
    assert await parts.listed(STRANGER, None, None) == []
    for attempt in (
        parts.contracts.read(STRANGER, "july"),
        parts.contracts.version(STRANGER, "july", 1),
        parts.contracts.formulas(STRANGER, "july", 1),
        parts.contracts.decide(STRANGER, "july", 1, "approved", None, ""),
        parts.standing(STRANGER, "july", None),
        parts.calendar(STRANGER, "july", None),
        parts.exclusions_of(STRANGER, "july", None),
        parts.levers(STRANGER, "july", None, begin=True),
        parts.statements.listed(STRANGER, "july"),
        parts.statements.close(STRANGER, "july", "2026-07"),
        parts.records.actions(STRANGER, "july"),
        parts.records.add_comment(STRANGER, "july", "", "hello"),
        parts.records.set_forecast(STRANGER, "july", "2026-09", 1.0, None, False),
    ):
        with pytest.raises(NotFound):
            await attempt


async def test_a_row_for_another_client_cannot_even_be_written(database: Database, tmp_path: Path) -> None:
    parts = agreements(database, tmp_path, ManualClock(NOW))
    await in_force(parts)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with database.transaction(Scope(("hechuan-mall",))) as conn:
            await conn.execute(
                "INSERT INTO sla_comment VALUES ('x', 'hechuan', 'july', '', 'theirs', 'mine now', 0, 'x', 'x')"
            )


async def test_a_program_does_not_sign(database: Database, tmp_path: Path) -> None:
    parts = agreements(database, tmp_path, ManualClock(NOW))
    await parts.contracts.create(EDITOR, CONTRACT, None, "")
    await parts.contracts.propose(EDITOR, "july", 1, "")
    roles = frozenset({Role.MANAGER})
    token = Principal("token:1", "t", "t", roles, permissions_of(roles), token_id="1")
    with pytest.raises(Forbidden) as refused:
        await parts.contracts.decide(token, "july", 1, "approved", None, "")
    assert refused.value.code == "person_only"


async def test_whoever_is_also_of_the_client_never_signs_for_us(database: Database, tmp_path: Path) -> None:
    parts = agreements(database, tmp_path, ManualClock(NOW))
    await parts.contracts.create(EDITOR, CONTRACT, None, "")
    await parts.contracts.propose(EDITOR, "july", 1, "")
    roles = frozenset({Role.MANAGER, Role.CLIENT})
    both = Principal("both", "b", "b", roles, permissions_of(roles), ("hechuan",), session_id="s")
    signed = await parts.contracts.decide(both, "july", 1, "approved", None, "")
    assert [a["side"] for a in signed["approvals"]] == ["theirs"]


async def test_nobody_signs_for_both_sides_even_with_other_roles_since(database: Database, tmp_path: Path) -> None:
    parts = agreements(database, tmp_path, ManualClock(NOW))
    await parts.contracts.create(EDITOR, CONTRACT, None, "")
    await parts.contracts.propose(EDITOR, "july", 1, "")
    signed = await parts.contracts.decide(OURS, "july", 1, "approved", None, "")
    assert signed["state"] == "proposed"
    for before in (OURS, EDITOR):  # who has signed, who has written
        roles = frozenset({Role.CLIENT})
        now_theirs = Principal(
            before.account_id, "x", "x", roles, permissions_of(roles), ("hechuan",), session_id="s"
        )
        with pytest.raises(Forbidden) as refused:
            await parts.contracts.decide(now_theirs, "july", 1, "approved", None, "")
        assert refused.value.code == "four_eyes"
    assert (await parts.contracts.decide(THEIRS, "july", 1, "approved", None, ""))["state"] == "approved"


async def test_a_proposed_version_never_changes(database: Database, tmp_path: Path) -> None:
    parts = agreements(database, tmp_path, ManualClock(NOW))
    await in_force(parts)
    with pytest.raises(asyncpg.RaiseError):
        async with database.transaction(ALL) as conn:
            await conn.execute("UPDATE sla_version SET yaml = 'other'")


async def test_an_ended_contract_takes_no_further_version(database: Database, tmp_path: Path) -> None:
    parts = agreements(database, tmp_path, ManualClock(NOW))
    await in_force(parts)
    ended = await parts.contracts.end(OURS, "july", "2026-08-31", "moved in house")
    assert (ended["state"], ended["end"]) == ("active", "2026-08-31")
    with pytest.raises(Refused) as refused:
        await parts.contracts.save_draft(EDITOR, "july", CONTRACT, None, "", None)
    assert refused.value.code == "contract_ended"


async def test_d3_judged_scores_and_forecasts_have_their_rules(database: Database, tmp_path: Path) -> None:
    parts = agreements(database, tmp_path, ManualClock(NOW))
    await in_force(parts)
    with pytest.raises(Invalid) as counted:
        await parts.records.add_score(
            EDITOR, "july", period="2026-07", objective="answered-20", score=90, sample=3, panel="both", note=""
        )
    assert counted.value.code == "not_judged"
    locked = await parts.records.set_forecast(THEIRS, "july", "2026-09", 600, None, True)
    assert (locked["total"], len(locked["days"])) == (600, 30)
    with pytest.raises(Refused) as fast:
        await parts.records.set_forecast(EDITOR, "july", "2026-09", 700, None, False)
    assert fast.value.code == "locked"
