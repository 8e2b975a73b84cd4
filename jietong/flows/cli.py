"""`jietong flow check` and `jietong flow run`: a flow looked at, and walked through, in the terminal."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from jietong.core.errors import Invalid, NotFound
from jietong.db.pool import ALL, Database
from jietong.flows import acts as a
from jietong.flows import model, store, validator
from jietong.flows.faults import Fault
from jietong.flows.host import Ending
from jietong.flows.runner import Runner
from jietong.flows.surroundings import Surroundings
from jietong.flows.walk import Terminal

_out = Console(highlight=False, soft_wrap=True)
_STYLES = {"say": "bold", "ask": "cyan", "step": "dim", "note": "green"}


def commands(database: Callable[[], AbstractAsyncContextManager[Database]]) -> typer.Typer:
    """The sub-commands. `database` opens the centre's, for a flow that is named by its id."""
    cli = typer.Typer(help="Flows: check one, walk through one.", no_args_is_help=True)

    @cli.command("check")
    def check_command(
        flow: Annotated[str, typer.Argument(help="A file, or the id of a flow of this centre.")],
        lang: Annotated[str, typer.Option(help="Of the messages: zh-Hans, zh-Hant, en.")] = "en",
    ) -> None:
        """Every fault at its node. Exit code 1: there are errors."""
        _language(lang)
        found, around = _load(flow, database)
        faults = validator.check(found, around)
        for fault in faults:
            _out.print(_line(found, fault, lang), markup=False)
        wrong = len(validator.errors(faults))
        _out.print(f"{found.id}: {len(found.nodes)} nodes, {wrong} errors, {len(faults) - wrong} warnings.")
        if wrong:
            raise typer.Exit(1)

    @cli.command("run")
    def run_command(
        flow: Annotated[str, typer.Argument(help="A file, or the id of a flow of this centre.")],
        lang: Annotated[str, typer.Option(help="As the number has it: zh-Hans, zh-Hant, en.")] = "zh-Hans",
        chat: Annotated[bool, typer.Option("--chat", help="As a chat would have it.")] = False,
    ) -> None:
        """Walk through it: what is said is shown, keys are typed. Ctrl-D hangs up. Exit code 1: it led nowhere."""
        _language(lang)
        found, _ = _load(flow, database)
        if found.node(found.start) is None:
            raise Invalid("no_start", f"{found.id} has no node {found.start!r} to start from: `jietong flow check`.")
        runner = Runner(found, Terminal(_show, _type), fetch=_fetch)
        ending = asyncio.run(runner.run(language=lang, channel="chat" if chat else "voice"))
        _out.print(_ending(ending), style="dim")
        if ending.how == "failed":
            raise typer.Exit(1)

    return cli


def _load(
    name: str, database: Callable[[], AbstractAsyncContextManager[Database]]
) -> tuple[model.Flow, Surroundings | None]:
    """From a file where there is one of that name, else from the centre: the draft, or what is published."""
    path = Path(name)
    if path.is_file():
        try:
            return model.decode(path.read_bytes()), None
        except OSError as error:
            raise Invalid("unreadable_file", f"{path} cannot be read: {error.strerror}.") from error
    if path.suffix or "/" in name:
        raise NotFound("no_such_file", f"There is no file {path}.")

    async def work() -> tuple[model.Flow, Surroundings]:
        async with database() as opened, opened.read(ALL) as conn:
            stored = await store.read(conn, name)
            document = stored.draft
            if document is None:
                assert stored.published is not None
                document = (await store.version(conn, name, stored.published)).document
            return model.read(document), await store.surroundings(conn)

    return asyncio.run(work())


def _language(lang: str) -> None:
    if lang not in model.LANGUAGES:
        raise Invalid("unknown_language", f"There is no language {lang!r}: choose from {', '.join(model.LANGUAGES)}.")


def _line(flow: model.Flow, fault: Fault, lang: str) -> str:
    node = flow.node(fault.node) if fault.node is not None else None
    where = flow.id if node is None else f"{node.id} {node.name.get(lang, '')}".strip()
    field = f" [{fault.field}]" if fault.field else ""
    return f"{fault.level:<7}  {where}{field}: {fault.message[lang]} ({fault.code})"


def _show(kind: str, text: str) -> None:
    _out.print(f"[{_STYLES[kind]}]{escape(text)}[/]")


def _type(question: str) -> str | None:
    try:
        return input(f"  ({question}) > ")
    except EOFError:
        print()
        return None


async def _fetch(flow: model.Flow, wish: a.Fetch) -> dict[str, str] | None:
    """Nothing is asked of other systems from here: the walker answers for them."""
    host = wish.url.split("?")[0]
    values: dict[str, str] = {}
    for variable, path in wish.save:
        typed = _type(f"{wish.method} {host} answers {path or 'all'} = ; Enter alone: failed")
        if not typed:
            return None
        values[variable] = typed
    if not wish.save and (_type(f"{wish.method} {host}: ok or failed") or "ok").startswith("f"):
        return None
    return values


def _ending(ending: Ending) -> str:
    outcome = f", outcome {ending.outcome}" if ending.outcome is not None else ""
    return f"The end: {ending.how} at {ending.node}{outcome}."
