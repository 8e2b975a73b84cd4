"""A forecast as a spreadsheet: a row a day, or a row a quarter of an hour."""

from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from jietong.core.clock import to_datetime
from jietong.identity.model import Principal
from jietong.rendering.csv import as_csv
from jietong.rendering.model import Cell, Column, Kind, Row, Table
from jietong.rendering.xlsx import xlsx
from jietong.workforce.forecast.service import Forecasts

_WORDS: dict[str, dict[str, str]] = {
    "title": {"zh-Hans": "预测", "zh-Hant": "預測", "en": "Forecast"},
    "day": {"zh-Hans": "日期", "zh-Hant": "日期", "en": "Day"},
    "start": {"zh-Hans": "开始", "zh-Hant": "開始", "en": "Start"},
    "mean": {"zh-Hans": "预计联系量", "zh-Hant": "預計聯繫量", "en": "Expected contacts"},
    "p10": {"zh-Hans": "下限（10%）", "zh-Hant": "下限（10%）", "en": "Low (10 %)"},
    "p90": {"zh-Hans": "上限（90%）", "zh-Hant": "上限（90%）", "en": "High (90 %)"},
    "came": {"zh-Hans": "实际联系量", "zh-Hant": "實際聯繫量", "en": "Came"},
    "aht": {"zh-Hans": "平均处理时长", "zh-Hant": "平均處理時間", "en": "Handling time"},
    "s": {"zh-Hans": "秒", "zh-Hant": "秒", "en": "s"},
}


class File(NamedTuple):
    name: str
    media_type: str
    data: bytes


async def exported(
    forecasts: Forecasts,
    by: Principal,
    queue: str,
    first: date,
    last: date,
    *,
    every: str,
    format: str,
    language: str,
) -> File:
    """Raises as `Forecasts.view`. In the audit log with what was asked."""

    def word(key: str) -> str:
        return _WORDS[key].get(language, _WORDS[key]["en"])

    name = f"{word('title')} {queue} {first.isoformat()}–{last.isoformat()}"
    figures = (
        Column(word("mean"), Kind.NUMBER, decimals=1),
        Column(word("p10"), Kind.NUMBER, decimals=1),
        Column(word("p90"), Kind.NUMBER, decimals=1),
        Column(word("came"), Kind.NUMBER, decimals=1),
        Column(word("aht"), Kind.SECONDS, unit=word("s")),
    )
    rows: list[Row] = []
    if every == "day":
        columns: tuple[Column, ...] = (Column(word("day"), Kind.DATE), *figures)
        for day in (await forecasts.view(by, queue, first, last))["days"]:
            said = day["forecast"] or {}
            values = (said.get("mean"), said.get("p10"), said.get("p90"), day["came"], day["aht_s"])
            rows.append(_row(date.fromisoformat(day["day"]), values))
    else:
        columns = (Column(word("start"), Kind.MOMENT), *figures)
        at = first
        while at <= last:
            found = await forecasts.day(by, queue, at)
            zone = ZoneInfo(found["zone"])
            for slot in found["slots"]:
                values = tuple(slot[name] for name in ("mean", "p10", "p90", "came", "aht_s"))
                local = to_datetime(slot["start"]).astimezone(zone).replace(tzinfo=None)
                rows.append(_row(local, values))
            at += timedelta(days=1)
    table = Table(name, columns, tuple(rows), sheet=queue)
    await forecasts.exported(by, queue, first, last, every=every, format=format)
    if format == "csv":
        return File(f"{name}.csv", "text/csv; charset=utf-8", as_csv(table))
    media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return File(f"{name}.xlsx", media, xlsx([table], title=name))


def _row(start: date | datetime, values: tuple[float | None, ...]) -> Row:
    return Row(
        (Cell(start, start.isoformat()), *(Cell(value, "–" if value is None else f"{value:.1f}") for value in values))
    )
