"""The contract of a telephone switch: coming and going, set-up, reconciling."""

import pytest
from switch_rig import TRUNK, Rig
from switch_talk import a_talk

from jietong.channels.switch import (
    DeviceState,
    Down,
    Intrusion,
    LegArrived,
    LegGone,
    Plant,
    RecordEnded,
    TrunkStatus,
    Up,
)
from jietong.core.errors import Unavailable


async def test_marks_and_all_that_goes_on_outlive_the_controller(rig: Rig) -> None:
    """The controller is killed; the next one finds legs, bridge, marks and recordings, and audio went on."""
    leg, caller, agent = await a_talk(rig)
    await rig.switch.mark(leg, {"contact": "c1", "party": "customer"})
    await rig.switch.mark(leg, {"agent": "a1"})
    await rig.switch.record_leg("r-1", leg)
    await rig.switch.record_bridge("r-2", "b1")
    other, told = await rig.other_controller()
    await rig.wait_for(lambda: any(isinstance(one, Up) for one in told))
    assert [one.restarted for one in told if isinstance(one, Up)] == [False]
    assert not [one for one in told if isinstance(one, LegArrived | LegGone)]
    assert await rig.hears(caller, agent)
    await other.set_up(rig.plant._replace(trunks=(TRUNK,)))
    scene = await other.scene()
    legs = {one.leg: one for one in scene.legs}
    assert set(legs) == {leg, "agent-1"}
    assert legs[leg].marks == {"contact": "c1", "party": "customer", "agent": "a1"}
    assert (legs[leg].number, legs[leg].caller, legs[leg].trunk) == ("4008001234", "13800006612", "main")
    assert (legs["agent-1"].extension, legs["agent-1"].answered) == ("801", True)
    assert {(one.bridge, frozenset(one.legs)) for one in scene.bridges} == {("b1", frozenset((leg, "agent-1")))}
    assert set(scene.recordings) == {"r-1", "r-2"}
    assert "801" in scene.devices
    await rig.sleep(0.5)
    await other.stop_recording("r-1")
    await other.unbridge("b1")
    await other.hang_up(leg)
    await rig.wait_for(lambda: len([one for one in told if isinstance(one, RecordEnded)]) == 2)
    assert all(one.path for one in told if isinstance(one, RecordEnded))
    await rig.wait_for(lambda: any(isinstance(one, LegGone) and one.leg == leg for one in told))


async def test_marks_of_an_originated_leg_are_there_from_the_start(rig: Rig) -> None:
    phone = await rig.telephone("801")
    await rig.talks("agent-1", phone, marks={"contact": "c1", "agent": "a1"})
    assert (await rig.switch.scene()).legs[0].marks == {"contact": "c1", "agent": "a1"}


async def test_the_switch_dies_and_comes_back_empty(rig: Rig) -> None:
    await a_talk(rig)
    await rig.dies()
    await rig.until(Down)
    with pytest.raises(Unavailable) as gone:
        await rig.switch.answer("agent-1")
    assert gone.value.code == "switch_gone"
    assert not rig.switch.is_up
    up = await rig.until(Up, restarted=True)
    assert up.restarted
    assert rig.switch.is_up
    scene = await rig.switch.scene()
    assert not scene.legs
    assert not scene.bridges


async def test_a_telephone_registers_and_leaves(rig: Rig) -> None:
    phone = await rig.telephone("801")
    assert "801" in (await rig.switch.scene()).devices
    await phone.leaves()
    assert await rig.wait_for(lambda: not rig.all(DeviceState, extension="801")[-1].reachable)
    assert "801" not in (await rig.switch.scene()).devices


async def test_a_telephone_that_comes_right_back_can_be_rung(rig: Rig) -> None:
    for _ in range(5):
        phone = await rig.telephone("801")
        await phone.leaves()
    await rig.telephone("801")
    await rig.sleep(0.5)
    assert "801" in (await rig.switch.scene()).devices


async def test_set_up_leaves_calls_under_way_alone(rig: Rig) -> None:
    _leg, caller, agent = await a_talk(rig)
    extensions = tuple(one for one in rig.plant.extensions if one.id != "803")
    await rig.switch.set_up(Plant(trunks=(TRUNK,), extensions=extensions))
    assert await rig.hears(caller, agent)
    assert not rig.all(LegGone)
    assert "801" in (await rig.switch.scene()).devices
    await rig.switch.set_up(Plant(trunks=(TRUNK,), extensions=rig.plant.extensions))
    await rig.telephone("803")


async def test_an_extension_that_is_taken_away_is_no_longer_reachable(rig: Rig) -> None:
    await rig.telephone("802")
    await rig.switch.set_up(Plant(trunks=(TRUNK,), extensions=()))
    await rig.until(DeviceState, extension="802", reachable=False)


async def test_a_new_trunk_is_told(rig: Rig) -> None:
    second = TRUNK._replace(id="second", host="127.0.1.2", networks=("127.0.1.2",))
    await rig.switch.set_up(rig.plant._replace(trunks=(TRUNK, second)))
    await rig.until(TrunkStatus, trunk="second")
    assert set((await rig.switch.scene()).trunks) == {"main", "second"}


async def test_a_stranger_with_wrong_passwords_is_told_and_shut_out(rig: Rig) -> None:
    await rig.knocks("801", "wrong")
    first = await rig.until(Intrusion)
    assert first.account == "801"
    locked = await rig.until(Intrusion, locked=True)
    assert locked.address == first.address
    assert "801" not in (await rig.switch.scene()).devices
    await rig.telephone("801")  # others are let in
