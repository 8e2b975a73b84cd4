"""Posting words: the row in the transaction of its event, and the words at hand when the commit is announced."""

from collections import OrderedDict
from typing import NamedTuple

from msgspec.structs import replace

from jietong.channels.webchat import store
from jietong.channels.webchat.conversation import attachment_view
from jietong.channels.webchat.model import Message
from jietong.core.clock import Clock
from jietong.core.commands import PostMessage
from jietong.core.events import MessagePosted
from jietong.core.ids import new_id
from jietong.core.inbox import Inbox
from jietong.core.vocabulary import Author, Ms

_KEEP = 10_000


class Posted(NamedTuple):
    message: str
    n: int
    at: Ms


class Words(NamedTuple):
    """One committed message, for the customer's page and for staff (their file addresses differ)."""

    page: Message
    staff: Message


class Posting:
    """Holds the words between their submission and the announcement of their commit."""

    def __init__(self, inbox: Inbox, clock: Clock) -> None:
        self._inbox = inbox
        self._clock = clock
        self._pending: OrderedDict[str, tuple[Message, store.Attachment | None]] = OrderedDict()

    async def post(
        self,
        contact: str,
        client: str,
        author: Author,
        text: str,
        key: str,
        *,
        agent: str | None = None,
        agent_name: str | None = None,
        file: store.Attachment | None = None,
    ) -> Posted:
        """Gives the message after its commit; the same `key` in the same contact again gives the first one.

        Raises Refused, Unavailable: then nothing was written.
        """
        now = self._clock.now()
        id = new_id(now)
        message = Message(
            id=id,
            contact=contact,
            n=0,
            at=now,
            author=author,
            agent=agent,
            agent_name=agent_name,
            text=text,
            key=key if author is Author.CUSTOMER else None,
        )
        attachment = file.id if file else None
        writes = [store.message_write(id, contact, client, now, author, agent, text, attachment, key)]
        if file is not None:
            writes.append(store.attachment_write(file.id, contact))
        self._pending[id] = message, file
        if len(self._pending) > _KEEP:
            self._pending.popitem(last=False)
        command = PostMessage(contact, id, author, agent, file is not None)
        try:
            receipt = await self._inbox.submit(command, key=f"post:{contact}:{key}", writes=writes)
        except BaseException:
            self._pending.pop(id, None)
            raise
        event = next(event for event in receipt.events if isinstance(event, MessagePosted))
        if event.message != id:
            self._pending.pop(id, None)
        return Posted(event.message, event.n, now)

    def committed(self, event: MessagePosted) -> Words | None:
        """The words of a committed message; None when another process posted them."""
        pending = self._pending.pop(event.message, None)
        if pending is None:
            return None
        message, file = pending
        message = replace(message, n=event.n)
        if file is None:
            return Words(message, message)
        return Words(
            replace(message, attachment=attachment_view(file, staff=False)),
            replace(message, attachment=attachment_view(file, staff=True)),
        )
