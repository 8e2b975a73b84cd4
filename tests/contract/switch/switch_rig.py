"""What the contract asks of a switch with people around it: one small interface, two worlds behind it.

A *party* is a person with a telephone in a call; it speaks a tone of its own, so that one can tell who hears whom.
"""

import abc
import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from jietong.channels.switch import Extension, LegAnswered, LegArrived, LegRinging, Plant, Switch, Tell, Trunk

T = TypeVar("T")


class Party(abc.ABC):
    """One end of one call. `hertz`: its voice."""

    hertz: float

    @abc.abstractmethod
    async def answer(self) -> None: ...

    @abc.abstractmethod
    async def reject(self, cause: str) -> None:
        """busy | rejected"""

    @abc.abstractmethod
    async def hang_up(self) -> None: ...

    @abc.abstractmethod
    async def press(self, digits: str) -> None: ...

    @abc.abstractmethod
    async def hold(self, held: bool) -> None: ...

    @abc.abstractmethod
    async def refer(self, number: str) -> None: ...

    @abc.abstractmethod
    async def refer_attended(self, other: "Party") -> None:
        """`other`: another call of the same telephone."""

    @abc.abstractmethod
    async def digits(self, expected: str) -> None:
        """Waits until the party was sent these."""

    @abc.abstractmethod
    async def gone(self) -> str:
        """Waits until the party knows that the call is over, and gives the cause that it was told."""


class Rig(abc.ABC):
    """A switch, what it told, and the world around it."""

    switch: Switch
    told: list[Tell]
    plant = Plant(
        trunks=(),
        extensions=(
            Extension("801", "phone", "right-801", "Wáng"),
            Extension("802", "phone", "right-802"),
            Extension("803", "phone", "right-803"),
        ),
    )

    @abc.abstractmethod
    async def telephone(self, extension: str) -> "Phone": ...

    @abc.abstractmethod
    async def calls_in(self, number: str, caller: str | None = "13800006612") -> Party:
        """Somebody outside dials the number, over the trunk `main`."""

    @abc.abstractmethod
    async def outside(self) -> "Phone":
        """Whoever is rung outside, over the trunk `main`."""

    @abc.abstractmethod
    async def sleep(self, seconds: float) -> None: ...

    @abc.abstractmethod
    async def wait_for(self, ready: Callable[[], object], limit_s: float = 10.0) -> bool: ...

    @abc.abstractmethod
    async def hears(self, who: Party, whom: Party) -> bool:
        """Whether `who` hears the voice of `whom` now."""

    async def hear(self, *pairs: tuple[Party, Party]) -> list[bool]:
        """`hears` for several at once: listening takes its time."""
        return list(await asyncio.gather(*(self.hears(who, whom) for who, whom in pairs)))

    @abc.abstractmethod
    async def hears_music(self, who: Party) -> bool: ...

    @abc.abstractmethod
    async def dies(self) -> None:
        """The switch breaks down; it comes back by itself."""

    @abc.abstractmethod
    async def other_controller(self) -> tuple[Switch, list[Tell]]:
        """This controller is gone without a word; another one connects."""

    @abc.abstractmethod
    async def knocks(self, extension: str, password: str) -> None:
        """A stranger tries to register, from an address of its own, again and again until it is shut out."""

    # --- told by the tests' own words --------------------------------------------------------------------------

    def all(self, kind: type[T], **words: Any) -> list[T]:
        return [
            one
            for one in self.told
            if isinstance(one, kind) and all(getattr(one, key) == value for key, value in words.items())
        ]

    async def until(self, kind: type[T], limit_s: float = 10.0, **words: Any) -> T:
        """The first of its kind with these words, awaited."""
        if not await self.wait_for(lambda: self.all(kind, **words), limit_s):
            raise AssertionError(f"no {kind.__name__} {words} was told, but:\n" + "\n".join(map(str, self.told)))
        return self.all(kind, **words)[0]

    async def arrives(self, number: str = "4008001234", caller: str | None = "13800006612") -> tuple[str, Party]:
        """A caller whose leg we have."""
        known = len(self.all(LegArrived))
        party = await self.calls_in(number, caller)
        await self.wait_for(lambda: len(self.all(LegArrived)) > known)
        return self.all(LegArrived)[-1].leg, party

    async def talks(self, leg: str, phone: "Phone", **words: Any) -> Party:
        """Rings the telephone as `leg` and has it answered."""
        from jietong.channels.switch import Address

        await self.switch.originate(leg, Address(extension=phone.extension), caller_id="4008001234", **words)
        await self.until(LegRinging, leg=leg)
        party = await phone.rung()
        await party.answer()
        await self.until(LegAnswered, leg=leg)
        return party


class Phone(abc.ABC):
    extension: str

    @abc.abstractmethod
    async def rung(self) -> Party:
        """The latest call that rings there, awaited."""

    @abc.abstractmethod
    async def dials(self, number: str) -> Party: ...

    @abc.abstractmethod
    async def leaves(self) -> None:
        """Its registration ends."""

    @abc.abstractmethod
    def shown(self) -> tuple[str, str]:
        """Number and name on its display in the latest call."""


TRUNK = Trunk("main", "ip", "127.0.1.1", 5070, "udp", "", "", ("127.0.1.0/24",), 30, ("alaw", "ulaw"))


def sound_file(folder: Path, seconds: float) -> Path:
    """A silent recording to play; gives the path without its format."""
    import wave

    path = folder / f"silence-{seconds}.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(b"\0\0" * int(8000 * seconds))
    return path.with_suffix("")
