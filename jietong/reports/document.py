"""A report's result as a document: what every export is made from, so that none can differ from the screen. Pure.

Figures are not computed here. Each number of the result becomes the value of one cell; its text is made by
`rendering.figures`.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from jietong.metrics.intervals import Every
from jietong.rendering import model as r
from jietong.rendering.figures import change, shown
from jietong.reports.model import Column, Kind, Line, Outcome, Result, Used, Value
from jietong.reports.periods import STEP
from jietong.reports.plot import chart_of
from jietong.reports.texts import KINDS, about_pairs, label_of, local_time, note_of, period_text, unit_name
from jietong.reports.words import WEEKDAYS, named, word


def document(result: Result, language: str, *, watermark: str = "", definitions: bool = True) -> r.Document:
    """The report as pages. `definitions`: with the table of definitions at the end."""
    blocks: list[r.Block] = []
    for outcome in result.outcomes:
        blocks += _blocks(outcome, result, language)
    if definitions and result.definitions:
        blocks.append(definition_table(result.definitions, language))
    wide = max((_columns_on_paper(one) for one in blocks), default=0) > 9
    if wide:  # the page is broader than high: charts stay as high as on the other
        blocks = [replace(one, width=940) if isinstance(one, r.Chart) else one for one in blocks]
    return r.Document(
        language=language,
        title=named(result.title, language),
        subtitle=period_text(result.window, result.zone),
        organisation=named(result.site_name, language),
        organisation_note=word("made_with", language),
        pairs=tuple(about_pairs(result, language)),
        blocks=tuple(blocks),
        footer=word("footer", language) if definitions else "",
        pages=word("pages", language),
        watermark=watermark,
        landscape=wide,
        name=named(result.title, language),
    )


def about_table(results: Sequence[Result], language: str) -> r.Table:
    """Period, zone, what it was compared with, as of when: as a sheet."""
    rows = []
    for result in results:
        for label, text in (("", named(result.title, language)), *about_pairs(result, language)):
            rows.append(_texts(label or word("report", language), text))
    columns = (r.Column(word("about", language), width=1.5), r.Column("", width=3))
    return r.Table(word("about", language), columns, tuple(rows))


def definition_table(definitions: Sequence[Used], language: str) -> r.Table:
    columns = (
        r.Column(word("metric", language), width=2),
        r.Column(word("formula", language), width=4),
        r.Column(word("meaning", language), width=4, detail=True),
        r.Column(word("attribution", language), width=2),
        r.Column(word("unit", language), detail=True),
        r.Column(word("id", language), width=1.2),
        r.Column(word("version", language), r.Kind.COUNT, width=0.7),
        r.Column(word("source", language), width=2, detail=True),
    )
    rows = tuple(
        r.Row(
            (
                _text(named(one.names, language)),
                _text(named(one.formula, language)),
                _text(named(one.meaning, language)),
                _text(word("arrival" if one.attribution == "arrival" else "spent", language)),
                _text(unit_name(one.unit, language)),
                _text(one.key),
                r.Cell(one.version, str(one.version)),
                _text(one.source),
            )
        )
        for one in definitions
    )
    return r.Table(word("definitions", language), columns, rows)


# --- blocks ------------------------------------------------------------------------------------------------------


def _blocks(outcome: Outcome, result: Result, language: str) -> list[r.Block]:
    title = named(outcome.title, language)
    if outcome.kind is Kind.TEXT:
        paragraphs = tuple(one for one in named(outcome.text, language).split("\n\n") if one.strip())
        return [r.Paragraphs((r.Prose(title, paragraphs),))]
    told = note_of(outcome, language)
    if outcome.note and not outcome.lines:
        return [r.Paragraphs((r.Prose(title, (told,)),))]
    if outcome.kind is Kind.FIGURES:
        return [_figures(outcome, language, title, told)]
    if not outcome.lines:
        return [r.Paragraphs((r.Prose(title, (word("nothing", language),)),))]
    table = _table(outcome, result, language, title, told)
    if outcome.kind is Kind.TABLE:
        return [table]
    return [chart_of(outcome, result, language, title, told, table)]


def _figures(outcome: Outcome, language: str, title: str, note: str) -> r.Figures:
    line = outcome.lines[0] if outcome.lines else None
    values = line.values if line else tuple(Value(None, 0, 0) for _ in outcome.columns)
    items, rows = [], []
    for column, value in zip(outcome.columns, values, strict=True):
        kind = KINDS[column.unit]
        unit = unit_name(column.unit, language)
        items.append(
            r.Headline(
                _titled(column, language, value.target),
                shown(value.value, kind),
                unit if value.value is not None else "",
                _beside(column, value),
                _mark(value, headline=True),
            )
        )
        rows.append(_figure_row(column, value, unit, language))
    # Each row has a unit of its own, so numbers stand as they are and the unit beside them.
    columns = (
        r.Column(word("metric", language), width=2),
        r.Column(word("value", language), r.Kind.NUMBER, decimals=4),
        r.Column(word("unit", language)),
        r.Column(word("numerator", language), r.Kind.NUMBER),
        r.Column(word("denominator", language), r.Kind.COUNT),
        r.Column(word("low", language), r.Kind.NUMBER, decimals=4),
        r.Column(word("high", language), r.Kind.NUMBER, decimals=4),
        r.Column(word("before", language), r.Kind.NUMBER, decimals=4),
        r.Column(word("change", language), r.Kind.NUMBER, decimals=4),
        r.Column(word("target", language), r.Kind.NUMBER, decimals=4),
    )
    return r.Figures(title, tuple(items), r.Table(title, columns, tuple(rows)), note)


def _figure_row(column: Column, value: Value, unit: str, language: str) -> r.Row:
    """Percentages as percentages: a column of mixed units has no format of its own."""
    by = 100 if column.unit == "ratio" else 1

    def times(number: float | None) -> r.Cell:
        return r.Cell(None if number is None else number * by, "")

    return r.Row(
        (
            _text(named(column.names, language)),
            times(value.value),
            _text(unit),
            r.Cell(value.numerator if column.how == "ratio" else None, ""),
            r.Cell(value.denominator if column.how != "sum" else None, ""),
            times(value.low),
            times(value.high),
            times(value.before),
            times(value.change),
            times(value.target),
        )
    )


def _table(outcome: Outcome, result: Result, language: str, title: str, note: str) -> r.Table:
    timed = outcome.every is not Every.ALL
    columns: list[r.Column] = []
    if timed:
        columns += [
            r.Column(_interval_head(outcome.every, language), _interval_kind(outcome.every), width=1.5),
            r.Column(word("start", language), detail=True, width=2),
            r.Column(word("end", language), detail=True, width=2),
        ]
    columns += [r.Column(word(str(by), language), width=2) for by in outcome.by]
    if not columns:
        columns.append(r.Column("", width=2))
    for column in outcome.columns:
        columns += _value_columns(column, language, compared=outcome.before is not None)

    def row(line: Line, *, total: bool = False) -> r.Row:
        cells: list[r.Cell] = []
        if timed:
            cells += _interval_cells(line, outcome.every, result.zone, total=total, language=language)
        for at, by in enumerate(outcome.by):
            if total:
                cells.append(_text("" if timed or at else word("total", language)))
            elif line.rest:
                cells.append(_text("" if at else word("rest", language)))
            else:
                cells.append(_text(label_of(result, by, line.keys[at], language)))
        if not cells:
            cells.append(_text(word("total", language)))
        for column, value in zip(outcome.columns, line.values, strict=True):
            cells += _value_cells(column, value, compared=outcome.before is not None)
        return r.Row(tuple(cells))

    foot = (row(outcome.total, total=True),) if outcome.total is not None else ()
    return r.Table(title, tuple(columns), tuple(row(line) for line in outcome.lines), foot, note)


def _value_columns(column: Column, language: str, *, compared: bool) -> list[r.Column]:
    title, kind, unit = named(column.names, language), KINDS[column.unit], unit_name(column.unit, language)
    sums = r.Kind.SECONDS if column.unit == "s" else r.Kind.COUNT
    out = [r.Column(title, kind, unit)]
    if column.how == "ratio":
        out.append(
            r.Column(f"{title}: {word('numerator', language)}", sums, unit if column.unit == "s" else "", detail=True)
        )
    if column.how != "sum":
        out.append(r.Column(f"{title}: {word('denominator', language)}", r.Kind.COUNT, detail=True))
    if compared:
        out.append(r.Column(f"{title}: {word('before', language)}", kind, unit, detail=True))
        out.append(r.Column(f"{title}: {word('change', language)}", kind, unit, detail=True))
    return out


def _value_cells(column: Column, value: Value, *, compared: bool) -> list[r.Cell]:
    kind = KINDS[column.unit]
    note = change(value.change, kind).removeprefix("=") if compared else ""
    out = [r.Cell(value.value, shown(value.value, kind), note, _mark(value, headline=False))]
    if column.how == "ratio":
        out.append(r.Cell(value.numerator, shown(value.numerator, r.Kind.NUMBER)))
    if column.how != "sum":
        out.append(r.Cell(value.denominator, shown(value.denominator, r.Kind.COUNT)))
    if compared:
        out += [r.Cell(value.before, shown(value.before, kind)), r.Cell(value.change, shown(value.change, kind))]
    return out


def _titled(column: Column, language: str, target: float | None) -> str:
    name = named(column.names, language)
    if target is None:
        return name
    return f"{name} · {word('target', language)} {shown(target, KINDS[column.unit])}"


def _beside(column: Column, value: Value) -> str:
    """Under a headline figure: n, Wilson's interval, the change."""
    parts = []
    if value.n is not None and value.value is not None:
        parts.append(f"n {value.n:,}")
    if value.low is not None and value.high is not None and value.value is not None:
        parts.append(f"{shown(value.low, r.Kind.RATIO)}–{shown(value.high, r.Kind.RATIO)}")
    moved = change(value.change, KINDS[column.unit])
    if moved:
        parts.append(moved)
    return " · ".join(parts)


def _mark(value: Value, *, headline: bool) -> r.Mark | None:
    if value.mark in ("below", "above"):
        return r.Mark.ALARM
    if value.mark == "missed":
        return r.Mark.ALARM if headline else r.Mark.LOOK
    return r.Mark.MET if value.mark == "met" and headline else None


def _interval_head(every: Every, language: str) -> str:
    return word({Every.DAY: "day", Every.WEEK: "week", Every.MONTH: "month"}.get(every, "time"), language)


def _interval_kind(every: Every) -> r.Kind:
    return r.Kind.MOMENT if every in STEP else r.Kind.DATE


def _interval_cells(line: Line, every: Every, zone: str, *, total: bool, language: str) -> list[r.Cell]:
    if total:
        return [r.Cell(None, word("total", language)), _text(""), _text("")]
    start, end = local_time(line.start, zone), local_time(line.end, zone)
    wall = start.replace(tzinfo=None)
    if every in STEP:
        first = r.Cell(wall, f"{start:%m-%d %H:%M}")
    elif every is Every.MONTH:
        first = r.Cell(wall.date(), f"{start:%Y-%m}")
    else:
        day = f" {WEEKDAYS[language][start.weekday()]}" if every is Every.DAY else ""
        first = r.Cell(wall.date(), f"{start:%Y-%m-%d}{day}")
    return [first, _text(start.isoformat(timespec="minutes")), _text(end.isoformat(timespec="minutes"))]


def _columns_on_paper(block: r.Block) -> int:
    return sum(not column.detail for column in block.columns) if isinstance(block, r.Table) else 0


def _text(text: str) -> r.Cell:
    return r.Cell(text, text)


def _texts(*texts: str) -> r.Row:
    return r.Row(tuple(_text(text) for text in texts))
