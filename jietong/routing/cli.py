"""`jietong ledger verify` and `jietong ledger timeline`."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from importlib import metadata
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.progress import Progress

from jietong.core.clock import to_datetime
from jietong.core.events import kind
from jietong.core.inbox import Follower
from jietong.db import ledger
from jietong.db.pool import ALL, Database
from jietong.routing.engine import Engine
from jietong.routing.snapshots import Plan
from jietong.routing.verify import Verdict, verify

_out = Console(highlight=False, soft_wrap=True)


def commands(
    database: Callable[[], AbstractAsyncContextManager[Database]], followers: Callable[[], Sequence[Follower]]
) -> typer.Typer:
    """The sub-commands. `database` opens the centre's; `followers` are those that the writer's snapshots hold."""
    cli = typer.Typer(help="The ledger: proof and timelines.", no_args_is_help=True)

    @cli.command("verify")
    def verify_command(
        site: Annotated[str, typer.Option(help="Whose ledger.")] = "main",
        from_seq: Annotated[int, typer.Option(min=1, help="Prove the chain from this event on, replay nothing.")] = 1,
    ) -> None:
        """Recompute every digest, replay the engine, compare with the snapshots. Exit code 1: something is wrong."""

        async def work() -> Verdict:
            async with database() as opened:
                with Progress(console=Console(stderr=True), transient=True) as bar:
                    task = bar.add_task("Proving the ledger", total=None)
                    return await verify(
                        opened,
                        site,
                        Plan(Engine, Engine.load),
                        followers=followers(),
                        version=metadata.version("jietong"),
                        from_seq=from_seq,
                        progress=lambda done, total: bar.update(task, completed=done, total=total),
                    )

        verdict = asyncio.run(work())
        _out.print(verdict.sentence())
        if not verdict.good:
            raise typer.Exit(1)

    @cli.command("timeline")
    def timeline_command(
        subject: Annotated[str, typer.Argument(help="Id of a contact or of an agent.")],
        site: Annotated[str, typer.Option(help="Whose ledger.")] = "main",
        limit: Annotated[int, typer.Option(min=1, help="At most so many events, the earliest.")] = 1_000,
    ) -> None:
        """What happened to a contact, or what an agent did: every event, in order. Times are UTC."""

        async def work() -> list[ledger.Stored]:
            async with database() as opened, opened.read(ALL) as conn:
                of_contact = await ledger.timeline(conn, site, contact=subject, limit=limit)
                return of_contact or await ledger.timeline(conn, site, agent=subject, limit=limit)

        stored = asyncio.run(work())
        if not stored:
            _out.print(f"Nothing is known of `{subject}` on site `{site}`.")
            raise typer.Exit(1)
        for seq, event in stored:
            _out.print(_line(seq, event, subject), markup=False)

    return cli


def _line(seq: int, event: Any, subject: str) -> str:
    fields = msgspec.to_builtins(event)
    for name in ("type", "at"):
        fields.pop(name, None)
    told = "  ".join(f"{name}={value}" for name, value in fields.items() if value != subject)
    return f"{seq:>9}  {to_datetime(event.at):%Y-%m-%d %H:%M:%S.%f}"[:-3] + f"  {kind(event):<22} {told}"
