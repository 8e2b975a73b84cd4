"""What is still to come today, as the day's view asks for it: the forecast of each queue, laid on the day's grid."""

from collections.abc import Sequence
from typing import Protocol

from jietong.core.errors import JietongError
from jietong.core.vocabulary import Ms
from jietong.workforce.day.model import Expectation, Grid


class Today(Protocol):
    """One queue's day by quarters of an hour, as `forecast.expected.Now` has it."""

    @property
    def starts(self) -> Sequence[Ms]: ...
    @property
    def said(self) -> Sequence[float]: ...
    @property
    def came(self) -> Sequence[float | None]: ...
    @property
    def mean(self) -> Sequence[float]: ...
    @property
    def p10(self) -> Sequence[float]: ...
    @property
    def p90(self) -> Sequence[float]: ...
    @property
    def aht_s(self) -> Sequence[float]: ...


class Forecasts(Protocol):
    """Who knows what comes: `workforce.forecast` stands behind it."""

    async def today(self, queue: str, now: Ms) -> Today:
        """Raises a JietongError for a queue of which nothing can be said."""
        ...


async def expectation(forecasts: Forecasts, queue: str, grid: Grid, now: Ms) -> Expectation | None:
    """By the steps of the grid; None: nothing is forecast for this queue."""
    try:
        today = await forecasts.today(queue, now)
    except JietongError:
        return None
    place = {start: n for n, start in enumerate(today.starts)}
    order = [place.get(grid.at(i)) for i in range(grid.n)]

    def laid(values: Sequence[float]) -> tuple[float, ...]:
        return tuple(0.0 if n is None else max(float(values[n]), 0.0) for n in order)

    came = tuple(None if n is None else today.came[n] for n in order)
    return Expectation(
        queue, laid(today.said), laid(today.mean), laid(today.p10), laid(today.p90), came, laid(today.aht_s)
    )
