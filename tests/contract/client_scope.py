"""A pattern for row-level security: one row per client, and who sees which.

    async with two_clients(superuser_dsn, "contact") as (ours, theirs):
        assert await seen(database, Scope((OURS,)), "contact") == [OURS]

Works for any table with a `client` column, whatever its other columns: they are filled by their types, with foreign
keys out of force, by a superuser whom row-level security does not bind.
"""

import asyncpg

from jietong.db.pool import Database, Scope

OURS, THEIRS = "client-ours", "client-theirs"

_BY_TYPE = {
    "text": "'{n}'",
    "bigint": "{n}",
    "integer": "{n}",
    "smallint": "{n}",
    "boolean": "false",
    "timestamp with time zone": "now()",
    "date": "now()::date",
    "jsonb": "'{{}}'",
    "json": "'{{}}'",
    "bytea": "'\\x0{n}'",
    "double precision": "{n}",
    "real": "{n}",
    "numeric": "{n}",
    "ARRAY": "'{{}}'",
}


async def tables_with_clients(conn: asyncpg.Connection) -> list[str]:
    """Every table that has a `client` column (partitions aside: they have their parent's rules)."""
    rows = await conn.fetch(
        """
        SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE a.attname = 'client' AND NOT a.attisdropped AND c.relkind IN ('r', 'p') AND NOT c.relispartition
          AND c.relnamespace = 'public'::regnamespace
        ORDER BY 1
        """
    )
    return [row["relname"] for row in rows]


async def put_one_row_each(superuser: asyncpg.Connection, table: str) -> None:
    """A row of OURS and a row of THEIRS."""
    columns = await superuser.fetch(
        """
        SELECT column_name, data_type FROM information_schema.columns
        WHERE table_schema = 'public' AND table_name = $1 AND is_generated = 'NEVER' AND is_identity = 'NO'
          AND is_nullable = 'NO' AND column_default IS NULL AND column_name <> 'client'
        """,
        table,
    )
    checks = await superuser.fetch(
        "SELECT conname FROM pg_constraint WHERE conrelid = $1::text::regclass AND contype = 'c'", table
    )
    async with superuser.transaction():
        for check in checks:
            await superuser.execute(f"ALTER TABLE {table} DROP CONSTRAINT {check['conname']}")
        await superuser.execute("SET LOCAL session_replication_role = replica")
        for n, client in ((1, OURS), (2, THEIRS)):
            names = ", ".join(["client", *(f'"{column["column_name"]}"' for column in columns)])
            values = ", ".join([f"'{client}'", *(_BY_TYPE[column["data_type"]].format(n=n) for column in columns)])
            await superuser.execute(f"INSERT INTO {table} ({names}) VALUES ({values})")


async def seen(database: Database, scope: Scope, table: str) -> list[str]:
    """Whose rows a transaction of this scope sees."""
    async with database.read(scope) as conn:
        return [row["client"] for row in await conn.fetch(f"SELECT client FROM {table} ORDER BY client")]
