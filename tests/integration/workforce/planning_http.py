"""All planning routes over HTTP, in a small centre: programs of several roles, and agents with their own accounts."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI
from schedule_centre import NOW, ZONE, ScheduleCentre, SteadyLoads, set_up

from jietong.app.planning import Planning, planning
from jietong.config import Settings
from jietong.core.clock import ManualClock
from jietong.core.specs import SiteSpec
from jietong.db.pool import ALL, Database
from jietong.identity import sessions
from jietong.identity.model import SYSTEM, Source
from jietong.identity.permissions import Role
from jietong.identity.service import AccountFields, add_account
from jietong.identity.tokens import make_token
from jietong.metrics.attendance import Attendance
from jietong.metrics.warehouse import Warehouse
from jietong.routing.engine import Engine
from jietong.routing.runtime import Plan, Runtime
from jietong.routing.service import load_specs
from jietong.routing.store import upsert
from jietong.web.factory import Services, create_app
from jietong.workforce.day import routes as day_routes
from jietong.workforce.forecast import routes as forecast_routes
from jietong.workforce.jobs import routes as job_routes
from jietong.workforce.lab import routes as lab_routes
from jietong.workforce.schedule import routes as schedule_routes
from jietong.workforce.sizing import routes as sizing_routes

URL = "http://centre.test"


@dataclass
class PlanningCentre(ScheduleCentre):
    app: FastAPI
    plans: Planning
    attendance: Attendance
    stack: AsyncExitStack

    async def program(self, role: Role, clients: tuple[str, ...] | None = None) -> httpx.AsyncClient:
        async with self.database.transaction(ALL) as conn:
            _, secret = await make_token(
                conn, name=f"{role} {clients}", roles=frozenset({role}), clients=clients, days=30, by=SYSTEM,
                now=self.clock.now(),
            )  # fmt: skip
        return await self._client({"Authorization": f"Bearer {secret}"})

    async def person(self, agent: str, *roles: Role) -> httpx.AsyncClient:
        """The browser of this agent's account."""
        now = self.clock.now()
        async with self.database.transaction(ALL) as conn:
            fields = AccountFields(f"{agent}@centre.test", agent, frozenset(roles or {Role.ANSWERER}), None)
            account = await add_account(conn, fields, now=now, password="a long enough password", agent_id=agent)
            _, secret = await sessions.open_session(conn, account.id, Source(), now=now)
        return await self._client(
            {"Cookie": f"jt_session={secret}", "X-CSRF-Token": sessions.csrf_of(secret), "Origin": URL}
        )

    async def _client(self, headers: dict[str, str]) -> httpx.AsyncClient:
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app), base_url=f"{URL}/api/planning", headers=headers, timeout=60
        )
        return await self.stack.enter_async_context(client)


async def got(by: httpx.AsyncClient, method: str, path: str, status: int = 200, **more: Any) -> Any:
    """The answer's body. Raises AssertionError where it has another status."""
    answer = await by.request(method, path, **more)
    assert answer.status_code == status, f"{method} {path}: {answer.status_code} {answer.text}"
    if status >= 400:
        assert answer.headers["content-type"].startswith("application/problem+json")
    return answer.json() if answer.content else None


@asynccontextmanager
async def planning_centre(database: Database, home: Path) -> AsyncIterator[PlanningCentre]:
    clock, attendance = ManualClock(NOW), Attendance()
    async with database.transaction(ALL) as conn:
        for kind, spec in set_up():
            write = upsert(kind, spec, spec.id, 1, NOW, "test")
            await conn.execute(write.sql, *write.args)
    runtime: Runtime[Engine] = Runtime(
        database, "main", Plan(Engine, Engine.load), clock=clock, followers=[attendance]
    )
    async with AsyncExitStack() as stack:
        await runtime.start()
        stack.push_async_callback(runtime.stop)
        await runtime.wait_active(20)
        for command in await load_specs(database, runtime.engine):
            await runtime.submit(command)
        warehouse = Warehouse(database, home / "history", clock)
        stack.push_async_callback(warehouse.stop)

        def site() -> SiteSpec:
            return SiteSpec(zone=ZONE)

        settings = Settings(home=home)
        plans = await stack.enter_async_context(
            planning(
                settings, database, runtime, clock, site, warehouse, lambda: False, engine=lambda: runtime.engine,
                attendance=attendance,
            )
        )  # fmt: skip
        plans.schedules.needs.loads = SteadyLoads()
        app = create_app(
            Services(
                database=database, runtime=runtime, clock=clock, site=site, settings=settings, extra=plans.extra
            ),
            [
                one.router
                for one in (job_routes, forecast_routes, sizing_routes, lab_routes, schedule_routes, day_routes)
            ],
        )
        yield PlanningCentre(database, runtime, clock, plans.schedules, app, plans, attendance, stack)
