"""How much came against what was forecast, what follows from it, and how much is still to come. Pure."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction

from jietong.core.days import Span, day_of
from jietong.core.vocabulary import Ms
from jietong.metrics.intervals import metric
from jietong.sla.model import ONE, ZERO, Effect
from jietong.sla.rules.case import Case, length
from jietong.sla.rules.figures import Tallies, pooled, shown
from jietong.sla.rules.need import Basis
from jietong.sla.rules.result import VolumeResult

_NEAR = (Fraction(1, 2), Fraction(2))
"""What came so far moves a forecast of the rest, within bounds."""


class Outlook:
    """What came by day, and what is expected of the days to come."""

    def __init__(self, case: Case, by_day: Tallies, at: Ms) -> None:
        asked = metric(case.contract.volume.metric if case.contract.volume else "requested_agent")
        self._case, self._at = case, at
        self.seen = {day: pooled(by_day, [day], asked.definition).num for day in _days(case, by_day)}
        self.forecast = forecast_by_day(case)
        self.basis: Basis = "forecast" if self.forecast is not None else "run_rate"
        opening = case.opening(case.span)
        self._open = {day: length(opening, day_of(day, case.contract.zone)) for day in case.days}
        self._passed = {day: length(opening, _until(day_of(day, case.contract.zone), at)) for day in case.days}
        self.rest = {day: self._rest(day) for day in case.days}

    def still(self, days: tuple[date, ...]) -> int:
        """Expected from now on within these days."""
        return round(sum((self.rest.get(day, Fraction(0)) for day in days), Fraction(0)))

    def scaled(self, n: int, days: tuple[date, ...]) -> int:
        """How many more of what came `n` times so far, by the volume of the same days: answers to a survey, cases."""
        done = sum(self.seen.get(day, 0) for day in days)
        rest = sum((self.rest.get(day, Fraction(0)) for day in days), Fraction(0))
        if done:
            return round(n * rest / done)
        return round(rest) if not n else 0

    def _rest(self, day: date) -> Fraction:
        to_come = self._open[day] - self._passed[day]
        if to_come <= 0:
            return Fraction(0)
        if self.forecast is not None:
            whole = self.forecast.get(day, Fraction(0)) * self._pace
            return whole * to_come / self._open[day]
        per_ms = self._rate.get(day.weekday(), self._mean)
        return per_ms * to_come

    @property
    def _pace(self) -> Fraction:
        """Actual ÷ forecast of the days that are over; 1 before three are."""
        assert self.forecast is not None
        over = self._over
        planned = sum((self.forecast.get(day, Fraction(0)) for day in over), Fraction(0))
        if len(over) < 3 or not planned:
            return Fraction(1)
        pace = sum(self.seen.get(day, 0) for day in over) / planned
        return min(max(pace, _NEAR[0]), _NEAR[1])

    @property
    def _over(self) -> list[date]:
        return [day for day in self._case.days if self._open[day] and self._passed[day] >= self._open[day]]

    @property
    def _rate(self) -> dict[int, Fraction]:
        """Contacts per open ms of each weekday that has been seen whole."""
        sums: dict[int, tuple[int, int]] = {}
        for day in self._over:
            n, time = sums.get(day.weekday(), (0, 0))
            sums[day.weekday()] = (n + self.seen.get(day, 0), time + self._open[day])
        return {weekday: Fraction(n, time) for weekday, (n, time) in sums.items() if time}

    @property
    def _mean(self) -> Fraction:
        passed = sum(self._passed.values())
        return Fraction(sum(self.seen.get(day, 0) for day in self._case.days), passed) if passed else Fraction(0)


def forecast_by_day(case: Case) -> dict[date, Fraction] | None:
    """The forecast that binds: by days where there is one, else the month's, spread over its open time."""
    if case.forecast is not None:
        return {day: Fraction(case.forecast.get(day, 0)) for day in case.days}
    total = dict(case.contract.volume.monthly).get(case.key) if case.contract.volume else None
    if total is None:
        return None
    opening = case.opening(case.span)
    time = {day: length(opening, day_of(day, case.contract.zone)) for day in case.days}
    whole = sum(time.values())
    covered = Fraction(total) * len(case.days) / case.days_of_month
    return {day: covered * one / whole if whole else Fraction(0) for day, one in time.items()}


def volume_result(case: Case, outlook: Outlook, closed: bool) -> VolumeResult:
    """Against the forecast, with what the contract says follows. While the period runs, by what is expected."""
    terms = case.contract.volume
    actual = sum(outlook.seen.get(day, 0) for day in case.days)
    expected = actual if closed else actual + outlook.still(case.days)
    planned = outlook.forecast
    forecast = None if planned is None else round(sum(planned.values(), Fraction(0)))
    by_day = tuple(
        (day, outlook.seen.get(day, 0), None if planned is None else round(planned[day])) for day in case.days
    )
    if terms is None or not forecast or planned is None:
        return VolumeResult(actual, expected, forecast, None, by_day=by_day)
    deviation = Fraction(expected, forecast) - 1
    effect, points, share = Effect.FULL, ZERO, ONE
    out: tuple[date, ...] = ()
    if deviation > Fraction(terms.over):
        found = next((one for one in terms.excess if one.up_to is None or deviation <= Fraction(one.up_to)), None)
        if found is not None:
            effect, points = found.effect, found.points if found.effect is Effect.RELAX else ZERO
        if effect is Effect.FORECAST_SHARE:
            share = shown(Fraction(forecast, expected)) or ONE
        if effect is Effect.WITHIN_DAYS:
            most = 1 + Fraction(terms.over)
            out = tuple(day for day in case.days if outlook.seen.get(day, 0) > planned[day] * most)
    return VolumeResult(
        actual,
        expected,
        forecast,
        shown(deviation),
        effect,
        points,
        share,
        out,
        under=deviation < -Fraction(terms.under),
        by_day=by_day,
    )


def contacts_beyond(case: Case, volume: VolumeResult) -> tuple[int, int]:
    """How many above the tolerance, and how many below it."""
    terms = case.contract.volume
    if terms is None or not volume.forecast:
        return 0, 0
    high = volume.forecast * (1 + Fraction(terms.over))
    low = volume.forecast * (1 - Fraction(terms.under))
    return max(0, volume.expected - int(high)), max(0, -int(-low // 1) - volume.expected)


def _days(case: Case, by_day: Mapping[date, object]) -> list[date]:
    return sorted({*case.days, *by_day})


def _until(span: Span, at: Ms) -> Span:
    return Span(span.start, max(span.start, min(span.end, at)))
