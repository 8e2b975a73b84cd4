"""Files of contacts by seed, and their import as the command does it."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from jietong.core.clock import SystemClock
from jietong.db.pool import ALL, Database
from jietong.imports import contacts, queue_log_file, source
from jietong.imports.model import Counts
from jietong.imports.places import place_of
from jietong.imports.rejects import Rejects
from jietong.imports.writer import File

COLUMNS = (
    "contact_id,client,channel,queue,entry,arrived_at,entered_queue_at,answered_at,ended_at,outcome,agent,hold_s,"
    "wrapup_s,reason,customer"
)


def lines(n: int, seed: int = 1) -> list[str]:
    """Rows without fault, of all outcomes, in UTC."""
    r = random.Random(seed)
    out = []
    at = datetime(2026, 7, 1, tzinfo=UTC)
    for i in range(n):
        at += timedelta(seconds=r.randrange(1, 60))
        queue = r.choice(["repair", "returns", "orders"])
        into = at + timedelta(seconds=r.randrange(20))
        left = into + timedelta(seconds=r.randrange(60))
        over = left + timedelta(seconds=r.randrange(30, 600))
        outcome = r.choices(
            ["answered", "abandoned", "blocked", "lost_in_flow", "voicemail", "callback"], [80, 8, 5, 3, 2, 2]
        )[0]
        a, e, w, o = (one.strftime("%Y-%m-%dT%H:%M:%SZ") for one in (at, into, left, over))
        rest = {
            "answered": f"{e},{w},{o},answered,agent{r.randrange(9)},{r.choice([0, 15])},{r.randrange(60)},why,"
            f"c{i % 99}",
            "abandoned": f"{e},,{w},abandoned,,,,,",
        }.get(outcome, f",,{e},{outcome},,,,,")
        out.append(f"k{i},acme,voice,{queue},4008,{a},{rest}")
    return out


def written(path: Path, rows: list[str]) -> Path:
    path.write_text("\n".join([COLUMNS, *rows]) + "\n", encoding="utf-8")
    return path


async def imported(
    database: Database, path: Path, site: str = "main", zone: str = "UTC", waiting: Callable[[], None] = lambda: None
) -> Counts:
    place = await place_of(database, site)
    file = File("contacts", path.name, source.digest(path), zone, "a test")
    with Rejects(path.with_name(f"{path.name}.{site}.rejects.csv")) as log:
        done = await contacts.run(database, path, file, place, log, SystemClock(), waiting=waiting)
    return done.counts


async def log_imported(database: Database, path: Path, site: str = "main") -> queue_log_file.Done:
    place = await place_of(database, site, "acme")
    file = File("queue_log", path.name, source.digest(path), "UTC", "a test")
    with Rejects(path.with_name(f"{path.name}.{site}.rejects.csv")) as log:
        return await queue_log_file.run(database, path, file, place, log, SystemClock())


def rejected(path: Path, site: str = "main") -> list[str]:
    """The codes in the file of rejects, in order."""
    log = path.with_name(f"{path.name}.{site}.rejects.csv")
    return [line.split(",")[1] for line in log.read_text("utf-8-sig").splitlines()[1:]] if log.exists() else []


async def facts(database: Database, site: str) -> list[tuple[object, ...]]:
    """All facts of an imported site but the numbers of their events; ids without the site."""
    async with database.read(ALL) as conn:
        found: list[tuple[object, ...]] = []
        for table, leave in (
            ("segment", ("site",)),
            ("contact", ("site", "seq", "import_file", "customer")),
            ("agent_interval", ("site", "seq")),
        ):
            order = {"segment": "contact, n", "contact": "id", "agent_interval": "agent, started"}[table]
            for row in await conn.fetch(f"SELECT * FROM {table} WHERE site = $1 ORDER BY {order}", f"{site}:import"):
                values = {name: value for name, value in row.items() if name not in leave}
                for name in ("id", "contact"):
                    if name in values:
                        values[name] = str(values[name]).removeprefix(f"{site}:")
                found.append(tuple(values.items()))
        facets = await conn.fetch(
            "SELECT facet, arrived, contact, client FROM contact_facet WHERE contact LIKE $1 ORDER BY 1, 2, 3",
            f"{site}:%",
        )
        found += [(r["facet"], r["arrived"], r["contact"].removeprefix(f"{site}:"), r["client"]) for r in facets]
    return found
