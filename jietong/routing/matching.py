"""Who gets whom. Called after every command and deadline, with what it left to be looked at.

The engine is always settled: no contact waits that somebody free could take. So only contacts that have just begun
to wait and agents who have just become free need a look, and the work does not grow with either crowd.
"""

from heapq import heapify, heappop, heappush

from jietong.core import events as e
from jietong.core.vocabulary import Channel, EndedBy, Ms, Place, State, Status
from jietong.routing import rules
from jietong.routing.centre import Centre
from jietong.routing.lines import KIND, LATER, SERIAL, TEXT, VOICE, Line, by_own_skill, place_in_order
from jietong.routing.model import AgentState, ContactState
from jietong.routing.queues import QueueState
from jietong.routing.seats import NOBODY, SEAT, Lane


def settle(c: Centre, at: Ms) -> None:
    """Next statuses, offers, system states, invitations: until nothing more follows."""
    while c.touched or c.pending or c.freed or c.looked:
        for agent in list(c.touched.values()):
            _finish_up(c, agent, at)
        match(c, at)
        touched = list(c.touched.values())
        c.touched.clear()
        for agent in touched:
            state, reason, queue = derive(c, agent)
            if state is not agent.state or reason != agent.state_reason or queue != agent.queue:
                c.emit(
                    e.AgentStateChanged(
                        at=at, agent=agent.id, state=state, reason=reason, queue=queue, part_time=agent.part_time
                    )
                )
        c.reindex()
        if c.looked:
            to_look = [c.looked[queue_id] for queue_id in sorted(c.looked)]
            c.looked.clear()
            for looked in to_look:
                _look_for_part_timers(c, looked, at)
    c.sweep_due()


def match(c: Centre, at: Ms) -> None:
    """Offers whatever can be offered, best contact first."""
    c.reindex()
    if not c.freed:
        if not c.pending:
            return
        if len(c.pending) == 1:
            _, contact = c.pending.popitem()
            if contact.place is Place.QUEUE:
                agent = choose(c, contact, at)
                if agent is not None:
                    offer(c, contact, agent, at)
                    c.reindex()
            c.freed.clear()
            return
    elif not c.pending and len(c.freed) == 1:
        _, agent = c.freed.popitem()
        while entry := best_for(c, agent, at):
            offer(c, c.by_serial[entry & SERIAL], agent, at)
            c.reindex()
        c.freed.clear()
        return
    _match_many(c, at)


def _match_many(c: Centre, at: Ms) -> None:
    """Several contacts or agents at once: contacts in their order, each to the agent its queue would choose."""
    candidates: list[tuple[int, int]] = []  # (place in order, index of the agent who could take it or NOBODY)
    for contact in c.pending.values():
        if contact.place is Place.QUEUE and contact.queue is not None:
            candidates.append((place_in_order(contact, c.queues[contact.queue].spec), NOBODY))
    for index, agent in c.freed.items():
        if entry := best_for(c, agent, at):
            candidates.append((entry, index))
    c.pending.clear()
    c.freed.clear()
    heapify(candidates)
    while candidates:
        entry, index = heappop(candidates)
        contact = c.by_serial[entry & SERIAL]
        if contact.place is Place.QUEUE:
            chosen = choose(c, contact, at)
            if chosen is not None:
                offer(c, contact, chosen, at)
                c.reindex()
        if index != NOBODY:
            following = best_for(c, c.by_index[index], at)
            if following and following != entry:
                heappush(candidates, (following, index))
    c.freed.clear()


def offer(c: Centre, contact: ContactState, agent: AgentState, at: Ms, cause: str | None = None) -> None:
    """From its queue to this agent."""
    queue = c.queues[contact.queue or ""]
    if cause is None:
        cause = "callback" if contact.callback else "preferred" if contact.prefer == agent.id else "queue"
    c.emit(
        e.OfferMade(
            at=at,
            contact=contact.id,
            agent=agent.id,
            queue=queue.id,
            expires=at + queue.spec.offer_s * 1000,
            cause=cause,
        )
    )


def choose(c: Centre, contact: ContactState, at: Ms) -> AgentState | None:
    """The agent for a waiting contact: who is preferred, else the best of the queue's own, else of each ring."""
    queue = c.queues[contact.queue or ""]
    kind = KIND[contact.channel]
    preferred = c.agents.get(contact.prefer) if contact.prefer is not None else None
    if preferred is not None and c.is_free(preferred, contact.channel) and may_take(c, preferred, contact, queue, at):
        return preferred
    if contact.prefer_until is not None:
        return None
    selection = queue.spec.selection
    work = VOICE if kind == VOICE else TEXT
    for ring in range(contact.ring + 1):
        group = queue.rings[ring]
        lane = group.lanes.get((work, selection))
        if lane is None:
            lane = c.lane(group, kind, selection)
        index = lane.best()
        if index == NOBODY:
            continue
        agent = c.by_index[index]
        if agent.id not in contact.passed and c.certified(agent, group.requires, at):
            return agent
        found = _choose_among(c, lane, contact, ring, at)
        if found is not None:
            return found
    return None


def _choose_among(c: Centre, lane: Lane, contact: ContactState, ring: int, at: Ms) -> AgentState | None:
    """The best agent of a lane who has not just let this contact go and whose certificates run."""
    requires = c.queues[contact.queue or ""].rings[ring].requires
    aside: list[int] = []
    found: AgentState | None = None
    while (index := lane.best()) != NOBODY:
        agent = c.by_index[index]
        if contact.passed.get(agent.id, 0) <= at and c.certified(agent, requires, at):
            found = agent
            break
        aside.append(lane.set_aside())
    for key in aside:
        lane.give_back(key)
    return found


def may_take(c: Centre, agent: AgentState, contact: ContactState, queue: QueueState, at: Ms) -> bool:
    """Whether the agent serves the queue at the contact's ring, is certified, and has not just let it go."""
    serving = c.serves[agent.index].get(queue.id)
    return (
        serving is not None
        and serving[1] <= contact.ring
        and contact.passed.get(agent.id, 0) <= at
        and any(
            agent.index in group.members and c.certified(agent, group.requires, at)
            for group in queue.rings[: contact.ring + 1]
        )
    )


def best_for(c: Centre, agent: AgentState, at: Ms) -> int:
    """The place in order of the contact that a free agent should take, or 0. Looks at the heads of lines alone."""
    index = agent.index
    voice = c.seats[VOICE].keys[index] != 0
    text = c.seats[TEXT].keys[index] != 0
    if not voice and not text:
        return 0
    if c.site.own_skill_first:
        return _best_by_skill(c, agent, at, voice, text)
    best = 0
    for queue, ring in c.serves[index].values():
        if not (queue.in_line or queue.later):
            continue
        for kind, lines in enumerate(queue.lines):
            if voice if kind == VOICE else text:
                for line in lines[ring:] if ring else lines:
                    if len(line):
                        entry = _first(c, line, agent, queue, at)
                        if entry and (not best or entry < best):
                            best = entry
    for contact_id in c.sticky.get(agent.id, ()):
        contact = c.contacts[contact_id]
        queue = c.queues[contact.queue or ""]
        if (voice if KIND[contact.channel] == VOICE else text) and may_take(c, agent, contact, queue, at):
            entry = place_in_order(contact, queue.spec)
            if not best or entry < best:
                best = entry
    return best


def _best_by_skill(c: Centre, agent: AgentState, at: Ms, voice: bool, text: bool) -> int:
    """The same where agents take from the queues that they serve best before others of one priority."""
    best = best_key = 0
    levels = rules.usable_levels(agent)
    for queue, ring in c.serves[agent.index].values():
        if not (queue.in_line or queue.later):
            continue
        rank = rules.skill_rank(levels, queue.rings[ring].requires)
        for kind, lines in enumerate(queue.lines):
            if voice if kind == VOICE else text:
                for line in lines[ring:]:
                    entry = _first(c, line, agent, queue, at)
                    key = by_own_skill(entry, rank)
                    if entry and (not best or key < best_key):
                        best, best_key = entry, key
    for contact_id in c.sticky.get(agent.id, ()):
        contact = c.contacts[contact_id]
        queue = c.queues[contact.queue or ""]
        if (voice if KIND[contact.channel] == VOICE else text) and may_take(c, agent, contact, queue, at):
            entry = place_in_order(contact, queue.spec)
            key = by_own_skill(entry, 0)  # who waits for this agent is their own, whatever the queue
            if not best or key < best_key:
                best, best_key = entry, key
    return best


def _first(c: Centre, line: Line, agent: AgentState, queue: QueueState, at: Ms) -> int:
    """The first in a line that this agent may take: those it has just let go are passed over."""
    nth = 0
    while entry := line.nth(nth):
        contact = c.by_serial[entry & SERIAL]
        if agent.id not in contact.passed or contact.passed[agent.id] <= at:
            return entry if may_take(c, agent, contact, queue, at) else 0
        nth += 1
    return 0


def derive(c: Centre, agent: AgentState) -> tuple[State, str | None, str | None]:
    """(state, reason, queue) that follow from what is open and what is chosen.

    Talking before hold before wrap-up before offered before not responding before the chosen status.
    """
    wrapup: ContactState | None = None
    hold: ContactState | None = None
    for contact_id in agent.contacts:
        contact = c.contacts[contact_id]
        if contact.place is Place.TALK:
            return State.TALKING, None, contact.queue
        if contact.place is Place.HOLD:
            hold = hold or contact
        else:
            wrapup = wrapup or contact
    if agent.consulting:
        return State.TALKING, "consult", c.contacts[agent.consulting[0]].queue
    if hold is not None:
        return State.HOLD, None, hold.queue
    if wrapup is not None:
        return State.WRAPUP, None, wrapup.queue
    if agent.offers:
        return State.OFFERED, None, c.contacts[agent.offers[0]].queue
    state = rules.chosen_state(agent)
    return state, agent.missed_why if state is State.MISSED else agent.reason, None


def _finish_up(c: Centre, agent: AgentState, at: Ms) -> None:
    """What was waiting for an agent's contacts to be done, and who was waiting for an agent that has gone."""
    for contact_id in sorted(c.sticky.get(agent.id, ())):
        if not waits_for(agent, c.contacts[contact_id].channel):
            c.emit(e.PreferenceLapsed(at=at, contact=contact_id))
    if agent.open or agent.status is Status.OFFLINE:
        return
    if agent.next is Status.OFFLINE or (agent.lost_at is not None and agent.lost_at + c.site.away_s * 1000 <= at):
        sign_out(c, agent, at, None if agent.next is Status.OFFLINE else "system")
    elif agent.next is not None:
        c.emit(e.AgentStatusChosen(at=at, agent=agent.id, status=agent.next, reason=agent.next_reason))


def waits_for(agent: AgentState, channel: Channel) -> bool:
    """Whether it makes sense to hold a contact for this agent: at work, even if busy; for calls by telephone too."""
    at_work = agent.status is Status.READY and agent.connected and not agent.missed and agent.spec.active
    return at_work and (agent.reachable or channel is not Channel.VOICE)


def sign_out(c: Centre, agent: AgentState, at: Ms, by: str | None) -> None:
    """With nothing open any more."""
    if agent.invitation is not None:
        c.emit(e.PartTimerAnswered(at=at, agent=agent.id, queue=agent.invitation.queue, joined=False))
    c.emit(e.AgentSignedOut(at=at, agent=agent.id, by=by))


def end_wrapup(c: Centre, contact: ContactState, at: Ms, by: EndedBy) -> None:
    c.emit(e.WrapupEnded(at=at, contact=contact.id, agent=contact.agent or "", by=by))


# --- part-timers --------------------------------------------------------------------------------------------


def _look_for_part_timers(c: Centre, queue: QueueState, at: Ms) -> None:
    """Invites when a limit is passed (A6): as many as wait, less those already asked; one for occupancy."""
    rule = queue.spec.invite
    if rule is None:
        return
    c.watch_wait(queue, at)
    c.looked.pop(queue.id, None)
    group = queue.rings[0]
    idle = group.states[State.READY] - group.full_timers[State.READY]
    why = rules.over_limit(rule, c.longest_ms(queue, at), queue.waiting, c.occupancy(queue), idle)
    if why is not None:
        invite(c, queue, (1 if why == "occupancy" else max(1, queue.waiting)) - queue.invited, why, at)


def invite(c: Centre, queue: QueueState, count: int, why: str, at: Ms) -> int:
    """Asks up to `count` part-timers, the longest on standby first; returns how many there were to ask."""
    lane = queue.rings[0].standby
    answer_ms = c.invite_rule(queue).answer_s * 1000
    asked = 0
    while asked < count:
        index = lane.best()
        if index == NOBODY or lane.heap[0] >> SEAT.bit_length() > at:
            break
        agent = c.by_index[index]
        c.emit(e.PartTimerInvited(at=at, agent=agent.id, queue=queue.id, expires=at + answer_ms, why=why))
        c.reindex()
        asked += 1
    return asked


__all__ = ["LATER", "best_for", "choose", "derive", "end_wrapup", "invite", "match", "may_take", "offer", "settle"]
