"""Moves that several decisions share: back to the front, into a queue again, out of a talk."""

from jietong.core import events as e
from jietong.core.vocabulary import EndedBy, Ms, Outcome
from jietong.routing.centre import Centre
from jietong.routing.model import ContactState


def back_in_front(c: Centre, contact: ContactState, at: Ms) -> None:
    """After an offer came to nothing: the wait goes on, first within its priority."""
    c.emit(
        e.ContactReturned(
            at=at,
            contact=contact.id,
            queue=contact.queue or "",
            since=contact.waiting_since if contact.waiting_since is not None else at,
            front=True,
        )
    )


def withdraw(c: Centre, contact: ContactState, at: Ms, why: str) -> None:
    """Ends the open offer of a contact on offer; it is nowhere until the next fact."""
    queue = None if contact.offer_cause == "transfer" else contact.queue
    c.emit(e.OfferWithdrawn(at=at, contact=contact.id, agent=contact.offered_to or "", queue=queue, why=why))


def consult_offer_failed(c: Centre, contact: ContactState, at: Ms, why: str) -> None:
    consult = contact.consult
    if consult is not None:
        c.emit(e.ConsultEnded(at=at, contact=contact.id, agent=consult.agent, other=consult.other, why=why))


def end_consult(c: Centre, contact: ContactState, at: Ms, why: str, withdrawn: str = "cancelled") -> None:
    """Whether `other` has joined or is still being asked."""
    consult = contact.consult
    if consult is None:
        return
    if not consult.joined:
        c.emit(e.OfferWithdrawn(at=at, contact=contact.id, agent=consult.other, queue=None, why=withdrawn))
    c.emit(e.ConsultEnded(at=at, contact=contact.id, agent=consult.agent, other=consult.other, why=why))


def requeue(c: Centre, contact: ContactState, at: Ms, cause: str, by: str | None) -> None:
    """Out of a talk whose agent has gone, to the front of its queue; a colleague who had joined takes it over. With
    no queue to go back to, and where nobody has been reached yet, it ends."""
    if contact.dialled:
        end_dial(c, contact, at, EndedBy.SYSTEM, wraps_up=False)
        return
    if contact.consult is not None and contact.consult.joined:
        end_consult(c, contact, at, "completed")
        return
    if contact.queue is None:
        end_talk(c, contact, at, EndedBy.SYSTEM, wraps_up=False)
        return
    end_consult(c, contact, at, "cancelled")
    queue = c.queues[contact.queue]
    since = contact.waiting_since if contact.dialling and contact.waiting_since is not None else at
    c.emit(
        e.QueueEntered(
            at=at,
            contact=contact.id,
            queue=queue.id,
            priority=queue.spec.priority + contact.own_priority,
            since=since,
            cause=cause,
            front=True,
            by=by,
        )
    )


def end_talk(
    c: Centre,
    contact: ContactState,
    at: Ms,
    by: EndedBy,
    outcome: Outcome = Outcome.HANDLED,
    wraps_up: bool = True,
) -> None:
    """The customer's part is over; the agent wraps up, unless the queue has no wrap-up."""
    agent = contact.agent or ""
    end_consult(c, contact, at, "left", "customer_left" if by is EndedBy.CUSTOMER else "cancelled")
    c.emit(e.ContactEnded(at=at, contact=contact.id, by=by, outcome=outcome, queue=contact.queue, agent=agent))
    if wraps_up:
        _wrap_up(c, contact, agent, at)


def end_dial(c: Centre, contact: ContactState, at: Ms, by: EndedBy, wraps_up: bool = True) -> None:
    """The customer whom an agent dialled was not reached."""
    agent = contact.agent or ""
    c.emit(
        e.ContactEnded(at=at, contact=contact.id, by=by, outcome=Outcome.UNREACHED, queue=contact.queue, agent=agent)
    )
    if wraps_up:
        _wrap_up(c, contact, agent, at)


def _wrap_up(c: Centre, contact: ContactState, agent: str, at: Ms) -> None:
    wrapup_s = c.terms_of(contact).wrapup_s
    if wrapup_s != 0:
        until = at + wrapup_s * 1000 if wrapup_s is not None else None
        c.emit(e.WrapupStarted(at=at, contact=contact.id, agent=agent, until=until))
