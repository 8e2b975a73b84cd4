"""One's own schedule: days, what changed, wishes, and the calendar feed with its secret address."""

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

from jietong.core.clock import Clock
from jietong.core.errors import Forbidden, Invalid, NotFound, Refused, TooMany
from jietong.core.ids import new_id, new_secret
from jietong.core.specs import SiteSpec
from jietong.db.pool import ALL, Database
from jietong.identity import audit
from jietong.identity.model import Principal
from jietong.workforce.schedule import calendar, documents, store, views
from jietong.workforce.schedule import request_store as rows
from jietong.workforce.schedule.model import PersonDay, days_between, local_date_of, shift_day
from jietong.workforce.schedule.requests import Requests
from jietong.workforce.schedule.views import Shown

MOST_WISHES = 60
FEED_BACK, FEED_AHEAD = 28, 92
"""Days of the calendar feed before and after today."""


class Own:
    def __init__(self, database: Database, clock: Clock, site: Callable[[], SiteSpec], requests: Requests) -> None:
        self._database = database
        self._clock = clock
        self._site = site
        self._requests = requests

    async def schedule(self, by: Principal, first: str, last: str) -> Shown:
        """Raises Forbidden `no_agent` for an account that is no agent's."""
        agent, now = agent_of(by), self._clock.now()
        site = self._site().id
        async with self._database.read(ALL) as conn:
            setup = await documents.read(conn)
            published = await store.published(conn, site, first, last, [agent])
            notices = await store.notices(conn, agent)
            wishes = await rows.wishes(conn, agent)
            feed = await conn.fetchval("SELECT EXISTS (SELECT FROM schedule_feed WHERE agent = $1)", agent)
            unread = [
                row["params"].get("version")
                for row in notices
                if row["code"] == "schedule_published" and row["read_at"] is None
            ]
            since = min((n for n in unread if isinstance(n, int)), default=None)
            changed = (
                {
                    one.day: one.before
                    for one in await store.changes_since(conn, site, since - 1, first, last, agent)
                    if one.before != one.after
                }
                if since is not None
                else {}
            )
        person = setup.ground.people.get(agent)
        rules = setup.ground.rules_of(agent)
        return {
            "zone": setup.ground.zone,
            "now": now,
            "agent": agent,
            "name": person.name if person is not None else by.name,
            "part_time": person is not None and person.part_time,
            "first": first,
            "last": last,
            "days": [
                {
                    "day": day,
                    "version": held.version,
                    "spans": views.spans(held.spans),
                    "before": views.spans(changed[day]) if day in changed else None,
                }
                for day in days_between(first, last)
                for held in [published.get((agent, day)) or PersonDay(agent, day)]
            ],
            "notices": [
                {"id": row["id"], "at": row["at"], "code": row["code"], "params": row["params"],
                 "read": row["read_at"] is not None}
                for row in notices
            ],
            "wishes": [_wish(row) for row in wishes],
            "requests": await self._requests.listed(agent=agent, limit=50),
            "patterns": [documents.shown(d) for d in setup.of("pattern") if d.spec.active],
            "feed": feed,
            "leave_notice_days": rules.leave_notice_days,
            "swap_notice_h": rules.swap_notice_h,
        }  # fmt: skip

    async def read_notices(self, by: Principal, ids: Sequence[str]) -> None:
        async with self._database.transaction(ALL) as conn:
            await conn.execute(
                "UPDATE schedule_notice SET read_at = $3 WHERE agent = $1 AND id = ANY($2::text[]) "
                "AND read_at IS NULL",
                agent_of(by),
                list(ids),
                self._clock.now(),
            )

    # --- wishes

    async def add_wish(
        self, by: Principal, kind: str, day: str | None, weekday: int | None, pattern: str | None, weight: int,
        note: str,
    ) -> Shown:  # fmt: skip
        """A wish for one day or for each such weekday. Raises Invalid `bad_wish`, `unknown_pattern`; Refused `past`,
        `wish_already`; TooMany."""
        agent, now = agent_of(by), self._clock.now()
        if (day is None) == (weekday is None):
            raise Invalid("bad_wish", "A wish is for one day, or for a day of every week.", field="day")
        if (kind in ("pattern", "not_pattern")) != (pattern is not None):
            raise Invalid("bad_wish", "Say which shift you mean.", field="pattern")
        if day is not None and checked_day(day) < local_date_of(now, self._site().zone):
            raise Refused("past", "This day is over: choose a later one.")
        async with self._database.transaction(ALL) as conn:
            setup = await documents.read(conn)
            if pattern is not None and pattern not in setup.ground.patterns:
                raise Invalid("unknown_pattern", "There is no such shift pattern.", field="pattern")
            await store.lock(conn, f"wishes:{agent}")
            mine = await rows.wishes(conn, agent)
            if any((row["day"], row["weekday"], row["pattern"]) == (day, weekday, pattern) for row in mine):
                raise Refused("wish_already", "You have said what you wish there: take that back first.")
            if len(mine) >= MOST_WISHES:
                raise TooMany("too_many_wishes", f"At most {MOST_WISHES} wishes: take one back first.", retry_after=0)
            id = new_id(now)
            await conn.execute(
                "INSERT INTO schedule_wish (id, agent, kind, day, weekday, pattern, weight, note, made_at) "
                "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                id, agent, kind, day, weekday, pattern, weight, note.strip(), now,
            )  # fmt: skip
        return {"id": id, "kind": kind, "day": day, "weekday": weekday, "pattern": pattern, "weight": weight,
                "note": note.strip()}  # fmt: skip

    async def drop_wish(self, by: Principal, id: str) -> None:
        """Raises NotFound `no_such_wish`."""
        async with self._database.transaction(ALL) as conn:
            gone = await conn.fetchval(
                "DELETE FROM schedule_wish WHERE id = $1 AND agent = $2 RETURNING id", id, agent_of(by)
            )
        if gone is None:
            raise NotFound("no_such_wish", "There is no such wish.")

    # --- the calendar

    async def make_feed(self, by: Principal) -> str:
        """A new secret address; one made before is void."""
        agent, token, now = agent_of(by), new_secret(), self._clock.now()
        async with self._database.transaction(ALL) as conn:
            await conn.execute(
                "INSERT INTO schedule_feed (agent, digest, made_at) VALUES ($1, $2, $3) "
                "ON CONFLICT (agent) DO UPDATE SET digest = excluded.digest, made_at = excluded.made_at, "
                "read_at = NULL",
                agent,
                digest_of(token),
                now,
            )
            await audit.append(conn, by=by, action="schedule_feed.made", object=agent, now=now)
        return token

    async def drop_feed(self, by: Principal) -> None:
        agent = agent_of(by)
        async with self._database.transaction(ALL) as conn:
            gone = await conn.fetchval("DELETE FROM schedule_feed WHERE agent = $1 RETURNING agent", agent)
            if gone is not None:
                await audit.append(conn, by=by, action="schedule_feed.revoked", object=agent, now=self._clock.now())

    async def feed(self, token: str, language: str, host: str) -> bytes:
        """The calendar of whoever has this secret. Raises NotFound `no_such_calendar`."""
        now, site = self._clock.now(), self._site()
        async with self._database.transaction(ALL) as conn:
            agent = await conn.fetchval(
                "UPDATE schedule_feed SET read_at = $2 WHERE digest = $1 RETURNING agent", digest_of(token), now
            )
            setup = await documents.read(conn)
            person = setup.ground.people.get(agent) if agent is not None else None
            if agent is None or person is None:
                raise NotFound("no_such_calendar", "There is no such calendar, or its address was revoked.")
            zone = setup.ground.zone
            today = local_date_of(now, zone)
            first, last = shift_day(today, -FEED_BACK), shift_day(today, FEED_AHEAD)
            days = await store.published(conn, site.id, first, last, [agent])
            changed = await conn.fetch(
                "SELECT DISTINCT ON (day) agent, day, n, before FROM schedule_change WHERE site = $1 AND agent = $2 "
                "AND day BETWEEN $3 AND $4 AND before <> '[]'::jsonb ORDER BY day, n DESC",
                site.id, agent, first, last,
            )  # fmt: skip
        cancelled = [PersonDay(agent, row["day"], store.load(row["before"]), version=row["n"]) for row in changed]
        return calendar.feed(
            days.values(), cancelled, name=person.name, host=host, zone=zone, language=language, now=now
        )


def agent_of(by: Principal) -> str:
    """Raises Forbidden `no_agent`."""
    if by.agent_id is None:
        raise Forbidden("no_agent", "This account is no agent's: it has no schedule of its own.")
    return by.agent_id


def digest_of(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def checked_day(text: str) -> str:
    try:
        return views.date_of(text).isoformat()
    except ValueError as error:
        raise Invalid("bad_day", f"{text!r} is no day: write it as 2026-07-15.") from error


def _wish(row: Any) -> Shown:
    return {key: row[key] for key in ("id", "kind", "day", "weekday", "pattern", "weight", "note")}
