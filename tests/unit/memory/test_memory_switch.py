"""The switch in memory: parties by script, who hears whom, recordings that can be listened to, and how it fails."""

import asyncio
import math
import wave
from array import array
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest

from jietong.channels import switch as t
from jietong.channels.memory.exchange import Exchange
from jietong.channels.memory.party import Act, Behaviour, Line, fall_silent, hang_up, press
from jietong.channels.memory.switch import MemorySwitch
from jietong.channels.memory.tape import write
from jietong.channels.memory.time import LoopTime, VirtualTime
from jietong.channels.switch import Address, Extension, Media, Plant, Switch, Trunk
from jietong.core.clock import ManualClock, SystemClock
from jietong.core.errors import Invalid, Refused, Unavailable

T = TypeVar("T", bound=t.Told)
PLANT = Plant(
    trunks=(Trunk("t1", "ip", "10.0.0.9", 5060, "udp", "", "", ("10.0.0.9",), 30, ("alaw",)),),
    extensions=(Extension("801", "softphone", "pw-801"), Extension("802", "phone", "pw-802")),
)


class Stage:
    def __init__(self, folder: Path) -> None:
        self.time = VirtualTime(ManualClock())
        self.exchange = Exchange(self.time, spool=folder)
        self.switch = MemorySwitch(self.exchange)
        self.told: list[t.Tell] = []
        self.switch.subscribe(self.told.append)

    def of(self, kind: type[T]) -> list[T]:
        return [one for one in self.told if isinstance(one, kind)]

    async def ring(self, leg: str, extension: str = "801", **more: Any) -> Line:
        await self.switch.originate(leg, Address(extension=extension), caller_id="4001", **more)
        await self.time.run(5)
        return self.exchange.telephones[extension].line

    async def inbound(self, **more: Any) -> Line:
        line = self.exchange.call("4001", caller="13800006612", trunk="t1", **more)
        await self.time.run(0)
        await self.switch.answer(line.leg)
        return line


@pytest.fixture
async def stage(tmp_path: Path) -> Stage:
    stage = Stage(tmp_path)
    await stage.switch.start()
    await stage.switch.set_up(PLANT)
    for extension in ("801", "802"):
        stage.exchange.telephone(extension, Behaviour(answer_after_s=2))
    await stage.time.run(0)
    return stage


def voices_at(path: str, second: float, among: dict[str, Line]) -> set[str]:
    """Whose tones sound in the tenth of a second from there on (Goertzel)."""
    with wave.open(path, "rb") as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 8000)
        file.setpos(round(second * 8000))
        samples = array("h", file.readframes(800))
    found = set()
    for name, line in among.items():
        turn = 2 * math.pi * line.voice_hz / 8000
        real = sum(sample * math.cos(turn * n) for n, sample in enumerate(samples))
        imaginary = sum(sample * math.sin(turn * n) for n, sample in enumerate(samples))
        if math.hypot(real, imaginary) / len(samples) > 500:
            found.add(name)
    return found


def length_s(path: str) -> float:
    with wave.open(path, "rb") as file:
        return file.getnframes() / file.getframerate()


def test_it_is_a_switch(tmp_path: Path) -> None:
    switch: Switch = MemorySwitch.alone(VirtualTime(ManualClock()), tmp_path)
    assert not switch.is_up


async def test_a_caller_hears_the_prompt_presses_a_key_and_hangs_up(stage: Stage) -> None:
    line = await stage.inbound(script=[press(1.5, "12"), hang_up(1.5)])
    await stage.switch.play(line.leg, "p1", [Media("hello"), Media("digits:123")])
    assert line.hears_media == "hello"
    await stage.time.run(2.2)
    assert line.hears_media == "digits:123"
    assert [one.digit for one in stage.of(t.Digit)] == ["1", "2"]
    await stage.time.run(1.2)
    assert [(one.play, one.complete) for one in stage.of(t.PlayEnded)] == [("p1", False)]
    assert [(one.leg, one.cause, one.by_us) for one in stage.of(t.LegGone)] == [(line.leg, "normal", False)]
    assert line.ended == "normal"
    kinds = [type(one).__name__ for one in stage.told[-3:]]
    assert kinds == ["PlayEnded", "Quality", "LegGone"], "what ended with the leg is told before its end"


async def test_plays_on_one_leg_come_one_after_the_other_and_can_be_stopped(stage: Stage) -> None:
    line = await stage.inbound()
    await stage.switch.play(line.leg, "first", [Media("one")])
    await stage.switch.play(line.leg, "second", [Media("two")])
    await stage.switch.play(line.leg, "endless", [Media("tone:busy")])
    await stage.time.run(3.9)
    assert [(one.play, one.complete) for one in stage.of(t.PlayEnded)] == [("first", True)]
    await stage.switch.stop_playing("second")
    await stage.time.run(3600)
    assert line.hears_media == "tone:busy"
    await stage.switch.stop_playing("endless")
    await stage.switch.stop_playing("endless")
    await stage.time.run(0)
    assert [(one.play, one.complete) for one in stage.of(t.PlayEnded)][1:] == [("second", False), ("endless", False)]


async def test_wound_a_sound_file_that_is_missing_is_told_and_never_taken_for_played(
    stage: Stage, tmp_path: Path
) -> None:
    line = await stage.inbound()
    write(tmp_path / "real.wav", [])
    await stage.switch.play(line.leg, "gone", [Media(str(tmp_path / "nothing"))])
    await stage.switch.play(line.leg, "there", [Media(str(tmp_path / "real"))])
    await stage.time.run(1)
    assert [(one.play, one.complete) for one in stage.of(t.PlayEnded)] == [("gone", False), ("there", True)]


@pytest.mark.parametrize(
    ("behaviour", "cause", "after_s"),
    [
        (Behaviour(rejects="busy"), "busy", 0.5),
        (Behaviour(rejects="rejected"), "rejected", 0.5),
        (Behaviour(answer_after_s=None), "no_answer", 20),
    ],
)
async def test_a_telephone_that_does_not_take_the_call(
    stage: Stage, behaviour: Behaviour, cause: str, after_s: float
) -> None:
    stage.exchange.telephones["801"].behaviour = behaviour
    await stage.switch.originate("a1", Address(extension="801"), caller_id="4001", timeout_s=20)
    await stage.time.run(after_s)
    assert [(one.leg, one.cause) for one in stage.of(t.LegGone)] == [("a1", cause)]
    assert not stage.of(t.LegAnswered)


async def test_a_telephone_rings_and_answers_and_knows_who_calls(stage: Stage) -> None:
    line = await stage.ring("a1", caller_name="王", marks={"contact": "c1"})
    assert (line.caller_id, line.caller_name) == ("4001", "王")
    assert [type(one).__name__ for one in stage.told[-2:]] == ["LegRinging", "LegAnswered"]
    assert stage.told[-1].at - stage.told[-2].at == 2000
    assert (await stage.switch.scene()).legs[0].marks == {"contact": "c1"}


async def test_auto_answer_is_taken_at_once_even_by_one_who_never_answers(stage: Stage) -> None:
    stage.exchange.telephones["801"].behaviour = Behaviour(answer_after_s=None)
    await stage.switch.originate("a1", Address(extension="801"), caller_id="4001", auto_answer=True)
    await stage.time.run(0.2)
    assert [one.leg for one in stage.of(t.LegAnswered)] == ["a1"]


async def test_an_unregistered_telephone_an_unknown_extension_and_a_dead_trunk_are_unreachable(stage: Stage) -> None:
    stage.exchange.telephones["801"].lose()
    stage.exchange.trunk_fails("t1")
    for leg, to in (
        ("a1", Address(extension="801")),
        ("a2", Address(extension="999")),
        ("a3", Address(number="13800006612", trunk="t1")),
        ("a4", Address(number="13800006612", trunk="nowhere")),
    ):
        await stage.switch.originate(leg, to, caller_id="4001")
    await stage.time.run(1)
    assert {one.leg: one.cause for one in stage.of(t.LegGone)} == dict.fromkeys(
        ["a1", "a2", "a3", "a4"], "unreachable"
    )
    assert [(one.extension, one.reachable) for one in stage.of(t.DeviceState)][-1] == ("801", False)
    assert [(one.trunk, one.up) for one in stage.of(t.TrunkStatus)] == [("t1", True), ("t1", False)]


async def test_numbers_outside_behave_as_they_were_told_and_others_answer(stage: Stage) -> None:
    stage.exchange.outside["13900000001"] = Behaviour(rejects="busy")
    for leg, number in (("o1", "13900000001"), ("o2", "13900000002")):
        await stage.switch.originate(leg, Address(number=number, trunk="t1"), caller_id="4001")
    await stage.time.run(5)
    assert [one.leg for one in stage.of(t.LegAnswered)] == ["o2"]
    assert [(one.leg, one.cause) for one in stage.of(t.LegGone)] == [("o1", "busy")]
    assert stage.exchange.rung["13900000002"][0].caller_id == "4001"


async def test_what_we_hang_up_is_told_as_ours_and_hanging_up_twice_is_no_error(stage: Stage) -> None:
    line = stage.exchange.call("4001", caller=None, trunk="t1")
    await stage.switch.ring(line.leg)
    assert line.rings_back
    await stage.switch.hang_up(line.leg, "busy")
    await stage.switch.hang_up(line.leg, "busy")
    await stage.time.run(0)
    assert [(one.leg, one.cause, one.by_us) for one in stage.of(t.LegGone)] == [(line.leg, "busy", True)]
    assert line.ended == "busy"
    assert not stage.of(t.Quality), "a leg that never was up has no quality"
    with pytest.raises(Refused) as refused:
        await stage.switch.answer(line.leg)
    assert refused.value.code == "no_such_leg"


async def test_nothing_is_told_within_a_call_of_ours(stage: Stage) -> None:
    line = await stage.inbound()
    before = len(stage.told)
    await stage.switch.hang_up(line.leg)
    assert len(stage.told) == before
    await stage.time.run(0)
    assert len(stage.told) > before


async def bridged(stage: Stage) -> tuple[Line, Line]:
    customer = await stage.inbound()
    agent = await stage.ring("a1")
    await stage.switch.bridge("b1", [customer.leg, agent.leg])
    return customer, agent


async def test_a_bridge_lets_its_members_hear_each_other_and_nobody_else(stage: Stage) -> None:
    customer, agent = await bridged(stage)
    other = await stage.inbound()
    assert customer.hears == {agent.leg}
    assert agent.hears == {customer.leg}
    assert other.hears == set()


async def test_mute_hold_music_and_a_prompt_are_heard_as_they_should(stage: Stage) -> None:
    customer, agent = await bridged(stage)
    await stage.switch.mute(agent.leg, True)
    assert customer.hears == set()
    assert agent.hears == {customer.leg}
    await stage.switch.mute(agent.leg, False)
    agent.hold()
    await stage.time.run(0)
    assert [one.held for one in stage.of(t.HoldPressed)] == [True]
    assert customer.hears == agent.hears == set()
    agent.unhold()
    await stage.switch.play(agent.leg, "p", [Media("beep")])
    assert agent.hears == customer.hears == set()
    await stage.time.run(3)
    assert agent.hears == {customer.leg}
    await stage.switch.bridge("b1", [agent.leg])
    await stage.switch.start_music(customer.leg)
    assert customer.hears_media == "music:default"
    assert agent.hears == set()
    await stage.switch.bridge("b1", [agent.leg, customer.leg])
    assert customer.hears_media is None, "a bridge ends the music"
    assert customer.hears == {agent.leg}


async def test_supervision_is_heard_by_the_right_ears_only(stage: Stage) -> None:
    customer, agent = await bridged(stage)
    supervisor = await stage.ring("s1", "802")
    await stage.switch.snoop("n1", agent.leg, hears="both", speaks="none")
    await stage.switch.bridge("b2", ["n1", supervisor.leg])
    assert supervisor.hears == {agent.leg, customer.leg}
    assert customer.hears == {agent.leg}
    assert agent.hears == {customer.leg}
    await stage.switch.snoop("n2", agent.leg, hears="both", speaks="out")  # whisper
    await stage.switch.bridge("b2", ["n2", supervisor.leg])
    assert supervisor.hears == {agent.leg, customer.leg}
    assert agent.hears == {customer.leg, supervisor.leg}
    assert customer.hears == {agent.leg}
    await stage.switch.bridge("b1", [customer.leg, agent.leg, supervisor.leg])  # barge
    assert customer.hears == {agent.leg, supervisor.leg}
    agent.hang_up()
    await stage.time.run(0)
    assert {one.leg for one in stage.of(t.LegGone)} == {"n1", "n2", "a1"}
    assert customer.hears == {supervisor.leg}


async def test_one_side_only_can_be_spied_on(stage: Stage) -> None:
    customer, agent = await bridged(stage)
    ear = await stage.ring("s1", "802")
    for hears, expected in (("in", {agent.leg}), ("out", {customer.leg}), ("none", set())):
        await stage.switch.snoop(f"n-{hears}", agent.leg, hears=hears, speaks="none")
        await stage.switch.bridge("b2", [f"n-{hears}", ear.leg])
        assert ear.hears == expected


async def test_an_empty_bridge_is_no_more(stage: Stage) -> None:
    customer, agent = await bridged(stage)
    await stage.switch.bridge("b2", [customer.leg, agent.leg])
    assert [one.bridge for one in (await stage.switch.scene()).bridges] == ["b2"]
    await stage.switch.unbridge("b2")
    await stage.switch.unbridge("b2")
    assert (await stage.switch.scene()).bridges == ()
    assert customer.hears == set()
    assert {one.leg for one in (await stage.switch.scene()).legs} == {customer.leg, agent.leg}, "members stay up"


async def test_recordings_have_each_sides_own_voice_the_mix_and_the_gap(stage: Stage) -> None:
    customer, agent = await bridged(stage)
    who = {"customer": customer, "agent": agent}
    await stage.switch.record_leg("r-customer", customer.leg)
    await stage.switch.record_leg("r-agent", agent.leg)
    await stage.switch.record_bridge("r-mix", "b1")
    await stage.time.run(4)
    await stage.switch.mute(agent.leg, True)
    await stage.time.run(4)
    await stage.switch.mute(agent.leg, False)
    await stage.switch.pause_recording("r-mix", True)
    await stage.time.run(4)
    await stage.switch.pause_recording("r-mix", False)
    await stage.time.run(4)
    assert set((await stage.switch.scene()).recordings) == {"r-customer", "r-agent", "r-mix"}
    await stage.switch.stop_recording("r-agent")
    customer.hang_up()
    await stage.time.run(0)
    agent.hang_up()
    await stage.time.run(0)
    ended = {one.recording: one for one in stage.of(t.RecordEnded)}
    for one in ended.values():
        assert one.path is not None
        assert length_s(one.path) == one.duration_ms / 1000 == 16
    heard = {name: [voices_at(str(one.path), second, who) for second in (1, 5, 9, 13)] for name, one in ended.items()}
    both = {"customer", "agent"}
    assert heard == {
        "r-customer": [{"customer"}] * 4,
        "r-agent": [{"agent"}, set(), {"agent"}, {"agent"}],
        "r-mix": [both, {"customer"}, set(), both],
    }


@pytest.mark.parametrize(
    ("script", "length"),
    [
        ([fall_silent(6)], 5.6 + 3),
        ([press(6, "1#")], 5.6),
        ([hang_up(6)], 5.6),
        ([], 30.0),
    ],
    ids=["silence", "key", "hang-up", "limit"],
)
async def test_a_message_ends_by_silence_key_hang_up_or_its_limit(
    stage: Stage, script: list[Act], length: float
) -> None:
    line = await stage.inbound(script=script)
    await stage.switch.record_message("m1", line.leg, max_s=30, silence_s=3, end="#")
    await stage.time.run(60)
    (ended,) = stage.of(t.RecordEnded)
    assert ended.duration_ms == pytest.approx(length * 1000, abs=1)
    assert ended.path is not None
    assert length_s(ended.path) == pytest.approx(length, abs=0.02)


async def test_a_message_of_one_who_hangs_up_at_the_beep_is_empty(stage: Stage) -> None:
    line = await stage.inbound(script=[hang_up(0.2)])
    await stage.switch.record_message("m1", line.leg, max_s=30, silence_s=3)
    await stage.time.run(1)
    assert [(one.path, one.why) for one in stage.of(t.RecordEnded)] == [(None, "empty")]


async def test_wound_a_recording_that_cannot_be_made_is_told(stage: Stage, tmp_path: Path) -> None:
    line = await stage.inbound()
    await stage.switch.record_leg("full", line.leg)
    await stage.time.run(2)
    stage.exchange.recorder.disk_full = True
    await stage.switch.stop_recording("full")
    stage.exchange.recorder.refuses = True
    await stage.switch.record_leg("refused", line.leg)
    await stage.time.run(0)
    assert [(one.recording, one.path, one.why) for one in stage.of(t.RecordEnded)] == [
        ("full", None, "disk_full"),
        ("refused", None, "switch_refused"),
    ]
    assert line.answered, "the call goes on"
    assert not list(tmp_path.glob("*.wav"))


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "a/b", "x" * 200, ".hidden", "a\0b"])
async def test_names_that_could_leave_the_spool_are_refused(stage: Stage, name: str) -> None:
    line = await stage.inbound()
    with pytest.raises(Invalid):
        await stage.switch.record_leg(name, line.leg)


async def test_a_telephone_transfers_by_its_own_key(stage: Stage) -> None:
    customer, agent = await bridged(stage)
    phone = stage.exchange.telephones["801"]
    agent.refer("802")
    second = phone.dial("802")
    await stage.time.run(0)
    agent.refer_attended(second)
    await stage.time.run(0)
    assert [(one.leg, one.target, one.other) for one in stage.of(t.TransferPressed)] == [
        ("a1", "802", None),
        ("a1", None, second.leg),
    ]
    arrived = stage.of(t.LegArrived)[-1]
    assert (arrived.extension, arrived.number) == ("801", "802")
    assert customer.answered


async def test_a_leg_that_is_released_is_out_of_our_hands(stage: Stage) -> None:
    line = await stage.inbound()
    await stage.switch.release(line.leg, "999")
    assert line.released_to == "999"
    with pytest.raises(Refused):
        await stage.switch.play(line.leg, "p", [Media("x")])


async def test_digits_are_sent_to_the_party(stage: Stage) -> None:
    line = await stage.inbound()
    await stage.switch.send_digits(line.leg, "12#")
    assert line.digits == "12#"


async def test_a_cut_connection_lets_the_calls_go_on_and_they_are_found_again(stage: Stage) -> None:
    customer, agent = await bridged(stage)
    stage.switch.cut()
    with pytest.raises(Unavailable) as gone:
        await stage.switch.hang_up(customer.leg)
    assert gone.value.code == "switch_gone"
    assert customer.hears == {agent.leg}
    agent.hang_up()
    stage.switch.mend()
    await stage.time.run(0)
    assert [type(one).__name__ for one in stage.told[-2:]] == ["Down", "Up"], "what happened meanwhile is not told"
    assert stage.of(t.Up)[-1].restarted is False
    assert [one.leg for one in (await stage.switch.scene()).legs] == [customer.leg]


async def test_a_switch_that_restarts_has_lost_all_and_says_so(stage: Stage) -> None:
    customer, agent = await bridged(stage)
    await stage.switch.record_bridge("r1", "b1")
    stage.exchange.restart(after_s=2)
    assert not stage.switch.is_up
    assert (customer.ended, agent.ended) == ("lost", "lost")
    await stage.time.run(1.9)
    assert stage.exchange.call("4001").ended == "unreachable"
    await stage.time.run(0.2)
    assert stage.switch.is_up
    assert stage.of(t.Up)[-1].restarted
    assert await stage.switch.scene() == t.Scene((), (), (), frozenset(), {"t1": True})
    await stage.time.run(2)
    assert (await stage.switch.scene()).devices == {"801", "802"}, "telephones come back by themselves"


async def test_a_new_controller_finds_the_calls_of_the_one_before(stage: Stage) -> None:
    customer, agent = await bridged(stage)
    await stage.switch.mark(customer.leg, {"contact": "c1"})
    await stage.switch.stop()
    again = MemorySwitch(stage.exchange)
    told: list[t.Tell] = []
    again.subscribe(told.append)
    await again.start()
    await stage.time.run(0)
    assert [type(one).__name__ for one in told] == ["Up"]
    scene = await again.scene()
    assert {one.leg: one.marks for one in scene.legs} == {customer.leg: {"contact": "c1"}, agent.leg: {}}
    assert [set(one.legs) for one in scene.bridges] == [{customer.leg, agent.leg}]


async def test_wrong_passwords_are_told_and_the_address_is_shut_out(stage: Stage) -> None:
    assert stage.exchange.try_password("801", "pw-801", "10.0.0.5")
    for _ in range(8):
        assert not stage.exchange.try_password("801", "1234", "203.0.113.9")
    await stage.time.run(0)
    assert [one.locked for one in stage.of(t.Intrusion)] == [False] * 4 + [True]
    assert not stage.exchange.try_password("801", "pw-801", "203.0.113.9"), "shut out, even with the right one"


async def test_extensions_that_are_taken_away_are_registered_no_more_and_calls_go_on(stage: Stage) -> None:
    line = await stage.ring("a1")
    await stage.switch.set_up(Plant())
    await stage.time.run(0)
    assert (await stage.switch.scene()).devices == frozenset()
    assert line.answered


async def test_two_hundred_calls_in_a_second_are_all_told(stage: Stage) -> None:
    for n in range(200):
        stage.time.call_at(stage.time.now() + 5 * n, lambda: stage.exchange.call("4001", trunk="t1"))
    await stage.time.run(1)
    assert len(stage.of(t.LegArrived)) == len(stage.exchange.legs) == 200


async def test_a_listener_that_fails_keeps_nobody_else_from_hearing(stage: Stage) -> None:
    def fails(told: t.Tell) -> None:
        raise RuntimeError

    stage.switch.subscribe(fails)
    heard: list[t.Tell] = []
    stage.switch.subscribe(heard.append)
    stage.exchange.call("4001")
    await stage.time.run(0)
    assert len(heard) == 1


async def test_it_runs_on_the_event_loops_time_too(tmp_path: Path) -> None:
    clock = SystemClock()
    exchange = Exchange(LoopTime(clock), spool=tmp_path)
    switch = MemorySwitch(exchange)
    answered: list[t.Tell] = []
    switch.subscribe(answered.append)
    await switch.start()
    await switch.set_up(PLANT)
    exchange.telephone("801", Behaviour(answer_after_s=0.05, ring_after_s=0))
    await switch.originate("a1", Address(extension="801"), caller_id="4001")
    time = LoopTime(clock)

    async def until(ready: Callable[[], object]) -> None:
        end = time.now() + 10_000
        while not ready():
            assert time.now() < end
            await asyncio.sleep(0.01)

    await until(lambda: any(isinstance(one, t.LegAnswered) for one in answered))


async def test_virtual_time_wakes_sleepers_in_order() -> None:
    time = VirtualTime(ManualClock(0))
    woken: list[tuple[str, int]] = []

    async def sleeper(name: str, seconds: float) -> None:
        await time.sleep(seconds)
        woken.append((name, time.now()))

    tasks = [asyncio.create_task(sleeper("b", 2)), asyncio.create_task(sleeper("a", 1))]
    assert not await time.run_until(lambda: len(woken) == 2, limit_s=1.5)
    assert await time.run_until(lambda: len(woken) == 2)
    assert woken == [("a", 1000), ("b", 2000)]
    assert time.now() == 2000
    await asyncio.gather(*tasks)
