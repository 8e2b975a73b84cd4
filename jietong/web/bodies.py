"""What comes in is looked at before any route sees it: size, encoding, JSON that is JSON.

JSON bodies are read whole (up to 1 MiB) and must be UTF-8 without NUL, without broken surrogates and not nested
deeper than anybody means; uploads are only counted as they stream. So no handler ever meets a text that the database
cannot keep, and nothing of this can become a 500.
"""

import asyncio
import re
from urllib.parse import unquote_to_bytes

import orjson
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from jietong.core.errors import Invalid, JietongError, TooLarge
from jietong.web.problems import problem_of, problem_response

JSON_LIMIT = 1 << 20
UPLOAD_LIMIT = 32 << 20  # the widget's own limit, checked by its route, lies below
DEEPEST = 64
_DRAIN_LIMIT = 64 << 20
_DRAIN_S = 10.0

_UPLOADS = re.compile(rb"multipart/form-data|application/octet-stream", re.I)
_NUL_ESCAPE = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
_STRUCTURE = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', re.S)


class CheckBodies:
    """ASGI middleware; sockets pass through untouched but for their address."""

    def __init__(self, app: ASGIApp, *, json_limit: int = JSON_LIMIT, upload_limit: int = UPLOAD_LIMIT) -> None:
        self._app = app
        self._json_limit = json_limit
        self._upload_limit = upload_limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        try:
            check_address(scope)
            receive = await self._checked(scope, receive)
        except JietongError as error:
            headers = None
            if isinstance(error, TooLarge):
                await _drain(receive)
                headers = {"connection": "close"}
            return await problem_response(problem_of(error), headers)(scope, receive, send)
        return await self._app(scope, receive, send)

    async def _checked(self, scope: Scope, receive: Receive) -> Receive:
        headers = Headers(scope=scope)
        kind = headers.get("content-type", "").encode("latin-1")
        upload = _UPLOADS.match(kind) is not None
        limit = self._upload_limit if upload else self._json_limit
        length = headers.get("content-length", "")
        if length.isdigit() and int(length) > limit:
            raise too_large(limit)
        if upload:
            return _counted(receive, limit)
        if scope["method"] in {"GET", "HEAD", "OPTIONS"}:
            return receive
        body = await _read(receive, limit)
        if body:
            check_json(body)
        return _replay(body, receive)


def check_json(body: bytes) -> None:
    """Raises Invalid `bad_json`, `bad_encoding`, `nul_character`, `too_deep`."""
    if body.count(b"[") + body.count(b"{") > DEEPEST and _depth(body) > DEEPEST:
        raise Invalid("too_deep", f"The data is nested more than {DEEPEST} deep.")
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Invalid("bad_encoding", f"The body is not UTF-8: see byte {error.start}.") from error
    if b"\0" in body or _NUL_ESCAPE.search(body):
        raise Invalid("nul_character", "The text holds a NUL character. Remove it.")
    try:
        orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Invalid("bad_json", f"The body is not JSON: {error.msg} at character {error.pos}.") from error


def check_address(scope: Scope) -> None:
    """The path and the query hold no NUL and nothing that is not UTF-8. Raises Invalid."""
    for part in (scope.get("raw_path") or b"", scope.get("query_string") or b""):
        if b"%" not in part and part.isascii():
            continue
        plain = unquote_to_bytes(part)
        if b"\0" in plain:
            raise Invalid("nul_character", "The address holds a NUL character. Remove it.")
        try:
            plain.decode("utf-8")
        except UnicodeDecodeError as error:
            raise Invalid("bad_encoding", "The address is not UTF-8.") from error


def too_large(limit: int) -> TooLarge:
    return TooLarge("too_large", f"The body is larger than {limit // 1024} KiB.", limit=limit)


def _depth(body: bytes) -> int:
    depth = deepest = 0
    for token in _STRUCTURE.finditer(body):
        first = body[token.start()]
        if first in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif first in b"]}":
            depth -= 1
    return deepest


async def _read(receive: Receive, limit: int) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":  # the client left in the middle
            return b""
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > limit:
            raise too_large(limit)
        chunks.append(chunk)
        if not message.get("more_body", False):
            return b"".join(chunks)


async def _drain(receive: Receive) -> None:
    """Swallows the rest, within reason: who is cut off while still sending never gets to read the answer."""
    size = 0
    try:
        async with asyncio.timeout(_DRAIN_S):
            while size < _DRAIN_LIMIT:
                message = await receive()
                size += len(message.get("body", b""))
                if not message.get("more_body", False):
                    return
    except TimeoutError:
        return


def _replay(body: bytes, receive: Receive) -> Receive:
    sent = False

    async def again() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def _counted(receive: Receive, limit: int) -> Receive:
    size = 0

    async def counting() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > limit:
            await _drain(receive)
            # An HTTPException passes through the form parser unharmed.
            raise HTTPException(413)
        return message

    return counting
