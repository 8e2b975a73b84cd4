"""Commands of flows (menus, bots): entering, joining a queue, going back, leaving. A flow's customer has no agent."""

from jietong.core import commands as k
from jietong.core import events as e
from jietong.core.errors import Refused
from jietong.core.vocabulary import EndedBy, Ms, Outcome, Place
from jietong.routing.centre import Centre
from jietong.routing.customers_ask import (
    enter_queue,
    find_contact,
    find_queue,
    leave,
    no_second_callback,
    refusal,
)
from jietong.routing.lines import KIND, LATER
from jietong.routing.model import ContactState
from jietong.routing.places import withdraw

ENDINGS = frozenset(
    {
        Outcome.LOST_IN_FLOW,
        Outcome.SELF_SERVED,
        Outcome.VOICEMAIL,
        Outcome.TRANSFERRED_OUT,
        Outcome.REFUSED_CLOSED,
        Outcome.REFUSED_FULL,
        Outcome.TIMED_OUT,
        Outcome.CANCELLED,
    }
)
"""How a contact may end in a flow."""


def enter(c: Centre, cmd: k.Enter, at: Ms) -> None:
    _is_new(c, cmd.contact)
    c.emit(
        e.ContactArrived(
            at=at,
            contact=cmd.contact,
            channel=cmd.channel,
            client=cmd.client,
            entry=cmd.entry,
            customer=cmd.customer,
            language=cmd.language,
            simulated=cmd.simulated,
        )
    )
    c.emit(e.FlowEntered(at=at, contact=cmd.contact, flow=cmd.flow, version=cmd.version))


def refuse_entry(c: Centre, cmd: k.RefuseEntry, at: Ms) -> None:
    """Every attempt counts (C1): who is turned away at the entry is a contact like any other (A11)."""
    _is_new(c, cmd.contact)
    c.emit(
        e.ContactArrived(
            at=at,
            contact=cmd.contact,
            channel=cmd.channel,
            client=cmd.client,
            entry=cmd.entry,
            customer=cmd.customer,
            simulated=cmd.simulated,
        )
    )
    c.emit(e.EntryRefused(at=at, contact=cmd.contact, why=cmd.why, trunk=cmd.trunk))
    c.emit(
        e.ContactEnded(at=at, contact=cmd.contact, by=EndedBy.SYSTEM, outcome=Outcome.BLOCKED, waited_ms=0),
    )


def join_queue(c: Centre, cmd: k.JoinQueue, at: Ms) -> None:
    contact = _in_flow(c, cmd.contact)
    queue = find_queue(c, cmd.queue)
    if not queue.takes(contact.channel):
        raise Refused("wrong_channel", f"Queue {queue.id} does not take {contact.channel} contacts.", queue=queue.id)
    if cmd.callback:
        if KIND[contact.channel] == LATER:
            raise Refused("wrong_place", "Nobody waits here who could be called back.", contact=contact.id)
        no_second_callback(c, contact, queue.id)
    outcome = refusal(c, contact.channel, queue, at)
    if outcome is not None:
        c.emit(e.QueueRefused(at=at, contact=contact.id, queue=queue.id, outcome=outcome, ends=False))
        return
    c.emit(
        e.FlowLeft(
            at=at,
            contact=contact.id,
            flow=contact.flow or "",
            how="callback" if cmd.callback else "queue",
            node=cmd.node,
            language=cmd.language if cmd.language != contact.language else None,
        )
    )
    enter_queue(c, contact, queue, cmd.priority, cmd.prefer, at)
    if cmd.callback:
        c.emit(e.CallbackRequested(at=at, contact=contact.id, queue=queue.id))


def return_to_flow(c: Centre, cmd: k.ReturnToFlow, at: Ms) -> None:
    contact = find_contact(c, cmd.contact)
    if contact.in_flow:
        return
    if contact.place not in (Place.QUEUE, Place.OFFER) or contact.callback:
        raise Refused("wrong_place", "Only a customer who waits can go back.", place=contact.place)
    if contact.place is Place.OFFER:
        withdraw(c, contact, at, "flow")
    c.emit(
        e.FlowEntered(at=at, contact=contact.id, flow=cmd.flow, version=cmd.version, cause="queue_left"),
    )


def leave_flow(c: Centre, cmd: k.LeaveFlow, at: Ms) -> None:
    """Nothing to do for one that has ended: hanging up comes from two sides."""
    contact = find_contact(c, cmd.contact)
    if contact.place is Place.CLOSED:
        return
    _in_flow(c, cmd.contact)
    if cmd.outcome not in ENDINGS:
        raise Refused("bad_outcome", f"Nothing ends in a flow as {cmd.outcome}.", outcome=cmd.outcome)
    leave(c, contact, cmd.how, cmd.outcome, cmd.by, cmd.node, at)


def _is_new(c: Centre, contact_id: str) -> None:
    if contact_id in c.contacts:
        raise Refused("already_arrived", "This contact has arrived before.", contact=contact_id)


def _in_flow(c: Centre, contact_id: str) -> ContactState:
    """Raises Refused `unknown_contact`, `not_in_flow`."""
    contact = find_contact(c, contact_id)
    if not contact.in_flow:
        raise Refused("not_in_flow", "No flow serves this contact now.", contact=contact_id, place=contact.place)
    return contact
