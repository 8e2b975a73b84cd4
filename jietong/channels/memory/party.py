"""The people in the exchange in memory: callers and telephones, as they behave by a script or by a test's hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from jietong.channels.memory.exchange import Exchange
    from jietong.channels.memory.leg import Leg


class Act(NamedTuple):
    """What a party does, `after_s` seconds after the act before it (the first: after the talk has begun)."""

    after_s: float
    do: str  # a method of Line
    args: tuple[object, ...] = ()


def press(after_s: float, digits: str) -> Act:
    return Act(after_s, "press", (digits,))


def hang_up(after_s: float, cause: str = "normal") -> Act:
    return Act(after_s, "hang_up", (cause,))


def hold(after_s: float) -> Act:
    return Act(after_s, "hold")


def unhold(after_s: float) -> Act:
    return Act(after_s, "unhold")


def refer(after_s: float, target: str) -> Act:
    return Act(after_s, "refer", (target,))


def fall_silent(after_s: float) -> Act:
    return Act(after_s, "speak", (False,))


def speak(after_s: float) -> Act:
    return Act(after_s, "speak", (True,))


class Behaviour(NamedTuple):
    """How somebody takes calls. `rejects` with a cause: busy (486), rejected (603), unreachable (404, 480) …"""

    answer_after_s: float | None = 3.0  # of ringing; None: never
    ring_after_s: float = 0.2
    rejects: str | None = None
    reject_after_s: float = 0.5
    one_line: bool = False  # a second call finds it busy
    auto_answer: bool = True  # takes calls that ask for it at once
    then: Sequence[Act] = ()  # once answered


class Sound(NamedTuple):
    """What the network does to a party's voice, as RTCP tells it."""

    loss_pct: float | None = 0.0
    jitter_ms: float | None = 4.0
    round_trip_ms: float | None = 20.0
    codec: str | None = "alaw"


class Line:
    """A party's end of one call. What it does after the call is over does nothing."""

    def __init__(self, exchange: Exchange, leg: Leg, voice_hz: int, sound: Sound) -> None:
        self._exchange = exchange
        self._leg = leg
        self.voice_hz = voice_hz
        self.sound = sound
        self.caller_id = ""  # shown when it was rung
        self.caller_name = ""
        self.rings_back = False  # a caller who was told that it rings
        self.digits = ""  # that were sent to it
        self.released_to: str | None = None  # the switch's own dial plan has it
        self.transfers_refused = 0  # how often the telephone was told that a transfer leads nowhere
        self.ended: str | None = None  # the cause it was told, or gave
        self.telephone: Telephone | None = None

    @property
    def leg(self) -> str:
        return self._leg.id

    @property
    def answered(self) -> bool:
        return self._leg.up

    @property
    def hears(self) -> frozenset[str]:
        """Ids of the legs whose parties it hears."""
        return self._exchange.hears(self.leg)

    @property
    def hears_media(self) -> str | None:
        """What is played to it: a uri, `music:default`, or None."""
        return self._exchange.hears_media(self.leg)

    def answer(self) -> None:
        self._exchange.party_answers(self._leg)

    def reject(self, cause: str = "rejected") -> None:
        self._exchange.party_goes(self._leg, cause)

    def hang_up(self, cause: str = "normal") -> None:
        self._exchange.party_goes(self._leg, cause)

    def vanish(self) -> None:
        """The line breaks without a word."""
        self._exchange.party_goes(self._leg, "lost")

    def press(self, digits: str) -> None:
        self._exchange.party_presses(self._leg, digits)

    def hold(self) -> None:
        self._exchange.party_holds(self._leg, True)

    def unhold(self) -> None:
        self._exchange.party_holds(self._leg, False)

    def speak(self, speaking: bool = True) -> None:
        """Whether it says anything; parties speak until they are told to be silent."""
        self._exchange.party_speaks(self._leg, speaking)

    def refer(self, target: str) -> None:
        """Blind transfer by the telephone's own key."""
        self._exchange.party_refers(self._leg, target, None)

    def refer_attended(self, other: Line) -> None:
        """Joins the far ends of this call and of `other`, by the telephone's own key."""
        self._exchange.party_refers(self._leg, None, other.leg)


class Telephone:
    """An extension's telephone. It is registered while the exchange knows the extension and it has not been lost."""

    def __init__(self, exchange: Exchange, extension: str, behaviour: Behaviour) -> None:
        self._exchange = exchange
        self.extension = extension
        self.behaviour = behaviour
        self.sound = Sound(codec="opus")
        self.wants = True  # to be registered
        self.registered = False
        self.lines: list[Line] = []  # of its calls under way

    @property
    def line(self) -> Line:
        """Of the latest call. Raises IndexError when there is none."""
        return self.lines[-1]

    def dial(self, number: str, script: Sequence[Act] = ()) -> Line:
        return self._exchange.call(number, caller=self.extension, extension=self.extension, script=script)

    def lose(self) -> None:
        """Its registration ends: the network, the battery, the browser's tab."""
        self.wants = False
        self._exchange.settle_registrations()

    def register(self) -> None:
        self.wants = True
        self._exchange.settle_registrations()
