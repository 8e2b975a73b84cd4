"""The state and the primitives that keep records and indexes together. Facts change it, decisions read it.

The records (`routing.model`) are the state; everything else here is an index that follows from them: lanes of ready
agents, waiting lines, who serves which queue, the heap of deadlines. So a snapshot is the records alone, and a
state that was loaded goes on exactly like one that never stopped.
"""

from collections import deque
from heapq import heapify, heappop, heappush

from jietong.core.events import Event
from jietong.core.specs import QueueSpec, SkillNeed
from jietong.core.vocabulary import Channel, Ms, Place, Selection, State, Status
from jietong.routing import rules
from jietong.routing.deadlines import (
    CALM_ENDS,
    HOLDS,
    WAIT_LOOK,
    agent_deadlines,
    contact_deadlines,
    waiting_deadlines,
)
from jietong.routing.lines import SERIAL, TEXT, VOICE, Line
from jietong.routing.model import AgentState, ContactState
from jietong.routing.queues import Group, QueueState
from jietong.routing.readings import Due, Readings
from jietong.routing.seats import SEAT_BITS, Lane, Seats, seat_key


class Centre(Readings):
    """One site's state, and how facts change it."""

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

    def leave_line(self, contact: ContactState, at: Ms, departed: bool, offered: bool = False) -> None:
        """`offered`: to an agent, so that the customer goes on waiting."""
        queue = self.queues[contact.queue or ""]
        self.watch_calm(queue, at)
        queue.remove(contact, at, departed, offered)
        if len(queue.oldest) > 64 + 2 * queue.waiting:
            waits = [self.by_serial[entry & SERIAL] for entry in queue.entries()]
            queue.rebuild_oldest(waits)
        if contact.prefer_until is not None and contact.prefer is not None:
            waiting = self.sticky[contact.prefer]
            waiting.discard(contact.id)
            if not waiting:
                del self.sticky[contact.prefer]
        self.pending.pop(contact.id, None)
        self.look(queue, at)

    def answered(self, contact: ContactState, at: Ms) -> None:
        """The open offer is over, one way or the other: whoever goes on waiting is in line again by the next fact."""
        queue = self.queues[contact.queue or ""]
        if contact.id in queue.offered:
            self.watch_calm(queue, at)
            del queue.offered[contact.id]
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
            key = seat_key(agent.voice + agent.text, agent.turn, index)
            if rules.can_be_called(agent):
                voice.put(index, key, rank)
            else:
                voice.take(index)
            if rules.room_for_text(capacity, agent.voice, agent.text):
                text.put(index, key, rank)
            else:
                text.take(index)
            if before != (voice.keys[index], text.keys[index]):
                self.freed[index] = agent
        else:
            voice.take(index)
            text.take(index)
        if agent.part_time:
            if invitable(agent):
                self.standby.put(index, max(agent.invite_after, agent.since) << SEAT_BITS | index)
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
            counts = group.states
            counts[old] -= 1
            counts[state] += 1
            if not part_time:
                counts = group.full_timers
                counts[old] -= 1
                counts[state] += 1
            for queue in group.inviting:
                self.look(queue, at)

    def _measures_changed(self, group: Group, at: Ms) -> None:
        for queue in group.inviting:
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
        for group in {**dict.fromkeys(old), **dict.fromkeys(queue.rings)}:
            served = [self.queues[queue_id] for queue_id, ring in group.queues.items() if ring == 0]
            group.inviting = [other for other in served if other.spec.invite is not None]
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
            elif contact.place is Place.OFFER and contact.offer_cause != "transfer":
                self.queues[contact.queue or ""].put_on_offer(contact)
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
