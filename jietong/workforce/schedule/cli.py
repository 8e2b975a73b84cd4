"""`jietong schedule …`: write the published schedule to a file; hold it against the ledger."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from jietong.core.clock import SystemClock
from jietong.core.errors import Invalid, NotFound
from jietong.db.pool import ALL, Database
from jietong.workforce.files import check_out, write_whole
from jietong.workforce.schedule.model import day_of_text

_out = Console(highlight=False, soft_wrap=True)
SHOWN = 20
LANGUAGES = ("zh-Hans", "zh-Hant", "en")
LONGEST_DAYS = 800


def commands(database: Callable[[], AbstractAsyncContextManager[Database]]) -> typer.Typer:
    """The sub-commands. `database` opens the centre's."""
    cli = typer.Typer(help="The published schedule: export, proof.", no_args_is_help=True)

    @cli.command("export")
    def export(
        out: Annotated[Path, typer.Option(help="File to write: .csv or .xlsx.")],
        first: Annotated[str, typer.Option(help="First local day; this week's Monday.")] = "",
        last: Annotated[str, typer.Option(help="Last local day, inclusive; six days later.")] = "",
        language: Annotated[str, typer.Option(help="zh-Hans, zh-Hant or en.")] = "zh-Hans",
    ) -> None:
        """Write the published schedule as a workbook or CSV."""
        format = out.suffix.lstrip(".").lower()
        if format not in ("csv", "xlsx"):
            raise Invalid("bad_format", f"Name a file that ends in .csv or .xlsx, not {out.name!r}.")
        if language not in LANGUAGES:
            raise Invalid("bad_language", f"There is no language {language!r}: {', '.join(LANGUAGES)}.")
        check_out(out)
        days = day_of_text(first) if first else "", day_of_text(last) if last else ""
        spans = asyncio.run(_export(database, out, format, *days, language))
        _out.print(f"{spans:,} spans written to {out}.", markup=False)

    @cli.command("verify")
    def verify_command(
        site: Annotated[str, typer.Option(help="Whose schedule; the centre's own.")] = "",
        rebuild: Annotated[bool, typer.Option("--rebuild", help="Make the rows again from the ledger.")] = False,
    ) -> None:
        """Compare every published person-day with the ledger. Exit code 1: some differ."""
        from jietong.workforce.schedule import documents
        from jietong.workforce.schedule.verify import Verdict, verify

        async def work() -> Verdict:
            async with database() as opened:
                async with opened.read(ALL) as conn:
                    own = (await documents.read(conn)).site.id
                if site and site != own:
                    raise NotFound("no_such_site", f"There is no site {site!r}: this centre's is {own}.")
                return await verify(opened, own, rebuild=rebuild)

        verdict = asyncio.run(work())
        for one in verdict.different[:SHOWN]:
            _out.print(f"{one.agent} {one.day}: ledger version {one.ledger}, rows version {one.rows}", markup=False)
        _out.print(
            f"{verdict.facts:,} facts, {verdict.days:,} person-days: {len(verdict.different):,} differ"
            + (", rows made again from the ledger." if rebuild else ".")
        )
        if verdict.different:
            raise typer.Exit(1)

    return cli


async def _export(
    database: Callable[[], AbstractAsyncContextManager[Database]],
    out: Path,
    format: str,
    first: str,
    last: str,
    language: str,
) -> int:
    from jietong.workforce.schedule import documents, store
    from jietong.workforce.schedule.export import exported, tables
    from jietong.workforce.schedule.model import local_date_of, monday_of

    async with database() as opened, opened.read(ALL) as conn:
        setup = await documents.read(conn)
        zone = setup.ground.zone
        first = first or monday_of(local_date_of(SystemClock().now(), zone))
        last = last or (date.fromisoformat(first) + timedelta(days=6)).isoformat()
        days = (date.fromisoformat(last) - date.fromisoformat(first)).days + 1
        if days < 1:
            raise Invalid("bad_span", f"--last {last} is before --first {first}.")
        if days > LONGEST_DAYS:
            raise Invalid("bad_span", f"{first} to {last} are {days:,} days: at most {LONGEST_DAYS} are written.")
        planned = await store.published(conn, setup.site.id, first, last)
    found = tables(planned, setup.ground.people, first, last, zone, language)
    content, _ = exported(found, format, found[0].title)
    write_whole(out, content)
    return len(found[0].rows)
