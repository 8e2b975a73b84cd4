"""Schedules as rows: what was published and excused, and the planned time that comes of both. The projector writes
them in its own transaction; `planned_time` is what figures of the past are made of."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

import asyncpg
import msgspec

from jietong.contacts.attendance import (
    Excuse,
    PersonDay,
    PlannedTime,
    ScheduleFold,
    ScheduleState,
    day_before,
    next_day,
)
from jietong.core.days import Span
from jietong.core.events import AdherenceExcused, DayScheduled
from jietong.core.vocabulary import Ms
from jietong.db.pool import Connection

ScheduleEvent = DayScheduled | AdherenceExcused
_PLANNED = (
    "site", "seq", "agent", "day", "started", "ended", "activity", "planned_from", "excused", "paid", "overtime",
    "part_time",
)  # fmt: skip


async def project(conn: Connection, site: str, events: Sequence[tuple[int, ScheduleEvent, str, bool]]) -> set[Span]:
    """Writes what the events come to, each with its number, the site's zone and whether its agent is part-time then.
    Gives the spans of time whose facts have changed."""
    if not events:
        return set()
    state = await _load(conn, site, [event for _, event, _, _ in events])
    fold = ScheduleFold(state)
    touched: dict[tuple[str, str], int] = {}
    for seq, event, zone, part_time in events:
        state.zone = zone
        if part_time:
            state.part_time[event.agent] = None
        else:
            state.part_time.pop(event.agent, None)
        touched.update(dict.fromkeys(fold.apply(event), seq))
    await _save_days(conn, site, state, [event for _, event, _, _ in events])
    return await _replace(conn, site, fold, touched)


async def planned(
    conn: Connection, site: str, start: Ms, end: Ms, agents: Sequence[str] | None = None
) -> list[PlannedTime]:
    """The planned time that overlaps [start, end), by agent and start, each day's whole first."""
    rows = await conn.fetch(
        """
        SELECT * FROM planned_time
        WHERE site = $1 AND started < $3 AND ended > $2 AND ($4::text[] IS NULL OR agent = ANY($4))
        ORDER BY agent, day, activity IS NOT NULL, started
        """,
        site,
        start,
        end,
        None if agents is None else list(agents),
    )
    return [planned_of(row) for row in rows]


async def excuses(conn: Connection, site: str, start: Ms, end: Ms) -> list[Excuse]:
    """All that overlap [start, end), withdrawn ones too; the latest first."""
    rows = await conn.fetch(
        "SELECT * FROM excused_time WHERE site = $1 AND started < $3 AND ended > $2 ORDER BY at DESC, id",
        site,
        start,
        end,
    )
    return [_excuse_of(row) for row in rows]


async def excuse(conn: Connection, site: str, id: str) -> Excuse | None:
    row = await conn.fetchrow("SELECT * FROM excused_time WHERE site = $1 AND id = $2", site, id)
    return None if row is None else _excuse_of(row)


async def clear(conn: Connection, site: str) -> None:
    """Forgets all; the projector makes it anew from the ledger."""
    for table in ("planned_time", "person_day", "excused_time"):
        await conn.execute(f"DELETE FROM {table} WHERE site = $1", site)


def planned_of(row: asyncpg.Record) -> PlannedTime:
    values = {name: row[name] for name in _PLANNED if name not in ("site", "seq", "started", "ended")}
    return msgspec.convert(values | {"start": row["started"], "end": row["ended"]}, PlannedTime)


async def _load(conn: Connection, site: str, events: Iterable[ScheduleEvent]) -> ScheduleState:
    """The person-days that the events may change, and their neighbours; the exceptions of these agents."""
    agents, days = set(), set()
    for event in events:
        agents.add(event.agent)
        if isinstance(event, DayScheduled):
            days |= {day_before(event.day), event.day, next_day(next_day(event.day))}
        else:
            days |= _dates(event.start, event.end)
    before = await conn.fetch(
        "SELECT agent, started, ended FROM excused_time WHERE site = $1 AND id = ANY($2::text[])",
        site,
        [event.id for event in events if isinstance(event, AdherenceExcused)],
    )
    for row in before:
        days |= _dates(row["started"], row["ended"])
    state = ScheduleState()
    for row in await conn.fetch(
        "SELECT * FROM person_day WHERE site = $1 AND agent = ANY($2::text[]) AND day BETWEEN $3 AND $4",
        site,
        sorted(agents),
        min(days),
        max(days),
    ):
        one = _day_of(row)
        state.days.setdefault(one.agent, {})[one.day] = one
    for row in await conn.fetch(
        "SELECT * FROM excused_time WHERE site = $1 AND agent = ANY($2::text[]) AND ended > $3 ORDER BY at, id",
        site,
        sorted(agents),
        _instant(min(days)),
    ):
        excuse = _excuse_of(row)
        state.excuses.setdefault(excuse.agent, {})[excuse.id] = excuse
    return state


async def _save_days(conn: Connection, site: str, state: ScheduleState, events: Iterable[ScheduleEvent]) -> None:
    days = {(event.agent, event.day) for event in events if isinstance(event, DayScheduled)}
    given = {(event.agent, event.id) for event in events if isinstance(event, AdherenceExcused)}
    await conn.executemany(
        """
        INSERT INTO person_day (site, agent, day, version, zone, by, part_time, spans)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (site, agent, day) DO UPDATE SET version = excluded.version, zone = excluded.zone,
            by = excluded.by, part_time = excluded.part_time, spans = excluded.spans
        """,
        [
            (site, one.agent, one.day, one.version, one.zone, one.by, one.part_time, msgspec.to_builtins(one.spans))
            for one in (state.days[agent][day] for agent, day in sorted(days))
        ],
    )
    await conn.executemany(
        """
        INSERT INTO excused_time (site, id, agent, started, ended, note, by, at, withdrawn)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        ON CONFLICT (site, id) DO UPDATE SET agent = excluded.agent, started = excluded.started,
            ended = excluded.ended, note = excluded.note, by = excluded.by, at = excluded.at,
            withdrawn = excluded.withdrawn
        """,
        [
            (site, one.id, one.agent, one.start, one.end, one.note, one.by, one.at, one.withdrawn)
            for one in (state.excuses[agent][id] for agent, id in sorted(given))
        ],
    )


async def _replace(conn: Connection, site: str, fold: ScheduleFold, touched: dict[tuple[str, str], int]) -> set[Span]:
    keys = sorted(touched)
    gone = await conn.fetch(
        """
        DELETE FROM planned_time USING unnest($2::text[], $3::text[]) AS t(agent, day)
        WHERE site = $1 AND planned_time.agent = t.agent AND planned_time.day = t.day
        RETURNING planned_time.started, planned_time.ended
        """,
        site,
        [agent for agent, _ in keys],
        [day for _, day in keys],
    )
    rows = [(row, touched[key]) for key in keys for row in fold.rows(*key)]
    await conn.executemany(
        f"INSERT INTO planned_time ({', '.join(_PLANNED)}) "
        f"VALUES ({', '.join(f'${i + 1}' for i in range(len(_PLANNED)))})",
        [
            (
                site, seq, row.agent, row.day, row.start, row.end, row.activity, row.planned_from, row.excused,
                row.paid, row.overtime, row.part_time,
            )
            for row, seq in rows
        ],
    )  # fmt: skip
    changed = {Span(row["started"], row["ended"]) for row in gone} | {Span(row.start, row.end) for row, _ in rows}
    return _widest(changed)


def _widest(spans: Iterable[Span]) -> set[Span]:
    """Those that lie within no other: of a day's rows the day."""
    out: list[Span] = []
    for span in sorted(spans, key=lambda one: (one.start, -one.end)):
        if not out or span.end > out[-1].end:
            out.append(span)
    return set(out)


def _dates(start: Ms, end: Ms) -> set[str]:
    """Two days before and one after in any zone: a shift may begin the day before it passes midnight."""
    first, last = (datetime.fromtimestamp(at / 1000, UTC).date() for at in (start, end))
    return {(first - timedelta(days=2)).isoformat(), (last + timedelta(days=2)).isoformat()}


def _instant(day: str) -> Ms:
    return int((datetime.fromisoformat(day).replace(tzinfo=UTC) - timedelta(days=1)).timestamp() * 1000)


def _day_of(row: asyncpg.Record) -> PersonDay:
    return msgspec.convert(
        {name: row[name] for name in ("agent", "day", "spans", "version", "zone", "by", "part_time")}, PersonDay
    )


def _excuse_of(row: asyncpg.Record) -> Excuse:
    return Excuse(
        row["id"], row["agent"], row["started"], row["ended"], row["note"], row["by"], row["at"], row["withdrawn"]
    )
