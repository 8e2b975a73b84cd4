"""Every error as application/problem+json (RFC 9457), made in this one place.

`code` is API: stable, worded by the client in the user's language. `detail` is one English sentence. What is
unexpected is logged with the request's id, and nothing of it leaves.
"""

import contextlib
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

import asyncpg
import orjson
import structlog
from fastapi import FastAPI, Request, Response, WebSocket
from fastapi.exceptions import RequestValidationError, WebSocketRequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketDisconnect, WebSocketState

from jietong.core.errors import Invalid, JietongError, Unavailable
from jietong.db.pool import gone

log = structlog.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"
RETRY_UNAVAILABLE_S = 2

CLOSE_CODES = {401: 4401, 403: 4403, 404: 4404, 409: 4409, 413: 4413, 422: 4422, 429: 4429, 503: 4503}
"""How a socket is closed for a problem's status; the reason is the problem's code."""


def problem(status: int, code: str, detail: str, **extra: Any) -> dict[str, Any]:
    """The document: type, title, status, code, detail and what else there is to know."""
    return extra | {
        "type": f"urn:jietong:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
    }


def problem_of(error: JietongError) -> dict[str, Any]:
    """Of one of our own errors; for sockets' `err` frames too."""
    return problem(error.status, error.code, error.detail, **error.extra)


def problem_response(document: dict[str, Any], headers: dict[str, str] | None = None) -> Response:
    headers = dict(headers or {})
    if "retry_after" in document:
        headers["Retry-After"] = str(document["retry_after"])
    elif document["status"] == Unavailable.status:
        headers["Retry-After"] = str(RETRY_UNAVAILABLE_S)
    return Response(
        orjson.dumps(document, default=str), status_code=document["status"], headers=headers, media_type=MEDIA_TYPE
    )


def understood(error: Exception) -> JietongError | None:
    """Our own error behind one of the database's or of the codec's; None: unexpected."""
    match error:
        case JietongError():
            return error
        case asyncpg.CharacterNotInRepertoireError() | asyncpg.UntranslatableCharacterError() | UnicodeError():
            return Invalid("bad_text", "The text holds a character that cannot be kept (NUL or a broken one).")
        case asyncpg.exceptions.DataError():
            return Invalid("bad_value", "A value is out of range.")
        case (
            asyncpg.PostgresConnectionError()
            | asyncpg.CannotConnectNowError()
            | asyncpg.AdminShutdownError()
            | asyncpg.CrashShutdownError()
            | asyncpg.TooManyConnectionsError()
            | asyncpg.QueryCanceledError()
            | asyncpg.InterfaceError()
            | ConnectionError()
            | TimeoutError()
        ):
            return gone()
        case asyncpg.LockNotAvailableError() | asyncpg.DeadlockDetectedError() | asyncpg.SerializationError():
            return Unavailable("database_busy", "Somebody else is changing the same thing. Try again.")
        case RecursionError():
            return Invalid("too_deep", "The data is nested too deeply.")
    return None


def install(app: FastAPI) -> None:
    """Makes the application answer every error as a problem, on sockets by closing with the code as reason."""
    # One handler per class serves requests and sockets, which Starlette's types know only as two.
    handlers: dict[type[Exception], Any] = {
        JietongError: _handle,
        RequestValidationError: _handle_validation,
        WebSocketRequestValidationError: _handle_socket_validation,
        HTTPException: _handle_http,
        asyncpg.PostgresError: _handle,
        asyncpg.InterfaceError: _handle,
        OSError: _handle,
        UnicodeError: _handle,
        RecursionError: _handle,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)


async def _handle(connection: Request | WebSocket, error: Exception) -> Response | None:
    known = understood(error)
    document = unexpected(connection, error) if known is None else problem_of(known)
    if isinstance(known, Unavailable) and not isinstance(error, JietongError):
        log.warning("database_unavailable", path=connection.url.path, error=type(error).__name__)
    if isinstance(connection, WebSocket):
        await close_socket(connection, document)
        return None
    return problem_response(document)


async def close_socket(socket: WebSocket, document: dict[str, Any]) -> None:
    """Closes for a problem. A browser sees code and reason only of a socket that was accepted first."""
    if socket.client_state is WebSocketState.CONNECTING:
        await socket.accept()
    if socket.application_state is WebSocketState.CONNECTED:
        await socket.close(CLOSE_CODES.get(document["status"], 1011), document["code"][:120])


def unexpected(connection: HTTPConnection, error: Exception) -> dict[str, Any]:
    """Logs the error; the answer tells the request's id, by which the log line is found."""
    request_id = connection.scope.get("jietong.request_id", "")
    log.error("unexpected_error", path=connection.url.path, request_id=request_id, exc_info=error)
    return problem(
        500, "internal", "Something went wrong here. The log tells more under this id.", request_id=request_id
    )


async def _handle_validation(connection: Request | WebSocket, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    errors = fields_of(error.errors())
    if any(entry["code"] == "json_invalid" for entry in errors):
        return problem_response(problem(422, "bad_json", "The body is not JSON.", errors=errors))
    named = ", ".join(entry["field"] for entry in errors[:5]) or "the request"
    return problem_response(
        problem(422, "invalid", f"Check these: {named}.", errors=errors[:100], field=errors[0]["field"])
    )


async def _handle_socket_validation(connection: Request | WebSocket, error: Exception) -> None:
    assert isinstance(connection, WebSocket)
    await close_socket(connection, problem(422, "invalid", "Check the address of the socket."))


def fields_of(errors: Sequence[Any]) -> list[dict[str, str]]:
    """`{field, code, message}` per error; `field` is the path within the body ("skills.0.level") or a query name."""
    found = []
    for entry in errors:
        place, *path = entry["loc"] or ("",)
        field = ".".join(str(part) for part in path) or str(place)
        found.append({"field": field, "code": str(entry["type"]), "message": str(entry["msg"])})
    return found


async def _handle_http(connection: Request | WebSocket, error: Exception) -> Response | None:
    assert isinstance(error, HTTPException)
    codes = {
        400: ("bad_request", "The request cannot be read."),
        404: ("no_such_route", "There is nothing at this address."),
        405: ("method_not_allowed", "This address does not take this method."),
        413: ("too_large", "The body is too large."),
        415: ("bad_media_type", "Send JSON with `Content-Type: application/json`."),
    }
    status = error.status_code
    if status == 405 and _only_a_page(connection):
        status = 404
    code, detail = codes.get(status, ("http_error", str(error.detail)))
    document = problem(status, code, detail)
    if isinstance(connection, WebSocket):
        await close_socket(connection, document)
        return None
    return problem_response(document, dict(error.headers or {}))


def _only_a_page(connection: HTTPConnection) -> bool:
    """Whether only the pages' own route, which takes every GET, matched an address of the interface."""
    route = connection.scope.get("route")
    return connection.url.path.startswith("/api/") and getattr(route, "path", "") == "/{path:path}"


class CatchAll:
    """ASGI middleware: what nobody handled becomes a 500 problem (or a closed socket), logged once."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            return await self._app(scope, receive, send)
        begun = False

        async def noting(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, noting)
        except WebSocketDisconnect:
            return None  # the browser left while something was on its way to it
        except Exception as error:
            document = unexpected(HTTPConnection(scope), error)
            if scope["type"] == "websocket":
                with contextlib.suppress(
                    Exception
                ):  # accepted or not, closing is understood; or it is closed already
                    await send({"type": "websocket.close", "code": 1011, "reason": document["code"]})
            elif begun:
                raise  # half an answer is out: the server cuts the connection, so that the client notices
            else:
                await problem_response(document)(scope, receive, send)
