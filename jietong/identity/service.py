"""Accounts: made and changed by administrators, and by everyone for themselves.

Each use case is one transaction. Whoever changes what somebody may do ends that person's sessions or has their
sockets opened anew (watch.py); the routes call `watch.wake()` afterwards.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from jietong.core.clock import to_datetime
from jietong.core.errors import Invalid, NotFound, Refused
from jietong.core.ids import new_id
from jietong.core.vocabulary import Ms
from jietong.db.pool import ALL, Connection, Database
from jietong.identity import audit, guard, sessions, store, totp
from jietong.identity.model import SYSTEM, Account, Language, Principal, Theme
from jietong.identity.passwords import hash_password, password_matches
from jietong.identity.permissions import Role
from jietong.identity.rules import check_account, check_login, check_password, overlaps, within


@dataclass(frozen=True, slots=True)
class AccountFields:
    """What an administrator says about an account."""

    login: str
    name: str
    roles: frozenset[Role]
    clients: tuple[str, ...] | None = None  # None: all
    language: Language = Language.ZH_HANS
    active: bool = True


@dataclass(frozen=True, slots=True)
class TotpStart:
    secret: str
    uri: str
    qr: str  # SVG


async def add_account(
    conn: Connection,
    fields: AccountFields,
    *,
    now: Ms,
    password: str | None,
    by: Principal = SYSTEM,
    agent_id: str | None = None,
    demo: bool = False,
    theme: Theme = Theme.SYSTEM,
) -> Account:
    """A new account; without a password nobody can sign in to it yet.

    Raises Invalid (`bad_login`, `name_missing`, `weak_password`, `roles_missing` …), Forbidden, Refused.
    """
    _check_fields(fields)
    check_account(fields.roles, fields.clients, by=by)
    if password is not None:
        check_password(password, login=fields.login, name=fields.name)
    hashed = None if password is None else await hash_password(password)
    account = await store.insert(
        conn,
        {
            "id": new_id(now),
            **_columns(fields),
            "password": hashed,
            "password_at": None if hashed is None else to_datetime(now),
            "agent_id": agent_id,
            "theme": str(theme),
            "demo": demo,
            "created_at": to_datetime(now),
        },
    )
    await audit.append(conn, by=by, action="account.created", object=account.id, now=now, details=_facts(account))
    return account


async def change_account(
    database: Database,
    account_id: str,
    fields: AccountFields,
    *,
    version: int,
    by: Principal,
    now: Ms,
    save_agent: Callable[[Account], Awaitable[str | None]] | None = None,
) -> Account:
    """Changes what an administrator may change. `save_agent` saves the agent half and gives its id.

    Raises NotFound, Forbidden, Invalid, Refused `stale_version`, `own_roles`, `last_administrator`, `login_taken`.
    """
    _check_fields(fields)
    async with database.read(ALL) as conn:
        before = await store.get(conn, account_id)
    _check_change(before, fields, version, by)
    # The agent half commits on its own, with the writer; so it comes first, outside of this transaction, and is
    # harmless to repeat when the account turns out to have been changed meanwhile.
    agent_id = before.agent_id if save_agent is None else await save_agent(before)
    async with database.transaction(ALL) as conn:
        administrators = await store.other_administrators(conn, account_id, demo=before.demo)
        before = await store.get(conn, account_id, lock=True)
        _check_change(before, fields, version, by)
        if _runs_everything(before) and not _runs_everything_after(fields) and administrators == 0:
            raise Refused("last_administrator", "This is the last administrator. Appoint another one first.")
        after = await store.update(conn, account_id, {**_columns(fields), "agent_id": agent_id})
        ended = 0 if after.active else await sessions.end_all(conn, account_id, now=now)
        changed = {key: value for key, value in _facts(after).items() if _facts(before)[key] != value}
        await audit.append(
            conn,
            by=by,
            action="account.changed",
            object=account_id,
            now=now,
            details={"changed": changed, "sessions_ended": ended, "agent_saved": save_agent is not None},
        )
    return after


async def set_password(database: Database, account_id: str, password: str, *, by: Principal, now: Ms) -> Account:
    """An administrator gives a new password; every session of the account ends, and its lock is lifted.

    Raises NotFound, Forbidden, Invalid `weak_password`.
    """
    _not_own(account_id, by)
    async with database.read(ALL) as conn:
        account = await store.get(conn, account_id)
    check_account(account.roles, account.clients, by=by, before=account)
    check_password(password, login=account.login, name=account.name)
    hashed = await hash_password(password)
    async with database.transaction(ALL) as conn:
        await store.set_password(conn, account_id, hashed, now=now)
        ended = await sessions.end_all(conn, account_id, now=now, keep=by.session_id)
        await audit.append(
            conn, by=by, action="account.password_set", object=account_id, now=now, details={"sessions_ended": ended}
        )
    await guard.forgive(database, guard.login_subject(account.login))
    return account


async def reset_totp(database: Database, account_id: str, *, by: Principal, now: Ms) -> None:
    """An administrator takes the second factor away, for one who lost the phone; all sessions end."""
    _not_own(account_id, by)
    async with database.transaction(ALL) as conn:
        account = await store.get(conn, account_id, lock=True)
        check_account(account.roles, account.clients, by=by, before=account)
        await store.set_totp(conn, account_id, secret=None)
        await sessions.end_all(conn, account_id, now=now, keep=by.session_id)
        await audit.append(conn, by=by, action="account.totp_reset", object=account_id, now=now)


async def check_login_free(conn: Connection, login: str) -> None:
    """Raises Refused `login_taken`. The unique index has the last word; this is for refusing early."""
    if await store.find(conn, login) is not None:
        raise store.login_taken()


async def list_accounts(
    conn: Connection, *, by: Principal, after: str | None, limit: int, q: str | None
) -> tuple[list[Account], str | None]:
    """Accounts that share a client with the reader, by login; with the login to go on after."""
    found: list[Account] = []
    while len(found) <= limit:
        page = await store.listed(conn, after=after, limit=limit + 1, q=q)
        found += [account for account in page if overlaps(account.clients, by.clients)]
        if len(page) <= limit:
            break
        after = page[-1].login
    return found[:limit], found[limit - 1].login if len(found) > limit else None


async def read_account(conn: Connection, account_id: str, *, by: Principal) -> Account:
    """Raises NotFound, also for an account out of reach."""
    account = await store.get(conn, account_id)
    if not overlaps(account.clients, by.clients):
        raise store.unknown()
    return account


async def change_own(
    database: Database, principal: Principal, *, language: Language | None, theme: Theme | None, now: Ms
) -> Account:
    """One's own language and theme; not worth an audit entry."""
    values = {key: str(value) for key, value in (("language", language), ("theme", theme)) if value is not None}
    async with database.transaction(ALL) as conn:
        if not values:
            return await store.get(conn, principal.account_id)
        return await store.update(conn, principal.account_id, values)


async def change_own_password(database: Database, principal: Principal, *, old: str, new: str, now: Ms) -> None:
    """Ends all other sessions and forgets trusted computers. Raises Invalid `wrong_password`, `weak_password`."""
    check_password(new, login=principal.login, name=principal.name)
    await confirm_password(database, principal, old, now=now)
    hashed = await hash_password(new)
    async with database.transaction(ALL) as conn:
        await store.set_password(conn, principal.account_id, hashed, now=now)
        ended = await sessions.end_all(conn, principal.account_id, now=now, keep=principal.session_id)
        await audit.append(
            conn,
            by=principal,
            action="account.password_changed",
            object=principal.account_id,
            now=now,
            details={"sessions_ended": ended},
        )


async def start_totp(database: Database, principal: Principal, password: str, *, now: Ms) -> TotpStart:
    """A secret to scan, good once it is confirmed; the one in use stays until then."""
    await confirm_password(database, principal, password, now=now)
    secret = totp.new_secret()
    async with database.transaction(ALL) as conn:
        await store.set_totp_pending(conn, principal.account_id, secret)
    uri = totp.uri(secret, principal.login)
    return TotpStart(secret=secret, uri=uri, qr=totp.qr(uri))


async def confirm_totp(database: Database, principal: Principal, code: str, *, now: Ms) -> list[str]:
    """Turns the second factor on; gives the recovery codes, shown this once.

    Raises Refused `totp_not_started`, Invalid `bad_code`.
    """
    await guard.claim(database, guard.login_subject(principal.login), now=now)
    codes = totp.new_recovery_codes()
    async with database.transaction(ALL) as conn:
        known = await store.secrets_of(conn, principal.account_id)
        if known["totp_pending"] is None:
            raise Refused("totp_not_started", "Start again: there is no code to confirm.")
        step = totp.step_of(known["totp_pending"], code, now=now, last_step=0)
        if step is None:
            raise Invalid("bad_code", "The code is wrong. Check the clock of your phone.", field="code")
        await store.set_totp(
            conn,
            principal.account_id,
            secret=known["totp_pending"],
            step=step,
            codes=totp.recovery_digests(principal.account_id, codes),
        )
        await sessions.end_all(conn, principal.account_id, now=now, keep=principal.session_id)
        await audit.append(conn, by=principal, action="account.totp_on", object=principal.account_id, now=now)
    await guard.forgive(database, guard.login_subject(principal.login))
    return codes


async def remove_totp(database: Database, principal: Principal, password: str, *, now: Ms) -> None:
    await confirm_password(database, principal, password, now=now)
    async with database.transaction(ALL) as conn:
        await store.set_totp(conn, principal.account_id, secret=None)
        await audit.append(conn, by=principal, action="account.totp_off", object=principal.account_id, now=now)


async def confirm_password(database: Database, principal: Principal, password: str, *, now: Ms) -> None:
    """That it is still the same person at the keyboard. Guarded like the sign-in. Raises Invalid `wrong_password`."""
    subject = guard.login_subject(principal.login)
    await guard.claim(database, subject, now=now)
    async with database.read(ALL) as conn:
        known = await store.secrets_of(conn, principal.account_id)
    if not await password_matches(known["password"], password):
        raise Invalid("wrong_password", "Your present password is wrong.", field="password")
    await guard.forgive(database, subject)


async def end_session_of(database: Database, session_id: str, *, by: Principal, any_account: bool, now: Ms) -> None:
    """Ends one session: one's own, or anyone's within reach. Raises NotFound."""
    async with database.transaction(ALL) as conn:
        owner = await sessions.owner_of(conn, session_id)
        account = None if owner is None else await store.get(conn, owner)
        if account is None or not (
            account.id == by.account_id or (any_account and within(account.clients, by.clients))
        ):
            raise NotFound("unknown_session", "This session has ended already.")
        await sessions.end_session(conn, session_id, now=now)
        await audit.append(
            conn, by=by, action="session.ended", object=account.id, now=now, details={"session": session_id}
        )


def stale(current: int) -> Refused:
    return Refused("stale_version", "Someone changed this meanwhile. Reload it and try again.", current=current)


def _not_own(account_id: str, by: Principal) -> None:
    # One's own way asks for the present password; an open desk must not be enough.
    if account_id == by.account_id:
        raise Refused("own_account", "Change your own password and second factor in your own settings.")


def _check_fields(fields: AccountFields) -> None:
    check_login(fields.login)
    if not 1 <= len(fields.name.strip()) <= 100:
        raise Invalid("name_missing", "A name has 1 to 100 characters.", field="name")


def _check_change(before: Account, fields: AccountFields, version: int, by: Principal) -> None:
    check_account(fields.roles, fields.clients, by=by, before=before)
    if before.version != version:
        raise stale(before.version)
    if before.id == by.account_id and not fields.active:
        raise Refused("own_account", "Ask another administrator to close your own account.")


def _columns(fields: AccountFields) -> dict[str, object]:
    return {
        "login": fields.login.strip(),
        "name": fields.name.strip(),
        "roles": sorted(fields.roles),
        "clients": _sorted(fields.clients),
        "language": str(fields.language),
        "active": fields.active,
    }


def _facts(account: Account) -> dict[str, object]:
    """What the audit log tells of an account."""
    return {
        "login": account.login,
        "name": account.name,
        "roles": sorted(account.roles),
        "clients": _sorted(account.clients),
        "agent_id": account.agent_id,
        "active": account.active,
        "demo": account.demo,
    }


def _sorted(clients: Sequence[str] | None) -> list[str] | None:
    return None if clients is None else sorted(set(clients))


def _runs_everything(account: Account) -> bool:
    return account.active and Role.ADMIN in account.roles and account.clients is None


def _runs_everything_after(fields: AccountFields) -> bool:
    return fields.active and Role.ADMIN in fields.roles and fields.clients is None
