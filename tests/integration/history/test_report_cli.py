"""`jietong report intervals` and `jietong history`: one answer for people, programs and spreadsheets."""

import asyncio
import csv
import io
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import openpyxl
import pytest
from click.testing import Result
from history_support import append, set_zone
from random_facts import instant
from test_figures_http import NINE, ZONE, call
from typer.testing import CliRunner

from jietong.core import events as e
from jietong.core.clock import ManualClock
from jietong.core.specs import QueueSpec
from jietong.core.vocabulary import Channel, State
from jietong.db.pool import Database
from jietong.metrics.warehouse import Warehouse
from jietong.metrics.warehouse.cli import commands as history_commands
from jietong.reports.cli import commands as report_commands

PERIOD = ("intervals", "--from", "2026-07-14", "--to", "2026-07-16")


@pytest.fixture
async def centre(database: Database) -> Database:
    """acme's queue, named as a spreadsheet takes for a formula: two answered, one given up. Nobody has followed
    the ledger yet."""
    await set_zone(database, ZONE)
    names = {"zh-Hans": "队", "zh-Hant": "隊", "en": "Q"}
    await append(
        database,
        [
            e.QueueConfigured(NINE - 1, QueueSpec("=repair", names, "acme", (Channel.CHAT,), service_level_s=20)),
            e.AgentStateChanged(NINE - 1, "lin", State.READY),
            *call("c1", "acme", "=repair", NINE, 12, 100),
            *call("c2", "acme", "=repair", NINE + 2_400_000, 50, 61),
            *call("c3", "acme", "=repair", NINE + 3_600_000, 31, None),
        ],
    )
    return database


async def run(database: Database, tmp_path: Path, *arguments: str) -> Result:
    """The command, in a thread with a loop and a database of its own."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[Warehouse]:
        own = Database(database.dsn)
        warehouse = Warehouse(own, tmp_path / "history", ManualClock(instant(ZONE, 2026, 7, 15, 12)))
        try:
            yield warehouse
        finally:
            await warehouse.stop()
            await own.close()

    made = (history_commands if arguments[0] in ("close", "status", "verify") else report_commands)(opened)
    return await asyncio.to_thread(CliRunner().invoke, made, list(arguments))


async def test_json_has_value_numerator_and_denominator_of_each_figure(centre: Database, tmp_path: Path) -> None:
    asked = ("--every", "1d", "--by", "queue,client", "--metrics", "sl3(20),sl6(20,5),asa,aht,abandon_rate,csat")
    ran = await run(centre, tmp_path, *PERIOD, *asked, "--format", "json")
    assert ran.exit_code == 0, ran.output
    assert json.loads(ran.stdout) == [
        {
            "start": "2026-07-14T00:00:00-04:00",
            "end": "2026-07-15T00:00:00-04:00",
            "queue": "=repair",
            "client": "acme",
            "sl3(20)": {"value": 1 / 3, "numerator": 1, "denominator": 3},
            "sl6(20,5)": {"value": 1 / 3, "numerator": 1, "denominator": 3},
            "asa": {"value": 31, "numerator": 62, "denominator": 2},
            "aht": {"value": 80.5, "numerator": 161, "denominator": 2},
            "abandon_rate": {"value": 1 / 3, "numerator": 1, "denominator": 3},
            "csat": {"value": None, "numerator": 0, "denominator": 0},
        }
    ]


async def test_table_csv_and_workbook_say_the_same(centre: Database, tmp_path: Path) -> None:
    asked = (*PERIOD, "--by", "queue", "--metrics", "sl3(20),aht")
    table = await run(centre, tmp_path, *asked)
    assert table.stdout.splitlines()[1].split() == ["2026-07-14", "00:00-0400", "=repair", "33.33", "%", "80.50"]
    assert "counted by arrival" in table.stderr
    text = await run(centre, tmp_path, *asked, "--format", "csv")
    head, row = csv.reader(io.StringIO(text.stdout_bytes.decode("utf-8-sig")))
    assert (head[2], row[2]) == ("queue", "'=repair")
    assert (row[3], row[6]) == ("33.33", "80.5")
    book = tmp_path / "out.xlsx"
    ran = await run(centre, tmp_path, *asked, "--format", "xlsx", "--out", str(book))
    assert (ran.exit_code, ran.stdout) == (0, "")
    cells = [cell.value for cell in list(openpyxl.load_workbook(book).active.rows)[1]]
    assert cells[2:5] == ["=repair", pytest.approx(1 / 3), 1]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("--metrics", "asb"), "no figure 'asb'"),
        (("--metrics", "asa", "--queue", "repiar"), "no queue 'repiar'"),
        (("--metrics", "asa", "--timezone", "Moon"), "IANA name"),
        (("--metrics", "asa", "--every", "7m"), "There are 15m"),
        (("--metrics", "asa", "--site", "nowhere"), "no site 'nowhere'"),
        (("--metrics", "asa", "--to", "2026-07-13"), "before it has begun"),
        (("--metrics", "asa", "--format", "pdf"), "choose table, csv, json, xlsx"),
    ],
)
async def test_bad_input_is_one_line_and_a_failure(
    centre: Database, tmp_path: Path, asked: tuple[str, ...], said: str
) -> None:
    ran = await run(centre, tmp_path, *PERIOD, *asked)
    assert ran.exit_code == 2
    assert said in ran.stderr
    assert len(ran.stderr.splitlines()) == 1
    assert not ran.stdout


async def test_history_is_written_told_and_verified(centre: Database, tmp_path: Path) -> None:
    assert "1 days with" in (await run(centre, tmp_path, "close")).stdout
    assert "current" in (await run(centre, tmp_path, "status")).stdout
    assert "2026-07-14" in (await run(centre, tmp_path, "status", "--days")).stdout
    assert "Sound: 1 days" in (await run(centre, tmp_path, "verify")).stdout
    (path,) = (tmp_path / "history").rglob("segment.parquet")
    path.write_bytes(b"")
    ran = await run(centre, tmp_path, "verify")
    assert ran.exit_code == 1
    assert "2026-07-14: segment.parquet is damaged" in ran.stdout
