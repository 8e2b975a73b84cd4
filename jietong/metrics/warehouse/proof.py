"""Holds the files of closed days against the tables, row by row."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, NamedTuple

from jietong.db.pool import ALL, Connection, Database
from jietong.metrics.warehouse import days, facts
from jietong.metrics.warehouse.closing import COPY_S
from jietong.metrics.warehouse.days import Day
from jietong.metrics.warehouse.duck import Duck, Pond, quoted


class Proof(NamedTuple):
    """`days` that were compared, with so many rows of facts; `wrong` names those that differ, each with why."""

    days: int
    rows: int
    wrong: list[str]

    @property
    def sound(self) -> bool:
        return not self.wrong

    def sentence(self) -> str:
        if self.sound:
            return f"Sound: {self.days:,} days with {self.rows:,} rows in files equal the database."
        return (
            f"{'; '.join(self.wrong)}. These days are read from the database until `jietong history close` "
            "writes them anew."
        )


async def prove(
    database: Database, pond: Pond, history: Path, site: str, known: list[Day], told: Callable[[Day], None]
) -> Proof:
    """A day that is wrong is not read from its files any more."""
    wrong: list[str] = []
    compared = rows = 0
    conn = await database.connect("jietong history verify", statement_s=COPY_S)
    try:
        for day in known:
            if not day.current:
                continue
            why = await _compare(conn, pond, history, site, day)
            compared, rows = compared + 1, rows + day.rows
            if why is not None and await _still(conn, day):
                wrong.append(f"{day.day.isoformat()}: {why}")
                async with database.transaction(ALL) as writing:
                    await days.damaged(writing, day)
            told(day)
    finally:
        await conn.close()
    return Proof(compared, rows, wrong)


async def _compare(conn: Connection, pond: Pond, history: Path, site: str, day: Day) -> str | None:
    wanted = facts.Wanted((day.span,), day.span.end)
    async with facts.copied(conn, site, wanted, timeout_s=COPY_S) as copies:
        return await pond.run(lambda duck: _difference(duck, history, day, copies.files), timeout_s=COPY_S)


def _difference(duck: Duck, history: Path, day: Day, copies: Mapping[str, IO[bytes]]) -> str | None:
    for file in day.files:
        path = day.path(history, file.name)
        if not path.is_file():
            return f"{file.name} is missing"
        if path.stat().st_size != file.bytes or days.digest_of(path) != file.sha256:
            return f"{file.name} is damaged"
    for table, copy in copies.items():
        there = f"read_parquet({quoted(str(day.path(history, f'{table}.parquet')))})"
        rest = facts.batches(table, copy)
        if rest is None:
            differing = duck.execute(f"SELECT count(*) FROM {there}").fetchone()[0]
        else:
            duck.connection.register("copied", rest)
            duck.execute("CREATE OR REPLACE TABLE here AS SELECT * FROM copied")
            differing = duck.execute(
                f"SELECT (SELECT count(*) FROM (FROM here EXCEPT ALL FROM {there})) "
                f"+ (SELECT count(*) FROM (FROM {there} EXCEPT ALL FROM here))"
            ).fetchone()[0]
        if differing:
            return f"{differing} rows of {table} differ"
    return None


async def _still(conn: Connection, day: Day) -> bool:
    """Whether the files were meant to be current all the while."""
    found = await conn.fetchval(
        "SELECT covered = changes AND version = $4 FROM history_day WHERE site = $1 AND day = $2 AND zone = $3",
        day.site,
        day.day,
        day.zone,
        day.version,
    )
    return bool(found)
