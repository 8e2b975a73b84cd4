"""Files in a chat: taken in from customers and agents, and handed out to those who may see them."""

import hmac
from collections.abc import AsyncIterator

from jietong.channels.ports import Reception
from jietong.channels.webchat import store
from jietong.channels.webchat.attachments import Files, clean_name
from jietong.channels.webchat.conversation import attachment_view
from jietong.channels.webchat.flood import Buckets
from jietong.channels.webchat.loading import ChatLoader
from jietong.channels.webchat.model import AttachmentView, Uploads
from jietong.core.clock import Clock, to_datetime
from jietong.core.errors import Forbidden, NotFound, Refused
from jietong.core.ids import new_id, new_secret
from jietong.db.pool import ALL, Database, Scope


class Exchange:
    """Uploads and downloads."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        reception: Reception,
        loader: ChatLoader,
        files: Files,
        buckets: Buckets,
    ) -> None:
        self._database = database
        self._clock = clock
        self._reception = reception
        self._loader = loader
        self._files = files
        self._buckets = buckets

    async def from_customer(
        self, token: str, name: str, chunks: AsyncIterator[bytes], address: str
    ) -> AttachmentView:
        """To be named by a following `say`. Raises as Files.keep; NotFound for a wrong token, Refused `chat_over`."""
        session = await self._loader.session(token) if token else None
        if session is None or session.contact is None:
            raise NotFound("unknown_session", "This chat is not known any more: reload the page.")
        chat = await self._loader.chat(session.contact)
        if not chat.story.live:
            raise Refused("chat_over", "Files can be sent while the chat lasts.")
        if not session.simulated:
            now, limits = self._clock.now(), chat.widget.limits
            self._buckets.take("uploads", address, limits.address_uploads, now)
            self._buckets.take("uploads", f"widget {chat.widget.id}", limits.widget_uploads, now)
        file = await self._keep(session.client, session.id, None, name, chunks, chat.widget.attachments)
        return attachment_view(file, staff=False)

    async def from_agent(self, agent: str, contact: str, name: str, chunks: AsyncIterator[bytes]) -> AttachmentView:
        """A file of the agent who has this contact. Raises Forbidden `not_yours`, and as Files.keep."""
        self.check_agent(agent, contact)
        chat = await self._loader.chat(contact)
        file = await self._keep(chat.session.client, None, agent, name, chunks, chat.widget.attachments)
        return attachment_view(file, staff=True)

    def check_agent(self, agent: str, contact: str) -> None:
        """Raises Forbidden `not_yours` unless the agent has the contact."""
        if self._reception.agent_of(contact) != agent:
            raise Forbidden("not_yours", "Files can be sent in your own contacts only.")

    async def by_session(self, id: str, session: str) -> store.Attachment:
        """A file this browser sent. Raises NotFound, Forbidden."""
        file = await self._find(id)
        if file.session != session:
            raise Forbidden("not_yours", "This file was not sent from this page.")
        return file

    async def by_agent(self, id: str, agent: str) -> store.Attachment:
        """A file this agent sent. Raises NotFound, Forbidden."""
        file = await self._find(id)
        if file.agent != agent:
            raise Forbidden("not_yours", "This file was uploaded by someone else.")
        return file

    async def by_key(self, id: str, key: str) -> store.Attachment:
        """For the contact's customer, whose page was given the key. Raises NotFound: a wrong key learns nothing."""
        file = await self._find(id)
        if not hmac.compare_digest(file.key.encode(), key.encode(errors="replace")):
            raise NotFound("unknown_attachment", "There is no such file.")
        return file

    async def for_staff(self, id: str, scope: Scope, agent: str | None) -> store.Attachment:
        """For staff who may read the client's contacts, or (`agent`) whose own open contact it belongs to."""
        file = await self._find(id, scope)
        mine = agent is not None and (
            file.agent == agent or (file.contact is not None and self._reception.agent_of(file.contact) == agent)
        )
        if agent is not None and not mine:
            raise Forbidden("not_yours", "This file belongs to a contact that is not yours.")
        return file

    async def _find(self, id: str, scope: Scope = ALL) -> store.Attachment:
        async with self._database.read(scope) as conn:
            file = await store.attachment(conn, id)
        if file is None:
            raise NotFound("unknown_attachment", "There is no such file.")
        return file

    async def _keep(
        self, client: str, session: str | None, agent: str | None, name: str, chunks: AsyncIterator[bytes],
        uploads: Uploads,
    ) -> store.Attachment:  # fmt: skip
        digest, kind, size = await self._files.keep(chunks, uploads)
        now = self._clock.now()
        file = store.Attachment(
            new_id(now), client, session, agent, None, clean_name(name, kind), kind, size, digest, new_secret()
        )
        async with self._database.transaction(ALL) as conn:
            await store.add_attachment(conn, file, to_datetime(now))
        return file
