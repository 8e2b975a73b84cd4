"""Sessions of people, and the computers they trust. Only digests of the secrets are stored."""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from jietong.core.clock import to_datetime
from jietong.core.ids import new_id, new_secret
from jietong.core.vocabulary import Ms
from jietong.db.pool import ALL, Connection, Database
from jietong.identity.model import Language, Principal, Source, Theme
from jietong.identity.permissions import permissions_of, roles_of
from jietong.identity.rules import DAY, MINUTE, SESSION_IDLE, SESSION_LONGEST, TRUST

_SEEN_EVERY: Ms = MINUTE  # how exactly `seen_at` is kept


@dataclass(frozen=True, slots=True)
class SessionView:
    """A session as its owner sees it in the list."""

    id: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    address: str
    browser: str


async def open_session(conn: Connection, account_id: str, source: Source, *, now: Ms) -> tuple[str, str]:
    """A new session: (its id, the secret for the cookie)."""
    session_id, secret = new_id(now), new_secret()
    await conn.execute(
        """
        INSERT INTO session (id, digest, account, created_at, seen_at, expires_at, address, browser)
        VALUES ($1, $2, $3, $4, $4, $5, $6, $7)
        """,
        session_id,
        digest(secret),
        account_id,
        to_datetime(now),
        to_datetime(now + SESSION_LONGEST),
        source.address,
        source.browser,
    )
    return session_id, secret


async def principal_of(database: Database, secret: str, *, now: Ms) -> Principal | None:
    """Whose session this is; None when it is unknown, ended or expired, or the account is inactive."""
    async with database.read(ALL) as conn:
        row = await conn.fetchrow(
            f"""
            SELECT s.id AS session, s.seen_at, a.id, a.login, a.name, a.roles, a.clients, a.agent_id, a.language,
                   a.theme, a.demo
            FROM session s JOIN account a ON a.id = s.account
            WHERE s.digest = $1 AND {_LIVE.format(now="$2", idle="$3")}
            """,
            digest(secret),
            to_datetime(now),
            to_datetime(now - SESSION_IDLE),
        )
    if row is None:
        return None
    if row["seen_at"] < to_datetime(now - _SEEN_EVERY):
        await touch(database, [row["session"]], now=now)
    roles = roles_of(row["roles"])
    return Principal(
        account_id=row["id"],
        login=row["login"],
        name=row["name"],
        roles=roles,
        permissions=permissions_of(roles),
        clients=None if row["clients"] is None else tuple(row["clients"]),
        agent_id=row["agent_id"],
        language=Language(row["language"]),
        theme=Theme(row["theme"]),
        demo=row["demo"],
        session_id=row["session"],
        csrf=csrf_of(secret),
    )


async def touch(database: Database, session_ids: Sequence[str], *, now: Ms) -> None:
    """Notes that the sessions are in use."""
    async with database.transaction(ALL) as conn:
        await conn.execute(
            "UPDATE session SET seen_at = $2 WHERE id = ANY($1) AND seen_at < $2 AND ended_at IS NULL",
            list(session_ids),
            to_datetime(now),
        )


async def living(database: Database, session_ids: Sequence[str], *, now: Ms) -> dict[str, tuple[object, ...]]:
    """Which of these sessions still live, with what their accounts may do now (roles, clients, agent id)."""
    async with database.read(ALL) as conn:
        rows = await conn.fetch(
            f"""
            SELECT s.id AS session, a.roles, a.clients, a.agent_id
            FROM session s JOIN account a ON a.id = s.account
            WHERE s.id = ANY($1) AND {_LIVE.format(now="$2", idle="$3")}
            """,
            list(session_ids),
            to_datetime(now),
            to_datetime(now - SESSION_IDLE),
        )
    return {row["session"]: rights(row["roles"], row["clients"], row["agent_id"]) for row in rows}


def rights(roles: Sequence[str], clients: Sequence[str] | None, agent_id: str | None) -> tuple[object, ...]:
    """What an open socket was allowed by; another value means it has to be opened anew."""
    return frozenset(roles), None if clients is None else frozenset(clients), agent_id


async def list_sessions(conn: Connection, account_id: str, *, now: Ms) -> list[SessionView]:
    rows = await conn.fetch(
        f"""
        SELECT s.id, s.created_at, s.seen_at, s.expires_at, s.address, s.browser
        FROM session s JOIN account a ON a.id = s.account
        WHERE s.account = $1 AND {_LIVE.format(now="$2", idle="$3")}
        ORDER BY s.seen_at DESC
        """,
        account_id,
        to_datetime(now),
        to_datetime(now - SESSION_IDLE),
    )
    return [SessionView(**dict(row)) for row in rows]


async def owner_of(conn: Connection, session_id: str) -> str | None:
    """The account of a session that has not been ended."""
    owner: str | None = await conn.fetchval(
        "SELECT account FROM session WHERE id = $1 AND ended_at IS NULL", session_id
    )
    return owner


async def end_session(conn: Connection, session_id: str, *, now: Ms) -> None:
    await conn.execute(
        "UPDATE session SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL", session_id, to_datetime(now)
    )


async def end_all(conn: Connection, account_id: str, *, now: Ms, keep: str | None = None) -> int:
    """Ends every session of the account but `keep`, and forgets its trusted computers; how many sessions ended."""
    ended = await conn.fetch(
        """
        UPDATE session SET ended_at = $3
        WHERE account = $1 AND ended_at IS NULL AND id IS DISTINCT FROM $2
        RETURNING id
        """,
        account_id,
        keep,
        to_datetime(now),
    )
    await conn.execute("DELETE FROM trusted_computer WHERE account = $1", account_id)
    return len(ended)


async def trust_computer(conn: Connection, account_id: str, source: Source, *, now: Ms) -> str:
    """Asks this computer for no code for 30 days; gives the secret for its cookie."""
    secret = new_secret()
    await conn.execute(
        """
        INSERT INTO trusted_computer (id, digest, account, created_at, expires_at, address, browser)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        """,
        new_id(now),
        digest(secret),
        account_id,
        to_datetime(now),
        to_datetime(now + TRUST),
        source.address,
        source.browser,
    )
    return secret


async def trusted(conn: Connection, account_id: str, secret: str | None, *, now: Ms) -> str | None:
    """The id of the trusted computer that this cookie names for this very account."""
    if not secret:
        return None
    found: str | None = await conn.fetchval(
        "SELECT id FROM trusted_computer WHERE digest = $1 AND account = $2 AND expires_at > $3",
        digest(secret),
        account_id,
        to_datetime(now),
    )
    return found


async def sweep(conn: Connection, *, now: Ms) -> None:
    """Deletes what ended or expired over a month ago."""
    month_ago = to_datetime(now - 30 * DAY)
    await conn.execute("DELETE FROM session WHERE expires_at < $1 OR ended_at < $1", month_ago)
    await conn.execute("DELETE FROM trusted_computer WHERE expires_at < $1", to_datetime(now))


def csrf_of(secret: str) -> str:
    """The CSRF token of a session: bound to it, nothing to store, and no way back to the secret."""
    return urlsafe_b64encode(hmac.digest(secret.encode(), b"csrf", "sha256")).decode().rstrip("=")


def csrf_matches(principal: Principal, given: str) -> bool:
    return bool(principal.csrf) and hmac.compare_digest(principal.csrf.encode(), given.encode())


def digest(secret: str) -> bytes:
    """How a bearer secret is stored. It has 256 random bits, so no salt and no slow hash."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).digest()


_LIVE = "s.ended_at IS NULL AND s.expires_at > {now} AND s.seen_at > {idle} AND a.active"
