"""Commands of telephony: dialling out, lost legs and calls, telephones, three-way, handing on outside, the survey,
and what the switch saw."""

import msgspec

from jietong.core import commands as k
from jietong.core import events as e
from jietong.core.errors import Refused
from jietong.core.vocabulary import LIVE_TEXT, Channel, Direction, EndedBy, Ms, Outcome, Place
from jietong.routing import rules
from jietong.routing.agents_ask import find_agent, offered, signed_in, talking
from jietong.routing.centre import Centre
from jietong.routing.customers_ask import end_wait, find_contact, find_queue, leave
from jietong.routing.due import offer_queue
from jietong.routing.model import AgentState, ContactState
from jietong.routing.places import (
    back_in_front,
    consult_offer_failed,
    end_consult,
    end_dial,
    end_talk,
    requeue,
    withdraw,
)

BEGINNINGS = (e.FlowStep, e.LegStarted, e.LegAnswered, e.RecordingStarted, e.SupervisionStarted)
"""Facts that make sense only of a contact that is known; what ends or comes of them may be much later."""


def dial(c: Centre, cmd: k.Dial, at: Ms) -> None:
    """In any status: people call back from case work too. But never beside another call, nor without desk or
    telephone."""
    agent = signed_in(c, cmd.agent)
    if cmd.contact in c.contacts:
        raise Refused("already_arrived", "This contact has arrived before.", contact=cmd.contact)
    queue = find_queue(c, cmd.queue) if cmd.queue is not None else None
    if not agent.connected:
        raise Refused("desk_away", "Your desk is not connected. Open it and try again.", agent=agent.id)
    if not agent.spec.capacity.voice:
        raise Refused("no_voice", "You take no calls: an administrator sets how many.", agent=agent.id)
    if not agent.reachable:
        raise Refused("unreachable", "Your telephone cannot be rung. Connect it first.", why=agent.device_why)
    if not rules.can_be_called(agent):
        raise Refused("not_available", "Finish what you have open first.", open=agent.open)
    c.emit(
        e.ContactArrived(
            at=at,
            contact=cmd.contact,
            channel=Channel.VOICE,
            client=queue.spec.client if queue is not None else cmd.client,
            entry=cmd.entry,
            customer=cmd.customer,
            language=cmd.language,
            simulated=cmd.simulated,
            direction=Direction.OUTBOUND,
        )
    )
    c.emit(e.OutboundDialled(at=at, contact=cmd.contact, agent=agent.id, queue=cmd.queue))


def dial_result(c: Centre, cmd: k.DialResult, at: Ms) -> None:
    """Nothing to do where the dial is over: giving up and being answered cross."""
    find_agent(c, cmd.agent)
    contact = find_contact(c, cmd.contact)
    if not contact.dialled:
        if contact.direction is Direction.OUTBOUND and contact.last_agent == cmd.agent:
            return
        raise Refused("not_dialled", "This contact is not being dialled.", contact=contact.id)
    if contact.agent != cmd.agent:
        raise Refused("not_yours", "Another agent dials this customer.", contact=contact.id)
    if cmd.reached:
        c.emit(e.OutboundAnswered(at=at, contact=contact.id, agent=cmd.agent))
    else:
        end_dial(c, contact, at, EndedBy.SYSTEM)


def transfer_out(c: Centre, cmd: k.TransferOut, at: Ms) -> None:
    agent = signed_in(c, cmd.agent)
    contact = find_contact(c, cmd.contact)
    if contact.outcome is Outcome.TRANSFERRED_OUT and contact.last_agent == agent.id:
        return
    talking(c, cmd.agent, cmd.contact)
    if contact.channel is not Channel.VOICE:
        raise Refused("wrong_channel", "Only a call can be handed on to a number.", channel=contact.channel)
    end_talk(c, contact, at, EndedBy.AGENT, Outcome.TRANSFERRED_OUT)


def merge_consult(c: Centre, cmd: k.MergeConsult, at: Ms) -> None:
    """Of a customer on hold: they come off it."""
    _, contact = talking(c, cmd.agent, cmd.contact)
    consult = contact.consult
    if consult is None or not consult.joined:
        raise Refused("not_joined", "The colleague has not joined.", contact=contact.id)
    if consult.merged:
        return
    if contact.place is Place.HOLD:
        c.emit(e.ContactResumed(at=at, contact=contact.id, agent=cmd.agent))
    c.emit(e.ConsultMerged(at=at, contact=contact.id, agent=cmd.agent, other=consult.other))


def agent_leg_lost(c: Centre, cmd: k.AgentLegLost, at: Ms) -> None:
    """Nothing to do where the agent has no part in the call any more."""
    agent = find_agent(c, cmd.agent)
    contact = find_contact(c, cmd.contact)
    consult = contact.consult
    if offered(contact, agent.id):
        if contact.place is Place.OFFER:
            queue = offer_queue(c, contact.id)
            c.emit(e.OfferMissed(at=at, contact=contact.id, agent=agent.id, queue=queue, why=cmd.why))
            back_in_front(c, contact, at)
        else:
            c.emit(e.OfferMissed(at=at, contact=contact.id, agent=agent.id, queue=None, why=cmd.why))
            consult_offer_failed(c, contact, at, "missed")
    elif consult is not None and consult.other == agent.id:
        _not_responding(c, agent, cmd.why, at)
        end_consult(c, contact, at, "left")
    elif contact.agent == agent.id and contact.place in (Place.TALK, Place.HOLD):
        if contact.dialled:
            end_dial(c, contact, at, EndedBy.SYSTEM)
            return
        _not_responding(c, agent, cmd.why, at)
        requeue(c, contact, at, "presence_lost", None)


def _not_responding(c: Centre, agent: AgentState, why: str, at: Ms) -> None:
    if not agent.missed:
        c.emit(e.AgentNotResponding(at=at, agent=agent.id, why=why))


def device_changed(c: Centre, cmd: k.DeviceChanged, at: Ms) -> None:
    """A call on offer to a telephone that has gone is withdrawn at once: nobody is to blame, and the customer need
    not wait for the offer to run out. Calls that are up are not touched: their legs tell for themselves."""
    agent = find_agent(c, cmd.agent)
    if agent.reachable is cmd.reachable and agent.device_why == cmd.why:
        return
    c.emit(e.AgentDevice(at=at, agent=agent.id, reachable=cmd.reachable, why=cmd.why))
    if cmd.reachable:
        return
    for contact_id in list(agent.offers):
        contact = c.contacts[contact_id]
        if contact.channel is not Channel.VOICE:
            continue
        if contact.place is Place.OFFER and contact.offered_to == agent.id:
            withdraw(c, contact, at, "unreachable")
            back_in_front(c, contact, at)
        else:
            end_consult(c, contact, at, "cancelled", "unreachable")


def call_lost(c: Centre, cmd: k.CallLost, at: Ms) -> None:
    contact = find_contact(c, cmd.contact)
    if contact.place in (Place.WRAPUP, Place.CLOSED):
        return
    if contact.callback:
        if contact.place in (Place.TALK, Place.HOLD):
            requeue(c, contact, at, "presence_lost", None)
    elif contact.in_flow:
        leave(c, contact, "lost", Outcome.SWITCH_LOST, EndedBy.SYSTEM, None, at)
    elif contact.agent is not None:
        end_talk(c, contact, at, EndedBy.SYSTEM, Outcome.SWITCH_LOST, wraps_up=not contact.dialled)
    else:
        end_wait(c, contact, at, EndedBy.SYSTEM, Outcome.SWITCH_LOST, "switch_lost")


def ask_survey(c: Centre, cmd: k.AskSurvey, at: Ms) -> None:
    """The agent and queue that last talked are the contact's own: a transfer or a wrap-up that is over loses none."""
    contact = find_contact(c, cmd.contact)
    if contact.survey_asked or contact.channel in LIVE_TEXT:
        return
    if not _has_talked(contact):
        raise Refused("wrong_place", "The question is asked when the conversation is over.", place=contact.place)
    c.emit(e.SurveyAsked(at=at, contact=contact.id))


def _has_talked(contact: ContactState) -> bool:
    return contact.outcome in (Outcome.HANDLED, Outcome.TRANSFERRED_OUT)


def witness(c: Centre, cmd: k.Witness, at: Ms) -> None:
    for fact in cmd.facts:
        if isinstance(fact, BEGINNINGS) and fact.contact not in c.contacts:
            raise Refused(
                "unknown_contact", "This contact is not known, or it ended a while ago.", contact=fact.contact
            )
    for fact in cmd.facts:
        c.emit(msgspec.structs.replace(fact, at=at))
