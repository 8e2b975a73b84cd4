"""The engine as channels may see it: `channels.ports.Reception`."""

from typing import Protocol

from jietong.core import hours
from jietong.core.clock import Clock
from jietong.core.specs import HoursSpec
from jietong.core.vocabulary import Channel, Ms, Place, State
from jietong.routing.engine import Engine

_LIVE = frozenset({Place.ARRIVED, Place.QUEUE, Place.OFFER, Place.TALK, Place.HOLD})


class Serving(Protocol):
    @property
    def engine(self) -> Engine: ...

    async def settled(self) -> None: ...


class EngineReception:
    """Reads whatever engine serves at the moment: a recovery puts a new one in its place."""

    def __init__(self, runtime: Serving, clock: Clock) -> None:
        self._runtime = runtime
        self._clock = clock

    def _engine(self) -> Engine:
        return self._runtime.engine

    async def settled(self) -> None:
        await self._runtime.settled()

    def serves(self, queue: str, channel: Channel) -> bool:
        found = self._engine().queues.get(queue)
        return found is not None and found.spec.active and found.takes(channel)

    def client_of(self, queue: str) -> str | None:
        found = self._engine().queues.get(queue)
        return found.spec.client if found is not None else None

    def is_open(self, queue: str) -> bool:
        engine = self._engine()
        return queue in engine.queues and engine.is_open(queue, self._clock.now())

    def next_open(self, queue: str) -> Ms | None:
        found = self._engine().queues.get(queue)
        if found is None or not found.spec.active:
            return None
        now = self._clock.now()
        at = hours.next_open(self.hours_of(queue), now)
        return at if at is not None and at > now else None

    def hours_of(self, queue: str) -> HoursSpec | None:
        engine = self._engine()
        found = engine.queues.get(queue)
        return engine.hours.get(found.spec.hours) if found is not None and found.spec.hours is not None else None

    def opening(self, hours: str) -> HoursSpec | None:
        return self._engine().hours.get(hours)

    def waiting(self, queue: str) -> int | None:
        engine = self._engine()
        return engine.waiting(queue) if queue in engine.queues else None

    def ready(self, queue: str) -> int | None:
        engine = self._engine()
        return engine.agents_of(queue)[State.READY] if queue in engine.queues else None

    def is_live(self, contact: str) -> bool:
        found = self._engine().contacts.get(contact)
        return found is not None and found.place in _LIVE

    def position(self, contact: str) -> int | None:
        return self._engine().position(contact)

    def estimated_wait_s(self, queue: str, ahead: int | None) -> float | None:
        engine = self._engine()
        return engine.estimated_wait_s(queue, ahead) if queue in engine.queues else None

    def agent_name(self, agent: str) -> str | None:
        found = self._engine().agents.get(agent)
        return found.spec.name if found is not None else None

    def agent_of(self, contact: str) -> str | None:
        found = self._engine().contacts.get(contact)
        return found.agent if found is not None and found.place is not Place.CLOSED else None

    def dialled_by(self, contact: str) -> str | None:
        found = self._engine().contacts.get(contact)
        return found.agent if found is not None and found.dialling else None

    def place_of(self, contact: str) -> Place | None:
        found = self._engine().contacts.get(contact)
        return found.place if found is not None else None

    def flow_of(self, contact: str) -> tuple[str, int] | None:
        return self._engine().flow_of(contact)

    def queue_of(self, contact: str) -> str | None:
        found = self._engine().contacts.get(contact)
        return found.queue if found is not None else None

    def offered_to(self, contact: str) -> str | None:
        found = self._engine().contacts.get(contact)
        return found.offered_to if found is not None else None

    def consulted_by(self, contact: str) -> tuple[str, bool, bool] | None:
        found = self._engine().contacts.get(contact)
        consult = found.consult if found is not None else None
        return (consult.other, consult.joined, consult.merged) if consult is not None else None

    def is_reachable(self, agent: str) -> bool:
        found = self._engine().agents.get(agent)
        return found is not None and found.reachable

    def region(self) -> str:
        return self._engine().site.region

    def live_contacts(self, channel: Channel) -> list[str]:
        contacts = self._engine().contacts.values()
        return [contact.id for contact in contacts if contact.channel is channel and contact.place in _LIVE]
