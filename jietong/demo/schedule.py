"""The demonstration centre's schedule: shift patterns, terms, rules, skill groups, and three published weeks.

Last, this and next week of the staff of `data/staff.toml`, so that the schedule, adherence and everybody's own page
have something to show on the first start. Published as by hand: facts in the ledger, rows beside them.
"""

from collections.abc import Sequence

from jietong.core.events import DayScheduled, PlannedSpan
from jietong.core.ids import new_id
from jietong.core.specs import AgentSpec, QueueSpec, SiteSpec
from jietong.core.vocabulary import Activity, Employment, Ms
from jietong.db import ledger
from jietong.db.pool import Connection
from jietong.routing import store as setup
from jietong.routing.store import Kind
from jietong.workforce.schedule import documents, store
from jietong.workforce.schedule.model import (
    Frame,
    ShiftPattern,
    SiteRules,
    Terms,
    at_wall,
    days_between,
    local_date_of,
    monday_of,
    shift_day,
    weekday_of,
)
from jietong.workforce.schedule.rules.breaks import placed
from jietong.workforce.schedule.rules.edits import normal
from jietong.workforce.schedule.store import DayChange, Version

AUTHOR = "顾明"
WEEKS = 3
PATTERNS = (
    ShiftPattern("early", {"zh-Hans": "早班", "zh-Hant": "早班", "en": "Early"}, 420, 480, 30),
    ShiftPattern("day", {"zh-Hans": "白班", "zh-Hant": "日班", "en": "Day"}, 510, 600, 30),
    ShiftPattern("late", {"zh-Hans": "晚班", "zh-Hant": "晚班", "en": "Late"}, 660, 780, 60),
    ShiftPattern(
        "half", {"zh-Hans": "半班", "zh-Hant": "半日班", "en": "Half day"}, 480, 960, 60, length=240, meal=None
    ),
)
STARTS = (480, 540, 540, 600, 660, 540, 480, 540, 660, 600)
"""When the full-timers begin, one after another, in minutes after midnight."""


async def schedule(conn: Connection, now: Ms) -> None:
    """Set-up and published days; call it in the transaction that seeds the rest, once agents and queues are in it.
    Nobody writes the ledger yet: it begins with these facts."""
    site = (await setup.read_all(conn, Kind.SITE, SiteSpec))[0].spec
    queues = [one.spec for one in await setup.read_all(conn, Kind.QUEUE, QueueSpec) if one.spec.active]
    agents = [one.spec for one in await setup.read_all(conn, Kind.AGENT, AgentSpec)]
    staff = [one for one in agents if one.skills]
    for pattern in PATTERNS:
        await documents.write(conn, "pattern", pattern, None, now, AUTHOR)
    rules: SiteRules = documents.default_rules(site)
    await documents.write(conn, "rules", rules, None, now, AUTHOR)
    for queue in queues:
        await documents.write(conn, "group", documents.default_group(queue), None, now, AUTHOR)
    for n, agent in enumerate(staff):
        await documents.write(conn, "terms", _terms(agent, n), None, now, AUTHOR)
    await _publish(conn, staff, rules, site, now)


def _terms(agent: AgentSpec, n: int) -> Terms:
    if agent.employment is Employment.PART_TIME:
        frames = tuple(Frame(day, 780, 1200) for day in range(7))
        return Terms(agent.id, agent.employment, hours_day=4, hours_week=24, cost_hour=38, frames=(), standby=frames,
                     patterns=("half",), seniority=1 + n % 3)  # fmt: skip
    return Terms(
        agent.id, agent.employment, hours_week=40, hours_week_min=32, cost_hour=45 + n % 4 * 3, seniority=1 + n % 6
    )


def _days(staff: Sequence[AgentSpec], rules: SiteRules, zone: str, monday: str) -> list[DayChange]:
    """Full-timers work five days, two free in a row that move on from person to person; part-timers are on standby
    on every second weekday and have no shift."""
    out = []
    full = [one for one in staff if one.employment is Employment.FULL_TIME]
    for n, agent in enumerate(full):
        for day in days_between(monday, shift_day(monday, 7 * WEEKS - 1)):
            if (weekday_of(day) - n) % 7 in (5, 6):
                continue
            start = at_wall(day, STARTS[n % len(STARTS)], zone)
            spans = [PlannedSpan(start, start + 9 * 3_600_000, Activity.WORK)]
            if weekday_of(day) == 2 and n % 5 == 0:
                at = start + 7 * 3_600_000
                spans.append(PlannedSpan(at, at + 1_800_000, Activity.TRAINING))
            if weekday_of(day) == 0 and n % 3 == 1:
                at = start + 6 * 3_600_000
                spans.append(PlannedSpan(at, at + 1_800_000, Activity.MEETING))
            out.append(DayChange(agent.id, day, (), normal(placed(normal(spans), rules.breaks, rules.meal))))
    for n, agent in enumerate(one for one in staff if one.employment is Employment.PART_TIME):
        for day in days_between(monday, shift_day(monday, 7 * WEEKS - 1)):
            if (weekday_of(day) + n) % 2 == 0:
                span = PlannedSpan(at_wall(day, 780, zone), at_wall(day, 1200, zone), Activity.STANDBY, paid=False)
                out.append(DayChange(agent.id, day, (), (span,)))
    return out


async def _publish(conn: Connection, staff: Sequence[AgentSpec], rules: SiteRules, site: SiteSpec, now: Ms) -> None:
    monday = shift_day(monday_of(local_date_of(now, site.zone)), -7)
    changes = _days(staff, rules, site.zone, monday)
    version = Version(1, "draft", None, None, None, "", now, "system", AUTHOR)
    for write in store.publish_writes(site.id, version, changes):
        await conn.execute(write.sql, *write.args)
    facts = [DayScheduled(now, one.agent, one.day, 1, one.after, "system") for one in changes]
    await ledger.ensure_month(conn, now)
    await ledger.append(conn, await ledger.claim(conn, site.id), [(fact, None) for fact in facts])
    for agent in sorted({one.agent for one in changes}):
        write = store.notice_write(
            new_id(now), agent, now, "schedule_published",
            {"version": 1, "days": [one.day for one in changes if one.agent == agent], "short_notice": False,
             "by_name": AUTHOR},
        )  # fmt: skip
        await conn.execute(write.sql, *write.args)
