"""The engine's invariants, looked at one by one. For tests and for `jietong ledger verify`; never on the hot path."""

from collections import Counter
from collections.abc import Iterator

from jietong.core.vocabulary import Channel, Place, State, Status
from jietong.routing import rules
from jietong.routing.centre import Centre, invitable
from jietong.routing.lines import KIND, LATER, SERIAL, TEXT, VOICE, place_in_order
from jietong.routing.matching import best_for, derive
from jietong.routing.model import AgentState, ContactState


def check(c: Centre) -> list[str]:
    """Everything that is wrong, in sentences."""
    return [*_contacts(c), *_agents(c), *_queues(c), *_settled(c)]


def _contacts(c: Centre) -> Iterator[str]:
    """No contact is lost, none is in two places."""
    owners = Counter(contact for agent in c.by_index for contact in agent.contacts)
    offers = Counter(contact for agent in c.by_index for contact in agent.offers)
    lines = Counter(c.by_serial[entry & SERIAL].id for queue in c.queues.values() for entry in queue.entries())
    for contact in c.contacts.values():
        where = contact.id
        consult = contact.consult
        asked = 1 if consult is not None and not consult.joined else 0
        expected = {
            "lines": 1 if contact.place is Place.QUEUE else 0,
            "agents": 1 if contact.place in (Place.TALK, Place.HOLD, Place.WRAPUP) else 0,
            "offers": asked + (1 if contact.place is Place.OFFER else 0),
        }
        found = {"lines": lines[where], "agents": owners[where], "offers": offers[where]}
        if found != expected:
            yield f"contact {where} at {contact.place}: {found} instead of {expected}"
        yield from _contact(c, contact)
    for name, known in (("lines", lines), ("agents", owners), ("offers", offers)):
        for where in known.keys() - c.contacts.keys():
            yield f"contact {where} is in {name} and not known"
    if {contact.serial for contact in c.contacts.values()} != set(c.by_serial):
        yield "contacts by serial are out of step"


def _contact(c: Centre, contact: ContactState) -> Iterator[str]:
    if contact.place is Place.ARRIVED and contact.retry_at is None and not contact.in_flow:
        yield f"contact {contact.id} is nowhere"
    if contact.in_flow and (contact.place is not Place.ARRIVED or contact.flow is None):
        yield f"contact {contact.id} at {contact.place} is in a flow as well"
    if contact.dialled and contact.place is not Place.TALK:
        yield f"contact {contact.id} at {contact.place} is being dialled as well"
    if (contact.ended_at is None) is (contact.place in (Place.WRAPUP, Place.CLOSED)):
        yield f"contact {contact.id} at {contact.place} has ended_at {contact.ended_at}"
    if contact.place is Place.OFFER:
        agent = c.agents.get(contact.offered_to or "")
        if agent is None or contact.id not in agent.offers or contact.expires is None:
            yield f"contact {contact.id} is on offer to {contact.offered_to}, who does not have it"
    if contact.agent is not None and contact.id not in c.agents[contact.agent].contacts:
        yield f"contact {contact.id} is with {contact.agent}, who does not have it"
    consult = contact.consult
    if consult is not None:
        other = c.agents[consult.other]
        if contact.agent != consult.agent:
            yield f"the consult about {contact.id} is of {consult.agent}, not of {contact.agent}"
        if contact.id not in (other.consulting if consult.joined else other.offers):
            yield f"the consult about {contact.id} does not stand with {consult.other}"


def _agents(c: Centre) -> Iterator[str]:
    """Capacity is kept, each agent is in the state that follows, and an unready agent has no way to an offer."""
    for agent in c.by_index:
        voice = text = talks = 0
        for contact_id in [*agent.contacts, *agent.offers, *agent.consulting]:
            if c.contacts[contact_id].channel is Channel.VOICE:
                voice += 1
            else:
                text += 1
        for contact_id in [*agent.contacts, *agent.consulting]:
            contact = c.contacts[contact_id]
            talks += contact.channel is Channel.VOICE and contact.place in (Place.TALK, Place.HOLD)
        if talks > 1:
            yield f"agent {agent.id} is in {talks} calls at once"
        if (voice, text) != (agent.voice, agent.text):
            yield f"agent {agent.id} counts {agent.voice} calls and {agent.text} chats, has {voice} and {text}"
        state, _, queue = derive(c, agent)
        if (state, queue) != (agent.state, agent.queue):
            yield f"agent {agent.id} is {agent.state} for {agent.queue} instead of {state} for {queue}"
        if agent.status is Status.OFFLINE and (agent.open or agent.connected or agent.invitation or agent.drawn):
            yield f"agent {agent.id} is signed out and still has something open"
        yield from _index(c, agent)


def _index(c: Centre, agent: AgentState) -> Iterator[str]:
    capacity = agent.spec.capacity
    wants = rules.wants_work(agent)
    for work, room in (
        (VOICE, rules.can_be_called(agent)),
        (TEXT, rules.room_for_text(capacity, agent.voice, agent.text)),
    ):
        if (c.seats[work].keys[agent.index] != 0) is not (wants and room):
            yield f"agent {agent.id}: the index of free agents is out of step"
    if agent.part_time and (c.standby.keys[agent.index] != 0) is not invitable(agent):
        yield f"agent {agent.id}: the index of standby is out of step"
    levels = rules.usable_levels(agent)
    for group in c.groups.values():
        if (agent.index in group.members) is not (agent.spec.active and rules.meets(levels, group.requires)):
            yield f"agent {agent.id}: membership is out of step"


def _queues(c: Centre) -> Iterator[str]:
    for queue in c.queues.values():
        inside = [x for x in c.contacts.values() if x.place is Place.QUEUE and x.queue == queue.id]
        live = [x for x in inside if KIND[x.channel] != LATER]
        if (queue.in_line, queue.later) != (len(live), len(inside) - len(live)):
            yield f"queue {queue.id} counts {queue.in_line} + {queue.later}, has {len(live)} of {len(inside)}"
        offered = [x for x in c.contacts.values() if x.place is Place.OFFER and x.queue == queue.id]
        offered = [x for x in offered if x.offer_cause != "transfer" and KIND[x.channel] != LATER]
        if sorted(queue.offered) != sorted(x.id for x in offered):
            yield f"queue {queue.id}: those on offer are out of step"
        live += offered
        if queue.waiting != len(live):
            yield f"queue {queue.id} says {queue.waiting} wait, there are {len(live)}"
        if queue.entries() != sorted(place_in_order(x, queue.spec) for x in inside):
            yield f"queue {queue.id}: its line is out of step"
        longest = min((x.waiting_since or 0 for x in live), default=None)
        if c.longest_since(queue.id) != longest:
            yield f"queue {queue.id}: the longest wait began at {longest}, not {c.longest_since(queue.id)}"
        group = queue.rings[0]
        members = [agent for agent in c.by_index if agent.index in group.members]
        counted = {state: n for state, n in group.states.items() if n}
        if counted != dict(Counter(agent.state for agent in members)):
            yield f"queue {queue.id}: agents by state are out of step"
        full = Counter(agent.state for agent in members if not agent.part_time)
        if {state: n for state, n in group.full_timers.items() if n} != dict(full):
            yield f"queue {queue.id}: full-timers by state are out of step"
        drawn = [agent.id for agent in c.by_index if agent.drawn == queue.id]
        if sorted(queue.drawn) != sorted(drawn):
            yield f"queue {queue.id}: those drawn in are out of step"
        invited = [a for a in c.by_index if a.invitation is not None and a.invitation.queue == queue.id]
        if queue.invited != len(invited):
            yield f"queue {queue.id}: counts {queue.invited} invitations, has {len(invited)}"


def _settled(c: Centre) -> Iterator[str]:
    """Nobody waits while somebody free could take them."""
    for agent in c.by_index:
        if entry := best_for(c, agent, c.clock):
            yield f"contact {c.by_serial[entry & SERIAL].id} waits though agent {agent.id} is free"
        if agent.state is State.OFF and agent.status is not Status.OFFLINE:
            yield f"agent {agent.id} is signed in and off"
