"""The table `call`: who called where, and whom to call back. Numbers live here alone, seen by the client's people."""

from collections.abc import Mapping
from typing import NamedTuple

from jietong.core.inbox import Write
from jietong.core.vocabulary import Direction, Ms
from jietong.db.pool import Connection


class CallRow(NamedTuple):
    contact: str
    client: str
    direction: Direction
    entry: str
    trunk: str | None
    caller: str | None  # E.164, or as presented where it is no public number
    dialled: str
    callback: str | None  # the number to call back, E.164
    leg: str
    started_at: Ms


def call_write(
    *,
    contact: str,
    client: str,
    direction: Direction,
    entry: str,
    trunk: str | None,
    caller: str | None,
    dialled: str,
    leg: str,
    at: Ms,
    extra: Mapping[str, str] | None = None,
) -> Write:
    """The row, to go with the command that makes the contact."""
    return Write(
        """
        INSERT INTO call (contact, client, direction, entry, trunk, caller, dialled, leg, started_at, extra)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (contact) DO NOTHING
        """,
        (contact, client, str(direction), entry, trunk, caller, dialled, leg, at, dict(extra or {})),
        apart=True,
    )


def number_write(contact: str, client: str, number: str) -> Write:
    """Whom to call back."""
    return Write(
        """
        UPDATE call SET extra = extra || jsonb_build_object('callback', $3::text)
        WHERE contact = $1 AND client = $2
        """,
        (contact, client, number),
    )


async def row(conn: Connection, contact: str) -> CallRow | None:
    """None: no call of this id, or not within the transaction's clients."""
    found = await conn.fetchrow(
        """
        SELECT contact, client, direction, entry, trunk, caller, dialled, extra ->> 'callback', leg, started_at
        FROM call WHERE contact = $1
        """,
        contact,
    )
    return CallRow(*found) if found is not None else None
