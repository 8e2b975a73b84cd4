"""Figures counted straight from the ledger equal the warehouse's."""

from pathlib import Path

import pytest
from agreed_month import DAYS, FIRST, NOW

from jietong.core.clock import ManualClock, to_ms
from jietong.core.days import Span
from jietong.core.errors import Refused
from jietong.db.pool import ALL, Database
from jietong.metrics.intervals import By, Every, Filter, Query, Row, metrics
from jietong.metrics.warehouse import Warehouse
from jietong.sla.ledger_facts import LedgerFacts, heads, replay

JULY = Span(to_ms(FIRST), to_ms(FIRST) + DAYS * 86_400_000)
FIGURES = metrics("sl3(20),sl7(20),abandon_rate,asa,requested_agent,entry_blocked,wait_p90")


@pytest.mark.parametrize("every", [Every.ALL, Every.DAY, Every.HALF_HOUR])
@pytest.mark.parametrize("by", [(), (By.QUEUE,), (By.CLIENT, By.AGENT)])
async def test_the_ledger_and_the_warehouse_say_the_same(
    database: Database, tmp_path: Path, every: Every, by: tuple[By, ...]
) -> None:
    clock = ManualClock(NOW)
    bad_hour = Span(to_ms(FIRST) + 7 * 86_400_000 + 10 * 3_600_000, to_ms(FIRST) + 7 * 86_400_000 + 11 * 3_600_000)
    chosen = Filter(clients=("hechuan",), without=((bad_hour, frozenset({"repair"}), None),))
    query = Query("main", JULY, "Asia/Shanghai", every, by, FIGURES, chosen)
    async with database.read(ALL) as conn:
        upto = await heads(conn, "main")
    assert list(upto) == ["main:import"]
    replayed = await replay(database, upto, JULY)
    mine = await LedgerFacts(replayed.segments, replayed.trunks, clock.now()).rows(query)
    theirs = await Warehouse(database, tmp_path / "history", clock).rows(query, ALL)
    assert happened(mine) == happened(theirs)
    assert happened(mine)


def happened(rows: list[Row]) -> list[Row]:
    """Rows of nothing may be there or not."""
    return [row for row in rows if any(cell.numerator for cell in row.cells)]


async def test_another_ledger_is_refused(database: Database, tmp_path: Path) -> None:
    async with database.read(ALL) as conn:
        upto = await heads(conn, "main")
    upto["main:import"] = upto["main:import"]._replace(digest="00" * 32)
    with pytest.raises(Refused) as refused:
        await replay(database, upto, JULY)
    assert refused.value.code == "ledger_differs"
