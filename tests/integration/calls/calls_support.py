"""A centre in a box: real database, writer, engine, plant, flows and call control, on a switch in memory, in virtual
time. People dial, press keys and talk; `hears` tells who hears whom."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from jietong.calls.call import Call
from jietong.calls.plant import TelephonePlant
from jietong.calls.plant_figures import PlantFigures
from jietong.calls.secrets import Safe
from jietong.calls.service import Calls
from jietong.channels.memory.exchange import Exchange
from jietong.channels.memory.party import Act, Behaviour, Line, Telephone
from jietong.channels.memory.switch import MemorySwitch
from jietong.channels.memory.time import VirtualTime
from jietong.channels.ports import Gap
from jietong.channels.switch import Media
from jietong.core import commands as k
from jietong.core.clock import ManualClock
from jietong.core.events import AnyEvent, Event
from jietong.core.inbox import Batch
from jietong.core.specs import (
    AgentSpec,
    ExtensionSpec,
    NumberSpec,
    QueueSpec,
    TrunkSpec,
)
from jietong.core.vocabulary import Channel, Ms, Place, State, Status
from jietong.customers.ports import NoHistory
from jietong.db.pool import ALL, Database
from jietong.flows import acts as a
from jietong.flows import model as flows
from jietong.flows.runner import no_requests
from jietong.routing import store as setup
from jietong.routing.engine import Engine
from jietong.routing.runtime import Plan, Runtime
from jietong.routing.store import Kind

E = TypeVar("E", bound=Event)
HOTLINE = "4008001234"
CALLER = "13800006612"
CALLER_E164 = "+8613800006612"


def names(text: str) -> dict[str, str]:
    return {"zh-Hans": text, "zh-Hant": text, "en": text}


def said(text: str) -> flows.Part:
    return flows.Part(text=names(text))


def flow(*nodes: flows.AnyNode, id: str = "service") -> flows.Flow:
    return flows.Flow(id=id, name=names(id), client="hechuan", start=nodes[0].id, nodes=nodes)


SERVICE = flow(
    flows.Play(id="hello", prompt=said("hello"), next={"done": "menu"}),
    flows.Menu(
        id="menu",
        prompt=said("menu"),
        choices=(flows.Choice("1"), flows.Choice("9")),
        timeout_s=5,
        tries=2,
        next={"key:1": "wait", "key:9": "facts", "timeout": "wait", "invalid": "wait"},
    ),
    flows.Play(id="facts", prompt=said("facts"), next={"done": "served"}),
    flows.HangUp(id="served", served=True),
    flows.Queue(
        id="wait",
        queue="repair",
        announce_every_s=20,
        keys=(flows.QueueKey("2", does="callback"), flows.QueueKey("3", does="leave")),
        next={
            "timed_out": "leave",
            "closed": "leave",
            "full": "leave",
            "key:2": "bye",
            "key:3": "leave",
            "ended": "survey",
        },
    ),
    flows.Voicemail(
        id="leave", queue="repair", prompt=said("message"), max_s=60, next={"done": "bye", "none": "bye"}
    ),
    flows.Survey(id="survey", prompt=said("survey"), timeout_s=5, tries=1, next={"done": "bye", "none": "bye"}),
    flows.HangUp(id="bye", prompt=said("bye")),
)
"""Greeting, menu, queue; a voicemail where nobody can be had; a survey after the talk."""

REPAIR = QueueSpec(
    id="repair",
    name=names("repair"),
    client="hechuan",
    channels=(Channel.VOICE, Channel.VOICEMAIL),
    wrapup_s=10,
    offer_s=20,
    callback_retry_s=60,
    callback_attempts=2,
)


class Words:
    """Speech for tests: what is said is its own sound, ten characters a second."""

    async def media(self, saying: a.Saying) -> Sequence[Media]:
        return [Media(f"say:{part.text if isinstance(part, a.Speech) else part.prompt}") for part in saying]


def length_s(media: Media) -> float | None:
    return float("inf") if media.uri.startswith("tone:") else max(0.5, len(media.uri) / 10)


class Shelf:
    """Published flows."""

    fetch = staticmethod(no_requests)

    def __init__(self, *known: flows.Flow) -> None:
        self.flows = {one.id: (one, 1) for one in known}

    def serving(self, id: str) -> tuple[flows.Flow, int] | None:
        return self.flows.get(id)

    async def version(self, id: str, version: int) -> tuple[flows.Flow, int]:
        return self.flows[id]


@dataclass
class Finished:
    """What was handed to the recordings' side."""

    recording: str
    contact: str
    agent: str | None
    queue: str | None
    tracks: dict[str, Path | None]
    gaps: tuple[Gap, ...]
    rule: str
    consent: str | None
    why: str


@dataclass
class Tapes:
    """Takes finished recordings, and keeps them."""

    finished_ones: list[Finished] = field(default_factory=list)

    async def finished(
        self,
        *,
        recording: str,
        contact: str,
        client: str,
        queue: str | None,
        agent: str | None,
        started: Ms,
        tracks: Mapping[str, Path | None],
        gaps: Sequence[Gap] = (),
        keep_days: int = 180,
        rule: str = "always",
        consent: str | None = None,
        offsets: Mapping[str, Ms] | None = None,
        why: str = "",
    ) -> bool:
        if recording not in {one.recording for one in self.finished_ones}:
            self.finished_ones.append(
                Finished(recording, contact, agent, queue, dict(tracks), tuple(gaps), rule, consent, why)
            )
        return True

    def of(self, contact: str) -> list[Finished]:
        return [one for one in self.finished_ones if one.contact == contact]


class Box:
    def __init__(self, database: Database, folder: Path, exchange: Exchange, time: VirtualTime) -> None:
        self.database = database
        self.folder = folder
        self.exchange = exchange
        self.time = time
        self.clock = time.clock
        self.shelf = Shelf(SERVICE)
        self.tapes = Tapes()
        self.events: list[AnyEvent] = []
        self.runtime: Runtime[Engine]
        self.plant: TelephonePlant
        self.calls: Calls
        self.switch: MemorySwitch
        self._deadline: Ms | None = None
        self._versions = itertools.count(1)

    # --- life -------------------------------------------------------------------------------------------------

    async def open(self) -> None:
        """The centre's process starts."""
        figures = PlantFigures()
        self.runtime = Runtime(
            self.database, "main", Plan(Engine, Engine.load), clock=self.clock, followers=[figures]
        )
        self.runtime.subscribe(self._heard)
        await self.runtime.start()
        await self.runtime.wait_active(20)
        self.switch = MemorySwitch(self.exchange)
        self.plant = TelephonePlant(
            self.database,
            self.clock,
            self.switch,
            Safe.of(self.folder / "keys"),
            figures,
            lambda: self.runtime.engine.site,
            lambda fact: self.calls.witnesses.put(fact),  # noqa: PLW0108 - made after the plant
        )
        self.calls = Calls(
            self.database,
            self.runtime,
            self.clock,
            self.switch,
            self.plant,
            Words(),
            self.shelf,
            self.tapes,
            NoHistory(),
            time=self.time,
        )
        await self.plant.start()
        self.plant.on_change = self.calls.devices.look
        await self.calls.start()
        await self.switch.start()
        await self.settle()

    async def close(self) -> None:
        """An orderly stop. Calls in the exchange go on."""
        await self.calls.stop()
        await self.plant.stop()
        await self.switch.stop()
        await self.runtime.stop()

    def _heard(self, batch: Batch) -> None:
        self.events.extend(batch.events)

    # --- time -------------------------------------------------------------------------------------------------

    async def settle(self) -> None:
        """All that has been set going has come to rest; the clock stands still meanwhile."""
        quiet = 0
        async with asyncio.timeout(30):
            while quiet < 2:
                for _ in range(8):
                    await asyncio.sleep(0)
                due = self.engine.next_deadline()
                if self.runtime.role != "active":
                    quiet = 0
                    await asyncio.sleep(0.002)
                elif due is not None and due <= self.clock.now():
                    quiet = 0
                    await self.runtime.submit(k.Tick())
                elif self.busy:
                    quiet = 0
                    await asyncio.sleep(0.0005)
                else:
                    quiet += 1
                    if due is not None and due != self._deadline:
                        self._deadline = due
                        self.time.call_at(due, lambda: None)  # so that the clock stops there

    @property
    def busy(self) -> bool:
        runtime, plant = self.runtime, self.plant
        writing = runtime._rest is not None or bool(runtime._waiting)
        return writing or not self.calls.at_rest or bool(plant._tasks)

    async def run(self, seconds: float) -> None:
        await self.time.run(seconds)

    async def until(self, ready: Callable[[], object], limit_s: float = 120.0) -> None:
        assert await self.time.run_until(ready, limit_s), "it did not come to pass"

    # --- set-up -----------------------------------------------------------------------------------------------

    @property
    def engine(self) -> Engine:
        return self.runtime.engine

    async def tell(self, *commands: k.AnyCommand) -> None:
        for command in commands:
            await self.runtime.submit(command)
        await self.settle()

    async def document(self, kind: Kind, *specs: Any) -> None:
        async with self.database.transaction(ALL) as conn:
            for spec in specs:
                write = setup.upsert(kind, spec, spec.id, next(self._versions), self.clock.now(), "test")
                await conn.execute(write.sql, *write.args)
        await self.plant.reload()
        await self.settle()

    async def agent(
        self, id: str, extension: str | None = None, behaviour: Behaviour | None = None, kind: str = "phone"
    ) -> Telephone | None:
        """A ready agent with a telephone."""
        telephone = None
        if extension is not None:
            telephone = self.exchange.telephone(extension, behaviour or Behaviour(answer_after_s=2))
            await self.document(Kind.EXTENSION, ExtensionSpec(id=extension, name=id, kind=kind, agent=id))
        await self.tell(k.ConfigureAgent(AgentSpec(id=id, name=id)), k.SignIn(id), k.PresenceBack(id))
        await self.tell(k.SetStatus(id, Status.READY))
        return telephone

    async def queue(self, **changes: Any) -> None:
        await self.tell(k.ConfigureQueue(msgspec.structs.replace(REPAIR, **changes)))

    # --- people -----------------------------------------------------------------------------------------------

    def dial_in(self, *script: Act, caller: str | None = CALLER, number: str = HOTLINE, **more: Any) -> Line:
        return self.exchange.call(number, caller=caller, trunk="carrier", script=script, **more)

    def call_of(self, line: Line) -> Call:
        return self.calls.by_leg[line.leg]

    def contact_of(self, line: Line) -> str:
        return self.call_of(line).contact

    async def waiting(self, *script: Act, **more: Any) -> tuple[Line, str]:
        """A caller who has reached the queue."""
        line = self.dial_in(*script, **more)
        await self.settle()
        contact = self.contact_of(line)
        await self.until(lambda: self.place(contact) is not Place.ARRIVED)
        return line, contact

    async def talking(self, agent: str = "anna", extension: str = "801") -> tuple[Line, str, Telephone]:
        """A caller who talks to an agent."""
        telephone = await self.agent(agent, extension)
        assert telephone is not None
        line, contact = await self.waiting()
        await self.until(lambda: self.talk(line, telephone))
        return line, contact, telephone

    def talk(self, line: Line, telephone: Telephone) -> bool:
        """The two hear each other."""
        if not telephone.lines or not line.answered:
            return False
        return telephone.line.leg in line.hears and line.leg in telephone.line.hears

    # --- what is so -------------------------------------------------------------------------------------------

    def place(self, contact: str) -> Place:
        return self.engine.contacts[contact].place

    def state(self, agent: str) -> State:
        return self.engine.agents[agent].state

    def of(self, kind: type[E], contact: str | None = None) -> list[E]:
        return [
            event
            for event in self.events
            if isinstance(event, kind) and (contact is None or getattr(event, "contact", None) == contact)
        ]

    def sound(self) -> None:
        """What must always hold at the end: every arrival has one end, no leg and no bridge is left over."""
        assert self.engine.check() == []
        assert not self.exchange.legs, f"legs are left: {list(self.exchange.legs)}"
        assert not self.exchange.bridges
        assert not self.calls.by_leg


@asynccontextmanager
async def box(database: Database, folder: Path) -> AsyncIterator[Box]:
    clock = ManualClock(1_800_000_000_000)
    time = VirtualTime(clock)
    exchange = Exchange(time, spool=folder / "spool", media_s=length_s)
    centre = Box(database, folder, exchange, time)
    time.settle = centre.settle
    await centre.open()
    await centre.document(
        Kind.TRUNK, TrunkSpec(id="carrier", name=names("carrier"), host="sip.example.com", channels=30)
    )
    await centre.document(
        Kind.NUMBER,
        NumberSpec(id=HOTLINE, name=names("hotline"), client="hechuan", flow="service", trunk="carrier"),
    )
    await centre.queue()
    try:
        yield centre
    finally:
        await centre.close()
