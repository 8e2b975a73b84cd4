"""Every test: Python's in two runs side by side, then the web's. `python scripts/test.py [pytest options]`.

Most tests wait for real parts (a database, a switch, a browser), so two runs fill two cores and take little more than
half the time of one. On a single core they follow one another. Every line says which run it comes from.
"""

import os
import re
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent.parent
RUNS = {
    "parts": ("unit", "simulate", "contract", "spark", "integration"),
    "whole": ("e2e", "voice"),
}
"""What asks parts of the program, and what asks the whole centre as its users and callers see it."""
WHERE = re.compile(r"(tests|jietong)/\S+\.py:\d+: |____+ .+ ____+$|E   ")
"""Of what is told of a failure: the test's name, the lines it came through, and the error."""


def main() -> int:
    left_out = {path.name for path in (ROOT / "tests").iterdir() if any(path.glob("**/test_*.py"))}
    left_out -= {folder for folders in RUNS.values() for folder in folders}
    if left_out:
        print(f"In no run of scripts/test.py: tests/{', tests/'.join(sorted(left_out))}. Name it there.")
        return 1
    alone = (os.cpu_count() or 1) == 1
    failed: list[str] = []
    verdicts: list[str] = []
    running: list[tuple[str, subprocess.Popen[str], threading.Thread]] = []
    for name, folders in RUNS.items():
        running.append((name, *begin(name, folders, sys.argv[1:], verdicts)))
        if alone:
            running[-1][1].wait()
    try:
        for name, process, shown in running:
            if process.wait():
                failed.append(name)
            shown.join()
    except KeyboardInterrupt:  # each run has heard it too and says how far it came
        for _, process, shown in running:
            process.wait()
            shown.join()
        return 130
    web = [sys.executable, str(ROOT / "scripts" / "setup.py"), "--npm", "run", "test"]
    if subprocess.run(web, check=False).returncode:
        failed.append("web")
    for verdict in verdicts:  # last of all, so that nobody has to look for it among thousands of lines
        print(verdict)
    print(f"Failed: {', '.join(failed)}." if failed else "All tests passed.")
    return 1 if failed else 0


def begin(
    name: str, folders: tuple[str, ...], options: list[str], verdicts: list[str]
) -> tuple[subprocess.Popen[str], threading.Thread]:
    command = [
        str(ROOT / ".venv" / "bin" / "pytest"),
        "-o", f"cache_dir=.pytest_cache/{name}",
        *options,
        *(f"tests/{folder}" for folder in folders),
    ]  # fmt: skip
    process = subprocess.Popen(
        command, cwd=ROOT, text=True, errors="replace", stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        env={**os.environ, "PYTHONUNBUFFERED": "1", "CI": "1"},  # CI: why a test failed, uncut
    )  # fmt: skip
    assert process.stdout is not None
    shown = threading.Thread(target=show, args=(name, process.stdout, verdicts), daemon=True)
    shown.start()
    return process, shown


def show(name: str, said: IO[str], verdicts: list[str]) -> None:
    """Passes on what a run says, and keeps its lines on what failed, and where."""
    begun = time.monotonic()
    told = False
    for line in said:
        minutes, seconds = divmod(int(time.monotonic() - begun), 60)
        print(f"{minutes:2}:{seconds:02} {name} | {line}", end="", flush=True)
        if line.startswith("==="):
            told = "FAILURES" in line or "ERRORS" in line
        if line.startswith(("FAILED ", "ERROR ")) or (told and WHERE.match(line)):
            verdicts.append(line.rstrip())


if __name__ == "__main__":
    sys.exit(main())
