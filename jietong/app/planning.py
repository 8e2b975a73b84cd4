"""Planning: what sizes, forecasts, schedules and simulates, and what runs beside it (requirement H).

Nothing here imports the heavy libraries (numba, scipy, ortools …): the parts do, where they compute.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from jietong.config import Settings
from jietong.core.clock import Clock
from jietong.core.inbox import Inbox
from jietong.core.specs import SiteSpec
from jietong.db.pool import Database
from jietong.metrics.warehouse import Warehouse
from jietong.workforce.jobs.service import Jobs
from jietong.workforce.schedule.service import Schedules


@dataclass(frozen=True)
class Planning:
    """Each lies on `app.state` under its key in `extra`."""

    schedules: Schedules
    jobs: Jobs

    @property
    def extra(self) -> dict[str, object]:
        return {
            "schedules": self.schedules,
            "jobs": self.jobs,
        }


@asynccontextmanager
async def planning(
    settings: Settings,
    database: Database,
    inbox: Inbox,
    clock: Clock,
    site: Callable[[], SiteSpec],
    warehouse: Warehouse,
    active: Callable[[], bool],
) -> AsyncIterator[Planning]:
    """Runs until the block is left. `active`: this process is the one that writes; what must be done once only is
    done by it."""
    async with AsyncExitStack() as stack:
        jobs = Jobs(database, clock, active=active)
        jobs.open()
        stack.push_async_callback(jobs.close)
        schedules = Schedules(database, inbox, clock, site, warehouse)
        yield Planning(schedules, jobs)
