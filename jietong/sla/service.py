"""Use cases on service-level contracts: the parts together, what they show of the present, and the timed work."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

import structlog

from jietong.core.clock import Clock
from jietong.core.days import Span, day_of
from jietong.core.errors import Forbidden, Invalid, JietongError
from jietong.core.vocabulary import Ms
from jietong.db.pool import Database
from jietong.identity.model import SYSTEM, Principal
from jietong.identity.permissions import Permission
from jietong.metrics.warehouse import Warehouse
from jietong.sla import capacity, reading, records, standing, store, texts, views
from jietong.sla.assess import Assessor
from jietong.sla.contracts import Contracts, setup_names, state_of
from jietong.sla.exclusions import Exclusions
from jietong.sla.levers import Levers
from jietong.sla.parties import sees_facts, side_of, their_names
from jietong.sla.periods import Period, local_date, months_before, period_at, period_of, periods_until
from jietong.sla.records import Records, checked_day, seen
from jietong.sla.rules import traps as rules
from jietong.sla.standing import Standings
from jietong.sla.statements import Renderer, Statements
from jietong.sla.store import StoredContract, StoredVersion
from jietong.sla.versions import Governed, best, in_force, model_of

log = structlog.get_logger(__name__)

View = dict[str, Any]

Deliveries = Callable[[Principal, str, Span], Awaitable[View]]
"""The deliveries of an agreement's reports in a span, with how many came on time. `reports` stands behind it."""

ROUND_S = 120.0


async def _no_deliveries(_: Principal, __: str, ___: Span) -> View:
    return {"numerator": 0, "denominator": 0, "items": []}


class Agreements:
    """The agreements of a centre."""

    def __init__(
        self,
        database: Database,
        warehouse: Warehouse,
        clock: Clock,
        *,
        renderer: Renderer | None = None,
        deliveries: Deliveries = _no_deliveries,
        active: Callable[[], bool] = lambda: True,
    ) -> None:
        self._database = database
        self._warehouse = warehouse
        self._clock = clock
        self._deliveries = deliveries
        self._active = active
        self._task: asyncio.Task[None] | None = None
        self._alarms: list[tuple[str, str, View]] = []
        self._since: dict[str, Ms] = {}
        self.assessor = Assessor(database, warehouse, clock)
        self.standings = Standings(self.assessor, clock)
        self.contracts = Contracts(database, clock)
        self.records = Records(database, clock)
        self.exclusions = Exclusions(database, clock)
        self.statements = Statements(database, clock, self.assessor, self.exclusions, renderer)
        self.workshop = Levers(database, clock, self.assessor)

    def start(self) -> None:
        self._task = asyncio.create_task(self._rounds(), name="agreements")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        await self.workshop.stop()

    # --- what is there

    async def listed(self, by: Principal, direction: str | None, client: str | None) -> list[View]:
        """What waits for the reader's side first, then by their beginning."""
        side = side_of(by)
        async with self._database.read(by.scope) as conn:
            contracts = await store.contracts(conn)
            kept = await store.standings(conn)
            names = await setup_names(conn)
            versions: dict[str, list[StoredVersion]] = {}
            for one in await store.versions(conn):
                if side == "ours" or one.state != "draft":
                    versions.setdefault(one.contract, []).append(one)
            waiting = await self._waiting(conn, by, {one.id: one for one in contracts}, versions)
        lines = []
        for owner in contracts:
            own = versions.get(owner.id)
            if not own or (direction not in (None, owner.direction)) or (client not in (None, owner.client)):
                continue
            lines.append(self._line(owner, own, names.of("client", owner.client), kept, waiting.get(owner.id, [])))
        return sorted(lines, key=lambda line: (not line["waiting"], line["state"] == "ended", line["start"]))

    def _line(
        self,
        owner: StoredContract,
        versions: list[StoredVersion],
        client_names: dict[str, str],
        kept: dict[str, View],
        waiting: list[View],
    ) -> View:
        zone = model_of(versions[-1].yaml).zone
        today = local_date(self._clock.now(), zone)
        version = best(versions, today)
        contract = model_of(version.yaml)
        current = in_force(versions, today)
        now: View = kept.get(owner.id, {})
        return {
            "id": owner.id,
            "client": owner.client,
            "client_names": their_names(contract, client_names),
            "names": contract.title,
            "direction": owner.direction,
            "state": state_of(owner, versions, today),
            "version": None if current is None else current.n,
            "start": contract.start.isoformat(),
            "end": owner.ended_on or contract.end.isoformat(),
            "services": [service.name for service in contract.services],
            "waiting": waiting,
            **{key: now.get(key) for key in ("main", "target", "verdict", "access", "money", "as_of")},
        }

    async def _waiting(
        self,
        conn: Any,
        by: Principal,
        contracts: dict[str, StoredContract],
        versions: dict[str, list[StoredVersion]],
    ) -> dict[str, list[View]]:
        """What the reader's side has to decide, by contract."""
        if not by.may(Permission.CONTRACT_APPROVE):
            return {}
        side = side_of(by)
        found: dict[str, list[View]] = {}

        def add(contract: str, kind: str, id: str, since: Ms) -> None:
            found.setdefault(contract, []).append({"kind": kind, "id": id, "since": since})

        decided = await store.approvals(conn, "version")
        for own in versions.values():
            one = own[-1]
            if one.state == "proposed" and side not in {a.side for a in decided.get(one.key, [])}:
                add(one.contract, "version", str(one.n), one.proposed_at or one.made_at)
        for exclusion in await store.waiting_exclusions(conn):
            served = "theirs" if contracts[exclusion.contract].direction == "client" else "ours"
            if side == served:
                add(exclusion.contract, "exclusion", exclusion.id, exclusion.submitted_at or exclusion.made_at)
        signed = await store.approvals(conn, "statement")
        for statement in await store.statements(conn, state="draft"):
            if side not in {a.side for a in signed.get(statement.id, [])}:
                add(statement.contract, "statement", statement.id, statement.made_at)
        return found

    # --- how it stands

    async def standing(self, by: Principal, id: str, period: str | None) -> View:
        found, wanted = await self._period(by, id, period)
        assessed, lines = await self.standings.with_lines(id, wanted)
        async with self._database.read(by.scope) as conn:
            states = await store.period_states(conn, id)
            statements = await store.statements(conn, id, wanted.key)
            actions = [records.action_out(one) for one in await store.actions(conn, id)]
        newest = statements[0] if statements else None
        return standing.standing(
            assessed, states.get(wanted.key, "open"), newest, actions, min(self._clock.now(), wanted.span.end)
        ) | {
            "traps": reading.traps(found.contract, capacity.capacity_of(by, lines))
            + reading.trapped(rules.running(assessed.result, assessed.contract)),
            "capacity": capacity.view(by, lines, assessed.result.access),
        }

    async def check(self, by: Principal, yaml: str | None, document: dict[str, Any] | None) -> View:
        """Errors; traps (D6), with what the facts say of the lines where the reader sees the client; the same as text
        and as a document. Keeps nothing."""
        read = reading.read(yaml, document)
        if read.contract is None:
            return views.checked(read)
        if not sees_facts(by, read.contract):
            return views.checked(read, reading.traps(read.contract))
        lines, access = await self.assessor.checked(read.contract)
        warnings = reading.traps(read.contract, capacity.capacity_of(by, lines))
        return views.checked(read, warnings, capacity.view(by, lines, access))

    async def calendar(self, by: Principal, id: str, period: str | None) -> View:
        _, wanted = await self._period(by, id, period)
        return standing.calendar(await self.standings.of(id, wanted))

    async def exclusions_of(self, by: Principal, id: str, period: str | None) -> View:
        """With what each changes in the period; without a period, all of the contract by the present one."""
        found, wanted = await self._period(by, id, period)
        assessed = await self.standings.of(id, wanted)
        span = wanted.span if period is not None else Span(0, 1 << 62)
        async with self._database.read(by.scope) as conn:
            rows = await store.exclusions(conn, id, *span)
            shown = await self.exclusions.shown(conn, by, rows)
        main = assessed.result.objective(assessed.result.main or "")
        return {
            "items": views.with_effects(shown, assessed.result),
            "classes": [
                {"id": str(cls), "names": texts.exclusion_class(str(cls))}
                for cls in found.contract.exclusions.classes
            ],
            "together": None
            if assessed.result.all_approved is None
            else views.number(assessed.result.all_approved.value),
            "together_needed": None if main is None else views.need(assessed.result.all_approved_need, main),
        }

    async def contacts(
        self,
        by: Principal,
        id: str,
        objective: str,
        period: str | None,
        part: str,
        day: str | None,
        after: str | None,
        limit: int,
    ) -> View:
        """Raises Forbidden `not_permitted` for whoever may not see contacts; Invalid `no_such_objective`,
        `no_contacts_behind`."""
        if not by.may(Permission.CONTACTS_VIEW):
            raise Forbidden("not_permitted", "Your role does not include contacts.")
        found, wanted = await self._period(by, id, period)
        agreed = found.contract.objective(objective)
        if agreed is None:
            raise Invalid("no_such_objective", f"The agreement has no objective {objective!r}.", field="objective")
        span = wanted.span if day is None else day_of(checked_day(day, "day"), found.contract.zone)
        ground = await self.assessor.ground(id, wanted)
        return await self.assessor.contacts(ground, agreed, span, by.scope, part, after, limit)

    async def levers(self, by: Principal, id: str, period: str | None, *, begin: bool) -> View:
        _, wanted = await self._period(by, id, period)
        assessed = await self.standings.of(id, wanted)
        return await self.workshop.of(assessed, begin=begin)

    async def backtest(self, by: Principal, yaml: str | None, document: dict[str, Any] | None, months: int) -> View:
        """Of a contract that may not be stored yet, over the months that have ended. Raises Invalid `bad_contract`;
        Forbidden `not_your_client`."""
        contract = reading.sound(reading.read(yaml, document))
        if not sees_facts(by, contract):
            raise Forbidden("not_your_client", "This agreement is with a client that you are not responsible for.")
        today = local_date(self._clock.now(), contract.zone)
        first = months_before(today.replace(day=1), months)
        tried = await self.assessor.backtest(contract, first, months)
        items = []
        for ground, result, lines in tried:
            key, moved = ground.period.key, ground.contract
            warnings = [] if result is None else reading.trapped(rules.running(result, moved))
            if result is not None and lines is not None:
                found = rules.traps(moved, capacity.capacity_of(by, lines))
                warnings = reading.trapped(one for one in found if one.code == "too_few_lines") + warnings
            judged = [] if result is None else [one for one in result.objectives if one.charged]
            verdicts = {str(one.verdict) for one in judged}
            met = (
                None
                if not verdicts & {"met", "safe", "missed", "unreachable"}
                else not verdicts & {"missed", "unreachable"}
            )
            items.append(
                {
                    "key": key,
                    "data": result is not None,
                    "met": met,
                    "objectives": [] if result is None else views.objectives(result, moved),
                    "money": None if result is None else views.money(result.money, moved),
                    "access": None if result is None else views.access(result.access),
                    "capacity": None if result is None or lines is None else capacity.view(by, lines, result.access),
                    "traps": warnings,
                }
            )
        met_ = sum(one["met"] is True for one in items)
        judged_ = sum(one["met"] is not None for one in items)
        summed = rules.backtest([rules.Tried(one.ground.period.key, one.result) for one in tried])
        return {
            "months": items,
            "met": met_,
            "judged": judged_,
            "traps": reading.traps(contract) + reading.trapped(rules.of_backtest(contract, summed)),
            "texts": texts.backtest(met_, judged_, months),
        }

    async def deliveries(self, by: Principal, id: str, period: str | None) -> View:
        _, wanted = await self._period(by, id, period)
        return await self._deliveries(by, id, wanted.span)

    async def _period(self, by: Principal, id: str, key: str | None) -> tuple[Governed, Period]:
        async with self._database.read(by.scope) as conn:
            found = await seen(conn, by, id, self._clock)
        if key is None:
            return found, period_at(self._clock.now(), found.contract, found.stored.ended_on)
        return found, period_of(key, found.contract, found.stored.ended_on)

    # --- timed work, in the active process alone

    def alarms(self) -> list[tuple[str, str, View]]:
        """(client, contract, alarm) of all agreements in force, as of the last round."""
        return self._alarms

    def since(self, contract: str, alarm: View) -> Ms:
        """When the alarm was first seen in its period."""
        return self._since.get(f"{contract}:{alarm['code']}:{alarm['objective']}", 0)

    async def _rounds(self) -> None:
        while True:
            try:
                await self.round()
            except asyncio.CancelledError:
                raise
            except JietongError as error:
                log.warning("agreements.round", code=error.code)
            except Exception:  # nobody waits for this task: were it to end, no alarm would ever be raised
                log.exception("agreements.round_failed")
            await asyncio.sleep(ROUND_S)

    async def round(self) -> None:
        """Refreshes the standing of every agreement in force, makes statements of settled periods, looks whether one
        of the signed has been overtaken by the ledger."""
        now = self._clock.now()
        async with self._database.read(SYSTEM.scope) as conn:
            contracts = await store.contracts(conn)
            versions: dict[str, list[StoredVersion]] = {}
            for one in await store.versions(conn):
                versions.setdefault(one.contract, []).append(one)
        raised: list[tuple[str, str, View]] = []
        for owner in contracts:
            own = versions.get(owner.id, [])
            if not any(one.state == "approved" for one in own):
                continue
            contract = model_of(best(own, date.fromisoformat("9999-12-31")).yaml)
            today = local_date(now, contract.zone)
            if state_of(owner, own, today) == "active":
                assessed = await self.standings.of(owner.id, period_at(now, contract, owner.ended_on))
                kept = standing.line(owner, assessed)
                if self._active():
                    async with self._database.transaction(SYSTEM.scope) as conn:
                        await store.keep_standing(conn, owner, kept, now)
                raised += ((owner.client, owner.id, alarm | {"line": kept}) for alarm in kept["alarms"])
            if self._active():
                await self._close_settled(owner, contract, now)
        known = {f"{contract}:{alarm['code']}:{alarm['objective']}" for _, contract, alarm in raised}
        self._since = {key: self._since.get(key, now) for key in known}
        self._alarms = raised
        if self._active():
            await self._look_again()

    async def _close_settled(self, owner: StoredContract, contract: Any, now: Ms) -> None:
        """The last period that has settled, if it has no statement; earlier ones are closed by hand."""
        settled = [one for one in periods_until(now, contract, owner.ended_on) if one.settles_at <= now]
        if not settled or settled[-1].last < local_date(owner.made_at, contract.zone):
            return
        async with self._database.read(SYSTEM.scope) as conn:
            if await store.statements(conn, owner.id, settled[-1].key):
                return
        await self.statements.close(SYSTEM, owner.id, settled[-1].key)

    async def _look_again(self) -> None:
        """One statement a round: the one that was looked at longest ago."""
        async with self._database.read(SYSTEM.scope) as conn:
            row = await conn.fetchrow(
                "SELECT id FROM sla_statement WHERE state <> 'replaced' ORDER BY checked_at NULLS FIRST, id LIMIT 1"
            )
            if row is None:
                return
            one = await store.statement(conn, row["id"])
        await self.statements.look_again(one)
