"""What happens when a time has come. Each is called only while its deadline still stands."""

from collections.abc import Callable

from jietong.core import events as e
from jietong.core.specs import ExpandStep, MoveStep
from jietong.core.vocabulary import EndedBy, Ms, Outcome, Place, Status
from jietong.routing import rules
from jietong.routing.centre import Centre
from jietong.routing.lines import KIND, LATER, waited
from jietong.routing.matching import end_wrapup, sign_out
from jietong.routing.places import back_in_front, consult_offer_failed, requeue


def offer_ends(c: Centre, whose: str, at: Ms) -> None:
    """Not responding: the contact keeps its wait and goes to the front."""
    contact = c.contacts[whose]
    c.emit(e.OfferMissed(at=at, contact=whose, agent=contact.offered_to or "", queue=offer_queue(c, whose)))
    back_in_front(c, contact, at)


def offer_queue(c: Centre, contact_id: str) -> str | None:
    """The queue an open offer came from; None for one made straight to a person."""
    contact = c.contacts[contact_id]
    return None if contact.offer_cause == "transfer" else contact.queue


def consult_ends(c: Centre, whose: str, at: Ms) -> None:
    contact = c.contacts[whose]
    if contact.consult is not None:
        c.emit(e.OfferMissed(at=at, contact=whose, agent=contact.consult.other, queue=None))
        consult_offer_failed(c, contact, at, "missed")


def wrapup_ends(c: Centre, whose: str, at: Ms) -> None:
    end_wrapup(c, c.contacts[whose], at, EndedBy.SYSTEM)


def certificate_ends(c: Centre, whose: str, at: Ms) -> None:
    agent = c.agents[whose]
    for skill in rules.lapsed_skills(agent.spec, c.skills, at):
        if skill not in agent.lapsed:
            c.emit(e.CertificateLapsed(at=at, agent=whose, skill=skill))


def grace_ends(c: Centre, whose: str, at: Ms) -> None:
    """The desk did not come back. What was written to the agent goes to others, in front; a call stays: only
    the switch knows whether the two still talk. Someone who was not expected at the desk is left as they chose."""
    agent = c.agents[whose]
    if agent.status is not Status.READY and not agent.open:
        return
    c.emit(e.AgentNotResponding(at=at, agent=whose, why="presence_lost"))
    for contact_id in list(agent.offers):
        contact = c.contacts[contact_id]
        consult = contact.consult is not None and contact.consult.other == whose and not contact.consult.joined
        queue = None if consult else offer_queue(c, contact_id)
        c.emit(e.OfferMissed(at=at, contact=contact_id, agent=whose, queue=queue, why="presence_lost"))
        if consult:
            consult_offer_failed(c, contact, at, "missed")
        else:
            back_in_front(c, contact, at)
    for contact_id in list(agent.contacts):
        contact = c.contacts[contact_id]
        if contact.place is Place.WRAPUP:
            end_wrapup(c, contact, at, EndedBy.SYSTEM)
        elif contact.channel != "voice":
            requeue(c, contact, at, "presence_lost", None)
    for contact_id in list(agent.consulting):
        contact = c.contacts[contact_id]
        if contact.channel != "voice" and contact.consult is not None:
            c.emit(e.ConsultEnded(at=at, contact=contact_id, agent=contact.consult.agent, other=whose, why="left"))


def away_ends(c: Centre, whose: str, at: Ms) -> None:
    agent = c.agents[whose]
    if not agent.open:
        sign_out(c, agent, at, "system")


def invitation_ends(c: Centre, whose: str, at: Ms) -> None:
    invitation = c.agents[whose].invitation
    if invitation is not None:
        c.emit(e.PartTimerAnswered(at=at, agent=whose, queue=invitation.queue, joined=False, expired=True))


def preference_ends(c: Centre, whose: str, at: Ms) -> None:
    c.emit(e.PreferenceLapsed(at=at, contact=whose))


def retry_due(c: Centre, whose: str, at: Ms) -> None:
    """A call-back's next attempt: it waits again, by the wait it had."""
    contact = c.contacts[whose]
    queue = c.queues[contact.queue or ""]
    c.emit(
        e.QueueEntered(
            at=at,
            contact=whose,
            queue=queue.id,
            priority=queue.spec.priority + contact.own_priority,
            since=contact.waiting_since if contact.waiting_since is not None else at,
            cause="callback_retry",
        )
    )


def step_due(c: Centre, whose: str, at: Ms) -> None:
    contact = c.contacts[whose]
    queue = c.queues[contact.queue or ""]
    step = queue.spec.steps[contact.step]
    if isinstance(step, ExpandStep):
        ring = 1 + sum(isinstance(earlier, ExpandStep) for earlier in queue.spec.steps[: contact.step])
        c.emit(e.QueueExpanded(at=at, contact=whose, queue=queue.id, ring=ring))
        return
    why = _cannot_move(c, whose, step, at)
    if why is not None:
        c.emit(e.OverflowSkipped(at=at, contact=whose, queue=queue.id, target=step.queue, why=why))
        return
    target = c.queues[step.queue]
    c.emit(
        e.QueueEntered(
            at=at,
            contact=whose,
            queue=target.id,
            priority=target.spec.priority + contact.own_priority,
            since=contact.waiting_since if contact.waiting_since is not None else at,
            cause="overflow",
            front=False,
        )
    )


def _cannot_move(c: Centre, contact_id: str, step: MoveStep, at: Ms) -> str | None:
    contact = c.contacts[contact_id]
    target = c.queues.get(step.queue)
    if target is None:
        return "unknown"
    if step.queue in contact.visited or step.queue == contact.queue:
        return "visited"
    if not target.takes(contact.channel):
        return "wrong_channel"
    if not target.spec.active or (KIND[contact.channel] != LATER and not c.is_open(target.id, at)):
        return "closed"
    return None


def wait_ends(c: Centre, whose: str, at: Ms) -> None:
    """The queue's longest wait. Whoever came by a flow goes back to it, where a voicemail or a call-back may be
    offered; in the figures of the queue the stay ran out either way."""
    contact = c.contacts[whose]
    if contact.flow is not None:
        c.emit(
            e.FlowEntered(
                at=at,
                contact=whose,
                flow=contact.flow,
                version=contact.flow_version,
                cause="queue_left",
                stay=Outcome.TIMED_OUT,
            )
        )
        return
    c.emit(
        e.ContactEnded(
            at=at,
            contact=whose,
            by=EndedBy.SYSTEM,
            outcome=Outcome.TIMED_OUT,
            queue=contact.queue,
            waited_ms=waited(contact, at),
        )
    )


def passed_ends(c: Centre, whose: str, at: Ms) -> None:
    c.pending[whose] = c.contacts[whose]


def break_falls_due(c: Centre, whose: str, at: Ms) -> None:
    c.emit(e.BreakDue(at=at, agent=whose))


def invitable_again(c: Centre, whose: str, at: Ms) -> None:
    for queue, _ in c.serves[c.agents[whose].index].values():
        c.watch_wait(queue, at)


def wait_look(c: Centre, whose: str, at: Ms) -> None:
    queue = c.queues[whose]
    queue.watch_at = None
    c.watch_wait(queue, at)


def calm_ends(c: Centre, whose: str, at: Ms) -> None:
    """It has been quiet long enough: those who were drawn in go back to standby, after what they have open."""
    queue = c.queues[whose]
    rule = queue.spec.invite
    if rule is None or not c.is_calm(queue, rule, at):
        return
    for agent_id in sorted(queue.drawn):
        c.emit(e.PartTimerReleased(at=at, agent=agent_id, queue=whose))
        c.emit(e.AgentStatusChosen(at=at, agent=agent_id, status=Status.STANDBY))


DUE: tuple[Callable[[Centre, str, Ms], None], ...] = (
    offer_ends,
    consult_ends,
    wrapup_ends,
    certificate_ends,
    grace_ends,
    away_ends,
    invitation_ends,
    preference_ends,
    retry_due,
    step_due,
    wait_ends,
    passed_ends,
    break_falls_due,
    invitable_again,
    wait_look,
    calm_ends,
)
"""By kind of deadline, in the order of `routing.centre`."""
