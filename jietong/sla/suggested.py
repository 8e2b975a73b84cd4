"""What to do next after a missed month (D7): the levers that would have helped most, as drafts that wait for a person
to give each an owner and a date. Pure.
"""

from typing import Any

from jietong.core.vocabulary import Ms
from jietong.sla.store import StoredAction

MOST = 3
LEAST_POINTS = 0.001
"""A lever that moves neither the service level nor true access by a tenth of a point helps nobody."""

View = dict[str, Any]


def best(items: list[View]) -> list[View]:
    """Of levers as `Assessor.levers` gives them: those that meet the target first, then by what they bring. Two
    together only where neither does it alone."""
    base = next((one for one in items if one["id"] == "unchanged"), None)
    if base is None:
        return []

    def gain(one: View, part: str) -> float:
        return (one[part] or 0.0) - (base[part] or 0.0)

    helpful = [
        one for one in items if one is not base and max(gain(one, "value"), gain(one, "access")) >= LEAST_POINTS
    ]
    alone = [one for one in helpful if one["id"] != "agents_and_callback"]
    chosen = alone if any(one["meets"] for one in alone) else helpful
    return sorted(chosen, key=lambda one: (not one["meets"], -gain(one, "value"), -gain(one, "access")))[:MOST]


def drafts(
    contract: str, period: str, items: list[View], ids: list[str], now: Ms, by_name: str
) -> list[StoredAction]:
    """`ids`: at least `MOST` fresh ones."""
    return [
        StoredAction(id, contract, period, _told(one, items), one["texts"], "", None, None, now, by_name)
        for id, one in zip(ids, best(items), strict=False)
    ]


def _told(one: View, items: list[View]) -> dict[str, str]:
    """What is done, without leaning on the lines above it."""
    names = {other["id"]: other["names"] for other in items}
    if one["id"] != "agents_and_callback" or not {"agents", "callback"} <= set(names):
        return dict(one["names"])
    return {
        language: ("; " if language == "en" else "；").join((names["agents"][language], names["callback"][language]))
        for language in one["names"]
    }
