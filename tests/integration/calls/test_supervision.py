"""Listening, whispering, barging in: heard by the right ears only, with permission and an audit entry."""

import pytest
from calls_support import Box

from jietong.calls import supervision
from jietong.channels.memory.party import Behaviour, Telephone
from jietong.core import commands as k
from jietong.core import events as e
from jietong.core.errors import JietongError
from jietong.core.vocabulary import Supervision
from jietong.db.pool import ALL
from jietong.identity import audit
from jietong.identity.model import Principal
from jietong.identity.permissions import Role, permissions_of

LISTEN, WHISPER, BARGE = Supervision.LISTEN, Supervision.WHISPER, Supervision.BARGE


def boss(*roles: Role, clients: tuple[str, ...] | None = None, agent: str | None = "boss") -> Principal:
    held = frozenset(roles or {Role.SUPERVISOR})
    return Principal("acc-boss", "boss", "Boss", held, permissions_of(held), clients=clients, agent_id=agent)


async def ear(centre: Box) -> Telephone:
    telephone = await centre.agent("boss", "850", Behaviour(), kind="softphone")
    await centre.tell(k.SignOut("boss"))
    assert telephone is not None
    return telephone


async def test_each_way_of_taking_part_is_heard_by_the_right_ears_only(centre: Box) -> None:
    line, contact, phone = await centre.talking()
    telephone = await ear(centre)
    await supervision.take_part(centre.calls, boss(), contact, LISTEN)
    await centre.run(1)
    me = telephone.line.leg
    assert telephone.line.hears == {line.leg, phone.line.leg}
    assert me not in line.hears | phone.line.hears
    await supervision.take_part(centre.calls, boss(), contact, WHISPER)
    await centre.run(1)
    assert telephone.line.hears == {line.leg, phone.line.leg}
    assert me in phone.line.hears
    assert me not in line.hears
    await supervision.take_part(centre.calls, boss(), contact, BARGE)
    await centre.run(1)
    assert me in phone.line.hears
    assert me in line.hears
    assert telephone.line.hears == {line.leg, phone.line.leg}
    await supervision.take_part(centre.calls, boss(), contact, LISTEN)
    await centre.run(1)
    assert me not in line.hears | phone.line.hears
    assert telephone.line.hears == {line.leg, phone.line.leg}
    assert centre.talk(line, phone)
    await supervision.leave(centre.calls, boss(), contact)
    await centre.run(1)
    assert telephone.lines == []
    assert centre.talk(line, phone)
    started = [one.mode for one in centre.of(e.SupervisionStarted, contact)]
    ended = [one.mode for one in centre.of(e.SupervisionEnded, contact)]
    assert started == ended == [LISTEN, WHISPER, BARGE, LISTEN]
    async with centre.database.read(ALL) as conn:
        entries = await audit.entries(conn, object=contact)
    assert [one.action for one in reversed(entries)] == ["call.listen", "call.whisper", "call.barge", "call.listen"]
    assert {one.actor for one in entries} == {"acc-boss"}
    line.hang_up()
    await centre.run(30)
    centre.sound()


async def test_it_follows_the_call_to_the_next_agent_and_ends_with_the_talk(centre: Box) -> None:
    line, contact, _ = await centre.talking()
    telephone = await ear(centre)
    await supervision.take_part(centre.calls, boss(), contact, LISTEN)
    await centre.run(1)
    other = await centre.agent("ben", "802")
    assert other is not None
    await centre.tell(k.Transfer("anna", contact, to_agent="ben"))
    await centre.until(lambda: centre.talk(line, other))
    await centre.run(1)
    assert telephone.line.hears == {line.leg, other.line.leg}
    line.hang_up()
    await centre.run(2)
    assert telephone.lines == []
    assert [one.mode for one in centre.of(e.SupervisionEnded, contact)] == [LISTEN]
    await centre.run(30)
    centre.sound()


async def test_who_may_not_does_not(centre: Box) -> None:
    line, contact, _ = await centre.talking()
    await ear(centre)
    for code, by, which, mode in (
        ("not_permitted", boss(Role.ANSWERER), contact, LISTEN),
        ("not_permitted", boss(Role.QA), contact, WHISPER),
        ("unknown_call", boss(clients=("lanshan",)), contact, LISTEN),
        ("unknown_call", boss(), "nothing", LISTEN),
        ("no_telephone", boss(agent=None), contact, LISTEN),
        ("own_call", boss(agent="anna"), contact, LISTEN),
    ):
        with pytest.raises(JietongError) as refused:
            await supervision.take_part(centre.calls, by, which, mode)
        assert refused.value.code == code
    waiting, other = await centre.waiting(caller="13700000009")
    with pytest.raises(JietongError) as refused:
        await supervision.take_part(centre.calls, boss(), other, LISTEN)
    assert refused.value.code == "no_talk"
    async with centre.database.read(ALL) as conn:
        assert not await audit.entries(conn, action="call.")
    for one in (line, waiting):
        one.hang_up()
    await centre.run(30)
    centre.sound()


async def test_the_supervisors_telephone_does_not_answer(centre: Box) -> None:
    line, contact, phone = await centre.talking()
    centre.exchange.telephone("850", Behaviour(rejects="busy"))
    telephone = await ear(centre)
    telephone.behaviour = Behaviour(rejects="busy")
    await supervision.take_part(centre.calls, boss(), contact, LISTEN)
    await centre.run(3)
    assert centre.calls.calls[contact].listening == {}
    assert not centre.of(e.SupervisionStarted, contact)
    assert centre.talk(line, phone)
    line.hang_up()
    await centre.run(30)
    centre.sound()
