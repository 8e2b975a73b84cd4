"""Scopes, codecs and the behaviour of the pool on a real server."""

import pytest

from jietong.db.pool import ALL, Database, Scope


async def _two_clients(database: Database) -> None:
    async with database.transaction(ALL) as conn:
        await conn.execute("CREATE TABLE note (client text NOT NULL, words jsonb NOT NULL)")
        await conn.execute("ALTER TABLE note ENABLE ROW LEVEL SECURITY")
        await conn.execute("ALTER TABLE note FORCE ROW LEVEL SECURITY")
        await conn.execute(
            "CREATE POLICY scope ON note USING (current_setting('jietong.clients', true) = '*' OR client = "
            "ANY(string_to_array(current_setting('jietong.clients', true), ',')))"
        )
        await conn.execute("INSERT INTO note VALUES ('a', $1), ('b', $2)", {"zh": "您好"}, ["'; --"])


async def test_a_client_sees_only_its_own_rows_and_an_unset_scope_sees_none(database: Database) -> None:
    await _two_clients(database)
    seen = {}
    for scope in (ALL, Scope(("a",)), Scope(("a", "b")), Scope(()), Scope(("a' OR '1'='1",))):
        async with database.read(scope) as conn:
            seen[scope.setting] = [r["client"] for r in await conn.fetch("SELECT client FROM note ORDER BY 1")]
    assert seen == {"*": ["a", "b"], "a": ["a"], "a,b": ["a", "b"], "": [], "a' OR '1'='1": []}
    bare = await database.connect("test")
    await bare.execute("RESET jietong.clients")
    await bare.execute("SET jietong.clients = ''")
    assert await bare.fetch("SELECT * FROM note") == []
    await bare.close()


async def test_a_scope_does_not_leak_to_the_next_transaction_on_the_same_connection(database: Database) -> None:
    await _two_clients(database)
    async with database.read(ALL) as conn:
        assert len(await conn.fetch("SELECT * FROM note")) == 2
    assert database._pool is not None
    async with database._pool.acquire() as conn:
        assert await conn.fetch("SELECT * FROM note") == []


async def test_a_client_cannot_write_rows_of_another(database: Database) -> None:
    await _two_clients(database)
    with pytest.raises(Exception, match="row-level security"):
        async with database.transaction(Scope(("a",))) as conn:
            await conn.execute("INSERT INTO note VALUES ('b', $1)", {})


async def test_jsonb_travels_as_python_values(database: Database) -> None:
    async with database.read(ALL) as conn:
        for value in ({"名": [1, 2.5, None, True]}, [], "text", 7, None):
            assert await conn.fetchval("SELECT $1::jsonb", value) == value


async def test_a_read_refuses_to_write_and_a_failed_unit_of_work_leaves_nothing(database: Database) -> None:
    await _two_clients(database)
    with pytest.raises(Exception, match="read-only"):
        async with database.read(ALL) as conn:
            await conn.execute("DELETE FROM note")

    async def unlucky() -> None:
        async with database.transaction(ALL) as conn:
            await conn.execute("DELETE FROM note")
            raise RuntimeError("on purpose")

    with pytest.raises(RuntimeError, match="on purpose"):
        await unlucky()
    async with database.read(ALL) as conn:
        assert await conn.fetchval("SELECT count(*) FROM note") == 2


@pytest.mark.parametrize("clients", [("a,b",), ("*",), ("",)])
def test_a_scope_refuses_ids_that_would_widen_it(clients: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="client"):
        Scope(clients)
