"""Finding contacts: filters, pages and counts, all read from indexes however long the history is.

The list goes by arrival, latest first, in pages by key (arrived, id). Each filter names values of one facet
(`contact_facet`): values of the same facet are alternatives, different facets must all hold. The rarest kind of
facet drives the query; for each of its values the newest rows are taken from the index, and the rest are checked
row by row against the same index.
"""

import base64
import binascii
from collections.abc import Sequence
from typing import Any, NamedTuple

import asyncpg

from jietong.contacts import store
from jietong.contacts.record import HAD, ContactRecord
from jietong.core.errors import Invalid
from jietong.core.vocabulary import Ms
from jietong.db.pool import Connection

COUNT_LIMIT = 10_000
"""Counts stop here: a screen says "more than 10,000"."""

_DRIVERS = ("had", "csat", "reason", "agent", "resolved", "entry", "outcome", "queue", "channel")
"""Facets by how few contacts one value usually has, rarest first."""


class Cursor(NamedTuple):
    """After (that is, older than) this contact."""

    arrived: Ms
    id: str

    def encode(self) -> str:
        return base64.urlsafe_b64encode(f"{self.arrived}.{self.id}".encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str) -> "Cursor":
        """Raises Invalid `bad_cursor`."""
        try:
            arrived, _, id = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().partition(".")
            return cls(int(arrived), id)
        except (ValueError, UnicodeDecodeError, binascii.Error):
            raise Invalid("bad_cursor", "The list has changed: load it again from the start.") from None


class Filter(NamedTuple):
    """What to look for. `facets` are (facet, values) pairs that must all hold, one value of each being enough.

    `customers` None means anyone's.
    """

    start: Ms
    end: Ms
    facets: tuple[tuple[str, tuple[str, ...]], ...] = ()
    customers: tuple[str, ...] | None = None
    contact: str | None = None  # one id, whatever its period
    simulated: bool | None = None
    min_wait_ms: Ms | None = None


def check(wanted: Filter) -> None:
    """Raises Invalid `bad_filter` for a facet or a happening that does not exist, or a period turned round."""
    for facet, values in wanted.facets:
        unknown = [v for v in values if v not in HAD] if facet == "had" else []
        if facet not in _DRIVERS or unknown:
            raise Invalid("bad_filter", f"There is no filter {facet}: {', '.join(unknown or values)}.", field=facet)
    if wanted.end < wanted.start:
        raise Invalid("bad_filter", "The period ends before it starts.", field="to")


async def page(
    conn: Connection, wanted: Filter, after: Cursor | None, limit: int, *, newest_first: bool = True
) -> list[ContactRecord]:
    """The next `limit` contacts after the cursor; oldest first when asked (for "previous")."""
    sql, args = _query(wanted, after, limit, newest_first)
    order = "DESC" if newest_first else "ASC"
    rows = await conn.fetch(
        f"""
        {sql}
        SELECT c.* FROM found f JOIN contact c ON c.id = f.contact
        ORDER BY f.arrived {order}, f.contact {order} LIMIT {limit}
        """,
        *args,
    )
    return [store.record_of_row(row) for row in rows]


async def count(conn: Connection, wanted: Filter, most: int = COUNT_LIMIT) -> int:
    """How many there are; `most` + 1 stands for all that is more."""
    sql, args = _query(wanted, None, most + 1, True)
    n: int = await conn.fetchval(f"{sql} SELECT count(*) FROM found", *args)
    return n


async def read(conn: Connection, id: str) -> ContactRecord | None:
    row = await conn.fetchrow("SELECT * FROM contact WHERE id = $1", id)
    return store.record_of_row(row) if row else None


async def explain(conn: Connection, wanted: Filter, after: Cursor | None, limit: int) -> list[str]:
    """The plan of `page`, for the tests that hold it to its indexes."""
    sql, args = _query(wanted, after, limit, True)
    rows: Sequence[asyncpg.Record] = await conn.fetch(
        f"""
        EXPLAIN {sql} SELECT c.* FROM found f JOIN contact c ON c.id = f.contact
        ORDER BY f.arrived DESC, f.contact DESC LIMIT {limit}
        """,
        *args,
    )
    return [row[0] for row in rows]


class _Args(list[Any]):
    def add(self, value: Any) -> str:
        self.append(value)
        return f"${len(self)}"


def _query(wanted: Filter, after: Cursor | None, limit: int, newest_first: bool) -> tuple[str, _Args]:
    """A WITH clause that gives `found (arrived, contact)`, already in order and cut to the page."""
    args = _Args()
    if wanted.contact is not None:
        where = f"id = {args.add(wanted.contact)}"
        return f"WITH found AS (SELECT arrived, id AS contact FROM contact WHERE {where})", args
    facets = sorted(wanted.facets, key=lambda f: _DRIVERS.index(f[0]))
    order = "DESC" if newest_first else "ASC"
    if wanted.customers is not None:
        source = f"""
            unnest({args.add(list(wanted.customers))}::text[]) AS v CROSS JOIN LATERAL (
                SELECT c.arrived, c.id AS contact FROM contact c
                WHERE c.customer = v AND {_span("c.arrived", "c.id", wanted, after, newest_first, args)}
                  {_rest(wanted, facets, "c.arrived", "c.id", "c", args)}
                ORDER BY c.arrived {order}, c.id {order} LIMIT {limit}
            ) one"""
    elif facets:
        (facet, values), *rest = facets
        names = [f"{facet}:{value}" for value in values]
        source = f"""
            unnest({args.add(names)}::text[]) AS v CROSS JOIN LATERAL (
                SELECT f.arrived, f.contact FROM contact_facet f
                WHERE f.facet = v AND {_span("f.arrived", "f.contact", wanted, after, newest_first, args)}
                  {_rest(wanted, rest, "f.arrived", "f.contact", None, args)}
                ORDER BY f.arrived {order}, f.contact {order} LIMIT {limit}
            ) one"""
    else:
        source = f"""(
            SELECT c.arrived, c.id AS contact FROM contact c
            WHERE {_span("c.arrived", "c.id", wanted, after, newest_first, args)}
              {_rest(wanted, [], "c.arrived", "c.id", "c", args)}
            ORDER BY c.arrived {order}, c.id {order} LIMIT {limit}
        ) one"""
    return (
        f"""
        WITH found AS (
            SELECT DISTINCT one.arrived, one.contact FROM {source}
            ORDER BY one.arrived {order}, one.contact {order} LIMIT {limit}
        )
        """,
        args,
    )


def _span(arrived: str, id: str, wanted: Filter, after: Cursor | None, newest_first: bool, args: _Args) -> str:
    out = f"{arrived} >= {args.add(wanted.start)} AND {arrived} < {args.add(wanted.end)}"
    if after is not None:
        at, key = args.add(after.arrived), args.add(after.id)
        than = "<" if newest_first else ">"
        out += f" AND {arrived} {than}= {at} AND ({arrived} {than} {at} OR {id} {than} {key})"
    return out


def _rest(
    wanted: Filter,
    facets: Sequence[tuple[str, tuple[str, ...]]],
    arrived: str,
    id: str,
    contact: str | None,
    args: _Args,
) -> str:
    """The conditions that the driving index does not hold."""
    out = ""
    for facet, values in facets:
        names = [f"{facet}:{value}" for value in values]
        out += f""" AND EXISTS (
            SELECT FROM contact_facet x
            WHERE x.facet = ANY ({args.add(names)}::text[]) AND x.arrived = {arrived} AND x.contact = {id}
        )"""
    plain = []
    if wanted.simulated is not None:
        plain.append(f"{contact or 'y'}.simulated = {args.add(wanted.simulated)}")
    if wanted.min_wait_ms is not None:
        plain.append(f"{contact or 'y'}.wait_ms >= {args.add(wanted.min_wait_ms)}")
    if plain:
        what = " AND ".join(plain)
        out += f" AND {what}" if contact else f" AND EXISTS (SELECT FROM contact y WHERE y.id = {id} AND {what})"
    return out
