"""The state of the centre and the indexes over it. Facts change it (`routing.facts_*`), decisions read it.

The records (`routing.model`) are the state; everything else here is an index that follows from them: lanes of ready
agents, waiting lines, who serves which queue, the heap of deadlines. So a snapshot is the records alone, and a
state that was loaded goes on exactly like one that never stopped.
"""

from collections import deque
from collections.abc import Callable, Iterator
from heapq import heapify, heappop, heappush
from typing import TypeAlias

from jietong.core.events import Event
from jietong.core.hours import stretch
from jietong.core.specs import HoursSpec, InviteRule, QueueSpec, SiteSpec, SkillNeed, SkillSpec
from jietong.core.vocabulary import Channel, Ms, Place, Selection, State, Status
from jietong.routing import rules
from jietong.routing.lines import KIND, LATER, SERIAL, TEXT, VOICE, Line
from jietong.routing.model import AgentState, ContactState
from jietong.routing.queues import Group, QueueState
from jietong.routing.seats import SEAT_BITS, Lane, Seats

Due: TypeAlias = tuple[Ms, int, str]
"""A deadline: when, which kind, whose. Equal instants are done by kind, then by id."""

(
    OFFER_ENDS,
    CONSULT_ENDS,
    WRAPUP_ENDS,
    CERTIFICATE_ENDS,
    GRACE_ENDS,
    AWAY_ENDS,
    INVITATION_ENDS,
    PREFERENCE_ENDS,
    RETRY_DUE,
    STEP_DUE,
    WAIT_ENDS,
    PASSED_ENDS,
    BREAK_FALLS_DUE,
    INVITABLE_AGAIN,
    WAIT_LOOK,
    CALM_ENDS,
) = range(16)


class Centre:
    """State, indexes and the primitives that keep the two together."""

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

    # --- reading ----------------------------------------------------------------------------------------------

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
        """Live contacts waiting, those on offer to an agent not counted; nor what nobody waits for."""
        return self.queues[queue_id].waiting

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

    def estimated_wait_s(self, queue_id: str, ahead: int | None = None) -> float | None:
        """Seconds a contact with `ahead` others before it will wait; None when that cannot be told.

        `ahead` defaults to all who wait now, which is a new arrival's place. The estimate is
        (ahead + 1) x gap, where gap is the smoothed time between two departures (answered or given up) of this
        queue while somebody waited: that is Little's law on the line itself, and right for agents who share
        queues or hold several chats, since it looks at what left rather than at who works. Until three such gaps
        have been seen, gap = smoothed handling time / agents on line. 0 when an agent is ready and nobody is ahead;
        None when no agent is on line, or neither figure has been seen yet.
        """
        queue = self.queues[queue_id]
        states = queue.rings[0].states
        if ahead is None:
            ahead = queue.waiting
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

    # --- facts change the state through these ------------------------------------------------------------------

    def apply_one(self, event: Event) -> None:
        raise NotImplementedError

    def emit(self, event: Event) -> None:
        """A decision: the fact is recorded and takes effect."""
        self.out.append(event)
        self.apply_one(event)

    def arm(self, at: Ms, kind: int, whose: str) -> None:
        heappush(self.due, (at, kind, whose))

    def touch(self, agent: AgentState) -> None:
        """Something of the agent has changed: index and system state are looked at again."""
        self.dirty[agent.index] = agent
        self.touched[agent.index] = agent

    def next_turn(self, agent: AgentState) -> None:
        """To the back of the order of idleness."""
        self.turn += 1
        agent.turn = self.turn
        agent.occupancy = rules.occupancy_per_mille(agent, self.clock)

    def enter_line(self, contact: ContactState, at: Ms) -> None:
        queue = self.queues[contact.queue or ""]
        self.watch_calm(queue, at)
        queue.add(contact, at)
        if contact.prefer_until is not None and contact.prefer is not None:
            self.sticky.setdefault(contact.prefer, set()).add(contact.id)
        self.pending[contact.id] = contact
        self.look(queue, at)

    def leave_line(self, contact: ContactState, at: Ms, departed: bool) -> None:
        queue = self.queues[contact.queue or ""]
        self.watch_calm(queue, at)
        queue.remove(contact, at, departed)
        if contact.prefer_until is not None and contact.prefer is not None:
            waiting = self.sticky[contact.prefer]
            waiting.discard(contact.id)
            if not waiting:
                del self.sticky[contact.prefer]
        self.pending.pop(contact.id, None)
        self.look(queue, at)

    def look(self, queue: QueueState, at: Ms) -> None:
        """The queue's need of part-timers may have changed. Part of applying a fact."""
        if queue.spec.invite is not None:
            self.watch_calm(queue, at)
            self.watch_wait(queue, at)

    def watch_wait(self, queue: QueueState, at: Ms) -> None:
        """Has the queue looked at now, and again when its longest wait reaches the limit."""
        rule = queue.spec.invite
        if rule is None:
            return
        self.looked[queue.id] = queue
        if rule.wait_s is None or not queue.waiting:
            return
        begun = queue.drop_stale(self.contacts)
        when = begun + rule.wait_s * 1000 if begun is not None else 0
        if when > at and (queue.watch_at is None or not at < queue.watch_at <= when):
            queue.watch_at = when
            self.arm(when, WAIT_LOOK, queue.id)

    def watch_calm(self, queue: QueueState, at: Ms) -> None:
        """Keeps `calm_since` while part-timers are drawn in; called before and after each change of the measures."""
        facts = queue.facts
        rule = facts.spec.invite
        if not queue.drawn or rule is None or not self.is_calm(queue, rule, at):
            facts.calm_since = None
        elif facts.calm_since is None:
            facts.calm_since = at
            self.arm(at + rule.calm_s * 1000, CALM_ENDS, queue.id)

    def is_calm(self, queue: QueueState, rule: InviteRule, at: Ms) -> bool:
        """Whether all release limits are kept at this instant."""
        return rules.calm(rule, self.longest_ms(queue, at), queue.waiting, self.occupancy(queue))

    def longest_ms(self, queue: QueueState, at: Ms) -> Ms:
        begun = queue.drop_stale(self.contacts) if queue.waiting else None
        return max(0, at - begun) if begun is not None else 0

    def occupancy(self, queue: QueueState) -> float | None:
        """Of the queue's full-timers on line, at this instant."""
        return rules.occupancy_now(queue.rings[0].full_timers)

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

    def take_room(self, agent: AgentState, contact: ContactState, by: int) -> None:
        if contact.channel is Channel.VOICE:
            agent.voice += by
        else:
            agent.text += by
        self.touch(agent)

    def draw(self, agent: AgentState, queue_id: str | None, at: Ms) -> None:
        """Marks a part-timer as drawn in for a queue, or as not drawn in any more."""
        if agent.drawn == queue_id:
            return
        if agent.drawn is not None:
            queue = self.queues[agent.drawn]
            queue.drawn.pop(agent.id, None)
            self.watch_calm(queue, at)
        agent.drawn = queue_id
        if queue_id is not None:
            queue = self.queues[queue_id]
            queue.drawn[agent.id] = None
            self.watch_calm(queue, at)

    def is_forgotten(self, contact: ContactState) -> bool:
        """Whether the next fact will drop this closed contact."""
        return contact.closed_at is not None and contact.closed_at + rules.CLOSED_KEPT_MS <= self.asked_at

    def forget_closed(self, at: Ms) -> None:
        """Closed contacts are kept for half an hour, counted in the time of facts."""
        closing = self.closing
        while closing and closing[0][0] + rules.CLOSED_KEPT_MS <= at:
            closed, contact_id = closing.popleft()
            contact = self.contacts.get(contact_id)
            if contact is not None and contact.place is Place.CLOSED and contact.closed_at == closed:
                del self.contacts[contact_id]
                del self.by_serial[contact.serial]

    # --- the index of free agents -------------------------------------------------------------------------------

    def reindex(self) -> None:
        """Brings the lanes in step with the agents that changed."""
        for index, agent in self.dirty.items():
            self._reindex_one(index, agent)
        self.dirty.clear()

    def _reindex_one(self, index: int, agent: AgentState) -> None:
        voice, text = self.seats
        before = (voice.keys[index], text.keys[index])
        if rules.wants_work(agent):
            capacity = agent.spec.capacity
            rank = agent.occupancy
            if rules.room_for_voice(capacity, agent.voice, agent.text):
                voice.put(index, agent.open, agent.turn, rank)
            else:
                voice.take(index)
            if rules.room_for_text(capacity, agent.voice, agent.text):
                text.put(index, agent.open, agent.turn, rank)
            else:
                text.take(index)
            if before != (voice.keys[index], text.keys[index]):
                self.freed[index] = agent
        else:
            voice.take(index)
            text.take(index)
        if agent.part_time:
            if invitable(agent):
                self.standby.put_key(index, max(agent.invite_after, agent.since) << SEAT_BITS | index)
                for queue, _ in self.serves[index].values():
                    if queue.spec.invite is not None:
                        self.looked[queue.id] = queue
            else:
                self.standby.take(index)

    def lane(self, group: Group, kind: int, selection: Selection) -> Lane:
        """The group's lane for this kind of work and way of choosing; made when first asked for."""
        work = VOICE if kind == VOICE else TEXT
        found = group.lanes.get((work, selection))
        if found is None:
            seats = self.seats[work]
            found = group.lanes[work, selection] = seats.new_lane(selection is Selection.LONGEST_IDLE)
            for index in sorted(group.members):
                self._join_lane(seats, found, selection, group, index)
        return found

    def _join_lane(self, seats: Seats, lane: Lane, selection: Selection, group: Group, index: int) -> None:
        agent = self.by_index[index]
        rank = rules.fixed_rank(selection, rules.usable_levels(agent), group.requires)
        seats.join(lane, index, rank, agent.occupancy)

    # --- who serves what ------------------------------------------------------------------------------------------

    def add_agent(self, agent: AgentState) -> None:
        self.agents[agent.id] = agent
        self.by_index.append(agent)
        self.member_of.append([])
        self.serves.append({})
        for seats in (*self.seats, self.standby):
            seats.add_agent()

    def set_membership(self, agent: AgentState, at: Ms) -> None:
        """After a change of skills, certificates or set-up: which groups and queues the agent belongs to."""
        index = agent.index
        levels = rules.usable_levels(agent)
        for group in self.groups.values():
            belongs = agent.spec.active and rules.meets(levels, group.requires)
            was = index in group.members
            if was:
                self._leave_group(group, agent, at)
            if belongs:
                self._join_group(group, agent, at)
        self.member_of[index] = [group for group in self.groups.values() if index in group.members]
        self.serves[index] = {}
        for group in self.member_of[index]:
            for queue_id in group.queues:
                queue = self.queues[queue_id]
                self.serves[index][queue_id] = (queue, queue.ring_for(index))
        self.touch(agent)
        self.freed[index] = agent

    def _join_group(self, group: Group, agent: AgentState, at: Ms) -> None:
        group.members.add(agent.index)
        group.count(agent.state, 1, agent.part_time)
        for (work, selection), lane in group.lanes.items():
            self._join_lane(self.seats[work], lane, selection, group, agent.index)
        if agent.part_time:
            self.standby.join(group.standby, agent.index, 0, 0)
        self._measures_changed(group, at)

    def _leave_group(self, group: Group, agent: AgentState, at: Ms) -> None:
        group.members.discard(agent.index)
        part_time = agent.index in group.standby.members
        group.count(agent.state, -1, part_time)
        for (work, _), lane in group.lanes.items():
            self.seats[work].leave(lane, agent.index)
        self.standby.leave(group.standby, agent.index)
        self._measures_changed(group, at)

    def change_state(self, agent: AgentState, state: State, at: Ms) -> None:
        """Counts by state, for each group the agent is in."""
        old = agent.state
        part_time = agent.part_time
        for group in self.member_of[agent.index]:
            group.count(old, -1, part_time)
            group.count(state, 1, part_time)
            self._measures_changed(group, at)

    def _measures_changed(self, group: Group, at: Ms) -> None:
        for queue_id, ring in group.queues.items():
            if ring == 0:
                queue = self.queues[queue_id]
                if queue.spec.invite is not None:
                    self.look(queue, at)

    def set_queue(self, queue: QueueState, spec: QueueSpec, at: Ms) -> None:
        """Takes over a queue's set-up, new or changed, with everyone who waits in it."""
        waiting = [self.by_serial[entry & SERIAL] for entry in queue.entries()]
        busy_from = queue.facts.busy_from
        for contact in waiting:
            queue.remove(contact, at, departed=False)
        old = queue.rings
        queue.facts.spec = spec
        queue.rings = []
        for ring, requires in enumerate(queue.ring_requirements()):
            group = self.groups.get(requires) or self._new_group(requires)
            queue.rings.append(group)
            group.queues.setdefault(spec.id, ring)
        for group in dict.fromkeys(old):
            if group not in queue.rings:
                group.queues.pop(spec.id, None)
                if not group.queues:
                    self._drop_group(group)
        for ring in range(len(queue.rings) - 1, -1, -1):
            queue.rings[ring].queues[spec.id] = ring
        for index, serves in enumerate(self.serves):
            ring = queue.ring_for(index)
            if ring >= 0:
                serves[spec.id] = (queue, ring)
            else:
                serves.pop(spec.id, None)
        for lines in queue.lines:
            lines[:] = [Line() for _ in queue.rings]
        for contact in waiting:
            contact.priority = spec.priority + contact.own_priority
            contact.ring = min(contact.ring, len(queue.rings) - 1)
            queue.add(contact, at)
            self.pending[contact.id] = contact
            self.arm_waiting(contact)
        if waiting:
            queue.facts.busy_from = busy_from
        self.look(queue, at)

    def _new_group(self, requires: tuple[SkillNeed, ...]) -> Group:
        group = self.groups[requires] = Group(requires, self.standby.new_lane(plain=True))
        for agent in self.by_index:
            if agent.spec.active and rules.meets(rules.usable_levels(agent), requires):
                group.members.add(agent.index)
                group.count(agent.state, 1, agent.part_time)
                self.member_of[agent.index].append(group)
                if agent.part_time:
                    self.standby.join(group.standby, agent.index, 0, 0)
        return group

    def _drop_group(self, group: Group) -> None:
        del self.groups[group.requires]
        self.standby.drop_lane(group.standby)
        for (work, _), lane in group.lanes.items():
            self.seats[work].drop_lane(lane)
        for index in group.members:
            self.member_of[index] = [other for other in self.member_of[index] if other is not group]

    # --- deadlines --------------------------------------------------------------------------------------------------

    def next_deadline(self) -> Ms | None:
        """When a Tick is due next."""
        due = self.due
        while due:
            if self.holds(due[0]):
                return due[0][0]
            heappop(due)
        return None

    def take_due(self) -> None:
        """The first deadline is being done."""
        heappop(self.due)

    def arm_waiting(self, contact: ContactState) -> None:
        """Deadlines of a contact in a queue."""
        queue = self.queues[contact.queue or ""]
        for kind, at in waiting_deadlines(contact, queue.spec):
            self.arm(at, kind, contact.id)

    def holds(self, due: Due) -> bool:
        """Whether a deadline still stands: what it was set for has not been changed since."""
        at, kind, whose = due
        check = HOLDS[kind]
        return check(self, at, whose)

    def sweep_due(self) -> None:
        """Drops deadlines that no longer stand, when there are far too many."""
        if len(self.due) > 4096 + 16 * (len(self.contacts) + len(self.agents)):
            self.due[:] = sorted(set(filter(self.holds, self.due)))

    def rebuild(self) -> None:
        """Every index anew from the records; for `load`."""
        calm = {queue.id: queue.facts.calm_since for queue in self.queues.values()}
        for queue in self.queues.values():
            self.set_queue(queue, queue.facts.spec, self.clock)
        for agent in self.by_index:
            self.set_membership(agent, self.clock)
            if agent.drawn is not None:
                self.queues[agent.drawn].drawn[agent.id] = None
            if agent.invitation is not None:
                self.queues[agent.invitation.queue].invited += 1
            for at, kind in agent_deadlines(agent, self):
                self.arm(at, kind, agent.id)
        for contact in self.contacts.values():
            self.by_serial[contact.serial] = contact
            if contact.place is Place.QUEUE:
                busy = self.queues[contact.queue or ""].facts.busy_from
                self.queues[contact.queue or ""].add(contact, self.clock)
                self.queues[contact.queue or ""].facts.busy_from = busy
                if contact.prefer_until is not None and contact.prefer is not None:
                    self.sticky.setdefault(contact.prefer, set()).add(contact.id)
            for kind, at in contact_deadlines(contact, self):
                self.arm(at, kind, contact.id)
            if contact.callback and contact.customer is not None:
                self.callbacks.setdefault(contact.customer, set()).add(contact.id)
        closed = [(c.closed_at, c.id) for c in self.contacts.values() if c.closed_at is not None]
        self.closing = deque(sorted(closed))
        for queue in self.queues.values():
            self.look(queue, self.clock)
            calm_since = queue.facts.calm_since = calm[queue.id]
            rule = queue.spec.invite
            if calm_since is not None and rule is not None:
                self.arm(calm_since + rule.calm_s * 1000, CALM_ENDS, queue.id)
        heapify(self.due)
        self.reindex()
        self.forget_marks()

    def forget_marks(self) -> None:
        """Nothing is to be looked at: used after a replayed fact and a load."""
        self.freed.clear()
        self.touched.clear()
        self.pending.clear()
        self.looked.clear()


def invitable(agent: AgentState) -> bool:
    """A part-timer on standby, at the desk, with no open invitation."""
    return (
        agent.status is Status.STANDBY
        and agent.state is State.STANDBY
        and agent.connected
        and agent.invitation is None
        and agent.spec.active
    )


def waiting_deadlines(contact: ContactState, spec: QueueSpec) -> Iterator[tuple[int, Ms]]:
    """Of a contact in a queue: its next overflow step, its longest wait, its preference, who passed it over."""
    if contact.step < len(spec.steps) and contact.entered is not None:
        yield STEP_DUE, contact.entered + spec.steps[contact.step].after_s * 1000
    if spec.max_wait_s is not None and gives_up(contact) and contact.waiting_since is not None:
        yield WAIT_ENDS, contact.waiting_since + spec.max_wait_s * 1000
    if contact.prefer_until is not None:
        yield PREFERENCE_ENDS, contact.prefer_until
    for until in contact.passed.values():
        yield PASSED_ENDS, until


def gives_up(contact: ContactState) -> bool:
    """Whether the queue's longest wait applies: someone is at the other end."""
    return KIND[contact.channel] != LATER and not contact.callback


def contact_deadlines(contact: ContactState, centre: Centre) -> Iterator[tuple[int, Ms]]:
    """All deadlines that a contact has in its present place."""
    if contact.place is Place.QUEUE:
        yield from waiting_deadlines(contact, centre.queues[contact.queue or ""].spec)
    if contact.place is Place.OFFER and contact.expires is not None:
        yield OFFER_ENDS, contact.expires
    if contact.consult is not None and contact.consult.expires is not None:
        yield CONSULT_ENDS, contact.consult.expires
    if contact.place is Place.WRAPUP and contact.wrapup_until is not None:
        yield WRAPUP_ENDS, contact.wrapup_until
    if contact.retry_at is not None:
        yield RETRY_DUE, contact.retry_at


def agent_deadlines(agent: AgentState, centre: Centre) -> Iterator[tuple[Ms, int]]:
    """All deadlines that an agent has now."""
    if agent.grace_until is not None:
        yield agent.grace_until, GRACE_ENDS
    if agent.lost_at is not None:
        yield agent.lost_at + centre.site.away_s * 1000, AWAY_ENDS
    if agent.break_at is not None:
        yield agent.break_at, BREAK_FALLS_DUE
    if agent.invitation is not None:
        yield agent.invitation.expires, INVITATION_ENDS
    if agent.invite_after > centre.clock:
        yield agent.invite_after, INVITABLE_AGAIN
    for at in certificate_ends(agent, centre):
        yield at, CERTIFICATE_ENDS


def certificate_ends(agent: AgentState, centre: Centre) -> list[Ms]:
    """When the agent's certificates that count now run out."""
    return [
        held.certified_until
        for held in agent.spec.skills
        if held.certified_until is not None
        and held.skill not in agent.lapsed
        and held.skill in centre.skills
        and centre.skills[held.skill].certificate
    ]


def _contact_holds(kind: int) -> Callable[[Centre, Ms, str], bool]:
    def check(centre: Centre, at: Ms, whose: str) -> bool:
        contact = centre.contacts.get(whose)
        return contact is not None and (kind, at) in contact_deadlines(contact, centre)

    return check


def _agent_holds(kind: int) -> Callable[[Centre, Ms, str], bool]:
    def check(centre: Centre, at: Ms, whose: str) -> bool:
        agent = centre.agents.get(whose)
        return agent is not None and (at, kind) in agent_deadlines(agent, centre)

    return check


def _offer_holds(centre: Centre, at: Ms, whose: str) -> bool:
    contact = centre.contacts.get(whose)
    return contact is not None and contact.expires == at and contact.place is Place.OFFER


def _wrapup_holds(centre: Centre, at: Ms, whose: str) -> bool:
    contact = centre.contacts.get(whose)
    return contact is not None and contact.wrapup_until == at and contact.place is Place.WRAPUP


def _break_holds(centre: Centre, at: Ms, whose: str) -> bool:
    return centre.agents[whose].break_at == at


def _invitable_holds(centre: Centre, at: Ms, whose: str) -> bool:
    return centre.agents[whose].invite_after == at


def _look_holds(centre: Centre, at: Ms, whose: str) -> bool:
    return centre.queues[whose].watch_at == at


def _calm_holds(centre: Centre, at: Ms, whose: str) -> bool:
    facts = centre.queues[whose].facts
    rule = facts.spec.invite
    return facts.calm_since is not None and rule is not None and facts.calm_since + rule.calm_s * 1000 == at


HOLDS: tuple[Callable[[Centre, Ms, str], bool], ...] = (
    _offer_holds,
    _contact_holds(CONSULT_ENDS),
    _wrapup_holds,
    _agent_holds(CERTIFICATE_ENDS),
    _agent_holds(GRACE_ENDS),
    _agent_holds(AWAY_ENDS),
    _agent_holds(INVITATION_ENDS),
    _contact_holds(PREFERENCE_ENDS),
    _contact_holds(RETRY_DUE),
    _contact_holds(STEP_DUE),
    _contact_holds(WAIT_ENDS),
    _contact_holds(PASSED_ENDS),
    _break_holds,
    _invitable_holds,
    _look_holds,
    _calm_holds,
)
