"""What a compiled day comes to: its facts in columns, and their sums by the catalogue's definitions."""

from collections.abc import Iterator
from math import ceil
from typing import Any

import numpy as np

from jietong.contacts.model import AgentInterval, End, Kind
from jietong.core.vocabulary import Direction, Ms, State
from jietong.metrics.definition import Count, Time, TrunkTime
from jietong.metrics.history import longest_streak
from jietong.workforce.simulation import columns, kernel
from jietong.workforce.simulation.centre import agent_id
from jietong.workforce.simulation.columns import Rows
from jietong.workforce.simulation.played import Played
from jietong.workforce.simulation.replicate import window_of
from jietong.workforce.simulation.scenario import Scenario
from jietong.workforce.simulation.tally import ALL, HALF_HOUR, Sample, Sheet

KEPT = frozenset({State.OFFERED, State.TALKING, State.WRAPUP, State.READY, State.HOLD})
"""States whose time the kernel knows; nobody holds."""
_STATES = {
    kernel.ON: State.READY,
    kernel.OFF: State.OFF,
    kernel.REST: State.BREAK,
    kernel.AWAY: State.MEETING,
    kernel.CASEWORK: State.CASEWORK,
}


class Facts:
    """Of days of one scenario, for the figures of one sheet."""

    def __init__(self, scenario: Scenario, sheet: Sheet) -> None:
        self.scenario = scenario
        self.sheet = sheet

    def sample(self, played: Played) -> Sample:
        """The day's sums by the catalogue's definitions."""
        window = window_of(self.scenario)
        steps = -(-(window.end - window.start) // HALF_HOUR)
        width = len(self.sheet.sums)
        places = [ALL, *(f"q:{name}" for name in self.scenario.queues)]
        table = {place: np.zeros((steps, width), dtype=np.int64) for place in places}
        sample = Sample(contacts=int(played.came), lines_most=int(played.world.n[kernel.MOST]))
        listed: dict[tuple[str, str], list[columns.Numbers]] = {}
        for name, rows in self._facts(played):
            own = (rows.arrived >= window.start) & (rows.arrived < window.end)
            if rows.kind is Kind.ENTRY:
                sample.counted += int(own.sum())
            if not own.all():
                rows = _only(rows, own)
            if not len(rows.arrived):
                continue
            bucket = (rows.arrived - window.start) // HALF_HOUR
            for slot, key in self._counts.get(rows.kind, ()):
                assert isinstance(key.of, Count)
                found = columns.amounts(key.of, rows, key.terms)
                if found is None:
                    continue
                which, by = found
                here = bucket if which is True else bucket[which]
                if isinstance(by, np.ndarray):
                    weights = by if which is True else by[which]
                    grown = np.bincount(here, weights=weights, minlength=steps).astype(np.int64)
                else:
                    grown = np.bincount(here, minlength=steps) * by
                table[ALL][:, slot] += grown
                table[f"q:{name}"][:, slot] += grown
            for figure, definition, terms in self.sheet.listed():
                for one in definition.numerator:
                    if isinstance(one, Count):
                        these = columns.values(one, rows, terms)
                        for place in (ALL, f"q:{name}"):
                            listed.setdefault((figure, place), []).append(these)
        self._time(played, table, steps)
        for figure, definition, _ in self.sheet.listed():
            share = 1.0 if definition.quantile is None else definition.quantile
            sample.values[figure] = {place: _quantile(listed.get((figure, place), []), share) for place in places}
        for figure in self.sheet.streaks():
            sample.values[figure] = self._streaks(played)
        sample.sums = {place: [int(value) for value in rows.sum(axis=0)] for place, rows in table.items()}
        sample.series = {place: rows.tolist() for place, rows in table.items()}
        v = played.world.contacts
        sample.blocked = int((v["outcome"] == kernel.BLOCKED).sum())
        sample.unfinished = int(
            ((v["serial"] > 0) & ((v["outcome"] == kernel.LEFT_OVER) | (v["outcome"] == kernel.COMING))).sum()
        )
        sample.signed_in_ms = played.signed_in_ms()
        return sample

    def _facts(self, played: Played) -> Iterator[tuple[str, Rows]]:
        """(queue, facts) of each way a contact may have gone, as `contacts.fold` makes them of its events."""
        v, start = played.world.contacts, played.start
        here = v["serial"] > 0
        for q, (name, queue) in enumerate(self.scenario.queues.items()):
            words = {
                "channel": queue.channel,
                "direction": Direction.INBOUND,
                "target_ms": queue.service_level_s * 1000,
                "short_ms": queue.short_abandon_s * 1000,
                "cause": "arrival",
            }
            mine = here & (v["queue"] == q)
            for code in np.unique(v["outcome"][mine]).tolist():
                i = np.flatnonzero(mine & (v["outcome"] == code))
                arrive = v["arrive"][i] + start
                shut = code in (kernel.BLOCKED, kernel.FULL)
                yield name, Rows(Kind.ENTRY, arrive, {**words, "outcome": End.BLOCKED if shut else End.ADMITTED})
                if queue.flow is not None and code != kernel.BLOCKED:
                    yield from ((name, rows) for rows in _flow_facts(words, code, arrive, v, i, start))
                if code in _QUEUE_ENDS:
                    waited = i if code != kernel.COMING else i[v["joined"][i] >= 0]
                    joined = v["joined"][waited] + start
                    fields = {**words, "outcome": _QUEUE_ENDS[code], "wait_ms": v["wait"][waited]}
                    yield name, Rows(Kind.QUEUE, joined, fields)
                if code == kernel.HANDLED:
                    spent = {
                        "talk_ms": v["talk"][i],
                        "hold_ms": 0,
                        "wrapup_ms": v["wrapup"][i],
                        "holds": 0,
                        "end": v["ended"][i] + v["wrapup"][i] + start,
                        "start": v["answered"][i] + start,
                    }
                    yield name, Rows(Kind.HANDLING, joined, {**words, **spent, "cause": None, "outcome": End.ENDED})
                if code in (kernel.HANDLED, kernel.TALKING):
                    offered = v["offered"][i] + start
                    yield name, Rows(Kind.OFFER, offered, {**words, "cause": "queue", "outcome": End.ACCEPTED})

    @property
    def _counts(self) -> dict[Kind, list[tuple[int, Any]]]:
        return self.sheet.counts()

    def _time(self, played: Played, table: dict[str, Any], steps: int) -> None:
        times = [(slot, key.of.states) for key, slot in self.sheet.sums.items() if isinstance(key.of, Time)]
        trunk = [slot for key, slot in self.sheet.sums.items() if isinstance(key.of, TrunkTime)]
        window = window_of(self.scenario)

        def spread(begun: Any, ended: Any) -> Any:
            return _spread(begun + played.start - window.start, ended + played.start - window.start, window, steps)

        for slot in trunk:
            table[ALL][:, slot] += spread(*played.full())
        if not times:
            return
        for g, group in enumerate(played.crew.groups):
            spent = {state: spread(*stretch) for state, stretch in played.busy(g).items()}
            spent[State.READY] = spread(*played.on(g)) - sum(spent.values())
            place = table.setdefault(f"g:{group}", np.zeros((steps, len(self.sheet.sums)), dtype=np.int64))
            for slot, states in times:
                for state in states & KEPT & set(spent):
                    place[:, slot] += spent[state]
                    table[ALL][:, slot] += spent[state]

    def _streaks(self, played: Played) -> dict[str, float | None]:
        window = window_of(self.scenario)
        found: dict[str, float | None] = {}
        for g, group in enumerate(played.crew.groups):
            for n, stretches in played.log(g).items():
                intervals = [
                    AgentInterval(agent_id(group, n), begun, _STATES[what], end=end) for begun, end, what in stretches
                ]
                longest = longest_streak(intervals, window, 900_000)
                for place in (ALL, f"g:{group}"):
                    found[place] = max(found.get(place) or 0, longest)
        return found


_QUEUE_ENDS: dict[int, End | None] = {
    kernel.COMING: None,
    kernel.HANDLED: End.ANSWERED,
    kernel.TALKING: End.ANSWERED,
    kernel.ABANDONED: End.ABANDONED,
    kernel.TIMED_OUT: End.TIMED_OUT,
    kernel.LEFT_OVER: End.CANCELLED,
}


def _flow_facts(words: dict[str, Any], code: int, arrive: Any, v: Any, i: Any, start: Ms) -> Iterator[Rows]:
    """The stay in the flow on the way in, and the one after a wait that ran out."""
    ends = {kernel.SELF_SERVED: End.SELF_SERVED, kernel.LOST: End.LOST, kernel.FULL: End.BLOCKED}
    outcome = ends.get(code, End.QUEUED)
    left = v["ended"][i] if code in ends else v["arrive"][i] + v["flow"][i]
    yield Rows(Kind.FLOW, arrive, {**words, "outcome": outcome, "start": arrive, "end": left + start})
    if code == kernel.TIMED_OUT:
        back = v["joined"][i] + v["wait"][i] + start
        fields = {
            **words,
            "cause": "queue_left",
            "outcome": End.TIMED_OUT,
            "start": back,
            "end": v["ended"][i] + start,
        }
        yield Rows(Kind.FLOW, back, fields)


def _only(rows: Rows, which: Any) -> Rows:
    fields = {name: value[which] if isinstance(value, np.ndarray) else value for name, value in rows.fields.items()}
    return Rows(rows.kind, rows.arrived[which], fields)


def _spread(begun: Any, ended: Any, window: Any, steps: int) -> Any:
    """Milliseconds of all stretches (after the window's start) by half-hour."""
    length = window.end - window.start
    begun, ended = np.maximum(begun, 0), np.minimum(ended, length)
    found = np.zeros(steps, dtype=np.int64)
    left = begun < ended
    begun, ended = begun[left], ended[left]
    while len(begun):
        bucket = begun // HALF_HOUR
        upto = np.minimum(ended, (bucket + 1) * HALF_HOUR)
        found += np.bincount(bucket, weights=upto - begun, minlength=steps).astype(np.int64)
        left = upto < ended
        begun, ended = upto[left], ended[left]
    return found


def _quantile(parts: "list[columns.Numbers]", share: float) -> float | None:
    """As `tally.quantile`."""
    every = np.concatenate(parts) if parts else np.zeros(0)
    if not len(every):
        return None
    at = max(0, ceil(share * len(every)) - 1)
    return float(np.partition(every, at)[at])
