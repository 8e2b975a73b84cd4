"""The contract of a telephone switch: legs."""

import pytest
from switch_rig import Rig, sound_file

from jietong.channels.switch import (
    Address,
    Digit,
    HoldPressed,
    LegAnswered,
    LegArrived,
    LegGone,
    LegRinging,
    Media,
    PlayEnded,
    Quality,
    TransferPressed,
)
from jietong.core.errors import Invalid, Refused


async def test_a_caller_arrives_with_what_was_dialled_and_who_calls_A7(rig: Rig) -> None:
    leg, _ = await rig.arrives("4008001234", "13800006612")
    arrived = await rig.until(LegArrived, leg=leg)
    assert (arrived.number, arrived.caller, arrived.trunk) == ("4008001234", "13800006612", "main")
    assert arrived.extension is None
    assert arrived.codec == "alaw"


async def test_a_withheld_number_is_none(rig: Rig) -> None:
    leg, _ = await rig.arrives(caller=None)
    assert (await rig.until(LegArrived, leg=leg)).caller is None


async def test_a_leg_rings_until_it_is_answered_and_is_not_answered_by_itself(rig: Rig) -> None:
    leg, _ = await rig.arrives()
    await rig.switch.ring(leg)
    await rig.sleep(0.3)
    assert [one.answered for one in (await rig.switch.scene()).legs] == [False]
    await rig.switch.answer(leg)
    assert [one.answered for one in (await rig.switch.scene()).legs] == [True]
    assert not rig.all(LegAnswered), "told of legs that we ring, not of those that we answer"


async def test_answering_twice_is_answering_once(rig: Rig) -> None:
    leg, _ = await rig.arrives()
    await rig.switch.answer(leg)
    await rig.switch.answer(leg)


async def test_hanging_up_is_told_as_ours(rig: Rig) -> None:
    leg, caller = await rig.arrives()
    await rig.switch.answer(leg)
    await rig.switch.hang_up(leg)
    gone = await rig.until(LegGone, leg=leg)
    assert (gone.cause, gone.by_us) == ("normal", True)
    await caller.gone()
    await rig.switch.hang_up(leg)  # no error where it has gone


async def test_a_caller_who_hangs_up_is_told_as_theirs(rig: Rig) -> None:
    leg, caller = await rig.arrives()
    await rig.switch.answer(leg)
    await caller.press("1")
    await rig.until(Digit, leg=leg)
    await caller.hang_up()
    gone = await rig.until(LegGone, leg=leg)
    assert (gone.cause, gone.by_us) == ("normal", False)


async def test_a_caller_who_gives_up_before_the_answer_is_gone(rig: Rig) -> None:
    leg, caller = await rig.arrives()
    await rig.switch.ring(leg)
    await caller.hang_up()
    assert not (await rig.until(LegGone, leg=leg)).by_us


@pytest.mark.parametrize("cause", ["busy", "congestion", "rejected", "no_answer"])
async def test_a_caller_can_be_refused_with_a_cause(rig: Rig, cause: str) -> None:
    """Whoever then hangs up on everybody who is left does not change it: carriers go by the cause."""
    leg, caller = await rig.arrives()
    await rig.switch.hang_up(leg, cause)
    await rig.switch.hang_up(leg)
    assert (await rig.until(LegGone, leg=leg)).by_us
    assert await caller.gone() == cause


async def test_what_is_asked_of_a_leg_that_has_gone_is_refused(rig: Rig) -> None:
    leg, caller = await rig.arrives()
    await caller.hang_up()
    await rig.until(LegGone, leg=leg)
    for ask in (
        rig.switch.answer(leg),
        rig.switch.ring(leg),
        rig.switch.play(leg, "p", [Media("tone:busy")]),
        rig.switch.start_music(leg),
        rig.switch.mute(leg, True),
        rig.switch.mark(leg, {"contact": "c"}),
        rig.switch.bridge("b", [leg]),
        rig.switch.record_leg("r", leg),
        rig.switch.snoop("s", leg, hears="both", speaks="none"),
    ):
        with pytest.raises(Refused) as refused:
            await ask
        assert refused.value.code == "no_such_leg"


async def test_digits_are_heard_in_order(rig: Rig) -> None:
    leg, caller = await rig.arrives()
    await rig.switch.answer(leg)
    await caller.press("12*0#")
    await rig.wait_for(lambda: len(rig.all(Digit, leg=leg)) == 5)
    assert "".join(one.digit for one in rig.all(Digit, leg=leg)) == "12*0#"


async def test_digits_are_sent(rig: Rig) -> None:
    phone = await rig.telephone("801")
    party = await rig.talks("agent-1", phone)
    await rig.switch.send_digits("agent-1", "42")
    await party.digits("42")


async def test_a_telephone_is_rung_and_answers(rig: Rig) -> None:
    phone = await rig.telephone("801")
    await rig.switch.originate("agent-1", Address(extension="801"), caller_id="13800006612", caller_name="Li")
    await rig.until(LegRinging, leg="agent-1")
    assert not rig.all(LegAnswered)
    party = await phone.rung()
    assert phone.shown() == ("13800006612", "Li")
    await party.answer()
    await rig.until(LegAnswered, leg="agent-1")
    (leg,) = (await rig.switch.scene()).legs
    assert (leg.leg, leg.answered, leg.extension) == ("agent-1", True, "801")


@pytest.mark.parametrize("cause", ["busy", "rejected"])
async def test_a_telephone_refuses(rig: Rig, cause: str) -> None:
    phone = await rig.telephone("801")
    await rig.switch.originate("agent-1", Address(extension="801"), caller_id="1")
    party = await phone.rung()
    await rig.until(LegRinging, leg="agent-1")
    await party.reject(cause)
    gone = await rig.until(LegGone, leg="agent-1")
    assert (gone.cause, gone.by_us) == (cause, False)
    assert not rig.all(LegAnswered)


async def test_nobody_answers_within_the_time(rig: Rig) -> None:
    await rig.telephone("801")
    await rig.switch.originate("agent-1", Address(extension="801"), caller_id="1", timeout_s=1)
    gone = await rig.until(LegGone, leg="agent-1")
    assert (gone.cause, gone.by_us) == ("no_answer", False)


async def test_a_telephone_that_is_not_there_is_unreachable(rig: Rig) -> None:
    await rig.switch.originate("agent-1", Address(extension="802"), caller_id="1")
    assert (await rig.until(LegGone, leg="agent-1")).cause == "unreachable"


async def test_an_extension_that_nobody_knows_is_unreachable(rig: Rig) -> None:
    await rig.switch.originate("agent-1", Address(extension="899"), caller_id="1")
    assert (await rig.until(LegGone, leg="agent-1")).cause == "unreachable"


async def test_ringing_is_taken_back(rig: Rig) -> None:
    phone = await rig.telephone("801")
    await rig.switch.originate("agent-1", Address(extension="801"), caller_id="1")
    party = await phone.rung()
    await rig.until(LegRinging, leg="agent-1")
    await rig.switch.hang_up("agent-1")
    assert (await rig.until(LegGone, leg="agent-1")).by_us
    await party.gone()


async def test_a_number_outside_is_rung_over_the_trunk_A10(rig: Rig) -> None:
    outside = await rig.outside()
    await rig.switch.originate(
        "out-1", Address(number="+8613900001111", trunk="main"), caller_id="4008001234", timeout_s=20
    )
    party = await outside.rung()
    assert outside.shown()[0] == "4008001234"
    await party.answer()
    await rig.until(LegAnswered, leg="out-1")
    (leg,) = (await rig.switch.scene()).legs
    assert (leg.number, leg.trunk) == ("+8613900001111", "main")
    await party.hang_up()
    assert (await rig.until(LegGone, leg="out-1")).cause == "normal"


async def test_a_busy_number_outside(rig: Rig) -> None:
    outside = await rig.outside()
    await rig.switch.originate("out-1", Address(number="13900001111", trunk="main"), caller_id="4008001234")
    await (await outside.rung()).reject("busy")
    assert (await rig.until(LegGone, leg="out-1")).cause == "busy"


async def test_a_name_is_taken_once(rig: Rig) -> None:
    await rig.telephone("801")
    await rig.switch.originate("agent-1", Address(extension="801"), caller_id="1")
    with pytest.raises(Refused):
        await rig.switch.originate("agent-1", Address(extension="801"), caller_id="1")


async def test_path_tricks_in_names_are_invalid(rig: Rig) -> None:
    leg, _ = await rig.arrives()
    await rig.switch.answer(leg)
    with pytest.raises(Invalid):
        await rig.switch.record_leg("../../etc/passwd", leg)
    with pytest.raises(Invalid):
        await rig.switch.originate("a/b", Address(extension="801"), caller_id="1")


async def test_one_of_our_telephones_dials(rig: Rig) -> None:
    phone = await rig.telephone("801")
    await phone.dials("802")
    arrived = await rig.until(LegArrived)
    assert (arrived.number, arrived.extension, arrived.trunk) == ("802", "801", None)


async def test_media_is_played_one_after_the_other_and_its_end_told_once(rig: Rig, tmp_path) -> None:
    leg, _ = await rig.arrives()
    await rig.switch.answer(leg)
    one, two = sound_file(tmp_path, 0.2), sound_file(tmp_path, 0.3)
    await rig.switch.play(leg, "p1", [Media(str(one)), Media(str(two))])
    ended = await rig.until(PlayEnded, play="p1")
    assert (ended.leg, ended.complete) == (leg, True)
    await rig.sleep(0.3)
    assert len(rig.all(PlayEnded)) == 1


async def test_playing_is_stopped(rig: Rig) -> None:
    leg, _ = await rig.arrives()
    await rig.switch.answer(leg)
    await rig.switch.play(leg, "p1", [Media("tone:busy")])
    await rig.sleep(0.2)
    assert not rig.all(PlayEnded)
    await rig.switch.stop_playing("p1")
    assert not (await rig.until(PlayEnded, play="p1")).complete
    await rig.switch.stop_playing("p1")  # no error where there is none


async def test_spoken_digits_can_be_stopped(rig: Rig) -> None:
    leg, _ = await rig.arrives()
    await rig.switch.answer(leg)
    await rig.switch.play(leg, "p1", [Media("digits:1234567890")])
    await rig.sleep(0.2)
    await rig.switch.stop_playing("p1")
    assert not (await rig.until(PlayEnded, play="p1")).complete


async def test_a_sound_that_is_missing_is_not_complete(rig: Rig) -> None:
    leg, _ = await rig.arrives()
    await rig.switch.answer(leg)
    await rig.switch.play(leg, "p1", [Media("/nowhere/no-such-sound")])
    assert not (await rig.until(PlayEnded, play="p1")).complete


async def test_playing_to_a_caller_who_hangs_up_ends_before_the_leg_does(rig: Rig) -> None:
    leg, caller = await rig.arrives()
    await rig.switch.answer(leg)
    await rig.switch.play(leg, "p1", [Media("tone:busy")])
    await caller.press("1")
    await rig.until(Digit)
    await caller.hang_up()
    await rig.until(LegGone, leg=leg)
    kinds = [type(one) for one in rig.told if type(one) in (PlayEnded, LegGone)]
    assert kinds == [PlayEnded, LegGone]
    assert not rig.all(PlayEnded)[0].complete


async def test_music_is_heard_until_it_is_stopped(rig: Rig) -> None:
    leg, caller = await rig.arrives()
    await rig.switch.answer(leg)
    await caller.press("1")
    await rig.switch.start_music(leg)
    await rig.sleep(0.7)
    assert await rig.hears_music(caller)
    await rig.switch.stop_music(leg)
    await rig.sleep(0.5)
    assert not await rig.hears_music(caller)


async def test_hold_by_the_telephones_own_key_is_told(rig: Rig) -> None:
    phone = await rig.telephone("801")
    party = await rig.talks("agent-1", phone)
    await party.hold(True)
    await rig.until(HoldPressed, leg="agent-1", held=True)
    await party.hold(False)
    await rig.until(HoldPressed, leg="agent-1", held=False)


async def test_blind_transfer_by_the_telephones_own_key_is_told_and_leaves_the_call_alone(rig: Rig) -> None:
    """REFER: no orphan channels appear, the platform decides."""
    phone = await rig.telephone("801")
    leg, _caller = await rig.arrives()
    await rig.switch.answer(leg)
    party = await rig.talks("agent-1", phone)
    await rig.switch.bridge("b1", [leg, "agent-1"])
    await party.refer("802")
    pressed = await rig.until(TransferPressed, leg="agent-1")
    assert (pressed.target, pressed.other) == ("802", None)
    await rig.sleep(0.3)
    scene = await rig.switch.scene()
    assert {one.leg for one in scene.legs} == {leg, "agent-1"}
    await rig.switch.refuse_transfer("agent-1")
    await rig.switch.refuse_transfer("agent-1")  # no error where none is pending
    assert scene.bridges[0].legs in ((leg, "agent-1"), ("agent-1", leg))


async def test_attended_transfer_by_the_telephones_own_key_names_the_other_leg(rig: Rig) -> None:
    phone = await rig.telephone("801")
    leg, _ = await rig.arrives()
    await rig.switch.answer(leg)
    party = await rig.talks("agent-1", phone)
    await rig.switch.bridge("b1", [leg, "agent-1"])
    await party.hold(True)
    await rig.until(HoldPressed, held=True)
    second = await phone.dials("802")
    arrived = await rig.until(LegArrived, extension="801")
    await rig.switch.answer(arrived.leg)
    await rig.sleep(0.3)
    await party.refer_attended(second)
    pressed = await rig.until(TransferPressed)
    assert (pressed.leg, pressed.other, pressed.target) == ("agent-1", arrived.leg, None)


async def test_a_released_leg_is_out_of_our_hands(rig: Rig) -> None:
    leg, _ = await rig.arrives()
    await rig.switch.answer(leg)
    await rig.switch.release(leg, "802")
    gone = await rig.until(LegGone, leg=leg)
    assert gone.by_us
    assert leg not in {one.leg for one in (await rig.switch.scene()).legs}


async def test_voice_quality_is_told_before_the_leg_is_gone_I1(rig: Rig) -> None:
    leg, caller = await rig.arrives()
    await rig.switch.answer(leg)
    await caller.press("1")
    await rig.sleep(0.8)
    await caller.hang_up()
    await rig.until(LegGone, leg=leg)
    (quality,) = rig.all(Quality, leg=leg, final=True)
    assert quality.packets > 20
    assert quality.loss_pct == pytest.approx(0, abs=5)
    assert quality.jitter_ms is not None
    assert quality.codec == "alaw"
    assert rig.told.index(quality) < rig.told.index(rig.all(LegGone, leg=leg)[0])
