"""The customer file on a real database: recognised, searched, kept apart by client."""

import asyncio

import pytest

from jietong.core.clock import ManualClock
from jietong.core.errors import Invalid, NotFound, Refused
from jietong.customers import service
from jietong.customers.model import Draft, IdentityKind, Profile
from jietong.db.pool import ALL, Database, Scope
from jietong.identity.model import SYSTEM, Principal
from jietong.identity.permissions import Permission

NOW = 1_800_000_000_000
PHONE = IdentityKind.PHONE


async def recognise(database: Database, profile: Profile, client: str = "hechuan") -> tuple[str, bool] | None:
    async with database.transaction(Scope((client,))) as conn:
        return await service.recognise(conn, client, profile, region="CN", now=NOW)


def of_client(client: str) -> Principal:
    return Principal("someone", "someone", "Someone", frozenset(), frozenset(Permission), (client,))


async def test_b2_a_customer_is_recognised_by_any_identity(database: Database) -> None:
    first = await recognise(database, Profile("王浩然", phone="138 0000 6612", email="Wang@example.com"))
    assert first is not None
    assert first[1]
    for profile in (
        Profile(phone="+8613800006612"),
        Profile(email="wang@EXAMPLE.com"),
        Profile(phone="008613800006612", email="another@example.com"),
        Profile(email="another@example.com"),
    ):
        assert await recognise(database, profile) == (first[0], False)


async def test_somebody_who_gives_nothing_to_be_known_by_gets_no_file(database: Database) -> None:
    assert await recognise(database, Profile("访客")) is None
    async with database.read(ALL) as conn:
        assert await conn.fetchval("SELECT count(*) FROM customer") == 0


async def test_wound_doubled_customers_two_first_contacts_at_once_are_one_customer(database: Database) -> None:
    profiles = [Profile("王", phone="13800006612", email=f"w{n % 3}@example.com") for n in range(12)]
    found = await asyncio.gather(*(recognise(database, profile) for profile in profiles))
    assert len({one[0] for one in found if one}) == 1
    assert sum(one[1] for one in found if one) == 1
    async with database.read(ALL) as conn:
        assert await conn.fetchval("SELECT count(*) FROM customer") == 1
        assert await conn.fetchval("SELECT count(*) FROM customer_identity") == 4


async def test_details_that_point_to_two_files_make_them_suspects(database: Database) -> None:
    by_phone = await recognise(database, Profile("徐可", phone="13100001157"))
    by_mail = await recognise(database, Profile("徐可", email="xu.ke@example.com"))
    both = await recognise(database, Profile("徐可", phone="13100001157", email="xu.ke@example.com"))
    assert by_phone is not None
    assert by_mail is not None
    assert both == (by_phone[0], False)  # the phone is the stronger identity
    suspects = await service.suspects(database, SYSTEM, by_phone[0])
    assert [(one.customer.id, one.why) for one in suspects] == [(by_mail[0], "shared_details")]


async def test_only_an_empty_name_is_filled(database: Database) -> None:
    found = await recognise(database, Profile("", phone="13100001157"))
    assert found is not None
    await recognise(database, Profile("徐可", phone="13100001157"))
    await recognise(database, Profile("徐小可", phone="13100001157"))
    assert (await service.read(database, SYSTEM, found[0])).name == "徐可"


async def test_wound_one_client_never_sees_anothers_customers(database: Database) -> None:
    ours = await recognise(database, Profile("王", phone="13800006612"), "hechuan")
    theirs = await recognise(database, Profile("王", phone="13800006612"), "mall")
    assert ours is not None
    assert theirs is not None
    assert ours[0] != theirs[0]
    seen = await service.search(database, of_client("hechuan"), "6612", None, None, 10)
    assert [one.id for one in seen] == [ours[0]]
    with pytest.raises(NotFound):
        await service.read(database, of_client("hechuan"), theirs[0])
    with pytest.raises(NotFound):
        await service.reveal(database, ManualClock(NOW), of_client("hechuan"), theirs[0])
    async with database.read(Scope(())) as conn:  # opened for nobody: fails closed
        for table in ("customer", "customer_identity", "customer_merge", "customer_suspect"):
            assert await conn.fetchval(f"SELECT count(*) FROM {table}") == 0


async def test_customers_are_found_by_part_of_a_name_tail_of_a_number_or_address(database: Database) -> None:
    ids = {}
    for name, phone, mail in [
        ("欧阳静怡", "13800002207", None),
        ("陈静", "13900002208", "chen@example.com"),
        ("Emma Carter", "+16502530100", "emma.carter@example.com"),
        ("100%_test", None, "percent@example.com"),
    ]:
        found = await recognise(database, Profile(name, phone=phone, email=mail))
        assert found is not None
        ids[name] = found[0]

    async def names(query: str) -> set[str]:
        return {one.name for one in await service.search(database, SYSTEM, query, None, None, 50)}

    assert await names("静") == {"欧阳静怡", "陈静"}
    assert await names("静怡") == {"欧阳静怡"}
    assert await names("2207") == {"欧阳静怡"}
    assert await names("13900002208") == {"陈静"}
    assert await names("138 0000 2207") == {"欧阳静怡"}
    assert await names("carter") == {"Emma Carter"}
    assert await names("ＥＭＭＡ") == {"Emma Carter"}
    assert await names("emma.car") == {"Emma Carter"}
    assert await names("0%_t") == {"100%_test"}
    assert await names("%") == set() or await names("%") == {"100%_test"}
    assert await names("查无此人") == set()
    assert len(await names("")) == 4


async def test_a_file_made_by_hand_refuses_a_number_that_has_one(database: Database) -> None:
    clock = ManualClock(NOW)
    made = await service.create(
        database, clock, SYSTEM, "hechuan", Draft("王浩然"), [(PHONE, "13800006612")], region="CN"
    )
    with pytest.raises(Refused) as refused:
        await service.create(
            database, clock, SYSTEM, "hechuan", Draft("王"), [(PHONE, "+8613800006612")], region="CN"
        )
    assert refused.value.code == "identity_taken"
    assert refused.value.extra["customer"] == made.id
    async with database.read(ALL) as conn:
        assert await conn.fetchval("SELECT count(*) FROM customer") == 1


async def test_two_people_editing_one_file_do_not_overwrite_each_other(database: Database) -> None:
    clock = ManualClock(NOW)
    made = await service.create(database, clock, SYSTEM, "hechuan", Draft("王浩然"), [], region="CN")
    await service.change(database, clock, SYSTEM, made.id, 1, Draft("王浩然", notes="上午方便"), [], [], region="CN")
    with pytest.raises(Refused) as refused:
        await service.change(
            database, clock, SYSTEM, made.id, 1, Draft("王浩然", notes="下午方便"), [], [], region="CN"
        )
    assert refused.value.code == "stale_version"
    assert (await service.read(database, SYSTEM, made.id)).notes == "上午方便"


async def test_a_look_at_the_whole_number_is_in_the_audit_log(database: Database) -> None:
    clock = ManualClock(NOW)
    made = await service.create(
        database, clock, SYSTEM, "hechuan", Draft("王浩然"), [(PHONE, "13800006612")], region="CN"
    )
    revealed = await service.reveal(database, clock, SYSTEM, made.id)
    assert [one.value for one in revealed] == ["+8613800006612"]
    async with database.read(ALL) as conn:
        entry = await conn.fetchrow("SELECT action, object, details::text FROM audit_entry ORDER BY seq DESC LIMIT 1")
    assert (entry["action"], entry["object"]) == ("customer.revealed", made.id)
    assert "6612" not in entry["details"]


@pytest.mark.parametrize(
    ("draft", "code"),
    [
        (Draft(""), "name_needed"),
        (Draft("x" * 121), "name_needed"),
        (Draft("王\0"), "bad_text"),
        (Draft("王", notes="x" * 10_001), "too_long"),
        (Draft("王", organisation="nowhere"), "unknown_organisation"),
    ],
)
async def test_a_file_that_makes_no_sense_is_refused(database: Database, draft: Draft, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        await service.create(database, ManualClock(NOW), SYSTEM, "hechuan", draft, [], region="CN")
    assert refused.value.code == code


async def test_names_in_any_script_are_kept_as_written(database: Database) -> None:
    for name in ("محمد علي", "Zoë 😀", "𠮷野家", "O'Brien; DROP TABLE customer"):
        found = await recognise(database, Profile(name, email=f"m{hash(name) % 10_000}@example.com"))
        assert found is not None
        assert (await service.read(database, SYSTEM, found[0])).name == name
        assert [one.name for one in await service.search(database, SYSTEM, name[:3], None, None, 5)] == [name]


async def test_pages_of_the_list_neither_skip_nor_repeat(database: Database) -> None:
    for n in range(25):
        await recognise(database, Profile(f"客户{n}", email=f"c{n}@example.com"))
    seen: list[str] = []
    before = None
    while True:
        page = await service.search(database, SYSTEM, "客户", None, before, 7)
        if not page:
            break
        seen += [one.id for one in page]
        before = (page[-1].updated_at, page[-1].id)
    assert len(seen) == len(set(seen)) == 25


async def test_searching_goes_by_the_indexes_under_row_level_security(database: Database) -> None:
    async with database.transaction(ALL) as conn:
        await conn.execute(
            """
            INSERT INTO customer (id, client, kind, name, created_at, updated_at)
            SELECT 'c' || n, 'hechuan', 'person', '客' || n, now(), now()
            FROM generate_series(1, 20000) n
            """
        )
        await conn.execute(
            """
            INSERT INTO customer_identity (client, kind, value, customer, created_at)
            SELECT 'hechuan', 'phone', '+86138' || lpad(n::text, 8, '0'), 'c' || n, now()
            FROM generate_series(1, 20000) n
            """
        )
        await conn.execute(
            """
            INSERT INTO customer_gram (client, gram, customer)
            SELECT 'hechuan', '客' || n % 900, 'c' || n FROM generate_series(1, 20000) n
            """
        )
        await conn.execute("ANALYZE customer, customer_identity, customer_gram")
    async with database.read(Scope(("hechuan",))) as conn:
        plan = await conn.fetch(
            "EXPLAIN SELECT customer FROM customer_identity WHERE kind = 'phone' AND tail >= '702' AND tail < '703'"
        )
        assert "customer_identity_tail" in "\n".join(row[0] for row in plan)
        plan = await conn.fetch("EXPLAIN SELECT customer FROM customer_gram WHERE gram = ANY(ARRAY['客7', '客8'])")
        assert "customer_gram_pkey" in "\n".join(row[0] for row in plan)
    assert [one.id for one in await service.search(database, of_client("hechuan"), "12207", None, None, 5)] == [
        "c12207"
    ]
