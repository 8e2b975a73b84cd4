"""A queue of which little is known, forecast by the past of a similar one (cold start). Pure."""

import numpy as np

from jietong.core.errors import Invalid
from jietong.workforce.forecast.calendar import Country
from jietong.workforce.forecast.history import History
from jietong.workforce.forecast.model import learn

_KNOWN_AT = 3.0  # own days at which they weigh as much as what was expected by hand
FEW_DAYS = 28
"""With fewer days of its own a queue is offered a similar one to lean on."""


def leaning(own: History, similar: History, country: Country, *, expected_a_day: float | None = None) -> History:
    """The similar queue's past at this queue's size, with its own days in place of it where there are any.

    The size: own contacts ÷ what the similar queue had (or would have had) on the same days, drawn to
    `expected_a_day` while own days are few. Raises Invalid `nothing_to_scale_by` when neither is known.
    """
    if not similar.days:
        raise Invalid("no_history", "The similar queue has no history itself. Choose another.")
    if own.step_s != similar.step_s:
        raise ValueError("both in the same steps")
    usual = float(np.mean(similar.totals[-FEW_DAYS:]))
    guess = expected_a_day / usual if expected_a_day is not None else None
    factor = guess
    if own.days:
        there = _on(similar, own, country)
        measured = max(float(own.totals.sum()), 0.5) / max(there, 0.5)
        weight = 1.0 if guess is None else len(own.days) / (len(own.days) + _KNOWN_AT)
        factor = float(np.exp(weight * np.log(measured) + (1 - weight) * np.log(guess or measured)))
    if factor is None or factor <= 0:
        raise Invalid(
            "nothing_to_scale_by",
            "This queue has no history of its own: say how many contacts a day are expected, so that the similar "
            "queue's past can be brought to its size.",
        )
    mine = {day: i for i, day in enumerate(own.days)}
    days = sorted({*similar.days, *own.days})
    theirs = {day: i for i, day in enumerate(similar.days)}
    rows = [own.counts[mine[day]] if day in mine else similar.counts[theirs[day]] * factor for day in days]
    return History(own.step_s, tuple(days), np.array(rows))


def _on(similar: History, own: History, country: Country) -> float:
    """What the similar queue had on the days of our own; where it has none, what it would have had."""
    known = {day: float(total) for day, total in zip(similar.days, similar.totals, strict=True)}
    missing = [day for day in own.days if day not in known]
    if missing:
        said = learn(similar, country, calibrated=False).ahead(missing)
        known.update(zip(missing, said.day_mean.tolist(), strict=True))
    return sum(known[day] for day in own.days)
