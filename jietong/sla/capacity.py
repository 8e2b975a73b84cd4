"""Whether an agreement's trunks carry its callers (D6): the channels as set up, the load from the facts, how long all
were full. What nobody has seen is unknown, never 0.
"""

from typing import Any, Literal, NamedTuple, TypeAlias

from jietong.core.days import Span
from jietong.core.specs import Names, NumberSpec, TrunkSpec
from jietong.core.vocabulary import Ms
from jietong.db.pool import ALL, Connection, Database
from jietong.identity.model import Principal
from jietong.routing import store as setup
from jietong.routing.store import Kind
from jietong.sla import texts
from jietong.sla.ground import Ground
from jietong.sla.ledger_facts import ledgers
from jietong.sla.model import Contract
from jietong.sla.rules import trunks as rules
from jietong.sla.rules.result import AccessResult
from jietong.sla.rules.trunks import Capacity
from jietong.workforce.erlang.loss import RETRIES

View = dict[str, Any]
Blocked: TypeAlias = Literal["measured", "estimated", "unknown"]
HALF_HOUR: Ms = 1_800_000


class Offered(NamedTuple):
    """What came in the busiest half-hour of a span, and how long a caller holds a line on the mean of the span.

    `arrivals` are those who call afresh: of the blocked a share `RETRIES` calls again and is counted anew then.
    """

    start: Ms
    arrivals: float
    held_s: float
    clients: frozenset[str]  # whose callers they were


class Plant(NamedTuple):
    """The trunks of an agreement as they are set up now. `channels` None: gone, or out of service."""

    trunks: tuple[tuple[str, Names, int | None], ...]
    entries: tuple[str, ...]  # whose callers come in by them
    clients: frozenset[str]  # to whom those entries belong

    @property
    def lines(self) -> int | None:
        """None: no trunk is named, or none of one of them is known."""
        known = [channels for _, _, channels in self.trunks if channels is not None]
        return sum(known) if known and len(known) == len(self.trunks) else None


class Lines(NamedTuple):
    """`busy_ms`: all trunks full at once, over the days on which that was witnessed; None: on none."""

    plant: Plant
    offered: Offered | None
    busy_ms: Ms | None
    witnessed: int  # days
    days: int

    def open_to(self, by: Principal) -> bool:
        """Whether the reader sees all clients whose callers come by these lines."""
        called = frozenset() if self.offered is None else self.offered.clients
        return all(by.sees(client) for client in self.plant.clients | called)

    @property
    def capacity(self) -> Capacity | None:
        """Erlang B with retries; None: no lines, or no load, is known."""
        if self.offered is None or self.plant.lines is None:
            return None
        return rules.capacity(self.offered.arrivals * 2, self.offered.held_s, self.plant.lines)


async def lines_of(database: Database, ground: Ground, span: Span, busy: dict[Ms, Ms] | None, days: int) -> Lines:
    """`busy`: for each day that was witnessed, by its start, how long all trunks were full; `days` of the span."""
    async with database.read(ALL) as conn:
        plant = await plant_of(conn, ground.contract, ground.clients)
        offered = None
        if plant.trunks:
            offered = await _offered(conn, ground.owner.site, span, plant.entries, ground)
    told = None if not busy else sum(busy.values())
    return Lines(plant, offered, told, len(busy or {}), days)


async def plant_of(conn: Connection, contract: Contract, clients: tuple[str, ...] | None) -> Plant:
    """Lines are shared: whoever calls a number that comes in by them takes one, whichever client's it is."""
    named = sorted({trunk for service in contract.services for trunk in service.trunks})
    trunks = {one.id: one.spec for one in await setup.read_all(conn, Kind.TRUNK, TrunkSpec)}
    numbers = [one.spec for one in await setup.read_all(conn, Kind.NUMBER, NumberSpec)]
    every = {id for id, spec in trunks.items() if spec.active} <= set(named)
    own = {entry for service in contract.services for entry in service.entries}
    entries = {one.id for one in numbers if one.trunk in named or (one.trunk is None and every)} | own
    owners = {one.client for one in numbers if one.id in entries}
    return Plant(
        tuple((id, *_of_trunk(trunks.get(id))) for id in named),
        tuple(sorted(entries)),
        frozenset(owners if clients is None else owners | set(clients)),
    )


def _of_trunk(spec: TrunkSpec | None) -> tuple[Names, int | None]:
    return ({}, None) if spec is None else (spec.name, spec.channels if spec.active else None)


_LOAD = """
WITH came AS (
    SELECT site, contact, client, arrived, outcome = 'blocked' AS blocked FROM segment
     WHERE kind = 'entry' AND channel = 'voice' AND direction = 'inbound' AND ended IS NOT NULL
       AND site = ANY($1) AND arrived >= $2 AND arrived < $3
       AND (entry = ANY($4) OR ($5 AND ($6::text[] IS NULL OR client = ANY($6))))
), held AS (
    SELECT s.contact,
           sum(CASE s.kind WHEN 'handling' THEN coalesce(s.talk_ms, 0) + coalesce(s.hold_ms, 0)
                           ELSE s.ended - s.started END) AS ms
      FROM segment s JOIN came c ON c.contact = s.contact AND c.site = s.site AND NOT c.blocked
     WHERE s.kind IN ('entry', 'queue', 'handling') AND s.ended IS NOT NULL
     GROUP BY s.contact
    HAVING NOT EXISTS (SELECT 1 FROM segment b WHERE b.contact = s.contact
                        AND (b.kind = 'dial' OR (b.kind = 'flow' AND b.outcome = 'callback')))
)
SELECT (SELECT avg(ms) FROM held)::float8 AS held, (SELECT array_agg(DISTINCT client) FROM came) AS clients,
       arrived - arrived % 1800000 AS start,
       count(*) FILTER (WHERE NOT blocked) AS let_in, count(*) FILTER (WHERE blocked) AS blocked
  FROM came GROUP BY 3 ORDER BY count(*) DESC, 3 LIMIT 1
"""
"""From entry to end without wrap-up: the way in with its menu, the stays in queues, talk and hold. Who left their
number and was called back held no line meanwhile, and counts among the arrivals alone."""


async def _offered(
    conn: Connection, site: str, span: Span, entries: tuple[str, ...], ground: Ground
) -> Offered | None:
    """None: nobody called, or nobody got in."""
    whole = not all(service.entries for service in ground.contract.services)
    clients = None if ground.clients is None else list(ground.clients)
    row = await conn.fetchrow(_LOAD, list(ledgers(site)), *span, list(entries), whole, clients)
    if row is None or row["held"] is None:
        return None
    return Offered(
        row["start"], row["let_in"] + row["blocked"] * (1 - RETRIES), row["held"] / 1000, frozenset(row["clients"])
    )


def view(by: Principal, lines: Lines, access: AccessResult | None) -> View:
    """For the trap check. Whoever does not see all clients that call by these lines is not told how many call.

    `blocked` and `unseen` are the agreement's own: callers seen turned away, and those only estimated.
    """
    capacity = lines.capacity
    open_ = lines.open_to(by)
    told = capacity if open_ else None
    known: Blocked = "unknown"
    came = access is not None and (access.figure.denominator or access.level.denominator)
    if access is not None and came and access.blocked is not None:  # of nobody nothing is known
        known = "measured" if access.blocked_unseen is None else "estimated"
    seen = access if access is not None and known != "unknown" else None
    out: View = {
        "trunks": [
            {"id": id, "names": names, "gone": not names, "channels": channels}
            for id, names, channels in lines.plant.trunks
        ],
        "lines": lines.plant.lines,
        "level": "unknown" if capacity is None else capacity.level,
        "shared": not open_,
        "busiest": None if told is None or lines.offered is None else lines.offered.start,
        "arrivals": None if told is None or lines.offered is None else lines.offered.arrivals,
        "held_s": None if told is None or lines.offered is None else lines.offered.held_s,
        "load": None if told is None else told.load,
        "offered": None if told is None else told.offered,
        "blocking": None if told is None else told.blocking,
        "needed": None if told is None else told.needed,
        "busy_s": None if lines.busy_ms is None else lines.busy_ms / 1000,
        "witnessed": lines.witnessed,
        "days": lines.days,
        "known": known,
        "blocked": None if seen is None else seen.blocked,
        "unseen": None if seen is None or seen.blocked_unseen is None else float(seen.blocked_unseen),
    }
    return out | {"texts": texts.capacity(out)}


def capacity_of(by: Principal, lines: Lines) -> Capacity | None:
    """For the traps, under the same rule as `view`."""
    return lines.capacity if lines.open_to(by) else None
