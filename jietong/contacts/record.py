"""A contact as one record, and what it can be found by. Pure: worked out from its folded segments."""

from typing import NamedTuple

from msgspec import Struct

from jietong.contacts.model import End, Kind
from jietong.contacts.stays import ContactFold
from jietong.core.vocabulary import Channel, Direction, EndedBy, Ms, Outcome


class Had(NamedTuple):
    """Stays of this kind, that ended so (None: anyhow), of a contact of this direction (None: either)."""

    kind: Kind
    ends: frozenset[End] | None = None
    direction: Direction | None = None


HAD: dict[str, Had] = {
    "flow": Had(Kind.FLOW),
    "missed_offer": Had(Kind.OFFER, frozenset({End.MISSED})),
    "declined_offer": Had(Kind.OFFER, frozenset({End.DECLINED})),
    "transfer": Had(Kind.HANDLING, frozenset({End.TRANSFERRED})),
    "hold": Had(Kind.HOLD),
    "consult": Had(Kind.CONSULT),
    "three_way": Had(Kind.THREE_WAY),
    "callback": Had(Kind.DIAL, None, Direction.INBOUND),
    "outbound": Had(Kind.DIAL, None, Direction.OUTBOUND),
    "overflow": Had(Kind.QUEUE, frozenset({End.OVERFLOWED})),
    "moved": Had(Kind.QUEUE, frozenset({End.MOVED})),
    "lost_desk": Had(Kind.HANDLING, frozenset({End.LOST})),
}
"""What may have happened to a contact on its way; the explorer's `had` filter."""
_HAD_OF = {kind: [(name, had) for name, had in HAD.items() if had.kind is kind] for kind in Kind}


class ContactRecord(Struct, frozen=True):
    """One row of the explorer. Times are sums over its segments so far; open ones are not in them yet."""

    id: str
    client: str
    customer: str | None
    channel: Channel
    entry: str
    language: str
    simulated: bool
    arrived: Ms
    ended: Ms | None
    queue: str | None
    queues: tuple[str, ...]
    agent: str | None
    agents: tuple[str, ...]
    outcome: Outcome | None
    ended_by: EndedBy | None
    reason: str | None
    resolved: bool | None
    csat: int | None
    wait_ms: Ms
    talk_ms: Ms
    hold_ms: Ms
    wrapup_ms: Ms
    transfers: int
    missed: int
    messages: int
    busy: bool
    direction: Direction = Direction.INBOUND
    imported: bool = False  # of a history from elsewhere


def record_of(fold: ContactFold) -> ContactRecord:
    """The record as of the last event folded."""
    queues: list[str] = []
    agents: list[str] = []
    spent = dict.fromkeys((Kind.QUEUE, Kind.TALK, Kind.HOLD, Kind.WRAPUP), 0)
    reason: str | None = None
    resolved: bool | None = None
    csat: int | None = None
    transfers = missed = 0
    for row in fold.rows:
        if row.kind in (Kind.QUEUE, Kind.ENTRY) and row.queue is not None and row.queue not in queues:
            queues.append(row.queue)
        if row.kind is Kind.HANDLING:
            if row.agent is not None and row.agent not in agents:
                agents.append(row.agent)
            reason = row.reason if row.reason is not None else reason
            resolved = row.resolved if row.resolved is not None else resolved
            transfers += row.outcome is End.TRANSFERRED
        if row.kind in spent and row.end is not None:
            spent[row.kind] += row.end - row.start
        missed += row.outcome is End.MISSED
        csat = row.score if row.score is not None else csat
    return ContactRecord(
        fold.contact,
        fold.client,
        fold.customer,
        fold.channel,
        fold.entry,
        fold.language,
        fold.simulated,
        fold.arrived,
        fold.ended,
        queues[0] if queues else None,
        tuple(queues),
        fold.last_agent,
        tuple(agents),
        fold.outcome,
        fold.ended_by,
        reason,
        resolved,
        csat,
        spent[Kind.QUEUE],
        spent[Kind.TALK],
        spent[Kind.HOLD],
        spent[Kind.WRAPUP],
        transfers,
        missed,
        fold.messages,
        fold.busy,
        fold.direction,
        fold.imported,
    )


def facets_of(fold: ContactFold, record: ContactRecord) -> frozenset[str]:
    """What the contact can be found by: `queue:…`, `agent:…`, `channel:…`, `outcome:…`, `had:…` and the like."""
    out = {f"channel:{record.channel}", f"entry:{record.entry}"}
    out.add(f"outcome:{record.outcome or 'open'}")
    out.update(f"queue:{queue}" for queue in record.queues)
    out.update(f"agent:{agent}" for agent in record.agents)
    if record.reason is not None:
        out.add(f"reason:{record.reason}")
    if record.resolved is not None:
        out.add(f"resolved:{'yes' if record.resolved else 'no'}")
    if record.csat is not None:
        out.add(f"csat:{record.csat}")
    for row in fold.rows:
        for name, had in _HAD_OF.get(row.kind, ()):
            ended_so = had.ends is None or row.outcome in had.ends
            if ended_so and had.direction in (None, fold.direction):
                out.add(f"had:{name}")
    return frozenset(out)
