"""A day that the kernel has played: contacts, and what agents did, out of its records."""

from typing import Any, NamedTuple

import numpy as np

from jietong.core.vocabulary import Ms, State
from jietong.workforce.simulation import kernel
from jietong.workforce.simulation.crew import Crew
from jietong.workforce.simulation.kernel import World


class Played(NamedTuple):
    """A day that has been played. Stretches are pairs of arrays (from, to) in ms after `start`."""

    world: World
    crew: Crew
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
