"""Lines for the callers of voice queues: how long each queue's hold theirs, as measured or presumed, and what that
takes in every step.
"""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import msgspec

from jietong.core.days import Span
from jietong.core.specs import QueueSpec
from jietong.core.vocabulary import Channel
from jietong.workforce.forecast.expected import Band
from jietong.workforce.model import QUARTER_S, Load
from jietong.workforce.schedule.model import STEP, SkillGroup
from jietong.workforce.schedule.need import GroupNeed
from jietong.workforce.sizing.measured import Callers, Flow, Seen
from jietong.workforce.sizing.views import Lines, View

Waits = Literal["measured", "planned"]
PRESUMED_FLOW_S = 30.0
"""A greeting and a menu, where nobody's time in a flow has been seen."""


class Part(NamedTuple):
    """A voice queue with what is forecast of it, and the group that serves it."""

    spec: QueueSpec
    load: Load | None
    band: Band | None
    group: SkillGroup | None
    need: GroupNeed | None


def lines_of(
    parts: Sequence[Part], callers: Callers, span: Span, blocking: float, retries: float, waits: Waits
) -> Lines:
    import numpy as np

    from jietong.workforce.sizing import lines as of

    steps = (span.end - span.start) // STEP
    load, high = np.zeros(steps), np.zeros(steps)
    banded, shown = True, []
    for part in parts:
        seen = callers.queues.get(part.spec.id, Seen())
        if part.load is None:
            shown.append(_unforecast(part))
            continue
        held, sources = _holding(part, seen, callers.flows.get(part.spec.client), waits)
        taken = of.erlangs(part.load, held)
        load += taken
        if part.band is None:
            banded = False
        else:
            high += of.erlangs(with_calls(part.load, part.band.p90), held)
        shown.append(_held_view(part, held, taken, sources))
    return Lines(
        load, of.lines_over(load, blocking, retries), high if banded else None,
        of.lines_over(high, blocking, retries) if banded else None, shown,
    )  # fmt: skip


def _holding(part: Part, seen: Seen, flow: Flow | None, waits: Waits) -> tuple[Any, dict[str, str]]:
    """As measured; what was not: the wait as the need's agents leave it, a flow of half a minute, no wrap-up."""
    import numpy as np

    from jietong.workforce.requirement import Service, expected
    from jietong.workforce.sizing.lines import Holding

    measured = seen.wait_s is not None and seen.served is not None and waits == "measured"
    if measured:
        wait, served = np.asarray(seen.wait_s), np.asarray(seen.served)
    elif part.need is not None and part.group is not None:
        found = expected(
            part.need.load,
            part.group.goal,
            part.need.on_line,
            Service(part.need.patience_s, at_a_time=part.need.at_a_time),
        )
        wait, served = np.asarray(found.wait_s), np.asarray(found.served)
    else:
        wait, served = np.asarray(0.0), np.asarray(1.0)
    texts = any(channel is not Channel.VOICE for channel in part.spec.channels)
    one = Holding(
        PRESUMED_FLOW_S if flow is None else flow.seconds, wait, served,
        1.0 if seen.talking is None else seen.talking,
        seen.voice if texts and seen.voice is not None else 1.0,
    )  # fmt: skip
    sources = {
        "flow": "presumed" if flow is None else "measured" if flow.whole else "mean",
        "wait": "measured" if measured else "planned" if part.need is not None else "presumed",
        "talk": "presumed" if seen.talking is None else "measured",
    }
    return one, sources


def _held_view(part: Part, held: Any, taken: Any, sources: dict[str, str]) -> View:
    """Means over the contacts of the span."""
    import numpy as np

    assert part.load is not None
    calls = np.asarray(part.load.calls) * held.voice
    whole = float(calls.sum())

    def mean(values: Any) -> float:
        return float((np.broadcast_to(values, calls.shape) * calls).sum() / whole) if whole > 0 else 0.0

    talk = held.served * np.asarray(part.load.aht_s) * held.talking
    return {
        "queue": part.spec.id, "names": dict(part.spec.name), "forecast": True, "contacts": round(whole, 1),
        "flow_s": round(held.flow_s, 1), "wait_s": round(mean(held.wait_s), 1), "talk_s": round(mean(talk), 1),
        "held_s": round(float(taken.sum()) * QUARTER_S / whole, 1) if whole > 0 else None,
        "served": round(mean(held.served), 4), "voice": round(held.voice, 4), "sources": sources,
    }  # fmt: skip


def _unforecast(part: Part) -> View:
    return {
        "queue": part.spec.id, "names": dict(part.spec.name), "forecast": False, "contacts": None, "flow_s": None,
        "wait_s": None, "talk_s": None, "held_s": None, "served": None, "voice": None, "sources": None,
    }  # fmt: skip


def with_calls(load: Load, calls: Sequence[float]) -> Load:
    return msgspec.structs.replace(load, calls=tuple(calls))
