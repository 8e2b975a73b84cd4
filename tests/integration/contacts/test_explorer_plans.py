"""The explorer reads indexes, whatever the history: no page or count scans a table (issue: filters, pages)."""

import time

import pytest

from jietong.contacts import explorer
from jietong.contacts.explorer import Cursor, Filter
from jietong.db.pool import ALL, Database, Scope

T0 = 1_800_000_000_000
N = 120_000
STEP = 5_000
ROW = """
    INSERT INTO contact (id, site, client, customer, channel, entry, language, simulated, arrived, ended, queue,
        queues, agent, agents, outcome, ended_by, wait_ms, talk_ms, hold_ms, wrapup_ms, transfers, missed, messages,
        busy, seq)
    SELECT 'c' || lpad(i::text, 8, '0'), 'main', CASE i % 2 WHEN 0 THEN 'acme' ELSE 'other' END, 'u' || i % 20000,
        'chat', 'web', 'en', false, $1 + i * $2::bigint, $1 + i * $2::bigint + 90000, 'q' || i % 3,
        ARRAY['q' || i % 3], 'a' || i % 50, ARRAY['a' || i % 50], 'handled', 'customer', i % 60000, 60000, 0, 20000,
        0, 0, 4, false, i
    FROM generate_series(1, $3::int) i
"""
FACETS = """
    INSERT INTO contact_facet (facet, arrived, contact, client)
    SELECT f.facet, c.arrived, c.id, c.client FROM contact c CROSS JOIN LATERAL (VALUES
        ('queue:' || c.queue), ('agent:' || c.agent), ('channel:chat'), ('outcome:handled'),
        (CASE WHEN c.seq % 5000 = 0 THEN 'had:missed_offer' END)) f (facet)
    WHERE f.facet IS NOT NULL
"""
MISSED = (("had", ("missed_offer",)),)
FILTERS = {
    "everything": Filter(0, 1 << 62),
    "a day": Filter(T0 + 86_400_000, T0 + 2 * 86_400_000),
    "a queue": Filter(0, 1 << 62, (("queue", ("q1",)),)),
    "two queues": Filter(0, 1 << 62, (("queue", ("q1", "q2")),)),
    "rare happening": Filter(0, 1 << 62, MISSED),
    "rare happening in a queue by an agent": Filter(0, 1 << 62, (("queue", ("q1",)), ("agent", ("a7",)), *MISSED)),
    "a customer": Filter(0, 1 << 62, customers=("u77",)),
    "nothing": Filter(0, 1 << 62, (("agent", ("nobody",)),)),
}


@pytest.mark.slow
async def test_no_page_scans_and_none_takes_long(database: Database) -> None:
    async with database.transaction(ALL) as conn:
        await conn.execute(ROW, T0, STEP, N)
        await conn.execute(FACETS)
        await conn.execute("ANALYZE contact")
        await conn.execute("ANALYZE contact_facet")
    middle = Cursor(T0 + N // 2 * STEP, f"c{N // 2:08}")
    for scope in (ALL, Scope(("acme",))):
        for name, wanted in FILTERS.items():
            for after in (None, middle):
                async with database.read(scope) as conn:
                    plan = await explorer.explain(conn, wanted, after, 100)
                    started = time.perf_counter()
                    page = await explorer.page(conn, wanted, after, 100)
                    took = time.perf_counter() - started
                text = "\n".join(plan)
                assert "Seq Scan on contact" not in text, f"{name}, {scope}:\n{text}"
                assert took < 0.5, f"{name} took {took:.3f} s\n{text}"
                if after is not None:
                    assert all((one.arrived, one.id) < after for one in page)
                if scope != ALL:
                    assert {one.client for one in page} <= {"acme"}
                if name == "nothing":
                    assert page == []


@pytest.mark.slow
async def test_counts_stop_at_their_limit(database: Database) -> None:
    async with database.transaction(ALL) as conn:
        await conn.execute(ROW, T0, STEP, 12_000)
        await conn.execute(FACETS)
    async with database.read(ALL) as conn:
        assert await explorer.count(conn, Filter(0, 1 << 62)) == explorer.COUNT_LIMIT + 1
        assert await explorer.count(conn, FILTERS["a queue"]) == 4000
