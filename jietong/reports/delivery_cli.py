"""`jietong report deliver` and `jietong report deliveries`: what is sent to whom, from the command line."""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.table import Table

from jietong.core.clock import to_datetime
from jietong.core.errors import Invalid, NotFound
from jietong.identity.model import SYSTEM
from jietong.reports.deliveries import Deliveries
from jietong.reports.delivery_model import REACHED, Delivery, DeliveryState, Schedule
from jietong.reports.delivery_schemas import delivery_out

Opened = Callable[[], AbstractAsyncContextManager[Deliveries]]
_out = Console(highlight=False, soft_wrap=True)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def add_commands(cli: typer.Typer, deliveries: Opened) -> None:
    """To the group `report`. `deliveries` opens the centre's, and prints nothing on standard output."""

    @cli.command("deliver")
    def deliver(
        schedule: Annotated[str, typer.Option("--now", help="A schedule's id or name: make and send it now.")],
        as_json: AsJson = False,
    ) -> None:
        """Make a schedule's report and send it to all its destinations. Exit code 1 when one has not got it."""

        async def work() -> list[Delivery]:
            async with deliveries() as parts:
                one = _named(await parts.schedules(SYSTEM), schedule)
                edition = await parts.deliver_now(SYSTEM, one.id)
                await parts.runner.once()
                # Another process of the centre may have taken it up.
                for _ in range(600):
                    found, _ = await parts.deliveries(SYSTEM, edition=edition.id, limit=500)
                    open_ = [item for item in found if item.state in (DeliveryState.WAITING, DeliveryState.SENDING)]
                    if not open_:
                        break
                    await asyncio.sleep(0.2)
                return [item for item in found if not item.notice]

        found = _run(work())
        _print(found, as_json=as_json)
        if any(one.state not in REACHED for one in found):
            raise typer.Exit(1)

    @cli.command("deliveries")
    def listed(
        schedule: Annotated[str | None, typer.Option(help="Only of this schedule, by id or name.")] = None,
        late: Annotated[bool, typer.Option("--late", help="Only those past their deadline and not there.")] = False,
        limit: Annotated[int, typer.Option(help="How many, latest first.", min=1, max=500)] = 50,
        as_json: AsJson = False,
    ) -> None:
        """What was sent, what waits, and what is late."""

        async def work() -> list[Delivery]:
            async with deliveries() as parts:
                id = None if schedule is None else _named(await parts.schedules(SYSTEM), schedule).id
                found, _ = await parts.deliveries(SYSTEM, schedule=id, late=late, limit=limit)
                return found

        _print(_run(work()), as_json=as_json)


def _named(all_of_them: list[Schedule], wanted: str) -> Schedule:
    found = [one for one in all_of_them if one.id == wanted] or [
        one for one in all_of_them if one.spec.name == wanted
    ]
    if not found:
        names = ", ".join(one.spec.name for one in all_of_them[:10]) or "none"
        raise NotFound("no_such_schedule", f"There is no schedule {wanted!r}. There are: {names}.")
    if len(found) > 1:
        raise Invalid("ambiguous", f"Several schedules are called {wanted!r}: give an id.")
    return found[0]


def _print(found: list[Delivery], *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(orjson.dumps([delivery_out(one).model_dump(mode="json") for one in found]).decode() + "\n")
        return
    table = Table("Of", "Report", "To", "DeliveryState", "Deadline", "Tries", "Last answer", box=None)
    for one in found:
        answer = one.attempts[-1]["answer"] if one.attempts else one.error
        table.add_row(
            _local(one.at),
            one.title + (f" ({one.edition_n})" if one.edition_n > 1 else ""),
            f"{one.destination_name} ({one.way})",
            str(one.state),
            _local(one.deadline),
            str(len(one.attempts)),
            answer,
        )
    _out.print(table)


def _local(at: int) -> str:
    moment: datetime = to_datetime(at).astimezone()
    return f"{moment:%Y-%m-%d %H:%M}"


def _run(work: Coroutine[Any, Any, list[Delivery]]) -> list[Delivery]:
    return asyncio.run(work)
