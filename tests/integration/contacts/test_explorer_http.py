"""The explorer over HTTP: who sees what, one contact, notes, and exports that equal the list (D5; ux 15, 17)."""

import csv
import io
import zipfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest
from test_projector import T0, S, append, life, setup

from jietong.contacts import routes
from jietong.contacts.projector import ContactsProjector
from jietong.core.clock import ManualClock
from jietong.core.specs import SiteSpec
from jietong.core.vocabulary import Channel, Outcome
from jietong.customers.model import Profile
from jietong.customers.service import recognise
from jietong.db.pool import ALL, Database
from jietong.identity import audit, tokens
from jietong.identity.model import SYSTEM
from jietong.identity.permissions import Role
from jietong.metrics import routes as metrics
from jietong.routing.engine import Engine
from jietong.routing.runtime import Plan, Runtime
from jietong.web.factory import Services, create_app

Client = Callable[..., Awaitable[httpx.AsyncClient]]
PHONE = "13912344418"


@pytest.fixture
async def client(database: Database) -> AsyncIterator[Client]:
    """An HTTP client with a role, on a centre with 14 contacts of the client acme and 1 of another."""
    clock = ManualClock(T0 + 3_600 * S)
    async with database.transaction(ALL) as conn:
        liu = await recognise(conn, "acme", Profile(name="=刘建国", phone=PHONE), region="CN", now=T0)
    assert liu is not None
    lives = []
    for i in range(14):
        lives += life(f"c{i:02}", T0 + (i + 1) * 200 * S, missed=i % 2 == 0, customer=liu[0])
    await append(database, [*setup(), *life("nameless", T0 - 3 * 86_400 * S, customer=None)])
    await append(database, [*lives, *life("other", T0 + 50 * S, client="other", customer="nobody")])
    await ContactsProjector(database).catch_up()
    app = create_app(
        Services(database, Runtime(database, "main", Plan(Engine, Engine.load), clock=clock), clock, SiteSpec),
        [routes.router, metrics.router],
    )
    async with AsyncExitStack() as stack:

        async def make(
            role: Role, clients: tuple[str, ...] | None = None, agent: str | None = None
        ) -> httpx.AsyncClient:
            async with database.transaction(ALL) as conn:
                _, secret = await tokens.make_token(
                    conn, name="test", roles=frozenset({role}), clients=clients, days=1, by=SYSTEM, now=clock.now(),
                    agent_id=agent,
                )  # fmt: skip
            made = httpx.AsyncClient(
                transport=httpx.ASGITransport(app),
                base_url="http://centre.test",
                headers={"Authorization": f"Bearer {secret}"},
            )
            return await stack.enter_async_context(made)

        yield make


async def got(client: httpx.AsyncClient, path: str, status: int = 200) -> Any:
    answer = await client.get(path)
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_the_list_pages_by_key_and_shows_masked_numbers(client: Client) -> None:
    supervisor = await client(Role.SUPERVISOR)
    first = await got(supervisor, "/api/contacts?limit=10")
    rest = await got(supervisor, f"/api/contacts?limit=10&cursor={first['next']}")
    ids = [one["id"] for one in first["items"] + rest["items"]]
    assert ids == [f"c{i:02}" for i in range(13, -1, -1)] + ["other"]
    assert rest["next"] is None
    assert first["items"][0]["customer_number"] == "139****4418"
    assert PHONE not in str(first)
    assert await got(supervisor, "/api/contacts/count?had=missed_offer&queue=support") == {"count": 7, "more": False}
    assert (await got(supervisor, "/api/contacts/count?had=missed_offer&had=transfer"))["count"] == 0
    assert (await got(supervisor, "/api/contacts/count?outcome=handled&outcome=open"))["count"] == 15


async def test_a_client_sees_its_own_contacts_only_fusionpbx_313(client: Client) -> None:
    theirs = await client(Role.CLIENT, clients=("other",))
    assert [one["id"] for one in (await got(theirs, "/api/contacts"))["items"]] == ["other"]
    for path in ("c01", "c01/timeline", "c01/messages"):
        assert (await got(theirs, f"/api/contacts/{path}", 404))["code"] == "no_such_contact"
    await got(theirs, "/api/contacts/c01/events", 403)
    await got(theirs, "/api/contacts/export", 403)


async def test_one_contact_with_its_timeline_and_events(client: Client) -> None:
    supervisor = await client(Role.SUPERVISOR)
    one = await got(supervisor, "/api/contacts/c00")
    assert (one["contact"]["wait_ms"], one["contact"]["customer_name"]) == (30 * S, "=刘建国")
    stays = (await got(supervisor, "/api/contacts/c00/timeline"))["items"]
    assert [s["kind"] for s in stays] == ["entry", "queue", "offer", "offer", "handling", "talk", "survey", "wrapup"]
    assert [s["n"] for s in stays] == list(range(1, 9))
    events = (await got(supervisor, "/api/contacts/c00/events"))["items"]
    told = await got(supervisor, "/api/contacts/c00/messages")
    assert [line["code"] for line in told["items"]] == ["agent_joined", "ended"]
    assert told["next"] is None
    assert [e["type"] for e in events][:4] == ["contact.arrived", "queue.entered", "offer.made", "offer.missed"]
    assert [e["seq"] for e in events] == sorted(e["seq"] for e in events)
    intervals = (await got(supervisor, f"/api/agents/lin/timeline?from={T0}&to={T0 + 3_600 * S}"))["items"]
    assert [i["state"] for i in intervals[-4:]] == ["ready", "talking", "wrapup", "ready"]


async def test_a_customer_is_found_by_name_and_a_contact_by_its_id(client: Client) -> None:
    supervisor = await client(Role.SUPERVISOR)
    assert len((await got(supervisor, "/api/contacts?q=建国"))["items"]) == 14
    assert len((await got(supervisor, "/api/contacts?q=4418"))["items"]) == 14
    assert (await got(supervisor, "/api/contacts?q=王"))["items"] == []
    # A contact is found by its id whatever the period says.
    assert [one["id"] for one in (await got(supervisor, "/api/contacts?q=c03&from=1&to=2"))["items"]] == ["c03"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("had=magic", "bad_filter"),
        ("from=2&to=1", "bad_filter"),
        ("from=soon", "bad_filter"),
        ("cursor=x", "bad_cursor"),
    ],
)
async def test_a_wrong_filter_is_said_so(client: Client, query: str, code: str) -> None:
    supervisor = await client(Role.SUPERVISOR)
    assert (await got(supervisor, f"/api/contacts?{query}", 422))["code"] == code


async def test_local_dates_mean_days_of_the_sites_zone(client: Client) -> None:
    """T0 is 15 January 2027 16:00 in Shanghai; the server's own zone is nobody's business."""
    supervisor = await client(Role.SUPERVISOR)
    assert len((await got(supervisor, "/api/contacts?from=2027-01-15&to=2027-01-15"))["items"]) == 15
    assert (await got(supervisor, "/api/contacts?from=2027-01-14&to=2027-01-14"))["items"] == []


async def test_notes_and_corrections_survive_a_rebuild(client: Client, database: Database) -> None:
    supervisor = await client(Role.SUPERVISOR)
    answer = await supervisor.post("/api/contacts/c00/notes", json={"text": " 配件已到 🔧 \u202eRTL "})
    assert answer.status_code == 201
    assert (await supervisor.post("/api/contacts/c00/notes", json={"text": "  "})).json()["code"] == "empty_note"
    assert (await supervisor.post("/api/contacts/none/notes", json={"text": "x"})).status_code == 404
    answer = await supervisor.patch("/api/contacts/c00", json={"reason": "noise", "resolved": False})
    assert answer.status_code == 200, answer.text
    async for _ in ContactsProjector(database).rebuild():
        pass
    one = await got(supervisor, "/api/contacts/c00")
    assert [note["text"] for note in one["notes"]] == ["配件已到 🔧 \u202eRTL"]
    assert (one["contact"]["reason"], one["contact"]["resolved"]) == ("noise", False)
    assert [(c["field"], c["value"]) for c in one["corrections"]] == [("reason", "noise"), ("resolved", False)]


async def test_an_agent_may_write_about_their_own_contacts_only(client: Client) -> None:
    lin = await client(Role.ANSWERER, agent="lin")
    chen = await client(Role.ANSWERER, agent="chen")
    assert (await lin.post("/api/contacts/c00/notes", json={"text": "ok"})).status_code == 201
    assert (await chen.post("/api/contacts/c00/notes", json={"text": "ok"})).status_code == 404
    await got(chen, "/api/contacts", 403)
    await got(chen, "/api/agents/lin/timeline", 403)


async def test_an_agent_reads_their_own_contacts_and_those_of_a_customers_file(client: Client) -> None:
    """A7: the history of who is at the door. `nameless` belongs to no file and was lin's."""
    lin = await client(Role.ANSWERER, agent="lin")
    chen = await client(Role.ANSWERER, agent="chen")
    for path in ("", "/messages"):
        await got(chen, f"/api/contacts/c00{path}")
        await got(lin, f"/api/contacts/nameless{path}")
        await got(chen, f"/api/contacts/nameless{path}", 403)


async def test_export_differs_from_the_chart_chatwoot_8534(client: Client, database: Database) -> None:
    """The same filter gives the same rows in the list, in CSV and in xlsx, and every export is in the audit log."""
    supervisor = await client(Role.SUPERVISOR)
    listed = (await got(supervisor, "/api/contacts?had=missed_offer"))["items"]
    answer = await supervisor.get("/api/contacts/export?had=missed_offer&format=csv&lang=en")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["Contact"] for row in rows] == [one["id"] for one in listed]
    assert [int(row["Wait (s)"]) * 1000 for row in rows] == [one["wait_ms"] for one in listed]
    assert rows[-1]["Arrived (Asia/Shanghai)"] == "2027-01-15 16:03:20"
    answer = await supervisor.get("/api/contacts/export?had=missed_offer&format=xlsx&lang=zh-Hant")
    book = zipfile.ZipFile(io.BytesIO(answer.content))
    sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert sheet.count("<row ") == len(listed) + 1
    assert "<f>" not in sheet
    assert "抵達時間" in sheet
    assert "未應答的待接" in sheet
    async with database.read(ALL) as conn:
        entries = [one for one in await audit.entries(conn) if one.action == "contacts.exported"]
    assert [(one.object, one.details["rows"]) for one in entries] == [("xlsx", 7), ("csv", 7)]


async def test_chinese_csv_garbled_in_excel(client: Client) -> None:
    """A byte-order mark, CRLF, and no cell that a spreadsheet would run."""
    supervisor = await client(Role.SUPERVISOR)
    content = (await supervisor.get("/api/contacts/export?lang=zh-Hans")).content
    assert content.startswith(b"\xef\xbb\xbf")
    text = content.decode("utf-8-sig")
    assert "联系编号" in text
    assert "'=刘建国" in text
    assert ",=刘" not in text
    assert PHONE not in text
    assert text.count("\r\n") == 16


async def test_the_catalogue_is_read_by_whoever_is_signed_in(client: Client) -> None:
    agent = await client(Role.ANSWERER, agent="lin")
    items = (await got(agent, "/api/metrics"))["items"]
    level = next(one for one in items if one["id"] == "sl3")
    assert level["names"]["zh-Hans"] == "X 秒内人工接通率"
    assert level["formula"]["en"] == "answered ≤ X ÷ (answered + abandoned)"


def test_words_exist_for_every_channel_and_outcome() -> None:
    from jietong.contacts.words import VALUES

    assert {*Channel, *Outcome} <= set(VALUES)
