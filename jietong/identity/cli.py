"""`jietong staff` and `jietong audit`: for the first administrator, a locked door, and whoever checks the books."""

import asyncio
import secrets
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Annotated, NoReturn, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from jietong import config
from jietong.core.clock import SystemClock
from jietong.core.errors import JietongError
from jietong.db.embedded import EmbeddedServer
from jietong.db.pool import ALL, Database
from jietong.identity import audit as audit_log
from jietong.identity import service, store
from jietong.identity.model import SYSTEM, Account, Language
from jietong.identity.permissions import Role
from jietong.identity.rules import within

staff = typer.Typer(help="Accounts of staff.", no_args_is_help=True)
audit = typer.Typer(help="The audit log.", no_args_is_help=True)
_out = Console()
_clock = SystemClock()
T = TypeVar("T")


@staff.command("add")
def add(
    login: Annotated[str, typer.Argument(help="What the person signs in with, usually an e-mail address.")],
    name: Annotated[str, typer.Option(help="The person's name.")],
    role: Annotated[list[Role], typer.Option(help="A role; give it several times for several roles.")],
    client: Annotated[
        list[str] | None, typer.Option(help="Id of a client the account is limited to; none: all clients.")
    ] = None,
    language: Annotated[Language, typer.Option(help="Of the screens.")] = Language.ZH_HANS,
) -> None:
    """Makes an account; asks for its password, or reads it from standard input."""
    password = _ask_password()

    async def work(database: Database) -> Account:
        fields = service.AccountFields(login, name, frozenset(role), tuple(client) if client else None, language)
        async with database.transaction(ALL) as conn:
            return await service.add_account(conn, fields, now=_clock.now(), password=password)

    account = _run(work)
    _out.print(f"{account.name} can sign in as [bold]{account.login}[/bold].", highlight=False)


@staff.command("password")
def password(
    login: Annotated[str, typer.Argument(help="Of the account.")],
    drop_second_factor: Annotated[
        bool, typer.Option("--drop-second-factor", help="Also take the authenticator app off the account.")
    ] = False,
) -> None:
    """Gives a new password, lifts a lock and ends the account's sessions."""
    chosen = _ask_password()

    async def work(database: Database) -> Account:
        async with database.read(ALL) as conn:
            account = await store.find(conn, login)
        if account is None:
            raise store.unknown()
        now = _clock.now()
        await service.set_password(database, account.id, chosen, by=SYSTEM, now=now)
        if drop_second_factor:
            await service.reset_totp(database, account.id, by=SYSTEM, now=now)
        return account

    account = _run(work)
    _out.print(f"{account.name} has a new password; all sessions have ended.", highlight=False)


@staff.command("list")
def list_(client: Annotated[str | None, typer.Option(help="Only accounts limited to this client.")] = None) -> None:
    """All accounts."""

    async def work(database: Database) -> list[Account]:
        found: list[Account] = []
        after: str | None = None
        while True:
            async with database.read(ALL) as conn:
                page, after = await service.list_accounts(conn, by=SYSTEM, after=after, limit=500, q=None)
            found += page
            if after is None:
                return found

    table = Table("Login", "Name", "Roles", "Clients", "Second factor", "State", "Last sign-in")
    for account in _run(work):
        if client is not None and not within(account.clients, (client,)):
            continue
        table.add_row(
            account.login,
            account.name,
            ", ".join(sorted(account.roles)),
            "all" if account.clients is None else ", ".join(account.clients),
            "yes" if account.totp else "no",
            "closed" if not account.active else "demonstration" if account.demo else "active",
            account.last_sign_in_at.isoformat(timespec="minutes") if account.last_sign_in_at else "never",
        )
    _out.print(table)


@audit.command("verify")
def verify() -> None:
    """Computes the chain of the audit log again; exit code 1 when it does not hold."""

    async def work(database: Database) -> audit_log.Verdict:
        async with database.read(ALL) as conn:
            # A long log takes longer than a web request may.
            await conn.execute("SET LOCAL statement_timeout = 0")
            return await audit_log.verify(conn)

    verdict = _run(work)
    if not verdict.sound:
        _fail(f"The audit log is broken at entry {verdict.broken_at}: {verdict.reason}.")
    _out.print(
        f"The audit log is sound: {verdict.entries} entries, last digest {verdict.digest}",
        highlight=False,
        soft_wrap=True,
    )


def _ask_password() -> str:
    """From the terminal, twice and unseen; else the first line of standard input. Empty at the terminal: made up."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    given: str = typer.prompt(
        "Password (empty: one is made up)",
        default="",
        show_default=False,
        hide_input=True,
        confirmation_prompt="Once more",
    )
    if not given:
        given = secrets.token_urlsafe(12)
        _out.print(f"Password: [bold]{given}[/bold]", highlight=False)
    return given


def _run(work: Callable[[Database], Awaitable[T]]) -> T:
    """Does the work on the settings' database; an error becomes one line and exit code 1."""

    async def run() -> T:
        async with _database() as database:
            return await work(database)

    try:
        return asyncio.run(run())
    except JietongError as error:
        _fail(error.detail)


def _fail(line: str) -> NoReturn:
    typer.secho(line, err=True, fg=typer.colors.RED)
    raise typer.Exit(1)


@asynccontextmanager
async def _database() -> AsyncIterator[Database]:
    """The centre's database, its embedded server started (or joined) when it has one of its own."""
    from jietong.db.migrate import migrate  # takes as long to load as all other commands together

    settings = config.load()
    async with AsyncExitStack() as stack:
        dsn = settings.dsn
        if dsn is None:
            server = EmbeddedServer(settings.home, bin=settings.pg_bin)
            stack.push_async_callback(asyncio.to_thread, server.stop)
            await asyncio.to_thread(server.start)
            dsn = server.dsn
        await migrate(dsn)
        database = Database(dsn, size=2)
        stack.push_async_callback(database.close)
        await database.open()
        yield database
