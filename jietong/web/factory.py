"""The HTTP application: given the centre's parts and the domains' routers, gives one FastAPI.

Knows no concrete adapter: `jietong.app`, the composition root, makes the parts and passes the routers in.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

from fastapi import APIRouter, Depends, FastAPI

from jietong.core.clock import Clock, SystemClock
from jietong.core.inbox import Inbox
from jietong.core.specs import SiteSpec
from jietong.db.pool import Database
from jietong.identity import routes as identity
from jietong.identity.http import public
from jietong.identity.ports import AgentDocuments
from jietong.identity.watch import SessionWatch
from jietong.web import health, problems
from jietong.web.bodies import CheckBodies
from jietong.web.description import describe
from jietong.web.headers import SecurityHeaders
from jietong.web.pages import BUILT, pages
from jietong.web.standby import TurnAwayWhileStandingBy


class Writer(Inbox, Protocol):
    """The runtime as the web sees it: the inbox, and how it fares."""

    @property
    def role(self) -> str: ...

    @property
    def seq(self) -> int: ...


@dataclass(frozen=True)
class Services:
    """The centre's parts. Each lies on `app.state` under its name, each of `extra` under its key."""

    database: Database
    runtime: Writer
    clock: Clock = field(default_factory=SystemClock)
    site: Callable[[], SiteSpec] = SiteSpec
    agents: AgentDocuments | None = None  # the agent half of staff rows
    origins: tuple[str, ...] = ()  # other origins that may open sockets and change things: "https://desk.example"
    settings: Any = None
    hub: Any = None
    built: Path = BUILT  # the built web application
    extra: Mapping[str, Any] = field(default_factory=dict)


def create_app(services: Services, routers: Sequence[APIRouter] = ()) -> FastAPI:
    """The application with identity, health, the domains' routers, and the pages last.

    Starting and stopping of the parts is the composition root's.
    """
    app = FastAPI(
        title="Jietong 接通",
        version=version("jietong"),
        summary="Operations platform for contact centres.",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
    )
    state = app.state
    state.services = services
    state.database = services.database
    state.runtime = state.inbox = services.runtime
    state.clock = services.clock
    state.site = services.site
    state.agents = services.agents
    state.origins = services.origins
    state.settings = services.settings
    state.hub = services.hub
    state.watch = SessionWatch(services.database, services.clock)
    for name, part in services.extra.items():
        setattr(state, name, part)

    for router in (health.router, identity.router, *routers):
        app.include_router(router)

    @app.get(
        "/api/openapi.json",
        include_in_schema=False,
        dependencies=[Depends(public("the description of the interface holds no data"))],
    )
    async def openapi() -> dict[str, Any]:
        return app.openapi()

    app.include_router(pages(services.built))
    describe(app)
    problems.install(app)
    app.add_middleware(CheckBodies)
    app.add_middleware(TurnAwayWhileStandingBy, role=lambda: services.runtime.role)
    app.add_middleware(problems.CatchAll)
    app.add_middleware(SecurityHeaders)
    return app
