"""The composition root: builds the centre from its parts, wires them by hand, and serves it.

The only file that names concrete channel adapters. The order of things at the start: database, migrations,
demonstration data, writer, projections, channels, live views, HTTP; at the end the same backwards.
"""

import asyncio
import contextlib
import gc
import os
import secrets
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import structlog
from fastapi import APIRouter, FastAPI

from jietong.agents.service import Agents
from jietong.app.figures import figures as figures_of
from jietong.app.planning import planning as planning_of
from jietong.app.telephony import prompt_voice, telephony
from jietong.calls import plant_routes
from jietong.calls import routes as call_routes
from jietong.calls.plant_figures import PlantFigures
from jietong.cases import routes as cases
from jietong.channels.webchat import routes as webchat_routes
from jietong.channels.webchat import socket as webchat_socket
from jietong.channels.webchat.attachments import Files
from jietong.channels.webchat.service import WebChat
from jietong.channels.webchat.watch import ChatWatch
from jietong.config import Settings
from jietong.contacts import routes as contacts
from jietong.contacts.projector import ContactsProjector
from jietong.contacts.service import History
from jietong.core.clock import Clock, SystemClock
from jietong.core.errors import JietongError, Unavailable
from jietong.core.inbox import Follower
from jietong.core.specs import SiteSpec
from jietong.customers import routes as customers
from jietong.db.embedded import EmbeddedServer
from jietong.db.migrate import migrate
from jietong.db.pool import Database
from jietong.demo import routes as demo_routes
from jietong.demo.seed import SignIn, panel, seed
from jietong.flows import prompt_routes
from jietong.flows import routes as flow_routes
from jietong.flows.chat import Chats
from jietong.flows.counts import FlowCounts
from jietong.flows.library import Library
from jietong.flows.requests import Requests
from jietong.flows.sounds import Sounds
from jietong.knowledge import routes as knowledge
from jietong.live import routes as live
from jietong.live.alarms import AlarmBook
from jietong.live.hub import Hub
from jietong.live.reception import EngineReception
from jietong.metrics import routes as metrics
from jietong.metrics.attendance import Attendance
from jietong.metrics.live import LiveFigures
from jietong.recordings import routes as recording_routes
from jietong.recordings.service import Recordings
from jietong.reports import delivery_routes
from jietong.reports import routes as report_routes
from jietong.routing import routes as setup
from jietong.routing.engine import Engine
from jietong.routing.runtime import Plan, Role, Runtime
from jietong.routing.service import load_specs
from jietong.sla import routes as agreement_routes
from jietong.web.factory import Services, create_app
from jietong.web.server import listening
from jietong.workforce.day import routes as day_routes
from jietong.workforce.forecast import routes as forecast_routes
from jietong.workforce.jobs import routes as job_routes
from jietong.workforce.lab import routes as lab_routes
from jietong.workforce.schedule import routes as schedule_routes
from jietong.workforce.sizing import routes as sizing_routes

if TYPE_CHECKING:
    from jietong.core.commands import AnyCommand

log = structlog.get_logger(__name__)

SITE = "main"

ROUTERS: tuple[APIRouter, ...] = (
    webchat_socket.router,  # first: routes are tried in order, and customers come most often
    demo_routes.router,
    setup.router,
    cases.router,
    customers.router,
    knowledge.router,
    webchat_routes.router,
    flow_routes.router,
    prompt_routes.router,
    contacts.router,
    recording_routes.router,
    metrics.router,
    report_routes.router,
    delivery_routes.router,
    agreement_routes.router,
    live.router,
    plant_routes.router,
    call_routes.router,
    job_routes.router,
    forecast_routes.router,
    sizing_routes.router,
    lab_routes.router,
    schedule_routes.router,
    day_routes.router,
)

Report = Callable[[str], None]


@dataclass(frozen=True)
class Centre:
    """A running centre."""

    url: str
    database: Database
    runtime: Runtime[Engine]
    sign_ins: list[SignIn]  # of the demonstration accounts, where this start made them
    demo: bool  # demonstration accounts are offered on the sign-in page


@asynccontextmanager
async def database_of(settings: Settings, report: Report = lambda _: None) -> AsyncIterator[Database]:
    """The centre's migrated database: the embedded server's, or the one the settings name."""
    async with AsyncExitStack() as stack:
        dsn = settings.dsn
        if dsn is None:
            server = EmbeddedServer(settings.home, bin=settings.pg_bin)
            await asyncio.to_thread(server.start, report)
            stack.push_async_callback(asyncio.to_thread, server.stop)
            dsn = server.dsn
        await migrate(dsn, report)
        database = Database(dsn)
        await database.open()
        stack.push_async_callback(database.close)
        yield database


@asynccontextmanager
async def centre(settings: Settings, report: Report = lambda _: None) -> AsyncIterator[Centre]:
    """Serves until the block is left. Raises JietongError with what to do when a part cannot be had."""
    clock = SystemClock()
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(database_of(settings, report))
        sign_ins = await seed(database, clock) if settings.demo else []
        demo = bool(await panel(database))

        figures, book, flow_counts, plant_figures = LiveFigures(), AlarmBook(), FlowCounts(), PlantFigures()
        attendance = Attendance()
        runtime = Runtime(
            database,
            SITE,
            Plan(Engine, Engine.load),
            clock=clock,
            followers=[figures, book, flow_counts, plant_figures, attendance],
        )
        requests = Requests(lambda: runtime.engine.site.request_hosts)
        stack.push_async_callback(requests.close)
        flows = Library(database, requests.fetch)
        sounds = Sounds(settings.home / "sounds", prompt_voice(), database)
        stack.push_async_callback(sounds.close)
        feeding = _Feeder(runtime, database, flows, sounds)
        await runtime.start()
        stack.push_async_callback(runtime.stop)
        stack.push_async_callback(feeding.stop)

        projector = asyncio.create_task(ContactsProjector(database, SITE, runtime).run(), name="contacts-projector")
        stack.push_async_callback(_cancel, projector)

        recordings = Recordings(
            database,
            runtime,
            clock,
            lambda: runtime.engine.site,
            settings.home,
            active=lambda: runtime.role == "active",
        )
        recordings.start()
        stack.push_async_callback(recordings.stop)

        files = Files(settings.attachments)
        reception = EngineReception(runtime, clock)
        webchat = WebChat(
            database,
            runtime,
            clock,
            reception,
            History(),
            lambda: runtime.engine.site,
            files,
            demo_key=demo_key(settings) if demo else None,
        )
        await webchat.start()
        stack.push_async_callback(webchat.stop)
        chats = Chats(
            database, runtime, clock, reception, flows, sounds, lambda: runtime.engine.site, History(), webchat
        )
        webchat.concierge = chats
        await chats.start()
        stack.push_async_callback(chats.stop)
        watch = ChatWatch(webchat)
        watch.start()
        stack.push_async_callback(watch.stop)

        phones = await stack.enter_async_context(
            telephony(
                settings,
                database,
                runtime,
                clock,
                plant_figures,
                flows,
                sounds,
                recordings.sink,
                History(),
                report,
            )
        )

        hub = Hub(runtime, figures, book, database, clock, webchat, demo=lambda: demo, plant=phones.plant)
        hub.start()
        stack.push_async_callback(hub.stop)

        past = await stack.enter_async_context(
            figures_of(settings, database, clock, active=lambda: runtime.role == "active")
        )
        plans = await stack.enter_async_context(
            planning_of(
                settings,
                database,
                runtime,
                clock,
                lambda: runtime.engine.site,
                past.warehouse,
                active=lambda: runtime.role == "active",
                demo=demo,
                engine=lambda: runtime.engine,
                attendance=attendance,
            )
        )
        hub.alarms_of_clients = lambda: [*past.alarms(), *plans.alarms()]

        app = create_app(
            Services(
                database=database,
                runtime=runtime,
                clock=clock,
                site=lambda: runtime.engine.site,
                agents=Agents(database, runtime, clock),
                origins=settings.origins,
                settings=settings,
                hub=hub,
                extra={
                    "webchat": webchat,
                    "contact_history": History(),
                    "figures": figures,
                    "flows": flows,
                    "flow_counts": flow_counts,
                    "sounds": sounds,
                    "recordings": recordings,
                    "plant": phones.plant,
                    "plant_setup": phones.setup,
                    "calls": phones.calls,
                    **past.extra,
                    **plans.extra,
                },
            ),
            ROUTERS,
        )
        if runtime.role != "standby":
            await feeding.first(report)
        url = await stack.enter_async_context(_listen(app, settings))
        yield Centre(url, database, runtime, sign_ins, demo)


def followers() -> list[Follower]:
    """Fresh ones of each kind that the writer's snapshots hold: for whoever proves them."""
    return [LiveFigures(), AlarmBook(), FlowCounts(), PlantFigures(), Attendance()]


def description() -> FastAPI:
    """The application without its services: what documents and the generated client are made from."""
    absent = cast(Any, None)
    return create_app(Services(database=absent, runtime=absent, site=SiteSpec), ROUTERS)


async def serve(settings: Settings, report: Report, ready: Callable[[Centre], None]) -> None:
    """Serves until SIGINT or SIGTERM, then stops everything in order. A second signal ends it at once."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def stopping() -> None:
        if stop.is_set():
            os._exit(130)
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping)
    starting = asyncio.create_task(_serve(settings, report, ready, stop))
    asked = asyncio.create_task(stop.wait())
    await asyncio.wait({starting, asked}, return_when=asyncio.FIRST_COMPLETED)
    if asked.done() and not starting.done():
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(starting), 60)
    asked.cancel()
    if starting.done():
        starting.result()


async def _serve(settings: Settings, report: Report, ready: Callable[[Centre], None], stop: asyncio.Event) -> None:
    async with centre(settings, report) as running, AsyncExitStack() as stack:
        ready(running)
        _seldom_collect()
        if running.sign_ins and settings.demo_history:
            past = asyncio.create_task(_give_a_past(report), name="demonstration-history")
            stack.push_async_callback(_cancel, past)
        await stop.wait()
        report("Stopping …")


async def _give_a_past(report: Report) -> None:
    """`jietong demo history` in a process of its own, so that nobody here waits for it."""
    report("Making three months of demonstration history in the background; reports have it in a minute …")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "jietong", "demo", "history",
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        told, _ = await process.communicate()
    except asyncio.CancelledError:
        process.terminate()
        await process.wait()
        raise
    if process.returncode:
        report("The demonstration history could not be made; `jietong demo history` makes it.")
    else:
        report(told.decode().strip())


def _seldom_collect() -> None:
    """What lives on is not searched for garbage again and again.

    With a thousand desks a full collection halts everybody for half a second, and by itself Python makes one every
    few hundred contacts; what it finds is next to nothing, for counting references has freed the rest. So what the
    start has made is left out, and a full one comes after some millions of new objects.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(2_000, 10, 250)


@asynccontextmanager
async def _listen(app: FastAPI, settings: Settings) -> AsyncIterator[str]:
    try:
        async with listening(
            app, host=settings.host, port=settings.port, trusted_proxies=settings.trusted_proxies
        ) as url:
            yield url
    except OSError as error:
        raise Unavailable(
            "port_taken",
            f"Cannot listen on {settings.host}:{settings.port} ({error.strerror or error}). "
            "Stop whatever uses that port, or choose another: JIETONG_PORT=8090.",
        ) from error


def demo_key(settings: Settings) -> str:
    """The key by which the simulation proves that its contacts may be marked as simulated; made once."""
    path: Path = settings.home / "demo.key"
    if not path.exists():
        settings.home.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(24), encoding="ascii")
    return path.read_text(encoding="ascii").strip()


class _Feeder:
    """Tells the writer of set-up that it does not know, whenever it becomes active."""

    def __init__(self, runtime: Runtime[Engine], database: Database, flows: Library, sounds: Sounds) -> None:
        self._runtime = runtime
        self._database = database
        self._flows = flows
        self._sounds = sounds
        self._tasks: set[asyncio.Task[None]] = set()
        self._fed = asyncio.Event()
        self._unsubscribe = runtime.subscribe_role(self._on_role)

    def _on_role(self, role: Role) -> None:
        if role == "active":
            task = asyncio.create_task(self._feed(), name="set-up")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _feed(self) -> None:
        try:
            await self._flows.reload()
            await self._sounds.reload()
            commands: list[AnyCommand] = await load_specs(self._database, self._runtime.engine)
            for command in commands:
                await self._runtime.submit(command)
        except JietongError as error:
            log.error("set-up not loaded", code=error.code, detail=error.detail)  # tried again when next active
            return
        self._fed.set()
        await self._sounds.prepare(self._flows.flows())

    async def first(self, report: Report) -> None:
        """Returns when the writer serves with all its set-up, or stands by behind another process."""
        told = False
        waited = 0.0
        while not self._fed.is_set() and self._runtime.role != "standby":
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._fed.wait(), 0.2)
            waited += 0.2
            if waited > 3 and not told:
                told = True
                report("Replaying the ledger …")

    async def stop(self) -> None:
        self._unsubscribe()
        for task in tuple(self._tasks):
            await _cancel(task)


async def _cancel(task: "asyncio.Task[Any]") -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


__all__ = ["Centre", "Clock", "centre", "database_of", "demo_key", "description", "serve"]
