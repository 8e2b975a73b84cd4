"""Accounts in the database."""

from collections.abc import Sequence
from typing import Any

import asyncpg

from jietong.core.clock import to_datetime
from jietong.core.errors import NotFound, Refused
from jietong.core.vocabulary import Ms
from jietong.db.pool import Connection
from jietong.identity.model import Account, Language, Theme
from jietong.identity.permissions import roles_of
from jietong.identity.rules import login_key


async def insert(conn: Connection, values: dict[str, Any]) -> Account:
    """A new account. Raises Refused `login_taken`, `agent_taken`."""
    values = values | {"login_key": login_key(values["login"])}
    columns = ", ".join(values)
    marks = ", ".join(f"${n}" for n in range(1, len(values) + 1))
    try:
        row = await conn.fetchrow(
            f"INSERT INTO account ({columns}) VALUES ({marks}) RETURNING {_COLUMNS}", *values.values()
        )
    except asyncpg.UniqueViolationError as error:
        raise _taken(error) from error
    assert row is not None
    return _account(row)


async def update(conn: Connection, account_id: str, values: dict[str, Any]) -> Account:
    """Changes columns and counts the version up. Raises NotFound, Refused `login_taken`, `agent_taken`."""
    if "login" in values:
        values = values | {"login_key": login_key(values["login"])}
    changes = "".join(f", {column} = ${n}" for n, column in enumerate(values, start=2))
    try:
        row = await conn.fetchrow(
            f"UPDATE account SET version = version + 1{changes} WHERE id = $1 RETURNING {_COLUMNS}",
            account_id,
            *values.values(),
        )
    except asyncpg.UniqueViolationError as error:
        raise _taken(error) from error
    if row is None:
        raise unknown()
    return _account(row)


async def get(conn: Connection, account_id: str, *, lock: bool = False) -> Account:
    """Raises NotFound. `lock` keeps others from changing it until the transaction ends."""
    row = await conn.fetchrow(
        f"SELECT {_COLUMNS} FROM account WHERE id = $1 {'FOR UPDATE' if lock else ''}", account_id
    )
    if row is None:
        raise unknown()
    return _account(row)


async def find(conn: Connection, login: str) -> Account | None:
    row = await conn.fetchrow(f"SELECT {_COLUMNS} FROM account WHERE login_key = $1", login_key(login))
    return None if row is None else _account(row)


async def listed(conn: Connection, *, after: str | None, limit: int, q: str | None) -> list[Account]:
    """By login key; `after` is the login of the last one seen, `q` part of a login or a name."""
    rows = await conn.fetch(
        f"""
        SELECT {_COLUMNS} FROM account
        WHERE ($1::text IS NULL OR login_key > $1)
          AND ($2::text IS NULL OR position($2 IN login_key) > 0 OR position($2 IN lower(name)) > 0)
        ORDER BY login_key LIMIT $3
        """,
        None if after is None else login_key(after),
        None if not q else login_key(q),
        limit,
    )
    return [_account(row) for row in rows]


async def secrets_of(conn: Connection, account_id: str) -> asyncpg.Record:
    """password, totp_secret, totp_pending, totp_step, recovery_codes: never leaves identity. Raises NotFound."""
    row = await conn.fetchrow(
        "SELECT password, totp_secret, totp_pending, totp_step, recovery_codes FROM account WHERE id = $1",
        account_id,
    )
    if row is None:
        raise unknown()
    return row


async def set_password(conn: Connection, account_id: str, hashed: str, *, now: Ms) -> None:
    await conn.execute(
        "UPDATE account SET password = $2, password_at = $3 WHERE id = $1", account_id, hashed, to_datetime(now)
    )


async def use_totp_step(conn: Connection, account_id: str, step: int) -> bool:
    """Whether this time step was still unused; of two requests with the same code one gets True."""
    done = await conn.execute("UPDATE account SET totp_step = $2 WHERE id = $1 AND totp_step < $2", account_id, step)
    return str(done) == "UPDATE 1"


async def use_recovery_code(conn: Connection, account_id: str, code_digest: bytes) -> bool:
    """Whether the code was there; it is gone then."""
    done = await conn.execute(
        """
        UPDATE account SET recovery_codes = array_remove(recovery_codes, $2)
        WHERE id = $1 AND $2 = ANY(recovery_codes)
        """,
        account_id,
        code_digest,
    )
    return str(done) == "UPDATE 1"


async def set_totp(
    conn: Connection, account_id: str, *, secret: str | None, step: int = 0, codes: Sequence[bytes] = ()
) -> None:
    await conn.execute(
        """
        UPDATE account SET totp_secret = $2, totp_pending = NULL, totp_step = $3, recovery_codes = $4 WHERE id = $1
        """,
        account_id,
        secret,
        step,
        list(codes),
    )


async def set_totp_pending(conn: Connection, account_id: str, secret: str) -> None:
    await conn.execute("UPDATE account SET totp_pending = $2 WHERE id = $1", account_id, secret)


async def signed_in(conn: Connection, account_id: str, *, now: Ms) -> None:
    await conn.execute("UPDATE account SET last_sign_in_at = $2 WHERE id = $1", account_id, to_datetime(now))


async def other_administrators(conn: Connection, account_id: str, *, demo: bool) -> int:
    """How many other active accounts may manage staff of every client (locks them, so that two cannot go at once).

    Demonstration accounts count only when `demo`: the last real administrator must not go and leave those.
    """
    rows = await conn.fetch(
        """
        SELECT id FROM account
        WHERE 'admin' = ANY(roles) AND clients IS NULL AND active AND (NOT demo OR $1)
        ORDER BY id FOR UPDATE
        """,
        demo,
    )
    return sum(row["id"] != account_id for row in rows)


async def demonstration(conn: Connection) -> list[Account]:
    """The demonstration accounts, as long as there is no real one; else none."""
    rows = await conn.fetch(
        f"""
        SELECT {_COLUMNS} FROM account
        WHERE demo AND active AND NOT EXISTS (SELECT FROM account WHERE NOT demo)
        ORDER BY id
        """
    )
    return [_account(row) for row in rows]


def unknown() -> NotFound:
    return NotFound("unknown_account", "There is no such account.")


def login_taken() -> Refused:
    return Refused("login_taken", "Another account has this login already.", field="login")


def _account(row: asyncpg.Record) -> Account:
    values = dict(row)
    values["roles"] = roles_of(values["roles"])
    values["clients"] = None if values["clients"] is None else tuple(values["clients"])
    values["language"] = Language(values["language"])
    values["theme"] = Theme(values["theme"])
    return Account(**values)


def _taken(error: asyncpg.UniqueViolationError) -> Refused:
    if "agent" in (error.constraint_name or ""):
        return Refused("agent_taken", "Another account is this agent already.", field="agent_id")
    return login_taken()


_COLUMNS = (
    "id, version, login, name, roles, clients, agent_id, language, theme, active, demo, "
    "totp_secret IS NOT NULL AS totp, password_at, created_at, last_sign_in_at"
)
