"""Recordings: one for each agent's talk, whole through hold and transfer, paused for card data, never just gone."""

import array
import wave
from pathlib import Path

import pytest
from calls_support import Box

from jietong.calls import recording
from jietong.core import commands as k
from jietong.core import events as e
from jietong.core.errors import Refused
from jietong.core.specs import RecordingRule

ALWAYS = RecordingRule(announce=False)


def seconds(path: Path | None) -> float:
    assert path is not None
    with wave.open(str(path)) as file:
        return float(file.getnframes() / file.getframerate())


def loud(path: Path | None, start: float, end: float) -> bool:
    assert path is not None
    with wave.open(str(path)) as file:
        rate = file.getframerate()
        file.setpos(int(start * rate))
        samples = array.array("h", file.readframes(int((end - start) * rate)))
    return max((abs(sample) for sample in samples), default=0) > 500


async def test_a_talk_gives_a_clean_track_of_each_side_and_a_mix(centre: Box) -> None:
    await centre.queue(recording=ALWAYS)
    line, contact, phone = await centre.talking()
    await centre.run(10)
    phone.line.speak(False)
    await centre.run(10)
    line.hang_up()
    await centre.run(20)
    (tape,) = centre.tapes.of(contact)
    assert (tape.agent, tape.queue, tape.rule, tape.why) == ("anna", "repair", "always", "")
    assert set(tape.tracks) == {"customer", "agent", "mix"}
    for track in tape.tracks.values():
        assert seconds(track) == pytest.approx(20, abs=0.5)
    assert loud(tape.tracks["customer"], 12, 18)
    assert not loud(tape.tracks["agent"], 12, 18), "the agent's track holds nothing of the customer"
    assert loud(tape.tracks["mix"], 12, 18)
    started = centre.of(e.RecordingStarted, contact)
    ended = centre.of(e.RecordingEnded, contact)
    assert [one.recording for one in started] == [one.recording for one in ended] == [tape.recording]
    assert ended[0].duration_ms == pytest.approx(20_000, abs=500)
    centre.sound()


async def test_the_customer_is_told_before_the_talk_and_consent_is_kept(centre: Box) -> None:
    await centre.queue(recording=RecordingRule())
    line = centre.dial_in()
    await centre.settle()
    contact = centre.contact_of(line)
    await centre.until(lambda: "录音" in (line.hears_media or ""))
    phone = await centre.agent("anna", "801")
    assert phone is not None
    await centre.until(lambda: centre.talk(line, phone))
    assert centre.of(e.RecordingStarted, contact)[0].consent == "recording-notice:1"
    line.hang_up()
    await centre.run(20)
    assert centre.tapes.of(contact)[0].consent == "recording-notice:1"
    centre.sound()


async def test_nothing_is_recorded_without_a_rule_and_shares_are_drawn_by_contact(centre: Box) -> None:
    line, contact, _ = await centre.talking()
    await centre.run(5)
    line.hang_up()
    await centre.run(20)
    assert not centre.of(e.RecordingStarted, contact)
    drawn = sum(recording.is_drawn(f"contact-{n}", 0.2) for n in range(5000))
    assert 900 < drawn < 1100
    assert all(recording.is_drawn(f"c{n}", 1.0) for n in range(100))
    assert not any(recording.is_drawn(f"c{n}", 0.0) for n in range(100))


async def test_hold_and_transfer_lose_nothing(centre: Box) -> None:
    """Wound: recording lost on transfer (mikopbx Core#1100, #1125): each agent's talk is a recording of its own."""
    await centre.queue(recording=ALWAYS)
    line, contact, _ = await centre.talking()
    await centre.run(5)
    await centre.tell(k.Hold("anna", contact))
    await centre.run(5)
    await centre.tell(k.Resume("anna", contact))
    await centre.run(5)
    other = await centre.agent("ben", "802")
    assert other is not None
    await centre.tell(k.Transfer("anna", contact, to_agent="ben"))
    await centre.until(lambda: centre.talk(line, other))
    await centre.run(10)
    line.hang_up()
    await centre.run(20)
    first, second = centre.tapes.of(contact)
    assert (first.agent, second.agent) == ("anna", "ben")
    assert seconds(first.tracks["agent"]) == pytest.approx(15, abs=1)
    assert seconds(first.tracks["mix"]) == pytest.approx(15, abs=1), "hold does not end the mix"
    assert seconds(second.tracks["mix"]) == pytest.approx(10, abs=1)
    centre.sound()


async def test_a_consultation_and_a_three_way_talk_go_on_in_the_same_recording(centre: Box) -> None:
    await centre.queue(recording=ALWAYS)
    line, contact, _ = await centre.talking()
    other = await centre.agent("ben", "802")
    assert other is not None
    await centre.tell(k.Consult("anna", contact, "ben"))
    await centre.run(8)
    await centre.tell(k.MergeConsult("anna", contact))
    await centre.run(5)
    await centre.tell(k.CompleteConsult("anna", contact))
    await centre.run(5)
    line.hang_up()
    await centre.run(20)
    first, second = centre.tapes.of(contact)
    assert seconds(first.tracks["mix"]) == pytest.approx(13, abs=1)
    assert (first.agent, second.agent) == ("anna", "ben")
    centre.sound()


async def test_card_data_is_a_gap_and_the_watchdog_ends_a_forgotten_pause(centre: Box) -> None:
    await centre.queue(recording=RecordingRule(announce=False, max_pause_s=30))
    line, contact, _ = await centre.talking()
    call = centre.calls.calls[contact]
    await centre.run(5)
    await recording.pause(call, "anna")
    await centre.run(5)
    await recording.resume(call, "anna")
    await centre.run(5)
    await recording.pause(call, "anna")
    await centre.run(40)
    line.hang_up()
    await centre.run(20)
    (tape,) = centre.tapes.of(contact)
    assert [round(gap.end - gap.start, -3) for gap in tape.gaps] == [5_000, 30_000]
    assert not loud(tape.tracks["mix"], 6, 9)
    assert loud(tape.tracks["mix"], 11, 14)
    assert not loud(tape.tracks["customer"], 20, 40)
    assert loud(tape.tracks["customer"], 47, 54)
    assert [one.by for one in centre.of(e.RecordingPaused, contact)] == ["anna", "anna"]
    assert [one.by for one in centre.of(e.RecordingResumed, contact)] == ["anna", None]
    centre.sound()


async def test_pausing_what_is_not_recorded_is_refused(centre: Box) -> None:
    line, contact, _ = await centre.talking()
    with pytest.raises(Refused):
        await recording.pause(centre.calls.calls[contact], "anna")
    line.hang_up()
    await centre.run(20)


@pytest.mark.parametrize("fault", ["refuses", "disk_full"])
async def test_what_cannot_be_recorded_is_told_of_and_the_call_goes_on(centre: Box, fault: str) -> None:
    """Disk full: calls go on, and the missing recording is handed over as missing, never silence."""
    await centre.queue(recording=ALWAYS)
    setattr(centre.exchange.recorder, fault, True)
    line, contact, phone = await centre.talking()
    await centre.run(5)
    assert centre.talk(line, phone)
    line.hang_up()
    await centre.run(30)
    (tape,) = centre.tapes.of(contact)
    assert not any(tape.tracks.values())
    assert tape.why == {"refuses": "switch_refused", "disk_full": "disk_full"}[fault]
    centre.sound()
