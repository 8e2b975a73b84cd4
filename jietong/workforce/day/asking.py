"""Levers that ask people: an invitation on the screens of those who wait, or a request that they may answer (A6)."""

from collections.abc import Callable
from typing import Any

from jietong.core import commands as k
from jietong.core.clock import Clock
from jietong.core.errors import Refused
from jietong.core.inbox import Inbox
from jietong.core.vocabulary import Ms, State
from jietong.identity.model import Principal
from jietong.routing.engine import Engine
from jietong.workforce.day.model import Lever, LeverKind
from jietong.workforce.schedule.documents import Setup
from jietong.workforce.schedule.requests import Requests
from jietong.workforce.schedule.rules.requests import RequestKind, RequestState

SOON_MS: Ms = 15 * 60_000
"""Who waits at their desk is invited there when it begins within this time."""


class Asking:
    def __init__(self, inbox: Inbox, clock: Clock, engine: Callable[[], Engine], requests: Requests) -> None:
        self._inbox = inbox
        self._clock = clock
        self._engine = engine
        self._requests = requests

    def on_screen(self, lever: Lever) -> bool:
        """Whether the engine would invite them now: part-timers signed in who wait. That is not taken back."""
        if lever.kind is not LeverKind.CALL_IN or lever.start is None:
            return False
        return lever.start - self._clock.now() <= SOON_MS and bool(self._waiting(lever))

    async def ask(self, by: Principal, lever: Lever, setup: Setup, note: str) -> dict[str, Any]:
        """Gives `{invited, queue}`, or `{request}`: the call-up that was raised."""
        assert lever.start is not None
        assert lever.end is not None
        if self.on_screen(lever):
            queues = (q for group in lever.groups for q in setup.ground.groups[group].queues)
            queue = next((q for q in queues if q in self._engine().queues), None)
            if queue is not None:
                count = min(lever.places, len(self._waiting(lever)))
                await self._inbox.submit(k.InvitePartTimers(queue, count, by.account_id))
                return {"invited": count, "queue": queue}
        raised = await self._requests.call_up(
            by,
            RequestKind.OVERTIME if lever.kind is LeverKind.OVERTIME else RequestKind.CALL_UP,
            lever.start,
            lever.end,
            places=lever.places,
            agents=list(lever.ask),
            note=note,
        )
        return {"request": raised["id"]}

    async def withdraw(self, by: Principal, request: str) -> None:
        """Whoever has accepted keeps the time. Repeated, it changes nothing. Raises Refused `answered_already`."""
        state = await self._requests.state(request)
        if state is RequestState.WITHDRAWN:
            return
        if not state.open:
            raise Refused("answered_already", "This request is over: it was answered, or its time ran out.")
        await self._requests.cancel(by, request)

    def _waiting(self, lever: Lever) -> list[str]:
        engine = self._engine()
        return [a for a in lever.ask if a in engine.agents and engine.agents[a].state is State.STANDBY]
