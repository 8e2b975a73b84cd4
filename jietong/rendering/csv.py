"""Tables as CSV: RFC 4180 in UTF-8 with a byte-order mark, so that Excel reads Chinese.

Numbers are plain: percentages and times in seconds to two decimals, dates as ISO 8601, no data as an empty field.
Text that a spreadsheet would run as a formula gets an apostrophe in front.
"""

import csv
import io
from datetime import date, datetime
from decimal import Decimal

from jietong.rendering.figures import rounded
from jietong.rendering.model import Cell, Column, Kind, Table, Value

BOM = "\ufeff"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # the wide ones run too


def as_csv(table: Table) -> bytes:
    """The table with its detail columns and its foot."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([safe(head(column)) for column in table.columns])
    for row in (*table.rows, *table.foot):
        writer.writerow([_field(cell, column) for cell, column in zip(row.cells, table.columns, strict=True)])
    return (BOM + out.getvalue()).encode()


def head(column: Column) -> str:
    """Title and unit, as xlsx and CSV have them."""
    return f"{column.title} ({column.unit})" if column.unit else column.title


def safe(text: str) -> str:
    """Text that no spreadsheet takes for a formula.

    >>> safe("=1+1"), safe("Hechuan")
    ("'=1+1", 'Hechuan')
    """
    text = text.replace("\x00", "")
    return "'" + text if text.startswith(_FORMULA) else text


def _field(cell: Cell, column: Column) -> str:
    value: Value = cell.value
    if value is None:
        return safe(cell.text) if column.kind is Kind.TEXT else ""
    if isinstance(value, str):
        return safe(value)
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    number = rounded(value, column.kind)
    return f"{number:.2f}".rstrip("0").rstrip(".") if isinstance(number, float) else str(number)
