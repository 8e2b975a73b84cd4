"""Writes days that are over as Parquet files.

A day's files lie in a folder of their own, `<site>/<day>/<n>-<random>`: written under another name, made to last,
renamed, and only then named in PostgreSQL. A kill at any instant leaves the old ones or the new ones.
"""

import asyncio
import contextlib
import os
import secrets
import shutil
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import IO, Any, NamedTuple

import structlog

from jietong.contacts import restated
from jietong.contacts.projector import REBUILD
from jietong.core.clock import Clock, to_datetime
from jietong.core.days import Span, day_of, local_day
from jietong.core.vocabulary import Ms
from jietong.db.pool import Connection, Database
from jietong.metrics.warehouse import days, facts, sites
from jietong.metrics.warehouse.duck import Duck, Pond, quoted, sql_of

log = structlog.get_logger(__name__)

SETTLE_MS: Ms = 3 * 3_600_000  # after its end, before a day is written by itself
CALM_MS: Ms = 600_000  # after the last change, before a restated day is
COPY_S = 600.0
_USUAL = day_of(date(2001, 1, 1), "UTC")
_INSTANTS = frozenset({"started", "arrived", "ended", "since", "busy_since", "planned_from"})
KEEP_MS: Ms = 3_600_000  # how long files that nobody names any more are kept for whoever still reads them


class Closed(NamedTuple):
    """`days` were written, with so many rows; `left` could not be, and will be when they have come to rest."""

    days: int
    rows: int
    left: int


async def close(
    database: Database,
    pond: Pond,
    history: Path,
    clock: Clock,
    site: str,
    *,
    settled: bool = True,
    told: Callable[[date], None] = lambda day: None,
    most: int | None = None,
) -> Closed:
    """Writes every day of the site that is over, of which the facts are all there, and that has no current files;
    `settled`: only those that were at rest for a while. At most so many. One process at a time; a second finds
    nothing to do."""
    conn = await database.connect("jietong history", statement_s=COPY_S)
    try:
        if not await conn.fetchval("SELECT pg_try_advisory_lock(hashtext($1))", f"jietong.history.{site}"):
            return Closed(0, 0, 0)
        zone = await sites.zone(conn, site)
        await _forget_other_zones(conn, site, zone)
        done = rows = left = 0
        for day in await _due(conn, site, zone, clock.now(), settled=settled):
            if most is not None and done >= most:
                break
            written = await _write(conn, pond, history, clock, site, day, zone)
            if written is None:
                left += 1
                continue
            done, rows = done + 1, rows + written
            told(day)
        if done:
            await asyncio.to_thread(_sweep, history, site, await _named(conn, site), clock.now())
        return Closed(done, rows, left)
    finally:
        await conn.close()


async def _due(conn: Connection, site: str, zone: str, now: Ms, *, settled: bool) -> list[date]:
    """Days that hold facts, are over, followed to their end, and have no current files; in order."""
    upto = await _followed(conn, site, now)
    if settled:
        upto = min(upto, now - SETTLE_MS)
    ready = {day.day for day in await days.of_site(conn, site, zone) if day.current and day.sums}
    if settled:
        ready |= {
            row["day"]
            for row in await conn.fetch(
                "SELECT day FROM history_day WHERE site = $1 AND zone = $2 AND changed_at > $3",
                site,
                zone,
                now - CALM_MS,
            )
        }
    out: list[date] = []
    at: Ms = 0
    while (found := await _next(conn, site, at)) is not None:
        span = local_day(found, zone)
        if span.end > upto:
            break
        day = to_datetime(span.start).astimezone(_zone(zone)).date()
        if day not in ready:
            out.append(day)
        at = span.end
    return out


async def _next(conn: Connection, site: str, at: Ms) -> Ms | None:
    """The first instant from `at` on at which something of the site lies."""
    found: Ms | None = await conn.fetchval(
        """
        SELECT least((SELECT min(f) FROM unnest($1::text[]) AS s(id), LATERAL (
                          SELECT min(arrived) AS f FROM segment WHERE site = s.id AND arrived >= $2) AS a),
                     (SELECT min(f) FROM unnest($1::text[]) AS s(id), LATERAL (
                          SELECT min(ended) - 1 AS f FROM agent_interval WHERE site = s.id AND ended > $2) AS b))
        """,
        list(sites.ledgers(site)),
        at,
    )
    return None if found is None else max(found, at)


async def _followed(conn: Connection, site: str, now: Ms) -> Ms:
    """Up to which instant the facts are all there; 0 while they are being made anew."""
    own, imported = sites.ledgers(site)
    if await sites.behind(conn, imported):
        return 0
    return await sites.known_upto(conn, own, now)


async def _write(
    conn: Connection, pond: Pond, history: Path, clock: Clock, site: str, day: date, zone: str
) -> int | None:
    """Gives the rows; None when the facts are being made anew, or changed meanwhile."""
    span = day_of(day, zone)
    async with conn.transaction():
        await conn.execute(f"SELECT pg_advisory_xact_lock({restated.lock_of(site)})")
        covered = await days.begin(conn, site, day, zone)
    history.mkdir(mode=0o700, parents=True, exist_ok=True)  # what clients' contacts did is nobody else's to read
    folder = history / days.folder_of(site, day)
    name = f"{covered}-{secrets.token_hex(4)}"
    making = folder / f".{name}"
    async with AsyncExitStack() as stack:
        async with conn.transaction(isolation="repeatable_read", readonly=True):
            if not await conn.fetchval("SELECT pg_try_advisory_xact_lock_shared(hashtext($1))", REBUILD):
                return None
            if await _followed(conn, site, span.end) < span.end:
                return None
            wanted = facts.Wanted((span,), span.end)
            copies = await stack.enter_async_context(facts.copied(conn, site, wanted, timeout_s=COPY_S))
        try:
            files = await pond.run(
                lambda duck: _files(duck, making, copies.files, site, span, zone), timeout_s=COPY_S
            )
            await asyncio.to_thread(_keep, making, folder / name)
        except BaseException:
            shutil.rmtree(making, ignore_errors=True)
            raise
    before = await conn.fetchval(
        "SELECT folder FROM history_day WHERE site = $1 AND day = $2 AND zone = $3", site, day, zone
    )
    relative = os.path.join(days.folder_of(site, day), name)
    if not await days.written(conn, site, day, zone, covered, relative, files, clock.now()):
        return None
    if before is not None:
        with contextlib.suppress(OSError):
            os.utime(history / before)  # kept from now on for a while
    return sum(file.rows for file in files if not file.name.startswith("sums_"))


def _files(
    duck: Duck, folder: Path, copies: Mapping[str, IO[bytes]], site: str, span: Span, zone: str
) -> list[days.File]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from jietong.metrics.query.stored import SHAPES

    folder.mkdir(parents=True, mode=0o700)
    out: list[days.File] = []
    for table, file in copies.items():
        path = folder / f"{table}.parquet"
        shape = pa.schema(facts.schema(table))
        rows = 0
        with pq.ParquetWriter(path, shape, compression="zstd") as writer:
            for batch in facts.batches(table, file) or ():
                rows += batch.num_rows
                writer.write_batch(batch)
        out.append(_lasting(path, rows))
    usual = span.end - span.start == _USUAL.end - _USUAL.start
    moved = span.start - _USUAL.start if usual else 0
    for table, names in facts.columns().items():
        columns = (f"{name} - {moved} AS {name}" if name in _INSTANTS else name for name in names)
        path = folder / f"{table}.parquet"
        duck.execute(f"CREATE VIEW {table} AS SELECT {', '.join(columns)} FROM read_parquet({quoted(str(path))})")
    for one in SHAPES:
        path = folder / f"sums_{one.name}.parquet"
        sums = _sums(site, one, _USUAL, "UTC") if usual else _sums(site, one, span, zone)
        rows = duck.execute(
            f"COPY (SELECT * REPLACE (slot + {moved} AS slot) FROM ({sums})) "
            f"TO {quoted(str(path))} (FORMAT parquet, COMPRESSION zstd)"
        ).fetchone()[0]
        out.append(_lasting(path, rows))
    return out


@lru_cache(maxsize=32)
def _sums(site: str, shape: Any, span: Span, zone: str) -> str:
    """To make this SQL takes seconds, so days of usual length share one: their facts are moved to one and the same
    day and the sums back. Slots are counted from midnight in any zone, and figures know nothing but differences."""
    from jietong.metrics.query import unbound
    from jietong.metrics.query.stored import stored_sums

    return sql_of(stored_sums(unbound(), site, span, zone, shape))


def _lasting(path: Path, rows: int) -> days.File:
    with path.open("rb") as file:
        os.fsync(file.fileno())
    return days.File(path.name, path.stat().st_size, days.digest_of(path), rows)


def _keep(making: Path, name: Path) -> None:
    _sync(making)
    making.rename(name)
    _sync(name.parent)
    _sync(name.parent.parent)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


async def _forget_other_zones(conn: Connection, site: str, zone: str) -> None:
    """The site's zone has changed: its days are cut anew."""
    gone = await conn.fetch("DELETE FROM history_day WHERE site = $1 AND zone <> $2 RETURNING day", site, zone)
    if gone:
        log.info("history.cut_anew", site=site, zone=zone, days=len(gone))


async def _named(conn: Connection, site: str) -> set[str]:
    return {row["folder"] for row in await conn.fetch("SELECT folder FROM history_day WHERE site = $1", site)}


def _sweep(history: Path, site: str, named: set[str], now: Ms) -> None:
    """Removes folders that no row names and that nobody has touched for a while."""
    place = history / Path(days.folder_of(site, date(2000, 1, 1))).parent
    for day in place.iterdir() if place.is_dir() else ():
        for folder in day.iterdir() if day.is_dir() else ():
            if str(folder.relative_to(history)) in named:
                continue
            try:
                if now - folder.stat().st_mtime_ns // 1_000_000 > KEEP_MS:
                    shutil.rmtree(folder, ignore_errors=True)
            except OSError:
                continue


def _zone(name: str) -> Any:
    from zoneinfo import ZoneInfo

    return ZoneInfo(name)
