"""API tokens: how programs sign in. `jt_<prefix>_<secret>`; only a digest of the whole is stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from jietong.core.clock import to_datetime
from jietong.core.errors import Invalid, NotFound
from jietong.core.ids import new_id, new_secret
from jietong.core.vocabulary import Ms
from jietong.db.pool import ALL, Connection, Database
from jietong.identity import audit
from jietong.identity.model import Principal
from jietong.identity.permissions import Role, permissions_of, roles_of
from jietong.identity.rules import DAY, MINUTE, check_account, overlaps, within
from jietong.identity.sessions import digest, rights


@dataclass(frozen=True, slots=True)
class Token:
    """An API token as administrators see it; the secret is shown once, when it is made."""

    id: str
    name: str
    prefix: str  # the first characters, to tell tokens apart
    roles: frozenset[Role]
    clients: tuple[str, ...] | None
    agent_id: str | None
    created_by: str
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None


async def make_token(
    conn: Connection,
    *,
    name: str,
    roles: frozenset[Role],
    clients: tuple[str, ...] | None,
    days: int,
    by: Principal,
    now: Ms,
    agent_id: str | None = None,
) -> tuple[Token, str]:
    """A new token and its secret. Raises Invalid, Forbidden (a scope wider than one's own)."""
    if not name.strip():
        raise Invalid("name_missing", "Say what the token is for.", field="name")
    if not 1 <= days <= 3650:
        raise Invalid("bad_expiry", "A token lives for 1 to 3650 days.", field="days")
    check_account(roles, clients, by=by)
    token_id = new_id(now)
    secret = f"jt_{token_id[-8:]}_{new_secret()}"
    row = await conn.fetchrow(
        f"""
        INSERT INTO api_token (id, name, prefix, digest, roles, clients, agent_id, created_by, created_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        RETURNING {_COLUMNS}
        """,
        token_id,
        name.strip(),
        secret[:11],
        digest(secret),
        sorted(roles),
        None if clients is None else list(clients),
        agent_id,
        by.name,
        to_datetime(now),
        to_datetime(now + days * DAY),
    )
    assert row is not None
    await audit.append(
        conn,
        by=by,
        action="token.created",
        object=token_id,
        now=now,
        details={"name": name.strip(), "roles": sorted(roles), "clients": clients, "days": days},
    )
    return _token(row), secret


async def list_tokens(conn: Connection, *, by: Principal) -> list[Token]:
    """Tokens that were not revoked and lie within reach, newest first; expired ones stay listed."""
    rows = await conn.fetch(f"SELECT {_COLUMNS} FROM api_token WHERE revoked_at IS NULL ORDER BY id DESC")
    return [token for token in map(_token, rows) if overlaps(token.clients, by.clients)]


async def revoke_token(conn: Connection, token_id: str, *, by: Principal, now: Ms) -> None:
    """Raises NotFound."""
    row = await conn.fetchrow(
        f"SELECT {_COLUMNS} FROM api_token WHERE id = $1 AND revoked_at IS NULL FOR UPDATE", token_id
    )
    if row is None or not within(_token(row).clients, by.clients):
        raise NotFound("unknown_token", "There is no such token.")
    await conn.execute("UPDATE api_token SET revoked_at = $2 WHERE id = $1", token_id, to_datetime(now))
    await audit.append(conn, by=by, action="token.revoked", object=token_id, now=now, details={"name": row["name"]})


async def principal_of(database: Database, secret: str, *, now: Ms) -> Principal | None:
    """Whom the token speaks for; None when it is unknown, expired or revoked."""
    if not secret.startswith("jt_"):
        return None
    async with database.read(ALL) as conn:
        row = await conn.fetchrow(
            f"SELECT {_COLUMNS} FROM api_token WHERE digest = $1 AND {_LIVE}", digest(secret), to_datetime(now)
        )
    if row is None:
        return None
    token = _token(row)
    if token.last_used_at is None or token.last_used_at < to_datetime(now - MINUTE):
        async with database.transaction(ALL) as conn:
            await conn.execute("UPDATE api_token SET last_used_at = $2 WHERE id = $1", token.id, to_datetime(now))
    return Principal(
        account_id=f"token:{token.id}",
        login=f"token:{token.name}",
        name=token.name,
        roles=token.roles,
        permissions=permissions_of(token.roles),
        clients=token.clients,
        agent_id=token.agent_id,
        token_id=token.id,
    )


async def living(database: Database, token_ids: Sequence[str], *, now: Ms) -> dict[str, tuple[object, ...]]:
    """Which of these tokens are still good, with what they allow."""
    async with database.read(ALL) as conn:
        rows = await conn.fetch(
            f"SELECT id, roles, clients, agent_id FROM api_token WHERE id = ANY($1) AND {_LIVE}",
            list(token_ids),
            to_datetime(now),
        )
    return {row["id"]: rights(row["roles"], row["clients"], row["agent_id"]) for row in rows}


def _token(row: asyncpg.Record) -> Token:
    values = dict(row)
    values["roles"] = roles_of(values["roles"])
    values["clients"] = None if values["clients"] is None else tuple(values["clients"])
    return Token(**values)


_COLUMNS = "id, name, prefix, roles, clients, agent_id, created_by, created_at, expires_at, last_used_at"
_LIVE = "revoked_at IS NULL AND expires_at > $2"
