"""Signing in: password, then a code where the account asks for one; every failure is counted and takes as long."""

from dataclasses import dataclass

from jietong.core.errors import Unauthenticated
from jietong.core.vocabulary import Ms
from jietong.db.pool import ALL, Database
from jietong.identity import audit, guard, sessions, store, totp
from jietong.identity.model import Account, Principal, Source
from jietong.identity.passwords import hash_password, outdated, password_matches


@dataclass(frozen=True, slots=True)
class Attempt:
    login: str
    password: str
    code: str | None = None
    recovery_code: str | None = None
    trust: bool = False  # ask this computer for no code for 30 days
    trust_secret: str | None = None  # of an earlier sign-in, from its cookie


@dataclass(frozen=True, slots=True)
class SignedIn:
    """`secret` goes into the session's cookie, `trust_secret`, if any, into the trusted computer's."""

    account: Account
    secret: str
    trust_secret: str | None


async def sign_in(database: Database, attempt: Attempt, source: Source, *, now: Ms) -> SignedIn:
    """Raises Unauthenticated `bad_credentials`, `totp_required` (with `name`), `bad_code`; TooMany `locked`, `busy`.

    An unknown login, an inactive account and a wrong password cannot be told apart, by answer or by time.
    """
    await guard.check_address(database, source.address, now=now)
    async with database.read(ALL) as conn:
        account = await store.find(conn, attempt.login)
        known = None if account is None else await store.secrets_of(conn, account.id)
        computer = await sessions.trusted(conn, account.id if account else "", attempt.trust_secret, now=now)
    subject = guard.computer_subject(computer) if computer else guard.login_subject(attempt.login)
    await guard.claim(database, subject, now=now)

    stored = known["password"] if known is not None and account is not None and account.active else None
    if not await password_matches(stored, attempt.password) or account is None:
        await _failed(database, account, source, "password", now=now)
        raise Unauthenticated("bad_credentials", "The login or the password is wrong.")
    if account.totp and computer is None:
        if not attempt.code and not attempt.recovery_code:
            await guard.take_back(database, subject)
            raise Unauthenticated(
                "totp_required", "Enter the six digits of your authenticator app.", name=account.name
            )
        if not await _code_is_right(database, account, attempt, now=now):
            await _failed(database, account, source, "code", now=now)
            raise Unauthenticated("bad_code", "The code is wrong or was used before. Wait for the next one.")
    await guard.forgive(database, subject)
    renewed = await hash_password(attempt.password) if stored and outdated(stored) else None

    by = principal_for(account, source)
    async with database.transaction(ALL) as conn:
        await store.signed_in(conn, account.id, now=now)
        if renewed:
            await store.set_password(conn, account.id, renewed, now=now)
        session_id, secret = await sessions.open_session(conn, account.id, source, now=now)
        trust_secret = None
        if attempt.trust and account.totp and computer is None:
            trust_secret = await sessions.trust_computer(conn, account.id, source, now=now)
        await sessions.sweep(conn, now=now)
        await audit.append(
            conn,
            by=by,
            action="session.opened",
            object=account.id,
            now=now,
            details={
                "session": session_id,
                "second_factor": _factor(account, attempt, computer),
                "trusted_for_30_days": trust_secret is not None,
            },
        )
    return SignedIn(account, secret, trust_secret)


async def sign_out(database: Database, principal: Principal, *, now: Ms) -> None:
    async with database.transaction(ALL) as conn:
        assert principal.session_id is not None
        await sessions.end_session(conn, principal.session_id, now=now)
        await audit.append(
            conn,
            by=principal,
            action="session.ended",
            object=principal.account_id,
            now=now,
            details={"session": principal.session_id},
        )
    await guard.sweep(database, now=now)


def principal_for(account: Account, source: Source) -> Principal:
    """The account's principal outside any session, for the audit log and the command line."""
    return Principal(
        account_id=account.id,
        login=account.login,
        name=account.name,
        roles=account.roles,
        permissions=account.permissions,
        clients=account.clients,
        agent_id=account.agent_id,
        language=account.language,
        theme=account.theme,
        demo=account.demo,
        source=source,
    )


async def _code_is_right(database: Database, account: Account, attempt: Attempt, *, now: Ms) -> bool:
    async with database.transaction(ALL) as conn:
        if attempt.recovery_code:
            return await store.use_recovery_code(
                conn, account.id, totp.recovery_digest(account.id, attempt.recovery_code)
            )
        known = await store.secrets_of(conn, account.id)
        step = totp.step_of(known["totp_secret"] or "", attempt.code or "", now=now, last_step=known["totp_step"])
        return step is not None and await store.use_totp_step(conn, account.id, step)


async def _failed(database: Database, account: Account | None, source: Source, what: str, *, now: Ms) -> None:
    """Counts for the address too, and goes into the audit log; an unknown login is not written down."""
    await guard.address_failed(database, source.address, now=now)
    nobody = Principal(
        account_id="anonymous", login="", name="", roles=frozenset(), permissions=frozenset(), source=source
    )
    async with database.transaction(ALL) as conn:
        await audit.append(
            conn,
            by=nobody,
            action="session.refused",
            object=account.id if account else "unknown",
            now=now,
            details={"wrong": what},
        )


def _factor(account: Account, attempt: Attempt, computer: str | None) -> str:
    if not account.totp:
        return "none"
    if computer:
        return "trusted_computer"
    return "recovery_code" if attempt.recovery_code else "totp"
