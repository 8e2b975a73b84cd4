"""`jietong simulate`: scenarios from the command line, one or several side by side."""

import json
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from jietong.workforce.simulation import Difference, Estimate, Result

_UNITS = {"ratio": (100.0, " %"), "ms": (0.001, " s"), "count": (1.0, ""), "mos": (0.01, ""), "points": (1.0, "")}


def simulate(
    scenario: Annotated[Path, typer.Argument(help="A scenario in TOML (docs/reference/scenario.md).")],
    compare: Annotated[
        list[Path] | None, typer.Option("--compare", help="Another scenario on the same chance; may be repeated.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same days.")] = 1,
    replications: Annotated[int, typer.Option(min=1, help="How many days.")] = 10,
    processes: Annotated[int, typer.Option(min=1, help="How many at once.")] = 1,
    path: Annotated[str, typer.Option(help="engine: the live engine; compiled: for sweeps; auto.")] = "engine",
    as_json: Annotated[bool, typer.Option("--json", help="The answer as JSON on standard output.")] = False,
) -> None:
    """Play days of a scenario through the live engine on virtual time; figures by the metric catalogue, with 95 %
    intervals. With --compare, side by side on common random numbers, with paired differences."""
    from rich.console import Console
    from rich.progress import Progress

    from jietong.workforce.simulation import compare as compare_all
    from jietong.workforce.simulation import reading

    scenarios = [reading.read(one) for one in [scenario, *(compare or [])]]
    console = Console(stderr=True)
    with Progress(console=console, transient=True) if console.is_terminal and not as_json else nullcontext() as bar:
        task = bar.add_task(scenarios[0].name, total=1.0) if bar is not None else None

        def tell(share: float, text: str) -> None:
            if bar is not None and task is not None:
                bar.update(task, completed=share, description=text)

        results, differences = compare_all(scenarios, seed, replications, tell, processes=processes, path=path)
    if as_json:
        json.dump(_json(results, differences), sys.stdout, indent=2)
        print()
    else:
        _show(results, differences)


def _json(results: "list[Result]", differences: "list[Difference]") -> dict[str, Any]:
    import msgspec

    found: dict[str, Any] = {"results": [result.json() for result in results]}
    for result in found["results"]:
        del result["linear"]
    if differences:
        found["differences"] = msgspec.to_builtins(differences)
    return found


def _show(results: "list[Result]", differences: "list[Difference]") -> None:
    from rich.console import Console
    from rich.table import Table

    from jietong.metrics.catalogue import CATALOGUE

    first = results[0]
    days = "1 day" if first.replications == 1 else f"{first.replications} days"
    table = Table(title=f"{days}, seed {first.seed}, {first.path}; 95 % intervals", title_justify="left", box=None)
    table.add_column("Figure")
    for result in results:
        table.add_column(result.scenario, justify="right")
    for one in differences:
        table.add_column(f"{one.scenario}, difference", justify="right")
    table.add_row("Contacts a day", *(_text(result.contacts, "count") for result in results))
    for key, figure in first.figures.items():
        id = key.partition("(")[0]
        names = CATALOGUE["sl3" if id == "service_level" else id].names
        unit = figure.unit
        row = [_text(result.figures[key].total, unit) for result in results if key in result.figures]
        row += [_text(one.figures[key], unit, signed=True) if key in one.figures else "–" for one in differences]
        table.add_row(f"{names['en']} [dim]{key}[/dim]" if len(results) == 1 else key, *row)
    costs = [_text(result.cost["total"], "points") for result in results]
    if any(result.cost["total"].mean for result in results):
        row = [*costs, *(_text(one.cost, "points", signed=True) for one in differences)]
        table.add_row(f"Cost a day, {first.currency}", *row)
    console = Console()
    console.print(table)
    queues = Table(box=None, title="By queue", title_justify="left")
    queues.add_column("Queue")
    shown = [figure for figure in first.figures.values() if len(figure.queues) > 1]
    for figure in shown:
        queues.add_column(figure.metric, justify="right")
    for name in shown[0].queues if shown else ():
        queues.add_row(name, *(_text(figure.queues[name], figure.unit, bare=True) for figure in shown))
    if shown:
        console.print(queues)
    for result in results:
        if result.unfinished:
            console.print(
                f"{result.scenario}: {result.unfinished:.1f} contacts a day found nobody, hours after closing."
            )


def _text(of: "Estimate", unit: str, *, signed: bool = False, bare: bool = False) -> str:
    if of.mean is None:
        return "–"
    by, name = _UNITS.get(unit, (1.0, ""))
    mean = of.mean * by
    text = f"{mean:+,.1f}" if signed else f"{mean:,.1f}"
    if not bare and of.low is not None and of.high is not None:
        text += f" ± {(of.high - of.low) / 2 * by:,.1f}"
    return text + name
