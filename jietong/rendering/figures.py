"""Numbers as people read them, in one place: table, chart, PDF and page say the same. Pure."""

from datetime import date, datetime
from decimal import Decimal

from jietong.rendering.model import Kind, Value

NO_DATA = "–"
DECIMALS = {Kind.COUNT: 0, Kind.RATIO: 1, Kind.SECONDS: 1, Kind.NUMBER: 2, Kind.MONEY: 2}


def shown(value: Value, kind: Kind, decimals: int | None = None) -> str:
    """The text of a number, thousands parted, without its unit; a ratio as a percentage; `–` for no data.

    >>> shown(0.8493, Kind.RATIO), shown(1234.56, Kind.SECONDS), shown(None, Kind.COUNT), shown(-3, Kind.COUNT)
    ('84.9', '1,234.6', '–', '−3')
    """
    if value is None:
        return NO_DATA
    if isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    places = DECIMALS.get(kind, 0) if decimals is None else decimals
    number = value * 100 if kind is Kind.RATIO else value
    if isinstance(number, Decimal):
        number = number.quantize(Decimal(1).scaleb(-places))
    text = f"{number:,.{places}f}"
    if text.startswith("-"):
        text = "−" + text[1:]
        if not any(sign in "123456789" for sign in text):
            text = text[1:]  # no minus before nothing
    return text


def rounded(value: Value, kind: Kind) -> Value:
    """As CSV has it: percentages, and times in seconds, to two decimals at most."""
    if value is None or isinstance(value, str | date):
        return value
    number = value * 100 if kind is Kind.RATIO else value
    return number if isinstance(number, int) else round(float(number), 2)


def change(value: float | None, kind: Kind) -> str:
    """A difference with its direction: `▲ 1.2`, `▼ 0.4`, `=`; empty for none."""
    if value is None:
        return ""
    text = shown(abs(value), kind)
    if not any(sign in "123456789" for sign in text):
        return "="
    return f"{'▲' if value > 0 else '▼'} {text}"
