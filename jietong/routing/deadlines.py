"""Deadlines: which there are, when each falls due by the records, and whether one that was set still stands.

The heap of deadlines is an index like the others: entries are never taken out when plans change, but looked at when
their time comes.
"""

from collections.abc import Callable, Iterator

from jietong.core.specs import QueueSpec
from jietong.core.vocabulary import Ms, Place
from jietong.routing.lines import KIND, LATER
from jietong.routing.model import AgentState, ContactState
from jietong.routing.readings import Readings

(
    OFFER_ENDS,
    CONSULT_ENDS,
    WRAPUP_ENDS,
    CERTIFICATE_ENDS,
    GRACE_ENDS,
    AWAY_ENDS,
    INVITATION_ENDS,
    PREFERENCE_ENDS,
    RETRY_DUE,
    STEP_DUE,
    WAIT_ENDS,
    PASSED_ENDS,
    BREAK_FALLS_DUE,
    INVITABLE_AGAIN,
    WAIT_LOOK,
    CALM_ENDS,
) = range(16)


def waiting_deadlines(contact: ContactState, spec: QueueSpec) -> Iterator[tuple[int, Ms]]:
    """Of a contact in a queue: its next overflow step, its longest wait, its preference, who passed it over."""
    if contact.step < len(spec.steps) and contact.entered is not None:
        yield STEP_DUE, contact.entered + spec.steps[contact.step].after_s * 1000
    if spec.max_wait_s is not None and gives_up(contact) and contact.waiting_since is not None:
        yield WAIT_ENDS, contact.waiting_since + spec.max_wait_s * 1000
    if contact.prefer_until is not None:
        yield PREFERENCE_ENDS, contact.prefer_until
    for until in contact.passed.values():
        yield PASSED_ENDS, until


def gives_up(contact: ContactState) -> bool:
    """Whether the queue's longest wait applies: someone is at the other end."""
    return KIND[contact.channel] != LATER and not contact.callback


def contact_deadlines(contact: ContactState, centre: Readings) -> Iterator[tuple[int, Ms]]:
    """All deadlines that a contact has in its present place."""
    if contact.place is Place.QUEUE:
        yield from waiting_deadlines(contact, centre.queues[contact.queue or ""].spec)
    if contact.place is Place.OFFER and contact.expires is not None:
        yield OFFER_ENDS, contact.expires
    if contact.consult is not None and contact.consult.expires is not None:
        yield CONSULT_ENDS, contact.consult.expires
    if contact.place is Place.WRAPUP and contact.wrapup_until is not None:
        yield WRAPUP_ENDS, contact.wrapup_until
    if contact.retry_at is not None:
        yield RETRY_DUE, contact.retry_at


def agent_deadlines(agent: AgentState, centre: Readings) -> Iterator[tuple[Ms, int]]:
    """All deadlines that an agent has now."""
    if agent.grace_until is not None:
        yield agent.grace_until, GRACE_ENDS
    if agent.lost_at is not None:
        yield agent.lost_at + centre.site.away_s * 1000, AWAY_ENDS
    if agent.break_at is not None:
        yield agent.break_at, BREAK_FALLS_DUE
    if agent.invitation is not None:
        yield agent.invitation.expires, INVITATION_ENDS
    if agent.invite_after > centre.clock:
        yield agent.invite_after, INVITABLE_AGAIN
    for at in certificate_ends(agent, centre):
        yield at, CERTIFICATE_ENDS


def certificate_ends(agent: AgentState, centre: Readings) -> list[Ms]:
    """When the agent's certificates that count now run out."""
    return [
        held.certified_until
        for held in agent.spec.skills
        if held.certified_until is not None
        and held.skill not in agent.lapsed
        and held.skill in centre.skills
        and centre.skills[held.skill].certificate
    ]


def _contact_holds(kind: int) -> Callable[[Readings, Ms, str], bool]:
    def check(centre: Readings, at: Ms, whose: str) -> bool:
        contact = centre.contacts.get(whose)
        return contact is not None and (kind, at) in contact_deadlines(contact, centre)

    return check


def _agent_holds(kind: int) -> Callable[[Readings, Ms, str], bool]:
    def check(centre: Readings, at: Ms, whose: str) -> bool:
        agent = centre.agents.get(whose)
        return agent is not None and (at, kind) in agent_deadlines(agent, centre)

    return check


def _offer_holds(centre: Readings, at: Ms, whose: str) -> bool:
    contact = centre.contacts.get(whose)
    return contact is not None and contact.expires == at and contact.place is Place.OFFER


def _wrapup_holds(centre: Readings, at: Ms, whose: str) -> bool:
    contact = centre.contacts.get(whose)
    return contact is not None and contact.wrapup_until == at and contact.place is Place.WRAPUP


def _break_holds(centre: Readings, at: Ms, whose: str) -> bool:
    return centre.agents[whose].break_at == at


def _invitable_holds(centre: Readings, at: Ms, whose: str) -> bool:
    return centre.agents[whose].invite_after == at


def _look_holds(centre: Readings, at: Ms, whose: str) -> bool:
    return centre.queues[whose].watch_at == at


def _calm_holds(centre: Readings, at: Ms, whose: str) -> bool:
    facts = centre.queues[whose].facts
    rule = facts.spec.invite
    return facts.calm_since is not None and rule is not None and facts.calm_since + rule.calm_s * 1000 == at


HOLDS: tuple[Callable[[Readings, Ms, str], bool], ...] = (
    _offer_holds,
    _contact_holds(CONSULT_ENDS),
    _wrapup_holds,
    _agent_holds(CERTIFICATE_ENDS),
    _agent_holds(GRACE_ENDS),
    _agent_holds(AWAY_ENDS),
    _agent_holds(INVITATION_ENDS),
    _contact_holds(PREFERENCE_ENDS),
    _contact_holds(RETRY_DUE),
    _contact_holds(STEP_DUE),
    _contact_holds(WAIT_ENDS),
    _contact_holds(PASSED_ENDS),
    _break_holds,
    _invitable_holds,
    _look_holds,
    _calm_holds,
)
