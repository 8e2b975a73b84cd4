"""A schedule as a workbook or CSV: a row a span, and a sheet with a row a person and a column a day."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from jietong.core.vocabulary import Activity, Ms
from jietong.rendering.csv import as_csv
from jietong.rendering.model import Cell, Column, Kind, Row, Table
from jietong.rendering.xlsx import xlsx
from jietong.workforce.schedule.calendar import TITLES, WORDS
from jietong.workforce.schedule.model import Person, PersonDay, days_between
from jietong.workforce.schedule.rules.ground import DayKey

HEADS: Mapping[str, tuple[str, ...]] = {
    "zh-Hans": ("工号", "姓名", "班组", "日期", "开始", "结束", "分钟", "活动", "带薪", "加班", "是", "否", "班表"),
    "zh-Hant": ("工號", "姓名", "班組", "日期", "開始", "結束", "分鐘", "活動", "帶薪", "加班", "是", "否", "班表"),
    "en": ("Agent", "Name", "Team", "Day", "Start", "End", "Minutes", "Activity", "Paid", "Overtime", "yes", "no",
           "Shifts"),
}  # fmt: skip


def tables(
    days: Mapping[DayKey, PersonDay],
    people: Mapping[str, Person],
    first: str,
    last: str,
    zone: str,
    language: str,
) -> list[Table]:
    """All spans, then the shifts as people read them. Times are the site's."""
    heads = HEADS.get(language, HEADS["en"])
    words = WORDS.get(language, WORDS["en"])
    tz = ZoneInfo(zone)

    def local(at: Ms) -> datetime:
        return datetime.fromtimestamp(at / 1000, tz).replace(tzinfo=None)

    def name(agent: str) -> tuple[str, str]:
        one = people.get(agent)
        return (one.name, one.team) if one is not None else (agent, "")

    kinds = (Kind.TEXT, Kind.TEXT, Kind.TEXT, Kind.TEXT, Kind.MOMENT, Kind.MOMENT, Kind.COUNT, Kind.TEXT, Kind.TEXT,
             Kind.TEXT)  # fmt: skip
    rows = []
    for (agent, day), one in sorted(days.items(), key=lambda item: (item[0][1], item[0][0])):
        for span in one.spans:
            values = (
                agent, *name(agent), day, local(span.start), local(span.end), (span.end - span.start) // 60_000,
                words[span.activity], heads[10 if span.paid else 11], heads[10 if span.overtime else 11],
            )  # fmt: skip
            rows.append(Row(tuple(Cell(value) for value in values)))
    columns = tuple(Column(head, kind) for head, kind in zip(heads[:10], kinds, strict=True))
    title = TITLES.get(language, TITLES["en"])
    return [
        Table(f"{title} {first} – {last}", columns, tuple(rows), sheet=title),
        _grid(days, people, days_between(first, last), heads, local, words[Activity.LEAVE]),
    ]


def exported(found: Sequence[Table], format: str, title: str) -> tuple[bytes, str]:
    """The file and its media type; CSV has the spans alone."""
    if format == "csv":
        return as_csv(found[0]), "text/csv; charset=utf-8"
    return xlsx(found, title=title), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _grid(
    days: Mapping[DayKey, PersonDay],
    people: Mapping[str, Person],
    isos: Sequence[str],
    heads: Sequence[str],
    local: Callable[[Ms], datetime],
    leave: str,
) -> Table:
    columns = (Column(heads[0]), Column(heads[1]), *(Column(iso) for iso in isos))
    rows = []
    for agent in sorted({agent for agent, _ in days}):
        one = people.get(agent)
        cells = [Cell(agent), Cell(one.name if one is not None else agent)]
        for iso in isos:
            day = days.get((agent, iso))
            shift = day.shift if day is not None else None
            away = day is not None and any(span.activity is Activity.LEAVE for span in day.spans)
            text = f"{local(shift[0]):%H:%M}–{local(shift[1]):%H:%M}" if shift else leave if away else ""
            cells.append(Cell(text or None))
        rows.append(Row(tuple(cells)))
    return Table(heads[12], columns, tuple(rows), sheet=heads[12])
