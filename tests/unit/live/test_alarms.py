"""Alarms from the state of the centre: when they begin and end, how bad they are, who has seen them."""

from typing import Any

from jietong.core import commands as k
from jietong.core import events as e
from jietong.core.specs import AgentSkill, AgentSpec, QueueSpec, SkillNeed, SkillSpec
from jietong.core.vocabulary import Channel, Status
from jietong.live.alarms import Acknowledged, Alarm, AlarmBook, alarms
from jietong.live.views import queue_view
from jietong.metrics.live import LiveFigures
from jietong.routing.engine import Engine

NAMES = {"zh-Hans": "报修", "zh-Hant": "報修", "en": "repair"}
START = 1_800_000_000_000


class Floor:
    def __init__(self, **queue: Any) -> None:
        self.engine = Engine()
        self.figures = LiveFigures()
        self.book = AlarmBook()
        self.now = START
        self.do(k.ConfigureSkill(SkillSpec("fridge", NAMES)))
        spec = QueueSpec(
            "q", NAMES, "k", (Channel.CHAT,), requires=(SkillNeed("fridge"),), alarm_wait_s=180, alarm_talk_s=900,
            **queue,
        )  # fmt: skip
        self.do(k.ConfigureQueue(spec))
        self.do(k.ConfigureAgent(AgentSpec("lin", "林晓", skills=(AgentSkill("fridge"),))))
        self.do(k.SignIn("lin"))

    def do(self, command: Any) -> None:
        for event in self.engine.handle(command, self.now):
            self.figures.apply(event)
            self.book.apply(event)

    def wait(self, seconds: float) -> None:
        self.now += int(seconds * 1000)
        self.do(k.Tick())

    def alarms(self, gone_since: int | None = None) -> list[Alarm]:
        shown = {"q": queue_view(self.engine, self.figures, "q", self.now)}
        day = self.figures.day(self.now).start
        return list(alarms(self.engine, shown, self.book, self.now, day, gone_since).values())

    def codes(self) -> list[str]:
        return [alarm.code for alarm in self.alarms()]


def test_a_wait_over_the_limit_is_to_act_on_and_says_since_when() -> None:
    floor = Floor()
    floor.do(k.Arrive("c", Channel.CHAT, "q", "w"))
    floor.wait(180)
    assert "wait_over_limit" not in floor.codes()
    floor.wait(1)
    alarm = next(alarm for alarm in floor.alarms() if alarm.code == "wait_over_limit")
    assert (alarm.level, alarm.since, alarm.params["limit_s"]) == ("act", START + 180_000, 180)
    floor.do(k.CustomerLeft("c"))
    assert floor.codes() == []


def test_a_seen_wait_stays_seen_for_those_who_waited_already_and_is_new_for_who_came_later() -> None:
    floor = Floor()

    def over() -> Alarm:
        return next(alarm for alarm in floor.alarms() if alarm.code == "wait_over_limit")

    for contact in ("c", "d"):
        floor.do(k.Arrive(contact, Channel.CHAT, "q", "w"))
        floor.wait(10)
    floor.wait(181)
    floor.do(k.AcknowledgeAlarm(over().id, "zhou.xin", "周欣"))
    before = over()
    floor.wait(5)
    floor.do(k.Arrive("e", Channel.CHAT, "q", "w"))
    floor.do(k.CustomerLeft("c"))
    assert (over().id != before.id, over().acknowledged_name) == (True, "周欣")  # "d" had been waiting, and was seen
    floor.wait(181)
    floor.do(k.CustomerLeft("d"))
    assert over().acknowledged_by is None  # "e" came afterwards


def test_nobody_ready_counts_only_while_somebody_waits() -> None:
    floor = Floor()
    assert floor.codes() == []
    floor.do(k.Arrive("c", Channel.CHAT, "q", "w"))
    assert floor.codes() == ["nobody_ready"]
    floor.do(k.SetStatus("lin", Status.READY))
    assert floor.codes() == []  # the only one who could is being asked to take it
    floor.do(k.Arrive("d", Channel.CHAT, "q", "w"))
    assert floor.codes() == []
    floor.wait(19)
    floor.do(k.Accept("lin", "c"))
    floor.wait(2)
    alarm = floor.alarms()[0]
    assert (alarm.code, alarm.level, alarm.params["waiting"]) == ("nobody_ready", "look", 1)


def test_a_missed_offer_is_an_alarm_until_the_agent_is_back() -> None:
    floor = Floor()
    floor.do(k.SetStatus("lin", Status.READY))
    floor.do(k.Arrive("c", Channel.CHAT, "q", "w"))
    floor.wait(20)
    assert "not_responding" in floor.codes()
    floor.do(k.SetStatus("lin", Status.READY))
    assert "not_responding" not in floor.codes()


def test_a_long_talk_is_to_look_at() -> None:
    floor = Floor()
    floor.do(k.SetStatus("lin", Status.READY))
    floor.do(k.Arrive("c", Channel.CHAT, "q", "w"))
    floor.do(k.Accept("lin", "c"))
    floor.wait(901)
    found = [alarm for alarm in floor.alarms() if alarm.code == "talk_over_limit"]
    assert [(alarm.level, alarm.contact, alarm.agent) for alarm in found] == [("look", "c", "lin")]


def test_two_hours_on_line_are_one_alarm_that_keeps_its_id() -> None:
    """G6: 15 minutes' break for every 2 hours on line."""
    floor = Floor()
    floor.do(k.SetStatus("lin", Status.READY))
    floor.wait(7201)
    first = [alarm.id for alarm in floor.alarms() if alarm.code == "break_due"]
    floor.do(k.Arrive("c", Channel.CHAT, "q", "w"))
    floor.do(k.Accept("lin", "c"))
    floor.wait(60)
    assert first == [alarm.id for alarm in floor.alarms() if alarm.code == "break_due"]
    assert len(first) == 1


def test_a_low_service_level_needs_enough_contacts() -> None:
    floor = Floor(service_level_target=0.85)
    for number in range(12):
        floor.do(k.Arrive(f"c{number}", Channel.CHAT, "q", "w"))
        floor.wait(30)
        floor.do(k.CustomerLeft(f"c{number}"))
        assert ("service_level_low" in floor.codes()) == (number >= 9), number


def test_worst_comes_first_and_what_was_seen_comes_last() -> None:
    floor = Floor()
    floor.do(k.Arrive("c", Channel.CHAT, "q", "w"))
    floor.wait(200)
    found = floor.alarms(gone_since=floor.now)
    assert [alarm.level for alarm in found] == sorted((alarm.level for alarm in found), key=["act", "look"].index)
    worst = found[0]
    floor.do(k.AcknowledgeAlarm(worst.id, "zhou", "周欣"))
    again = floor.alarms(gone_since=floor.now)
    assert again[-1].id == worst.id
    assert (again[-1].acknowledged_by, again[-1].acknowledged_name) == ("zhou", "周欣")


def test_who_has_seen_what_survives_a_restart() -> None:
    book = AlarmBook()
    book.apply(e.AlarmAcknowledged(at=START, alarm="a", by="zhou", name="周欣"))
    book.apply(e.BreakDue(at=START, agent="lin"))
    restored = AlarmBook()
    restored.load(book.dump())
    assert restored.seen("a") == Acknowledged("zhou", START, "周欣")
    assert restored.break_due_since("lin") == START
    restored.apply(e.AlarmAcknowledged(at=START + 25 * 3_600_000, alarm="b", by="zhou"))
    assert restored.seen("a") is None
    restored.load(None)
    assert restored.seen("b") is None


def test_missing_recordings_are_one_alarm_for_each_cause_until_somebody_has_seen_it() -> None:
    """Never silence: it stays until it is acknowledged, and what is missing after that is a new one."""
    floor = Floor()

    def missing(recording: str, why: str = "no_file") -> None:
        floor.now += 1000
        floor.book.apply(e.RecordingMissing(floor.now, "c-" + recording, recording, why))

    missing("r1")
    [alarm] = floor.alarms()
    assert (alarm.code, alarm.level, alarm.contact, alarm.params) == (
        "recording_missing", "act", "c-r1", {"n": 1, "why": "no_file"}
    )  # fmt: skip
    missing("r2")
    missing("r3", "disk_full")
    assert sorted((a.params["why"], a.params["n"]) for a in floor.alarms()) == [("disk_full", 1), ("no_file", 2)]
    assert floor.alarms()[0].id == alarm.id, "the same trouble is the same alarm"

    floor.book.apply(e.AlarmAcknowledged(floor.now, alarm.id, "zhou", "Zhou"))
    missing("r4")
    fresh = [a for a in floor.alarms() if a.acknowledged_by is None and a.params["why"] == "no_file"]
    assert [a.params["n"] for a in fresh] == [1]
    restarted = AlarmBook()
    restarted.load(floor.book.dump())
    assert [one.alarm for one in restarted.unrecorded()] == [one.alarm for one in floor.book.unrecorded()]


def test_a_recording_that_comes_after_all_takes_its_alarm_with_it() -> None:
    floor = Floor()
    floor.book.apply(e.RecordingMissing(floor.now, "c", "r1", "disk_full"))
    assert floor.codes() == ["recording_missing"]
    floor.book.apply(e.RecordingStored(floor.now, "c", "r1", 100, "ab"))
    assert floor.codes() == []
