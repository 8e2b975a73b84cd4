"""Facts out of PostgreSQL: copied as they are, by the column, in memory that does not grow with them.

A stay tells of its contact as well: what it was about in the end, and whose it is. When those change, all stays of
the contact are marked as changed (`contacts.projector`).

What is cut at the borders of a stretch of time gives the same sums as the whole: a contact's stays belong to one
instant, its arrival, and the time of agents and trunks adds up.
"""

import tempfile
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager
from typing import IO, Any, NamedTuple

from jietong.core.days import Span
from jietong.core.vocabulary import Ms
from jietong.db.pool import Connection
from jietong.metrics.warehouse.sites import ledgers

IN_MEMORY = 16 << 20  # a copy larger than this lies on the disk while it is read
BLOCK = 4 << 20


_OF_CONTACT = {"reason": "c.reason", "customer": "c.customer"}
LAYOUT = 3
"""Goes up when a column keeps its name and comes to mean something else: files of before are not read then."""


class Wanted(NamedTuple):
    """Which facts: of these spans. `now`: up to where what is open has lasted so far. `kinds`: of these stays alone;
    None: of all. Without `agents`, `trunks`, `plans`: none of theirs."""

    spans: tuple[Span, ...]
    now: Ms
    kinds: tuple[str, ...] | None = None
    agents: bool = True
    trunks: bool = True
    plans: bool = True


class Copies(NamedTuple):
    """By table, rows as CSV in the order of `columns()`."""

    files: Mapping[str, IO[bytes]]


def columns() -> dict[str, dict[str, str]]:
    """Table to its columns and their types, as `metrics.query` looks at them."""
    from jietong.metrics.query import tables

    return {
        "segment": dict(tables.SEGMENT),
        "agent_interval": dict(tables.AGENT_INTERVAL),
        "trunk_busy": dict(tables.TRUNK_BUSY),
        "planned_time": dict(tables.PLANNED_TIME),
    }


@asynccontextmanager
async def copied(conn: Connection, site: str, wanted: Wanted, *, timeout_s: float) -> AsyncIterator[Copies]:
    """The rows, until the block is left. Open stays of agents and trunks stay open; cut at the spans' borders."""
    with ExitStack() as stack:
        files: dict[str, IO[bytes]] = {}
        for table, names in columns().items():
            file = stack.enter_context(tempfile.SpooledTemporaryFile(IN_MEMORY))
            files[table] = file
            sql = _sql(table, list(names), wanted)
            if sql is None:
                continue

            async def take(data: bytes, into: Any = file) -> None:
                into.write(data)

            firsts, lasts = [s.start for s in wanted.spans], [s.end for s in wanted.spans]
            arguments: list[object] = [list(ledgers(site)), firsts, lasts]
            if table != "segment":
                arguments.append(wanted.now)
            elif wanted.kinds is not None:
                arguments.append(list(wanted.kinds))
            await conn.copy_from_query(sql, *arguments, output=take, format="csv", timeout=timeout_s)
            file.seek(0)
        yield Copies(files)


def batches(table: str, file: IO[bytes]) -> Any:
    """The copy as a `pyarrow.RecordBatchReader`; None where it has no rows."""
    import pyarrow as pa
    from pyarrow import csv

    file.seek(0, 2)
    if not file.tell():
        return None
    file.seek(0)
    names = columns()[table]
    return csv.open_csv(
        file,
        csv.ReadOptions(column_names=list(names), block_size=BLOCK, use_threads=False),
        csv.ParseOptions(newlines_in_values=True),
        csv.ConvertOptions(
            column_types=pa.schema(schema(table)),
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            true_values=["t"],
            false_values=["f"],
        ),
    )


def schema(table: str) -> list[tuple[str, Any]]:
    """Column and Arrow type."""
    import pyarrow as pa

    types = {
        "string": pa.string(),
        "boolean": pa.bool_(),
        "int16": pa.int16(),
        "int32": pa.int32(),
        "int64": pa.int64(),
        "float64": pa.float64(),
    }
    return [(name, types[kind]) for name, kind in columns()[table].items()]


def gaps(window: Span, filled: Iterable[Span]) -> tuple[Span, ...]:
    """What of `window` lies in none of the spans, which are disjoint; in order."""
    out: list[Span] = []
    at: Ms = window.start
    for span in sorted(filled):
        if span.end <= at or span.start >= window.end:
            continue
        if span.start > at:
            out.append(Span(at, span.start))
        at = max(at, span.end)
    if at < window.end:
        out.append(Span(at, window.end))
    return tuple(out)


def _sql(table: str, names: Sequence[str], wanted: Wanted) -> str | None:
    if not wanted.spans:
        return None
    if table == "segment":
        if wanted.kinds is not None and not wanted.kinds:
            return None
        kinds = "" if wanted.kinds is None else " AND kind = ANY($4::text[])"
        return (
            f"SELECT {', '.join(_OF_CONTACT.get(name, 's.' + name) for name in names)} "
            "FROM unnest($2::bigint[], $3::bigint[]) AS t(first, last), segment AS s "
            "LEFT JOIN contact AS c ON c.id = s.contact "
            f"WHERE s.site = ANY($1::text[]) AND s.arrived >= t.first AND s.arrived < t.last{kinds} "
            "ORDER BY s.arrived, s.contact, s.n"
        )
    asked = {"agent_interval": wanted.agents, "trunk_busy": wanted.trunks, "planned_time": wanted.plans}
    if not asked[table]:
        return None
    cut = {
        "started": "greatest(f.started, t.first)",
        "ended": "CASE WHEN coalesce(f.ended, $4::bigint) >= t.last THEN t.last ELSE f.ended END",
    }
    return (
        f"SELECT {', '.join(cut.get(name, 'f.' + name) for name in names)} "
        f"FROM unnest($2::bigint[], $3::bigint[]) AS t(first, last), {table} AS f "
        "WHERE f.site = ANY($1::text[]) AND f.started < t.last "
        "AND (f.ended > t.first OR f.ended IS NULL OR f.started >= t.first) ORDER BY f.started, f.seq"
    )
