"""Queueing formulas: Erlang B, C and A, limited places, callers who dial again; figures, and agents needed. Pure.

`systems` is what to call, `loss` is plain Python for single trunk groups, `named` reads models and figures by name.
The compiled kernels and their compiler are loaded with the first figure that is asked for.
"""

from jietong.workforce.erlang.loss import erlang_b, lines_for, trunk_load, with_retries
from jietong.workforce.erlang.systems import Figures, Level, agents_needed, figures, lines_needed

__all__ = [
    "Figures",
    "Level",
    "agents_needed",
    "erlang_b",
    "figures",
    "lines_for",
    "lines_needed",
    "trunk_load",
    "with_retries",
]
