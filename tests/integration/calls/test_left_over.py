"""What is left over when calls have gone: nothing that grows, nobody who is stuck; and who may call for whom."""

import pytest
from calls_support import CALLER, HOTLINE, Box, flow, names, said

from jietong.calls import outbound
from jietong.channels.memory.party import press
from jietong.core import events as e
from jietong.core.errors import JietongError
from jietong.core.specs import NumberSpec, SkillNeed, TrunkSpec
from jietong.core.vocabulary import Outcome, State
from jietong.flows import model as flows
from jietong.identity.model import Principal
from jietong.identity.permissions import Role, permissions_of
from jietong.routing.store import Kind


class Account:
    user, password = "webcall", "secret of the page"


async def test_calls_that_were_turned_away_are_forgotten(centre: Box) -> None:
    """A full trunk in a busy hour: refused attempts must not stay in memory."""
    await centre.document(
        Kind.TRUNK, TrunkSpec(id="carrier", name=names("carrier"), host="sip.example.com", channels=1)
    )
    line = centre.dial_in()
    await centre.run(1)
    for _ in range(5):
        centre.dial_in(caller="13700000001")
        await centre.run(1)
    line.hang_up()
    await centre.run(5)
    assert [one.outcome for one in centre.of(e.ContactEnded)].count(Outcome.BLOCKED) == 5
    assert centre.calls.calls == {}
    assert centre.calls.by_leg == {}
    centre.sound()


async def test_a_page_calls_once_by_its_token_though_two_calls_come_at_once(centre: Box) -> None:
    centre.switch.web_call = Account  # type: ignore[attr-defined]
    centre.calls.pages.give("t", HOTLINE, "en", centre.clock.now())
    lines = [centre.exchange.call(HOTLINE, token="t") for _ in range(3)]
    await centre.run(1)
    assert [line.answered for line in lines] == [True, False, False]
    assert len(centre.of(e.ContactArrived)) == 1
    lines[0].hang_up()
    await centre.run(1)
    centre.sound()


async def test_a_pages_token_is_good_for_its_own_number_only(centre: Box) -> None:
    """Else the limit of calls to one number could be gone round by tokens of the others."""
    await centre.document(
        Kind.NUMBER, NumberSpec(id="4008005678", name=names("other"), client="hechuan", flow="service")
    )
    centre.switch.web_call = Account  # type: ignore[attr-defined]
    centre.calls.pages.give("t", "4008005678", "en", centre.clock.now())
    line = centre.exchange.call(HOTLINE, token="t")
    await centre.run(1)
    assert line.ended == "rejected"
    assert not centre.of(e.ContactArrived)
    centre.sound()


async def test_an_agent_who_dials_on_the_telephone_and_lays_down_at_once_is_not_stuck(centre: Box) -> None:
    phone = await centre.agent("anna", "801")
    assert phone is not None
    phone.dial("13911110000").hang_up()
    await centre.run(5)
    assert centre.state("anna") is State.READY
    assert centre.calls.calls == {}
    centre.sound()


async def test_nobody_shows_a_number_that_is_not_the_clients(centre: Box) -> None:
    await centre.agent("anna", "801", kind="softphone")
    held = frozenset({Role.ANSWERER})
    anna = Principal("acc-anna", "anna", "anna", held, permissions_of(held), clients=None, agent_id="anna")
    for forged in ("110", "+8610000000", CALLER):
        with pytest.raises(JietongError) as refused:
            await outbound.dial(centre.calls, anna, number="139 1111 0000", queue="repair", caller_id=forged)
        assert refused.value.code == "bad_caller_id"
    assert not centre.of(e.ContactArrived)


async def test_a_number_dialled_on_the_telephone_is_for_a_client_whom_the_agent_serves(centre: Box) -> None:
    """Else the file of another client's customer would come up."""
    await centre.queue(id="aaa", client="aaa", requires=(SkillNeed(skill="welding"),))
    phone = await centre.agent("anna", "801")
    assert phone is not None
    phone.dial("13911110000")
    await centre.run(2)
    assert [one.client for one in centre.of(e.ContactArrived)] == ["hechuan"]


@pytest.mark.parametrize(
    ("typed", "taken"), [("13900001111", True), ("00252612345678", False), ("0019005550199", False)]
)
async def test_a_caller_cannot_have_the_centre_call_a_line_that_earns_money(
    centre: Box, typed: str, taken: bool
) -> None:
    """Toll fraud by call-backs: a number abroad or of a premium service, typed in by whoever calls."""
    centre.shelf.flows["service"] = (
        flow(
            flows.Digits(
                id="ask", prompt=said("number"), variable="mine", min=3, max=20, end_key="#", timeout_s=5,
                next={"done": "offer", "none": "bye"},
            ),
            flows.Callback(
                id="offer", queue="repair", prompt=said("call back"), key="1", variable="mine",
                next={"accepted": "bye", "declined": "bye"},
            ),
            flows.HangUp(id="bye", prompt=said("bye")),
        ),
        1,
    )  # fmt: skip
    line = centre.dial_in(press(3, f"{typed}#"), press(4, "1"))
    await centre.until(lambda: line.ended is not None)
    assert bool(centre.of(e.CallbackRequested)) is taken
