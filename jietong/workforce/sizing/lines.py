"""Lines for a load: how long a call holds one, and how many keep blocking at the goal. Pure.

A call holds its line through the flow, the wait, talk and hold; never through wrap-up. Blocking by extended Erlang B:
of those turned away a share dials again (workforce.erlang.loss).
"""

from typing import NamedTuple

import numpy as np

from jietong.workforce.erlang.loss import with_retries
from jietong.workforce.erlang.systems import Floats, lines_needed
from jietong.workforce.model import Load


class Holding(NamedTuple):
    """Of one contact that asks for a queue. `flow_s`: in flows, those included who never get as far as a queue;
    `wait_s`: until the answer or until they give up; `served`: share that is answered; `talking`: of the handling
    time, the part that is no wrap-up; `voice`: of the contacts, the part that calls. Numbers, or one a step."""

    flow_s: float
    wait_s: Floats
    served: Floats
    talking: float
    voice: float = 1.0


def held_s(load: Load, one: Holding) -> Floats:
    """Seconds for which a call holds its line, by step."""
    return np.asarray(one.flow_s + one.wait_s + one.served * np.asarray(load.aht_s) * one.talking)


def erlangs(load: Load, one: Holding) -> Floats:
    """Lines taken on the mean of each step, were there lines enough."""
    calls = np.asarray(load.calls) * one.voice
    return np.asarray(np.where(calls > 0, calls * held_s(load, one) / load.step_s, 0.0))


def lines_over(offered: Floats, blocking: float, retries: float) -> Floats:
    """The fewest lines of each step, as `lines_for`; `offered` without those who dial again."""
    return lines_needed(offered / (1 - retries * blocking), blocking)


def blocked(offered: float, lines: int, retries: float) -> float:
    """The share of attempts turned away by so many lines; 1 where there are none."""
    return with_retries(offered, lines, retries)[1] if lines else 1.0
