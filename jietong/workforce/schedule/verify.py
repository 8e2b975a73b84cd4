"""The published schedule against the ledger: the newest `schedule.day` of each person-day is what the rows say."""

from typing import Any, NamedTuple

import msgspec

from jietong.core.events import DayScheduled
from jietong.db.pool import ALL, Connection, Database
from jietong.workforce.schedule import store
from jietong.workforce.schedule.model import PersonDay
from jietong.workforce.schedule.rules.ground import DayKey
from jietong.workforce.schedule.store import run


class Difference(NamedTuple):
    agent: str
    day: str
    ledger: int | None  # version; None: the ledger knows nothing of it
    rows: int | None


class Verdict(NamedTuple):
    facts: int
    days: int
    different: list[Difference]


async def verify(database: Database, site: str, *, rebuild: bool = False) -> Verdict:
    """Compares every person-day; with `rebuild` the rows are made again from the ledger first, in one transaction
    that keeps publications waiting."""
    async with database.transaction(ALL) as conn:
        await store.lock(conn, "publish")
        facts, expected = await _of_the_ledger(conn, site)
        if rebuild:
            await _rebuild(conn, site, expected)
        found = await store.published(conn, site, "", "9999")
    different = [
        Difference(
            *key,
            expected[key].version if key in expected else None,
            found[key].version if key in found else None,
        )
        for key in sorted(expected.keys() | found.keys())
        if key not in expected or key not in found or expected[key] != found[key]
    ]
    return Verdict(facts, len(expected), different)


async def _of_the_ledger(conn: Connection, site: str) -> tuple[int, dict[DayKey, PersonDay]]:
    out: dict[DayKey, PersonDay] = {}
    facts = 0
    cursor = conn.cursor(
        "SELECT data::text FROM event WHERE site = $1 AND type = 'schedule.day' ORDER BY seq", site, prefetch=2000
    )
    async for row in cursor:
        event = msgspec.json.decode(row["data"], type=DayScheduled)
        facts += 1
        out[event.agent, event.day] = PersonDay(event.agent, event.day, event.spans, version=event.version)
    return facts, out


async def _rebuild(conn: Connection, site: str, expected: dict[DayKey, PersonDay]) -> None:
    await conn.execute("DELETE FROM scheduled_span WHERE site = $1", site)
    await conn.execute("DELETE FROM scheduled_day WHERE site = $1", site)
    versions: dict[int, tuple[list[dict[str, Any]], list[dict[str, Any]]]] = {}
    for day in expected.values():
        days, spans = versions.setdefault(day.version, ([], []))
        days.append({"agent": day.agent, "day": day.day})
        spans += store.span_rows(day.agent, day.day, day.spans)
    for n, (days, spans) in sorted(versions.items()):
        await run(conn, store.day_writes(site, n, days, spans))
