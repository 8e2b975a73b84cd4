"""What each fact about an agent, the set-up or the centre itself does to the state. Nothing is decided here."""

from jietong.core import events as e
from jietong.core.vocabulary import Ms, State, Status
from jietong.routing import rules
from jietong.routing.centre import Centre
from jietong.routing.deadlines import (
    AWAY_ENDS,
    BREAK_FALLS_DUE,
    CERTIFICATE_ENDS,
    GRACE_ENDS,
    INVITABLE_AGAIN,
    INVITATION_ENDS,
    certificate_ends,
)
from jietong.routing.model import AgentState, Invitation, QueueFacts
from jietong.routing.queues import QueueState


def signed_in(c: Centre, f: e.AgentSignedIn) -> None:
    agent = c.agents[f.agent]
    agent.signed_in_at = f.at
    agent.busy_ms = 0
    agent.ready_ms = 0
    _connect(agent)
    c.next_turn(agent)
    c.touch(agent)


def signed_out(c: Centre, f: e.AgentSignedOut) -> None:
    agent = c.agents[f.agent]
    agent.signed_in_at = None
    agent.status = Status.OFFLINE
    agent.reason = None
    agent.next = None
    agent.next_reason = None
    _connect(agent)
    agent.connected = False
    c.draw(agent, None, f.at)
    c.touch(agent)


def status_chosen(c: Centre, f: e.AgentStatusChosen) -> None:
    agent = c.agents[f.agent]
    agent.status = f.status
    agent.reason = f.reason
    agent.next = None
    agent.next_reason = None
    agent.missed = False
    agent.missed_why = None
    if f.status is Status.STANDBY:
        c.draw(agent, None, f.at)
    if f.status is Status.READY and not agent.connected:
        _start_grace(c, agent, f.at)
    c.next_turn(agent)
    c.touch(agent)


def next_chosen(c: Centre, f: e.AgentNextChosen) -> None:
    agent = c.agents[f.agent]
    agent.next = f.status
    agent.next_reason = f.reason
    c.touch(agent)


def state_changed(c: Centre, f: e.AgentStateChanged) -> None:
    agent = c.agents[f.agent]
    elapsed = max(0, f.at - agent.since)
    if agent.state in rules.ON_LINE:
        agent.online_ms += elapsed
    elif agent.state in rules.RESTING:
        agent.rest_ms += elapsed
        if agent.rest_ms >= c.site.break_length_s * 1000:
            agent.online_ms = 0
            agent.rest_ms = 0
            agent.break_due = False
    if agent.state in rules.BUSY:
        agent.busy_ms += elapsed
    elif agent.state is State.READY:
        agent.ready_ms += elapsed
    if agent.state is not f.state:
        c.change_state(agent, f.state, f.at)
    agent.state = f.state
    agent.state_reason = f.reason
    agent.queue = f.queue
    agent.since = f.at
    _plan_break(c, agent, f.at)
    if agent.part_time:
        c.dirty[agent.index] = agent  # standby is a state


def presence(c: Centre, f: e.AgentPresence) -> None:
    agent = c.agents[f.agent]
    if f.connected:
        _connect(agent)
    else:
        agent.connected = False
        agent.lost_at = f.at
        _start_grace(c, agent, f.at)
        c.arm(f.at + c.site.away_s * 1000, AWAY_ENDS, agent.id)
    c.touch(agent)


def not_responding(c: Centre, f: e.AgentNotResponding) -> None:
    agent = c.agents[f.agent]
    agent.missed = True
    agent.missed_why = f.why
    agent.grace_until = None
    c.touch(agent)


def certificate_lapsed(c: Centre, f: e.CertificateLapsed) -> None:
    agent = c.agents[f.agent]
    if f.skill not in agent.lapsed:
        agent.lapsed = sorted([*agent.lapsed, f.skill])
    c.set_membership(agent, f.at)


def break_due(c: Centre, f: e.BreakDue) -> None:
    agent = c.agents[f.agent]
    agent.break_due = True
    agent.break_at = None


def invited(c: Centre, f: e.PartTimerInvited) -> None:
    agent = c.agents[f.agent]
    agent.invitation = Invitation(queue=f.queue, expires=f.expires)
    c.queues[f.queue].invited += 1
    c.arm(f.expires, INVITATION_ENDS, agent.id)
    c.touch(agent)


def invitation_answered(c: Centre, f: e.PartTimerAnswered) -> None:
    agent = c.agents[f.agent]
    agent.invitation = None
    queue = c.queues[f.queue]
    queue.invited -= 1
    c.looked[queue.id] = queue
    if f.joined:
        c.draw(agent, f.queue, f.at)
    else:
        agent.invite_after = f.at + c.invite_rule(queue).again_s * 1000
        c.arm(agent.invite_after, INVITABLE_AGAIN, agent.id)
    c.touch(agent)


def released(c: Centre, f: e.PartTimerReleased) -> None:
    c.draw(c.agents[f.agent], None, f.at)


# --- set-up -------------------------------------------------------------------------------------------------


def site_configured(c: Centre, f: e.SiteConfigured) -> None:
    c.site = f.spec


def queue_configured(c: Centre, f: e.QueueConfigured) -> None:
    queue = c.queues.get(f.spec.id)
    if queue is None:
        queue = c.queues[f.spec.id] = QueueState(QueueFacts(spec=f.spec))
    c.set_queue(queue, f.spec, f.at)


def skill_configured(c: Centre, f: e.SkillConfigured) -> None:
    before = c.skills.get(f.spec.id)
    c.skills[f.spec.id] = f.spec
    if before is not None and before.certificate == f.spec.certificate:
        return
    for agent in c.by_index:
        if any(held.skill == f.spec.id for held in agent.spec.skills):
            _certify(c, agent, f.at)


def hours_configured(c: Centre, f: e.HoursConfigured) -> None:
    c.hours[f.spec.id] = f.spec
    c.forget_hours(f.spec.id)


def agent_configured(c: Centre, f: e.AgentConfigured) -> None:
    agent = c.agents.get(f.spec.id)
    if agent is None:
        agent = AgentState(id=f.spec.id, index=len(c.by_index), spec=f.spec, since=f.at)
        c.add_agent(agent)
    agent.spec = f.spec
    _certify(c, agent, f.at)


def runtime_started(c: Centre, f: e.RuntimeStarted) -> None:
    """Who was away when the writer stopped gets the grace period anew, like everyone else."""
    c.epoch = f.epoch
    for agent in c.by_index:
        if agent.status is not Status.OFFLINE and not agent.connected:
            agent.lost_at = f.at
            _start_grace(c, agent, f.at)
            c.arm(f.at + c.site.away_s * 1000, AWAY_ENDS, agent.id)


def nothing(c: Centre, f: e.Event) -> None:
    """A fact that routing has no part in."""


# --- shared steps -------------------------------------------------------------------------------------------


def _connect(agent: AgentState) -> None:
    agent.connected = True
    agent.lost_at = None
    agent.grace_until = None
    agent.missed = False
    agent.missed_why = None


def _start_grace(c: Centre, agent: AgentState, at: Ms) -> None:
    agent.grace_until = at + c.site.grace_s * 1000
    c.arm(agent.grace_until, GRACE_ENDS, agent.id)


def _plan_break(c: Centre, agent: AgentState, at: Ms) -> None:
    due: Ms | None = None
    if agent.state in rules.ON_LINE and not agent.break_due:
        due = max(at, at + c.site.break_every_s * 1000 - agent.online_ms)
    if due != agent.break_at:
        agent.break_at = due
        if due is not None:
            c.arm(due, BREAK_FALLS_DUE, agent.id)


def _certify(c: Centre, agent: AgentState, at: Ms) -> None:
    agent.lapsed = rules.lapsed_skills(agent.spec, c.skills, at)
    c.set_membership(agent, at)
    for ends in certificate_ends(agent, c):
        c.arm(ends, CERTIFICATE_ENDS, agent.id)
