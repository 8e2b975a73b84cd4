"""The state of the centre as it can be read: records, the indexes over them, and what views ask."""

from collections import deque
from typing import TypeAlias

from jietong.core.events import Event
from jietong.core.hours import stretch
from jietong.core.specs import HoursSpec, InviteRule, QueueSpec, SiteSpec, SkillNeed, SkillSpec
from jietong.core.vocabulary import Channel, Ms, Place, State
from jietong.routing import rules
from jietong.routing.lines import TEXT, VOICE
from jietong.routing.model import AgentState, ContactState
from jietong.routing.queues import Group, QueueState
from jietong.routing.seats import Seats

Due: TypeAlias = tuple[Ms, int, str]
"""A deadline: when, which kind, whose. Equal instants are done by kind, then by id."""


NO_QUEUE = QueueSpec(id="", name={}, client="", channels=())
"""The terms of a call that belongs to no queue: offers, wrap-up and the like as by default."""


class Readings:
    """Records and indexes. Whoever reads them from outside the engine changes nothing."""

    def __init__(self, site: SiteSpec) -> None:
        self.site = site
        self.clock: Ms = 0  # of the last fact
        self.epoch = 0
        self.serial = 0
        self.turn = 0
        self.skills: dict[str, SkillSpec] = {}
        self.hours: dict[str, HoursSpec] = {}
        self.queues: dict[str, QueueState] = {}
        self.agents: dict[str, AgentState] = {}
        self.contacts: dict[str, ContactState] = {}

        self.seats = (Seats(), Seats())  # VOICE, TEXT
        self.standby = Seats()
        self.by_index: list[AgentState] = []
        self.by_serial: dict[int, ContactState] = {}
        self.groups: dict[tuple[SkillNeed, ...], Group] = {}
        self.member_of: list[list[Group]] = []  # by agent index
        self.serves: list[dict[str, tuple[QueueState, int]]] = []  # by agent index: queue → its first ring
        self.sticky: dict[str, set[str]] = {}  # agent → contacts that wait for them
        self.callbacks: dict[str, set[str]] = {}  # customer → contacts to be called back
        self.due: list[Due] = []
        self.closing: deque[tuple[Ms, str]] = deque()
        self._hours_now: dict[str, tuple[bool, Ms, Ms]] = {}

        self.dirty: dict[int, AgentState] = {}  # their index entries are out of date
        self.freed: dict[int, AgentState] = {}  # may have become free: to be matched
        self.touched: dict[int, AgentState] = {}  # their system state may have changed
        self.pending: dict[str, ContactState] = {}  # may be offered to somebody now
        self.looked: dict[str, QueueState] = {}  # their need of part-timers may have changed
        self.out: list[Event] = []
        self.asked_at: Ms = 0  # the time of the command in hand

    def is_open(self, queue_id: str, now: Ms) -> bool:
        """Whether the queue takes live contacts at `now`. An inactive queue is closed."""
        spec = self.queues[queue_id].spec
        if not spec.active:
            return False
        hours = self.hours.get(spec.hours) if spec.hours is not None else None
        if hours is None:
            return spec.hours is None
        known = self._hours_now.get(hours.id)
        if known is None or not known[1] <= now < known[2]:
            known = self._hours_now[hours.id] = stretch(hours, now)
        return known[0]

    def forget_hours(self, hours_id: str) -> None:
        """Opening hours have changed."""
        self._hours_now.pop(hours_id, None)

    def waiting(self, queue_id: str) -> int:
        """Live contacts waiting, those on offer to an agent included: nobody has taken them yet. What nobody waits
        for is not counted, nor a call-back while it is dialled or until its next attempt."""
        return self.queues[queue_id].waiting

    def in_line(self, queue_id: str) -> int:
        """Those of `waiting` whom no agent has been asked to take yet."""
        return self.queues[queue_id].in_line

    def deferred(self, queue_id: str) -> int:
        """Messages, mails and the like that lie in the queue."""
        return self.queues[queue_id].later

    def longest_since(self, queue_id: str) -> Ms | None:
        """When the longest live wait in the queue began; None when nobody waits. Amortised O(log n)."""
        return self.queues[queue_id].drop_stale(self.contacts)

    def agents_of(self, queue_id: str) -> dict[State, int]:
        """How many agents with the queue's skills are in each state, kept with each change."""
        return self.queues[queue_id].rings[0].states

    def position(self, contact_id: str) -> int | None:
        """How many are ahead: 0 is next, and 0 while on offer; None when it does not wait. O(log n)."""
        contact = self.contacts.get(contact_id)
        if contact is None or contact.queue is None:
            return None
        if contact.place is Place.QUEUE:
            return self.queues[contact.queue].ahead(contact)
        return 0 if contact.place is Place.OFFER else None

    def flow_of(self, contact_id: str) -> tuple[str, int] | None:
        """The flow that serves the contact's customer now, with its version; None: none does."""
        contact = self.contacts.get(contact_id)
        if contact is None or not contact.in_flow or contact.flow is None:
            return None
        return contact.flow, contact.flow_version

    def in_flows(self) -> list[ContactState]:
        """All whom a flow serves now. Looks at every contact: for reconciling."""
        return [contact for contact in self.contacts.values() if contact.in_flow]

    def estimated_wait_s(self, queue_id: str, ahead: int | None = None) -> float | None:
        """Seconds a contact with `ahead` others before it will wait; None when that cannot be told.

        `ahead` defaults to all who are in line now, which is a new arrival's place. The estimate is
        (ahead + 1) x gap, where gap is the smoothed time between two departures (answered or given up) of this
        queue while somebody waited: that is Little's law on the line itself, and right for agents who share
        queues or hold several chats, since it looks at what left rather than at who works. Until three such gaps
        have been seen, gap = smoothed handling time / agents on line. 0 when an agent is ready and nobody is ahead;
        None when no agent is on line, or neither figure has been seen yet.
        """
        queue = self.queues[queue_id]
        states = queue.rings[0].states
        if ahead is None:
            ahead = queue.in_line
        working = sum(states[state] for state in rules.SERVING)
        if not working:
            return None
        if not ahead and states[State.READY]:
            return 0.0
        facts = queue.facts
        if facts.gaps >= 3:
            return (ahead + 1) * facts.gap_ms / 1000
        if facts.handled:
            return (ahead + 1) * facts.handle_ms / working / 1000
        return None

    def online_streak(self, agent_id: str, now: Ms) -> tuple[Ms, bool]:
        """(time on line since the last full break in ms, whether it runs now) (G6)."""
        agent = self.agents[agent_id]
        return rules.streak_ms(agent, now, self.site.break_length_s * 1000), agent.state in rules.ON_LINE

    def break_due(self, agent_id: str, now: Ms) -> bool:
        """Two hours on line and no full break since."""
        agent = self.agents[agent_id]
        return agent.break_due and rules.streak_ms(agent, now, self.site.break_length_s * 1000) > 0

    # --- what decisions ask ---

    def is_calm(self, queue: QueueState, rule: InviteRule, at: Ms) -> bool:
        """Whether all release limits are kept at this instant."""
        return rules.calm(rule, self.longest_ms(queue, at), queue.waiting, self.occupancy(queue))

    def longest_ms(self, queue: QueueState, at: Ms) -> Ms:
        begun = queue.drop_stale(self.contacts) if queue.waiting else None
        return max(0, at - begun) if begun is not None else 0

    def occupancy(self, queue: QueueState) -> float | None:
        """Of the queue's full-timers on line, at this instant."""
        return rules.occupancy_now(queue.rings[0].full_timers)

    def terms_of(self, contact: ContactState) -> QueueSpec:
        """Of the queue that the contact belongs to, or the defaults where it never had one."""
        return self.queues[contact.queue].spec if contact.queue is not None else NO_QUEUE

    def is_free(self, agent: AgentState, channel: Channel) -> bool:
        """Whether the agent could be offered something on this channel at once."""
        work = VOICE if channel is Channel.VOICE else TEXT
        return self.seats[work].keys[agent.index] != 0

    def certified(self, agent: AgentState, requires: tuple[SkillNeed, ...], at: Ms) -> bool:
        """Whether every certificate that `requires` asks for runs at `at`."""
        for need in requires:
            skill = self.skills.get(need.skill)
            if skill is not None and skill.certificate and not rules.certificate_holds(agent.spec, need.skill, at):
                return False
        return True

    def invite_rule(self, queue: QueueState) -> InviteRule:
        return queue.spec.invite or InviteRule()

    def is_forgotten(self, contact: ContactState) -> bool:
        """Whether the next fact will drop this closed contact."""
        return contact.closed_at is not None and contact.closed_at + rules.CLOSED_KEPT_MS <= self.asked_at
