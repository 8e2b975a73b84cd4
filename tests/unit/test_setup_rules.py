"""What set-up makes sense: the pure rules, one by one."""

import pytest
from msgspec.structs import replace

from jietong.core.specs import (
    AgentSkill,
    AgentSpec,
    Capacity,
    ClientSpec,
    ExpandStep,
    Holiday,
    HoursSpec,
    InviteRule,
    MoveStep,
    Names,
    Period,
    QueueSpec,
    RecordingRule,
    SiteSpec,
    SkillNeed,
    SkillSpec,
)
from jietong.core.vocabulary import Channel
from jietong.routing.validation import World, check_agent, check_hours, check_queue, check_site, users_of

NAME: Names = {"zh-Hans": "队列", "zh-Hant": "佇列", "en": "Queue"}
CHAT = (Channel.CHAT,)
QUEUE = QueueSpec(id="a", name=NAME, client="c", channels=CHAT)
WORLD = World(
    clients={"c": ClientSpec("c", NAME), "d": ClientSpec("d", NAME)},
    skills={"s": SkillSpec("s", NAME), "old": SkillSpec("old", NAME, active=False)},
    hours={},
    queues={"a": QUEUE, "b": replace(QUEUE, id="b"), "other": replace(QUEUE, id="other", client="d")},
)
HOURS = HoursSpec(id="h", name=NAME, zone="Asia/Shanghai", week=((Period(540, 1080),),) * 7)


def faults(spec: QueueSpec, world: World = WORLD) -> set[tuple[str, str]]:
    return {(fault.path, fault.code) for fault in check_queue(spec, world)}


def test_a_plain_queue_is_in_order() -> None:
    assert faults(QUEUE) == set()


@pytest.mark.parametrize(
    ("change", "path", "code"),
    [
        ({"client": "x"}, "client", "unknown_client"),
        ({"channels": ()}, "channels", "channel_needed"),
        ({"hours": "x"}, "hours", "unknown_hours"),
        ({"requires": (SkillNeed("x"),)}, "requires[0].skill", "unknown_skill"),
        ({"requires": (SkillNeed("old"),)}, "requires[0].skill", "unknown_skill"),
        ({"requires": (SkillNeed("s"), SkillNeed("s"))}, "requires[1].skill", "twice"),
        ({"requires": (SkillNeed("s", 6),)}, "requires[0].level", "bad_level"),
        ({"steps": (MoveStep(60, "nowhere"),)}, "steps[0].queue", "unknown_queue"),
        ({"steps": (MoveStep(60, "a"),)}, "steps[0].queue", "moves_to_itself"),
        ({"steps": (MoveStep(60, "other"),)}, "steps[0].queue", "other_client"),
        ({"steps": (MoveStep(60, "b"), ExpandStep(90, ()))}, "steps[0]", "move_must_be_last"),
        ({"steps": (ExpandStep(60, ()), ExpandStep(30, ()))}, "steps[1].after_s", "steps_out_of_order"),
        ({"steps": (ExpandStep(60, ()),), "max_wait_s": 60}, "steps[0].after_s", "after_max_wait"),
        ({"offer_s": 0}, "offer_s", "out_of_range"),
        ({"recording": RecordingRule(share=1.5)}, "recording.share", "out_of_range"),
        ({"recording": RecordingRule(keep_days=0)}, "recording.keep_days", "out_of_range"),
        ({"recording": RecordingRule(max_pause_s=0)}, "recording.max_pause_s", "out_of_range"),
        ({"name": {"en": "x"}}, "name.zh-Hans", "name_needed"),
        ({"id": "No Spaces"}, "id", "bad_id"),
    ],
)
def test_what_is_wrong_with_a_queue_is_named_by_field(change: dict[str, object], path: str, code: str) -> None:
    assert (path, code) in faults(replace(QUEUE, **change))


def test_d6_a_target_of_a_hundred_per_cent_is_refused() -> None:
    assert ("service_level_target", "out_of_range") in faults(replace(QUEUE, service_level_target=1.0))


def test_overflow_never_runs_in_a_circle() -> None:
    b = replace(QUEUE, id="b", steps=(MoveStep(60, "a"),))
    world = World(clients=WORLD.clients, queues={"a": QUEUE, "b": b})
    assert ("steps[0].queue", "moves_in_a_circle") in faults(replace(QUEUE, steps=(MoveStep(60, "b"),)), world)


def test_a6_part_timers_are_let_go_by_less_than_called_them_in() -> None:
    assert ("invite.release_wait_s", "release_above_limit") in faults(
        replace(QUEUE, invite=InviteRule(wait_s=60, release_wait_s=60))
    )
    assert ("invite", "limit_needed") in faults(replace(QUEUE, invite=InviteRule(wait_s=None)))
    assert faults(replace(QUEUE, invite=InviteRule())) == set()


@pytest.mark.parametrize(
    ("change", "path", "code"),
    [
        ({"zone": "Mars/Olympus"}, "zone", "unknown_zone"),
        ({"zone": "../etc"}, "zone", "unknown_zone"),
        ({"week": ()}, "week", "seven_days_needed"),
        ({"week": ((Period(600, 540),), *HOURS.week[1:])}, "week[0][0]", "bad_period"),
        ({"week": ((Period(540, 720), Period(700, 900)), *HOURS.week[1:])}, "week[0][1]", "periods_overlap"),
        ({"week": ((Period(1320, 1440 + 600),), *HOURS.week[1:])}, "week[0]", "overlaps_next_day"),
        ({"holidays": (Holiday("2026-02-30", NAME),)}, "holidays[0].date", "bad_date"),
        ({"holidays": (Holiday("2026-05-01", NAME),) * 2}, "holidays[1].date", "holiday_twice"),
    ],
)
def test_what_is_wrong_with_hours_is_named_by_field(change: dict[str, object], path: str, code: str) -> None:
    assert (path, code) in {(fault.path, fault.code) for fault in check_hours(replace(HOURS, **change))}


def test_hours_may_run_past_midnight_up_to_the_next_days_opening() -> None:
    late = replace(HOURS, week=((Period(1080, 1440 + 540),), *HOURS.week[1:]))
    assert check_hours(late) == []


def test_an_agents_skills_and_capacity_are_checked() -> None:
    agent = AgentSpec("a1", "林晓", skills=(AgentSkill("s", 3),))
    assert check_agent(agent, WORLD) == []
    wrong = replace(agent, name=" ", skills=(AgentSkill("x", 9),), capacity=Capacity(0, 0, 1))
    found = {(fault.path, fault.code) for fault in check_agent(wrong, WORLD)}
    assert found == {
        ("name", "name_needed"),
        ("skills[0].skill", "unknown_skill"),
        ("skills[0].level", "bad_level"),
        ("capacity", "no_capacity"),
        ("capacity.text_during_voice", "out_of_range"),
    }


def test_the_site_needs_a_zone_and_a_region() -> None:
    assert check_site(SiteSpec()) == []
    assert {fault.path for fault in check_site(SiteSpec(zone="x", region="china"))} == {"zone", "region"}


def test_what_others_stand_on_is_known() -> None:
    a = replace(QUEUE, requires=(SkillNeed("s"),), hours="h", steps=(MoveStep(60, "b"),))
    world = World(queues={"a": a, "idle": replace(a, id="idle", active=False)})
    for kind, id in (("skill", "s"), ("hours", "h"), ("client", "c"), ("queue", "b")):
        assert users_of(kind, id, world) == ["a"], kind
    assert users_of("skill", "x", world) == []
