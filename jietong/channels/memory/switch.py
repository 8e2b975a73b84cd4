"""A controller's connection to the exchange in memory: the port of `channels.switch`."""

import asyncio
import re
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

import structlog

from jietong.channels import switch as t
from jietong.channels.memory.exchange import Exchange
from jietong.channels.memory.leg import Bridge, Leg, Play
from jietong.channels.memory.time import Time
from jietong.core.errors import Invalid, Refused, Unavailable

log = structlog.get_logger(__name__)

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,120}")


class MemorySwitch:
    """Implements `channels.switch.Switch`. A second one on the same exchange is a controller started anew."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        self._listeners: list[Callable[[t.Tell], None]] = []
        self._told: deque[t.Tell] = deque()
        self._disconnect: Callable[[], None] | None = None
        self._connected = False
        self._cut = False  # the connection, not the exchange, is down
        self._boot: int | None = None  # that we knew last

    @classmethod
    def alone(cls, time: Time, spool: Path) -> "MemorySwitch":
        """With an exchange of its own."""
        return cls(Exchange(time, spool=spool))

    # --- coming and going ------------------------------------------------------------------------------------

    async def start(self) -> None:
        if self._disconnect is None:
            self._disconnect = self.exchange.connect(self._on_told, self._look)
            self._look()

    async def stop(self) -> None:
        if self._disconnect is not None:
            self._disconnect()
            self._disconnect = None
        self._connected = False
        self._told.clear()

    @property
    def is_up(self) -> bool:
        return self._connected

    def subscribe(self, listener: Callable[[t.Tell], None]) -> Callable[[], None]:
        self._listeners.append(listener)

        def stop() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return stop

    def cut(self) -> None:
        """For tests: we lose the exchange, which goes on without us; what happens meanwhile is never told."""
        self._cut = True
        self._look()

    def mend(self) -> None:
        self._cut = False
        self._look()

    def _look(self) -> None:
        """Tells what has become of the connection."""
        connected = self._disconnect is not None and self.exchange.running and not self._cut
        if connected == self._connected:
            return
        self._connected = connected
        now = self.exchange.now()
        if not connected:
            self._put(t.Down(now, why="cut" if self._cut else "the switch has ended"))
            return
        restarted = self._boot is not None and self._boot != self.exchange.boots
        self._boot = self.exchange.boots
        self._put(t.Up(now, restarted=restarted))

    def _on_told(self, told: t.Tell) -> None:
        if self._connected:
            self._put(told)

    def _put(self, told: t.Tell) -> None:
        """Heard in the next round of the event loop, in order: never within a call of ours."""
        self._told.append(told)
        if len(self._told) == 1:
            asyncio.get_running_loop().call_soon(self._deliver)

    def _deliver(self) -> None:
        while self._told:
            told = self._told[0]
            for listener in tuple(self._listeners):
                try:
                    listener(told)
                except Exception:
                    log.exception("a listener of the switch failed", told=type(told).__name__)
            if self._told:
                self._told.popleft()

    # --- set-up and reconciling ------------------------------------------------------------------------------

    async def set_up(self, plant: t.Plant) -> None:
        self._check()
        exchange = self.exchange
        before = {one.id for one in exchange.plant.trunks}
        exchange.plant = plant
        known = {one.id for one in plant.trunks}
        for trunk in before - known:
            exchange.failed_trunks.pop(trunk, None)
        for trunk in sorted(known - before):
            why = exchange.failed_trunks.get(trunk, "")
            exchange.tell(t.TrunkStatus(exchange.now(), trunk=trunk, up=not why, why=why))
        exchange.settle_registrations()

    async def scene(self) -> t.Scene:
        self._check()
        exchange = self.exchange
        return t.Scene(
            legs=tuple(
                t.LegNow(leg.id, leg.up, leg.number, leg.caller, leg.trunk, leg.extension, dict(leg.marks))
                for leg in exchange.legs.values()
            ),
            bridges=tuple(
                t.BridgeNow(bridge.id, tuple(leg.id for leg in bridge.legs)) for bridge in exchange.bridges.values()
            ),
            recordings=tuple(exchange.recorder.tapes),
            devices=frozenset(one.extension for one in exchange.telephones.values() if one.registered),
            trunks={trunk.id: trunk.id not in exchange.failed_trunks for trunk in exchange.plant.trunks},
        )

    # --- legs ------------------------------------------------------------------------------------------------

    async def ring(self, leg: str) -> None:
        line = self._leg(leg).line
        if line is not None:
            line.rings_back = True

    async def answer(self, leg: str) -> None:
        self.exchange.answer(self._leg(leg))

    async def hang_up(self, leg: str, cause: str = "normal") -> None:
        self._check()
        found = self.exchange.legs.get(leg)
        if found is not None:
            self.exchange.end(found, cause, by_us=True)

    async def originate(
        self,
        leg: str,
        to: t.Address,
        *,
        caller_id: str,
        caller_name: str = "",
        timeout_s: int = 30,
        marks: dict[str, str] | None = None,
        auto_answer: bool = False,
    ) -> None:
        self._new(leg)
        made = Leg(leg, number=to.number, trunk=to.trunk, extension=to.extension, marks=dict(marks or {}))
        self.exchange.originate(
            made, to, caller_id=caller_id, caller_name=caller_name, timeout_s=timeout_s, auto_answer=auto_answer
        )

    async def mark(self, leg: str, marks: dict[str, str]) -> None:
        self._leg(leg).marks.update(marks)

    async def play(self, leg: str, play: str, media: Sequence[t.Media]) -> None:
        self.exchange.player.play(self._leg(leg), Play(play, tuple(media)))

    async def stop_playing(self, play: str) -> None:
        self._check()
        for leg in self.exchange.legs.values():
            for one in leg.plays:
                if one.id == play:
                    self.exchange.player.over(leg, one, complete=False)
                    return

    async def start_music(self, leg: str, music: str = "default") -> None:
        found = self._leg(leg)
        self.exchange.recorder.note()
        found.music = music

    async def stop_music(self, leg: str) -> None:
        found = self._leg(leg)
        self.exchange.recorder.note()
        found.music = None

    async def mute(self, leg: str, muted: bool) -> None:
        found = self._leg(leg)
        self.exchange.recorder.note()
        found.muted = muted

    async def send_digits(self, leg: str, digits: str) -> None:
        line = self._leg(leg).line
        if line is not None:
            line.digits += digits

    async def refuse_transfer(self, leg: str) -> None:
        found = self._leg(leg)
        if found.line is not None:
            found.line.transfers_refused += 1

    async def release(self, leg: str, number: str) -> None:
        found = self._leg(leg)
        if found.line is not None:
            found.line.released_to = number
        self.exchange.end(found, "normal", by_us=True)

    # --- bridges ---------------------------------------------------------------------------------------------

    async def bridge(self, bridge: str, legs: Sequence[str]) -> None:
        members = [self._leg(leg) for leg in legs]
        self._named(bridge)
        exchange = self.exchange
        if not members:
            await self.unbridge(bridge)
            return
        found = exchange.bridges.setdefault(bridge, Bridge(bridge))
        for leg in members:
            exchange.move(leg, found)
        for leg in [leg for leg in found.legs if leg not in members]:
            exchange.move(leg, None)

    async def unbridge(self, bridge: str) -> None:
        self._check()
        found = self.exchange.bridges.get(bridge)
        if found is not None:
            self.exchange.drop(found)

    # --- recording -------------------------------------------------------------------------------------------

    async def record_leg(self, recording: str, leg: str) -> None:
        self._record(recording, self._leg(leg))

    async def record_bridge(self, recording: str, bridge: str) -> None:
        self._check()
        found = self.exchange.bridges.get(bridge)
        if found is None:
            raise Refused("no_such_bridge", "This bridge is no more.", bridge=bridge)
        self._record(recording, found)

    async def record_message(self, recording: str, leg: str, *, max_s: int, silence_s: int, end: str = "#") -> None:
        found = self._leg(leg)
        self._new_recording(recording)
        self.exchange.recorder.start_message(recording, found, max_s=max_s, silence_s=silence_s, end=end)

    async def pause_recording(self, recording: str, paused: bool) -> None:
        self._check()
        if recording not in self.exchange.recorder.tapes:
            raise Refused("no_such_recording", "This recording is not under way.", recording=recording)
        self.exchange.recorder.pause(recording, paused)

    async def stop_recording(self, recording: str) -> None:
        self._check()
        self.exchange.recorder.stop(recording)

    async def spooled(self) -> tuple[str, ...]:
        self._check()
        return self.exchange.recorder.spooled()

    # --- listening in ----------------------------------------------------------------------------------------

    async def snoop(self, snoop: str, leg: str, *, hears: str, speaks: str) -> None:
        target = self._leg(leg)
        self._new(snoop)
        if hears not in ("in", "out", "both", "none") or speaks not in ("out", "none"):
            raise Invalid("bad_snoop", f"A snoop neither hears {hears!r} nor speaks {speaks!r}.")
        self.exchange.snoop(Leg(snoop, of=target, spies=hears, whispers=speaks == "out"))

    # --- below -----------------------------------------------------------------------------------------------

    def _check(self) -> None:
        if not self._connected:
            raise Unavailable("switch_gone", "The telephone switch cannot be reached just now.")

    def _leg(self, leg: str) -> Leg:
        self._check()
        found = self.exchange.legs.get(leg)
        if found is None:
            raise Refused("no_such_leg", "This leg of a call has gone.", leg=leg)
        return found

    def _new(self, leg: str) -> None:
        self._check()
        self._named(leg)
        if leg in self.exchange.legs:
            raise Refused("leg_taken", "There is a leg of this name.", leg=leg)

    def _named(self, name: str) -> None:
        if not _NAME.fullmatch(name):
            raise Invalid("bad_name", "Names are of letters, digits, dot, dash and underscore.")

    def _record(self, recording: str, source: Leg | Bridge) -> None:
        self._new_recording(recording)
        self.exchange.recorder.start(recording, source)

    def _new_recording(self, recording: str) -> None:
        self._named(recording)
        if recording in self.exchange.recorder.tapes:
            raise Refused("recording_taken", "A recording of this name is under way.", recording=recording)
