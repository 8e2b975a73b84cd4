"""`jietong recordings …`: verify what lies in the vault, see and run retention, rotate keys, check certificates."""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.progress import Progress

from jietong.core.clock import SystemClock, to_datetime
from jietong.core.errors import Invalid, JietongError
from jietong.db.pool import ALL, Database
from jietong.identity import audit
from jietong.identity.model import SYSTEM
from jietong.recordings import keys, service, store
from jietong.recordings.certificate import faults
from jietong.recordings.deletion import Deletion
from jietong.recordings.keys import MasterKeys
from jietong.recordings.model import Run
from jietong.recordings.retention import Due, Retention
from jietong.recordings.service import FOLDER, KEYS, Checked
from jietong.routing import service as setup

_out = Console(highlight=False, soft_wrap=True)
_clock = SystemClock()


def commands(database: Callable[[], AbstractAsyncContextManager[Database]], home: Callable[[], Path]) -> typer.Typer:
    """The sub-commands. `database` opens the centre's, `home` is its folder."""
    cli = typer.Typer(help="Recordings: the vault, retention, keys, certificates.", no_args_is_help=True)

    @cli.command("verify")
    def verify(
        client: Annotated[str | None, typer.Option(help="Only this client's.")] = None,
    ) -> None:
        """Decrypt every recording and compare checksums. Exit code 1 when any is damaged or gone."""

        async def work() -> list[Checked]:
            found: list[Checked] = []
            async with database() as opened:
                with Progress(console=Console(stderr=True), transient=True) as bar:
                    task = bar.add_task("Verifying", total=None)
                    after = ""
                    while True:
                        async with opened.read(ALL) as conn:
                            page = await store.page(conn, after, 50, client)
                        if not page:
                            return found
                        for one in page:
                            found.append(await service.check(opened, _clock, home(), one))
                            bar.update(task, completed=len(found))
                        after = page[-1].id

        checked: list[Checked] = _run(work())
        bad = [one for one in checked if one.fault]
        for one in bad:
            _out.print(f"{one.id} ({one.client}): {one.fault}", markup=False)
        size = sum(one.bytes for one in checked) / 1e6
        _out.print(f"{len(checked):,} recordings, {size:,.1f} MB: {len(bad):,} damaged.")
        if bad:
            raise typer.Exit(1)

    @cli.command("retention")
    def retention(
        dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what it would do, and do nothing.")] = False,
    ) -> None:
        """Delete what is past its time and not on legal hold, as the daily run does; one that was cut off goes on."""

        async def work() -> Due | Run:
            async with database() as opened:
                site = (await setup.site(opened)).spec
                deletion = Deletion(opened, _clock, home() / FOLDER)
                job = Retention(opened, _clock, lambda: site, deletion)
                return await (job.due() if dry_run else job.run())

        done: Due | Run = _run(work())
        if isinstance(done, Due):
            _out.print(
                f"{done.recordings:,} recordings ({done.bytes / 1e6:,.1f} MB) are past their time and would be "
                f"deleted; {done.held:,} more are kept by a legal hold."
            )
            return
        _out.print(
            f"{done.day}: {done.deleted:,} recordings deleted ({done.bytes / 1e6:,.1f} MB), "
            f"{done.held:,} kept by a legal hold, {done.failed:,} failed."
        )
        if done.failed:
            raise typer.Exit(1)

    @cli.command("verify-certificate")
    def verify_certificate(
        file: Annotated[Path, typer.Argument(help="A deletion certificate as it was handed out.")],
    ) -> None:
        """Hold a deletion certificate against the audit log and its chain. Exit code 1 when it does not hold."""
        try:
            content = orjson.loads(file.read_bytes())
        except (OSError, orjson.JSONDecodeError) as error:
            raise Invalid("bad_file", f"{file} cannot be read as JSON: {error}.") from error

        async def work() -> list[str]:
            async with database() as opened:
                return await _certificate_faults(opened, content, home() / FOLDER)

        found: list[str] = _run(work())
        for one in found:
            _out.print(f"It does not hold: {one}.", markup=False)
        if found:
            raise typer.Exit(1)
        certificate = content["certificate"]
        _out.print(
            f"It holds: recording {certificate['recording']} was deleted at {certificate['deleted']} "
            f"({certificate['why']}, by {certificate['by']['name']}), audit entry {content['audit']['seq']}.",
            markup=False,
        )

    @cli.command("rotate-keys")
    def rotate_keys(
        data_keys: Annotated[
            bool, typer.Option("--data-keys", help="Also use new data keys for what is recorded from now on.")
        ] = False,
    ) -> None:
        """Make a new master key, wrap every data key with it, destroy the old one. Recordings are not rewritten."""

        async def work() -> keys.Rotation:
            masters = MasterKeys(home() / KEYS)
            async with database() as opened:
                now = _clock.now()
                async with opened.transaction(ALL) as conn:
                    made = await keys.rewrap(conn, masters, now, new_data_keys=data_keys)
                    details = {"master": made, "data_keys": data_keys}
                    action = "recording.keys_rotated"
                    await audit.append(conn, by=SYSTEM, action=action, object=made, now=now, details=details)
                async with opened.transaction(ALL) as conn:
                    return await keys.drop_unused(conn, masters)

        done: keys.Rotation = _run(work())
        _out.print(
            f"{done.wrapped:,} data keys are wrapped by master key {done.master}; "
            f"{len(done.destroyed):,} older destroyed. Back up {home() / KEYS} now.",
            markup=False,
        )

    @cli.command("shred")
    def shred(
        client: Annotated[str, typer.Argument(help="The client's id.")],
        reason: Annotated[str, typer.Option(help="Why; it stays in every certificate.")],
        yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    ) -> None:
        """Delete all recordings of a client with certificates, and destroy its keys, so that backups are void too."""
        if not yes:
            typer.confirm(f"All recordings of {client} will be gone for good. Go on?", abort=True)

        async def work() -> int:
            async with database() as opened:
                deletion = Deletion(opened, _clock, home() / FOLDER)
                return await service.shred(opened, _clock, home(), deletion, client, reason, SYSTEM)

        _out.print(f"{_run(work()):,} recordings of {client} deleted, its keys destroyed.", markup=False)

    @cli.command("status")
    def status() -> None:
        """What lies in the vault, what waits to be taken in, and the last runs of retention."""

        async def work() -> service.Overview:
            async with database() as opened, opened.read(ALL) as conn:
                now = _clock.now()
                pending, since, stuck = await store.backlog(conn)
                due = Due(now, *await store.overdue_counts(conn, now))
                return service.Overview(
                    await store.totals(conn),
                    pending,
                    since,
                    stuck,
                    due,
                    await store.runs(conn, 7),
                    await store.missing(conn, 20),
                )

        found: service.Overview = _run(work())
        for one in found.totals:
            _out.print(
                f"{one['client']}: {one['recordings']:,} recordings, {one['bytes'] / 1e6:,.1f} MB, "
                f"{one['damaged']:,} damaged.",
                markup=False,
            )
        waits = f" since {to_datetime(found.pending_since):%Y-%m-%d %H:%M} UTC" if found.pending_since else ""
        _out.print(f"{found.pending:,} wait to be taken in{waits}, {found.stuck:,} of them in trouble.")
        for gone in found.missing:
            _out.print(f"{gone.recording} of contact {gone.contact} is missing: {gone.why}.", markup=False)
        for run in found.runs:
            how = "done" if run.ended_at else "cut off"
            _out.print(f"{run.day}: {run.deleted:,} deleted, {run.held:,} held, {run.failed:,} failed ({how}).")

    return cli


async def _certificate_faults(database: Database, content: Any, folder: Path) -> list[str]:
    """The certificate itself, the whole chain it stands in, and that the recording is really gone."""
    named = content.get("audit") if isinstance(content, dict) else None
    seq = named.get("seq") if isinstance(named, dict) else None
    async with database.read(ALL) as conn:
        await conn.execute("SET LOCAL statement_timeout = 0")
        entry = None
        if isinstance(seq, int):
            newest = await audit.entries(conn, before=seq + 1, limit=1)
            entry = newest[0] if newest and newest[0].seq == seq else None
        found = faults(content, entry)
        verdict = await audit.verify(conn)
        if not verdict.sound:
            found.append(f"the audit log is broken at entry {verdict.broken_at}: {verdict.reason}")
        one = await store.recording(conn, content["certificate"]["recording"]) if not found else None
    if one is not None and (one.state != "deleted" or any((folder / track.path).exists() for track in one.tracks)):
        found.append("the recording is still there")
    return found


def _run(work: Coroutine[Any, Any, Any]) -> Any:
    try:
        return asyncio.run(work)
    except JietongError as error:
        Console(stderr=True, highlight=False).print(error.detail, markup=False)
        sys.exit(1)
