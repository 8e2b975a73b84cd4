"""What a contract says of trunk capacity, in the busiest hour: Erlang B with customers who dial again. Pure.

The formulas are planning's (workforce.erlang.loss).
"""

from typing import NamedTuple

from jietong.workforce.erlang.loss import BLOCKING as TARGET
from jietong.workforce.erlang.loss import RETRIES, lines_for, trunk_load, with_retries

ALARM, CRITICAL = 0.02, 0.05
"""Blocking that is an alarm, and that is critical; lines are sized for TARGET (P.01)."""


class Capacity(NamedTuple):
    """Of the busiest hour. `load` is fresh, `offered` with retries, both in Erlangs; `needed` lines for P.01."""

    lines: int
    load: float
    offered: float
    blocking: float
    needed: int

    @property
    def level(self) -> str:
        if self.blocking > CRITICAL:
            return "critical"
        return "alarm" if self.blocking > ALARM else "over" if self.blocking > TARGET else "fine"


def capacity(arrivals_per_hour: float, held_s: float, lines: int, retries: float = RETRIES) -> Capacity:
    load = trunk_load(arrivals_per_hour, held_s)
    offered, blocking = with_retries(load, lines, retries)
    return Capacity(lines, load, offered, blocking, lines_for(load))
