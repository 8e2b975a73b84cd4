"""Use cases around reports: run, save, share, copy, delete, export, and the contacts behind a figure."""

from collections.abc import Sequence
from typing import NamedTuple

from msgspec.structs import replace

from jietong.core.clock import Clock
from jietong.core.days import Span
from jietong.core.errors import Forbidden, Invalid
from jietong.core.ids import new_id, new_secret
from jietong.core.specs import ClientSpec, Names
from jietong.core.vocabulary import Ms
from jietong.db.pool import ALL, Database
from jietong.identity import audit
from jietong.identity.model import Principal
from jietong.identity.permissions import Permission, Role
from jietong.metrics.intervals import By, Every, Filter, Query, metrics
from jietong.metrics.warehouse import ContactPage, Warehouse
from jietong.reports import bundle, periods, rules, store
from jietong.reports.bundle import File, Format
from jietong.reports.model import Comparison, Period, Report, Result, Share, Stored
from jietong.reports.ready import READY
from jietong.reports.run import run
from jietong.reports.store import Link
from jietong.routing import service as setup
from jietong.routing.store import Kind as SetupKind

DAY: Ms = 86_400_000
LONGEST_LINK_DAYS = 366


class Ask(NamedTuple):
    """Which report: a stored one, or one that is being built (`report`); with what in place of its own.

    `at`: the instant by which its relative periods are read; None: now. Blocks with a period of their own keep it.
    """

    id: str | None = None
    report: Report | None = None
    period: Period | None = None
    filter: Filter | None = None
    comparison: Comparison | None = None
    at: Ms | None = None
    every: Every | None = None  # in place of the interval of each block that has one


class Reports:
    """All of reports. What anybody sees is narrowed to their clients, whatever the report says."""

    def __init__(self, database: Database, warehouse: Warehouse, clock: Clock, site: str = "main") -> None:
        self._database = database
        self._warehouse = warehouse
        self._clock = clock
        self._site = site

    # --- run ---------------------------------------------------------------------------------------------------

    async def run(self, by: Principal, ask: Ask) -> Result:
        """The report with its figures. Raises NotFound `no_such_report`, Invalid `invalid_report`, `bad_period`,
        `too_many_rows`; Forbidden `not_permitted` for a report of one's own making without the right to build."""
        stored = await self._asked(by, ask)
        report = stored.report
        if ask.period is not None:
            report = replace(report, period=ask.period)
        if ask.comparison is not None:
            report = replace(report, comparison=ask.comparison)
        if ask.filter is not None:
            report = replace(report, filter=rules.narrowed(report.filter, ask.filter))
        if ask.every is not None:
            report = replace(report, blocks=tuple(rules.paced(block, ask.every) for block in report.blocks))
        rules.checked(report)
        now = self._clock.now()
        return await run(
            self._database,
            self._warehouse,
            by,
            stored._replace(report=report),
            site=self._site,
            now=now,
            at=now if ask.at is None else ask.at,
        )

    async def export(
        self,
        by: Principal,
        asks: Sequence[Ask],
        format: Format,
        language: str,
        *,
        title: Names | None = None,
        watermark: str | None = None,
        note: str | None = None,
    ) -> File:
        """The reports as one file, all from the very results that screens show; noted in the audit log.

        Several become one document in their order (CSV and HTML: a ZIP). Raises as `run`; Invalid `too_many_reports`.
        """
        if not 1 <= len(asks) <= bundle.MOST_REPORTS:
            raise Invalid("too_many_reports", f"A bundle holds 1 to {bundle.MOST_REPORTS} reports.")
        results = [await self.run(by, ask) for ask in asks]
        file = await bundle.make(results, format, language, title=title, watermark=watermark)
        await self._audited(
            by,
            "report.exported",
            ",".join(result.id or "draft" for result in results),
            {
                "format": str(format),
                "bytes": len(file.data),
                "windows": [list(result.window) for result in results],
                "titles": [result.title.get("en") or next(iter(result.title.values()), "") for result in results],
                "note": note,
            },
        )
        return file

    async def contacts(
        self,
        by: Principal,
        *,
        metric: str,
        part: str,
        window: Span,
        filter: Filter,
        keys: dict[By, str],
        limit: int = 100,
        after: str | None = None,
    ) -> ContactPage:
        """The contacts behind one figure of a report: `window`, `filter` and `keys` as its line has them."""
        found = metrics(metric)
        if len(found) != 1:
            raise Invalid("bad_metrics", "One figure at a time.")
        narrowed = rules.narrowed(filter, _of_keys(keys))
        zone = await self._warehouse.zone(self._site)
        query = Query(self._site, window, zone, metrics=found, filter=narrowed)
        return await self._warehouse.contacts(query, by.scope, metric=found[0], part=part, limit=limit, after=after)

    # --- keep --------------------------------------------------------------------------------------------------

    async def listed(self, by: Principal) -> list[Stored]:
        """Ready-made ones in their order, then saved ones: one's own and those shared with one."""
        async with self._database.read(by.scope) as conn:
            saved = await store.read_all(conn)
            known = await store.shares(conn, list(READY))
        ready = [one._replace(shares=known.get(id, ())) for id, one in READY.items()]
        return [one for one in (*ready, *saved) if visible(by, one)]

    async def read(self, by: Principal, id: str) -> Stored:
        """Raises NotFound `no_such_report`, for what is not shared with `by` alike."""
        async with self._database.read(by.scope) as conn:
            if id in READY:
                stored = READY[id]._replace(shares=(await store.shares(conn, [id])).get(id, ()))
            else:
                stored = await store.read(conn, id)
        if not visible(by, stored):
            raise store.no_such_report(id)
        return stored

    async def create(self, by: Principal, report: Report) -> Stored:
        """Raises Invalid `invalid_report`."""
        rules.checked(report)
        now = self._clock.now()
        id = new_id(now)
        async with self._database.transaction(by.scope) as conn:
            await store.insert(conn, id, report, by.account_id, by.name, now)
            await audit.append(conn, by=by, action="report.created", object=id, now=now, details=_facts(report, 1))
        return Stored(id, 1, report, by.account_id, by.name, now)

    async def change(self, by: Principal, id: str, report: Report, base: int) -> Stored:
        """Raises Refused `stale_version`, `ready_made`; Forbidden `not_owner`; Invalid `invalid_report`."""
        rules.checked(report)
        await self._own(by, id)
        now = self._clock.now()
        async with self._database.transaction(by.scope) as conn:
            version = await store.update(conn, id, report, base, now)
            details = _facts(report, version)
            await audit.append(conn, by=by, action="report.changed", object=id, now=now, details=details)
        return await self.read(by, id)

    async def copy(self, by: Principal, id: str, title: Names | None = None) -> Stored:
        """A report of one's own, the same as this one; shared with nobody yet."""
        report = (await self.read(by, id)).report
        return await self.create(by, replace(report, title=title) if title else report)

    async def delete(self, by: Principal, id: str, base: int) -> None:
        """Raises as `change`."""
        await self._own(by, id)
        async with self._database.transaction(ALL) as conn:  # with its shares and links, whosever
            await store.delete(conn, id, base)
            await audit.append(conn, by=by, action="report.deleted", object=id, now=self._clock.now())

    async def share(self, by: Principal, id: str, shares: Sequence[Share]) -> Stored:
        """Sets with whom it is shared, ready-made ones too. Raises Invalid `bad_share` naming the field, Forbidden
        `not_owner`."""
        stored = await self.read(by, id)
        if stored.ready is None:
            await self._own(by, id)
        clients = [one.id for one in await self._clients(by)]
        for i, share in enumerate(shares):
            fault = rules.check_share(share, [str(role) for role in Role], clients)
            if fault is not None:
                raise Invalid("bad_share", fault.detail, field=f"shares.{i}.{fault.field}")
        async with self._database.transaction(by.scope) as conn:
            await store.set_shares(conn, id, shares)
            await audit.append(
                conn,
                by=by,
                action="report.shared",
                object=id,
                now=self._clock.now(),
                details={"with": [f"{share.kind}:{share.who}" for share in shares]},
            )
        return await self.read(by, id)

    # --- links -------------------------------------------------------------------------------------------------

    async def add_link(
        self,
        by: Principal,
        id: str,
        *,
        days: int,
        language: str,
        client: str | None = None,
        period: Period | None = None,
    ) -> tuple[Link, str]:
        """A link that opens this report without signing in, and its secret, told once. It shows the figures of
        `client`, or of all clients of `by`. Raises Invalid `bad_link`, `bad_period`; Forbidden `not_permitted`."""
        await self.read(by, id)
        if not 1 <= days <= LONGEST_LINK_DAYS:
            raise Invalid("bad_link", f"A link is good for 1 to {LONGEST_LINK_DAYS} days.", field="days")
        if client is not None and not by.scope.allows(client):
            raise Forbidden("not_permitted", f"{client!r} is not among your clients.")
        now = self._clock.now()
        if period is not None:
            periods.window(period, now, await self._warehouse.zone(self._site))
        clients = by.clients if client is None else (client,)
        link = Link(new_id(now), id, period, clients, language, by.account_id, now, now + days * DAY, None)
        secret = new_secret()
        async with self._database.transaction(by.scope) as conn:
            await store.add_link(conn, link, secret)
            details = {"link": link.id, "expires": link.expires_at, "clients": clients}
            await audit.append(conn, by=by, action="report.linked", object=id, now=now, details=details)
        return link, secret

    async def links(self, by: Principal, id: str) -> list[Link]:
        """Those made by `by`, or all where one may set up deliveries."""
        await self.read(by, id)
        async with self._database.read(ALL) as conn:
            found = await store.links(conn, id)
        return [one for one in found if _may_undo(by, one)]

    async def revoke(self, by: Principal, id: str, link: str) -> None:
        """Idempotent. Raises NotFound `no_such_link`, for one of somebody else alike."""
        if link not in {one.id for one in await self.links(by, id)}:
            link = ""
        now = self._clock.now()
        async with self._database.transaction(ALL) as conn:
            await store.revoke(conn, id, link, now)
            await audit.append(conn, by=by, action="report.link_revoked", object=id, now=now, details={"link": link})

    async def page_of_link(self, secret: str) -> str:
        """The report's page for whoever has the link. Raises NotFound `no_such_link`; leaves an audit entry."""
        now = self._clock.now()
        async with self._database.read(ALL) as conn:
            link = await store.open_link(conn, secret, now)
            stored = READY.get(link.report) or await store.read(conn, link.report)
        reader = Principal(
            account_id=f"link:{link.id}",
            login="",
            name="link",
            roles=frozenset(),
            permissions=frozenset({Permission.REPORT_VIEW}),
            clients=link.clients,
        )
        report = stored.report if link.period is None else replace(stored.report, period=link.period)
        result = await run(
            self._database,
            self._warehouse,
            reader,
            stored._replace(report=report),
            site=self._site,
            now=now,
            at=now,
        )
        await self._audited(reader, "report.opened_by_link", link.report, {"link": link.id})
        return await bundle.page([result], link.language)

    async def page(self, by: Principal, ask: Ask, language: str) -> str:
        """The report as a light page for a small screen, without scripts."""
        return await bundle.page([await self.run(by, ask)], language)

    # --- within ------------------------------------------------------------------------------------------------

    async def _asked(self, by: Principal, ask: Ask) -> Stored:
        if ask.report is None:
            if ask.id is None:
                raise Invalid("invalid_report", "Name a report, or give one.", field="id")
            return await self.read(by, ask.id)
        if not by.may(Permission.REPORT_EDIT):
            raise Forbidden("not_permitted", "Your role reads reports and does not build them.")
        rules.checked(ask.report)
        return Stored(ask.id or "", 0, ask.report, by.account_id, by.name, self._clock.now())

    async def _own(self, by: Principal, id: str) -> None:
        stored = await self.read(by, id)
        if stored.ready is not None:
            raise Forbidden("ready_made", "A ready-made report stays as it is: copy it and change the copy.")
        if not owns(by, stored):
            raise Forbidden("not_owner", f"This report is {stored.owner_name}'s: copy it and change the copy.")

    async def _clients(self, by: Principal) -> list[ClientSpec]:
        return [one.spec for one in await setup.read_all(self._database, by, SetupKind.CLIENT, ClientSpec)]

    async def _audited(self, by: Principal, action: str, object: str, details: dict[str, object]) -> None:
        async with self._database.transaction(by.scope) as conn:
            await audit.append(conn, by=by, action=action, object=object, now=self._clock.now(), details=details)


def outside(by: Principal) -> bool:
    """Whether this is a client's own person, who sees only what was shared with the client."""
    return by.clients is not None and Role.CLIENT in by.roles


def owns(by: Principal, stored: Stored) -> bool:
    """Who made it, and whoever runs the deliveries of the whole centre."""
    return stored.owner == by.account_id or (by.may(Permission.REPORT_SCHEDULE) and by.clients is None)


def visible(by: Principal, stored: Stored) -> bool:
    if outside(by):
        return any(share.kind == "client" and by.scope.allows(share.who) for share in stored.shares)
    if stored.ready is not None or owns(by, stored):
        return True
    roles = {str(role) for role in by.roles}
    return any(share.who in roles if share.kind == "role" else by.scope.allows(share.who) for share in stored.shares)


def _may_undo(by: Principal, link: Link) -> bool:
    return link.made_by == by.account_id or (by.may(Permission.REPORT_SCHEDULE) and by.clients is None)


def _of_keys(keys: dict[By, str]) -> Filter:
    def only(kind: By) -> tuple[str, ...] | None:
        return (keys[kind],) if kind in keys else None

    if By.FLOW in keys:
        raise Invalid("bad_filter", "The contacts of one flow are found in the contacts explorer.", field="keys.flow")
    part_time = keys.get(By.PART_TIME)
    return Filter(
        queues=only(By.QUEUE),
        agents=only(By.AGENT),
        clients=only(By.CLIENT),
        channels=only(By.CHANNEL),
        entries=only(By.ENTRY),
        reasons=only(By.REASON),
        directions=only(By.DIRECTION),
        part_time=None if part_time is None else part_time == "true",
    )


def _facts(report: Report, version: int) -> dict[str, object]:
    return {"version": version, "title": report.title, "blocks": len(report.blocks)}
