"""Entry capacity: how many calls trunks and numbers carry, who is let in, and when all channels are taken. Pure.

Every attempt is counted once. A call takes a channel of its trunk from its first ring to its end, in both directions,
whether the number takes it or turns it away; one that finds no channel free takes none. Whoever is let in takes a
place at the number as well. Each question is answered in O(1), so a burst of hundreds in a second is no matter.

All-trunks-busy time of a trunk (全部中繼忙, ATB) is the time in which every one of its channels is taken: from one
`Turn` to the next. What it adds up to in a day is in `plant_figures`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


class Turn(NamedTuple):
    """A trunk filled up, or has a free channel again."""

    trunk: str
    busy: bool


@dataclass(slots=True)
class Load:
    """Of one trunk or number."""

    limit: int | None = None  # None: none
    in_use: int = 0
    peak: int = 0  # since `new_day`
    busy: bool = False  # a trunk all of whose channels are taken

    @property
    def full(self) -> bool:
        return self.limit is not None and self.in_use >= self.limit


class _Held(NamedTuple):
    trunk: str | None
    number: str | None


@dataclass(slots=True)
class Capacity:
    """`trunks` and `numbers` by id; what was taken out of service stays until its last call has ended."""

    trunks: dict[str, Load] = field(default_factory=dict)
    numbers: dict[str, Load] = field(default_factory=dict)
    _held: dict[str, _Held] = field(default_factory=dict)  # by leg
    _full: int = 0  # trunks that are busy
    _turns: list[Turn] = field(default_factory=list)

    def configure(self, trunks: Mapping[str, int], numbers: Mapping[str, int | None]) -> None:
        """The limits as they are from now on; calls under way stay counted, even beyond a lower limit. A trunk that
        is no more has the limit 0 until its last call has ended: nobody is let in by it."""
        for id in [id for id in self.trunks if id not in trunks]:
            self.trunks[id].limit = 0 if self.trunks[id].in_use else None
            self._look(id)
            if not self.trunks[id].in_use:
                del self.trunks[id]
        for id in [id for id in self.numbers if id not in numbers]:
            self.numbers[id].limit = None
            if not self.numbers[id].in_use:
                del self.numbers[id]
        for id, channels in trunks.items():
            self.trunks.setdefault(id, Load()).limit = channels
            self._look(id)
        for id, limit in numbers.items():
            self.numbers.setdefault(id, Load()).limit = limit

    def admit(self, leg: str, number: str, trunk: str | None) -> str | None:
        """A call comes in. None: let in. Else why not, as in `core.events.EntryRefused`: `no_channels` (this trunk
        and all the others are full), `trunk_limit` (this one is), `entry_limit` (the number is).

        A trunk that is not known (`trunk` None too: from the web page, from inside) has no channels to count.
        """
        if leg in self._held:
            return None
        way = self.trunks.get(trunk) if trunk is not None else None
        if way is not None and way.full:
            return "no_channels" if self._full == len(self.trunks) else "trunk_limit"
        own = self.numbers.setdefault(number, Load())
        room = not own.full
        self._take(leg, trunk if way is not None else None, number if room else None)
        return None if room else "entry_limit"

    def take(self, leg: str, trunk: str) -> bool:
        """A channel to dial out on; False: none is free, or there is no such trunk."""
        load = self.trunks.get(trunk)
        if leg in self._held or load is None or load.full:
            return False
        self._take(leg, trunk, None)
        return True

    def found(self, leg: str, number: str | None, trunk: str | None) -> None:
        """A call that was up already when we came back: counted, whatever the limits say."""
        if leg not in self._held:
            self._take(leg, trunk if trunk in self.trunks else None, number)

    def release(self, leg: str) -> None:
        """The leg is gone; nothing happens where it held nothing."""
        held = self._held.pop(leg, None)
        if held is None:
            return
        if held.number is not None:
            self.numbers[held.number].in_use -= 1
        if held.trunk is not None:
            load = self.trunks[held.trunk]
            load.in_use -= 1
            out_of_service = load.limit == 0 and not load.in_use
            if out_of_service:
                load.limit = None
            self._look(held.trunk)
            if out_of_service:
                del self.trunks[held.trunk]

    def release_all(self, but: frozenset[str] = frozenset()) -> None:
        """The switch has lost every call, but for these."""
        for leg in [leg for leg in self._held if leg not in but]:
            self.release(leg)

    @property
    def legs(self) -> frozenset[str]:
        """That hold something."""
        return frozenset(self._held)

    @property
    def has_turns(self) -> bool:
        return bool(self._turns)

    def turns(self) -> list[Turn]:
        """What filled up and what came free since this was asked last, in order."""
        turns, self._turns = self._turns, []
        return turns

    def new_day(self) -> None:
        """Peaks begin anew."""
        for load in (*self.trunks.values(), *self.numbers.values()):
            load.peak = load.in_use

    def _take(self, leg: str, trunk: str | None, number: str | None) -> None:
        self._held[leg] = _Held(trunk, number)
        if number is not None:
            own = self.numbers.setdefault(number, Load())
            own.in_use += 1
            own.peak = max(own.peak, own.in_use)
        if trunk is not None:
            load = self.trunks[trunk]
            load.in_use += 1
            load.peak = max(load.peak, load.in_use)
            self._look(trunk)

    def _look(self, trunk: str) -> None:
        """Whether the trunk has filled up or come free."""
        load = self.trunks[trunk]
        if load.full != load.busy:
            load.busy = load.full
            self._full += 1 if load.busy else -1
            self._turns.append(Turn(trunk, load.busy))
