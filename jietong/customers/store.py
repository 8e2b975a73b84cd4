"""Customers as rows. Every statement runs under the row-level security of its transaction's clients."""

from collections.abc import Iterable, Sequence
from typing import Any

import asyncpg

from jietong.core.clock import to_datetime, to_ms
from jietong.core.errors import NotFound
from jietong.core.text import grams, is_han
from jietong.core.vocabulary import Ms
from jietong.customers.model import Customer, CustomerKind, Draft, Identity, IdentityKind, Merge
from jietong.db.pool import Connection

_COLUMNS = """
    c.id, c.client, c.kind, c.name, c.class, c.language, c.region, c.organisation, c.attributes, c.notes,
    c.version, c.merged_into, c.created_at, c.updated_at,
    (SELECT coalesce(jsonb_agg(jsonb_build_array(i.kind, i.value, i.verified) ORDER BY i.kind, i.created_at), '[]')
     FROM customer_identity i WHERE i.customer = c.id) AS identities
"""


async def read(conn: Connection, id: str) -> Customer:
    """The file, merged or not. Raises NotFound `no_such_customer`."""
    row = await conn.fetchrow(f"SELECT {_COLUMNS} FROM customer c WHERE id = $1", id)
    if row is None:
        raise NotFound("no_such_customer", "There is no such customer, or it belongs to another client.")
    return _customer(row)


async def read_many(conn: Connection, ids: Sequence[str]) -> dict[str, Customer]:
    rows = await conn.fetch(f"SELECT {_COLUMNS} FROM customer c WHERE id = ANY($1::text[])", list(ids))
    return {row["id"]: _customer(row) for row in rows}


async def resolve(conn: Connection, id: str) -> str:
    """The file that this one has become through merges; itself when it was never merged. Raises NotFound."""
    found: str | None = await conn.fetchval(
        """
        WITH RECURSIVE chain AS (
            SELECT id, merged_into FROM customer WHERE id = $1
            UNION ALL
            SELECT c.id, c.merged_into FROM customer c JOIN chain ON c.id = chain.merged_into
        )
        SELECT id FROM chain WHERE merged_into IS NULL
        """,
        id,
    )
    if found is None:
        raise NotFound("no_such_customer", "There is no such customer, or it belongs to another client.")
    return found


async def family(conn: Connection, id: str) -> list[str]:
    """This file and all that were merged into it, directly or not: whose contacts are its contacts."""
    rows = await conn.fetch(
        """
        WITH RECURSIVE family AS (
            SELECT $1::text AS id
            UNION
            SELECT c.id FROM customer c JOIN family ON c.merged_into = family.id
        )
        SELECT id FROM family
        """,
        id,
    )
    return [row["id"] for row in rows]


async def owners(conn: Connection, client: str, identities: Sequence[Identity]) -> dict[Identity, str]:
    """Which of these identities are known, and whose they are."""
    rows = await conn.fetch(
        """
        SELECT i.kind, i.value, i.customer
        FROM customer_identity i
        JOIN unnest($2::text[], $3::text[]) AS asked (kind, value) USING (kind, value)
        WHERE i.client = $1
        """,
        client,
        [identity.kind for identity in identities],
        [identity.value for identity in identities],
    )
    found = {(row["kind"], row["value"]): row["customer"] for row in rows}
    return {
        identity: found[identity.kind, identity.value]
        for identity in identities
        if (identity.kind, identity.value) in found
    }


async def claim(
    conn: Connection, id: str, client: str, draft: Draft, identities: Sequence[Identity], at: Ms
) -> dict[Identity, str] | None:
    """Whose these identities are, as far as they are known; where none of them is, the new file `id` is made and
    has them all. In one statement, for it stands in the way of every first contact.

    None, and nothing written: a simultaneous transaction, which was waited for, was first with one of them.
    """
    # In one order everywhere, so that two transactions with the same identities cannot lock each other out.
    ordered = sorted(identities)
    rows = await conn.fetch(
        """
        WITH known AS (
            SELECT i.kind, i.value, i.customer
            FROM customer_identity i
            JOIN unnest($13::text[], $14::text[]) AS asked (kind, value) USING (kind, value)
            WHERE i.client = $2
        ), file AS (
            INSERT INTO customer (id, client, kind, name, class, language, region, organisation, attributes, notes,
                                  created_at, updated_at)
            SELECT $1::text, $2::text, $3::text, $4::text, $5::text, $6::text, $7::text, $8::text, $9::jsonb,
                   $10::text, $11::timestamptz, $11
            WHERE NOT EXISTS (SELECT FROM known)
        ), pieces AS (
            INSERT INTO customer_gram (client, gram, customer)
            SELECT $2, gram, $1 FROM unnest($12::text[]) AS gram WHERE NOT EXISTS (SELECT FROM known)
        ), added AS (
            INSERT INTO customer_identity (client, kind, value, customer, verified, created_at)
            SELECT $2, kind, value, $1, verified, $11
            FROM unnest($13, $14, $15::boolean[]) AS new (kind, value, verified)
            WHERE NOT EXISTS (SELECT FROM known)
            ON CONFLICT DO NOTHING RETURNING kind, value, customer
        )
        SELECT kind, value, customer FROM known UNION ALL SELECT kind, value, customer FROM added
        """,
        id,
        client,
        draft.kind,
        draft.name,
        draft.customer_class,
        draft.language,
        draft.region,
        draft.organisation,
        draft.attributes,
        draft.notes,
        to_datetime(at),
        name_pieces(draft.name),
        *_columns(ordered),
    )
    found = {(row["kind"], row["value"]): row["customer"] for row in rows}
    made = all(owner == id for owner in found.values())
    if made and len(rows) < len(ordered):
        for table, column in (("customer_identity", "customer"), ("customer_gram", "customer"), ("customer", "id")):
            await conn.execute(f"DELETE FROM {table} WHERE {column} = $1", id)
        return None
    return {one: found[one.kind, one.value] for one in identities if (one.kind, one.value) in found}


async def add_identities(
    conn: Connection, client: str, customer: str, identities: Iterable[Identity], at: Ms
) -> list[Identity]:
    """Those that were free and are this customer's now. Waits for a simultaneous transaction that adds the same."""
    # In one order everywhere, so that two transactions with the same identities cannot lock each other out.
    ordered = sorted(identities)
    if not ordered:
        return []
    rows = await conn.fetch(
        """
        INSERT INTO customer_identity (client, kind, value, customer, verified, created_at)
        SELECT $1::text, kind, value, $2::text, verified, $3::timestamptz
        FROM unnest($4::text[], $5::text[], $6::boolean[]) AS new (kind, value, verified)
        ON CONFLICT DO NOTHING RETURNING kind, value
        """,
        client,
        customer,
        to_datetime(at),
        *_columns(ordered),
    )
    added = {(row["kind"], row["value"]) for row in rows}
    return [one for one in ordered if (one.kind, one.value) in added]


def _columns(identities: Sequence[Identity]) -> tuple[list[str], list[str], list[bool]]:
    return [one.kind for one in identities], [one.value for one in identities], [one.verified for one in identities]


async def remove_identity(conn: Connection, customer: str, identity: Identity) -> None:
    await conn.execute(
        "DELETE FROM customer_identity WHERE customer = $1 AND kind = $2 AND value = $3",
        customer,
        identity.kind,
        identity.value,
    )


async def update(conn: Connection, id: str, draft: Draft, base: int, at: Ms) -> bool:
    """False when the file is no longer at version `base`."""
    done = await conn.fetchval(
        """
        UPDATE customer
        SET kind = $3, name = $4, class = $5, language = $6, region = $7, organisation = $8,
            attributes = $9, notes = $10, updated_at = $11, version = version + 1
        WHERE id = $1 AND version = $2 AND merged_into IS NULL
        RETURNING version
        """,
        id,
        base,
        draft.kind,
        draft.name,
        draft.customer_class,
        draft.language,
        draft.region,
        draft.organisation,
        draft.attributes,
        draft.notes,
        to_datetime(at),
    )
    if done is None:
        return False
    await _index_name(conn, id)
    return True


async def fill_name(conn: Connection, id: str, name: str, at: Ms) -> None:
    """Gives a file that has no name yet the one the customer just gave."""
    filled = await conn.fetchval(
        """
        UPDATE customer SET name = $2, updated_at = $3, version = version + 1
        WHERE id = $1 AND name = '' RETURNING true
        """,
        id,
        name,
        to_datetime(at),
    )
    if filled:
        await _index_name(conn, id)


async def suspect(conn: Connection, client: str, one: str, other: str, why: str, at: Ms) -> None:
    a, b = sorted((one, other))
    await conn.execute(
        "INSERT INTO customer_suspect (client, a, b, why, at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
        client,
        a,
        b,
        why,
        to_datetime(at),
    )


async def suspects(conn: Connection, id: str) -> dict[str, str]:
    """Other live files that may be the same person, with the reason."""
    rows = await conn.fetch(
        """
        SELECT other.id, found.why
        FROM (
            SELECT CASE WHEN a = $1 THEN b ELSE a END AS id, why, 0 AS strength FROM customer_suspect
            WHERE a = $1 OR b = $1
            UNION ALL
            SELECT c.id, 'same_name', 1
            FROM customer me JOIN customer c
              ON c.client = me.client AND c.name = me.name AND c.id <> me.id
            WHERE me.id = $1 AND me.name <> '' AND c.merged_into IS NULL
        ) AS found
        JOIN customer other ON other.id = found.id AND other.merged_into IS NULL
        ORDER BY found.strength, other.updated_at DESC
        LIMIT 10
        """,
        id,
    )
    out: dict[str, str] = {}
    for row in rows:
        out.setdefault(row["id"], row["why"])
    return out


async def page(
    conn: Connection, where: str, args: Sequence[Any], before: tuple[Ms, str] | None, limit: int
) -> list[Customer]:
    """Live files that meet `where` ($1 … are `args`), those changed last first, after the cursor `before`."""
    params = [*args]
    if before is not None:
        params += [to_datetime(before[0]), before[1]]
        where += f" AND (c.updated_at, c.id) < (${len(params) - 1}, ${len(params)})"
    rows = await conn.fetch(
        f"""
        SELECT {_COLUMNS} FROM customer c WHERE c.merged_into IS NULL AND {where}
        ORDER BY c.updated_at DESC, c.id DESC LIMIT {limit}
        """,
        *params,
    )
    return [_customer(row) for row in rows]


async def merges(conn: Connection, kept: str) -> list[Merge]:
    rows = await conn.fetch(
        """
        SELECT m.id, m.kept, m.gone, g.name, jsonb_array_length(m.identities) AS identities, m.by, m.at, m.undone_at
        FROM customer_merge m JOIN customer g ON g.id = m.gone
        WHERE m.kept = $1 ORDER BY m.at DESC
        """,
        kept,
    )
    return [
        Merge(
            row["id"],
            row["kept"],
            row["gone"],
            row["name"],
            row["identities"],
            row["by"],
            to_ms(row["at"]),
            None if row["undone_at"] is None else to_ms(row["undone_at"]),
        )
        for row in rows
    ]


async def _index_name(conn: Connection, id: str) -> None:
    """Makes the present name, and no other, the one the file is found by."""
    row = await conn.fetchrow("SELECT client, name FROM customer WHERE id = $1", id)
    if row is None:
        return
    await conn.execute("DELETE FROM customer_gram WHERE customer = $1", id)
    await conn.execute(
        "INSERT INTO customer_gram (client, gram, customer) SELECT $1, gram, $2 FROM unnest($3::text[]) AS gram",
        row["client"],
        id,
        name_pieces(row["name"]),
    )


def name_pieces(name: str) -> list[str]:
    """What a name can be found by: every pair of its characters, and its Han characters alone."""
    return [piece for piece in grams(name) if len(piece) == 2 or is_han(piece[0])]


def _customer(row: asyncpg.Record) -> Customer:
    return Customer(
        id=row["id"],
        client=row["client"],
        kind=CustomerKind(row["kind"]),
        name=row["name"],
        customer_class=row["class"],
        language=row["language"],
        region=row["region"],
        organisation=row["organisation"],
        attributes=row["attributes"],
        notes=row["notes"],
        version=row["version"],
        merged_into=row["merged_into"],
        created_at=to_ms(row["created_at"]),
        updated_at=to_ms(row["updated_at"]),
        identities=tuple(
            Identity(IdentityKind(kind), value, verified) for kind, value, verified in row["identities"]
        ),
    )
