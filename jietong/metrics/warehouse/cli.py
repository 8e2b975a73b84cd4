"""`jietong history …`: which days lie in files, write those that are over, hold files against the database."""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from jietong.core.errors import JietongError
from jietong.metrics.warehouse.service import Warehouse

_out = Console(highlight=False, soft_wrap=True)
_err = Console(stderr=True, highlight=False)

Opened = Callable[[], AbstractAsyncContextManager[Warehouse]]
Site = Annotated[str | None, typer.Option(help="The site; without it, all.")]


def commands(warehouse: Opened) -> typer.Typer:
    """The sub-commands. `warehouse` opens the centre's."""
    cli = typer.Typer(help="Closed days of facts in files, a copy that is faster to read.", no_args_is_help=True)

    @cli.command("status")
    def status_command(
        site: Site = None, days: Annotated[bool, typer.Option("--days", help="Each day.")] = False
    ) -> None:
        """Days, rows and size of what lies in files, and which of it is waiting to be written anew."""

        async def work() -> None:
            table = Table(box=None, pad_edge=False)
            for heading in ("site", "day" if days else "days", "from", "to", "rows", "MB", "version", "state"):
                table.add_column(heading, justify="right" if heading in ("rows", "MB", "version") else "left")
            async with warehouse() as opened:
                for one in [site] if site is not None else await opened.sites():
                    known = await opened.days(one)
                    for some in [[day] for day in known] if days else [known]:
                        old = sum(not day.current for day in some)
                        table.add_row(
                            one,
                            some[0].day.isoformat() if days else f"{len(some):,}",
                            some[0].day.isoformat() if some else "–",
                            some[-1].day.isoformat() if some else "–",
                            f"{sum(day.rows for day in some):,}",
                            f"{sum(day.bytes for day in some) / 1e6:,.2f}",
                            str(max((day.version for day in some), default=0)),
                            f"{old:,} to be written anew" if old else "current",
                        )
            _out.print(table)

        _run(work())

    @cli.command("close")
    def close_command(site: Site = None) -> None:
        """Write now every day that is over and has no current files."""

        async def work() -> None:
            async with warehouse() as opened:
                for one in [site] if site is not None else await opened.sites():
                    await opened.zone(one)
                    await opened.follow(one)
                    with Progress(console=_err, transient=True) as bar:
                        task = bar.add_task(f"Writing {one}", total=None)
                        done = await opened.close(
                            one,
                            settled=False,
                            told=lambda day: bar.update(task, description=f"Writing {day}"),  # noqa: B023
                        )
                    left = f"; {done.left:,} days still change and are left" if done.left else ""
                    _out.print(f"{one}: {done.days:,} days with {done.rows:,} rows were written{left}.")

        _run(work())

    @cli.command("verify")
    def verify_command(site: Site = None) -> None:
        """Hold every file against the database, row by row. Exit code 1 when any differs."""

        async def work() -> bool:
            sound = True
            async with warehouse() as opened:
                for one in [site] if site is not None else await opened.sites():
                    total = len([day for day in await opened.days(one) if day.current])
                    with Progress(console=_err, transient=True) as bar:
                        task = bar.add_task(f"Verifying {one}", total=total)
                        found = await opened.prove(one, lambda day: bar.advance(task))  # noqa: B023
                    _out.print(f"{one}: {found.sentence()}", markup=False)
                    sound &= found.sound
            return sound

        if not _run(work()):
            raise typer.Exit(1)

    return cli


def _run(work: Coroutine[Any, Any, Any]) -> Any:
    try:
        return asyncio.run(work)
    except JietongError as error:
        _err.print(error.detail, markup=False)
        sys.exit(1)
