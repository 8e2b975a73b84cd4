"""What a date is, for a centre of one country: weekday, working day, holiday, place in the month, days around
holidays.

China's calendar moves working days to Saturdays and Sundays and gives weekdays off for them (调休): such a Saturday
is a working day of a kind of its own. `holidays` and `chinese_calendar` say what is a holiday; both are read when
first needed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from jietong.core.errors import Invalid

Floats = npt.NDArray[np.float64]

MAKE_UP = 7
"""The weekday kind of a Saturday or Sunday on which China works; Monday to Sunday are 0 to 6."""
_FARTHEST = 4  # days that a holiday can lie away and still be felt
_ONE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DayKind:
    """One date as the forecast sees it."""

    day: date
    kind: int  # 0 Monday … 6 Sunday, 7 a make-up working day
    working: bool
    holiday: str | None
    from_start: int  # working days of the month up to and with this one
    to_end: int  # working days from this one to the month's end
    after: int  # 1: the first working day after a holiday, 2: the second; else 0
    before: bool  # a holiday begins before the next working day


class Country:
    """The calendar of one country, "" for none: then only weekends are known. Raises Invalid `no_such_country`."""

    def __init__(self, code: str) -> None:
        self.code = code.strip().upper()
        self.weekend: frozenset[int] = frozenset({5, 6})
        self._years: dict[int, dict[date, str]] = {}
        self._known: dict[date, DayKind] = {}
        if self.code:
            import holidays

            if self.code not in holidays.list_supported_countries():
                raise Invalid(
                    "no_such_country",
                    f"There is no holiday calendar of {code!r}. Give a code of ISO 3166, e.g. CN, TW, HK, US.",
                )
            self.weekend = frozenset(holidays.country_holidays(self.code, years=2000).weekend)

    def holiday(self, day: date) -> str | None:
        """The name of the day off that is given by law; None: there is none."""
        if not self.code:
            return None
        if day.year not in self._years:
            self._years[day.year] = _holidays(self.code, day.year)
        return self._years[day.year].get(day)

    def made_up(self, day: date) -> bool:
        """A Saturday or Sunday on which China works."""
        return self.code == "CN" and day.weekday() >= 5 and _works_in_china(day)

    def working(self, day: date) -> bool:
        if self.made_up(day):
            return True
        return day.weekday() not in self.weekend and self.holiday(day) is None

    def kinds(self, days: Sequence[date]) -> list[DayKind]:
        return [self._known.get(day) or self._known.setdefault(day, self._kind(day)) for day in days]

    def _kind(self, day: date) -> DayKind:
        first = day.replace(day=1)
        following = (first + timedelta(days=32)).replace(day=1)
        position = sum(self.working(first + timedelta(days=i)) for i in range(day.day))
        left = sum(self.working(day + timedelta(days=i)) for i in range((following - day).days))
        return DayKind(
            day,
            MAKE_UP if self.made_up(day) else day.weekday(),
            self.working(day),
            self.holiday(day),
            position,
            left,
            self._after(day),
            self._before(day),
        )

    def _after(self, day: date) -> int:
        passed = 1
        for back in range(1, _FARTHEST + 4):
            past = day - back * _ONE
            if self.holiday(past) is not None:
                return passed if passed <= 2 and self.holiday(day) is None else 0
            if self.working(past):
                passed += 1
                if passed > 2:
                    return 0
        return 0

    def _before(self, day: date) -> bool:
        if self.holiday(day) is not None:
            return False
        for ahead in range(1, _FARTHEST + 1):
            coming = day + ahead * _ONE
            if self.holiday(coming) is not None:
                return True
            if self.working(coming):
                return False
        return False


@lru_cache(maxsize=32)
def country(code: str | None) -> Country:
    return Country(code or "")


def table(kinds: Sequence[DayKind]) -> Floats:
    """Days × columns, as `level` and `shape` read them: see the constants below."""
    names = {name: float(i + 1) for i, name in enumerate(sorted({k.holiday for k in kinds if k.holiday}))}
    rows = [
        (
            k.day.toordinal(),
            k.kind,
            float(k.working),
            k.day.day,
            min(k.from_start, 23),
            min(k.to_end, 23),
            float(k.holiday is not None),
            _stable(k.holiday) if k.holiday in names else 0.0,
            {0: 0.0, 1: 1.0, 2: 0.5}[k.after],
            float(k.before),
            k.day.timetuple().tm_yday,
        )
        for k in kinds
    ]
    return np.array(rows, dtype=np.float64).reshape(len(rows), WIDTH)


ORDINAL, KIND, WORKING, DAY_OF_MONTH, FROM_START, TO_END, HOLIDAY, NAME, AFTER, BEFORE, DAY_OF_YEAR = range(11)
WIDTH = 11


def _stable(name: str | None) -> float:
    """A number that is the same for the same name in every table."""
    return float(int.from_bytes((name or "").encode()[:24], "big") % 1_000_003)


def _holidays(code: str, year: int) -> dict[date, str]:
    import holidays

    found = {
        day: str(name).replace(" (observed)", "")
        for day, name in holidays.country_holidays(code, years=year, language="en_US").items()
        if day.year == year
    }
    if code == "CN":
        return _china(year) or found
    return found


def _china(year: int) -> dict[date, str]:
    """The days off of the State Council's yearly notice, {} for a year that has none yet."""
    import chinese_calendar

    found: dict[date, str] = {}
    day = date(year, 1, 1)
    try:
        while day.year == year:
            off, name = chinese_calendar.get_holiday_detail(day)
            if off and name is not None:
                found[day] = str(name)
            day += _ONE
    except NotImplementedError:
        return {}
    return found


@lru_cache(maxsize=4096)
def _works_in_china(day: date) -> bool:
    import chinese_calendar

    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return False  # a year whose make-up days are not announced yet
