"""What each fact of flows and telephony does to the state. Nothing is decided here."""

from jietong.core import events as e
from jietong.core.vocabulary import Place
from jietong.routing.centre import Centre


def flow_entered(c: Centre, f: e.FlowEntered) -> None:
    contact = c.contacts[f.contact]
    if contact.place is Place.QUEUE:
        c.leave_line(contact, f.at, departed=True)
    contact.flow = f.flow
    contact.flow_version = f.version
    contact.in_flow = True
    contact.unmet = f.stay
    contact.place = Place.ARRIVED
    contact.since = f.at
    contact.waiting_since = None
    contact.entered = None
    contact.front = False
    contact.prefer = None
    contact.prefer_until = None
    contact.passed.clear()


def flow_left(c: Centre, f: e.FlowLeft) -> None:
    contact = c.contacts[f.contact]
    contact.in_flow = False
    if f.language is not None:
        contact.language = f.language


def dialled(c: Centre, f: e.OutboundDialled) -> None:
    contact = c.contacts[f.contact]
    agent = c.agents[f.agent]
    agent.contacts.append(f.contact)
    c.take_room(agent, contact, 1)
    c.next_turn(agent)
    contact.queue = f.queue
    contact.agent = f.agent
    contact.last_agent = f.agent
    contact.last_queue = f.queue
    contact.place = Place.TALK
    contact.since = f.at
    contact.talk_since = f.at
    contact.dialled = True


def dial_answered(c: Centre, f: e.OutboundAnswered) -> None:
    contact = c.contacts[f.contact]
    contact.dialled = False
    contact.since = f.at
    contact.talk_since = f.at
    c.touch(c.agents[f.agent])


def consult_merged(c: Centre, f: e.ConsultMerged) -> None:
    consult = c.contacts[f.contact].consult
    if consult is not None:
        consult.merged = True


def survey_asked(c: Centre, f: e.SurveyAsked) -> None:
    c.contacts[f.contact].survey_asked = True


def device(c: Centre, f: e.AgentDevice) -> None:
    agent = c.agents[f.agent]
    agent.reachable = f.reachable
    agent.device_why = f.why
    c.touch(agent)
