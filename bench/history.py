"""Interval reports over stored facts: `python -m bench.history [--json] [--rows 10000000,50000000] [--rounds 3]`.

The segments of a busy centre (eight a contact, 40,000 contacts a day, twenty queues) lie in Parquet, a file a day.
The same report, five figures by queue and half-hour, is made three ways: by the catalogue's definitions (compiled,
run by DuckDB, as rows of Python) and by SQL written by hand for DuckDB in turns, and by pandas, a day at a time. All
rows must be equal, or the bench fails. Then a year is added up from stored sums, and live figures take in events.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import ibis
import pandas as pd
import pyarrow as pa

from jietong.core.days import Span
from jietong.metrics.intervals import By, Every, Query, Row, metrics
from jietong.metrics.live import LiveFigures
from jietong.metrics.query import (
    SHAPES,
    Stored,
    answerable,
    plan,
    rows,
    stored_sums,
    stored_table,
    unbound,
)
from tests.unit.metrics.random_centre import RandomCentre

ZONE = "Asia/Shanghai"
FIGURES = metrics("sl3(20),sl6(20,5),asa,aht,abandon_rate")
YEAR_FIGURES = metrics("sl3,asa,aht,abandon_rate,entry_connect_rate,max_wait,occupancy,csat")
QUEUES = 20
BEGIN = 1_767_196_800_000  # 2026-01-01 in Shanghai
DAY, HALF_HOUR = 86_400_000, 1_800_000
ROWS_A_DAY = 320_000

GENERATE = """
COPY (
  WITH contact AS (
    SELECT day * 1000000 + i AS id,
      {begin} + day * 86400000 + 28800000 + (hash(day, i, 1) % 43200000)::BIGINT AS came,
      'q' || (hash(day, i, 2) % {queues}) AS queue, (hash(day, i, 3) % 100)::INT AS fate,
      (hash(day, i, 4) % 60000)::BIGINT AS wait, 30000 + (hash(day, i, 5) % 400000)::BIGINT AS talk,
      (hash(day, i, 6) % 60000)::BIGINT AS wrapup, 'a' || (hash(day, i, 7) % 500) AS agent,
      CASE WHEN hash(day, i, 8) % 10 < 7 THEN 'voice' WHEN hash(day, i, 8) % 10 < 9 THEN 'chat' ELSE 'message' END
        AS channel,
      CASE WHEN hash(day, i, 9) % 200 = 0 THEN 'signed_out' WHEN hash(day, i, 9) % 20 = 0 THEN 'transfer'
        ELSE 'arrival' END AS cause,
      'r' || (hash(day, i, 10) % 30) AS reason
    FROM range({day}, {day} + 1) AS d(day), range({contacts}) AS c(i)
  )
  SELECT 'main' AS site, 'c' || id AS contact, n::INT AS n, kind, 'client' || substr(queue, 2)::INT % 4 AS client,
    channel,
    '400' || substr(queue, 2)::INT % 7 AS entry, false AS simulated, came AS started, came AS arrived,
    came + CASE kind WHEN 'queue' THEN wait WHEN 'handling' THEN talk + wrapup ELSE 1000 END AS ended,
    CASE kind WHEN 'entry' THEN 'admitted' WHEN 'flow' THEN 'queued' WHEN 'offer' THEN 'accepted'
      WHEN 'queue' THEN CASE WHEN fate < 85 THEN 'answered' WHEN fate < 95 THEN 'abandoned' WHEN fate < 98
        THEN 'overflowed' ELSE 'timed_out' END
      WHEN 'survey' THEN NULL ELSE 'ended' END AS outcome,
    queue, CASE WHEN kind IN ('entry', 'flow') THEN NULL ELSE agent END AS agent, false AS part_time,
    CASE WHEN kind = 'queue' THEN cause END AS cause, 'inbound' AS direction,
    CASE WHEN kind = 'flow' THEN 'menu' END AS flow, NULL::VARCHAR AS node,
    CASE WHEN kind = 'queue' THEN 20000::BIGINT END AS target_ms,
    CASE WHEN kind = 'queue' THEN 5000::BIGINT END AS short_ms, came AS since,
    CASE WHEN kind = 'queue' THEN wait END AS wait_ms, CASE WHEN kind = 'handling' THEN talk END AS talk_ms,
    CASE WHEN kind = 'handling' THEN talk // 20 END AS hold_ms,
    CASE WHEN kind = 'handling' THEN wrapup END AS wrapup_ms,
    CASE WHEN kind = 'handling' THEN fate % 2 END AS holds, reason,
    CASE WHEN kind = 'handling' THEN fate % 3 <> 0 END AS resolved,
    CASE WHEN kind = 'survey' AND fate < 40 THEN (fate % 5 + 1)::SMALLINT END AS score, NULL::SMALLINT AS mos,
    NULL::VARCHAR AS customer
  FROM contact, (VALUES (1, 'entry'), (2, 'flow'), (3, 'queue'), (4, 'offer'), (5, 'talk'), (6, 'wrapup'),
    (7, 'handling'), (8, 'survey')) AS k(n, kind)
  ORDER BY came
) TO '{file}' (FORMAT parquet, COMPRESSION zstd)
"""

BY_HAND = """
WITH stay AS (
  SELECT queue, (arrived - {begin}) // 1800000 AS slot,
    count(*) FILTER (outcome = 'answered' AND wait_ms <= 20000) AS in_time,
    count(*) AS requested,
    count(*) FILTER (outcome = 'answered') AS answered,
    count(*) FILTER (outcome IN ('abandoned', 'timed_out')) AS abandoned,
    count(*) FILTER (outcome IN ('abandoned', 'timed_out') AND wait_ms > 5000) AS not_short,
    coalesce(sum(wait_ms) FILTER (outcome = 'answered'), 0)::BIGINT AS waited
  FROM segment
  WHERE kind = 'queue' AND arrived >= {begin} AND arrived < {end} AND site IN ('main', 'main:import')
    AND channel NOT IN ('email', 'sms', 'fax', 'voicemail', 'message')
    AND (cause IS NULL OR cause NOT IN ('presence_lost', 'signed_out'))
    AND (outcome IS NULL OR outcome NOT IN ('overflowed', 'moved', 'retried', 'to_flow'))
  GROUP BY ALL
), work AS (
  SELECT queue, (arrived - {begin}) // 1800000 AS slot, count(*) AS handled,
    sum(talk_ms + hold_ms + wrapup_ms)::BIGINT AS worked
  FROM segment
  WHERE kind = 'handling' AND direction = 'inbound' AND arrived >= {begin} AND arrived < {end}
    AND site IN ('main', 'main:import')
    AND outcome IN ('ended', 'transferred', 'transferred_out', 'lost', 'switch_lost')
  GROUP BY ALL
)
SELECT queue, slot, coalesce(in_time, 0), coalesce(requested, 0), coalesce(answered, 0), coalesce(abandoned, 0),
  coalesce(not_short, 0), coalesce(waited, 0)::BIGINT, coalesce(handled, 0), coalesce(worked, 0)::BIGINT
FROM stay FULL JOIN work USING (queue, slot) ORDER BY slot, queue
"""
"""Of three ways to write it by hand the fastest: a pass over each kind, with what its sums share in WHERE."""


def generate(folder: Path, wanted: int) -> tuple[int, int]:
    """Writes a file a day until there are `wanted` segments; gives how many there are and of how many days."""
    connection = duckdb.connect()
    days = max(1, round(wanted / ROWS_A_DAY))
    contacts = wanted // days // 8
    for day in range(days):
        file = folder / f"{day:04}.parquet"
        connection.execute(
            GENERATE.format(begin=BEGIN, queues=QUEUES, day=day, contacts=contacts, file=file.as_posix())
        )
        if day % 20 == 19:
            print(f"{day + 1} of {days} days written", file=sys.stderr, flush=True)
    return days * contacts * 8, days


def connect(files: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(f"CREATE VIEW segment AS SELECT * FROM '{files.as_posix()}/*.parquet'")
    connection.execute(
        "CREATE TABLE agent_interval (site VARCHAR, seq BIGINT, agent VARCHAR, started BIGINT, ended BIGINT, "
        "state VARCHAR, part_time BOOLEAN, busy_since BIGINT)"
    )
    connection.execute(
        "CREATE TABLE planned_time (site VARCHAR, agent VARCHAR, started BIGINT, ended BIGINT, activity VARCHAR, "
        "planned_from BIGINT, excused BOOLEAN, paid BOOLEAN, part_time BOOLEAN)"
    )
    connection.execute("CREATE TABLE trunk_busy (site VARCHAR, trunk VARCHAR, started BIGINT, ended BIGINT)")
    return connection


def executing(connection: duckdb.DuckDBPyConnection) -> Callable[[Any], pa.Table]:
    return lambda table: connection.sql(ibis.to_sql(table, dialect="duckdb")).to_arrow_table()


def ours(connection: duckdb.DuckDBPyConnection, span: Span) -> list[Row]:
    query = Query("main", span, ZONE, Every.HALF_HOUR, (By.QUEUE,), FIGURES)
    return rows(plan(query, unbound(), now=span.end), executing(connection))


def by_hand(connection: duckdb.DuckDBPyConnection, span: Span) -> list[tuple[Any, ...]]:
    """Rows of (queue, slot, the sums, and the five figures divided)."""
    found = connection.sql(BY_HAND.format(begin=span.start, end=span.end)).fetchall()
    return [(*row, *_divided(row)) for row in found]


def _divided(row: tuple[Any, ...]) -> tuple[float | None, ...]:
    _, _, in_time, requested, answered, abandoned, not_short, waited, handled, worked = row
    return (
        in_time / (answered + abandoned) if answered + abandoned else None,
        in_time / (answered + not_short) if answered + not_short else None,
        waited / answered if answered else None,
        worked / handled if handled else None,
        abandoned / requested if requested else None,
    )


def by_pandas(files: Path, span: Span) -> pd.DataFrame:
    looked_at = "queue kind arrived channel cause outcome direction wait_ms talk_ms hold_ms wrapup_ms"
    columns = looked_at.split()
    parts = []
    for file in sorted(files.glob("*.parquet")):
        table = pd.read_parquet(file, columns=columns, filters=[("kind", "in", ["queue", "handling"])])
        table = table[(table.arrived >= span.start) & (table.arrived < span.end)]
        table["slot"] = (table.arrived - span.start) // HALF_HOUR
        stays = table[
            (table.kind == "queue")
            & ~table.channel.isin(["email", "sms", "fax", "voicemail", "message"])
            & ~table.cause.isin(["presence_lost", "signed_out"])
            & ~table.outcome.isin(["overflowed", "moved", "retried", "to_flow"])
        ]
        answered = stays.outcome == "answered"
        abandoned = stays.outcome.isin(["abandoned", "timed_out"])
        queue = pd.DataFrame(
            {
                "queue": stays["queue"],
                "slot": stays.slot,
                "in_time": answered & (stays.wait_ms <= 20_000),
                "requested": 1,
                "answered": answered,
                "abandoned": abandoned,
                "not_short": abandoned & (stays.wait_ms > 5_000),
                "waited": stays.wait_ms.where(answered, 0),
            }
        )
        done = table[
            (table.kind == "handling")
            & (table.direction == "inbound")
            & table.outcome.isin(["ended", "transferred", "transferred_out", "lost", "switch_lost"])
        ]
        work = pd.DataFrame(
            {
                "queue": done["queue"],
                "slot": done.slot,
                "handled": 1,
                "worked": done.talk_ms + done.hold_ms + done.wrapup_ms,
            }
        )
        keys = ["slot", "queue"]
        parts.append(queue.groupby(keys).sum().join(work.groupby(keys).sum(), how="outer").fillna(0))
    return pd.concat(parts).groupby(["slot", "queue"]).sum().astype("int64").sort_index()


def equal(mine: list[Row], theirs: list[tuple[Any, ...]], frame: pd.DataFrame, span: Span) -> bool:
    """Whether all three say the same of every half-hour and queue, to the last unit."""
    said = {(row.keys[0], (row.start - span.start) // HALF_HOUR): row.cells for row in mine}
    if len(said) != len(theirs) or len(theirs) != len(frame):
        return False
    for row in theirs:
        queue, slot, in_time, requested, answered, abandoned, not_short, waited, handled, worked = row[:10]
        wanted = [
            (in_time, answered + abandoned),
            (in_time, answered + not_short),
            (waited, answered),
            (worked, handled),
            (abandoned, requested),
        ]
        cells = said[queue, slot]
        if [(cell.numerator, cell.denominator) for cell in cells] != wanted:
            return False
        if tuple(cell.value for cell in cells) != row[10:]:
            return False
    names = ("in_time", "requested", "answered", "abandoned", "not_short", "waited", "handled", "worked")
    listed = {(queue, slot): sums for queue, slot, *sums in (row[:10] for row in theirs)}
    return all(listed[queue, slot] == list(sums) for (slot, queue), *sums in frame[list(names)].itertuples(name=None))


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    begun = time.perf_counter()
    found = work()
    return time.perf_counter() - begun, found


def report(files: Path, days: int, rounds: int) -> dict[str, Any]:
    span = Span(BEGIN, BEGIN + days * DAY)
    seconds: dict[str, list[float]] = {"ours": [], "by_hand": []}
    mine: list[Row] = []
    theirs: list[tuple[Any, ...]] = []
    for turn in range(rounds + 1):
        for name, work in (("ours", ours), ("by_hand", by_hand)):
            connection = connect(files)
            took, found = timed(lambda work=work, connection=connection: work(connection, span))
            connection.close()
            if turn:  # the first warms the page cache up
                seconds[name].append(took)
            if work is ours:
                mine = found
            else:
                theirs = found
    took, frame = timed(lambda: by_pandas(files, span))
    if not equal(mine, theirs, frame, span):
        raise SystemExit("the three reports are not the same")
    return {
        "rows": len(mine),
        "ours_s": statistics.median(seconds["ours"]),
        "by_hand_s": statistics.median(seconds["by_hand"]),
        "pandas_s": took,
    }


def year(files: Path, folder: Path, days: int) -> dict[str, Any]:
    """The stored sums of a year: those of the days there are, again and again, each on a day of its own."""
    shape = SHAPES[0]
    connection = connect(files)
    stored = folder / "year.parquet"
    known = min(days, 30)
    span = Span(BEGIN, BEGIN + known * DAY)
    took, _ = timed(
        lambda: connection.execute(
            f"CREATE TABLE sums AS {ibis.to_sql(stored_sums(unbound(), 'main', span, ZONE, shape), dialect='duckdb')}"
        )
    )
    day = f"(slot - {BEGIN}) // {DAY}"
    connection.execute(
        f"COPY (SELECT slot + (d - {day}) * {DAY} AS slot, * EXCLUDE (slot) FROM sums, range(365) AS r(d) "
        f"WHERE {day} = d % {known} ORDER BY 1) TO '{stored.as_posix()}' (FORMAT parquet, COMPRESSION zstd)"
    )
    connection.execute(f"CREATE VIEW stored AS SELECT * FROM '{stored.as_posix()}'")
    held = connection.sql("SELECT count(*) FROM stored").fetchall()[0][0]
    whole = Span(BEGIN, BEGIN + 365 * DAY)
    each = [Span(BEGIN + d * DAY, BEGIN + (d + 1) * DAY) for d in range(365)]
    out: dict[str, Any] = {"stored_rows": held, "stored_mb": stored.stat().st_size / 1e6,
                           "storing_a_day_s": took / known}  # fmt: skip
    for every in (Every.MONTH, Every.DAY, Every.HALF_HOUR):
        query = Query("main", whole, ZONE, every, (By.QUEUE,), YEAR_FIGURES)

        def work(query: Query = query) -> list[Row]:
            ready = answerable(query, each, ZONE)
            assert ready is not None
            table = Stored(ready.shape, stored_table(ready.shape, "stored"), tuple(ready.days))
            return rows(plan(query, unbound(), now=whole.end, stored=table), executing(connection))

        runs = [timed(work) for _ in range(4)]
        out[f"year_{every.value}_s"] = statistics.median(took for took, _ in runs[1:])
        out[f"year_{every.value}_rows"] = len(runs[0][1])
    totals = rows(plan(Query("main", span, ZONE, Every.ALL, (), YEAR_FIGURES[:4]), unbound(), now=span.end),
                  executing(connection))  # fmt: skip
    table = Stored(shape, stored_table(shape, "stored"), tuple(each[:known]))
    added = rows(
        plan(Query("main", span, ZONE, Every.ALL, (), YEAR_FIGURES[:4]), unbound(), now=span.end, stored=table),
        executing(connection),
    )
    if added != totals:
        raise SystemExit("stored sums do not give what the facts give")
    return out


def live(steps: int) -> dict[str, Any]:
    centre = RandomCentre(1, BEGIN, ZONE)
    for _ in centre.steps(steps):
        pass
    best = float("inf")
    for _ in range(3):
        figures = LiveFigures()
        took, _ = timed(lambda figures=figures: [figures.apply(event) for event in centre.events])
        best = min(best, took)
    return {"live_events": len(centre.events), "live_us": best / len(centre.events) * 1e6}


def measure(wanted: list[int], rounds: int) -> dict[str, Any]:
    reports, found = [], {}
    for number in wanted:
        with tempfile.TemporaryDirectory(prefix="jietong-history-") as name:
            folder = Path(name)
            files = folder / "segment"
            files.mkdir()
            took, (segments, days) = timed(lambda files=files, number=number: generate(files, number))
            print(f"{segments:,} segments of {days} days written in {took:.0f} s", file=sys.stderr, flush=True)
            reports.append({"segments": segments, "days": days} | report(files, days, rounds))
            if not found:
                found = year(files, folder, days) | live(40_000)
    return {"reports": reports} | found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rows", default="10000000", help="how many segments; several with commas between")
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    found = measure([int(one) for one in asked.rows.split(",")], asked.rounds)
    print(json.dumps(found) if asked.json else "\n".join(f"{name:20} {value}" for name, value in found.items()))


if __name__ == "__main__":
    main()
