"""The guard of the sign-in: counts failures per login, trusted computer and address, and locks for a growing time.

An attempt is counted *before* the password is looked at, in a transaction of its own, so that a hundred attempts at
once are a hundred attempts; success takes the count away. Kept in the database: a restart forgives nothing.

A lock on a login would let anyone lock anyone out. So a computer that the account trusts is counted on its own and
goes on when the login is locked for strangers.
"""

import hashlib

from jietong.core.clock import to_datetime, to_ms
from jietong.core.errors import TooMany
from jietong.core.vocabulary import Ms
from jietong.db.pool import ALL, Database
from jietong.identity.rules import DAY, PER_ADDRESS, PER_LOGIN, LockRule, login_key


def login_subject(login: str) -> str:
    return _subject("login", login_key(login))


def computer_subject(computer_id: str) -> str:
    return _subject("computer", computer_id)


def address_subject(address: str) -> str:
    return _subject("address", address)


async def claim(database: Database, subject: str, *, now: Ms, rule: LockRule = PER_LOGIN) -> None:
    """Counts an attempt as failed for now. Raises TooMany `locked` with retry_after, and then counts nothing."""
    async with database.transaction(ALL) as conn:
        await conn.execute("INSERT INTO sign_in_guard (subject) VALUES ($1) ON CONFLICT DO NOTHING", subject)
        row = await conn.fetchrow(
            "SELECT failures, last_at, locked_until FROM sign_in_guard WHERE subject = $1 FOR UPDATE", subject
        )
        if row is None:  # swept in this very moment
            return
        if row["locked_until"] is not None and (left := to_ms(row["locked_until"]) - now) > 0:
            raise locked(left)
        fresh = row["last_at"] is None or now - to_ms(row["last_at"]) > rule.forget
        failures = 1 if fresh else row["failures"] + 1
        lock = rule.lock_after(failures)
        await conn.execute(
            "UPDATE sign_in_guard SET failures = $2, last_at = $3, locked_until = $4 WHERE subject = $1",
            subject,
            failures,
            to_datetime(now),
            to_datetime(now + lock) if lock else None,
        )


async def check_address(database: Database, address: str, *, now: Ms) -> None:
    """Raises TooMany `locked` when this address failed too often. Counts nothing: see `address_failed`."""
    async with database.read(ALL) as conn:
        until = await conn.fetchval(
            "SELECT locked_until FROM sign_in_guard WHERE subject = $1", address_subject(address)
        )
    if until is not None and (left := to_ms(until) - now) > 0:
        raise locked(left)


async def address_failed(database: Database, address: str, *, now: Ms) -> None:
    try:
        await claim(database, address_subject(address), now=now, rule=PER_ADDRESS)
    except TooMany:
        pass  # another attempt locked it meanwhile; this one has its answer already


async def forgive(database: Database, subject: str) -> None:
    """The attempt was right: the slate is clean."""
    async with database.transaction(ALL) as conn:
        await conn.execute("DELETE FROM sign_in_guard WHERE subject = $1", subject)


async def take_back(database: Database, subject: str) -> None:
    """The password was right and a code is still asked: this attempt does not count, earlier ones still do."""
    async with database.transaction(ALL) as conn:
        await conn.execute(
            "UPDATE sign_in_guard SET failures = greatest(failures - 1, 0), locked_until = NULL WHERE subject = $1",
            subject,
        )


async def sweep(database: Database, *, now: Ms) -> None:
    """Deletes what has been quiet for days."""
    async with database.transaction(ALL) as conn:
        await conn.execute(
            "DELETE FROM sign_in_guard WHERE last_at < $1 AND (locked_until IS NULL OR locked_until < $2)",
            to_datetime(now - 2 * DAY),
            to_datetime(now),
        )


def locked(left: Ms) -> TooMany:
    seconds = -(-left // 1000)
    return TooMany("locked", f"Too many attempts. Try again in {seconds} seconds.", retry_after=seconds)


def _subject(kind: str, value: str) -> str:
    # A digest: people type passwords into the wrong field, and those must not be kept.
    return f"{kind}:{hashlib.sha256(value.encode('utf-8', 'surrogatepass')).hexdigest()}"
