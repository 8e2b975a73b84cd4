"""What the switch saw goes into the ledger, in order, without anybody waiting for it."""

import asyncio
from collections import deque
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

import structlog

from jietong.calls import quality
from jietong.calls.model import Leg
from jietong.channels.switch import Quality
from jietong.core import events as e
from jietong.core.commands import Witness
from jietong.core.errors import JietongError, Refused, Unavailable
from jietong.core.events import WitnessedFact
from jietong.core.inbox import Write
from jietong.core.vocabulary import Party

if TYPE_CHECKING:
    from jietong.calls.call import Call
    from jietong.calls.service import Calls

log = structlog.get_logger(__name__)

AT_ONCE = 200
MOST_KEPT = 100_000


class _Noted(NamedTuple):
    fact: WitnessedFact
    writes: tuple[Write, ...]


class Witnesses:
    """A queue in front of `Witness`: many facts go as one command; a fact that is refused harms no other."""

    def __init__(self, calls: "Calls") -> None:
        self._calls = calls
        self._facts: deque[_Noted] = deque(maxlen=MOST_KEPT)
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._working = False
        self._told = asyncio.Event()

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="call-witness")

    async def stop(self) -> None:
        """What is left is told, as long as the writer takes it."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._facts:
            facts = tuple(self._facts)
            self._facts.clear()
            try:
                await self._calls.writer.submit(_witness(facts), writes=_writes(facts))
            except JietongError as error:
                log.warning("facts_not_told", facts=len(facts), code=error.code)

    @property
    def at_rest(self) -> bool:
        return (not self._facts and not self._working) or self._task in self._calls.resting

    async def flushed(self) -> None:
        """Returns when all that was put has been told, or given up."""
        while not self.at_rest:
            self._told.clear()
            await self._told.wait()

    def put(self, fact: WitnessedFact, *writes: Write) -> None:
        """`at` is the writer's; `writes` are committed with it."""
        self._facts.append(_Noted(fact, writes))
        self._news.set()

    def leg_started(self, call: "Call", leg: Leg) -> None:
        """Once the contact is known to the ledger."""
        agent = leg.agent if leg.party is Party.AGENT else None
        self.put(e.LegStarted(at=0, contact=call.contact, leg=leg.id, party=leg.party, agent=agent, trunk=leg.trunk))

    def leg_answered(self, call: "Call", leg: Leg) -> None:
        self.put(e.LegAnswered(at=0, contact=call.contact, leg=leg.id))

    def leg_ended(self, call: "Call", leg: Leg, cause: str) -> None:
        self.put(e.LegEnded(at=0, contact=call.contact, leg=leg.id, cause=cause))

    def quality(self, call: "Call", told: Quality) -> None:
        """Of parties' legs, once each, at their end."""
        if told.final:
            self.put(quality.fact(call.contact, told))

    async def _run(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            while self._facts:
                self._working = True
                try:
                    await self._tell([self._facts.popleft() for _ in range(min(AT_ONCE, len(self._facts)))])
                except Exception:
                    log.exception("facts_not_told")
                finally:
                    self._working = False
                    self._told.set()

    async def _tell(self, facts: list[_Noted]) -> None:
        try:
            await self._calls.submit(_witness(facts), writes=_writes(facts))
        except Refused as error:
            if len(facts) == 1:
                log.info("fact_refused", fact=str(type(facts[0].fact).__struct_config__.tag), code=error.code)
                return
            for fact in facts:
                await self._tell([fact])
        except Unavailable as error:
            log.error("facts_not_told", facts=len(facts), code=error.code)


def _witness(noted: Iterable[_Noted]) -> Witness:
    return Witness(tuple(one.fact for one in noted))


def _writes(noted: Iterable[_Noted]) -> list[Write]:
    return [write for one in noted for write in one.writes]
