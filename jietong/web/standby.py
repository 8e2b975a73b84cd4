"""A process that stands by shows nobody its empty engine: sockets are told to try again, where the writer may be."""

from collections.abc import Callable

from starlette.types import ASGIApp, Receive, Scope, Send

from jietong.core.errors import Unavailable
from jietong.web.problems import CLOSE_CODES

_NOT_SERVING = frozenset({"standby", "stopped"})


class TurnAwayWhileStandingBy:
    """ASGI middleware for sockets alone; HTTP reads from the database as everywhere, and changes are refused by the
    inbox."""

    def __init__(self, app: ASGIApp, *, role: Callable[[], str]) -> None:
        self._app = app
        self._role = role

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket" or self._role() not in _NOT_SERVING:
            return await self._app(scope, receive, send)
        await receive()
        await send({"type": "websocket.accept"})  # a browser sees the code only of a socket that was accepted
        await send({"type": "websocket.close", "code": CLOSE_CODES[Unavailable.status], "reason": "standing_by"})
        return None
