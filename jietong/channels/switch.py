"""The port to a telephone switch: what the centre asks of it, and what it tells.

The centre does the thinking (menus, queues, recording rules, surveys); a switch answers, plays, hears digits, rings,
bridges, records and lets listen. Two stand behind this port, held to one contract (tests/contract/switch): Asterisk
(`channels.asterisk`) and a switch in memory on virtual time (`channels.memory`).

A *leg* is one party's line. Legs that we originate bear the id that we choose; ids of arriving legs are the switch's.
Every method raises `core.errors.Unavailable` `switch_gone` while the switch is not there, `core.errors.Refused`
`no_such_leg` when the leg has gone meanwhile (callers treat it as hung up), and is done when it returns.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol, TypeAlias

from msgspec import Struct

from jietong.core.vocabulary import Ms


class Media(NamedTuple):
    """What can be played: a sound file's path without its format, `tone:busy` and the like, or `digits:123`."""

    uri: str


class Address(NamedTuple):
    """Whom to ring: an extension registered at the switch, or a number over a trunk."""

    extension: str | None = None
    number: str | None = None  # as dialled: digits with or without +
    trunk: str | None = None


# --- what the switch tells -----------------------------------------------------------------------------------


class Told(Struct, frozen=True):
    """Base of what a switch tells. `at` is the switch's instant."""

    at: Ms


class LegArrived(Told, frozen=True):
    """Someone calls in; the leg rings (unanswered) until told otherwise."""

    leg: str
    number: str  # that was dialled
    caller: str | None  # as presented; None: withheld
    trunk: str | None = None
    extension: str | None = None  # a telephone of our own that dials
    name: str | None = None
    codec: str | None = None
    token: str | None = None  # of a call from the web page: who vouches for it


class LegRinging(Told, frozen=True):
    leg: str


class LegAnswered(Told, frozen=True):
    leg: str


class LegGone(Told, frozen=True):
    """`cause` as in core.events.LegEnded; `by_us` where we hung it up."""

    leg: str
    cause: str
    by_us: bool = False


class Digit(Told, frozen=True):
    leg: str
    digit: str  # 0-9 * # A-D


class PlayEnded(Told, frozen=True):
    leg: str
    play: str
    complete: bool  # False: stopped, or could not be played


class HoldPressed(Told, frozen=True):
    """The party pressed hold (or took it back) on its own telephone."""

    leg: str
    held: bool


class TransferPressed(Told, frozen=True):
    """The party's telephone asks to transfer (REFER). Blind: `target` is what was dialled. Attended: `other` is the
    second leg of the same telephone, which talks to whom the call should go to."""

    leg: str
    target: str | None = None
    other: str | None = None


class RecordEnded(Told, frozen=True):
    """The file lies complete at `path` (16-bit mono WAV), or `path` is None and `why` tells what went wrong."""

    recording: str
    path: str | None
    duration_ms: Ms = 0
    why: str = ""


class Quality(Told, frozen=True):
    """Of a leg, at its end or every so often, from RTCP. None: not known."""

    leg: str
    loss_pct: float | None = None
    jitter_ms: float | None = None
    round_trip_ms: float | None = None
    codec: str | None = None
    packets: int = 0
    final: bool = True


class DeviceState(Told, frozen=True):
    """An extension registered, or its registration ended."""

    extension: str
    reachable: bool


class TrunkStatus(Told, frozen=True):
    trunk: str
    up: bool
    why: str = ""


class Intrusion(Told, frozen=True):
    """Somebody tried to register or call with a wrong password or an unknown name."""

    address: str
    account: str
    locked: bool = False  # the address is shut out from now on


class Up(Told, frozen=True):
    """The switch is there. `restarted`: it is not the one that we knew, all its legs of before are gone."""

    restarted: bool


class Down(Told, frozen=True):
    """We have lost the switch. Its calls may well go on."""

    why: str = ""


Tell: TypeAlias = (
    LegArrived
    | LegRinging
    | LegAnswered
    | LegGone
    | Digit
    | PlayEnded
    | HoldPressed
    | TransferPressed
    | RecordEnded
    | Quality
    | DeviceState
    | TrunkStatus
    | Intrusion
    | Up
    | Down
)


class LegNow(NamedTuple):
    """A leg as the switch has it, for reconciling."""

    leg: str
    answered: bool
    number: str | None
    caller: str | None
    trunk: str | None
    extension: str | None
    marks: dict[str, str]  # what `mark` set: contact, party, agent …


class BridgeNow(NamedTuple):
    bridge: str
    legs: tuple[str, ...]


class Scene(NamedTuple):
    """All that goes on in the switch and is ours."""

    legs: tuple[LegNow, ...]
    bridges: tuple[BridgeNow, ...]
    recordings: tuple[str, ...]  # under way
    devices: frozenset[str]  # extensions that can be rung
    trunks: dict[str, bool]


class Trunk(NamedTuple):
    """As the switch needs it (core.specs.TrunkSpec, with the password)."""

    id: str
    kind: str
    host: str
    port: int
    transport: str
    username: str
    password: str
    networks: tuple[str, ...]
    channels: int
    codecs: tuple[str, ...]


class Extension(NamedTuple):
    id: str
    kind: str  # softphone (WebRTC) | phone (SIP)
    password: str
    name: str = ""


class Plant(NamedTuple):
    """What is to be set up in the switch."""

    trunks: tuple[Trunk, ...] = ()
    extensions: tuple[Extension, ...] = ()


class Switch(Protocol):
    """A telephone switch."""

    async def start(self) -> None:
        """Connects, and keeps connecting for as long as it takes; `Up` tells when it is there."""
        ...

    async def stop(self) -> None:
        """Lets go. Calls under way go on."""
        ...

    @property
    def is_up(self) -> bool: ...

    def subscribe(self, listener: Callable[[Tell], None]) -> Callable[[], None]:
        """Calls `listener` in order, in the event loop; returns how to stop it."""
        ...

    async def set_up(self, plant: Plant) -> None:
        """Makes the switch know exactly these trunks and extensions. Calls under way are not touched."""
        ...

    async def scene(self) -> Scene: ...

    # legs
    async def ring(self, leg: str) -> None:
        """Tells the caller that it rings."""
        ...

    async def answer(self, leg: str) -> None: ...

    async def hang_up(self, leg: str, cause: str = "normal") -> None:
        """`cause`: normal | busy | congestion | rejected | no_answer. No error where the leg has gone."""
        ...

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
        """Rings somebody: LegRinging, LegAnswered, LegGone tell how it goes. `auto_answer`: a softphone of ours takes
        it without asking (click to dial, a supervisor who listens)."""
        ...

    async def mark(self, leg: str, marks: dict[str, str]) -> None:
        """Notes on the leg that outlive us: `scene` gives them back."""
        ...

    async def play(self, leg: str, play: str, media: Sequence[Media]) -> None:
        """One after the other; `PlayEnded` with the id `play` follows."""
        ...

    async def stop_playing(self, play: str) -> None: ...

    async def start_music(self, leg: str, music: str = "default") -> None: ...

    async def stop_music(self, leg: str) -> None: ...

    async def mute(self, leg: str, muted: bool) -> None:
        """Nobody hears what the party says."""
        ...

    async def send_digits(self, leg: str, digits: str) -> None: ...

    async def refuse_transfer(self, leg: str) -> None:
        """`TransferPressed` leads nowhere: the party's telephone is told, and keeps its call. Said of none, nothing
        happens; where nothing is said and the leg stays, the telephone is told so after a while."""
        ...

    async def release(self, leg: str, number: str) -> None:
        """Hands the leg to the switch's own dial plan at `number`, out of our hands."""
        ...

    # bridges
    async def bridge(self, bridge: str, legs: Sequence[str]) -> None:
        """Makes the bridge if need be, and exactly these legs its members. Music on a leg stops, and what is played
        to it; what is played to a member later takes it out of the talk for so long."""
        ...

    async def unbridge(self, bridge: str) -> None:
        """Members stay up, alone. No error where there is none."""
        ...

    # recording: names are ours; files are 16-bit mono WAV
    async def record_leg(self, recording: str, leg: str) -> None:
        """What the party says, and nothing else, from now on."""
        ...

    async def record_bridge(self, recording: str, bridge: str) -> None:
        """All that is heard in the bridge."""
        ...

    async def record_message(self, recording: str, leg: str, *, max_s: int, silence_s: int, end: str = "#") -> None:
        """A voicemail: beep, then what the party says until a key, silence, or the limit."""
        ...

    async def pause_recording(self, recording: str, paused: bool) -> None:
        """While paused silence is written, so that times stay true."""
        ...

    async def stop_recording(self, recording: str) -> None:
        """`RecordEnded` follows; where it had ended before, again, with its file as long as that lies there: `why`
        switch_lost where the switch failed while it wrote. No error where there is none."""
        ...

    async def spooled(self) -> tuple[str, ...]:
        """Names of recordings that are not under way and whose files lie there."""
        ...

    # listening in
    async def snoop(self, snoop: str, leg: str, *, hears: str, speaks: str) -> None:
        """A new leg `snoop` beside `leg`: `hears` in | out | both | none (of `leg`: what it says, what it is told),
        `speaks` out (to `leg` alone) | none. Bridge it with the supervisor's leg."""
        ...
