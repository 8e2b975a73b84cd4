"""The pure engine: matches, life cycles, and how their cost grows. `python -m bench.engine [--json] [--rounds 16]`.

*Match*: the index of free agents alone. For a contact of one of 100 queues, each asking for one skill, the best
agent is chosen (longest idle, fewest open), reserved in every lane they are in, and put back behind the others; 2,000
agents with 5 of the 100 skills each. No facts are made: that is what a life cycle adds.

*Life cycle*: everything, through `Engine.handle`: arrive, offer, accept, end, wrap-up, ready. That is four commands
and eleven facts, each taking effect as on replay.

Each figure is the best of several rounds, since the machine does other things too.
"""

import argparse
import json
import sys
from random import Random
from time import perf_counter

from jietong.core import commands as k
from jietong.core.specs import AgentSkill, AgentSpec, Capacity, QueueSpec, SiteSpec, SkillNeed
from jietong.core.vocabulary import Channel, Status
from jietong.routing.engine import Engine
from jietong.routing.lines import VOICE
from jietong.routing.seats import seat_key

START = 1_800_000_000_000
NAMES = {"zh-Hans": "名", "zh-Hant": "名", "en": "name"}
SKILLS = 100
ROUNDS = 16


def centre(agents: int, skills: int = SKILLS, each: int = 5, seed: int = 1) -> Engine:
    """Agents ready, with `each` of `skills` skills drawn at random; one queue for each skill."""
    random = Random(seed)
    engine = Engine(SiteSpec(break_every_s=10**7))
    for n in range(skills):
        spec = QueueSpec(
            id=f"q{n}", name=NAMES, client="c", channels=(Channel.VOICE,), requires=(SkillNeed(skill=f"s{n}"),)
        )
        engine.handle(k.ConfigureQueue(spec=spec), START)
    for n in range(agents):
        held = tuple(AgentSkill(skill=f"s{s}") for s in sorted(random.sample(range(skills), each)))
        agent = AgentSpec(id=f"a{n}", name=f"a{n}", skills=held, capacity=Capacity(voice=1, text=0))
        engine.handle(k.ConfigureAgent(spec=agent), START)
        engine.handle(k.SignIn(agent=agent.id), START)
        engine.handle(k.SetStatus(agent=agent.id, status=Status.READY), START)
    return engine


def matches_per_second(rounds: int, agents: int = 2_000, count: int = 50_000) -> float:
    """Choose, reserve, put back, over queues drawn beforehand."""
    engine = centre(agents)
    seats = engine.seats[VOICE]
    queues = [engine.queues[f"q{n}"] for n in range(SKILLS)]
    lanes = [engine.lane(queue.rings[0], VOICE, queue.spec.selection) for queue in queues]
    wanted = [lanes[n] for n in Random(2).choices(range(SKILLS), k=count)]
    turn = engine.turn
    best = 0.0
    for _ in range(rounds):
        begun = perf_counter()
        for lane in wanted:
            index = lane.best()
            seats.take(index)
            turn += 1
            seats.put(index, seat_key(0, turn, index))
        best = max(best, count / (perf_counter() - begun))
    return best


class Cycles:
    """Contacts one after another. With `waiting` 0 each is offered at once, over 100 queues; else all agents talk
    and that many wait in one long line: each arrival joins it, and who finishes takes its head."""

    def __init__(self, agents: int, waiting: int) -> None:
        self.skills = 1 if waiting else SKILLS
        self.engine = centre(agents, self.skills, 1 if waiting else 5)
        self.now = START
        self.n = 0
        self.random = Random(3)
        for _ in range(agents + waiting if waiting else 0):
            contact = self.arrive(0)
            agent = self.engine.contacts[contact].offered_to
            if agent is not None:
                self.engine.handle(k.Accept(agent=agent, contact=contact), self.now)
        self.talking = [agent.id for agent in self.engine.agents.values() if agent.contacts]

    def arrive(self, queue: int) -> str:
        self.n += 1
        contact = f"k{self.n}"
        command = k.Arrive(contact=contact, channel=Channel.VOICE, queue=f"q{queue}", entry="bench")
        self.engine.handle(command, self.now)
        return contact

    def run(self, count: int) -> float:
        """Seconds for one cycle."""
        engine = self.engine
        handle = engine.handle
        queues = self.random.choices(range(self.skills), k=count)
        begun = perf_counter()
        for turn, queue in enumerate(queues):
            self.now += 20
            contact = self.arrive(queue)
            if self.talking:
                agent = self.talking[turn % len(self.talking)]
                contact = engine.agents[agent].contacts[0]
                handle(k.End(agent=agent, contact=contact), self.now + 5)
                handle(k.FinishWrapup(agent=agent, contact=contact), self.now + 10)
                handle(k.Accept(agent=agent, contact=engine.agents[agent].offers[0]), self.now + 15)
            else:
                agent = engine.contacts[contact].offered_to or ""
                handle(k.Accept(agent=agent, contact=contact), self.now + 5)
                handle(k.End(agent=agent, contact=contact), self.now + 10)
                handle(k.FinishWrapup(agent=agent, contact=contact), self.now + 15)
        return (perf_counter() - begun) / count


def microseconds(rounds: int, sizes: list[tuple[int, int]], count: int = 1_000) -> list[float]:
    """µs for a cycle at each (agents, waiting); the rounds go round the sizes, so that a slow spell hits all."""
    cases = [Cycles(agents, waiting) for agents, waiting in sizes]
    best = [float("inf")] * len(cases)
    for _ in range(rounds):
        for index, case in enumerate(cases):
            best[index] = min(best[index], case.run(count) * 1e6)
    return best


def measure(rounds: int) -> dict[str, object]:
    by_agents = microseconds(rounds, [(200, 0), (1_000, 0), (5_000, 0)])
    by_waiting = microseconds(rounds, [(200, 10), (200, 1_000), (200, 100_000)])
    matches = matches_per_second(rounds)
    return {
        "matches_per_s": round(matches),
        "cycles_per_s": round(1e6 / by_agents[1]),
        "cycle_us_by_agents": dict(zip(("200", "1000", "5000"), (round(x, 1) for x in by_agents), strict=True)),
        "cycle_us_by_waiting": dict(zip(("10", "1000", "100000"), (round(x, 1) for x in by_waiting), strict=True)),
        "growth_agents": round(max(by_agents) / min(by_agents), 2),
        "growth_waiting": round(max(by_waiting) / min(by_waiting), 2),
        "python": sys.version.split()[0],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of lines")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    asked = parser.parse_args()
    found = measure(asked.rounds)
    if asked.json:
        print(json.dumps(found))
    else:
        for name, value in found.items():
            print(f"{name:22} {value}")


if __name__ == "__main__":
    main()
