"""`jietong import queue-log` on the real database: contacts and agents' time, a longer log, a rebuild."""

from pathlib import Path

from import_files import facts, log_imported, rejected

from jietong.contacts.projector import ContactsProjector
from jietong.contacts.verify import verify
from jietong.core.clock import SystemClock
from jietong.core.days import Span
from jietong.db.pool import ALL, Database
from jietong.imports.model import Counts
from jietong.metrics.intervals import By, Query, metrics
from jietong.metrics.warehouse import Warehouse

T = 1_784_077_200
LOG = [
    "0|NONE|NONE|NONE|QUEUESTART|", "1|NONE|sales|lin|ADDMEMBER|", "1|NONE|sales|wu|ADDMEMBER|",
    "10|c1|sales|NONE|ENTERQUEUE||138|1", "20|c1|sales|wu|RINGNOANSWER|5000", "32|c1|sales|lin|CONNECT|22|x|6",
    "132|c1|sales|lin|COMPLETECALLER|22|100|1", "133|c1|sales|lin|COMPLETEAGENT|22|100|1",
    "140|c2|sales|NONE|ENTERQUEUE||138|1", "200|c2|sales|NONE|ABANDON|1|1|60",
    "210|NONE|sales|lin|PAUSE|lunch", "310|NONE|sales|lin|UNPAUSE|", "nonsense",
]  # fmt: skip
LATER = [
    "400|c3|sales|NONE|ENTERQUEUE||138|1", "410|c3|sales|lin|CONNECT|10|x|0",
    "500|c3|sales|lin|COMPLETEAGENT|10|90|1",
    "600|NONE|sales|lin|REMOVEMEMBER|", "600|NONE|sales|wu|REMOVEMEMBER|",
]  # fmt: skip


def log(path: Path, lines: list[str]) -> Path:
    text = "".join(
        f"{T + int(s)}|{rest}\n" if rest else f"{s}\n" for s, _, rest in (one.partition("|") for one in lines)
    )
    path.write_text(text, encoding="utf-8")
    return path


async def test_a_longer_log_brings_what_is_new(database: Database, tmp_path: Path) -> None:
    first = await log_imported(database, log(tmp_path / "queue_log", LOG), "pbx")
    assert (first.contacts, first.counts.rejected) == (2, 2)
    assert first.counts.read == first.counts.imported + first.counts.rejected + first.counts.unchanged + first.open
    assert rejected(tmp_path / "queue_log", "pbx") == ["completed_twice", "not_a_line"]
    again = await log_imported(database, tmp_path / "queue_log", "pbx")
    assert (again.counts.imported, again.contacts, again.intervals) == (0, 0, 0)
    longer = await log_imported(database, log(tmp_path / "queue_log", LOG + LATER), "pbx")
    assert (longer.contacts, longer.open) == (1, 0)
    whole = await log_imported(database, log(tmp_path / "queue_log", LOG + LATER), "whole")
    assert whole.contacts == 3
    assert await facts(database, "pbx") == await facts(database, "whole")


async def test_facts_of_a_log_follow_from_its_ledger(database: Database, tmp_path: Path) -> None:
    await log_imported(database, log(tmp_path / "queue_log", LOG + LATER), "pbx")
    before = await facts(database, "pbx")
    verdict = await verify(database, "pbx:import")
    assert verdict.sound, verdict.wrong
    assert (verdict.contacts, verdict.intervals) == (3, 11)
    async for _ in ContactsProjector(database, "pbx:import").rebuild():
        pass
    assert await facts(database, "pbx") == before


async def test_figures_of_a_log(database: Database, tmp_path: Path) -> None:
    """By hand: c1 answered after 22 s, c2 gives up after 60 s, c3 answered after 10 s."""
    done = await log_imported(database, log(tmp_path / "queue_log", LOG + LATER), "pbx")
    assert done.counts == Counts(18, 16, 2, 0)
    warehouse = Warehouse(database, tmp_path / "history", SystemClock())
    window = Span(T * 1000, (T + 3600) * 1000)
    query = Query("pbx", window, "UTC", by=(By.QUEUE,), metrics=metrics("sl3(20),asa,att,abandon_rate"))
    rows = {row.keys[0]: row.cells for row in await warehouse.rows(query, ALL)}
    level, asa, att, abandoned = rows["sales"]
    assert (level.numerator, level.denominator) == (1, 3)
    assert (asa.value, att.value) == (16_000, 95_000)
    assert (abandoned.numerator, abandoned.denominator) == (1, 3)
    missed = Query("pbx", window, "UTC", metrics=metrics("missed_offer_rate"))
    assert (await warehouse.rows(missed, ALL))[0].cells[0].numerator == 1
