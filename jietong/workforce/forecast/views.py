"""What is told of forecasts: versions, days, changes by hand, as JSON has them."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    # Whoever starts a centre does not wait for scipy: the engine is imported where it computes.
    from jietong.workforce.forecast.events import Effect
    from jietong.workforce.forecast.made import MadeDay
    from jietong.workforce.forecast.store import Adjustment, Version

View = dict[str, Any]


def version_view(one: "Version") -> View:
    return {
        "id": one.id,
        "queue": one.queue,
        "made_at": one.made_at,
        "made_by_name": one.made_by_name,
        "first": one.first.isoformat(),
        "last": one.last.isoformat(),
        "basis": one.basis,
    }


def total_view(one: "MadeDay") -> View:
    return {"mean": one.total.mean, "p10": one.total.p10, "p90": one.total.p90}


def mean_aht_s(one: "MadeDay") -> float | None:
    """Of the day's contacts; None: nobody is expected."""
    whole = sum(one.mean)
    return sum(m * s for m, s in zip(one.mean, one.aht_s, strict=True)) / whole if whole > 0 else None


def adjustment_view(one: "Adjustment") -> View:
    return {
        "id": one.id,
        "queue": one.queue,
        **effect_view(one.effect),
        "note": one.note,
        "made_at": one.made_at,
        "made_by_name": one.made_by_name,
        "undone": one.undone_at is not None,
    }


def effect_view(effect: "Effect") -> View:
    return {
        "first": effect.first.isoformat(),
        "last": effect.last.isoformat(),
        "from_s": effect.from_s,
        "until_s": effect.until_s,
        "how": effect.how,
        "value": effect.value,
    }
