"""The contract of a telephone switch: who hears whom."""

import pytest
from switch_rig import Party, Rig
from switch_talk import a_talk

from jietong.channels.switch import Digit, HoldPressed, LegGone, Media, PlayEnded
from jietong.core.errors import Refused


async def test_both_hear_each_other(rig: Rig) -> None:
    _, caller, agent = await a_talk(rig)
    assert await rig.hear((caller, agent), (agent, caller)) == [True, True]


async def test_out_of_the_bridge_nobody_hears_and_both_stay_up(rig: Rig) -> None:
    leg, caller, agent = await a_talk(rig)
    await rig.switch.unbridge("b1")
    await rig.switch.unbridge("b1")  # no error where there is none
    assert await rig.hear((caller, agent), (agent, caller)) == [False, False]
    scene = await rig.switch.scene()
    assert {one.leg for one in scene.legs} == {leg, "agent-1"}
    assert not scene.bridges


async def test_hold_with_music_and_back(rig: Rig) -> None:
    """The customer is taken out and hears music; coming back, the music stops by itself."""
    leg, caller, agent = await a_talk(rig)
    await rig.switch.bridge("b1", ["agent-1"])
    await rig.switch.start_music(leg)
    await rig.sleep(0.5)
    assert await rig.hears_music(caller)
    assert not await rig.hears(agent, caller)
    await rig.switch.bridge("b1", [leg, "agent-1"])
    assert await rig.hear((caller, agent), (agent, caller)) == [True, True]


async def test_hold_by_the_telephone_and_back(rig: Rig) -> None:
    _, caller, agent = await a_talk(rig)
    await agent.hold(True)
    await rig.until(HoldPressed, held=True)
    assert not await rig.hears(caller, agent)
    await agent.hold(False)
    await rig.until(HoldPressed, held=False)
    assert await rig.hear((caller, agent), (agent, caller)) == [True, True]


async def test_a_muted_party_is_not_heard_but_hears(rig: Rig) -> None:
    _leg, caller, agent = await a_talk(rig)
    await rig.switch.mute("agent-1", True)
    await rig.sleep(0.3)
    assert await rig.hear((caller, agent), (agent, caller)) == [False, True]
    await rig.switch.mute("agent-1", False)
    assert await rig.hears(caller, agent)


async def test_digits_are_heard_inside_a_bridge(rig: Rig) -> None:
    leg, caller, _ = await a_talk(rig)
    await caller.press("7")
    assert (await rig.until(Digit, leg=leg)).digit == "7"


async def test_three_parties_hear_each_other(rig: Rig) -> None:
    leg, caller, agent = await a_talk(rig)
    third = await rig.talks("agent-2", await rig.telephone("802"))
    await rig.switch.bridge("b1", [leg, "agent-1", "agent-2"])
    pairs = ((caller, third), (third, caller), (agent, third), (third, agent), (caller, agent))
    assert all(await rig.hear(*pairs))


async def test_from_one_bridge_to_another(rig: Rig) -> None:
    """Transfer: the caller goes to a second agent; the first is alone, and an empty bridge is no more."""
    leg, caller, first = await a_talk(rig)
    second = await rig.talks("agent-2", await rig.telephone("802"))
    await rig.switch.bridge("b2", [leg, "agent-2"])
    assert await rig.hear((caller, second), (caller, first)) == [True, False]
    await rig.switch.hang_up("agent-1")
    await rig.until(LegGone, leg="agent-1")
    await rig.sleep(0.2)
    (bridge,) = (await rig.switch.scene()).bridges
    assert bridge.bridge == "b2"
    assert set(bridge.legs) == {leg, "agent-2"}


async def test_a_bridge_that_everybody_left_is_no_more(rig: Rig) -> None:
    _, caller, agent = await a_talk(rig)
    await caller.hang_up()
    await agent.hang_up()
    await rig.wait_for(lambda: len(rig.all(LegGone)) == 2)
    await rig.sleep(0.2)
    scene = await rig.switch.scene()
    assert not scene.bridges
    assert not scene.legs


async def test_the_other_stays_up_when_one_hangs_up(rig: Rig) -> None:
    """For the survey after the talk."""
    leg, caller, agent = await a_talk(rig)
    await agent.hang_up()
    await rig.until(LegGone, leg="agent-1")
    await rig.switch.unbridge("b1")
    await rig.switch.play(leg, "p1", [Media("digits:1")])
    assert (await rig.until(PlayEnded, play="p1")).complete
    await caller.press("5")
    await rig.until(Digit, leg=leg)


async def test_what_is_played_to_a_leg_stops_as_it_enters_a_bridge(rig: Rig) -> None:
    phone = await rig.telephone("801")
    leg, caller = await rig.arrives()
    await rig.switch.answer(leg)
    await rig.switch.play(leg, "p1", [Media("tone:busy")])
    agent = await rig.talks("agent-1", phone)
    await rig.switch.bridge("b1", [leg, "agent-1"])
    assert not (await rig.until(PlayEnded, play="p1")).complete
    assert await rig.hears(agent, caller)


async def test_a_whispered_announcement_is_for_one_party_alone(rig: Rig) -> None:
    """Played to a leg in a bridge: that party hears it, the bridge does not break."""
    _, caller, agent = await a_talk(rig)
    await rig.switch.play("agent-1", "p1", [Media("digits:12")])
    assert (await rig.until(PlayEnded, play="p1")).complete
    assert await rig.hears(caller, agent)


async def test_a_bridge_with_a_leg_that_has_gone_is_refused_and_the_others_stay(rig: Rig) -> None:
    leg, caller, _ = await a_talk(rig)
    with pytest.raises(Refused):
        await rig.switch.bridge("b1", [leg, "agent-9"])
    assert {one.leg for one in (await rig.switch.scene()).legs} == {leg, "agent-1"}
    await caller.hang_up()
    await rig.until(LegGone, leg=leg)


# --- listening in ------------------------------------------------------------------------------------------------


async def supervisor(rig: Rig) -> Party:
    return await rig.talks("boss", await rig.telephone("803"), auto_answer=False)


async def test_a_supervisor_listens_and_is_heard_by_nobody(rig: Rig) -> None:
    _, caller, agent = await a_talk(rig)
    boss = await supervisor(rig)
    await rig.switch.snoop("spy", "agent-1", hears="both", speaks="none")
    await rig.switch.bridge("b-spy", ["boss", "spy"])
    assert await rig.hear((boss, caller), (boss, agent), (caller, boss), (agent, boss), (caller, agent)) == [
        True,
        True,
        False,
        False,
        True,
    ]


async def test_a_supervisor_whispers_to_the_agent_alone(rig: Rig) -> None:
    _, caller, agent = await a_talk(rig)
    boss = await supervisor(rig)
    await rig.switch.snoop("spy", "agent-1", hears="both", speaks="out")
    await rig.switch.bridge("b-spy", ["boss", "spy"])
    assert await rig.hear((agent, boss), (caller, boss), (boss, caller), (boss, agent)) == [True, False, True, True]


async def test_a_supervisor_hears_one_side_alone(rig: Rig) -> None:
    _, caller, agent = await a_talk(rig)
    boss = await supervisor(rig)
    await rig.switch.snoop("spy", "agent-1", hears="in", speaks="none")
    await rig.switch.bridge("b-spy", ["boss", "spy"])
    assert await rig.hear((boss, agent), (boss, caller)) == [True, False]


async def test_a_supervisor_barges_in_and_everybody_hears(rig: Rig) -> None:
    leg, caller, agent = await a_talk(rig)
    boss = await supervisor(rig)
    await rig.switch.bridge("b1", [leg, "agent-1", "boss"])
    assert await rig.hear((caller, boss), (agent, boss), (boss, caller)) == [True, True, True]


async def test_the_end_of_a_listened_leg_ends_the_listening_not_the_supervisor(rig: Rig) -> None:
    leg, _caller, agent = await a_talk(rig)
    await supervisor(rig)
    await rig.switch.snoop("spy", "agent-1", hears="both", speaks="none")
    await rig.switch.bridge("b-spy", ["boss", "spy"])
    await agent.hang_up()
    await rig.until(LegGone, leg="agent-1")
    await rig.until(LegGone, leg="spy")
    assert {one.leg for one in (await rig.switch.scene()).legs} == {leg, "boss"}


async def test_listening_is_ended_and_the_talk_goes_on(rig: Rig) -> None:
    _, caller, agent = await a_talk(rig)
    boss = await supervisor(rig)
    await rig.switch.snoop("spy", "agent-1", hears="both", speaks="none")
    await rig.switch.bridge("b-spy", ["boss", "spy"])
    await rig.switch.hang_up("spy")
    await rig.until(LegGone, leg="spy")
    assert await rig.hear((boss, caller), (caller, agent)) == [False, True]
