"""Writes what is generated and kept in the repository; `--check` only tells whether it is in step.

The OpenAPI document and the web client's types come from the application's routes, the table of routes and roles
from the same, the metric reference from the catalogue.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import setup  # scripts/setup.py: which npm there is

from jietong.metrics.reference import page as metrics_page
from jietong.web import permissions
from jietong.web.openapi import document
from jietong.web.walk import walk

ROOT = Path(__file__).resolve().parent.parent


def texts() -> dict[str, str]:
    """Path in the repository → what it should hold."""
    from jietong.app import description

    openapi = document()
    return {
        "web/src/api/schema.d.ts": _types(openapi),
        "docs/reference/permissions.md": permissions.page(walk(description())),
        "docs/reference/metrics.md": metrics_page(),
    }


def _types(openapi: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        source, made = Path(folder) / "openapi.json", Path(folder) / "schema.d.ts"
        source.write_text(openapi, encoding="utf-8")
        command = [*setup.npm(), "exec", "--", "openapi-typescript", str(source), "-o", str(made)]
        subprocess.run(command, cwd=setup.WEB, env=setup.node_env(), check=True, capture_output=True)
        return made.read_text(encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    stale = []
    for name, text in texts().items():
        path = ROOT / name
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if not check:
            path.write_text(text, encoding="utf-8")
            print(f"written: {name}")
    if check and stale:
        print(f"Out of step: {', '.join(stale)}. Run: make format", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
