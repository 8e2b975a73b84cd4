"""`jietong import …`: histories of other systems."""

import asyncio
import contextlib
import getpass
import json
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from jietong.core.clock import SystemClock
from jietong.db.pool import Database
from jietong.imports import contacts, queue_log_file, source
from jietong.imports.model import Counts
from jietong.imports.places import place_of, zone_of
from jietong.imports.rejects import Rejects
from jietong.imports.writer import File

_err = Console(stderr=True, highlight=False, soft_wrap=True)

Site = Annotated[str, typer.Option(help="Whose history it is: the centre's own site, or a new name.")]
Zone = Annotated[str | None, typer.Option("--timezone", help="Of times without offset. Without it the site's own.")]
Client = Annotated[str | None, typer.Option(help="Of contacts of which the file does not say it.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the counts as JSON.")]
RejectsTo = Annotated[
    Path | None, typer.Option("--rejects", help="Where rejected rows go. Without it FILE.rejects.csv.")
]
Encoding = Annotated[str, typer.Option(help=f"Of the file: {' or '.join(source.ENCODINGS)}.")]


def commands(database: Callable[[], AbstractAsyncContextManager[Database]]) -> typer.Typer:
    """The sub-commands. `database` opens the centre's, and prints nothing on standard output."""
    cli = typer.Typer(help="In from elsewhere: histories of other systems.", no_args_is_help=True)

    @cli.command("contacts")
    def contacts_command(
        path: Annotated[Path, typer.Argument(metavar="FILE", help="A CSV file; its first line names the columns.")],
        site: Site = "main",
        timezone: Zone = None,
        client: Client = None,
        encoding: Encoding = "utf-8",
        rejects: RejectsTo = None,
        as_json: AsJson = False,
    ) -> None:
        """Import contacts, one a row. A row that cannot be true is rejected with its reason; a repeated import
        changes nothing. docs/reference/import-contacts.md tells of every column."""
        digest = source.digest(path)

        async def work(told: Callable[[int, int], None], log: Rejects) -> contacts.Done:
            async with database() as opened:
                place = await place_of(opened, site, client)
                zone = await zone_of(opened, site, timezone)
                file = File("contacts", path.name, digest, zone, _who())
                return await contacts.run(
                    opened, path, file, place, log, SystemClock(), encoding=encoding, progress=told, waiting=_waiting
                )

        with Rejects(rejects or path.with_name(path.name + ".rejects.csv")) as log, _bar(path.name) as told:
            done: contacts.Done = _run(work(told, log))
        if done.ignored:
            _err.print(f"These columns are not known and were left out: {', '.join(done.ignored)}.", markup=False)
        _tell(done.counts, log, as_json=as_json)

    @cli.command("queue-log")
    def queue_log_command(
        path: Annotated[Path, typer.Argument(metavar="FILE", help="A queue_log of Asterisk.")],
        site: Site = "main",
        timezone: Zone = None,
        client: Client = None,
        encoding: Encoding = "utf-8",
        rejects: RejectsTo = None,
        as_json: AsJson = False,
    ) -> None:
        """Import Asterisk's queue_log: calls with all their queues and agents, and the agents' time. A longer log of
        the same system may follow later. The times of the log are UTC; --timezone is the site's."""
        digest = source.digest(path)

        async def work(told: Callable[[int, int], None], log: Rejects) -> queue_log_file.Done:
            async with database() as opened:
                place = await place_of(opened, site, client)
                zone = await zone_of(opened, site, timezone)
                file = File("queue_log", path.name, digest, zone, _who())
                return await queue_log_file.run(
                    opened, path, file, place, log, SystemClock(), encoding=encoding, progress=told, waiting=_waiting
                )

        with Rejects(rejects or path.with_name(path.name + ".rejects.csv")) as log, _bar(path.name) as told:
            done: queue_log_file.Done = _run(work(told, log))
        if done.open:
            _err.print(f"{done.open:,} lines are of calls and states that had not ended: a longer log brings them.")
        _tell(done.counts, log, as_json=as_json, open=done.open, contacts=done.contacts, intervals=done.intervals)

    return cli


def _tell(counts: Counts, log: Rejects, *, as_json: bool, **more: object) -> None:
    if counts.rejected:
        _err.print(f"{counts.rejected:,} rejected, with the reason of each: {log.path}", markup=False)
    if as_json:
        print(json.dumps({**counts._asdict(), **more, "rejects": str(log.path) if counts.rejected else None}))
        return
    print(
        f"{counts.read:,} read: {counts.imported:,} imported, {counts.unchanged:,} unchanged, "
        f"{counts.rejected:,} rejected."
    )


def _waiting() -> None:
    _err.print("Another import into this site is at work; waiting for it …")


@contextlib.contextmanager
def _bar(name: str) -> Iterator[Callable[[int, int], None]]:
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=_err, transient=True) as bar:
        task = bar.add_task(name, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _who() -> str:
    with contextlib.suppress(OSError, KeyError, ImportError):
        return f"{getpass.getuser()} on the command line"
    return "command line"


def _run(work: Coroutine[Any, Any, Any]) -> Any:
    """Ctrl-C leaves whole batches behind; a repeated import goes on from there."""
    try:
        return asyncio.run(work)
    except KeyboardInterrupt:
        _err.print("Stopped. What was read is imported; the same command again does the rest.")
        sys.exit(130)
