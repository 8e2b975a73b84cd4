"""Commands about a contact that come from the customer's side: arriving, leaving, a call-back, words, a score."""

from jietong.core import commands as k
from jietong.core import events as e
from jietong.core.errors import Refused
from jietong.core.vocabulary import Author, Channel, EndedBy, Ms, Outcome, Place
from jietong.routing.centre import Centre
from jietong.routing.lines import KIND, LATER, waited
from jietong.routing.matching import end_wrapup, waits_for
from jietong.routing.model import ContactState
from jietong.routing.places import end_dial, end_talk, withdraw
from jietong.routing.queues import QueueState


def find_contact(c: Centre, contact_id: str) -> ContactState:
    """Raises Refused `unknown_contact`."""
    contact = c.contacts.get(contact_id)
    if contact is None or c.is_forgotten(contact):
        raise Refused("unknown_contact", "This contact is not known, or it ended a while ago.", contact=contact_id)
    return contact


def find_queue(c: Centre, queue_id: str) -> QueueState:
    """Raises Refused `unknown_queue`."""
    queue = c.queues.get(queue_id)
    if queue is None:
        raise Refused("unknown_queue", "There is no such queue; choose one that is set up.", queue=queue_id)
    return queue


def arrive(c: Centre, cmd: k.Arrive, at: Ms) -> None:
    if cmd.contact in c.contacts:
        raise Refused("already_arrived", "This contact has arrived before.", contact=cmd.contact)
    queue = find_queue(c, cmd.queue)
    spec = queue.spec
    if not queue.takes(cmd.channel):
        raise Refused("wrong_channel", f"Queue {spec.id} does not take {cmd.channel} contacts.", queue=spec.id)
    c.emit(
        e.ContactArrived(
            at=at,
            contact=cmd.contact,
            channel=cmd.channel,
            client=spec.client,
            entry=cmd.entry,
            customer=cmd.customer,
            language=cmd.language,
            simulated=cmd.simulated,
        )
    )
    outcome = refusal(c, cmd.channel, queue, at)
    if outcome is not None:
        c.emit(e.QueueRefused(at=at, contact=cmd.contact, queue=spec.id, outcome=outcome))
        c.emit(
            e.ContactEnded(at=at, contact=cmd.contact, by=EndedBy.SYSTEM, outcome=outcome, queue=spec.id, waited_ms=0)
        )
        return
    enter_queue(c, c.contacts[cmd.contact], queue, cmd.priority, cmd.prefer, at)


def enter_queue(
    c: Centre, contact: ContactState, queue: QueueState, priority: int, prefer: str | None, at: Ms
) -> None:
    """A new wait begins."""
    spec = queue.spec
    known = _known_agent(c, prefer, queue)
    hold = known is not None and spec.sticky_s > 0 and waits_for(c.agents[known], contact.channel)
    c.emit(
        e.QueueEntered(
            at=at,
            contact=contact.id,
            queue=spec.id,
            priority=spec.priority + priority,
            since=at,
            prefer=known,
            prefer_until=at + spec.sticky_s * 1000 if hold else None,
        )
    )


def refusal(c: Centre, channel: Channel, queue: QueueState, at: Ms) -> Outcome | None:
    """Why the queue would not take somebody now. What nobody waits for may be left at any hour, in any number."""
    if KIND[channel] == LATER:
        return None
    if not c.is_open(queue.id, at):
        return Outcome.REFUSED_CLOSED
    limit = queue.spec.max_waiting
    if limit is not None and queue.waiting >= limit and not _served_at_once(c, channel, queue):
        return Outcome.REFUSED_FULL
    return None


def _served_at_once(c: Centre, channel: Channel, queue: QueueState) -> bool:
    """A queue that may hold nobody (`max_waiting` 0) still takes whom an agent is free for."""
    if queue.in_line:
        return False
    lane = c.lane(queue.rings[0], KIND[channel], queue.spec.selection)
    return lane.best() >= 0


def _known_agent(c: Centre, agent_id: str | None, queue: QueueState) -> str | None:
    """The preferred agent, where they serve this queue themselves."""
    agent = c.agents.get(agent_id) if agent_id is not None else None
    if agent is None or c.serves[agent.index].get(queue.id, (queue, -1))[1] != 0:
        return None
    return agent.id


def customer_left(c: Centre, cmd: k.CustomerLeft, at: Ms) -> None:
    """Of a customer who is to be called back it is known already that they have hung up: nothing happens."""
    contact = find_contact(c, cmd.contact)
    if contact.place in (Place.WRAPUP, Place.CLOSED) or contact.callback:
        return
    if contact.in_flow:
        leave(c, contact, "hung_up", Outcome.LOST_IN_FLOW, EndedBy.CUSTOMER, None, at)
        return
    if contact.dialled:
        end_dial(c, contact, at, EndedBy.CUSTOMER)
        return
    if contact.place in (Place.TALK, Place.HOLD):
        end_talk(c, contact, at, EndedBy.CUSTOMER)
        return
    end_wait(c, contact, at, EndedBy.CUSTOMER, Outcome.ABANDONED, "customer_left")


def end_wait(c: Centre, contact: ContactState, at: Ms, by: EndedBy, outcome: Outcome, why: str) -> None:
    """Ends a contact that no agent has: in its queue, on offer, or between two call-back attempts."""
    wait = waited(contact, at)
    if contact.place is Place.OFFER:
        withdraw(c, contact, at, why)
    c.emit(e.ContactEnded(at=at, contact=contact.id, by=by, outcome=outcome, queue=contact.queue, waited_ms=wait))


def leave(
    c: Centre, contact: ContactState, how: str, outcome: Outcome, by: EndedBy, node: str | None, at: Ms
) -> None:
    """Out of the flow, and the contact ends. Who asked a queue in vain and was given nothing else ended by that."""
    if contact.unmet is not None and outcome in (Outcome.LOST_IN_FLOW, Outcome.SELF_SERVED):
        outcome = contact.unmet
    c.emit(e.FlowLeft(at=at, contact=contact.id, flow=contact.flow or "", how=how, node=node))
    c.emit(e.ContactEnded(at=at, contact=contact.id, by=by, outcome=outcome, queue=contact.queue))


def request_callback(c: Centre, cmd: k.RequestCallback, at: Ms) -> None:
    """The place in the queue is kept exactly; a second request, or one of the same customer, makes no second call."""
    contact = find_contact(c, cmd.contact)
    if contact.callback:
        return
    if contact.place is not Place.QUEUE or KIND[contact.channel] == LATER:
        raise Refused("wrong_place", "A call-back can be asked for while waiting only.", place=contact.place)
    no_second_callback(c, contact, contact.queue)
    c.emit(e.CallbackRequested(at=at, contact=contact.id, queue=contact.queue or ""))


def no_second_callback(c: Centre, contact: ContactState, queue_id: str | None) -> None:
    """Raises Refused `callback_exists`: of one customer a queue keeps one call-back."""
    for other in sorted(c.callbacks.get(contact.customer, ())) if contact.customer is not None else ():
        if c.contacts[other].queue == queue_id:
            raise Refused("callback_exists", "This customer is to be called back already.", contact=other)


def post_message(c: Centre, cmd: k.PostMessage, at: Ms) -> None:
    contact = find_contact(c, cmd.contact)
    if cmd.author is not Author.SYSTEM and contact.place in (Place.WRAPUP, Place.CLOSED):
        raise Refused("ended", "The conversation is over; nothing more can be written.", contact=contact.id)
    if cmd.author is Author.AGENT and not _takes_part(contact, cmd.agent):
        raise Refused("not_yours", "Only the agent who has the contact can write in it.", contact=contact.id)
    c.emit(
        e.MessagePosted(
            at=at,
            contact=contact.id,
            message=cmd.message,
            n=contact.messages + 1,
            author=cmd.author,
            agent=cmd.agent,
            attachment=cmd.attachment,
        )
    )


def _takes_part(contact: ContactState, agent: str | None) -> bool:
    if agent is None:
        return False
    consult = contact.consult
    return contact.agent == agent or (consult is not None and consult.joined and consult.other == agent)


def answer_survey(c: Centre, cmd: k.AnswerSurvey, at: Ms) -> None:
    contact = find_contact(c, cmd.contact)
    if not 1 <= cmd.score <= 5:
        raise Refused("bad_score", "The score is a whole number from 1 to 5.", score=cmd.score)
    if contact.place not in (Place.WRAPUP, Place.CLOSED):
        raise Refused("wrong_place", "The question is asked when the conversation is over.", place=contact.place)
    if contact.surveyed:
        raise Refused("already_answered", "The question has been answered before.", contact=contact.id)
    c.emit(
        e.SurveyAnswered(
            at=at,
            contact=contact.id,
            score=cmd.score,
            resolved=cmd.resolved,
            agent=contact.last_agent,
            queue=contact.last_queue,
        )
    )


def link_customer(c: Centre, cmd: k.LinkCustomer, at: Ms) -> None:
    contact = find_contact(c, cmd.contact)
    if contact.customer != cmd.customer:
        c.emit(e.CustomerLinked(at=at, contact=contact.id, customer=cmd.customer))


def close_contact(c: Centre, cmd: k.CloseContact, at: Ms) -> None:
    """Wherever it is; one that is closed stays so."""
    contact = find_contact(c, cmd.contact)
    if contact.place is Place.CLOSED:
        return
    if contact.place is Place.WRAPUP:
        end_wrapup(c, contact, at, cmd.by)
    elif contact.in_flow:
        leave(c, contact, "cancelled", Outcome.CANCELLED, cmd.by, None, at)
    elif contact.place in (Place.TALK, Place.HOLD) and not contact.callback and not contact.dialled:
        end_talk(c, contact, at, cmd.by)
    elif contact.agent is not None:
        c.emit(
            e.ContactEnded(
                at=at,
                contact=contact.id,
                by=cmd.by,
                outcome=Outcome.CANCELLED,
                queue=contact.queue,
                agent=contact.agent,
            )
        )
    else:
        end_wait(c, contact, at, cmd.by, Outcome.CANCELLED, "cancelled")
