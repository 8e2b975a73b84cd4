"""D4: reports at a set hour, once to each destination; late ones are told of; the archive and its receipts."""

import hashlib
from typing import Any

import httpx
from delivery_centre import email_to, made, mailbox, schedule
from report_centre import OURS, THEIRS, Centre

from jietong.core.days import Span
from jietong.db.pool import ALL
from jietong.identity.permissions import Role
from jietong.reports import delivery_store
from jietong.reports.deliveries import Deliveries

MINUTE = 60_000
DAY = 86_400_000


async def listed(program: httpx.AsyncClient, **query: Any) -> list[dict[str, Any]]:
    told = await program.get("/api/report-deliveries", params=query)
    assert told.status_code == 200, told.text
    items: list[dict[str, Any]] = told.json()["items"]
    return items


async def test_a_report_comes_at_its_hour_once_by_mail_and_in_the_portal(
    centre: Centre, deliveries: Deliveries
) -> None:
    program = await centre.program(Role.MANAGER)
    async with mailbox() as box:
        mail = await made(program.post("/api/report-destinations", json={"name": "Boss", "target": email_to(box)}))
        portal = await made(
            program.post("/api/report-destinations", json={"name": "Portal", "target": {"way": "portal"}})
        )
        id = await made(
            program.post("/api/report-schedules", json=schedule([mail, portal], client=OURS, formats=["pdf", "xlsx"]))
        )
        await deliveries.runner.once()
        assert not box.messages, "it is noon, and due at half past"
        centre.clock.advance(31 * MINUTE)
        await deliveries.runner.once()
        assert not box.messages, "the facts settle for ten minutes"
        centre.clock.advance(10 * MINUTE)
        for _ in range(3):
            await deliveries.runner.once()
        assert len(box.messages) == 1
        message = box.messages[0]
        assert message["Subject"].startswith("Daily service · 2026-07-")
        attached = {part.get_filename(): part.get_content() for part in message.iter_attachments()}
        assert len(attached) == 2

        found = await listed(program, schedule=id)
        assert {(one["way"], one["state"]) for one in found} == {("email", "sent"), ("portal", "sent")}
        archive = (await program.get("/api/report-archive")).json()["items"]
        assert len(archive) == 1
        for file in archive[0]["files"]:
            answer = await program.get(f"/api/report-archive/{archive[0]['id']}/files/{file['n']}")
            assert hashlib.sha256(answer.content).hexdigest() == file["digest"]
            if file["name"] in attached:
                assert attached[file["name"]] == answer.content, "what was sent is what the archive holds"
        numerator, denominator = await on_time(centre, [id])
        assert (numerator, denominator) == (2, 2)

        again = await program.post(f"/api/report-deliveries/{by_way(found, 'email')['id']}/again")
        assert again.json()["round"] == 2
        await deliveries.runner.once()
        assert len(box.messages) == 2
        assert box.messages[1]["Message-ID"] != message["Message-ID"]
        assert {part.get_filename(): part.get_content() for part in box.messages[1].iter_attachments()} == attached
        after = by_way(await listed(program, schedule=id), "email")
        assert after["digest"] == by_way(found, "email")["digest"]

        centre.clock.advance(DAY)
        await deliveries.runner.once()
        assert len(box.messages) == 3, "the next day has its own"


async def test_the_client_finds_it_in_the_portal_and_the_opening_is_a_receipt(
    centre: Centre, deliveries: Deliveries
) -> None:
    program = await centre.program(Role.MANAGER)
    ours, theirs = await centre.program(Role.CLIENT, OURS), await centre.program(Role.CLIENT, THEIRS)
    portal = await made(
        program.post("/api/report-destinations", json={"name": "Portal", "target": {"way": "portal"}})
    )
    id = await made(program.post("/api/report-schedules", json=schedule([portal], client=OURS)))
    all_of_them = await made(program.post("/api/report-schedules", json=schedule([portal], name="All clients")))
    for one in (id, all_of_them):
        assert (await program.post(f"/api/report-schedules/{one}/deliver")).status_code == 202
    await deliveries.runner.once()
    assert len((await program.get("/api/report-archive")).json()["items"]) == 2
    assert (await theirs.get("/api/report-archive")).json()["items"] == []
    seen = (await ours.get("/api/report-archive")).json()["items"]
    assert [one["title"] for one in seen] == ["Daily service"]
    path = f"/api/report-archive/{seen[0]['id']}"
    assert (await theirs.get(f"{path}/files/1")).status_code == 404
    page = await ours.get(f"{path}/page")
    assert page.status_code == 200
    assert "Daily" in page.text or "Getting" in page.text
    assert "script-src" not in page.headers["Content-Security-Policy"]
    receipts = (await program.get(f"{path}/openings")).json()["items"]
    assert [one["name"] for one in receipts] == [f"client {OURS}"]
    assert (await listed(program, schedule=id))[0]["state"] == "confirmed"
    assert (await ours.get(f"{path}/openings")).status_code == 403
    for address in ("report-schedules", "report-destinations", "report-deliveries"):
        assert (await ours.get(f"/api/{address}")).status_code == 403


async def test_what_fails_is_tried_again_and_past_its_deadline_the_owner_is_told_once(
    centre: Centre, deliveries: Deliveries
) -> None:
    program = await centre.program(Role.MANAGER)
    async with mailbox() as box, mailbox() as owner:
        mail = await made(program.post("/api/report-destinations", json={"name": "Boss", "target": email_to(box)}))
        told = await made(
            program.post(
                "/api/report-destinations",
                json={"name": "Owner", "target": email_to(owner, "owner@centre.example")},
            )
        )
        id = await made(program.post("/api/report-schedules", json=schedule([mail], escalate=told)))
        box.refuse = "451 Come back later"
        centre.clock.advance(41 * MINUTE)
        await deliveries.runner.once()
        one = (await listed(program, schedule=id))[0]
        assert (one["state"], one["reached_at"]) == ("failed", None)
        assert one["attempts"][0]["answer"] == "The mail server refused the message: 451 Come back later"
        assert one["next_try"] == centre.clock.now() + 15_000
        assert not owner.messages
        centre.clock.advance(60 * MINUTE)
        for _ in range(3):
            await deliveries.runner.once()
        assert len(owner.messages) == 1
        assert "Boss" in owner.messages[0].get_body(("plain",)).get_content()  # type: ignore[union-attr]
        late = await listed(program, late="true")
        assert [one["destination_name"] for one in late if not one["notice"]] == ["Boss"]
        assert [one.id for one in deliveries.runner.late()] == [one["id"]]
        box.refuse = ""
        centre.clock.advance(60 * MINUTE)
        await deliveries.runner.once()
        assert len(box.messages) == 1
        assert await listed(program, late="true") == []
        assert deliveries.runner.late() == []
        assert await on_time(centre, [id]) == (0, 1), "it came, and late"


async def test_a_restated_report_is_an_edition_of_its_own_and_unchanged_figures_make_none(
    centre: Centre, deliveries: Deliveries
) -> None:
    program = await centre.program(Role.MANAGER)
    async with mailbox() as box:
        mail = await made(program.post("/api/report-destinations", json={"name": "Boss", "target": email_to(box)}))
        id = await made(program.post("/api/report-schedules", json=schedule([mail])))
        await program.post(f"/api/report-schedules/{id}/deliver")
        await deliveries.runner.once()
        first = (await program.get("/api/report-archive")).json()["items"][0]
        path = f"/api/report-archive/{first['id']}/restate"
        assert (await program.post(path, json={"reason": ""})).status_code == 422
        assert (await program.post(path, json={"reason": "late facts"})).status_code == 202
        await deliveries.runner.once()
        assert len(box.messages) == 1, "the figures are the same"
        async with centre.database.transaction(ALL) as conn:
            await conn.execute("DELETE FROM segment WHERE contact IN (SELECT contact FROM segment LIMIT 60)")
        centre.clock.advance(MINUTE)
        assert (await program.post(path, json={"reason": "late facts"})).status_code == 202
        await deliveries.runner.once()
        assert len(box.messages) == 2
        assert "Restated" in box.messages[1]["Subject"]
        editions = (await program.get("/api/report-archive")).json()["items"]
        assert [(one["n"], one["reason"]) for one in editions] == [(2, "late facts"), (1, "")]
        assert editions[0]["digest"] != editions[1]["digest"] == first["digest"]
        late = await program.post(path, json={"reason": "once more"})
        assert (late.status_code, late.json()["code"]) == (409, "superseded")


async def test_a_report_whose_owner_may_no_longer_see_it_is_not_made(centre: Centre, deliveries: Deliveries) -> None:
    program = await centre.program(Role.MANAGER)
    portal = await made(
        program.post("/api/report-destinations", json={"name": "Portal", "target": {"way": "portal"}})
    )
    id = await made(program.post("/api/report-schedules", json=schedule([portal])))
    async with centre.database.transaction(ALL) as conn:
        await conn.execute("UPDATE api_token SET revoked_at = now()")
    centre.clock.advance(41 * MINUTE)
    await deliveries.runner.once()
    other = await centre.program(Role.MANAGER)
    found = (await listed(other, schedule=id))[0]
    assert found["state"] == "given_up"
    assert "may no longer see" in found["error"]
    assert found["escalated_at"] is not None


async def test_faults_of_a_schedule_name_their_field(centre: Centre) -> None:
    program = await centre.program(Role.MANAGER)
    portal = await made(
        program.post("/api/report-destinations", json={"name": "Portal", "target": {"way": "portal"}})
    )
    table = {"repeat": "daily", "at": "12:30"}
    for more, field in (
        ({"reports": []}, "reports"),
        ({"destinations": ["unknown"]}, "destinations.0"),
        ({"timetable": table | {"at": "25:00"}}, "timetable.at"),
        ({"timetable": table | {"repeat": "weekly"}}, "timetable.weekdays"),
        ({"timetable": table | {"zone": "Mars/Olympus"}}, "timetable.zone"),
        ({"timetable": table | {"calendar": "none"}}, "timetable.calendar"),
        ({"timetable": table | {"settle": 200}}, "timetable.deadline"),
        ({"escalate": portal}, "escalate"),
    ):
        told = await program.post("/api/report-schedules", json=schedule([portal], **more))
        assert (told.status_code, told.json().get("field")) == (422, field), told.text
    told = await program.post("/api/report-schedules", json=schedule([portal], reports=["unknown"]))
    assert told.json()["code"] == "no_such_report"
    used = await made(program.post("/api/report-schedules", json=schedule([portal])))
    assert (await program.delete(f"/api/report-destinations/{portal}")).json()["code"] == "in_use"
    assert (await program.delete(f"/api/report-schedules/{used}")).status_code == 204
    assert (await program.delete(f"/api/report-destinations/{portal}")).status_code == 204


def by_way(found: list[dict[str, Any]], way: str) -> dict[str, Any]:
    return next(one for one in found if one["way"] == way)


async def on_time(centre: Centre, schedules: list[str]) -> tuple[int, int]:
    now = centre.clock.now()
    async with centre.database.read(ALL) as conn:
        return await delivery_store.on_time(conn, schedules, Span(now - DAY, now + DAY))
