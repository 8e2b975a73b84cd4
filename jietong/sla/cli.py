"""`jietong sla …`: contracts as files, how they stand, and statements held against the ledger."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from jietong.core.clock import SystemClock
from jietong.core.errors import Invalid, JietongError, NotFound
from jietong.db.pool import Database
from jietong.identity.model import SYSTEM
from jietong.metrics.warehouse import Warehouse
from jietong.sla import reading, store
from jietong.sla.nodes import Problem
from jietong.sla.service import Agreements
from jietong.sla.verify import Verified, verify

_out = Console(highlight=False, soft_wrap=True)
_err = Console(stderr=True, highlight=False, soft_wrap=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Period = Annotated[str | None, typer.Option(help="A month, e.g. 2026-07. Without it the present one.")]
FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="A contract in the format sla/v1.")]


def commands(
    database: Callable[[], AbstractAsyncContextManager[Database]], warehouse: Callable[[Database], Warehouse]
) -> typer.Typer:
    """The sub-commands. `database` opens the centre's, and prints nothing on standard output."""
    cli = typer.Typer(help="Service-level contracts.", no_args_is_help=True)

    def parts(opened: Database) -> Agreements:
        return Agreements(opened, warehouse(opened), SystemClock())

    @asynccontextmanager
    async def followed() -> AsyncIterator[Database]:
        """The database, its facts as far as its ledgers go: no centre may be running that makes them."""
        async with database() as opened:
            figures = warehouse(opened)
            for site in await figures.sites():
                await figures.follow(site)
            yield opened

    @cli.command("check")
    def check(
        path: FileArgument,
        facts: Annotated[bool, typer.Option(help="Hold its trunks against this centre's contacts as well.")] = False,
    ) -> None:
        """Read a contract file: errors with line, column and field, then traps. Exit code 1 when there are errors."""
        text = _text(path)
        found = reading.read(text, None)
        for fault in found.faults:
            _err.print(_place(path, fault), markup=False)
        if found.contract is None:
            raise typer.Exit(1)
        if facts:

            async def work() -> Any:
                async with followed() as opened:
                    return await parts(opened).check(SYSTEM, text, None)

            told = _run(work())
            _traps(told["warnings"])
            _out.print(f"Lines: {told['capacity']['texts']['en']}", markup=False)
        else:
            _traps(reading.traps(found.contract))
        _out.print(f"Sound. Digest {reading.digest(found.contract)}")

    @cli.command("apply")
    def apply(
        path: FileArgument,
        note: Annotated[str, typer.Option(help="What is new in this version.")] = "",
        propose: Annotated[bool, typer.Option(help="Propose it to both sides at once.")] = False,
    ) -> None:
        """Store a contract file as a draft: a new agreement, or the next version of the one of its name."""
        text = _text(path)
        contract = _sound(path, text)

        async def work() -> Any:
            async with database() as opened:
                contracts = parts(opened).contracts
                async with opened.read(SYSTEM.scope) as conn:
                    known = any(one.id == contract.name for one in await store.contracts(conn))
                if known:
                    made = await contracts.save_draft(SYSTEM, contract.name, text, None, note, None)
                else:
                    made = (await contracts.create(SYSTEM, text, None, note))["versions"][-1]
                if propose:
                    made = await contracts.propose(SYSTEM, contract.name, made["n"], note)
                return made

        made = _run(work())
        _out.print(f"{contract.name}: version {made['n']}, {made['state']}, from {made['start']}. {made['digest']}")

    @cli.command("list")
    def list_() -> None:
        """All agreements."""

        async def work() -> Any:
            async with database() as opened:
                return await parts(opened).listed(SYSTEM, None, None)

        table = Table(box=None)
        for heading in ("Agreement", "Client", "State", "Version", "From", "To"):
            table.add_column(heading)
        for one in _run(work()):
            table.add_row(
                one["id"], one["client"], one["state"], str(one["version"] or "–"), one["start"], one["end"]
            )
        _out.print(table)

    @cli.command("standing")
    def standing(id: str, period: Period = None, as_json: AsJson = False) -> None:
        """How an agreement stands: each objective, true access, what is needed, the money if settled now."""

        async def work() -> Any:
            async with followed() as opened:
                return await parts(opened).standing(SYSTEM, id, period)

        found = _run(work())
        if as_json:
            print(json.dumps(found, ensure_ascii=False))
            return
        _out.print(found["texts"]["en"], markup=False)
        table = Table(box=None)
        for heading in ("Objective", "Target", "So far", "n", "State", "Money", "Needed"):
            table.add_column(heading)
        for one in found["objectives"]:
            needed = one["needed"]["texts"]["en"] if one["needed"] else ""
            table.add_row(
                one["names"]["en"], _number(one["target"], one), _number(one["figure"]["value"], one),
                str(one["figure"]["n"]), one["verdict_texts"]["en"], one["money"] or "–", needed,
            )  # fmt: skip
        _out.print(table)
        _out.print(f"Payable if settled now: {found['money']['payable']} {found['money']['currency']}")
        _traps(found["traps"])
        _out.print(f"Lines: {found['capacity']['texts']['en']}", markup=False)

    @cli.command("backtest")
    def backtest(
        path: FileArgument,
        months: Annotated[int, typer.Option(min=1, max=36, help="How many past months.")] = 12,
        as_json: AsJson = False,
    ) -> None:
        """In how many of the past months the contract would have been met, and with what money."""
        text = _text(path)
        _sound(path, text)

        async def work() -> Any:
            async with followed() as opened:
                return await parts(opened).backtest(SYSTEM, text, None, months)

        found = _run(work())
        if as_json:
            print(json.dumps(found, ensure_ascii=False))
            return
        table = Table(box=None)
        for heading in ("Month", "Met", "Net", "Lines"):
            table.add_column(heading)
        for one in found["months"]:
            met = "no data" if not one["data"] else {True: "met", False: "missed", None: "–"}[one["met"]]
            lines = one["capacity"]["texts"]["en"] if one["capacity"] else "–"
            table.add_row(one["key"], met, one["money"]["net"] if one["money"] else "–", lines)
        _out.print(table)
        _traps(found["traps"])
        _out.print(found["texts"]["en"], markup=False)

    @cli.command("close")
    def close(id: str, period: Annotated[str, typer.Argument(metavar="MONTH", help="e.g. 2026-07")]) -> None:
        """Make a settled month's statement; a month closed twice gives the same one."""

        async def work() -> Any:
            async with followed() as opened:
                return await parts(opened).statements.close(SYSTEM, id, period)

        made = _run(work())
        _out.print(f"{made['number']}, {made['state']}. {made['headline']['en']}", markup=False)
        _out.print(made["digest"])

    @cli.command("verify")
    def verify_command(
        what: Annotated[
            str, typer.Argument(metavar="STATEMENT", help="A statement's number or id, or its JSON file.")
        ],
        as_json: AsJson = False,
    ) -> None:
        """Recompute a statement from the ledger's events and compare. Exit code 1 when anything differs."""

        async def work(told: Callable[[int, int], None]) -> Verified:
            async with followed() as opened:
                document, digest = await _document(opened, what)
                return await verify(opened, document, digest, warehouse=warehouse(opened), progress=told)

        with Progress(console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("Reading the ledger", total=None)
            found: Verified = _run(work(lambda done, total: bar.update(task, completed=done, total=total)))
        if as_json:
            print(json.dumps(found._asdict()))
        else:
            for difference in found.differences:
                _err.print(difference, markup=False)
            for fact in found.facts:
                _err.print(fact, markup=False)
            _out.print(found.sentence(), markup=False)
        if not found.sound:
            raise typer.Exit(1)

    return cli


async def _document(database: Database, what: str) -> tuple[dict[str, Any], str]:
    """A statement's document and the digest that it claims, from a file or the database."""
    path = Path(what)
    if path.suffix == ".json" or path.is_file():
        try:
            held = orjson.loads(path.read_bytes())
            return dict(held["statement"]), str(held["digest"])
        except FileNotFoundError as error:
            raise NotFound("no_such_file", f"There is no file {what}.") from error
        except (OSError, orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
            raise Invalid("not_a_statement", f"{what} is no statement as it is downloaded (JSON).") from error
    async with database.read(SYSTEM.scope) as conn:
        one = await store.statement(conn, what)
    return orjson.loads(one.document), one.digest


def _place(path: Path, fault: Problem) -> str:
    """One line: where it is, of which field, what is wrong."""
    message = " ".join(fault.message.split())
    return f"{path}:{fault.line}:{fault.column}: {fault.field or 'the document'}: {message}"


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except FileNotFoundError as error:
        _err.print(f"There is no file {path}.", markup=False)
        raise typer.Exit(1) from error
    except (OSError, UnicodeDecodeError) as error:
        _err.print(f"{path}: cannot be read as UTF-8 text ({error}).", markup=False)
        raise typer.Exit(1) from error


def _sound(path: Path, text: str) -> Any:
    found = reading.read(text, None)
    for fault in found.faults:
        _err.print(_place(path, fault), markup=False)
    if found.contract is None:
        raise typer.Exit(1)
    return found.contract


def _traps(found: list[dict[str, Any]]) -> None:
    for trap in found:
        _out.print(f"{trap['level']}: {trap['field']}: {trap['texts']['en']}", markup=False)


def _number(value: float | None, one: dict[str, Any]) -> str:
    if value is None:
        return "–"
    return f"{value * 100:.1f} %" if one["figure"]["unit"] == "ratio" else f"{value:.1f}"


def _run(work: Coroutine[Any, Any, Any]) -> Any:
    try:
        return asyncio.run(work)
    except JietongError as error:
        _err.print(error.detail, markup=False)
        sys.exit(1)
