"""A centre with two clients and seven weeks of contacts whose law is known, and programs of several roles that ask.

`repair` has about 60 contacts a weekday (Mondays half as many again) and 20 a day at weekends, from nine to five;
`visa` is another client's; `fresh` has never had one.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import numpy as np

from jietong.contacts import store as contacts
from jietong.contacts.model import End, Kind, Segment
from jietong.contacts.record import ContactRecord
from jietong.core.clock import ManualClock, to_ms
from jietong.core.specs import ClientSpec, Names, QueueSpec, SiteSpec
from jietong.core.vocabulary import Channel, Ms
from jietong.db.pool import ALL, Database
from jietong.identity.model import SYSTEM
from jietong.identity.permissions import Role
from jietong.identity.tokens import make_token
from jietong.routing import store as setup
from jietong.workforce.forecast.service import Forecasts

ZONE = "Asia/Shanghai"
SITE = SiteSpec(zone=ZONE, region="CN")
TODAY = date(2026, 7, 15)  # a Wednesday
DAYS = 49
QUEUES = {"repair": "hechuan", "visa": "lanyue", "fresh": "hechuan"}
AHT_S = 300


@dataclass(frozen=True)
class Centre:
    """`program(role, client)` asks over HTTP as a program of that role."""

    database: Database
    clock: ManualClock
    forecasts: Forecasts
    app: object

    async def program(self, role: Role, client: str | None = None) -> httpx.AsyncClient:
        async with self.database.transaction(ALL) as conn:
            _, secret = await make_token(
                conn, name=f"{role} {client}", roles=frozenset({role}),
                clients=None if client is None else (client,), days=30, by=SYSTEM, now=self.clock.now(),
            )  # fmt: skip
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app),  # type: ignore[arg-type]
            base_url="http://centre",
            headers={"Authorization": f"Bearer {secret}"},
            timeout=60,
        )


def at(day: date, hour: float = 0.0) -> Ms:
    return to_ms(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(ZONE))) + round(hour * 3_600_000)


async def set_up(database: Database) -> None:
    specs: list[tuple[setup.Kind, object, str]] = [
        (setup.Kind.CLIENT, ClientSpec(one, named(one)), one) for one in sorted(set(QUEUES.values()))
    ]
    specs += [
        (setup.Kind.QUEUE, QueueSpec(queue, named(queue), client, (Channel.VOICE,)), queue)
        for queue, client in QUEUES.items()
    ]
    async with database.transaction(ALL) as conn:
        for kind, spec, id in specs:
            write = setup.upsert(kind, spec, id, 1, at(TODAY), "test")  # type: ignore[arg-type]
            await conn.execute(write.sql, *write.args)


async def contacts_of(database: Database, days: list[date], *, queue: str = "repair", times: float = 1.0) -> int:
    """Writes the contacts of these days; gives how many reached the queue. One in ten is turned away before."""
    chance = np.random.default_rng([days[0].toordinal(), len(days), len(queue)])
    segments: list[Segment] = []
    number = 0
    for day in days:
        usual = 20 if day.weekday() >= 5 else 90 if day.weekday() == 0 else 60
        for n in range(int(chance.poisson(usual * times))):
            arrived = at(day, 9 + 8 * chance.beta(2, 2))
            blocked = bool(chance.random() < 0.1)
            number += not blocked
            segments += _contact(f"{queue}-{day}-{times}-{n:04d}", arrived, queue, blocked=blocked)
    async with database.transaction(ALL) as conn:
        await contacts.save_contacts(conn, [_record(one) for one in segments if one.n == 1])
        await contacts.save_segments(conn, segments, "main")
    return number


def before(day: date, number: int) -> list[date]:
    return [day - timedelta(days=back) for back in range(number, 0, -1)]


def named(text: str) -> Names:
    return {"zh-Hans": text, "zh-Hant": text, "en": text}


def _contact(id: str, arrived: Ms, queue: str, *, blocked: bool) -> list[Segment]:
    client, entry = QUEUES[queue], f"400-{queue}"

    def part(n: int, kind: Kind, start: Ms, **more: Any) -> Segment:
        return Segment(id, n, kind, start, client=client, channel=Channel.VOICE, entry=entry, arrived=arrived, **more)

    if blocked:
        return [part(1, Kind.ENTRY, arrived, end=arrived, outcome=End.BLOCKED)]
    answered = arrived + 5_000
    return [
        part(1, Kind.ENTRY, arrived, queue=queue, end=arrived, outcome=End.ADMITTED),
        part(2, Kind.QUEUE, arrived, queue=queue, agent="a1", since=arrived, target_ms=20_000, short_ms=5_000,
             end=answered, outcome=End.ANSWERED, wait_ms=5_000, cause="arrival"),
        part(3, Kind.HANDLING, answered, queue=queue, agent="a1", end=answered + AHT_S * 1000, outcome=End.ENDED,
             talk_ms=(AHT_S - 30) * 1000, hold_ms=0, wrapup_ms=30_000),
    ]  # fmt: skip


def _record(one: Segment) -> contacts.Stored:
    record = ContactRecord(
        id=one.contact, client=one.client, customer=None, channel=one.channel, entry=one.entry, language="zh-Hans",
        simulated=False, arrived=one.arrived, ended=one.arrived, queue=one.queue,
        queues=(one.queue,) if one.queue else (), agent=None, agents=(), outcome=None, ended_by=None, reason=None,
        resolved=None, csat=None, wait_ms=0, talk_ms=0, hold_ms=0, wrapup_ms=0, transfers=0, missed=0, messages=0,
        busy=False,
    )  # fmt: skip
    return contacts.Stored(record, "main", 0, None)
