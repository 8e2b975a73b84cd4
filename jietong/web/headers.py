"""Security headers, request ids, and one log line per request without personal data."""

import re
import secrets
import time

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = structlog.get_logger("jietong.web")

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_HOST = re.compile(r"[A-Za-z0-9.-]+(:\d{1,5})?|\[[0-9a-fA-F:]+\](:\d{1,5})?")

_API_POLICY = "default-src 'none'; frame-ancestors 'none'"
_PAGE_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self' data:; media-src 'self' blob:; worker-src 'self' blob:; connect-src 'self'{sockets}; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors {ancestors}"
)
"""Styles inline: the component library writes its rules into the page. Scripts never."""

FRAMED = frozenset({"/chat", "/chat.html"})
"""The customer's page, which may stand in a frame on the client's own site."""


class SecurityHeaders:
    """ASGI middleware, outermost. A route's own header is kept (attachments have a stricter policy)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            return await self._app(scope, receive, send)
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
        scope["jietong.request_id"] = request_id
        if scope["type"] == "websocket":
            return await self._app(scope, receive, send)
        started = time.perf_counter()

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in security_headers(scope).items():
                    headers.setdefault(name, value)
                headers["X-Request-Id"] = request_id
                log.info(
                    "request",
                    method=scope["method"],
                    path=scope["path"],
                    status=message["status"],
                    ms=round((time.perf_counter() - started) * 1000, 1),
                    request_id=request_id,
                )
            await send(message)

        return await self._app(scope, receive, with_headers)


def security_headers(scope: Scope) -> dict[str, str]:
    """By path: the interface, the pages, and the customer's page that may be framed."""
    path: str = scope["path"]
    headers = {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(self), payment=()",
        "Cross-Origin-Resource-Policy": "cross-origin" if path == "/widget.js" else "same-origin",
    }
    if scope["scheme"] == "https":
        headers["Strict-Transport-Security"] = "max-age=31536000"
    if path.startswith("/api/") or path == "/healthz":
        return headers | {
            "Content-Security-Policy": _API_POLICY,
            "Cache-Control": "no-store",
            "X-Frame-Options": "DENY",
        }
    host = Headers(scope=scope).get("host", "")
    # 'self' covers sockets in newer browsers; older ones want them named.
    sockets = f" ws://{host} wss://{host}" if _HOST.fullmatch(host) else ""
    if path in FRAMED:
        return headers | {"Content-Security-Policy": _PAGE_POLICY.format(sockets=sockets, ancestors="*")}
    return headers | {
        "Content-Security-Policy": _PAGE_POLICY.format(sockets=sockets, ancestors="'none'"),
        "X-Frame-Options": "DENY",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
