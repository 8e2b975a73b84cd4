"""Today's figures of trunks and numbers, in step with the ledger: blocked attempts, all-trunks-busy time. Pure.

A `core.inbox.Follower`: saved in the engine's snapshots, so a restart loses nothing of the day. What is in use this
very moment is not asked here but of `capacity`, which counts the switch's own legs.
"""

import msgspec
from msgspec import Struct, field

from jietong.core import events as e
from jietong.core.days import Span, local_day
from jietong.core.vocabulary import Channel, Ms


class TrunkDay(Struct):
    up: bool | None = None  # as the switch told last; None: it has not
    busy_since: Ms | None = None
    busy_ms: Ms = 0  # of the stretches that are over
    blocked: int = 0

    def busy_until(self, now: Ms) -> Ms:
        """All-trunks-busy milliseconds of today, the running stretch included."""
        return self.busy_ms + (max(0, now - self.busy_since) if self.busy_since is not None else 0)


class EntryDay(Struct):
    calls: int = 0  # now: whose customer is on the line, or is waited for by a call-back
    offered: int = 0
    blocked: int = 0


class _State(Struct):
    zone: str = "Asia/Shanghai"
    day: tuple[Ms, Ms] = (0, 0)
    switch_up: bool | None = None
    trunks: dict[str, TrunkDay] = field(default_factory=dict)
    entries: dict[str, EntryDay] = field(default_factory=dict)
    calls: dict[str, str] = field(default_factory=dict)  # contact → entry, while it goes on


class PlantFigures:
    name = "plant_figures"

    def __init__(self) -> None:
        self._state = _State()

    def apply(self, event: e.AnyEvent) -> None:
        state = self._state
        if not state.day[0] <= event.at < state.day[1]:
            self._turn(event.at)
        match event:
            case e.SiteConfigured():
                state.zone = event.spec.zone
                state.day = local_day(event.at, state.zone)
            case e.ContactArrived() if event.channel is Channel.VOICE:
                entry = self._entry(event.entry)
                entry.calls += 1
                entry.offered += 1
                state.calls[event.contact] = event.entry
            case e.EntryRefused():
                found = state.calls.get(event.contact)
                if found is not None:
                    self._entry(found).blocked += 1
                if event.trunk is not None:
                    self._trunk(event.trunk).blocked += 1
            case e.ContactEnded():
                found = state.calls.pop(event.contact, None)
                if found is not None:
                    self._entry(found).calls -= 1
            case e.TrunkBusy():
                trunk = self._trunk(event.trunk)
                if event.busy and trunk.busy_since is None:
                    trunk.busy_since = event.at
                elif not event.busy and trunk.busy_since is not None:
                    trunk.busy_ms += event.at - trunk.busy_since
                    trunk.busy_since = None
            case e.TrunkState():
                self._trunk(event.trunk).up = event.up
            case e.SwitchState():
                state.switch_up = event.up
                if not event.up:
                    for trunk in state.trunks.values():
                        trunk.up = None
            case _:
                pass

    def dump(self) -> bytes:
        return msgspec.msgpack.encode(self._state)

    def load(self, data: bytes | None) -> None:
        """None: start from nothing. Raises `msgspec.ValidationError` when `data` is not a dump of this version."""
        self._state = _State() if data is None else msgspec.msgpack.decode(data, type=_State)

    # --- reads -------------------------------------------------------------------------------------------------

    @property
    def switch_up(self) -> bool | None:
        return self._state.switch_up

    def trunk(self, trunk: str, now: Ms) -> TrunkDay:
        """A copy. Of a trunk that nothing was heard of, zeros."""
        self._turn_if(now)
        return msgspec.structs.replace(self._state.trunks.get(trunk, TrunkDay()))

    def entry(self, entry: str, now: Ms) -> EntryDay:
        self._turn_if(now)
        return msgspec.structs.replace(self._state.entries.get(entry, EntryDay()))

    def day(self, now: Ms) -> Span:
        self._turn_if(now)
        return Span(*self._state.day)

    # --- below -------------------------------------------------------------------------------------------------

    def _turn_if(self, now: Ms) -> None:
        if now >= self._state.day[1]:
            self._turn(now)

    def _turn(self, at: Ms) -> None:
        """A new local day: counts begin at nothing, a trunk that is busy is so from midnight on. An event from before
        the day (a clock set back) belongs to it all the same."""
        state = self._state
        if at < state.day[0]:
            return
        state.day = local_day(at, state.zone)
        for trunk in state.trunks.values():
            trunk.busy_ms = trunk.blocked = 0
            if trunk.busy_since is not None:
                trunk.busy_since = max(trunk.busy_since, state.day[0])
        for id, entry in tuple(state.entries.items()):
            entry.offered = entry.blocked = 0
            if not entry.calls:
                del state.entries[id]

    def _trunk(self, id: str) -> TrunkDay:
        return self._state.trunks.setdefault(id, TrunkDay())

    def _entry(self, id: str) -> EntryDay:
        return self._state.entries.setdefault(id, EntryDay())
