"""A centre of one chat queue, for tests of the writer."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias

from jietong.core import commands as c
from jietong.core.specs import AgentSpec, QueueSpec
from jietong.core.vocabulary import Channel, Status
from jietong.routing.engine import Engine
from jietong.routing.runtime import Runtime

NAME = {"zh-Hans": "售后报修", "zh-Hant": "售後報修", "en": "After-sales repair"}
Started: TypeAlias = Callable[..., Awaitable[Runtime[Engine]]]


async def open_shop(runtime: Runtime[Engine], agents: Sequence[str] = ("lin", "wang")) -> None:
    """One chat queue `repair`; the agents are signed in, connected and ready."""
    await runtime.submit(
        c.ConfigureQueue(QueueSpec(id="repair", name=NAME, client="hechuan", channels=(Channel.CHAT,)))
    )
    for agent in agents:
        await runtime.submit(c.ConfigureAgent(AgentSpec(id=agent, name=agent)))
        await runtime.submit(c.SignIn(agent=agent))
        await runtime.submit(c.PresenceBack(agent=agent))
        await runtime.submit(c.SetStatus(agent=agent, status=Status.READY))


def arrival(contact: str) -> c.Arrive:
    return c.Arrive(contact=contact, channel=Channel.CHAT, queue="repair", entry="web")


async def until(true: Callable[[], bool | Awaitable[bool]], seconds: float = 5.0) -> None:
    """Returns when the condition holds. Raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while True:
            answer = true()
            if answer if isinstance(answer, bool) else await answer:
                return
            await asyncio.sleep(0.02)
