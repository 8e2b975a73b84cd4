"""Knowledge articles and quick replies. Frozen facts."""

from enum import StrEnum
from typing import NamedTuple

from jietong.core.specs import Names
from jietong.core.vocabulary import Ms

LANGUAGES = ("zh-Hans", "zh-Hant", "en")


class ArticleKind(StrEnum):
    ARTICLE = "article"
    REPLY = "reply"  # a quick reply: short, called by /shortcut


class VersionState(StrEnum):
    DRAFT = "draft"  # -> published
    PUBLISHED = "published"  # -> superseded, when a later version is published
    SUPERSEDED = "superseded"


class Draft(NamedTuple):
    """What an editor writes."""

    titles: Names
    bodies: Names
    kind: ArticleKind = ArticleKind.ARTICLE
    client: str | None = None
    category: str = ""
    tags: tuple[str, ...] = ()
    shortcut: str | None = None
    note: str = ""
    active: bool = True


class Version(NamedTuple):
    version: int
    state: VersionState
    titles: Names
    bodies: Names
    note: str
    revision: int
    author: str
    saved_at: Ms
    published_at: Ms | None
    published_by: str | None


class Article(NamedTuple):
    """An article with one of its versions: the published one for readers, the latest for editors."""

    id: str
    kind: ArticleKind
    client: str | None
    category: str
    tags: tuple[str, ...]
    shortcut: str | None
    active: bool
    latest: int
    published: int | None
    created_at: Ms
    updated_at: Ms
    shown: Version
    useful: int
    not_useful: int


class Span(NamedTuple):
    """A stretch of text, from `start` up to `end`, in UTF-16 code units as browsers count them."""

    start: int
    end: int


class Hit(NamedTuple):
    """One search result with what to mark in it."""

    article: str
    kind: ArticleKind
    version: int
    lang: str
    title: str
    title_marks: tuple[Span, ...]
    snippet: str
    snippet_marks: tuple[Span, ...]
    category: str
    shortcut: str | None
    published_at: Ms
    score: float
