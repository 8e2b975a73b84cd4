"""Somebody's schedule as iCalendar (RFC 5545), for the calendar on their telephone. Pure.

Each activity is an event with an id of its own that stays the same; a day that was taken back stays in the feed as
cancelled, so that subscribed calendars remove it. Times are local with the zone's rules beside them (VTIMEZONE).
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from jietong.core.clock import to_datetime
from jietong.core.vocabulary import Activity, Ms
from jietong.workforce.schedule.model import ON_SITE, PersonDay

WORDS: Mapping[str, Mapping[Activity, str]] = {
    "zh-Hans": {
        Activity.WORK: "上班", Activity.BREAK: "小休", Activity.MEAL: "用餐", Activity.TRAINING: "培训",
        Activity.MEETING: "会议", Activity.CASEWORK: "处理案件", Activity.LEAVE: "请假", Activity.STANDBY: "待命",
    },
    "zh-Hant": {
        Activity.WORK: "上班", Activity.BREAK: "小休", Activity.MEAL: "用餐", Activity.TRAINING: "訓練",
        Activity.MEETING: "會議", Activity.CASEWORK: "處理案件", Activity.LEAVE: "請假", Activity.STANDBY: "待命",
    },
    "en": {
        Activity.WORK: "Shift", Activity.BREAK: "Break", Activity.MEAL: "Meal", Activity.TRAINING: "Training",
        Activity.MEETING: "Meeting", Activity.CASEWORK: "Casework", Activity.LEAVE: "Leave",
        Activity.STANDBY: "Standby",
    },
}  # fmt: skip
TITLES = {"zh-Hans": "排班", "zh-Hant": "班表", "en": "Schedule"}
APART = (Activity.TRAINING, Activity.MEETING, Activity.LEAVE, Activity.STANDBY)
"""Events of their own; breaks and meals stand in the description of the shift."""


def feed(
    days: Iterable[PersonDay],
    cancelled: Iterable[PersonDay],
    *,
    name: str,
    host: str,
    zone: str,
    language: str,
    now: Ms,
) -> bytes:
    """The calendar. `cancelled`: days as they were before their shift was taken back."""
    from icalendar import Calendar, Timezone  # here: it is slow to import

    words = WORDS.get(language, WORDS["en"])
    calendar = Calendar()
    calendar.add("prodid", "-//Jietong//Schedule//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", f"{TITLES.get(language, TITLES['en'])} {name}")
    calendar.add("x-wr-timezone", zone)
    calendar.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    local = to_datetime(now).astimezone(ZoneInfo(zone))
    calendar.add_component(
        Timezone.from_tzid(
            zone, first_date=(local - timedelta(days=400)).date(), last_date=(local + timedelta(days=800)).date()
        )
    )
    events: dict[str, tuple[PersonDay, Ms, Ms, str, str, bool]] = {}
    for day, gone in (*((day, True) for day in cancelled), *((day, False) for day in days)):
        for uid, start, end, title, text in _events(day, words, zone):
            events[uid] = (day, start, end, title, text, gone)  # what holds overwrites what was taken back
    for uid, (day, start, end, title, text, gone) in sorted(events.items(), key=lambda one: (one[1][1], one[0])):
        calendar.add_component(
            _event(f"{uid}@{host}", start, end, title, text, zone=zone, now=now, sequence=day.version, gone=gone)
        )
    return bytes(calendar.to_ical())


def _events(day: PersonDay, words: Mapping[Activity, str], zone: str) -> list[tuple[str, Ms, Ms, str, str]]:
    out: list[tuple[str, Ms, Ms, str, str]] = []
    shift = day.shift
    if shift is not None:
        tz = ZoneInfo(zone)
        lines = [
            f"{_clock(s.start, tz)}–{_clock(s.end, tz)} {words[s.activity]}"
            for s in day.spans
            if s.activity in ON_SITE and s.activity is not Activity.WORK
        ]
        out.append((f"{day.agent}-{day.day}", *shift, words[Activity.WORK], "\n".join(lines)))
    counted: dict[Activity, int] = {}
    for span in day.spans:
        if span.activity in APART:
            n = counted[span.activity] = counted.get(span.activity, 0) + 1
            out.append((f"{day.agent}-{day.day}-{span.activity}-{n}", span.start, span.end, words[span.activity], ""))
    return out


def _event(
    uid: str, start: Ms, end: Ms, title: str, text: str, *, zone: str, now: Ms, sequence: int, gone: bool
) -> Any:
    from icalendar import Event

    tz = ZoneInfo(zone)
    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", to_datetime(now))
    event.add("dtstart", to_datetime(start).astimezone(tz))
    event.add("dtend", to_datetime(end).astimezone(tz))
    event.add("summary", title)
    event.add("sequence", sequence)
    event.add("status", "CANCELLED" if gone else "CONFIRMED")
    if text:
        event.add("description", text)
    return event


def _clock(at: Ms, tz: ZoneInfo) -> str:
    return f"{datetime.fromtimestamp(at / 1000, tz):%H:%M}"
