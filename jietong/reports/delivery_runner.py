"""The timed work: plans what is due, makes it, sends it, and tells of what is late.

Several processes may do this at once: each piece is claimed in the database under a lease that is renewed while the
work goes on. Of a process that is killed the lease runs out, and the piece is taken up again; a way of delivery then
finds what it has already put there, or sends under the same Message-ID.
"""

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import structlog

from jietong.calls.secrets import Safe
from jietong.core.clock import Clock
from jietong.core.days import Span
from jietong.core.errors import Forbidden, Invalid, JietongError, NotFound, Refused, Unavailable
from jietong.core.ids import new_id, new_secret
from jietong.core.specs import HoursSpec, SiteSpec
from jietong.core.vocabulary import Ms
from jietong.db.pool import ALL, Connection, Database
from jietong.identity import audit
from jietong.identity.model import SYSTEM
from jietong.reports import delivery_store as store
from jietong.reports import timetable as times
from jietong.reports.channels import ways
from jietong.reports.channels.model import PAPER_ONLY, Failure, Parcel, PortalTo, Receipt, Target
from jietong.reports.channels.words import told
from jietong.reports.delivery_making import PAGE, make
from jietong.reports.delivery_model import Delivery, DeliveryState, Edition, Schedule
from jietong.reports.delivery_store import Claimed, FileLink, Planned
from jietong.reports.service import Reports
from jietong.reports.texts import local_time, period_text
from jietong.reports.words import named
from jietong.routing import store as documents

log = structlog.get_logger(__name__)

Address = Callable[[], str]
"""Under which address people reach the centre, for links in messages: https://desk.example."""

SECRET = "destination"  # noqa: S105 - what the sealed is bound to
AT_ONCE = 8
LEASE_MS: Ms = 60_000
PAUSES_S = (15, 60, 120, 300, 600, 1200, 1800)
FOLLOW_MS: Ms = 15_000
GIVE_UP_AFTER: Ms = 24 * 3_600_000  # past the deadline
GIVE_UP_TRIES = 12
CAUGHT_UP = 31  # occasions that were missed while nobody ran; of older ones nothing is made
LINK_DAYS = 30
ALARM_MS: Ms = 3 * 24 * 3_600_000
_LASTING = (Forbidden, Invalid, NotFound, Refused)


class Runner:
    """`root`: the centre's own folder for deliveries. `active`: this process is the one that does timed work."""

    def __init__(
        self,
        database: Database,
        reports: Reports,
        clock: Clock,
        safe: Safe,
        root: Path,
        address: Address,
        *,
        active: Callable[[], bool] = lambda: True,
        lease_ms: Ms = LEASE_MS,
    ) -> None:
        self._database = database
        self._reports = reports
        self._clock = clock
        self.safe = safe
        self.root = root
        self._address = address
        self._active = active
        self._lease_ms = lease_ms
        self._wake = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._late: list[Delivery] = []

    def start(self) -> None:
        self._tasks = [
            asyncio.create_task(self._rounds(self._plan_round, 2.0), name="deliveries-plan"),
            asyncio.create_task(self._rounds(self._make_all, 2.0), name="deliveries-make"),
            asyncio.create_task(self._rounds(self._send_all, 1.0), name="deliveries-send"),
        ]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        self._tasks = []

    def wake(self) -> None:
        """Something is due now."""
        self._wake.set()

    def late(self) -> list[Delivery]:
        """Past their deadline and not there, as of the last round."""
        return self._late

    async def once(self) -> None:
        """Does all that is due now, and returns."""
        await self._plan_round()
        await self._make_all()
        await self._send_all()
        await self._plan_round()
        await self._send_all()

    async def _rounds(self, work: Callable[[], Awaitable[None]], pause_s: float) -> None:
        while True:
            if self._active():
                try:
                    await work()
                except Unavailable as error:
                    log.info("deliveries wait for the database", code=error.code)
                except Exception:
                    log.exception("a round of deliveries failed")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), pause_s)
                await asyncio.sleep(0.05)  # the others see it too
                self._wake.clear()

    # --- plan --------------------------------------------------------------------------------------------------

    async def _plan_round(self) -> None:
        now = self._clock.now()
        async with self._database.transaction(ALL) as conn:
            due = await store.due_schedules(conn, now)
            if due:
                calendars = await hours_by_id(conn)
                for schedule, planned in due:
                    await self._plan(conn, schedule, planned, now, calendars)
        async with self._database.transaction(ALL) as conn:
            for one in await store.missed(conn, now):
                await self._escalate(conn, one, now)
        async with self._database.read(ALL) as conn:
            late = await store.deliveries(conn, late=True, now=now, limit=100)
        self._late = [
            one for one in late if one.escalated_at is not None and one.deadline > now - ALARM_MS and not one.notice
        ]

    async def _plan(
        self, conn: Connection, schedule: Schedule, planned: Ms, now: Ms, calendars: dict[str, HoursSpec]
    ) -> None:
        timetable = schedule.spec.timetable
        hours = calendars.get(timetable.calendar or "")
        due = times.occasions(timetable, hours, planned, now)
        # Of a report that comes many times a day, only the latest is of use after a pause.
        due = due[-1:] if timetable.repeat is times.Repeat.MINUTES else due[-CAUGHT_UP:]
        for one in due:
            await plan(conn, schedule, one.at, one.ready, one.deadline, now=now)
        upcoming = times.next_occasion(timetable, hours, now)
        await store.planned_until(conn, schedule.id, now, upcoming.at if upcoming else None)

    async def _escalate(self, conn: Connection, one: Claimed, now: Ms) -> None:
        """Once: the floor shows it from now on, and who is to be told gets a message, sent as every delivery is."""
        await store.escalated(conn, one.id, now)
        log.warning("a report is late", delivery=one.id, schedule=one.schedule)
        try:
            schedule = await store.schedule(conn, one.schedule)
            if schedule.spec.escalate is not None and schedule.spec.escalate != one.destination:
                about = await store.delivery(conn, one.id)
                notice = {"about": one.id, "text": _late_text(about, schedule)}
                await store.plan_notice(
                    conn, new_id(now), one, schedule.spec.escalate, notice, now, now + GIVE_UP_AFTER
                )
        except NotFound:
            return  # the schedule is no more: the list shows it

    # --- make --------------------------------------------------------------------------------------------------

    async def _make_all(self) -> None:
        while True:
            now = self._clock.now()
            async with self._database.transaction(ALL) as conn:
                planned = await store.claim_edition(conn, new_id(now), now, self._lease_ms)
            if planned is None:
                return
            async with self._leased(partial(store.renew_edition, planned=planned)):
                await self._make(planned)

    async def _make(self, planned: Planned) -> None:
        edition = planned.edition
        now = self._clock.now()
        try:
            async with self._database.read(ALL) as conn:
                schedule = await store.schedule(conn, edition.schedule)
                targets = {one.id: one.target for one in await store.destinations(conn)}
            chosen = [targets[id] for id in schedule.spec.destinations if id in targets]
            made = await make(self._reports, self._database, schedule, edition, chosen, now)
        except Unavailable:
            raise
        except JietongError as error:
            lasting = isinstance(error, _LASTING)
            await self._not_made(planned, error.detail, lasting=lasting)
            return
        except Exception as error:
            log.exception("a report could not be made", edition=edition.id)
            await self._not_made(planned, f"An error within: {type(error).__name__}.", lasting=False)
            return
        async with self._database.transaction(ALL) as conn:
            if edition.n > 1 and made.figures == await store.figures_before(conn, edition):
                await store.drop_edition(conn, edition.id)
                details = {"of": edition.schedule, "at": edition.at, "reason": edition.reason}
                await audit.append(
                    conn, by=SYSTEM, action="report.unchanged", object=edition.id, now=now, details=details
                )
                return
            if await store.keep_edition(conn, planned, made.span, made.figures, made.files, self._clock.now()):
                log.info("report made", edition=edition.id, files=len(made.files))
        self.wake()

    async def _not_made(self, planned: Planned, error: str, *, lasting: bool) -> None:
        now = self._clock.now()
        given_up = lasting or (planned.tries >= GIVE_UP_TRIES and now > planned.edition.deadline + GIVE_UP_AFTER)
        async with self._database.transaction(ALL) as conn:
            await store.edition_failed(conn, planned, error, None if given_up else now + _pause(planned.tries))

    # --- send --------------------------------------------------------------------------------------------------

    async def _send_all(self) -> None:
        """Until nothing is due, several at once; one that takes long holds up no other."""
        under_way: set[asyncio.Task[None]] = set()
        try:
            while True:
                claimed = None
                if len(under_way) < AT_ONCE:
                    now = self._clock.now()
                    async with self._database.transaction(ALL) as conn:
                        claimed = await store.claim_delivery(conn, new_id(now), now, self._lease_ms)
                if claimed is not None:
                    under_way.add(asyncio.create_task(self._send(claimed), name=f"delivery-{claimed.id}"))
                    continue
                if not under_way:
                    return
                done, under_way = await asyncio.wait(under_way, timeout=1.0, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    if not task.cancelled():
                        task.result()
        finally:
            for task in under_way:
                task.cancel()
            await asyncio.gather(*under_way, return_exceptions=True)

    async def _send(self, claimed: Claimed) -> None:
        try:
            async with self._leased(partial(store.renew, claimed=claimed)):
                await self._attempt(claimed)
        except Unavailable:
            return  # its lease runs out, and it is taken up again

    @asynccontextmanager
    async def _leased(self, renew: Callable[..., Awaitable[bool]]) -> AsyncIterator[None]:
        """Keeps the lease for as long as the block takes; when it is lost all the same, ends the block."""
        renewing = asyncio.create_task(self._renew(renew, asyncio.current_task()))
        try:
            yield
        finally:
            renewing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await renewing

    async def _renew(self, renew: Callable[..., Awaitable[bool]], work: "asyncio.Task[Any] | None") -> None:
        while True:
            await asyncio.sleep(self._lease_ms / 3000)
            try:
                async with self._database.transaction(ALL) as conn:
                    ours = await renew(conn, until=self._clock.now() + self._lease_ms)
            except Unavailable:
                continue
            if not ours and work is not None:
                work.cancel()  # somebody else has it by now
                return

    async def _attempt(self, claimed: Claimed) -> None:
        size: int | None = None
        digest: bytes | None = None
        try:
            async with self._database.read(ALL) as conn:
                target, secret = await self.target(conn, claimed.destination)
            if claimed.follow is not None:
                receipt = await ways.follow(target, secret, claimed.follow)
            elif isinstance(target, PortalTo):
                receipt, digest, size = await self._publish(claimed)
            else:
                parcel = await self._parcel(claimed, target)
                size, digest = sum(len(file.data) for file in parcel.files), None
                if parcel.files:
                    digest = store.content_digest(file.digest for file in parcel.files)
                receipt = await ways.send(self.root, target, secret, parcel)
        except Failure as error:
            await self._failed(claimed, error.sentence, lasting=error.lasting)
        except NotFound as error:
            await self._failed(claimed, error.detail, lasting=True)
        except Unavailable:
            raise
        except Exception as error:
            log.exception("a delivery failed", delivery=claimed.id)
            await self._failed(claimed, f"An error within: {type(error).__name__}.", lasting=False)
        else:
            await self._reached(claimed, receipt, digest, size)

    async def _publish(self, claimed: Claimed) -> tuple[Receipt, bytes, int]:
        """In the portal, whole, whether it is done once or again."""
        async with self._database.transaction(ALL) as conn:
            files = [one for one in await store.files(conn, claimed.edition) if one.n != PAGE]
            await store.publish(conn, claimed.edition, self._clock.now())
        size = sum(len(file.data) for file in files)
        return Receipt(False, "in the portal", {}), store.content_digest(file.digest for file in files), size

    async def _parcel(self, claimed: Claimed, target: Target) -> Parcel:
        async with self._database.read(ALL) as conn:
            edition = await store.edition(conn, claimed.edition)
            site = await site_of(conn)
            if claimed.notice is None:
                files = tuple(one for one in await store.files(conn, claimed.edition) if one.n != PAGE)
                if not files:
                    raise Failure("There is nothing in the archive to send.", lasting=True)
            else:
                files = ()
        for file in files:
            if hashlib.sha256(file.data).digest() != file.digest:
                raise Failure(f"{file.name} in the archive is damaged: make it anew.", lasting=True)
        id = f"{claimed.id}.{claimed.round}"
        name = named(site.name, edition.language)
        if claimed.notice is not None:
            title = f"{told('late_title', edition.language)}: {edition.title}"
            return Parcel(id, title, edition.language, name, (), claimed.at, "", text=claimed.notice["text"])
        if isinstance(target, PAPER_ONLY):
            files = tuple(file for file in files if file.media_type == "application/pdf")
        span = _span(edition, site.zone)
        return Parcel(
            id,
            edition.title,
            edition.language,
            name,
            files,
            edition.at,
            span,
            draft=edition.draft,
            reason=edition.reason,
            links=lambda: self._links(claimed, edition, [file.n for file in files]),
        )

    async def _links(self, claimed: Claimed, edition: Edition, files: list[int]) -> dict[int, str]:
        """The same on every attempt."""
        now = self._clock.now()
        base = self._address().rstrip("/")
        out = {}
        async with self._database.transaction(ALL) as conn:
            known = {one.file: one for one in await store.links_of(conn, claimed.id)}
            for n in files:
                link = known.get(n)
                if link is not None and (link.revoked_at is not None or link.expires_at <= now):
                    await store.drop_link(conn, link.id)  # sent again: with one that opens
                    link = None
                secret = None if link is None else self.safe.open("report_file_link", link.id, link.sealed)
                if link is None or secret is None:
                    id, secret = new_id(now), new_secret()
                    sealed = self.safe.seal("report_file_link", id, secret)
                    expires = now + LINK_DAYS * 24 * 3_600_000
                    made = FileLink(id, edition.client, edition.id, n, claimed.id, sealed, now, expires, None)
                    await store.add_link(conn, made, secret)
                out[n] = f"{base}/d/{secret}"
        return out

    async def _reached(self, claimed: Claimed, receipt: Receipt, digest: bytes | None, size: int | None) -> None:
        now = self._clock.now()
        kept = {"answer": receipt.answer, **receipt.details, "follow": receipt.follow}
        async with self._database.transaction(ALL) as conn:
            await store.settle(
                conn,
                claimed,
                DeliveryState.CONFIRMED if receipt.confirmed else DeliveryState.SENT,
                attempt={"at": now, "ok": True, "answer": receipt.answer[:1000]},
                next_try=None if receipt.follow is None else now + FOLLOW_MS,
                receipt=kept,
                reached=now,
                digest=digest,
                bytes=size,
            )

    async def _failed(self, claimed: Claimed, sentence: str, *, lasting: bool) -> None:
        now = self._clock.now()
        late = claimed.tries >= GIVE_UP_TRIES and now > claimed.deadline + GIVE_UP_AFTER
        state = DeliveryState.GIVEN_UP if lasting or late else DeliveryState.FAILED
        async with self._database.transaction(ALL) as conn:
            await store.settle(
                conn,
                claimed,
                state,
                attempt={"at": now, "ok": False, "answer": sentence[:1000]},
                next_try=None if state is DeliveryState.GIVEN_UP else now + _pause(claimed.tries),
            )

    async def target(self, conn: Connection, id: str) -> tuple[Target, str | None]:
        """With its secret. Raises Failure."""
        try:
            known, sealed = await store.destination(conn, id)
        except NotFound as error:
            raise Failure("This destination is no more.", lasting=True) from error
        if not known.active:
            raise Failure(f"The destination {known.name} is switched off.", lasting=True)
        if sealed is None:
            return known.target, None
        secret = self.safe.open(SECRET, id, sealed)
        if secret is None:
            raise Failure("The password cannot be read with this centre's key: set it again.", lasting=True)
        return known.target, secret


async def plan(
    conn: Connection, schedule: Schedule, at: Ms, ready: Ms, deadline: Ms, *, now: Ms, n: int = 1, reason: str = ""
) -> str | None:
    """The edition of one occasion with its deliveries; None: it is planned already."""
    edition = new_id(now)
    if not await store.plan_edition(
        conn, edition, schedule, at=at, n=n, ready=ready, deadline=deadline, reason=reason
    ):
        return None
    client = schedule.spec.client or "*"
    for destination in schedule.spec.destinations:
        await store.plan_delivery(conn, new_id(now), client, schedule.id, edition, destination, at, deadline)
    return edition


async def hours_by_id(conn: Connection) -> dict[str, HoursSpec]:
    return {one.id: one.spec for one in await documents.read_all(conn, documents.Kind.HOURS, HoursSpec)}


async def site_of(conn: Connection) -> SiteSpec:
    found = await documents.read_all(conn, documents.Kind.SITE, SiteSpec)
    return found[0].spec if found else SiteSpec()


def _pause(tries: int) -> Ms:
    return PAUSES_S[min(tries, len(PAUSES_S)) - 1] * 1000


def _span(edition: Edition, zone: str) -> str:
    if edition.start is None or edition.end is None:
        return ""
    return period_text(Span(edition.start, edition.end), zone)


def _late_text(one: Delivery, schedule: Schedule) -> str:
    language = schedule.spec.language
    zone = schedule.spec.timetable.zone
    answers = [attempt["answer"] for attempt in one.attempts if not attempt["ok"]] or [one.error]
    return told("late_text", language).format(
        title=one.title,
        destination=one.destination_name,
        deadline=f"{local_time(one.deadline, zone):%Y-%m-%d %H:%M} ({zone})",
        answer=answers[-1] or told("no_answer", language),
    )
