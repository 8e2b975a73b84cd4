"""The schedules of a centre: set-up, drafts, publishing, need and cover, requests, one's own, calendars.

What other parts of planning use: `published(first, last)`, `publishing.change` (changes of the day at once),
`requests.call_up`, `needs`, `setup()`.
"""

import asyncio
import contextlib
from collections.abc import Callable, Sequence

import asyncpg
import structlog

from jietong.core.clock import Clock
from jietong.core.errors import Invalid, JietongError, Refused
from jietong.core.inbox import Inbox
from jietong.core.specs import SiteSpec
from jietong.db.pool import ALL, Database
from jietong.identity.model import Principal
from jietong.metrics.warehouse import Warehouse
from jietong.workforce.jobs.service import Jobs
from jietong.workforce.schedule import documents, store, views
from jietong.workforce.schedule.documents import PlanningSetup, Setup
from jietong.workforce.schedule.drafts import Drafts, Open
from jietong.workforce.schedule.model import PersonDay
from jietong.workforce.schedule.need import Loads, Needs, shown_figures
from jietong.workforce.schedule.own import Own
from jietong.workforce.schedule.planner import Planner
from jietong.workforce.schedule.publishing import Publishing
from jietong.workforce.schedule.requests import Requests
from jietong.workforce.schedule.rules.ground import DayKey
from jietong.workforce.schedule.rules.requests import RequestKind
from jietong.workforce.schedule.solving import Solving
from jietong.workforce.schedule.views import Shown

log = structlog.get_logger(__name__)

LOOK_S = 5.0


class Schedules:
    """`loads`: whoever forecasts; may be given later (`schedules.needs.loads = …`)."""

    def __init__(
        self,
        database: Database,
        inbox: Inbox,
        clock: Clock,
        site: Callable[[], SiteSpec],
        warehouse: Warehouse | None = None,
        loads: Loads | None = None,
        jobs: Jobs | None = None,
        active: Callable[[], bool] = lambda: True,
    ) -> None:
        self._database = database
        self._site = site
        self.documents = PlanningSetup(database, clock)
        self.drafts = Drafts(database, clock, site)
        self.publishing = Publishing(database, inbox, clock, site, self.drafts)
        self.needs = Needs(warehouse, clock, loads)
        self.planner = Planner(database, clock, site, self.drafts, self.publishing, self.needs)
        self.requests = Requests(database, clock, site, self.publishing)
        self.solving = Solving(database, clock, site, self.drafts, self.planner, self.needs, jobs)
        self.own = Own(database, clock, site, self.requests)
        self.publishing.after_draft = self._call_in
        self._active = active
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._rounds(), name="schedule-requests")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def setup(self) -> Setup:
        """Patterns, terms, rules, groups and people as they are now."""
        async with self._database.read(ALL) as conn:
            return await documents.read(conn)

    async def published(self, first: str, last: str, agents: Sequence[str] | None = None) -> dict[DayKey, PersonDay]:
        """The published schedule by agent and local day, both days inclusive. A shift past midnight is its first
        day's."""
        async with self._database.read(ALL) as conn:
            return await store.published(conn, self._site().id, first, last, agents)

    async def request_detail(self, by: Principal, id: str) -> Shown:
        """A request with what approving it would break, and its effect on cover."""
        request, conflicts, made, changes = await self.requests.detail(id)
        before = after = None
        setup = await self.setup()
        if made:
            one, two = await self.planner.effect(by, made)
            before, after = shown_figures(one), shown_figures(two)
        return {
            "request": request,
            "conflicts": [views.conflict(one) for one in conflicts],
            "changes": [self.publishing.shown_change(one, setup) for one in changes],
            "before": before,
            "after": after,
        }

    async def _call_in(self, by: Principal, found: Open) -> list[str]:
        """Gives the invitations that a published draft asks for, each once; the agents who cannot be invited any
        more."""
        left = []
        for one in found.drafted.values():
            for invite in one.day.invites:
                once = f"{found.draft.id}:{one.day.agent}:{invite.start}"
                try:
                    await self.requests.call_up(
                        by, RequestKind.CALL_UP, invite.start, invite.end, agents=[one.day.agent], once=once
                    )
                except (Invalid, Refused):
                    left.append(one.day.agent)
        return left

    async def _rounds(self) -> None:
        """Closes requests whose time is over."""
        while True:
            try:
                if self._active():
                    await self.requests.sweep()
            except (JietongError, asyncpg.PostgresError) as error:
                log.warning("requests wait", error=getattr(error, "code", type(error).__name__))
            except Exception:  # nobody waits for this task: were it to end, nothing would ever be closed
                log.exception("requests")
            await asyncio.sleep(LOOK_S)
