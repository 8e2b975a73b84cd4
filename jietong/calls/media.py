"""Who is to hear whom, from how the call stands. Pure: `service` makes the switch do it.

The agent stays in the talk's bridge from the first word to the last, so that one recording runs through: on hold
the customer leaves it for the music, in a consultation the colleague comes in instead of the customer, in a three-way
talk all are in it. An agent's telephone that asks a colleague by a second line has that line in a bridge apart.
"""

from collections.abc import Iterable

from jietong.calls.model import Leg, Standing, Wish
from jietong.core.vocabulary import Party, Place


def talk_bridge(contact: str, standing: Standing) -> str:
    """One for each agent's talk."""
    return f"talk-{contact}-{standing.talk_since or 0}"


def side_bridge(contact: str) -> str:
    """The second line of an agent's telephone, with whom it asks."""
    return f"side-{contact}"


def out_bridge(contact: str) -> str:
    """The customer, with whom the call was handed on to."""
    return f"out-{contact}"


def wish(
    contact: str,
    standing: Standing,
    legs: Iterable[Leg],
    *,
    customer_busy: bool = False,
    handed_on: bool = False,
    asking_outside: bool = False,
    barging: Iterable[str] = (),
) -> Wish:
    """What is to be. Only while somebody talks; before and after, the flow has the customer's line.

    `customer_busy`: an announcement has to be heard out first. `handed_on`: customer and outside party are alone.
    `asking_outside`: the agent talks to somebody outside while the customer waits. `barging`: supervisors' legs.
    """
    there = [leg for leg in legs if leg.there]
    customer = _first(there, Party.CUSTOMER)
    outside = _first(there, Party.OUTSIDE)
    if handed_on:
        members = tuple(leg.id for leg in (customer, outside) if leg is not None)
        return Wish({out_bridge(contact): members} if members else {}, frozenset())
    if not standing.talk or standing.dialling:
        return Wish({}, frozenset())
    agents = [leg for leg in there if leg.party is Party.AGENT]
    owner = next((leg for leg in agents if leg.agent == standing.agent and leg.role != "second"), None)
    second = next((leg for leg in agents if leg.agent == standing.agent and leg.role == "second"), None)
    consult = standing.consult
    asked: Leg | None = None
    merged = False
    if consult is not None and consult.joined:
        asked = next((leg for leg in agents if leg.agent == consult.other), None)
        merged = consult.merged
    elif outside is not None:
        asked = outside
        merged = not asking_outside
    held = standing.place is Place.HOLD or (asked is not None and not merged)
    talk: list[str] = [owner.id] if owner is not None else []
    bridges: dict[str, tuple[str, ...]] = {}
    if asked is not None:
        if second is not None and not merged:
            bridges[side_bridge(contact)] = (second.id, asked.id)
        else:
            talk.append(asked.id)
    music: set[str] = set()
    if customer is not None and not customer_busy:
        if held or not talk:
            music.add(customer.id)
        else:
            talk.insert(0, customer.id)
    if talk:
        talk += [leg.id for leg in there if leg.id in set(barging)]
        bridges[talk_bridge(contact, standing)] = tuple(talk)
    return Wish(bridges, frozenset(music))


def _first(legs: Iterable[Leg], party: Party) -> Leg | None:
    return next((leg for leg in legs if leg.party is party), None)
