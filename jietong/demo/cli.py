"""`jietong demo`: simulated customers and agents at a demonstration centre; `jietong demo history`: its past."""

import asyncio
import contextlib
import signal
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from jietong import config
from jietong.core.clock import SystemClock
from jietong.core.errors import Forbidden
from jietong.db.pool import Database
from jietong.demo import history
from jietong.demo.driver import Simulation
from jietong.imports.model import Counts

console = Console(highlight=False)


def commands(database: Callable[[], AbstractAsyncContextManager[Database]]) -> typer.Typer:
    """`demo` itself and its sub-command. `database` opens the centre's."""
    cli = typer.Typer(help=(demo.__doc__ or "").split("\n\n")[0], invoke_without_command=True)
    cli.callback()(demo)

    @cli.command("history")
    def history_command(
        days: Annotated[
            int, typer.Option(min=1, max=1000, help="So many whole days, up to yesterday.")
        ] = history.DAYS,
        seed: Annotated[int, typer.Option(help="The same seed, the same days.")] = 1,
    ) -> None:
        """Give the centre a made-up past, for reports and contracts to tell of. Marked as simulated for ever."""

        async def work() -> Counts:
            async with database() as opened:
                with Progress(console=Console(stderr=True), transient=True) as bar:
                    task = bar.add_task("Making a past", total=None)
                    return await history.make(
                        opened,
                        SystemClock(),
                        days,
                        seed,
                        lambda done, total: bar.update(task, completed=done, total=total),
                    )

        counts = asyncio.run(work())
        console.print(f"{counts.imported:,} contacts made, {counts.unchanged:,} were there already.")

    return cli


def demo(
    context: typer.Context,
    rate: Annotated[float, typer.Option(help="Customers a minute.")] = 6.0,
    agents: Annotated[int, typer.Option(help="Simulated agents with an open desk; 0: only real ones serve.")] = 8,
    seed: Annotated[int, typer.Option(help="The same seed, the same customers.")] = 1,
    duration: Annotated[float | None, typer.Option(help="Seconds; without it until Ctrl-C.")] = None,
    url: Annotated[str | None, typer.Option(help="The centre; the one of the settings by default.")] = None,
    speed: Annotated[float, typer.Option(help="Simulated seconds per second.")] = 1.0,
    key: Annotated[str | None, typer.Option(help="Demonstration key; read from JIETONG_HOME by default.")] = None,
) -> None:
    """Let simulated customers and agents use a demonstration centre, so that its screens live.

    They come in by the web chat and work at desks like everybody else. Their contacts are marked as simulated for
    ever and can be filtered out of every list.
    """
    if context.invoked_subcommand is not None:
        return
    settings = config.load()
    if key is None:
        path = settings.home / "demo.key"
        if not path.is_file():
            raise Forbidden(
                "demo_key", f"No demonstration key at {path}: only a demonstration centre takes simulated contacts."
            )
        key = path.read_text(encoding="ascii").strip()
    simulation = Simulation(
        url or f"http://{settings.host}:{settings.port}",
        key,
        rate_per_min=rate,
        agents=agents,
        seed=seed,
        speed=speed,
    )
    asyncio.run(_run(simulation, duration))


async def _run(simulation: Simulation, duration: float | None) -> None:
    work = asyncio.ensure_future(simulation.run(duration))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, work.cancel)
    console.print("Simulated customers and agents. Ctrl-C stops them.", style="dim")
    with console.status("…") as status:
        telling = asyncio.ensure_future(_tell(simulation, status.update))
        with contextlib.suppress(asyncio.CancelledError):
            await work
        telling.cancel()
    console.print(f"Done: {simulation.tally}")


async def _tell(simulation: Simulation, say: Callable[[str], None]) -> None:
    while True:
        say(f"{simulation.present} customers in the centre · {simulation.tally}")
        await asyncio.sleep(1)
