"""Who calls, for lists: the customer's name and the masked number."""

from collections.abc import Sequence

import phonenumbers

from jietong.customers.rules import masked_phone
from jietong.db.pool import Connection


async def callers(conn: Connection, contacts: Sequence[str], region: str) -> dict[str, str]:
    """Contact → the customer's number, masked; the dialled one where we called. `region`: see `masked_phone`."""
    if not contacts:
        return {}
    rows = await conn.fetch("SELECT contact, caller FROM call WHERE contact = ANY($1)", list(contacts))
    return {row["contact"]: masked(row["caller"], region) for row in rows if row["caller"]}


async def names(conn: Connection, customers: Sequence[str]) -> dict[str, str]:
    """Customer → name."""
    if not customers:
        return {}
    rows = await conn.fetch("SELECT id, name FROM customer WHERE id = ANY($1) AND name <> ''", list(customers))
    return {row["id"]: row["name"] for row in rows}


def masked(number: str, region: str) -> str:
    """Of a public number as `masked_phone` says; of anything else that a switch may present the last two signs; an
    inside number whole: it is a colleague's."""
    try:
        return masked_phone(number, region)
    except phonenumbers.NumberParseException:
        return number if len(number) <= 5 else f"****{number[-2:]}"
