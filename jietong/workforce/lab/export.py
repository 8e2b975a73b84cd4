"""A study as tables: the same figures as on screen, for xlsx and CSV."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

import msgspec

from jietong.core.clock import to_datetime
from jietong.rendering.csv import as_csv
from jietong.rendering.model import Cell, Column, Kind, Row, Table, Value
from jietong.rendering.xlsx import xlsx
from jietong.workforce.lab.model import Change
from jietong.workforce.lab.schemas import LabChangeOut, LabScenarioOut, LabShownOut
from jietong.workforce.lab.words import assumption, named, word

FIGURES = ("sl3", "sl7", "abandon_rate", "occupancy", "cost")


def workbook(shown: LabShownOut, language: str) -> bytes:
    return xlsx(
        [results(shown, language), levers(shown, language), day(shown, language), assumptions(shown, language)],
        title=word("title", language),
    )


def csv(shown: LabShownOut, language: str) -> bytes:
    """The results alone."""
    return as_csv(results(shown, language))


def results(shown: LabShownOut, language: str) -> Table:
    columns = [Column(word("scenario", language)), Column(word("days", language), Kind.COUNT)]
    for key in FIGURES:
        kind = Kind.MONEY if key == "cost" else Kind.RATIO
        title = word(key, language)
        columns.append(Column(title, kind))
        columns += [Column(word(part, language).format(title), kind) for part in ("low", "high", "change")]
    columns.append(Column(word("cost_day", language), Kind.MONEY))
    rows = []
    for one in shown.scenarios:
        values: list[Value] = [_name(one, language), one.run.days]
        for key in FIGURES:
            found = None if one.figures is None else one.figures[key]
            values += (
                [None] * 4
                if found is None
                else [
                    found.value.mean,
                    found.value.low,
                    found.value.high,
                    None if found.change is None else found.change.mean,
                ]
            )
        values.append(None if one.cost_day is None else one.cost_day.mean)
        rows.append(_row(values))
    return Table(word("figures", language), tuple(columns), tuple(rows))


def levers(shown: LabShownOut, language: str) -> Table:
    columns = (
        Column(word("scenario", language)),
        Column(word("helps_from", language)),
        Column(word("more_cost", language), Kind.MONEY),
        Column(word("more", language), Kind.NUMBER),
        Column(word("each", language), Kind.MONEY),
    )
    by_id = {one.id: one for one in shown.scenarios}
    rows = []
    for lever in shown.levers:
        own = by_id.get(lever.scenario or "")
        rows.append(
            _row(
                [
                    _name(own, language) if own is not None else named(_change(lever.change), language),
                    word("half_hour_later" if lever.helps_from == "half_hour" else lever.helps_from, language),
                    None if lever.cost is None else lever.cost.mean,
                    None if lever.more is None else lever.more.mean,
                    lever.each,
                ]
            )
        )
    return Table(word("levers", language), columns, tuple(rows))


def day(shown: LabShownOut, language: str) -> Table:
    zone = ZoneInfo(shown.zone)
    with_result = [one for one in shown.scenarios if one.half_hours]
    columns = [Column(word("half_hour", language))]
    for one in with_result:
        columns += [Column(f"{_name(one, language)}: {word(key, language)}", Kind.RATIO) for key in ("sl3", "sl7")]
    starts = with_result[0].half_hours if with_result else []
    rows = []
    for n, start in enumerate(starts):
        values: list[Value] = [f"{to_datetime(start).astimezone(zone):%H:%M}"]
        for one in with_result:
            values += [one.sl3[n] if n < len(one.sl3) else None, one.sl7[n] if n < len(one.sl7) else None]
        rows.append(_row(values))
    return Table(word("day", language), tuple(columns), tuple(rows))


def assumptions(shown: LabShownOut, language: str) -> Table:
    columns = (
        Column(word("name", language)),
        Column(word("value", language), Kind.NUMBER, decimals=4),
        Column(word("first", language), Kind.NUMBER, decimals=4),
    )
    rows = [_row([assumption(name, language), value, shown.first[name]]) for name, value in shown.assumptions.items()]
    return Table(word("assumptions", language), columns, tuple(rows))


def _name(one: LabScenarioOut, language: str) -> str:
    return named(_change(one.change), language, one.name)


def _change(of: LabChangeOut) -> Change:
    return msgspec.convert(of.model_dump(mode="json"), Change)


def _row(values: Sequence[Value]) -> Row:
    return Row(tuple(Cell(value, value if isinstance(value, str) else "") for value in values))
