"""Figures straight from the ledger: its events proved, folded into facts in memory, and counted by the pure
reference. Nothing stored but the ledger itself is believed.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from jietong.contacts.facts import Facts, IntervalChange, TrunkChange
from jietong.contacts.model import Segment, TrunkBusyTime
from jietong.core.days import Span
from jietong.core.errors import Refused
from jietong.core.vocabulary import Ms
from jietong.db import ledger
from jietong.db.chain import genesis
from jietong.db.pool import ALL, Connection, Database
from jietong.metrics.history import evaluate, reasons_of
from jietong.metrics.intervals import By, Cell, Every, Filter, Query, Row

if TYPE_CHECKING:
    from jietong.metrics.query.calendar import Grid

IMPORT = ":import"


class LedgerHead(NamedTuple):
    """How far a ledger was read, and the digest of its chain there (hex)."""

    seq: int
    digest: str


def ledgers(site: str) -> tuple[str, str]:
    """A site's own, and that of its imported history."""
    return site, site + IMPORT


async def heads(conn: Connection, site: str) -> dict[str, LedgerHead]:
    """How far the stored facts have followed the ledgers; those without an event are left out."""
    found = {}
    for name in ledgers(site):
        row = await conn.fetchrow(
            "SELECT e.seq, e.digest FROM projection p JOIN event e ON e.site = p.site AND e.seq = p.seq "
            "WHERE p.site = $1 AND p.name = 'contacts'",
            name,
        )
        if row is not None:
            found[name] = LedgerHead(row["seq"], row["digest"].hex())
    return found


class Busy(NamedTuple):
    """Full trunks; `since` None: nobody has ever looked."""

    since: Ms | None
    times: list[TrunkBusyTime]


class Replayed(NamedTuple):
    """What the events say of contacts that arrived in the span, each stay with its contact's reason, and of full
    trunks."""

    segments: list[Segment]
    trunks: list[TrunkBusyTime]
    events: int
    since: Ms | None  # the first event of the site's own ledger: from then on full trunks are witnessed


async def replay(
    database: Database,
    upto: Mapping[str, LedgerHead],
    span: Span,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Replayed:
    """Reads each ledger from its first event to its head.

    Raises LedgerBroken where an event does not follow from the one before, Refused `ledger_differs` where the chain
    arrives at another digest than the head's.
    """
    segments: list[Segment] = []
    trunks: list[TrunkBusyTime] = []
    total = sum(head.seq for head in upto.values())
    since: Ms | None = None
    events = 0
    for site, head in upto.items():
        facts = Facts()
        known: dict[tuple[str, int], Segment] = {}
        handlings: dict[tuple[str, int], Segment] = {}  # of any day: what a contact was about may be told later
        stretches: dict[str, list[TrunkBusyTime]] = defaultdict(list)
        digest = genesis(site)
        seq = 0
        async with database.read(ALL) as conn:
            async for page in ledger.pages(conn, site, 0, until=head.seq):
                for row in page:
                    event = ledger.checked(row, digest, site)
                    digest, seq = row.digest, row.seq
                    if seq == 1 and not site.endswith(IMPORT):
                        since = event.at
                    for change in facts.apply(event):
                        if isinstance(change, IntervalChange):
                            continue
                        if isinstance(change, TrunkChange):
                            times = stretches[change.new.trunk]
                            times[len(times) - (change.old is not None) :] = [change.new]
                            continue
                        one = change.new
                        if one.reason is not None:
                            handlings[one.contact, one.n] = one
                        else:
                            handlings.pop((one.contact, one.n), None)
                        if one.arrived in span:
                            known[one.contact, one.n] = one
                events += len(page)
                progress(events, total)
                await asyncio.sleep(0)
        if seq != head.seq or digest.hex() != head.digest:
            raise Refused(
                "ledger_differs",
                f"The ledger of {site} at event {head.seq:,} is not the one that the statement was made from.",
            )
        reasons = reasons_of(handlings.values())
        segments += (replace(known[key], reason=reasons.get(key[0])) for key in sorted(known))
        trunks += (one for times in stretches.values() for one in times)
    return Replayed(segments, trunks, events, since)


class LedgerFacts:
    """Answers queries like the warehouse, from facts in memory."""

    def __init__(
        self, segments: Sequence[Segment], trunks: Sequence[TrunkBusyTime], now: Ms, since: Ms | None = None
    ) -> None:
        self._segments = segments
        self._trunks = trunks
        self._now = now
        self._since = since

    async def busy(self, window: Span) -> Busy:
        """When trunks were full, and since when that is witnessed."""
        times = [t for t in self._trunks if t.start < window.end and (t.end is None or t.end > window.start)]
        return Busy(self._since, times)

    async def rows(self, query: Query) -> list[Row]:
        return await asyncio.to_thread(self.rows_of, query)

    def rows_of(self, query: Query) -> list[Row]:
        """By start, then by keys; without rows in which nothing happened, but for the one of everything."""
        from jietong.metrics.query.calendar import intervals  # here: Ibis takes half a second to import

        grid = intervals(query)
        groups: dict[tuple[int, tuple[str | None, ...]], list[Segment]] = defaultdict(list)
        for one in self._segments:
            if one.arrived in query.window and counts(one, query.filter):
                groups[grid.number(one.arrived), _keys(one, query.by)].append(one)
        whole = query.every is Every.ALL and not query.by
        if whole:
            groups.setdefault((0, ()), [])
        elif not query.by:
            for n in _numbers(grid, self._trunks, self._now):
                groups.setdefault((n, ()), [])
        rows = []
        for (n, keys), segments in groups.items():
            span = grid.span(n)
            cells = tuple(
                Cell(*evaluate(m.definition, segments, (), span, now=self._now, terms=m.terms, trunks=self._trunks))
                for m in query.metrics
            )
            if whole or any(cell.numerator or cell.denominator for cell in cells):
                rows.append(Row(span.start, span.end, keys, cells))
        return sorted(rows, key=lambda row: (row.start, tuple((key is None, key or "") for key in row.keys)))


def counts(one: Segment, chosen: Filter) -> bool:
    """Whether the filter leaves the segment."""
    return (
        all(
            wanted is None or (value is not None and str(value) in wanted)
            for wanted, value in (
                (chosen.queues, one.queue),
                (chosen.agents, one.agent),
                (chosen.clients, one.client),
                (chosen.channels, one.channel),
                (chosen.entries, one.entry),
                (chosen.reasons, one.reason),
                (chosen.directions, one.direction),
            )
        )
        and (chosen.part_time is None or one.part_time == chosen.part_time)
        and (chosen.simulated is None or one.simulated == chosen.simulated)
        and (chosen.within is None or any(one.arrived in span for span in chosen.within))
        and not any(
            one.arrived in span
            and (queues is None or one.queue in queues)
            and (entries is None or one.entry in entries)
            for span, queues, entries in chosen.without
        )
    )


def _keys(one: Segment, by: Iterable[By]) -> tuple[str | None, ...]:
    values = (getattr(one, key.value) for key in by)
    return tuple(None if v is None else str(v).lower() if isinstance(v, bool) else str(v) for v in values)


def _numbers(grid: "Grid", trunks: Iterable[TrunkBusyTime], now: Ms) -> set[int]:
    """The intervals in which a trunk was full."""
    first, last = grid.boundaries[0], grid.boundaries[-1]
    found = set()
    for one in trunks:
        start, end = max(one.start, first), min(now if one.end is None else one.end, last)
        if start < end:
            found |= set(range(grid.number(start), grid.number(end - 1) + 1))
    return found
