"""`jietong roster`: shift-scheduling instances of the public format."""

import signal
import sys
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from jietong.core.errors import Invalid, Refused
from jietong.workforce.files import check_out, read_text, write_whole

if TYPE_CHECKING:
    from jietong.workforce.roster.public import Answer


def roster(
    instance: Annotated[Path, typer.Option(metavar="FILE", help="The instance: SECTION_HORIZON, SECTION_SHIFTS …")],
    out: Annotated[Path, typer.Option(metavar="SOLUTION", help="The roster as CSV: employee,0,1,…")],
    seconds: Annotated[
        float, typer.Option(min=0.1, help="At most this long; sooner when the roster is proved.")
    ] = 60,
    workers: Annotated[int, typer.Option(min=1, help="Processes. With one the same seed takes the same steps.")] = 2,
    seed: Annotated[int, typer.Option(min=0, help="Of the search.")] = 1,
) -> None:
    """Solve an instance of the public shift-scheduling format. Cost and bound are printed as they get better; the
    best roster is written at each step, so that whoever ends the command has it. Hard rules of one employee that
    contradict each other are named; the plan then goes on without them, and the exit code is 1.
    docs/reference/roster.md tells of format and rules."""
    from jietong.workforce.roster.instance import parse, written
    from jietong.workforce.roster.public import solve

    check_out(out)
    try:
        problem = parse(read_text(instance))
    except Invalid as error:
        raise error if error.code == "no_file" else Invalid(error.code, f"{instance}: {error.detail}") from None
    last = {"cost": float("inf")}

    def tell(answer: "Answer") -> None:
        _say(answer)
        if answer.roster is not None and answer.cost < last["cost"]:
            last["cost"] = answer.cost
            write_whole(out, written(problem, answer.roster))

    before = signal.signal(signal.SIGTERM, _interrupt)  # the best so far is written and said then too
    try:
        answer = solve(problem, seconds, tell, workers=workers, seed=seed)
    finally:
        signal.signal(signal.SIGTERM, before)
    if answer.roster is None:
        raise Refused("roster.time", f"no roster within {seconds:g} s; give it more with --seconds")
    if answer.proved:
        print(f"optimal: cost {answer.cost:.0f}, proved in {answer.seconds:.1f} s")
    else:
        known = f"bound {answer.bound:.0f}, gap {answer.gap:.2%}" if isfinite(answer.bound) else "no bound yet"
        print(f"best so far: cost {answer.cost:.0f}, {known}, after {answer.seconds:.1f} s")
    if answer.conflicts:
        for conflict in answer.conflicts:
            print(f"conflict: {conflict.text()}")
        names = ", ".join(conflict.employee for conflict in answer.conflicts)
        raise Refused(
            "roster.infeasible", f"no roster keeps every hard rule ({names}); {out} has the best without those eased"
        )


def _say(answer: "Answer") -> None:
    cost = f"{answer.cost:.0f}" if isfinite(answer.cost) else "-"
    bound = f"{answer.bound:.0f}" if isfinite(answer.bound) else "-"
    gap = f"{answer.gap:.2%}" if isfinite(answer.cost) and isfinite(answer.bound) else "-"
    print(f"{answer.seconds:8.1f} s  cost {cost}  bound {bound}  gap {gap}", flush=True)
    sys.stdout.flush()


def _interrupt(*_: Any) -> None:
    raise KeyboardInterrupt
