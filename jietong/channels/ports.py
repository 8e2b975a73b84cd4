"""What a channel is to the centre, and what the centre is to a channel.

A channel adapter (web chat, later voice, mail, text …) turns what happens outside into commands for the single
writer (`core.inbox.Inbox`) and the writer's committed events back into what the customer sees or hears. It lies
upstream of routing, so what it needs to know of queues and waiting it asks through `Reception`.
"""

from typing import Protocol

from jietong.core.specs import HoursSpec
from jietong.core.vocabulary import Channel, Ms


class Reception(Protocol):
    """What may be asked about queues and waiting contacts. Every answer is from memory and costs O(log n) at most."""

    async def settled(self) -> None:
        """Returns when the answers are what has been committed; holds until the caller's next await."""
        ...

    def serves(self, queue: str, channel: Channel) -> bool:
        """Whether the queue exists, is active, and takes this channel."""
        ...

    def client_of(self, queue: str) -> str | None:
        """Whose contacts the queue's are; None: no such queue."""
        ...

    def is_open(self, queue: str) -> bool: ...

    def next_open(self, queue: str) -> Ms | None:
        """When it opens next; None: it is open, or never opens."""
        ...

    def hours_of(self, queue: str) -> HoursSpec | None:
        """None: always open."""
        ...

    def is_live(self, contact: str) -> bool:
        """Whether the contact's customer still waits or talks."""
        ...

    def position(self, contact: str) -> int | None:
        """How many are ahead; None: not waiting."""
        ...

    def estimated_wait_s(self, queue: str, ahead: int | None) -> float | None:
        """None: cannot be told."""
        ...

    def agent_name(self, agent: str) -> str | None: ...

    def agent_of(self, contact: str) -> str | None:
        """The agent who talks to the contact's customer or wraps it up."""
        ...

    def dialled_by(self, contact: str) -> str | None:
        """The agent who has taken the contact's call-back and has not said yet whether the customer was reached."""
        ...

    def region(self) -> str:
        """ISO 3166: a number without a country code is one of this region."""
        ...

    def live_contacts(self, channel: Channel) -> list[str]:
        """All contacts of this channel whose customers wait or talk: asked once, after a start."""
        ...


class Adapter(Protocol):
    """A running channel."""

    channel: Channel

    async def start(self) -> None:
        """Begins to listen outside and to follow the ledger; returns when both work."""
        ...

    async def stop(self) -> None:
        """Lets go of the outside. Contacts stay as they are: the next start finds them again."""
        ...
