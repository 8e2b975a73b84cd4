"""Whatever the centre asks and the parties do, in any order: the exchange in memory stays in order."""

import asyncio
import random
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from jietong.channels import switch as t
from jietong.channels.memory.exchange import Exchange
from jietong.channels.memory.party import Behaviour
from jietong.channels.memory.switch import MemorySwitch
from jietong.channels.memory.time import VirtualTime
from jietong.channels.switch import Address, Extension, Media, Plant, Trunk
from jietong.core.clock import ManualClock
from jietong.core.errors import Refused, Unavailable

PLANT = Plant(
    (Trunk("t1", "ip", "192.0.2.1", 5060, "udp", "", "", ("192.0.2.1",), 30, ("alaw",)),),
    tuple(Extension(id, "phone", "password") for id in ("801", "802", "803")),
)
CENTRE = ("answer", "hang_up", "originate", "play", "stop", "music", "mute", "bridge", "unbridge", "record",
          "message", "pause", "end", "snoop", "release", "mark")  # fmt: skip
PARTIES = ("call", "party_up", "party_gone", "press", "hold", "silent", "refer", "lose", "register")
FAULTS = ("cut", "mend", "restart", "disk", "refuse", "trunk")


class History:
    def __init__(self, seed: int, folder: Path) -> None:
        self.dice = random.Random(seed)
        self.time = VirtualTime(ManualClock())
        self.exchange = Exchange(self.time, spool=folder)
        self.switch = MemorySwitch(self.exchange)
        self.told: list[t.Tell] = []
        self.switch.subscribe(self.told.append)
        self.count = 0

    def name(self) -> str:
        self.count += 1
        return f"x{self.count}"

    def leg(self) -> str:
        return self.dice.choice([*self.exchange.legs, "gone"])

    async def step(self, what: str) -> None:
        dice, switch, exchange = self.dice, self.switch, self.exchange
        legs = list(exchange.legs)
        lines = [leg.line for leg in exchange.legs.values() if leg.line is not None]
        line = dice.choice(lines) if lines else None
        tapes = [*exchange.recorder.tapes, "none"]
        match what:
            case "answer":
                await switch.answer(self.leg())
            case "hang_up":
                await switch.hang_up(self.leg(), dice.choice(["normal", "busy"]))
            case "originate":
                to = dice.choice(
                    [Address(extension="801"), Address(extension="802"), Address(number="1", trunk="t1")]
                )
                await switch.originate(self.name(), to, caller_id="1", timeout_s=5, auto_answer=dice.random() < 0.3)
            case "play":
                await switch.play(self.leg(), self.name(), [Media("a"), Media(dice.choice(["b", "/none", "tone:x"]))])
            case "stop":
                await switch.stop_playing(f"x{dice.randint(1, self.count + 1)}")
            case "music":
                await (switch.start_music if dice.random() < 0.6 else switch.stop_music)(self.leg())
            case "mute":
                await switch.mute(self.leg(), dice.random() < 0.5)
            case "bridge":
                await switch.bridge(f"b{dice.randint(1, 3)}", dice.sample(legs, min(len(legs), dice.randint(1, 4))))
            case "unbridge":
                await switch.unbridge(f"b{dice.randint(1, 3)}")
            case "record":
                if dice.random() < 0.5:
                    await switch.record_leg(self.name(), self.leg())
                else:
                    await switch.record_bridge(self.name(), f"b{dice.randint(1, 3)}")
            case "message":
                await switch.record_message(self.name(), self.leg(), max_s=4, silence_s=2)
            case "pause":
                await switch.pause_recording(dice.choice(tapes), dice.random() < 0.5)
            case "end":
                await switch.stop_recording(dice.choice(tapes))
            case "snoop":
                hears, speaks = dice.choice(["in", "out", "both", "none"]), dice.choice(["out", "none"])
                await switch.snoop(self.name(), self.leg(), hears=hears, speaks=speaks)
            case "release":
                await switch.release(self.leg(), "1")
            case "mark":
                await switch.mark(self.leg(), {"contact": "c"})
            case "call":
                exchange.call("4001", trunk="t1")
            case "lose" | "register":
                getattr(exchange.telephones[dice.choice(["801", "802"])], what)()
            case "cut" | "mend":
                getattr(switch, what)()
            case "restart":
                exchange.restart(after_s=1)
            case "disk":
                exchange.recorder.disk_full = not exchange.recorder.disk_full
            case "refuse":
                exchange.recorder.refuses = not exchange.recorder.refuses
            case "trunk":
                exchange.trunk_fails("t1") if dice.random() < 0.5 else exchange.trunk_recovers("t1")
            case _ if line is not None:
                acts = {
                    "party_up": line.answer,
                    "party_gone": line.hang_up,
                    "press": lambda: line.press("1#"),
                    "hold": dice.choice([line.hold, line.unhold]),
                    "silent": lambda: line.speak(dice.random() < 0.5),
                    "refer": lambda: line.refer("802"),
                }
                acts[what]()

    def check(self) -> None:
        exchange = self.exchange
        for id, leg in exchange.legs.items():
            assert leg.id == id
            assert not leg.gone
            assert leg.bridge is None or (exchange.bridges.get(leg.bridge.id) is leg.bridge)
            assert (leg.bridge is None) or leg.bridge.legs.count(leg) == 1
            heard = exchange.hears(id)
            assert id not in heard
            assert heard <= set(exchange.legs)
            assert not heard or leg.up
            for other in heard:
                assert exchange.legs[other].up
                assert not exchange.legs[other].muted
                assert not exchange.legs[other].held
        for bridge in exchange.bridges.values():
            assert bridge.legs, "an empty bridge is no more"
            assert all(leg.bridge is bridge for leg in bridge.legs)
        for tape in exchange.recorder.tapes.values():
            assert not getattr(tape.source, "gone", False)
        for telephone in exchange.telephones.values():
            assert all(line.leg in exchange.legs for line in telephone.lines)
        if not exchange.running:
            assert not exchange.legs


async def live(seed: int, steps: list[str], folder: Path) -> History:
    history = History(seed, folder)
    await history.switch.start()
    await history.switch.set_up(PLANT)
    for extension in ("801", "802"):
        history.exchange.telephone(extension, Behaviour(answer_after_s=history.dice.choice([0.5, 2, None])))
    for what in steps:
        try:
            await history.step(what)
        except (Refused, Unavailable):
            pass
        history.check()
        await history.time.run(history.dice.choice([0, 0, 0.3, 2]))
        history.check()
    history.switch.mend()
    await history.time.run(5)
    for leg in tuple(history.exchange.legs):
        await history.switch.hang_up(leg)
    await history.time.run(60)
    return history


@given(
    st.integers(0, 1 << 32),
    st.lists(st.sampled_from([*CENTRE, *CENTRE, *PARTIES, *PARTIES, *PARTIES, *FAULTS]), max_size=60),
)
@settings(max_examples=60, deadline=None)
def test_whatever_happens_the_exchange_stays_in_order(seed: int, steps: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        history = asyncio.run(live(seed, ["call", "originate", *steps], Path(folder)))
        exchange, told = history.exchange, history.told
        assert not exchange.legs
        assert not exchange.bridges
        assert not exchange.recorder.tapes
        assert not any(telephone.lines for telephone in exchange.telephones.values())
        assert history.time.next_at() is None, "nothing is left to happen"
        gone = [one.leg for one in told if isinstance(one, t.LegGone)]
        assert len(gone) == len(set(gone)), "each leg goes once"
        played = [one.play for one in told if isinstance(one, t.PlayEnded)]
        assert len(played) == len(set(played))
        recorded = [one for one in told if isinstance(one, t.RecordEnded)]
        ends = {one.recording: one for one in recorded}
        for one in recorded:  # who asks to stop what has ended is told again, and the same
            assert (one.path, one.duration_ms) == (ends[one.recording].path, ends[one.recording].duration_ms)
        for one in recorded:
            assert (one.path is None) == bool(one.why)
            assert one.path is None or Path(one.path).stat().st_size > 44
        assert [one.at for one in told] == sorted(one.at for one in told)
