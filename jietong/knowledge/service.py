"""Write, publish, find and rate articles. Each function is one unit of work."""

from typing import NamedTuple

import asyncpg

from jietong.core.clock import Clock
from jietong.core.commands import PublishArticle
from jietong.core.errors import Invalid, Refused, Unavailable
from jietong.core.ids import new_id
from jietong.core.inbox import Inbox
from jietong.core.text import normal
from jietong.core.vocabulary import Ms
from jietong.db.pool import Connection, Database
from jietong.identity import audit
from jietong.identity.model import Principal
from jietong.identity.permissions import Permission
from jietong.knowledge import rules, store
from jietong.knowledge import search as index
from jietong.knowledge.model import Article, ArticleKind, Draft, Hit, Version, VersionState


class Published(NamedTuple):
    article: Article
    pushed: bool  # False: stored, but the writer could not be reached to tell the desks


async def create(database: Database, clock: Clock, by: Principal, draft: Draft) -> Article:
    """A new article, as a draft. Raises Invalid, Refused `shortcut_taken`."""
    now = clock.now()
    rules.check(draft)
    _check_client(by, draft)
    id = new_id(now)
    async with database.transaction(by.scope) as conn:
        try:
            await store.insert(conn, id, draft, by.name, now)
        except asyncpg.UniqueViolationError as error:
            raise _shortcut_taken(draft) from error
        await audit.append(conn, by=by, action="article.created", object=id, now=now)
    return await read(database, by, id, latest=True)


async def change(
    database: Database, clock: Clock, by: Principal, id: str, version: int, revision: int, draft: Draft
) -> Article:
    """Saves a draft made from `version` at its `revision`; a published version gets a new draft after it.

    Raises Refused `stale_version` when a colleague saved meanwhile, Invalid.
    """
    now = clock.now()
    rules.check(draft)
    _check_client(by, draft)
    async with database.transaction(by.scope) as conn:
        await store.lock(conn, id)
        before = await store.read(conn, id, latest=True)
        if (before.latest, before.shown.revision) != (version, revision):
            raise Refused(
                "stale_version",
                "A colleague has saved this article since you opened it: load it again.",
                current=before.latest,
            )
        if before.kind is not draft.kind:
            raise Invalid("kind_is_fixed", "An article stays one, and a quick reply too.", field="kind")
        await _save(conn, before, draft, by, now)
        await audit.append(conn, by=by, action="article.changed", object=id, now=now)
    return await read(database, by, id, latest=True)


async def _save(conn: Connection, before: Article, draft: Draft, by: Principal, now: Ms) -> None:
    latest = before.latest
    same_text = (draft.titles, draft.bodies) == (before.shown.titles, before.shown.bodies)
    if before.shown.state is VersionState.DRAFT:
        await store.rewrite_draft(conn, before.id, latest, draft, by.name, now)
    elif not same_text:  # category, tags and the like belong to the article, not to a version
        latest += 1
        await store.insert_version(conn, before.id, latest, draft, by.name, now)
    try:
        await store.update(conn, before.id, draft, latest, now)
    except asyncpg.UniqueViolationError as error:
        raise _shortcut_taken(draft) from error
    if before.published is not None:
        if not draft.active:
            await index.unindex(conn, before.id)
        elif not before.active or draft.tags != before.tags:
            published = (await store.read(conn, before.id, latest=True, version=before.published)).shown
            await index.index(conn, before.id, published, draft.tags)


async def publish(database: Database, inbox: Inbox, clock: Clock, by: Principal, id: str, version: int) -> Published:
    """Makes the latest version what agents read, and tells every desk (requirement B4).

    Raises Invalid `language_missing`, Refused `stale_version`, `published` when it is out already.
    """
    now = clock.now()
    async with database.transaction(by.scope) as conn:
        await store.lock(conn, id)
        article = await store.read(conn, id, latest=True)
        if article.latest != version:
            raise Refused("stale_version", "There is a newer version: look at it first.", current=article.latest)
        if article.shown.state is not VersionState.DRAFT:
            raise Refused("published", "This version is published already.")
        rules.check_publishable(Draft(article.shown.titles, article.shown.bodies))
        await store.publish(conn, id, version, by.name, now)
        await index.index(conn, id, article.shown, article.tags)
        await audit.append(conn, by=by, action="article.published", object=id, now=now, details={"version": version})
    # The rows come first: a desk that is told looks the article up at once.
    pushed = True
    try:
        await inbox.submit(
            PublishArticle(article=id, version=version, names=article.shown.titles, by=by.name),
            key=f"article:{id}:{version}",
        )
    except Unavailable:
        pushed = False
    return Published(await read(database, by, id, latest=True), pushed)


async def read(database: Database, by: Principal, id: str, *, latest: bool, version: int | None = None) -> Article:
    """What the principal may read: the published version; editors also drafts and earlier ones."""
    edits = by.may(Permission.KNOWLEDGE_EDIT)
    async with database.read(by.scope) as conn:
        return await store.read(conn, id, latest=latest and edits, version=version if edits else None)


async def versions(database: Database, by: Principal, id: str) -> list[Version]:
    async with database.read(by.scope) as conn:
        return await store.versions(conn, id)


async def listed(
    database: Database,
    by: Principal,
    *,
    latest: bool,
    kind: ArticleKind | None = None,
    category: str | None = None,
    text: str = "",
    before: tuple[Ms, str] | None = None,
    limit: int = 50,
) -> list[Article]:
    """Articles, changed last first; with `latest` (editors only) drafts and those set aside too."""
    async with database.read(by.scope) as conn:
        return await store.page(
            conn,
            latest=latest and by.may(Permission.KNOWLEDGE_EDIT),
            kind=kind,
            category=category,
            text=normal(text) or None,
            before=before,
            limit=limit,
        )


async def search(
    database: Database,
    by: Principal,
    query: str,
    lang: str,
    *,
    kind: ArticleKind | None = None,
    client: str | None = None,
    limit: int = 20,
) -> list[Hit]:
    """Published articles, best first."""
    async with database.read(by.scope) as conn:
        return await index.search(conn, query, lang, kind=kind, client=client, limit=limit)


async def categories(database: Database, by: Principal) -> list[str]:
    async with database.read(by.scope) as conn:
        return await store.categories(conn)


async def rate(database: Database, clock: Clock, by: Principal, id: str, useful: bool, comment: str) -> None:
    """Was it any use? Raises NotFound for what is not published."""
    if len(comment) > 1000 or "\0" in comment:
        raise Invalid("too_long", "A comment has at most 1000 characters.", field="comment", max=1000)
    async with database.transaction(by.scope) as conn:
        article = await store.read(conn, id, latest=False)
        await store.feedback(conn, id, article.shown.version, by.account_id, useful, comment, clock.now())


def _check_client(by: Principal, draft: Draft) -> None:
    if by.clients is not None and draft.client not in by.clients:
        raise Invalid("unknown_client", "Choose one of your own clients.", field="client")


def _shortcut_taken(draft: Draft) -> Refused:
    return Refused("shortcut_taken", f"Another quick reply is called by /{draft.shortcut} already.", field="shortcut")
