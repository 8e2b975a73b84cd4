"""The compiled path: a scenario as arrays for `kernel.play`.

It plays the same draws as the engine, so that it can be held against it contact by contact. What it cannot express it
refuses, with the reason. Loads numba: import it where it is used.
"""

from typing import Any

import numpy as np

from jietong.core.vocabulary import Channel, Ms, Selection
from jietong.workforce.simulation import draws, kernel
from jietong.workforce.simulation.centre import closing, opening
from jietong.workforce.simulation.chance import NOTHING
from jietong.workforce.simulation.compiled_facts import Facts
from jietong.workforce.simulation.crew import Crew, crew, meets, rank
from jietong.workforce.simulation.kernel import FOREVER, NONE, World
from jietong.workforce.simulation.play import AFTER_HOURS_MS
from jietong.workforce.simulation.played import Played
from jietong.workforce.simulation.scenario import Queue, Scenario
from jietong.workforce.simulation.tally import Sample, Sheet

SPARE = 1024


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
        self.facts = Facts(scenario, sheet)
        self.rows = list(scenario.queues.values())

    def run(self, seed: int, replication: int) -> Sample:
        return self.facts.sample(self.play(seed, replication))

    def play(self, seed: int, replication: int) -> Played:
        """The day, contact by contact."""
        scenario = self.scenario
        opens = opening(scenario)
        team = crew(scenario, seed, replication)
        start = min(opens, team.start)
        spare = SPARE if any(queue.redial is not None for queue in self.rows) else 0
        lazy = self._lazy(team)
        closes = closing(scenario) - start
        channels = scenario.trunks.channels if scenario.trunks is not None else NONE
        while True:
            contacts, coming = self._contacts(seed, replication, opens - start, spare)
            world = self._world(contacts, team, coming, spare, lazy=lazy)
            kernel.play(world, coming, channels, closes, closes + AFTER_HOURS_MS, lazy)
            if not world.n[kernel.SHORT]:
                return Played(world, team, start, max(closes, int(world.n[kernel.OVER])))
            spare *= 4

    def _lazy(self, team: Crew) -> bool:
        """Nothing but the order in line depends on who still waits."""
        if self.scenario.trunks is not None:
            return False
        for queue in self.rows:
            if queue.max_waiting is not None or queue.redial is not None or queue.flow is not None:
                return False
            if queue.answer != NOTHING:
                return False
        return not team.late

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

    def _world(self, contacts: Any, team: Crew, coming: int, spare: int, *, lazy: bool) -> World:
        n, agents, turns = len(contacts), len(team.agents), len(team.turns)
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
            for g, skills in enumerate(team.skills):
                if meets(skills, queue.requires):
                    can.append((g, rank(skills, queue.requires) if best else 0))
            row["can_to"] = len(can)
        changes = 2 * agents + int((team.types["upto"] - team.types["first"])[team.turns["type"]].sum()) + 64
        return World(
            contacts=contacts,
            queues=queues,
            types=team.types.copy(),
            agents=team.agents.copy(),
            can=np.array(can, dtype=kernel.CAN),
            serves=team.serves,
            turns=team.turns,
            line=np.empty(n, dtype=np.int64),
            heap=np.empty(3 * agents + turns + 64 + (0 if lazy else 4 * n), dtype=kernel.ENTRY),
            idle=np.empty(agents + 1, dtype=kernel.ENTRY),
            log=np.empty(changes, dtype=kernel.CHANGE),
            full=np.empty(1 if lazy else n + 1, dtype=kernel.FULL_LINES),
            n=np.zeros(kernel.COUNTERS, dtype=np.int64),
        )


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
