"""Who looks: what a client scope may see, and the sockets that show one feed."""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from jietong.channels.outbox import Outbox
from jietong.core.vocabulary import Ms
from jietong.db.pool import Scope
from jietong.live.collections import Feed
from jietong.live.views import QueueView
from jietong.routing.engine import Engine
from jietong.routing.model import ContactState


class Sight(NamedTuple):
    """What a client scope may see: its queues and contacts, and the agents who serve one of its queues."""

    scope: Scope

    @property
    def whole(self) -> bool:
        return self.scope.clients is None

    def queue(self, engine: Engine, id: str | None) -> bool:
        if self.whole:
            return True
        queue = engine.queues.get(id) if id is not None else None
        return queue is not None and self.scope.allows(queue.spec.client)

    def contact(self, contact: ContactState) -> bool:
        return self.scope.allows(contact.client)

    def agent(self, engine: Engine, id: str) -> bool:
        if self.whole:
            return True
        agent = engine.agents.get(id)
        return agent is not None and any(self.queue(engine, queue) for queue in engine.serves[agent.index])

    def queues(self, engine: Engine, shown: Mapping[str, QueueView]) -> dict[str, QueueView]:
        return {id: view for id, view in shown.items() if self.queue(engine, id)}


class Audience:
    """A feed and the sockets that show it."""

    def __init__(self, sight: Sight, names: Iterable[str]) -> None:
        self.sight = sight
        self.feed = Feed(names)
        self.outboxes: set[Outbox] = set()

    def take_delta(self, now: Ms, next_seq: Callable[[], int]) -> str | None:
        return self.feed.take_delta(now, next_seq)

    def snapshot(self, now: Ms, seq: int) -> str:
        return self.feed.snapshot(now, seq)

    def send(self, frame: str | None) -> None:
        if frame is not None:
            for outbox in self.outboxes:
                outbox.put(frame)
