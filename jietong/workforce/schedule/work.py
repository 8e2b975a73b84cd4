"""The solver in a process of its own: a kind of `jobs`."""

from typing import Any

import msgspec

from jietong.workforce.jobs.model import Tell
from jietong.workforce.roster.problem import Problem


def solve(args: Any, tell: Tell) -> Any:
    """`{"problem": …, "seconds": …}` → the solution as JSON; each better one is told meanwhile."""
    from jietong.workforce.roster.centre import solve as solved

    problem = msgspec.convert(args["problem"], Problem, str_keys=True, strict=False)
    return msgspec.to_builtins(solved(problem, args["seconds"], tell), str_keys=True)
