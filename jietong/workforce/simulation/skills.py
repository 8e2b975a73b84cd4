"""What a second skill gains (G7): a day played with everybody knowing one kind of work, as now, two, all.

Through the compiled path, on the same chance, so that the days differ by who may serve whom only. People who learn
keep their shifts; second skills are shared out so that each kind of work is helped by people of every other, in
proportion to its load.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from msgspec.structs import replace

from jietong.core.vocabulary import Channel, Selection
from jietong.workforce.simulation import reading, result_of
from jietong.workforce.simulation.chance import mean_s
from jietong.workforce.simulation.replicate import Tell, player
from jietong.workforce.simulation.result import difference
from jietong.workforce.simulation.scenario import Group, Queue, Scenario, clock_s

METRICS: Final = "sl3,asa,abandon_rate,entry_busy_rate,occupancy"
FIGURES: Final = ("sl3", "asa", "abandon_rate", "entry_busy_rate", "occupancy")
BREADTHS: Final = ("one", "now", "two", "all")
CONTACTS = 40_000  # so many are played of each, or MOST_DAYS
LEAST_DAYS, MOST_DAYS = 10, 60
LEAST_GAIN = 1e-4


class Plain(NamedTuple):
    """`without`: codes of what the compiled path cannot play and was left out: steps, callbacks, chats, standby,
    missed."""

    scenario: Scenario
    without: tuple[str, ...]


def plain(scenario: Scenario) -> Plain:
    """The scenario as far as the compiled path can play it."""
    without = set()
    queues: dict[str, Queue] = {}
    for name, queue in scenario.queues.items():
        if queue.channel is not Channel.VOICE:
            without.add("chats")
            continue
        if queue.steps:
            without.add("steps")
        if queue.callback is not None:
            without.add("callbacks")
        selection = Selection.LONGEST_IDLE if queue.selection is Selection.LEAST_OCCUPIED else queue.selection
        queues[name] = replace(queue, steps=(), callback=None, invite=None, selection=selection)
    agents: dict[str, Group] = {}
    for name, group in scenario.agents.items():
        if group.standby is not None:
            without.add("standby")
            continue
        if group.missed or group.answer is not None:
            without.add("missed")
        agents[name] = replace(group, missed=0.0, answer=None)
    return Plain(replace(scenario, queues=queues, agents=agents, metrics=METRICS), tuple(sorted(without)))


def kinds(scenario: Scenario) -> list[dict[str, int]]:
    """The different demands of queues to which anybody comes, the heaviest first: skill → level. Queues that ask for
    nothing are served by everybody and are no kind."""
    load: dict[tuple[tuple[str, int], ...], float] = {}
    for queue in scenario.queues.values():
        key = tuple(sorted(queue.requires.items()))
        if key:
            load[key] = load.get(key, 0.0) + _work(scenario, queue)
    return [dict(key) for key in sorted(load, key=lambda key: (-load[key], key)) if load[key] > 0]


def breadth(scenario: Scenario, of: Sequence[Mapping[str, int]]) -> float:
    """How many kinds of work somebody knows, on average over people."""
    people = sum(group.count for group in scenario.agents.values())
    known = sum(group.count * len(_known(group, of)) for group in scenario.agents.values())
    return known / people if people else 0.0


def variants(scenario: Scenario) -> dict[str, Scenario]:
    """By BREADTHS; empty where there are not two kinds of work, or nobody there. Whoever knows none of them now stays
    as they are."""
    of = kinds(scenario)
    crew = [(name, n) for name, group in scenario.agents.items() for n in range(group.count) if _known(group, of)]
    if len(of) < 2 or not crew:
        return {}
    load = [
        sum(_work(scenario, queue) for queue in scenario.queues.values() if queue.requires == kind) for kind in of
    ]
    own = _own(scenario, crew, of, load)
    second = _second(scenario, own, load)
    every = frozenset(range(len(of)))
    found = {
        "one": _with(scenario, of, {member: (kind,) for member, kind in own.items()}),
        "now": scenario,
        "two": _with(scenario, of, {member: (kind, second[member]) for member, kind in own.items()}),
        "all": _with(scenario, of, {member: (kind, *(every - {kind})) for member, kind in own.items()}),
    }
    return {name: replace(found[name], name=name) for name in BREADTHS}


def gain(scenario: Scenario, seed: int, days: int | None = None, tell: Tell | None = None) -> dict[str, Any]:
    """`rows`: breadth, `skills` a person, figures with 95 % intervals, and `more`: less "one", day by day on the same
    chance. `captured`: the share of what all skills gain in SL3 that two gain; None where all gain nothing clear."""
    given, without = plain(scenario)
    of = kinds(given)
    played = variants(given)
    wanted = days if days is not None else _days(given)
    results = {}
    for place, (name, one) in enumerate(played.items()):
        play = player(one, seed)
        samples = []
        for number in range(wanted):
            samples.append(play(number))
            if tell is not None:
                tell((place + (number + 1) / wanted) / len(played), name)
        results[name] = result_of(one, samples, seed, "compiled")
    lines = given.trunks is not None
    shown = [key for key in FIGURES if key != "entry_busy_rate" or lines]
    rows = []
    for name, result in results.items():
        against = difference(result, results["one"]).figures
        rows.append(
            {
                "breadth": name,
                "skills": round(breadth(played[name], of), 2),
                "figures": {key: _estimate(result.figures[key].total) for key in shown},
                "more": {key: _estimate(against[key]) for key in shown if name != "one" and key in against},
            }
        )
    return {"days": wanted, "kinds": len(of), "without": list(without), "rows": rows, "captured": _captured(rows)}


def work(args: Any, tell: Any) -> Any:
    """The job: {scenario, seed} → `gain`."""
    scenario = reading.of(args["scenario"])
    return gain(scenario, int(args["seed"]), args.get("days"), lambda share, text: tell(share, text=text))


# --- inside ------------------------------------------------------------------------------------------------------

_Member = tuple[str, int]


def _work(scenario: Scenario, queue: Queue) -> float:
    """Seconds of work that come in a day."""
    arrivals = queue.arrivals
    if arrivals.per_hour is not None:
        come = arrivals.per_hour * scenario.hours
    else:
        come = float(sum(arrivals.profile if arrivals.profile is not None else arrivals.counts or ()))
    return come * (mean_s(queue.handling) + mean_s(queue.wrapup))


def _known(group: Group, of: Sequence[Mapping[str, int]]) -> list[int]:
    return [
        n for n, kind in enumerate(of) if all(group.skills.get(skill, 0) >= level for skill, level in kind.items())
    ]


def _hours(scenario: Scenario, group: Group) -> float:
    if not group.shifts:
        return scenario.hours
    return sum(clock_s(shift.end) - clock_s(shift.start) for shift in group.shifts) / 3600


def _own(
    scenario: Scenario, crew: Sequence[_Member], of: Sequence[Mapping[str, int]], load: Sequence[float]
) -> dict[_Member, int]:
    """Everybody's one kind of work, of those they know, so that hours lie as the load does."""
    given = [0.0] * len(of)
    own = {}
    for member in sorted(crew, key=lambda one: len(_known(scenario.agents[one[0]], of))):
        group = scenario.agents[member[0]]
        hours = max(_hours(scenario, group), 1e-9)
        kind = max(_known(group, of), key=lambda n: load[n] / (given[n] + hours))
        given[kind] += hours
        own[member] = kind
    return own


def _second(scenario: Scenario, own: Mapping[_Member, int], load: Sequence[float]) -> dict[_Member, int]:
    """Of each kind's people, seconds in every other, in proportion to its load."""
    given = [[0.0] * len(load) for _ in load]
    second = {}
    for member, kind in own.items():
        hours = max(_hours(scenario, scenario.agents[member[0]]), 1e-9)
        others = [n for n in range(len(load)) if n != kind]
        chosen = max(others, key=lambda n: load[n] / (given[kind][n] + hours))
        given[kind][chosen] += hours
        second[member] = chosen
    return second


def _with(scenario: Scenario, of: Sequence[Mapping[str, int]], known: Mapping[_Member, tuple[int, ...]]) -> Scenario:
    """The same people knowing these kinds of work, the first at the level that they have, and no other of them."""
    asked = {skill for kind in of for skill in kind}
    agents: dict[str, Group] = {}
    for name, group in scenario.agents.items():
        counts: dict[tuple[int, ...] | None, int] = {}
        for n in range(group.count):
            own = known.get((name, n))
            counts[own] = counts.get(own, 0) + 1
        for place, (own, count) in enumerate(counts.items()):
            agents[name if not place else f"{name}~{place}"] = replace(
                group, count=count, skills=group.skills if own is None else _skills(group, of, own, asked)
            )
    return replace(scenario, agents=agents)


def _skills(group: Group, of: Sequence[Mapping[str, int]], own: Sequence[int], asked: set[str]) -> dict[str, int]:
    found = {skill: level for skill, level in group.skills.items() if skill not in asked}
    for place, kind in enumerate(own):
        for skill, level in of[kind].items():
            held = group.skills.get(skill, 0) if not place else 0
            found[skill] = max(found.get(skill, 0), level, held)
    return found


def _days(scenario: Scenario) -> int:
    hours = [queue.arrivals for queue in scenario.queues.values()]
    a_day = sum(
        one.per_hour * scenario.hours if one.per_hour is not None else sum(one.profile or one.counts or ())
        for one in hours
    )
    return min(max(round(CONTACTS / max(a_day, 1)), LEAST_DAYS), MOST_DAYS)


def _estimate(of: Any) -> dict[str, float | None]:
    return {"mean": of.mean, "low": of.low, "high": of.high}


def _captured(rows: Sequence[Mapping[str, Any]]) -> float | None:
    by = {row["breadth"]: row["more"].get("sl3") for row in rows}
    two, every = by.get("two"), by.get("all")
    if not two or not every or every["mean"] is None or two["mean"] is None:
        return None
    if (every["low"] or 0.0) <= LEAST_GAIN:
        return None
    return round(float(two["mean"]) / float(every["mean"]), 4)
