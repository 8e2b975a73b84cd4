"""A centre with two clients and ten days of facts, made by a seed, and programs of several roles that ask it."""

import random
from dataclasses import dataclass

import httpx

from jietong.contacts import store as contacts
from jietong.contacts.model import AgentInterval, End, Kind, Segment
from jietong.contacts.record import ContactRecord
from jietong.core.clock import ManualClock
from jietong.core.days import day_of
from jietong.core.specs import AgentSpec, ClientSpec, QueueSpec, ReasonSpec
from jietong.core.vocabulary import Channel, Ms, State
from jietong.db.pool import ALL, Database
from jietong.identity.model import SYSTEM
from jietong.identity.permissions import Role
from jietong.identity.tokens import make_token
from jietong.metrics.history import reasons_of
from jietong.metrics.warehouse import Warehouse
from jietong.reports.service import Reports
from jietong.routing import store as setup

ZONE = "Asia/Shanghai"
OURS, THEIRS = "hechuan", "lanyue"
QUEUES = {"repair": OURS, "sales": OURS, "visa": THEIRS}
AGENTS = ("a1", "a2", "a3")
NAMES = {"repair": "报修", "sales": "销售", "visa": "=1+1签证"}  # a name that a spreadsheet would run


@dataclass(frozen=True)
class Centre:
    """`program(role, client)` asks over HTTP as a program of that role; None: nobody."""

    database: Database
    clock: ManualClock
    warehouse: Warehouse
    reports: Reports
    segments: list[Segment]
    intervals: list[AgentInterval]
    app: object

    async def program(self, role: Role | None, client: str | None = None) -> httpx.AsyncClient:
        headers = {}
        if role is not None:
            async with self.database.transaction(ALL) as conn:
                _, secret = await make_token(
                    conn,
                    name=f"{role} {client}",
                    roles=frozenset({role}),
                    clients=None if client is None else (client,),
                    days=30,
                    by=SYSTEM,
                    now=self.clock.now(),
                )
            headers["Authorization"] = f"Bearer {secret}"
        transport = httpx.ASGITransport(self.app)  # type: ignore[arg-type]
        return httpx.AsyncClient(transport=transport, base_url="http://centre", headers=headers, timeout=30)


async def set_up(database: Database, at: Ms) -> None:
    """Clients, queues, agents and reasons, as set-up keeps them."""
    specs: list[tuple[setup.Kind, object, str]] = [
        (setup.Kind.CLIENT, ClientSpec(one, three(one)), one) for one in (OURS, THEIRS)
    ]
    for queue, client in QUEUES.items():
        spec = QueueSpec(queue, three(NAMES[queue]), client, (Channel.VOICE,))
        specs.append((setup.Kind.QUEUE, spec, queue))
    specs += [(setup.Kind.AGENT, AgentSpec(one, f"坐席 {one}"), one) for one in AGENTS]
    specs += [(setup.Kind.REASON, ReasonSpec(one, "contact", three(one)), one) for one in ("broken", "price")]
    async with database.transaction(ALL) as conn:
        for kind, spec, id in specs:
            write = setup.upsert(kind, spec, id, 1, at, "test")  # type: ignore[arg-type]
            await conn.execute(write.sql, *write.args)


def facts(now: Ms, days: int = 10, seed: int = 7) -> tuple[list[Segment], list[AgentInterval]]:
    """Contacts and agents' time of the last `days` days up to `now`."""
    chance = random.Random(seed)
    segments: list[Segment] = []
    intervals: list[AgentInterval] = []
    for n in range(days * 25):
        arrived = now - chance.randrange(days * 86_400_000)
        queue = chance.choice(list(QUEUES))
        segments += _contact(chance, f"c{n:05d}", arrived, queue)
    for agent in AGENTS:
        at = now - days * 86_400_000
        while at < now:
            for state in (State.READY, State.TALKING, State.WRAPUP, State.BREAK):
                end = min(now, at + chance.randrange(600_000, 7_200_000))
                intervals.append(AgentInterval(agent, at, state, end=end))
                at = end
                if at >= now:
                    break
    return segments, intervals


def _contact(chance: random.Random, id: str, arrived: Ms, queue: str) -> list[Segment]:
    client, common = QUEUES[queue], {"channel": Channel.VOICE, "entry": "4001", "arrived": arrived}
    if chance.random() < 0.1:
        return [Segment(id, 1, Kind.ENTRY, arrived, client=client, end=arrived, outcome=End.BLOCKED, **common)]  # type: ignore[arg-type]
    entry = Segment(
        id,
        1,
        Kind.ENTRY,
        arrived,
        client=client,
        queue=queue,
        end=arrived,
        outcome=End.ADMITTED,
        **common,  # type: ignore[arg-type]
    )
    wait = round(chance.expovariate(1 / 15_000))
    gone = chance.random() < 0.12
    agent = None if gone else chance.choice(AGENTS)
    waited = Segment(
        id, 2, Kind.QUEUE, arrived, client=client, queue=queue, agent=agent, since=arrived, target_ms=20_000,
        short_ms=5_000, end=arrived + wait, outcome=End.ABANDONED if gone else End.ANSWERED, wait_ms=wait,
        cause="arrival", **common,  # type: ignore[arg-type]
    )  # fmt: skip
    if gone:
        return [entry, waited]
    start, talk, hold, wrap = arrived + wait, chance.randrange(30_000, 400_000), chance.choice((0, 0, 20_000)), 30_500
    handled = Segment(
        id, 3, Kind.HANDLING, start, client=client, queue=queue, agent=agent, end=start + talk + hold + wrap,
        outcome=End.TRANSFERRED if chance.random() < 0.1 else End.ENDED, talk_ms=talk, hold_ms=hold, wrapup_ms=wrap,
        holds=1 if hold else 0, reason=chance.choice(("broken", "price", None)), resolved=chance.random() < 0.8,
        **common,  # type: ignore[arg-type]
    )  # fmt: skip
    score = chance.choice((None, 1, 2, 3, 4, 5, 5))
    asked = Segment(
        id, 4, Kind.SURVEY, start + talk, client=client, queue=queue, agent=agent, end=start + talk + 1000,
        outcome=End.ANSWERED, score=score, **common,  # type: ignore[arg-type]
    )  # fmt: skip
    return [entry, waited, handled, asked]


async def write(database: Database, segments: list[Segment], intervals: list[AgentInterval]) -> None:
    async with database.transaction(ALL) as conn:
        await contacts.save_contacts(conn, _records(segments))
        await contacts.save_segments(conn, segments, "main")
        await contacts.save_intervals(
            conn, "main", [contacts.StoredInterval(n, one) for n, one in enumerate(intervals, 1)]
        )


def _records(segments: list[Segment]) -> list[contacts.Stored]:
    """Each contact's record: what it was about is known there alone."""
    reasons = reasons_of(segments)
    firsts = [one for one in segments if one.n == 1]
    return [
        contacts.Stored(
            ContactRecord(
                id=one.contact, client=one.client, customer=None, channel=one.channel, entry=one.entry,
                language="zh-Hans", simulated=False, arrived=one.arrived, ended=one.arrived, queue=one.queue,
                queues=(one.queue,) if one.queue else (), agent=None, agents=(), outcome=None, ended_by=None,
                reason=reasons.get(one.contact), resolved=None, csat=None, wait_ms=0, talk_ms=0, hold_ms=0,
                wrapup_ms=0, transfers=0, missed=0, messages=0, busy=False,
            ),
            "main",
            0,
            None,
        )
        for one in firsts
    ]  # fmt: skip


def noon(day: str) -> Ms:
    """Local noon of an ISO date in the centre's zone."""
    from datetime import date

    return day_of(date.fromisoformat(day), ZONE).start + 12 * 3_600_000


def three(text: str) -> dict[str, str]:
    return dict.fromkeys(("zh-Hans", "zh-Hant", "en"), text)
