"""Articles as rows. Whatever is read or written starts from `article`, whose row-level security decides."""

from collections.abc import Sequence
from typing import Any

import asyncpg

from jietong.core.clock import to_datetime, to_ms
from jietong.core.errors import NotFound
from jietong.core.vocabulary import Ms
from jietong.db.pool import Connection
from jietong.knowledge.model import Article, ArticleKind, Draft, Version, VersionState

_ARTICLE = """
    SELECT a.*, v.version, v.state, v.titles, v.bodies, v.note, v.revision, v.author, v.saved_at, v.published_at,
           v.published_by, f.useful, f.not_useful
    FROM article a
    JOIN article_version v ON v.article = a.id AND v.version = {version}
    LEFT JOIN LATERAL (
        SELECT count(*) FILTER (WHERE useful) AS useful, count(*) FILTER (WHERE NOT useful) AS not_useful
        FROM article_feedback WHERE article = a.id
    ) f ON true
"""
_PUBLISHED = _ARTICLE.format(version="a.published")
_LATEST = _ARTICLE.format(version="a.latest")


async def read(conn: Connection, id: str, *, latest: bool, version: int | None = None) -> Article:
    """The article in its published version; for editors in its latest, or a given one. Raises NotFound."""
    if version is not None:
        row = await conn.fetchrow(_ARTICLE.format(version="$2") + " WHERE a.id = $1", id, version)
    else:
        row = await conn.fetchrow((_LATEST if latest else _PUBLISHED) + " WHERE a.id = $1", id)
    if row is None or (not latest and not row["active"]):
        raise NotFound("no_such_article", "There is no such article, or it is not published.")
    return _article(row)


async def lock(conn: Connection, id: str) -> None:
    """Holds the article until the transaction ends. Raises NotFound."""
    if await conn.fetchval("SELECT id FROM article WHERE id = $1 FOR UPDATE", id) is None:
        raise NotFound("no_such_article", "There is no such article.")


async def page(
    conn: Connection,
    *,
    latest: bool,
    kind: ArticleKind | None,
    category: str | None,
    text: str | None,
    before: tuple[Ms, str] | None,
    limit: int,
) -> list[Article]:
    """Changed last first. `text` is looked for in titles, bodies, tags and shortcut as it stands, by a scan."""
    rows = await conn.fetch(
        (_LATEST if latest else _PUBLISHED)
        + """
        WHERE ($1 OR a.active)
          AND ($2::text IS NULL OR a.kind = $2)
          AND ($3::text IS NULL OR a.category = $3)
          AND ($4::text IS NULL OR strpos(lower(v.titles::text || v.bodies::text || a.tags::text
                                                || coalesce(a.shortcut, '')), $4) > 0)
          AND ($5::timestamptz IS NULL OR (a.updated_at, a.id) < ($5, $6::text))
        ORDER BY a.updated_at DESC, a.id DESC LIMIT $7
        """,
        latest,
        kind,
        category,
        text,
        None if before is None else to_datetime(before[0]),
        None if before is None else before[1],
        limit,
    )
    return [_article(row) for row in rows]


async def categories(conn: Connection) -> list[str]:
    rows = await conn.fetch("SELECT DISTINCT category FROM article WHERE active AND category <> '' ORDER BY 1")
    return [row["category"] for row in rows]


async def versions(conn: Connection, id: str) -> list[Version]:
    """Newest first. Raises NotFound for an article that is not there or not in scope."""
    rows = await conn.fetch(
        """
        SELECT v.* FROM article a JOIN article_version v ON v.article = a.id
        WHERE a.id = $1 ORDER BY v.version DESC
        """,
        id,
    )
    if not rows:
        raise NotFound("no_such_article", "There is no such article.")
    return [_version(row) for row in rows]


async def insert(conn: Connection, id: str, draft: Draft, author: str, at: Ms) -> None:
    """A new article with its first version, a draft. Raises asyncpg.UniqueViolationError for a shortcut in use."""
    now = to_datetime(at)
    await conn.execute(
        """
        INSERT INTO article (id, kind, client, category, tags, shortcut, active, latest, created_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, 1, $8, $8)
        """,
        id,
        draft.kind,
        draft.client,
        draft.category,
        list(draft.tags),
        draft.shortcut,
        draft.active,
        now,
    )
    await insert_version(conn, id, 1, draft, author, at)


async def insert_version(conn: Connection, id: str, version: int, draft: Draft, author: str, at: Ms) -> None:
    await conn.execute(
        """
        INSERT INTO article_version (article, version, state, titles, bodies, note, author, saved_at)
        VALUES ($1, $2, 'draft', $3, $4, $5, $6, $7)
        """,
        id,
        version,
        draft.titles,
        draft.bodies,
        draft.note,
        author,
        to_datetime(at),
    )


async def rewrite_draft(conn: Connection, id: str, version: int, draft: Draft, author: str, at: Ms) -> None:
    await conn.execute(
        """
        UPDATE article_version
        SET titles = $3, bodies = $4, note = $5, author = $6, saved_at = $7, revision = revision + 1
        WHERE article = $1 AND version = $2 AND state = 'draft'
        """,
        id,
        version,
        draft.titles,
        draft.bodies,
        draft.note,
        author,
        to_datetime(at),
    )


async def update(conn: Connection, id: str, draft: Draft, latest: int, at: Ms) -> None:
    await conn.execute(
        """
        UPDATE article
        SET client = $2, category = $3, tags = $4, shortcut = $5, active = $6, latest = $7, updated_at = $8
        WHERE id = $1
        """,
        id,
        draft.client,
        draft.category,
        list(draft.tags),
        draft.shortcut,
        draft.active,
        latest,
        to_datetime(at),
    )


async def publish(conn: Connection, id: str, version: int, by: str, at: Ms) -> None:
    now = to_datetime(at)
    await conn.execute(
        """
        UPDATE article_version SET state = 'superseded'
        WHERE article = $1 AND state = 'published' AND version <> $2
        """,
        id,
        version,
    )
    await conn.execute(
        """
        UPDATE article_version SET state = 'published', published_at = $3, published_by = $4
        WHERE article = $1 AND version = $2
        """,
        id,
        version,
        now,
        by,
    )
    await conn.execute("UPDATE article SET published = $2, updated_at = $3 WHERE id = $1", id, version, now)


async def feedback(conn: Connection, id: str, version: int, account: str, useful: bool, comment: str, at: Ms) -> None:
    """One voice for each person and version; the latest counts."""
    await conn.execute(
        """
        INSERT INTO article_feedback (article, version, account, useful, comment, at) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (article, version, account)
        DO UPDATE SET useful = excluded.useful, comment = excluded.comment, at = excluded.at
        """,
        id,
        version,
        account,
        useful,
        comment,
        to_datetime(at),
    )


async def comments(conn: Connection, id: str) -> Sequence[dict[str, Any]]:
    rows = await conn.fetch(
        """
        SELECT f.version, f.useful, f.comment, f.at FROM article a JOIN article_feedback f ON f.article = a.id
        WHERE a.id = $1 ORDER BY f.at DESC LIMIT 100
        """,
        id,
    )
    return [{**dict(row), "at": to_ms(row["at"])} for row in rows]


def _article(row: asyncpg.Record) -> Article:
    return Article(
        id=row["id"],
        kind=ArticleKind(row["kind"]),
        client=row["client"],
        category=row["category"],
        tags=tuple(row["tags"]),
        shortcut=row["shortcut"],
        active=row["active"],
        latest=row["latest"],
        published=row["published"],
        created_at=to_ms(row["created_at"]),
        updated_at=to_ms(row["updated_at"]),
        shown=_version(row),
        useful=row["useful"],
        not_useful=row["not_useful"],
    )


def _version(row: asyncpg.Record) -> Version:
    return Version(
        version=row["version"],
        state=VersionState(row["state"]),
        titles=row["titles"],
        bodies=row["bodies"],
        note=row["note"],
        revision=row["revision"],
        author=row["author"],
        saved_at=to_ms(row["saved_at"]),
        published_at=None if row["published_at"] is None else to_ms(row["published_at"]),
        published_by=row["published_by"],
    )
