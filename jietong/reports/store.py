"""Saved reports, their shares and links as rows. Reports hold no figures, so row-level security guards the shares."""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import asyncpg
import msgspec

from jietong.core.clock import to_datetime, to_ms
from jietong.core.errors import NotFound, Refused
from jietong.core.vocabulary import Ms
from jietong.db.pool import Connection
from jietong.identity.permissions import Permission, permissions_of, roles_of
from jietong.reports.model import Period, Report, Share, Stored


class Link(NamedTuple):
    """A way to one report without signing in. `clients` None: all."""

    id: str
    report: str
    period: Period | None
    clients: tuple[str, ...] | None
    language: str
    made_by: str
    made_at: Ms
    expires_at: Ms
    revoked_at: Ms | None


async def read(conn: Connection, id: str, *, lock: bool = False) -> Stored:
    """Raises NotFound `no_such_report`."""
    row = await conn.fetchrow(f"SELECT * FROM report WHERE id = $1{' FOR UPDATE' if lock else ''}", id)
    if row is None:
        raise no_such_report(id)
    return _stored(row, await shares(conn, [id]))


async def read_all(conn: Connection) -> list[Stored]:
    """All of the centre, latest change first; `conn` decides which shares with clients are seen."""
    rows = await conn.fetch("SELECT * FROM report ORDER BY changed_at DESC, id")
    known = await shares(conn, [row["id"] for row in rows])
    return [_stored(row, known) for row in rows]


async def insert(conn: Connection, id: str, report: Report, owner: str, name: str, at: Ms) -> None:
    await conn.execute(
        "INSERT INTO report (id, version, spec, owner, owner_name, created_at, changed_at) "
        "VALUES ($1, 1, $2, $3, $4, $5, $5)",
        id,
        msgspec.to_builtins(report),
        owner,
        name,
        to_datetime(at),
    )


async def update(conn: Connection, id: str, report: Report, base: int, at: Ms) -> int:
    """Gives the new version. Raises NotFound `no_such_report`, Refused `stale_version`."""
    stored = await read(conn, id, lock=True)
    if stored.version != base:
        raise stale(stored.version, base)
    version: int = await conn.fetchval(
        "UPDATE report SET version = version + 1, spec = $2, changed_at = $3 WHERE id = $1 RETURNING version",
        id,
        msgspec.to_builtins(report),
        to_datetime(at),
    )
    return version


async def delete(conn: Connection, id: str, base: int) -> None:
    """With its shares and links. Raises as `update`."""
    stored = await read(conn, id, lock=True)
    if stored.version != base:
        raise stale(stored.version, base)
    for table in ("report_role", "report_client", "report_link"):
        await conn.execute(f"DELETE FROM {table} WHERE report = $1", id)
    await conn.execute("DELETE FROM report WHERE id = $1", id)


async def shares(conn: Connection, reports: Sequence[str]) -> dict[str, tuple[Share, ...]]:
    rows = await conn.fetch(
        "SELECT report, 'role' AS kind, role AS who FROM report_role WHERE report = ANY($1::text[]) "
        "UNION ALL SELECT report, 'client', client FROM report_client WHERE report = ANY($1::text[]) "
        "ORDER BY 1, 2, 3",
        list(reports),
    )
    out: dict[str, list[Share]] = {}
    for row in rows:
        out.setdefault(row["report"], []).append(Share(row["kind"], row["who"]))
    return {id: tuple(found) for id, found in out.items()}


async def set_shares(conn: Connection, report: str, wanted: Iterable[Share]) -> None:
    """Those outside the connection's scope stay as they are."""
    wanted = list(wanted)
    await conn.execute("DELETE FROM report_role WHERE report = $1", report)
    await conn.execute("DELETE FROM report_client WHERE report = $1", report)
    for kind, table, column in (("role", "report_role", "role"), ("client", "report_client", "client")):
        await conn.executemany(
            f"INSERT INTO {table} (report, {column}) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            [(report, share.who) for share in wanted if share.kind == kind],
        )


# --- links -------------------------------------------------------------------------------------------------------


async def add_link(conn: Connection, link: Link, secret: str) -> None:
    await conn.execute(
        "INSERT INTO report_link (id, digest, report, period, clients, language, made_by, made_at, expires_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        link.id,
        _digest(secret),
        link.report,
        msgspec.to_builtins(link.period),
        None if link.clients is None else list(link.clients),
        link.language,
        link.made_by,
        to_datetime(link.made_at),
        to_datetime(link.expires_at),
    )


async def open_link(conn: Connection, secret: str, now: Ms) -> Link:
    """The link of this secret, while it is good and whoever made it may still see reports and these clients.

    Raises NotFound `no_such_link`: made up, expired, revoked or without its maker alike.
    """
    row = await conn.fetchrow(
        "SELECT * FROM report_link WHERE digest = $1 AND expires_at > $2 AND revoked_at IS NULL",
        _digest(secret),
        to_datetime(now),
    )
    if row is None or not await _still_may(conn, row["made_by"], row["clients"], now):
        raise NotFound("no_such_link", "This link is unknown, has expired or was taken back. Ask for a new one.")
    return _link(row)


async def links(conn: Connection, report: str) -> list[Link]:
    rows = await conn.fetch("SELECT * FROM report_link WHERE report = $1 ORDER BY made_at DESC, id", report)
    return [_link(row) for row in rows]


async def revoke(conn: Connection, report: str, id: str, now: Ms) -> None:
    """Idempotent. Raises NotFound `no_such_link`."""
    done = await conn.execute(
        "UPDATE report_link SET revoked_at = coalesce(revoked_at, $3) WHERE id = $1 AND report = $2",
        id,
        report,
        to_datetime(now),
    )
    if done == "UPDATE 0":
        raise NotFound("no_such_link", "There is no such link to this report.")


async def _still_may(conn: Connection, maker: str, clients: list[str] | None, now: Ms) -> bool:
    if maker.startswith("token:"):
        row = await conn.fetchrow(
            "SELECT roles, clients FROM api_token WHERE id = $1 AND revoked_at IS NULL AND expires_at > $2",
            maker.removeprefix("token:"),
            to_datetime(now),
        )
    else:
        row = await conn.fetchrow("SELECT roles, clients FROM account WHERE id = $1 AND active", maker)
    if row is None or Permission.REPORT_VIEW not in permissions_of(roles_of(row["roles"])):
        return False
    return row["clients"] is None or (clients is not None and set(clients) <= set(row["clients"]))


def no_such_report(id: str) -> NotFound:
    return NotFound("no_such_report", f"There is no report {id!r} that you can see.")


def stale(current: int, base: int) -> Refused:
    return Refused(
        "stale_version",
        f"Somebody has changed this since you opened it (version {current}, yours is {base}): load it again.",
        current=current,
    )


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _stored(row: asyncpg.Record, known: dict[str, tuple[Share, ...]]) -> Stored:
    return Stored(
        row["id"],
        row["version"],
        msgspec.convert(row["spec"], Report),
        row["owner"],
        row["owner_name"],
        to_ms(row["changed_at"]),
        known.get(row["id"], ()),
    )


def _link(row: asyncpg.Record) -> Link:
    period: Any = row["period"]
    return Link(
        row["id"],
        row["report"],
        None if period is None else msgspec.convert(period, Period),
        None if row["clients"] is None else tuple(row["clients"]),
        row["language"],
        row["made_by"],
        to_ms(row["made_at"]),
        to_ms(row["expires_at"]),
        None if row["revoked_at"] is None else to_ms(row["revoked_at"]),
    )
