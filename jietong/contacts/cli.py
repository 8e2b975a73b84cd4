"""`jietong contacts …`: make the contact records again from the ledger, or hold them against it."""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress

from jietong.contacts.projector import ContactsProjector
from jietong.contacts.verify import Verdict
from jietong.contacts.verify import verify as hold_against_ledger
from jietong.core.errors import JietongError
from jietong.db import ledger
from jietong.db.pool import ALL, Database

_out = Console(highlight=False, soft_wrap=True)

Site = Annotated[str, typer.Option(help="The site.")]


def commands(database: Callable[[], AbstractAsyncContextManager[Database]]) -> typer.Typer:
    """The sub-commands. `database` opens the centre's."""
    cli = typer.Typer(help="The contact records, which are made from the ledger.", no_args_is_help=True)

    @cli.command("rebuild")
    def rebuild_command(site: Site = "main") -> None:
        """Empty the contact records and make them again from the whole ledger. Notes and corrections stay."""

        async def work() -> int:
            events = 0
            async with database() as opened:
                end = await _end(opened, site)
                with Progress(console=Console(stderr=True), transient=True) as bar:
                    task = bar.add_task("Rebuilding", total=end)
                    async for progress in ContactsProjector(opened, site).rebuild():
                        events += progress.events
                        bar.update(task, completed=progress.seq)
            return events

        _out.print(f"Rebuilt from {_run(work()):,} events.")

    @cli.command("verify")
    def verify_command(site: Site = "main") -> None:
        """Fold the whole ledger afresh and compare every record, stay and interval. Exit code 1 when any differs."""

        async def work() -> Verdict:
            async with database() as opened:
                with Progress(console=Console(stderr=True), transient=True) as bar:
                    task = bar.add_task("Verifying", total=await _end(opened, site))
                    return await hold_against_ledger(opened, site, lambda seq: bar.update(task, completed=seq))

        verdict: Verdict = _run(work())
        _out.print(verdict.sentence())
        if not verdict.sound:
            raise typer.Exit(1)

    return cli


async def _end(database: Database, site: str) -> int:
    async with database.read(ALL) as conn:
        return (await ledger.head(conn, site)).seq


def _run(work: Coroutine[Any, Any, Any]) -> Any:
    try:
        return asyncio.run(work)
    except JietongError as error:
        Console(stderr=True, highlight=False).print(error.detail, markup=False)
        sys.exit(1)
