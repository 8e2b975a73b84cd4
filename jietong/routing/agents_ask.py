"""Commands of the desk about a contact: accept, decline, hold, end, wrap up, transfer, consult, call back.

Double clicks and second tabs repeat commands: what has been done already gives no events and no error.
"""

from jietong.core import commands as k
from jietong.core import events as e
from jietong.core.errors import Refused
from jietong.core.vocabulary import EndedBy, Ms, Outcome, Place, Status
from jietong.routing.centre import Centre
from jietong.routing.customers_ask import find_contact, find_queue
from jietong.routing.lines import KIND, LATER, waited
from jietong.routing.model import AgentState, ContactState
from jietong.routing.places import back_in_front, consult_offer_failed, end_consult, end_dial, end_talk


def find_agent(c: Centre, agent_id: str) -> AgentState:
    """Raises Refused `unknown_agent`."""
    agent = c.agents.get(agent_id)
    if agent is None:
        raise Refused("unknown_agent", "There is no such agent.", agent=agent_id)
    return agent


def signed_in(c: Centre, agent_id: str) -> AgentState:
    """Raises Refused `unknown_agent`, `not_signed_in`."""
    agent = find_agent(c, agent_id)
    if agent.status is Status.OFFLINE:
        raise Refused("not_signed_in", "Sign in to the desk first.", agent=agent_id)
    return agent


def own(c: Centre, agent_id: str, contact_id: str) -> tuple[AgentState, ContactState]:
    """The agent and a contact that they have. Raises Refused `not_yours`."""
    agent = signed_in(c, agent_id)
    contact = find_contact(c, contact_id)
    if contact.agent != agent_id:
        raise Refused("not_yours", "Another agent has this contact, or nobody.", contact=contact_id)
    return agent, contact


def talking(c: Centre, agent_id: str, contact_id: str) -> tuple[AgentState, ContactState]:
    """The same, with the customer there. Raises Refused `wrong_place`, `say_reached`, `not_answered`."""
    agent, contact = own(c, agent_id, contact_id)
    if contact.place not in (Place.TALK, Place.HOLD):
        raise Refused("wrong_place", "The customer is not in this conversation any more.", place=contact.place)
    if contact.callback:
        raise Refused("say_reached", "Say first whether the customer was reached.", contact=contact_id)
    if contact.dialled:
        raise Refused("not_answered", "The customer has not answered yet.", contact=contact_id)
    return agent, contact


def offered(contact: ContactState, agent_id: str) -> bool:
    """Whether an offer of the contact to this agent is open, to take it or to advise."""
    consult = contact.consult
    return (contact.place is Place.OFFER and contact.offered_to == agent_id) or (
        consult is not None and consult.other == agent_id and not consult.joined
    )


def accept(c: Centre, cmd: k.Accept, at: Ms) -> None:
    agent = signed_in(c, cmd.agent)
    contact = find_contact(c, cmd.contact)
    consult = contact.consult
    if not offered(contact, agent.id):
        if contact.agent == agent.id and contact.place in (Place.TALK, Place.HOLD):
            return
        if consult is not None and consult.other == agent.id:
            return
        if contact.agent is not None:
            raise Refused("already_accepted", "Another agent has taken this contact.", contact=contact.id)
        raise Refused("not_offered", "This offer is no longer open.", contact=contact.id)
    if contact.place is not Place.OFFER and consult is not None:
        c.emit(e.OfferAccepted(at=at, contact=contact.id, agent=agent.id, queue=None, waited_ms=0))
        c.emit(e.ConsultJoined(at=at, contact=contact.id, agent=consult.agent, other=agent.id))
        return
    queue = None if contact.offer_cause == "transfer" else contact.queue
    wait = waited(contact, at)
    c.emit(e.OfferAccepted(at=at, contact=contact.id, agent=agent.id, queue=queue, waited_ms=wait))


def decline(c: Centre, cmd: k.Decline, at: Ms) -> None:
    """The agent stays ready, at the back of the order, and is passed over for this contact for a while."""
    agent = signed_in(c, cmd.agent)
    contact = find_contact(c, cmd.contact)
    if not offered(contact, agent.id):
        if agent.id in contact.passed:
            return
        raise Refused("not_offered", "This offer is no longer open.", contact=contact.id)
    decline_offer(c, agent, contact, at)


def decline_offer(c: Centre, agent: AgentState, contact: ContactState, at: Ms) -> None:
    if contact.place is not Place.OFFER:
        c.emit(e.OfferDeclined(at=at, contact=contact.id, agent=agent.id, queue=None))
        consult_offer_failed(c, contact, at, "declined")
        return
    queue = None if contact.offer_cause == "transfer" else contact.queue
    c.emit(e.OfferDeclined(at=at, contact=contact.id, agent=agent.id, queue=queue))
    back_in_front(c, contact, at)


def hold(c: Centre, cmd: k.Hold, at: Ms) -> None:
    _, contact = talking(c, cmd.agent, cmd.contact)
    if contact.place is Place.TALK:
        c.emit(e.ContactHeld(at=at, contact=contact.id, agent=cmd.agent))


def resume(c: Centre, cmd: k.Resume, at: Ms) -> None:
    _, contact = talking(c, cmd.agent, cmd.contact)
    if contact.place is Place.HOLD:
        c.emit(e.ContactResumed(at=at, contact=contact.id, agent=cmd.agent))


def end(c: Centre, cmd: k.End, at: Ms) -> None:
    """Of the adviser in a consult: they leave it. Of a dial that is not answered: it is given up."""
    agent = signed_in(c, cmd.agent)
    contact = find_contact(c, cmd.contact)
    consult = contact.consult
    if consult is not None and consult.other == agent.id and consult.joined:
        end_consult(c, contact, at, "cancelled")
        return
    if contact.place in (Place.WRAPUP, Place.CLOSED) and contact.last_agent == agent.id:
        return
    if contact.dialled and contact.agent == agent.id:
        end_dial(c, contact, at, EndedBy.AGENT)
        return
    talking(c, cmd.agent, cmd.contact)
    end_talk(c, contact, at, EndedBy.AGENT)


def finish_wrapup(c: Centre, cmd: k.FinishWrapup, at: Ms) -> None:
    agent = signed_in(c, cmd.agent)
    contact = find_contact(c, cmd.contact)
    if contact.place is Place.CLOSED and contact.last_agent == agent.id:
        return
    own(c, cmd.agent, cmd.contact)
    if contact.place is not Place.WRAPUP:
        raise Refused("wrong_place", "The conversation is still going on: end it first.", place=contact.place)
    c.emit(
        e.WrapupEnded(
            at=at,
            contact=contact.id,
            agent=agent.id,
            by=EndedBy.AGENT,
            reason=cmd.reason,
            resolved=cmd.resolved,
        )
    )


def extend_wrapup(c: Centre, cmd: k.ExtendWrapup, at: Ms) -> None:
    """By the queue's step, as often as asked. Nothing to do where wrap-up has no cap."""
    _, contact = own(c, cmd.agent, cmd.contact)
    if contact.place is not Place.WRAPUP:
        raise Refused("wrong_place", "There is no wrap-up to extend.", place=contact.place)
    if contact.wrapup_until is not None:
        more = c.terms_of(contact).wrapup_extend_s * 1000
        until = max(contact.wrapup_until, at) + more
        c.emit(e.WrapupExtended(at=at, contact=contact.id, agent=cmd.agent, until=until))


def transfer(c: Centre, cmd: k.Transfer, at: Ms) -> None:
    """To a queue: a new wait there, and the sender is passed over. To an agent: only one who is free for it."""
    _, contact = talking(c, cmd.agent, cmd.contact)
    if (cmd.to_queue is None) == (cmd.to_agent is None):
        raise Refused("one_target", "Choose either a queue or an agent.", contact=contact.id)
    if cmd.to_queue is not None:
        _transfer_to_queue(c, cmd.agent, contact, cmd.to_queue, at)
    elif cmd.to_agent is not None:
        consult = contact.consult
        if consult is not None and consult.joined and consult.other == cmd.to_agent:
            end_consult(c, contact, at, "completed")
        else:
            _transfer_to_agent(c, cmd.agent, contact, cmd.to_agent, at)


def _transfer_to_queue(c: Centre, agent_id: str, contact: ContactState, queue_id: str, at: Ms) -> None:
    queue = find_queue(c, queue_id)
    if not queue.takes(contact.channel):
        raise Refused("wrong_channel", f"Queue {queue_id} does not take {contact.channel} contacts.", queue=queue_id)
    if not queue.spec.active or (KIND[contact.channel] != LATER and not c.is_open(queue_id, at)):
        raise Refused("queue_closed", f"Queue {queue_id} is closed now.", queue=queue_id)
    end_consult(c, contact, at, "cancelled")
    c.emit(e.ContactTransferred(at=at, contact=contact.id, agent=agent_id, to_queue=queue_id))
    priority = queue.spec.priority + contact.own_priority
    c.emit(
        e.QueueEntered(
            at=at, contact=contact.id, queue=queue_id, priority=priority, since=at, cause="transfer", by=agent_id
        )
    )


def _transfer_to_agent(c: Centre, agent_id: str, contact: ContactState, other: str, at: Ms) -> None:
    if contact.queue is None:
        what = "Ask the colleague first and hand over then, or choose a queue: this call has none to wait in."
        raise Refused("no_queue", what, contact=contact.id)
    target = free_agent(c, contact, agent_id, other, at)
    end_consult(c, contact, at, "cancelled")
    offer_s = c.terms_of(contact).offer_s
    c.emit(e.ContactTransferred(at=at, contact=contact.id, agent=agent_id, to_agent=target.id))
    c.emit(
        e.OfferMade(
            at=at, contact=contact.id, agent=target.id, queue=None, expires=at + offer_s * 1000, cause="transfer"
        )
    )


def free_agent(c: Centre, contact: ContactState, asker: str | None, agent_id: str, at: Ms) -> AgentState:
    """Someone named, who must be free for this kind of contact and hold the certificates its queue asks for.

    Raises Refused `unknown_agent`, `same_agent`, `not_available`, `not_certified`.
    """
    agent = find_agent(c, agent_id)
    if agent_id == asker:
        raise Refused("same_agent", "Choose somebody else.", agent=agent_id)
    if not c.is_free(agent, contact.channel):
        raise Refused("not_available", f"{agent.spec.name} cannot take another contact now.", agent=agent_id)
    if not c.certified(agent, c.terms_of(contact).requires, at):
        raise Refused("not_certified", f"{agent.spec.name} has no valid certificate for this.", agent=agent_id)
    return agent


def consult(c: Centre, cmd: k.Consult, at: Ms) -> None:
    _, contact = talking(c, cmd.agent, cmd.contact)
    if contact.consult is not None:
        if contact.consult.other == cmd.other:
            return
        raise Refused("consult_open", "A colleague is being asked already.", other=contact.consult.other)
    other = free_agent(c, contact, cmd.agent, cmd.other, at)
    offer_s = c.terms_of(contact).offer_s
    c.emit(e.ConsultStarted(at=at, contact=contact.id, agent=cmd.agent, other=other.id))
    c.emit(
        e.OfferMade(
            at=at, contact=contact.id, agent=other.id, queue=None, expires=at + offer_s * 1000, cause="consult"
        )
    )


def complete_consult(c: Centre, cmd: k.CompleteConsult, at: Ms) -> None:
    """By either side once the colleague has joined: handed over, or taken over. The customer is there either way,
    since a consult ends with the talk."""
    agent = signed_in(c, cmd.agent)
    contact = find_contact(c, cmd.contact)
    asked = contact.consult
    if asked is None or asked.other != agent.id:
        _, contact = talking(c, cmd.agent, cmd.contact)
    if contact.consult is None or not contact.consult.joined:
        raise Refused("not_joined", "The colleague has not joined.", contact=contact.id)
    end_consult(c, contact, at, "completed")


def cancel_consult(c: Centre, cmd: k.CancelConsult, at: Ms) -> None:
    agent = signed_in(c, cmd.agent)
    contact = find_contact(c, cmd.contact)
    asked = contact.consult
    if asked is None:
        if contact.agent == agent.id:
            return
        raise Refused("no_consult", "There is no consultation about this contact.", contact=contact.id)
    if agent.id not in (asked.agent, asked.other):
        raise Refused("not_yours", "Only the two who consult can end it.", contact=contact.id)
    if agent.id == asked.other and not asked.joined:
        decline_offer(c, agent, contact, at)
    else:
        end_consult(c, contact, at, "cancelled")


def callback_result(c: Centre, cmd: k.CallbackResult, at: Ms) -> None:
    """Reached: they talk. Not reached: tried again later, up to the queue's number of attempts."""
    _, contact = own(c, cmd.agent, cmd.contact)
    if contact.place not in (Place.TALK, Place.HOLD):
        raise Refused("wrong_place", "This call-back is not being made now.", place=contact.place)
    if not contact.callback:
        if cmd.reached and contact.attempts:
            return
        raise Refused("no_callback", "This contact is not a call-back.", contact=contact.id)
    attempt = contact.attempts + 1
    c.emit(e.CallbackAttempted(at=at, contact=contact.id, agent=cmd.agent, attempt=attempt, reached=cmd.reached))
    if not cmd.reached and attempt >= c.queues[contact.queue or ""].spec.callback_attempts:
        c.emit(
            e.ContactEnded(
                at=at,
                contact=contact.id,
                by=EndedBy.SYSTEM,
                outcome=Outcome.CALLBACK_FAILED,
                queue=contact.queue,
                agent=cmd.agent,
            )
        )
