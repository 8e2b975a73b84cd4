"""D7: which lever would have met the target, computed in the background and kept."""

import asyncio
from pathlib import Path
from typing import Any

from agreed_month import NOW, OURS, THEIRS, agreements, in_force

from jietong.core.clock import ManualClock
from jietong.db.pool import Database
from jietong.sla.service import Agreements


async def computed(parts: Agreements) -> Any:
    """Asked again and again until it is there."""
    async with asyncio.timeout(60):
        found = await parts.levers(OURS, "july", "2026-07", begin=True)
        while found["state"] == "running":
            await asyncio.sleep(0.05)
            found = await parts.levers(OURS, "july", "2026-07", begin=False)
    return found


async def test_d7_the_levers_are_computed_once_and_seen_by_both(database: Database, tmp_path: Path) -> None:
    parts = agreements(database, tmp_path, ManualClock(NOW))
    await in_force(parts)
    assert (await parts.levers(THEIRS, "july", "2026-07", begin=False))["state"] == "none"
    found = await computed(parts)
    assert found["state"] == "done", found
    assert found["actual"] == 430 / 558
    kinds = {one["id"]: one for one in found["items"]}
    assert {"unchanged", "callback", "handling", "lines"} <= set(kinds), "62 were turned away: lines are a lever"
    assert all(set(one["names"]) == {"zh-Hans", "zh-Hant", "en"} for one in found["items"])
    assert await parts.levers(THEIRS, "july", "2026-07", begin=False) == found
    await parts.stop()
