"""Publishing: what becomes the schedule that people work by. Facts in the ledger and rows in one commit.

`DayScheduled` facts go through the writer; the rows that they add up to, the version, notices and the audit entry are
committed with them. One publication at a time, by an advisory lock that is held until the commit.
"""

import asyncio
import functools
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from jietong.core.clock import Clock
from jietong.core.commands import Witness
from jietong.core.days import day_of
from jietong.core.errors import Invalid, NotFound, Refused
from jietong.core.events import DayScheduled
from jietong.core.ids import new_id
from jietong.core.inbox import Inbox, Write
from jietong.core.specs import SiteSpec
from jietong.core.vocabulary import Ms
from jietong.db.pool import ALL, Connection, Database
from jietong.identity import audit
from jietong.identity.model import Principal
from jietong.workforce.schedule import documents, store, views
from jietong.workforce.schedule.documents import Setup
from jietong.workforce.schedule.drafts import Drafts, Open, check_open
from jietong.workforce.schedule.model import Conflict, PersonDay
from jietong.workforce.schedule.rules import checks
from jietong.workforce.schedule.rules.edits import AnyEdit, apply_all, touches
from jietong.workforce.schedule.rules.ground import DayKey
from jietong.workforce.schedule.store import DayChange, Version
from jietong.workforce.schedule.views import Shown

HOUR: Ms = 3_600_000
NEVER = frozenset({"overlap"})
"""What nobody can answer for: such a day is no schedule."""


class Made(NamedTuple):
    """A publication: `version` None when there was nothing to publish."""

    version: Version | None
    changes: list[DayChange]


class Publishing:
    def __init__(
        self, database: Database, inbox: Inbox, clock: Clock, site: Callable[[], SiteSpec], drafts: Drafts
    ) -> None:
        self._database = database
        self._inbox = inbox
        self._clock = clock
        self._site = site
        self._drafts = drafts
        self.after_draft: Callable[[Principal, Open], Awaitable[list[str]]] | None = None
        """Gives the call-ups that a published draft asks for, each once, and the agents who cannot be invited."""

    # --- drafts

    async def preview(self, id: str) -> Shown:
        """What publishing the draft would change, who is told, and what keeps it from being published."""
        found = await self._drafts.read(id)
        check_open(found.draft)
        async with self._database.read(ALL) as conn:
            newest = await store.newest_version(conn, self._site().id)
        changes = self._differences(found)
        conflicts = await asyncio.to_thread(self.conflicts_of, found)
        shown = [self.shown_change(one, found.setup) for one in changes]
        return {
            "rev": found.draft.rev,
            "next_version": newest + 1,
            "changes": shown,
            "told": views.told(shown),
            "invites": sum(len(one.day.invites) for one in found.drafted.values()),
            "must": sum(one.must for one in conflicts),
            "notes": sum(not one.must for one in conflicts),
            "stale": [self.shown_change(one, found.setup) for one in _stale(found)],
        }

    def conflicts_of(self, found: Open) -> list[Conflict]:
        """Those of the draft's people and days, and of changes to what is past. What the published schedule breaks
        already is a note: nobody has to mend all of it to publish a small change."""
        now, draft, ground = self._clock.now(), found.draft, found.setup.ground
        out = checks.check(found.days, ground, draft.first, draft.last, now=now)
        if checks.blocking(out):
            published = checks.check(found.published, ground, draft.first, draft.last, now=now)
            known = {one.key for one in published}
            out = [msgspec.structs.replace(one, must=one.must and one.key not in known) for one in out]
            out.sort(key=lambda one: not one.must)
        return checks.once_a_person(_past(self._differences(found), now) + out)

    async def publish(
        self, by: Principal, id: str, rev: int, *, note: str = "", accept: Sequence[str] = (), over: bool = False
    ) -> Shown:
        """Makes the draft the schedule. Repeated after a lost answer, it gives the publication that it made.

        Raises Refused `stale_draft`, `published_meanwhile`, `conflicts` (with those that must be mended),
        `nothing_to_publish`, `draft_closed`; Invalid `reason_missing` where conflicts are answered for.
        """
        async with self._database.transaction(ALL) as conn:
            await store.lock(conn, "publish")
            await store.lock(conn, f"draft:{id}")
            found = await self._drafts.open(conn, id)
            made = await self._made_before(conn, found, rev) or await self._make(
                conn, by, found, rev, note, accept, over
            )
        return await self._with_invites(by, found, made)

    async def _made_before(self, conn: Connection, found: Open, rev: int) -> Made | None:
        draft, site = found.draft, self._site().id
        if draft.state != "published" or draft.rev != rev or draft.published is None:
            return None
        version = (await store.versions(conn, site, n=draft.published))[0]
        return Made(version, await store.changes(conn, site, draft.published))

    async def _make(
        self, conn: Connection, by: Principal, found: Open, rev: int, note: str, accept: Sequence[str], over: bool
    ) -> Made:
        draft = found.draft
        check_open(draft)
        if draft.rev != rev:
            raise Refused(
                "stale_draft", "The draft was changed since you looked at it: look at the changes first.",
                rev=draft.rev,
            )  # fmt: skip
        stale = _stale(found)
        if stale and not over:
            raise Refused(
                "published_meanwhile",
                "Some of these days were published by somebody else since: look at them first.",
                days=[{"agent": one.agent, "day": one.day} for one in stale],
            )
        changes = self._differences(found)
        if not changes and not any(one.day.invites for one in found.drafted.values()):
            raise Refused("nothing_to_publish", "The draft is as the published schedule.")
        self._answered_for(await asyncio.to_thread(self.conflicts_of, found), accept, note)
        return await self.commit(
            conn, by, "draft", changes, note, draft=draft.id,
            more=lambda n: [store.published_write(draft.id, n)],
            details={"accepted": list(accept)} if accept else None,
            key=f"schedule:draft:{draft.id}:{rev}", setup=found.setup, always=True,
        )  # fmt: skip

    async def _with_invites(self, by: Principal, found: Open, made: Made) -> Shown:
        left = await self.after_draft(by, found) if self.after_draft is not None else []
        return {**self._published(made, found.setup), "not_invited": left}

    # --- at once

    async def change(
        self, by: Principal, edits: Sequence[AnyEdit], *, note: str = "", accept: Sequence[str] = (),
        kind: str = "day", more: Callable[[int, list[Shown]], list[Write]] | None = None,
    ) -> Shown:  # fmt: skip
        """Edits of the published schedule, published at once: the supervisor's on the day. `more`: rows to be
        committed with them, of the version and its changes. Raises as `publish` and `rules.edits`; undone by
        `take_back`."""
        async with self._database.transaction(ALL) as conn:
            await store.lock(conn, "publish")
            setup = await documents.read(conn)
            days = sorted({key for edit in edits for key in touches(edit)}, key=lambda key: key[1])
            first, last = checks.span_of(days[0][1], days[-1][1])
            published = await store.published(conn, self._site().id, first, last)
            made_days = apply_all(edits, published, setup.ground)
            changes = _changes(published, made_days)
            shown = [self.shown_change(one, setup) for one in changes]
            rows = None if more is None or not changes else functools.partial(_with, more, shown)
            made = await self.put(conn, by, kind, published, made_days, setup, note=note, accept=accept, more=rows)
        return self._published(made, setup)

    async def put(
        self,
        conn: Connection,
        by: Principal,
        kind: str,
        published: Mapping[DayKey, PersonDay],
        made_days: Mapping[DayKey, PersonDay],
        setup: Setup,
        *,
        note: str = "",
        accept: Sequence[str] = (),
        request: str | None = None,
        more: Callable[[int], list[Write]] | None = None,
        checked: bool = True,
    ) -> Made:
        """Person-days in place of what is published. The caller holds the lock `publish`."""
        changes = _changes(published, made_days)
        if checked and changes:
            now = self._clock.now()
            after = {**published, **made_days}
            mine = {one.agent for one in changes}
            first, last = min(one.day for one in changes), max(one.day for one in changes)
            touched = {(one.agent, one.day) for one in changes}
            theirs = {key: day for key, day in after.items() if key[0] in mine}
            found = [
                one
                for one in checks.check(theirs, setup.ground, first, last, now=now)
                if (one.agent or "", one.day or "") in touched
            ]
            before = {
                one.key
                for one in checks.check(
                    {key: day for key, day in published.items() if key[0] in mine},
                    setup.ground, first, last, now=now,
                )
            }  # fmt: skip
            new = [one for one in found if one.key not in before] + _past(changes, now)
            self._answered_for(new, accept, note)
        return await self.commit(
            conn, by, kind, changes, note, request=request, more=more, setup=setup, always=more is not None,
            details={"accepted": list(accept)} if accept else None,
        )  # fmt: skip

    async def older(
        self, by: Principal, n: int, first: str | None = None, last: str | None = None, note: str = ""
    ) -> Shown:
        """Publishes again what was in force with version `n`, for the person-days that were changed after it.
        Raises NotFound `no_such_version`, Refused `nothing_to_publish`."""
        site = self._site().id
        async with self._database.transaction(ALL) as conn:
            await store.lock(conn, "publish")
            if n != 0 and not await store.versions(conn, site, n=n):
                raise NotFound("no_such_version", f"There is no version {n} of the schedule.")
            setup = await documents.read(conn)
            since = await store.changes_since(conn, site, n, first or "", last or "9999")
            changes = [DayChange(one.agent, one.day, one.after, one.before) for one in since]
            changes = [one for one in changes if one.before != one.after]
            if not changes:
                raise Refused("nothing_to_publish", f"The schedule is as it was with version {n}.")
            made = await self.commit(conn, by, "older", changes, note, older=n, setup=setup)
        return self._published(made, setup)

    async def take_back(self, by: Principal, n: int, note: str = "") -> Shown:
        """Takes one publication back: its person-days become what they were before it. Raises NotFound
        `no_such_version`; Refused `changed_since` with who, where one of them was published again since, and as
        `publish` where rules would be broken that were kept."""
        site = self._site().id
        async with self._database.transaction(ALL) as conn:
            await store.lock(conn, "publish")
            if not await store.versions(conn, site, n=n):
                raise NotFound("no_such_version", f"There is no version {n} of the schedule.")
            setup = await documents.read(conn)
            changes = await store.changes(conn, site, n)
            days = sorted(one.day for one in changes)
            if not days:
                raise Refused("nothing_to_publish", f"Version {n} changed nothing.")
            published = await store.published(conn, site, *checks.span_of(days[0], days[-1]))
            made: dict[DayKey, PersonDay] = {}
            for one in changes:
                held = published.get((one.agent, one.day)) or PersonDay(one.agent, one.day)
                if held.spans != one.after:
                    raise Refused(
                        "changed_since", "This day was published again since: change it by hand.",
                        agent=one.agent, day=one.day,
                    )  # fmt: skip
                made[one.agent, one.day] = msgspec.structs.replace(held, spans=one.before)
            known = await self.put(conn, by, "day", published, made, setup, note=note)
        return self._published(known, setup)

    async def versions(self, before: int | None = None) -> list[Shown]:
        async with self._database.read(ALL) as conn:
            return [views.version(one) for one in await store.versions(conn, self._site().id, before=before)]

    async def version(self, n: int) -> Shown:
        """Raises NotFound `no_such_version`."""
        site = self._site().id
        async with self._database.read(ALL) as conn:
            found = await store.versions(conn, site, n=n)
            if not found:
                raise NotFound("no_such_version", f"There is no version {n} of the schedule.")
            changes = await store.changes(conn, site, n)
            setup = await documents.read(conn)
        return self._published(Made(found[0], changes), setup)

    # --- the commit

    async def commit(
        self,
        conn: Connection,
        by: Principal,
        kind: str,
        changes: Sequence[DayChange],
        note: str,
        *,
        setup: Setup,
        draft: str | None = None,
        request: str | None = None,
        older: int | None = None,
        more: Callable[[int], list[Write]] | None = None,
        details: dict[str, Any] | None = None,
        key: str | None = None,
        always: bool = False,
    ) -> Made:
        """Facts and rows by the writer, in one transaction; `conn` only holds the lock `publish` meanwhile. `more`
        rows go with them. Without changes nothing is done, unless `always`: then the rows alone."""
        if not changes and not always:
            return Made(None, [])
        site, now = self._site().id, self._clock.now()
        n = await store.newest_version(conn, site) + 1
        version = Version(
            n, kind, draft, request, older, note.strip(), now, by.account_id, by.name, len(changes),
            len({one.agent for one in changes}),
        )  # fmt: skip
        facts = tuple(DayScheduled(0, one.agent, one.day, n, one.after, by.account_id) for one in changes)
        writes = [*store.publish_writes(site, version, changes), *(more(n) if more is not None else [])]
        shown = [self.shown_change(one, setup) for one in changes]
        days_of: dict[str, list[str]] = {}
        for change in changes:
            days_of.setdefault(change.agent, []).append(change.day)
        for one in views.told(shown):
            days = sorted(days_of[one["agent"]])
            params = {"version": n, "days": days[:60], "short_notice": one["short_notice"], "by_name": by.name}
            writes.append(store.notice_write(new_id(now), one["agent"], now, "schedule_published", params))
        writes.append(
            audit.append_write(
                by=by, action="schedule.published", object=str(n), now=now,
                details={"kind": kind, "draft": draft, "request": request, "older": older, "note": note.strip(),
                         "days": len(changes), "told": len(views.told(shown)), **(details or {})},
            )
        )  # fmt: skip
        await self._inbox.submit(Witness(facts), key=key or f"schedule:{site}:{n}:{new_id(now)}", writes=writes)
        return Made(version, list(changes))

    # --- inside

    def _differences(self, found: Open) -> list[DayChange]:
        return _changes(found.published, {key: one.day for key, one in found.drafted.items()})

    def shown_change(self, one: DayChange, setup: Setup) -> Shown:
        rules = setup.ground.rules_of(one.agent)
        start = day_of(views.date_of(one.day), setup.ground.zone).start
        begins = min([start, *(s.start for s in (*one.before, *one.after))])
        short = begins - self._clock.now() < rules.notice_h * HOUR
        return views.change(one, setup.ground.people, short=short)

    def _published(self, made: Made, setup: Setup) -> Shown:
        if made.version is None:
            raise Refused("nothing_to_publish", "Nothing would change.")
        shown = [self.shown_change(one, setup) for one in made.changes]
        return {"version": views.version(made.version), "changes": shown, "told": views.told(shown)}

    def _answered_for(self, conflicts: Iterable[Conflict], accept: Sequence[str], note: str) -> None:
        """Raises Refused `conflicts`, Invalid `reason_missing`."""
        must = checks.blocking(conflicts)
        left = [one for one in must if one.key not in accept or one.code in NEVER]
        if left:
            raise Refused(
                "conflicts",
                f"{len(left)} conflicts must be mended first: {left[0].code} ({left[0].agent}, {left[0].day}).",
                conflicts=[views.conflict(one) for one in left],
            )
        if must and not note.strip():
            raise Invalid("reason_missing", "Say why rules may be broken.", field="note")


def _changes(published: Mapping[DayKey, PersonDay], made: Mapping[DayKey, PersonDay]) -> list[DayChange]:
    out = []
    for key in sorted(made, key=lambda key: (key[1], key[0])):
        held = published.get(key)
        before = held.spans if held is not None else ()
        if before != made[key].spans:
            out.append(DayChange(*key, before, made[key].spans))
    return out


def _with(more: Callable[[int, list[Shown]], list[Write]], shown: list[Shown], n: int) -> list[Write]:
    return more(n, shown)


def _stale(found: Open) -> list[DayChange]:
    """Person-days that were published since they were drafted: as drafted, and as they are published now."""
    out = []
    for key, one in found.drafted.items():
        published = found.published.get(key)
        version = published.version if published is not None else 0
        spans = published.spans if published is not None else ()
        if version != one.day.version and spans != one.day.spans:
            out.append(DayChange(*key, one.day.spans, spans))
    return out


def _past(changes: Iterable[DayChange], now: Ms) -> list[Conflict]:
    """Changes of what is past: what people did was measured against it."""
    out = []
    for one in changes:
        before, after = _until(one.before, now), _until(one.after, now)
        if before != after:
            starts = [s.start for s in (*one.before, *one.after)]
            out.append(Conflict("past_changed", True, one.agent, one.day, min(starts), now))
    return out


def _until(spans: Iterable[Any], now: Ms) -> list[Any]:
    return [msgspec.structs.replace(s, end=min(s.end, now)) for s in spans if s.start < now]
