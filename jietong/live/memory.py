"""What lists show of a contact beyond the engine: the customer's name, and the last words."""

import structlog

from jietong.channels.webchat import store
from jietong.channels.webchat.model import Message
from jietong.db.pool import ALL, Database
from jietong.live.views import PREVIEW, LastMessage, Said, last_message

log = structlog.get_logger(__name__)

_NOTHING = Said()


class Memory:
    """Kept while the contact is open; read from the database for what this process has not seen being written."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._said: dict[str, Said] = {}
        self._unknown: set[str] = set()

    def of(self, contact: str) -> Said:
        return self._said.get(contact, _NOTHING)

    def knows(self, contact: str) -> bool:
        return contact in self._said

    def name(self, contact: str, name: str | None) -> None:
        self._said[contact] = self.of(contact)._replace(name=name)

    def hear(self, message: Message) -> None:
        self._said[message.contact] = self.of(message.contact)._replace(last=last_message(message))

    def ask(self, contact: str) -> None:
        """The next `learn` looks it up."""
        self._unknown.add(contact)

    def forget(self, contact: str) -> None:
        self._said.pop(contact, None)

    def known(self) -> list[str]:
        return list(self._said)

    async def learn(self) -> list[str]:
        """Reads what was asked for; gives the contacts it has learnt of."""
        if not self._unknown:
            return []
        wanted, self._unknown = list(self._unknown), set()
        try:
            async with self._database.read(ALL) as conn:
                names = await store.names(conn, wanted)
                rows = await store.last_messages(conn, wanted)
        except Exception as error:  # the database is away: the next round asks again
            self._unknown.update(wanted)
            log.warning("live_names_wait", error=type(error).__name__)
            return []
        last = {row.contact: LastMessage(row.author, row.text[:PREVIEW], row.at, row.n) for row in rows}
        for id in wanted:
            old = self.of(id)
            self._said[id] = Said(names.get(id, old.name), _later(old.last, last.get(id)))
        return wanted


def _later(one: LastMessage | None, other: LastMessage | None) -> LastMessage | None:
    if one is None or other is None:
        return one or other
    return one if one.n >= other.n else other
