"""One client never sees another's rows (the wound fusionpbx#313): in every table that says whose its rows are."""

import asyncpg
import pytest
from client_scope import OURS, THEIRS, put_one_row_each, seen, tables_with_clients

from jietong.db.embedded import EmbeddedServer
from jietong.db.pool import ALL, Database, Scope


@pytest.fixture
async def superuser(postgres: EmbeddedServer, fresh_dsn: str):
    name = fresh_dsn.partition("@/")[2].partition("?")[0]
    conn = await asyncpg.connect(postgres.dsn_of(name, "postgres"))
    yield conn
    await conn.close()


async def test_one_client_sees_another_s_rows_nowhere(
    database: Database, superuser: asyncpg.Connection, fresh_dsn: str
) -> None:
    tables = await tables_with_clients(superuser)
    assert len(tables) > 5
    stranger = await asyncpg.connect(fresh_dsn)  # a connection that never said whom it is for
    try:
        for table in tables:
            await put_one_row_each(superuser, table)
            assert await seen(database, Scope((OURS,)), table) == [OURS], table
            assert await seen(database, Scope((THEIRS,)), table) == [THEIRS], table
            assert await seen(database, Scope((OURS, THEIRS)), table) == [OURS, THEIRS], table
            assert await seen(database, ALL, table) == [OURS, THEIRS], table
            assert await seen(database, Scope(()), table) == [], table
            assert await seen(database, Scope(("client-our",)), table) == [], f"{table}: part of a name is no match"
            assert await stranger.fetch(f"SELECT FROM {table}") == [], f"{table}: it must fail closed"
    finally:
        await stranger.close()


async def test_one_client_changes_nothing_of_another(database: Database, superuser: asyncpg.Connection) -> None:
    for table in await tables_with_clients(superuser):
        await put_one_row_each(superuser, table)
        async with database.transaction(Scope((OURS,))) as conn:
            done = await conn.execute(f"DELETE FROM {table} WHERE client = '{THEIRS}'")
            assert done == "DELETE 0", table
        with pytest.raises(asyncpg.PostgresError, match="row-level security"):
            await give_away(database, table)


async def give_away(database: Database, table: str) -> None:
    async with database.transaction(Scope((OURS,))) as conn:
        await conn.execute(f"UPDATE {table} SET client = '{THEIRS}' WHERE client = '{OURS}'")


async def test_the_owner_of_the_tables_is_bound_too(superuser: asyncpg.Connection) -> None:
    rows = await superuser.fetch(
        "SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class WHERE relname = ANY($1)",
        await tables_with_clients(superuser),
    )
    assert [row["relname"] for row in rows if not (row["relrowsecurity"] and row["relforcerowsecurity"])] == []
    assert not await superuser.fetchval("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = 'jietong'")
