"""A process that delivers, to be killed: `python delivery_process.py DSN HOME`. Says `ready`, works until it ends."""

import asyncio
import sys
from pathlib import Path

from jietong.calls.secrets import Safe
from jietong.core.clock import SystemClock
from jietong.db.pool import Database
from jietong.metrics.warehouse import Warehouse
from jietong.reports.delivery_runner import Runner
from jietong.reports.service import Reports


async def main(dsn: str, home: Path) -> None:
    database = Database(dsn)
    await database.open()
    clock = SystemClock()
    reports = Reports(database, Warehouse(database, home / "history", clock), clock)
    safe = Safe.of(home / "keys", "deliveries.key")
    runner = Runner(
        database, reports, clock, safe, home / "deliveries", lambda: "https://desk.example", lease_ms=1500
    )
    runner.start()
    print("ready", flush=True)
    await asyncio.Event().wait()


asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
