"""What the ledger says of trunks and numbers beside the catalogue's figures: who is on the line now, by number; which
trunks are full; how many came in vain by each today. Pure.

A `core.inbox.Follower`: saved in the engine's snapshots, so a restart loses nothing of the day. All-trunks-busy time
and the access figures of numbers are `metrics.live`'s; what the switch carries this very moment is `capacity`'s.
"""

import msgspec
from msgspec import Struct, field

from jietong.core import events as e
from jietong.core.days import local_day
from jietong.core.vocabulary import Channel, Ms


class TrunkDay(Struct):
    busy_since: Ms | None = None  # all its channels have been taken since then
    blocked: int = 0  # today


class _State(Struct):
    zone: str = "Asia/Shanghai"
    day: tuple[Ms, Ms] = (0, 0)
    trunks: dict[str, TrunkDay] = field(default_factory=dict)
    calls: dict[str, str] = field(default_factory=dict)  # contact → entry, while it goes on
    by_entry: dict[str, int] = field(default_factory=dict)  # how many of them


class PlantFigures:
    name = "plant_figures"

    def __init__(self) -> None:
        self._state = _State()

    def apply(self, event: e.AnyEvent) -> None:
        state = self._state
        if event.at >= state.day[1]:
            self._turn(event.at)
        match event:
            case e.SiteConfigured():
                state.zone = event.spec.zone
                state.day = _day(event.at, state.zone)
            case e.ContactArrived() if event.channel is Channel.VOICE:
                if event.contact not in state.calls:
                    state.calls[event.contact] = event.entry
                    state.by_entry[event.entry] = state.by_entry.get(event.entry, 0) + 1
            case e.ContactEnded():
                entry = state.calls.pop(event.contact, None)
                if entry is not None:
                    state.by_entry[entry] -= 1
                    if not state.by_entry[entry]:
                        del state.by_entry[entry]
            case e.EntryRefused() if event.trunk is not None:
                self._trunk(event.trunk).blocked += 1
            case e.TrunkBusy():
                trunk = self._trunk(event.trunk)
                if not event.busy:
                    trunk.busy_since = None
                elif trunk.busy_since is None:
                    trunk.busy_since = event.at
            case e.SwitchState() if not event.up:  # its channels are not taken, they are not there
                for trunk in state.trunks.values():
                    trunk.busy_since = None
            case _:
                pass

    def dump(self) -> bytes:
        return msgspec.msgpack.encode(self._state)

    def load(self, data: bytes | None) -> None:
        """None: start from nothing. Raises `msgspec.ValidationError` when `data` is not a dump of this version."""
        self._state = _State() if data is None else msgspec.msgpack.decode(data, type=_State)

    # --- reads -------------------------------------------------------------------------------------------------

    def calls(self, entry: str) -> int:
        """Whose customers are on the line, or are waited for by a call-back."""
        return self._state.by_entry.get(entry, 0)

    def busy_since(self, trunk: str) -> Ms | None:
        """Since when it has been full; None: it is not."""
        found = self._state.trunks.get(trunk)
        return found.busy_since if found is not None else None

    def blocked(self, trunk: str, now: Ms) -> int:
        """Callers who came by it today and were turned away at the entry."""
        found = self._state.trunks.get(trunk)
        return found.blocked if found is not None and now < self._state.day[1] else 0

    # --- below -------------------------------------------------------------------------------------------------

    def _turn(self, at: Ms) -> None:
        """A new local day begins."""
        self._state.day = _day(at, self._state.zone)
        for trunk in self._state.trunks.values():
            trunk.blocked = 0

    def _trunk(self, id: str) -> TrunkDay:
        return self._state.trunks.setdefault(id, TrunkDay())


def _day(at: Ms, zone: str) -> tuple[Ms, Ms]:
    span = local_day(at, zone)
    return span.start, span.end
