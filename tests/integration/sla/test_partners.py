"""An agreement with a partner, who works for us (D8): a month stands, is closed, signed and holds by the ledger."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from agreed_month import A_DAY, CONTRACT, DAYS, EDITOR, FINANCE, NOW, OURS, THEIRS, agreements, in_force, person
from test_exclusions import submitted
from test_statements import by_id

from jietong.core.clock import ManualClock
from jietong.core.errors import Forbidden, NotFound, Refused
from jietong.db.pool import Database
from jietong.identity.permissions import Role
from jietong.sla.service import Agreements

PARTNER = person("gao.ran", Role.CLIENT, clients=("yuntu",))
WITH_PARTNER = (
    CONTRACT.replace("direction: client", "direction: partner")
    .replace("party: hechuan", "party: yuntu")
    .replace("{zh-Hans: 禾川, zh-Hant: 禾川, en: Hechuan}", "{zh-Hans: 澜桥, zh-Hant: 瀾橋, en: Lanqiao}")
    .replace("{zh-Hans: 澜桥, zh-Hant: 瀾橋, en: Lanqiao}", "{zh-Hans: 云途, zh-Hant: 雲途, en: Yuntu}", 1)
    .replace("queues: [repair]", "queues: [repair, orders]")
)
"""The partner answers the queues of two of our clients; the first name is now the partner's, who provides."""
EVERYBODY = DAYS * (A_DAY + 5)
QUEUED = 558 + DAYS * 5


async def agreed(database: Database, folder: Path) -> Agreements:
    parts = agreements(database, folder, ManualClock(NOW))
    await in_force(parts, WITH_PARTNER, theirs=PARTNER)
    return parts


async def test_d8_a_partners_month_stands_on_everybodys_contacts(database: Database, tmp_path: Path) -> None:
    """430 in time of 558 + 155 that reached the partner's queues, whichever client's; of 620 + 155 who called."""
    parts = await agreed(database, tmp_path)
    for reader in (OURS, PARTNER):
        found = await parts.standing(reader, "july", "2026-07")
        main, access = by_id(found)["answered-20"]["figure"], by_id(found)["true-access"]["figure"]
        assert (main["numerator"], main["denominator"]) == (430, QUEUED)
        assert (access["numerator"], access["denominator"]) == (430, EVERYBODY)
        assert by_id(found)["answered-20"]["verdict"] == "missed"
        assert Decimal(found["money"]["credits"]) == Decimal("6000.00")
    days = (await parts.calendar(PARTNER, "july", "2026-07"))["days"]
    assert len(days) == DAYS


async def test_d8_a_partners_month_is_closed_signed_and_follows_from_the_ledger(
    database: Database, tmp_path: Path
) -> None:
    parts = await agreed(database, tmp_path)
    made = await parts.statements.close(EDITOR, "july", "2026-07")
    main = by_id(made)["answered-20"]
    assert (main["figure"]["numerator"], main["figure"]["denominator"]) == (430, QUEUED)
    assert Decimal(made["money"]["payable"]) == Decimal("94000.00"), "what we pay the partner"
    assert (made["our_names"]["en"], made["client_names"]["en"]) == ("Lanqiao", "Yuntu")
    with pytest.raises(Forbidden) as own:
        await parts.statements.decide(EDITOR, made["id"], "approved", made["digest"], "")
    assert own.value.code == "four_eyes"
    with pytest.raises(NotFound):  # our client whose calls the partner answers is no party to it
        await parts.statements.decide(THEIRS, made["id"], "approved", made["digest"], "")
    await parts.statements.decide(PARTNER, made["id"], "approved", made["digest"], "")
    final = await parts.statements.decide(FINANCE, made["id"], "approved", made["digest"], "")
    assert (final["state"], final["digest"]) == ("final", made["digest"])
    assert {one["side"] for one in final["approvals"]} == {"ours", "theirs"}
    told = await parts.statements.verify(OURS, made["id"])
    assert (told["sound"], told["differences"], told["facts"]) == (True, [], [])
    page = (await parts.statements.download(PARTNER, made["id"], "html", "en")).content.decode()
    for word in ("Yuntu", "Lanqiao", "94,000.00"):
        assert word in page
    with pytest.raises(Refused):
        await parts.statements.decide(PARTNER, made["id"], "approved", made["digest"], "")


async def test_d8_partners_have_a_list_of_their_own_under_their_own_name(database: Database, tmp_path: Path) -> None:
    parts = await agreed(database, tmp_path)

    async def listed(by: Any, direction: str | None) -> list[tuple[str, str]]:
        return [(one["id"], one["client_names"]["en"]) for one in await parts.listed(by, direction, None)]

    assert await listed(OURS, "partner") == [("july", "Yuntu")]
    assert await listed(OURS, "client") == []
    assert await listed(PARTNER, None) == [("july", "Yuntu")]
    assert await listed(THEIRS, None) == []
    opened = await parts.contracts.read(PARTNER, "july")
    assert (opened["direction"], opened["client_names"]["en"], opened["side"]) == ("partner", "Yuntu", "theirs")


async def test_d8_we_decide_what_a_partner_is_excused(database: Database, tmp_path: Path) -> None:
    """We are served: the word on an exclusion is ours, by another than who wrote it; true access stays."""
    parts = await agreed(database, tmp_path)
    one = await submitted(parts)
    assert [w["kind"] for w in (await parts.listed(OURS, None, None))[0]["waiting"]] == ["exclusion"]
    assert (await parts.listed(PARTNER, None, None))[0]["waiting"] == []
    with pytest.raises(Forbidden) as theirs:
        await parts.exclusions.decide(PARTNER, one["id"], "approved", "")
    assert theirs.value.code == "not_your_side"
    with pytest.raises(Forbidden) as writer:
        await parts.exclusions.decide(EDITOR, one["id"], "approved", "")
    assert writer.value.code == "four_eyes"
    await parts.exclusions.decide(OURS, one["id"], "approved", "")
    made = await parts.statements.close(EDITOR, "july", "2026-07")
    assert by_id(made)["answered-20"]["figure"]["denominator"] == QUEUED - 4
    assert by_id(made)["true-access"]["figure"]["denominator"] == EVERYBODY
    assert (await parts.statements.verify(OURS, made["id"]))["sound"]


async def test_d8_the_contacts_behind_a_partners_figure_are_for_who_sees_all_clients(
    database: Database, tmp_path: Path
) -> None:
    """A partner is told the figures of its own work; whose customers called is not its to read (fusionpbx#313)."""
    parts = await agreed(database, tmp_path)
    parts_of = ("july", "answered-20", "2026-07", "denominator", None, None, 500)
    ours = (await parts.contacts(OURS, *parts_of))["items"]
    assert ({one["queue"] for one in ours}, len(ours)) == ({"repair", "orders"}, 500)
    assert (await parts.contacts(PARTNER, *parts_of))["items"] == []
