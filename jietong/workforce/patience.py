"""How long customers wait before they give up: the product-limit estimate, answered ones censored. Pure.

Source: Kaplan and Meier 1958; the exponential estimate as in Brown et al. 2005; domain.md 2.2.
"""

from bisect import bisect_right
from collections.abc import Iterable

from jietong.core.vocabulary import Ms

ENDLESS: Ms = 86_400_000


class Patience:
    """`waits`: (how long, whether they gave up)."""

    def __init__(self, waits: Iterable[tuple[Ms, bool]]) -> None:
        ordered = sorted(waits, key=lambda one: (one[0], not one[1]))
        at_risk, alive = len(ordered), 1.0
        self.times: list[Ms] = []
        self.survival: list[float] = []  # after each of the times
        self.seen = len(ordered)
        self.gone = sum(gave_up for _, gave_up in ordered)
        self.waited: Ms = sum(wait for wait, _ in ordered)
        self.last: Ms = ordered[-1][0] if ordered else 0
        n = 0
        while n < len(ordered):
            time, gone, left = ordered[n][0], 0, 0
            while n < len(ordered) and ordered[n][0] == time:
                gone, left, n = gone + ordered[n][1], left + 1, n + 1
            if gone:
                alive *= 1 - gone / at_risk
                self.times.append(time)
                self.survival.append(alive)
            at_risk -= left
        self._falling = [-one for one in self.survival]

    def alive(self, time: Ms) -> float:
        """The share that waits longer than `time`."""
        n = bisect_right(self.times, time)
        return self.survival[n - 1] if n else 1.0

    def beyond(self, time: Ms, chance: float) -> Ms:
        """How long somebody waits who has waited `time` already; `chance` in [0, 1). Who outlasts all that was seen
        does not give up."""
        wanted = self.alive(time) * (1 - chance)
        n = bisect_right(self._falling, -wanted)
        return max(time, self.times[n]) if n < len(self.times) else ENDLESS

    @property
    def median(self) -> Ms | None:
        """None: fewer than half were seen to give up."""
        return next((time for time, alive in zip(self.times, self.survival, strict=True) if alive <= 0.5), None)

    @property
    def mean_s(self) -> float | None:
        """The mean patience of Erlang A, in seconds: all that was waited ÷ those who gave up. None: nobody gave up,
        and nothing is known but that they are patient."""
        return self.waited / self.gone / 1000 if self.gone else None

    @property
    def seen_mean_s(self) -> float:
        """The area under the curve up to the longest wait seen, in seconds: the mean of min(patience, that wait)."""
        area, before, alive = 0.0, 0, 1.0
        for time, after in zip(self.times, self.survival, strict=True):
            area, before, alive = area + (time - before) * alive, time, after
        return (area + (self.last - before) * alive) / 1000
