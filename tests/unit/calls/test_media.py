"""Who is to hear whom, from how a call stands: hold, consultation, three-way, handed on."""

from jietong.calls.media import out_bridge, side_bridge, talk_bridge, wish
from jietong.calls.model import Consulted, Leg, Standing, Wish, marks
from jietong.core.vocabulary import Party, Place

TALK = Standing(place=Place.TALK, agent="anna", talk_since=5)
BRIDGE = talk_bridge("c", TALK)


def leg(id: str, party: Party, agent: str | None = None, *, up: bool = True, role: str = "") -> Leg:
    return Leg(id, party, agent=agent, up=up, role=role)


CUSTOMER = leg("customer", Party.CUSTOMER)
ANNA = leg("anna", Party.AGENT, "anna")
BEN = leg("ben", Party.AGENT, "ben")
OUTSIDE = leg("outside", Party.OUTSIDE)


def seen(standing: Standing, *legs: Leg, **more: object) -> Wish:
    return wish("c", standing, legs, **more)  # type: ignore[arg-type]


def test_customer_and_agent_are_bridged_once_both_are_there() -> None:
    assert seen(TALK, CUSTOMER, ANNA) == Wish({BRIDGE: ("customer", "anna")}, frozenset())
    ringing = leg("anna", Party.AGENT, "anna", up=False)
    assert seen(TALK, CUSTOMER, ringing) == Wish({}, frozenset({"customer"})), "music, not silence"


def test_a_plain_telephone_is_there_only_after_its_key() -> None:
    unconfirmed = Leg("anna", Party.AGENT, agent="anna", up=True, confirmed=False)
    assert seen(TALK, CUSTOMER, unconfirmed).bridges == {}


def test_on_hold_the_agent_stays_in_the_bridge_so_that_the_recording_runs_on() -> None:
    held = TALK._replace(place=Place.HOLD)
    assert seen(held, CUSTOMER, ANNA) == Wish({BRIDGE: ("anna",)}, frozenset({"customer"}))


def test_nothing_is_bridged_while_waiting_or_while_the_customer_is_being_dialled() -> None:
    for place in (Place.ARRIVED, Place.QUEUE, Place.OFFER, Place.WRAPUP, Place.CLOSED):
        assert seen(TALK._replace(place=place), CUSTOMER, ANNA) == Wish({}, frozenset())
    assert seen(TALK._replace(dialling=True), CUSTOMER, ANNA) == Wish({}, frozenset())


def test_an_announcement_is_heard_out_before_the_talk() -> None:
    assert seen(TALK, CUSTOMER, ANNA, customer_busy=True) == Wish({BRIDGE: ("anna",)}, frozenset())


def test_consultation_and_three_way() -> None:
    asked = TALK._replace(consult=Consulted("ben", joined=False, merged=False))
    assert seen(asked, CUSTOMER, ANNA, BEN).bridges[BRIDGE] == ("customer", "anna")
    joined = TALK._replace(consult=Consulted("ben", joined=True, merged=False))
    assert seen(joined, CUSTOMER, ANNA, BEN) == Wish({BRIDGE: ("anna", "ben")}, frozenset({"customer"}))
    merged = TALK._replace(consult=Consulted("ben", joined=True, merged=True))
    assert seen(merged, CUSTOMER, ANNA, BEN) == Wish({BRIDGE: ("customer", "anna", "ben")}, frozenset())


def test_a_second_line_of_the_telephone_is_apart() -> None:
    second = leg("second", Party.AGENT, "anna", role="second")
    standing = TALK._replace(place=Place.HOLD, consult=Consulted("ben", joined=True, merged=False))
    found = seen(standing, CUSTOMER, ANNA, second, BEN)
    assert found.bridges == {BRIDGE: ("anna",), side_bridge("c"): ("second", "ben")}
    assert found.music == {"customer"}


def test_somebody_outside_is_asked_joins_and_takes_over() -> None:
    held = TALK._replace(place=Place.HOLD)
    assert seen(held, CUSTOMER, ANNA, OUTSIDE, asking_outside=True).bridges == {BRIDGE: ("anna", "outside")}
    assert seen(TALK, CUSTOMER, ANNA, OUTSIDE).bridges == {BRIDGE: ("customer", "anna", "outside")}
    over = TALK._replace(place=Place.WRAPUP)
    assert seen(over, CUSTOMER, ANNA, OUTSIDE, handed_on=True).bridges == {out_bridge("c"): ("customer", "outside")}


def test_who_barges_in_is_in_the_talk() -> None:
    boss = leg("boss", Party.SUPERVISOR, "account")
    assert seen(TALK, CUSTOMER, ANNA, boss, barging=("boss",)).bridges == {BRIDGE: ("customer", "anna", "boss")}
    assert "boss" not in seen(TALK, CUSTOMER, ANNA, boss).bridges[BRIDGE]


def test_each_agents_talk_has_a_bridge_of_its_own_that_is_the_same_after_a_restart() -> None:
    assert talk_bridge("c", TALK) == talk_bridge("c", TALK._replace(place=Place.HOLD))
    assert talk_bridge("c", TALK) != talk_bridge("c", TALK._replace(agent="ben", talk_since=9))


def test_legs_bear_whose_they_are_but_no_number() -> None:
    mine = Leg("x", Party.AGENT, agent="anna", number="+8613800006612", role="second")
    assert marks("c", mine) == {"contact": "c", "party": "agent", "agent": "anna", "role": "second"}
