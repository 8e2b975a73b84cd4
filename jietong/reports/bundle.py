"""Results as files: one report or several merged, in one order, in one format."""

import asyncio
import io
import re
import zipfile
from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from msgspec.structs import replace

from jietong.core.errors import Invalid
from jietong.core.specs import Names
from jietong.rendering.csv import as_csv
from jietong.rendering.html import html
from jietong.rendering.model import Column, Document, Table, tables
from jietong.rendering.pdf import pdf
from jietong.rendering.xlsx import xlsx
from jietong.reports.document import about_table, definition_table, document
from jietong.reports.model import Result, Used
from jietong.reports.words import named, word

MOST_REPORTS = 20
MOST_PAPER_ROWS = 2_000
_UNFIT = re.compile(r'[\\/:*?"<>|\x00-\x1f]+')


class Format(StrEnum):
    """`csv`: a file for a report of one block, else a ZIP of one each; `zip`: PDF, workbook and CSV of each."""

    XLSX = "xlsx"
    CSV = "csv"
    PDF = "pdf"
    HTML = "html"
    ZIP = "zip"


MEDIA = {
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.CSV: "text/csv; charset=utf-8",
    Format.PDF: "application/pdf",
    Format.HTML: "text/html; charset=utf-8",
    Format.ZIP: "application/zip",
}


class File(NamedTuple):
    """`name` in the reader's language, `ascii_name` for what knows no more."""

    name: str
    ascii_name: str
    media_type: str
    data: bytes


async def make(
    results: Sequence[Result],
    format: Format,
    language: str,
    *,
    title: Names | None = None,
    watermark: str | None = None,
) -> File:
    """The file, made beside the event loop. Raises Invalid `too_many_rows` for paper that nobody would read."""
    return await asyncio.to_thread(_make, results, format, language, title or {}, watermark or "")


async def page(results: Sequence[Result], language: str) -> str:
    """The reports as a light HTML page."""
    return (await make(results, Format.HTML, language)).data.decode()


def _make(results: Sequence[Result], format: Format, language: str, title: Names, watermark: str) -> File:
    name = named(title, language) or (
        named(results[0].title, language) if len(results) == 1 else word("bundle", language)
    )
    if format is Format.CSV:
        parts = [part for one in results for part in _csvs(one, language)]
        if len(parts) == 1:
            return _file(name, Format.CSV, parts[0][1])
        return _file(name, Format.ZIP, _zipped(parts))
    if format is Format.ZIP:
        return _file(name, Format.ZIP, _zipped(_everything(results, language, watermark)))
    if format is Format.XLSX:
        return _file(name, format, _workbook(results, language, name))
    documents = [document(one, language, watermark=watermark) for one in results]
    for one in documents:
        _short_enough(one)
    if format is Format.HTML:
        return _file(name, format, html(documents).encode())
    if len(documents) == 1:
        return _file(name, format, pdf(documents, title=name))
    cover = replace(
        documents[0],
        title=name,
        subtitle="",
        blocks=(),
        pairs=(),
        footer="",
        landscape=False,
    )
    return _file(name, format, pdf([cover, *documents], title=name, contents=word("contents", language)))


def _workbook(results: Sequence[Result], language: str, name: str) -> bytes:
    """A sheet for each block, then one with all definitions, then one that tells periods, zone and as-of."""
    sheets: list[Table] = []
    for at, result in enumerate(results, 1):
        for table in tables(document(result, language, definitions=False)):
            title = table.title or word("report", language)
            sheets.append(replace(table, sheet=f"{at} {title}" if len(results) > 1 else title))
    used: dict[str, Used] = {one.key: one for result in results for one in result.definitions}
    if used:
        sheets.append(definition_table(list(used.values()), language))
    sheets.append(about_table(results, language))
    return xlsx(sheets, title=name, organisation=named(results[0].site_name, language))


def _csvs(result: Result, language: str) -> list[tuple[str, bytes]]:
    found = tables(document(result, language, definitions=False)) or [Table("", (Column(""),), ())]
    prefix = named(result.title, language)
    if len(found) == 1:
        return [(f"{_fit(prefix)}.csv", as_csv(found[0]))]
    return [
        (f"{_fit(prefix)}/{at:02d} {_fit(table.title or word('report', language))}.csv", as_csv(table))
        for at, table in enumerate(found, 1)
    ]


def _everything(results: Sequence[Result], language: str, watermark: str) -> list[tuple[str, bytes]]:
    out = []
    for at, result in enumerate(results, 1):
        name = f"{at:02d} {_fit(named(result.title, language))}"
        paper = document(result, language, watermark=watermark)
        _short_enough(paper)
        out.append((f"{name}.pdf", pdf([paper])))
        out.append((f"{name}.xlsx", _workbook([result], language, name)))
        out += [(f"{name}/{part.rpartition('/')[2]}", data) for part, data in _csvs(result, language)]
    return out


def _zipped(parts: Sequence[tuple[str, bytes]]) -> bytes:
    """Always the same bytes for the same content: no times of the day in it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        taken: set[str] = set()
        for name, data in parts:
            unique = name
            n = 2
            while unique.casefold() in taken:
                stem, dot, ending = name.rpartition(".")
                unique, n = f"{stem} {n}{dot}{ending}", n + 1
            taken.add(unique.casefold())
            file.writestr(zipfile.ZipInfo(unique, (1980, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _short_enough(document: Document) -> None:
    rows = sum(len(block.rows) for block in document.blocks if isinstance(block, Table))
    if rows > MOST_PAPER_ROWS:
        raise Invalid(
            "too_many_rows",
            f"{rows} rows are too many for pages ({MOST_PAPER_ROWS} at most): take xlsx or CSV, or longer intervals.",
        )


def _file(name: str, format: Format, data: bytes) -> File:
    return File(f"{_fit(name)}.{format}", f"report.{format}", MEDIA[format], data)


def _fit(name: str) -> str:
    """As a file's name anywhere."""
    return _UNFIT.sub(" ", name).strip(" .")[:100] or "report"
