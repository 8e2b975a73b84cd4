"""What we know of the legs in Asterisk: one `Line` each, kept by the events and by what we ask."""

import asyncio
import re
from dataclasses import dataclass, field
from typing import Final

import msgspec

from jietong.channels.asterisk.ari import Channel
from jietong.channels.switch import LegNow
from jietong.core.errors import Invalid, Refused

MARKS: Final = "JT_MARKS"  # all marks of a leg in one channel variable, as JSON
TAPE: Final = "tape-"  # a snoop of ours that only records is no leg: it is named after its recording

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,120}")

# Q.850 causes as Asterisk tells them → core.events.LegEnded
_CAUSES: Final = {
    1: "unreachable",
    3: "unreachable",
    16: "normal",
    17: "busy",
    18: "no_answer",
    19: "no_answer",
    20: "unreachable",
    21: "rejected",
    22: "unreachable",
    27: "unreachable",
    28: "unreachable",
    31: "normal",
    34: "congestion",
    38: "congestion",
    41: "congestion",
    42: "congestion",
    44: "congestion",
    58: "failed",
    88: "failed",
    127: "failed",
}
# … and back, for hanging up
REASONS: Final = {"normal": 16, "busy": 17, "congestion": 42, "rejected": 21, "no_answer": 19}


@dataclass(slots=True)
class Line:
    leg: str
    ours: bool = False  # we rang it
    snoop: bool = False
    rang: bool = False
    answered: bool = False
    number: str | None = None
    caller: str | None = None
    trunk: str | None = None
    extension: str | None = None
    codec: str | None = None
    marks: dict[str, str] = field(default_factory=dict)
    gives_up_at: float | None = None  # loop time at which ringing ends by itself
    in_hand: asyncio.Event = field(default_factory=asyncio.Event)  # Stasis has it: now it can be commanded
    let_go: bool = False  # hung up or released by us
    ending: bool = False  # a hang-up is under way
    hung_up: bool = False  # by us: a second cause would be told instead of the first
    music: bool = False
    bridge: str | None = None
    plays: dict[str, bool] = field(default_factory=dict)  # to whether it was stopped
    refer: asyncio.TimerHandle | None = None  # the telephone waits for what becomes of its REFER
    quality: dict[str, float] = field(default_factory=dict)

    def now(self) -> LegNow:
        return LegNow(self.leg, self.answered, self.number, self.caller, self.trunk, self.extension, dict(self.marks))


def gone(leg: str) -> Refused:
    return Refused("no_such_leg", "This leg of a call has gone.", leg=leg)


def named(name: str) -> str:
    """A name of ours; those of recordings become file names. Raises Invalid `bad_name`."""
    if not _NAME.fullmatch(name):
        raise Invalid("bad_name", "Names are of letters, digits, dot, dash and underscore.")
    return name


def restored(channel: Channel) -> Line:
    """A line as the switch lists it, after we were away."""
    variables = channel.channelvars
    marks = read_marks(variables.get(MARKS, ""))
    ours = marks.pop("_ours", "") == "1"
    line = Line(
        channel.id,
        ours=ours,
        snoop=channel.name.startswith("Snoop/"),
        answered=channel.state == "Up",
        number=variables.get("JT_DIALLED") or None,
        caller=None if ours else channel.caller.number or None,
        trunk=variables.get("JT_TRUNK") or None,
        extension=variables.get("JT_EXTENSION") or None,
        marks=marks,
        music=True,  # not known: to be stopped when it matters
    )
    line.in_hand.set()
    return line


def written_marks(line: Line) -> str:
    marks = {**line.marks, "_ours": "1"} if line.ours else line.marks
    return msgspec.json.encode(marks).decode()


def read_marks(text: str) -> dict[str, str]:
    try:
        return msgspec.json.decode(text, type=dict[str, str]) if text else {}
    except msgspec.DecodeError:
        return {}


def cause_of(line: Line, cause: int, now: float) -> str:
    """Why the leg is over, in the words of `core.events.LegEnded`."""
    if line.answered:
        # 44 without our doing: no sound came from it any more.
        return "lost" if cause == 44 and not line.let_go else "normal"
    if line.ours and not line.let_go and cause in {0, 16, 127} and line.gives_up_at and now >= line.gives_up_at - 0.5:
        return "no_answer"
    return _CAUSES.get(cause, "normal" if line.let_go or not line.ours else "failed")
