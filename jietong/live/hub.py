"""The live views' hub: follows the ledger, keeps what each screen shows, and sends each change once.

A desk is told at once, after every commit. Floors and walls gather changes (a quarter second, one second), as do the
queues and colleagues that every desk shows: what many see is worked out and encoded once. Frames are numbered by
the hub; a browser drops what is older than what it has.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

import structlog

from jietong.calls.plant import TelephonePlant
from jietong.channels.outbox import Outbox
from jietong.channels.webchat.model import Message
from jietong.channels.webchat.service import WebChat
from jietong.core import events as e
from jietong.core.clock import Clock
from jietong.core.inbox import Batch, Inbox
from jietong.core.vocabulary import Channel, Ms, Place, State
from jietong.db.pool import Database, Scope
from jietong.live import views
from jietong.live.alarms import Alarm, AlarmBook
from jietong.live.audience import Audience, Sight
from jietong.live.collections import encode, snapshot
from jietong.live.desk import Desk
from jietong.live.floor import Floor, Instant, Wall
from jietong.live.holdings import Holdings
from jietong.live.memory import Asked, Memory
from jietong.live.plant import plant_view
from jietong.live.presence import Presence
from jietong.live.shared import Shared
from jietong.metrics.live import LiveFigures
from jietong.routing.engine import Engine

log = structlog.get_logger(__name__)

FLOOR_EVERY_S = 0.25
WALL_EVERY = 4  # floor rounds
BEAT_EVERY_S = 5.0
_CALLED = frozenset({Channel.VOICE, Channel.VOICEMAIL})
SWEEP_ROUNDS = 30  # seconds in which every agent's running figures are looked at once


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
        plant: TelephonePlant | None = None,
        alarms_of_clients: Callable[[], Sequence[tuple[str, Alarm]]] = tuple,
    ) -> None:
        self.runtime = runtime
        self.figures = figures
        self.book = book
        self.clock = clock
        self.webchat = webchat
        self.demo = demo
        self.plant = plant  # None: the centre has no telephones
        self.alarms_of_clients = alarms_of_clients  # of service-level contracts
        self.presence = Presence(self)
        self.desks: dict[str, Desk] = {}
        self.floors: dict[Scope, Floor] = {}
        self.walls: dict[Scope, Wall] = {}
        self.shared = Shared(lambda: self.engine, figures, self.next_seq)
        self.memory = Memory(database)
        self.holdings = Holdings()
        self.gone_since: Ms | None = None
        self._seq = 0
        self._touched_contacts: dict[str, None] = {}  # desks are to be told
        self._touched_agents: dict[str, None] = {}
        self._dirty_contacts: set[str] = set()  # floors are to be told
        self._dirty_agents: set[str] = set()
        self._scheduled = False
        self._swept = 0
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
            self.shared.refresh_queues(self.clock.now())
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
            self.shared.refresh_queues(self.clock.now())
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
        now = self.clock.now()
        self.holdings.clear()
        for contact in engine.contacts.values():
            if contact.place is not Place.CLOSED:
                self.holdings.set(contact.id, views.holders(contact))
                if not self.memory.knows(contact.id):
                    self._ask(contact.id, past=True)
        for id in self.memory.known():
            if id not in engine.contacts:
                self.memory.forget(id)
        self.shared.rebuild(now)
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
        contacts = {id: self.contact_view(id) for id in self.holdings.contacts(desk.agent)}
        desk.feed.replace("me", me)
        desk.feed.replace("contacts", contacts)
        served = engine.serves[agent.index] if agent else {}
        desk.serves = tuple(sorted(id for id in served if desk.sight.queue(engine, id)))

    def desk_snapshot(self, desk: Desk) -> str:
        own = desk.feed.collections
        return snapshot(
            self._seq,
            self.clock.now(),
            {
                "me": [own["me"].json(id) for id in own["me"].views],
                "contacts": [own["contacts"].json(id) for id in own["contacts"].views],
                **self.shared.members(desk),
            },
        )

    def fill_floor(self, floor: Floor) -> None:
        floor.fill(self.engine, self.figures, self.shared.queues.views, self.contact_view, self.clock.now())
        floor.seconds(self.engine, self.figures, self.shared.queues.views, self.book, self._instant())
        if self.plant is not None:
            floor.show_plant(plant_view(self.plant, self.figures, self.clock.now()))

    def fill_wall(self, wall: Wall) -> None:
        wall.fill(self.engine, self.figures, self.shared.queues.views, self.clock.now(), self.demo())

    def contact_view(self, id: str) -> views.ContactView:
        return views.contact_view(self.engine.contacts[id], self.memory.of(id))

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
                    self._ask(event.contact)
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
            self.memory.tell(contact, event)
            state = engine.contacts.get(contact)
            if state is not None:
                for queue in (state.queue, state.last_queue):
                    if queue is not None:
                        self.shared.dirty.add(queue)
                if state.last_agent is not None:
                    self._touched_agents[state.last_agent] = None
        queue = getattr(event, "queue", None)
        if queue is not None:
            self.shared.dirty.add(queue)
        for name in ("agent", "other", "to_agent"):
            agent = getattr(event, name, None)
            if agent is not None:
                self._touched_agents[agent] = None
        if isinstance(event, e.AgentStateChanged | e.AgentSignedIn | e.AgentSignedOut):
            found = engine.agents.get(event.agent)
            if found is not None:
                self.shared.dirty.update(engine.serves[found.index])

    def _arrived(self, contact: str) -> None:
        chat = self.webchat.chats.get(contact)
        if chat is not None:
            self.memory.name(contact, chat.name)
        else:
            self._ask(contact)

    def _ask(self, contact: str, *, past: bool = False) -> None:
        """Names, and of a call its number too, are looked up in the next round."""
        state = self.engine.contacts.get(contact)
        call = state is not None and state.channel in _CALLED
        customer = state.customer if state is not None else None
        self.memory.ask(contact, Asked(customer, call, past and call))

    def _on_message(self, message: Message) -> None:
        contact = message.contact
        if message.author != "system":
            self.memory.hear(message)
            self._touched_contacts[contact] = None
            self._schedule()
        holders = self.holdings.agents(contact)
        if any(agent in self.desks for agent in holders):
            self._send_holders(contact, f'{{"t":"message","message":{encode(message)}}}')

    def _on_typing(self, contact: str, who: str) -> None:
        if self.holdings.agents(contact):
            self._send_holders(contact, f'{{"t":"typing","contact":{encode(contact)},"who":"{who}"}}')

    def _send_holders(self, contact: str, frame: str) -> None:
        for agent in self.holdings.agents(contact):
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
            before = self.holdings.agents(id)
            after = views.holders(contact) if contact is not None and contact.place is not Place.CLOSED else ()
            self.holdings.set(id, after)
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

    # --- gathered changes ------------------------------------------------------------------------------------

    async def _rounds(self) -> None:
        count = 0
        while True:
            await asyncio.sleep(FLOOR_EVERY_S)
            count += 1
            try:
                site = self.engine.site
                learnt = await self.memory.learn(site.id, site.region)
                await self.runtime.settled()
                self._touched_contacts.update(dict.fromkeys(id for id in learnt if id in self.engine.contacts))
                self._tell_desks()
                self.round(second=count % WALL_EVERY == 0)
            except Exception:
                log.exception("live_round_failed")

    def round(self, *, second: bool) -> None:
        """Tells floors what has changed; each second walls, shared parts of desks, and what runs with the time."""
        now = self.clock.now()
        if second:
            self._watch_role(now)
            self._sweep()
        self.shared.refresh_queues(self.clock.now())
        contacts, self._dirty_contacts = self._dirty_contacts, set()
        agents, self._dirty_agents = self._dirty_agents, set()
        engine = self.engine
        plant = plant_view(self.plant, self.figures, now) if self.plant is not None and self.floors else None
        for floor in self.floors.values():
            if plant is not None:
                floor.show_plant(plant)
            floor.update(engine, self.figures, self.shared.queues.views, contacts, agents, self.contact_view, now)
            if second:
                floor.seconds(engine, self.figures, self.shared.queues.views, self.book, self._instant())
            floor.send(floor.take_delta(now, self.next_seq))
        for id in agents:
            self.shared.refresh_colleague(id)
        for id in contacts:
            if id not in engine.contacts or engine.contacts[id].place is Place.CLOSED:
                self.memory.forget(id)
        if second:
            for wall in self.walls.values():
                self.fill_wall(wall)
                wall.send(wall.take_delta(now, self.next_seq))
            self.shared.tell(self.desks.values(), now)

    def _sweep(self) -> None:
        """Figures that run with the time: every queue each second, every agent once in half a minute."""
        engine = self.engine
        self.shared.dirty.update(engine.queues)
        self._swept = (self._swept + 1) % SWEEP_ROUNDS
        for agent in engine.by_index[self._swept :: SWEEP_ROUNDS]:
            if agent.state is not State.OFF:
                self._touched_agents[agent.id] = None
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
        return Instant(now, self.figures.day(now).start, self.gone_since, self.demo(), self.alarms_of_clients())
