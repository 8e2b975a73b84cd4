"""What a planner looks at: the schedule of some days, need and cover, conflicts, what an edit would do."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import date

from jietong.core.clock import Clock
from jietong.core.errors import Invalid, NotFound
from jietong.core.specs import SiteSpec
from jietong.db.pool import ALL, Connection, Database
from jietong.identity import audit
from jietong.identity.model import Principal
from jietong.workforce.schedule import documents, store, views
from jietong.workforce.schedule.documents import Setup
from jietong.workforce.schedule.drafts import Based, Drafts, Open
from jietong.workforce.schedule.model import MINUTE, PersonDay, shift_day
from jietong.workforce.schedule.need import Figures, Needs, Picture, Scoped, shown_cover, shown_figures
from jietong.workforce.schedule.publishing import Publishing
from jietong.workforce.schedule.rules import checks
from jietong.workforce.schedule.rules.edits import apply_all
from jietong.workforce.schedule.rules.ground import DayKey
from jietong.workforce.schedule.views import Shown

LONGEST = 62


class Planner:
    def __init__(
        self,
        database: Database,
        clock: Clock,
        site: Callable[[], SiteSpec],
        drafts: Drafts,
        publishing: Publishing,
        needs: Needs,
    ) -> None:
        self._database = database
        self._clock = clock
        self._site = site
        self._drafts = drafts
        self._publishing = publishing
        self._needs = needs

    async def schedule(self, by: Principal, first: str, last: str, draft: str | None) -> Shown:
        """People and their days, as published or as drafted. Raises Invalid `bad_day`, `bad_span`; NotFound."""
        days_between = checked(first, last)
        now = self._clock.now()
        async with self._database.read(ALL) as conn:
            setup = await documents.read(conn)
            published = await store.published(conn, self._site().id, first, last)
            found = await store.draft(conn, self._site().id, draft) if draft is not None else None
            drafted = await store.draft_days(conn, draft) if draft is not None else {}
            pending = await _pending(conn, first, last)
            version = await store.newest_version(conn, self._site().id)
        drafted = {key: one for key, one in drafted.items() if first <= key[1] <= last}
        groups = setup.visible(by)
        return {
            "zone": setup.ground.zone,
            "first": first,
            "last": last,
            "now": now,
            "version": version,
            "draft": None if found is None else views.draft(found),
            "days": views.local_days(first, last, setup.ground.zone),
            "people": [
                views.person(one, setup.ground, days_between, groups, now)
                for one in sorted(setup.ground.people.values(), key=lambda p: (p.part_time, p.team, p.id))
            ],
            "items": views.items(published, drafted),
            "pending": pending,
            "locked_until": now,
        }

    async def cover(self, by: Principal, first: str, last: str, draft: str | None, group: str | None) -> Shown:
        """Need and cover in quarters of an hour. Raises NotFound `no_such_group` for one out of scope."""
        checked(first, last)
        setup, days = await self._days(first, last, draft)
        scoped = _asked(setup, by, group)
        needs = await self._needs.of(setup, sorted(setup.ground.groups), first, last)
        picture = await self._needs.picture(setup, days, first, last, needs)
        return shown_cover(picture, setup, scoped)

    async def export(
        self, by: Principal, first: str, last: str, draft: str | None, format: str, language: str
    ) -> tuple[bytes, str]:
        """A file and its media type; in the audit log."""
        from jietong.workforce.schedule.export import exported, tables

        checked(first, last)
        setup, days = await self._days(first, last, draft)
        inside = {key: day for key, day in days.items() if first <= key[1] <= last}
        found = tables(inside, setup.ground.people, first, last, setup.ground.zone, language)
        async with self._database.transaction(ALL) as conn:
            await audit.append(
                conn, by=by, action="schedule.exported", object=draft or "published", now=self._clock.now(),
                details={"first": first, "last": last, "format": format},
            )  # fmt: skip
        return await asyncio.to_thread(exported, found, format, found[0].title)

    async def check(self, by: Principal, id: str) -> Shown:
        """What must be mended before the draft is published, and what to know."""
        found = await self._drafts.read(id)
        conflicts = await asyncio.to_thread(self._publishing.conflicts_of, found)
        first, last = found.draft.first, found.draft.last
        needs = await self._needs.of(found.setup, sorted(found.setup.ground.groups), first, last)
        if needs:
            picture = await self._needs.picture(found.setup, found.days, first, last, needs)
            seen = {id: needs[id].need for id in found.setup.visible(by) if id in needs}
            conflicts += checks.cover_conflicts(
                picture.cover, seen, picture.start, 15 * MINUTE, now=self._clock.now()
            )
        return {
            "rev": found.draft.rev,
            "must": sum(one.must for one in conflicts),
            "notes": sum(not one.must for one in conflicts),
            "items": [views.conflict(one) for one in conflicts],
        }

    async def preview(
        self,
        by: Principal,
        id: str,
        edits: Sequence[Based],
        group: str | None = None,
        first: str | None = None,
        last: str | None = None,
    ) -> Shown:
        """What edits would do, without putting them down. The days looked at are the edits' own unless given."""
        found = await self._drafts.read(id)
        made = apply_all([one.edit for one in edits], found.days, found.setup.ground)
        touched = sorted(day for _, day in made)
        first = first or (touched[0] if touched else found.draft.first)
        last = last or (touched[-1] if touched else min(found.draft.last, first))
        checked(first, last)
        scoped = _asked(found.setup, by, group)
        before, after = await self.compared(found, {**found.days, **made}, first, last, scoped)
        agents = {agent for agent, _ in made}
        conflicts = checks.check(
            {key: day for key, day in {**found.days, **made}.items() if key[0] in agents},
            found.setup.ground, first, last, now=self._clock.now(),
        )  # fmt: skip
        return {
            "before": shown_figures(before[1]),
            "after": shown_figures(after[1]),
            "since": max(before[0].start, self._clock.now()),
            "cover_before": shown_cover(before[0], found.setup, scoped),
            "cover_after": shown_cover(after[0], found.setup, scoped),
            "days": [views.person_day(day, edited=True) for day in made.values()],
            "conflicts": [views.conflict(one) for one in conflicts],
        }

    async def compared(
        self, found: Open, after: Mapping[DayKey, PersonDay], first: str, last: str, groups: Sequence[str]
    ) -> tuple[tuple[Picture, Figures], tuple[Picture, Figures]]:
        """The draft as it is, and with these days instead."""
        setup = found.setup
        needs = await self._needs.of(setup, sorted(setup.ground.groups), first, last)
        out = []
        for days in (found.days, after):
            picture = await self._needs.picture(setup, days, first, last, needs)
            inside = {key: day for key, day in days.items() if first <= key[1] <= last}
            figures = await self._needs.figures(setup, inside, picture, groups, max(picture.start, self._clock.now()))
            out.append((picture, figures))
        return out[0], out[1]

    async def effect(
        self, by: Principal, made: Mapping[DayKey, PersonDay], group: str | None = None
    ) -> tuple[Figures, Figures]:
        """Of person-days in place of the published ones, on the days that they are of: before, after."""
        first, last = min(day for _, day in made), max(day for _, day in made)
        setup, days = await self._days(first, last, None)
        needs = await self._needs.of(setup, sorted(setup.ground.groups), first, last)
        scoped = _asked(setup, by, group)
        out = []
        for these in (days, {**days, **made}):
            picture = await self._needs.picture(setup, these, first, last, needs)
            inside = {key: day for key, day in these.items() if first <= key[1] <= last}
            since = max(picture.start, self._clock.now())
            out.append(await self._needs.figures(setup, inside, picture, scoped, since))
        return out[0], out[1]

    async def _days(self, first: str, last: str, draft: str | None) -> tuple[Setup, dict[DayKey, PersonDay]]:
        """With a day on either side: shifts run past midnight."""
        around = (shift_day(first, -1), shift_day(last, 1))
        async with self._database.read(ALL) as conn:
            setup = await documents.read(conn)
            days = await store.published(conn, self._site().id, *around)
            if draft is not None:
                await store.draft(conn, self._site().id, draft)
                drafted = await store.draft_days(conn, draft)
                days |= {key: one.day for key, one in drafted.items() if around[0] <= key[1] <= around[1]}
        return setup, days


async def _pending(conn: Connection, first: str, last: str) -> list[Shown]:
    rows = await conn.fetch(
        """
        SELECT r.id, r.kind, r.state, r.agent, r.partner, r.day, r.last_day, r.started AS start, r.ended AS "end",
               coalesce(array_agg(o.agent ORDER BY o.place) FILTER (WHERE o.agent IS NOT NULL AND o.answer IS NULL),
                        '{}') AS asked
        FROM schedule_request r LEFT JOIN schedule_offer o ON o.request = r.id
        WHERE r.state IN ('offered', 'awaiting') AND r.day <= $2 AND greatest(r.last_day, r.partner_day) >= $1
        GROUP BY r.id ORDER BY r.made_at
        """,
        first,
        last,
    )
    return [dict(row) for row in rows]


def _asked(setup: Setup, by: Principal, group: str | None) -> list[str]:
    groups = Scoped.of(setup, by, group).groups
    if group is not None and not groups:
        raise NotFound("no_such_group", "There is no such skill group, or it serves another client.")
    return groups


def checked(first: str, last: str) -> list[str]:
    """The days from first to last, both inclusive. Raises Invalid `bad_day`, `bad_span`."""
    try:
        one, end = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError as error:
        raise Invalid("bad_day", "Days are written as 2026-07-15.", field="first") from error
    if (first, last) != (one.isoformat(), end.isoformat()) or one.year < 2000 or end.year > 2200:
        raise Invalid("bad_day", "Days are written as 2026-07-15.", field="first")
    if not 0 <= (end - one).days < LONGEST:
        raise Invalid("bad_span", f"At most {LONGEST} days at once, the last not before the first.", field="last")
    return [day["day"] for day in views.local_days(first, last, "UTC")]
