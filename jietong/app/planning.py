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
from jietong.live.alarms import Alarm
from jietong.metrics.attendance import Attendance
from jietong.metrics.warehouse import Warehouse
from jietong.routing.engine import Engine
from jietong.workforce.day.second_skill import SecondSkill
from jietong.workforce.day.service import TheDay
from jietong.workforce.day.watch import Trouble, Watch
from jietong.workforce.forecast.nightly import Nightly
from jietong.workforce.forecast.service import Forecasts
from jietong.workforce.jobs.service import Jobs
from jietong.workforce.lab.making import Maker, planned_spans
from jietong.workforce.lab.service import Lab
from jietong.workforce.schedule.service import Schedules
from jietong.workforce.simulation.skill_jobs import SkillJobs
from jietong.workforce.sizing.service import Sizing


@dataclass(frozen=True)
class Planning:
    """Each lies on `app.state` under its key in `extra`."""

    schedules: Schedules
    jobs: Jobs
    lab: Lab
    forecasts: Forecasts
    sizing: Sizing
    day: TheDay
    day_watch: Watch
    second_skill: SecondSkill

    @property
    def extra(self) -> dict[str, object]:
        return {
            "schedules": self.schedules,
            "jobs": self.jobs,
            "lab": self.lab,
            "forecasts": self.forecasts,
            "sizing": self.sizing,
            "day": self.day,
            "day_watch": self.day_watch,
            "second_skill": self.second_skill,
        }

    def alarms(self) -> list[tuple[str, Alarm]]:
        """What the day raises on the floor, each with its client; '': nobody's alone."""
        return [_on_the_floor(one) for one in self.day_watch.troubles()]


@asynccontextmanager
async def planning(
    settings: Settings,
    database: Database,
    inbox: Inbox,
    clock: Clock,
    site: Callable[[], SiteSpec],
    warehouse: Warehouse,
    active: Callable[[], bool],
    *,
    engine: Callable[[], Engine],
    attendance: Attendance,
    demo: bool = False,
) -> AsyncIterator[Planning]:
    """Runs until the block is left. `active`: this process is the one that writes; what must be done once only is
    done by it. `demo`: a demonstration centre, whose simulated contacts are all there is to forecast from."""
    async with AsyncExitStack() as stack:
        jobs = Jobs(database, clock, active=active)
        jobs.open()
        stack.push_async_callback(jobs.close)
        forecasts = Forecasts(database, warehouse, clock, site, simulated=lambda: demo)
        nightly = Nightly(forecasts, database, clock, active, lambda: site().zone)
        nightly.start()
        stack.push_async_callback(nightly.stop)
        schedules = Schedules(database, inbox, clock, site, warehouse, forecasts, jobs, active)
        schedules.start()
        stack.push_async_callback(schedules.stop)
        sizing = Sizing(database, clock, site, warehouse, schedules, forecasts)
        maker = Maker(database, warehouse, clock, loads=forecasts, planned=planned_spans(database))
        lab = Lab(database, clock, jobs, maker, schedules.drafts)
        stack.push_async_callback(lab.close)
        day = TheDay(database, inbox, clock, site, engine, attendance, schedules, forecasts)
        stack.push_async_callback(day.stop)
        day_watch = Watch(day, attendance, clock, active)
        day_watch.start()
        stack.push_async_callback(day_watch.stop)
        second_skill = SecondSkill(day, SkillJobs(jobs), database)
        yield Planning(schedules, jobs, lab, forecasts, sizing, day, day_watch, second_skill)


def _on_the_floor(one: Trouble) -> tuple[str, Alarm]:
    id = f"{one.code}:{one.about}:{one.since}"
    return one.client, Alarm(id, one.code, one.level, None, one.agent, None, one.since, one.params, None)
