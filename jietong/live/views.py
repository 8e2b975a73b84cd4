"""What screens show of the centre: the objects of web/src/live/types.ts, built from engine and live figures. Pure.

Each object is a function of the state it shows, so an object that was not touched by an event has not changed,
but for the few figures that run with the time (occupancy, estimates, trends): those are looked at again now and then.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from msgspec import Struct

from jietong.channels.webchat.model import Message
from jietong.core.specs import Names
from jietong.core.vocabulary import Ms, Place, State
from jietong.live.voice import NOTHING, OutsideView, RecordingView, SupervisionView, VoiceFacts
from jietong.metrics.live import AgentFigures, HalfHour, LiveFigures, QueueFigures, Ratio
from jietong.routing.engine import Engine
from jietong.routing.model import AgentState, Consulting, ContactState

PREVIEW = 200
"""Characters of the last message that lists show."""


class QueueView(Struct, frozen=True):
    id: str
    name: Names
    client: str
    channels: tuple[str, ...]
    open: bool
    waiting: int
    longest_since: Ms | None
    ewt_s: float | None
    service_level_s: int
    service_level_target: float
    alarm_wait_s: int
    alarm_talk_s: int
    ready: int
    talking: int
    wrapup: int
    standby: int
    today: QueueFigures
    trend: list[int]


class InvitationView(Struct, frozen=True):
    queue: str
    expires: Ms


class AgentView(Struct, frozen=True):
    id: str
    name: str
    team: str
    part_time: bool
    queues: tuple[str, ...]  # that the agent serves as one of the queue's own, by id
    status: str
    reason: str | None
    next: str | None
    state: str
    since: Ms
    connected: bool
    queue: str | None
    contacts: int
    online_since_break_ms: Ms
    online_as_of: Ms
    online_running: bool
    break_due: bool
    invitation: InvitationView | None
    today: AgentFigures
    reachable: bool  # the agent's telephone can be rung, as far as is known
    device_why: str  # why not


class ConsultView(Struct, frozen=True):
    agent: str
    other: str
    joined: bool
    expires: Ms | None = None  # of the question to `other`
    merged: bool = False  # the customer is in the talk of the two


class LastMessage(Struct, frozen=True):
    author: str
    text: str
    at: Ms
    n: int


class ContactView(Struct, frozen=True):
    id: str
    channel: str
    place: str
    queue: str | None
    client: str
    customer: str | None
    customer_name: str | None
    language: str
    agent: str | None
    arrived: Ms
    since: Ms
    waiting_since: Ms | None
    talk_since: Ms | None
    expires: Ms | None
    offer_ms: Ms | None
    wrapup_until: Ms | None
    priority: int
    consult: ConsultView | None
    callback: bool
    attempts: int
    last_message: LastMessage | None
    customer_waiting_since: Ms | None
    simulated: bool
    direction: str
    entry: str  # number, widget or mailbox that it came in by
    flow: str | None  # that serves the customer now
    dialling: bool  # an agent dials the customer, who has not answered yet
    caller: str | None  # the customer's number, masked
    recording: RecordingView | None
    supervision: tuple[SupervisionView, ...]
    outside: OutsideView | None  # a party outside who is asked, or about to get the call


class Colleague(Struct, frozen=True):
    """Somebody to transfer to."""

    id: str
    name: str
    state: str
    since: Ms
    reachable: bool  # by telephone


class SiteView(Struct, frozen=True):
    id: str
    name: Names
    zone: str
    demo: bool
    today: QueueFigures
    waiting: int
    longest_since: Ms | None
    half_hours: list[HalfHour]


class Said(NamedTuple):
    """What the live views remember of a contact beyond the engine."""

    name: str | None = None
    last: LastMessage | None = None
    caller: str | None = None
    voice: VoiceFacts = NOTHING


def queue_view(engine: Engine, figures: LiveFigures, id: str, now: Ms) -> QueueView:
    spec = engine.queues[id].spec
    states = engine.agents_of(id)
    ewt = engine.estimated_wait_s(id)
    return QueueView(
        id=id,
        name=spec.name,
        client=spec.client,
        channels=tuple(str(channel) for channel in spec.channels),
        open=engine.is_open(id, now),
        waiting=engine.waiting(id),
        longest_since=engine.longest_since(id),
        ewt_s=None if ewt is None else float(round(ewt)),
        service_level_s=spec.service_level_s,
        service_level_target=spec.service_level_target,
        alarm_wait_s=spec.alarm_wait_s,
        alarm_talk_s=spec.alarm_talk_s,
        ready=states[State.READY],
        talking=states[State.TALKING] + states[State.HOLD],
        wrapup=states[State.WRAPUP],
        standby=states[State.STANDBY],
        today=figures.queue(id, now),
        trend=figures.trend(id, now),
    )


def agent_view(engine: Engine, figures: LiveFigures, agent: AgentState, now: Ms) -> AgentView:
    """`online_since_break_ms` is as of the start of the state, so it does not change while the state lasts."""
    spec = agent.spec
    streak, running = engine.online_streak(agent.id, agent.since)
    invitation = agent.invitation
    return AgentView(
        id=agent.id,
        name=spec.name,
        team=spec.team,
        part_time=agent.part_time,
        queues=tuple(sorted(id for id, (_, ring) in engine.serves[agent.index].items() if ring == 0)),
        status=agent.status,
        reason=agent.reason,
        next=agent.next,
        state=agent.state,
        since=agent.since,
        connected=agent.connected,
        queue=agent.queue,
        contacts=len(agent.contacts) + len(agent.consulting),
        online_since_break_ms=streak,
        online_as_of=agent.since,
        online_running=running,
        break_due=agent.break_due,
        invitation=InvitationView(invitation.queue, invitation.expires) if invitation else None,
        today=figures.agent(agent.id, now),
        reachable=agent.reachable,
        device_why=agent.device_why,
    )


def contact_view(contact: ContactState, said: Said) -> ContactView:
    consult = contact.consult
    offered = contact.place is Place.OFFER
    return ContactView(
        id=contact.id,
        channel=contact.channel,
        place=contact.place,
        queue=contact.queue,
        client=contact.client,
        customer=contact.customer,
        customer_name=said.name,
        language=contact.language,
        agent=contact.offered_to if offered else contact.agent,
        arrived=contact.arrived,
        since=contact.since,
        waiting_since=contact.waiting_since,
        talk_since=contact.talk_since,
        expires=contact.expires if offered else None,
        offer_ms=contact.offer_ms if offered else None,
        wrapup_until=contact.wrapup_until if contact.place is Place.WRAPUP else None,
        priority=contact.priority,
        consult=_consult_view(consult) if consult else None,
        callback=contact.callback,
        attempts=contact.attempts,
        last_message=said.last,
        customer_waiting_since=contact.customer_waiting_since,
        simulated=contact.simulated,
        direction=contact.direction,
        entry=contact.entry,
        flow=contact.flow if contact.in_flow else None,
        dialling=contact.dialled or contact.dialling,
        caller=said.caller,
        recording=said.voice.recording,
        supervision=said.voice.supervision,
        outside=said.voice.outside,
    )


def _consult_view(consult: Consulting) -> ConsultView:
    return ConsultView(consult.agent, consult.other, consult.joined, consult.expires, consult.merged)


def colleague(agent: AgentState) -> Colleague:
    return Colleague(agent.id, agent.spec.name, agent.state, agent.since, agent.reachable)


def holders(contact: ContactState) -> tuple[str, ...]:
    """The agents on whose desk the contact lies: who has it, to whom it is offered, who is asked for help."""
    found: tuple[str, ...] = ()
    if contact.place is Place.OFFER:
        found = (contact.offered_to,) if contact.offered_to else ()
    elif contact.place in (Place.TALK, Place.HOLD, Place.WRAPUP):
        found = (contact.agent,) if contact.agent else ()
    if contact.consult is not None:
        found = (*found, contact.consult.other)
    return found


def last_message(message: Message) -> LastMessage:
    text = message.text or (message.attachment.name if message.attachment else "")
    return LastMessage(message.author, text[:PREVIEW], message.at, message.n)


def site_view(
    engine: Engine, figures: LiveFigures, queues: Mapping[str, QueueView], now: Ms, *, demo: bool, whole: bool
) -> SiteView:
    """The site's figures, or (`whole` False) those of the given queues summed. The figures of a part have no
    half-hours: those are kept for the site alone."""
    site = engine.site
    since = [queue.longest_since for queue in queues.values() if queue.longest_since is not None]
    return SiteView(
        id=site.id,
        name=site.name,
        zone=site.zone,
        demo=demo,
        today=figures.site(now) if whole else sum_figures([queue.today for queue in queues.values()]),
        waiting=sum(queue.waiting for queue in queues.values()),
        longest_since=min(since, default=None),
        half_hours=figures.half_hours(now) if whole else [],
    )


def sum_figures(figures: Sequence[QueueFigures]) -> QueueFigures:
    """Numerators and denominators are summed, never ratios."""

    def ratio(name: str) -> Ratio:
        parts: list[Any] = [one[name] for one in figures]  # type: ignore[literal-required]
        return {"num": sum(part["num"] for part in parts), "den": sum(part["den"] for part in parts)}

    waits = [one["max_wait"] for one in figures if one["max_wait"] is not None]
    return {
        "entry_offered": sum(one["entry_offered"] for one in figures),
        "offered": sum(one["offered"] for one in figures),
        "transferred_in": sum(one["transferred_in"] for one in figures),
        "put_back": sum(one["put_back"] for one in figures),
        "answered": sum(one["answered"] for one in figures),
        "abandoned": sum(one["abandoned"] for one in figures),
        "refused": sum(one["refused"] for one in figures),
        "closed": sum(one["closed"] for one in figures),
        "sl3": ratio("sl3"),
        "sl7": ratio("sl7"),
        "asa": ratio("asa"),
        "aht": ratio("aht"),
        "abandon_rate": ratio("abandon_rate"),
        "max_wait": max(waits, default=None),
        "csat": ratio("csat"),
    }


def count_states(agents: Iterable[AgentView]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for agent in agents:
        counts[agent.state] = counts.get(agent.state, 0) + 1
    return counts
