"""What a channel is to the centre, and what the centre is to a channel.

A channel adapter (web chat, later voice, mail, text …) turns what happens outside into commands for the single
writer (`core.inbox.Inbox`) and the writer's committed events back into what the customer sees or hears. It lies
upstream of routing, so what it needs to know of queues and waiting it asks through `Reception`.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from jietong.core.commands import LeaveFlow
from jietong.core.specs import HoursSpec
from jietong.core.vocabulary import Channel, Ms, Place


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

    def opening(self, hours: str) -> HoursSpec | None:
        """Opening hours by their own id; None: there are none of this id."""
        ...

    def waiting(self, queue: str) -> int | None:
        """How many wait there; None: no such queue."""
        ...

    def ready(self, queue: str) -> int | None:
        """How many agents of the queue's own are ready; None: no such queue."""
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

    def place_of(self, contact: str) -> Place | None:
        """Where the contact is; None: not known, or it ended a while ago."""
        ...

    def flow_of(self, contact: str) -> tuple[str, int] | None:
        """The flow that serves the contact's customer now, with its version; None: none does."""
        ...

    def queue_of(self, contact: str) -> str | None:
        """The queue it waits in or belongs to; None: it has been in none."""
        ...

    def offered_to(self, contact: str) -> str | None:
        """The agent to whom the waiting contact is on offer now."""
        ...

    def consulted_by(self, contact: str) -> tuple[str, bool, bool] | None:
        """The colleague who is asked about the contact, whether they have joined, and whether the customer is in the
        talk of the two; None: nobody is asked."""
        ...

    def is_reachable(self, agent: str) -> bool:
        """Whether the agent's telephone can be rung, as far as is known."""
        ...

    def region(self) -> str:
        """ISO 3166: a number without a country code is one of this region."""
        ...

    def live_contacts(self, channel: Channel) -> list[str]:
        """All contacts of this channel whose customers wait or talk: asked once, after a start."""
        ...


class Concierge(Protocol):
    """Who serves a chat before its queue: a flow (`flows.chat`). A text channel asks; the answer is by `ChatLine`."""

    def version_of(self, flow: str, client: str) -> int | None:
        """The version that new customers of this client get; None: there is none, and the queue is next."""
        ...

    def begin(self, contact: str, client: str, flow: str, version: int, language: str, customer: str | None) -> None:
        """The contact has entered the flow (core.commands.Enter is committed)."""
        ...

    def heard(self, contact: str, text: str) -> None:
        """The customer has written something while the flow serves them."""
        ...

    def parting(self, contact: str) -> LeaveFlow | None:
        """What to submit for a customer who goes away; None: the flow does not have them."""
        ...


class ChatLine(Protocol):
    """A text channel, as the concierge sees it."""

    async def say_as_bot(self, contact: str, text: str, key: str) -> None:
        """Posts the words; the same key again posts nothing. Raises Refused, Unavailable, NotFound."""
        ...

    def suggest(self, contact: str, options: Sequence[str]) -> None:
        """Answers that the customer can give by one click; none takes them away."""
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


class Gap(NamedTuple):
    """A stretch of a recording that was left out: silence lies there."""

    start: Ms  # after the recording's beginning
    end: Ms
    why: str  # card | agent | supervisor


class RecordingSink(Protocol):
    """Where finished recordings go. `recordings` stands behind it; whoever records calls it, once for each recording
    that was begun or should have been, after all its files have ended."""

    async def finished(
        self,
        *,
        recording: str,
        contact: str,
        client: str,
        queue: str | None,
        agent: str | None,
        started: Ms,
        tracks: Mapping[str, Path | None],
        gaps: Sequence[Gap] = (),
        keep_days: int = 180,
        rule: str = "always",
        consent: str | None = None,
        offsets: Mapping[str, Ms] | None = None,
        why: str = "",
    ) -> bool:
        """Returns as soon as it is durably noted what is to do (milliseconds). False: it is known in memory only, for
        the database is away, and must be told again after a restart. Told again, it is no other recording, but what
        files of it still lie there are taken care of. Never raises for what is wrong with a file. Encrypting,
        checking and deleting the plain files happens behind, also after a restart.

        `tracks`: `customer` (what the customer said), `agent` (what the agent said), `mix` (all that was heard), each
        a 16-bit mono WAV that nobody writes to any more; a voicemail has `customer` alone. None, or a path without a
        file: the switch gave none, `why` says what it told (no_file | empty | disk_full | switch_refused |
        switch_lost | cut_short). With files, the last two say that they break off: they are kept, not called whole.
        `offsets`: how long after `started` a track's file begins, 0 where it is not named.
        `rule`: always | share | on_demand | voicemail.

        recording.stored or recording.missing is witnessed from here, never by the caller.
        """
        ...
