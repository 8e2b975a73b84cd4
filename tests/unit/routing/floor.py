"""A small centre to tell stories with: `floor.at(30)` goes to 30 s after the start, minding every deadline."""

from typing import Any, TypeVar

import pytest

from jietong.core import commands as k
from jietong.core.errors import Refused
from jietong.core.events import AnyEvent, Event, OfferMade
from jietong.core.specs import AgentSkill, AgentSpec, Capacity, QueueSpec, SiteSpec, SkillNeed, SkillSpec
from jietong.core.vocabulary import Channel, Employment, Ms, Place, State, Status
from jietong.routing.engine import Engine

START: Ms = 1_800_000_000_000
NAMES = {"zh-Hans": "名", "zh-Hant": "名", "en": "name"}
E = TypeVar("E", bound=Event)


class Floor:
    def __init__(self, **site: Any) -> None:
        self.engine = Engine()
        self.now = START
        self.events: list[AnyEvent] = []
        if site:
            self.send(k.ConfigureSite(spec=SiteSpec(**site)))

    def send(self, command: k.AnyCommand) -> list[AnyEvent]:
        """As the runtime does: what is due comes first. Checks the invariants after every command."""
        due = self.engine.next_deadline()
        if due is not None and due <= self.now and not isinstance(command, k.Tick):
            self.send(k.Tick())
        events = self.engine.handle(command, self.now)
        self.events.extend(events)
        assert self.engine.check() == []
        return events

    def at(self, seconds: float) -> "Floor":
        """Goes on to `seconds` after the start; each deadline on the way is done at its own instant."""
        target = START + round(seconds * 1000)
        assert target >= self.now
        while (due := self.engine.next_deadline()) is not None and due <= target:
            self.now = max(self.now, due)
            self.send(k.Tick())
        self.now = target
        return self

    def skill(self, name: str, certificate: bool = False) -> None:
        self.send(k.ConfigureSkill(spec=SkillSpec(id=name, name=NAMES, certificate=certificate)))

    def queue(self, name: str = "support", *, needs: dict[str, int] | None = None, **spec: Any) -> None:
        spec.setdefault("channels", (Channel.CHAT, Channel.VOICE, Channel.EMAIL))
        requires = tuple(SkillNeed(skill=skill, level=level) for skill, level in (needs or {}).items())
        self.send(k.ConfigureQueue(spec=QueueSpec(id=name, name=NAMES, client="acme", requires=requires, **spec)))

    def agent(
        self,
        name: str,
        *,
        ready: bool = True,
        skills: dict[str, int] | None = None,
        certified: dict[str, Ms] | None = None,
        part_time: bool = False,
        voice: int = 1,
        text: int = 1,
        during: int = 0,
    ) -> None:
        held = tuple(
            AgentSkill(skill=skill, level=level, certified_until=(certified or {}).get(skill))
            for skill, level in (skills or {}).items()
        )
        spec = AgentSpec(
            id=name,
            name=name.title(),
            skills=held,
            employment=Employment.PART_TIME if part_time else Employment.FULL_TIME,
            capacity=Capacity(voice=voice, text=text, text_during_voice=during),
        )
        self.send(k.ConfigureAgent(spec=spec))
        if ready:
            self.send(k.SignIn(agent=name))
            if not part_time:
                self.ready(name)

    def ready(self, agent: str) -> None:
        self.send(k.SetStatus(agent=agent, status=Status.READY))

    def arrive(
        self, contact: str, queue: str = "support", channel: Channel = Channel.CHAT, **fields: Any
    ) -> str | None:
        """Gives the agent it is offered to at once, or None."""
        self.send(k.Arrive(contact=contact, channel=channel, queue=queue, entry="web", **fields))
        return self.offered_to(contact)

    def call(self, contact: str, flow: str = "menu", **fields: Any) -> None:
        """A customer dials our number and the flow answers."""
        fields.setdefault("channel", Channel.VOICE)
        self.send(k.Enter(contact=contact, client="acme", entry="4008001000", flow=flow, version=7, **fields))

    def join(self, contact: str, queue: str = "support", **fields: Any) -> str | None:
        """The flow hands its customer on; gives the agent it is offered to at once, or None."""
        self.send(k.JoinQueue(contact=contact, queue=queue, **fields))
        return self.offered_to(contact)

    def talk(self, agent: str, contact: str, queue: str = "support") -> None:
        """A call through the menu to the agent."""
        self.call(contact)
        assert self.join(contact, queue) == agent
        self.accept(contact)

    def dial(self, agent: str, contact: str, queue: str | None = "support") -> None:
        self.send(k.Dial(agent=agent, contact=contact, client="acme", entry="4008001000", queue=queue))

    def refused(self, command: k.AnyCommand) -> str:
        """The code with which the command is refused; nothing has changed."""
        before = self.engine.dump()
        with pytest.raises(Refused) as refusal:
            self.send(command)
        assert self.engine.dump() == before
        return refusal.value.code

    def accept(self, contact: str) -> str:
        agent = self.offered_to(contact)
        assert agent is not None, f"{contact} is not on offer"
        self.send(k.Accept(agent=agent, contact=contact))
        return agent

    def decline(self, contact: str) -> str:
        agent = self.offered_to(contact)
        assert agent is not None
        self.send(k.Decline(agent=agent, contact=contact))
        return agent

    def end(self, contact: str) -> None:
        agent = self.engine.contacts[contact].agent
        assert agent is not None
        self.send(k.End(agent=agent, contact=contact))

    def finish(self, contact: str) -> None:
        """Ends the talk and its wrap-up."""
        agent = self.engine.contacts[contact].agent
        assert agent is not None
        self.send(k.End(agent=agent, contact=contact))
        if self.place(contact) is Place.WRAPUP:
            self.send(k.FinishWrapup(agent=agent, contact=contact))

    def busy(self, agent: str, contact: str, queue: str = "support", channel: Channel = Channel.CHAT) -> None:
        """Gives the agent something to do."""
        assert self.arrive(contact, queue, channel) == agent
        self.accept(contact)

    def offered_to(self, contact: str) -> str | None:
        known = self.engine.contacts.get(contact)
        return known.offered_to if known is not None else None

    def place(self, contact: str) -> Place:
        return self.engine.contacts[contact].place

    def state(self, agent: str) -> State:
        return self.engine.agents[agent].state

    def of(self, kind: type[E]) -> list[E]:
        """All facts of one kind so far."""
        return [event for event in self.events if isinstance(event, kind)]

    def last(self, kind: type[E]) -> E:
        return self.of(kind)[-1]

    def offers(self) -> list[tuple[str, str]]:
        """(contact, agent) of each offer, in order."""
        return [(offer.contact, offer.agent) for offer in self.of(OfferMade)]
