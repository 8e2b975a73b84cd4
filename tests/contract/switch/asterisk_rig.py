"""The contract's rig around a real Asterisk: SIP telephones, real time, tones."""

import asyncio
import contextlib
import itertools
import re
from collections.abc import Callable
from pathlib import Path

import tones
from asterisk_switch import OwnAsterisk
from switch_rig import TRUNK, Party, Phone, Rig
from telephone import Telephone

from jietong.channels.asterisk.switch import AsteriskSwitch
from jietong.channels.switch import Switch, Tell

_LISTEN_S = 0.7
_voices = itertools.cycle(range(425, 2400, 85))  # no tone is another's harmonic within the band
_lines = itertools.count(20)
_TOLD = {486: "busy", 503: "congestion", 603: "rejected", 403: "rejected", 480: "no_answer"}


class SipParty(Party):
    def __init__(self, telephone: Telephone, call: int) -> None:
        self.telephone = telephone
        self.call = call
        self.hertz = telephone.tone or 0.0

    async def answer(self) -> None:
        await self.telephone.order(do="answer", call=self.call)
        await self.telephone.talking(self.call)

    async def reject(self, cause: str) -> None:
        await self.telephone.order(do="hang_up", call=self.call, code={"busy": 486, "rejected": 603}[cause])

    async def hang_up(self) -> None:
        await self.telephone.order(do="hang_up", call=self.call)

    async def press(self, digits: str) -> None:
        await self.telephone.talking(self.call)
        await self.telephone.press(digits, self.call)

    async def hold(self, held: bool) -> None:
        await self.telephone.order(do="hold" if held else "resume", call=self.call)

    async def refer(self, number: str) -> None:
        await self.telephone.order(do="refer", uri=f"sip:{number}@{self.telephone.server}", call=self.call)

    async def refer_attended(self, other: Party) -> None:
        assert isinstance(other, SipParty)
        await self.telephone.order(do="attended", call=self.call, to=other.call)

    async def digits(self, expected: str) -> None:
        await self.telephone.until("digit", count=len(expected), call=self.call)
        pressed = [one["digit"] for one in self.telephone.events if one["event"] == "digit"]
        assert "".join(pressed) == expected

    async def gone(self) -> str:
        code = (await self.telephone.gone(self.call))["code"]
        return _TOLD.get(code, "normal" if code < 300 else f"{code}")


class SipPhone(Phone):
    def __init__(self, telephone: Telephone, extension: str) -> None:
        self.telephone = telephone
        self.extension = extension
        self._calls = 0

    async def rung(self) -> Party:
        self._calls += 1
        await self.telephone.until("incoming", call=self._calls)
        return SipParty(self.telephone, self._calls)

    async def dials(self, number: str) -> Party:
        self._calls += 1
        await self.telephone.dial(number)
        return SipParty(self.telephone, self._calls)

    async def leaves(self) -> None:
        await self.telephone.order(do="unregister")

    def shown(self) -> tuple[str, str]:
        message = [one["message"] for one in self.telephone.events if one["event"] == "incoming"][-1]
        found = re.search(r'^From: (?:"([^"]*)" ?)?<sip:([^@>;]*)', message, re.MULTILINE)
        return (found[2], found[1] or "") if found else ("", "")


class AsteriskRig(Rig):
    def __init__(self, own: OwnAsterisk, folder: Path) -> None:
        self.own = own
        self.folder = folder
        self.told: list[Tell] = []
        self._news = asyncio.Event()
        self._switch = self._listening(own.switch())
        self.switch: Switch = self._switch
        self._switches = [self._switch]
        self._telephones = contextlib.AsyncExitStack()
        self._outside: Telephone | None = None

    async def start(self) -> None:
        await self.switch.start()
        assert await self.wait_for(lambda: self.switch.is_up)
        await self.switch.set_up(self.plant._replace(trunks=(TRUNK,)))
        self.told.clear()

    async def close(self) -> None:
        current = self._switches[-1]
        if current.is_up:
            for leg in (await current.scene()).legs:
                await current.hang_up(leg.leg)
        await self._telephones.aclose()
        if current.is_up:
            async with asyncio.timeout(10):
                while (await current.scene()).legs:  # noqa: ASYNC110 — what the switch has is asked, not told
                    await asyncio.sleep(0.05)
        for switch in self._switches:
            await switch.stop()

    async def telephone(self, extension: str) -> Phone:
        password = next(one.password for one in self.plant.extensions if one.id == extension)
        phone = await self._phone(user=extension, password=password)
        await phone.until("registered", code=200)
        async with asyncio.timeout(10):
            while extension not in (await self.switch.scene()).devices:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        return SipPhone(phone, extension)

    async def calls_in(self, number: str, caller: str | None = "13800006612") -> Party:
        phone = await self._phone(user=caller or "anonymous", address=f"127.0.1.{next(_lines)}")
        await phone.dial(number)
        return SipParty(phone, 1)

    async def outside(self) -> Phone:
        phone = await self._phone(address=TRUNK.host, port=TRUNK.port)
        return SipPhone(phone, "")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def wait_for(self, ready: Callable[[], object], limit_s: float = 10.0) -> bool:
        deadline = asyncio.get_running_loop().time() + limit_s
        while not ready():
            if asyncio.get_running_loop().time() > deadline:
                return False
            self._news.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), 0.05)
        return True

    async def hears(self, who: Party, whom: Party) -> bool:
        assert isinstance(who, SipParty)
        await asyncio.sleep(_LISTEN_S)
        return tones.heard(who.telephone.heard(who.call), whom.hertz, last_s=0.4, window_s=0.2)

    async def hears_music(self, who: Party) -> bool:
        """Something that is nobody's steady tone, nor silence."""
        assert isinstance(who, SipParty)
        await asyncio.sleep(_LISTEN_S)
        samples, rate = tones.read(who.telephone.heard(who.call))
        return tones.loudness(samples[-int(0.5 * rate) :]) > 100

    async def dies(self) -> None:
        self.own.keeper.kill()

    async def other_controller(self) -> tuple[Switch, list[Tell]]:
        await self._switch.stop()
        other, told = self.own.switch(), []
        other.subscribe(told.append)
        self._listening(other)
        await other.start()
        self._switches.append(other)
        return other, told

    async def knocks(self, extension: str, password: str) -> None:
        await self._phone(user=extension, password=password, address="127.0.2.9")
        for _ in range(6):
            await self._telephones.enter_async_context(
                Telephone(self.folder, self.own.address, user=extension, password=password, address="127.0.2.9")
            )

    def _listening(self, switch: AsteriskSwitch) -> AsteriskSwitch:
        def listen(told: Tell) -> None:
            self.told.append(told)
            self._news.set()

        switch.subscribe(listen)
        return switch

    async def _phone(self, **words: object) -> Telephone:
        phone = Telephone(self.folder, self.own.address, tone=next(_voices), **words)  # type: ignore[arg-type]
        return await self._telephones.enter_async_context(phone)
