"""Every bench in one run: `python -m bench [--only engine,durable] [--quick] [--data FOLDER] [--json]`.

A full run writes docs/reference/performance.md; with `--only` or `--quick` the figures are only shown. The benches
run one after the other, each in a process of its own. One that fails is reported and the others go on; the exit code
is 1 then. A limit that is missed is shown and does not change the exit code: that is for the reader to judge.
`--data` is a folder with the public series and instances, which do not come with the project.
"""

import argparse
import contextlib
import importlib.util
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from pathlib import Path
from typing import IO

from rich.console import Console

from bench.benches import BENCHES, Bench
from bench.report import Outcome, conditions, page, ratio, value, verdict

ROOT = Path(__file__).resolve().parents[1]
DOCUMENT = ROOT / "docs" / "reference" / "performance.md"
TOLD_EVERY_S = 30
console = Console(stderr=True, highlight=False, soft_wrap=True)


def main() -> int:
    names = [bench.name for bench in BENCHES]
    parser = argparse.ArgumentParser(
        prog="python -m bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", metavar="NAMES", help=f"some of: {','.join(names)}")
    parser.add_argument("--quick", action="store_true", help="short rounds: whether it works, not how fast")
    parser.add_argument("--data", type=Path, metavar="FOLDER", help="public series and instances")
    parser.add_argument("--json", action="store_true", help="the figures as JSON on standard output")
    asked = parser.parse_args()
    wanted = asked.only.split(",") if asked.only else names
    unknown = sorted(set(wanted) - set(names))
    if unknown:
        parser.error(f"no such bench: {', '.join(unknown)}; there are {', '.join(names)}")
    chosen = [bench for bench in BENCHES if bench.name in wanted]

    given = conditions()
    console.print(f"{given['Cores']} cores, Python {given['Python']}, load average {given['Load average before']}")
    if given["Machine"] != "quiet":
        console.print("The machine is busy with other things: these figures are not final.", style="yellow")
    outcomes = []
    for turn, bench in enumerate(chosen, 1):
        console.print(f"[{turn}/{len(chosen)}] {bench.title} …", markup=False)
        outcomes.append(run(bench, quick=asked.quick, data=asked.data))
        show(outcomes[-1])
    if asked.json:
        print(json.dumps({"conditions": given, "benches": [outcome.record() for outcome in outcomes]}, indent=2))
    if not asked.quick and not asked.only:
        DOCUMENT.write_text(page(given, outcomes), encoding="utf-8")
        console.print(f"written: {DOCUMENT.relative_to(ROOT)}")
    return conclude(outcomes)


def run(bench: Bench, *, quick: bool, data: Path | None) -> Outcome:
    """One bench in a process of its own; what it says meanwhile is shown now and then."""
    arguments = [f"bench.{bench.name}", "--json", *(bench.short if quick else bench.arguments)]
    command = " ".join(["python -m", *arguments])
    if missing := [name for name in bench.peers if importlib.util.find_spec(name) is None]:
        return Outcome(
            bench, command, 0.0, failure=f"not run: {', '.join(missing)} not installed; `make setup-bench`"
        )
    if bench.reads_data and data is not None:
        arguments += ["--data", str(data.resolve())]
        command += " --data FOLDER"
    begun = time.monotonic()
    child = subprocess.Popen(
        [sys.executable, "-m", *arguments],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    assert child.stdout is not None
    assert child.stderr is not None
    said: deque[str] = deque(maxlen=20)
    listener = threading.Thread(target=_listen, args=(child.stderr, said), daemon=True)
    listener.start()
    limit = threading.Timer(bench.longest_s, _end, (child, signal.SIGTERM))
    limit.daemon = True
    limit.start()
    try:
        text = child.stdout.read()
        code = child.wait()
    except BaseException:
        _end(child, signal.SIGINT)  # a bench ends its own servers
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(60)
        raise
    finally:
        limit.cancel()
    listener.join(5)
    took = time.monotonic() - begun
    if code != 0:
        why = f"took longer than {bench.longest_s:.0f} s" if took >= bench.longest_s else f"ended with code {code}"
        return Outcome(
            bench, command, took, failure=f"{why}: {said[-1] if said else 'it said nothing'}", said=[*said]
        )
    try:
        return Outcome(bench, command, took, figures=bench.read(_json(text)))
    except (ValueError, KeyError, TypeError) as error:
        return Outcome(bench, command, took, failure=f"its figures are not understood: {error!r}")


def _listen(stream: IO[str], said: "deque[str]") -> None:
    told = time.monotonic()
    for line in stream:
        said.append(line.rstrip())
        if time.monotonic() - told > TOLD_EVERY_S or sys.stderr.isatty():
            told = time.monotonic()
            console.print(f"    {line.rstrip()[:140]}", markup=False, style="dim")


def _end(child: "subprocess.Popen[str]", number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, number)


def _json(text: str) -> dict[str, object]:
    """The object that standard output ends with; a line may have been printed before it."""
    start = text.find("{") if text.startswith("{") else text.find("\n{") + 1
    found: dict[str, object] = json.loads(text[start:])
    return found


def show(outcome: Outcome) -> None:
    console.print(f"    {outcome.command}: {outcome.took_s:.0f} s", markup=False)
    if outcome.failure is not None:
        for line in outcome.said:
            console.print(f"    {line}", markup=False, style="dim")
        console.print(f"    FAILED: {outcome.failure}", markup=False, style="red")
    for figure in outcome.figures:
        kept = "" if figure.ok is None else verdict(figure).strip("*")
        line = f"    {figure.name:72} {value(figure):>12}  {ratio(figure):>5} {kept} {figure.against}"
        console.print(line.rstrip(), markup=False)


def conclude(outcomes: list[Outcome]) -> int:
    missed = [figure.name for outcome in outcomes for figure in outcome.figures if figure.ok is False]
    failed = [outcome.bench.name for outcome in outcomes if outcome.failure is not None]
    if missed:
        console.print(f"Limits missed: {'; '.join(missed)}", style="yellow")
    if failed:
        console.print(f"Failed: {', '.join(failed)}", style="red")
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
