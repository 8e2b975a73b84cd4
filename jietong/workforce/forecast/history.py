"""What came in the past: a matrix of days × slots of the wall clock, and which days a centre is open. Pure.

A slot is a step of the local clock from midnight, so that nine o'clock is nine o'clock on both sides of a clock
change: on a day of 23 hours a slot is unknown, on one of 25 hours the quarters that share a slot are averaged.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from jietong.core.errors import Invalid
from jietong.workforce.forecast.calendar import Country

Floats = npt.NDArray[np.float64]

_ONE = timedelta(days=1)
_LATELY = 8  # weeks that say which weekdays a centre is open
_LONGEST_AHEAD = 800


@dataclass(frozen=True)
class History:
    """`counts[d, s]`: contacts in slot s of `days[d]`, nan where nothing is known. Days rise; days on which nothing
    at all came are not in it."""

    step_s: int
    days: tuple[date, ...]
    counts: Floats

    @property
    def slots(self) -> int:
        return 86_400 // self.step_s

    @property
    def totals(self) -> Floats:
        found: Floats = np.nansum(self.counts, axis=1)
        return found

    def until(self, day: date) -> "History":
        """What was known before `day`."""
        keep = sum(one < day for one in self.days)
        return History(self.step_s, self.days[:keep], self.counts[:keep])

    def since(self, day: date) -> "History":
        drop = sum(one < day for one in self.days)
        return History(self.step_s, self.days[drop:], self.counts[drop:])


def history(step_s: int, cells: Iterable[tuple[date, int, float]]) -> History:
    """From (day, slot, contacts); cells of one slot are averaged (the hour that a clock change gives twice). Days
    without a single contact are taken as closed."""
    slots = 86_400 // step_s
    sums: dict[date, Floats] = {}
    numbers: dict[date, Floats] = {}
    for day, slot, value in cells:
        if day not in sums:
            sums[day], numbers[day] = np.zeros(slots), np.zeros(slots)
        sums[day][slot] += value
        numbers[day][slot] += 1
    days = sorted(day for day, row in sums.items() if row.sum() > 0)
    counts = np.full((len(days), slots), np.nan)
    for i, day in enumerate(days):
        known = numbers[day] > 0
        counts[i, known] = sums[day][known] / numbers[day][known]
    return History(step_s, tuple(days), counts)


def filled(past: History) -> Floats:
    """The counts with the slots that a centre is closed in as 0: unknown in (nearly) all days of that weekday. What
    is unknown on few days only is a gap and stays nan."""
    counts = past.counts.copy()
    weekdays = np.array([day.weekday() for day in past.days])
    for weekday in range(7):
        rows = weekdays == weekday
        if rows.any():
            seldom = np.isfinite(counts[rows]).mean(axis=0) < 0.2
            block = counts[rows]
            block[:, seldom] = np.nan_to_num(block[:, seldom])
            counts[rows] = block
    return counts


def slots_in_use(past: History, days: Sequence[date]) -> npt.NDArray[np.bool_]:
    """Days × slots: in which of them something is known or came on days of that weekday (of any, where the weekday is
    new). Days that were counted round the clock are given round the clock."""
    known = np.isfinite(past.counts)
    weekdays = np.array([day.weekday() for day in past.days])
    found = np.zeros((len(days), past.slots), dtype=bool)
    for i, day in enumerate(days):
        rows = weekdays == day.weekday()
        found[i] = (known[rows] if rows.any() else known).mean(axis=0) >= 0.2
    return found


class Opening:
    """On which days the centre is open, by what it did: weekdays of the last eight weeks, holidays by name."""

    def __init__(self, past: History, country: Country) -> None:
        self._country = country
        last = past.days[-1]
        begun = max(past.days[0], last - timedelta(weeks=_LATELY))
        seen: dict[int, list[bool]] = {weekday: [] for weekday in range(7)}
        open_days = frozenset(past.days)
        day = begun
        while day <= last:
            if country.holiday(day) is None and not country.made_up(day):
                seen[day.weekday()].append(day in open_days)
            day += _ONE
        whole = (last - begun).days >= 6
        self._weekdays = {
            weekday: sum(known) / len(known) >= 0.5 if known else not whole and weekday < 5
            for weekday, known in seen.items()
        }
        if not any(self._weekdays.values()):
            self._weekdays[last.weekday()] = True
        self._holidays, self._makeup = self._past_holidays(past, open_days)

    def __contains__(self, day: object) -> bool:
        if not isinstance(day, date):
            return False
        name = self._country.holiday(day)
        if name is not None:
            usual = self._weekdays[day.weekday()]
            by_default = all(self._weekdays.values()) if not self._holidays else _most(self._holidays.values())
            return usual and self._holidays.get(name, by_default)
        if self._country.made_up(day):
            return self._makeup
        return self._weekdays[day.weekday()]

    def days(self, origin: date, number: int, skipped: Collection[date] = ()) -> list[date]:
        """The first `number` days on which it is open, from `origin`."""
        found: list[date] = []
        day = origin
        while len(found) < number and (day - origin).days < _LONGEST_AHEAD + 8 * number:
            if day in self and day not in skipped:
                found.append(day)
            day += _ONE
        return found

    def _past_holidays(self, past: History, open_days: frozenset[date]) -> tuple[dict[str, bool], bool]:
        """Whether it was open, the last time each holiday fell on a day of the week on which it is."""
        found: dict[str, bool] = {}
        made_up: list[bool] = []
        day = past.days[0]
        while day <= past.days[-1]:
            name = self._country.holiday(day)
            if name is not None and self._weekdays[day.weekday()]:
                found[name] = day in open_days
            if self._country.made_up(day):
                made_up.append(day in open_days)
            day += _ONE
        return found, _most(made_up) if made_up else True


def _most(known: Iterable[bool]) -> bool:
    all_of_them = list(known)
    return 2 * sum(all_of_them) > len(all_of_them)


def nothing_known() -> Invalid:
    return Invalid(
        "no_history",
        "There is no history to forecast from: not one contact is known. Give at least one day of counts, or name a "
        "similar queue and how many contacts a day are expected.",
    )
