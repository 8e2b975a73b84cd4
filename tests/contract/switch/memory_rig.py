"""The contract's rig around the switch in memory: virtual time."""

from collections.abc import Callable
from pathlib import Path

from switch_rig import TRUNK, Party, Phone, Rig

from jietong.channels.memory.exchange import Exchange
from jietong.channels.memory.party import Behaviour, Line, Telephone
from jietong.channels.memory.switch import MemorySwitch
from jietong.channels.memory.time import VirtualTime
from jietong.channels.switch import Switch, Tell
from jietong.core.clock import ManualClock


class MemoryParty(Party):
    def __init__(self, rig: "MemoryRig", line: Line) -> None:
        self.rig = rig
        self.line = line
        self.hertz = line.voice_hz

    async def answer(self) -> None:
        self.line.answer()

    async def reject(self, cause: str) -> None:
        self.line.reject(cause)

    async def hang_up(self) -> None:
        self.line.hang_up()

    async def press(self, digits: str) -> None:
        self.line.press(digits)

    async def hold(self, held: bool) -> None:
        if held:
            self.line.hold()
        else:
            self.line.unhold()

    async def refer(self, number: str) -> None:
        self.line.refer(number)

    async def refer_attended(self, other: Party) -> None:
        assert isinstance(other, MemoryParty)
        self.line.refer_attended(other.line)

    async def digits(self, expected: str) -> None:
        assert await self.rig.wait_for(lambda: self.line.digits == expected), self.line.digits

    async def gone(self) -> str:
        assert await self.rig.wait_for(lambda: self.line.ended is not None)
        return str(self.line.ended)


class MemoryPhone(Phone):
    def __init__(self, rig: "MemoryRig", extension: str, telephone: Telephone | None) -> None:
        self.rig = rig
        self.extension = extension
        self.telephone = telephone
        self._taken = 0

    async def rung(self) -> Party:
        if self.telephone is not None:
            telephone = self.telephone
            assert await self.rig.wait_for(lambda: telephone.lines)
            return MemoryParty(self.rig, telephone.line)
        rung = self.rig.exchange.rung
        assert await self.rig.wait_for(lambda: any(rung.values()))
        return MemoryParty(self.rig, [line for lines in rung.values() for line in lines][-1])

    async def dials(self, number: str) -> Party:
        assert self.telephone is not None
        return MemoryParty(self.rig, self.telephone.dial(number))

    async def leaves(self) -> None:
        assert self.telephone is not None
        self.telephone.lose()

    def shown(self) -> tuple[str, str]:
        lines = (
            self.telephone.lines
            if self.telephone
            else [one for all in self.rig.exchange.rung.values() for one in all]
        )
        return lines[-1].caller_id, lines[-1].caller_name


class MemoryRig(Rig):
    def __init__(self, folder: Path) -> None:
        self.time = VirtualTime(ManualClock())
        self.exchange = Exchange(self.time, spool=folder)
        self.exchange.elsewhere = Behaviour(answer_after_s=None)
        self.told: list[Tell] = []
        self._switch = MemorySwitch(self.exchange)
        self._switch.subscribe(self.told.append)
        self.switch: Switch = self._switch
        self.others: list[MemorySwitch] = []

    async def start(self) -> None:
        await self.switch.start()
        await self.time.settle()
        await self.switch.set_up(self.plant._replace(trunks=(TRUNK,)))

    async def close(self) -> None:
        for switch in (self._switch, *self.others):
            await switch.stop()

    async def telephone(self, extension: str) -> Phone:
        return MemoryPhone(self, extension, self.exchange.telephone(extension, Behaviour(answer_after_s=None)))

    async def calls_in(self, number: str, caller: str | None = "13800006612") -> Party:
        return MemoryParty(self, self.exchange.call(number, caller=caller, trunk="main"))

    async def outside(self) -> Phone:
        return MemoryPhone(self, "", None)

    async def sleep(self, seconds: float) -> None:
        await self.time.run(seconds)

    async def wait_for(self, ready: Callable[[], object], limit_s: float = 10.0) -> bool:
        return await self.time.run_until(ready, limit_s)

    async def hears(self, who: Party, whom: Party) -> bool:
        assert isinstance(who, MemoryParty)
        assert isinstance(whom, MemoryParty)
        return whom.line.leg in self.exchange.hears(who.line.leg)

    async def hears_music(self, who: Party) -> bool:
        assert isinstance(who, MemoryParty)
        return (self.exchange.hears_media(who.line.leg) or "").startswith("music:")

    async def dies(self) -> None:
        self.exchange.restart()

    async def other_controller(self) -> tuple[Switch, list[Tell]]:
        await self.switch.stop()
        other = MemorySwitch(self.exchange)
        told: list[Tell] = []
        other.subscribe(told.append)
        await other.start()
        self.others.append(other)
        return other, told

    async def knocks(self, extension: str, password: str) -> None:
        for _ in range(6):
            self.exchange.try_password(extension, password, "203.0.113.9")
