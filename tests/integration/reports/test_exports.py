"""Every export says what the screen says, number for number (wound chatwoot#8534: export differs from the chart)."""

import csv
import io
import time
import zipfile
from datetime import datetime
from html.parser import HTMLParser
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import openpyxl
import pytest
from pypdf import PdfReader
from report_centre import ZONE, Centre

from jietong.identity.permissions import Role

REPORTS = ("ready-getting-through", "ready-agent", "ready-queue", "ready-day")
LANGUAGES = ("zh-Hans", "zh-Hant", "en")
PERIOD = {"kind": "absolute", "first": "2026-07-11", "last": "2026-07-13"}


async def result_of(program: httpx.AsyncClient, id: str) -> dict[str, Any]:
    answer = await program.post("/api/reports/run", json={"id": id, "period": PERIOD})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def export(program: httpx.AsyncClient, id: str, format: str, language: str) -> httpx.Response:
    asked = {"id": id, "period": PERIOD, "format": format, "language": language}
    answer = await program.post("/api/reports/export", json=asked)
    assert answer.status_code == 200, answer.text
    return answer


def tables(result: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for one in result["outcomes"] if one["lines"] and one["kind"] in ("table", "chart")]


def rows(outcome: dict[str, Any]) -> list[dict[str, Any]]:
    return [*outcome["lines"], *([outcome["total"]] if outcome["total"] else [])]


def numbers(outcome: dict[str, Any], line: dict[str, Any]) -> list[tuple[str, float | None]]:
    """What a row of a workbook or a CSV must hold, each with its unit, in the order of the columns."""
    out = []
    for column, value in zip(outcome["columns"], line["values"], strict=True):
        out.append((column["unit"], value["value"]))
        if column["how"] == "ratio":
            out.append(("count", value["numerator"]))
        if column["how"] != "sum":
            out.append(("count", value["denominator"]))
        if outcome["before"]:
            out += [(column["unit"], value["before"]), (column["unit"], value["change"])]
    return out


def places(outcome: dict[str, Any]) -> int:
    """How many columns stand before the numbers."""
    return max(1, (3 if outcome["every"] != "all" else 0) + len(outcome["by"]))


def read(value: float | None, unit: str) -> str:
    """A number as people read it; written here again, so that both would have to be wrong."""
    if value is None:
        return "–"
    if unit == "ratio":
        return f"{value * 100:,.1f}"
    return f"{value:,.0f}" if unit == "count" else f"{value:,.1f}"


def moved(outcome: dict[str, Any], column: dict[str, Any], value: dict[str, Any]) -> str:
    if not outcome["before"] or value["change"] is None:
        return ""
    text = read(abs(value["change"]), column["unit"])
    if not set(text) & set("123456789"):
        return ""
    return ("▲" if value["change"] > 0 else "▼") + text


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_workbook_holds_the_numbers_of_the_screen(centre: Centre, language: str) -> None:
    program = await centre.program(Role.MANAGER)
    compared = 0
    for id in REPORTS:
        result = await result_of(program, id)
        book = openpyxl.load_workbook(io.BytesIO((await export(program, id, "xlsx", language)).content))
        blocks = [one for one in result["outcomes"] if one["lines"]]
        assert len(book.sheetnames) == len(blocks) + 2
        for sheet, outcome in zip(book.worksheets, blocks, strict=False):
            assert sheet.title == outcome["title"][language][:31]
            if outcome["kind"] == "figures":
                for row, column, value in zip(
                    sheet.iter_rows(min_row=2), outcome["columns"], outcome["lines"][0]["values"], strict=True
                ):
                    by = 100 if column["unit"] == "ratio" else 1
                    assert row[0].value == column["names"][language]
                    assert row[1].value == (None if value["value"] is None else pytest.approx(value["value"] * by))
                    compared += 1
                continue
            for row, line in zip(sheet.iter_rows(min_row=2), rows(outcome), strict=True):
                at = places(outcome)
                for cell, (unit, value) in zip(row[at:], numbers(outcome, line), strict=True):
                    assert cell.value == (None if value is None else pytest.approx(value, rel=1e-12)), (id, cell)
                    assert value is None or cell.data_type == "n"
                    if unit == "ratio" and value is not None:
                        assert cell.number_format == "0.0%"
                    compared += 1
                if outcome["every"] != "all" and line is not outcome["total"]:
                    local = datetime.fromtimestamp(line["start"] / 1000, ZoneInfo(ZONE)).replace(tzinfo=None)
                    assert row[0].value == local
        definitions = book.worksheets[-2]
        assert {row[5].value for row in definitions.iter_rows(min_row=2)} == {
            one["key"] for one in result["definitions"]
        }
        assert ZONE in {row[1].value for row in book.worksheets[-1].iter_rows(min_row=2)}
    assert compared > 500


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_csv_holds_the_numbers_of_the_screen_and_excel_reads_its_chinese(
    centre: Centre, language: str
) -> None:
    program = await centre.program(Role.MANAGER)
    for id in REPORTS:
        result = await result_of(program, id)
        answer = await export(program, id, "csv", language)
        assert answer.headers["content-type"] == "application/zip"
        files = zipfile.ZipFile(io.BytesIO(answer.content))
        blocks = [one for one in result["outcomes"] if one["lines"]]
        assert len(files.namelist()) == len(blocks)
        for name, outcome in zip(files.namelist(), blocks, strict=True):
            raw = files.read(name)
            assert raw.startswith(b"\xef\xbb\xbf")
            assert raw.endswith(b"\r\n")
            lines = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
            assert not [cell for line in lines for cell in line if cell.startswith(("=", "+", "@"))]
            if outcome["kind"] == "figures":
                continue
            for line, expected in zip(lines[1:], rows(outcome), strict=True):
                for text, (unit, value) in zip(line[places(outcome) :], numbers(outcome, expected), strict=True):
                    if value is None:
                        assert text == ""
                    else:
                        by = 100 if unit == "ratio" else 1
                        assert float(text) == pytest.approx(value * by, abs=0.005001), (id, name)


async def test_a_name_that_a_spreadsheet_would_run_is_harmless(centre: Centre) -> None:
    program = await centre.program(Role.MANAGER)
    raw = (await export(program, "ready-queue", "csv", "en")).content
    files = zipfile.ZipFile(io.BytesIO(raw))
    cells = [c for line in csv.reader(io.StringIO(files.read(files.namelist()[0]).decode("utf-8-sig"))) for c in line]
    assert "'=1+1签证" in cells
    book = openpyxl.load_workbook(io.BytesIO((await export(program, "ready-queue", "xlsx", "en")).content))
    found = [cell for row in book.worksheets[0].iter_rows() for cell in row if cell.value == "=1+1签证"]
    assert found
    assert found[0].data_type == "s"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_pdf_shows_the_numbers_of_the_screen(centre: Centre, language: str) -> None:
    program = await centre.program(Role.MANAGER)
    for id in REPORTS:
        result = await result_of(program, id)
        raw = (await export(program, id, "pdf", language)).content
        reader = PdfReader(io.BytesIO(raw))
        text = "".join("".join(page.extract_text().split()) for page in reader.pages)
        fonts = {
            str(font.get_object()["/BaseFont"])
            for page in reader.pages
            for font in page["/Resources"]["/Font"].values()  # type: ignore[index]
        }
        assert fonts
        assert all("NotoSansCJK" in font for font in fonts), fonts
        for outcome in result["outcomes"]:
            for line in rows(outcome):
                cells = list(zip(outcome["columns"], line["values"], strict=True))
                if outcome["kind"] == "figures":
                    for column, value in cells:
                        assert read(value["value"], column["unit"]) in text
                elif outcome["kind"] == "table":
                    expected = "".join(
                        read(value["value"], column["unit"]) + moved(outcome, column, value)
                        for column, value in cells
                    )
                    assert expected.replace("△", "") in text, (id, expected)


class Cells(HTMLParser):
    """The rows of all tables, as texts."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self._in = False

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self._in = True
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._in = False

    def handle_data(self, data: str) -> None:
        if self._in:
            self.rows[-1][-1] += data


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_page_shows_the_numbers_of_the_screen(centre: Centre, language: str) -> None:
    program = await centre.program(Role.MANAGER)
    for id in REPORTS:
        result = await result_of(program, id)
        page = Cells()
        page.feed((await export(program, id, "html", language)).text)
        shown = ["".join("".join(row).split()) for row in page.rows]
        for outcome in (one for one in tables(result) if one["kind"] == "table"):
            for line in rows(outcome):
                expected = "".join(
                    read(value["value"], column["unit"]) + moved(outcome, column, value)
                    for column, value in zip(outcome["columns"], line["values"], strict=True)
                )
                assert any(row.endswith(expected) for row in shown), (id, expected)


async def test_a_bundle_holds_its_reports_in_their_order(centre: Centre) -> None:
    program = await centre.program(Role.MANAGER)
    items = [{"id": one, "period": PERIOD} for one in ("ready-queue", "ready-agent", "ready-classes")]
    asked = {"items": items, "language": "en", "title": {"en": "July for the board"}}
    raw = (await program.post("/api/reports/bundle", json={**asked, "format": "pdf"})).content
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(raw)).pages]
    assert "July for the board" in pages[0]
    starts = [next(n for n, text in enumerate(pages) if n and title in text) for title in
              ("By queue", "By agent", "Five classes of targets")]  # fmt: skip
    assert starts == sorted(starts)
    listed = "".join(pages[0].split())
    assert all(f"{title}{start + 1}" in listed for title, start in
               zip(("Byqueue", "Byagent", "Fiveclassesoftargets"), starts, strict=True))  # fmt: skip

    raw = (await program.post("/api/reports/bundle", json={**asked, "format": "xlsx"})).content
    names = openpyxl.load_workbook(io.BytesIO(raw)).sheetnames
    assert [name[0] for name in names[:-2]] == sorted(name[0] for name in names[:-2])
    assert names[-2:] == ["Definitions", "About"]

    raw = (await program.post("/api/reports/bundle", json={**asked, "format": "zip"})).content
    names = zipfile.ZipFile(io.BytesIO(raw)).namelist()
    assert [name for name in names if name.endswith(".pdf")] == [
        "01 By queue.pdf",
        "02 By agent.pdf",
        "03 Five classes of targets.pdf",
    ]


async def test_the_same_figures_give_the_same_bytes(centre: Centre) -> None:
    """What is sent again must be what was sent: its digest is kept."""
    program = await centre.program(Role.MANAGER)
    for format in ("pdf", "xlsx", "csv", "html", "zip"):
        one, other = [(await export(program, "ready-queue", format, "zh-Hans")).content for _ in range(2)]
        assert one == other, format


async def test_two_pages_of_pdf_take_less_than_two_seconds(centre: Centre) -> None:
    program = await centre.program(Role.MANAGER)
    await export(program, "ready-getting-through", "pdf", "zh-Hans")
    started = time.process_time()  # whatever else the machine does
    raw = (await export(program, "ready-getting-through", "pdf", "zh-Hant")).content
    assert time.process_time() - started < 2
    assert len(PdfReader(io.BytesIO(raw)).pages) >= 2
    assert len(raw) < 400_000
