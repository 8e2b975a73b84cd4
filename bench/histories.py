"""The engine's property tests, and what was run: `python -m bench.histories [--json] [--seeded 2000]`.

Runs tests/unit/routing/test_routing_histories.py as it is, with more seeded histories, and counts while it runs:
each history that is begun, each random step in it, each command that reaches the engine, and each time that the
engine's invariants are checked: some tests look after every step, some at the end. A test that fails makes the bench
fail.
"""

import argparse
import contextlib
import importlib
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from jietong.routing.engine import Engine

TESTS = Path(__file__).parents[1] / "tests" / "unit" / "routing" / "test_routing_histories.py"


class Counting:
    """A pytest plugin: counts what the tests' histories do."""

    def __init__(self) -> None:
        self.counts = {"histories": 0, "steps": 0, "commands": 0, "checks": 0}
        self.passed = 0
        self._told = time.monotonic()

    def pytest_collection_finish(self) -> None:
        history = importlib.import_module("histories").History
        counted = ((history, "__init__", "histories"), (history, "step", "steps"), (history, "send", "commands"))
        for kind, method, name in (*counted, (Engine, "check", "checks")):
            setattr(kind, method, self._counted(getattr(kind, method), name))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.passed += report.when == "call" and report.passed

    def _counted(self, method: Any, name: str) -> Any:
        counts = self.counts

        def wrapped(*args: Any, **kwargs: Any) -> Any:
            counts[name] += 1
            if name == "histories" and time.monotonic() - self._told > 10:
                self._told = time.monotonic()
                print(f"{counts['histories']} histories, {counts['steps']} steps", file=sys.__stderr__, flush=True)
            return method(*args, **kwargs)

        return wrapped


def measure(seeded: int) -> dict[str, float]:
    os.environ["JIETONG_HISTORIES"] = str(seeded)
    counting = Counting()
    begun = time.perf_counter()
    with contextlib.redirect_stdout(sys.stderr):
        code = pytest.main(["-q", "-p", "no:cacheprovider", str(TESTS)], plugins=[counting])
    if code != 0:
        raise SystemExit(f"the property tests do not hold: pytest ended with {code!r}")
    return counting.counts | {"tests": counting.passed, "seconds": round(time.perf_counter() - begun, 1)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--seeded", type=int, default=2_000)
    asked = parser.parse_args()
    found = measure(asked.seeded)
    print(json.dumps(found) if asked.json else "\n".join(f"{name:10} {value}" for name, value in found.items()))


if __name__ == "__main__":
    main()
