"""HTTP: simulated agents for `jietong demo`, on a demonstration centre only and for the holder of its key.

They are accounts like any other, marked as demonstration accounts, without a password: nobody can sign in as one.
The simulation is given a session for each instead.
"""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request
from pydantic import BaseModel, Field

from jietong.channels.webchat.service import WebChat
from jietong.core.commands import ConfigureAgent
from jietong.core.errors import Forbidden
from jietong.core.specs import AgentSkill, AgentSpec, Capacity
from jietong.core.vocabulary import Employment, Ms
from jietong.db.pool import ALL
from jietong.identity import sessions
from jietong.identity.http import clock, database, inbox, public, source_of, state
from jietong.identity.permissions import Role
from jietong.identity.service import AccountFields, add_account
from jietong.routing.store import Kind, ids, upsert

router = APIRouter(tags=["demonstration"])

TEAM = "模拟 Simulation"
YEAR: Ms = 365 * 86_400_000


class Wanted(BaseModel):
    count: int = Field(ge=0, le=5000)


class SimulatedAgent(BaseModel):
    """`session` goes into the cookie `jt_session`."""

    agent: str
    name: str
    part_time: bool
    session: str
    csrf: str


class SimulatedAgents(BaseModel):
    items: list[SimulatedAgent]


@router.post(
    "/agents",
    dependencies=[Depends(public("the demonstration key is checked within; without one there is nothing to open"))],
)
async def simulated_agents(
    wanted: Wanted, request: Request, x_demo_key: Annotated[str | None, Header(max_length=128)] = None
) -> SimulatedAgents:
    """The first `count` simulated agents, made where they do not exist, each with a fresh session."""
    web: WebChat = state(request, "webchat")
    if not web.is_demo(x_demo_key):
        raise Forbidden("demo_key", "Simulated agents need the demonstration key: `demo.key` in JIETONG_HOME.")
    now = clock(request).now()
    skills = await _skills(request)
    specs = [agent(number, skills, now) for number in range(1, wanted.count + 1)]
    async with database(request).read(ALL) as conn:
        known = await ids(conn, Kind.AGENT, [spec.id for spec in specs])
    await asyncio.gather(
        *(
            inbox(request).submit(ConfigureAgent(spec), writes=[upsert(Kind.AGENT, spec, spec.id, 1, now, TEAM)])
            for spec in specs
            if spec.id not in known
        )
    )
    return SimulatedAgents(items=[await _open(request, spec, now) for spec in specs])


def agent(number: int, skills: list[str], now: Ms) -> AgentSpec:
    """One skill well, the next one a little; every fifth is a part-timer on standby."""
    main, other = (skills[number % len(skills)], skills[(number + 1) % len(skills)]) if skills else ("", "")
    levels = {main: 4, other: 2} if skills else {}
    return AgentSpec(
        id=f"sim-{number:04}",
        name=f"模拟座席 {number:02}",
        employment=Employment.PART_TIME if number % 5 == 0 else Employment.FULL_TIME,
        team=TEAM,
        skills=tuple(AgentSkill(skill, level, certified_until=now + YEAR) for skill, level in levels.items()),
        capacity=Capacity(text=3),
    )


async def _skills(request: Request) -> list[str]:
    """The skills that queues ask for."""
    async with database(request).read(ALL) as conn:
        rows = await conn.fetch(
            """
            SELECT DISTINCT need ->> 'skill' AS skill
            FROM setup_document, jsonb_array_elements(spec -> 'requires') AS need
            WHERE kind = $1 AND (spec ->> 'active')::boolean ORDER BY 1
            """,
            Kind.QUEUE,
        )
    return [row["skill"] for row in rows]


async def _open(request: Request, spec: AgentSpec, now: Ms) -> SimulatedAgent:
    async with database(request).transaction(ALL) as conn:
        account = await conn.fetchval("SELECT id FROM account WHERE agent_id = $1", spec.id)
        if account is None:
            fields = AccountFields(f"{spec.id}@simulation.example", spec.name, frozenset({Role.ANSWERER}))
            account = (await add_account(conn, fields, now=now, password=None, agent_id=spec.id, demo=True)).id
        _, secret = await sessions.open_session(conn, account, source_of(request), now=now)
    return SimulatedAgent(
        agent=spec.id,
        name=spec.name,
        part_time=spec.employment is Employment.PART_TIME,
        session=secret,
        csrf=sessions.csrf_of(secret),
    )
