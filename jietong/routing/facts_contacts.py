"""What each fact about a contact does to the state. Nothing is decided here."""

from jietong.core import events as e
from jietong.core.vocabulary import Author, Ms, Place
from jietong.routing.centre import Centre
from jietong.routing.deadlines import CONSULT_ENDS, OFFER_ENDS, PASSED_ENDS, RETRY_DUE, WRAPUP_ENDS
from jietong.routing.model import Consulting, ContactState

PASSED_OFFERS = 3
"""Who declined or handed on a contact is passed over for it for three offers' length, so that everyone else is asked
first; after that nobody else has taken it, and it may be offered to them again."""


def arrived(c: Centre, f: e.ContactArrived) -> None:
    c.serial += 1
    contact = c.contacts[f.contact] = ContactState(
        id=f.contact,
        serial=c.serial,
        channel=f.channel,
        client=f.client,
        entry=f.entry,
        customer=f.customer,
        language=f.language,
        simulated=f.simulated,
        arrived=f.at,
        place=Place.ARRIVED,
        since=f.at,
        direction=f.direction,
    )
    c.by_serial[contact.serial] = contact


def queue_entered(c: Centre, f: e.QueueEntered) -> None:
    contact = c.contacts[f.contact]
    if contact.place is Place.QUEUE:
        c.leave_line(contact, f.at, departed=False)
    elif contact.agent is not None:
        let_go(c, contact, f.at)
    if f.cause == "overflow" and contact.queue is not None:
        contact.visited = (*contact.visited, contact.queue)
    elif f.cause != "callback_retry":
        contact.visited = ()
    contact.queue = f.queue
    contact.place = Place.QUEUE
    contact.since = f.at
    contact.waiting_since = f.since
    contact.entered = f.at
    contact.priority = f.priority
    contact.own_priority = f.priority - c.queues[f.queue].spec.priority
    contact.front = f.front
    contact.ring = 0
    contact.step = 0
    contact.prefer = f.prefer
    contact.prefer_until = f.prefer_until
    contact.retry_at = None
    contact.unmet = None
    _drop_old_passes(contact, f.at)
    c.enter_line(contact, f.at)
    c.arm_waiting(contact)


def queue_refused(c: Centre, f: e.QueueRefused) -> None:
    contact = c.contacts[f.contact]
    if f.ends:
        contact.queue = f.queue
    else:
        contact.unmet = f.outcome


def queue_expanded(c: Centre, f: e.QueueExpanded) -> None:
    contact = c.contacts[f.contact]
    c.leave_line(contact, f.at, departed=False)
    contact.ring = f.ring
    contact.step += 1
    c.enter_line(contact, f.at)
    c.arm_waiting(contact)


def overflow_skipped(c: Centre, f: e.OverflowSkipped) -> None:
    contact = c.contacts[f.contact]
    contact.step += 1
    c.arm_waiting(contact)


def prioritised(c: Centre, f: e.ContactPrioritised) -> None:
    contact = c.contacts[f.contact]
    waiting = contact.place is Place.QUEUE
    if waiting:
        c.leave_line(contact, f.at, departed=False)
    contact.priority = f.priority
    if contact.queue is not None:
        contact.own_priority = f.priority - c.queues[contact.queue].spec.priority
    if waiting:
        c.enter_line(contact, f.at)


def preference_lapsed(c: Centre, f: e.PreferenceLapsed) -> None:
    contact = c.contacts[f.contact]
    c.leave_line(contact, f.at, departed=False)
    contact.prefer = None
    contact.prefer_until = None
    c.enter_line(contact, f.at)


def offer_made(c: Centre, f: e.OfferMade) -> None:
    contact = c.contacts[f.contact]
    agent = c.agents[f.agent]
    agent.offers.append(f.contact)
    c.take_room(agent, contact, 1)
    if f.cause == "consult" and contact.consult is not None:
        contact.consult.expires = f.expires
        c.arm(f.expires, CONSULT_ENDS, f.contact)
        return
    if contact.place is Place.QUEUE:
        c.leave_line(contact, f.at, departed=True, offered=True)
    elif contact.place is Place.ARRIVED:
        contact.waiting_since = contact.entered = f.at
    contact.place = Place.OFFER
    contact.since = f.at
    contact.prefer_until = None
    contact.offered_to = f.agent
    contact.offer_cause = f.cause
    contact.expires = f.expires
    contact.offer_ms = f.expires - f.at
    c.arm(f.expires, OFFER_ENDS, f.contact)


def offer_accepted(c: Centre, f: e.OfferAccepted) -> None:
    contact = c.contacts[f.contact]
    agent = c.agents[f.agent]
    agent.offers.remove(f.contact)
    c.next_turn(agent)
    c.touch(agent)
    if is_consult(contact, f.agent):
        agent.consulting.append(f.contact)
        return
    _offer_over(c, contact, f.at)
    agent.contacts.append(f.contact)
    contact.place = Place.TALK
    contact.since = f.at
    contact.front = False
    contact.agent = f.agent
    contact.talk_since = f.at
    contact.last_agent = f.agent
    contact.last_queue = contact.queue
    contact.prefer = None
    contact.passed.clear()


def offer_declined(c: Centre, f: e.OfferDeclined) -> None:
    contact = c.contacts[f.contact]
    _offer_failed(c, contact, f.agent, f.at)
    c.next_turn(c.agents[f.agent])
    if not is_consult(contact, f.agent):
        _pass_over(c, contact, f.agent, f.at)


def offer_missed(c: Centre, f: e.OfferMissed) -> None:
    agent = c.agents[f.agent]
    _offer_failed(c, c.contacts[f.contact], f.agent, f.at)
    c.next_turn(agent)
    agent.missed = True
    agent.missed_why = f.why


def offer_withdrawn(c: Centre, f: e.OfferWithdrawn) -> None:
    _offer_failed(c, c.contacts[f.contact], f.agent, f.at)


def returned(c: Centre, f: e.ContactReturned) -> None:
    contact = c.contacts[f.contact]
    if contact.queue != f.queue or contact.entered is None:
        contact.queue = f.queue
        contact.entered = f.at
    contact.place = Place.QUEUE
    contact.since = f.at
    contact.waiting_since = f.since
    contact.front = f.front
    contact.ring = min(contact.ring, len(c.queues[f.queue].rings) - 1)
    _drop_old_passes(contact, f.at)
    c.enter_line(contact, f.at)
    c.arm_waiting(contact)


def held(c: Centre, f: e.ContactHeld) -> None:
    _talk_place(c, f.contact, f.agent, Place.HOLD, f.at)


def resumed(c: Centre, f: e.ContactResumed) -> None:
    _talk_place(c, f.contact, f.agent, Place.TALK, f.at)


def transferred(c: Centre, f: e.ContactTransferred) -> None:
    contact = c.contacts[f.contact]
    let_go(c, contact, f.at)
    _pass_over(c, contact, f.agent, f.at)


def consult_started(c: Centre, f: e.ConsultStarted) -> None:
    contact = c.contacts[f.contact]
    contact.consult = Consulting(agent=f.agent, other=f.other)


def consult_joined(c: Centre, f: e.ConsultJoined) -> None:
    consult = c.contacts[f.contact].consult
    if consult is not None:
        consult.joined = True
        consult.expires = None


def consult_ended(c: Centre, f: e.ConsultEnded) -> None:
    """The offer to `other`, if still open, has been ended by its own fact before."""
    contact = c.contacts[f.contact]
    other = c.agents[f.other]
    contact.consult = None
    if f.contact in other.consulting:
        other.consulting.remove(f.contact)
        c.take_room(other, contact, -1)
        if f.why != "completed":
            c.next_turn(other)
    if f.why == "completed":
        let_go(c, contact, f.at)
        other.contacts.append(f.contact)
        c.take_room(other, contact, 1)
        contact.place = Place.TALK
        contact.agent = f.other
        contact.talk_since = f.at
        contact.last_agent = f.other


def callback_requested(c: Centre, f: e.CallbackRequested) -> None:
    contact = c.contacts[f.contact]
    contact.callback = True
    if contact.customer is not None:
        c.callbacks.setdefault(contact.customer, set()).add(f.contact)
    c.pending[f.contact] = contact


def callback_attempted(c: Centre, f: e.CallbackAttempted) -> None:
    contact = c.contacts[f.contact]
    contact.attempts = f.attempt
    if f.reached:
        _callback_over(c, contact)
        contact.since = f.at
        contact.talk_since = f.at
        c.touch(c.agents[f.agent])
        return
    spec = c.queues[contact.queue or ""].spec
    let_go(c, contact, f.at)
    contact.retry_at = f.at + spec.callback_retry_s * 1000
    c.arm(contact.retry_at, RETRY_DUE, f.contact)


def ended(c: Centre, f: e.ContactEnded) -> None:
    contact = c.contacts[f.contact]
    if contact.place is Place.QUEUE:
        c.leave_line(contact, f.at, departed=True)
    elif contact.agent is not None:
        no_wrapup = contact.queue is not None and c.queues[contact.queue].spec.wrapup_s == 0
        if no_wrapup and contact.queue is not None and contact.talk_since is not None and not contact.dialled:
            c.queues[contact.queue].handled(f.at - contact.talk_since)
        talk_since = contact.talk_since
        let_go(c, contact, f.at)
        contact.talk_since = talk_since
    _callback_over(c, contact)
    contact.retry_at = None
    contact.dialled = False
    contact.in_flow = False
    contact.outcome = f.outcome
    contact.ended_by = f.by
    contact.ended_at = f.at
    contact.customer_waiting_since = None
    _close(c, contact, f.at)


def wrapup_started(c: Centre, f: e.WrapupStarted) -> None:
    contact = c.contacts[f.contact]
    agent = c.agents[f.agent]
    agent.contacts.append(f.contact)
    c.take_room(agent, contact, 1)
    contact.place = Place.WRAPUP
    contact.agent = f.agent
    contact.closed_at = None
    contact.since = f.at
    contact.wrapup_until = f.until
    if f.until is not None:
        c.arm(f.until, WRAPUP_ENDS, f.contact)


def wrapup_extended(c: Centre, f: e.WrapupExtended) -> None:
    c.contacts[f.contact].wrapup_until = f.until
    c.arm(f.until, WRAPUP_ENDS, f.contact)


def wrapup_ended(c: Centre, f: e.WrapupEnded) -> None:
    contact = c.contacts[f.contact]
    if contact.talk_since is not None and contact.queue is not None:
        c.queues[contact.queue].handled(f.at - contact.talk_since)
    let_go(c, contact, f.at)
    contact.wrapup_until = None
    _close(c, contact, f.at)


def message_posted(c: Centre, f: e.MessagePosted) -> None:
    contact = c.contacts[f.contact]
    contact.messages = f.n
    contact.last_author = f.author
    contact.last_message_at = f.at
    if f.author is Author.CUSTOMER:
        if contact.customer_waiting_since is None and not contact.in_flow:
            contact.customer_waiting_since = f.at
    elif f.author is not Author.SYSTEM:
        contact.customer_waiting_since = None


def survey_answered(c: Centre, f: e.SurveyAnswered) -> None:
    c.contacts[f.contact].surveyed = True


def customer_linked(c: Centre, f: e.CustomerLinked) -> None:
    _rename_customer(c, c.contacts[f.contact], f.customer)


def customers_merged(c: Centre, f: e.CustomersMerged) -> None:
    for contact in c.contacts.values():
        if contact.customer == f.gone:
            _rename_customer(c, contact, f.kept)


def is_consult(contact: ContactState, agent: str) -> bool:
    """Whether an open offer of this contact to `agent` asks for advice only."""
    consult = contact.consult
    return consult is not None and consult.other == agent and not consult.joined


# --- shared steps -------------------------------------------------------------------------------------------


def _offer_over(c: Centre, contact: ContactState, at: Ms) -> None:
    c.answered(contact, at)
    contact.offered_to = None
    contact.offer_cause = None
    contact.expires = None
    contact.offer_ms = None


def _offer_failed(c: Centre, contact: ContactState, agent_id: str, at: Ms) -> None:
    """The offer is gone; unless it asked for advice, the contact is nowhere until the next fact says where."""
    agent = c.agents[agent_id]
    agent.offers.remove(contact.id)
    c.take_room(agent, contact, -1)
    if is_consult(contact, agent_id):
        return
    _offer_over(c, contact, at)
    contact.place = Place.ARRIVED
    contact.since = at
    contact.prefer = None


def let_go(c: Centre, contact: ContactState, at: Ms) -> None:
    """The agent has it no more."""
    if contact.agent is not None:
        agent = c.agents[contact.agent]
        agent.contacts.remove(contact.id)
        c.take_room(agent, contact, -1)
        c.next_turn(agent)
    contact.agent = None
    contact.talk_since = None
    contact.place = Place.ARRIVED
    contact.since = at


def _close(c: Centre, contact: ContactState, at: Ms) -> None:
    contact.place = Place.CLOSED
    contact.since = at
    contact.closed_at = at
    contact.passed.clear()
    c.closing.append((at, contact.id))


def _talk_place(c: Centre, contact_id: str, agent: str, place: Place, at: Ms) -> None:
    contact = c.contacts[contact_id]
    contact.place = place
    contact.since = at
    c.touch(c.agents[agent])


def _pass_over(c: Centre, contact: ContactState, agent: str, at: Ms) -> None:
    until = at + PASSED_OFFERS * c.terms_of(contact).offer_s * 1000
    contact.passed[agent] = until
    c.arm(until, PASSED_ENDS, contact.id)


def _drop_old_passes(contact: ContactState, at: Ms) -> None:
    for agent in [agent for agent, until in contact.passed.items() if until <= at]:
        del contact.passed[agent]


def _callback_over(c: Centre, contact: ContactState) -> None:
    if contact.callback:
        contact.callback = False
        if contact.customer is not None:
            _drop_callback(c, contact.customer, contact.id)


def _drop_callback(c: Centre, customer: str, contact_id: str) -> None:
    waiting = c.callbacks.get(customer)
    if waiting is not None:
        waiting.discard(contact_id)
        if not waiting:
            del c.callbacks[customer]


def _rename_customer(c: Centre, contact: ContactState, customer: str) -> None:
    if contact.callback:
        if contact.customer is not None:
            _drop_callback(c, contact.customer, contact.id)
        c.callbacks.setdefault(customer, set()).add(contact.id)
    contact.customer = customer
