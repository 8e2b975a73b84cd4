"""How fast a history is imported: `jietong import contacts` against the same database's COPY.

    python -m bench.imports [--json] [--rows 100000] [--rounds 3]

*Import*: a file of contacts, one in ten abandoned, through reading, checking, ledger with its digest chain, and all
facts with their indexes (a contact is one event, one record, five stays, six entries of the explorer). *Again*: the
same file, all of it there. *COPY*: the same file as it is into one table of texts with a primary key; nothing is
checked, nothing is worked out.

On one server in one run, in turns; medians. Reading and the database's work go on side by side: two cores are used.
"""

import argparse
import asyncio
import json
import random
import shutil
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import uvloop

from jietong.core.clock import SystemClock
from jietong.db.embedded import EmbeddedServer
from jietong.db.migrate import migrate
from jietong.db.pool import ALL, Database
from jietong.imports import contacts, source
from jietong.imports.contact_rows import COLUMNS
from jietong.imports.places import place_of
from jietong.imports.rejects import Rejects
from jietong.imports.writer import File


def write(path: Path, rows: int) -> None:
    r = random.Random(1)
    at = datetime(2026, 1, 1, tzinfo=UTC)
    with path.open("w", encoding="utf-8") as file:
        file.write(",".join(COLUMNS) + "\n")
        for n in range(rows):
            at += timedelta(seconds=r.randrange(1, 20))
            into = at + timedelta(seconds=r.randrange(20))
            left = into + timedelta(seconds=r.randrange(60))
            over = left + timedelta(seconds=r.randrange(30, 600))
            a, e, w, o = (one.strftime("%Y-%m-%d %H:%M:%S") for one in (at, into, left, over))
            if r.random() < 0.1:
                rest = f"{a},{e},,{w},abandoned,,,,,c{n % 9999}"
            else:
                rest = f"{a},{e},{w},{o},answered,agent{n % 40},{n % 4 * 5},{n % 60},reason{n % 9},c{n % 9999}"
            file.write(f"c{n},acme,voice,queue{n % 3},4008,{rest}\n")


async def imported(database: Database, path: Path, site: str) -> tuple[float, int]:
    """Rows a second, and how many were new."""
    place = await place_of(database, site)
    began = time.perf_counter()
    file = File("contacts", path.name, source.digest(path), "Asia/Shanghai", "bench")
    with Rejects(path.with_suffix(".rejects.csv")) as log:
        done = await contacts.run(database, path, file, place, log, SystemClock())
    return done.counts.read / (time.perf_counter() - began), done.counts.imported


async def plain_copies(database: Database, path: Path, rows: int) -> float:
    """Rows a second into one table of texts."""
    async with database.transaction(ALL) as conn:
        await conn.execute("DROP TABLE IF EXISTS plain")
        columns = ", ".join(f"{name} text" for name in COLUMNS)
        await conn.execute(f"CREATE TABLE plain ({columns}, PRIMARY KEY (contact_id))")
    conn = await database.connect("plain")
    began = time.perf_counter()
    await conn.copy_to_table("plain", source=path, format="csv", header=True)
    took = time.perf_counter() - began
    await conn.close()
    return rows / took


async def measure(dsn: str, folder: Path, rows: int, rounds: int) -> dict[str, Any]:
    path = folder / "contacts.csv"
    write(path, rows)
    database = Database(dsn)
    await database.open()
    fresh, again, plain = [], [], []
    for turn in range(rounds):
        for found, expected in ((fresh, rows), (again, 0)):
            per_s, new = await imported(database, path, f"round{turn}")
            assert new == expected
            found.append(per_s)
        plain.append(await plain_copies(database, path, rows))
        print(f"round {turn + 1}: {fresh[-1]:,.0f} rows/s, again {again[-1]:,.0f}/s", file=sys.stderr)
    await database.close()
    return {
        "rows": rows,
        "rows_per_s": statistics.median(fresh),
        "again_per_s": statistics.median(again),
        "plain_per_s": statistics.median(plain),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="jietong-imports-", dir="/tmp"))
    home.chmod(0o711)
    server = EmbeddedServer(home)
    try:
        server.start()

        async def work() -> dict[str, Any]:
            await migrate(server.dsn)
            return await measure(server.dsn, home, asked.rows, asked.rounds)

        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            found = runner.run(work())
    finally:
        server.stop()
        shutil.rmtree(home, ignore_errors=True)
    print(json.dumps(found) if asked.json else json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
