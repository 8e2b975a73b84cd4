"""Where a day is short of people: work that comes against agents on line, by quarter of an hour. Pure."""

from collections.abc import Sequence
from math import sqrt
from typing import NamedTuple

from jietong.workforce.lab import staff
from jietong.workforce.simulation.chance import mean_s
from jietong.workforce.simulation.scenario import Scenario, clock_s, clock_text

QUARTER_S = 900


class Pressure(NamedTuple):
    """`work[i]`: agents' worth of work that comes in quarter i (Erlang), `people[i]` on line in its middle; i counts
    from the doors' opening at `opens_s` after midnight."""

    opens_s: int
    work: tuple[float, ...]
    people: tuple[float, ...]

    @property
    def short(self) -> tuple[float, ...]:
        """People that are missing for four fifths of their time in talk; below 0: to spare."""
        return tuple(work / 0.8 - people for work, people in zip(self.work, self.people, strict=True))

    @property
    def unserved(self) -> tuple[float, ...]:
        """Work that finds too few people (its root more would be enough, by rule of thumb): where help counts."""
        found = []
        for work, people in zip(self.work, self.people, strict=True):
            enough = work + sqrt(work)
            found.append(work * min(max(enough - people, 0.0) / enough, 1.0) if work > 0 else 0.0)
        return tuple(found)

    def worst(self, hours: float) -> tuple[str, str]:
        """The stretch of so many hours in which most finds too few people, as times of day."""
        return self._highest(self.unserved, hours)

    def by_need(self, hours: float) -> list[tuple[int, int]]:
        """All stretches of so many hours in seconds after midnight, the worst first."""
        wide = min(max(round(hours * 4), 1), len(self.work))
        missed = self.unserved
        order = sorted(range(len(missed) - wide + 1), key=lambda n: (-sum(missed[n : n + wide]), n))
        return [(self.opens_s + n * QUARTER_S, self.opens_s + (n + wide) * QUARTER_S) for n in order]

    def busiest(self, hours: float) -> tuple[str, str]:
        """The stretch in which most work comes."""
        return self._highest(self.work, hours)

    def _highest(self, values: Sequence[float], hours: float) -> tuple[str, str]:
        wide = min(max(round(hours * 4), 1), len(values))
        sums = [sum(values[n : n + wide]) for n in range(len(values) - wide + 1)]
        best = max(range(len(sums)), key=lambda n: (sums[n], -n))
        start = self.opens_s + best * QUARTER_S
        return clock_text(start), clock_text(start + wide * QUARTER_S)


def pressure(scenario: Scenario) -> Pressure:
    quarters = max(round(scenario.hours * 4), 1)
    opens = clock_s(scenario.opens)
    work = [0.0] * quarters
    for queue in scenario.queues.values():
        asked = 1.0 if queue.flow is None else 1 - queue.flow.served - queue.flow.lost
        each = asked * (mean_s(queue.handling) + mean_s(queue.wrapup)) / QUARTER_S
        for n, come in enumerate(
            _by_quarter(scenario, queue.arrivals.profile or (), queue.arrivals.step_s, quarters)
        ):
            work[n] += come * each
    people = [staff.present(scenario.agents, opens + (n + 0.5) * QUARTER_S) for n in range(quarters)]
    return Pressure(opens, tuple(work), tuple(people))


def _by_quarter(scenario: Scenario, profile: Sequence[float], step_s: int, quarters: int) -> list[float]:
    """A profile in steps of its own, in quarters of an hour."""
    found = [0.0] * quarters
    for n, value in enumerate(profile):
        at, end = n * step_s, (n + 1) * step_s
        while at < end:
            quarter = at // QUARTER_S
            upto = min(end, (quarter + 1) * QUARTER_S)
            if quarter < quarters:
                found[quarter] += value * (upto - at) / step_s
            at = upto
    return found
