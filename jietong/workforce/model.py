"""What the parts of planning hand each other: a queue's load, what is promised, who is needed. Pure.

Instants in ms UTC. An interval grid starts at an instant and goes in steps of elapsed time, so that a day of 23 or 25
hours has 92 or 100 quarters of an hour.
"""

from msgspec import Struct

from jietong.core.vocabulary import Ms

QUARTER_S = 900
"""The step in which need, cover and schedules are counted."""


class Goal(Struct, frozen=True):
    """What staffing is to reach: `share` of the contacts offered answered within `within_s` seconds (SL3 of
    metrics.md as a model sees it: answered in time ÷ offered, abandoners in the denominator), at an occupancy of
    at most `max_occupancy` (None: no limit)."""

    share: float = 0.85
    within_s: float = 20.0
    max_occupancy: float | None = 0.88


class Load(Struct, frozen=True):
    """What comes to one queue: `calls[i]` contacts expected in step i (fractions are meant), `aht_s[i]` mean seconds
    of talk, hold and wrap-up. Both of one length."""

    queue: str
    start: Ms
    step_s: int
    calls: tuple[float, ...]
    aht_s: tuple[float, ...]


class Need(Struct, frozen=True):
    """Agents on line that a queue, or queues served together, need in each step; shrinkage is not in it."""

    queues: tuple[str, ...]
    start: Ms
    step_s: int
    agents: tuple[float, ...]
