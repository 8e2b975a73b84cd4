"""State of the exchange in memory: legs, what is played to them, bridges. The exchange alone changes it."""

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jietong.channels.memory.time import Timer
from jietong.channels.switch import Media
from jietong.core.vocabulary import Ms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jietong.channels.memory.party import Act, Line


@dataclass(eq=False, slots=True)
class Play:
    id: str
    media: tuple[Media, ...]
    at: int = 0  # which of `media` is heard now
    timer: Timer | None = None


@dataclass(eq=False, slots=True)
class Leg:
    id: str
    line: "Line | None" = None  # the party's end; None: a snoop, which has no telephone
    number: str | None = None
    caller: str | None = None
    trunk: str | None = None
    extension: str | None = None
    marks: dict[str, str] = field(default_factory=dict)
    answered_at: Ms | None = None
    gone: bool = False
    bridge: "Bridge | None" = None
    muted: bool = False  # by the centre
    held: bool = False  # by the party's own telephone
    speaking: bool = True
    music: str | None = None
    plays: deque[Play] = field(default_factory=deque)
    script: "Sequence[Act]" = ()
    timers: list[Timer] = field(default_factory=list)
    snoops: "list[Leg]" = field(default_factory=list)  # beside this leg
    of: "Leg | None" = None  # for a snoop: beside which leg it is
    spies: str = "none"  # for a snoop: in | out | both | none
    whispers: bool = False  # for a snoop

    @property
    def up(self) -> bool:
        return self.answered_at is not None and not self.gone


@dataclass(eq=False, slots=True)
class Bridge:
    id: str
    legs: list[Leg] = field(default_factory=list)
