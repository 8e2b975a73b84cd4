"""What a recording is to the centre. Frozen facts; instants are ms UTC."""

from pathlib import Path
from typing import NamedTuple, TypeAlias

from msgspec import Struct

from jietong.channels.ports import Gap
from jietong.core.vocabulary import Ms

TRACKS = ("customer", "agent", "mix")
DAY_MS: Ms = 86_400_000

Levels: TypeAlias = bytes
"""`wave.peaks_of`."""


class Job(Struct, frozen=True):
    """What the switch has finished, as it waits to be taken in."""

    recording: str
    contact: str
    client: str
    queue: str | None
    agent: str | None
    started: Ms
    tracks: dict[str, str | None]
    gaps: list[Gap]
    keep_days: int
    rule: str
    consent: str | None
    offsets: dict[str, Ms]
    why: str

    def path(self, track: str) -> Path | None:
        given = self.tracks.get(track)
        return Path(given) if given else None


class Track(NamedTuple):
    """One file in the vault."""

    name: str
    key: str
    path: str
    bytes: int
    digest: str
    rate: int
    data_at: int
    frames: int
    offset_ms: Ms
    peaks: Levels

    @property
    def playable(self) -> bool:
        return self.rate > 0 and self.frames > 0

    @property
    def end_ms(self) -> Ms:
        return self.offset_ms + (self.frames * 1000 // self.rate if self.rate else 0)


class Recording(NamedTuple):
    id: str
    contact: str
    client: str
    queue: str | None
    agent: str | None
    rule: str
    consent: str | None
    started: Ms
    duration_ms: Ms
    gaps: tuple[Gap, ...]
    lacking: tuple[str, ...]
    keep_days: int
    keep_until: Ms
    stored_at: Ms
    verified_at: Ms
    damaged: str | None
    state: str  # stored | deleting | deleted
    tracks: tuple[Track, ...] = ()

    def track(self, name: str) -> Track | None:
        return next((one for one in self.tracks if one.name == name), None)


class Hold(NamedTuple):
    """A legal hold on all recordings of a contact; open until it is lifted."""

    id: str
    contact: str
    client: str
    reason: str
    set_at: Ms
    set_by: str
    set_by_name: str
    lifted_at: Ms | None
    lifted_by: str | None
    lifted_by_name: str | None
    lifted_reason: str | None


class Certificate(NamedTuple):
    """That a recording was deleted. `document` is canonical JSON, `digest` its SHA-256."""

    id: str
    recording: str
    contact: str
    client: str
    at: Ms
    why: str
    document: str
    digest: str
    audit_seq: int


class Missing(NamedTuple):
    """What should have been recorded and is not there. `why` as in core.events.RecordingMissing."""

    recording: str
    contact: str
    agent: str | None
    started: Ms
    why: str
    at: Ms


class Run(NamedTuple):
    """One day's retention."""

    day: str
    cutoff: Ms
    started_at: Ms
    ended_at: Ms | None
    deleted: int
    held: int
    failed: int
    bytes: int


def file_name(recording: str, track: str) -> str:
    """What is bound into the encrypted file: it cannot be put in the place of another."""
    return f"{recording}/{track}"
