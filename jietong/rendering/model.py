"""A document as data: what PDF, HTML, xlsx and CSV are all made from. Knows nothing of what its figures mean. Pure.

A cell holds the number itself and the text that people read; renderers never compute. Text of `Prose` and `Pairs` may
have **bold** parts.
"""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

from msgspec import Struct

Value: TypeAlias = str | int | float | Decimal | date | datetime | None


class Kind(StrEnum):
    """What the numbers of a column are."""

    TEXT = "text"
    COUNT = "count"
    RATIO = "ratio"  # 0..1, shown as a percentage
    SECONDS = "seconds"
    NUMBER = "number"
    MONEY = "money"
    DATE = "date"  # local, without a zone
    MOMENT = "moment"  # local, without a zone: spreadsheets know none


class Mark(StrEnum):
    """The sign before a cell's text or a figure."""

    ALARM = "alarm"  # filled triangle: act now
    LOOK = "look"  # hollow triangle
    MET = "met"  # tick
    SHOWN = "shown"  # eye
    WAIT = "wait"  # clock


class Column(Struct, frozen=True):
    """`unit` stands small in the head. `detail`: in xlsx and CSV alone. `width`: relative, on paper."""

    title: str
    kind: Kind = Kind.TEXT
    unit: str = ""
    width: float = 1.0
    detail: bool = False
    decimals: int | None = None


class Cell(Struct, frozen=True):
    """`text`: as people read it; `note` small after it."""

    value: Value = None
    text: str = ""
    note: str = ""
    mark: Mark | None = None
    strong: bool = False


class Row(Struct, frozen=True):
    cells: tuple[Cell, ...]
    strong: bool = False
    tinted: bool = False


class Table(Struct, frozen=True, tag="table"):
    """`foot`: rows that sum up. `sheet`: name of its sheet and file; its title where empty."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    foot: tuple[Row, ...] = ()
    note: str = ""
    sheet: str = ""


class Headline(Struct, frozen=True):
    label: str
    value: str
    unit: str = ""
    note: str = ""
    mark: Mark | None = None


class Figures(Struct, frozen=True, tag="figures"):
    """Key figures side by side, four a row. `table`: the same for xlsx and CSV."""

    title: str
    items: tuple[Headline, ...]
    table: Table | None = None
    note: str = ""


class Prose(Struct, frozen=True):
    title: str
    paragraphs: tuple[str, ...]
    numbered: bool = False
    small: bool = False


class Paragraphs(Struct, frozen=True, tag="paragraphs"):
    """Prose in columns."""

    columns: tuple[Prose, ...]


class Pairs(Struct, frozen=True, tag="pairs"):
    """Labels with a text each, below one another."""

    items: tuple[tuple[str, str], ...]
    title: str = ""


class Box(Struct, frozen=True):
    """Where somebody signs, or has signed."""

    name: str
    note: str = ""
    signed: bool = False


class Signatures(Struct, frozen=True, tag="signatures"):
    boxes: tuple[Box, ...]


class Series(Struct, frozen=True):
    name: str
    values: tuple[float | None, ...]


class Drawn(StrEnum):
    LINE = "line"
    BAR = "bar"
    STACKED = "stacked"
    HEAT = "heat"


class Chart(Struct, frozen=True, tag="chart"):
    """`categories` name the places across; of a heat calendar each series is one row. `gap` names the space between
    the first two lines, which is filled. `target` is drawn dotted. `table`: the same for xlsx and CSV."""

    title: str
    drawn: Drawn
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    kind: Kind = Kind.COUNT
    unit: str = ""
    target: float | None = None
    target_name: str = ""
    gap: str = ""
    table: Table | None = None
    height: int = 190  # in the units of its width, 640 across a whole page
    width: int = 640
    note: str = ""


class Beside(Struct, frozen=True, tag="beside"):
    """Two stacks of blocks side by side; `share` of the width for the left."""

    left: "tuple[Block, ...]"
    right: "tuple[Block, ...]"
    share: float = 0.5


class Break(Struct, frozen=True, tag="break"):
    """What follows begins on a new page."""


Block: TypeAlias = Table | Figures | Paragraphs | Pairs | Signatures | Chart | Beside | Break


class Document(Struct, frozen=True):
    """`pairs`: what it is about, in one line under the head. `lead`: the one sentence to read. `pages`: the words for
    "Page {page} of {pages}". `watermark` lies across every page."""

    language: str
    title: str
    blocks: tuple[Block, ...]
    subtitle: str = ""
    organisation: str = ""
    organisation_note: str = ""
    pairs: tuple[tuple[str, str], ...] = ()
    lead: str = ""
    footer: str = ""
    pages: str = "{page} / {pages}"
    watermark: str = ""
    landscape: bool = False
    name: str = ""  # of the file, without ending


def tables(document: Document) -> list[Table]:
    """Every table of a document with those behind figures and charts, in order."""
    out: list[Table] = []

    def take(blocks: tuple[Block, ...]) -> None:
        for block in blocks:
            if isinstance(block, Table):
                out.append(block)
            elif isinstance(block, Figures | Chart):
                if block.table is not None:
                    out.append(block.table)
            elif isinstance(block, Beside):
                take(block.left)
                take(block.right)

    take(document.blocks)
    return out
