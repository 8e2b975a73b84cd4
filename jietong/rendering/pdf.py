"""Documents as PDF, set by typst with our own template and a font that the package brings.

    data = pdf([document])              # bytes; several documents become one file with contents

Nothing depends on fonts of the system: Noto Sans CJK (SIL Open Font License 1.1) holds Latin, 简体 and 繁體, and the
document's language chooses the regional forms. The same document gives the same bytes.
"""

import threading
from collections.abc import Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

import msgspec
import orjson
import typst

from jietong.core.errors import Unavailable
from jietong.rendering import charts
from jietong.rendering.model import Beside, Chart, Document, Table

_FONTS = ("cvttf_NotoSansCJK_Regular", "cvttf_NotoSansCJK_Bold")
_TEMPLATE = Path(__file__).with_name("page.typ")
_MARK = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" width="24" height="24" fill="#005861">'
    '<path d="M10.3 2h4v6.5c0 8-4.3 13-12.3 13v-3.9c5.5 0 8.3-3.2 8.3-9.1Z"/>'
    '<path d="M15.8 10.8c.7 4.5 2.8 6.8 6.2 6.8v3.9c-4.2 0-7.2-1.8-8.9-5 1.4-1.6 2.3-3.5 2.7-5.7Z"/></svg>'
)
_one_at_a_time = threading.Lock()


def pdf(documents: Sequence[Document], *, title: str = "", contents: str = "") -> bytes:
    """One file of all documents, each beginning on a new page. With `contents`, the words over it, the first document
    carries a list of the others with their pages. Blocks: call it in a thread. Raises Unavailable `no_fonts`.
    """
    data = {
        "title": title or documents[0].title,
        "mark": mark(),
        "contents_title": contents,
        "contents": [[one.title, i] for i, one in enumerate(documents) if i > 0] if contents else [],
        "documents": [_plain(document) for document in documents],
    }
    with _one_at_a_time:  # its compiler keeps what it laid out before, and is not for two threads
        made = _compiler().compile(_TEMPLATE.read_bytes(), format="pdf", sys_inputs=_inputs(data), timestamp=0)
    return cast(bytes, made)


def images(documents: Sequence[Document], *, ppi: float = 144.0) -> list[bytes]:
    """The same pages as PNG, one each."""
    data = {
        "title": documents[0].title,
        "mark": mark(),
        "contents_title": "",
        "contents": [],
        "documents": [_plain(document) for document in documents],
    }
    with _one_at_a_time:
        made = _compiler().compile(_TEMPLATE.read_bytes(), format="png", ppi=ppi, sys_inputs=_inputs(data))
    return [made] if isinstance(made, bytes) else cast("list[bytes]", made)


def mark() -> str:
    """The sign of Jietong as SVG."""
    return _MARK


@lru_cache(maxsize=1)
def _compiler() -> Any:
    return typst.Compiler(font_paths=_fonts())


def _inputs(data: dict[str, Any]) -> dict[str, str]:
    return {"data": orjson.dumps(data).decode()}


@lru_cache(maxsize=1)
def _fonts() -> Any:
    paths: list[str | Path | bytes] = []
    for package in _FONTS:
        found = find_spec(package)
        if found is None or found.origin is None:
            raise Unavailable(
                "no_fonts", "The fonts for PDF are not installed. Install Jietong again with its packages."
            )
        paths.append(str(Path(found.origin).parent))
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=cast(Any, paths))


def _plain(document: Document) -> dict[str, Any]:
    data: dict[str, Any] = msgspec.to_builtins(document, enc_hook=str)
    data["blocks"] = [_block(block) for block in document.blocks]
    return data


def _block(block: Any) -> dict[str, Any]:
    if isinstance(block, Chart):
        drawing = charts.draw(block)
        return {
            "type": "chart",
            "title": block.title,
            "unit": block.unit,
            "note": block.note,
            "drawing": {**msgspec.to_builtins(drawing), "shapes": charts.shapes(drawing)},
        }
    if isinstance(block, Beside):
        return {
            "type": "beside",
            "share": block.share,
            "left": [_block(one) for one in block.left],
            "right": [_block(one) for one in block.right],
        }
    if isinstance(block, Table):
        return _without_values(msgspec.to_builtins(block, enc_hook=str))
    data: dict[str, Any] = msgspec.to_builtins(block, enc_hook=str)
    data.pop("table", None)
    return data


def _without_values(table: dict[str, Any]) -> dict[str, Any]:
    """Paper shows texts; the numbers themselves stay out."""
    for row in (*table["rows"], *table["foot"]):
        for cell in row["cells"]:
            cell.pop("value", None)
    return table
