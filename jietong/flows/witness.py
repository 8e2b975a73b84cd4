"""Steps of flows on their way into the ledger: told without waiting, in order, many at once."""

import asyncio

import structlog

from jietong.core.commands import Witness
from jietong.core.errors import JietongError, Refused
from jietong.core.events import FlowStep
from jietong.core.inbox import Inbox

log = structlog.get_logger(__name__)

_RETRY_S = 1.0
MOST_WAITING = 10_000
"""With the database away for long, counts of branches are the first thing to be done without."""


class Witnesses:
    """Sends what was put, in the order in which it was put."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self._waiting: list[FlowStep] = []
        self._task: asyncio.Task[None] | None = None

    def put(self, fact: FlowStep) -> None:
        if len(self._waiting) < MOST_WAITING:
            self._waiting.append(fact)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._send(), name="flow steps")

    async def stop(self) -> None:
        """What has been put is sent, if that goes quickly."""
        if self._task is not None and not self._task.done():
            await asyncio.wait({self._task}, timeout=2)
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _send(self) -> None:
        while self._waiting:
            facts = self._waiting[:100]
            try:
                await self._inbox.submit(Witness(tuple(facts)))
            except Refused:  # one contact is gone: the others' steps still count
                for fact in facts:
                    await self._alone(fact)
            except JietongError as error:
                log.info("flow_steps_wait", code=error.code)
                await asyncio.sleep(_RETRY_S)
                continue
            del self._waiting[: len(facts)]

    async def _alone(self, fact: FlowStep) -> None:
        try:
            await self._inbox.submit(Witness((fact,)))
        except JietongError as error:
            log.info("flow_step_lost", contact=fact.contact, code=error.code)
