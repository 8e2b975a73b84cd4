"""From Asterisk's events to what a switch tells."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any, Protocol

from jietong.channels import switch as t
from jietong.channels.asterisk import ari, lines, quality
from jietong.channels.asterisk.lines import Line
from jietong.core.clock import Clock, to_ms
from jietong.core.vocabulary import Ms

_REFER_S = 15.0  # a telephone that asked for a transfer is told "no" after this long


class Asked(Protocol):
    """What events make necessary at the switch."""

    def do(self, work: Coroutine[Any, Any, None]) -> None:
        """In the background; failures of a switch or leg that has gone are nothing new."""
        ...

    async def drop_bridge(self, bridge: str) -> None: ...

    async def answer_refer(self, leg: str, *, taken: bool) -> None: ...

    async def learn_codec(self, leg: str) -> None: ...

    async def look_at_device(self, extension: str) -> None: ...

    def recorded(self, recording: ari.Recording, *, failed: bool) -> None: ...


class Heard:
    """Takes one event after the other, keeps `legs` and `bridges` true, and tells."""

    def __init__(self, tell: Callable[[t.Tell], None], asked: Asked, clock: Clock) -> None:
        self.legs: dict[str, Line] = {}
        self.tapes: dict[str, asyncio.Event] = {}  # snoops that only record: set when Stasis has them
        self.bridges: dict[str, set[str]] = {}
        self.building: dict[str, int] = {}  # bridges that are being changed by us: not to be dropped though empty
        self.extensions: set[str] = set()  # of the plant
        self.reachable: set[str] = set()
        self.contacts: dict[str, str] = {}  # where each extension was last heard to be: what leaves elsewhere is old
        self.news: Counter[str] = Counter()  # of each extension: an answer from before the last is out of date
        self.trunks: dict[str, bool] = {}
        self.hosts: dict[str, str] = {}  # where each trunk leads, as in a SIP address
        self.registering: frozenset[str] = frozenset()  # trunks whose registration tells how they are
        self._tell = tell
        self._asked = asked
        self._clock = clock

    def event(self, event: ari.Event) -> None:
        match event:
            case ari.StasisStart():
                self._entered(event)
            case ari.StasisEnd():
                self._left(event)
            case ari.ChannelStateChange():
                self._changed(event)
            case ari.ChannelDestroyed():
                self._destroyed(event)
            case ari.ChannelHangupRequest():
                if (line := self.legs.get(event.channel.id)) is not None:
                    line.ending = True
            case ari.ChannelDtmfReceived():
                if event.channel.id in self.legs:
                    self._tell(t.Digit(self._at(event), leg=event.channel.id, digit=event.digit))
            case ari.ChannelHold() | ari.ChannelUnhold():
                if event.channel.id in self.legs:
                    held = isinstance(event, ari.ChannelHold)
                    self._tell(t.HoldPressed(self._at(event), leg=event.channel.id, held=held))
            case ari.ChannelTransfer():
                self._refer(event)
            case ari.PlaybackFinished():
                self._played(event)
            case ari.RecordingFinished() | ari.RecordingFailed():
                self._asked.recorded(event.recording, failed=isinstance(event, ari.RecordingFailed))
            case ari.ChannelEnteredBridge():
                self._joined(event)
            case ari.ChannelLeftBridge():
                self._parted(event)
            case ari.BridgeDestroyed():
                for leg in self.bridges.pop(event.bridge.id, ()):
                    if (line := self.legs.get(leg)) is not None and line.bridge == event.bridge.id:
                        line.bridge = None
            case ari.ChannelVarset():
                if event.channel is not None and (line := self.legs.get(event.channel.id)) is not None:
                    quality.note(line, event.variable, event.value)
            case ari.ContactStatusChange():
                self._contact(event)
            case _:
                pass

    def forget(self) -> None:
        """Everything there was is gone."""
        for line in self.legs.values():
            if line.refer is not None:
                line.refer.cancel()
        self.legs.clear()
        self.tapes.clear()
        self.bridges.clear()

    def device(self, extension: str, *, reachable: bool, at: Ms) -> None:
        if extension not in self.extensions or reachable == (extension in self.reachable):
            return
        (self.reachable.add if reachable else self.reachable.discard)(extension)
        self._tell(t.DeviceState(at, extension=extension, reachable=reachable))

    def trunk(self, trunk: str, *, up: bool, why: str = "", at: Ms) -> None:
        if self.trunks.get(trunk) != up:
            self.trunks[trunk] = up
            self._tell(t.TrunkStatus(at, trunk=trunk, up=up, why=why))

    # --- legs ------------------------------------------------------------------------------------------------

    def _entered(self, event: ari.StasisStart) -> None:
        leg, args = event.channel.id, event.args
        if (tape := self.tapes.get(leg)) is not None:
            tape.set()
            return
        if args[:1] == ["in"]:
            self._arrived(event, args)
            return
        line = self.legs.get(leg)
        if line is None:
            return
        line.in_hand.set()
        if line.ours and not line.answered:
            line.answered = True
            self._asked.do(self._asked.learn_codec(leg))
            self._tell(t.LegAnswered(self._at(event), leg=leg))

    def _arrived(self, event: ari.StasisStart, args: list[str]) -> None:
        channel = event.channel
        number, trunk, extension, presentation, codec, token = [*args[1:], *[""] * 6][:6]
        caller = channel.caller.number
        withheld = not caller or presentation.startswith(("prohib", "unavail")) or caller.lower() == "anonymous"
        line = self.legs.setdefault(channel.id, Line(channel.id))
        line.number, line.caller = number, None if withheld else caller
        line.trunk, line.extension, line.codec = trunk or None, extension or None, codec or None
        line.answered = channel.state == "Up"  # it heard words while nobody was there
        line.in_hand.set()
        self._tell(
            t.LegArrived(
                self._at(event),
                leg=channel.id,
                number=number,
                caller=line.caller,
                trunk=line.trunk,
                extension=line.extension,
                name=None if withheld else channel.caller.name or None,
                codec=line.codec,
                token=token or None,
            )
        )

    def _left(self, event: ari.StasisEnd) -> None:
        """Hung up, which `ChannelDestroyed` tells; or released, then this is the end of it for us."""
        line = self.legs.get(event.channel.id)
        if line is None:
            return
        line.in_hand.clear()
        if line.let_go and not line.ending and event.channel.state == "Up":
            self._gone(line, "normal", self._at(event))

    def _changed(self, event: ari.ChannelStateChange) -> None:
        line = self.legs.get(event.channel.id)
        if line is None:
            return
        if event.channel.state == "Ringing" and line.ours and not line.answered:
            line.rang = True
            self._tell(t.LegRinging(self._at(event), leg=line.leg))
        elif event.channel.state == "Up" and not line.ours:
            line.answered = True

    def _destroyed(self, event: ari.ChannelDestroyed) -> None:
        tape = self.tapes.pop(event.channel.id, None)
        if tape is not None:
            tape.set()
        line = self.legs.get(event.channel.id)
        if line is not None:
            cause = lines.cause_of(line, event.cause, asyncio.get_running_loop().time())
            if cause == "no_answer" and not line.rang and self.trunks.get(line.trunk or "") is False:
                cause = "unreachable"
            self._gone(line, cause, self._at(event))

    def _gone(self, line: Line, cause: str, at: Ms) -> None:
        """What was under way with it ends first."""
        line.ending = True
        for play in tuple(line.plays):
            self._tell(t.PlayEnded(at, leg=line.leg, play=play, complete=False))
        line.plays.clear()
        line.in_hand.set()  # whoever waits for it finds it gone
        if line.refer is not None:
            line.refer.cancel()
        self.legs.pop(line.leg, None)
        if (members := self.bridges.get(line.bridge or "")) is not None:
            members.discard(line.leg)
            self._drop_if_empty(line.bridge or "")
        if line.answered and not line.snoop and (found := quality.last(line, at)) is not None:
            self._tell(found)
        self._tell(t.LegGone(at, leg=line.leg, cause=cause, by_us=line.let_go))

    def _refer(self, event: ari.ChannelTransfer) -> None:
        source = event.referred_by.source_channel.id if event.referred_by is not None else ""
        line = self.legs.get(source)
        if line is None or line.refer is not None or event.state not in {"", "requested"}:
            return
        other = event.refer_to.destination_channel
        target = event.refer_to.requested_destination.destination
        line.refer = asyncio.get_running_loop().call_later(_REFER_S, self._refuse_refer, line)
        self._tell(
            t.TransferPressed(
                self._at(event),
                leg=source,
                target=None if other else target or None,
                other=other.id if other else None,
            )
        )

    def _refuse_refer(self, line: Line) -> None:
        line.refer = None
        if line.leg in self.legs:
            self._asked.do(self._asked.answer_refer(line.leg, taken=False))

    def _played(self, event: ari.PlaybackFinished) -> None:
        play = event.playback.id
        leg = event.playback.target_uri.removeprefix("channel:")
        line = self.legs.get(leg)
        if line is None or play not in line.plays:
            return
        stopped = line.plays.pop(play)
        complete = event.playback.state == "done" and not stopped and not line.ending
        self._tell(t.PlayEnded(self._at(event), leg=leg, play=play, complete=complete))

    # --- bridges ---------------------------------------------------------------------------------------------

    def _joined(self, event: ari.ChannelEnteredBridge) -> None:
        line = self.legs.get(event.channel.id)
        if line is not None and event.bridge.id in self.bridges:
            self.bridges[event.bridge.id].add(line.leg)
            line.bridge = event.bridge.id

    def _parted(self, event: ari.ChannelLeftBridge) -> None:
        line, members = self.legs.get(event.channel.id), self.bridges.get(event.bridge.id)
        if line is not None and line.bridge == event.bridge.id:
            line.bridge = None
        if members is not None and event.channel.id in members:
            members.discard(event.channel.id)
            self._drop_if_empty(event.bridge.id)

    def _drop_if_empty(self, bridge: str) -> None:
        """An empty bridge would live on, and be recorded."""
        if not self.bridges.get(bridge) and bridge in self.bridges and not self.building.get(bridge):
            self._asked.do(self._asked.drop_bridge(bridge))

    # --- telephones and trunks -------------------------------------------------------------------------------

    def _contact(self, event: ari.ContactStatusChange) -> None:
        name, status, uri = event.contact_info.aor, event.contact_info.contact_status, event.contact_info.uri
        self.news[name] += 1
        at = self._at(event)
        if name.startswith("trunk-"):
            trunk = name.removeprefix("trunk-")
            if trunk in self.trunks and trunk not in self.registering and status in {"Reachable", "Unreachable"}:
                up = status == "Reachable"
                self.trunk(trunk, up=up, why="" if up else "it does not answer", at=at)
            return
        if status in {"Reachable", "NonQualified", "Created"}:
            self.contacts[name] = uri
            self.device(name, reachable=True, at=at)
        elif status in {"Unreachable", "Removed"} and name in self.extensions and self.contacts.get(name, uri) == uri:
            # At the same address it may have come back meanwhile.
            self._asked.do(self._asked.look_at_device(name))

    def _at(self, event: ari.Event) -> Ms:
        return instant(event.timestamp) or self._clock.now()


def instant(timestamp: str) -> Ms | None:
    """Asterisk's time stamps, 2026-07-20T21:35:32.123+0000; None: unreadable."""
    try:
        return to_ms(datetime.strptime(timestamp, "%Y-%m-%dT%H:%M:%S.%f%z"))
    except ValueError:
        return None
