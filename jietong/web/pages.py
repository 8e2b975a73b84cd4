"""The built web application: hashed assets for ever, pages fresh, every other address the application itself."""

import hashlib
import mimetypes
import re
from functools import lru_cache
from pathlib import Path

from fastapi import APIRouter, Depends, Request, Response
from starlette.responses import FileResponse

from jietong.core.errors import NotFound
from jietong.identity.http import public

BUILT = Path(__file__).parent / "static"
_HASHED = re.compile(r"[.-][A-Za-z0-9_-]{8,}\.[a-z0-9]+$")
_FOREVER = "public, max-age=31536000, immutable"
_FRESH = "no-cache"
_NOT_BUILT = (
    "<!doctype html><meta charset=utf-8><title>Jietong 接通</title><p>The web application is not built yet. "
    "Run <code>make setup</code>.<p>网页应用尚未构建，请运行 <code>make setup</code>。"
    "<p>網頁應用程式尚未建置，請執行 <code>make setup</code>。"
)

mimetypes.add_type("text/javascript", ".js")
mimetypes.add_type("image/svg+xml", ".svg")
mimetypes.add_type("font/woff2", ".woff2")


def pages(built: Path = BUILT) -> APIRouter:
    """Routes of the built application in this folder. Include it last: it takes every GET that is left."""
    router = APIRouter(include_in_schema=False)

    @router.get("/chat", dependencies=[Depends(public("the customer's page"))])
    async def chat(request: Request) -> Response:
        return _page(built, "chat.html", request)

    @router.get("/call", dependencies=[Depends(public("the customer's page"))])
    async def call(request: Request) -> Response:
        return _page(built, "call.html", request)

    @router.get("/widget.js", dependencies=[Depends(public("the snippet on the client's site"))])
    async def widget(request: Request) -> Response:
        file = _file(built, "widget.js")
        if file is None:
            raise _nothing()
        return _conditional(file, request, "public, max-age=300")

    @router.get("/favicon.ico", dependencies=[Depends(public("asked for by browsers, whatever a page links to"))])
    async def icon(request: Request) -> Response:
        file = _file(built, "mark.svg")
        if file is None:
            raise _nothing()
        return _conditional(file, request, _FRESH)

    @router.get("/{path:path}", dependencies=[Depends(public("the application's files; its data need a session"))])
    async def application(path: str, request: Request) -> Response:
        file = _file(built, path) if path else None
        if file is not None and file.suffix != ".html":
            hashed = path.startswith("assets/") and _HASHED.search(path)
            return _conditional(file, request, _FOREVER if hashed else _FRESH)
        if path.startswith(("api/", "ws/", "assets/")) or path == "api" or "." in path.rpartition("/")[2]:
            raise _nothing()
        return _page(built, "index.html", request)

    return router


def _page(built: Path, name: str, request: Request) -> Response:
    file = _file(built, name)
    if file is None:
        return Response(_NOT_BUILT, status_code=503, media_type="text/html", headers={"Cache-Control": "no-store"})
    return _conditional(file, request, _FRESH)


def _file(built: Path, path: str) -> Path | None:
    """A file inside the folder, never outside of it."""
    root = built.resolve()
    try:
        file = (root / path).resolve()
        return file if file.is_relative_to(root) and file.is_file() else None
    except (OSError, ValueError):  # a name too long for the file system
        return None


def _conditional(file: Path, request: Request, cache: str) -> Response:
    stat = file.stat()
    tag = _tag(str(file), stat.st_mtime_ns, stat.st_size)
    headers = {"Cache-Control": cache, "ETag": tag}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return FileResponse(file, headers=headers)


@lru_cache(maxsize=1024)
def _tag(path: str, changed: int, size: int) -> str:
    return f'"{hashlib.sha256(Path(path).read_bytes()).hexdigest()[:20]}"'


def _nothing() -> NotFound:
    return NotFound("no_such_route", "There is nothing at this address.")
