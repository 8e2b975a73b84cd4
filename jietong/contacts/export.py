"""The explorer's list as a file: the same filter, the same rows, in the reader's language and the site's time.

CSV is RFC 4180 in UTF-8 with a byte-order mark, so that Excel reads Chinese; a cell that a spreadsheet would take
for a formula gets an apostrophe in front. xlsx is written row by row in constant memory.
"""

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import xlsxwriter

from jietong.contacts.service import Listed
from jietong.contacts.words import HEADS, word
from jietong.core.clock import to_datetime
from jietong.core.specs import Names
from jietong.core.vocabulary import Ms

Cell = str | int | datetime | None

BOM = "\ufeff"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_CHUNK = 500


class Labels(NamedTuple):
    """How ids are worded: in one language, in one zone."""

    language: str
    zone: str
    queues: Mapping[str, Names]
    agents: Mapping[str, str]
    reasons: Mapping[str, Names]
    clients: Mapping[str, Names]


def head(labels: Labels) -> list[str]:
    out = [names[labels.language] for names in HEADS.values()]
    zone = f" ({labels.zone})"
    return [text + zone if key in ("arrived", "ended") else text for key, text in zip(HEADS, out, strict=True)]


def cells(listed: Listed, labels: Labels) -> list[Cell]:
    """One row, in the order of `HEADS`."""
    one, person = listed
    return [
        one.id,
        _local(one.arrived, labels),
        _local(one.ended, labels),
        _name(labels.clients, one.client, labels),
        person.name if person else None,
        person.number if person else None,
        word(one.channel, labels.language),
        word(one.direction, labels.language),
        one.entry,
        " → ".join(_name(labels.queues, queue, labels) for queue in one.queues),
        " → ".join(labels.agents.get(agent, agent) for agent in one.agents),
        word(one.outcome or "open", labels.language),
        _seconds(one.wait_ms),
        _seconds(one.talk_ms),
        _seconds(one.hold_ms),
        _seconds(one.wrapup_ms),
        _name(labels.reasons, one.reason, labels) if one.reason else None,
        None if one.resolved is None else word("yes" if one.resolved else "no", labels.language),
        one.csat,
        one.transfers,
        one.missed,
        one.messages,
        word("yes" if one.simulated else "no", labels.language),
    ]


def safe(cell: Cell) -> str:
    """As CSV shows it. Text that a spreadsheet would run as a formula is told apart by an apostrophe.

    >>> safe("=1+1"), safe("+44 ****0958"), safe(-3), safe(None)
    ("'=1+1", "'+44 ****0958", '-3', '')
    """
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(cell, int):
        return str(cell)
    text = cell.replace("\x00", "")
    return "'" + text if text.startswith(_FORMULA) else text


async def as_csv(rows: AsyncIterator[Listed], labels: Labels) -> AsyncIterator[bytes]:
    """The file in pieces."""
    yield (BOM + _lines([head(labels)])).encode()
    waiting: list[Sequence[Cell]] = []
    async for one in rows:
        waiting.append(cells(one, labels))
        if len(waiting) >= _CHUNK:
            yield _lines(waiting).encode()
            waiting = []
    if waiting:
        yield _lines(waiting).encode()


async def as_xlsx(rows: AsyncIterator[Listed], labels: Labels, path: Path) -> None:
    """Writes the workbook to `path`, off the event loop."""
    book = xlsxwriter.Workbook(
        path, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "in_memory": False}
    )
    sheet = book.add_worksheet()
    bold = book.add_format({"bold": True, "bottom": 1})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    for column, width in enumerate((28, 20, 20, 14, 14, 16, 10, 24, 18, 14)):
        sheet.set_column(column, column, width)
    sheet.freeze_panes(1, 0)
    for column, text in enumerate(head(labels)):
        sheet.write_string(0, column, text, bold)

    def write(chunk: list[list[Cell]], first: int) -> None:
        for i, row in enumerate(chunk):
            for column, cell in enumerate(row):
                if isinstance(cell, datetime):
                    sheet.write_datetime(first + i, column, cell, moment)
                elif isinstance(cell, int):
                    sheet.write_number(first + i, column, cell)
                elif cell:
                    sheet.write_string(first + i, column, cell.replace("\x00", ""))

    n, chunk = 1, []
    async for one in rows:
        chunk.append(cells(one, labels))
        if len(chunk) >= _CHUNK:
            await asyncio.to_thread(write, chunk, n)
            n, chunk = n + len(chunk), []
    await asyncio.to_thread(write, chunk, n)
    sheet.autofilter(0, 0, max(n + len(chunk) - 1, 1), len(HEADS) - 1)
    await asyncio.to_thread(book.close)


def _lines(rows: Sequence[Sequence[Cell]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    for row in rows:
        writer.writerow([safe(cell) for cell in row])
    return out.getvalue()


def _local(at: Ms | None, labels: Labels) -> datetime | None:
    """Wall time of the site, without a zone: spreadsheets know none."""
    return (
        None if at is None else to_datetime(at).astimezone(ZoneInfo(labels.zone)).replace(tzinfo=None, microsecond=0)
    )


def _seconds(ms: Ms) -> int:
    return (ms + 500) // 1000


def _name(names: Mapping[str, Names], id: str, labels: Labels) -> str:
    return names[id].get(labels.language, id) if id in names else id
