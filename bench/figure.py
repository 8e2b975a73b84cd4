"""One measured figure, whatever bench it comes from, and what it is held against."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Figure:
    """`against` names the limit or the peer; `ratio` is value ÷ limit or value ÷ peer; `ok` None: nothing is set."""

    name: str
    value: float
    unit: str
    against: str = ""
    ratio: float | None = None
    ok: bool | None = None

    def record(self) -> dict[str, Any]:
        return asdict(self)


def alone(name: str, value: float, unit: str) -> Figure:
    """With nothing to be held against."""
    return Figure(name, value, unit)


def at_least(name: str, value: float, unit: str, limit: float) -> Figure:
    return Figure(name, value, unit, f"≥ {number(limit)} {unit}".strip(), _ratio(value, limit), value >= limit)


def at_most(name: str, value: float, unit: str, limit: float) -> Figure:
    return Figure(name, value, unit, f"≤ {number(limit)} {unit}".strip(), _ratio(value, limit), value <= limit)


def all_of(name: str, value: float, unit: str, whole: float) -> Figure:
    """A count that has to be the whole."""
    return Figure(name, value, unit, f"all {number(whole)}", _ratio(value, whole), value == whole)


def beside(name: str, value: float, unit: str, peer: str, peer_value: float) -> Figure:
    """Against something else measured in the same run, in the same unit."""
    return Figure(name, value, unit, f"{peer}: {number(peer_value)}", _ratio(value, peer_value))


def number(value: float) -> str:
    """Three significant digits, whole from a hundred on: 0.0123, 4.56, 789, 12,345."""
    if value == int(value) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def _ratio(value: float, other: float) -> float | None:
    return value / other if other else None
