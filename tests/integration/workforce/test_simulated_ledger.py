"""A simulated day and the same day replayed from the ledger give the same figures by the same catalogue."""

from pathlib import Path

import pytest

from jietong.contacts.projector import ContactsProjector
from jietong.core.clock import ManualClock
from jietong.core.days import Span
from jietong.core.events import AnyEvent
from jietong.db import ledger
from jietong.db.pool import ALL, Database
from jietong.metrics.definition import How
from jietong.metrics.intervals import By, Every, Query, metrics
from jietong.metrics.warehouse import Warehouse
from jietong.workforce.simulation import reading
from jietong.workforce.simulation.play import Play
from jietong.workforce.simulation.replicate import groups_of, window_of
from jietong.workforce.simulation.scenario import Scenario
from jietong.workforce.simulation.tally import ALL as WHOLE
from jietong.workforce.simulation.tally import Sample, Sheet, Tally

DAY = Path(__file__).resolve().parents[3] / "docs" / "examples" / "service-day.toml"
ON_ARRIVAL = (
    "sl3,sl7,sl6(20,5),abandon_rate,asa,aht,acw,entry_offered,entry_busy_rate,lost_in_flow,self_served,flow_time"
)
FIGURES = f"{ON_ARRIVAL},missed_offer_rate,wait_p90,max_wait,occupancy,atb"


def played(scenario: Scenario) -> tuple[list[AnyEvent], Sheet, Sample, int]:
    """The facts of one day, and its sums as the simulation takes them."""
    facts: list[AnyEvent] = []
    sheet = Sheet(metrics(FIGURES))
    tally = Tally(sheet, window_of(scenario), groups_of(scenario))

    def listen(fact: AnyEvent) -> None:
        facts.append(fact)
        tally(fact)

    play = Play(scenario, 5, 0, listen)
    play.run()
    assert play.blocked
    return facts, sheet, tally.finish(play.over), play.now


@pytest.mark.asyncio
async def test_a_simulated_day_and_its_replay_from_the_ledger_agree(database: Database, tmp_path: Path) -> None:
    scenario = reading.read(DAY)
    scenario = reading.of({**reading.tables(scenario), "hours": 5.0, "trunks": {"channels": 36}})
    facts, sheet, sample, now = played(scenario)
    async with database.transaction(ALL) as conn:
        head = await ledger.claim(conn, "main")
        await ledger.ensure_month(conn, facts[0].at)
        await ledger.append_many(conn, head, facts)
    await ContactsProjector(database).catch_up()
    warehouse = Warehouse(database, tmp_path, ManualClock(now))
    try:
        whole = await warehouse.rows(
            Query("main", window_of(scenario), scenario.zone, Every.ALL, (), sheet.metrics), ALL
        )
        by_queue = await warehouse.rows(
            Query("main", window_of(scenario), scenario.zone, Every.HALF_HOUR, (By.QUEUE,), metrics("sl3,asa,aht")),
            ALL,
        )
    finally:
        await warehouse.stop()
    for metric, cell in zip(sheet.metrics, whole[0].cells, strict=True):
        if metric.definition.how in (How.MAX, How.QUANTILE):
            assert cell.value == sample.values[metric.key][WHOLE], metric.key
        else:
            assert (cell.numerator, cell.denominator) == pair(sheet, sample.sums[WHOLE], metric.key), metric.key
    compared = 0
    for row in by_queue:
        queue = row.keys[0]
        if queue is None:
            continue
        bucket = (row.start - window_of(scenario).start) // 1_800_000
        for key, cell in zip(("sl3", "asa", "aht"), row.cells, strict=True):
            seen = pair(sheet, sample.series[f"q:{queue}"][bucket], key)
            assert (cell.numerator, cell.denominator) == seen, (queue, bucket, key)
            compared += 1
    assert compared >= 2 * 10 * 3


def pair(sheet: Sheet, sums: list[int], key: str) -> tuple[int, int]:
    num, den = sheet.parts[key]
    return sum(sums[slot] for slot in num), sum(sums[slot] for slot in den) if den else 1


def test_the_window_is_a_span_of_the_scenarios_own_day() -> None:
    scenario = reading.read(DAY)
    assert window_of(scenario) == Span(1_772_409_600_000, 1_772_452_800_000)  # 08:00 to 20:00 on 2 March in Shanghai
