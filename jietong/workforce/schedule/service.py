"""The schedules of a centre: set-up, drafts, publishing, need and cover, requests, one's own, calendars.

What other parts of planning use: `published(first, last)`, `publishing.change` (changes of the day at once),
`requests.call_up`, `needs`, `setup()`.
"""

from collections.abc import Callable, Sequence

from jietong.core.clock import Clock
from jietong.core.inbox import Inbox
from jietong.core.specs import SiteSpec
from jietong.db.pool import ALL, Database
from jietong.metrics.warehouse import Warehouse
from jietong.workforce.schedule import documents, store
from jietong.workforce.schedule.documents import PlanningSetup, Setup
from jietong.workforce.schedule.drafts import Drafts
from jietong.workforce.schedule.model import PersonDay
from jietong.workforce.schedule.need import Loads, Needs
from jietong.workforce.schedule.planner import Planner
from jietong.workforce.schedule.publishing import Publishing
from jietong.workforce.schedule.rules.ground import DayKey


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
    ) -> None:
        self._database = database
        self._site = site
        self.documents = PlanningSetup(database, clock)
        self.drafts = Drafts(database, clock, site)
        self.publishing = Publishing(database, inbox, clock, site, self.drafts)
        self.needs = Needs(warehouse, clock, loads)
        self.planner = Planner(database, clock, site, self.drafts, self.publishing, self.needs)

    async def setup(self) -> Setup:
        """Patterns, terms, rules, groups and people as they are now."""
        async with self._database.read(ALL) as conn:
            return await documents.read(conn)

    async def published(self, first: str, last: str, agents: Sequence[str] | None = None) -> dict[DayKey, PersonDay]:
        """The published schedule by agent and local day, both days inclusive. A shift past midnight is its first
        day's."""
        async with self._database.read(ALL) as conn:
            return await store.published(conn, self._site().id, first, last, agents)
