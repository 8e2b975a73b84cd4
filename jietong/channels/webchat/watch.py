"""What time does to chats: browsers that vanish, places in the queue that move, files nobody came to show."""

import asyncio
from datetime import timedelta

import structlog

from jietong.channels.webchat import store
from jietong.channels.webchat.chat import Chat
from jietong.channels.webchat.service import WebChat
from jietong.core.clock import to_datetime
from jietong.core.errors import JietongError, NotFound
from jietong.core.vocabulary import Channel
from jietong.db.pool import ALL

log = structlog.get_logger(__name__)

BEAT_S = 5.0
CHATS_A_SECOND = 1500
"""With more chats than fit into a round at this pace, places in the queue are told less often."""
LOOSE_FOR = timedelta(days=1)


class ChatWatch:
    """Looks at each chat about every `every_s` seconds, a few at a time."""

    def __init__(self, web: WebChat, *, every_s: float = 3.0, slices: int = 12) -> None:
        self._web = web
        self._every_s = every_s
        self._slices = slices
        self._tasks: list[asyncio.Task[None]] = []
        self._leaving: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        self._tasks = [
            asyncio.create_task(self._rounds(), name="chat-watch"),
            asyncio.create_task(self._beats(), name="chat-beats"),
            asyncio.create_task(self._sweep_files(), name="chat-files"),
        ]

    async def stop(self) -> None:
        for task in [*self._tasks, *self._leaving]:
            task.cancel()
        await asyncio.gather(*self._tasks, *self._leaving, return_exceptions=True)
        self._tasks = []

    async def _rounds(self) -> None:
        while True:
            if self._web.find_again:
                await self._find_again()
            chats = list(self._web.chats.values())
            period = max(self._every_s, len(chats) / CHATS_A_SECOND)
            size = max(50, -(-len(chats) // self._slices))
            slices = [chats[i : i + size] for i in range(0, len(chats), size)] or [[]]
            for part in slices:
                await asyncio.sleep(period / len(slices))
                await self._web.reception.settled()
                for chat in part:
                    self.look(chat)

    async def _beats(self) -> None:
        """Every page hears every five seconds, not all of them at once."""
        while True:
            browsers = list(self._web.browsers)
            size = max(50, -(-len(browsers) // 20))
            slices = [browsers[i : i + size] for i in range(0, len(browsers), size)] or [[]]
            for part in slices:
                await asyncio.sleep(BEAT_S / len(slices))
                frame = self._web.beat()
                for browser in part:
                    browser.outbox.put(frame)

    def look(self, chat: Chat) -> None:
        """Pushes a place in the queue that moved; gives up a customer who has been away too long."""
        if not chat.story.live:
            return
        if chat.browsers:
            if chat.story.place == "queue":
                self._web.push_state(chat)
            return
        if chat.story.called:
            return
        now = self._web.clock.now()
        if chat.gone_since is None:
            chat.gone_since = now
        patience = chat.widget.gone_talk_s if chat.story.place == "talk" else chat.widget.gone_queue_s
        if now - chat.gone_since >= patience * 1000:
            chat.gone_since = now  # should the command fail, the next try comes after another patience
            task = asyncio.create_task(self._leave(chat.contact), name="chat-gone")
            self._leaving.add(task)
            task.add_done_callback(self._leaving.discard)

    async def _leave(self, contact: str) -> None:
        try:
            await self._web.left(contact)
        except JietongError as error:
            log.info("chat_gone_refused", contact=contact, code=error.code)

    async def _find_again(self) -> None:
        """After a start or a recovery: every chat whose customer waits or talks is watched, page or no page."""
        self._web.find_again = False
        try:
            await self._web.reload_widgets()
        except Exception as error:
            self._web.find_again = True
            log.warning("widgets_wait", error=type(error).__name__)
            return
        await self._web.reception.settled()
        stale, self._web.stale = self._web.stale, set()
        missing = set(self._web.reception.live_contacts(Channel.CHAT)) - self._web.chats.keys()
        for contact in sorted(stale | missing):
            try:
                await self._web.find(contact)
            except NotFound:
                pass  # not a web chat: another adapter's
            except Exception as error:  # the database is away: the next round goes on from here
                self._web.stale |= stale
                self._web.find_again = True
                log.warning("chats_wait", error=type(error).__name__)
                return

    async def _sweep_files(self) -> None:
        while True:
            try:
                before = to_datetime(self._web.clock.now()) - LOOSE_FOR
                async with self._web.database.transaction(ALL) as conn:
                    unused = await store.drop_loose(conn, before)
                await self._web.files.drop(unused, before)
            except Exception as error:  # the database is away: the next hour will do
                log.warning("files_not_swept", error=type(error).__name__)
            await asyncio.sleep(3600)
