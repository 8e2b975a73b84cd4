"""`jietong report intervals …`: figures by interval and group, for people and for programs.

Standard output holds the answer and nothing else. Times are in seconds; in JSON ratios are 0..1, in tables for people
percentages.
"""

import asyncio
import json
import sys
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table as Printed

from jietong.core.clock import to_datetime
from jietong.core.errors import Invalid, JietongError, NotFound
from jietong.db.pool import ALL
from jietong.metrics.definition import Unit
from jietong.metrics.intervals import By, Every, Metric, Query
from jietong.metrics.intervals import metrics as metrics_of
from jietong.metrics.warehouse import Answer, Warehouse, asking
from jietong.metrics.warehouse.outward import is_time_figure, iso, outward, row_out
from jietong.rendering.csv import as_csv
from jietong.rendering.model import Cell, Column, Kind, Row, Table
from jietong.rendering.xlsx import xlsx

Opened = Callable[[], AbstractAsyncContextManager[Warehouse]]
Several = Annotated[list[str] | None, typer.Option(help="Only these; repeated or with commas between.")]


class Format(StrEnum):
    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    XLSX = "xlsx"


def commands(warehouse: Opened) -> typer.Typer:
    """The sub-commands. `warehouse` opens the centre's, with all facts that its ledger gives."""
    cli = typer.Typer(help="Figures of any period.", no_args_is_help=True)

    @cli.callback()
    def report() -> None:
        """Figures of any period."""

    @cli.command("intervals")
    def intervals_command(
        first: Annotated[
            str, typer.Option("--from", help="A month, a date or a time, local to the site, or with its offset.")
        ],
        until: Annotated[str, typer.Option("--to", help="The same; not part of the period any more.")],
        metrics: Annotated[str, typer.Option(help='Ids with parameters in seconds: "sl3(20),sl6(20,5),asa,aht".')],
        every: Annotated[str, typer.Option(help="15m, 30m, 1h, 1d, 1w, 1M or all.")] = "all",
        site: Annotated[str, typer.Option(help="The site.")] = "main",
        timezone: Annotated[str | None, typer.Option(help="An IANA zone instead of the site's own.")] = None,
        by: Annotated[
            list[str] | None,
            typer.Option(help=f"Group by {', '.join(one.value for one in By)}; repeated or with commas."),
        ] = None,
        queue: Several = None,
        agent: Several = None,
        client: Several = None,
        channel: Several = None,
        entry: Several = None,
        reason: Several = None,
        direction: Several = None,
        real: Annotated[bool, typer.Option("--real", help="Without test and demonstration contacts.")] = False,
        format: Annotated[str, typer.Option(help="table, csv, json or xlsx.")] = "table",
        out: Annotated[Path | None, typer.Option(help="A file instead of standard output.")] = None,
    ) -> None:
        """Figures by interval and group.

        Contacts count in the interval in which they arrived at the queue, each second of agents' time in the one in
        which it was spent. Days are local days of the site. No data is –, in JSON null.
        """

        async def work() -> None:
            form = _format(format)
            asked = metrics_of(metrics)
            steps, groups = asking.every_of(every), asking.by_of(by or ())
            wanted = asking.filter_of(
                queues=queue,
                agents=agent,
                clients=client,
                channels=channel,
                entries=entry,
                reasons=reason,
                directions=direction,
                simulated=False if real else None,
            )
            own = asking.zone_of(timezone) if timezone else None
            if form is Format.XLSX and out is None and sys.stdout.isatty():
                raise Invalid("no_file", "A workbook is no text: give --out FILE.xlsx.")
            async with warehouse() as opened:
                site_zone = await opened.zone(site)
                await opened.follow(site)
                zone = own or site_zone
                window = asking.window_of(first, until, zone)
                asking.bounded(window, steps)
                query = Query(site, window, zone, steps, groups, asked, wanted)
                await opened.check(query, ALL)
                answer = await opened.answer(query, ALL)
            _write(form, query, answer, out)

        _run(work())

    return cli


def _format(text: str) -> Format:
    try:
        return Format(text)
    except ValueError:
        raise Invalid("bad_format", f"There is no format {text!r}: choose {', '.join(Format)}.") from None


def _write(form: Format, query: Query, answer: Answer, out: Path | None) -> None:
    if form is Format.JSON:
        rows = [row_out(row, query.by, query.metrics, query.zone, full=False) for row in answer.rows]
        data = (json.dumps(rows, ensure_ascii=False, indent=1) + "\n").encode()
    elif form is Format.CSV:
        data = as_csv(_table(query, answer))
    elif form is Format.XLSX:
        data = xlsx([_table(query, answer)], title="Intervals")
    elif out is None:
        _print(query, answer)
        return
    else:
        raise Invalid("no_file", "A table is for the screen: choose --format csv, json or xlsx for a file.")
    if out is None:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    try:
        out.write_bytes(data)
    except OSError as error:
        raise Invalid("no_file", f"Cannot write {out}: {error.strerror or error}.") from error


def _table(query: Query, answer: Answer) -> Table:
    """For spreadsheets: a row each; of a figure the value, and in further columns its parts."""
    columns = [Column("start"), Column("end"), *(Column(one.value) for one in query.by)]
    for metric in query.metrics:
        columns += [
            Column(metric.key, _kind(metric), "s" if is_time_figure(metric) else ""),
            Column(f"{metric.key} numerator", Kind.NUMBER),
            Column(f"{metric.key} denominator", Kind.NUMBER),
        ]
    rows = []
    for row in answer.rows:
        cells = [Cell(iso(row.start, query.zone)), Cell(iso(row.end, query.zone)), *(Cell(key) for key in row.keys)]
        for metric, cell in zip(query.metrics, row.cells, strict=True):
            found = outward(metric, cell)
            cells += [Cell(found.value), Cell(found.numerator), Cell(found.denominator)]
        rows.append(Row(tuple(cells)))
    return Table("Intervals", tuple(columns), tuple(rows))


def _kind(metric: Metric) -> Kind:
    if is_time_figure(metric):
        return Kind.SECONDS
    return {Unit.RATIO: Kind.RATIO, Unit.COUNT: Kind.COUNT}.get(metric.definition.unit, Kind.NUMBER)


def _print(query: Query, answer: Answer) -> None:
    table = Printed(box=None, pad_edge=False)
    for heading in ("start", *(one.value for one in query.by)):
        table.add_column(heading, no_wrap=True)
    for metric in query.metrics:
        table.add_column(metric.key, justify="right", no_wrap=True)
    for row in answer.rows:
        shown = [_moment(row.start, query), *(key if key is not None else "–" for key in row.keys)]
        for metric, cell in zip(query.metrics, row.cells, strict=True):
            shown.append(_people(metric, outward(metric, cell).value))
        table.add_row(*shown)
    console = Console(highlight=False, markup=False, width=None if sys.stdout.isatty() else 10_000)
    console.print(table)
    times = {metric.definition.attribution.value for metric in query.metrics}
    print(
        f"{len(answer.rows):,} rows; {query.zone}; counted by {' and by '.join(sorted(times))}; "
        f"facts up to {iso(answer.as_of, query.zone)}; times in seconds.",
        file=sys.stderr,
    )


def _moment(at: int, query: Query) -> str:
    from zoneinfo import ZoneInfo

    local = to_datetime(at).astimezone(ZoneInfo(query.zone))
    if query.every in (Every.DAY, Every.WEEK, Every.MONTH):
        return local.strftime("%Y-%m-%d")
    return local.strftime("%Y-%m-%d %H:%M%z")


def _people(metric: Metric, value: float | None) -> str:
    if value is None:
        return "–"
    if metric.definition.unit is Unit.RATIO:
        return f"{value * 100:.2f} %"
    return f"{value:,.2f}" if is_time_figure(metric) or value % 1 else f"{value:,.0f}"


def _run(work: Coroutine[Any, Any, None]) -> None:
    try:
        asyncio.run(work)
    except JietongError as error:
        print(f"jietong: {error.detail}", file=sys.stderr)
        sys.exit(2 if isinstance(error, Invalid | NotFound) else 1)
