"""Tables as an Excel workbook: a sheet each, numbers as numbers in full with a format, a frozen head, a filter.

Percentages are 0..1 with a percent format; times are seconds, as in CSV and JSON, so that they can be added up and
divided; Chinese needs nothing special, for the file is UTF-8 throughout.
"""

import io
import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter

from jietong.rendering.csv import head
from jietong.rendering.model import Cell, Column, Kind, Table

FORMATS = {
    Kind.COUNT: "#,##0",
    Kind.RATIO: "0.0%",
    Kind.SECONDS: "#,##0.0",
    Kind.NUMBER: "#,##0.00",
    Kind.MONEY: "#,##0.00",
    Kind.DATE: "yyyy-mm-dd",
    Kind.MOMENT: "yyyy-mm-dd hh:mm",
}
_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]")


def xlsx(tables: Sequence[Table], *, title: str = "", organisation: str = "") -> bytes:
    """The workbook. Sheets are named after the tables, shortened and told apart where need be."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": title, "company": organisation, "created": datetime(2000, 1, 1)})  # noqa: DTZ001
    taken: set[str] = set()
    formats = _Formats(book)
    for table in tables:
        sheet = book.add_worksheet(_named(table.sheet or table.title, taken))
        _write(sheet, table, formats)
    if not tables:
        book.add_worksheet()
    book.close()
    return out.getvalue()


class _Formats:
    """One of each; a workbook keeps them all."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[tuple[Kind, int | None, bool, bool], Any] = {}
        self.head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "bottom"})

    def of(self, column: Column, *, strong: bool, alarm: bool) -> Any:
        key = (column.kind, column.decimals, strong, alarm)
        if key not in self._made:
            form: dict[str, Any] = {}
            if column.kind in FORMATS:
                form["num_format"] = _format(column)
            if strong:
                form["bold"] = True
            if alarm:
                form["font_color"] = "#A51D1F"
            self._made[key] = self._book.add_format(form)
        return self._made[key]


def _format(column: Column) -> str:
    if column.decimals is None:
        return FORMATS[column.kind]
    places = "." + "0" * column.decimals if column.decimals else ""
    return f"0{places}%" if column.kind is Kind.RATIO else f"#,##0{places}"


def _write(sheet: Any, table: Table, formats: _Formats) -> None:
    sheet.set_row(0, 32)
    sheet.freeze_panes(
        1, sum(1 for column in table.columns[:2] if column.kind in (Kind.TEXT, Kind.DATE, Kind.MOMENT))
    )
    for at, column in enumerate(table.columns):
        title = column.title if column.kind is Kind.RATIO and column.unit == "%" else head(column)
        sheet.write_string(0, at, title, formats.head)
        wide = 30 if column.kind is Kind.TEXT and column.width > 1 else 17 if column.kind is Kind.MOMENT else 13
        sheet.set_column(at, at, wide)
    rows = [*((row, row.strong) for row in table.rows), *((row, True) for row in table.foot)]
    for down, (row, strong) in enumerate(rows, 1):
        for at, (cell, column) in enumerate(zip(row.cells, table.columns, strict=True)):
            form = formats.of(column, strong=strong or cell.strong, alarm=cell.mark == "alarm")
            _cell(sheet, down, at, cell, form)
    if table.rows:
        sheet.autofilter(0, 0, len(table.rows), len(table.columns) - 1)


def _cell(sheet: Any, down: int, at: int, cell: Cell, form: Any) -> None:
    value = cell.value
    if isinstance(value, bool) or value is None:
        if value is None and cell.text and cell.text != "–":
            sheet.write_string(down, at, cell.text, form)
        else:
            sheet.write_blank(down, at, None, form)
    elif isinstance(value, int | float | Decimal):
        sheet.write_number(down, at, float(value) if isinstance(value, Decimal) else value, form)
    elif isinstance(value, datetime | date):
        sheet.write_datetime(down, at, value, form)
    else:
        sheet.write_string(down, at, value.replace("\x00", ""), form)


def _named(title: str, taken: set[str]) -> str:
    """At most 31 signs, none that Excel refuses, and no two alike whatever their case."""
    name = _FORBIDDEN.sub(" ", title).strip().strip("'")[:31] or "1"
    n = 2
    whole = name
    while name.casefold() in taken or name.casefold() == "history":
        ending = f" {n}"
        name = whole[: 31 - len(ending)] + ending
        n += 1
    taken.add(name.casefold())
    return name
