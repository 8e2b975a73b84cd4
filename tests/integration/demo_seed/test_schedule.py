"""The demonstration centre has a schedule on its first start: three weeks, published, in the ledger (H1)."""

from jietong.core.clock import ManualClock
from jietong.core.events import DayScheduled
from jietong.db import ledger
from jietong.db.pool import ALL, Database
from jietong.demo.seed import seed
from jietong.workforce.schedule import documents, store
from jietong.workforce.schedule.rules import checks
from jietong.workforce.schedule.verify import verify

NOW = 1_783_994_400_000  # Tuesday 14 July 2026, 10:00 in Shanghai
FIRST, LAST = "2026-07-06", "2026-07-26"


async def test_last_this_and_next_week_are_published_and_keep_the_rules(database: Database) -> None:
    await seed(database, ManualClock(NOW))
    assert not (await verify(database, "main")).different
    async with database.read(ALL) as conn:
        days = await store.published(conn, "main", FIRST, LAST)
        setup = await documents.read(conn)
        facts = [row.event for row in await ledger.read(conn, "main", 0)]
    assert len(facts) == len(days) == len([f for f in facts if isinstance(f, DayScheduled)])
    assert min(day for _, day in days) == FIRST
    assert max(day for _, day in days) == LAST
    working = {agent for (agent, _), day in days.items() if day.shift is not None}
    assert len(working) == 10, "every full-timer with a skill"
    assert setup.ground.people.keys() - working, "part-timers are on standby"
    found = checks.check(days, setup.ground, FIRST, LAST, now=NOW)
    assert {one.code for one in found if one.must} <= {"certificate_lapsed"}, "one certificate lapses, on purpose"
    for kind in ("pattern", "group", "rules"):
        for one in setup.of(kind):
            assert all(one.spec.name[language] for language in ("zh-Hans", "zh-Hant", "en"))
