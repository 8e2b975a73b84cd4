"""The warehouse's front door: one query in, rows of figures out."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import date
from pathlib import Path
from typing import IO, Any, NamedTuple, TypeVar

import asyncpg
import structlog
from msgspec.structs import replace

from jietong.contacts.projector import ContactsProjector
from jietong.core.clock import Clock
from jietong.core.days import Span
from jietong.core.errors import Forbidden
from jietong.core.vocabulary import Ms
from jietong.db.pool import ALL, Connection, Database, Scope
from jietong.metrics.definition import Again, Count, Definition, How, Kept, Later, Planned, Time, TrunkTime
from jietong.metrics.intervals import Metric, Query, Row
from jietong.metrics.warehouse import behind, closing, days, facts, names, proof, sites, views
from jietong.metrics.warehouse.closing import Closed
from jietong.metrics.warehouse.days import Day
from jietong.metrics.warehouse.duck import Duck, Pond, too_big
from jietong.metrics.warehouse.model import Answer, ContactPage
from jietong.metrics.warehouse.proof import Proof

log = structlog.get_logger(__name__)
T = TypeVar("T")

TIMEOUT_S = 60.0  # of a question, from its first row to its last
TRIES = 3  # files may be written anew, and swept away, while they are about to be read


class Reading(NamedTuple):
    """What a question is answered from: days in files, copies of the rest, and stored sums of some days."""

    now: Ms
    days: tuple[Day, ...]
    copies: Mapping[str, IO[bytes]]
    stored: Any  # `metrics.query.stored.Answerable`, or None
    stored_days: tuple[Day, ...]


class Warehouse:
    """Figures of any period, site and client. `folder` holds the closed days."""

    def __init__(self, database: Database, folder: Path, clock: Clock) -> None:
        self._database = database
        self._folder = folder
        self._clock = clock
        self._pond = Pond()
        self._checked = days.Checked()

    # --- questions -------------------------------------------------------------------------------------------

    async def rows(self, query: Query, scope: Scope) -> list[Row]:
        """The figures of the query. Raises Forbidden `agent_time_hidden` for figures of agents' or trunks' time,
        which belongs to no client, when the scope is not all clients; Invalid `too_big` when the answer would take
        too much time or memory; NotFound `no_such_site`."""
        return (await self.answer(query, scope)).rows

    async def answer(self, query: Query, scope: Scope) -> Answer:
        """The same with the instant up to which the facts are known."""
        check_scope(query.metrics, scope)
        query = narrowed(query, scope)

        def work(duck: Duck, reading: Reading) -> Answer:
            from jietong.metrics.query import rows
            from jietong.metrics.warehouse.questions import written

            views.lay_out(duck, scope, self._folder, reading.days, reading.copies)
            stored = None
            if reading.stored is not None:
                shape = reading.stored.shape
                view = views.lay_out_sums(duck, scope, self._folder, reading.stored_days, shape.name)
                stored = shape, view, tuple(day.span for day in reading.stored_days)
            found = rows(written(query, reading.now, stored), lambda sql: duck.execute(sql).to_arrow_table())
            return Answer(found, reading.now)

        return await self._ask(query, scope, query.metrics, work, sums=True)

    async def contacts(
        self,
        query: Query,
        scope: Scope,
        *,
        metric: Metric,
        part: str = "numerator",
        limit: int = 100,
        after: str | None = None,
    ) -> ContactPage:
        """The contacts that `metric` counts in its `part` ("numerator" or "denominator") over the query's window and
        filter, earliest first; `after` as the page before gave it. Raises Invalid `no_contacts_behind` for figures of
        time; `bad_part`, `bad_cursor`."""
        wanted = behind.wanted(metric, part, after)
        query = narrowed(query, scope)

        def work(duck: Duck, reading: Reading) -> ContactPage:
            views.lay_out(duck, scope, self._folder, reading.days, reading.copies)
            return behind.page(duck, query, metric, wanted, limit, reading.now)

        page = await self._ask(query, scope, (metric,), work, sums=False)
        async with self._database.read(scope) as conn:
            return await behind.completed(conn, page)

    async def check(self, query: Query, scope: Scope) -> None:
        """Raises NotFound `no_such_queue`, `no_such_agent`, `no_such_client`, `no_such_reason`, `no_such_entry` when
        the filter names what neither the set-up nor any contact within the scope knows."""
        async with self._database.read(scope) as conn:
            await names.check(conn, query.filter, scope)

    async def zone(self, site: str) -> str:
        """The site's IANA zone. Raises NotFound `no_such_site`."""
        async with self._database.read(ALL) as conn:
            return await sites.zone(conn, site)

    async def extent(self, site: str) -> Span | None:
        """From the first fact to the last; None: nothing has happened there."""
        async with self._database.read(ALL) as conn:
            return await sites.extent(conn, site)

    async def sites(self) -> list[str]:
        """The centre's own, and those that are known by imports."""
        async with self._database.read(ALL) as conn:
            return await sites.known(conn)

    async def follow(self, site: str) -> None:
        """Makes the facts of events that nobody has followed yet, where no centre runs that does it. Safe beside
        one."""
        for name in sites.ledgers(site):
            async with self._database.read(ALL) as conn:
                behind_it = await sites.behind(conn, name)
            if behind_it:
                await ContactsProjector(self._database, name).catch_up()

    # --- files -----------------------------------------------------------------------------------------------

    async def close(
        self,
        site: str,
        *,
        settled: bool = True,
        most: int | None = None,
        told: Callable[[date], None] = lambda day: None,
    ) -> Closed:
        """Writes the days of the site that are over and have no current files; see `closing.close`."""
        return await closing.close(
            self._database, self._pond, self._folder, self._clock, site, settled=settled, most=most, told=told
        )

    async def days(self, site: str) -> list[Day]:
        """All that lie in files, current or not. Raises NotFound `no_such_site`."""
        async with self._database.read(ALL) as conn:
            return await days.of_site(conn, site, await sites.zone(conn, site))

    async def prove(self, site: str, told: Callable[[Day], None] = lambda day: None) -> Proof:
        """Holds every current file of the site against the tables, row by row."""
        return await proof.prove(self._database, self._pond, self._folder, site, await self.days(site), told)

    async def stop(self) -> None:
        """No questions any more."""
        self._pond.close()

    # --- inside ----------------------------------------------------------------------------------------------

    async def _ask(
        self,
        query: Query,
        scope: Scope,
        metrics: Iterable[Metric],
        work: Callable[[Duck, Reading], T],
        *,
        sums: bool,
    ) -> T:
        for attempt in range(1, TRIES + 1):
            async with AsyncExitStack() as stack:
                try:
                    reading = await self._read(stack, query, scope, metrics, sums=sums)
                except (asyncpg.QueryCanceledError, TimeoutError) as error:
                    raise too_big() from error
                try:
                    return await self._pond.run(lambda duck: work(duck, reading), timeout_s=TIMEOUT_S)  # noqa: B023
                except Exception as error:
                    if type(error).__name__ != "IOException" or attempt == TRIES:
                        raise
        raise AssertionError

    async def _read(
        self, stack: AsyncExitStack, query: Query, scope: Scope, metrics: Iterable[Metric], *, sums: bool
    ) -> Reading:
        async with self._snapshot(scope) as conn:
            zone = await sites.zone(conn, query.site)
            now = await sites.known_upto(conn, query.site, self._clock.now())
            window = _looked_at(query, metrics, now)
            held = await days.current(conn, query.site, zone, window)
            sound, broken, stored = await asyncio.to_thread(self._choose, query, held, zone, sums)
            stored_spans = set(stored.days) if stored is not None else set()
            stored_days = tuple(day for day in sound if day.span in stored_spans)
            files = tuple(day for day in sound if day.span not in stored_spans)
            rest = facts.gaps(window, (day.span for day in sound))
            wanted = _wanted(metrics, rest, now, scope)
            copies = await stack.enter_async_context(facts.copied(conn, query.site, wanted, timeout_s=TIMEOUT_S))
        for day in broken:
            log.warning("history.damaged", site=day.site, day=day.day.isoformat(), folder=day.folder)
            async with self._database.transaction(ALL) as conn:
                await days.damaged(conn, day)
        return Reading(now, files, copies.files, stored, stored_days)

    def _choose(self, query: Query, held: list[Day], zone: str, sums: bool) -> tuple[list[Day], list[Day], Any]:
        """The days whose files are sound, those whose are not, and the stored sums that will do."""
        from jietong.metrics.query.stored import answerable

        broken = [day for day in held if not self._checked.sound(self._folder, day)]
        sound = [day for day in held if day not in broken]
        if not sums:
            return sound, broken, None
        return sound, broken, answerable(query, [day.span for day in sound if day.sums], zone)

    @asynccontextmanager
    async def _snapshot(self, scope: Scope) -> AsyncIterator[Connection]:
        """One state of all tables, however long it is read."""
        async with self._database.read(scope) as conn:
            await conn.execute(
                "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; "
                f"SET LOCAL statement_timeout = {int(TIMEOUT_S * 1000)}"
            )
            yield conn


def check_scope(metrics: tuple[Metric, ...], scope: Scope) -> None:
    """Raises Forbidden `agent_time_hidden`."""
    if scope.clients is None:
        return
    hidden = [one.key for one in metrics if not made_of_contacts(one.definition)]
    if hidden:
        raise Forbidden(
            "agent_time_hidden",
            f"{', '.join(hidden)}: the time of agents and trunks serves several clients, so only who sees all of "
            "them may see it. Leave it out.",
            metrics=hidden,
        )


def made_of_contacts(definition: Definition) -> bool:
    """Whether all its facts belong to a client."""
    sums = (*definition.numerator, *definition.denominator)
    return bool(sums) and all(isinstance(one, (Count, Again, Later)) for one in sums)


def narrowed(query: Query, scope: Scope) -> Query:
    """The query with the scope in its filter: whatever that said, no other client's facts count."""
    if scope.clients is None:
        return query
    asked = query.filter.clients
    seen = tuple(c for c in scope.clients if asked is None or c in asked)
    return replace(query, filter=replace(query.filter, clients=seen))


def _looked_at(query: Query, metrics: Iterable[Metric], now: Ms) -> Span:
    """The query's window; where customers may come again, all that follows: a stay that began in the window may have
    lasted for long."""
    window = query.window
    sums = [one for metric in metrics for one in (*metric.definition.numerator, *metric.definition.denominator)]
    if window.end <= window.start or not any(isinstance(one, Again) for one in sums):
        return window
    return Span(window.start, max(window.end, now + 1))


def _wanted(metrics: Iterable[Metric], spans: tuple[Span, ...], now: Ms, scope: Scope) -> facts.Wanted:
    sums = [one for metric in metrics for one in (*metric.definition.numerator, *metric.definition.denominator)]
    streak = any(metric.definition.how is How.STREAK for metric in metrics)
    everything = scope.clients is None
    kinds = {one.kind for one in sums if isinstance(one, Count)}
    for one in sums:
        if isinstance(one, Again):
            kinds |= {one.of.kind, one.by.kind}
    return facts.Wanted(
        spans,
        now,
        kinds=tuple(sorted(kind.value for kind in kinds)),
        agents=everything and (streak or any(isinstance(one, (Time, Kept)) for one in sums)),
        trunks=everything and any(isinstance(one, TrunkTime) for one in sums),
        plans=everything and any(isinstance(one, (Planned, Kept)) for one in sums),
    )
