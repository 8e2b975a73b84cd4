"""Drafts, publishing and what comes of them in the ledger (H1): real database, real writer."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from schedule_centre import (
    A,
    ScheduleCentre,
    SteadyLoads,
    at,
    person,
    planner,
    schedule_centre,
    shift,
    span,
    supervisor,
)

from jietong.core.errors import Invalid, Refused
from jietong.core.events import DayScheduled, PlannedSpan
from jietong.db import ledger
from jietong.db.pool import ALL, Database
from jietong.identity import audit
from jietong.identity.permissions import Role
from jietong.workforce.schedule.drafts import Based
from jietong.workforce.schedule.model import SkillGroup
from jietong.workforce.schedule.rules import edits as e
from jietong.workforce.schedule.verify import verify

DAY = "2026-07-15"
NEXT = "2026-07-16"


@pytest.fixture
async def centre(database: Database) -> AsyncIterator[ScheduleCentre]:
    async with schedule_centre(database) as centre:
        yield centre


async def facts(centre: ScheduleCentre) -> list[DayScheduled]:
    async with centre.database.read(ALL) as conn:
        stored = await ledger.read(conn, "main", 0, 10_000)
    return [row.event for row in stored if isinstance(row.event, DayScheduled)]


async def draft_of(centre: ScheduleCentre, *edits: e.AnyEdit, first: str = DAY, last: str = NEXT) -> tuple[str, int]:
    made = await centre.schedules.drafts.create(planner(), first, last)
    edited = await centre.schedules.drafts.edit(planner(), made["id"], [Based(edit) for edit in edits])
    return made["id"], edited["rev"]


# --- publishing ------------------------------------------------------------------------------------------------


async def test_an_acknowledged_publish_is_in_the_ledger_and_in_the_rows(centre: ScheduleCentre) -> None:
    made = await centre.publish(("lin.xiao", DAY, shift(DAY)), ("chen.yu", DAY, shift(DAY, 8)))
    assert made["version"]["n"] == 1
    assert {one["agent"] for one in made["told"]} == {"lin.xiao", "chen.yu"}
    assert {(f.agent, f.day, f.version) for f in await facts(centre)} == {("lin.xiao", DAY, 1), ("chen.yu", DAY, 1)}
    assert await centre.day("lin.xiao", DAY) == shift(DAY)
    assert await centre.rows("schedule_notice") == 2
    assert not (await verify(centre.database, "main")).different


async def test_a_publish_whose_answer_was_lost_is_asked_again_and_made_once(centre: ScheduleCentre) -> None:
    """Killed between commit and answer: who asks again gets the publication that was made."""
    id, rev = await draft_of(centre, e.Put("lin.xiao", DAY, shift(DAY)))
    asked = asyncio.create_task(centre.schedules.publishing.publish(planner(), id, rev))
    while not await centre.rows("schedule_version"):  # noqa: ASYNC110 - the answer is what must not be waited for
        await asyncio.sleep(0.005)
    asked.cancel()
    await asyncio.gather(asked, return_exceptions=True)
    again = await centre.schedules.publishing.publish(planner(), id, rev)
    assert again["version"]["n"] == 1
    assert [one["agent"] for one in again["changes"]] == ["lin.xiao"]
    assert len(await facts(centre)) == await centre.rows("schedule_version") == 1


async def test_two_who_publish_one_draft_at_once_make_one_version(centre: ScheduleCentre) -> None:
    id, rev = await draft_of(centre, e.Put("lin.xiao", DAY, shift(DAY)))
    publish = centre.schedules.publishing.publish
    one, two = await asyncio.gather(publish(planner(), id, rev), publish(planner("other"), id, rev))
    assert one["version"]["n"] == two["version"]["n"] == 1
    assert len(await facts(centre)) == 1


async def test_a_draft_that_was_changed_since_it_was_looked_at_is_not_published(centre: ScheduleCentre) -> None:
    id, rev = await draft_of(centre, e.Put("lin.xiao", DAY, shift(DAY)))
    await centre.schedules.drafts.edit(planner("other"), id, [Based(e.Put("chen.yu", DAY, shift(DAY)))])
    with pytest.raises(Refused) as refused:
        await centre.schedules.publishing.publish(planner(), id, rev)
    assert refused.value.code == "stale_draft"


async def test_what_was_published_meanwhile_is_shown_before_it_is_published_over(centre: ScheduleCentre) -> None:
    id, rev = await draft_of(centre, e.Put("lin.xiao", DAY, shift(DAY)))
    await centre.publish(("lin.xiao", DAY, shift(DAY, 8)))
    with pytest.raises(Refused) as refused:
        await centre.schedules.publishing.publish(planner(), id, rev)
    assert refused.value.code == "published_meanwhile"
    assert refused.value.extra["days"] == [{"agent": "lin.xiao", "day": DAY}]
    assert (await centre.schedules.publishing.preview(id))["stale"]
    made = await centre.schedules.publishing.publish(planner(), id, rev, over=True)
    assert made["version"]["n"] == 2
    assert await centre.day("lin.xiao", DAY) == shift(DAY)


async def test_conflicts_must_be_mended_or_answered_for_with_a_reason(centre: ScheduleCentre) -> None:
    bare = [span(DAY, "9:00", "18:00")]
    id, rev = await draft_of(centre, e.Put("lin.xiao", DAY, tuple(bare)))
    publish = centre.schedules.publishing.publish
    with pytest.raises(Refused) as refused:
        await publish(planner(), id, rev)
    conflicts = refused.value.extra["conflicts"]
    assert {one["code"] for one in conflicts} == {"break_missing", "meal_missing", "hours_day"}
    keys = [one["key"] for one in conflicts]
    with pytest.raises(Invalid) as invalid:
        await publish(planner(), id, rev, accept=keys)
    assert invalid.value.code == "reason_missing"
    made = await publish(planner(), id, rev, accept=keys, note="one day, agreed with the team")
    assert made["version"]["note"] == "one day, agreed with the team"


async def test_what_is_broken_already_does_not_keep_a_small_change_back(centre: ScheduleCentre) -> None:
    id, rev = await draft_of(centre, e.Put("lin.xiao", DAY, (span(DAY, "9:00", "12:00"),)))
    publish = centre.schedules.publishing.publish
    check = await centre.schedules.planner.check(planner(), id)
    keys = [one["key"] for one in check["items"] if one["must"]]
    await publish(planner(), id, rev, accept=keys, note="agreed")
    id, rev = await draft_of(centre, e.Put("chen.yu", DAY, shift(DAY)))
    check = await centre.schedules.planner.check(planner(), id)
    assert [(one["code"], one["must"]) for one in check["items"]] == [("break_missing", False)]
    assert (await publish(planner(), id, rev))["version"]["n"] == 2


async def test_nobody_can_answer_for_a_day_that_overlaps(centre: ScheduleCentre) -> None:
    twice = (*shift(DAY, training=True), span(DAY, "17:15", "17:45", A.MEETING))
    id, rev = await draft_of(centre, e.Put("lin.xiao", DAY, twice))
    check = await centre.schedules.planner.check(planner(), id)
    overlap = next(one for one in check["items"] if one["code"] == "overlap")
    with pytest.raises(Refused) as refused:
        await centre.schedules.publishing.publish(planner(), id, rev, accept=[overlap["key"]], note="why not")
    assert refused.value.code == "conflicts"
    fixed = await centre.schedules.drafts.edit(planner(), id, [Based(e.read(edit)) for edit in overlap["fix"]])
    assert (await centre.schedules.publishing.publish(planner(), id, fixed["rev"]))["version"]["n"] == 1


async def test_what_is_past_is_not_rewritten(centre: ScheduleCentre) -> None:
    today = "2026-07-14"
    id, rev = await draft_of(centre, e.Put("lin.xiao", today, shift(today, 8)), first=today, last=today)
    with pytest.raises(Refused) as refused:
        await centre.schedules.publishing.publish(planner(), id, rev)
    assert [one["code"] for one in refused.value.extra["conflicts"]] == ["past_changed"]


async def test_an_older_version_is_published_again(centre: ScheduleCentre) -> None:
    await centre.publish(("lin.xiao", DAY, shift(DAY)))
    await centre.publish(("lin.xiao", DAY, shift(DAY, 8)), ("chen.yu", NEXT, shift(NEXT)))
    made = await centre.schedules.publishing.older(planner(), 1, note="as it was")
    assert (made["version"]["kind"], made["version"]["older"]) == ("older", 1)
    assert await centre.day("lin.xiao", DAY) == shift(DAY)
    assert await centre.day("chen.yu", NEXT) == ()
    assert not (await verify(centre.database, "main")).different
    with pytest.raises(Refused) as refused:
        await centre.schedules.publishing.older(planner(), 3)
    assert refused.value.code == "nothing_to_publish"


async def test_rows_that_were_tampered_with_differ_and_are_made_again(centre: ScheduleCentre) -> None:
    await centre.publish(("lin.xiao", DAY, shift(DAY)), ("chen.yu", NEXT, shift(NEXT)))
    async with centre.database.transaction(ALL) as conn:
        await conn.execute("UPDATE scheduled_span SET ended = ended + 60000 WHERE agent = 'lin.xiao' AND n = 0")
        await conn.execute("DELETE FROM scheduled_day WHERE agent = 'chen.yu'")
    verdict = await verify(centre.database, "main")
    assert {(one.agent, one.day) for one in verdict.different} == {("lin.xiao", DAY), ("chen.yu", NEXT)}
    assert not (await verify(centre.database, "main", rebuild=True)).different
    assert await centre.day("lin.xiao", DAY) == shift(DAY)


async def test_every_publication_is_in_the_audit_log(centre: ScheduleCentre) -> None:
    await centre.publish(("lin.xiao", DAY, shift(DAY)))
    async with centre.database.read(ALL) as conn:
        found = await audit.entries(conn, action="schedule.published")
        assert (await audit.verify(conn)).broken_at is None
    assert [(one.actor, one.object, one.details["days"]) for one in found] == [("gu.ming", "1", 1)]


async def test_a_supervisors_change_of_the_day_is_published_at_once_and_taken_back(centre: ScheduleCentre) -> None:
    await centre.publish(("lin.xiao", DAY, shift(DAY)))
    move = e.Move("lin.xiao", DAY, at(DAY, "16:00"), at(DAY, "15:45"))
    made = await centre.schedules.publishing.change(supervisor(), [move], note="a gap at four")
    assert made["version"]["kind"] == "day"
    assert span(DAY, "15:45", "16:00", A.BREAK) in await centre.day("lin.xiao", DAY)
    await centre.publish(("chen.yu", DAY, shift(DAY)))
    await centre.schedules.publishing.take_back(supervisor(), made["version"]["n"], "it passed")
    assert await centre.day("lin.xiao", DAY) == shift(DAY)
    assert await centre.day("chen.yu", DAY) == shift(DAY), "what others published since stays"
    with pytest.raises(Refused) as refused:
        await centre.schedules.publishing.take_back(supervisor(), made["version"]["n"])
    assert refused.value.code == "changed_since"


# --- two planners ----------------------------------------------------------------------------------------------


async def test_edits_of_two_planners_on_different_days_merge(centre: ScheduleCentre) -> None:
    made = await centre.schedules.drafts.create(planner(), DAY, NEXT)
    one = Based(e.Put("lin.xiao", DAY, shift(DAY)), base=0)
    two = Based(e.Put("chen.yu", DAY, shift(DAY)), base=0)
    edit = centre.schedules.drafts.edit
    await asyncio.gather(edit(planner(), made["id"], [one]), edit(planner("other"), made["id"], [two]))
    found = await centre.schedules.drafts.read(made["id"])
    assert {agent for agent, _ in found.drafted} == {"lin.xiao", "chen.yu"}
    news = await centre.schedules.drafts.changes(made["id"], 1)
    assert [day["rev"] for day in news["days"]] == [2]


async def test_two_edits_of_one_day_clash_and_the_second_hears_who_was_first(centre: ScheduleCentre) -> None:
    made = await centre.schedules.drafts.create(planner(), DAY, NEXT)
    await centre.schedules.drafts.edit(planner("other"), made["id"], [Based(e.Put("lin.xiao", DAY, shift(DAY)), 0)])
    with pytest.raises(Refused) as refused:
        await centre.schedules.drafts.edit(planner(), made["id"], [Based(e.Clear("lin.xiao", DAY), 0)])
    clash = refused.value
    assert clash.code == "edited_meanwhile"
    assert (clash.extra["agent"], clash.extra["day"], clash.extra["by_name"]) == ("lin.xiao", DAY, "Other")
    assert clash.extra["edit"]["edits"][0]["op"] == "put"
    assert clash.extra["now"]["rev"] == 1


async def test_one_edit_of_several_that_cannot_be_made_leaves_all_unmade(centre: ScheduleCentre) -> None:
    made = await centre.schedules.drafts.create(planner(), DAY, NEXT)
    edits = [Based(e.Put("lin.xiao", DAY, shift(DAY))), Based(e.Remove("chen.yu", DAY, at(DAY, "9:00")))]
    with pytest.raises(Invalid):
        await centre.schedules.drafts.edit(planner(), made["id"], edits)
    assert (await centre.schedules.drafts.read(made["id"])).drafted == {}


async def test_an_edit_is_taken_back_by_itself_and_done_again(centre: ScheduleCentre) -> None:
    drafts = centre.schedules.drafts
    made = await drafts.create(planner(), DAY, NEXT)
    for agent in ("lin.xiao", "chen.yu"):
        await drafts.edit(planner(), made["id"], [Based(e.Put(agent, DAY, shift(DAY)))])
    back = await drafts.undo(planner(), made["id"], 1)
    found = await drafts.read(made["id"])
    assert {agent for agent, _ in found.drafted} == {"chen.yu"}
    await drafts.undo(planner(), made["id"], back["edits"][0]["n"])
    assert (await drafts.read(made["id"])).day(("lin.xiao", DAY)).spans == shift(DAY)


async def test_an_edit_whose_day_somebody_changed_since_is_not_taken_back(centre: ScheduleCentre) -> None:
    drafts = centre.schedules.drafts
    made = await drafts.create(planner(), DAY, NEXT)
    await drafts.edit(planner(), made["id"], [Based(e.Put("lin.xiao", DAY, shift(DAY)))])
    await drafts.edit(planner("other"), made["id"], [Based(e.MoveShift("lin.xiao", DAY, 3600))])
    with pytest.raises(Refused) as refused:
        await drafts.undo(planner(), made["id"], 1)
    assert (refused.value.code, refused.value.extra["by_name"]) == ("edited_since", "Other")


async def test_a_week_is_copied_by_the_clock_on_the_wall(centre: ScheduleCentre) -> None:
    await centre.publish(("lin.xiao", DAY, shift(DAY)), ("chen.yu", NEXT, shift(NEXT, 8)))
    made = await centre.schedules.drafts.create(planner(), "2026-07-20", "2026-07-26", copy_from="2026-07-13")
    found = await centre.schedules.drafts.read(made["id"])
    assert found.day(("lin.xiao", "2026-07-22")).spans == shift("2026-07-22")
    assert found.day(("chen.yu", "2026-07-23")).spans == shift("2026-07-23", 8)
    kept = await centre.schedules.drafts.as_template(
        planner(), made["id"], "2026-07-20", {"zh-Hans": "夏", "zh-Hant": "夏", "en": "Summer"}
    )
    from_it = await centre.schedules.drafts.create(planner(), "2026-08-03", "2026-08-09", template=kept["id"])
    assert (await centre.schedules.drafts.read(from_it["id"])).day(("lin.xiao", "2026-08-05")).spans == shift(
        "2026-08-05"
    )


# --- need and cover --------------------------------------------------------------------------------------------


async def test_a_preview_says_what_an_edit_would_do_and_leaves_the_draft_alone(centre: ScheduleCentre) -> None:
    centre.schedules.needs.loads = SteadyLoads(calls=2.0)
    id, _ = await draft_of(
        centre, *(e.Put(a, DAY, shift(DAY)) for a in ("lin.xiao", "chen.yu", "zhao.min", "he.jing"))
    )
    edit = Based(e.Clear("chen.yu", DAY))
    shown = await centre.schedules.planner.preview(planner(), id, [edit], group="repair")
    before, after = shown["before"], shown["after"]
    assert after["gap_hours"] > before["gap_hours"]
    assert after["sl3"] < before["sl3"]
    assert after["largest_gap"] >= before["largest_gap"]
    step = (at(DAY, "10:00") - shown["cover_before"]["start"]) // 900_000
    assert shown["cover_before"]["groups"][0]["able"][step] == 4
    assert shown["cover_after"]["groups"][0]["able"][step] == 3
    assert (await centre.schedules.drafts.read(id)).day(("chen.yu", DAY)).spans == shift(DAY)


async def test_without_a_forecast_the_need_is_unknown_and_never_nothing(centre: ScheduleCentre) -> None:
    shown = await centre.schedules.planner.cover(planner(), DAY, DAY, None, None)
    assert shown["forecast"] is False
    assert shown["need"] is None
    assert all(group["need"] is None for group in shown["groups"])


async def test_groups_of_other_clients_are_neither_shown_nor_counted(centre: ScheduleCentre) -> None:
    centre.schedules.needs.loads = SteadyLoads()
    mall = person("mall", Role.PLANNER, clients=("hechuan-mall",))
    shown = await centre.schedules.planner.cover(mall, DAY, DAY, None, None)
    assert [group["id"] for group in shown["groups"]] == ["orders"]
    assert shown["need"] == shown["groups"][0]["need"]
    names = (await centre.schedules.setup()).ground.groups["repair"].name
    with pytest.raises(Invalid):
        await centre.schedules.documents.save(mall, "group", "mine", None, {"name": names, "queues": ["repair"]})
    assert not [one for one in (await centre.schedules.documents.all(mall))["groups"] if one["id"] == "repair"]


async def test_a_two_skill_person_is_counted_once_over_all_groups(centre: ScheduleCentre) -> None:
    """wound: MultiSkillStaffing counts a two-skill agent fully for both skills."""
    centre.schedules.needs.loads = SteadyLoads()
    await centre.publish(("lin.xiao", DAY, shift(DAY)))  # repair, delivery and refund
    shown = await centre.schedules.planner.cover(planner(), DAY, DAY, None, None)
    step = (at(DAY, "10:00") - shown["start"]) // 900_000
    assert sum(group["agents"][step] for group in shown["groups"]) == 1
    assert shown["people"][step] == 1
    assert sum(group["able"][step] for group in shown["groups"]) == 3


async def test_set_up_has_versions_and_says_where_it_does_not_fit(centre: ScheduleCentre) -> None:
    documents = centre.schedules.documents
    names = {"zh-Hans": "早", "zh-Hant": "早", "en": "Early"}
    spec = {"name": names, "start_from": 420, "start_to": 480}
    assert (await documents.save(planner(), "pattern", "early", None, spec))["version"] == 1
    assert (await documents.save(planner(), "pattern", "early", 1, {**spec, "length": 480}))["version"] == 2
    with pytest.raises(Refused) as refused:
        await documents.save(planner(), "pattern", "early", 1, spec)
    assert refused.value.code == "stale_version"
    with pytest.raises(Invalid) as invalid:
        await documents.save(planner(), "pattern", "bad", None, {**spec, "start_to": 60, "name": {"en": "x"}})
    assert {one["field"] for one in invalid.value.extra["errors"]} == {"start_to", "name.zh-Hans", "name.zh-Hant"}
    assert [one["version"] for one in await documents.revisions(planner(), "pattern", "early")] == [2, 1]


def test_spans_of_the_ledger_are_what_the_screen_sends() -> None:
    assert e.read({"op": "put", "agent": "a", "day": DAY, "spans": [{"start": 0, "end": 900_000, "activity": "work"}]}
                  ) == e.Put("a", DAY, (PlannedSpan(0, 900_000, A.WORK),))  # fmt: skip
    assert SkillGroup("g", {}, ()).goal.share == 0.85
