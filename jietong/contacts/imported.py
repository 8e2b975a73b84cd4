"""A contact of an imported history as its segments: what `fold` is for a contact's own events. Pure.

All that is known is in one event, so the contact is final at once. A file tells how long a customer was on hold, not
when: the hold is drawn as one stretch at the end of the talk.
"""

from msgspec.structs import replace

from jietong.contacts.model import BUSY, AgentInterval, End, Kind, Segment
from jietong.contacts.stays import ContactFold, SegmentChange
from jietong.core.events import HistoryAgent, HistoryContact, HistoryStay

_END = {end.value: end for end in End}


def fold_of(event: HistoryContact) -> ContactFold:
    """The contact, folded to its end."""
    fold = ContactFold(
        event.contact,
        event.channel,
        event.client,
        event.entry,
        event.arrived,
        event.customer,
        simulated=event.simulated,
        ended=event.ended,
        ended_by=event.by,
        outcome=event.outcome,
        imported=True,
    )
    first = event.stays[0] if event.stays else None
    _row(
        fold,
        Kind.ENTRY,
        event.arrived,
        event.arrived,
        first.entered if first is not None else event.ended,
        _END[event.entry_how],
        queue=event.queue,
    )
    for stay in event.stays:
        _stay(fold, stay)
    if event.flow is not None:
        waited = event.stays[-1] if event.stays else None
        _row(
            fold,
            Kind.FLOW,
            event.arrived if waited is None else waited.left,
            event.arrived if waited is None else waited.left,
            event.ended,
            _END[event.flow],
            queue=event.queue if waited is None else waited.queue,
            cause="arrival" if waited is None else "queue_left",
        )
    if event.reason is not None:
        _reason(fold, event.reason)
    return fold


def changes_of(fold: ContactFold) -> list[SegmentChange]:
    """Each row is new and final."""
    return [SegmentChange(None, row) for row in fold.rows]


def interval_of(event: HistoryAgent) -> AgentInterval:
    busy_since = event.start if event.state in BUSY else None
    return AgentInterval(
        event.agent, event.start, event.state, event.reason, event.queue, end=event.end, busy_since=busy_since
    )


def _stay(fold: ContactFold, stay: HistoryStay) -> None:
    arrived = stay.entered if stay.arrived is None else stay.arrived
    since = stay.entered if stay.since is None else stay.since
    _row(
        fold,
        Kind.QUEUE,
        stay.entered,
        arrived,
        stay.left,
        _END[stay.how],
        queue=stay.queue,
        agent=stay.agent if _END[stay.how] is End.ANSWERED else None,
        cause=stay.cause,
        target_ms=stay.target_ms,
        short_ms=stay.short_ms,
        since=since,
        wait_ms=stay.left - since,
    )
    for offer in stay.offers:
        _row(
            fold, Kind.OFFER, offer.start, offer.start, offer.end, _END[offer.how],
            queue=stay.queue, agent=offer.agent, cause="queue",
        )  # fmt: skip
    if stay.ended is not None:
        _handling(fold, stay, arrived, stay.ended)


def _handling(fold: ContactFold, stay: HistoryStay, arrived: int, ended: int) -> None:
    queue, agent, how = stay.queue, stay.agent, _END[stay.talk_how]
    over = ended + stay.wrapup_ms
    if agent is not None:
        fold.last_agent = agent
    _row(
        fold,
        Kind.HANDLING,
        stay.left,
        arrived,
        over,
        how,
        queue=queue,
        agent=agent,
        talk_ms=ended - stay.left - stay.hold_ms,
        hold_ms=stay.hold_ms,
        wrapup_ms=stay.wrapup_ms,
        holds=1 if stay.hold_ms else 0,
    )
    held = ended - stay.hold_ms
    _row(fold, Kind.TALK, stay.left, arrived, held, End.HELD if stay.hold_ms else how, queue=queue, agent=agent)
    if stay.hold_ms:
        _row(fold, Kind.HOLD, held, arrived, ended, how, queue=queue, agent=agent)
    if stay.wrapup_ms:
        _row(fold, Kind.WRAPUP, ended, arrived, over, End.COMPLETED, queue=queue, agent=agent)


def _reason(fold: ContactFold, reason: str) -> None:
    """Of the last handling, as an agent gives it at the end."""
    for i in range(len(fold.rows) - 1, -1, -1):
        if fold.rows[i].kind is Kind.HANDLING:
            fold.rows[i] = replace(fold.rows[i], reason=reason)
            return


def _row(
    fold: ContactFold,
    kind: Kind,
    start: int,
    arrived: int,
    end: int,
    outcome: End,
    *,
    queue: str | None = None,
    agent: str | None = None,
    cause: str | None = None,
    target_ms: int | None = None,
    short_ms: int | None = None,
    since: int | None = None,
    wait_ms: int | None = None,
    talk_ms: int | None = None,
    hold_ms: int | None = None,
    wrapup_ms: int | None = None,
    holds: int | None = None,
) -> None:
    fold.rows.append(
        Segment(
            fold.contact,
            len(fold.rows) + 1,
            kind,
            start,
            arrived,
            fold.channel,
            fold.client,
            fold.entry,
            fold.simulated,
            queue,
            agent,
            False,
            cause,
            target_ms=target_ms,
            short_ms=short_ms,
            since=since,
            end=end,
            outcome=outcome,
            wait_ms=wait_ms,
            talk_ms=talk_ms,
            hold_ms=hold_ms,
            wrapup_ms=wrapup_ms,
            holds=holds,
        )
    )
