"""What a flow asks of the customer's line and of the centre.

`calls` implements it for telephone calls, `flows.chat` for chats, `flows.walk` for a terminal. Every method may raise
`CustomerGone`: the customer hung up, or the contact was ended by somebody else. Nothing here decides how the contact
ends in the ledger: `Runner.run` gives an `Ending`, and whoever runs it submits what follows from that.
"""

from collections.abc import Sequence
from typing import Literal, Protocol

from msgspec import Struct

from jietong.core.vocabulary import Outcome
from jietong.flows import acts as a
from jietong.flows.model import Value


class CustomerGone(Exception):
    """The customer is no longer there."""


class Ending(Struct, frozen=True):
    """How a flow was left, for `core.commands.LeaveFlow`.

    `how`: finished, failed, voicemail, transferred_out, callback, hung_up (core.events.FlowLeft). `outcome` None:
    there is nothing to submit, since the contact is in a queue (as a call-back, or its customer hung up there) or has
    ended already. In every case the line, if it is still up, is to be dropped.
    """

    how: Literal["finished", "failed", "voicemail", "transferred_out", "callback", "hung_up"]
    outcome: Outcome | None
    node: str


class Host(Protocol):
    """One customer's line, and the centre around it."""

    async def say(self, saying: a.Saying, *, interruptible: bool) -> None:
        """Returns when it has been heard, or stopped by a key; that key is kept for the next `ask`.

        Keys pressed meanwhile count for the next `ask` if `interruptible`, else they are dropped.
        """
        ...

    async def ask(self, question: a.Ask) -> str:
        """Says it and collects keys (see `acts.Ask`); gives them without the end key, empty for none."""
        ...

    async def hours(self, hours: str) -> str:
        """open, closed, or holiday."""
        ...

    async def find(self, by: Literal["caller", "variable"], value: str) -> dict[str, str] | None:
        """The customer's file as `acts.Found` has it; it is linked to the contact. None: there is none."""
        ...

    async def measure(self, subjects: Sequence[str]) -> dict[str, Value]:
        """`queue.Q.waiting` (int), `queue.Q.ewt_s` (float or None), `queue.Q.open` (bool), `queue.Q.ready` (int),
        `now.weekday` (1..7), `now.time` ("08:30"). What cannot be told is None or left out."""
        ...

    async def queue(self, wish: a.Join, *, node: str, language: str) -> str:
        """Returns when the customer is back in the flow's hands: timed_out, closed, full, `key:k`, ended.

        Where a key of `callback_keys` was pressed, the call-back has been requested when this returns `key:k`, and
        the contact stays in the queue; where it could not be, the customer waits on. A key of `leave_keys` takes the
        contact out of the queue (core.commands.ReturnToFlow). Who hangs up here has left the queue: CustomerGone.
        """
        ...

    async def call_back(self, wish: a.CallBack, *, node: str, language: str) -> bool:
        """Puts the contact into the queue and requests the call-back. False: not possible (closed, full …)."""
        ...

    async def take_message(self, wish: a.TakeMessage) -> bool:
        """A voicemail: a contact of its own in the queue. False: nothing was said."""
        ...

    async def connect(self, wish: a.Connect) -> bool:
        """Returns when the other side has gone: True after a talk, False if it was not reached."""
        ...

    async def open_survey(self) -> bool:
        """False: there was no talk to ask about, or it has been answered."""
        ...

    async def rate(self, score: int, resolved: bool | None) -> None: ...

    async def witness(self, step: a.Step) -> None:
        """A node was left by an exit (core.events.FlowStep). Must not wait for the commit, and never fails."""
        ...
