"""Figures over HTTP: what is asked, in which words, and that nobody gets at another client's (C2, D5, G3)."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from history_support import append, set_zone
from random_facts import instant

from jietong.contacts.projector import ContactsProjector
from jietong.core import events as e
from jietong.core.clock import ManualClock
from jietong.core.specs import QueueSpec, SiteSpec
from jietong.core.vocabulary import Channel, EndedBy, Ms, Outcome, State
from jietong.db.pool import ALL, Database
from jietong.identity import tokens
from jietong.identity.model import SYSTEM
from jietong.identity.permissions import Role
from jietong.metrics import routes
from jietong.metrics.warehouse import Warehouse
from jietong.routing.engine import Engine
from jietong.routing.runtime import Plan, Runtime
from jietong.web.factory import Services, create_app

Client = Callable[..., Awaitable[httpx.AsyncClient]]
ZONE = "America/New_York"
NAMES = {"zh-Hans": "队", "zh-Hant": "隊", "en": "Q"}
NINE = instant(ZONE, 2026, 7, 14, 9)
PERIOD = {"from": "2026-07-14", "to": "2026-07-16"}


def call(id: str, client: str, queue: str, at: Ms, wait_s: int, talk_s: int | None) -> list[e.AnyEvent]:
    """Answered by lin, or given up where there is no talk."""
    came: list[e.AnyEvent] = [
        e.ContactArrived(at, id, Channel.CHAT, client, f"web-{client}", f"u-{id}"),
        e.QueueEntered(at, id, queue, 0, at),
    ]
    answered = at + wait_s * 1000
    if talk_s is None:
        return [*came, e.ContactEnded(answered, id, EndedBy.CUSTOMER, Outcome.ABANDONED, queue)]
    ended = answered + talk_s * 1000
    return [
        *came,
        e.OfferMade(at, id, "lin", queue, at + 900_000),
        e.OfferAccepted(answered, id, "lin", queue, wait_s * 1000),
        e.AgentStateChanged(answered, "lin", State.TALKING, queue=queue),
        e.ContactEnded(ended, id, EndedBy.CUSTOMER, Outcome.HANDLED, queue, "lin"),
        e.AgentStateChanged(ended, "lin", State.READY),
    ]


@pytest.fixture
async def client(database: Database, tmp_path: Path) -> AsyncIterator[Client]:
    """acme: three calls on the 14th at 9, 9:40 and 10:00, two of them answered; other: one on the 15th."""
    clock = ManualClock(instant(ZONE, 2026, 7, 15, 12))
    await set_zone(database, ZONE)
    await append(
        database,
        [
            e.QueueConfigured(NINE - 1, QueueSpec("repair", NAMES, "acme", (Channel.CHAT,), service_level_s=20)),
            e.QueueConfigured(NINE - 1, QueueSpec("secret", NAMES, "other", (Channel.CHAT,), service_level_s=20)),
            e.AgentStateChanged(NINE - 1, "lin", State.READY),
            *call("c1", "acme", "repair", NINE, 12, 100),
            *call("c2", "acme", "repair", NINE + 2_400_000, 50, 60),
            *call("c3", "acme", "repair", NINE + 3_600_000, 31, None),
            *call("x1", "other", "secret", NINE + 86_400_000, 7, 30),
        ],
    )
    await ContactsProjector(database).catch_up()
    warehouse = Warehouse(database, tmp_path / "history", clock)
    await warehouse.close("main")  # the 14th is read from files, the 15th from tables
    assert [day.day.day for day in await warehouse.days("main")] == [14]
    app = create_app(
        Services(
            database,
            Runtime(database, "main", Plan(Engine, Engine.load), clock=clock),
            clock,
            SiteSpec,
            extra={"warehouse": warehouse},
        ),
        [routes.router],
    )
    async with AsyncExitStack() as stack:

        async def make(role: Role, clients: tuple[str, ...] | None = None) -> httpx.AsyncClient:
            async with database.transaction(ALL) as conn:
                _, secret = await tokens.make_token(
                    conn, name="test", roles=frozenset({role}), clients=clients, days=1, by=SYSTEM, now=clock.now()
                )
            made = httpx.AsyncClient(
                transport=httpx.ASGITransport(app),
                base_url="http://centre.test",
                headers={"Authorization": f"Bearer {secret}"},
            )
            return await stack.enter_async_context(made)

        yield make
        await warehouse.stop()


async def got(by: httpx.AsyncClient, path: str = "figures", /, status: int = 200, **asked: Any) -> Any:
    answer = await by.get(f"/api/{path}", params={**PERIOD, **asked})
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_figures_by_interval_and_group_with_their_parts(client: Client) -> None:
    manager = await client(Role.MANAGER)
    found = await got(manager, every="1h", by="queue", metrics="sl3(20),asa,abandon_rate,sl3")
    assert (found["zone"], found["as_of"]) == (ZONE, "2026-07-15T12:00:00-04:00")
    assert found["attribution"]["asa"] == "arrival"
    assert [(row["start"], row["queue"]) for row in found["rows"]] == [
        ("2026-07-14T09:00:00-04:00", "repair"),
        ("2026-07-14T10:00:00-04:00", "repair"),
        ("2026-07-15T09:00:00-04:00", "secret"),
    ]
    nine, ten, _ = found["rows"]
    assert {k: nine["sl3(20)"][k] for k in ("value", "numerator", "denominator", "n")} == {
        "value": 0.5, "numerator": 1, "denominator": 2, "n": 2,
    }  # fmt: skip
    assert nine["sl3(20)"]["low"] < 0.5 < nine["sl3(20)"]["high"]  # Wilson: 1 of 2 says little
    assert (nine["asa"]["value"], nine["asa"]["numerator"], nine["asa"]["denominator"]) == (31, 62, 2)
    assert (ten["asa"]["value"], ten["asa"]["denominator"]) == (None, 0)  # no data, never 0


async def test_a_long_question_goes_in_a_body(client: Client) -> None:
    manager = await client(Role.MANAGER)
    asked = {**PERIOD, "metrics": "answered", "queue": ["repair", "secret"], "by": ["client"]}
    answer = await manager.post("/api/figures", json=asked)
    assert answer.json()["rows"] == (await got(manager, metrics="answered", by="client"))["rows"]


async def test_a_client_user_never_gets_at_another_clients(client: Client) -> None:
    """fusionpbx#313: tried by every way there is."""
    acme = await client(Role.CLIENT, ("acme",))
    for by in ("queue", "client", "agent", "entry", "channel", "reason"):
        rows = (await got(acme, every="1d", by=by, metrics="requested_agent,aht"))["rows"]
        assert sum(row["requested_agent"]["numerator"] for row in rows) == 3
        assert not {"secret", "other", "web-other"} & {str(row.get(by)) for row in rows}
    for name, value in (("queue", "secret"), ("client", "other"), ("entry", "web-other")):
        refused = await got(acme, metrics="answered", status=404, **{name: value})
        assert refused["code"] == f"no_such_{name}"  # as unknown as none
    assert (await got(acme, metrics="answered", agent="lin"))["rows"][0]["answered"]["numerator"] == 2
    hidden = await got(acme, metrics="answered,occupancy,online_streak,atb", status=403)
    assert (hidden["code"], hidden["metrics"]) == ("agent_time_hidden", ["occupancy", "online_streak", "atb"])
    behind = await got(acme, "figures/contacts", metric="answered")
    assert [one["id"] for one in behind["items"]] == ["c1", "c2"]
    nobody = await client(Role.CLIENT, ("nobody",))
    assert (await got(nobody, metrics="answered"))["rows"][0]["answered"]["numerator"] == 0
    assert (await got(nobody, metrics="answered", by="client"))["rows"] == []


async def test_a_client_user_cannot_even_learn_which_numbers_others_have(client: Client, database: Database) -> None:
    async with database.transaction(ALL) as conn:
        await conn.execute(
            "INSERT INTO setup_document (kind, id, version, spec, changed_at, changed_by) "
            "VALUES ('number', '4000000001', 1, $1, now(), 'test')",
            {"id": "4000000001", "client": "other"},
        )
    assert (await got(await client(Role.MANAGER), metrics="answered", entry="4000000001"))["rows"]
    acme = await client(Role.CLIENT, ("acme",))
    refused = await got(acme, metrics="answered", entry="4000000001", status=404)
    assert refused["code"] == "no_such_entry"


async def test_every_figure_opens_to_the_contacts_behind_it(client: Client) -> None:
    manager = await client(Role.MANAGER)
    first = await got(manager, "figures/contacts", metric="sl3(20)", part="denominator", limit=3)
    rest = await got(manager, "figures/contacts", metric="sl3(20)", part="denominator", limit=3, after=first["next"])
    assert [one["id"] for one in first["items"]] == ["c1", "c2", "c3"]
    assert [one["id"] for one in rest["items"]] == ["x1"]
    assert rest["next"] is None
    assert first["items"][0] == {
        "id": "c1", "arrived": "2026-07-14T09:00:00-04:00", "queue": "repair", "agent": "lin", "channel": "chat",
        "client": "acme", "wait_s": 12, "talk_s": 100, "outcome": "answered",
    }  # fmt: skip
    within = await got(manager, "figures/contacts", metric="sl3(20)")
    assert [one["id"] for one in within["items"]] == ["c1", "x1"]
    cell = await got(manager, "figures/contacts", metric="abandoned", queue="repair", **{"from": "2026-07-14T10:00"})
    assert [one["id"] for one in cell["items"]] == ["c3"]
    assert (await got(manager, "figures/contacts", metric="occupancy", status=422))["code"] == "no_contacts_behind"
    assert (await got(manager, "figures/contacts", metric="asa", after="x", status=422))["code"] == "bad_cursor"
    agent = await client(Role.ANSWERER)
    await got(agent, "figures/contacts", metric="answered", status=403)
    await got(agent, metrics="answered", by="agent", status=403)  # what colleagues did is no business of an agent


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"metrics": "asb"}, "unknown_metric"),
        ({"metrics": "sl3(20"}, "bad_metrics"),
        ({"metrics": "sl3(a)"}, "bad_parameters"),
        ({"to": "2026-07-13"}, "bad_period"),
        ({"to": "2026-07-14"}, "bad_period"),
        ({"from": "yesterday"}, "bad_time"),
        ({"every": "20m"}, "bad_every"),
        ({"by": "mood"}, "bad_by"),
        ({"channel": "pigeon"}, "no_such_channel"),
        ({"timezone": "Mars/Olympus"}, "bad_zone"),
        ({"from": "2010-01-01", "every": "15m"}, "too_many_intervals"),
        ({"queue": "repiar"}, "no_such_queue"),
        ({"agent": "lim"}, "no_such_agent"),
        ({"reason": "loek"}, "no_such_reason"),
        ({"site": "elsewhere"}, "no_such_site"),
    ],
)
async def test_what_cannot_be_answered_says_why(client: Client, asked: dict[str, str], code: str) -> None:
    manager = await client(Role.MANAGER)
    status = 404 if code.startswith("no_such") and code != "no_such_channel" else 422
    refused = await got(manager, status=status, **{"metrics": "asa", **asked})
    assert refused["code"] == code
    assert refused["detail"]


async def test_times_may_be_of_any_zone(client: Client) -> None:
    manager = await client(Role.MANAGER)
    one = await got(manager, metrics="answered", **{"from": "2026-07-14T09:00-04:00", "to": "2026-07-14T13:30 00:00"})
    assert one["rows"][0]["answered"]["value"] == 1  # a plus sign that nobody escaped is a space
    tokyo = await got(manager, metrics="answered", every="1d", timezone="Asia/Tokyo")
    assert [row["start"][:10] for row in tokyo["rows"]] == ["2026-07-14", "2026-07-15"]
