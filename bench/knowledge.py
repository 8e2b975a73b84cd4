"""How fast and how well knowledge search works: `python -m bench.knowledge [--articles N] [--json]`.

Builds N articles in three languages by mixing the demonstration centre's sentences, then asks questions of every
length, and measures the same with pg_trgm's ILIKE for comparison. Runs on an embedded server of its own.
"""

import argparse
import asyncio
import json
import random
import statistics
import tempfile
import time
import tomllib
from pathlib import Path

from jietong.db.embedded import EmbeddedServer
from jietong.db.migrate import migrate
from jietong.db.pool import ALL, Connection, Database
from jietong.knowledge import search, store
from jietong.knowledge.model import Draft

DATA = Path(__file__).parents[1] / "jietong" / "demo" / "data" / "articles.toml"
LANGUAGES = ("zh-Hans", "zh-Hant", "en")
QUESTIONS = {
    "one character": ("zh-Hans", ["冷", "漏", "退", "修", "水"]),
    "two characters": ("zh-Hans", ["制冷", "退款", "保修", "上门", "积分"]),
    "a word": ("zh-Hans", ["旧机回收", "故障码", "密封圈", "排水泵", "七天无理由"]),
    "a sentence": ("zh-Hans", ["空调开了半天不制冷怎么办", "退款成功了卡里还没到", "洗衣机显示E17排不了水"]),
    "traditional": ("zh-Hant", ["退款多久入帳", "冷氣不冷", "保固", "濾網"]),
    "English": ("en", ["refund", "does not cool", "warranty", "drain pump", "install"]),
}
SENTENCES = [
    ("空调开了半天不制冷怎么办", "zh-Hans", "ac-not-cooling"),
    ("退款成功了卡里还没到", "zh-Hans", "refund-arrival"),
    ("洗衣机显示E17排不了水", "zh-Hans", "washer-e17"),
    ("旧的冰箱能一起拉走吗", "zh-Hans", "old-appliance"),
    ("冷氣裝好要另外收費嗎", "zh-Hant", "install-ac"),
    ("發票抬頭可以換嗎", "zh-Hant", "invoice"),
    ("customer wants another address", "en", "delivery-move"),
    ("is the visit free under warranty", "en", "warranty-terms"),
]


async def build(conn: Connection, count: int, dice: random.Random) -> dict[str, str]:
    """The demonstration's own articles and as many mixed ones; gives the former's ids."""
    articles = tomllib.loads(DATA.read_text("utf-8"))["article"]
    lines = {lang: [ln for one in articles for ln in one["body"][lang].strip().splitlines()] for lang in LANGUAGES}
    titles = {lang: [one["title"][lang] for one in articles] for lang in LANGUAGES}
    own = {}
    for n in range(count):
        if n < len(articles):
            one = articles[n]
            draft = Draft(titles=one["title"], bodies=one["body"], tags=tuple(one["tags"]))
            own[f"a{n}"] = one["id"]
        else:
            draft = Draft(
                titles={lang: f"{n} {dice.choice(titles[lang])[2:9]}" for lang in LANGUAGES},
                bodies={lang: "\n".join(dice.sample(lines[lang], 8)) for lang in LANGUAGES},
            )
        await store.insert(conn, f"a{n}", draft, "bench", n)
        await store.publish(conn, f"a{n}", 1, "bench", n)
        shown = (await store.read(conn, f"a{n}", latest=True)).shown
        await search.index(conn, f"a{n}", shown, draft.tags)
    return own


async def timed(conn: Connection, lang: str, question: str) -> float:
    began = time.perf_counter()
    await search.search(conn, question, lang)
    return (time.perf_counter() - began) * 1000


async def trgm(conn: Connection, lang: str, question: str) -> float:
    began = time.perf_counter()
    await conn.fetch(
        "SELECT article FROM article_text WHERE lang = $1 AND (title ILIKE $2 OR body ILIKE $2) LIMIT 20",
        lang,
        f"%{question}%",
    )
    return (time.perf_counter() - began) * 1000


async def measure(dsn: str, count: int) -> dict[str, object]:
    await migrate(dsn)
    database = Database(dsn)
    await database.open()
    dice = random.Random(7)
    began = time.perf_counter()
    async with database.transaction(ALL) as conn:
        own = await build(conn, count, dice)
    built = time.perf_counter() - began
    async with database.transaction(ALL) as conn:
        await conn.execute("CREATE INDEX t_body ON article_text USING gin (body gin_trgm_ops)")
        await conn.execute("CREATE INDEX t_title ON article_text USING gin (title gin_trgm_ops)")
        await conn.execute("ANALYZE article, article_gram, article_text, article_version")
        sizes = {
            name: await conn.fetchval("SELECT pg_total_relation_size($1::text::regclass)::float8 / 1048576", name)
            for name in ("article_gram", "article_text")
        }
    out: dict[str, object] = {"articles": count, "index_ms_per_article": built * 1000 / count, "megabytes": sizes}
    async with database.read(ALL) as conn:
        for kind, (lang, questions) in QUESTIONS.items():
            for question in questions:  # warm
                await search.search(conn, question, lang)
            ours = [await timed(conn, lang, question) for _ in range(10) for question in questions]
            theirs = [await trgm(conn, lang, question) for _ in range(10) for question in questions]
            out[kind] = {
                "p50_ms": statistics.median(ours),
                "max_ms": max(ours),
                "ilike_trgm_p50_ms": statistics.median(theirs),
            }
    # Whether the right article comes first is asked of the real articles: the mixed ones hold the same sentences.
    async with database.transaction(ALL) as conn:
        await conn.execute("DELETE FROM article_gram WHERE NOT article = ANY($1::text[])", list(own))
        await conn.execute("DELETE FROM article_text WHERE NOT article = ANY($1::text[])", list(own))
        ranks = {}
        for question, lang, wanted in SENTENCES:
            hits = [own[hit.article] for hit in await search.search(conn, question, lang)]
            ranks[question] = hits.index(wanted) + 1 if wanted in hits else None
        out["rank_of_the_right_article"] = ranks
    await database.close()
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=3000)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="jietong-bench-", dir="/tmp") as folder:
        home = Path(folder)
        home.chmod(0o711)
        server = EmbeddedServer(home, durable=False)
        server.start()
        try:
            result = asyncio.run(measure(server.dsn, asked.articles))
        finally:
            server.stop()
    if asked.json:
        print(json.dumps(result, ensure_ascii=False))
    else:
        for name, value in result.items():
            print(f"{name}: {value}")


if __name__ == "__main__":
    main()
