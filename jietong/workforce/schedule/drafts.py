"""Drafts: edited by several planners at once, kept with every edit, taken back edit by edit.

Two edits of different person-days merge. Of the same person-day the second is refused, with who was first and what
they did: whoever edits says with `base` which revision of the day they saw.
"""

import contextlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import msgspec

from jietong.core.clock import Clock
from jietong.core.errors import Invalid, Refused
from jietong.core.events import PlannedSpan
from jietong.core.ids import new_id
from jietong.core.specs import SiteSpec
from jietong.core.vocabulary import Activity
from jietong.db.pool import ALL, Connection, Database
from jietong.identity import audit
from jietong.identity.model import Principal
from jietong.workforce.schedule import documents, store, views
from jietong.workforce.schedule.documents import Setup
from jietong.workforce.schedule.model import (
    PersonDay,
    Template,
    TemplateDay,
    at_wall,
    day_of_text,
    days_between,
    minute_of,
    shift_day,
)
from jietong.workforce.schedule.rules import edits as e
from jietong.workforce.schedule.rules.checks import span_of
from jietong.workforce.schedule.rules.ground import DayKey
from jietong.workforce.schedule.store import Draft, DraftDay, EditEntry
from jietong.workforce.schedule.views import Shown

LONGEST = 62
"""Days of a draft."""


class Based(NamedTuple):
    """An edit, and the revision of its person-day that the planner saw; None: whatever it is now."""

    edit: e.AnyEdit
    base: int | None = None


class Open(NamedTuple):
    """A draft with all that it lies on. `published` reaches beyond it as far as a check wants to see."""

    draft: Draft
    setup: Setup
    published: dict[DayKey, PersonDay]
    drafted: dict[DayKey, DraftDay]

    @property
    def days(self) -> dict[DayKey, PersonDay]:
        """As it would be published."""
        return {**self.published, **{key: one.day for key, one in self.drafted.items()}}

    def day(self, key: DayKey) -> PersonDay:
        drafted = self.drafted.get(key)
        return drafted.day if drafted is not None else self.published.get(key) or PersonDay(*key)


class Drafts:
    def __init__(self, database: Database, clock: Clock, site: Callable[[], SiteSpec]) -> None:
        self._database = database
        self._clock = clock
        self._site = site

    # --- reading

    async def listed(self, *, state: str | None = "open") -> list[Shown]:
        async with self._database.read(ALL) as conn:
            return [views.draft(one) for one in await store.drafts(conn, self._site().id, state=state)]

    async def open(self, conn: Connection, id: str) -> Open:
        """Raises NotFound `no_such_draft`."""
        site = self._site().id
        one = await store.draft(conn, site, id)
        first, last = span_of(one.first, one.last)
        return Open(
            one, await documents.read(conn), await store.published(conn, site, first, last),
            await store.draft_days(conn, id),
        )  # fmt: skip

    async def read(self, id: str) -> Open:
        async with self._database.read(ALL) as conn:
            return await self.open(conn, id)

    async def edits(self, id: str, since: int = 0) -> list[Shown]:
        """Newest first."""
        async with self._database.read(ALL) as conn:
            await store.draft(conn, self._site().id, id)
            return [views.edit(one) for one in await store.edits(conn, id, since=since)]

    async def changes(self, id: str, since: int) -> Shown:
        """What others did since revision `since`: person-days as they are now, newest edits first."""
        async with self._database.read(ALL) as conn:
            found = await self.open(conn, id)
            entries = await store.edits(conn, id, since=since)
        keys = {(day.agent, day.day) for one in entries for day in one.after}
        return {
            "rev": found.draft.rev,
            "days": [_shown(found, key) for key in sorted(keys)],
            "edits": [views.edit(one) for one in entries],
        }

    # --- making

    async def create(
        self, by: Principal, first: str, last: str, name: str = "", copy_from: str | None = None,
        template: str | None = None,
    ) -> Shown:  # fmt: skip
        """An open draft; over the published schedule, and what is copied in. Raises Invalid `bad_day`, `bad_span`."""
        _check_span(first, last)
        now = self._clock.now()
        id = new_id(now)
        one = Draft(id, name.strip(), first, last, "open", 0, None, now, by.name, now, by.name)
        async with self._database.transaction(ALL) as conn:
            await store.add_draft(conn, self._site().id, one)
            if copy_from is not None:
                length = (date.fromisoformat(last) - date.fromisoformat(first)).days
                await self._copy(conn, by, id, day_of_text(copy_from), shift_day(copy_from, length), first, None)
            if template is not None:
                await self._from_template(conn, by, id, template)
            made = await store.draft(conn, self._site().id, id)
            await audit.append(
                conn, by=by, action="schedule_draft.created", object=id, now=now,
                details={"first": first, "last": last, "copy_from": copy_from, "template": template},
            )  # fmt: skip
        return views.draft(made)

    async def drop(self, by: Principal, id: str) -> None:
        async with self._editing(id) as (conn, _):
            await store.set_draft_state(conn, id, "dropped")
            await audit.append(conn, by=by, action="schedule_draft.dropped", object=id, now=self._clock.now())

    async def edit(self, by: Principal, id: str, edits: Sequence[Based], *, about: str = "") -> Shown:
        """All of them or none, as one entry of the undo list.

        Raises Refused `edited_meanwhile` (agent, day, by_name, at, edit: what the other did), and as `rules.edits`.
        """
        async with self._editing(id) as (conn, found):
            await self._merge(conn, by, found, edits)
            made = e.apply_all([one.edit for one in edits], found.days, found.setup.ground)
            _within(found.draft, made)
            document = [msgspec.to_builtins(one.edit) for one in edits]
            entry = await self._put(conn, by, found, {"edits": document, "about": about}, made)
            return await self._after(conn, id, [entry] if entry is not None else [])

    async def replace(
        self, conn: Connection, by: Principal, found: Open, made: Mapping[DayKey, PersonDay], about: str
    ) -> EditEntry | None:
        """Whole person-days at once (a proposal, a copied week): one entry of the undo list."""
        _within(found.draft, made)
        return await self._put(conn, by, found, {"edits": [], "about": about}, made)

    async def undo(self, by: Principal, id: str, n: int) -> Shown:
        """Takes one edit back (of an edit that took another back: does it again). Raises Refused `edited_since` with
        who changed one of its days after it; NotFound is told as `no_such_edit`."""
        async with self._editing(id) as (conn, found):
            entries = await store.edits(conn, id, n=n)
            if not entries or entries[0].undone:
                raise Refused("no_such_edit", "This edit is not there, or it has been taken back already.")
            entry = entries[0]
            made: dict[DayKey, PersonDay] = {}
            left = {(day.agent, day.day): day for day in entry.after}
            for before in entry.before:
                key = (before.agent, before.day)
                if not _alike(found.day(key), left[key]):
                    now = found.drafted.get(key)
                    name = now.by_name if now is not None else found.draft.changed_by_name
                    raise Refused(
                        "edited_since", f"{name} has changed this day since: take that back first.",
                        agent=before.agent, day=before.day, by_name=name,
                    )  # fmt: skip
                made[key] = before
            await store.mark_undone(conn, id, n)
            made_entry = await self._put(
                conn, by, found, {"edits": [], "about": "undo", "of": entry.edit}, made, undoes=n
            )
            return await self._after(conn, id, [made_entry] if made_entry is not None else [])

    async def copy(
        self, by: Principal, id: str, from_first: str, from_last: str, to_first: str, agents: Sequence[str] | None
    ) -> Shown:
        """Days on to others by the clock on the wall. Raises Invalid `bad_day`, `bad_span`, `outside_draft`."""
        if day_of_text(from_last) < day_of_text(from_first):
            raise Invalid("bad_span", "The last day is not before the first.", field="from_last")
        async with self._editing(id) as (conn, _):
            entry = await self._copy(
                conn, by, id, day_of_text(from_first), day_of_text(from_last), day_of_text(to_first), agents
            )
            return await self._after(conn, id, [entry] if entry is not None else [])

    async def as_template(self, by: Principal, id: str, first: str, names: dict[str, str]) -> Shown:
        """The week from `first` as a template. Raises Invalid `invalid_setup`."""
        now = self._clock.now()
        async with self._database.transaction(ALL) as conn:
            found = await self.open(conn, id)
            zone = found.setup.ground.zone
            week = days_between(day_of_text(first), shift_day(first, 6))
            days = [
                TemplateDay(
                    agent, date.fromisoformat(day).weekday(),
                    tuple((minute_of(s.start, day, zone), minute_of(s.end, day, zone), s.activity, s.paid)
                          for s in one.spans),
                )
                for (agent, day), one in sorted(found.days.items())
                if day in week and one.shift is not None
            ]  # fmt: skip
            made = new_id(now)
            spec = Template(made, names, tuple(days))
            documents.must_fit(spec, found.setup)
            version = await documents.write(conn, "template", spec, None, now, by.name)
            await audit.append(
                conn, by=by, action="planning_template.created", object=made, now=now, details={"draft": id}
            )
        return documents.shown(documents.Document("template", made, version, spec, now, by.name))

    # --- inside

    @contextlib.asynccontextmanager
    async def _editing(self, id: str) -> AsyncIterator[tuple[Connection, Open]]:
        """One edit of a draft at a time. Raises Refused `draft_closed`."""
        async with self._database.transaction(ALL) as conn:
            await store.lock(conn, f"draft:{id}")
            found = await self.open(conn, id)
            check_open(found.draft)
            yield conn, found

    async def _merge(self, conn: Connection, by: Principal, found: Open, edits: Sequence[Based]) -> None:
        for one in edits:
            if one.base is None:
                continue
            for key in e.touches(one.edit)[:1]:
                now = found.drafted.get(key)
                rev = now.day.rev if now is not None else 0
                if rev == one.base or (now is not None and now.by == by.account_id):
                    continue
                what = await store.edits(conn, found.draft.id, n=rev) if now is not None else []
                taken_back = now is None  # it is as published again
                name = now.by_name if now is not None else found.draft.changed_by_name
                raise Refused(
                    "edited_meanwhile",
                    f"{name} has changed this day meanwhile: look at it, then edit again.",
                    agent=key[0], day=key[1], rev=rev, by_name=name,
                    at=now.at if now is not None else found.draft.changed_at,
                    edit=what[0].edit if what else None, taken_back=taken_back,
                    now=_shown(found, key),
                )  # fmt: skip

    async def _put(
        self,
        conn: Connection,
        by: Principal,
        found: Open,
        document: dict[str, Any],
        made: Mapping[DayKey, PersonDay],
        undoes: int | None = None,
    ) -> EditEntry | None:
        """Keeps what differs; a person-day that is as published again leaves the draft. None: nothing differs."""
        now, n = self._clock.now(), found.draft.rev + 1
        before, after, gone = [], [], []
        for key, day in made.items():
            held = found.day(key)
            if _alike(day, held):
                continue
            published = found.published.get(key)
            version = published.version if published is not None else 0
            before.append(held)
            after.append(msgspec.structs.replace(day, rev=n, version=version))
            plain = not day.locked and not day.invites
            if plain and day.spans == (published.spans if published is not None else ()):
                gone.append(key)
        if not after:
            return None
        entry = EditEntry(n, document, before, after, False, undoes, by.account_id, by.name, now)
        await store.save_edit(conn, found.draft.id, entry, gone)
        return entry

    async def _after(self, conn: Connection, id: str, entries: Sequence[EditEntry]) -> Shown:
        found = await self.open(conn, id)
        keys = {(day.agent, day.day) for one in entries for day in one.after}
        return {
            "rev": found.draft.rev,
            "days": [_shown(found, key) for key in sorted(keys)],
            "edits": [views.edit(one) for one in entries],
        }

    async def _copy(
        self, conn: Connection, by: Principal, id: str, first: str, last: str, to: str, agents: Sequence[str] | None
    ) -> EditEntry | None:
        found = await self.open(conn, id)
        source = dict(await store.published(conn, self._site().id, first, last, agents))
        source |= {
            key: one.day
            for key, one in found.drafted.items()
            if first <= key[1] <= last and (agents is None or key[0] in agents)
        }
        by_days = (date.fromisoformat(to) - date.fromisoformat(first)).days
        zone = found.setup.ground.zone
        made: dict[DayKey, PersonDay] = {}
        for (agent, day), one in source.items():
            target = (agent, shift_day(day, by_days))
            held = found.day(target)
            if agent not in found.setup.ground.people or held.locked:
                continue
            if not found.draft.first <= target[1] <= found.draft.last:
                continue
            copied = e.normal(e.onto([s for s in one.spans if s.activity != "leave"], day, target[1], zone))
            kept = tuple(s for s in held.spans if s.activity == "leave")
            made[target] = msgspec.structs.replace(held, spans=kept or copied)
        return await self.replace(conn, by, found, made, "copy")

    async def _from_template(self, conn: Connection, by: Principal, id: str, template: str) -> None:
        found = await self.open(conn, id)
        one = found.setup.documents.get(("template", template))
        if one is None:
            raise Invalid("unknown_template", "There is no such template.", field="template")
        made: dict[DayKey, PersonDay] = {}
        for day in days_between(found.draft.first, found.draft.last):
            for part in one.spec.days:
                if part.weekday != date.fromisoformat(day).weekday() or part.agent not in found.setup.ground.people:
                    continue
                held = found.day((part.agent, day))
                put = [
                    s for s in (_wall(one, day, found.setup.ground.zone) for one in part.spans)
                    if s.end > s.start
                ]  # fmt: skip
                made[part.agent, day] = msgspec.structs.replace(held, spans=e.normal(put))
        await self.replace(conn, by, found, made, "template")


def check_open(draft: Draft) -> None:
    if draft.state != "open":
        raise Refused(
            "draft_closed", f"This draft is {draft.state} already: make a new one.", state=draft.state,
            published=draft.published,
        )  # fmt: skip


def _shown(found: Open, key: DayKey) -> Shown:
    drafted = found.drafted.get(key)
    return views.draft_day(drafted) if drafted is not None else views.person_day(found.day(key))


def _alike(one: PersonDay, two: PersonDay) -> bool:
    return (one.spans, one.locked, one.invites) == (two.spans, two.locked, two.invites)


def _within(draft: Draft, made: Mapping[DayKey, PersonDay]) -> None:
    for _, day in made:
        if not draft.first <= day <= draft.last:
            raise Invalid(
                "outside_draft", f"This draft goes from {draft.first} to {draft.last}; {day} is not in it.", day=day
            )


def _check_span(first: str, last: str) -> None:
    days = (date.fromisoformat(day_of_text(last)) - date.fromisoformat(day_of_text(first))).days + 1
    if not 1 <= days <= LONGEST:
        raise Invalid("bad_span", f"A draft has 1 to {LONGEST} days, the last not before the first.", field="last")


def _wall(part: tuple[int, int, Activity, bool], day: str, zone: str) -> PlannedSpan:
    start, end, activity, paid = part
    return PlannedSpan(at_wall(day, start, zone), at_wall(day, end, zone), activity, paid)
