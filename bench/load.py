"""Load on a whole served centre: from the customer's message frame to the agent's offer frame, and memory.

    python -m bench.load [--desks 1000] [--rates 50,200] [--seconds 20] [--json]

A centre of its own is started (`jietong serve`, a folder of its own, its embedded PostgreSQL). Simulated agents
keep `--desks` desks open by /ws/desk in one process; customers come by /ws/chat from another, each a connection of
its own: hello, then `start` with the first words. What is timed is `start` leaving the customer until the frame that
shows the contact as offered has reached an agent's desk, on the machine's own monotonic clock. The agent accepts
at once, ends after two seconds and wraps up, so that the load is that of whole contacts. Server, database, and both
clients share the machine's cores.
"""

import argparse
import asyncio
import contextlib
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import uvloop
import websockets

TALK_S = 2.0
WIDGET = "repair"


# --- the desks' process --------------------------------------------------------------------------------------


class Desk:
    """Accepts at once, ends after a while, wraps up. Looks into a frame only where it names a contact."""

    def __init__(self, url: str, agent: dict[str, Any], offered: dict[str, float]) -> None:
        self._url = url
        self._agent = agent
        self._offered = offered
        self._n = 0

    async def work(self, ready: asyncio.Semaphore, opened: asyncio.Event) -> None:
        headers = {"Cookie": f"jt_session={self._agent['session']}", "Origin": self._url.replace("ws", "http", 1)}
        async with ready:
            socket = await websockets.connect(
                self._url + "/ws/desk", additional_headers=headers, compression=None, max_size=None,
                ping_interval=None, open_timeout=120,
            )  # fmt: skip
        self._socket = socket
        await self.command("set_status", status="ready")
        opened.set()
        async for text in socket:
            at = time.monotonic()
            assert isinstance(text, str)
            if '"place":"' not in text:
                continue
            frame = json.loads(text)
            if frame["t"] != "delta":
                continue
            for id, view in frame["set"].get("contacts", {}).items():
                if view["agent"] != self._agent["agent"]:
                    continue
                if view["place"] == "offer":
                    self._offered.setdefault(id, at)
                    await self.command("accept", contact=id)
                elif view["place"] == "talk" and view["last_message"] is not None:
                    asyncio.get_running_loop().call_later(
                        TALK_S, lambda id=id: asyncio.ensure_future(self.command("end", contact=id))
                    )
                elif view["place"] == "wrapup":
                    await self.command("finish_wrapup", contact=id, resolved=True)

    async def command(self, type: str, **fields: Any) -> None:
        self._n += 1
        with contextlib.suppress(websockets.ConnectionClosed):
            await self._socket.send(json.dumps({"t": "cmd", "id": f"b{self._n}", "cmd": {"type": type, **fields}}))


async def desks(url: str, agents: list[dict[str, Any]]) -> None:
    offered: dict[str, float] = {}
    at_once = asyncio.Semaphore(16)
    everyone = [Desk(url, agent, offered) for agent in agents]
    opened = [asyncio.Event() for _ in everyone]
    working = [asyncio.create_task(desk.work(at_once, event)) for desk, event in zip(everyone, opened, strict=True)]
    waiting = asyncio.ensure_future(asyncio.gather(*(event.wait() for event in opened)))
    await asyncio.wait({waiting, *working}, return_when=asyncio.FIRST_COMPLETED)
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    print(json.dumps(offered), flush=True)
    for task in working:
        task.cancel()


# --- the customers' process ----------------------------------------------------------------------------------


async def customer(url: str, key: str, sent: dict[str, float], tally: dict[str, int]) -> None:
    begun = None
    try:
        async with websockets.connect(
            url + "/ws/chat", compression=None, ping_interval=None, open_timeout=60
        ) as socket:
            await socket.send(json.dumps({"t": "hello", "widget": WIDGET, "token": None, "lang": "en", "demo": key}))
            while '"t":"welcome"' not in await socket.recv():
                pass
            phone = f"+861380{random.randrange(10**7):07}"
            begun = time.monotonic()
            await socket.send(
                json.dumps(
                    {"t": "start", "id": "s", "profile": {"name": "Load", "phone": phone}, "text": "My fridge"}
                )
            )
            async for text in socket:
                frame = json.loads(text)
                if frame["t"] == "ok" and frame["id"] == "s":
                    sent[frame["result"]["contact"]] = begun
                elif frame["t"] == "err":
                    tally[frame["problem"]["code"]] = tally.get(frame["problem"]["code"], 0) + 1
                    return
                elif frame["t"] == "state" and frame["state"]["place"] == "ended":
                    tally["ended"] = tally.get("ended", 0) + 1
                    return
    except (OSError, websockets.WebSocketException, TimeoutError) as error:
        name = type(error).__name__
        tally[name] = tally.get(name, 0) + 1


async def customers(url: str, key: str, rate: float, seconds: float) -> None:
    sent: dict[str, float] = {}
    tally: dict[str, int] = {}
    loop = asyncio.get_running_loop()
    tasks: set[asyncio.Task[None]] = set()
    chance = random.Random(7)
    begun = due = loop.time()
    while due < begun + seconds:
        due += chance.expovariate(rate)
        await asyncio.sleep(max(0.0, due - loop.time()))
        task = asyncio.create_task(customer(url, key, sent, tally))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
    arrived_in = loop.time() - begun
    await asyncio.wait(tasks, timeout=30) if tasks else None
    for task in tasks:
        task.cancel()
    print(json.dumps({"sent": sent, "tally": tally, "arrived_in_s": arrived_in}), flush=True)


# --- the whole -----------------------------------------------------------------------------------------------


@contextlib.contextmanager
def served() -> Iterator[tuple[str, str, psutil.Process]]:
    """A centre of its own: URL, demonstration key, server process."""
    home = Path(tempfile.mkdtemp(prefix="jietong-load-", dir="/tmp"))
    home.chmod(0o711)
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = os.environ | {"JIETONG_HOME": str(home), "JIETONG_PORT": str(port), "JIETONG_DEMO_HISTORY": "0"}
    server = subprocess.Popen([sys.executable, "-m", "jietong", "serve"], env=env, stdout=subprocess.DEVNULL)
    try:
        url = f"http://127.0.0.1:{port}"
        for _ in range(600):
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(url + "/healthz").status_code == 200:
                    break
            if server.poll() is not None:
                raise SystemExit("the server did not start")
            time.sleep(0.1)
        yield url, (home / "demo.key").read_text().strip(), psutil.Process(server.pid)
    finally:
        server.terminate()
        try:
            server.wait(30)
        except subprocess.TimeoutExpired:
            server.kill()
        shutil.rmtree(home, ignore_errors=True)


def memory(server: psutil.Process) -> dict[str, float]:
    """Proportional set size in MB: shared pages of the database's processes are counted once."""
    family = [server, *server.children(recursive=True)]
    sizes = {process.pid: process.memory_full_info().pss / 1e6 for process in family if process.is_running()}
    own = sizes.pop(server.pid)
    return {
        "server_mb": round(own),
        "database_mb": round(sum(sizes.values())),
        "all_mb": round(own + sum(sizes.values())),
    }


def child(*args: str, stdin: int | None = None) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "bench.load", *args], stdin=stdin, stdout=subprocess.PIPE, text=True
    )


def quantile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def measure(count: int, rates: list[float], seconds: float) -> dict[str, Any]:
    with served() as (url, key, server):
        result: dict[str, Any] = {
            "cores": os.cpu_count(),
            "load_average": os.getloadavg()[0],
            "desks": count,
            "memory_idle": memory(server),
        }
        socket = url.replace("http", "ws", 1)
        begun = time.monotonic()
        answer = httpx.post(
            url + "/api/demo/agents", json={"count": count}, headers={"X-Demo-Key": key}, timeout=600
        ).raise_for_status()
        result["agents_made_s"] = round(time.monotonic() - begun, 1)
        begun = time.monotonic()
        working = child("--role", "desks", "--url", socket, stdin=subprocess.PIPE)
        assert working.stdin is not None
        assert working.stdout is not None
        working.stdin.write(json.dumps(answer.json()["items"]) + "\n")
        working.stdin.flush()
        assert working.stdout.readline().strip() == "ready", "not every desk could be opened"
        result["desks_opened_s"] = round(time.monotonic() - begun, 1)
        time.sleep(5)
        result["memory_with_desks"] = memory(server)
        runs = []
        for rate in rates:
            cpu = server.cpu_times()
            begun = time.monotonic()
            coming = child("--role", "customers", "--url", socket, "--key", key, "--rate", str(rate),
                           "--seconds", str(seconds))  # fmt: skip
            out, _ = coming.communicate()
            lasted = time.monotonic() - begun
            spent = server.cpu_times()
            report = json.loads(out)
            report["rate"] = rate
            report["server_cpu"] = round((spent.user + spent.system - cpu.user - cpu.system) / lasted, 2)
            runs.append(report)
            time.sleep(3)
        result["memory_after"] = memory(server)
        working.stdin.write("\n")
        working.stdin.flush()
        offered: dict[str, float] = json.loads(working.stdout.readline())
        working.wait(30)
        result["runs"] = [summary(report, offered) for report in runs]
    return result


def summary(report: dict[str, Any], offered: dict[str, float]) -> dict[str, Any]:
    sent: dict[str, float] = report["sent"]
    waits = [(offered[id] - at) * 1000 for id, at in sent.items() if id in offered]
    return {
        "rate_per_s": report["rate"],
        "reached_per_s": round(len(sent) / report["arrived_in_s"], 1),
        "contacts": len(sent),
        "offered": len(waits),
        "p50_ms": round(statistics.median(waits), 1) if waits else None,
        "p99_ms": round(quantile(waits, 0.99), 1) if waits else None,
        "max_ms": round(max(waits), 1) if waits else None,
        "server_cpu": report["server_cpu"],
        "tally": report["tally"],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--desks", type=int, default=1000)
    parser.add_argument("--rates", default="50,200")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--role", choices=("desks", "customers"), help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    parser.add_argument("--key", help=argparse.SUPPRESS)
    parser.add_argument("--rate", type=float, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.role == "desks":
        uvloop.run(desks(args.url, json.loads(sys.stdin.readline())))
    elif args.role == "customers":
        uvloop.run(customers(args.url, args.key, args.rate, args.seconds))
    else:
        result = measure(args.desks, [float(rate) for rate in args.rates.split(",")], args.seconds)
        print(json.dumps(result, indent=None if args.json else 2))


if __name__ == "__main__":
    main()
