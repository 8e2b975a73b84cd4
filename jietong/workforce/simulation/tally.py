"""The figures of a simulated day by the metric catalogue: its events folded into the same facts as the live centre's,
its sums taken by the same definitions.

A `Sample` holds sums, not ratios: days are added up first and divided last. Its places are "" (all), "q:" + a queue
for what is counted on arrival, "g:" + a group of agents for time that is spent.
"""

from array import array
from collections.abc import Sequence
from math import ceil
from typing import NamedTuple

from msgspec import Struct, field

from jietong.contacts.facts import learn_agent, learn_queue, next_interval, trunk_busy_times
from jietong.contacts.fold import apply_to_contact, start_contact
from jietong.contacts.model import AgentInterval, Kind, Segment, TrunkBusyTime
from jietong.contacts.stays import ContactFold, FactContext
from jietong.core import events as e
from jietong.core.days import Span
from jietong.core.vocabulary import Ms, State
from jietong.metrics.definition import Count, Definition, How, Terms, Time, TrunkTime
from jietong.metrics.history import longest_streak
from jietong.metrics.intervals import Metric

HALF_HOUR: Ms = 1_800_000
ALL = ""


class Key(NamedTuple):
    """One sum of the catalogue: equal ones are taken once for all figures that they are part of."""

    of: Count | Time | TrunkTime
    terms: Terms


class Sheet:
    """Which sums the figures asked for are made of."""

    def __init__(self, metrics: Sequence[Metric]) -> None:
        self.metrics = tuple(metrics)
        self.sums: dict[Key, int] = {}  # to its slot
        self.parts: dict[str, tuple[tuple[int, ...], tuple[int, ...]]] = {}  # figure → slots of num and den
        for metric in metrics:
            of = metric.definition
            if of.how in (How.SUM, How.RATIO):
                self.parts[metric.key] = (self._slots(of.numerator, metric), self._slots(of.denominator, metric))

    def _slots(self, sums: Sequence[object], metric: Metric) -> tuple[int, ...]:
        slots = []
        for one in sums:
            if isinstance(one, (Count, Time, TrunkTime)):
                terms = metric.terms if isinstance(one, Count) else Terms()
                slots.append(self.sums.setdefault(Key(one, terms), len(self.sums)))
        return tuple(slots)

    def counts(self) -> dict[Kind, list[tuple[int, Key]]]:
        found: dict[Kind, list[tuple[int, Key]]] = {kind: [] for kind in Kind}
        for key, slot in self.sums.items():
            if isinstance(key.of, Count):
                found[key.of.kind].append((slot, key))
        return found

    def listed(self) -> list[tuple[str, Definition, Terms]]:
        """Figures that need every value: maxima and quantiles."""
        return [
            (metric.key, metric.definition, metric.terms)
            for metric in self.metrics
            if metric.definition.how in (How.MAX, How.QUANTILE)
        ]

    def streaks(self) -> list[str]:
        return [metric.key for metric in self.metrics if metric.definition.how is How.STREAK]


class Sample(Struct):
    """One day. `sums[place]` in the order of `Sheet.sums`; `series[place][half-hour]` the same by half-hour."""

    sums: dict[str, list[int]] = field(default_factory=dict)
    series: dict[str, list[list[int]]] = field(default_factory=dict)
    values: dict[str, dict[str, float | None]] = field(default_factory=dict)  # figure → place → its value of the day
    contacts: int = 0
    blocked: int = 0
    unfinished: int = 0
    callbacks: int = 0
    lines_most: int = 0
    signed_in_ms: dict[str, int] = field(default_factory=dict)  # group → of all its agents
    standby_ms: dict[str, int] = field(default_factory=dict)  # … of it on call
    counted: int = 0  # contacts after the warm-up


class Tally:
    """Listens to a day. `groups`: agent → group. Counts what arrived, and time spent, in `window`."""

    def __init__(self, sheet: Sheet, window: Span, groups: dict[str, str], break_ms: Ms = 900_000) -> None:
        self.sheet = sheet
        self.window = window
        self.sample = Sample()
        self._width = len(sheet.sums)
        self._steps = -(-(window.end - window.start) // HALF_HOUR)
        self._context = FactContext()
        self._folds: dict[str, ContactFold] = {}
        self._agents: dict[str, AgentInterval] = {}
        self._trunks: dict[str, TrunkBusyTime] = {}
        self._groups = groups
        self._break_ms = break_ms
        self._counts = {
            kind: [
                (slot, key.of.holds, None if key.of.value is None else key.of.amount, key.terms)
                for slot, key in sums
                if isinstance(key.of, Count)
            ]
            for kind, sums in sheet.counts().items()
        }
        times = [(slot, key.of.states) for key, slot in sheet.sums.items() if isinstance(key.of, Time)]
        self._times = {state: [slot for slot, states in times if state in states] for state in State}
        self._trunk_slots = [slot for key, slot in sheet.sums.items() if isinstance(key.of, TrunkTime)]
        self._listed = sheet.listed()
        self._values: dict[tuple[str, str], array[int]] = {}
        self._by_agent: dict[str, list[AgentInterval]] = {}
        self._streaks = sheet.streaks()
        self._ended: str | None = None  # whose end was the last fact of a contact
        self._rows: dict[str, list[list[int]]] = self.sample.series
        self._all = self._place(ALL)

    def __call__(self, event: e.AnyEvent) -> None:
        if isinstance(event, e.AgentStateChanged):
            for change in next_interval(self._agents, event, self._context):
                if change.new.end is not None:
                    self._interval(change.new)
        elif (contact := getattr(event, "contact", None)) is not None:
            self._contact(contact, event)
        elif isinstance(event, e.TrunkBusy):
            for trunk in trunk_busy_times(self._trunks, event):
                if trunk.new.end is not None:
                    self._trunk(trunk.new)
        elif isinstance(event, e.QueueConfigured):
            learn_queue(self._context, event)
        elif isinstance(event, e.AgentConfigured):
            learn_agent(self._context, event.spec)

    def finish(self, now: Ms) -> Sample:
        """The day is over: what is still open lasts until `now`."""
        for contact in list(self._folds):
            self._done(contact)
        for queue in self._context.queues:
            self._place("q:" + queue)
        for interval in self._agents.values():
            self._interval(_closed(interval, max(now, interval.start)))
        for trunk in self._trunks.values():
            self._trunk(TrunkBusyTime(trunk.trunk, trunk.start, max(now, trunk.start)))
        sample = self.sample
        for place, rows in self._rows.items():
            sample.sums[place] = [sum(column) for column in zip(*rows, strict=True)]
        for key, definition, _ in self._listed:
            share = 1.0 if definition.quantile is None else definition.quantile
            sample.values[key] = {place: _quantile(self._values.get((key, place)), share) for place in sample.sums}
        for key in self._streaks:
            sample.values[key] = self._longest()
        return sample

    # --- inside ----------------------------------------------------------------------------------------------

    def _contact(self, contact: str, event: e.AnyEvent) -> None:
        """A contact's facts are whole when it has ended and nobody wraps up; a wrap-up begins right after the end."""
        ended = self._ended
        if ended is not None:
            self._ended = None
            if not (ended == contact and isinstance(event, e.WrapupStarted)):
                self._done(ended)
        if isinstance(event, e.ContactArrived):
            self._folds[contact] = start_contact(event)[0]
            self.sample.contacts += 1
            return
        fold = self._folds.get(contact)
        if fold is None:
            return
        apply_to_contact(fold, event, self._context)
        if isinstance(event, e.ContactEnded):
            self._ended = contact
        elif isinstance(event, e.WrapupEnded) and fold.ended is not None:
            self._done(contact)

    def _done(self, contact: str) -> None:
        fold = self._folds.pop(contact)
        for row in fold.rows:
            self._segment(row)

    def _segment(self, row: Segment) -> None:
        if row.arrived not in self.window:
            return
        if row.kind is Kind.ENTRY:
            self.sample.counted += 1
        bucket = (row.arrived - self.window.start) // HALF_HOUR
        place = "q:" + (row.queue or row.entry)
        of_all = self._all[bucket]
        of_queue: list[int] | None = None
        for slot, holds, amount, terms in self._counts[row.kind]:
            if holds(row, terms):
                by = 1 if amount is None else amount(row, terms)
                if of_queue is None:
                    of_queue = self._place(place)[bucket]
                of_all[slot] += by
                of_queue[slot] += by
        for key, definition, terms in self._listed:
            for one in definition.numerator:
                if (
                    isinstance(one, Count)
                    and one.kind is row.kind
                    and one.value is not None
                    and one.holds(row, terms)
                ):
                    value = one.amount(row, terms)
                    for where in (ALL, place):
                        self._place(where)
                        self._values.setdefault((key, where), array("q")).append(value)

    def _interval(self, interval: AgentInterval) -> None:
        group = self._groups.get(interval.agent, "")
        end = interval.end if interval.end is not None else interval.start
        if interval.state is not State.OFF:
            spent = end - interval.start
            self.sample.signed_in_ms[group] = self.sample.signed_in_ms.get(group, 0) + spent
            if interval.state is State.STANDBY:
                self.sample.standby_ms[group] = self.sample.standby_ms.get(group, 0) + spent
        if self._streaks:
            self._by_agent.setdefault(interval.agent, []).append(interval)
        slots = self._times[interval.state]
        if slots:
            self._spread(slots, interval.start, end, (self._all, self._place("g:" + group)))

    def _trunk(self, time: TrunkBusyTime) -> None:
        if self._trunk_slots and time.end is not None:
            self._spread(self._trunk_slots, time.start, time.end, (self._all,))

    def _spread(self, slots: Sequence[int], start: Ms, end: Ms, places: Sequence[list[list[int]]]) -> None:
        """Each millisecond to the half-hour in which it was spent."""
        opens = self.window.start
        start, end = max(start, opens), min(end, self.window.end)
        while start < end:
            bucket = (start - opens) // HALF_HOUR
            upto = min(end, opens + (bucket + 1) * HALF_HOUR)
            for place in places:
                part = place[bucket]
                for slot in slots:
                    part[slot] += upto - start
            start = upto

    def _place(self, place: str) -> list[list[int]]:
        """Its sums by half-hour."""
        found = self._rows.get(place)
        if found is None:
            found = self._rows[place] = [[0] * self._width for _ in range(self._steps)]
        return found

    def _longest(self) -> dict[str, float | None]:
        found: dict[str, float | None] = {}
        for agent, intervals in self._by_agent.items():
            longest = longest_streak(intervals, self.window, self._break_ms)
            for place in (ALL, "g:" + self._groups.get(agent, "")):
                found[place] = max(found.get(place) or 0, longest)
        return found


def _closed(interval: AgentInterval, end: Ms) -> AgentInterval:
    return AgentInterval(interval.agent, interval.start, interval.state, interval.reason, interval.queue, end=end)


def _quantile(values: "array[int] | None", share: float) -> float | None:
    """The smallest value that at least the share of them reach, as `metrics.history` has it."""
    if not values:
        return None
    ordered = sorted(values)
    return float(ordered[max(0, ceil(share * len(ordered)) - 1)])
