"""A query answers what the definitions say, to the last unit: DuckDB against `metrics.history.evaluate`.

Facts come from the routing engine under random commands (transfers, holds, call-backs, flows, trunks), across local
midnight and clock changes; the questions are drawn at random from every figure, grouping, interval and filter.
"""

import os
import random
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace

import duckdb
import ibis
import pyarrow as pa
import pytest
from figures_by_hand import Centre
from msgspec import structs
from random_facts import STARTS, history, instant

from jietong.contacts.model import AgentInterval, End, Kind, Segment, TrunkBusyTime
from jietong.core.days import Span, local_day
from jietong.core.vocabulary import Channel, Ms, State
from jietong.metrics import measures as m
from jietong.metrics.catalogue import CATALOGUE
from jietong.metrics.definition import How, Terms
from jietong.metrics.expression import ALWAYS, Condition, Expression, condition, field, term
from jietong.metrics.intervals import By, Clip, Every, Filter, Query, Row, metric, metrics
from jietong.metrics.query import (
    SHAPES,
    STORED_COLUMNS,
    Stored,
    answerable,
    behind,
    plan,
    rows,
    settled,
    stored_sums,
    stored_table,
    unbound,
)
from jietong.metrics.query.conditions import holds, total
from jietong.metrics.query.stored import FIGURES
from jietong.metrics.query.sums import column
from jietong.metrics.query.tables import TableExpression

PLAIN = tuple(metric(d.id) for d in CATALOGUE.values() if d.how is not How.NOW)
OTHER = metrics(
    "sl3(20),sl3(5),sl1(7),sl4(12),sl5(10,3),sl6(20,5),sl7(9),redial_rate(1),redial_rate(0),fcr_verified(0)"
)
MINUTE = 60_000


def given(centre: Centre, connection: duckdb.DuckDBPyConnection) -> Callable[[TableExpression], pa.Table]:
    """How the centre's facts are asked."""
    for name, table in centre.tables().items():
        connection.register(name, table)
    return lambda table: connection.sql(ibis.to_sql(table, dialect="duckdb")).to_arrow_table()


def answer(centre: Centre, query: Query, now: Ms) -> list[Row]:
    with duckdb.connect() as connection:
        return rows(plan(query, unbound(), now=settled(query, now)), given(centre, connection))


def drawn(rng: random.Random, zone: str, begun: Ms, now: Ms) -> Query:
    """Any question there is, over a window that begins and ends anywhere."""
    day = local_day(begun, zone)
    start = rng.choice((day.start, day.start, begun, day.end, rng.randrange(day.start, now)))
    end = rng.choice((local_day(now, zone).end, now, now + 1, rng.randrange(day.start, now + 10)))
    by = tuple(rng.sample(list(By), rng.choice((0, 1, 1, 2))))
    figures = tuple(rng.sample([*PLAIN, *OTHER], rng.choice((1, 3, 8))))
    return Query("main", Span(start, end), zone, rng.choice(list(Every)), by, figures, chosen(rng, begun, now))


def chosen(rng: random.Random, begun: Ms, now: Ms) -> Filter:
    if rng.random() < 0.5:
        return Filter()

    def span() -> Span:
        start = rng.randrange(begun - 5 * MINUTE, now)
        return Span(start, start + rng.choice((0, 1, MINUTE, 20 * MINUTE, 120 * MINUTE)))

    def some(*values: str) -> tuple[str, ...] | None:
        if rng.random() < 0.88:
            return None
        return tuple(rng.sample(values, rng.randint(0, len(values))))

    def clip() -> Clip:
        queues = rng.choice((None, None, frozenset({"q0"}), frozenset({"q1", "q2"})))
        return span(), queues, rng.choice((None, None, frozenset({"web"}), frozenset({"4001"})))

    return Filter(
        queues=some("q0", "q1", "q2"),
        agents=some("a0", "a1", "a5"),
        clients=some("acme", "other"),
        channels=some("chat", "voice", "message"),
        entries=some("web", "4001", "4002"),
        reasons=some("leak", "none"),
        directions=some("inbound", "outbound"),
        part_time=rng.choice((None, None, None, None, None, True, False)),
        simulated=rng.choice((None, None, None, False, False, False, True)),
        within=tuple(span() for _ in range(rng.randrange(6))) if rng.random() < 0.3 else None,
        without=tuple(clip() for _ in range(rng.choice((0, 0, 1, 3)))),
    )


@pytest.mark.parametrize("start", STARTS)
def test_every_figure_equals_its_definition_by_half_hour_and_queue(start: str) -> None:
    centre, begun, now = history(start, 1)
    zone = STARTS[start][0]
    window = Span(local_day(begun, zone).start, local_day(now, zone).end)
    query = Query("main", window, zone, Every.HALF_HOUR, (By.QUEUE,), PLAIN)
    assert answer(centre, query, now) == centre.rows(query, now)


def test_what_is_over_is_asked_in_the_same_words_whenever_it_is_asked() -> None:
    """Stays that are open at the window's end, and customers who come again after it, are what could differ."""
    start = "midnight in Shanghai"
    centre, begun, now = history(start, 1)
    window = Span(begun, (begun + now) // 2)
    one = Query("main", window, STARTS[start][0])
    later = {f.key for f in (*PLAIN, *OTHER) if settled(structs.replace(one, metrics=(f,)), now) == now}
    named = {key.partition("(")[0] for key in later}
    assert named == {"backlog_age_p90", "fcr_verified", "online_streak", "redial_rate"}
    for by in ((), (By.QUEUE,), (By.AGENT,)):
        query = Query("main", window, STARTS[start][0], Every.HALF_HOUR, by, PLAIN)
        assert answer(centre, query, now) == centre.rows(query, now)


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("seed", range(2))
def test_any_question_is_answered_as_the_definitions_say(start: str, seed: int) -> None:
    centre, begun, now = history(start, seed)
    rng = random.Random(f"{start} {seed}")
    for _ in range(4):
        query = drawn(rng, STARTS[start][0], begun, now)
        assert answer(centre, query, now) == centre.rows(query, now), query


@pytest.mark.parametrize("start", STARTS)
def test_stored_sums_add_up_to_what_the_facts_say(start: str) -> None:
    """Any of the days that are over from their stored sums, the others from facts: the same rows."""
    zone = STARTS[start][0]
    histories = (history(start, seed) for seed in range(2, 20))
    centre, begun, now = next((c, begun, now) for c, begun, now in histories if over(begun, now, zone))
    rng = random.Random(start)
    days = over(begun, now, zone)
    with duckdb.connect() as connection:
        execute = given(centre, connection)
        kept = rng.sample(days, rng.randint(1, len(days)))
        for shape in SHAPES:
            tables = [execute(stored_sums(unbound(), "main", day, zone, shape)) for day in kept]
            connection.register(shape.name, pa.concat_tables(tables))
        read = 0
        for _ in range(8):
            window = Span(days[0].start, rng.choice((now, days[-1].end, local_day(now, zone).end)))
            by = tuple(rng.sample((By.QUEUE, By.AGENT, By.CHANNEL, By.ENTRY, By.PART_TIME), rng.randint(0, 2)))
            figures = tuple(rng.sample(FIGURES, 6))
            only = Filter(
                queues=rng.choice((None, ("q0", "q2"))),
                simulated=rng.choice((None, False)),
                without=rng.choice(((), ((days[-1], None, None),), ((days[-1], frozenset({"q1"}), None),))),
            )
            query = Query("main", window, zone, rng.choice(list(Every)), by, figures, only)
            ready = answerable(query, kept, zone)
            if ready is None:
                assert {By.AGENT, By.PART_TIME} & set(by)
                assert By.ENTRY in by or query.every in (Every.QUARTER, Every.HALF_HOUR, Every.HOUR)
                continue
            read += 1
            stored = Stored(ready.shape, stored_table(ready.shape, ready.shape.name), tuple(ready.days))
            found = rows(plan(query, unbound(), now=settled(query, now), stored=stored), execute)
            assert found == centre.rows(query, now), (ready, query)
        assert read > 2


def over(begun: Ms, now: Ms, zone: str) -> list[Span]:
    """The local days that are over at `now`, the first of them the one of the beginning."""
    days, day = [], local_day(begun, zone)
    while day.end <= now:
        days.append(day)
        day = local_day(day.end, zone)
    return days


def test_stored_sums_answer_no_question_that_they_cannot() -> None:
    zone = "Asia/Shanghai"
    day = local_day(instant(zone, 2026, 7, 15, 12), zone)

    def asked(figures: str, every: Every = Every.DAY, by: tuple[By, ...] = (), **chosen: object) -> str | None:
        query = Query("main", day, zone, every, by, metrics(figures), Filter(**chosen))  # type: ignore[arg-type]
        ready = answerable(query, [day], zone)
        return ready and ready.shape.name

    assert asked("sl3,asa,occupancy,atb,max_wait") == "queues"
    assert asked("sl3", by=(By.AGENT,)) == "agents"
    assert asked("sl3", Every.HALF_HOUR, (By.AGENT,)) is None
    assert asked("sl3(20)") is None  # X in force on arrival is what is kept
    assert asked("wait_p90") is None
    assert asked("online_streak") is None
    assert asked("flow_time", by=(By.FLOW,)) is None
    assert asked("sl3", within=(Span(day.start, day.start + 7_200_000),)) == "queues"
    assert asked("sl3", within=(Span(day.start, day.start + 7_200_001),)) is None
    assert asked("sl3", within=(Span(day.start, day.start + 7_200_000),), agents=("a0",)) is None
    assert asked("sl3", without=((Span(day.start + 1, day.end), frozenset({"q0"}), None),)) is None
    tokyo = Query("main", day, "Asia/Tokyo", Every.DAY, (), metrics("sl3"))
    assert answerable(tokyo, [day], zone) == (SHAPES[0], [day])  # quarters of an hour are the same there


def test_a_stored_sum_bears_another_name_when_it_sums_something_else() -> None:
    assert column(m.answered_within) != column(m.answered_within, Terms(target_ms=20_000))
    assert column(m.answered) == column(m.answered, Terms(target_ms=20_000))  # which looks at no X
    assert column(m.answered) != column(replace(m.answered, where=m.abandoned.where))
    assert len(set(STORED_COLUMNS)) == len(STORED_COLUMNS)


def test_names_of_stored_sums_are_the_same_in_every_process() -> None:
    """Sets are said in order: a file written by one process is read by the next."""
    script = "from jietong.metrics.query import STORED_COLUMNS; print(*STORED_COLUMNS)"
    said = {
        subprocess.run(
            [sys.executable, "-c", script], env=os.environ | {"PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout.decode().strip()
        for seed in ("1", "2")
    }  # fmt: skip
    assert said == {" ".join(STORED_COLUMNS)}


def test_the_facts_behind_a_figure_are_those_it_counts() -> None:
    centre, begun, now = history("midnight in Shanghai", 1)
    query = Query("main", Span(begun, now), "Asia/Shanghai", filter=Filter(queues=("q0", "q1")))
    with duckdb.connect() as connection:
        execute, opened = given(centre, connection), 0
        for asked in (*metrics("sl3(20),asa,fcr,entry_busy_rate,transferred_out"), metric("abandoned")):
            for part in ("numerator", "denominator"):
                sums = getattr(asked.definition, part)
                behind_it = execute(behind(query, asked, part, unbound().segment, now))
                counted = {
                    (s.contact, s.n)
                    for s in centre.segments
                    if s.arrived in query.window and s.queue in ("q0", "q1")
                    and any(s.kind is one.kind and one.holds(s, asked.terms) for one in sums)
                }  # fmt: skip
                found = [*zip(behind_it["contact"].to_pylist(), behind_it["n"].to_pylist(), strict=True)]
                assert sorted(found) == sorted(counted)
                opened += len(found)
        assert opened > 20


def test_other_sites_are_another_matter_and_imports_belong_to_theirs() -> None:
    centre, begun, now = history("midnight in Shanghai", 1)
    query = Query("main", Span(begun, now), "Asia/Shanghai", metrics=metrics("requested_agent,occupancy"))
    wanted = centre.rows(query, now)
    imported = Centre(centre.segments, centre.intervals, centre.trunks, "main:import")
    assert answer(imported, query, now) == wanted
    elsewhere = Centre(centre.segments, centre.intervals, centre.trunks, "mainland")
    assert [cell.denominator for row in answer(elsewhere, query, now) for cell in row.cells] == [1, 0]


def test_a_window_without_time_has_no_data() -> None:
    centre, begun, now = history("midnight in Shanghai", 1)
    query = Query(
        "main", Span(now, begun), "Asia/Shanghai", metrics=metrics("requested_agent,sl3,occupancy,max_wait")
    )
    assert [cell for row in answer(centre, query, now) for cell in row.cells] == [
        (0, 0, 1),
        (None, 0, 0),
        (None, 0, 0),
        (None, 0, 0),
    ]
    by_hour = Query("main", Span(now, begun), "Asia/Shanghai", Every.HOUR, metrics=metrics("sl3"))
    assert answer(centre, by_hour, now) == []


def test_what_lasts_longer_than_the_window_is_known_counts_up_to_that_instant() -> None:
    """Half an hour of a state that is still open, seen in the middle, is fifteen minutes."""
    begun = instant("Asia/Shanghai", 2026, 7, 15, 9)
    centre = Centre([], [AgentInterval("a0", begun, State.READY)], [TrunkBusyTime("t0", begun, begun + 60 * MINUTE)])
    query = Query(
        "main", Span(begun, begun + 120 * MINUTE), "Asia/Shanghai", Every.HALF_HOUR, (), metrics("occupancy,atb")
    )
    found = answer(centre, query, begun + 45 * MINUTE)
    assert [row.cells for row in found] == [
        ((0.0, 0, 30 * MINUTE), (30 * MINUTE, 30 * MINUTE, 1)),
        ((0.0, 0, 15 * MINUTE), (15 * MINUTE, 15 * MINUTE, 1)),
    ]


def test_a_day_of_25_hours_has_fifty_half_hours_and_one_of_23_forty_six() -> None:
    """Wound chatwoot#2882: and one of 24.5 hours on Lord Howe forty-nine, the last of the hours a short one."""
    for zone, day, halves, hours in (
        ("America/New_York", (2026, 11, 1, 12), 50, 25),
        ("America/New_York", (2026, 3, 8, 12), 46, 23),
        ("Australia/Lord_Howe", (2026, 4, 5, 12), 49, 25),
        ("Australia/Lord_Howe", (2026, 10, 4, 12), 47, 24),
        ("America/Santiago", (2026, 9, 6, 12), 46, 23),
    ):
        window = local_day(instant(zone, *day), zone)
        every_minute = [AgentInterval("a0", at, State.READY, end=at + MINUTE) for at in range(*window, MINUTE)]
        centre = Centre([], every_minute, [])
        for every, wanted in ((Every.HALF_HOUR, halves), (Every.HOUR, hours)):
            query = Query("main", window, zone, every, (), metrics("occupancy"))
            found = answer(centre, query, window.end)
            assert len(found) == wanted
            assert sum(row.cells[0].denominator for row in found) == window.end - window.start
            assert found == centre.rows(query, window.end)
            assert (found[0].start, found[-1].end) == window


def test_the_edge_of_a_month_belongs_to_one_month_zammad_5538() -> None:
    zone = "Asia/Shanghai"
    edge = instant(zone, 2026, 2, 1)
    stays = [
        Segment(f"c{n}", 1, Kind.QUEUE, at, at, Channel.VOICE, "acme", "400", queue="q", end=at + 5,
                outcome=End.ANSWERED, wait_ms=5, cause="arrival")
        for n, at in enumerate((edge - 1, edge, edge + 1))
    ]  # fmt: skip
    window = Span(instant(zone, 2026, 1, 1), instant(zone, 2026, 3, 1))
    found = answer(
        Centre(stays, [], []), Query("main", window, zone, Every.MONTH, (), metrics("answered")), window.end
    )
    assert [(row.start, row.end, row.cells[0].numerator) for row in found] == [
        (window.start, edge, 1),
        (edge, window.end, 2),
    ]


def test_unknown_is_false_and_not_unknown_is_true_in_sql_as_in_python() -> None:
    """Conditions of any depth over fields and terms that are set or not."""
    rng = random.Random(5)
    stays = [
        Segment(f"c{n}", 1, Kind.QUEUE, n, n, Channel.VOICE, "acme", "400", cause=rng.choice((None, "x", "y")),
                target_ms=rng.choice((None, 1, 2)), wait_ms=rng.choice((None, 1, 2, 3)),
                resolved=rng.choice((None, True, False)))
        for n in range(60)
    ]  # fmt: skip
    with duckdb.connect() as connection:
        execute = given(Centre(stays, [], []), connection)
        segment = unbound().segment
        for _ in range(60):
            what, terms = _any_condition(rng, 4), Terms(target_ms=rng.choice((None, 1, 2)))
            holds_of = condition(what)
            wanted = {s.contact for s in stays if holds_of(s, terms)}
            for found in (segment.filter(holds(what, segment, terms)), segment.filter(total(what, segment, terms))):
                assert set(execute(found)["contact"].to_pylist()) == wanted, what
            known = execute(segment.select(known=total(what, segment, terms)))["known"]
            assert set(known.to_pylist()) <= {True, False}


def _any_condition(rng: random.Random, depth: int) -> Condition:
    def number() -> Expression:
        one = rng.choice((field("wait_ms"), field("target_ms"), term("target_ms"), field("arrived")))
        return rng.choice((one, one.or_(rng.randrange(3)), one.or_(field("target_ms")), one.or_(0) + 1))

    if depth and rng.random() < 0.75:
        parts = [_any_condition(rng, depth - 1) for _ in range(2)]
        return rng.choice((~parts[0], parts[0] & parts[1], parts[0] | parts[1]))
    return rng.choice(
        (
            field("cause").is_in(rng.sample(("x", "y", "z"), rng.randrange(3))),
            field("cause").equals("x"),
            field("resolved").equals(rng.random() < 0.5),
            number().is_set(),
            number() < number(),
            number() >= rng.randrange(3),
            number().equals(number()),
            ALWAYS,
        )
    )
