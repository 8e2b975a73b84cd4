"""Merging customers and publishing articles: rows and ledger agree."""

import asyncio

import httpx
from operations_support import SignedIn

from jietong.customers import service as customers
from jietong.db.pool import ALL, Database
from jietong.routing.engine import Engine
from jietong.routing.runtime import Runtime


async def the_two(person: httpx.AsyncClient) -> tuple[str, str]:
    """徐可's two files at Hechuan: by phone, and by e-mail."""
    found = (await person.get("/api/customers", params={"q": "徐可", "client": "hechuan"})).json()["items"]
    by_kind = {one["identities"][0]["kind"]: one["id"] for one in found}
    return by_kind["phone"], by_kind["email"]


async def test_b2_two_files_of_one_person_become_one_and_come_apart_again(
    signed_in: SignedIn, runtime: Runtime[Engine], database: Database
) -> None:
    supervisor = await signed_in("zhou.xin")
    kept, gone = await the_two(supervisor)
    answer = await supervisor.post("/api/customers/merge", json={"kept": kept, "gone": gone})
    assert answer.status_code == 200, answer.text
    file = answer.json()["customer"]
    assert {one["kind"] for one in file["identities"]} == {"phone", "email"}
    assert file["notes"] == "网页聊天时只留了邮箱。"
    async with database.read(ALL) as conn:
        events = await conn.fetchval("SELECT count(*) FROM event WHERE type = 'customers.merged'")
        assert events == 1
        assert await customers.store.resolve(conn, gone) == kept
        assert set(await customers.store.family(conn, kept)) == {kept, gone}
    pop = (await supervisor.get(f"/api/customers/{gone}/pop")).json()
    assert pop["customer"]["id"] == kept
    again = await supervisor.post("/api/customers/merge", json={"kept": kept, "gone": gone})
    assert (again.status_code, again.json()["code"]) == (409, "merged")

    undone = await supervisor.post(f"/api/customers/merges/{answer.json()['merge']}/undo")
    assert undone.status_code == 200, undone.text
    assert [one["kind"] for one in undone.json()["identities"]] == ["email"]
    file = (await supervisor.get(f"/api/customers/{kept}")).json()
    assert [one["kind"] for one in file["customer"]["identities"]] == ["phone"]
    assert file["merges"][0]["undone_at"] is not None


async def test_crossing_merges_leave_one_file_not_a_circle(signed_in: SignedIn, database: Database) -> None:
    supervisor = await signed_in("zhou.xin")
    a, b = await the_two(supervisor)
    answers = await asyncio.gather(
        supervisor.post("/api/customers/merge", json={"kept": a, "gone": b}),
        supervisor.post("/api/customers/merge", json={"kept": b, "gone": a}),
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    async with database.read(ALL) as conn:
        assert await conn.fetchval("SELECT count(*) FROM customer WHERE merged_into IS NOT NULL") == 1
        assert await conn.fetchval("SELECT count(*) FROM event WHERE type = 'customers.merged'") == 1


async def test_files_of_two_clients_stay_apart(signed_in: SignedIn) -> None:
    supervisor = await signed_in("zhou.xin")
    kept, _ = await the_two(supervisor)
    mall = (await supervisor.get("/api/customers", params={"q": "徐可", "client": "hechuan-mall"})).json()["items"]
    answer = await supervisor.post("/api/customers/merge", json={"kept": kept, "gone": mall[0]["id"]})
    assert (answer.status_code, answer.json()["code"]) == (409, "other_client")
    agent = await signed_in("lin.xiao")
    assert (await agent.post("/api/customers/merge", json={"kept": kept, "gone": "x"})).status_code == 403


async def test_numbers_leave_masked_until_somebody_reveals_them(signed_in: SignedIn) -> None:
    agent = await signed_in("lin.xiao")
    found = (await agent.get("/api/customers", params={"q": "4418"})).json()["items"]
    assert [one["name"] for one in found] == ["刘建国"]
    for path in ("", "/pop"):
        assert "13900004418" not in (await agent.get(f"/api/customers/{found[0]['id']}{path}")).text
    assert found[0]["identities"][0]["masked"] == "139****4418"
    revealed = (await agent.post(f"/api/customers/{found[0]['id']}/reveal")).json()
    assert (revealed[0]["value"], revealed[0]["e164"]) == ("139 0000 4418", "+8613900004418")
    qa = await signed_in("song.ya")
    assert (await qa.post(f"/api/customers/{found[0]['id']}/reveal")).status_code == 403


async def test_a_file_is_changed_field_by_field(signed_in: SignedIn) -> None:
    agent = await signed_in("lin.xiao")
    found = (await agent.get("/api/customers", params={"q": "刘建国"})).json()["items"][0]
    answer = await agent.patch(
        f"/api/customers/{found['id']}",
        json={"version": found["version"], "notes": "下午打", "add": [{"kind": "email", "value": "LJG@Example.com"}]},
    )
    assert answer.status_code == 200, answer.text
    after = answer.json()
    assert (after["name"], after["notes"], after["attributes"]) == ("刘建国", "下午打", found["attributes"])
    key = next(one["key"] for one in after["identities"] if one["kind"] == "email")
    answer = await agent.patch(f"/api/customers/{found['id']}", json={"version": after["version"], "remove": [key]})
    assert [one["kind"] for one in answer.json()["identities"]] == ["phone"]
    bad = await agent.patch(
        f"/api/customers/{found['id']}",
        json={"version": answer.json()["version"], "add": [{"kind": "phone", "value": "1"}]},
    )
    assert (bad.status_code, bad.json()["code"]) == (422, "bad_phone")


async def test_b4_an_article_is_written_published_and_pushed_to_every_desk(
    signed_in: SignedIn, runtime: Runtime[Engine]
) -> None:
    trainer = await signed_in("fang.lei")
    heard: list[str] = []
    stop = runtime.subscribe(lambda batch: heard.extend(type(event).__name__ for event in batch.events))
    texts = {"zh-Hans": "烘干机结露", "zh-Hant": "烘衣機結露", "en": "Dryer condensation"}
    draft = {
        "titles": texts,
        "bodies": {"zh-Hans": "清理冷凝器。"},
        "category": "kb-troubleshooting",
        "tags": ["烘干机"],
    }
    made = (await trainer.post("/api/articles", json=draft)).json()
    agent = await signed_in("lin.xiao")
    assert (await agent.get(f"/api/articles/{made['id']}")).status_code == 404
    assert (await agent.get("/api/articles", params={"q": "烘干机"})).json()["hits"] == []

    early = await trainer.post(f"/api/articles/{made['id']}/publish", json={"version": 1})
    assert (early.status_code, early.json()["code"]) == (422, "language_missing")
    assert early.json()["field"] == "bodies.zh-Hant"

    full = draft | {"bodies": {"zh-Hans": "清理冷凝器。", "zh-Hant": "清理冷凝器。請", "en": "Clean the condenser."}}
    saved = await trainer.put(f"/api/articles/{made['id']}", json=full | {"version": 1, "revision": 1})
    assert saved.status_code == 200, saved.text
    stale = await trainer.put(f"/api/articles/{made['id']}", json=full | {"version": 1, "revision": 1})
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_version")
    published = await trainer.post(f"/api/articles/{made['id']}/publish", json={"version": 1})
    assert published.json()["pushed"] is True
    stop()
    assert heard == ["ArticlePublished"]

    for query, lang in [("烘干机", "zh-Hans"), ("露", "zh-Hant"), ("condens", "en")]:
        hits = (await agent.get("/api/articles", params={"q": query, "lang": lang})).json()["hits"]
        assert hits[0]["article"] == made["id"], query
    assert (await agent.get("/api/articles", params={"q": "烘干机"})).json()["hits"][0]["title_marks"] == [
        {"start": 0, "end": 3}
    ]


async def test_a_new_version_is_a_draft_until_it_is_published(signed_in: SignedIn) -> None:
    trainer, agent = await signed_in("fang.lei"), await signed_in("lin.xiao")
    now = (await trainer.get("/api/articles/invoice", params={"draft": True})).json()
    body = {key: now[key] for key in ("kind", "client", "category", "tags", "shortcut", "active")}
    body |= {"titles": now["shown"]["titles"], "bodies": now["shown"]["bodies"] | {"zh-Hans": "改用数电发票。"}}
    draft = (await trainer.put("/api/articles/invoice", json=body | {"version": 1, "revision": 1})).json()
    assert (draft["latest"], draft["published"], draft["shown"]["state"]) == (2, 1, "draft")
    assert "数电" not in (await agent.get("/api/articles/invoice")).text
    assert (await agent.get("/api/articles", params={"q": "数电发票"})).json()["hits"][0]["version"] == 1
    assert (await trainer.post("/api/articles/invoice/publish", json={"version": 2})).status_code == 200
    assert "数电" in (await agent.get("/api/articles/invoice")).text
    states = [
        (one["version"], one["state"])
        for one in (await trainer.get("/api/articles/invoice/versions")).json()["items"]
    ]
    assert states == [(2, "published"), (1, "superseded")]
    assert (await agent.get("/api/articles/invoice/versions")).status_code == 403
    twice = await trainer.post("/api/articles/invoice/publish", json={"version": 2})
    assert twice.json()["code"] == "published"


async def test_an_article_set_aside_is_not_found_any_more(signed_in: SignedIn) -> None:
    trainer, agent = await signed_in("fang.lei"), await signed_in("lin.xiao")
    now = (await trainer.get("/api/articles/member-points", params={"draft": True})).json()
    body = {key: now[key] for key in ("kind", "client", "category", "tags", "shortcut")}
    body |= {"titles": now["shown"]["titles"], "bodies": now["shown"]["bodies"], "version": 1, "revision": 1}
    assert (await trainer.put("/api/articles/member-points", json=body | {"active": False})).status_code == 200
    assert (await agent.get("/api/articles/member-points")).status_code == 404
    hits = (await agent.get("/api/articles", params={"q": "会员等级"})).json()["hits"]
    assert "member-points" not in [hit["article"] for hit in hits]
    assert (await trainer.put("/api/articles/member-points", json=body | {"active": True})).status_code == 200
    hits = (await agent.get("/api/articles", params={"q": "会员等级"})).json()["hits"]
    assert hits[0]["article"] == "member-points"


async def test_quick_replies_have_one_shortcut_each(signed_in: SignedIn) -> None:
    trainer, agent = await signed_in("fang.lei"), await signed_in("lin.xiao")
    replies = (await agent.get("/api/articles", params={"kind": "reply", "limit": 200})).json()["items"]
    assert {one["shortcut"] for one in replies} >= {"dd", "gq", "hs", "dx", "js"}
    body = {"titles": {"en": "x"}, "bodies": {"en": "x"}, "kind": "reply", "shortcut": "dd"}
    taken = await trainer.post("/api/articles", json=body)
    assert (taken.status_code, taken.json()["code"]) == (409, "shortcut_taken")


async def test_an_article_was_of_use_or_not(signed_in: SignedIn) -> None:
    agent, other = await signed_in("lin.xiao"), await signed_in("chen.yu")
    for person, useful in ((agent, False), (agent, True), (other, False)):
        answer = await person.post("/api/articles/invoice/feedback", json={"useful": useful})
        assert answer.status_code == 204
    shown = (await agent.get("/api/articles/invoice")).json()
    assert (shown["useful"], shown["not_useful"]) == (1, 1)  # one voice each, the latest counts


async def test_what_only_shares_some_letters_is_not_a_result(signed_in: SignedIn) -> None:
    agent = await signed_in("lin.xiao")
    hits = (await agent.get("/api/articles", params={"q": "pump", "lang": "en"})).json()["hits"]
    assert {hit["article"] for hit in hits} == {"dishwasher-leak", "washer-e17"}
    hits = (await agent.get("/api/articles", params={"q": "排水泵"})).json()["hits"]
    assert {hit["article"] for hit in hits[:2]} == {"dishwasher-leak", "washer-e17"}
    assert (await agent.get("/api/articles", params={"q": "，！"})).json()["hits"] == []
