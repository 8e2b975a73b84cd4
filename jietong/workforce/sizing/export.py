"""Requirement and lines as spreadsheets: a row a day, or a row a quarter of an hour."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from jietong.core.clock import to_datetime
from jietong.core.vocabulary import Ms
from jietong.rendering.csv import as_csv
from jietong.rendering.model import Cell, Column, Kind, Row, Table
from jietong.rendering.xlsx import xlsx
from jietong.workforce.sizing.views import View

File = tuple[str, str, bytes]
Value = float | date | datetime | None

_WORDS: dict[str, dict[str, str]] = {
    "need": {"zh-Hans": "人力需求", "zh-Hant": "人力需求", "en": "Requirement"},
    "lines": {"zh-Hans": "所需线路", "zh-Hant": "所需線路", "en": "Lines needed"},
    "day": {"zh-Hans": "日期", "zh-Hant": "日期", "en": "Day"},
    "start": {"zh-Hans": "开始", "zh-Hant": "開始", "en": "Start"},
    "contacts": {"zh-Hans": "预计联系量", "zh-Hant": "預計聯繫量", "en": "Expected contacts"},
    "aht": {"zh-Hans": "平均处理时长", "zh-Hant": "平均處理時間", "en": "Handling time"},
    "people": {"zh-Hans": "需排人数", "zh-Hant": "需排人數", "en": "People to schedule"},
    "on_line": {"zh-Hans": "其中在线", "zh-Hant": "其中在線", "en": "Of them on line"},
    "low": {"zh-Hans": "需排人数（10%）", "zh-Hant": "需排人數（10%）", "en": "People to schedule (10 %)"},
    "high": {"zh-Hans": "需排人数（90%）", "zh-Hant": "需排人數（90%）", "en": "People to schedule (90 %)"},
    "cover": {"zh-Hans": "已排人数", "zh-Hant": "已排人數", "en": "Scheduled"},
    "hours": {"zh-Hans": "需排工时", "zh-Hant": "需排工時", "en": "Hours to schedule"},
    "hours_low": {"zh-Hans": "需排工时（10%）", "zh-Hant": "需排工時（10%）", "en": "Hours to schedule (10 %)"},
    "hours_high": {"zh-Hans": "需排工时（90%）", "zh-Hant": "需排工時（90%）", "en": "Hours to schedule (90 %)"},
    "cover_hours": {"zh-Hans": "已排工时", "zh-Hant": "已排工時", "en": "Hours scheduled"},
    "missing": {"zh-Hans": "缺工时", "zh-Hant": "缺工時", "en": "Hours missing"},
    "peak": {"zh-Hans": "最多需要", "zh-Hant": "最多需要", "en": "Most people at once"},
    "load": {"zh-Hans": "话务量", "zh-Hant": "話務量", "en": "Load"},
    "high_lines": {"zh-Hans": "所需线路（90%）", "zh-Hant": "所需線路（90%）", "en": "Lines needed (90 %)"},
    "seats": {"zh-Hans": "所需在线坐席", "zh-Hant": "所需在線專員", "en": "Agents on line needed"},
    "s": {"zh-Hans": "秒", "zh-Hant": "秒", "en": "s"},
    "h": {"zh-Hans": "小时", "zh-Hant": "小時", "en": "h"},
}


def requirement_file(found: View, *, every: str, format: str, language: str) -> File:
    """A name, a media type and the file, of what `Sizing.requirement` gives."""

    def number(word: str, unit: str = "") -> Column:
        return Column(said(word, language), Kind.NUMBER, unit=said(unit, language) if unit else "", decimals=1)

    title = f"{said('need', language)} {found['queue']} {found['first']}–{found['last']}"
    rows: list[Row] = []
    slots = found["slots"]
    if every == "day":
        columns = (
            Column(said("day", language), Kind.DATE), number("contacts"), number("hours", "h"),
            number("hours_low", "h"), number("hours_high", "h"), number("cover_hours", "h"), number("missing", "h"),
            number("peak"),
        )  # fmt: skip
        names = ("contacts", "hours", "hours_low", "hours_high", "cover_hours", "missing_hours", "peak")
        rows = [_row(date.fromisoformat(one["day"]), [one[name] for name in names]) for one in found["days"]]
    else:
        columns = (
            Column(said("start", language), Kind.MOMENT), number("contacts"),
            Column(said("aht", language), Kind.SECONDS, unit=said("s", language)), number("people"),
            number("on_line"), number("low"), number("high"), number("cover"),
        )  # fmt: skip
        names = ("contacts", "aht_s", "need", "on_line", "need_low", "need_high", "cover")
        if slots is not None:
            rows = _by_step([slots[name] for name in names], slots["start"], found)
    return _file(title, found["queue"], columns, rows, format)


def lines_file(found: View, *, every: str, format: str, language: str) -> File:
    """As `requirement_file`, of what `Sizing.lines` gives."""
    title = f"{said('lines', language)} {found['first']}–{found['last']}"
    counts = tuple(Column(said(word, language), Kind.COUNT) for word in ("lines", "high_lines", "seats"))
    slots = found["slots"]
    if every == "day":
        columns: tuple[Column, ...] = (Column(said("day", language), Kind.DATE), *counts)
        names = ("lines", "lines_high", "seats")
        rows = [_row(date.fromisoformat(one["day"]), [one[name] for name in names]) for one in found["days"]]
    else:
        load = Column(said("load", language), Kind.NUMBER, unit="Erl", decimals=2)
        columns = (Column(said("start", language), Kind.MOMENT), load, *counts)
        rows = _by_step([slots[name] for name in ("load", "lines", "lines_high", "seats")], found["start"], found)
    return _file(title, said("lines", language), columns, rows, format)


def said(word: str, language: str) -> str:
    return _WORDS[word].get(language, _WORDS[word]["en"])


def _by_step(lists: Sequence[Sequence[float | None] | None], start: Ms, found: View) -> list[Row]:
    zone, step = ZoneInfo(found["zone"]), found["step_s"] * 1000
    steps = max((len(one) for one in lists if one is not None), default=0)
    return [
        _row(
            to_datetime(start + i * step).astimezone(zone).replace(tzinfo=None),
            [None if one is None else one[i] for one in lists],
        )
        for i in range(steps)
    ]


def _row(start: date | datetime, values: Sequence[float | None]) -> Row:
    figures = (Cell(value, "–" if value is None else f"{value:.1f}") for value in values)
    return Row((Cell(start, start.isoformat()), *figures))


def _file(title: str, sheet: str, columns: tuple[Column, ...], rows: Sequence[Row], format: str) -> File:
    table = Table(title, columns, tuple(rows), sheet=sheet)
    if format == "csv":
        return f"{title}.csv", "text/csv; charset=utf-8", as_csv(table)
    media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return f"{title}.xlsx", media, xlsx([table], title=title)
