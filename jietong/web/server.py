"""Serving the application on one port: uvicorn, started and stopped within the caller's own loop."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from fastapi import FastAPI

LARGEST_FRAME = 1 << 20
"""Of a WebSocket; a larger one closes the socket (1009)."""


@asynccontextmanager
async def listening(
    app: FastAPI, *, host: str = "127.0.0.1", port: int = 0, trusted_proxies: str = "127.0.0.1"
) -> AsyncIterator[str]:
    """Serves until the block is left; gives the base URL. Port 0 takes a free one. Raises OSError (port in use)."""
    config = uvicorn.Config(
        app,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        ws="websockets-sansio",
        ws_max_size=LARGEST_FRAME,
        ws_per_message_deflate=False,
        proxy_headers=True,
        forwarded_allow_ips=trusted_proxies,
        timeout_graceful_shutdown=5,
    )
    server = _Server(config)
    listener = bind(host, port)
    serving = asyncio.create_task(server.serve([listener]), name="web")
    try:
        while not server.started:
            if serving.done():
                await serving
            await asyncio.sleep(0.005)
        yield f"http://{host if ':' not in host else f'[{host}]'}:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving
        listener.close()


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leaves the process's signals to the composition root."""
        yield


def bind(host: str, port: int) -> socket.socket:
    """A listening socket, so that a taken port is known before anything else starts. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    return listener
