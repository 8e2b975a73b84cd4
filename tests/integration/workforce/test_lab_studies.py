"""Studies over HTTP on a real database, with real worker processes: made, run, refused (H3; fusionpbx#313)."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from report_centre import facts, noon, set_up, write

from jietong.core.clock import ManualClock
from jietong.db.pool import ALL, Database
from jietong.identity.model import SYSTEM
from jietong.identity.permissions import Role
from jietong.identity.tokens import make_token
from jietong.metrics.warehouse import Warehouse
from jietong.web.factory import Services, create_app
from jietong.workforce.jobs.service import Jobs
from jietong.workforce.lab import routes
from jietong.workforce.lab.making import Maker, planned_spans
from jietong.workforce.lab.service import Lab

DAY = "2026-07-14"


@dataclass(frozen=True)
class Planners:
    database: Database
    clock: ManualClock
    app: object

    async def program(self, role: Role, client: str | None = None) -> httpx.AsyncClient:
        async with self.database.transaction(ALL) as conn:
            _, secret = await make_token(
                conn,
                name=f"{role} {client}",
                roles=frozenset({role}),
                clients=None if client is None else (client,),
                days=30,
                by=SYSTEM,
                now=self.clock.now(),
            )
        transport = httpx.ASGITransport(cast(Any, self.app))
        headers = {"Authorization": f"Bearer {secret}"}
        return httpx.AsyncClient(transport=transport, base_url="http://centre", headers=headers, timeout=60)


@pytest.fixture
async def centre(database: Database, tmp_path: Path) -> AsyncIterator[Planners]:
    clock = ManualClock(noon("2026-07-15"))
    await set_up(database, clock.now())
    await write(database, *facts(clock.now()))
    warehouse = Warehouse(database, tmp_path / "history", clock)
    jobs = Jobs(database, clock)
    jobs.open()
    lab = Lab(database, clock, jobs, Maker(database, warehouse, clock, planned=planned_spans(database)))
    services = Services(
        database=database,
        runtime=cast(Any, None),
        clock=clock,
        site=cast(Any, None),
        extra={"jobs": jobs, "lab": lab},
    )
    yield Planners(database, clock, create_app(services, [routes.router]))
    await lab.close()
    await jobs.close()
    await warehouse.stop()


async def settled(http: httpx.AsyncClient, study: str, *, played: bool = True) -> dict[str, Any]:
    """The study when it is prepared, and (`played`) nothing of it waits or runs any more."""
    async with asyncio.timeout(120):
        while True:
            shown: dict[str, Any] = (await http.get(f"/api/planning/lab/studies/{study}")).raise_for_status().json()
            going = played and any(one["run"]["state"] in ("queued", "running") for one in shown["scenarios"])
            if shown["study"]["state"] == "ready" and not going:
                return shown
            assert shown["study"]["state"] != "failed", shown["study"]["error"]
            await asyncio.sleep(0.2)


async def test_a_study_of_a_recorded_day_from_making_to_heads(centre: Planners) -> None:
    planner, manager = await centre.program(Role.PLANNER), await centre.program(Role.SUPERVISOR)
    made = (await planner.post("/api/planning/lab/studies", json={"date": DAY, "days": 2})).raise_for_status().json()
    path = f"/api/planning/lab/studies/{made['id']}"
    heads = {"change": {"kind": "heads", "count": 1}}
    early = await planner.post(f"{path}/scenarios", json=heads)
    assert early.status_code == 409  # not prepared, or the alternatives not run

    shown = await settled(planner, made["id"])
    base, *others = shown["scenarios"]
    assert base["change"]["kind"] == "base"
    assert base["run"]["days"] == 2
    assert base["figures"]["sl3"]["value"]["mean"] is not None
    assert base["figures"]["sl3"]["change"] is None
    assert shown["measured"]["asked"] > 0
    assert "sl3" in shown["check"]
    assert shown["heads_missing"] == []
    assert {one["change"]["kind"] for one in others} >= {"callback", "self_service", "absent", "switch_down"}
    assert all(one["run"]["state"] == "none" for one in others if one["contingency"])

    # More heads, now that the alternatives have been run; under other assumptions they have to be run again.
    added = (await planner.post(f"{path}/scenarios", json=heads)).raise_for_status().json()
    hired = added["scenarios"][-1]["id"]
    assert added["levers"][-1]["scenario"] == hired
    assert (await planner.post(f"{path}/versions", json={"assumptions": {"volume": 50}})).status_code == 422
    saved = await planner.post(f"{path}/versions", json={"assumptions": {"volume": 1.2}})
    assert (saved.json()["version"], saved.json()["versions"][1]["changed"]) == (2, ["volume"])
    same = await planner.post(f"{path}/versions", json={"assumptions": {"volume": 1.2}})
    assert same.json()["code"] == "nothing_changed"
    refused = await planner.post(f"{path}/scenarios", json=heads)
    assert refused.json()["code"] == "alternatives_first"
    assert "callback" in refused.json()["missing"]
    assert (await planner.post(f"{path}/scenarios/{hired}/plan", json={"planned": True})).status_code == 409

    # Results stay with their version; a decision with who took it.
    old = (await planner.get(path, params={"version": 1})).json()
    assert old["scenarios"][0]["run"]["days"] == 2
    assert (await planner.get(path, params={"version": 9})).json()["code"] == "no_such_version"
    for format, start in (("xlsx", b"PK"), ("csv", b"\xef\xbb\xbf")):
        file = await planner.get(f"{path}/export", params={"format": format, "version": 1, "language": "zh-Hant"})
        assert file.content.startswith(start)

    # Reading is not editing; deleting is for who made it.
    assert (await manager.get(path)).status_code == 200
    assert (await manager.post(f"{path}/run", json={})).status_code == 403
    await planner.post(f"{path}/cancel", json={})
    assert (await planner.delete(path)).status_code == 204
    assert (await planner.get(path)).status_code == 404
    for one in (planner, manager):
        await one.aclose()


async def test_a_study_of_one_client_counts_and_shows_that_client_alone(centre: Planners) -> None:
    """fusionpbx#313: one client sees another's calls."""
    ours, theirs = await centre.program(Role.PLANNER, "hechuan"), await centre.program(Role.PLANNER, "lanyue")
    assert (await ours.post("/api/planning/lab/studies", json={"date": DAY})).json()["code"] == "client_hidden"
    other = {"date": DAY, "client": "lanyue", "days": 2}
    assert (await ours.post("/api/planning/lab/studies", json=other)).json()["code"] == "client_hidden"
    own = await ours.post("/api/planning/lab/studies", json={"date": DAY, "client": "hechuan", "days": 2})
    shown = await settled(ours, own.raise_for_status().json()["id"], played=False)
    everyone = await centre.program(Role.PLANNER)
    whole = await everyone.post("/api/planning/lab/studies", json={"date": DAY, "days": 2})
    both = await settled(everyone, whole.raise_for_status().json()["id"], played=False)
    assert 0 < shown["measured"]["asked"] < both["measured"]["asked"]
    assert shown["measured"]["occupancy"] is None  # agents' time serves several clients
    assert (await theirs.get(f"/api/planning/lab/studies/{shown['study']['id']}")).status_code == 404
    assert (await theirs.get("/api/planning/lab/studies")).json()["items"] == []
    for one in (ours, theirs, everyone):
        await one.aclose()


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"date": "2019-01-01"}, "no_such_day"),
        ({"date": "2026-07-15"}, "day_not_over"),
        ({"date": "2026-02-30"}, "bad_day"),
        ({"date": "2026-07-16", "kind": "forecast"}, "no_forecast"),
    ],
)
async def test_a_day_that_cannot_be_studied_says_why(centre: Planners, given: dict[str, str], code: str) -> None:
    planner = await centre.program(Role.PLANNER)
    assert (await planner.post("/api/planning/lab/studies", json=given)).json()["code"] == code
    await planner.aclose()
