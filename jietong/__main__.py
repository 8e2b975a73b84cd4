"""The command line: `jietong serve`, `jietong ledger verify`, …"""

import asyncio
import logging
import os
import sys
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import click
import structlog
import typer
import uvloop
from rich.console import Console
from rich.table import Table

from jietong import config
from jietong.channels.asterisk import cli as voice
from jietong.contacts import cli as contacts
from jietong.core.clock import SystemClock
from jietong.core.errors import JietongError
from jietong.db.pool import Database
from jietong.demo import cli as demo
from jietong.flows import cli as flows
from jietong.identity import cli as identity
from jietong.imports import cli as imports
from jietong.metrics.warehouse import Warehouse
from jietong.metrics.warehouse import cli as history
from jietong.recordings import cli as recordings
from jietong.reports import cli as reports
from jietong.reports import delivery_cli as deliveries
from jietong.reports.deliveries import Deliveries
from jietong.reports.service import Reports
from jietong.routing import cli as routing
from jietong.sla import cli as agreements
from jietong.workforce import sizing_cli as sizing
from jietong.workforce.forecast import cli as forecasts
from jietong.workforce.roster import cli as rosters
from jietong.workforce.schedule import cli as schedules
from jietong.workforce.simulation import cli as simulations

if TYPE_CHECKING:
    from jietong.app import Centre
    from jietong.core.inbox import Follower

# The whole application takes seconds to load: commands that need it load it when they run.

cli = typer.Typer(
    name="jietong",
    help="Jietong 接通: an open operations platform for contact centres.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
console = Console(highlight=False)
_WRONG_USE: tuple[Any, ...] = (click.ClickException, *typer.BadParameter.mro()[1:3])
"""Later versions of typer bring a click of their own, with a `UsageError` and a `ClickException` of its own."""

_INTERRUPTED = 130


@cli.callback()
def settings_of(context: typer.Context) -> None:
    """Settings come from the environment (JIETONG_HOME, JIETONG_PORT, JIETONG_DSN …) and one TOML file."""
    context.obj = None


@cli.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Where to listen; JIETONG_HOST.")] = None,
    port: Annotated[int | None, typer.Option(help="Where to listen; JIETONG_PORT.")] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log more than warnings.")] = False,
) -> None:
    """Start the centre and serve it until Ctrl-C. An empty database gets the demonstration centre once."""
    from jietong import app

    _logging(verbose=verbose)
    settings = config.load()
    settings = replace(settings, host=host or settings.host, port=port or settings.port)
    _run(app.serve(settings, report=lambda text: console.print(text, style="dim"), ready=_ready))


def _database() -> AbstractAsyncContextManager[Database]:
    from jietong import app

    return app.database_of(config.load(), report=lambda text: console.print(text, style="dim"))


def _quiet_database() -> AbstractAsyncContextManager[Database]:
    """For commands whose output is for programs: what is told meanwhile goes to standard error."""
    from jietong import app

    return app.database_of(config.load(), report=lambda text: print(text, file=sys.stderr))


def _followers() -> "Sequence[Follower]":
    from jietong import app

    return app.followers()


def _warehouse(database: Database) -> Warehouse:
    from jietong.app.figures import warehouse_of

    return warehouse_of(config.load(), database, SystemClock())


@asynccontextmanager
async def _opened_warehouse() -> AsyncIterator[Warehouse]:
    async with _quiet_database() as database:
        warehouse = _warehouse(database)
        try:
            yield warehouse
        finally:
            await warehouse.stop()


@asynccontextmanager
async def _opened_deliveries() -> AsyncIterator[Deliveries]:
    from jietong.app.figures import deliveries_of

    async with _quiet_database() as database:
        warehouse = _warehouse(database)
        try:
            clock = SystemClock()
            yield deliveries_of(config.load(), database, Reports(database, warehouse, clock), clock)
        finally:
            await warehouse.stop()


cli.add_typer(identity.staff, name="staff")
cli.add_typer(identity.audit, name="audit")
cli.add_typer(routing.commands(_database, _followers), name="ledger")
cli.add_typer(contacts.commands(_database), name="contacts")
cli.add_typer(imports.commands(_quiet_database), name="import")
cli.add_typer(recordings.commands(_database, lambda: config.load().home), name="recordings")
cli.add_typer(flows.commands(_database), name="flow")
cli.add_typer(voice.commands(config.load), name="voice")
cli.add_typer(history.commands(_opened_warehouse), name="history")
report = reports.commands(_opened_warehouse)
deliveries.add_commands(report, _opened_deliveries)
cli.add_typer(report, name="report")
cli.add_typer(agreements.commands(_quiet_database, _warehouse), name="sla")
cli.add_typer(schedules.commands(_database), name="schedule")
cli.add_typer(demo.commands(_quiet_database), name="demo")
cli.command("size")(sizing.size)
cli.command("forecast")(forecasts.forecast)
cli.command("roster")(rosters.roster)
cli.command("simulate")(simulations.simulate)


@cli.command()
def migrate() -> None:
    """Bring the database to this version's schema and stop. `serve` does this by itself."""

    async def work() -> None:
        async with _database():
            console.print("The database is up to date.")

    _run(work())


def _ready(centre: "Centre") -> None:
    if centre.sign_ins:
        table = Table(title="Demonstration accounts (also on the sign-in page)", title_justify="left", box=None)
        for heading in ("Name", "Role", "Sign-in", "Password"):
            table.add_column(heading, style="dim" if heading == "Role" else "")
        for line in centre.sign_ins:
            table.add_row(line.name, ", ".join(line.roles), line.login, line.password)
        console.print(table)
    if centre.runtime.role == "standby":
        console.print(f"Standing by at {centre.url}: another process of this centre serves.")
        return
    console.print(f"\nJietong 接通 serves at [bold]{centre.url}[/bold]", highlight=False)
    if centre.demo:
        console.print(f"A customer's page: {centre.url}/chat?widget=repair", highlight=False)
    console.print("Ctrl-C stops it.", style="dim")


def _logging(*, verbose: bool) -> None:
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO if verbose else logging.WARNING),
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            structlog.dev.ConsoleRenderer() if sys.stderr.isatty() else structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def _run(work: Coroutine[object, object, None]) -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(work)


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the command and exits. Every failure a user can act on is one line and a non-zero exit."""
    try:
        code = cli(arguments, prog_name="jietong", standalone_mode=False)
        if code == _INTERRUPTED:  # typer's word for Ctrl-C
            _say("stopped.")
    except _WRONG_USE as error:
        code = _wrong_use(error)
    except (click.Abort, typer.Abort, KeyboardInterrupt):
        _say("stopped.")
        code = _INTERRUPTED
    except JietongError as error:
        _say(error.detail)
        code = 1
    except BrokenPipeError:  # whoever read the output has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 1
    except OSError as error:
        if error.strerror is None:
            raise
        _say(f"{error.filename}: {error.strerror.lower()}." if error.filename else f"{error.strerror}.")
        code = 1
    sys.exit(code if isinstance(code, int) else 0)


def _wrong_use(error: Any) -> int:
    """What was typed cannot be understood; a bare name of a group asks for its help."""
    if type(error).__name__ == "NoArgsIsHelpError":
        error.show()
    else:
        text = error.format_message().strip().rstrip(".")
        text += "" if text.endswith("?") else "."
        context = getattr(error, "ctx", None)
        _say(f"{text} See {context.command_path} --help." if context is not None else text)
    return int(error.exit_code)


def _say(text: str) -> None:
    print("jietong:", " ".join(text.split()), file=sys.stderr)


if __name__ == "__main__":
    main()
