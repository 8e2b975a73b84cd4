"""One agent's desk: what it shows of its own, and the sockets (tabs) that show it."""

from jietong.channels.outbox import Outbox
from jietong.db.pool import Scope
from jietong.live.collections import Feed


class Desk:
    """All tabs of one agent count as one desk. Queues and colleagues are shared with other desks (see `hub`)."""

    __slots__ = ("agent", "feed", "outboxes", "scope", "serves")

    def __init__(self, agent: str, scope: Scope) -> None:
        self.agent = agent
        self.scope = scope
        self.feed = Feed(("me", "contacts"))
        self.serves: tuple[str, ...] = ()
        self.outboxes: set[Outbox] = set()

    def send(self, frame: str | None) -> None:
        if frame is not None:
            for outbox in self.outboxes:
                outbox.put(frame)
