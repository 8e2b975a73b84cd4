"""A day of a scenario played around the live engine on virtual time: customers and agents act, the engine decides.

Deadlines of the engine come before what people do at the same instant, and what they had planned before who arrives.
"""

from collections.abc import Callable
from heapq import heappop, heappush
from typing import Any, TypeAlias

from jietong.core import commands as k
from jietong.core import events as e
from jietong.core.events import AnyEvent
from jietong.core.vocabulary import Channel, EndedBy, Ms, Outcome, Place, State, Status
from jietong.routing.engine import Engine
from jietong.workforce.simulation import draws
from jietong.workforce.simulation.centre import Person, closing, opening, people, set_up
from jietong.workforce.simulation.draws import FOREVER
from jietong.workforce.simulation.scenario import Redial, Scenario
from jietong.workforce.simulation.visits import Visit, answers, arrivals, chances, rows_of

TRUNK = "trunk"
ANNOUNCEMENT_MS: Ms = 8_000
"""How long a customer listens to what the flow says of a queue that would not take them."""
BACK_AFTER_MISSED_MS: Ms = 60_000
"""When an agent who let an offer run out sees to it that more come."""
AFTER_HOURS_MS: Ms = 4 * 3_600_000
"""How long those who wait at closing time are served; who is left then is sent home (cancelled)."""
LOOK_AGAIN_MS: Ms = 60_000

Listener: TypeAlias = Callable[[AnyEvent], object]
Planned: TypeAlias = "tuple[Ms, int, Callable[[Any, Any], None], Any, Any]"


class Play:
    """One day. `listen` is told every fact in order, the set-up included. `run` plays it to its end."""

    def __init__(self, scenario: Scenario, seed: int, replication: int = 0, listen: Listener | None = None) -> None:
        self.scenario = scenario
        self.engine = Engine()
        self.now = opening(scenario)
        self.opens, self.closes = self.now, closing(scenario)
        self.blocked = 0
        self.unfinished = 0
        self.callbacks = 0  # attempts
        self.lines_most = 0
        self.over = self.closes  # when the last one had gone, or closing time
        self._listen = listen
        self._plan: list[Planned] = []
        self._planned = 0
        self._turns = 0  # of schedules that are still to come
        self._visits: dict[str, Visit] = {}
        self.came = 0
        self._lines = 0
        self._channels = scenario.trunks.channels if scenario.trunks is not None else None
        self._by_flow = {name for name, queue in scenario.queues.items() if queue.flow is not None}
        self._people = people(scenario, seed, replication)
        self._group = {person.id: scenario.agents[person.group] for person in self._people}
        self._should: dict[str, Status] = {}
        self._rest: dict[str, tuple[Ms, Ms]] = {}  # of the last break: when it was due, how long it lasts
        self._owed: set[str] = set()  # whose contact has outlasted a break: taken once they are free
        self._chances = {
            name: chances(draws.stream(seed, replication, name, draws.OFFERS)) for name in scenario.agents
        }
        self._answers = {name: answers(scenario, name, seed, replication) for name in scenario.agents}
        self._group_name = {person.id: person.group for person in self._people}
        self._own_answer = {name for name, group in scenario.agents.items() if group.answer is not None}
        self._missing = {name for name, group in scenario.agents.items() if group.missed}
        self._further = {
            name: rows_of(draws.further(queue, name, seed, replication)) for name, queue in scenario.queues.items()
        }
        self._arrivals = arrivals(scenario, seed, replication, self.now)

    def run(self) -> None:
        """Sets the centre up, plays the day, and goes on until nobody waits or talks any more."""
        start = min((person.turns[0].at for person in self._people), default=self.now)
        self.now = min(self.now, start)
        for command in set_up(self.scenario):
            self._send(command)
        for person in self._people:
            self._begin(person)
        self._go_on()

    def _go_on(self) -> None:
        engine = self.engine
        plan = self._plan
        due = engine.due
        arrivals = self._arrivals
        following = next(arrivals, None)
        last = self.closes + AFTER_HOURS_MS
        tick = k.Tick()
        while True:
            at = plan[0][0] if plan else FOREVER
            arrival = following is not None and following[0] < at
            if arrival:
                at = following[0]  # type: ignore[index]
            if due and due[0][0] <= at:
                deadline = engine.next_deadline()
                if deadline is not None and deadline <= at and deadline <= last:
                    self.now = max(self.now, deadline)
                    self._send(tick)
                    continue
            if at > last:
                if self._visits:
                    self._send_home(last)
                return
            self.now = at
            if arrival:
                _, name, row = following  # type: ignore[misc]
                self.came += 1
                self._arrive(Visit(f"s{self.came}", name, 0, row), None)
                following = next(arrivals, None)
            else:
                _, _, act, one, other = heappop(plan)
                act(one, other)
            if following is None and not self._visits and not self._turns and at >= self.closes:
                return

    # --- customers ----------------------------------------------------------------------------------------------

    def _arrive(self, visit: Visit, _: object) -> None:
        queue = self.scenario.queues[visit.queue]
        contact = visit.contact
        self._visits[contact] = visit
        voice = queue.channel is Channel.VOICE
        if voice and self._channels is not None and self._lines >= self._channels:
            self.blocked += 1
            self._send(
                k.RefuseEntry(
                    contact=contact,
                    channel=queue.channel,
                    client=queue.client,
                    entry=visit.queue,
                    why="no_channels",
                    simulated=True,
                    trunk=TRUNK,
                )
            )
            return
        if voice:
            self._take_line(visit)
        if visit.queue not in self._by_flow:
            self._send(
                k.Arrive(contact=contact, channel=queue.channel, queue=visit.queue, entry=visit.queue, simulated=True)
            )
            return
        self._send(
            k.Enter(
                contact=contact,
                channel=queue.channel,
                client=queue.client,
                entry=visit.queue,
                flow="menu",
                version=1,
                simulated=True,
            )
        )
        flow = queue.flow
        assert flow is not None
        if visit.fate < flow.served:
            self._later(visit.flow, self._leave_flow, visit, (Outcome.SELF_SERVED, "finished"))
        elif visit.fate < flow.served + flow.lost:
            self._later(visit.flow, self._leave_flow, visit, (Outcome.LOST_IN_FLOW, "hung_up"))
        else:
            self._later(visit.flow, self._join, visit, None)

    def _join(self, visit: Visit, _: object) -> None:
        self._send(k.JoinQueue(contact=visit.contact, queue=visit.queue))

    def _leave_flow(self, visit: Visit, how: tuple[Outcome, str]) -> None:
        contact = self.engine.contacts.get(visit.contact)
        if contact is not None and contact.in_flow:
            self._send(k.LeaveFlow(contact=visit.contact, how=how[1], outcome=how[0]))

    def _give_up(self, visit: Visit, _: object) -> None:
        contact = self.engine.contacts.get(visit.contact)
        if contact is None or contact.callback:
            return
        if contact.place is Place.QUEUE or contact.place is Place.OFFER:
            self._send(k.CustomerLeft(contact=visit.contact))

    def _ask_callback(self, visit: Visit, _: object) -> None:
        contact = self.engine.contacts.get(visit.contact)
        if contact is not None and contact.place is Place.QUEUE and not contact.callback:
            self._send(k.RequestCallback(contact=visit.contact))

    # --- agents -------------------------------------------------------------------------------------------------

    def _begin(self, person: Person) -> None:
        self._turns += len(person.turns)
        for turn in person.turns:
            self._at(turn.at, self._turn, person.id, turn)

    def _turn(self, agent: str, turn: Any) -> None:
        """What the schedule says from now on."""
        status: Status = turn.status
        before = self._should.get(agent, Status.OFFLINE)
        if status is Status.OFFLINE and self.now >= self.closes and self._anybody(self.now):
            self._later(LOOK_AGAIN_MS, self._turn, agent, turn)
            return
        self._turns -= 1
        self._should[agent] = status
        if status is Status.OFFLINE:
            self._stop(agent, status, None)
        elif status is Status.READY or status is Status.STANDBY:
            if before is Status.OFFLINE:
                self._send(k.SignIn(agent=agent))
            self._resume(agent, None)
        else:
            self._rest[agent] = (turn.at, turn.rest)
            self._owed.discard(agent)
            self._stop(agent, status, turn.reason)

    def _stop(self, agent: str, status: Status, reason: str | None) -> None:
        known = self.engine.agents[agent]
        if known.status is not Status.OFFLINE:
            self._send(k.SetNext(agent=agent, status=status, reason=reason))

    def _resume(self, agent: str, _: object) -> None:
        """Back to what the schedule says, unless the agent is not to work now: a break is taken whole, however late a
        contact lets it begin (G6). Who was drawn in stays."""
        known = self.engine.agents[agent]
        status = self._should[agent]
        if status is Status.READY or status is Status.STANDBY:
            due, lasts = self._rest.get(agent, (0, 0))
            if known.next is Status.BREAK and lasts:
                self._owed.add(agent)
                return
            until = max(due, known.since) + lasts
            if known.state is State.BREAK and until > self.now:
                self._at(until, self._resume, agent, None)
                return
        if status is Status.STANDBY and known.drawn is not None:
            status = Status.READY
        if (status is Status.READY or status is Status.STANDBY) and known.status is not Status.OFFLINE:
            self._send(k.SetStatus(agent=agent, status=status))

    def _accept(self, visit: Visit, agent: str) -> None:
        contact = self.engine.contacts.get(visit.contact)
        if contact is not None and contact.offered_to == agent:
            self._send(k.Accept(agent=agent, contact=visit.contact))

    def _end(self, visit: Visit, agent: str) -> None:
        contact = self.engine.contacts.get(visit.contact)
        if contact is not None and contact.agent == agent:
            self._send(k.End(agent=agent, contact=visit.contact))

    def _finish(self, contact: str, agent: str) -> None:
        known = self.engine.contacts.get(contact)
        if known is not None and known.agent == agent and known.place is Place.WRAPUP:
            self._send(k.FinishWrapup(agent=agent, contact=contact))

    def _dialled(self, visit: Visit, agent: str) -> None:
        contact = self.engine.contacts.get(visit.contact)
        if contact is None or contact.agent != agent:
            return
        rule = self.scenario.queues[visit.queue].callback
        reached = rule is None or self._chance(agent) < rule.reached
        self._send(k.CallbackResult(agent=agent, contact=visit.contact, reached=reached))

    def _join_in(self, agent: str, expires: Ms) -> None:
        invitation = self.engine.agents[agent].invitation
        if invitation is not None and invitation.expires == expires:
            self._send(k.AnswerInvitation(agent=agent, join=True))

    # --- people react to facts --------------------------------------------------------------------------------------

    def _send(self, command: k.AnyCommand) -> None:
        listen = self._listen
        for event in self.engine.handle(command, self.now):
            react = _REACT.get(type(event))
            if react is not None:
                react(self, event)
            if listen is not None:
                listen(event)

    def _on_queued(self, event: e.QueueEntered) -> None:
        """Patience runs from the first stay; a stay that goes on elsewhere brings no more of it."""
        if event.cause != "arrival":
            return
        visit = self._visits[event.contact]
        if visit.patience < FOREVER:
            self._later(visit.patience, self._give_up, visit, None)
        rule = self.scenario.queues[visit.queue].callback
        if rule is not None and visit.callback < rule.accept:
            self._later(round(rule.after_s * 1000), self._ask_callback, visit, None)

    def _on_refused(self, event: e.QueueRefused) -> None:
        if not event.ends:
            visit = self._visits[event.contact]
            self._later(ANNOUNCEMENT_MS, self._leave_flow, visit, (event.outcome, "finished"))

    def _on_flow(self, event: e.FlowEntered) -> None:
        """Back from the queue: the wait ran out."""
        if event.stay is not None:
            visit = self._visits[event.contact]
            self._later(ANNOUNCEMENT_MS, self._leave_flow, visit, (event.stay, "finished"))

    def _on_offer(self, event: e.OfferMade) -> None:
        agent = event.agent
        group = self._group_name[agent]
        if group in self._missing and self._chance(agent) < self._group[agent].missed:
            return
        visit = self._visits[event.contact]
        wait = next(self._answers[group]) if group in self._own_answer else visit.answer
        self._at(min(event.at + wait, event.expires - 1), self._accept, visit, agent)

    def _on_missed(self, event: e.OfferMissed) -> None:
        self._later(BACK_AFTER_MISSED_MS, self._resume, event.agent, None)

    def _on_accepted(self, event: e.OfferAccepted) -> None:
        visit = self._visits[event.contact]
        if self.engine.contacts[event.contact].callback:
            self.callbacks += 1
            self._take_line(visit)
            rule = self.scenario.queues[visit.queue].callback
            dial_ms = round(rule.dial_s * 1000) if rule is not None else 0
            self._later(dial_ms, self._dialled, visit, event.agent)
        else:
            self._later(visit.talk, self._end, visit, event.agent)

    def _on_state(self, event: e.AgentStateChanged) -> None:
        if event.state is State.BREAK and event.agent in self._owed:
            self._owed.discard(event.agent)
            self._at(event.at + self._rest[event.agent][1], self._resume, event.agent, None)

    def _on_attempted(self, event: e.CallbackAttempted) -> None:
        visit = self._visits[event.contact]
        if event.reached:
            self._later(visit.talk, self._end, visit, event.agent)
        else:
            self._free_line(visit)

    def _on_callback(self, event: e.CallbackRequested) -> None:
        self._free_line(self._visits[event.contact])

    def _on_wrapup(self, event: e.WrapupStarted) -> None:
        visit = self._visits.get(event.contact)
        self._later(visit.wrapup if visit is not None else 0, self._finish, event.contact, event.agent)

    def _on_ended(self, event: e.ContactEnded) -> None:
        """Wrap-up goes on without the customer: its length is read before the visit is forgotten."""
        visit = self._visits[event.contact]
        self._free_line(visit)
        if event.outcome is Outcome.HANDLED and self.engine.contacts[event.contact].place is not Place.CLOSED:
            return
        self._forget(event.contact)
        redial = self.scenario.queues[visit.queue].redial
        if (
            redial is not None
            and visit.redial < _comes_again(redial, event.outcome)
            and visit.attempt < redial.at_most
        ):
            self._later(visit.redial_in, self._again, visit.queue, visit.attempt + 1)

    def _on_wrapped_up(self, event: e.WrapupEnded) -> None:
        self._forget(event.contact)

    def _on_invited(self, event: e.PartTimerInvited) -> None:
        rule = self._group[event.agent].standby
        if rule is not None and self._chance(event.agent) < rule.accept:
            self._later(round(rule.travel_s * 1000), self._join_in, event.agent, event.expires)

    def _forget(self, contact: str) -> None:
        if self._visits.pop(contact, None) is not None and self.now > self.over:
            self.over = self.now

    def _again(self, queue: str, attempt: int) -> None:
        if self.now < self.closes:
            self.came += 1
            self._arrive(Visit(f"s{self.came}", queue, attempt, next(self._further[queue])), None)

    # --- the rest ---------------------------------------------------------------------------------------------------

    def _take_line(self, visit: Visit) -> None:
        visit.line = True
        self._lines += 1
        self.lines_most = max(self.lines_most, self._lines)
        if self._lines == self._channels:
            self._send(k.Witness(facts=(e.TrunkBusy(at=self.now, trunk=TRUNK, busy=True),)))

    def _free_line(self, visit: Visit) -> None:
        if visit.line:
            visit.line = False
            self._lines -= 1
            if self._channels is not None and self._lines == self._channels - 1:
                self._at(self.now, self._trunk_free, None, None)

    def _trunk_free(self, _: object, __: object) -> None:
        self._send(k.Witness(facts=(e.TrunkBusy(at=self.now, trunk=TRUNK, busy=False),)))

    def _anybody(self, now: Ms) -> bool:
        return bool(self._visits) and now < self.closes + AFTER_HOURS_MS

    def _send_home(self, at: Ms) -> None:
        """Who waits long after closing, with nobody to serve them."""
        self.now = at
        for contact_id in list(self._visits):
            contact = self.engine.contacts.get(contact_id)
            if contact is not None and contact.place is not Place.CLOSED:
                self.unfinished += 1
                self._send(k.CloseContact(contact=contact_id, by=EndedBy.SYSTEM))

    def _chance(self, agent: str) -> float:
        return next(self._chances[self._group_name[agent]])

    def _later(self, wait: Ms, act: Callable[[Any, Any], None], one: object, other: object) -> None:
        self._planned += 1
        heappush(self._plan, (self.now + wait, self._planned, act, one, other))

    def _at(self, at: Ms, act: Callable[[Any, Any], None], one: object, other: object) -> None:
        self._planned += 1
        heappush(self._plan, (at, self._planned, act, one, other))


_REACT: dict[type, Callable[..., None]] = {
    e.QueueEntered: Play._on_queued,
    e.QueueRefused: Play._on_refused,
    e.FlowEntered: Play._on_flow,
    e.OfferMade: Play._on_offer,
    e.OfferMissed: Play._on_missed,
    e.OfferAccepted: Play._on_accepted,
    e.AgentStateChanged: Play._on_state,
    e.CallbackAttempted: Play._on_attempted,
    e.CallbackRequested: Play._on_callback,
    e.WrapupStarted: Play._on_wrapup,
    e.WrapupEnded: Play._on_wrapped_up,
    e.ContactEnded: Play._on_ended,
    e.PartTimerInvited: Play._on_invited,
}
_BUSY = frozenset({Outcome.BLOCKED, Outcome.REFUSED_FULL})
_GAVE_UP = frozenset({Outcome.ABANDONED, Outcome.TIMED_OUT, Outcome.LOST_IN_FLOW})


def _comes_again(redial: Redial, outcome: Outcome) -> float:
    """The share of those who ended so that try again."""
    if outcome in _BUSY:
        return redial.after_busy
    return redial.after_abandon if outcome in _GAVE_UP else 0.0
