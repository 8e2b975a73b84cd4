"""The floor's alarms of agreements, raised by the running task, and the trap check of the trunks (D6)."""

import asyncio
import json
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path

import pytest
from agreed_month import CONTRACT, EDITOR, MID_JULY, NOW, OURS, STRANGER, THEIRS, ZONE, agreements, in_force

from jietong.app.figures import figures
from jietong.config import Settings
from jietong.core.clock import ManualClock, to_ms
from jietong.core.errors import Forbidden
from jietong.db.pool import ALL, Database
from jietong.identity.model import Principal
from jietong.identity.permissions import Role, permissions_of
from jietong.live.alarms import Alarm

LAST_EVENING = to_ms(datetime(2026, 7, 31, 23, 30, tzinfo=ZONE))
TRUNK = '{"id": "carrier-a", "name": {"zh-Hans": "甲", "zh-Hant": "甲", "en": "A"}, "channels": 2}'


async def raised(database: Database, folder: Path, clock: ManualClock, code: str) -> list[tuple[str, Alarm]]:
    """What stands on the floor's list once an alarm of this code has come up."""
    async with AsyncExitStack() as stack:
        running = await stack.enter_async_context(figures(Settings(folder), database, clock, lambda: True))
        async with asyncio.timeout(60):
            while not any(alarm.code == code for _, alarm in running.alarms()):  # noqa: ASYNC110 - it has no event
                await asyncio.sleep(0.05)
        return [one for one in running.alarms() if one[1].code.startswith("contract_")]


@pytest.mark.parametrize(
    ("target", "at", "code", "level"),
    [
        ("75", LAST_EVENING, "contract_turned_away", "act"),  # 77.1 % of the queue, 69.4 % of those who called
        ("80", MID_JULY, "contract_at_risk", "look"),
        ("95", LAST_EVENING, "contract_unreachable", "look"),
    ],
)
async def test_d6_the_running_task_puts_an_agreements_alarm_on_the_floor(
    database: Database, tmp_path: Path, target: str, at: int, code: str, level: str
) -> None:
    clock = ManualClock(at)
    yaml = CONTRACT.replace("targetPercent: 85", f"targetPercent: {target}").replace("      minimumPercent: 80\n", "")
    await in_force(agreements(database, tmp_path, clock), yaml)
    found = await raised(database, tmp_path, clock, code)
    clients = {client for client, _ in found}
    (alarm,) = [alarm for _, alarm in found if alarm.code == code]
    assert clients == {"hechuan"}, "it stands only before whoever sees the client"
    assert (alarm.level, alarm.since) == (level, at)
    assert alarm.params["contract"] == "july"
    assert alarm.params["target"] == f"{target}.0 %"


async def named_trunks(database: Database) -> str:
    """The contract with a trunk of two channels by which its calls come in."""
    async with database.transaction(ALL) as conn:
        columns = await conn.fetch(
            "SELECT column_name FROM information_schema.columns WHERE table_name = 'setup_document'"
        )
        assert {"kind", "id", "spec"} <= {row["column_name"] for row in columns}
        queue = await conn.fetchrow("SELECT * FROM setup_document WHERE kind = 'queue' AND id = 'repair'")
        row = dict(queue) | {"kind": "trunk", "id": "carrier-a", "spec": TRUNK}
        names = ", ".join(row)
        places = ", ".join(f"${n}" for n in range(1, len(row) + 1))
        row["spec"] = json.loads(TRUNK) if not isinstance(queue["spec"], str) else TRUNK
        await conn.execute(f"INSERT INTO setup_document ({names}) VALUES ({places})", *row.values())
    return CONTRACT.replace(
        "queues: [repair]", 'queues: [repair]\n      entries: ["4008210000"]\n      trunks: [carrier-a]'
    )


async def test_d6_trunks_are_held_against_the_callers_and_the_unknown_is_not_zero(
    database: Database, tmp_path: Path
) -> None:
    """At most 2 of the client call in a half-hour, each 190 to 220 s: far below what turns callers away on two
    lines; the entry is shared with the other client's, whose 5 calls a day come by the same lines."""
    parts = agreements(database, tmp_path, ManualClock(NOW))
    yaml = await named_trunks(database)
    checked = (await parts.check(OURS, yaml, None))["capacity"]
    assert (checked["lines"], checked["days"]) == (2, 31), "of the last month that has facts"
    await in_force(parts, yaml)
    found = await parts.standing(OURS, "july", "2026-07")
    told = found["capacity"]
    assert (told["lines"], told["shared"], told["known"]) == (2, False, "measured")
    assert told["blocked"] == 62
    assert (told["busy_s"], told["witnessed"], told["days"]) == (None, 0, 31), "nobody watched: unknown"
    assert 2 < told["arrivals"] <= 4
    assert 180 < told["held_s"] < 230
    load = told["arrivals"] * 2 * told["held_s"] / 3600
    assert told["load"] == pytest.approx(load)
    assert told["offered"] > load
    erlang_b = told["offered"] ** 2 / 2 / (1 + told["offered"] + told["offered"] ** 2 / 2)
    assert told["blocking"] == pytest.approx(erlang_b)
    assert "too_few_lines" in {trap["code"] for trap in found["traps"]}
    assert "unknown" in told["texts"]["en"]
    tried = await parts.backtest(OURS, yaml, None, 2)
    july = {one["key"]: one for one in tried["months"]}["2026-07"]
    assert july["capacity"] == told
    theirs = (await parts.standing(THEIRS, "july", "2026-07"))["capacity"]
    shared = "hechuan-mall" in set(await owners(database))
    assert (theirs["load"] is None) == theirs["shared"] == shared


async def owners(database: Database) -> list[str]:
    """Whose calls came in at the number."""
    async with database.read(ALL) as conn:
        rows = await conn.fetch(
            "SELECT DISTINCT client FROM segment WHERE entry = '4008210000' AND kind = 'entry' ORDER BY 1"
        )
    return [row["client"] for row in rows]


async def test_a_stranger_checks_a_contract_without_its_facts(database: Database, tmp_path: Path) -> None:
    parts = agreements(database, tmp_path, ManualClock(NOW))
    yaml = await named_trunks(database)
    assert (await parts.check(STRANGER, yaml, None))["capacity"] is None
    assert (await parts.check(EDITOR, yaml, None))["capacity"] is not None


async def test_a_client_learns_nothing_of_others_by_writing_itself_down_as_a_partner(
    database: Database, tmp_path: Path
) -> None:
    """In a partner's queues everybody's contacts count (fusionpbx#313)."""
    parts = agreements(database, tmp_path, ManualClock(NOW))
    yaml = (await named_trunks(database)).replace("direction: client", "direction: partner")
    assert (await parts.check(THEIRS, yaml, None))["capacity"] is None
    assert (await parts.check(EDITOR, yaml, None))["capacity"] is not None
    roles = frozenset({Role.MANAGER})
    narrow = Principal("narrow", "n", "n", roles, permissions_of(roles), ("hechuan",), session_id="s")
    for attempt in (parts.backtest(narrow, yaml, None, 1), parts.contracts.create(narrow, yaml, None, "")):
        with pytest.raises(Forbidden) as refused:
            await attempt
        assert refused.value.code == "not_your_client"
