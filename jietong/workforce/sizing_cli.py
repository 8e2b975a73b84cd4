"""`jietong size`: agents and lines for a load, or a file of systems and figures by name."""

import csv
import io
import json
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.table import Table

from jietong.core.errors import Invalid
from jietong.workforce.files import Rows, check_out, read_text, write_whole

_out = Console(highlight=False, soft_wrap=True)

COLUMNS = ("model", "lambda_per_h", "aht_s", "patience_s", "agents", "metric", "threshold_s")
NUMBERS = {
    "lambda_per_h": "rate",
    "aht_s": "aht_s",
    "patience_s": "patience_s",
    "agents": "agents",
    "threshold_s": "threshold_s",
}
MODELS = ("A", "B", "C", "MMNK")
LEVELS = {
    "sl3": "answered in T ÷ offered",
    "sl1": "answered or given up in T ÷ offered",
    "sl2": "answered in T ÷ answered",
    "sl4": "answered in T ÷ (offered − given up in T)",
    "sl7": "answered in T ÷ all attempts",
}
IN_FILES = {"calls_per_h": "lambda_per_h", "within_s": "threshold_s"}
OPTIONS = {
    "calls_per_h": "--rate",
    "aht_s": "--aht",
    "patience_s": "--patience",
    "agents": "--agents",
    "within_s": "the seconds of --target",
    "redial": "--redial",
    "max_occupancy": "--max-occupancy",
}
"""What whoever asks calls the quantities of the formulas."""
PLACES_MAX = 100_000
AROUND = 2
"""Rows shown below and above the agents asked for or found."""


def size(
    given: Annotated[
        Path | None, typer.Option("--csv", metavar="IN", help="Systems and figures by name, a row each.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="OUT", help="The same rows with a column `value`.")
    ] = None,
    model: Annotated[
        str, typer.Option(help="A: callers give up · C: nobody does · B: no queue · MMNK: K places.")
    ] = "A",
    rate: Annotated[float | None, typer.Option(help="Contacts an hour.")] = None,
    aht: Annotated[float | None, typer.Option(help="Mean handling time in seconds: talk, hold and wrap-up.")] = None,
    patience: Annotated[float | None, typer.Option(help="Mean patience in seconds (A; MMNK if given).")] = None,
    agents: Annotated[float | None, typer.Option(help="Show so many agents instead of looking for a number.")] = None,
    target: Annotated[
        str, typer.Option(metavar="SHARE/SECONDS", help="Share answered within so many seconds.")
    ] = "0.8/20",
    level: Annotated[str, typer.Option(help=f"What the target counts: {', '.join(LEVELS)}.")] = "sl3",
    max_occupancy: Annotated[float, typer.Option(help="Agents are busy for at most this share.")] = 1.0,
    places: Annotated[
        int | None, typer.Option(help="MMNK: K, calls that may be in the system, agents' included.")
    ] = None,
    redial: Annotated[float, typer.Option(help="Share of those who gave up or were blocked that calls again.")] = 0.0,
    flow_s: Annotated[
        float | None, typer.Option(help="Trunks beside the seats: seconds in the flow before the queue.")
    ] = None,
    wrapup_s: Annotated[float, typer.Option(help="Trunks: seconds of the handling time that hold no line.")] = 0.0,
    blocking: Annotated[float, typer.Option(help="Trunks, and model B: the share turned away at most.")] = 0.01,
    retries: Annotated[float, typer.Option(help="Trunks: share of the blocked that dials again.")] = 0.5,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """How many agents and lines a load needs, and the figures that come of it; or a file of both.

    jietong size --model A --rate 1000 --aht 360 --patience 90 --target 0.8/20
    """
    if given is not None or out is not None:
        if given is None or out is None:
            _refuse("Give both: --csv IN and --out OUT.")
        answered(given, out)
        return
    if model not in MODELS:
        _refuse(f"There is no model {model!r}: {', '.join(MODELS)}.")
    if rate is None or aht is None:
        _refuse("Give the load: --rate (contacts an hour) and --aht (seconds); or --csv IN --out OUT.")
    if level not in LEVELS:
        _refuse(f"There is no level {level!r}: {', '.join(LEVELS)}.")
    if model == "A" and patience is None:
        _refuse("Model A needs --patience; where nobody gives up it is model C.")
    if model == "MMNK":
        if places is None:
            _refuse("Model MMNK needs --places, agents' included.")
        if not 0 <= places <= PLACES_MAX:
            _refuse(f"--places lies between 0 and {PLACES_MAX:,}.")
        if agents is not None and agents % 1:
            _refuse("Model MMNK takes whole --agents: they are places too.")
    try:
        share, within = _target(target)
        if model == "B":
            found = _lines(rate, aht, agents, blocking, redial)
        else:
            found = _seats(
                rate, aht, patience if model in {"A", "MMNK"} else None, agents, share, within, level,
                max_occupancy, places if model == "MMNK" else None, redial,
            )  # fmt: skip
            if flow_s is not None:
                found["trunks"] = _trunks(found, flow_s, wrapup_s, blocking, retries)
    except ValueError as error:
        _refuse(f"{_in_words(error, OPTIONS)}.")
    found = {"model": model, **found}
    if as_json:
        print(json.dumps(_finite(found), indent=2, allow_nan=False))
    else:
        _show(found)


def answered(path: Path, out: Path) -> None:
    """Raises Invalid that names file and line for the first bad row; `out` is written whole or not at all."""
    from jietong.workforce.erlang.named import Row, answer

    check_out(out)
    given = Rows(read_text(path), path.name)
    at = {name: given.column(name) for name in COLUMNS}
    missing = [name for name, column in at.items() if column is None]
    if missing:
        raise Invalid("size_columns", f"{path.name}: there is no column {', '.join(missing)}.")
    value_at = given.column("value")
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(given.names if value_at is not None else (*given.names, "value"))
    count = 0
    for line, row in given:
        if len(row) != len(given.names):
            raise Invalid("size_row", f"{path.name}, line {line}: it has not as many cells as the first line.")
        cells = {name: row[column].strip() for name, column in at.items() if column is not None}
        try:
            numbers = {ours: _cell(theirs, cells[theirs]) for theirs, ours in NUMBERS.items()}
            value = answer(cells["model"], cells["metric"], Row(**numbers))
        except ValueError as error:
            raise Invalid("size_row", f"{path.name}, line {line}: {_in_words(error, IN_FILES)}.") from error
        if value_at is None:
            row.append(repr(value))
        else:
            row[value_at] = repr(value)
        writer.writerow(row)
        count += 1
    if not count:
        raise Invalid("size_row", f"{path.name} has a first line and no rows: there is nothing to answer.")
    write_whole(out, text.getvalue())
    _out.print(f"{count:,} figures written to {out}", markup=False)


def _seats(
    rate: float, aht: float, patience: float | None, agents: float | None, share: float, within: float,
    level: str, max_occupancy: float, in_system: int | None, redial: float,
) -> dict[str, Any]:  # fmt: skip
    from jietong.workforce.erlang.systems import INF, Level, agents_needed, figures

    named = {
        "sl1": Level.WITHIN,
        "sl2": Level.ANSWERED,
        "sl3": Level.OFFERED,
        "sl4": Level.NO_SHORT,
        "sl7": Level.OF_ATTEMPTS,
    }
    patience_s = INF if patience is None else patience

    def at(n: float) -> dict[str, Any]:
        places = INF if in_system is None else in_system - n
        found = figures(rate, aht, n, within_s=within, patience_s=patience_s, places=places, redial=redial)
        levels = {name: float(found.level(which)) for name, which in named.items()}
        return {
            "agents": n, **levels, "asa_s": float(found.asa_s), "wait_s": float(found.wait_s),
            "occupancy": float(found.occupancy), "abandoned": float(found.abandoned),
            "blocked": float(found.blocked), "queue": float(found.queue), "attempts_per_h": float(found.attempts),
        }  # fmt: skip

    needed: float | None = None
    if agents is None:
        if not 0 < share < 1:
            raise ValueError("the share of --target lies between 0 and 1, both excluded: 0.8/20 or 80%/20")
        if in_system is None:
            needed = float(
                agents_needed(
                    rate, aht, share=share, within_s=within, patience_s=patience_s, redial=redial,
                    level=named[level], max_occupancy=max_occupancy,
                )
            )  # fmt: skip
        else:
            fits = (at(float(n)) for n in range(in_system + 1))
            needed = next(
                (one["agents"] for one in fits if one[level] >= share - 1e-12 and one["occupancy"] <= max_occupancy),
                INF,
            )
        if needed == INF:
            raise ValueError("no number of agents reaches the target")
    elif in_system is not None and agents > in_system:
        raise ValueError("--agents are more than --places, which has them in it")
    middle = float(agents if agents is not None else needed or 0)
    most = INF if in_system is None else in_system
    around = [at(n) for n in (middle + k for k in range(-AROUND, AROUND + 1)) if 0 <= n <= most]
    return {
        "calls_per_h": rate, "aht_s": aht, "patience_s": patience, "load": rate * aht / 3600, "redial": redial,
        "target": {"level": level, "share": share, "within_s": within}, "needed": needed,
        "figures": at(middle), "around": around,
    }  # fmt: skip


def _lines(rate: float, aht: float, lines: float | None, blocking: float, redial: float) -> dict[str, Any]:
    from jietong.workforce.erlang.systems import Level, agents_needed, figures

    if not 0 < blocking < 1:
        raise ValueError("--blocking lies between 0 and 1, both excluded")
    needed = float(agents_needed(rate, aht, share=1 - blocking, places=0.0, redial=redial, level=Level.NOT_BLOCKED))
    middle = needed if lines is None else lines

    def at(n: float) -> dict[str, Any]:
        found = figures(rate, aht, n, places=0.0, redial=redial)
        return {
            "agents": n, "blocked": float(found.blocked), "occupancy": float(found.occupancy),
            "attempts_per_h": float(found.attempts),
        }  # fmt: skip

    return {
        "calls_per_h": rate, "aht_s": aht, "load": rate * aht / 3600, "redial": redial,
        "target": {"level": "blocked", "share": blocking}, "needed": needed if lines is None else None,
        "figures": at(middle), "around": [at(middle + k) for k in range(-AROUND, AROUND + 1) if middle + k >= 0],
    }  # fmt: skip


def _trunks(found: dict[str, Any], flow_s: float, wrapup_s: float, blocking: float, retries: float) -> dict[str, Any]:
    from jietong.workforce.requirement import trunks_beside

    if not 0 <= retries < 1:
        raise ValueError("--retries lies between 0 and 1, 1 excluded")
    if not 0 <= flow_s < math.inf:
        raise ValueError("--flow-s must be a number not negative")
    if not 0 <= wrapup_s <= found["aht_s"]:
        raise ValueError("--wrapup-s lies between 0 and --aht, of which it is a part")
    if not 0 < blocking < 1:
        raise ValueError("--blocking lies between 0 and 1, both excluded")
    one = trunks_beside(
        found["figures"]["attempts_per_h"], found["aht_s"], found["figures"]["agents"], flow_s=flow_s,
        wrapup_s=wrapup_s, patience_s=found["patience_s"], blocking=blocking, retries=retries,
    )  # fmt: skip
    return {"held_s": one.held_s, "load": one.load, "blocking": blocking, "retries": retries, "lines": one.lines}


def _show(found: dict[str, Any]) -> None:
    unit = "lines" if found["model"] == "B" else "agents"
    told = f"{found['calls_per_h']:,.10g} contacts an hour of {found['aht_s']:,.10g} s: {found['load']:,.2f} Erlangs"
    _out.print(told, markup=False)
    target = found["target"]
    if found["needed"] is not None:
        goal = f"blocked ≤ {target['share']:.2%}"
        if unit == "agents":
            goal = f"{target['level'].upper()} ≥ {target['share']:.2%} within {target['within_s']:g} s"
        _out.print(f"{goal}: [bold]{found['needed']:,.0f} {unit}[/bold]")
    table = Table(box=None, pad_edge=False)
    table.add_column(unit.capitalize(), justify="right")
    columns = {"blocked": "Blocked", "occupancy": "Occupancy", "attempts_per_h": "Calls/h"}
    if unit == "agents":
        levels = {name: name.upper() for name in LEVELS if name != "sl7" or found["model"] == "MMNK"}
        columns = {
            **levels, "asa_s": "ASA", "wait_s": "Wait", "abandoned": "Gone", "occupancy": "Busy",
            "queue": "Queue", **({"blocked": "Blocked"} if found["model"] == "MMNK" else {}),
            **({"attempts_per_h": "Calls/h"} if found["redial"] else {}),
        }  # fmt: skip
    for heading in columns.values():
        table.add_column(heading, justify="right")
    for row in found["around"]:
        here = row["agents"] == found["figures"]["agents"]
        cells = [_cell_text(name, row[name]) for name in columns]
        table.add_row(f"{row['agents']:g}", *cells, style="bold" if here else "dim")
    _out.print(table)
    if unit == "agents":
        for name, text in LEVELS.items():
            if name != "sl7" or found["model"] == "MMNK":
                _out.print(f"{name.upper()}: {text}", style="dim")
    if "trunks" in found:
        lines = found["trunks"]
        _out.print(
            f"Trunks: {lines['held_s']:.1f} s a call, {lines['load']:,.2f} Erlangs, "
            f"blocked ≤ {lines['blocking']:.2%} with {lines['retries']:.0%} who dial again: "
            f"[bold]{lines['lines']:,} lines[/bold]"
        )


def _cell_text(name: str, value: float) -> str:
    if value == math.inf:
        return "∞"
    if name in {"asa_s", "wait_s"}:
        return f"{value:,.1f} s"
    return f"{value:,.2f}" if name in {"queue", "attempts_per_h"} else f"{value:.1%}"


def _target(text: str) -> tuple[float, float]:
    share, _, seconds = text.partition("/")
    try:
        one, two = float(share.rstrip("%")), float(seconds)
    except ValueError:
        raise ValueError(f"--target is a share and seconds, such as 0.8/20, not {text!r}") from None
    return (one / 100 if share.endswith("%") else one), two


def _cell(name: str, text: str) -> float | None:
    if not text.strip():
        return None
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f"{name} is no number: {text!r}") from None
    if not math.isfinite(value) and not (value > 0 and name in {"patience_s", "threshold_s"}):
        raise ValueError(f"{name} is no number: {text!r}")
    return value


def _finite(value: Any) -> Any:
    """JSON knows no infinity: null, a wait without end."""
    if isinstance(value, dict):
        return {key: _finite(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_finite(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _in_words(error: ValueError, words: Mapping[str, str]) -> str:
    """What is wrong, with the quantity called as it was typed."""
    return re.sub(r"^\w+(?= must be )", lambda found: words.get(found[0], found[0]), str(error))


def _refuse(text: str) -> NoReturn:
    raise Invalid("size_asked", text)
