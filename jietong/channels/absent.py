"""No telephone switch: telephony is switched off, or none can be had on this machine. The centre runs without."""

from collections.abc import Callable, Sequence
from typing import NoReturn

from jietong.channels.switch import Address, Media, Plant, Scene, Tell
from jietong.core.errors import Unavailable


class AbsentSwitch:
    """Implements `channels.switch.Switch`: never up, tells nothing, and says why whenever it is asked."""

    def __init__(self, why: str) -> None:
        self.why = why

    @property
    def is_up(self) -> bool:
        return False

    async def start(self) -> None:
        return

    async def stop(self) -> None:
        return

    def subscribe(self, listener: Callable[[Tell], None]) -> Callable[[], None]:
        return lambda: None

    async def set_up(self, plant: Plant) -> None:
        """What is set up is kept in the database, and told to the switch when there is one."""

    def _gone(self) -> NoReturn:
        raise Unavailable("switch_gone", self.why)

    async def scene(self) -> Scene:
        self._gone()

    async def ring(self, leg: str) -> None:
        self._gone()

    async def answer(self, leg: str) -> None:
        self._gone()

    async def hang_up(self, leg: str, cause: str = "normal") -> None:
        return

    async def originate(
        self,
        leg: str,
        to: Address,
        *,
        caller_id: str,
        caller_name: str = "",
        timeout_s: int = 30,
        marks: dict[str, str] | None = None,
        auto_answer: bool = False,
    ) -> None:
        self._gone()

    async def mark(self, leg: str, marks: dict[str, str]) -> None:
        self._gone()

    async def play(self, leg: str, play: str, media: Sequence[Media]) -> None:
        self._gone()

    async def stop_playing(self, play: str) -> None:
        return

    async def start_music(self, leg: str, music: str = "default") -> None:
        self._gone()

    async def stop_music(self, leg: str) -> None:
        return

    async def mute(self, leg: str, muted: bool) -> None:
        self._gone()

    async def send_digits(self, leg: str, digits: str) -> None:
        self._gone()

    async def refuse_transfer(self, leg: str) -> None:
        return

    async def release(self, leg: str, number: str) -> None:
        self._gone()

    async def bridge(self, bridge: str, legs: Sequence[str]) -> None:
        self._gone()

    async def unbridge(self, bridge: str) -> None:
        return

    async def record_leg(self, recording: str, leg: str) -> None:
        self._gone()

    async def record_bridge(self, recording: str, bridge: str) -> None:
        self._gone()

    async def record_message(self, recording: str, leg: str, *, max_s: int, silence_s: int, end: str = "#") -> None:
        self._gone()

    async def pause_recording(self, recording: str, paused: bool) -> None:
        self._gone()

    async def stop_recording(self, recording: str) -> None:
        return

    async def spooled(self) -> tuple[str, ...]:
        return ()

    async def snoop(self, snoop: str, leg: str, *, hears: str, speaks: str) -> None:
        self._gone()
