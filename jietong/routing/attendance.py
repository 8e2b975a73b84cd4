"""Commands about being there: signing in and out, the chosen status, the desk's connection, invitations."""

from jietong.core import commands as k
from jietong.core import events as e
from jietong.core.errors import Refused
from jietong.core.vocabulary import EndedBy, Ms, Place, Status
from jietong.routing.agents_ask import decline_offer, find_agent, signed_in
from jietong.routing.centre import Centre
from jietong.routing.matching import end_wrapup, sign_out
from jietong.routing.model import AgentState, ContactState
from jietong.routing.places import back_in_front, end_consult, requeue, withdraw

JUST_SIGNED_IN = "signed_in"
"""Reason of the first break: nobody is offered a contact before saying that they are ready."""


def sign_in(c: Centre, cmd: k.SignIn, at: Ms) -> None:
    """A part-timer starts on standby, everyone else on a break of reason `signed_in`. Idempotent."""
    agent = find_agent(c, cmd.agent)
    if not agent.spec.active:
        raise Refused("agent_inactive", "This agent is not active any more.", agent=agent.id)
    if agent.status is not Status.OFFLINE:
        if not agent.connected:
            c.emit(e.AgentPresence(at=at, agent=agent.id, connected=True))
        return
    c.emit(e.AgentSignedIn(at=at, agent=agent.id))
    if agent.part_time:
        c.emit(e.AgentStatusChosen(at=at, agent=agent.id, status=Status.STANDBY))
    else:
        c.emit(e.AgentStatusChosen(at=at, agent=agent.id, status=Status.BREAK, reason=JUST_SIGNED_IN))


def sign_out_asked(c: Centre, cmd: k.SignOut, at: Ms) -> None:
    """An open offer is withdrawn; open contacts keep the agent, unless a supervisor takes them away."""
    agent = find_agent(c, cmd.agent)
    if agent.status is Status.OFFLINE:
        return
    if cmd.by is None and (agent.contacts or agent.consulting):
        raise Refused("contacts_open", "Finish your contacts first.", contacts=list(agent.contacts))
    empty_hands(c, agent, at, cmd.by)
    sign_out(c, agent, at, cmd.by)


def empty_hands(c: Centre, agent: AgentState, at: Ms, by: str | None) -> None:
    """Everything the agent has open goes back, in front."""
    for contact_id in list(agent.offers):
        contact = c.contacts[contact_id]
        if _asked_to_advise(contact, agent.id):
            end_consult(c, contact, at, "cancelled", "signed_out")
        else:
            withdraw(c, contact, at, "signed_out")
            back_in_front(c, contact, at)
    for contact_id in list(agent.consulting):
        end_consult(c, c.contacts[contact_id], at, "left")
    for contact_id in list(agent.contacts):
        contact = c.contacts[contact_id]
        if contact.place is Place.WRAPUP:
            end_wrapup(c, contact, at, EndedBy.SUPERVISOR)
        else:
            requeue(c, contact, at, "signed_out", by)


def _asked_to_advise(contact: ContactState, agent: str) -> bool:
    consult = contact.consult
    return consult is not None and consult.other == agent and not consult.joined


def set_status(c: Centre, cmd: k.SetStatus, at: Ms) -> None:
    """Offers made before end: declined by the agent's own choice, withdrawn by a supervisor's."""
    if cmd.status is Status.OFFLINE:
        sign_out_asked(c, k.SignOut(agent=cmd.agent, by=cmd.by), at)
        return
    agent = signed_in(c, cmd.agent)
    _may_choose(agent, cmd.status)
    same = agent.status is cmd.status and agent.reason == cmd.reason
    if same and not agent.missed and agent.next is None and agent.invitation is None:
        return
    if cmd.status is not Status.READY:
        for contact_id in list(agent.offers):
            contact = c.contacts[contact_id]
            if cmd.by is None:
                decline_offer(c, agent, contact, at)
            elif _asked_to_advise(contact, agent.id):
                end_consult(c, contact, at, "cancelled")
            else:
                withdraw(c, contact, at, "cancelled")
                back_in_front(c, contact, at)
    if agent.invitation is not None and cmd.status is not Status.STANDBY:
        joined = cmd.status is Status.READY
        queue = agent.invitation.queue
        c.emit(e.PartTimerAnswered(at=at, agent=agent.id, queue=queue, joined=joined))
    elif same and not agent.missed and agent.next is None:
        return
    c.emit(e.AgentStatusChosen(at=at, agent=agent.id, status=cmd.status, reason=cmd.reason, by=cmd.by))


def set_next(c: Centre, cmd: k.SetNext, at: Ms) -> None:
    """Until then no further offers, unless the next status is ready too. With nothing open it is taken at once."""
    agent = signed_in(c, cmd.agent)
    if cmd.status is not None:
        _may_choose(agent, cmd.status)
    if agent.next is cmd.status and agent.next_reason == cmd.reason:
        return
    c.emit(e.AgentNextChosen(at=at, agent=agent.id, status=cmd.status, reason=cmd.reason))


def _may_choose(agent: AgentState, status: Status) -> None:
    if status is Status.STANDBY and not agent.part_time:
        raise Refused("standby_is_for_part_timers", "Only part-timers can be on standby.", agent=agent.id)


def presence_lost(c: Centre, cmd: k.PresenceLost, at: Ms) -> None:
    agent = find_agent(c, cmd.agent)
    if agent.status is not Status.OFFLINE and agent.connected:
        c.emit(e.AgentPresence(at=at, agent=agent.id, connected=False))


def presence_back(c: Centre, cmd: k.PresenceBack, at: Ms) -> None:
    """In time: everything is as it was. Later: the agent responds again."""
    agent = signed_in(c, cmd.agent)
    if not agent.connected:
        c.emit(e.AgentPresence(at=at, agent=agent.id, connected=True))


def answer_invitation(c: Centre, cmd: k.AnswerInvitation, at: Ms) -> None:
    """Joining makes a part-timer ready; declining leaves them in peace for a while (A6)."""
    agent = signed_in(c, cmd.agent)
    if agent.invitation is None:
        if agent.drawn is not None and cmd.join:
            return
        raise Refused("no_invitation", "This invitation is no longer open.", agent=agent.id)
    queue = agent.invitation.queue
    c.emit(e.PartTimerAnswered(at=at, agent=agent.id, queue=queue, joined=cmd.join))
    if cmd.join:
        c.emit(e.AgentStatusChosen(at=at, agent=agent.id, status=Status.READY))
