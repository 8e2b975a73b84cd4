"""Full-text search for Chinese and English alike: pieces of text in a plain index, ranked by BM25.

Formula: Robertson & Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), with the usual
k1 = 1.2, b = 0.75; a piece in the title counts as five in the body, one in the tags as three. A text that has a
word of the query unbroken gets a bonus, so that what was literally asked for comes first. Why pieces and not
trigrams or a dictionary: docs/decisions/0005-knowledge-search.md.
"""

from collections.abc import Sequence

from jietong.core.clock import to_ms
from jietong.core.text import grams, normal, query_grams
from jietong.db.pool import Connection
from jietong.knowledge import rules
from jietong.knowledge.model import LANGUAGES, ArticleKind, Hit, Version

K1, B = 1.2, 0.75
IN_TITLE, IN_TAGS = 5.0, 3.0
LONGEST_QUERY = 100
MOST_PIECES = 24
LOOKED_AT = 200
WORTH = 0.25  # of the best score; what is below shares some letters and no more

_SEARCH = """
WITH corpus AS (
    SELECT count(*)::real AS texts, greatest(avg(length), 1)::real AS mean FROM article_text WHERE lang = $1
), posting AS MATERIALIZED (
    SELECT gram, article, weight FROM article_gram WHERE lang = $1 AND gram = ANY($2::text[])
), piece AS (
    SELECT gram, ln(1 + (max(corpus.texts) - count(*) + 0.5) / (count(*) + 0.5))::real AS idf
    FROM posting, corpus GROUP BY gram
), ranked AS (
    SELECT p.article,
           sum(piece.idf * p.weight * ($5::real + 1)
               / (p.weight + $5 * (1 - $6::real + $6 * t.length / corpus.mean))) * count(*) / $7::real AS rank
    FROM posting p
    JOIN piece USING (gram)
    JOIN article_text t ON t.article = p.article AND t.lang = $1
    JOIN article a ON a.id = p.article
    CROSS JOIN corpus
    WHERE a.active AND ($8::text IS NULL OR a.kind = $8) AND ($9::text IS NULL OR a.client IS NULL OR a.client = $9)
    GROUP BY p.article
    ORDER BY rank DESC LIMIT $10
), best AS (  -- only now are the texts themselves looked at
    SELECT ranked.article,
           rank + (SELECT coalesce(sum(CASE WHEN strpos(t.title, word) > 0 THEN 8
                                            WHEN strpos(t.body, word) > 0 THEN 3 ELSE 0 END), 0)
                   FROM unnest($3::text[]) AS word) AS score
    FROM ranked JOIN article_text t ON t.article = ranked.article AND t.lang = $1
    ORDER BY score DESC LIMIT $4
)
SELECT a.id, a.kind, a.published, a.category, a.shortcut, v.titles, v.bodies, v.published_at, best.score
FROM best
JOIN article a ON a.id = best.article
JOIN article_version v ON v.article = a.id AND v.version = a.published
WHERE best.score >= $11::real * (SELECT max(score) FROM best)
ORDER BY best.score DESC, v.published_at DESC, a.id
"""


async def search(
    conn: Connection,
    query: str,
    lang: str,
    *,
    kind: ArticleKind | None = None,
    client: str | None = None,
    limit: int = 20,
) -> list[Hit]:
    """Published articles for a query of any length, best first. Nothing for a query without letters or digits."""
    text = query[:LONGEST_QUERY]
    pieces = query_grams(text)[:MOST_PIECES]
    if not pieces:
        return []
    rows = await conn.fetch(
        _SEARCH, lang, pieces, normal(text).split(), limit, K1, B, float(len(pieces)), kind, client, LOOKED_AT, WORTH
    )
    hits = []
    for row in rows:
        title, body = row["titles"][lang], row["bodies"][lang]
        cut, cut_marks = rules.snippet(body, text)
        hits.append(
            Hit(
                article=row["id"],
                kind=ArticleKind(row["kind"]),
                version=row["published"],
                lang=lang,
                title=title,
                title_marks=rules.marks(title, text),
                snippet=cut,
                snippet_marks=cut_marks,
                category=row["category"],
                shortcut=row["shortcut"],
                published_at=to_ms(row["published_at"]),
                score=row["score"],
            )
        )
    return hits


async def index(conn: Connection, article: str, version: Version, tags: Sequence[str]) -> None:
    """Makes this version, and no other, the one that search finds."""
    await unindex(conn, article)
    for lang in LANGUAGES:
        title, body = normal(version.titles[lang]), normal(version.bodies[lang])
        weights: dict[str, float] = {}
        for text, weight in ((title, IN_TITLE), (" ".join(tags), IN_TAGS), (body, 1.0)):
            for gram, often in grams(text).items():
                weights[gram] = weights.get(gram, 0.0) + weight * often
        await conn.execute(
            "INSERT INTO article_text (article, lang, title, body, length) VALUES ($1, $2, $3, $4, $5)",
            article,
            lang,
            title,
            body,
            round(sum(weights.values())),
        )
        await conn.execute(
            """
            INSERT INTO article_gram (lang, gram, article, weight)
            SELECT $1, gram, $2, weight FROM unnest($3::text[], $4::real[]) AS piece (gram, weight)
            """,
            lang,
            article,
            list(weights),
            list(weights.values()),
        )


async def unindex(conn: Connection, article: str) -> None:
    await conn.execute("DELETE FROM article_gram WHERE article = $1", article)
    await conn.execute("DELETE FROM article_text WHERE article = $1", article)
