"""HTTP: articles and quick replies."""

import base64
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from jietong.core.clock import Clock
from jietong.core.errors import Invalid
from jietong.core.inbox import Inbox
from jietong.core.vocabulary import Ms
from jietong.db.pool import Database
from jietong.identity.http import allow, clock, database, inbox
from jietong.identity.model import Principal
from jietong.identity.permissions import Permission as P
from jietong.knowledge import service
from jietong.knowledge.model import Article, ArticleKind, Draft, Hit, Version, VersionState

router = APIRouter(prefix="/api/articles", tags=["knowledge"])

Db = Annotated[Database, Depends(database)]
Now = Annotated[Clock, Depends(clock)]
Views = Annotated[Principal, Depends(allow(P.KNOWLEDGE_VIEW))]
Edits = Annotated[Principal, Depends(allow(P.KNOWLEDGE_EDIT))]
Publishes = Annotated[Principal, Depends(allow(P.KNOWLEDGE_PUBLISH))]
Lang = Literal["zh-Hans", "zh-Hant", "en"]


class ArticleIn(BaseModel):
    titles: dict[Lang, str]
    bodies: dict[Lang, str]
    kind: ArticleKind = ArticleKind.ARTICLE
    client: str | None = None
    category: str = Field("", max_length=60)
    tags: list[str] = Field(default_factory=list)
    shortcut: str | None = None
    note: str = Field("", max_length=500)
    active: bool = True

    def draft(self) -> Draft:
        fields = self.model_dump(include=set(ArticleIn.model_fields))
        return Draft(**{**fields, "tags": tuple(dict.fromkeys(tag.strip() for tag in self.tags))})


class ArticleChange(ArticleIn):
    version: int
    revision: int


class PublishIn(BaseModel):
    version: int


class FeedbackIn(BaseModel):
    useful: bool
    comment: str = ""


class VersionOut(BaseModel):
    version: int
    state: VersionState
    titles: dict[str, str]
    bodies: dict[str, str]
    note: str
    revision: int
    author: str
    saved_at: int
    published_at: int | None
    published_by: str | None


class ArticleOut(BaseModel):
    """`shown` is the published version, or for editors who ask for it the latest."""

    id: str
    kind: ArticleKind
    client: str | None
    category: str
    tags: list[str]
    shortcut: str | None
    active: bool
    latest: int
    published: int | None
    created_at: int
    updated_at: int
    shown: VersionOut
    useful: int
    not_useful: int


class PublishedOut(BaseModel):
    article: ArticleOut
    pushed: bool


class SpanOut(BaseModel):
    """UTF-16 code units, as JavaScript counts."""

    start: int
    end: int


class HitOut(BaseModel):
    article: str
    kind: ArticleKind
    version: int
    lang: str
    title: str
    title_marks: list[SpanOut]
    snippet: str
    snippet_marks: list[SpanOut]
    category: str
    shortcut: str | None
    published_at: int
    score: float


class Articles(BaseModel):
    """With `q`: `hits`, best first (articles unless `kind` is given). Without: `items`, changed last first."""

    items: list[ArticleOut]
    hits: list[HitOut]
    next: str | None


class Categories(BaseModel):
    items: list[str]
    next: None = None


class Versions(BaseModel):
    items: list[VersionOut]
    next: None = None


@router.get("")
async def articles(
    by: Views,
    db: Db,
    q: Annotated[str, Query(max_length=200)] = "",
    lang: Lang = "zh-Hans",
    kind: ArticleKind | None = None,
    category: str | None = None,
    client: str | None = None,
    drafts: Annotated[bool, Query(description="Editors: the latest versions, published or not")] = False,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Articles:
    if q.strip() and not drafts:
        wanted = kind or ArticleKind.ARTICLE
        hits = await service.search(db, by, q, lang, kind=wanted, client=client, limit=min(limit, 50))
        return Articles(items=[], hits=[_hit(one) for one in hits], next=None)
    found = await service.listed(
        db, by, latest=drafts, kind=kind, category=category, text=q, before=_before(cursor), limit=limit + 1
    )
    page = found[:limit]
    more = _cursor(page[-1]) if len(found) > limit else None
    return Articles(items=[_article(one) for one in page], hits=[], next=more)


@router.post("", status_code=201)
async def create(body: ArticleIn, by: Edits, db: Db, now: Now) -> ArticleOut:
    return _article(await service.create(db, now, by, body.draft()))


@router.get("/categories")
async def categories(by: Views, db: Db) -> Categories:
    return Categories(items=await service.categories(db, by))


@router.get("/{id}")
async def article(
    id: str,
    by: Views,
    db: Db,
    draft: Annotated[bool, Query(description="Editors: the latest version, published or not")] = False,
    version: int | None = None,
) -> ArticleOut:
    return _article(await service.read(db, by, id, latest=draft, version=version))


@router.put("/{id}")
async def change(id: str, body: ArticleChange, by: Edits, db: Db, now: Now) -> ArticleOut:
    return _article(await service.change(db, now, by, id, body.version, body.revision, body.draft()))


@router.get("/{id}/versions")
async def versions(id: str, by: Edits, db: Db) -> Versions:
    return Versions(items=[_version(one) for one in await service.versions(db, by, id)])


@router.post("/{id}/publish")
async def publish(
    id: str, body: PublishIn, by: Publishes, db: Db, now: Now, writer: Annotated[Inbox, Depends(inbox)]
) -> PublishedOut:
    done = await service.publish(db, writer, now, by, id, body.version)
    return PublishedOut(article=_article(done.article), pushed=done.pushed)


@router.post("/{id}/feedback", status_code=204)
async def feedback(id: str, body: FeedbackIn, by: Views, db: Db, now: Now) -> None:
    await service.rate(db, now, by, id, body.useful, body.comment)


def _article(one: Article) -> ArticleOut:
    return ArticleOut(**{**one._asdict(), "tags": list(one.tags), "shown": _version(one.shown)})


def _version(one: Version) -> VersionOut:
    return VersionOut(**one._asdict())


def _hit(one: Hit) -> HitOut:
    fields = one._asdict()
    for marks in ("title_marks", "snippet_marks"):
        fields[marks] = [SpanOut(start=span.start, end=span.end) for span in fields[marks]]
    return HitOut(**fields)


def _cursor(last: Article) -> str:
    return base64.urlsafe_b64encode(f"{last.updated_at}.{last.id}".encode()).decode()


def _before(cursor: str | None) -> tuple[Ms, str] | None:
    if cursor is None:
        return None
    try:
        at, id = base64.urlsafe_b64decode(cursor).decode().split(".", 1)
        return int(at), id
    except ValueError as error:
        raise Invalid("bad_cursor", "This page of the list is gone: start again.", field="cursor") from error
