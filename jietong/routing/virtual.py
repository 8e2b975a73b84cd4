"""The same engine on virtual time: a day of contacts through the live router in seconds.

`VirtualDay` plays customers and agents around an `Engine`: customers arrive by a profile and lose patience, agents
answer, talk and wrap up. Every random number comes from the caller's generator, so a seed is a day. The planner's
simulator and the tests use it; nothing here knows how the day's figures are judged.
"""

from collections.abc import Callable, Iterator, Sequence
from heapq import heappop, heappush
from itertools import accumulate
from typing import Protocol

from msgspec import Struct

from jietong.core import commands as k
from jietong.core import events as e
from jietong.core.events import AnyEvent
from jietong.core.vocabulary import Channel, Ms, Outcome, Status
from jietong.routing.engine import Engine


class Dice(Protocol):
    """What the day needs of a generator; `random.Random` is one."""

    def random(self) -> float: ...

    def expovariate(self, lambd: float) -> float: ...

    def lognormvariate(self, mu: float, sigma: float) -> float: ...


class Traffic(Struct, frozen=True):
    """One queue's day. Means in seconds; handling times are lognormal, patience and time in the flow exponential.

    With `flow_s` customers come by a flow first: some are served by it, some hang up in it, the others ask for the
    queue; whoever the queue turns away, or whose wait runs out, hears so and hangs up.
    """

    queue: str
    channel: Channel
    half_hours: Sequence[float]  # contacts expected in each half-hour from the start of the day
    talk_s: float = 240.0
    talk_spread: float = 0.6  # sigma of the logarithm
    wrapup_s: float = 30.0
    patience_s: float = 180.0
    answer_s: float = 3.0  # from offer to acceptance
    missed: float = 0.0  # share of offers that the agent lets run out
    flow_s: float = 0.0  # mean time in the flow; 0: straight to the queue
    flow_served: float = 0.0  # share that the flow itself serves
    flow_lost: float = 0.0  # share that hangs up in it


class DayResult(Struct):
    """What happened, counted from the facts themselves."""

    arrived: int = 0
    answered: int = 0
    handled: int = 0
    abandoned: int = 0
    refused: int = 0
    timed_out: int = 0
    self_served: int = 0
    lost_in_flow: int = 0
    missed_offers: int = 0
    events: int = 0
    waited_ms: Ms = 0  # Σ wait of answered
    answered_in_time: int = 0  # within the queue's service_level_s
    longest_ms: Ms = 0

    @property
    def service_level(self) -> float | None:
        """SL3 of metrics.md over the day; None when nobody asked for a person."""
        offered = self.arrived - self.refused - self.self_served - self.lost_in_flow
        return self.answered_in_time / offered if offered else None

    @property
    def true_access(self) -> float | None:
        """SL7 of metrics.md over the day, refusals counted as blocked; None when nobody came."""
        tried = self.arrived - self.self_served
        return self.answered_in_time / tried if tried else None

    @property
    def ended(self) -> int:
        over = self.handled + self.abandoned + self.refused + self.timed_out
        return over + self.self_served + self.lost_in_flow


HALF_HOUR_MS: Ms = 30 * 60_000
LIMIT_S = 86_400.0
ANNOUNCEMENT_S = 8.0
"""How long a customer listens to what the flow says of a queue that would not take them."""


class VirtualDay:
    """Runs `traffic` through `engine` from `start`; `listen` sees every fact in order."""

    def __init__(
        self,
        engine: Engine,
        traffic: Sequence[Traffic],
        dice: Dice,
        start: Ms,
        listen: Callable[[AnyEvent], None] | None = None,
    ) -> None:
        self.engine = engine
        self.now = start
        self.result = DayResult()
        self._traffic = {one.queue: one for one in traffic}
        self._dice = dice
        self._listen = listen
        self._plan: list[tuple[Ms, int, k.AnyCommand]] = []  # what people will do, in order of time
        self._planned = 0
        self._arrivals = _merged([_arrivals(one, dice, start) for one in traffic])
        self._next_arrival = next(self._arrivals, None)
        self._arrived = 0
        self._by_flow: dict[str, Traffic] = {}  # whoever is in a flow, or has come by one and waits

    def open(self, agents: Sequence[str]) -> None:
        """The agents sign in and are ready; one whose offer was missed comes back after a while by themselves."""
        for agent in agents:
            self._send(k.SignIn(agent=agent))
            self._send(k.SetStatus(agent=agent, status=Status.READY))

    def run(self, until: Ms | None = None) -> DayResult:
        """Goes on until nothing more is to come, or to `until`."""
        while True:
            due = self.engine.next_deadline()
            planned = self._plan[0][0] if self._plan else None
            arrival = self._next_arrival[0] if self._next_arrival is not None else None
            times = [at for at in (due, planned, arrival) if at is not None]
            if planned is None and arrival is None and not self.engine_busy():
                return self.result
            at = min(times, default=None)
            if at is None or (until is not None and at > until):
                return self.result
            self.now = max(self.now, at)
            if due is not None and due <= at:
                self._send(k.Tick())
            elif planned is not None and planned <= at:
                self._do(heappop(self._plan)[2])
            elif self._next_arrival is not None:
                self._arrive(self._next_arrival[1])
                self._next_arrival = next(self._arrivals, None)

    def engine_busy(self) -> bool:
        """Whether some contact has not come to its end."""
        return self.result.arrived > self.result.ended

    def _arrive(self, traffic: Traffic) -> None:
        self._arrived += 1
        contact = f"v{self._arrived}"
        if traffic.flow_s:
            self._enter(traffic, contact)
            return
        self._send(
            k.Arrive(contact=contact, channel=traffic.channel, queue=traffic.queue, entry="virtual", simulated=True)
        )
        state = self.engine.contacts.get(contact)
        if state is not None and state.ended_at is None:
            self._later(self._dice.expovariate(1 / traffic.patience_s), k.CustomerLeft(contact=contact))

    def _enter(self, traffic: Traffic, contact: str) -> None:
        """By the flow: what the customer will do there is drawn at once."""
        client = self.engine.queues[traffic.queue].spec.client
        self._by_flow[contact] = traffic
        self._send(
            k.Enter(
                contact=contact,
                channel=traffic.channel,
                client=client,
                entry="virtual",
                flow="virtual",
                version=1,
                simulated=True,
            )
        )
        stays, fate = self._dice.expovariate(1 / traffic.flow_s), self._dice.random()
        if fate < traffic.flow_served:
            self._later(stays, k.LeaveFlow(contact=contact, how="finished", outcome=Outcome.SELF_SERVED))
        elif fate < traffic.flow_served + traffic.flow_lost:
            self._later(stays, k.LeaveFlow(contact=contact, how="hung_up", outcome=Outcome.LOST_IN_FLOW))
        else:
            self._later(stays, k.JoinQueue(contact=contact, queue=traffic.queue))

    def _do(self, command: k.AnyCommand) -> None:
        """What was planned, if it still makes sense: people do not act on contacts that have gone elsewhere."""
        contact = self.engine.contacts.get(getattr(command, "contact", ""))
        agent = getattr(command, "agent", None)
        if isinstance(command, k.Accept):
            apt = contact is not None and contact.offered_to == agent
        elif isinstance(command, k.CustomerLeft):
            apt = contact is not None and contact.place in ("queue", "offer")
        elif isinstance(command, (k.JoinQueue, k.LeaveFlow)):
            apt = contact is not None and contact.in_flow
        elif isinstance(command, (k.End, k.FinishWrapup)):
            apt = contact is not None and contact.agent == agent
        else:
            apt = True
        if apt:
            self._send(command)

    def _later(self, seconds: float, command: k.AnyCommand) -> None:
        self._planned += 1
        at = self.now + max(1, int(min(seconds, LIMIT_S) * 1000))
        heappush(self._plan, (at, self._planned, command))

    def _send(self, command: k.AnyCommand) -> None:
        for event in self.engine.handle(command, self.now):
            self.result.events += 1
            react = _REACT.get(type(event))
            if react is not None:
                react(self, event)
            if self._listen is not None:
                self._listen(event)

    def _lognormal(self, mean_s: float, sigma: float) -> float:
        return mean_s * self._dice.lognormvariate(-sigma * sigma / 2, sigma)

    # --- people react to facts ------------------------------------------------------------------------------

    def _on_arrived(self, event: e.ContactArrived) -> None:
        self.result.arrived += 1

    def _on_queued(self, event: e.QueueEntered) -> None:
        """Whoever came by a flow begins to lose patience in the queue."""
        traffic = self._by_flow.get(event.contact)
        if traffic is not None:
            self._later(self._dice.expovariate(1 / traffic.patience_s), k.CustomerLeft(contact=event.contact))

    def _on_turned_away(self, event: e.QueueRefused) -> None:
        if not event.ends:
            self._later(ANNOUNCEMENT_S, k.LeaveFlow(event.contact, how="finished", outcome=event.outcome))

    def _on_flow(self, event: e.FlowEntered) -> None:
        """Back from the queue: the wait ran out."""
        if event.stay is not None:
            self._later(ANNOUNCEMENT_S, k.LeaveFlow(event.contact, how="finished", outcome=event.stay))

    def _on_offer(self, event: e.OfferMade) -> None:
        traffic = self._traffic[event.queue or ""]
        if self._dice.random() >= traffic.missed:
            wait = min(self._dice.expovariate(1 / traffic.answer_s), (event.expires - event.at) / 1000 - 0.001)
            self._later(wait, k.Accept(agent=event.agent, contact=event.contact))

    def _on_missed(self, event: e.OfferMissed) -> None:
        self.result.missed_offers += 1
        self._later(60.0, k.SetStatus(agent=event.agent, status=Status.READY))

    def _on_accepted(self, event: e.OfferAccepted) -> None:
        result = self.result
        traffic = self._traffic[event.queue or ""]
        result.answered += 1
        result.waited_ms += event.waited_ms
        result.longest_ms = max(result.longest_ms, event.waited_ms)
        if event.waited_ms <= self.engine.queues[event.queue or ""].spec.service_level_s * 1000:
            result.answered_in_time += 1
        talk = self._lognormal(traffic.talk_s, traffic.talk_spread)
        self._later(talk, k.End(agent=event.agent, contact=event.contact))

    def _on_wrapup(self, event: e.WrapupStarted) -> None:
        contact = self.engine.contacts[event.contact]
        traffic = self._traffic[contact.queue or ""]
        work = self._dice.expovariate(1 / traffic.wrapup_s) if traffic.wrapup_s else 0.0
        self._later(work, k.FinishWrapup(agent=event.agent, contact=event.contact))

    def _on_ended(self, event: e.ContactEnded) -> None:
        result = self.result
        self._by_flow.pop(event.contact, None)
        if event.outcome is Outcome.HANDLED:
            result.handled += 1
        elif event.outcome is Outcome.ABANDONED:
            result.abandoned += 1
        elif event.outcome is Outcome.TIMED_OUT:
            result.timed_out += 1
        elif event.outcome is Outcome.SELF_SERVED:
            result.self_served += 1
        elif event.outcome is Outcome.LOST_IN_FLOW:
            result.lost_in_flow += 1
        else:
            result.refused += 1


_REACT: dict[type, Callable[..., None]] = {
    e.ContactArrived: VirtualDay._on_arrived,
    e.FlowEntered: VirtualDay._on_flow,
    e.QueueEntered: VirtualDay._on_queued,
    e.QueueRefused: VirtualDay._on_turned_away,
    e.OfferMade: VirtualDay._on_offer,
    e.OfferMissed: VirtualDay._on_missed,
    e.OfferAccepted: VirtualDay._on_accepted,
    e.WrapupStarted: VirtualDay._on_wrapup,
    e.ContactEnded: VirtualDay._on_ended,
}


def profile(total: float, weights: Sequence[float]) -> list[float]:
    """Contacts expected in each half-hour, in proportion to `weights`, `total` in all."""
    whole = sum(weights)
    return [total * weight / whole for weight in weights]


def _arrivals(traffic: Traffic, dice: Dice, start: Ms) -> Iterator[tuple[Ms, Traffic]]:
    """A Poisson process whose rate is constant within each half-hour (thinned by time change, Çinlar 1975)."""
    reached = [0.0, *accumulate(traffic.half_hours)]
    total = reached[-1]
    level = 0.0
    slot = 0
    while total > 0:
        level += dice.expovariate(1.0)
        if level >= total:
            return
        while reached[slot + 1] <= level:
            slot += 1
        within = (level - reached[slot]) / traffic.half_hours[slot]
        yield start + int((slot + within) * HALF_HOUR_MS), traffic


def _merged(streams: Sequence[Iterator[tuple[Ms, Traffic]]]) -> Iterator[tuple[Ms, Traffic]]:
    heads: list[tuple[Ms, int, Traffic]] = []
    for number, stream in enumerate(streams):
        head = next(stream, None)
        if head is not None:
            heappush(heads, (head[0], number, head[1]))
    while heads:
        at, number, traffic = heappop(heads)
        yield at, traffic
        head = next(streams[number], None)
        if head is not None:
            heappush(heads, (head[0], number, head[1]))
