"""What lists show of a contact beyond the engine: the customer's name and masked number, the last words, and of calls
whether it is recorded and who listens in."""

from typing import NamedTuple

import structlog

from jietong.channels.webchat import store
from jietong.channels.webchat.model import Message
from jietong.core import events as e
from jietong.db import ledger
from jietong.db.pool import ALL, Database
from jietong.live import calls, voice
from jietong.live.views import PREVIEW, LastMessage, Said, last_message

log = structlog.get_logger(__name__)

_NOTHING = Said()


class Asked(NamedTuple):
    """What is to be looked up of a contact."""

    customer: str | None = None
    call: bool = False
    past: bool = False  # what the ledger says of the call before this process followed it


class Memory:
    """Kept while the contact is open; read from the database for what this process has not seen being written."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._said: dict[str, Said] = {}
        self._unknown: dict[str, Asked] = {}
        self._heard: dict[str, list[e.AnyEvent]] = {}  # of calls whose past is being looked up

    def of(self, contact: str) -> Said:
        return self._said.get(contact, _NOTHING)

    def knows(self, contact: str) -> bool:
        return contact in self._said

    def name(self, contact: str, name: str | None) -> None:
        self._said[contact] = self.of(contact)._replace(name=name)

    def hear(self, message: Message) -> None:
        self._said[message.contact] = self.of(message.contact)._replace(last=last_message(message))

    def tell(self, contact: str, event: e.AnyEvent) -> None:
        """A fact of a call, as it is committed."""
        said = self.of(contact)
        after = voice.fold(said.voice, event)
        if after is not said.voice:
            self._said[contact] = said._replace(voice=after)
        if contact in self._heard:
            self._heard[contact].append(event)

    def ask(self, contact: str, asked: Asked) -> None:
        """The next `learn` looks it up."""
        before = self._unknown.get(contact, asked)
        self._unknown[contact] = asked._replace(past=asked.past or before.past)
        if asked.past:
            self._heard.setdefault(contact, [])

    def forget(self, contact: str) -> None:
        self._said.pop(contact, None)
        self._heard.pop(contact, None)

    def known(self) -> list[str]:
        return list(self._said)

    async def learn(self, site: str, region: str) -> list[str]:
        """Reads what was asked for; gives the contacts it has learnt of. `region`: how numbers without a country are
        written there (ISO 3166)."""
        if not self._unknown:
            return []
        wanted, self._unknown = self._unknown, {}
        ids = list(wanted)
        called = [id for id, asked in wanted.items() if asked.call]
        try:
            async with self._database.read(ALL) as conn:
                names = await store.names(conn, ids)
                rows = await store.last_messages(conn, ids)
                callers = await calls.callers(conn, called, region)
                customers = await calls.names(conn, [asked.customer for asked in wanted.values() if asked.customer])
                past = {
                    id: [stored.event for stored in await ledger.timeline(conn, site, contact=id)]
                    for id, asked in wanted.items()
                    if asked.past
                }
        except Exception as error:  # the database is away: the next round asks again
            self._unknown = wanted | self._unknown
            log.warning("live_names_wait", error=type(error).__name__)
            return []
        last = {row.contact: LastMessage(row.author, row.text[:PREVIEW], row.at, row.n) for row in rows}
        for id, asked in wanted.items():
            old = self.of(id)
            name = names.get(id) or customers.get(asked.customer or "") or old.name
            facts = old.voice
            if id in past:
                facts = voice.NOTHING
                for event in (*past[id], *self._heard.pop(id, ())):
                    facts = voice.fold(facts, event)
            self._said[id] = Said(name, _later(old.last, last.get(id)), callers.get(id) or old.caller, facts)
        return ids


def _later(one: LastMessage | None, other: LastMessage | None) -> LastMessage | None:
    if one is None or other is None:
        return one or other
    return one if one.n >= other.n else other
