"""The supervisors' floor and the wall, as people of one client scope may see them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from jietong.core.vocabulary import Ms, Place, State
from jietong.live import views
from jietong.live.alarms import Alarm, AlarmBook, alarms
from jietong.live.audience import Audience, Sight
from jietong.live.plant import PlantView, as_seen
from jietong.live.views import ContactView, QueueView
from jietong.metrics.live import LiveFigures
from jietong.routing.engine import Engine
from jietong.routing.model import AgentState


class Instant(NamedTuple):
    now: Ms
    day: Ms  # when the figures' day began
    gone_since: Ms | None  # since when the database has been away
    demo: bool
    of_clients: Sequence[tuple[str, Alarm]] = ()  # of service-level contracts, each with its client


class Floor(Audience):
    def __init__(self, sight: Sight) -> None:
        super().__init__(sight, ("site", "queues", "agents", "contacts", "alarms", "plant"))

    def fill(
        self,
        engine: Engine,
        figures: LiveFigures,
        queues: Mapping[str, QueueView],
        contact_view: Callable[[str], ContactView],
        now: Ms,
    ) -> None:
        """The whole of it from the engine; what it was before becomes a delta."""
        feed, sight = self.feed, self.sight
        feed.replace("queues", sight.queues(engine, queues))
        agents = {
            agent.id: self._agent(engine, figures, agent, now)
            for agent in engine.agents.values()
            if agent.spec.active and sight.agent(engine, agent.id)
        }
        feed.replace("agents", agents)
        contacts = {
            contact.id: contact_view(contact.id)
            for contact in engine.contacts.values()
            if contact.place is not Place.CLOSED and sight.contact(contact)
        }
        feed.replace("contacts", contacts)

    def update(
        self,
        engine: Engine,
        figures: LiveFigures,
        queues: Mapping[str, QueueView],
        contacts: Iterable[str],
        agents: Iterable[str],
        contact_view: Callable[[str], ContactView],
        now: Ms,
    ) -> None:
        """The same for the named contacts and agents, and all queues."""
        feed, sight = self.feed, self.sight
        feed.replace("queues", sight.queues(engine, queues))
        for id in agents:
            agent = engine.agents.get(id)
            if agent is not None and agent.spec.active and sight.agent(engine, id):
                feed.put("agents", id, self._agent(engine, figures, agent, now))
            else:
                feed.drop("agents", id)
        for id in contacts:
            contact = engine.contacts.get(id)
            if contact is not None and contact.place is not Place.CLOSED and sight.contact(contact):
                feed.put("contacts", id, contact_view(id))
            else:
                feed.drop("contacts", id)

    def seconds(
        self,
        engine: Engine,
        figures: LiveFigures,
        queues: Mapping[str, QueueView],
        book: AlarmBook,
        at: Instant,
    ) -> None:
        """What runs with the time: the site's figures and the alarms."""
        seen = self.sight.queues(engine, queues)
        site = views.site_view(engine, figures, seen, at.now, demo=at.demo, whole=self.sight.whole)
        self.feed.replace("site", {site.id: site})
        of_clients = [alarm for client, alarm in at.of_clients if self.sight.scope.allows(client)]
        found = alarms(engine, seen, book, at.now, at.day, at.gone_since, of_clients)
        if not self.sight.whole:
            found = {
                id: alarm
                for id, alarm in found.items()
                if (alarm.queue is None or self.sight.queue(engine, alarm.queue))
                and (alarm.agent is None or self.sight.agent(engine, alarm.agent))
            }
        self.feed.replace("alarms", found)

    def show_plant(self, plant: PlantView) -> None:
        self.feed.replace("plant", as_seen(plant, self.sight))

    def _agent(self, engine: Engine, figures: LiveFigures, agent: AgentState, now: Ms) -> views.AgentView:
        """For whom else somebody works is nobody else's business: queues of other clients are left out."""
        view = views.agent_view(engine, figures, agent, now)
        if self.sight.whole:
            return view
        queues = tuple(id for id in view.queues if self.sight.queue(engine, id))
        return replace(view, queues=queues, queue=view.queue if self.sight.queue(engine, view.queue) else None)


class Wall(Audience):
    def __init__(self, sight: Sight) -> None:
        super().__init__(sight, ("site", "queues", "agents"))

    def fill(
        self, engine: Engine, figures: LiveFigures, queues: Mapping[str, QueueView], now: Ms, demo: bool
    ) -> None:
        seen = self.sight.queues(engine, queues)
        site = views.site_view(engine, figures, seen, now, demo=demo, whole=self.sight.whole)
        self.feed.replace("queues", seen)
        self.feed.replace("site", {site.id: site})
        counts: dict[str, int] = {}
        for agent in engine.agents.values():
            if agent.state is not State.OFF and self.sight.agent(engine, agent.id):
                counts[agent.state] = counts.get(agent.state, 0) + 1
        self.feed.replace("agents", {"states": counts})
