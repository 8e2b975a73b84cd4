"""Use cases around the delivery of reports: schedules, destinations, what was sent, and the archive.

Who sets up deliveries does it for the clients that they see. Whoever may see reports finds in the archive what was
put in the portal for their clients; every opening is kept as a read receipt.
"""

import asyncio
import hashlib
from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from jietong.core.clock import Clock
from jietong.core.days import Span
from jietong.core.errors import Forbidden, Invalid, Refused
from jietong.core.ids import new_id
from jietong.core.vocabulary import Ms
from jietong.db.pool import ALL, Connection, Database
from jietong.identity import audit
from jietong.identity.model import Principal
from jietong.identity.permissions import Permission
from jietong.rendering.model import Document, Prose
from jietong.rendering.model import Paragraphs as Text
from jietong.rendering.pdf import pdf
from jietong.reports import delivery_store as store
from jietong.reports import timetable as times
from jietong.reports.channels import ways
from jietong.reports.channels.model import HAVE_SECRETS, Enclosed, Failure, Parcel, PortalTo, Target
from jietong.reports.channels.words import told
from jietong.reports.delivery_model import (
    EVERYBODY,
    Delivery,
    DeliveryState,
    Destination,
    Edition,
    EditionState,
    FileLine,
    Opening,
    Schedule,
    ScheduleSpec,
    checked_schedule,
    checked_target,
)
from jietong.reports.delivery_runner import SECRET, Runner, hours_by_id, plan, site_of
from jietong.reports.service import Reports
from jietong.reports.timetable import MINUTE, Timetable
from jietong.reports.words import named

UPCOMING = 5


class Tried(NamedTuple):
    """What became of a test page."""

    ok: bool
    answer: str


class Deliveries:
    """All of deliveries. `runner` does the timed work; here is what people do."""

    def __init__(self, database: Database, reports: Reports, clock: Clock, runner: Runner) -> None:
        self._database = database
        self._reports = reports
        self._clock = clock
        self.runner = runner

    # --- destinations --------------------------------------------------------------------------------------------

    async def destinations(self, by: Principal) -> list[Destination]:
        async with self._database.read(by.scope) as conn:
            return await store.destinations(conn)

    async def add_destination(self, by: Principal, name: str, target: Target, secret: str | None) -> Destination:
        """Raises Invalid `invalid_destination`; Forbidden `not_permitted`."""
        _whole_centre(by)
        checked_target(name, target)
        now = self._clock.now()
        id = new_id(now)
        sealed = self._sealed(id, target, secret)
        async with self._database.transaction(ALL) as conn:
            await store.insert_destination(conn, id, name, target, sealed, now)
            await audit.append(
                conn, by=by, action="destination.created", object=id, now=now, details=_facts(name, target)
            )
        return Destination(id, 1, name, target, sealed is not None, True, now)

    async def change_destination(
        self,
        by: Principal,
        id: str,
        base: int,
        name: str,
        target: Target,
        secret: str | None,
        *,
        active: bool,
    ) -> Destination:
        """`secret` None: the one that is kept stays, as long as it goes to the same server; "" takes it away.

        Raises Refused `stale_version`; Invalid `invalid_destination`.
        """
        _whole_centre(by)
        checked_target(name, target)
        now = self._clock.now()
        async with self._database.transaction(ALL) as conn:
            known, sealed = await store.destination(conn, id, lock=True)
            if secret is not None:
                sealed = self._sealed(id, target, secret)
            elif sealed is not None and _server(known.target) != _server(target):
                raise Invalid(
                    "invalid_destination", "It is another server now: give the password again.", field="secret"
                )
            await store.update_destination(conn, id, base, name, target, sealed, active, now)
            await audit.append(
                conn, by=by, action="destination.changed", object=id, now=now, details=_facts(name, target)
            )
        return Destination(id, base + 1, name, target, sealed is not None, active, now)

    async def delete_destination(self, by: Principal, id: str) -> None:
        """Raises Refused `in_use` while a schedule sends to it."""
        _whole_centre(by)
        now = self._clock.now()
        async with self._database.transaction(ALL) as conn:
            known, _ = await store.destination(conn, id, lock=True)
            users = [
                one.spec.name
                for one in await store.schedules(conn)
                if id in one.spec.destinations or one.spec.escalate == id
            ]
            if users:
                raise Refused("in_use", f"{', '.join(users[:5])} sends to it: take it out there first.")
            await store.delete_destination(conn, id)
            await audit.append(
                conn, by=by, action="destination.deleted", object=id, now=now, details={"name": known.name}
            )

    async def try_destination(self, by: Principal, id: str, language: str) -> Tried:
        """Sends a test page, at once."""
        _whole_centre(by)
        now = self._clock.now()
        try:
            async with self._database.read(ALL) as conn:
                known, _ = await store.destination(conn, id)
                target, secret = await self.runner.target(conn, id)
                site = named((await site_of(conn)).name, language)
            if isinstance(target, PortalTo):
                done = Tried(True, "")
            else:
                parcel = await _test_page(known.name, site, language, now)
                receipt = await ways.send(self.runner.root, target, secret, parcel)
                done = Tried(True, receipt.answer)
        except Failure as error:
            done = Tried(False, error.sentence)
        async with self._database.transaction(ALL) as conn:
            details = {"ok": done.ok, "answer": done.answer}
            await audit.append(conn, by=by, action="destination.tried", object=id, now=now, details=details)
        return done

    # --- schedules -----------------------------------------------------------------------------------------------

    async def schedules(self, by: Principal) -> list[Schedule]:
        async with self._database.read(by.scope) as conn:
            return await store.schedules(conn)

    async def schedule(self, by: Principal, id: str) -> Schedule:
        async with self._database.read(by.scope) as conn:
            return await store.schedule(conn, id)

    async def upcoming(self, by: Principal, timetable: Timetable) -> list[times.Occasion]:
        """The next times of a timetable, to look at before it is saved. Raises Invalid `bad_timetable`."""
        times.checked(timetable)
        async with self._database.read(by.scope) as conn:
            hours = await _calendar(conn, timetable)
        found: list[times.Occasion] = []
        after = self._clock.now()
        while len(found) < UPCOMING:
            one = times.next_occasion(timetable, hours, after)
            if one is None:
                break
            found.append(one)
            after = one.at
        return found

    async def add_schedule(self, by: Principal, spec: ScheduleSpec) -> Schedule:
        """Its reports are made with the right of `by`. Raises Invalid `invalid_schedule`, `bad_timetable`; Forbidden
        `not_permitted`; NotFound `no_such_report`."""
        now = self._clock.now()
        one = Schedule(new_id(now), 1, spec, by.account_id, by.name, None, now)
        async with self._database.transaction(by.scope) as conn:
            one = await self._checked(conn, by, one, now)
            await store.insert_schedule(conn, one, now)
            await audit.append(
                conn, by=by, action="schedule.created", object=one.id, now=now, details=_schedule_facts(spec)
            )
        return one

    async def change_schedule(self, by: Principal, id: str, base: int, spec: ScheduleSpec) -> Schedule:
        """From now on it is `by` with whose right it is made. Raises as `add_schedule`, Refused `stale_version`."""
        now = self._clock.now()
        async with self._database.transaction(by.scope) as conn:
            one = Schedule(id, base, spec, by.account_id, by.name, None, now)
            one = await self._checked(conn, by, one, now)
            await store.update_schedule(conn, one, now)
            await audit.append(
                conn, by=by, action="schedule.changed", object=id, now=now, details=_schedule_facts(spec)
            )
        return one._replace(version=base + 1)

    async def delete_schedule(self, by: Principal, id: str) -> None:
        """What it made stays in the archive."""
        now = self._clock.now()
        async with self._database.transaction(by.scope) as conn:
            known = await store.schedule(conn, id, lock=True)
            await store.delete_schedule(conn, id, now)
            await audit.append(
                conn, by=by, action="schedule.deleted", object=id, now=now, details={"name": known.spec.name}
            )

    async def deliver_now(self, by: Principal, id: str) -> Edition:
        """An occasion beside the timetable, read at this instant."""
        now = self._clock.now()
        async with self._database.transaction(by.scope) as conn:
            one = await store.schedule(conn, id, lock=True)
            deadline = now + one.spec.timetable.deadline * MINUTE
            edition = await plan(conn, one, now, now, deadline, now=now)
            if edition is None:
                raise Refused("already_planned", "It is being made at this very moment.")
            await audit.append(conn, by=by, action="schedule.run", object=id, now=now, details={"edition": edition})
            planned = await store.edition(conn, edition)
        self.runner.wake()
        return planned

    # --- deliveries ----------------------------------------------------------------------------------------------

    async def deliveries(
        self,
        by: Principal,
        *,
        schedule: str | None = None,
        destination: str | None = None,
        states: Sequence[DeliveryState] | None = None,
        late: bool = False,
        edition: str | None = None,
        limit: int = 100,
        after: str | None = None,
    ) -> tuple[list[Delivery], str | None]:
        """Latest first, with where the next page begins. Raises Invalid `bad_cursor`."""
        async with self._database.read(by.scope) as conn:
            found = await store.deliveries(
                conn,
                schedules=None if schedule is None else [schedule],
                destination=destination,
                states=states,
                late=late,
                edition=edition,
                now=self._clock.now(),
                limit=limit + 1,
                before=_place(after),
            )
        more = f"{found[limit - 1].at}.{found[limit - 1].id}" if len(found) > limit else None
        return found[:limit], more

    async def delivery(self, by: Principal, id: str) -> Delivery:
        async with self._database.read(by.scope) as conn:
            return await store.delivery(conn, id)

    async def send_again(self, by: Principal, id: str) -> Delivery:
        """The same content once more. Raises Refused `not_made`, `under_way`."""
        now = self._clock.now()
        async with self._database.transaction(by.scope) as conn:
            known = await store.delivery(conn, id)
            edition = await store.edition(conn, known.edition)
            if not known.notice and edition.state is not EditionState.MADE:
                raise Refused("not_made", "There is nothing to send yet.")
            if known.state is DeliveryState.SENDING:
                raise Refused("under_way", "It is being sent at this very moment.")
            await store.again(conn, id, now)
            details = {"digest": known.digest, "round": known.round + 1}
            await audit.append(conn, by=by, action="delivery.again", object=id, now=now, details=details)
        self.runner.wake()
        return await self.delivery(by, id)

    async def restate(self, by: Principal, edition: str, reason: str) -> Edition:
        """A new edition of the same occasion, with the figures as they are now; sent to all. Raises Invalid
        `no_reason`; Refused `not_made`, `superseded`. One whose figures are the same is not made."""
        if not 3 <= len(reason.strip()) <= 500:
            raise Invalid("no_reason", "Say in a few words why the figures are others now.", field="reason")
        now = self._clock.now()
        async with self._database.transaction(by.scope) as conn:
            known = await store.edition(conn, edition)
            if known.state is not EditionState.MADE:
                raise Refused("not_made", "It is not made yet.")
            one = await store.schedule(conn, known.schedule, lock=True)
            latest = await store.latest_edition(conn, known.schedule, known.at)
            assert latest is not None
            if latest[0].id != known.id:
                raise Refused("superseded", f"Edition {latest[0].n} is the latest one: restate that.")
            deadline = now + one.spec.timetable.deadline * MINUTE
            id = await plan(conn, one, known.at, now, deadline, now=now, n=known.n + 1, reason=reason.strip())
            assert id is not None
            await audit.append(
                conn, by=by, action="report.restated", object=id, now=now, details={"of": edition, "reason": reason}
            )
            planned = await store.edition(conn, id)
        self.runner.wake()
        return planned

    async def on_time(self, by: Principal, schedules: Sequence[str] | None, span: Span) -> tuple[int, int]:
        """How many deliveries of the span arrived by their deadline, and how many were due."""
        async with self._database.read(by.scope) as conn:
            return await store.on_time(conn, schedules, span)

    async def of_agreement(self, by: Principal, contract: str, span: Span) -> dict[str, Any]:
        """The deliveries that an agreement's schedules owed in the span, with how many came on time."""
        async with self._database.read(by.scope) as conn:
            schedules = [one.id for one in await store.schedules(conn) if one.spec.contract == contract]
            numerator, denominator = await store.on_time(conn, schedules, span)
            found = await store.due_in(conn, schedules, span)
        return {
            "numerator": numerator,
            "denominator": denominator,
            "items": [
                {
                    "id": one.id,
                    "report": one.title,
                    "way": one.way,
                    "to": one.destination_name,
                    "due": one.deadline,
                    "state": str(one.state),
                    "at": one.reached_at,
                    "late_s": None if one.reached_at is None else max(0, one.reached_at - one.deadline) // 1000,
                    "note": one.attempts[-1]["answer"] if one.attempts else one.error,
                }
                for one in found
            ],
        }

    async def revoke_links(self, by: Principal, delivery: str) -> int:
        """Takes back the links that were sent with it; gives how many."""
        now = self._clock.now()
        async with self._database.transaction(by.scope) as conn:
            await store.delivery(conn, delivery)
            revoked = await store.revoke_links(conn, delivery, now)
            await audit.append(
                conn, by=by, action="delivery.links_revoked", object=delivery, now=now, details={"links": revoked}
            )
        return revoked

    # --- archive -------------------------------------------------------------------------------------------------

    async def archive(
        self, by: Principal, *, schedule: str | None = None, limit: int = 100, after: str | None = None
    ) -> tuple[list[tuple[Edition, list[FileLine]]], str | None]:
        async with self._database.read(by.scope) as conn:
            found = await store.editions(
                conn, published=not _sets_up(by), schedule=schedule, limit=limit + 1, before=_place(after)
            )
            lines = await store.file_lines(conn, [one.id for one in found[:limit]])
        more = f"{found[limit - 1].made_at}.{found[limit - 1].id}" if len(found) > limit else None
        return [(one, lines.get(one.id, [])) for one in found[:limit]], more

    async def open(self, by: Principal, edition: str, n: int | None) -> tuple[Edition, Enclosed]:
        """A file of the archive; None: the page for a small screen. Leaves a read receipt and an audit entry.

        Raises NotFound `no_such_edition`, for what is not in the reader's portal alike.
        """
        async with self._database.read(by.scope) as conn:
            known = await store.edition(conn, edition)
            if known.state is not EditionState.MADE or not (_sets_up(by) or known.published_at is not None):
                raise store.no_such_edition(edition)
            if n is None:
                pages = [one for one in await store.files(conn, edition) if one.format == "html"]
                if not pages:
                    raise store.no_such_edition(edition)
                file = pages[0]
            else:
                file = await store.file(conn, edition, n)
        await self._opened(by, known, file)
        return known, file

    async def openings(self, by: Principal, edition: str) -> list[Opening]:
        """Who opened it when: for those who set up deliveries."""
        async with self._database.read(by.scope) as conn:
            await store.edition(conn, edition)
            return await store.openings(conn, edition)

    async def open_link(self, secret: str, address: str) -> Enclosed:
        """The file behind a link of a message. Raises NotFound `no_such_link`."""
        now = self._clock.now()
        async with self._database.read(ALL) as conn:
            link = await store.open_link(conn, secret, now)
            known = await store.edition(conn, link.edition)
            file = await store.file(conn, link.edition, link.file)
        async with self._database.transaction(ALL) as conn:
            await store.opened(conn, new_id(now), known, f"link:{link.id}", "link", address, now)
        return file

    async def _opened(self, by: Principal, edition: Edition, file: Enclosed) -> None:
        now = self._clock.now()
        async with self._database.transaction(ALL) as conn:
            await store.opened(conn, new_id(now), edition, by.account_id, by.name, by.source.address, now)
            if not _sets_up(by):
                await store.portal_received(conn, edition.id, by.name, now)
            details = {"file": file.name, "digest": file.digest.hex(), "client": edition.client}
            await audit.append(conn, by=by, action="report.opened", object=edition.id, now=now, details=details)

    # --- within --------------------------------------------------------------------------------------------------

    async def _checked(self, conn: Connection, by: Principal, one: Schedule, now: Ms) -> Schedule:
        spec = one.spec
        if spec.client is None and by.clients is not None:
            raise Forbidden("not_permitted", "Choose one of your clients: you do not see all of them.")
        if spec.client is not None and not by.scope.allows(spec.client):
            raise Forbidden("not_permitted", f"{spec.client!r} is not among your clients.")
        if spec.client == EVERYBODY:
            raise Invalid("invalid_schedule", "Leave the client out for all clients.", field="client")
        checked_schedule(spec, {known.id: known.target for known in await store.destinations(conn)})
        for id in spec.reports:
            await self._reports.read(by, id)
        hours = await _calendar(conn, spec.timetable)
        upcoming = times.next_occasion(spec.timetable, hours, now)
        return one._replace(next_at=upcoming.at if upcoming else None)

    def _sealed(self, id: str, target: Target, secret: str | None) -> bytes | None:
        if not secret:
            return None
        if not isinstance(target, HAVE_SECRETS):
            raise Invalid("invalid_destination", "This kind of destination has no password.", field="secret")
        return self.runner.safe.seal(SECRET, id, secret)


async def _calendar(conn: Connection, timetable: Timetable) -> Any:
    if timetable.calendar is None:
        return None
    found = (await hours_by_id(conn)).get(timetable.calendar)
    if found is None:
        raise Invalid("bad_timetable", f"There are no hours {timetable.calendar!r}.", field="timetable.calendar")
    return found


async def _test_page(name: str, site: str, language: str, now: Ms) -> Parcel:
    title, text = told("test_title", language), told("test_text", language).format(name=name)
    document = Document(language, title, (Text((Prose("", (text,)),)),), organisation=site)
    data = await asyncio.to_thread(pdf, [document])
    file = Enclosed(
        1, "pdf", f"{title}.pdf", f"test-page_{now}.pdf", "application/pdf", data, hashlib.sha256(data).digest()
    )
    return Parcel(f"test.{new_id(now)}", title, language, site, (file,), now, "", text=text)


def _whole_centre(by: Principal) -> None:
    if by.clients is not None:
        raise Forbidden("not_permitted", "Destinations belong to the whole centre: you see some of its clients only.")


def _sets_up(by: Principal) -> bool:
    return by.may(Permission.REPORT_SCHEDULE)


def _server(target: Target) -> object:
    """Whose secret it is."""
    return tuple(
        getattr(target, name, None)
        for name in ("host", "port", "username", "url", "uri", "auth", "security", "host_key")
    )


def _facts(name: str, target: Target) -> dict[str, object]:
    return {"name": name, "target": msgspec.to_builtins(target)}


def _schedule_facts(spec: ScheduleSpec) -> dict[str, object]:
    return {"name": spec.name, "spec": msgspec.to_builtins(spec)}


def _place(after: str | None) -> tuple[Ms, str] | None:
    if after is None:
        return None
    at, dot, id = after.partition(".")
    if not (dot and at.isascii() and at.isdigit() and len(at) < 15 and id):
        raise Invalid("bad_cursor", "This page's beginning is unknown: load the list again.", field="after")
    return int(at), id
