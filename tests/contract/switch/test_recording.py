"""The contract of a telephone switch: recording. Each voice is a tone, looked for in the file."""

from pathlib import Path

import pytest
import tones
from switch_rig import Party, Rig
from switch_talk import a_talk

from jietong.channels.switch import Digit, HoldPressed, LegGone, RecordEnded, Up
from jietong.core.errors import Refused


def voices(path: str | None, *parties: Party) -> list[bool]:
    assert path is not None
    return [tones.heard(Path(path), party.hertz) for party in parties]


def silent_s(path: str | None, party: Party) -> float:
    """How long the party's voice is missing."""
    assert path is not None
    return 0.1 * sum(share < 0.1 for share in tones.shares(Path(path), party.hertz, window_s=0.1))


async def test_one_clean_file_of_a_leg(rig: Rig) -> None:
    leg, caller, agent = await a_talk(rig)
    await rig.switch.record_leg("r-customer", leg)
    await rig.switch.record_leg("r-agent", "agent-1")
    await rig.sleep(1.5)
    await rig.switch.stop_recording("r-customer")
    await rig.switch.stop_recording("r-agent")
    customer, own = [await rig.until(RecordEnded, recording=name) for name in ("r-customer", "r-agent")]
    assert voices(customer.path, caller, agent) == [True, False]
    assert voices(own.path, caller, agent) == [False, True]
    assert customer.duration_ms == pytest.approx(1500, abs=400)


async def test_a_mix_has_all_that_is_heard_in_the_bridge(rig: Rig) -> None:
    _, caller, agent = await a_talk(rig)
    await rig.switch.record_bridge("r-mix", "b1")
    await rig.sleep(1.2)
    await rig.switch.stop_recording("r-mix")
    ended = await rig.until(RecordEnded, recording="r-mix")
    assert voices(ended.path, caller, agent) == [True, True]
    assert len(rig.all(RecordEnded)) == 1


async def test_a_whisper_is_in_no_customers_recording(rig: Rig) -> None:
    leg, _caller, _agent = await a_talk(rig)
    boss = await rig.talks("boss", await rig.telephone("803"))
    await rig.switch.snoop("spy", "agent-1", hears="both", speaks="out")
    await rig.switch.bridge("b-spy", ["boss", "spy"])
    await rig.switch.record_leg("r-customer", leg)
    await rig.switch.record_leg("r-agent", "agent-1")
    await rig.switch.record_bridge("r-mix", "b1")
    await rig.sleep(1)
    for name in ("r-customer", "r-agent", "r-mix"):
        await rig.switch.stop_recording(name)
        ended = await rig.until(RecordEnded, recording=name)
        assert voices(ended.path, boss) == [False]


async def test_a_recording_survives_hold(rig: Rig) -> None:
    """The customer hears music; the file goes on, with silence or words, and its length stays true."""
    _leg, _caller, agent = await a_talk(rig)
    await rig.switch.record_leg("r-agent", "agent-1")
    await rig.sleep(0.5)
    await agent.hold(True)
    await rig.until(HoldPressed, held=True)
    await rig.sleep(1.5)
    await agent.hold(False)
    await rig.until(HoldPressed, held=False)
    await rig.sleep(0.5)
    await rig.switch.stop_recording("r-agent")
    ended = await rig.until(RecordEnded)
    assert ended.duration_ms > 2300
    assert 0.8 < silent_s(ended.path, agent) < 2.2


async def test_card_data_is_not_recorded_and_times_stay_true(rig: Rig) -> None:
    leg, caller, _agent = await a_talk(rig)
    await rig.switch.record_leg("r-customer", leg)
    await rig.switch.record_bridge("r-mix", "b1")
    await rig.sleep(0.5)
    for name in ("r-customer", "r-mix"):
        await rig.switch.pause_recording(name, True)
    await rig.sleep(1.5)
    for name in ("r-customer", "r-mix"):
        await rig.switch.pause_recording(name, False)
    await rig.sleep(0.5)
    for name in ("r-customer", "r-mix"):
        await rig.switch.stop_recording(name)
        ended = await rig.until(RecordEnded, recording=name)
        assert ended.duration_ms == pytest.approx(2500, abs=600)
        assert silent_s(ended.path, caller) == pytest.approx(1.5, abs=0.4)
        assert voices(ended.path, caller) == [True]


async def test_recordings_end_complete_when_the_party_hangs_up(rig: Rig) -> None:
    leg, caller, agent = await a_talk(rig)
    await rig.switch.record_leg("r-customer", leg)
    await rig.switch.record_bridge("r-mix", "b1")
    await rig.sleep(1)
    assert set((await rig.switch.scene()).recordings) == {"r-customer", "r-mix"}
    await caller.hang_up()
    await agent.hang_up()
    for name in ("r-customer", "r-mix"):
        ended = await rig.until(RecordEnded, recording=name)
        assert ended.duration_ms > 700
        assert voices(ended.path, caller) == [True]
    await rig.sleep(0.2)
    assert not (await rig.switch.scene()).recordings


async def test_a_voicemail_ends_by_a_key(rig: Rig) -> None:
    leg, caller = await rig.arrives()
    await rig.switch.answer(leg)
    await rig.switch.record_message("vm-1", leg, max_s=30, silence_s=10)
    await rig.sleep(1.5)
    await caller.press("#")
    ended = await rig.until(RecordEnded, recording="vm-1")
    assert voices(ended.path, caller) == [True]
    assert ended.duration_ms > 500
    assert (await rig.switch.scene()).legs[0].leg == leg, "the caller is still there"


async def test_a_voicemail_ends_at_its_limit(rig: Rig) -> None:
    leg, _caller = await rig.arrives()
    await rig.switch.answer(leg)
    await rig.switch.record_message("vm-1", leg, max_s=1, silence_s=10)
    ended = await rig.until(RecordEnded, recording="vm-1")
    assert 700 < ended.duration_ms < 2200, "a switch may count in whole seconds"


async def test_a_voicemail_is_kept_when_the_caller_hangs_up(rig: Rig) -> None:
    leg, caller = await rig.arrives()
    await rig.switch.answer(leg)
    await rig.switch.record_message("vm-1", leg, max_s=30, silence_s=10)
    await rig.sleep(1.5)
    await caller.hang_up()
    ended = await rig.until(RecordEnded, recording="vm-1")
    assert voices(ended.path, caller) == [True]
    await rig.until(LegGone, leg=leg)


async def test_the_end_of_what_is_not_recorded_is_no_error(rig: Rig) -> None:
    await rig.switch.stop_recording("r-nothing")
    with pytest.raises(Refused) as refused:
        await rig.switch.pause_recording("r-nothing", True)
    assert refused.value.code == "no_such_recording"


async def test_a_bridge_that_is_not_there_cannot_be_recorded(rig: Rig) -> None:
    with pytest.raises(Refused) as refused:
        await rig.switch.record_bridge("r-1", "b-nowhere")
    assert refused.value.code == "no_such_bridge"


async def test_digits_are_heard_while_the_leg_is_recorded(rig: Rig) -> None:
    leg, caller, _ = await a_talk(rig)
    await rig.switch.record_leg("r-customer", leg)
    await caller.press("3")
    assert (await rig.until(Digit, leg=leg)).digit == "3"
    await rig.switch.stop_recording("r-customer")
    await rig.until(RecordEnded)


async def test_a_recording_that_ended_while_nobody_listened_is_told_to_whoever_asks(rig: Rig) -> None:
    """Its file lies in the spool until then; one that is under way is none of these."""
    leg, caller, agent = await a_talk(rig)
    await rig.switch.record_leg("c1.r1.customer", leg)
    await rig.switch.record_bridge("c1.r1.mix", "b1")
    await rig.sleep(2)
    assert not {"c1.r1.customer", "c1.r1.mix"} & set(await rig.switch.spooled())
    await rig.switch.stop()
    await caller.hang_up()
    await agent.hang_up()
    await rig.sleep(1)
    other, told = await rig.other_controller()
    assert await rig.wait_for(lambda: other.is_up)
    assert {"c1.r1.customer", "c1.r1.mix"} <= set(await other.spooled())
    for name in ("c1.r1.customer", "c1.r1.mix", "c1.r1.agent"):
        await other.stop_recording(name)
    ends = lambda: {one.recording: one for one in told if isinstance(one, RecordEnded)}  # noqa: E731
    assert await rig.wait_for(lambda: len(ends()) == 3)
    assert ends()["c1.r1.customer"].duration_ms > 700
    assert voices(ends()["c1.r1.mix"].path, caller, agent) == [True, True]
    assert ends()["c1.r1.agent"].path is None


async def test_another_controller_ends_what_this_one_began(rig: Rig) -> None:
    leg, caller, agent = await a_talk(rig)
    await rig.switch.record_leg("c2.r2.customer", leg)
    await rig.switch.record_bridge("c2.r2.mix", "b1")
    await rig.sleep(2)
    other, told = await rig.other_controller()
    assert await rig.wait_for(lambda: other.is_up)
    for name in ("c2.r2.customer", "c2.r2.mix"):
        await other.stop_recording(name)
    ends = lambda: {one.recording: one for one in told if isinstance(one, RecordEnded)}  # noqa: E731
    assert await rig.wait_for(lambda: len(ends()) == 2)
    assert voices(ends()["c2.r2.customer"].path, caller, agent) == [True, False]
    assert voices(ends()["c2.r2.mix"].path, caller, agent) == [True, True]


async def test_what_a_switch_had_written_when_it_failed_is_had_as_far_as_it_goes(rig: Rig) -> None:
    leg, _caller, _agent = await a_talk(rig)
    await rig.switch.record_leg("c3.r3.customer", leg)
    await rig.sleep(4)
    await rig.dies()
    await rig.until(Up, limit_s=20, restarted=True)
    assert "c3.r3.customer" in await rig.switch.spooled()
    await rig.switch.stop_recording("c3.r3.customer")
    ended = await rig.until(RecordEnded, recording="c3.r3.customer")
    assert ended.why == "switch_lost"
    assert ended.path is not None
    assert ended.duration_ms == pytest.approx(3000, abs=1500), "but for what had not been written out"
