"""The compiled path: a scenario as arrays for `kernel.play`, and its outcome as facts in columns.

It plays the same draws as the engine, so that it can be held against it contact by contact. What it cannot express it
refuses, with the reason. Loads numba: import it where it is used.
"""

from collections.abc import Iterator
from math import ceil
from typing import Any, NamedTuple

import numpy as np

from jietong.contacts.model import AgentInterval, End, Kind
from jietong.core.vocabulary import Channel, Direction, Ms, Selection, State, Status
from jietong.metrics.definition import Count, Time, TrunkTime
from jietong.metrics.history import longest_streak
from jietong.workforce.simulation import columns, draws, kernel
from jietong.workforce.simulation.centre import agent_id, closing, opening, people
from jietong.workforce.simulation.chance import NOTHING
from jietong.workforce.simulation.columns import Rows
from jietong.workforce.simulation.kernel import FOREVER, NONE, World
from jietong.workforce.simulation.play import AFTER_HOURS_MS
from jietong.workforce.simulation.replicate import window_of
from jietong.workforce.simulation.scenario import Queue, Scenario
from jietong.workforce.simulation.tally import ALL, HALF_HOUR, Sample, Sheet

SPARE = 1024
KEPT = frozenset({State.OFFERED, State.TALKING, State.WRAPUP, State.READY, State.HOLD})
"""States whose time the kernel knows; nobody holds."""


def why_not(scenario: Scenario) -> str | None:
    """Why the compiled path cannot play the scenario, as a sentence; None: it can."""
    for name, queue in scenario.queues.items():
        reason = _queue_reason(queue)
        if reason is not None:
            return f"[queues.{name}] {reason}"
    for name, group in scenario.agents.items():
        if group.standby is not None:
            return f"[agents.{name}] has part-timers on standby."
        if group.missed:
            return f"[agents.{name}] lets offers run out."
        if group.answer is not None:
            return f"[agents.{name}] has an answering time of its own."
    return None


def _queue_reason(queue: Queue) -> str | None:
    if queue.channel is not Channel.VOICE:
        return "takes chats, of which an agent has several at once."
    if queue.steps:
        return "has overflow steps."
    if queue.callback is not None:
        return "offers call-backs."
    if queue.selection is Selection.LEAST_OCCUPIED:
        return "chooses the least occupied agent."
    return None


class Compiled:
    """A scenario made ready for many replications."""

    def __init__(self, scenario: Scenario, sheet: Sheet) -> None:
        self.scenario = scenario
        self.sheet = sheet
        self.queues = list(scenario.queues)
        self.rows = list(scenario.queues.values())

    def run(self, seed: int, replication: int) -> Sample:
        return self.sample(self.play(seed, replication))

    def play(self, seed: int, replication: int) -> "Played":
        """The day, contact by contact."""
        scenario = self.scenario
        opens = opening(scenario)
        crew = _crew(scenario, seed, replication)
        start = min(opens, crew.start)
        spare = SPARE if any(queue.redial is not None for queue in self.rows) else 0
        lazy = self._lazy(crew)
        closes = closing(scenario) - start
        channels = scenario.trunks.channels if scenario.trunks is not None else NONE
        while True:
            contacts, coming = self._contacts(seed, replication, opens - start, spare)
            world = self._world(contacts, crew, coming, spare, lazy=lazy)
            kernel.play(world, coming, channels, closes, closes + AFTER_HOURS_MS, lazy)
            if not world.n[kernel.SHORT]:
                return Played(world, crew, start, max(closes, int(world.n[kernel.OVER])))
            spare *= 4

    def _lazy(self, crew: "_Crew") -> bool:
        """Nothing but the order in line depends on who still waits."""
        if self.scenario.trunks is not None:
            return False
        for queue in self.rows:
            if queue.max_waiting is not None or queue.redial is not None or queue.flow is not None:
                return False
            if queue.answer != NOTHING:
                return False
        return not crew.late

    def _contacts(self, seed: int, replication: int, shift: Ms, spare: int) -> tuple[Any, int]:
        """Records of who comes, and of who may come again; and how many come."""
        scenario = self.scenario
        times = draws.arrivals(scenario, seed, replication)
        parts = [(q, times[name] + shift, draws.coming(queue, name, times[name], seed, replication))
                 for q, (name, queue) in enumerate(scenario.queues.items())]  # fmt: skip
        count = sum(len(at) for _, at, _ in parts)
        found = np.zeros(count + spare * len(parts), dtype=kernel.CONTACT)
        if len(parts) == 1:
            _fill(found[:count], *parts[0])
        else:
            order = np.argsort(np.concatenate([at for _, at, _ in parts]), kind="stable")
            place = np.empty(count, dtype=np.int64)
            place[order] = np.arange(count)
            begun = 0
            for part in parts:
                _fill(found, *part, which=place[begun : begun + len(part[1])])
                begun += len(part[1])
        for q, (name, queue) in enumerate(scenario.queues.items()):
            more = draws.further(queue, name, seed, replication)
            for begun in range(count + q * spare, count + (q + 1) * spare, draws.CHUNK):
                late = np.full(draws.CHUNK, FOREVER, dtype=np.int64)
                _fill(found[begun : begun + draws.CHUNK], q, late, next(more))
        if any(queue.wrapup_cap_s is not None for queue in self.rows):
            caps = [FOREVER if q.wrapup_cap_s is None else q.wrapup_cap_s * 1000 for q in self.rows]
            found["wrapup"] = np.minimum(found["wrapup"], np.array(caps, dtype=np.int64)[found["queue"]])
        return found, count

    def _world(self, contacts: Any, crew: "_Crew", coming: int, spare: int, *, lazy: bool) -> World:
        n, agents, turns = len(contacts), len(crew.agents), len(crew.turns)
        queues = np.zeros(len(self.rows), dtype=kernel.QUEUE)
        can: list[tuple[int, int]] = []
        heads = np.concatenate(([0], np.cumsum(np.bincount(contacts["queue"], minlength=len(queues)))))
        for q, queue in enumerate(self.rows):
            row = queues[q]
            _rules(row, queue)
            row["head"] = row["tail"] = heads[q]
            row["spare"], row["spare_to"] = coming + q * spare, coming + (q + 1) * spare
            row["can"] = len(can)
            best = queue.selection is Selection.BEST_SKILL
            for g, skills in enumerate(crew.skills):
                if _meets(skills, queue.requires):
                    can.append((g, _rank(skills, queue.requires) if best else 0))
            row["can_to"] = len(can)
        changes = 2 * agents + int((crew.types["upto"] - crew.types["first"])[crew.turns["type"]].sum()) + 64
        return World(
            contacts=contacts,
            queues=queues,
            types=crew.types.copy(),
            agents=crew.agents.copy(),
            can=np.array(can, dtype=kernel.CAN),
            serves=crew.serves,
            turns=crew.turns,
            line=np.empty(n, dtype=np.int64),
            heap=np.empty(3 * agents + turns + 64 + (0 if lazy else 4 * n), dtype=kernel.ENTRY),
            idle=np.empty(agents + 1, dtype=kernel.ENTRY),
            log=np.empty(changes, dtype=kernel.CHANGE),
            full=np.empty(1 if lazy else n + 1, dtype=kernel.FULL_LINES),
            n=np.zeros(kernel.COUNTERS, dtype=np.int64),
        )

    # --- its facts ------------------------------------------------------------------------------------------------

    def sample(self, played: "Played") -> Sample:
        """The day's sums by the catalogue's definitions."""
        window = window_of(self.scenario)
        steps = -(-(window.end - window.start) // HALF_HOUR)
        width = len(self.sheet.sums)
        places = [ALL, *(f"q:{name}" for name in self.queues)]
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

    def _facts(self, played: "Played") -> Iterator[tuple[str, Rows]]:
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

    def _time(self, played: "Played", table: dict[str, Any], steps: int) -> None:
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

    def _streaks(self, played: "Played") -> dict[str, float | None]:
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


class _Crew(NamedTuple):
    """The agents of a day: those of a group are one type."""

    types: Any
    agents: Any
    turns: Any
    serves: Any
    groups: list[str]
    skills: list[dict[str, int]]
    start: Ms  # first turn of all
    late: bool  # somebody's work ends at closing time or after it


class Played(NamedTuple):
    """A day that has been played. Stretches are pairs of arrays (from, to) in ms after `start`."""

    world: World
    crew: _Crew
    start: Ms
    over: Ms  # when the last one had gone, or closing time

    @property
    def came(self) -> int:
        return int(self.world.n[kernel.SERIAL])

    @property
    def events(self) -> int:
        """Arrivals, ends of talks and wrap-ups, and those who gave up."""
        return int(self.world.n[kernel.EVENTS])

    def full(self) -> tuple[Any, Any]:
        full, n = self.world.full, int(self.world.n[kernel.FULLS])
        if self.world.n[kernel.FULL_NOW]:
            full[n]["ended"] = self.over
            n += 1
        return full["begun"][:n], full["ended"][:n]

    def busy(self, g: int) -> dict[State, tuple[Any, Any]]:
        """Of the agents of a type."""
        v, kind = self.world.contacts, self.crew.types[g]
        own = (v["serial"] > 0) & (v["agent"] >= kind["first"]) & (v["agent"] < kind["upto"])
        talk = np.flatnonzero(own & (v["answered"] >= 0))
        over = np.flatnonzero(own & (v["outcome"] == kernel.HANDLED))
        asked = np.flatnonzero(own & (v["answer"] > 0))
        taken = np.where(v["answered"][asked] >= 0, v["answered"][asked], v["joined"][asked] + v["wait"][asked])
        return {
            State.TALKING: (v["answered"][talk], v["answered"][talk] + v["talk"][talk]),
            State.WRAPUP: (v["ended"][over], v["ended"][over] + v["wrapup"][over]),
            State.OFFERED: (v["offered"][asked], taken),
        }

    def on(self, g: int) -> tuple[Any, Any]:
        stretches = [s for one in self.log(g).values() for s in one if s[2] == kernel.ON]
        begun = np.array([s[0] - self.start for s in stretches], dtype=np.int64)
        return begun, np.array([s[1] - self.start for s in stretches], dtype=np.int64)

    def log(self, g: int) -> dict[int, list[tuple[Ms, Ms, int]]]:
        """Agent of the type, by number → (from, to, what) in instants."""
        kind = self.crew.types[g]
        log = self.world.log[: int(self.world.n[kernel.LOGGED])]
        log = log[(log["agent"] >= kind["first"]) & (log["agent"] < kind["upto"])]
        found: dict[int, list[tuple[Ms, Ms, int]]] = {}
        for a, when, does in log.tolist():
            stretches = found.setdefault(a - int(kind["first"]), [])
            if stretches:
                stretches[-1] = (stretches[-1][0], when + self.start, stretches[-1][2])
            stretches.append((when + self.start, max(self.over, when) + self.start, does))
        return found

    def signed_in_ms(self) -> dict[str, int]:
        found = {}
        for g, group in enumerate(self.crew.groups):
            log = self.log(g).values()
            found[group] = sum(end - begun for one in log for begun, end, what in one if what != kernel.OFF)
        return found


def _crew(scenario: Scenario, seed: int, replication: int) -> _Crew:
    here = people(scenario, seed, replication)
    groups = list(scenario.agents)
    by_group = {name: [person for person in here if person.group == name] for name in groups}
    types = np.zeros(len(groups), dtype=kernel.TYPE)
    agents = np.zeros(len(here), dtype=kernel.AGENT)
    turns: list[tuple[Ms, int, int, Ms]] = []
    skills = [scenario.agents[name].skills for name in groups]
    serves: list[tuple[int, int]] = []
    first = 0
    for g, name in enumerate(groups):
        upto = first + len(by_group[name])
        can = [
            (q, _rank(skills[g], queue.requires) if scenario.own_skill_first else 0)
            for q, queue in enumerate(scenario.queues.values())
            if _meets(skills[g], queue.requires)
        ]
        types[g] = (first, upto, len(serves), len(serves) + len(can), 0, kernel.OFF, 0)
        agents["type"][first:upto] = g
        serves += can
        if by_group[name]:
            says = by_group[name][0].turns
            turns += [(turn.at, g, _WHAT[turn.status], turn.rest) for turn in says]
        first = upto
    turns.sort(key=lambda turn: turn[:2])
    start = min([opening(scenario), *(at for at, _, _, _ in turns)])
    table = np.array([(at - start, g, what, rest) for at, g, what, rest in turns], dtype=kernel.TURN)
    late = any(what == kernel.OFF and at >= closing(scenario) for at, _, what, _ in turns)
    return _Crew(types, agents, table, np.array(serves, dtype=kernel.SERVES), groups, skills, start, late)


_STATES = {
    kernel.ON: State.READY,
    kernel.OFF: State.OFF,
    kernel.REST: State.BREAK,
    kernel.AWAY: State.MEETING,
    kernel.CASEWORK: State.CASEWORK,
}
_WHAT = {
    Status.READY: kernel.ON,
    Status.OFFLINE: kernel.OFF,
    Status.BREAK: kernel.REST,
    Status.TRAINING: kernel.AWAY,
    Status.MEETING: kernel.AWAY,
    Status.CASEWORK: kernel.CASEWORK,
}


def _fill(contacts: Any, queue: int, arrive: Any, batch: draws.Batch, which: Any = slice(None)) -> None:
    contacts["queue"][which] = queue
    contacts["arrive"][which] = arrive
    for name in ("talk", "wrapup", "patience", "answer", "flow", "fate", "redial", "again_in"):
        column = getattr(batch, name)
        if column.any():  # the records are made of zeros
            contacts[name][which] = column


def _rules(row: Any, queue: Queue) -> None:
    row["band"] = -queue.priority if queue.ageing_s is None else 0
    row["ageing_ms"] = queue.priority * (queue.ageing_s or 0) * 1000
    row["max_wait"] = FOREVER if queue.max_wait_s is None else queue.max_wait_s * 1000
    row["max_waiting"] = NONE if queue.max_waiting is None else queue.max_waiting
    row["offer_ms"] = queue.offer_s * 1000
    row["voice"] = 1
    if queue.flow is not None:
        row["flow"], row["served"], row["left"] = 1, queue.flow.served, queue.flow.served + queue.flow.lost
    if queue.redial is not None:
        row["after_busy"], row["after_abandon"] = queue.redial.after_busy, queue.redial.after_abandon
        row["at_most"] = queue.redial.at_most


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


def _rank(skills: dict[str, int], requires: dict[str, int]) -> int:
    """As `routing.rules.skill_rank`."""
    return sum(max(0, 5 - skills[skill]) for skill in requires)


def _quantile(parts: "list[columns.Numbers]", share: float) -> float | None:
    """As `tally.quantile`."""
    every = np.concatenate(parts) if parts else np.zeros(0)
    if not len(every):
        return None
    at = max(0, ceil(share * len(every)) - 1)
    return float(np.partition(every, at)[at])


def _meets(skills: dict[str, int], requires: dict[str, int]) -> bool:
    return all(skills.get(skill, 0) >= level for skill, level in requires.items())


__all__ = ["Compiled", "Played", "why_not"]
