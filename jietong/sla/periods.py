"""The months of a contract: a period is a calendar month of its zone, cut off at its beginning and end. Pure."""

import re
from datetime import date, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from jietong.core.clock import to_datetime
from jietong.core.days import Span, day_of
from jietong.core.errors import Invalid
from jietong.core.vocabulary import Ms
from jietong.sla.model import Contract

_KEY = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


class Period(NamedTuple):
    """`first` and `last` are local days, both within; `span` the same as instants."""

    key: str
    first: date
    last: date
    span: Span
    settles_at: Ms  # from then on it can be closed


def local_date(at: Ms, zone: str) -> date:
    return to_datetime(at).astimezone(ZoneInfo(zone)).date()


def period_of(key: str, contract: Contract, ended_on: str | None = None) -> Period:
    """Raises Invalid `bad_period`."""
    if not _KEY.fullmatch(key):
        raise Invalid("bad_period", f"{key!r} is no month: write 2026-07.", field="period")
    month = date.fromisoformat(f"{key}-01")
    until = min(contract.end, date.fromisoformat(ended_on)) if ended_on else contract.end
    first = max(month, contract.start)
    last = min(next_month(month) - timedelta(days=1), until)
    if last < first:
        raise Invalid("bad_period", f"The agreement does not cover {key}.", field="period")
    span = Span(day_of(first, contract.zone).start, day_of(last, contract.zone).end)
    settles = day_of(last + timedelta(days=contract.settle_days), contract.zone).end
    return Period(key, first, last, span, settles)


def period_at(at: Ms, contract: Contract, ended_on: str | None = None) -> Period:
    """The one that is under way; before the contract begins its first, after its end its last."""
    until = min(contract.end, date.fromisoformat(ended_on)) if ended_on else contract.end
    day = min(max(local_date(at, contract.zone), contract.start), until)
    return period_of(f"{day:%Y-%m}", contract, ended_on)


def periods_until(at: Ms, contract: Contract, ended_on: str | None = None) -> list[Period]:
    """Every period that has begun by then, oldest first."""
    found = []
    until = min(contract.end, date.fromisoformat(ended_on)) if ended_on else contract.end
    month = contract.start.replace(day=1)
    last = min(local_date(at, contract.zone), until)
    while month <= last:
        found.append(period_of(f"{month:%Y-%m}", contract, ended_on))
        month = next_month(month)
    return found


def days_of(period: Period) -> list[date]:
    return [period.first + timedelta(days=n) for n in range((period.last - period.first).days + 1)]


def next_month(month: date) -> date:
    return (month.replace(day=1) + timedelta(days=32)).replace(day=1)


def months_before(month: date, n: int) -> date:
    """The first day of the month `n` months earlier."""
    index = month.year * 12 + month.month - 1 - n
    return date(index // 12, index % 12 + 1, 1)
