"""HTTP: recordings of announcements, and the synthetic voice."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel
from starlette.datastructures import UploadFile
from starlette.responses import FileResponse, Response

from jietong.core.clock import Clock
from jietong.core.errors import Invalid, NotFound
from jietong.core.vocabulary import Ms
from jietong.db.pool import Database
from jietong.flows import audio, prompts
from jietong.flows.nodes import LONGEST_TEXT
from jietong.flows.sounds import Sounds
from jietong.flows.store import StoredPrompt
from jietong.identity.http import allow, clock, database, state
from jietong.identity.model import Principal
from jietong.identity.permissions import Permission as P

router = APIRouter(prefix="/api/prompts", tags=["flows"])

Db = Annotated[Database, Depends(database)]
Now = Annotated[Clock, Depends(clock)]
Reads = Annotated[Principal, Depends(allow(P.FLOW_READ))]
Writes = Annotated[Principal, Depends(allow(P.FLOW_WRITE))]
Lang = Literal["zh-Hans", "zh-Hant", "en"]


def sounds_of(request: Request) -> Sounds:
    found: Sounds = state(request, "sounds")
    return found


Ear = Annotated[Sounds, Depends(sounds_of)]


class SoundOut(BaseModel):
    language: str
    duration_ms: int
    bytes: int
    uploaded_at: Ms
    uploaded_by: str
    url: str


class PromptOut(BaseModel):
    """`words` are what is said: shown in chats, and spoken where a recording is missing."""

    id: str
    name: dict[str, str]
    words: dict[str, str]
    revision: int
    active: bool
    changed_at: Ms
    changed_by: str
    sounds: list[SoundOut]
    used_by: list[str]  # flows


class PromptList(BaseModel):
    """`voice`: whether words can be spoken here."""

    items: list[PromptOut]
    next: None = None
    voice: bool


class PromptIn(BaseModel):
    id: str
    name: dict[str, str]
    words: dict[str, str] = {}


class PromptChange(BaseModel):
    revision: int
    name: dict[str, str]
    words: dict[str, str] = {}
    active: bool = True


class Words(BaseModel):
    text: str
    language: Lang


@router.get("")
async def all_prompts(by: Reads, db: Db, ear: Ear) -> PromptList:
    users = await prompts.uses(db, by)
    return PromptList(items=[_out(one, users) for one in await prompts.listed(db)], voice=ear.can_speak)


@router.post("", status_code=201)
async def create(body: PromptIn, by: Writes, db: Db, now: Now, ear: Ear) -> PromptOut:
    made = await prompts.create(db, now, ear, by, body.id, body.name, body.words)
    return _out(made, await prompts.uses(db, by))


@router.post("/speak", response_class=Response)
async def speak(body: Words, _: Reads, ear: Ear) -> Response:
    """The words read out by the synthetic voice, as a WAV file. 503 `no_speech` where there is none."""
    text = body.text.strip()
    if not text or len(text) > LONGEST_TEXT:
        raise Invalid("too_long", f"Between 1 and {LONGEST_TEXT} characters.", field="text", max=LONGEST_TEXT)
    path = await ear.spoken(text, body.language)
    return FileResponse(path.with_suffix(".wav16"), media_type="audio/wav", headers={"Cache-Control": "no-store"})


@router.get("/{id}")
async def prompt(id: str, by: Reads, db: Db) -> PromptOut:
    return _out(await prompts.read(db, id), await prompts.uses(db, by))


@router.put("/{id}")
async def change(id: str, body: PromptChange, by: Writes, db: Db, now: Now, ear: Ear) -> PromptOut:
    changed = await prompts.change(db, now, ear, by, id, body.revision, body.name, body.words, body.active)
    return _out(changed, await prompts.uses(db, by))


@router.put("/{id}/sounds/{language}")
async def upload(id: str, language: str, request: Request, by: Writes, db: Db, now: Now, ear: Ear) -> PromptOut:
    """The recording in one language: a WAV as multipart field `file`, 10 MB and 5 minutes at most."""
    async with request.form(max_files=1, max_fields=2) as form:
        part = form.get("file")
        if not isinstance(part, UploadFile):
            raise Invalid("file_missing", "Send the recording as the form field `file`.", field="file")
        data = await part.read(audio.MOST_BYTES + 1)
    return _out(await prompts.upload(db, now, ear, by, id, language, data), await prompts.uses(db, by))


@router.delete("/{id}/sounds/{language}")
async def drop(id: str, language: str, by: Writes, db: Db, now: Now, ear: Ear) -> PromptOut:
    return _out(await prompts.drop(db, now, ear, by, id, language), await prompts.uses(db, by))


@router.get("/{id}/sounds/{language}", response_class=FileResponse)
async def listen(id: str, language: str, _: Reads, db: Db, ear: Ear) -> Response:
    """The recording, as customers hear it."""
    found = next((one for one in (await prompts.read(db, id)).sounds if one.language == language), None)
    if found is None:
        raise NotFound("no_such_sound", "There is no recording in this language.")
    return FileResponse(
        ear.file(found.digest),
        media_type="audio/wav",
        headers={"Cache-Control": "private, no-cache", "Content-Security-Policy": "default-src 'none'; sandbox"},
    )


def _out(one: StoredPrompt, users: Mapping[str, Sequence[str]]) -> PromptOut:
    return PromptOut(
        id=one.id,
        name=one.name,
        words=one.words,
        revision=one.revision,
        active=one.active,
        changed_at=one.changed_at,
        changed_by=one.changed_by,
        sounds=[
            SoundOut(
                language=sound.language,
                duration_ms=sound.duration_ms,
                bytes=sound.bytes,
                uploaded_at=sound.uploaded_at,
                uploaded_by=sound.uploaded_by,
                url=f"/api/prompts/{one.id}/sounds/{sound.language}",
            )
            for sound in one.sounds
        ],
        used_by=list(users.get(one.id, ())),
    )
