"""A past for the demonstration centre: made-up days that look like real ones, by seed, in by way of the import.

Customers come by the hour and the weekday, wait for the agents who are on duty, give up when it takes too long, are
turned away when too many wait. Now and then a Monday goes wrong: lines are down, and twice as many call.
"""

import csv
import heapq
import random
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from jietong.core.clock import Clock, to_datetime
from jietong.core.days import local_day
from jietong.core.vocabulary import Ms
from jietong.db.pool import Database
from jietong.imports import contacts, source
from jietong.imports.contact_rows import COLUMNS
from jietong.imports.model import Counts
from jietong.imports.places import place_of, zone_of
from jietong.imports.rejects import Rejects
from jietong.imports.writer import File

SITE = "main"
DAYS = 90
BAD_EVERY = 6  # weeks
_CUSTOMERS = 2_500
_WEEK = (1.2, 1.05, 1.0, 0.97, 1.0, 0.8, 0.7)  # Monday first
_DAY = (
    0.05, 0.03, 0.02, 0.02, 0.02, 0.05, 0.15, 0.4, 0.9, 1.4, 1.5, 1.25,
    0.9, 0.95, 1.25, 1.3, 1.15, 1.0, 0.9, 0.95, 0.85, 0.6, 0.3, 0.1,
)  # fmt: skip
"""How many come in an hour, by the mean hour of the day."""


@dataclass(frozen=True)
class Line:
    """A queue of the demonstration centre: who comes, who serves. Times in seconds."""

    queue: str
    open: tuple[int, int]  # hours of the day
    per_hour: float
    talk: float
    wrapup: float
    agents: tuple[tuple[str, int, int], ...]  # on duty from, until
    reasons: tuple[str, ...]
    most_waiting: int


LINES = (
    Line(
        "repair", (0, 24), 15, 270, 40,
        (
            ("lin.xiao", 8, 17), ("chen.yu", 8, 17), ("zhao.min", 9, 18), ("he.jing", 9, 18), ("deng.hui", 13, 22),
            ("gao.jun", 17, 24), ("ma.chao", 0, 9),
        ),
        ("fault-cooling", "fault-leak", "fault-code", "fault-noise", "visit", "warranty", "complaint"), 4,
    ),
    Line(
        "returns", (8, 20), 6, 330, 70, (("sun.lei", 8, 17), ("pan.yi", 9, 20), ("xie.min", 13, 20)),
        ("return", "refund", "complaint", "invoice"), 3,
    ),
    Line(
        "orders", (8, 22), 10, 200, 30,
        (("tang.wei", 8, 17), ("xu.na", 8, 17), ("kong.li", 12, 22), ("shi.wen", 15, 22)),
        ("delivery", "order", "invoice", "question"), 3,
    ),
)  # fmt: skip


async def make(
    database: Database,
    clock: Clock,
    days: int = DAYS,
    seed: int = 1,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Counts:
    """The last `days` whole days. Made again, on another day too, it adds the days that are missing."""
    zone = await zone_of(database, SITE, None)
    place = await place_of(database, SITE, simulated=True)
    with tempfile.TemporaryDirectory(prefix="jietong-demo-") as folder:
        path = Path(folder) / "demonstration.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            for day in past_days(clock.now(), zone, days):
                writer.writerows(rows(day, seed))
        about = File("contacts", path.name, source.digest(path), zone, "jietong demo")
        with Rejects(path.with_suffix(".rejects.csv")) as log:
            done = await contacts.run(database, path, about, place, log, clock, progress=progress)
    return done.counts


def past_days(now: Ms, zone: str, days: int) -> Iterator[date]:
    """The last whole local days before `now`, earliest first."""
    today = to_datetime(local_day(now, zone).start + 43_200_000).date()  # noon is in the same day everywhere near
    for ago in range(days, 0, -1):
        yield today - timedelta(days=ago)


def rows(day: date, seed: int) -> list[list[str]]:
    """The contacts of a day, as a file of contacts has them. The same day and seed, the same contacts, whenever."""
    bad = day.weekday() == 0 and day.isocalendar().week % BAD_EVERY == 0
    out = []
    for line in LINES:
        own = int.from_bytes(sha256(f"{seed} {day} {line.queue}".encode()).digest()[:8])
        out += _Day(day, line, random.Random(own), bad=bad).rows()
    out.sort(key=lambda row: row[5])
    return out


class _Day:
    """One queue on one day: first come first served by whoever is free. Times in seconds after midnight."""

    def __init__(self, day: date, line: Line, chance: random.Random, *, bad: bool) -> None:
        self._midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - local time of the file
        self._line = line
        self._r = chance
        self._bad = bad
        self._id = f"demo-{day:%Y%m%d}-{line.queue}"
        free = [(start * 3600.0, name, end * 3600.0) for name, start, end in line.agents]
        heapq.heapify(free)
        self._free = free
        self._waiting: list[float] = []  # when each who waits will stop waiting
        self._n = 0

    def rows(self) -> list[list[str]]:
        return [self._contact(at) for at in self._arrivals()]

    def _arrivals(self) -> Iterator[float]:
        start, end = self._line.open
        scale = self._line.per_hour * _WEEK[self._midnight.weekday()] * self._r.uniform(0.88, 1.12)
        scale *= 1.9 if self._bad else 1.0
        at = start * 3600.0
        highest = scale * max(_DAY)
        while True:
            at += self._r.expovariate(highest / 3600)
            if at >= end * 3600:
                return
            hour = at / 3600 - 0.5
            low, share = int(hour // 1), hour % 1
            rate = scale * (_DAY[low % 24] * (1 - share) + _DAY[(low + 1) % 24] * share)
            if self._r.random() * highest < rate:
                yield at

    def _contact(self, at: float) -> list[str]:
        r, line = self._r, self._line
        self._n += 1
        voice = r.random() < 0.78
        base = {
            "contact_id": f"{self._id}-{self._n:04}",
            "channel": "voice" if voice else "chat",
            "queue": line.queue,
            "entry": "4008210000" if voice else line.queue,
            "arrived_at": self._at(at),
            "customer": f"demo-{r.randrange(_CUSTOMERS)}",
        }
        said = {**base, **self._course(at, voice=voice)}
        return [said.get(name, "") for name in COLUMNS]

    def _course(self, at: float, *, voice: bool) -> dict[str, str]:
        r, line = self._r, self._line
        self._waiting = [until for until in self._waiting if until > at]
        most = line.most_waiting // 2 if self._bad else line.most_waiting
        if len(self._waiting) >= most:
            return {"outcome": "blocked", "ended_at": self._at(at)}
        into = at + (r.uniform(6, 25) if voice else r.uniform(0, 2))
        if voice and r.random() < 0.035:
            return {"outcome": "lost_in_flow", "ended_at": self._at(into)}
        agent, ready = self._next_agent(into)
        patience = into + (r.uniform(2, 5) if r.random() < 0.03 else r.expovariate(1 / 140))
        answered = None if agent is None else max(into, ready) + r.uniform(2, 9)
        if answered is None or answered > patience:
            if agent is not None:
                heapq.heappush(self._free, (ready, agent[0], agent[1]))
            self._waiting.append(patience)
            if voice and patience - into > 60 and r.random() < 0.15:
                return {"outcome": r.choice(["voicemail", "callback"]), "ended_at": self._at(patience)}
            return {
                "outcome": "abandoned", "entered_queue_at": self._at(into), "ended_at": self._at(patience),
            }  # fmt: skip
        assert agent is not None
        self._waiting.append(answered)
        talk = max(15.0, r.gammavariate(2.4, line.talk / 2.4))
        hold = r.uniform(10, min(90, talk)) if talk > 60 and r.random() < 0.12 else 0.0
        wrapup = r.gammavariate(2, line.wrapup / 2)
        over = answered + talk
        heapq.heappush(self._free, (over + wrapup, agent[0], agent[1]))
        return {
            "outcome": "answered",
            "entered_queue_at": self._at(into),
            "answered_at": self._at(answered),
            "ended_at": self._at(over),
            "agent": agent[0],
            "hold_s": f"{int(hold)}",
            "wrapup_s": f"{int(wrapup)}",
            "reason": r.choices(line.reasons, range(len(line.reasons), 0, -1))[0],
        }

    def _next_agent(self, at: float) -> tuple[tuple[str, float] | None, float]:
        """Who is free first, and when; nobody where all have gone home."""
        while self._free:
            ready, name, until = heapq.heappop(self._free)
            if max(ready, at) < until:
                return (name, until), ready
        return None, at

    def _at(self, seconds: float) -> str:
        return (self._midnight + timedelta(seconds=int(seconds))).isoformat()
