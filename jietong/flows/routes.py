"""HTTP: flows, their versions, checks, counts and test calls. Prompts are in `prompt_routes`."""

import re
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from jietong.core.clock import Clock
from jietong.core.errors import Invalid
from jietong.core.vocabulary import Ms
from jietong.db.pool import Database
from jietong.flows import acts as a
from jietong.flows import model, service, store, trial
from jietong.flows.counts import FlowCounts
from jietong.flows.library import Library
from jietong.identity.http import allow, clock, database, site, state
from jietong.identity.model import Principal
from jietong.identity.permissions import Permission as P

router = APIRouter(prefix="/api/flows", tags=["flows"])

Db = Annotated[Database, Depends(database)]
Now = Annotated[Clock, Depends(clock)]
Reads = Annotated[Principal, Depends(allow(P.FLOW_READ))]
Writes = Annotated[Principal, Depends(allow(P.FLOW_WRITE))]
Publishes = Annotated[Principal, Depends(allow(P.FLOW_PUBLISH))]


def library(request: Request) -> Library:
    found: Library = state(request, "flows")
    return found


def counts_of(request: Request) -> FlowCounts:
    found: FlowCounts = state(request, "flow_counts")
    return found


class FaultOut(BaseModel):
    """`node` None: the flow as a whole. `message` in the three languages."""

    node: str | None
    field: str
    code: str
    level: Literal["error", "warning"]
    params: dict[str, str | int]
    message: dict[str, str]


class FlowLine(BaseModel):
    id: str
    client: str
    name: dict[str, str]
    published: int | None
    published_at: Ms | None
    published_by: str | None
    changed: bool  # there is a draft that differs from the published version
    drafted_at: Ms
    drafted_by: str
    channels: list[str]
    errors: int
    active: bool


class FlowList(BaseModel):
    items: list[FlowLine]
    next: None = None


class FlowOut(BaseModel):
    """`document` is the draft, or where nothing was changed the published version. Save with `revision`."""

    id: str
    client: str
    revision: int
    changed: bool
    published: int | None
    published_at: Ms | None
    published_by: str | None
    drafted_at: Ms
    drafted_by: str
    active: bool
    document: dict[str, Any]
    faults: list[FaultOut]


class NewFlow(BaseModel):
    """A `flow/v1` document, drawn or imported."""

    document: dict[str, Any]


class SavedFlow(BaseModel):
    revision: int
    document: dict[str, Any]


class PublishIn(BaseModel):
    revision: int
    note: str = ""


class DiscardIn(BaseModel):
    revision: int


class ActiveIn(BaseModel):
    active: bool


class CheckOut(BaseModel):
    faults: list[FaultOut]


class VersionLine(BaseModel):
    version: int
    note: str
    published_at: Ms
    published_by: str
    nodes: int


class VersionList(BaseModel):
    items: list[VersionLine]
    next: None = None


class FlowVersionOut(VersionLine):
    document: dict[str, Any]


class CountsOut(BaseModel):
    """Today's. `nodes`: node → exit → how often; beside the node's own exits also `hung_up`, `finished`, `failed`,
    `voicemail` …, and of queue nodes `answered`, `abandoned`, `waiting`."""

    version: int
    since: Ms | None  # of that version's first customer today
    entered: int
    nodes: dict[str, dict[str, int]]


class TestIn(BaseModel):
    """Without `state` the test begins. `document` is tried instead of the stored draft, where it is given.

    `values` are subjects of conditions as the tester would have them: `{"queue.repair.waiting": 12}`.
    """

    document: dict[str, Any] | None = None
    state: dict[str, Any] | None = None
    answer: dict[str, Any] | None = None
    language: Literal["zh-Hans", "zh-Hant", "en"] = "zh-Hans"
    channel: Literal["voice", "chat"] = "voice"
    reachable: bool = True
    at: Ms | None = Field(None, ge=0, le=4_102_444_800_000)  # instead of now
    values: dict[str, str | int | float | bool | None] = Field(default_factory=dict, max_length=200)


class StepOut(BaseModel):
    node: str
    exit: str


class TestOut(BaseModel):
    """`act` is what the flow wants, `wants` the kinds of answer it takes (`answer` of the next request). Send `state`
    back as it is."""

    state: dict[str, Any]
    steps: list[StepOut]
    node: str
    act: dict[str, Any]
    wants: list[str]
    over: bool


@router.get("")
async def flows(by: Reads, db: Db) -> FlowList:
    return FlowList(
        items=[
            FlowLine(
                id=one.stored.id,
                client=one.stored.client,
                name=one.stored.name,
                published=one.stored.published,
                published_at=one.stored.published_at,
                published_by=one.stored.published_by,
                changed=one.stored.draft is not None,
                drafted_at=one.stored.drafted_at,
                drafted_by=one.stored.drafted_by,
                channels=list(one.channels),
                errors=one.errors,
                active=one.stored.active,
            )
            for one in await service.listed(db, by)
        ]
    )


@router.post("", status_code=201)
async def create(body: NewFlow, by: Writes, db: Db, now: Now) -> FlowOut:
    """A new flow, as a draft. Importing a file is the same."""
    return _out(await service.create(db, now, by, model.read(body.document)))


@router.post("/check")
async def check(body: NewFlow, by: Reads, db: Db) -> CheckOut:
    """The faults of a document that is not stored."""
    faults = await service.check(db, by, model.read(body.document))
    return CheckOut(faults=[FaultOut(**service.plain(fault)) for fault in faults])


@router.get("/{id}")
async def flow(id: str, by: Reads, db: Db) -> FlowOut:
    return _out(await service.opened(db, by, id))


@router.put("/{id}")
async def save(id: str, body: SavedFlow, by: Writes, db: Db, now: Now) -> FlowOut:
    """Stores the draft. 409 `stale_version` with `current`, `by`, `at` when somebody else was first: to write over
    it, save with `current`."""
    return _out(await service.save(db, now, by, id, body.revision, model.read(body.document)))


@router.post("/{id}/publish")
async def publish(
    id: str, body: PublishIn, by: Publishes, db: Db, now: Now, flows: Annotated[Library, Depends(library)]
) -> VersionLine:
    """422 `flow_faults` with `faults` while there are errors."""
    return _line(await service.publish(db, now, flows, by, id, body.revision, body.note))


@router.post("/{id}/discard")
async def discard(id: str, body: DiscardIn, by: Writes, db: Db, now: Now) -> FlowOut:
    """Back to the published version."""
    return _out(await service.discard(db, now, by, id, body.revision))


@router.put("/{id}/active")
async def set_active(
    id: str, body: ActiveIn, by: Publishes, db: Db, now: Now, flows: Annotated[Library, Depends(library)]
) -> FlowOut:
    """Lays the flow aside, or takes it up again."""
    return _out(await service.set_active(db, now, flows, by, id, body.active))


@router.get("/{id}/versions")
async def versions(id: str, by: Reads, db: Db) -> VersionList:
    """Newest first."""
    return VersionList(items=[_line(one) for one in await service.versions(db, by, id)])


@router.get("/{id}/versions/{version}")
async def version(id: str, version: int, by: Reads, db: Db) -> FlowVersionOut:
    found = await service.version(db, by, id, _whole(version))
    return FlowVersionOut(**_line(found).model_dump(), document=found.document)


@router.get("/{id}/export", response_class=Response)
async def export(
    id: str, by: Reads, db: Db, version: Annotated[int | None, Query(description="None: the draft")] = None
) -> Response:
    """The document as a file."""
    if version is None:
        document = model.document((await service.opened(db, by, id)).flow)
    else:
        document = (await service.version(db, by, id, _whole(version))).document
    name = re.sub(r"[^a-z0-9-]", "", id) + (f"-{version}" if version is not None else "") + ".json"
    return Response(
        msgspec.json.format(msgspec.json.encode(document), indent=2),
        media_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


@router.get("/{id}/counts")
async def counts(
    id: str,
    by: Reads,
    db: Db,
    now: Now,
    kept: Annotated[FlowCounts, Depends(counts_of)],
    version: Annotated[int | None, Query(description="None: the published one")] = None,
) -> CountsOut:
    stored = (await service.opened(db, by, id)).stored
    wanted = version if version is not None else stored.published or 0
    found = kept.of(id, now.now()).get(wanted)
    return CountsOut(
        version=wanted,
        since=found.since if found else None,
        entered=found.entered if found else 0,
        nodes=found.nodes if found else {},
    )


@router.post("/{id}/test")
async def test(id: str, body: TestIn, request: Request, by: Reads, db: Db, now: Now) -> TestOut:
    """One step of a test call: nothing is dialled, nothing is written."""
    stored = await service.opened(db, by, id)
    flow = model.read(body.document) if body.document is not None else stored.flow
    async with db.read(by.scope) as conn:
        hours = await store.hours(conn)
    at = body.at if body.at is not None else now.now()
    world = trial.World(at, site(request).zone, hours, dict(body.values))
    if body.state is None:
        move = trial.begin(flow, world, language=body.language, channel=body.channel, reachable=body.reachable)
    else:
        move = trial.advance(flow, world, _state(body.state), _answer(body.answer))
    return TestOut(
        state=msgspec.to_builtins(move.state),
        steps=[StepOut(node=step.node, exit=step.exit) for step in move.steps],
        node=move.state.node,
        act=msgspec.to_builtins(move.act),
        wants=list(trial.wanted(move.act)),
        over=move.state.over,
    )


def _state(given: dict[str, Any]) -> a.State:
    try:
        return msgspec.convert(given, a.State)
    except msgspec.ValidationError as error:
        raise Invalid("bad_state", f"This is no state of a test: {error}.", field="state") from None


def _answer(given: dict[str, Any] | None) -> a.AnyAnswer:
    try:
        answer: a.AnyAnswer = msgspec.convert(given, a.AnyAnswer)
        return answer
    except msgspec.ValidationError as error:
        raise Invalid("wrong_answer", f"This is no answer: {error}.", field="answer") from None


def _whole(version: int) -> int:
    """Within what the database can count."""
    return version if 0 < version < 1 << 31 else 0


def _line(one: store.Version) -> VersionLine:
    return VersionLine(
        version=one.version,
        note=one.note,
        published_at=one.published_at,
        published_by=one.published_by,
        nodes=len(one.document.get("nodes", ())),
    )


def _out(opened: service.Opened) -> FlowOut:
    stored = opened.stored
    return FlowOut(
        id=stored.id,
        client=stored.client,
        revision=stored.revision,
        changed=stored.draft is not None,
        published=stored.published,
        published_at=stored.published_at,
        published_by=stored.published_by,
        drafted_at=stored.drafted_at,
        drafted_by=stored.drafted_by,
        active=stored.active,
        document=model.document(opened.flow),
        faults=[FaultOut(**service.plain(fault)) for fault in opened.faults],
    )
