"""Charts as shapes and texts, and as SVG. Lines are named at their ends, the target is dotted, a gap is filled.

The PDF takes the shapes as SVG and sets the texts itself, in its own face; a page takes all as SVG. Pure.
"""

from collections.abc import Sequence
from html import escape
from math import ceil, floor, log10
from typing import NamedTuple

from msgspec import Struct

from jietong.rendering.figures import shown
from jietong.rendering.model import Chart, Drawn, Kind

SERIES = ("#00707C", "#D4782A", "#31145B", "#0097D3", "#9E4B28", "#2B4461")
HEAT = ("#E3F0F1", "#B6DADF", "#7FBCC4", "#43979F", "#00707C", "#00444B")
GRID, AXIS, LABEL, TARGET, GAP, INK = "#E3E9EA", "#8E9D9F", "#5C6C70", "#44555A", "#F2D9C4", "#0F1D20"
SMALL = 11.0  # size of all texts
LINE_GAP = 14.0
_WIDE = 0.62  # of a Latin letter's width to its size, on the safe side


class Text(Struct, frozen=True):
    """`x`, `y`: of its baseline; `anchor`: start, middle or end."""

    x: float
    y: float
    text: str
    anchor: str = "start"
    colour: str = LABEL
    bold: bool = False


class Drawing(Struct, frozen=True):
    """`shapes`: the inside of an SVG element."""

    width: float
    height: float
    shapes: str
    texts: tuple[Text, ...]


class Scale(NamedTuple):
    low: float
    high: float
    step: float


class _Field(NamedTuple):
    """Where the figures lie, and what a value is worth in it."""

    left: float
    top: float
    right: float
    bottom: float
    scale: Scale

    def y(self, value: float) -> float:
        share = (value - self.scale.low) / (self.scale.high - self.scale.low)
        return self.bottom - share * (self.bottom - self.top)


def draw(chart: Chart) -> Drawing:
    """The chart within its width and height."""
    if chart.drawn is Drawn.HEAT:
        return _heat(chart)
    if chart.drawn is Drawn.LINE:
        return _lines(chart)
    return _bars(chart)


def svg(chart: Chart, font: str = "sans-serif") -> str:
    """The whole chart as an SVG element that scales with its place."""
    drawing = draw(chart)
    texts = "".join(
        f'<text x="{t.x:.1f}" y="{t.y:.1f}" text-anchor="{t.anchor}" fill="{t.colour}"'
        f' font-weight="{600 if t.bold else 400}">{escape(t.text)}</text>'
        for t in drawing.texts
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {drawing.width:g} {drawing.height:g}" role="img" '
        f'aria-label="{escape(chart.title)}" font-family="{escape(font)}" font-size="{SMALL:g}">'
        f"{drawing.shapes}{texts}</svg>"
    )


def shapes(drawing: Drawing) -> str:
    """The drawing without its texts, as an SVG file."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{drawing.width:g}" height="{drawing.height:g}" '
        f'viewBox="0 0 {drawing.width:g} {drawing.height:g}">{drawing.shapes}</svg>'
    )


def scale(values: Sequence[float], *, zero: bool, most: int = 5, top: float | None = None) -> Scale:
    """Round steps that hold all values; from zero for bars, cut for lines. `top`: never above it."""
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    if zero:
        low, high = min(0.0, low), max(0.0, high)
    if high - low <= 1e-9 * max(1.0, abs(low), abs(high)):  # all the same
        middle = (low + high) / 2
        around = 0.5 * max(abs(middle), 1e-3)
        low, high = (0.0, 1.0) if zero or abs(middle) < 1e-9 else (middle - around, middle + around)
    rough = (high - low) / most
    size = 10.0 ** floor(log10(rough))
    step = next(size * n for n in (1, 2, 2.5, 5, 10) if size * n >= rough * 0.999)
    low, high = floor(low / step + 1e-9) * step, ceil(high / step - 1e-9) * step
    if top is not None and high > top >= max(values, default=0):
        high = top
    if not zero and low < 0 <= min(values, default=0):
        low = 0.0
    return Scale(low, high, step)


def _known(chart: Chart) -> list[float]:
    values = [v for one in chart.series for v in one.values if v is not None]
    return [*values, chart.target] if chart.target is not None else values


def _lines(chart: Chart) -> Drawing:
    names = [_end_name(chart, i) for i in range(len(chart.series))]
    if chart.target is not None:
        names.append(f"{chart.target_name} {shown(chart.target, chart.kind)}".strip())
    top = 1.0 if chart.kind is Kind.RATIO else None
    field = _field(chart, scale(_known(chart), zero=False, top=top), max((width(n) for n in names), default=0) + 14)
    out, texts = _frame(chart, field)
    n = len(chart.categories)
    xs = [field.left + (field.right - field.left) * (i / (n - 1) if n > 1 else 0.5) for i in range(n)]
    if chart.gap and len(chart.series) >= 2:
        out += _gap(chart, field, xs, texts)
    ends: list[tuple[float, str, str]] = []
    for i, one in enumerate(chart.series):
        colour = SERIES[i % len(SERIES)]
        points = [(x, field.y(v)) for x, v in zip(xs, one.values, strict=False) if v is not None]
        for run in _runs(one.values):
            path = " ".join(
                f"{'M' if at == run[0] else 'L'}{xs[at]:.1f} {field.y(one.values[at] or 0):.1f}" for at in run
            )
            out.append(f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="2" stroke-linejoin="round"/>')
            if len(run) == 1:
                out.append(_dot(xs[run[0]], field.y(one.values[run[0]] or 0), colour))
        if points:
            out.append(_dot(*points[-1], colour))
            ends.append((points[-1][1], names[i], INK))
    if chart.target is not None:
        y = field.y(chart.target)
        out.append(_dotted(field, y))
        ends.append((y, names[-1], LABEL))
    texts += [Text(field.right + 8, y + 4, name, colour=colour) for y, name, colour in _apart(ends, field)]
    texts += _across(chart, field, xs)
    return Drawing(chart.width, chart.height, "".join(out), tuple(texts))


def _bars(chart: Chart) -> Drawing:
    stacked = chart.drawn is Drawn.STACKED
    sums = [
        sum(one.values[i] or 0 for one in chart.series if i < len(one.values)) for i in range(len(chart.categories))
    ]
    values = (sums if stacked else []) + (_known(chart) if not stacked else [chart.target or 0])
    several = len(chart.series) > 1
    side = max((width(one.name) for one in chart.series), default=0) + 26 if several else 12
    if chart.target is not None:
        side = max(side, width(f"{chart.target_name} {shown(chart.target, chart.kind)}") + 14)
    field = _field(chart, scale(values, zero=True), side)
    out, texts = _frame(chart, field)
    n = max(1, len(chart.categories))
    slot = (field.right - field.left) / n
    thick = min(40.0, slot * 0.7) / (1 if stacked else max(1, len(chart.series)))
    xs = [field.left + slot * (i + 0.5) for i in range(len(chart.categories))]
    for i, x in enumerate(xs):
        low = high = 0.0
        for at, one in enumerate(chart.series):
            value = one.values[i] if i < len(one.values) else None
            if value is None:
                continue
            if stacked:
                start, end = (high, high + value) if value >= 0 else (low, low + value)
                high, low = max(high, end), min(low, end)
                left = x - thick / 2
            else:
                start, end = 0.0, value
                left = x + (at - len(chart.series) / 2) * thick
            y, bottom = field.y(max(start, end)), field.y(min(start, end))
            out.append(
                f'<rect x="{left:.1f}" y="{y:.1f}" width="{max(0.5, thick - 1):.1f}" '
                f'height="{max(0, bottom - y):.1f}" fill="{SERIES[at % len(SERIES)]}"/>'
            )
    if several:
        for at, one in enumerate(reversed(chart.series) if stacked else chart.series):
            colour = SERIES[(len(chart.series) - 1 - at if stacked else at) % len(SERIES)]
            y = field.top + 6 + at * LINE_GAP
            out.append(f'<rect x="{field.right + 8:.1f}" y="{y - 8:.1f}" width="10" height="8" fill="{colour}"/>')
            texts.append(Text(field.right + 22, y, one.name, colour=INK))
    if chart.target is not None:
        y = field.y(chart.target)
        out.append(_dotted(field, y))
        texts.append(Text(field.right + 8, y + 4, f"{chart.target_name} {shown(chart.target, chart.kind)}".strip()))
    texts += _across(chart, field, xs)
    return Drawing(chart.width, chart.height, "".join(out), tuple(texts))


def _heat(chart: Chart) -> Drawing:
    """Each series a row, each category a column; darker is more. A square without data is an outline."""
    left = max((width(one.name) for one in chart.series), default=0) + 10
    columns, rows = max(1, len(chart.categories)), max(1, len(chart.series))
    top, key = 18.0, 22.0
    wide = (chart.width - left - 2) / columns
    high = max(9.0, min(22.0, (chart.height - top - key) / rows))
    height = top + high * rows + key
    values = [v for v in _known(chart) if v is not None]
    low, most = (min(values), max(values)) if values else (0.0, 1.0)
    out, texts = [], []
    every = max(1, ceil(max((width(c) for c in chart.categories), default=0) + 8) // max(1, int(wide)) + 1)
    for i, category in enumerate(chart.categories):
        if i % every == 0:
            texts.append(Text(left + wide * i + min(wide / 2, 20), 12, category, "middle" if every == 1 else "start"))
    for r, one in enumerate(chart.series):
        y = top + r * high
        if rows * high <= 30 * high or r % 2 == 0:
            texts.append(Text(left - 6, y + high / 2 + 4, one.name, "end"))
        for i, value in enumerate(one.values):
            place = (
                f'x="{left + wide * i + 0.5:.1f}" y="{y + 0.5:.1f}" width="{wide - 1:.1f}" height="{high - 1:.1f}"'
            )
            if value is None:
                out.append(f'<rect {place} fill="none" stroke="{GRID}" stroke-width="0.6"/>')
                continue
            share = (value - low) / (most - low) if most > low else 1.0
            step = min(len(HEAT) - 1, int(share * len(HEAT)))
            out.append(f'<rect {place} fill="{HEAT[step]}"/>')
            text = shown(value, chart.kind)
            if wide >= width(text) + 4 and high >= 14:
                colour = "#FFFFFF" if step >= 3 else INK
                texts.append(Text(left + wide * (i + 0.5), y + high / 2 + 4, text, "middle", colour))
    base = top + high * rows + 16
    texts.append(Text(left, base, f"{shown(low, chart.kind)} {chart.unit}".strip()))
    at = left + width(f"{shown(low, chart.kind)} {chart.unit}") + 6
    for i, colour in enumerate(HEAT):
        out.append(f'<rect x="{at + i * 16:.1f}" y="{base - 9:.1f}" width="15" height="10" fill="{colour}"/>')
    texts.append(Text(at + 16 * len(HEAT) + 6, base, f"{shown(most, chart.kind)} {chart.unit}".strip()))
    return Drawing(chart.width, height, "".join(out), tuple(texts))


def width(text: str) -> float:
    """Of a text on one line, about: Chinese as wide as it is high."""
    return sum(SMALL if ord(sign) > 0x2E80 else SMALL * _WIDE for sign in text)


def _field(chart: Chart, found: Scale, side: float) -> _Field:
    marks = [shown(value, chart.kind, _places(chart.kind, found.step)) for value in _marks(found)]
    left = max(width(text) for text in marks) + 8
    return _Field(left, 10, max(left + 40, chart.width - side), chart.height - 22, found)


def _frame(chart: Chart, field: _Field) -> tuple[list[str], list[Text]]:
    out, texts = [], []
    for value in _marks(field.scale):
        y = field.y(value)
        out.append(f'<path d="M{field.left:.1f} {y:.1f}H{field.right:.1f}" stroke="{GRID}" stroke-width="1"/>')
        text = shown(value, chart.kind, _places(chart.kind, field.scale.step))
        texts.append(Text(field.left - 6, y + 4, text, "end"))
    base = field.y(max(field.scale.low, min(0.0, field.scale.high)))
    out.append(f'<path d="M{field.left:.1f} {base:.1f}H{field.right:.1f}" stroke="{AXIS}" stroke-width="1"/>')
    return out, texts


def _marks(found: Scale) -> list[float]:
    n = round((found.high - found.low) / found.step + 0.49)
    return [value for i in range(n + 1) if (value := found.low + i * found.step) <= found.high + found.step * 1e-6]


def _places(kind: Kind, step: float) -> int:
    step = step * 100 if kind is Kind.RATIO else step
    return 0 if step >= 1 and abs(step - round(step)) < 1e-9 else max(1, ceil(-log10(step) - 1e-9))


def _across(chart: Chart, field: _Field, xs: Sequence[float]) -> list[Text]:
    """As many names of categories as there is room for, the first among them."""
    if not xs:
        return []
    room = max(width(text) for text in chart.categories) + 12
    step = (xs[-1] - xs[0]) / (len(xs) - 1) if len(xs) > 1 else field.right
    every = max(1, ceil(room / max(step, 0.1)))
    return [
        Text(x, field.bottom + 16, text, "middle")
        for i, (x, text) in enumerate(zip(xs, chart.categories, strict=True))
        if i % every == 0
    ]


def _gap(chart: Chart, field: _Field, xs: Sequence[float], texts: list[Text]) -> list[str]:
    one, other = chart.series[0].values, chart.series[1].values
    out, seen = [], False
    both = tuple(a if a is not None and b is not None else None for a, b in zip(one, other, strict=False))
    for run in _runs(both):
        there = [f"{xs[i]:.1f} {field.y(one[i] or 0):.1f}" for i in run]
        back = [f"{xs[i]:.1f} {field.y(other[i] or 0):.1f}" for i in reversed(run)]
        out.append(f'<path d="M{" L".join([*there, *back])}Z" fill="{GAP}"/>')
        seen = seen or any(abs(field.y(one[i] or 0) - field.y(other[i] or 0)) > 2 for i in run)
    if seen:
        texts.append(_in_the_freest_corner(chart, field, xs))
    return out


def _in_the_freest_corner(chart: Chart, field: _Field, xs: Sequence[float]) -> Text:
    """What the filled space is called, where the lines leave most room."""
    half = (field.left + field.right) / 2
    ys = {
        side: [
            field.y(v)
            for one in chart.series
            for x, v in zip(xs, one.values, strict=False)
            if v is not None and (x <= half) == (side == "start")
        ]
        for side in ("start", "end")
    }
    room = [
        (field.bottom - max(ys[side], default=field.top), side, field.bottom - 6) for side in ("start", "end")
    ] + [(min(ys[side], default=field.bottom) - field.top, side, field.top + SMALL) for side in ("start", "end")]
    _, side, y = max(room, key=lambda one: one[0])
    return Text(field.left + 5 if side == "start" else field.right - 5, y, chart.gap, side)


def _apart(ends: list[tuple[float, str, str]], field: _Field) -> list[tuple[float, str, str]]:
    """The names at the lines' ends, moved so that none covers another, all within the field."""
    out: list[tuple[float, str, str]] = []
    for y, name, colour in sorted(ends):
        y = max(y, out[-1][0] + LINE_GAP) if out else max(y, field.top)
        out.append((y, name, colour))
    over = out[-1][0] - field.bottom if out else 0
    if over > 0:
        limit = field.bottom
        for i in range(len(out) - 1, -1, -1):
            y, name, colour = out[i]
            out[i] = (min(y, limit), name, colour)
            limit = out[i][0] - LINE_GAP
    return out


def _end_name(chart: Chart, at: int) -> str:
    one = chart.series[at]
    last = next((v for v in reversed(one.values) if v is not None), None)
    return f"{one.name} {shown(last, chart.kind)}"


def _runs(values: Sequence[float | None]) -> list[list[int]]:
    """The stretches without a hole."""
    out: list[list[int]] = []
    for i, value in enumerate(values):
        if value is None:
            continue
        if out and out[-1][-1] == i - 1:
            out[-1].append(i)
        else:
            out.append([i])
    return out


def _dot(x: float, y: float, colour: str) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>'


def _dotted(field: _Field, y: float) -> str:
    return (
        f'<path d="M{field.left:.1f} {y:.1f}H{field.right:.1f}" stroke="{TARGET}" stroke-width="1.4" '
        'stroke-dasharray="1.5 3.5" stroke-linecap="round"/>'
    )
