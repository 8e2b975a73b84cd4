"""What every desk shows alike: the queues and the colleagues. Worked out once, encoded once, told to many."""

import asyncio
from collections.abc import Callable, Iterable
from typing import NamedTuple

from jietong.core.vocabulary import Ms, State
from jietong.live import views
from jietong.live.collections import Shown, delta
from jietong.live.desk import Desk
from jietong.metrics.live import LiveFigures
from jietong.routing.engine import Engine

DESKS_A_SECOND = 500
"""So many desks are told of changes each second; with more desks, each is told less often."""
DESKS_AT_ONCE = 50
PAUSE_S = 0.02
COLLEAGUES_A_SECOND = 100_000
"""Agent changes sent to desks, over all desks: beyond it, presence in the transfer list is told less often."""


class Shared:
    """The shown queues and colleagues, and which of them desks have not been told of yet."""

    def __init__(self, engine: Callable[[], Engine], figures: LiveFigures, next_seq: Callable[[], int]) -> None:
        self.queues = Shown("queues")
        self.colleagues = Shown("agents")
        self.dirty: set[str] = set()  # queues to be looked at again
        self._engine = engine
        self._figures = figures
        self._next_seq = next_seq
        self._changed_queues: set[str] = set()
        self._changed_colleagues: set[str] = set()
        self._told: Ms = 0
        self._colleagues_told: Ms = 0

    def refresh_queues(self, now: Ms) -> None:
        """Looks at the dirty queues."""
        engine = self._engine()
        dirty, self.dirty = self.dirty, set()
        for id in dirty:
            queue = engine.queues.get(id)
            if queue is None or not queue.spec.active:
                if self.queues.drop(id):
                    self._changed_queues.add(id)
            elif self.queues.put(id, views.queue_view(engine, self._figures, id, now)):
                self._changed_queues.add(id)

    def refresh_colleague(self, id: str) -> None:
        agent = self._engine().agents.get(id)
        if agent is None or agent.state is State.OFF or not agent.spec.active:
            changed = self.colleagues.drop(id)
        else:
            changed = self.colleagues.put(id, views.colleague(agent))
        if changed:
            self._changed_colleagues.add(id)

    def rebuild(self, now: Ms) -> None:
        """All of it afresh; whoever calls this sends every desk a snapshot."""
        engine = self._engine()
        self.dirty.update(engine.queues)
        self.dirty.update(self.queues.views)
        self.refresh_queues(now)
        for id in {*engine.agents, *self.colleagues.views}:
            self.refresh_colleague(id)
        self._changed_queues.clear()
        self._changed_colleagues.clear()

    def members(self, desk: Desk) -> dict[str, list[str]]:
        """For the desk's snapshot: its queues, and all whom it can transfer to."""
        engine = self._engine()
        return {
            "queues": [self.queues.json(id) for id in desk.serves if id in self.queues.views],
            "agents": [
                self.colleagues.json(id)
                for id in self.colleagues.views
                if id != desk.agent and desk.sight.agent(engine, id)
            ],
        }

    def tell(self, desks: Iterable[Desk], now: Ms) -> None:
        """Sends the desks what has changed, at a pace that their number allows; queues and colleagues in one frame,
        since what costs is the number of frames."""
        desks = list(desks)
        if not desks:
            self._changed_queues.clear()
            self._changed_colleagues.clear()
            return
        if now - self._told < 1000 * (len(desks) // DESKS_A_SECOND):
            return
        queues, self._changed_queues = self._changed_queues, set()
        colleagues: set[str] = set()
        pause_ms = 1000 * len(self._changed_colleagues) * len(desks) / COLLEAGUES_A_SECOND
        if now - self._colleagues_told >= pause_ms:
            self._colleagues_told = now
            colleagues, self._changed_colleagues = self._changed_colleagues, set()
        if not queues and not colleagues:
            return
        self._told = now
        self._tell(desks[:DESKS_AT_ONCE], queues, colleagues, now)
        # The others a few at a time: a thousand frames at once would keep a customer's contact waiting behind them.
        # Each frame is made when it is sent, so none tells of something that has changed since.
        loop = asyncio.get_running_loop()
        for nth, start in enumerate(range(DESKS_AT_ONCE, len(desks), DESKS_AT_ONCE), start=1):
            later = int(nth * PAUSE_S * 1000)
            part = desks[start : start + DESKS_AT_ONCE]
            loop.call_later(nth * PAUSE_S, self._tell, part, queues, colleagues, now + later)

    def _tell(self, desks: list[Desk], queues: set[str], colleagues: set[str], now: Ms) -> None:
        """One frame serves all desks that serve the same queues; those that changed or see only a part of the
        colleagues have their own, for no desk is told of itself."""
        seq = self._next_seq()
        engine = self._engine()
        shown = {id: self.colleagues.json(id) for id in colleagues if id in self.colleagues.views}
        gone = [id for id in colleagues if id not in self.colleagues.views]
        everyone = _Change(list(shown.values()), gone)
        of_queues: dict[tuple[str, ...], _Change] = {}
        frames: dict[tuple[str, ...], str | None] = {}
        for desk in desks:
            serves = desk.serves
            if serves not in of_queues:
                ids = [id for id in serves if id in queues]
                of_queues[serves] = _Change(
                    [self.queues.json(id) for id in ids if id in self.queues.views],
                    [id for id in ids if id not in self.queues.views],
                )
                frames[serves] = _frame(seq, now, of_queues[serves], everyone)
            if desk.sight.whole and desk.agent not in colleagues:
                desk.send(frames[serves])
                continue
            others = (id for id in shown if id != desk.agent)
            if not desk.sight.whole:
                others = (id for id in others if desk.sight.agent(engine, id))
            own = _Change([shown[id] for id in others], [id for id in gone if id != desk.agent])
            desk.send(_frame(seq, now, of_queues[serves], own))


class _Change(NamedTuple):
    """Of one collection: members as `Shown.json` gives them, and ids of those that are gone."""

    put: list[str]
    gone: list[str]


def _frame(seq: int, now: Ms, queues: _Change, colleagues: _Change) -> str | None:
    both = {"queues": queues, "agents": colleagues}
    sets = {name: change.put for name, change in both.items() if change.put}
    dels = {name: change.gone for name, change in both.items() if change.gone}
    return delta(seq, now, sets, dels) if sets or dels else None
