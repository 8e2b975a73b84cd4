"""A random centre whose ledger, records, live figures and warehouse are followed step by step."""

import random
from collections.abc import Sequence
from pathlib import Path

import msgspec
from figures_by_hand import Centre
from random_centre import RandomCentre

from jietong.contacts.attendance import ScheduleFold
from jietong.contacts.facts import Facts, TrunkChange
from jietong.contacts.model import AgentInterval, Segment, TrunkBusyTime
from jietong.contacts.projector import ContactsProjector
from jietong.contacts.stays import SegmentChange
from jietong.core import events as e
from jietong.core.clock import ManualClock
from jietong.core.days import Span, local_day
from jietong.core.specs import SiteSpec
from jietong.core.vocabulary import Ms
from jietong.db import ledger
from jietong.db.pool import ALL, Database
from jietong.metrics.catalogue import CATALOGUE
from jietong.metrics.definition import How
from jietong.metrics.intervals import By, Every, Filter, Query, metric
from jietong.metrics.live import LiveFigures
from jietong.metrics.warehouse import Warehouse

FIGURES = tuple(metric(d.id) for d in CATALOGUE.values() if d.how is not How.NOW)
OTHER = tuple(metric(*one) for one in (("sl3", "20"), ("sl6", "20,5"), ("sl7", "9")))


async def append(database: Database, events: Sequence[e.AnyEvent], site: str = "main") -> None:
    async with database.transaction(ALL) as conn:
        head = await ledger.head(conn, site)
        if head.epoch == 0:
            head = await ledger.claim(conn, site)
        for month in {ledger.month(event.at): event.at for event in events}.values():
            await ledger.ensure_month(conn, month)
        await ledger.append(conn, head, [(event, None) for event in events])


async def set_zone(database: Database, zone: str) -> None:
    async with database.transaction(ALL) as conn:
        await conn.execute(
            "INSERT INTO setup_document (kind, id, version, spec, changed_at, changed_by) "
            "VALUES ('site', 'main', 1, $1, now(), 'test') "
            "ON CONFLICT (kind, id) DO UPDATE SET spec = excluded.spec, version = setup_document.version + 1",
            msgspec.to_builtins(SiteSpec(zone=zone)),
        )


class Followed:
    """The centre with all that follows it. `centre()` is every fact so far, by hand."""

    def __init__(self, database: Database, folder: Path, seed: int, begun: Ms, zone: str) -> None:
        self.database, self.zone, self.begun = database, zone, begun
        self.random = RandomCentre(seed, begun, zone)
        self.clock = ManualClock(begun)
        self.folder = folder
        self.warehouse = Warehouse(database, folder, self.clock)
        self.projector = ContactsProjector(database)
        self.live = LiveFigures()
        self._facts = Facts()
        self._segments: dict[tuple[str, int], Segment] = {}
        self._intervals: dict[tuple[str, Ms, int], AgentInterval] = {}
        self._open: dict[str, tuple[str, Ms, int]] = {}
        self._trunks: list[TrunkBusyTime] = []
        self._customers: dict[str, str] = {}
        self._schedules = ScheduleFold()
        self._seen = 0

    @property
    def now(self) -> Ms:
        return self.random.now

    async def run(self, steps: int) -> None:
        """So many steps, all of it followed to the end."""
        for _ in self.random.steps(steps):
            pass
        await self.follow()

    async def follow(self) -> None:
        new = self.random.events[self._seen :]
        self._seen = len(self.random.events)
        for event in new:
            self.live.apply(event)
            self._learn(event)
        if new:
            await append(self.database, new)
        await self.projector.catch_up()
        self.clock.set(max(self.now, self.clock.now()))

    def restart(self) -> None:
        """The process dies: what it knew comes from its snapshot and from the database."""
        data = self.live.dump()
        self.live = LiveFigures()
        self.live.load(data)
        self.projector = ContactsProjector(self.database)
        self.warehouse = Warehouse(self.database, self.folder, self.clock)

    def centre(self) -> Centre:
        days = self._schedules.state.days
        return Centre(
            list(self._segments.values()),
            list(self._intervals.values()),
            self._trunks,
            customers=self._customers,
            plans=[row for agent in days for day in days[agent] for row in self._schedules.rows(agent, day)],
        )

    def drawn(self, rng: random.Random) -> Query:
        """A question over any window."""
        first = local_day(self.begun, self.zone).start
        start = rng.choice((first, first, self.begun, rng.randrange(first, self.now)))
        end = rng.choice((local_day(self.now, self.zone).end, self.now + 1, rng.randrange(start + 1, self.now + 2)))
        figures = tuple(rng.sample([*FIGURES, *OTHER], rng.choice((1, 3, 8))))
        by = tuple(rng.sample(list(By), rng.choice((0, 1, 1, 2))))
        chosen = rng.choice((Filter(), Filter(), Filter(queues=("q0", "q2")), Filter(clients=("acme",))))
        return Query("main", Span(start, end), self.zone, rng.choice(list(Every)), by, figures, chosen)

    def _learn(self, event: e.AnyEvent) -> None:
        self._schedules.apply(event)
        if isinstance(event, (e.ContactArrived, e.CustomerLinked)) and event.customer is not None:
            self._customers[event.contact] = event.customer
        for change in self._facts.apply(event):
            if isinstance(change, SegmentChange):
                self._segments[change.new.contact, change.new.n] = change.new
            elif isinstance(change, TrunkChange):
                if change.old is not None:
                    self._trunks.remove(change.old)
                self._trunks.append(change.new)
            else:
                agent = change.new.agent
                if change.old is None:
                    self._open[agent] = (agent, change.new.start, len(self._intervals))
                self._intervals[self._open[agent]] = change.new
