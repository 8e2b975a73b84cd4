"""What calls are made of: legs, and how a call stands by the ledger. No I/O."""

from dataclasses import dataclass
from typing import NamedTuple

from jietong.core.vocabulary import Ms, Outcome, Party, Place
from jietong.routing.model import ContactState

WAITING = frozenset({Place.QUEUE, Place.OFFER})
TALKING = frozenset({Place.TALK, Place.HOLD})
OVER = frozenset({Place.WRAPUP, Place.CLOSED})

PARTY_MARK, CONTACT_MARK, AGENT_MARK, ROLE_MARK = "party", "contact", "agent", "role"
"""Notes on a leg that outlive this process: by them a call is put together again (`reconcile`)."""


class Consulted(NamedTuple):
    """A colleague who is asked for help."""

    other: str
    joined: bool
    merged: bool


class Standing(NamedTuple):
    """How the call stands by the ledger, copied from the engine at each commit that concerns it."""

    place: Place = Place.ARRIVED
    flow: str | None = None  # by which it came, or which serves it
    flow_version: int = 0
    in_flow: bool = False  # the flow serves the customer now
    queue: str | None = None
    offered_to: str | None = None
    offer_cause: str | None = None
    agent: str | None = None  # who talks to the customer or wraps up
    talk_since: Ms | None = None
    consult: Consulted | None = None
    callback: bool = False  # the customer has hung up and is to be called back
    dialling: bool = False  # the agent has it, the customer has not been reached yet
    attempts: int = 0
    outcome: Outcome | None = None
    surveyed: bool = False

    @classmethod
    def of(cls, state: ContactState) -> "Standing":
        consult = state.consult
        return cls(
            place=state.place,
            flow=state.flow,
            flow_version=state.flow_version,
            in_flow=state.in_flow,
            queue=state.queue,
            offered_to=state.offered_to,
            offer_cause=state.offer_cause,
            agent=state.agent,
            talk_since=state.talk_since,
            consult=Consulted(consult.other, consult.joined, consult.merged) if consult else None,
            callback=state.callback,
            dialling=state.dialling or state.dialled,
            attempts=state.attempts,
            outcome=state.outcome,
            surveyed=state.surveyed,
        )

    @property
    def waits(self) -> bool:
        return self.place in WAITING and not self.callback

    @property
    def talk(self) -> bool:
        return self.place in TALKING

    @property
    def over(self) -> bool:
        return self.place in OVER


@dataclass(eq=False, slots=True)
class Leg:
    """One party's line, as we know it."""

    id: str
    party: Party
    agent: str | None = None  # AGENT: whose telephone; SUPERVISOR: the account
    extension: str | None = None
    number: str | None = None
    trunk: str | None = None
    up: bool = False  # answered
    gone: bool = False
    cause: str | None = None  # why it went
    confirmed: bool = True  # a plain telephone: whoever answered has pressed the key, so no mailbox took the call
    role: str = ""  # second: the further line of an agent's telephone; out: whom the call is handed on to
    muted: bool = False

    @property
    def there(self) -> bool:
        """Talks and hears."""
        return self.up and not self.gone and self.confirmed


class Wish(NamedTuple):
    """What the switch is to do with the call's legs."""

    bridges: dict[str, tuple[str, ...]]
    music: frozenset[str]


class Caller(NamedTuple):
    """Who calls, as far as can be told before anyone answers (A7)."""

    number: str | None = None  # E.164, or as presented where it is no public number; None: withheld
    customer: str | None = None
    name: str | None = None
    last_agent: str | None = None


def marks(contact: str, leg: Leg) -> dict[str, str]:
    """What the leg is to bear so that a later process knows whose it is."""
    found = {CONTACT_MARK: contact, PARTY_MARK: str(leg.party)}
    if leg.agent is not None:
        found[AGENT_MARK] = leg.agent
    if leg.role:
        found[ROLE_MARK] = leg.role
    return found
