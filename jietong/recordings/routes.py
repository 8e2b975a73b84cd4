"""HTTP: hearing recordings and handing them out, legal holds, deletion with its certificate, the vault's state."""

import base64
import re
from typing import Annotated, Any, cast

from fastapi import APIRouter, Depends, Header, Query
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel, Field
from starlette.requests import HTTPConnection

from jietong.identity.http import allow, state
from jietong.identity.model import Principal
from jietong.identity.permissions import Permission as P
from jietong.recordings import playback
from jietong.recordings.model import Certificate, Hold, Recording, Run
from jietong.recordings.playback import Opened
from jietong.recordings.service import Recordings
from jietong.recordings.wave import BUCKET_MS

router = APIRouter(prefix="/api", tags=["recordings"])


def recordings(connection: HTTPConnection) -> Recordings:
    return cast(Recordings, state(connection, "recordings"))


Parts = Annotated[Recordings, Depends(recordings)]
Hears = Annotated[Principal, Depends(allow(P.RECORDING_LISTEN, P.DESK_USE))]
Downloads = Annotated[Principal, Depends(allow(P.RECORDING_DOWNLOAD))]
Holds = Annotated[Principal, Depends(allow(P.RECORDING_HOLD))]
Deletes = Annotated[Principal, Depends(allow(P.RECORDING_DELETE))]
Keeps = Annotated[Principal, Depends(allow(P.RECORDING_HOLD, P.RECORDING_DELETE, P.SETUP_VIEW))]

_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


class GapOut(BaseModel):
    """Left out, in ms after the recording's beginning."""

    start: int
    end: int
    why: str


class TrackOut(BaseModel):
    name: str
    bytes: int
    digest: str
    rate: int
    offset_ms: int
    peaks: str  # base64; a byte for each `bucket_ms`: 255·√(peak ÷ full scale)


class RecordingOut(BaseModel):
    """`ways`: how it can be heard, the best first. `certificate`: of its deletion."""

    id: str
    contact: str
    queue: str | None
    agent: str | None
    rule: str
    consent: str | None
    started: int
    duration_ms: int
    gaps: list[GapOut]
    lacking: list[str]
    keep_until: int
    state: str
    damaged: bool
    ways: list[str]
    tracks: list[TrackOut]
    bucket_ms: int
    certificate: str | None


class MarkOut(BaseModel):
    """In ms of the contact's time; `end` None: an instant, or not over."""

    kind: str
    at: int
    end: int | None
    agent: str | None
    other: str | None
    queue: str | None
    what: str | None
    recording: str | None


class LegOut(BaseModel):
    leg: str
    party: str
    agent: str | None
    trunk: str | None
    started: int
    answered: int | None
    ended: int | None
    cause: str | None
    loss_pct: float | None
    jitter_ms: float | None
    round_trip_ms: float | None
    mos: float | None
    codec: str | None


class MissingOut(BaseModel):
    recording: str
    contact: str
    agent: str | None
    started: int
    why: str
    at: int


class HoldOut(BaseModel):
    id: str
    contact: str
    client: str
    reason: str
    set_at: int
    set_by_name: str
    lifted_at: int | None
    lifted_by_name: str | None
    lifted_reason: str | None


class HeardOut(BaseModel):
    """`pending`: recordings that have ended and are being encrypted."""

    recordings: list[RecordingOut]
    marks: list[MarkOut]
    legs: list[LegOut]
    missing: list[MissingOut]
    pending: int
    hold: HoldOut | None


class TicketOut(BaseModel):
    """For the audio's address; holds for four hours. The listen is in the audit log."""

    ticket: str
    ways: list[str]
    duration_ms: int


class ReasonIn(BaseModel):
    reason: str = Field(max_length=5000)


class HeldOut(BaseModel):
    """`late`: recordings of the contact that had been deleted before the hold."""

    hold: HoldOut
    late: list[str]


class HoldsOut(BaseModel):
    items: list[HoldOut]
    next: None = None


class CertificateOut(BaseModel):
    id: str
    recording: str
    contact: str
    client: str
    at: int
    why: str
    digest: str
    audit_seq: int


class CertificatesOut(BaseModel):
    items: list[CertificateOut]
    next: None = None


class TotalOut(BaseModel):
    client: str
    recordings: int
    bytes: int
    duration_ms: int
    oldest: int | None
    damaged: int


class RunOut(BaseModel):
    day: str
    started_at: int
    ended_at: int | None
    deleted: int
    held: int
    failed: int
    bytes: int


class OverviewOut(BaseModel):
    """`stuck`: of those pending, how many could not be stored yet. `due_*`: what retention would do now."""

    totals: list[TotalOut]
    pending: int
    pending_since: int | None
    stuck: int
    due: int
    due_bytes: int
    due_held: int
    runs: list[RunOut]
    missing: list[MissingOut]


@router.get("/contacts/{id}/recordings")
async def of_contact(id: str, by: Hears, parts: Parts) -> HeardOut:
    """Recordings of each talk in the order they began, with what happened along them and how well they sounded."""
    heard = await parts.of_contact(by, id)
    return HeardOut(
        recordings=[_recording(one, heard.certificates.get(one.id)) for one in heard.recordings],
        marks=[MarkOut(**mark._asdict()) for mark in heard.along.marks],
        legs=[LegOut(**leg._asdict()) for leg in heard.along.legs],
        missing=[MissingOut(**one._asdict()) for one in heard.missing],
        pending=heard.pending,
        hold=_hold(heard.hold) if heard.hold else None,
    )


@router.post("/recordings/{id}/listen")
async def listen(id: str, by: Hears, parts: Parts) -> TicketOut:
    """Once for each listening; without its ticket no byte is played."""
    one, ticket = await parts.listen(by, id)
    return TicketOut(ticket=ticket, ways=playback.ways(one), duration_ms=one.duration_ms)


@router.get("/recordings/{id}/audio", response_class=Response)
async def audio(
    id: str,
    by: Hears,
    parts: Parts,
    ticket: Annotated[str, Query(max_length=200)],
    track: Annotated[str | None, Query(max_length=20)] = None,
    range_: Annotated[str | None, Header(alias="range", max_length=100)] = None,
) -> Response:
    """WAV, from any place (Range). `track`: both (customer left, agent right), mix, customer, agent; without it, the
    first of `ways`."""
    opened = await parts.audio(by, id, track, ticket)
    return _ranged(opened, range_)


@router.get("/recordings/{id}/download", response_class=Response)
async def download(
    id: str, by: Downloads, parts: Parts, track: Annotated[str, Query(max_length=20)] = "mix"
) -> Response:
    """A track as the switch wrote it, or `both` as stereo. Each download is in the audit log."""
    opened = await parts.download(by, id, track)
    return StreamingResponse(
        opened.blocks(0, opened.size),
        media_type="audio/wav",
        headers={**_attached(f"{id}.{track}.wav"), "Content-Length": str(opened.size)},
    )


@router.get("/contacts/{id}/recordings/export", response_class=Response)
async def export(id: str, by: Downloads, parts: Parts) -> Response:
    """A ZIP of all tracks of the contact with a manifest of digests, gaps and marks; in the audit log."""
    entries = await parts.export(by, id)
    return StreamingResponse(
        playback.zipped(entries), media_type="application/zip", headers=_attached(f"{id}.recordings.zip")
    )


@router.get("/recordings/holds")
async def holds(by: Keeps, parts: Parts, lifted: bool = False) -> HoldsOut:
    return HoldsOut(items=[_hold(one) for one in await parts.holds(by, lifted=lifted)])


@router.post("/contacts/{id}/recordings/hold", status_code=201)
async def hold(id: str, body: ReasonIn, by: Holds, parts: Parts) -> HeldOut:
    """Legal hold: none of the contact's recordings is deleted until it is lifted, whoever asks."""
    made, late = await parts.hold(by, id, body.reason)
    return HeldOut(hold=_hold(made), late=late)


@router.post("/recordings/holds/{id}/lift")
async def lift(id: str, body: ReasonIn, by: Holds, parts: Parts) -> HoldOut:
    return _hold(await parts.lift(by, id, body.reason))


@router.post("/recordings/{id}/delete")
async def delete(id: str, body: ReasonIn, by: Deletes, parts: Parts) -> CertificateOut:
    """Before its time, for good. Gives the certificate."""
    return _certificate(await parts.delete(by, id, body.reason))


@router.get("/recordings/certificates")
async def certificates(by: Keeps, parts: Parts) -> CertificatesOut:
    return CertificatesOut(items=[_certificate(one) for one in await parts.certificates(by)])


@router.get("/recordings/certificates/{id}", response_class=Response)
async def certificate(id: str, by: Keeps, parts: Parts) -> Response:
    """As a file that `jietong recordings verify-certificate` checks. `id`: the certificate's or the recording's."""
    content = await parts.certificate(by, id)
    return Response(content, media_type="application/json", headers=_attached(f"{id}.certificate.json"))


@router.get("/recordings/overview")
async def overview(by: Keeps, parts: Parts) -> OverviewOut:
    found = await parts.overview(by)
    return OverviewOut(
        totals=[TotalOut(**one) for one in found.totals],
        pending=found.pending,
        pending_since=found.pending_since,
        stuck=found.stuck,
        due=found.due.recordings,
        due_bytes=found.due.bytes,
        due_held=found.due.held,
        runs=[_run(one) for one in found.runs],
        missing=[MissingOut(**one._asdict()) for one in found.missing],
    )


def _ranged(opened: Opened, asked: str | None) -> Response:
    """The whole, or the one range that was asked for; a range nobody can serve is 416 (RFC 9110, 14)."""
    size = opened.size
    headers = {"Accept-Ranges": "bytes", "Cache-Control": "private, no-store"}
    match = _RANGE.fullmatch(asked.strip()) if asked else None
    if match is None or not (match[1] or match[2]):
        headers["Content-Length"] = str(size)
        return StreamingResponse(opened.blocks(0, size), media_type="audio/wav", headers=headers)
    first, last = match[1], match[2]
    start = int(first) if first else max(size - int(last), 0)
    end = min(int(last) + 1, size) if first and last else size
    if start >= end:
        opened.close()
        return Response(status_code=416, headers={**headers, "Content-Range": f"bytes */{size}"})
    headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    headers["Content-Length"] = str(end - start)
    return StreamingResponse(opened.blocks(start, end), 206, media_type="audio/wav", headers=headers)


def _attached(name: str) -> dict[str, str]:
    safe = re.sub(r"[^A-Za-z0-9._-]", "_", name)
    return {"Content-Disposition": f'attachment; filename="{safe}"', "Cache-Control": "private, no-store"}


def _recording(one: Recording, certificate: str | None) -> RecordingOut:
    there = one.state == "stored"
    return RecordingOut(
        id=one.id,
        contact=one.contact,
        queue=one.queue,
        agent=one.agent,
        rule=one.rule,
        consent=one.consent,
        started=one.started,
        duration_ms=one.duration_ms,
        gaps=[GapOut(**gap._asdict()) for gap in one.gaps],
        lacking=list(one.lacking),
        keep_until=one.keep_until,
        state=one.state,
        damaged=one.damaged is not None,
        ways=playback.ways(one) if there else [],
        tracks=[
            TrackOut(
                name=track.name,
                bytes=track.bytes,
                digest=track.digest,
                rate=track.rate,
                offset_ms=track.offset_ms,
                peaks=base64.b64encode(track.peaks).decode(),
            )
            for track in one.tracks
        ],
        bucket_ms=BUCKET_MS,
        certificate=certificate,
    )


def _hold(one: Hold) -> HoldOut:
    return HoldOut(**_named(HoldOut, one))


def _certificate(one: Certificate) -> CertificateOut:
    return CertificateOut(**_named(CertificateOut, one))


def _run(one: Run) -> RunOut:
    return RunOut(**_named(RunOut, one))


def _named(out: type[BaseModel], one: Any) -> dict[str, Any]:
    """The fields of `out` from the same names of `one`."""
    return {name: getattr(one, name) for name in out.model_fields}
