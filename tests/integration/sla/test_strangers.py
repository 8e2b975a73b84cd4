"""Whoever is of another client tries every route of agreements (fusionpbx#313)."""

from pathlib import Path
from typing import Any

import httpx
from agreed_month import CONTRACT, EDITOR, NOW, agreements, in_force
from test_exclusions import submitted

from jietong.core.clock import ManualClock
from jietong.core.specs import SiteSpec
from jietong.db.pool import ALL, Database
from jietong.identity import tokens
from jietong.identity.model import SYSTEM
from jietong.identity.permissions import Role
from jietong.routing.engine import Engine
from jietong.routing.runtime import Plan, Runtime
from jietong.sla.routes import router
from jietong.web.factory import Services, create_app
from jietong.web.walk import walk

PERIOD = "2026-07"
BODIES: dict[tuple[str, str], Any] = {
    ("PUT", "/contracts/{id}/draft"): {"yaml": CONTRACT},
    ("POST", "/contracts/{id}/versions/{n}/propose"): {},
    ("POST", "/contracts/{id}/versions/{n}/decide"): {"decision": "approved"},
    ("POST", "/contracts/{id}/end"): {"day": "2026-08-01", "reason": "theirs"},
    ("PUT", "/contracts/{id}/forecasts/{period}"): {"total": 1},
    ("POST", "/contracts/{id}/scores"): {
        "period": PERIOD, "objective": "answered-20", "score": 1, "sample": 1, "panel": "x",
    },
    ("POST", "/contracts/{id}/actions"): {"text": "x"},
    ("PUT", "/contracts/{id}/actions/{action}"): {"text": "x"},
    ("POST", "/contracts/{id}/comments"): {"text": "x", "object": ""},
    ("POST", "/contracts/{id}/exclusions"): {"cls": "clientCaused", "title": "x", "start": 1, "end": 2},
    ("PUT", "/exclusions/{id}"): {"cls": "clientCaused", "title": "x", "start": 1, "end": 2},
    ("POST", "/exclusions/{id}/links"): {"title": "x", "url": "https://x.example"},
    ("POST", "/exclusions/{id}/decide"): {"decision": "approved"},
    ("POST", "/contracts/{id}/close"): {"period": PERIOD},
    ("POST", "/statements/{id}/decide"): {"decision": "approved"},
    ("POST", "/statements/{id}/restate"): {"reason": "theirs now"},
}  # fmt: skip
OPEN = {"/contracts", "/check", "/template", "/backtest", "/formulas"}
"""Without an agreement in the address: looked at by themselves."""


async def test_another_clients_people_get_nothing_by_any_route(database: Database, tmp_path: Path) -> None:
    clock = ManualClock(NOW)
    parts = agreements(database, tmp_path, clock)
    await in_force(parts)
    exclusion = await submitted(parts)
    made = await parts.statements.close(EDITOR, "july", PERIOD)
    action = await parts.records.save_action(
        EDITOR, "july", None, text="ours", owner="Shen", due="2026-08-20", expected="", period=None, done=False
    )
    app = create_app(
        Services(
            database,
            Runtime(database, "main", Plan(Engine, Engine.load), clock=clock),
            clock,
            SiteSpec,
            extra={"agreements": parts},
        ),
        [router],
    )
    ids = {
        "contracts": "july", "exclusions": exclusion["id"], "statements": made["id"],
        "evidence": exclusion["evidence"][0]["id"],
    }  # fmt: skip
    async with database.transaction(ALL) as conn:
        secrets = [
            (
                await tokens.make_token(
                    conn, name=str(clients), roles=frozenset({Role.ADMIN, Role.MANAGER}), clients=clients, days=1,
                    by=SYSTEM, now=clock.now(),
                )
            )[1]
            for clients in (("hechuan-mall",), ("hechuan",))
        ]  # fmt: skip
    theirs, own = (
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app),
            base_url="http://centre.test",
            headers={"Authorization": f"Bearer {secret}"},
        )
        for secret in secrets
    )
    before = await _rows(database)
    tried = 0
    async with theirs, own:
        assert [one["id"] for one in (await own.get("/api/sla/contracts")).json()["items"]] == ["july"]
        assert (await theirs.get("/api/sla/contracts")).json()["items"] == []
        for route in walk(app):
            path, method = route.path.removeprefix("/api/sla"), route.method
            if path != route.path and path not in OPEN:
                kind = path.split("/")[1]
                address = "/api/sla" + path.format(
                    id=ids[kind], n=1, period=PERIOD, action=action["id"], evidence=ids["evidence"]
                )
                asked: dict[str, Any] = {"params": {"objective": "answered-20"}} if path.endswith("/contacts") else {}
                if (method, path) in BODIES:
                    asked["json"] = BODIES[method, path]
                elif path.endswith("/files"):
                    asked["files"] = {"file": ("x.txt", b"x")}
                answer = await theirs.request(method, address, **asked)
                assert answer.status_code in (403, 404), f"{method} {path}: {answer.status_code} {answer.text[:200]}"
                assert "July" not in answer.text, path
                tried += 1
        assert (await own.get(f"/api/sla/statements/{made['id']}")).status_code == 200
    assert tried >= 35
    assert await _rows(database) == before


async def _rows(database: Database) -> dict[str, int]:
    """How many there are of everything that a stranger could have added to or taken from."""
    tables = ("version", "approval", "exclusion", "evidence", "statement", "action", "score", "forecast", "comment")
    async with database.read(ALL) as conn:
        return {table: await conn.fetchval(f"SELECT count(*) FROM sla_{table}") for table in tables}
