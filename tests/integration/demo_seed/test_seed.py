"""The demonstration centre is whole, in three languages, and set up once."""

from jietong.core.clock import ManualClock
from jietong.core.specs import AgentSpec, HoursSpec, QueueSpec
from jietong.db.pool import ALL, Database
from jietong.demo import seed
from jietong.identity import passwords
from jietong.identity.permissions import Role
from jietong.knowledge import search
from jietong.knowledge.model import ArticleKind
from jietong.routing import store
from jietong.routing.store import Kind

LANGUAGES = {"zh-Hans", "zh-Hant", "en"}


async def test_the_demonstration_centre_is_set_up_once(database: Database, manual_clock: ManualClock) -> None:
    first = await seed.seed(database, manual_clock)
    again = await seed.seed(database, manual_clock)
    assert len(first) >= 12
    assert again == []
    async with database.read(ALL) as conn:
        assert await conn.fetchval("SELECT count(*) FROM account") == len(first)
        assert await conn.fetchval("SELECT count(*) FROM customer") >= 30
        assert await conn.fetchval("SELECT count(*) FROM article WHERE kind = 'article'") >= 20
        assert await conn.fetchval("SELECT count(*) FROM article WHERE kind = 'reply'") >= 12
        assert await conn.fetchval("SELECT count(*) FROM widget") == 4


async def test_g3_every_post_is_filled_and_can_sign_in(database: Database, manual_clock: ManualClock) -> None:
    people = await seed.seed(database, manual_clock)
    assert {role for person in people for role in person.roles} == {str(role) for role in Role}
    async with database.read(ALL) as conn:
        hashed = await conn.fetchval("SELECT password FROM account WHERE login = 'lin.xiao@hechuan.example'")
    assert await passwords.password_matches(hashed, seed.PASSWORD)


async def test_a6_there_are_full_timers_and_part_timers_for_every_queue(
    database: Database, manual_clock: ManualClock
) -> None:
    await seed.seed(database, manual_clock)
    async with database.read(ALL) as conn:
        queues = [one.spec for one in await store.read_all(conn, Kind.QUEUE, QueueSpec)]
        agents = [one.spec for one in await store.read_all(conn, Kind.AGENT, AgentSpec)]
    for queue in queues:
        able = [
            agent
            for agent in agents
            if all(any(s.skill == n.skill and s.level >= n.level for s in agent.skills) for n in queue.requires)
        ]
        assert {agent.employment for agent in able} == {"full_time", "part_time"}, queue.id
        assert queue.invite is not None


async def test_a_stranger_in_any_time_zone_finds_one_queue_open(
    database: Database, manual_clock: ManualClock
) -> None:
    await seed.seed(database, manual_clock)
    async with database.read(ALL) as conn:
        repair = (await store.read(conn, Kind.QUEUE, "repair", QueueSpec)).spec
        assert repair.hours is not None
        hours = (await store.read(conn, Kind.HOURS, repair.hours, HoursSpec)).spec
    assert all([(p.start, p.end) for p in day] == [(0, 1440)] for day in hours.week)
    assert hours.holidays == ()


async def test_everything_a_reader_sees_is_there_in_three_languages(
    database: Database, manual_clock: ManualClock
) -> None:
    await seed.seed(database, manual_clock)
    async with database.read(ALL) as conn:
        # Agents bear their own names, and so do their telephones.
        documents = await conn.fetch(
            "SELECT kind, id, spec FROM setup_document WHERE kind NOT IN ('agent', 'extension')"
        )
        versions = await conn.fetch("SELECT article, titles, bodies FROM article_version")
    for row in documents:
        assert row["spec"]["name"].keys() == LANGUAGES, row["id"]
    for row in versions:
        assert row["titles"].keys() == row["bodies"].keys() == LANGUAGES
        assert row["bodies"]["zh-Hans"] != row["bodies"]["zh-Hant"], f"{row['article']} is converted, not written"


async def test_the_seeded_articles_are_found(database: Database, manual_clock: ManualClock) -> None:
    await seed.seed(database, manual_clock)
    async with database.read(ALL) as conn:
        for query, lang, best in [
            ("旧机回收", "zh-Hans", "old-appliance"),
            ("空调不制冷", "zh-Hans", "ac-not-cooling"),
            ("E17", "zh-Hant", "washer-e17"),
            ("refund", "en", "refund-arrival"),
            ("客訴", "zh-Hant", "complaint-steps"),
        ]:
            hits = await search.search(conn, query, lang, kind=ArticleKind.ARTICLE)
            assert hits, query
            assert hits[0].article == best, (query, [hit.article for hit in hits[:3]])


async def test_two_files_of_one_person_wait_to_be_merged(database: Database, manual_clock: ManualClock) -> None:
    await seed.seed(database, manual_clock)
    async with database.read(ALL) as conn:
        names = await conn.fetch("SELECT name FROM customer GROUP BY client, name HAVING count(*) > 1")
    assert [row["name"] for row in names] == ["徐可"]


async def test_the_sign_in_page_offers_accounts_until_a_real_one_exists(
    database: Database, manual_clock: ManualClock
) -> None:
    await seed.seed(database, manual_clock)
    offered = await seed.panel(database)
    assert [account["name"] for account in offered] == ["林晓", "周欣", "宋雅", "方蕾", "顾明", "周婉", "何峰"]
    assert all(account["about"].keys() == LANGUAGES for account in offered)
    async with database.transaction(ALL) as conn:
        await conn.execute("UPDATE account SET demo = false WHERE login = 'he.feng@hechuan.example'")
    assert await seed.panel(database) == []


async def test_certificates_last_except_the_one_that_is_about_to_lapse(
    database: Database, manual_clock: ManualClock
) -> None:
    await seed.seed(database, manual_clock)
    async with database.read(ALL) as conn:
        agents = [one.spec for one in await store.read_all(conn, Kind.AGENT, AgentSpec)]
    days = {
        agent.id: (skill.certified_until - manual_clock.now()) / 86_400_000
        for agent in agents
        for skill in agent.skills
        if skill.certified_until is not None
    }
    assert days.pop("deng.hui") == 10
    assert min(days.values()) > 1000
