"""One agent's desk: what it shows of its own, to however many tabs."""

from jietong.live.audience import Audience, Sight


class Desk(Audience):
    """All tabs of one agent count as one desk. Queues and colleagues are shared with other desks (see `hub`)."""

    def __init__(self, agent: str, sight: Sight) -> None:
        super().__init__(sight, ("me", "contacts"))
        self.agent = agent
        self.serves: tuple[str, ...] = ()  # the queues it shows
