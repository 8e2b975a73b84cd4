"""The tables `recording_begun` and `supervision_begun`: what has begun and not ended, known to the next process.

Rows go with the facts that they belong to, in one commit; a recording's goes away when it has been handed over.
"""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from jietong.channels.ports import Gap
from jietong.core.inbox import Write
from jietong.core.vocabulary import Ms, Supervision
from jietong.db.pool import Connection

_COLUMNS = (
    "recording, client, contact, call, queue, agent, talk, rule, consent, keep_days, started, tracks, offsets, gaps, "
    "paused_at, pause_why, language, customer, ended"
)
_BEGIN = (
    f"INSERT INTO recording_begun ({_COLUMNS}) VALUES "
    "($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19) ON CONFLICT DO NOTHING"
)


class Begun(NamedTuple):
    """A recording."""

    recording: str
    client: str
    contact: str  # of a message: the contact that it will be
    call: str  # the contact on whose line it is recorded
    queue: str | None
    agent: str | None
    talk: str  # the bridge; empty: a message
    rule: str
    consent: str | None
    keep_days: int
    started: Ms
    tracks: tuple[str, ...]
    offsets: dict[str, Ms] = {}  # noqa: RUF012 - never changed
    gaps: tuple[Gap, ...] = ()
    paused_at: Ms | None = None
    pause_why: str = "card"
    language: str = ""  # of a message
    customer: str | None = None
    ended: bool = False  # the ledger knows of its end; a message's contact has arrived

    def name(self, track: str) -> str:
        return name(self.call, self.recording, track)


class Listener(NamedTuple):
    contact: str
    by: str
    mode: Supervision


class Named(NamedTuple):
    """What a file in the spool is."""

    call: str
    recording: str
    track: str


def name(call: str, recording: str, track: str) -> str:
    """The switch's name of a track: it says whose it is, should all else be lost."""
    return f"{call}.{recording}.{track}"


def read_name(text: str) -> Named | None:
    """None: no name of ours."""
    parts = text.split(".")
    return Named(*parts) if len(parts) == 3 and all(parts) else None


# --- recordings -----------------------------------------------------------------------------------------------------


def begun_write(one: Begun) -> Write:
    return Write(_BEGIN, _row(one))


def paused_write(recording: str, gaps: Sequence[Gap], paused_at: Ms | None, why: str) -> Write:
    return Write(
        "UPDATE recording_begun SET gaps = $2, paused_at = $3, pause_why = $4 WHERE recording = $1",
        (recording, [list(gap) for gap in gaps], paused_at, why),
    )


def ended_write(recording: str) -> Write:
    return Write("UPDATE recording_begun SET ended = true WHERE recording = $1", (recording,))


async def note(conn: Connection, one: Begun) -> None:
    await conn.execute(_BEGIN, *_row(one))


async def handed_over(conn: Connection, recording: str) -> None:
    await conn.execute("DELETE FROM recording_begun WHERE recording = $1", recording)


async def recordings(conn: Connection) -> list[Begun]:
    """In the order they began."""
    rows = await conn.fetch(f"SELECT {_COLUMNS} FROM recording_begun ORDER BY started, recording")
    return [
        Begun(*row)._replace(tracks=tuple(row["tracks"]), gaps=tuple(msgspec.convert(row["gaps"], list[Gap])))
        for row in rows
    ]


def _row(one: Begun) -> tuple[object, ...]:
    return tuple(one._replace(tracks=list(one.tracks), gaps=[list(gap) for gap in one.gaps]))  # type: ignore[arg-type]


# --- listeners ------------------------------------------------------------------------------------------------------


def listener_write(one: Listener, client: str) -> Write:
    return Write(
        "INSERT INTO supervision_begun (contact, by, client, mode) VALUES ($1, $2, $3, $4) "
        "ON CONFLICT (contact, by) DO UPDATE SET mode = excluded.mode",
        (one.contact, one.by, client, str(one.mode)),
    )


def listener_gone_write(contact: str, by: str) -> Write:
    return Write("DELETE FROM supervision_begun WHERE contact = $1 AND by = $2", (contact, by))


async def listeners(conn: Connection) -> list[Listener]:
    rows = await conn.fetch("SELECT contact, by, mode FROM supervision_begun ORDER BY contact, by")
    return [Listener(row["contact"], row["by"], Supervision(row["mode"])) for row in rows]
