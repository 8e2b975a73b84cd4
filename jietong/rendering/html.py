"""Documents as one light HTML page: no scripts, nothing loaded from elsewhere, readable from 320 px up."""

import re
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from jietong.rendering import charts
from jietong.rendering.model import (
    Beside,
    Block,
    Break,
    Cell,
    Chart,
    Column,
    Document,
    Figures,
    Kind,
    Pairs,
    Paragraphs,
    Row,
    Signatures,
    Table,
)
from jietong.rendering.pdf import mark

_LEFT = frozenset({Kind.TEXT, Kind.DATE, Kind.MOMENT})
_BOLD = re.compile(r"\*\*(.+?)\*\*")
_SIGNS = {
    "alarm": '<path d="M8 1.5 15 14H1Z" fill="#C22F2F"/><path d="M8 6v4M8 12v.1" stroke="#fff" stroke-width="1.8"/>',
    "look": '<path d="M8 2 14.5 13.5h-13Z"/>',
    "met": '<path d="m3.5 8.5 3 3 6-6.5"/>',
    "shown": '<path d="M1.8 8S4 3.8 8 3.8 14.2 8 14.2 8 12 12.2 8 12.2 1.8 8 1.8 8Z"/>'
    '<circle cx="8" cy="8" r="1.8"/>',
    "wait": '<circle cx="8" cy="8" r="6"/><path d="M8 4.5V8l2.5 1.5"/>',
}
STYLE = Path(__file__).with_name("page.css").read_text(encoding="utf-8")


def html(documents: Sequence[Document]) -> str:
    """One page of all documents, in the language of the first. All text is escaped."""
    first = documents[0]
    return (
        f'<!doctype html><html lang="{escape(first.language)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">'
        f"<title>{escape(first.title)}</title><style>{STYLE}</style></head><body>"
        + "".join(_document(document) for document in documents)
        + "</body></html>"
    )


def _document(document: Document) -> str:
    about = "".join(f"<div><dt>{escape(a)}</dt><dd>{escape(b)}</dd></div>" for a, b in document.pairs)
    return (
        "<main>"
        + (f'<div class="mark" aria-hidden="true">{escape(document.watermark)}</div>' if document.watermark else "")
        + f'<header><div><div class="org">{mark()}{escape(document.organisation)}</div>'
        f'<div class="note">{escape(document.organisation_note)}</div></div>'
        f'<div class="doc"><h1>{escape(document.title)}</h1><div class="note">{escape(document.subtitle)}</div></div>'
        "</header>"
        + (f'<dl class="to">{about}</dl>' if about else "")
        + (f'<p class="lead">{escape(document.lead)}</p>' if document.lead else "")
        + "".join(_block(block) for block in document.blocks)
        + f"<footer>{escape(document.footer)}</footer></main>"
    )


def _block(block: Block) -> str:
    if isinstance(block, Table):
        return _titled(block.title) + _table(block) + _note(block.note)
    if isinstance(block, Figures):
        return _titled(block.title) + _figures(block) + _note(block.note)
    if isinstance(block, Chart):
        title = f"{block.title} · {block.unit}" if block.unit else block.title
        narrow = charts.svg(replace(block, width=350, height=200))
        drawn = f'<div class="chart wide">{charts.svg(block)}</div><div class="chart narrow">{narrow}</div>'
        return _titled(title) + drawn + _note(block.note)
    if isinstance(block, Paragraphs):
        return '<div class="cols">' + "".join(_prose(one) for one in block.columns) + "</div>"
    if isinstance(block, Pairs):
        items = "".join(f"<dt>{escape(a)}</dt><dd>{_rich(b)}</dd>" for a, b in block.items)
        return _titled(block.title) + f'<dl class="pairs">{items}</dl>'
    if isinstance(block, Signatures):
        boxes = "".join(
            f"<div><b>{_sign('met') if one.signed else ''}{escape(one.name)}</b>"
            f'<div class="note">{escape(one.note)}</div></div>'
            for one in block.boxes
        )
        return f'<div class="sig">{boxes}</div>'
    if isinstance(block, Beside):
        sides = (block.left, block.right)
        return '<div class="cols">' + "".join(f"<div>{''.join(map(_block, side))}</div>" for side in sides) + "</div>"
    assert isinstance(block, Break)
    return ""


def _table(table: Table) -> str:
    shown = [(at, column) for at, column in enumerate(table.columns) if not column.detail]
    heads = "".join(
        f'<th scope="col"{_side(column)}>{escape(f"{column.title} {column.unit}".strip())}</th>'
        for _, column in shown
    )

    def line(row: Row) -> str:
        kind = " ".join(name for name, on in (("strong", row.strong), ("tint", row.tinted)) if on)
        cells = "".join(f"<td{_side(column)}>{_cell(row.cells[at])}</td>" for at, column in shown)
        return f"<tr{f' class={chr(34)}{kind}{chr(34)}' if kind else ''}>{cells}</tr>"

    foot = f"<tfoot>{''.join(map(line, table.foot))}</tfoot>" if table.foot else ""
    body = "".join(map(line, table.rows))
    return f'<div class="scroll"><table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody>{foot}</table></div>'


def _cell(cell: Cell) -> str:
    kind = "bad" if cell.mark == "alarm" else "none" if cell.text in ("–", "0") else ""
    text = f'<span class="{kind}">{escape(cell.text)}</span>' if kind else escape(cell.text)
    if cell.strong:
        text = f"<b>{text}</b>"
    note = f' <span class="note">{escape(cell.note)}</span>' if cell.note else ""
    return (_sign(cell.mark) if cell.mark else "") + text + note


def _figures(block: Figures) -> str:
    return (
        '<div class="figs">'
        + "".join(
            f'<div><div class="k">{escape(one.label)}</div>'
            f'<div class="v{" bad" if one.mark == "alarm" else ""}">{escape(one.value)}'
            f"{f'<small>{escape(one.unit)}</small>' if one.unit else ''}</div>"
            f'<div class="note">{_sign(one.mark) if one.mark else ""}{escape(one.note)}</div></div>'
            for one in block.items
        )
        + "</div>"
    )


def _prose(one: Any) -> str:
    tag, outer = ("li", "ol") if one.numbered else ("p", "div")
    body = "".join(f"<{tag}>{_rich(text)}</{tag}>" for text in one.paragraphs)
    kind = ' class="small"' if one.small else ""
    return f"<div>{_titled(one.title)}<{outer}{kind}>{body}</{outer}></div>"


def _titled(title: str) -> str:
    return f"<h2>{escape(title)}</h2>" if title else ""


def _note(note: str) -> str:
    return f'<p class="small">{_rich(note)}</p>' if note else ""


def _rich(text: str) -> str:
    return _BOLD.sub(r"<b>\1</b>", escape(text)).replace("\n", "<br>")


def _side(column: Column) -> str:
    return ' class="l"' if column.kind in _LEFT else ""


def _sign(kind: str) -> str:
    return f'<svg class="ic" viewBox="0 0 16 16" aria-hidden="true">{_SIGNS[kind]}</svg>'
