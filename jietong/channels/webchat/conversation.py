"""A whole conversation: the words from their table, the system lines from the ledger, in the ledger's order."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from jietong.channels.webchat.model import AttachmentView, Message
from jietong.channels.webchat.store import Attachment, MessageRow
from jietong.channels.webchat.story import Line, Story
from jietong.core.events import AnyEvent, MessagePosted

AgentName = Callable[[str], str | None]


class Told(NamedTuple):
    """What a conversation was up to `seq`."""

    messages: list[Message]
    story: Story
    seq: int


def tell(
    contact: str, history: Iterable[tuple[int, AnyEvent]], rows: Sequence[MessageRow], name: AgentName, *, staff: bool
) -> Told:
    """Folds a contact's events into its conversation. `staff`: attachment addresses for people who are signed in.

    A row whose event is not in `history` (posted a moment later) is left for the next reading.
    """
    words = {row.id: row for row in rows}
    story = Story()
    messages: list[Message] = []
    seq = 0
    for seq, event in history:
        line = story.apply(event)
        if line is not None:
            messages.append(system_message(contact, seq, story.n, line, name))
        if isinstance(event, MessagePosted) and (row := words.get(event.message)) is not None:
            messages.append(message(row, name, staff=staff))
    return Told(messages, story, seq)


def message(row: MessageRow, name: AgentName, *, staff: bool) -> Message:
    return Message(
        id=row.id,
        contact=row.contact,
        n=row.n,
        at=row.at,
        author=row.author,
        agent=row.agent,
        agent_name=name(row.agent) if row.agent else None,
        text=row.text,
        attachment=attachment_view(row.attachment, staff=staff) if row.attachment else None,
        key=row.client_key if row.author == "customer" else None,
    )


def system_message(contact: str, seq: int, n: int, line: Line, name: AgentName) -> Message:
    params = dict(line.params or {})
    agent_name = name(line.agent) if line.agent else None
    if agent_name is not None:
        params["name"] = agent_name
    return Message(
        id=f"{contact}.{seq}",
        contact=contact,
        n=n,
        at=line.at,
        author="system",
        agent=line.agent,
        agent_name=agent_name,
        code=line.code,
        params=params,
    )


def attachment_view(file: Attachment, *, staff: bool) -> AttachmentView:
    """Staff are known by their session; a customer's page carries the file's key in its address."""
    address = f"/api/attachments/{file.id}"
    return AttachmentView(file.id, file.name, file.type, file.size, address if staff else f"{address}?key={file.key}")
