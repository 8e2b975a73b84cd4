"""Telephone calls through a whole centre, beside the same calls through the switch's own app_queue.

    python -m bench.voice [--json] [--at-once 100] [--rates 1,5,20] [--seconds 10] [--hold 15] [--killed-with 50]

A centre of its own is started with its private Asterisk. SIPp plays the callers, who speak all the time, and the
agents' SIP telephones, which echo; every call is recorded (mix and both sides). Measured:

- calls at a steady rate with agents free: from the caller's answer to the ringing of the agent's telephone;
- many calls at once: how many fail, what they cost, and whether each recording is stored with both voices;
- the controller killed with SIGKILL among calls: until the next one has put them in order, and what the books say;
- the first two again, through the app_queue of an Asterisk of the same installation, with MixMonitor.

Where no Asterisk can be had, one line says so and there are no figures.
"""

import argparse
import asyncio
import json
import os
import shutil
import signal
import statistics
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import psutil

from bench import voice_crowd as crowd
from bench.load import quantile
from bench.voice_centre import Centre
from bench.voice_crowd import Crowd
from bench.voice_queue import NUMBER, QueueSwitch
from jietong.channels.asterisk.install import cache_folder, find, install
from jietong.channels.asterisk.installation import Installation, Program
from jietong.core.errors import Unavailable

TALK_S = 2.0  # of the calls that come at a steady rate
RAMP = 5.0  # calls a second, until all are there
SETTLE_S = 2.0
BOOKS_S = 40.0
"""So long after the last call its records and recordings may take."""
KILLED_HOLD_S = 30.0  # longer than a centre takes to be back
SPARE = 10  # more agents than calls

Processes = dict[str, list[psutil.Process]]
Cost = dict[str, float]


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def available() -> tuple[Installation, Program] | str:
    """Asterisk and SIPp, or why there are none."""
    folder = cache_folder(os.environ)
    found = find(folder)
    if found is None or found.sipp() is None:
        try:
            found = install(folder, report=say, with_tests=True)
        except Unavailable as error:
            return error.detail
    sipp = found.sipp()
    return (found, sipp) if sipp is not None else "SIPp could not be unpacked."


# --- what processes cost -----------------------------------------------------------------------------------------


def spent(processes: Processes) -> Cost:
    """Seconds of a core that each part has used so far."""
    found = {}
    for part, ones in processes.items():
        times = [one.cpu_times() for one in ones if one.is_running()]
        found[part] = sum(time.user + time.system for time in times)
    return found


def memory(processes: Processes) -> Cost:
    """MB; pages that processes share are counted once."""
    return {
        part: round(sum(one.memory_full_info().pss for one in ones if one.is_running()) / 1e6)
        for part, ones in processes.items()
    }


def since(before: Cost, after: Cost, by: float) -> Cost:
    return {part: round((after[part] - before[part]) / by, 6) for part in after}


# --- the same measurements for both ------------------------------------------------------------------------------


class Line:
    """Callers to one switch and the telephones that are rung there."""

    def __init__(self, folder: Path, sipp: Program, address: str, phones: Crowd, processes: Processes) -> None:
        self.phones = phones
        self.processes = processes
        self._folder = folder
        self._sipp = sipp
        self._address = address
        self._called = 0
        self._crowds: list[Crowd] = []

    def call(self, number: str, count: int, rate: float, hold_s: float) -> tuple[Crowd, range]:
        """The callers, and what their numbers end in."""
        first = self._called + 1
        self._called += count
        callers = crowd.callers(
            self._folder, self._sipp, self._address, number, first=first, count=count, rate=rate, hold_s=hold_s
        )
        self._crowds.append(callers)
        return callers, range(first, first + count)

    def end(self) -> None:
        for one in (*self._crowds, self.phones):
            one.end()

    async def at_rate(self, number: str, rate: float, seconds: float) -> dict[str, Any]:
        count = max(round(rate * seconds), 5)
        before = spent(self.processes)
        callers, _ = self.call(number, count, rate, TALK_S)
        await over(callers)
        after = spent(self.processes)
        sent, answered, done = (callers.instants(what) for what in ("sent", "answered", "done"))
        rang, up = self.phones.instants("rang"), self.phones.instants("up")
        waits = [(rang[who] - at) * 1000 for who, at in answered.items() if who in rang]
        whole = [(rang[who] - at) * 1000 for who, at in sent.items() if who in rang]
        return {
            "rate_per_s": rate,
            "calls": count,
            "failed": count - len(done.keys() & up.keys()),
            **{f"ring_{name}_ms": value for name, value in quantiles(waits).items()},
            "invite_to_ring_p50_ms": quantiles(whole)["p50"],
            "cpu_s_per_call": since(before, after, count),
            "trouble": callers.trouble,
        }

    async def at_once(self, number: str, count: int, hold_s: float) -> dict[str, Any]:
        """All at once for `hold_s`."""
        callers, whose = self.call(number, count, RAMP, count / RAMP + 3 * SETTLE_S + hold_s)
        await all_up(self.phones, callers, whose)
        await asyncio.sleep(SETTLE_S)
        before, began = spent(self.processes), time.monotonic()
        await asyncio.sleep(hold_s)
        lasted = time.monotonic() - began
        after, used = spent(self.processes), memory(self.processes)
        talking = len(self._up(whose)) - len(callers.instants("done"))
        await over(callers)
        done, up = callers.instants("done"), self._up(whose)
        return {
            "calls": count,
            "talking": talking,  # at the end of the measurement
            "failed": count - len(done.keys() & up),
            "cores": since(before, after, lasted),
            "core_share_per_call": since(before, after, lasted * count),
            "memory_mb": used,
            "trouble": callers.trouble,
        }

    def _up(self, whose: range) -> set[str]:
        return self.phones.instants("up").keys() & {f"{one:04}" for one in whose}


async def over(callers: Crowd) -> None:
    while callers.running:  # noqa: ASYNC110 - another process
        await asyncio.sleep(0.1)


async def all_up(phones: Crowd, callers: Crowd, whose: range, within_s: float = 45) -> None:
    """Returns when all of them talk, or no more come."""
    wanted, ends = {f"{one:04}" for one in whose}, time.monotonic() + within_s
    while not wanted <= phones.instants("up").keys() and callers.running and time.monotonic() < ends:  # noqa: ASYNC110
        await asyncio.sleep(0.2)


def quantiles(values: list[float]) -> dict[str, float | None]:
    if not values:
        return {"p50": None, "p99": None, "max": None}
    return {
        "p50": round(statistics.median(values), 2),
        "p99": round(quantile(values, 0.99), 2),
        "max": round(max(values), 2),
    }


# --- the centre --------------------------------------------------------------------------------------------------


async def of_centre(folder: Path, sipp: Program, asked: argparse.Namespace, rates: list[float]) -> dict[str, Any]:
    centre = Centre(folder / "centre")
    centre.home.mkdir(mode=0o711)
    by_rate = {rate: f"40010000{turn:02}" for turn, rate in enumerate(rates, 1)}
    together, killed = "4001000098", "4001000099"
    line: Line | None = None
    try:
        centre.start()
        await centre.serving()
        began = time.monotonic()
        agents = max(asked.at_once, asked.killed_with) + SPARE
        logins = await centre.set_up(agents, [*by_rate.values(), together, killed], crowd.LINE)
        say(f"centre set up with {agents} telephones in {time.monotonic() - began:.1f} s")
        phones = await asyncio.to_thread(crowd.telephones, folder, sipp, centre.sip, logins, "phones-centre")
        line = Line(folder, sipp, centre.sip, phones, centre.processes())
        await centre.open_desks()
        say("all agents are at their desks")
        found: dict[str, Any] = {"memory_idle_mb": memory(line.processes), "rates": []}
        for rate, number in by_rate.items():
            run = await line.at_rate(number, rate, asked.seconds)
            run["books"] = await books(centre, number, run["calls"])
            found["rates"].append(run)
            say(f"{rate:g}/s: {json.dumps(run)}")
        run = await line.at_once(together, asked.at_once, asked.hold)
        run["books"] = await books(centre, together, asked.at_once)
        found["at_once"] = run
        say(f"at once: {json.dumps(run)}")
        found["killed"] = await of_kill(centre, line, killed, asked.killed_with)
        say(f"killed: {json.dumps(found['killed'])}")
        found["complaints"] = centre.complaints()
        return found
    finally:
        if line is not None:
            line.end()
        await centre.stop()
        if asked.log is not None:
            await asyncio.to_thread(shutil.copy, centre.log, asked.log)


async def books(centre: Centre, number: str, calls: int) -> dict[str, Any]:
    """What the centre has of these calls in the end: how contacts ended, and their recordings."""
    ends = time.monotonic() + BOOKS_S
    while True:
        outcomes, recordings = await centre.outcomes(number), await centre.recordings(number)
        whole = outcomes == {"handled": calls} and recordings["heard"] == calls
        if whole or time.monotonic() > ends:
            return {"outcomes": outcomes, "recordings": recordings}
        await asyncio.sleep(0.5)


async def of_kill(centre: Centre, line: Line, number: str, count: int) -> dict[str, Any]:
    """The controller dies among calls; the next one is started in that instant."""
    callers, whose = line.call(number, count, RAMP, count / RAMP + SETTLE_S + KILLED_HOLD_S)
    await all_up(line.phones, callers, whose)
    await asyncio.sleep(SETTLE_S)
    mark = centre.log.stat().st_size
    at = await asyncio.to_thread(centre.kill)
    centre.start()
    told: list[dict[str, Any]] = []
    while not told and callers.running:
        await asyncio.sleep(0.1)
        told = centre.told("calls_reconciled", mark)
    await over(callers)
    up = line.phones.instants("up").keys() & {f"{one:04}" for one in whose}
    kept = await books(centre, number, count)
    return {
        "calls": count,
        "failed": count - len(callers.instants("done").keys() & up),
        "reconciled": told[0]["calls"] if told else 0,
        "reconciled_s": datetime.fromisoformat(told[0]["timestamp"]).timestamp() - at if told else None,
        "reconciling_ms": told[0]["ms"] if told else None,
        "books": kept,
        "trouble": callers.trouble,
    }


# --- the peer ----------------------------------------------------------------------------------------------------


async def of_queue(
    folder: Path, installation: Installation, sipp: Program, asked: argparse.Namespace, rates: list[float]
) -> dict[str, Any]:
    extensions = [f"9{turn:03}" for turn in range(1, asked.at_once + SPARE + 1)]
    with QueueSwitch(folder / "queue", installation, extensions) as peer:
        phones = await asyncio.to_thread(crowd.telephones, folder, sipp, peer.address, peer.logins(), "phones-queue")
        line = Line(folder / "queue", sipp, peer.address, phones, {"switch": [peer.process]})
        try:
            await asyncio.to_thread(peer.members_there, len(extensions))
            found: dict[str, Any] = {"rates": []}
            for rate in rates:
                run = await line.at_rate(NUMBER, rate, asked.seconds)
                found["rates"].append(run)
                say(f"app_queue, {rate:g}/s: {json.dumps(run)}")
            before = peer.recordings
            found["at_once"] = await line.at_once(NUMBER, asked.at_once, asked.hold)
            await asyncio.sleep(1)
            found["at_once"]["recordings"] = peer.recordings - before
            say(f"app_queue, at once: {json.dumps(found['at_once'])}")
            return found
        finally:
            line.end()


async def measure(installation: Installation, sipp: Program, asked: argparse.Namespace) -> dict[str, Any]:
    folder = Path(tempfile.mkdtemp(prefix="jietong-voice-", dir="/tmp"))
    folder.chmod(0o711)
    rates = [float(rate) for rate in asked.rates.split(",")]
    own = asyncio.current_task()
    if own is not None:  # what was started is ended, too, when this is ended
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, own.cancel)
    try:
        centre = await of_centre(folder, sipp, asked, rates)
        queue = await of_queue(folder, installation, sipp, asked, rates)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return {"cores": os.cpu_count(), "load_average": os.getloadavg()[0], "centre": centre, "app_queue": queue}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--at-once", type=int, default=100)
    parser.add_argument("--rates", default="1,5,20")
    parser.add_argument("--seconds", type=float, default=10, help="of each rate")
    parser.add_argument("--hold", type=float, default=12, help="seconds for which all calls are up")
    parser.add_argument("--killed-with", type=int, default=50, help="calls that are up when the controller is killed")
    parser.add_argument("--log", type=Path, help="where the centre's log is kept")
    asked = parser.parse_args()
    found = available()
    if isinstance(found, str):
        say(f"SKIPPED, NOT MEASURED: no Asterisk on this machine ({found})")
        print(json.dumps({"skipped": found}))
        return
    print(json.dumps(asyncio.run(measure(*found, asked)), indent=None if asked.json else 2))


if __name__ == "__main__":
    main()
