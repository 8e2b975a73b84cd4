"""Contracts and their versions: drafted, proposed, approved by both sides, in force from a day, ended.

    draft ── propose ──▶ proposed ── both approve ──▶ approved
                            └────── one rejects ────▶ rejected

A proposed version never changes; a change is the next version.
"""

from datetime import date
from importlib.resources import files
from typing import Any

from jietong.core.clock import Clock
from jietong.core.errors import Forbidden, Invalid, Refused
from jietong.core.specs import ClientSpec, HoursSpec, NumberSpec, QueueSpec, TrunkSpec
from jietong.db.pool import Connection, Database
from jietong.identity import audit
from jietong.identity.model import Principal
from jietong.identity.permissions import Permission
from jietong.routing import store as setup
from jietong.routing.store import Kind
from jietong.sla import reading, store, views
from jietong.sla.model import Contract, Direction
from jietong.sla.parties import check_four_eyes, sees_facts, side_of, signs_for, their_names
from jietong.sla.periods import local_date, next_month
from jietong.sla.records import checked_day, seen
from jietong.sla.store import Approval, StoredContract, StoredVersion
from jietong.sla.versions import best, in_force, model_of

Shown = dict[str, Any]


class Contracts:
    """Each change is in the audit log. Raises NotFound for what the reader's clients do not show."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    # --- reading

    async def template(self, by: Principal) -> Shown:
        text = files("jietong.sla").joinpath("example.yaml").read_text("utf-8")
        read = reading.read(text, None)
        return views.checked(read, [] if read.contract is None else reading.traps(read.contract))

    async def read(self, by: Principal, id: str) -> Shown:
        async with self._database.read(by.scope) as conn:
            return await self._shown(conn, by, id)

    async def version(self, by: Principal, id: str, n: int) -> Shown:
        async with self._database.read(by.scope) as conn:
            return await self._version(conn, by, id, n)

    async def formulas(self, by: Principal, id: str, n: int) -> Shown:
        async with self._database.read(by.scope) as conn:
            await seen(conn, by, id, self._clock)
            one = await store.version(conn, id, n)
            _hide_draft(by, one)
        return views.formulas(model_of(one.yaml), one.digest)

    async def formulas_of(self, by: Principal, yaml: str | None, document: dict[str, Any] | None) -> Shown:
        contract = reading.sound(reading.read(yaml, document))
        return views.formulas(contract, reading.digest(contract))

    # --- writing

    async def create(
        self, by: Principal, yaml: str | None, document: dict[str, Any] | None, note: str, starts: str | None = None
    ) -> Shown:
        """The first draft. Raises Invalid `bad_contract` with `errors`; Refused `id_taken`; Forbidden
        `not_your_client`."""
        now = self._clock.now()
        read = reading.read(yaml, document)
        contract = reading.sound(read)
        self._own(by, contract)
        async with self._database.transaction(by.scope) as conn:
            await _check_party(conn, contract)
            site = await setup.read_all(conn, Kind.SITE, _site_spec())
            made = StoredContract(
                contract.name, contract.party, site[0].id if site else "main", str(contract.direction), now,
                by.account_id, None, "",
            )  # fmt: skip
            if not await store.add_contract(conn, made):
                raise Refused("id_taken", f"There is an agreement named {contract.name!r} already. Choose another.")
            one = StoredVersion(
                contract.name, 1, contract.party, "draft", read.yaml, reading.digest(contract),
                _starts(starts, contract, first=True, today=local_date(now, contract.zone)), note.strip(), now,
                by.account_id, by.name, [by.account_id], None, None,
            )  # fmt: skip
            await store.save_version(conn, one)
            found = await self._shown(conn, by, contract.name)
            await self._audit(conn, by, "sla_contract.created", one)
        return found

    async def save_draft(
        self,
        by: Principal,
        id: str,
        yaml: str | None,
        document: dict[str, Any] | None,
        note: str,
        base: str | None,
        starts: str | None = None,
    ) -> Shown:
        """The open draft, changed; or a new one after the newest version. Raises as `create`, and Refused
        `stale_version`, `being_decided`, `contract_ended`; Invalid `other_contract`."""
        now = self._clock.now()
        read = reading.read(yaml, document)
        contract = reading.sound(read)
        self._own(by, contract)
        async with self._database.transaction(by.scope) as conn:
            owner = await store.contract(conn, id, lock=True)
            if (contract.name, contract.party, str(contract.direction)) != (id, owner.client, owner.direction):
                raise Invalid(
                    "other_contract", "Name, party and direction of an agreement stay. Make a new one for another."
                )
            if owner.ended_on is not None:
                raise Refused("contract_ended", "The agreement has been ended.")
            await _check_party(conn, contract)
            versions = await store.versions(conn, id)
            newest = versions[-1]
            if newest.state == "proposed":
                raise Refused("being_decided", f"Version {newest.n} waits for approval: decide on it first.")
            if base is not None and newest.digest != base:
                raise Refused("stale_version", "Somebody changed it meanwhile. Load it again.", digest=newest.digest)
            draft = newest.state == "draft"
            first = not any(one.state == "approved" for one in versions)
            kept = newest.starts if draft and starts is None and not first else starts
            one = StoredVersion(
                id, newest.n if draft else newest.n + 1, owner.client, "draft", read.yaml, reading.digest(contract),
                _starts(kept, contract, first=first, today=local_date(now, contract.zone)), note.strip(), now,
                by.account_id, by.name, sorted({*newest.editors, by.account_id} if draft else {by.account_id}),
                None, None,
            )  # fmt: skip
            await store.save_version(conn, one)
            found = await self._version(conn, by, id, one.n)
            await self._audit(conn, by, "sla_version.drafted", one)
        return found

    async def drop_draft(self, by: Principal, id: str) -> None:
        """Raises Refused `no_draft`. A contract that was never proposed goes with its only draft."""
        async with self._database.transaction(by.scope) as conn:
            await store.contract(conn, id, lock=True)
            versions = await store.versions(conn, id)
            newest = versions[-1]
            if newest.state != "draft":
                raise Refused("no_draft", "There is no draft.")
            await store.drop_version(conn, id, newest.n)
            if len(versions) == 1:
                await store.drop_contract(conn, id)
            await self._audit(conn, by, "sla_version.dropped", newest)

    async def propose(self, by: Principal, id: str, n: int, note: str) -> Shown:
        """To both sides. Raises Refused `not_a_draft`."""
        async with self._database.transaction(by.scope) as conn:
            one = await store.version(conn, id, n, lock=True)
            if one.state != "draft":
                raise Refused("not_a_draft", f"Version {n} has been proposed already.")
            made = one._replace(
                state="proposed",
                proposed_at=self._clock.now(),
                proposed_by=by.account_id,
                note=note.strip() or one.note,
            )
            await store.save_version(conn, made)
            found = await self._version(conn, by, id, n)
            await self._audit(conn, by, "sla_version.proposed", made)
        return found

    async def decide(self, by: Principal, id: str, n: int, decision: str, digest: str | None, reason: str) -> Shown:
        """For the reader's side. When both have approved it is in force from its day.

        Raises Forbidden `four_eyes`, `person_only`; Refused `not_proposed`, `already_decided`, `stale_version`;
        Invalid `reason_missing`.
        """
        now = self._clock.now()
        async with self._database.transaction(by.scope) as conn:
            one = await store.version(conn, id, n, lock=True)
            _hide_draft(by, one)
            side = signs_for(by, one.client)
            decided = (await store.approvals(conn, "version", objects=[one.key])).get(one.key, [])
            check_four_eyes(by, *one.editors, one.proposed_by, *(a.account for a in decided if a.side != side))
            if one.state != "proposed":
                raise Refused("not_proposed", f"Version {n} is not waiting for approval.")
            if digest is not None and digest != one.digest:
                raise Refused("stale_version", "This is not the version that you read. Load it again.")
            if decision == "rejected" and not reason.strip():
                raise Invalid("reason_missing", "Say why it is rejected.", field="reason")
            approval = Approval(
                "version", one.key, side, one.client, id, decision, one.digest, by.account_id, by.name, now,
                reason.strip(),
            )  # fmt: skip
            if not await store.add_approval(conn, approval):
                raise Refused("already_decided", "Your side has decided on this version already.")
            given = (await store.approvals(conn, "version", objects=[one.key]))[one.key]
            made = one
            if decision == "rejected":
                made = one._replace(state="rejected")
            elif {a.side for a in given if a.decision == "approved"} == {"ours", "theirs"}:
                made = one._replace(state="approved")
            await store.save_version(conn, made)
            found = await self._version(conn, by, id, n)
            await self._audit(conn, by, f"sla_version.{decision}", made, side=side, reason=reason.strip())
        return found

    async def end(self, by: Principal, id: str, day: str, reason: str) -> Shown:
        """Ends it with that day. Raises Invalid `bad_day`; Refused `contract_ended`; Forbidden `not_your_side`."""
        last = checked_day(day, "day")
        async with self._database.transaction(by.scope) as conn:
            owner = await store.contract(conn, id, lock=True)
            side = signs_for(by, owner.client)
            if side != "ours":
                raise Forbidden("not_your_side", "Tell us that you want to end it: we enter it, with your reason.")
            found = await seen(conn, by, id, self._clock)
            if owner.ended_on is not None:
                raise Refused("contract_ended", "The agreement has been ended already.")
            if not found.contract.start <= last <= found.contract.end:
                raise Invalid("bad_day", "The last day lies within the agreement's period.", field="day")
            await store.end_contract(conn, id, last.isoformat(), reason.strip())
            shown_ = await self._shown(conn, by, id)
            await self._audit(conn, by, "sla_contract.ended", found.version, day=day, reason=reason.strip())
        return shown_

    # --- inside

    def _own(self, by: Principal, contract: Contract) -> None:
        if not sees_facts(by, contract):
            raise Forbidden("not_your_client", "This agreement is with a client that you are not responsible for.")

    async def _shown(self, conn: Connection, by: Principal, id: str) -> Shown:
        found = await seen(conn, by, id, self._clock)
        versions = await store.versions(conn, id)
        if side_of(by) == "theirs":
            versions = [one for one in versions if one.state != "draft"]
        approvals = await store.approvals(conn, "version", contract=id)
        today = local_date(self._clock.now(), found.contract.zone)
        current = in_force(versions, today)
        names = await setup_names(conn)
        waiting = versions[-1].n if versions[-1].state in ("draft", "proposed") else None
        return {
            "id": id,
            "client": found.stored.client,
            "client_names": their_names(found.contract, names.of("client", found.stored.client)),
            "names": found.contract.title,
            "direction": found.stored.direction,
            "state": state_of(found.stored, versions, today),
            "site": found.stored.site,
            "zone": found.contract.zone,
            "currency": found.contract.money.currency,
            "start": found.contract.start.isoformat(),
            "end": found.stored.ended_on or found.contract.end.isoformat(),
            "ended_reason": found.stored.ended_reason,
            "current": None if current is None else current.n,
            "open": waiting,
            "services": views.services(found.contract, names),
            "versions": [views.version(one, approvals.get(one.key, []), versions) for one in versions],
            "document": reading.document_of(found.version.yaml),
            "side": side_of(by),
            "may": [
                word
                for word, permission in (("edit", Permission.CONTRACT_EDIT), ("approve", Permission.CONTRACT_APPROVE))
                if by.may(permission)
            ],
        }

    async def _version(self, conn: Connection, by: Principal, id: str, n: int) -> Shown:
        await seen(conn, by, id, self._clock)
        one = await store.version(conn, id, n)
        _hide_draft(by, one)
        approvals = (await store.approvals(conn, "version", objects=[one.key])).get(one.key, [])
        versions = await store.versions(conn, id)
        return views.version(one, approvals, versions) | {
            "yaml": one.yaml,
            "document": reading.document_of(one.yaml),
        }

    async def _audit(self, conn: Connection, by: Principal, action: str, one: StoredVersion, **details: Any) -> None:
        about = {"version": one.n, "digest": one.digest, "starts": one.starts}
        await audit.append(
            conn, by=by, action=action, object=one.contract, now=self._clock.now(), details={**about, **details}
        )


class SetupNames:
    """What queues, entries, trunks, hours and clients are called now; what is gone has no name but its id."""

    def __init__(self, names: dict[str, dict[str, dict[str, str]]]) -> None:
        self._names = names

    def of(self, kind: str, id: str) -> dict[str, str]:
        return self._names.get(kind, {}).get(id, {})

    def named(self, kind: str, id: str) -> Shown:
        names = self.of(kind, id)
        return {"id": id, "names": names, "gone": not names}

    def knows(self, kind: str, id: str) -> bool:
        return id in self._names.get(kind, {})


_NAMED: tuple[tuple[str, Kind, Any], ...] = (
    ("client", Kind.CLIENT, ClientSpec),
    ("queue", Kind.QUEUE, QueueSpec),
    ("entry", Kind.NUMBER, NumberSpec),
    ("trunk", Kind.TRUNK, TrunkSpec),
    ("hours", Kind.HOURS, HoursSpec),
)


async def setup_names(conn: Connection) -> SetupNames:
    return SetupNames(
        {
            word: {document.id: document.spec.name for document in await setup.read_all(conn, kind, spec)}
            for word, kind, spec in _NAMED
        }
    )


def state_of(owner: StoredContract, versions: list[StoredVersion], today: date) -> str:
    """draft, proposed, upcoming, active, ended."""
    newest = model_of(best(versions, today).yaml)
    until = min(newest.end, date.fromisoformat(owner.ended_on)) if owner.ended_on else newest.end
    if not any(one.state == "approved" for one in versions):
        return "proposed" if versions[-1].state == "proposed" else "draft"
    if today > until:
        return "ended"
    return "active" if in_force(versions, today) is not None and today >= newest.start else "upcoming"


def _hide_draft(by: Principal, one: StoredVersion) -> None:
    if side_of(by) == "theirs" and one.state == "draft":
        raise store.no_such_contract()


def _starts(given: str | None, contract: Contract, *, first: bool, today: date) -> str:
    """The first version begins with the contract, the next with the coming month, unless said otherwise."""
    if given is None:
        return (contract.start if first else max(contract.start, next_month(today))).isoformat()
    day = checked_day(given, "starts")
    if not contract.start <= day <= contract.end:
        raise Invalid("bad_day", "A version begins within the agreement's period.", field="starts")
    return day.isoformat()


async def _check_party(conn: Connection, contract: Contract) -> None:
    """Raises Invalid `no_such_client`: a client that we work for is one of the set-up."""
    if contract.direction is Direction.CLIENT:
        known = {document.id for document in await setup.read_all(conn, Kind.CLIENT, ClientSpec)}
        if known and contract.party not in known:
            raise Invalid(
                "no_such_client",
                f"There is no client {contract.party!r}. Set it up first, or correct spec.party.",
                field="spec.party",
            )


def _site_spec() -> Any:
    from jietong.core.specs import SiteSpec

    return SiteSpec
