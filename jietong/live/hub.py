"""The live views' hub: follows the ledger, keeps what each screen shows, and sends each change once.

A desk is told at once, after every commit. Floors and walls gather changes (a quarter second, one second), as do the
queues and colleagues that every desk shows: what many see is worked out and encoded once. Frames are numbered by
the hub; a browser drops what is older than what it has.
"""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any, Protocol

import structlog

from jietong.channels.outbox import Outbox
from jietong.channels.webchat import store as chat_store
from jietong.channels.webchat.model import Message
from jietong.channels.webchat.service import WebChat
from jietong.core import events as e
from jietong.core.clock import Clock
from jietong.core.inbox import Batch, Inbox
from jietong.core.vocabulary import Ms, Place, State
from jietong.db.pool import ALL, Database, Scope
from jietong.live import views
from jietong.live.alarms import AlarmBook
from jietong.live.audience import Audience, Sight
from jietong.live.collections import Shown, delta, encode, snapshot
from jietong.live.desk import Desk
from jietong.live.floor import Floor, Instant, Wall
from jietong.live.presence import Presence
from jietong.live.views import Said
from jietong.metrics.live import LiveFigures
from jietong.routing.engine import Engine

log = structlog.get_logger(__name__)

FLOOR_EVERY_S = 0.25
WALL_EVERY = 4  # floor rounds
BEAT_EVERY_S = 5.0
SWEEP_ROUNDS = 30  # seconds in which every agent's running figures are looked at once
DESKS_A_SECOND = 500
"""So many desks are told of changed queues each second; with more desks, each is told less often."""
COLLEAGUES_A_SECOND = 100_000
"""Agent changes sent to desks, over all desks: beyond it, presence in the transfer list is told less often."""


class Writer(Inbox, Protocol):
    """The runtime as the live views see it."""

    @property
    def engine(self) -> Engine: ...

    @property
    def role(self) -> str: ...

    @property
    def seq(self) -> int: ...

    async def settled(self) -> None:
        """Returns when the engine is what the ledger says; holds until the caller's next await."""
        ...


class Hub:
    """One per process, beside the writer."""

    def __init__(
        self,
        runtime: Writer,
        figures: LiveFigures,
        book: AlarmBook,
        database: Database,
        clock: Clock,
        webchat: WebChat,
        demo: Callable[[], bool] = lambda: False,
    ) -> None:
        self.runtime = runtime
        self.figures = figures
        self.book = book
        self.clock = clock
        self.webchat = webchat
        self.demo = demo
        self.presence = Presence(self)
        self.desks: dict[str, Desk] = {}
        self.floors: dict[Scope, Floor] = {}
        self.walls: dict[Scope, Wall] = {}
        self.queues = Shown("queues")
        self.colleagues = Shown("agents")
        self.said: dict[str, Said] = {}
        self.gone_since: Ms | None = None
        self._database = database
        self._seq = 0
        self._holders: dict[str, tuple[str, ...]] = {}
        self._held: dict[str, set[str]] = {}
        self._touched_contacts: dict[str, None] = {}  # desks are to be told
        self._touched_agents: dict[str, None] = {}
        self._dirty_contacts: set[str] = set()  # floors are to be told
        self._dirty_agents: set[str] = set()
        self._dirty_queues: set[str] = set()
        self._changed_queues: set[str] = set()  # shown anew since desks were told
        self._changed_colleagues: set[str] = set()
        self._unknown: set[str] = set()  # contacts whose words and names are to be read
        self._scheduled = False
        self._swept = 0
        self._queues_told: Ms = 0
        self._colleagues_told: Ms = 0
        self._tasks: list[asyncio.Task[None]] = []
        self._unsubscribe: Callable[[], None] | None = None

    @property
    def engine(self) -> Engine:
        return self.runtime.engine

    # --- coming and going ------------------------------------------------------------------------------------

    def start(self) -> None:
        """Follows the ledger from here on. The web chat is to be started before."""
        self.webchat.on_message(self._on_message)
        self.webchat.on_typing(self._on_typing)
        self._unsubscribe = self.runtime.subscribe(self._on_batch)
        self.rebuild()
        self._tasks = [
            asyncio.create_task(self._rounds(), name="live-rounds"),
            asyncio.create_task(self._beats(), name="live-beats"),
        ]

    async def stop(self) -> None:
        if self._unsubscribe is not None:
            self._unsubscribe()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.presence.stop()
        for outbox in self._outboxes():
            outbox.close()

    def next_seq(self) -> int:
        self._seq += 1
        return self._seq

    @property
    def seq(self) -> int:
        """Of the last frame."""
        return self._seq

    # --- sockets come and go ---------------------------------------------------------------------------------

    def open_desk(self, agent: str, scope: Scope, outbox: Outbox) -> Desk:
        """A desk's socket. Several of one agent are one desk."""
        desk = self.desks.get(agent)
        if desk is None:
            desk = self.desks[agent] = Desk(agent, Sight(scope))
            self.fill_desk(desk)
        desk.outboxes.add(outbox)
        outbox.put(self.desk_snapshot(desk))
        self.presence.opened(agent)
        return desk

    def close_desk(self, desk: Desk, outbox: Outbox) -> None:
        desk.outboxes.discard(outbox)
        if not desk.outboxes and self.desks.get(desk.agent) is desk:
            del self.desks[desk.agent]
            self.presence.closed(desk.agent)

    def open_floor(self, scope: Scope, outbox: Outbox) -> Floor:
        floor = self.floors.get(scope)
        if floor is None:
            floor = self.floors[scope] = Floor(Sight(scope))
            self._refresh_queues()
            self.fill_floor(floor)
            floor.take_delta(self.clock.now(), self.next_seq)
        floor.outboxes.add(outbox)
        outbox.put(floor.snapshot(self.clock.now(), self._seq))
        return floor

    def close_floor(self, floor: Floor, outbox: Outbox) -> None:
        floor.outboxes.discard(outbox)
        if not floor.outboxes and self.floors.get(floor.sight.scope) is floor:
            del self.floors[floor.sight.scope]

    def open_wall(self, scope: Scope, outbox: Outbox) -> Wall:
        wall = self.walls.get(scope)
        if wall is None:
            wall = self.walls[scope] = Wall(Sight(scope))
            self._refresh_queues()
            self.fill_wall(wall)
            wall.take_delta(self.clock.now(), self.next_seq)
        wall.outboxes.add(outbox)
        outbox.put(wall.snapshot(self.clock.now(), self._seq))
        return wall

    def close_wall(self, wall: Wall, outbox: Outbox) -> None:
        wall.outboxes.discard(outbox)
        if not wall.outboxes and self.walls.get(wall.sight.scope) is wall:
            del self.walls[wall.sight.scope]

    # --- whole states, from nothing --------------------------------------------------------------------------

    def rebuild(self) -> None:
        """Everything is looked at afresh: after a start, a recovery, or a change of set-up."""
        engine = self.engine
        self._holders.clear()
        self._held.clear()
        for contact in engine.contacts.values():
            if contact.place is not Place.CLOSED:
                self._hold(contact.id, views.holders(contact))
                if contact.id not in self.said:
                    self._unknown.add(contact.id)
        for id in [id for id in self.said if id not in engine.contacts]:
            del self.said[id]
        self._dirty_queues.update(engine.queues)
        self._refresh_queues()
        self._changed_queues.clear()
        now = self.clock.now()
        for agent in engine.agents.values():
            self._refresh_colleague(agent.id)
        self._changed_colleagues.clear()
        for desk in self.desks.values():
            self.fill_desk(desk)
            desk.feed.take_delta(now, self.next_seq)
            self.next_seq()
            for outbox in desk.outboxes:
                outbox.put(self.desk_snapshot(desk))
            self.presence.check(desk.agent)
        for floor in self.floors.values():
            self.fill_floor(floor)
        for wall in self.walls.values():
            self.fill_wall(wall)

    def fill_desk(self, desk: Desk) -> None:
        """What the agent's desk shows of its own, from the engine."""
        engine = self.engine
        agent = engine.agents.get(desk.agent)
        now = self.clock.now()
        me = {agent.id: views.agent_view(engine, self.figures, agent, now)} if agent else {}
        held = sorted(self._held.get(desk.agent, ()))
        contacts = {id: self.contact_view(id) for id in held}
        desk.feed.replace("me", me)
        desk.feed.replace("contacts", contacts)
        served = engine.serves[agent.index] if agent else {}
        desk.serves = tuple(sorted(id for id in served if desk.sight.queue(engine, id)))

    def desk_snapshot(self, desk: Desk) -> str:
        colleagues = [
            self.colleagues.json(id)
            for id in self.colleagues.views
            if id != desk.agent and desk.sight.agent(self.engine, id)
        ]
        own = desk.feed.collections
        return snapshot(
            self._seq,
            self.clock.now(),
            {
                "me": [own["me"].json(id) for id in own["me"].views],
                "contacts": [own["contacts"].json(id) for id in own["contacts"].views],
                "queues": [self.queues.json(id) for id in desk.serves if id in self.queues.views],
                "agents": colleagues,
            },
        )

    def fill_floor(self, floor: Floor) -> None:
        floor.fill(self.engine, self.figures, self.queues.views, self.contact_view, self.clock.now())
        floor.seconds(self.engine, self.figures, self.queues.views, self.book, self._instant())

    def fill_wall(self, wall: Wall) -> None:
        wall.fill(self.engine, self.figures, self.queues.views, self.clock.now(), self.demo())

    def holders(self, contact: str) -> tuple[str, ...]:
        """The agents on whose desk the contact lies."""
        return self._holders.get(contact, ())

    def contact_view(self, id: str) -> views.ContactView:
        return views.contact_view(self.engine.contacts[id], self.said.get(id, Said()))

    # --- what was committed ----------------------------------------------------------------------------------

    def _on_batch(self, batch: Batch) -> None:
        rebuild = False
        articles: list[e.ArticlePublished] = []
        for event in batch.events:
            match event:
                case e.RuntimeStarted() | e.QueueConfigured() | e.AgentConfigured() | e.SiteConfigured():
                    rebuild = True
                case e.SkillConfigured() | e.HoursConfigured() | e.CustomersMerged():
                    rebuild = True
                case e.ArticlePublished():
                    articles.append(event)
                case e.ContactArrived():
                    self._arrived(event.contact)
                case e.CustomerLinked():
                    self._unknown.add(event.contact)
                case _:
                    pass
            self._note(event)
        if rebuild:
            self.rebuild()
        self._tell_desks()
        for event in articles:
            self.notice(
                "article_published", {"article": event.article, "version": event.version, "names": event.names}
            )

    def _note(self, event: e.AnyEvent) -> None:
        """Which objects an event touches."""
        engine = self.engine
        contact = getattr(event, "contact", None)
        if contact is not None:
            self._touched_contacts[contact] = None
            state = engine.contacts.get(contact)
            if state is not None:
                for queue in (state.queue, state.last_queue):
                    if queue is not None:
                        self._dirty_queues.add(queue)
                if state.last_agent is not None:
                    self._touched_agents[state.last_agent] = None
        queue = getattr(event, "queue", None)
        if queue is not None:
            self._dirty_queues.add(queue)
        for name in ("agent", "other", "to_agent"):
            agent = getattr(event, name, None)
            if agent is not None:
                self._touched_agents[agent] = None
        if isinstance(event, e.AgentStateChanged | e.AgentSignedIn | e.AgentSignedOut):
            found = engine.agents.get(event.agent)
            if found is not None:
                self._dirty_queues.update(engine.serves[found.index])

    def _arrived(self, contact: str) -> None:
        chat = self.webchat.chats.get(contact)
        if chat is not None:
            self.said[contact] = self.said.get(contact, Said())._replace(name=chat.name)
        else:
            self._unknown.add(contact)

    def _on_message(self, message: Message) -> None:
        contact = message.contact
        if message.author != "system":
            self.said[contact] = self.said.get(contact, Said())._replace(last=views.last_message(message))
            self._touched_contacts[contact] = None
            self._schedule()
        holders = self._holders.get(contact, ())
        if any(agent in self.desks for agent in holders):
            self._send_holders(contact, f'{{"t":"message","message":{encode(message)}}}')

    def _on_typing(self, contact: str, who: str) -> None:
        if contact in self._holders:
            self._send_holders(contact, f'{{"t":"typing","contact":{encode(contact)},"who":"{who}"}}')

    def _send_holders(self, contact: str, frame: str) -> None:
        for agent in self._holders.get(contact, ()):
            desk = self.desks.get(agent)
            if desk is not None:
                desk.send(frame)

    def _schedule(self) -> None:
        if not self._scheduled:
            self._scheduled = True
            asyncio.get_running_loop().call_soon(self._tell_desks)

    def _tell_desks(self) -> None:
        """Deltas of what was touched, to the desks that show it, now."""
        self._scheduled = False
        contacts, self._touched_contacts = self._touched_contacts, {}
        agents, self._touched_agents = self._touched_agents, {}
        self._dirty_contacts.update(contacts)
        self._dirty_agents.update(agents)
        engine = self.engine
        told: dict[str, Desk] = {}
        for id in contacts:
            contact = engine.contacts.get(id)
            before = self._holders.get(id, ())
            after = views.holders(contact) if contact is not None and contact.place is not Place.CLOSED else ()
            self._hold(id, after)
            view = None
            for agent in {*before, *after}:
                desk = self.desks.get(agent)
                if desk is None:
                    continue
                told[agent] = desk
                if agent in after:
                    view = view or self.contact_view(id)
                    desk.feed.put("contacts", id, view)
                else:
                    desk.feed.drop("contacts", id)
        now = self.clock.now()
        for id in agents:
            desk = self.desks.get(id)
            agent_state = engine.agents.get(id)
            if desk is not None and agent_state is not None:
                told[id] = desk
                desk.feed.put("me", id, views.agent_view(engine, self.figures, agent_state, now))
        for desk in told.values():
            frame = desk.feed.take_delta(now, self.next_seq)
            if frame is not None:
                desk.send(frame)

    def _hold(self, contact: str, after: tuple[str, ...]) -> None:
        before = self._holders.get(contact, ())
        if before == after:
            return
        for agent in before:
            held = self._held.get(agent)
            if held is not None:
                held.discard(contact)
                if not held:
                    del self._held[agent]
        if after:
            self._holders[contact] = after
            for agent in after:
                self._held.setdefault(agent, set()).add(contact)
        else:
            self._holders.pop(contact, None)

    # --- gathered changes ------------------------------------------------------------------------------------

    async def _rounds(self) -> None:
        count = 0
        while True:
            await asyncio.sleep(FLOOR_EVERY_S)
            count += 1
            try:
                await self._learn()
                await self.runtime.settled()
                self.round(second=count % WALL_EVERY == 0)
            except Exception:
                log.exception("live_round_failed")

    def round(self, *, second: bool) -> None:
        """Tells floors what has changed; each second walls, shared parts of desks, and what runs with the time."""
        now = self.clock.now()
        if second:
            self._watch_role(now)
            self._sweep()
        self._refresh_queues()
        contacts, self._dirty_contacts = self._dirty_contacts, set()
        agents, self._dirty_agents = self._dirty_agents, set()
        engine = self.engine
        for floor in self.floors.values():
            floor.update(engine, self.figures, self.queues.views, contacts, agents, self.contact_view, now)
            if second:
                floor.seconds(engine, self.figures, self.queues.views, self.book, self._instant())
            floor.send(floor.take_delta(now, self.next_seq))
        for id in agents:
            self._refresh_colleague(id)
        for id in contacts:
            if id not in engine.contacts or engine.contacts[id].place is Place.CLOSED:
                self.said.pop(id, None)
        if second:
            for wall in self.walls.values():
                self.fill_wall(wall)
                wall.send(wall.take_delta(now, self.next_seq))
            self._tell_shared(now)

    def _refresh_queues(self) -> None:
        engine = self.engine
        now = self.clock.now()
        dirty, self._dirty_queues = self._dirty_queues, set()
        for id in dirty:
            queue = engine.queues.get(id)
            if queue is None or not queue.spec.active:
                if self.queues.drop(id):
                    self._changed_queues.add(id)
            elif self.queues.put(id, views.queue_view(engine, self.figures, id, now)):
                self._changed_queues.add(id)

    def _refresh_colleague(self, id: str) -> None:
        agent = self.engine.agents.get(id)
        if agent is None or agent.state is State.OFF or not agent.spec.active:
            changed = self.colleagues.drop(id)
        else:
            changed = self.colleagues.put(id, views.colleague(agent))
        if changed:
            self._changed_colleagues.add(id)

    def _tell_shared(self, now: Ms) -> None:
        """Queues and colleagues: the same objects to many desks."""
        if not self.desks:
            self._changed_queues.clear()
            self._changed_colleagues.clear()
            return
        if self._changed_queues and now - self._queues_told >= 1000 * (len(self.desks) // DESKS_A_SECOND):
            self._queues_told = now
            changed, self._changed_queues = self._changed_queues, set()
            self._tell_queues(changed, now)
        pause_ms = 1000 * len(self._changed_colleagues) * len(self.desks) / COLLEAGUES_A_SECOND
        if self._changed_colleagues and now - self._colleagues_told >= pause_ms:
            self._colleagues_told = now
            colleagues, self._changed_colleagues = self._changed_colleagues, set()
            self._tell_colleagues(colleagues, now)

    def _tell_queues(self, changed: set[str], now: Ms) -> None:
        seq = self.next_seq()
        frames: dict[tuple[str, ...], str | None] = {}
        for desk in self.desks.values():
            if desk.serves not in frames:
                ids = [id for id in desk.serves if id in changed]
                put = [self.queues.json(id) for id in ids if id in self.queues.views]
                gone = [id for id in ids if id not in self.queues.views]
                frames[desk.serves] = _frame(seq, now, "queues", put, gone)
            desk.send(frames[desk.serves])

    def _tell_colleagues(self, changed: set[str], now: Ms) -> None:
        """To each desk all but itself. One frame serves every desk that did not change."""
        seq = self.next_seq()
        engine = self.engine
        shown = {id: self.colleagues.json(id) for id in changed if id in self.colleagues.views}
        gone = [id for id in changed if id not in self.colleagues.views]
        common = _frame(seq, now, "agents", shown.values(), gone)
        for desk in self.desks.values():
            if desk.sight.whole and desk.agent not in changed:
                desk.send(common)
                continue
            put = [text for id, text in shown.items() if id != desk.agent and desk.sight.agent(engine, id)]
            desk.send(_frame(seq, now, "agents", put, [id for id in gone if id != desk.agent]))

    def _sweep(self) -> None:
        """Figures that run with the time: every queue each second, every agent once in half a minute."""
        engine = self.engine
        self._dirty_queues.update(engine.queues)
        self._swept = (self._swept + 1) % SWEEP_ROUNDS
        for agent in engine.by_index[self._swept :: SWEEP_ROUNDS]:
            if agent.state is not State.OFF:
                self._touched_agents[agent.id] = None
        self._tell_desks()

    async def _learn(self) -> None:
        """Reads names and last words of contacts that this process has not seen being written."""
        if not self._unknown:
            return
        wanted, self._unknown = list(self._unknown), set()
        try:
            async with self._database.read(ALL) as conn:
                names = await chat_store.names(conn, wanted)
                rows = await chat_store.last_messages(conn, wanted)
            await self.runtime.settled()
        except Exception as error:  # the database is away: the next round asks again
            self._unknown.update(wanted)
            log.warning("live_names_wait", error=type(error).__name__)
            return
        last = {row.contact: views.LastMessage(row.author, row.text[: views.PREVIEW], row.at, row.n) for row in rows}
        for id in wanted:
            if id in self.engine.contacts:
                old = self.said.get(id, Said())
                self.said[id] = Said(names.get(id, old.name), _later(old.last, last.get(id)))
                self._touched_contacts[id] = None
        self._tell_desks()

    # --- notices, beats --------------------------------------------------------------------------------------

    def notice(self, code: str, params: dict[str, Any]) -> None:
        """To every desk, floor and wall."""
        frame = encode({"t": "notice", "code": code, "params": params})
        for outbox in self._outboxes():
            outbox.put(frame)

    def _watch_role(self, now: Ms) -> None:
        gone = self.runtime.role != "active"
        if gone and self.gone_since is None:
            self.gone_since = now
            self.notice("database_gone", {"since": now})
        elif not gone and self.gone_since is not None:
            self.notice("database_back", {"since": self.gone_since})
            self.gone_since = None

    async def _beats(self) -> None:
        """Every socket hears every five seconds, not all of them at once."""
        while True:
            outboxes = list(self._outboxes())
            size = max(50, -(-len(outboxes) // 20))
            slices = [outboxes[i : i + size] for i in range(0, len(outboxes), size)] or [[]]
            for part in slices:
                await asyncio.sleep(BEAT_EVERY_S / len(slices))
                frame = f'{{"t":"beat","now":{self.clock.now()}}}'
                for outbox in part:
                    outbox.put(frame)

    def _outboxes(self) -> Iterable[Outbox]:
        audiences: list[Audience] = [*self.desks.values(), *self.floors.values(), *self.walls.values()]
        for one in audiences:
            yield from one.outboxes

    def _instant(self) -> Instant:
        now = self.clock.now()
        return Instant(now, self.figures.day(now).start, self.gone_since, self.demo())


def _frame(seq: int, now: Ms, collection: str, put: Iterable[str], gone: Iterable[str]) -> str | None:
    sets, dels = list(put), list(gone)
    if not sets and not dels:
        return None
    return delta(seq, now, {collection: sets} if sets else {}, {collection: dels} if dels else {})


def _later(one: views.LastMessage | None, other: views.LastMessage | None) -> views.LastMessage | None:
    if one is None or other is None:
        return one or other
    return one if one.n >= other.n else other
