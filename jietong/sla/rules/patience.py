"""How long customers wait before they give up: the product-limit estimate, answered ones censored. Pure.

Source: Kaplan and Meier 1958; domain.md 2.2.
"""

from bisect import bisect_right
from collections.abc import Iterable

from jietong.core.vocabulary import Ms

ENDLESS: Ms = 86_400_000
_MASK = (1 << 64) - 1


class Patience:
    """`waits`: (how long, whether they gave up)."""

    def __init__(self, waits: Iterable[tuple[Ms, bool]]) -> None:
        ordered = sorted(waits, key=lambda one: (one[0], not one[1]))
        at_risk, alive = len(ordered), 1.0
        self.times: list[Ms] = []
        self.survival: list[float] = []  # after each of the times
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


def chance(seed: int, n: int) -> float:
    """The same number in [0, 1) for the same pair (splitmix64), so that a run can be repeated and compared."""
    x = (seed * 0x9E3779B97F4A7C15 + (n + 1) * 0xBF58476D1CE4E5B9) & _MASK
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & _MASK
    return ((x ^ (x >> 31)) >> 11) / (1 << 53)
