"""A centre with telephones of its own for the bench: its process, its switch, agents at their desks, and its books.

Everything is set up over HTTP as a user would; the books are read from its database, for counting alone.
"""

import asyncio
import contextlib
import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import psutil
import websockets

from jietong.channels.asterisk.configuration import Layout
from jietong.channels.asterisk.supervise import running
from jietong.db.embedded import EmbeddedServer
from jietong.db.pool import ALL, Database

QUEUE = "bench"
TRUNK = "bench"
LANGUAGES = ("zh-Hans", "zh-Hant", "en")
_LOUD = 40
"""Of the 255 of a recording's peaks: the tone of the callers is far above it, silence far below."""


def names(text: str) -> dict[str, str]:
    return dict.fromkeys(LANGUAGES, text)


FLOW: dict[str, Any] = {
    "format": "flow/v1", "id": "bench", "name": names("Bench"), "client": "hechuan", "start": "wait",
    "languages": list(LANGUAGES), "channels": ["voice"],
    "nodes": [
        {"id": "wait", "type": "queue", "name": names("Queue"), "queue": QUEUE, "announce_every_s": 60, "keys": [],
         "next": {"timed_out": "bye", "closed": "bye", "full": "bye", "ended": "bye"}},
        {"id": "bye", "type": "hang_up", "name": names("End"), "served": True},
    ],
}  # fmt: skip


class Centre:
    """`start`, `set_up`, `open_desks`, and at the end `stop`."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.log = home / "serve.log"
        self._port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._desks: list[asyncio.Task[None]] = []
        self.ready: set[str] = set()  # agents whose desk and telephone are there

    # --- its process -----------------------------------------------------------------------------------------

    def start(self) -> None:
        own = {
            "JIETONG_HOME": str(self.home), "JIETONG_PORT": str(self._port), "JIETONG_VOICE": "1",
            "JIETONG_SIP_PORT": str(_free_port()), "JIETONG_DEMO_HISTORY": "0",
        }  # fmt: skip
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "jietong", "serve", "-v"], env={**os.environ, **own}, stdout=log, stderr=log,
                stdin=subprocess.DEVNULL,
            )  # fmt: skip

    async def serving(self, within_s: float = 90) -> None:
        """Returns when it serves, with its telephones. Raises RuntimeError."""
        async with self._http() as http, asyncio.timeout(within_s):
            while True:
                if self.process.poll() is not None:
                    raise RuntimeError(f"the centre ended: {self.log.read_text()[-1500:]}")
                with contextlib.suppress(httpx.TransportError):
                    answer = await http.get("/healthz")
                    if answer.status_code == 200 and self.switch_pid is not None:
                        return
                await asyncio.sleep(0.1)

    @property
    def process(self) -> "subprocess.Popen[bytes]":
        assert self._process is not None
        return self._process

    @property
    def switch_pid(self) -> int | None:
        return running(Layout(self.home / "voice"))

    @property
    def sip(self) -> str:
        sockets = json.loads((self.home / "voice" / "sockets.json").read_text(encoding="utf-8"))
        return f"127.0.0.1:{sockets['sip']}"

    def kill(self) -> float:
        """SIGKILL; the instant, by `time.time`."""
        at = time.time()
        self.process.kill()
        self.process.wait()
        return at

    async def stop(self) -> None:
        """The centre, its database and its switch."""
        for desk in self._desks:
            desk.cancel()
        await asyncio.gather(*self._desks, return_exceptions=True)
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                await asyncio.to_thread(self._process.wait, 30)
            except subprocess.TimeoutExpired:
                self.kill()
        for _ in range(30):
            if self.switch_pid is None:
                break
            await asyncio.sleep(0.1)
        left = self.switch_pid
        if left is not None:  # with calls under way it outlives its controller
            with contextlib.suppress(ProcessLookupError):
                os.kill(left, signal.SIGKILL)

    def told(self, what: str, after: int = 0) -> list[dict[str, Any]]:
        """Lines of its log that say this, from this byte on."""
        with self.log.open("rb") as file:
            file.seek(after)
            text = file.read().decode(errors="replace")
        found = []
        for line in text.splitlines():
            if f'"{what}"' in line:
                with contextlib.suppress(json.JSONDecodeError):
                    found.append(json.loads(line))
        return found

    def complaints(self) -> dict[str, int]:
        """Warnings and errors in its log → how often."""
        counts: dict[str, int] = {}
        for level in ("warning", "error"):
            for line in self.told(level):
                name = f"{line.get('event')} {line.get('code', '')}".strip()
                counts[name] = counts.get(name, 0) + 1
        return counts

    # --- its set-up ------------------------------------------------------------------------------------------

    async def set_up(self, agents: int, numbers: list[str], network: str) -> list[tuple[str, str]]:
        """A line, a queue that records every call, a flow that leads to it at once, and so many agents with a SIP
        telephone each: their (extension, password)."""
        async with self._http() as http:
            login = {"login": "he.feng@hechuan.example", "password": "jietong-demo"}
            (await http.post("/api/session", json=login)).raise_for_status()
            http.headers["X-CSRF-Token"] = (await http.get("/api/session")).json()["csrf"]

            async def post(path: str, body: dict[str, Any]) -> dict[str, Any]:
                answer = await http.post(path, json=body)
                if answer.is_error:
                    raise RuntimeError(f"{path}: {answer.text[:300]}")
                found: dict[str, Any] = answer.json()
                return found

            recording = {"announce": False}
            queue = {
                "id": QUEUE, "name": names("Bench"), "client": "hechuan", "channels": ["voice"], "wrapup_s": 0,
                "offer_s": 30, "recording": recording,
            }  # fmt: skip
            await post("/api/queues", {"spec": queue})
            await post("/api/flows", {"document": FLOW})
            revision = (await http.get("/api/flows/bench")).json()["revision"]
            await post("/api/flows/bench/publish", {"revision": revision, "note": ""})
            trunk = {
                "id": TRUNK, "name": names("Bench"), "kind": "ip", "host": network, "port": 5999,
                "networks": [network], "channels": 400,
            }  # fmt: skip
            await post("/api/setup/trunks", {"spec": trunk})
            for number in numbers:
                spec = {"id": number, "name": names(number), "client": "hechuan", "flow": "bench"}
                await post("/api/setup/numbers", {"spec": spec})

            headers = {"X-Demo-Key": (self.home / "demo.key").read_text(encoding="utf-8").strip()}
            # Every fifth is a part-timer on standby, who is not offered anything without being called in.
            wanted = {"count": agents * 5 // 4 + 5}
            answer = (await http.post("/api/demo/agents", json=wanted, headers=headers)).raise_for_status()
            staff = [one for one in answer.json()["items"] if not one["part_time"]][:agents]
            logins = []
            for turn, one in enumerate(staff, 1):
                id = f"9{turn:03}"
                phone = {"id": id, "name": one["name"], "kind": "phone", "agent": one["agent"]}
                logins.append((id, (await post("/api/setup/extensions", {"spec": phone}))["password"]))
            self._staff = staff
            return logins

    # --- its agents ------------------------------------------------------------------------------------------

    async def open_desks(self, within_s: float = 60) -> None:
        """All sign in and are ready; returns when each can be rung. Desks that are cut off come back."""
        at_once = asyncio.Semaphore(16)
        self._desks = [asyncio.create_task(self._desk(one, at_once)) for one in self._staff]
        ends = time.monotonic() + within_s
        while len(self.ready) < len(self._staff):
            for desk in self._desks:
                if desk.done():
                    desk.result()  # a desk never ends by itself
            if time.monotonic() > ends:
                raise RuntimeError(f"{len(self.ready)} of {len(self._staff)} agents can be rung after {within_s:g} s")
            await asyncio.sleep(0.1)

    async def _desk(self, agent: dict[str, Any], at_once: asyncio.Semaphore) -> None:
        url = f"http://127.0.0.1:{self._port}"
        headers = {"Cookie": f"jt_session={agent['session']}", "Origin": url}
        keys = itertools.count(1)
        while True:
            with contextlib.suppress(OSError, websockets.WebSocketException, TimeoutError):
                async with at_once:
                    wire = await websockets.connect(
                        url.replace("http", "ws", 1) + "/ws/desk", additional_headers=headers, compression=None,
                        max_size=None, ping_interval=None, open_timeout=60,
                    )  # fmt: skip
                async with wire:
                    async for text in wire:
                        assert isinstance(text, str)
                        if '"device_why":' in text and self._look(agent["agent"], json.loads(text)) == "break":
                            status = {"type": "set_status", "status": "ready"}  # signed in now, and not ready yet
                            key = f"{agent['agent']}-{os.getpid()}-{next(keys)}"
                            await wire.send(json.dumps({"t": "cmd", "id": key, "cmd": status}))
            self.ready.discard(agent["agent"])
            await asyncio.sleep(0.2)

    def _look(self, agent: str, frame: dict[str, Any]) -> str | None:
        """The agent's status, if the frame tells it."""
        own = frame.get("state", frame.get("set", {})).get("me", {})
        views = {one["id"]: one for one in own} if isinstance(own, list) else own
        if agent not in views:
            return None
        view = views[agent]
        if view["device_why"] == "registered" and view["status"] == "ready":
            self.ready.add(agent)
        else:
            self.ready.discard(agent)
        status: str = view["status"]
        return status

    # --- its books -------------------------------------------------------------------------------------------

    async def outcomes(self, number: str) -> dict[str, int]:
        """How the contacts that came by this number ended; `open`: not yet."""
        rows = await self._rows(
            "SELECT coalesce(outcome, 'open') AS outcome, count(*) FROM contact WHERE entry = $1 GROUP BY 1", number
        )
        return {row["outcome"]: row["count"] for row in rows}

    async def recordings(self, number: str) -> dict[str, int]:
        """Of the calls to this number: `stored`, of them `heard`, with sound of both sides, and `lacking` a track."""
        rows = await self._rows(
            """
            SELECT r.id, cardinality(r.lacking) AS lacking, t.name, t.peaks
            FROM recording r JOIN contact c ON c.id = r.contact JOIN recording_track t ON t.recording = r.id
            WHERE c.entry = $1 AND r.state = 'stored'
            """,
            number,
        )
        loud: dict[str, set[str]] = {}
        for row in rows:
            loud.setdefault(row["id"], set())
            if max(row["peaks"], default=0) >= _LOUD:
                loud[row["id"]].add(row["name"])
        return {
            "stored": len(loud),
            "heard": sum(tracks >= {"customer", "agent"} for tracks in loud.values()),
            "lacking": len({row["id"] for row in rows if row["lacking"]}),
        }

    async def _rows(self, sql: str, *values: Any) -> list[Any]:
        database = Database(EmbeddedServer(self.home).dsn, size=1)
        try:
            async with database.read(ALL) as conn:
                return list(await conn.fetch(sql, *values))
        finally:
            await database.close()

    # --- what it costs ---------------------------------------------------------------------------------------

    def processes(self) -> dict[str, list[psutil.Process]]:
        """`centre`, `switch`, `database`."""
        own = psutil.Process(self.process.pid)
        switch = self.switch_pid
        family = [one for one in own.children(recursive=True) if one.pid != switch]
        return {
            "centre": [own],
            "switch": [psutil.Process(switch)] if switch is not None else [],
            "database": family,
        }

    def _http(self) -> httpx.AsyncClient:
        url = f"http://127.0.0.1:{self._port}"
        return httpx.AsyncClient(base_url=url, headers={"Origin": url}, timeout=120)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
