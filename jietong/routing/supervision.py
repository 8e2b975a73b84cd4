"""Commands of supervisors and administrators, and the writer's own."""

from jietong.core import commands as k
from jietong.core import events as e
from jietong.core.errors import Refused
from jietong.core.specs import AgentSpec, Spec
from jietong.core.vocabulary import Ms, Place, Status
from jietong.routing.agents_ask import free_agent
from jietong.routing.attendance import empty_hands
from jietong.routing.centre import Centre
from jietong.routing.customers_ask import find_contact, find_queue
from jietong.routing.matching import invite, offer, sign_out
from jietong.routing.model import ContactState
from jietong.routing.places import back_in_front, end_consult, withdraw


def waiting_contact(c: Centre, contact_id: str) -> ContactState:
    """One that waits, on offer included. Raises Refused `unknown_contact`, `wrong_place`."""
    contact = find_contact(c, contact_id)
    if contact.place not in (Place.QUEUE, Place.OFFER):
        raise Refused("wrong_place", "This contact is not waiting any more.", place=contact.place)
    return contact


def prioritise(c: Centre, cmd: k.Prioritise, at: Ms) -> None:
    """`priority` is the contact's whole priority from now on."""
    contact = waiting_contact(c, cmd.contact)
    if contact.priority != cmd.priority:
        c.emit(e.ContactPrioritised(at=at, contact=contact.id, priority=cmd.priority, by=cmd.by))


def move(c: Centre, cmd: k.Move, at: Ms) -> None:
    contact = waiting_contact(c, cmd.contact)
    queue = find_queue(c, cmd.queue)
    if not queue.takes(contact.channel):
        raise Refused("wrong_channel", f"Queue {queue.id} does not take {contact.channel} contacts.", queue=queue.id)
    if not queue.spec.active:
        raise Refused("queue_closed", f"Queue {queue.id} is not in use.", queue=queue.id)
    if contact.queue == queue.id:
        return
    if contact.place is Place.OFFER:
        withdraw(c, contact, at, "moved")
    c.emit(
        e.QueueEntered(
            at=at,
            contact=contact.id,
            queue=queue.id,
            priority=queue.spec.priority + contact.own_priority,
            since=contact.waiting_since if contact.waiting_since is not None else at,
            cause="moved",
            by=cmd.by,
        )
    )


def pull(c: Centre, cmd: k.Pull, at: Ms) -> None:
    contact = waiting_contact(c, cmd.contact)
    if contact.place is Place.OFFER and contact.offered_to == cmd.agent:
        return
    agent = free_agent(c, contact, None, cmd.agent, at)
    if contact.place is Place.OFFER:
        withdraw(c, contact, at, "pulled")
        back_in_front(c, contact, at)
    offer(c, contact, agent, at, "pull")


def invite_part_timers(c: Centre, cmd: k.InvitePartTimers, at: Ms) -> None:
    """Whatever the limits say; those who have just declined are left in peace all the same."""
    queue = find_queue(c, cmd.queue)
    if cmd.count < 1:
        raise Refused("bad_count", "Invite at least one.", count=cmd.count)
    if not invite(c, queue, cmd.count, "supervisor", at):
        raise Refused("nobody_on_standby", "Nobody with these skills is on standby.", queue=queue.id)


def acknowledge_alarm(c: Centre, cmd: k.AcknowledgeAlarm, at: Ms) -> None:
    c.emit(e.AlarmAcknowledged(at=at, alarm=cmd.alarm, by=cmd.by, name=cmd.name))


def merge_customers(c: Centre, cmd: k.MergeCustomers, at: Ms) -> None:
    c.emit(e.CustomersMerged(at=at, kept=cmd.kept, gone=cmd.gone, by=cmd.by))


def publish_article(c: Centre, cmd: k.PublishArticle, at: Ms) -> None:
    c.emit(e.ArticlePublished(at=at, article=cmd.article, version=cmd.version, names=cmd.names, by=cmd.by))


# --- set-up: the same spec again is nothing new -------------------------------------------------------------


def configure_site(c: Centre, cmd: k.ConfigureSite, at: Ms) -> None:
    if cmd.spec != c.site:
        c.emit(e.SiteConfigured(at=at, spec=cmd.spec))


def configure_queue(c: Centre, cmd: k.ConfigureQueue, at: Ms) -> None:
    known = c.queues.get(cmd.spec.id)
    if known is None or known.spec != cmd.spec:
        c.emit(e.QueueConfigured(at=at, spec=cmd.spec))


def configure_skill(c: Centre, cmd: k.ConfigureSkill, at: Ms) -> None:
    if _new(c.skills.get(cmd.spec.id), cmd.spec):
        c.emit(e.SkillConfigured(at=at, spec=cmd.spec))


def configure_hours(c: Centre, cmd: k.ConfigureHours, at: Ms) -> None:
    if _new(c.hours.get(cmd.spec.id), cmd.spec):
        c.emit(e.HoursConfigured(at=at, spec=cmd.spec))


def configure_agent(c: Centre, cmd: k.ConfigureAgent, at: Ms) -> None:
    """One who is made inactive is signed out, as by a supervisor; one who becomes full-time leaves standby."""
    known = c.agents.get(cmd.spec.id)
    before: AgentSpec | None = known.spec if known is not None else None
    if not _new(before, cmd.spec):
        return
    c.emit(e.AgentConfigured(at=at, spec=cmd.spec))
    agent = c.agents[cmd.spec.id]
    if agent.status is Status.OFFLINE:
        return
    if not agent.spec.active:
        empty_hands(c, agent, at, "system")
        sign_out(c, agent, at, "system")
    elif not agent.part_time and agent.status is Status.STANDBY:
        if agent.invitation is not None:
            queue = agent.invitation.queue
            c.emit(e.PartTimerAnswered(at=at, agent=agent.id, queue=queue, joined=False))
        c.emit(e.AgentStatusChosen(at=at, agent=agent.id, status=Status.BREAK, reason="signed_in"))


def _new(known: Spec | None, spec: Spec) -> bool:
    return known is None or known != spec


# --- the writer ---------------------------------------------------------------------------------------------


def restart(c: Centre, cmd: k.Restart, at: Ms) -> None:
    """Nobody is to blame for an offer that the centre's own stop cut short; waits are counted on; every desk has
    the grace period to come back."""
    c.emit(e.RuntimeStarted(at=at, epoch=cmd.epoch, version=cmd.version))
    for agent in c.by_index:
        for contact_id in list(agent.offers):
            contact = c.contacts[contact_id]
            if contact.place is Place.OFFER and contact.offered_to == agent.id:
                withdraw(c, contact, at, "restart")
                back_in_front(c, contact, at)
            else:
                end_consult(c, contact, at, "cancelled", "restart")
    for agent in c.by_index:
        if agent.status is not Status.OFFLINE and agent.connected:
            c.emit(e.AgentPresence(at=at, agent=agent.id, connected=False))
