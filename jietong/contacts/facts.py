"""From events to facts: folds the ledger into segments and agent intervals. Pure, deterministic, restartable.

`Facts.apply(event)` gives the rows that changed, each as (what it was, what it is). Whoever keeps sums of rows
subtracts the first and adds the second; whoever stores rows writes the second. `dump`/`load` carry everything
across a restart.
"""

from typing import NamedTuple

import msgspec
from msgspec import Struct, field

from jietong.contacts.fold import apply_to_contact, start_contact
from jietong.contacts.imported import changes_of, fold_of, interval_of
from jietong.contacts.model import BUSY, AgentInterval, TrunkBusyTime
from jietong.contacts.stays import ContactFold, FactContext, QueueTerms, SegmentChange
from jietong.core import events as e
from jietong.core.specs import AgentSpec
from jietong.core.vocabulary import Employment, Ms

SURVEY_MS = 31 * 60_000
"""How long after its end a contact can still be given a survey answer; the engine itself allows 30 minutes."""


_TRUNKS = (e.TrunkBusy, e.SwitchState)


class IntervalChange(NamedTuple):
    old: AgentInterval | None
    new: AgentInterval


class TrunkChange(NamedTuple):
    old: TrunkBusyTime | None
    new: TrunkBusyTime


Change = SegmentChange | IntervalChange | TrunkChange


class FactsState(Struct):
    """All that must survive a restart."""

    context: FactContext = field(default_factory=FactContext)
    contacts: dict[str, ContactFold] = field(default_factory=dict)
    agents: dict[str, AgentInterval] = field(default_factory=dict)
    trunks: dict[str, TrunkBusyTime] = field(default_factory=dict)  # full now
    settled: list[tuple[Ms, str]] = field(default_factory=list)  # ended contacts in order, waiting for a survey


class Facts:
    """The fold over a whole site. Contacts are forgotten once nothing more can happen to them."""

    def __init__(self, state: FactsState | None = None) -> None:
        self.state = state or FactsState()
        self._next_settled = 0

    def apply(self, event: e.AnyEvent) -> list[Change]:
        """The rows that this event opened, closed or changed. Events of unknown contacts change nothing."""
        state = self.state
        if self._next_settled < len(state.settled) and state.settled[self._next_settled][0] <= event.at:
            self._forget(event.at)
        if isinstance(event, e.HistoryContact):
            return list(changes_of(fold_of(event)))
        if isinstance(event, e.HistoryAgent):
            return [IntervalChange(None, interval_of(event))]
        if isinstance(event, e.ContactArrived):
            fold, opened = start_contact(event)
            state.contacts[event.contact] = fold
            return list(opened)
        contact = getattr(event, "contact", None)
        if contact is not None:
            known = state.contacts.get(contact)
            if known is None:
                return []
            if isinstance(event, e.ContactEnded):
                state.settled.append((event.at + SURVEY_MS, event.contact))
            return list(apply_to_contact(known, event, state.context))
        if isinstance(event, _TRUNKS):
            return list(trunk_busy_times(state.trunks, event))
        return list(self._agent_or_setup(event))

    def trim(self) -> FactsState:
        """The state, ready to be stored."""
        del self.state.settled[: self._next_settled]
        self._next_settled = 0
        return self.state

    def dump(self) -> bytes:
        return msgspec.msgpack.encode(self.trim())

    @classmethod
    def load(cls, data: bytes) -> "Facts":
        return cls(msgspec.msgpack.decode(data, type=FactsState))

    def _forget(self, at: Ms) -> None:
        state = self.state
        i = self._next_settled
        while i < len(state.settled) and state.settled[i][0] <= at:
            contact = state.settled[i][1]
            fold = state.contacts.get(contact)
            if fold is not None and fold.busy:  # an agent is still in wrap-up: look again later
                state.settled.append((at + SURVEY_MS, contact))
            else:
                state.contacts.pop(contact, None)
            i += 1
        self._next_settled = i
        if i > 1000 and i * 2 > len(state.settled):
            del state.settled[:i]
            self._next_settled = 0

    def _agent_or_setup(self, event: e.AnyEvent) -> list[IntervalChange]:
        context = self.state.context
        if isinstance(event, e.AgentStateChanged):
            return next_interval(self.state.agents, event, context)
        if isinstance(event, e.QueueConfigured):
            learn_queue(context, event)
        elif isinstance(event, e.AgentConfigured):
            learn_agent(context, event.spec)
            return split_interval(self.state.agents, event, context)
        return []


def trunk_busy_times(trunks: dict[str, TrunkBusyTime], event: e.TrunkBusy | e.SwitchState) -> list[TrunkChange]:
    """A full trunk is one with a switch: when that goes, its channels are not taken, they are not there."""
    if isinstance(event, e.SwitchState):
        gone = [] if event.up else list(trunks)
    elif event.busy:
        if event.trunk in trunks:
            return []
        new = trunks[event.trunk] = TrunkBusyTime(event.trunk, event.at)
        return [TrunkChange(None, new)]
    else:
        gone = [event.trunk] if event.trunk in trunks else []
    changes = []
    for trunk in gone:
        old = trunks.pop(trunk)
        changes.append(TrunkChange(old, msgspec.structs.replace(old, end=event.at)))
    return changes


def learn_queue(context: FactContext, event: e.QueueConfigured) -> None:
    spec = event.spec
    context.queues[spec.id] = QueueTerms(spec.service_level_s * 1000, spec.short_abandon_s * 1000)


def learn_agent(context: FactContext, spec: AgentSpec) -> None:
    context.skills[spec.id] = tuple(sorted(f"{s.skill}:{s.level}" for s in spec.skills))
    if spec.employment is Employment.PART_TIME:
        context.part_time[spec.id] = None
    else:
        context.part_time.pop(spec.id, None)


def next_interval(
    agents: dict[str, AgentInterval], event: e.AgentStateChanged, context: FactContext
) -> list[IntervalChange]:
    """The agent's present interval ends and the event's begins."""
    changes = []
    old = agents.get(event.agent)
    busy_since = event.at if event.state in BUSY else None
    if old is not None:
        changes.append(IntervalChange(old, msgspec.structs.replace(old, end=event.at)))
        if busy_since is not None and old.busy_since is not None:
            busy_since = old.busy_since
    new = AgentInterval(
        event.agent,
        event.at,
        event.state,
        event.reason,
        event.queue,
        event.part_time,
        context.skills.get(event.agent, ()),
        busy_since=busy_since,
    )
    agents[event.agent] = new
    changes.append(IntervalChange(None, new))
    return changes


def split_interval(
    agents: dict[str, AgentInterval], event: e.AgentConfigured, context: FactContext
) -> list[IntervalChange]:
    """Other skills from now on: the interval is cut, so that each has one skill set."""
    old = agents.get(event.spec.id)
    skills = context.skills.get(event.spec.id, ())
    if old is None or old.skills == skills:
        return []
    new = msgspec.structs.replace(old, start=event.at, skills=skills)
    agents[event.spec.id] = new
    return [IntervalChange(old, msgspec.structs.replace(old, end=event.at)), IntervalChange(None, new)]
