"""Forecasts of a centre's queues, made, changed, held against what came, and asked for over HTTP (H1)."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from forecast_centre import AHT_S, DAYS, SITE, TODAY, Centre, at, before, contacts_of, set_up

from jietong.core.clock import ManualClock
from jietong.core.days import Span
from jietong.db.pool import Database
from jietong.identity.permissions import Role
from jietong.metrics.warehouse import Warehouse
from jietong.web.factory import Services, create_app
from jietong.workforce.forecast.routes import router
from jietong.workforce.forecast.service import Forecasts

NEXT_MONDAY = date(2026, 7, 20)
PERIOD = {"first": "2026-07-15", "last": "2026-07-28"}


@pytest.fixture
async def centre(database: Database, tmp_path: Path) -> Centre:
    clock = ManualClock(at(TODAY, 9))
    await set_up(database)
    await contacts_of(database, before(TODAY, DAYS))
    warehouse = Warehouse(database, tmp_path / "history", clock)
    forecasts = Forecasts(database, warehouse, clock, lambda: SITE)
    services = Services(
        database=database, runtime=cast(Any, None), clock=clock, site=lambda: SITE, extra={"forecasts": forecasts}
    )
    return Centre(database, clock, forecasts, create_app(services, [router]))


@pytest.fixture
async def planner(centre: Centre) -> AsyncIterator[httpx.AsyncClient]:
    async with await centre.program(Role.PLANNER) as http:
        yield http


async def made(http: httpx.AsyncClient, **more: Any) -> dict[str, Any]:
    answer = await http.post("/api/planning/forecasts", json={"queue": "repair", **PERIOD, **more})
    assert answer.status_code == 201, answer.text
    return cast(dict[str, Any], answer.json())


async def seen(http: httpx.AsyncClient, **period: str) -> dict[str, Any]:
    answer = await http.get("/api/planning/forecasts", params={"queue": "repair", **(period or PERIOD)})
    assert answer.status_code == 200, answer.text
    return cast(dict[str, Any], answer.json())


def of(view: dict[str, Any], day: date) -> dict[str, Any]:
    return next(one for one in view["days"] if one["day"] == day.isoformat())


async def test_a_planner_makes_a_forecast_from_the_queues_past(planner: httpx.AsyncClient) -> None:
    version = await made(planner)
    assert version["basis"]["days"] == DAYS
    assert version["basis"]["aht_known"] > 1000
    view = await seen(planner)
    monday, tuesday, sunday = (of(view, NEXT_MONDAY + timedelta(days=n)) for n in (0, 1, 6))
    assert 78 < monday["forecast"]["mean"] < 102
    assert 52 < tuesday["forecast"]["mean"] < 68
    assert 14 < sunday["forecast"]["mean"] < 26
    assert monday["forecast"]["p10"] < monday["forecast"]["mean"] < monday["forecast"]["p90"]
    assert monday["drivers"]["weekday"] > tuesday["drivers"]["weekday"]
    assert abs(sum(monday["drivers"].values()) - monday["forecast"]["mean"]) < 0.5
    assert abs(monday["aht_s"] - AHT_S) < 2


async def test_who_was_turned_away_at_the_entry_is_part_of_the_demand(centre: Centre) -> None:
    """A11: 60 a day came, of whom six never reached the queue; 54 would be a forecast of those let in alone."""
    past = await centre.forecasts._pasts.past(await centre.forecasts.queue("repair", _all()), _all())
    tuesdays = [
        t for day, t in zip(past.history.days, past.history.totals, strict=True) if day.weekday() in (1, 2, 3)
    ]
    assert 57 < sum(tuesdays) / len(tuesdays) < 63


async def test_a_day_shows_quarters_of_an_hour_with_their_band(planner: httpx.AsyncClient) -> None:
    await made(planner)
    answer = await planner.get("/api/planning/forecasts/day", params={"queue": "repair", "day": "2026-07-20"})
    day = answer.json()
    assert len(day["slots"]) == 96
    open_slots = [slot for slot in day["slots"] if slot["mean"] > 0.5]
    assert all(at(NEXT_MONDAY, 8.7) <= slot["start"] < at(NEXT_MONDAY, 17.3) for slot in open_slots)
    assert all(slot["p10"] <= slot["mean"] <= slot["p90"] for slot in open_slots)
    assert day["slots"][0]["mean"] == 0


async def test_a_change_by_hand_is_seen_and_can_be_taken_back_and_put_back(planner: httpx.AsyncClient) -> None:
    await made(planner)
    usual = of(await seen(planner), NEXT_MONDAY)["forecast"]
    body = {
        "queue": "repair",
        "first": "2026-07-20",
        "last": "2026-07-20",
        "how": "factor",
        "value": 1.5,
        "note": "s",
    }
    change = (await planner.post("/api/planning/forecasts/adjustments", json=body)).json()
    view = await seen(planner)
    assert of(view, NEXT_MONDAY)["forecast"]["mean"] == pytest.approx(1.5 * usual["mean"], rel=1e-3)
    assert of(view, NEXT_MONDAY)["drivers"]["hand"] == pytest.approx(0.5 * usual["mean"], rel=1e-2)
    assert [one["note"] for one in view["adjustments"]] == ["s"]
    undone = (await planner.delete(f"/api/planning/forecasts/adjustments/{change['id']}")).json()
    assert undone["undone"]
    assert of(await seen(planner), NEXT_MONDAY)["forecast"] == usual
    await planner.post(f"/api/planning/forecasts/adjustments/{change['id']}/redo")
    assert of(await seen(planner), NEXT_MONDAY)["forecast"]["mean"] == pytest.approx(1.5 * usual["mean"], rel=1e-3)


async def test_a_campaign_raises_its_days_and_does_not_teach_the_usual_ones(
    centre: Centre, planner: httpx.AsyncClient
) -> None:
    loud = [date(2026, 7, 7), date(2026, 7, 8)]
    await contacts_of(centre.database, loud, times=1.4)  # on top of the usual
    before_told = await made(planner)
    assert before_told
    plain = of(await seen(planner), date(2026, 7, 21))["forecast"]["mean"]
    past = {"queues": ["repair"], "title": "618", "kind": "campaign", "first": "2026-07-07", "last": "2026-07-08",
            "how": "factor", "value": 2.4}  # fmt: skip
    saved = await planner.post("/api/planning/events", json=past)
    assert saved.status_code == 201, saved.text
    coming = {**past, "first": "2026-07-22", "last": "2026-07-22", "title": "双十一"}
    await planner.post("/api/planning/events", json=coming)
    centre.clock.advance(1000)
    await made(planner)
    view = await seen(planner)
    assert of(view, date(2026, 7, 21))["forecast"]["mean"] < plain
    assert 125 < of(view, date(2026, 7, 22))["forecast"]["mean"] < 165
    assert of(view, date(2026, 7, 22))["drivers"]["event"] > 70
    answer = await planner.get(f"/api/planning/events/{saved.json()['id']}/measured", params={"queue": "repair"})
    assert 2.0 < answer.json()["factor"] < 2.8


async def test_two_planners_at_one_event_the_second_is_told(planner: httpx.AsyncClient) -> None:
    body = {"queues": ["repair"], "title": "bill", "kind": "billing", "first": "2026-08-01", "last": "2026-08-02",
            "how": "add", "value": 40}  # fmt: skip
    event = (await planner.post("/api/planning/events", json=body)).json()
    first = await planner.put(f"/api/planning/events/{event['id']}", json={**body, "value": 50, "version": 1})
    assert first.json()["version"] == 2
    second = await planner.put(f"/api/planning/events/{event['id']}", json={**body, "value": 60, "version": 1})
    assert (second.status_code, second.json()["code"]) == (409, "stale_version")
    assert (await planner.delete(f"/api/planning/events/{event['id']}")).status_code == 204
    assert (await planner.get("/api/planning/events")).json()["items"] == []


async def test_a_queue_without_a_past_says_what_to_give_and_leans_on_a_similar_one(
    planner: httpx.AsyncClient,
) -> None:
    """Cold start."""
    answer = await planner.post("/api/planning/forecasts", json={"queue": "fresh", **PERIOD})
    assert (answer.status_code, answer.json()["code"]) == (422, "no_history")
    assert "similar queue" in answer.json()["detail"]
    answer = await planner.post("/api/planning/forecasts", json={"queue": "fresh", **PERIOD, "similar": "repair"})
    assert answer.json()["code"] == "nothing_to_scale_by"
    version = await made(planner, queue="fresh", similar="repair", expected_a_day=10)
    assert version["basis"]["similar"] == "repair"
    view = await seen(planner, queue="fresh", **PERIOD)
    mean = sum(one["forecast"]["mean"] for one in view["days"]) / 14
    assert 8 < mean < 12
    monday, tuesday = (of(view, NEXT_MONDAY + timedelta(days=n))["forecast"]["mean"] for n in (0, 1))
    assert 1.2 < monday / tuesday < 1.9


async def test_a_clients_people_see_nothing_of_another_clients_queues(centre: Centre) -> None:
    async with await centre.program(Role.PLANNER) as planner:
        await made(planner)
        event = {"queues": ["repair"], "title": "secret", "kind": "campaign", "first": "2026-07-20",
                 "last": "2026-07-20", "how": "factor", "value": 2}  # fmt: skip
        await planner.post("/api/planning/events", json=event)
    async with await centre.program(Role.PLANNER, "lanyue") as other:
        assert [one["queue"] for one in (await other.get("/api/planning/forecasts/queues")).json()["items"]] == [
            "visa"
        ]
        answer = await other.get("/api/planning/forecasts", params={"queue": "repair", **PERIOD})
        assert (answer.status_code, answer.json()["code"]) == (404, "no_such_queue")
        assert (await other.get("/api/planning/events")).json()["items"] == []
        assert (await other.post("/api/planning/events", json=event)).status_code == 404
    async with await centre.program(Role.ANSWERER) as agent:
        assert (await agent.get("/api/planning/forecasts/queues")).status_code == 403


async def test_a_past_forecast_is_held_against_what_came(centre: Centre, planner: httpx.AsyncClient) -> None:
    await made(planner)
    coming = [TODAY + timedelta(days=n) for n in range(5)]
    await contacts_of(centre.database, coming)
    centre.clock.set(at(TODAY + timedelta(days=5), 9))
    answer = await planner.get(
        "/api/planning/forecasts/accuracy", params={"queue": "repair", "first": "2026-07-10", "last": "2026-07-30"}
    )
    held = answer.json()
    assert [one["day"] for one in held["days"]] == [day.isoformat() for day in coming]
    assert 0 < held["all"]["wmape"] < 1.2  # two contacts a quarter of an hour: mostly chance
    assert held["all"]["day_wmape"] < 0.35
    # A version made after the fact must not be what the day is judged by.
    first = held["days"][0]["mean"]
    await made(planner)
    again = await planner.get(
        "/api/planning/forecasts/accuracy", params={"queue": "repair", "first": "2026-07-10", "last": "2026-07-30"}
    )
    assert again.json()["days"][0]["mean"] == first


async def test_a_back_test_compares_with_the_week_before(planner: httpx.AsyncClient) -> None:
    body = {"queue": "repair", "folds": 3, "horizon": 7}
    found = (await planner.post("/api/planning/forecasts/back-test", json=body)).json()
    assert len(found["folds"]) == 3
    assert found["all"]["wmape"] < found["all"]["naive_wmape"]
    assert found["all"]["mase"] < 1
    assert 0.6 < found["all"]["coverage"] <= 1
    short = await planner.post("/api/planning/forecasts/back-test", json={**body, "horizon": 60})
    assert short.json()["code"] == "too_little_history"


async def test_the_rest_of_today_follows_what_has_come(centre: Centre, planner: httpx.AsyncClient) -> None:
    """H1: adjust within the day."""
    await made(planner)
    quiet = await centre.forecasts.today("repair", at(TODAY, 9))
    await contacts_of(centre.database, [TODAY], times=2.0)
    centre.clock.set(at(TODAY, 13))
    busy = (await planner.get("/api/planning/forecasts/today", params={"queue": "repair"})).json()
    past = [value for value in busy["came"] if value is not None]
    assert len(past) == 52  # quarters of an hour that are over
    rest = slice(52, None)
    assert 1.08 < sum(busy["mean"][rest]) / sum(quiet.mean[rest]) < 2.2
    assert busy["factor"] > 1.08
    assert busy["surprise"] > 2


async def test_a_load_for_others_has_the_latest_forecast_and_fills_what_nobody_forecast(
    centre: Centre, planner: httpx.AsyncClient
) -> None:
    await made(planner)
    body = {"queue": "repair", "first": "2026-07-20", "last": "2026-07-20", "how": "total", "value": 200}
    await planner.post("/api/planning/forecasts/adjustments", json=body)
    span = Span(at(NEXT_MONDAY), at(NEXT_MONDAY + timedelta(days=1)))
    load = await centre.forecasts.latest_load("repair", span)
    assert (load.start, load.step_s, len(load.calls)) == (span.start, 900, 96)
    assert sum(load.calls) == pytest.approx(200, rel=1e-3)
    assert all(250 < aht < 350 for aht in load.aht_s)
    band = await centre.forecasts.latest_band("repair", span)
    assert sum(band.low) < 200 < sum(band.high)
    assert all(low <= mean <= high for low, mean, high in zip(band.p10, load.calls, band.p90, strict=True))
    assert sum(band.p10) < sum(band.low), "not all quarters come low on one day"
    spread = await centre.forecasts.latest_spread("repair", Span(span.start, span.end + 86_400_000))
    assert len(spread) == 2
    assert all(0.01 < sigma < 0.6 for sigma in spread)
    far = at(date(2026, 9, 1))
    later = await centre.forecasts.latest_load("repair", Span(far, far + 86_400_000))
    assert 40 < sum(later.calls) < 80


async def test_a_forecast_is_taken_along_as_a_file_and_that_is_written_down(
    centre: Centre, planner: httpx.AsyncClient
) -> None:
    await made(planner)
    asked = {"queue": "repair", **PERIOD, "language": "zh-Hant"}
    csv = await planner.get("/api/planning/forecasts/export", params={**asked, "format": "csv"})
    lines = csv.content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("日期,預計聯繫量")
    assert len(lines) == 15
    book = await planner.get(
        "/api/planning/forecasts/export", params={**asked, "last": "2026-07-16", "every": "interval"}
    )
    assert book.content[:2] == b"PK"
    async with centre.database.read(_all()) as conn:
        assert await conn.fetchval("SELECT count(*) FROM audit_entry WHERE action = 'forecast.exported'") == 2


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"first": "2026-07-20", "last": "2026-07-15"}, "bad_period"),
        ({"first": "2026-07-20", "last": "2028-07-15"}, "bad_period"),
        ({"first": "2026-02-30", "last": "2026-07-15"}, "bad_time"),
        ({"queue": "nowhere"}, "no_such_queue"),
    ],
)
async def test_what_cannot_be_forecast_is_refused_in_words(
    planner: httpx.AsyncClient, body: dict[str, str], code: str
) -> None:
    answer = await planner.post("/api/planning/forecasts", json={"queue": "repair", **PERIOD, **body})
    assert answer.json()["code"] == code
    assert answer.json()["detail"].endswith(".")


def _all() -> Any:
    from jietong.db.pool import ALL

    return ALL
