# ruff: noqa: DTZ001 - spreadsheets know no zones
"""Documents as PDF, HTML, xlsx and CSV; charts. The renderers know no domain: neither do these tests."""

import io
import re
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from xml.etree import ElementTree

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from jietong.rendering import charts
from jietong.rendering.csv import as_csv, safe
from jietong.rendering.figures import change, rounded, shown
from jietong.rendering.html import html
from jietong.rendering.model import (
    Beside,
    Box,
    Break,
    Cell,
    Chart,
    Column,
    Document,
    Drawn,
    Figures,
    Headline,
    Kind,
    Mark,
    Pairs,
    Paragraphs,
    Prose,
    Row,
    Series,
    Signatures,
    Table,
    tables,
)
from jietong.rendering.pdf import images, pdf
from jietong.rendering.xlsx import xlsx

TABLE = Table(
    "=Sum [of] 2026/07",
    (
        Column("名稱", width=3),
        Column("Rate", Kind.RATIO, "%"),
        Column("Money", Kind.MONEY, "¥"),
        Column("Day", Kind.DATE),
        Column("At", Kind.MOMENT),
        Column("Hidden on paper", Kind.SECONDS, "s", detail=True),
    ),
    (
        Row(
            (
                Cell("<b>骨&", "<b>骨&", "note", strong=True),
                Cell(0.84931, "84.9", mark=Mark.ALARM),
                Cell(Decimal("-9720.00"), "−9,720.00"),
                Cell(date(2026, 7, 1), "2026-07-01"),
                Cell(datetime(2026, 7, 1, 9, 30), "09:30"),
                Cell(12.345, "12.3"),
            )
        ),
        Row(
            (Cell("x", "x"), Cell(None, "–"), Cell(Decimal(0), "0.00"), Cell(), Cell(), Cell(None, "–")), tinted=True
        ),
    ),
    (Row((Cell("Σ", "Σ"), Cell(None, "–"), Cell(Decimal("-9720.00"), "−9,720.00"), Cell(), Cell(), Cell())),),
    note="**Bold** and plain",
)
LINE = Chart(
    "Thirteen",
    Drawn.LINE,
    ("a", "b", "c", "d"),
    (Series("one", (0.8, 0.9, None, 0.85)), Series("two", (0.7, 0.8, None, 0.8))),
    Kind.RATIO,
    "%",
    0.85,
    "target",
    "between",
    TABLE,
)
DOCUMENT = Document(
    "zh-Hant",
    "報表 <1>",
    (
        Figures("Figures", (Headline("Label", "84.9", "%", "n 5", Mark.ALARM), Headline("Other", "–"))),
        TABLE,
        LINE,
        Beside((Paragraphs((Prose("Why", ("**First** one", "second"), numbered=True),)),), (LINE,)),
        Break(),
        Pairs((("Digest", "47c2"),)),
        Signatures((Box("Shen Yan", "signed", True), Box("Fang Ze"))),
    ),
    "No. 1",
    "Lanqiao",
    "Hangzhou",
    (("For", "Hechuan"),),
    "The target was missed by **19**.",
    "footer",
    "第 {page} 頁，共 {pages} 頁",
    "DRAFT",
)


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (None, Kind.RATIO, "–"),
        (0, Kind.COUNT, "0"),
        (1234567, Kind.COUNT, "1,234,567"),
        (0.84949, Kind.RATIO, "84.9"),
        (1.0, Kind.RATIO, "100.0"),
        (-0.04, Kind.SECONDS, "0.0"),
        (-12.34, Kind.SECONDS, "−12.3"),
        (Decimal("13365"), Kind.MONEY, "13,365.00"),
        (date(2026, 7, 1), Kind.DATE, "2026-07-01"),
    ],
)
def test_numbers_are_shown_so(value: object, kind: Kind, text: str) -> None:
    assert shown(value, kind) == text  # type: ignore[arg-type]


def test_a_change_tells_its_direction_and_nothing_else() -> None:
    assert (change(0.012, Kind.RATIO), change(-3, Kind.COUNT), change(0.0, Kind.COUNT), change(None, Kind.COUNT)) == (
        "▲ 1.2",
        "▼ 3",
        "=",
        "",
    )


@given(st.floats(-1e9, 1e9), st.sampled_from([Kind.RATIO, Kind.SECONDS, Kind.COUNT]))
def test_what_is_shown_is_the_number_within_its_last_place(value: float, kind: Kind) -> None:
    number = float(shown(value, kind).replace(",", "").replace("−", "-"))
    by = 100 if kind is Kind.RATIO else 1
    assert abs(number - value * by) <= (0.5 if kind is Kind.COUNT else 0.05) * (1 + 1e-6) + abs(value * by) * 1e-12
    near = rounded(value, kind)
    assert isinstance(near, float)
    assert abs(near - value * by) <= 0.005 + abs(value * by) * 1e-12


def test_a_csv_is_rfc_4180_with_a_byte_order_mark() -> None:
    lines = as_csv(TABLE).decode("utf-8-sig").split("\r\n")
    assert as_csv(TABLE).startswith(b"\xef\xbb\xbf")
    assert lines[0] == "名稱,Rate (%),Money (¥),Day,At,Hidden on paper (s)"
    assert lines[1] == "<b>骨&,84.93,-9720.00,2026-07-01,2026-07-01 09:30:00,12.35"
    assert lines[2] == "x,,0.00,,,"


@given(st.text())
def test_no_text_becomes_a_formula(text: str) -> None:
    assert not safe(text).startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"))


def test_a_workbook_has_numbers_as_numbers_and_names_that_excel_takes() -> None:
    again = Table("=sum [OF] 2026/07", TABLE.columns, TABLE.rows)
    long = Table("x" * 40, TABLE.columns, TABLE.rows)
    other = Table("x" * 45, TABLE.columns, TABLE.rows)
    book = openpyxl.load_workbook(io.BytesIO(xlsx([TABLE, again, long, other, Table("", TABLE.columns, ())])))
    assert len({name.casefold() for name in book.sheetnames}) == 5
    assert all(len(name) <= 31 and not re.search(r"[\[\]:*?/\\]", name) for name in book.sheetnames)
    row = next(book.worksheets[0].iter_rows(min_row=2))
    assert [cell.value for cell in row] == [
        "<b>骨&",
        0.84931,
        -9720,
        datetime(2026, 7, 1),
        datetime(2026, 7, 1, 9, 30),
        12.345,
    ]
    assert [cell.number_format for cell in row[1:4]] == ["0.0%", "#,##0.00", "yyyy-mm-dd"]
    assert book.worksheets[0].freeze_panes is not None


def test_a_page_is_escaped_whole_and_needs_nothing_from_elsewhere() -> None:
    page = html([DOCUMENT])
    assert '<html lang="zh-Hant">' in page
    assert "&lt;b&gt;骨&amp;" in page
    assert "<b>First</b> one" in page
    assert not re.search(r"<script|src=|href=|url\(|@import", page)
    assert "Hidden on paper" not in page


def test_a_pdf_has_its_texts_its_own_font_and_a_page_number_each() -> None:
    reader = PdfReader(io.BytesIO(pdf([DOCUMENT])))
    text = "\n".join(page.extract_text() for page in reader.pages)
    for expected in ("報表 <1>", "Lanqiao", "84.9", "Shen Yan", "DRAFT", "第 1 頁，共 2 頁", "between", "47c2"):
        assert expected in text, expected
    assert "Hidden on paper" not in text
    assert reader.metadata is not None
    assert reader.metadata.title == "報表 <1>"


def test_the_same_document_gives_the_same_bytes() -> None:
    assert pdf([DOCUMENT]) == pdf([DOCUMENT])
    assert xlsx([TABLE]) == xlsx([TABLE])


def test_the_language_chooses_the_regional_form_of_a_sign() -> None:
    """骨 is written otherwise in 简体 and 繁體, and both differ in the picture."""

    def picture(language: str) -> bytes:
        return images([Document(language, "骨", ())], ppi=72)[0]

    assert picture("zh-Hans") != picture("zh-Hant")
    assert picture("en") == picture("zh-Hans"), "in an English page names take the forms of the mainland"


def test_documents_become_one_file_with_contents() -> None:
    cover, second = Document("en", "Cover", ()), Document("en", "Second", (TABLE,))
    pages = [
        page.extract_text()
        for page in PdfReader(io.BytesIO(pdf([cover, DOCUMENT, second], contents="Contents"))).pages
    ]
    assert len(pages) == 4
    assert re.search(r"報表 <1>\s+2\s+Second\s+4", pages[0])
    assert "Page" not in pages[0]


def test_tables_behind_charts_and_figures_are_found_in_order() -> None:
    assert tables(DOCUMENT) == [TABLE, TABLE, TABLE]


@given(
    st.lists(st.one_of(st.none(), st.floats(-1e6, 1e6)), min_size=1, max_size=12),
    st.sampled_from(list(Drawn)),
    st.one_of(st.none(), st.floats(-1e5, 1e5)),
    st.sampled_from([Kind.RATIO, Kind.COUNT, Kind.SECONDS]),
)
def test_any_chart_is_well_formed_and_stays_within_its_frame(
    values: list[float | None], drawn: Drawn, target: float | None, kind: Kind
) -> None:
    series = tuple(Series(f"s{n}", tuple(values)) for n in range(2))
    chart = Chart("t", drawn, tuple(str(n) for n in range(len(values))), series, kind, "", target, "target", "gap")
    drawing = charts.draw(chart)
    root = ElementTree.fromstring(charts.svg(chart))
    assert root.tag.endswith("svg")
    for x, y in re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", drawing.shapes):
        assert -1 <= float(x) <= drawing.width + 1
        assert -1 <= float(y) <= drawing.height + 1
    for y, height in re.findall(r'<rect [^>]*y="(-?[\d.]+)"[^>]*height="(-?[\d.]+)"', drawing.shapes):
        assert float(height) >= 0
        assert -1 <= float(y) <= drawing.height + 1


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30), st.booleans())
def test_a_scale_holds_all_values_in_round_steps(values: list[float], zero: bool) -> None:
    found = charts.scale(values, zero=zero)
    assert found.low <= min(values) + found.step * 1e-8
    assert found.high >= max(values) - found.step * 1e-8
    assert 1 <= (found.high - found.low) / found.step <= 12
    if zero:
        assert found.low <= 0 <= found.high


def test_bars_begin_at_zero_and_the_names_of_lines_do_not_cover_each_other() -> None:
    bar = Chart("t", Drawn.BAR, ("a", "b"), (Series("s", (90.0, 100.0)),), Kind.COUNT)
    heights = [float(h) for h in re.findall(r'<rect [^>]*height="([\d.]+)"', charts.draw(bar).shapes)]
    assert heights[0] / heights[1] == pytest.approx(0.9, abs=0.01)
    close = Chart(
        "t", Drawn.LINE, ("a", "b"), tuple(Series(f"s{n}", (0.5, 0.5 + n / 1000)) for n in range(5)), Kind.RATIO
    )
    ends = sorted(text.y for text in charts.draw(close).texts if text.text.startswith("s"))
    assert all(b - a >= charts.SMALL for a, b in pairwise(ends))
