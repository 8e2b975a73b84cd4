"""Bringing sessions and chats into memory while the ledger goes on."""

import asyncio
import hashlib
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from jietong.channels.webchat import store
from jietong.channels.webchat.chat import Chat
from jietong.channels.webchat.conversation import tell
from jietong.channels.webchat.model import Message, Session
from jietong.channels.webchat.posting import Posted, Words
from jietong.core.errors import NotFound
from jietong.core.events import AnyEvent
from jietong.db import ledger
from jietong.db.pool import ALL, Connection

if TYPE_CHECKING:
    from jietong.channels.webchat.service import WebChat

Missed = tuple[int, AnyEvent, Words | None]


def hash_of(token: str) -> bytes:
    """What is stored of a resume token: whoever reads the database cannot resume a chat."""
    return hashlib.sha256(token.encode(errors="replace")).digest()


class ChatLoader:
    """Loads each chat once at a time; events that are committed meanwhile are told after what was read."""

    def __init__(self, web: "WebChat") -> None:
        self._web = web
        self._sessions: WeakValueDictionary[str, Session] = WeakValueDictionary()
        self._missed: dict[str, list[Missed]] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    async def session(self, token: str) -> Session | None:
        """By its resume token. Pages of one browser share one object."""
        async with self._web.database.read(ALL) as conn:
            session = await store.session_by_token(conn, hash_of(token))
        return self.share(session) if session is not None else None

    def share(self, session: Session) -> Session:
        return self._sessions.setdefault(session.id, session)

    async def chat(self, contact: str) -> Chat:
        """From memory, else from the ledger. Raises NotFound `unknown_contact` when it is no web chat."""
        chat = self._web.chats.get(contact)
        return chat if chat is not None else (await self.conversation(contact))[1]

    async def conversation(self, contact: str) -> tuple[list[Message], Chat]:
        """All messages and lines so far, and the chat, which from here on follows the ledger.

        Nothing is awaited between the last event taken in and the return: whoever attaches a page at once misses
        nothing. What was committed but not announced yet may come once more, under the same id.
        """
        lock = self._locks.setdefault(contact, asyncio.Lock())
        try:
            async with lock:
                return await self._conversation(contact)
        finally:
            if not lock.locked():
                self._locks.pop(contact, None)

    async def _conversation(self, contact: str) -> tuple[list[Message], Chat]:
        missed = self._missed[contact] = []
        name = self._web.reception.agent_name
        try:
            async with self._web.database.read(ALL) as conn:
                kept = await store.contact(conn, contact)
                if kept is None:
                    raise NotFound("unknown_contact", "There is no such chat.")
                session = await store.session(conn, kept.session)
                history = await self._history(conn, contact)
                rows = await store.messages(conn, contact)
        finally:
            del self._missed[contact]
        if session is None:
            raise NotFound("unknown_contact", "There is no such chat.")
        told = tell(contact, history, rows, name, staff=False)
        messages = told.messages
        chat = self._web.chats.get(contact)
        if chat is None:
            chat = Chat(contact, self.share(session), self._web.widget_of_record(kept.widget), told.story, told.seq)
            chat.gone_since = self._web.clock.now()
            self._web.chats[contact] = chat
        chat.name = kept.customer_name
        chat.posted.update({row.client_key: Posted(row.id, row.n, row.at) for row in rows})
        present = {message.id for message in messages}
        messages += [line for line in chat.lines if line.id not in present]
        for seq, event, words in missed:
            if seq <= told.seq:
                continue
            chat.apply(seq, event, name)
            if words is not None and words.page.id not in present:
                messages.append(words.page)
        return messages, chat

    async def _history(self, conn: Connection, contact: str) -> list[ledger.Stored]:
        history: list[ledger.Stored] = []
        while True:
            after = history[-1].seq if history else 0
            page = await ledger.timeline(conn, self._web.site_id, contact=contact, after=after)
            history += page
            if len(page) < 1000:
                return history

    def missed(self, contact: str, seq: int, event: AnyEvent, words: Words | None) -> None:
        """An event of a contact that is being loaded."""
        waiting = self._missed.get(contact)
        if waiting is not None:
            waiting.append((seq, event, words))
