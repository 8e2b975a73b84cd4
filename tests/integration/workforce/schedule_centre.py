"""A small centre with its writer and schedules, on a clock set by hand: Tuesday 14 July 2026, 10:00."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jietong.core.clock import ManualClock
from jietong.core.days import Span
from jietong.core.events import PlannedSpan
from jietong.core.specs import (
    AgentSkill,
    AgentSpec,
    ClientSpec,
    Names,
    QueueSpec,
    SiteSpec,
    SkillNeed,
    SkillSpec,
)
from jietong.core.vocabulary import Activity, Channel, Employment, Ms
from jietong.db.pool import ALL, Database
from jietong.identity.model import Principal
from jietong.identity.permissions import ROLES, Role
from jietong.routing.engine import Engine
from jietong.routing.runtime import Plan, Runtime
from jietong.routing.store import Kind, upsert
from jietong.workforce.model import Load
from jietong.workforce.schedule import documents, store
from jietong.workforce.schedule.drafts import Based
from jietong.workforce.schedule.model import at_wall
from jietong.workforce.schedule.rules import edits as e
from jietong.workforce.schedule.service import Schedules

ZONE = "Asia/Shanghai"
NOW: Ms = 1_783_994_400_000
A = Activity


@dataclass
class ScheduleCentre:
    database: Database
    runtime: Runtime[Engine]
    clock: ManualClock
    schedules: Schedules

    async def publish(self, *days: tuple[str, str, Sequence[PlannedSpan]], by: Principal | None = None) -> Any:
        """A draft of these days (agent, day, spans), published; gives the publication."""
        by = by or planner()
        drafts = self.schedules.drafts
        first, last = min(day for _, day, _ in days), max(day for _, day, _ in days)
        made = await drafts.create(by, first, last)
        puts = [Based(e.Put(agent, day, tuple(spans))) for agent, day, spans in days]
        edited = await drafts.edit(by, made["id"], puts)
        return await self.schedules.publishing.publish(by, made["id"], edited["rev"])

    async def set_up(self, kind: str, spec: Any) -> None:
        async with self.database.transaction(ALL) as conn:
            version = await conn.fetchval(
                "SELECT version FROM planning_document WHERE kind = $1 AND id = $2", kind, spec.id
            )
            await documents.write(conn, kind, spec, version, self.clock.now(), "test")

    async def rows(self, table: str) -> int:
        async with self.database.read(ALL) as conn:
            n: int = await conn.fetchval(f"SELECT count(*) FROM {table}")
            return n

    async def day(self, agent: str, day: str) -> tuple[PlannedSpan, ...]:
        async with self.database.read(ALL) as conn:
            found = await store.published(conn, "main", day, day, [agent])
        return found[agent, day].spans if (agent, day) in found else ()


class SteadyLoads:
    """So many contacts in each quarter of an hour from eight to eight."""

    def __init__(self, calls: float = 8.0, aht_s: float = 300.0) -> None:
        self.calls, self.aht_s = calls, aht_s

    async def latest_load(self, queue: str, span: Span) -> Load | None:
        n = (span.end - span.start) // 900_000
        calls = tuple(self.calls if 32 <= i % 96 < 80 else 0.0 for i in range(n))
        return Load(queue, span.start, 900, calls, (self.aht_s,) * n)


def person(login: str, *roles: Role, agent: str | None = None, clients: tuple[str, ...] | None = None) -> Principal:
    permissions = frozenset().union(*(ROLES[role] for role in roles))
    return Principal(login, login, login.title(), frozenset(roles), permissions, clients, agent)


def planner(login: str = "gu.ming", clients: tuple[str, ...] | None = None) -> Principal:
    return person(login, Role.PLANNER, clients=clients)


def supervisor() -> Principal:
    return person("zhou.xin", Role.SUPERVISOR, agent="zhou.xin")


def agent(login: str) -> Principal:
    return person(login, Role.ANSWERER, agent=login)


def at(day: str, wall: str) -> Ms:
    hour, minute = wall.split(":")
    return at_wall(day, int(hour) * 60 + int(minute), ZONE)


def span(day: str, start: str, end: str, activity: Activity = A.WORK, **more: bool) -> PlannedSpan:
    return PlannedSpan(at(day, start), at(day, end), activity, **more)


def shift(day: str, start: int = 9, *, training: bool = False) -> tuple[PlannedSpan, ...]:
    """Nine hours from `start` with a meal of one hour and breaks by the rules."""
    h = start
    spans = [
        span(day, f"{h}:00", f"{h + 2}:00"), span(day, f"{h + 2}:00", f"{h + 2}:15", A.BREAK),
        span(day, f"{h + 2}:15", f"{h + 4}:00"), span(day, f"{h + 4}:00", f"{h + 5}:00", A.MEAL, paid=False),
        span(day, f"{h + 5}:00", f"{h + 7}:00"), span(day, f"{h + 7}:00", f"{h + 7}:15", A.BREAK),
        span(day, f"{h + 7}:15", f"{h + 9}:00"),
    ]  # fmt: skip
    if training:
        spans.append(span(day, f"{h + 8}:00", f"{h + 8}:30", A.TRAINING))
    return e.normal(spans)


def names(text: str) -> Names:
    return {"zh-Hans": text, "zh-Hant": text, "en": text}


PEOPLE: dict[str, tuple[str, ...]] = {
    "lin.xiao": ("repair", "delivery", "refund"),
    "chen.yu": ("repair",),
    "zhao.min": ("repair", "refund"),
    "he.jing": ("repair", "delivery"),
    "sun.lei": ("refund",),
    "tang.wei": ("delivery",),
    "xie.min": ("repair", "refund"),
    "gao.jun": ("repair",),
}
PART_TIME = ("xie.min", "gao.jun")


def set_up() -> list[tuple[Kind, Any]]:
    """Three queues of two clients; a skill that asks for a certificate; six full-timers and two part-timers."""
    out: list[tuple[Kind, Any]] = [(Kind.SITE, SiteSpec(zone=ZONE))]
    out += [(Kind.CLIENT, ClientSpec(id, names(id))) for id in ("hechuan", "hechuan-mall")]
    out += [(Kind.SKILL, SkillSpec(id, names(id), id == "repair")) for id in ("repair", "refund", "delivery")]
    for id, skill, client in (
        ("repair", "repair", "hechuan"),
        ("returns", "refund", "hechuan"),
        ("orders", "delivery", "hechuan-mall"),
    ):
        need = (SkillNeed(skill, 2),)
        out.append((Kind.QUEUE, QueueSpec(id, names(id), client, (Channel.VOICE,), requires=need)))
    for id, skills in PEOPLE.items():
        held = tuple(AgentSkill(s, 3, NOW + 365 * 86_400_000 if s == "repair" else None) for s in skills)
        employment = Employment.PART_TIME if id in PART_TIME else Employment.FULL_TIME
        out.append((Kind.AGENT, AgentSpec(id, id.title(), employment, skills=held)))
    return out


@asynccontextmanager
async def schedule_centre(database: Database, home: Path | None = None, **more: Any) -> AsyncIterator[ScheduleCentre]:
    clock = ManualClock(NOW)
    async with database.transaction(ALL) as conn:
        for kind, spec in set_up():
            write = upsert(kind, spec, spec.id, 1, NOW, "test")
            await conn.execute(write.sql, *write.args)
    runtime: Runtime[Engine] = Runtime(database, "main", Plan(Engine, Engine.load), clock=clock)
    await runtime.start()
    await runtime.wait_active(20)
    try:
        site = SiteSpec(zone=ZONE)
        yield ScheduleCentre(database, runtime, clock, Schedules(database, runtime, clock, lambda: site, **more))
    finally:
        await runtime.stop()
