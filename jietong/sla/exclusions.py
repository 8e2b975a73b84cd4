"""Exclusions: stretches of time whose contacts the provider wants left out, with evidence, decided by the other side.

draft → submitted → approved | rejected; withdrawn while nothing is decided. Only approved ones change a figure.
"""

import hashlib
from collections.abc import Iterable
from pathlib import PurePath
from typing import Any
from urllib.parse import urlsplit

from jietong.core.clock import Clock
from jietong.core.errors import Forbidden, Invalid, NotFound, Refused
from jietong.core.ids import new_id
from jietong.core.vocabulary import Ms
from jietong.db.pool import Connection, Database
from jietong.identity import audit
from jietong.identity.model import Principal
from jietong.sla import store, views
from jietong.sla.model import Contract, Exclusion, ExclusionClass, ExclusionState
from jietong.sla.parties import check_four_eyes, side_of, signs_for
from jietong.sla.store import Approval, Evidence, StoredExclusion
from jietong.sla.versions import governing

LARGEST_FILE = 10 << 20
MOST_EVIDENCE = 50
LONGEST_MS: Ms = 93 * 86_400_000

Shown = dict[str, Any]


class Exclusions:
    """Each change is in the audit log. Raises NotFound for what the reader's clients do not show."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def read(self, by: Principal, id: str) -> Shown:
        async with self._database.read(by.scope) as conn:
            return await self._shown(conn, by, id)

    async def save(
        self,
        by: Principal,
        contract: str | None,
        id: str | None,
        *,
        cls: str,
        title: str,
        reason: str,
        start: Ms,
        end: Ms,
        services: list[str],
        version: int | None,
    ) -> Shown:
        """A new draft, or a changed one. Raises Invalid `bad_range`, `class_not_agreed`, `no_such_service`; Refused
        `not_a_draft`, `stale_version`."""
        if not 0 <= start < end < 1 << 53 or end - start > LONGEST_MS:
            raise Invalid(
                "bad_range", "An exclusion has a beginning and a later end, at most a quarter.", field="end"
            )
        now = self._clock.now()
        async with self._database.transaction(by.scope) as conn:
            if id is None:
                assert contract is not None
                owner = await store.contract(conn, contract)
                made = StoredExclusion(
                    new_id(now), owner.client, contract, "draft", 1, cls, title.strip(), reason.strip(), start, end,
                    services, now, by.account_id, by.name, None, None, None,
                )  # fmt: skip
            else:
                old = await store.exclusion(conn, id, lock=True)
                _check_draft(old)
                if version is not None and version != old.version:
                    raise Refused("stale_version", "Somebody changed it meanwhile. Look at it again.")
                made = old._replace(
                    version=old.version + 1,
                    cls=cls,
                    title=title.strip(),
                    reason=reason.strip(),
                    start=start,
                    end=end,
                    services=services,
                )
            agreed = await governing(conn, made.contract, start)
            _check_agreed(agreed, made)
            await store.save_exclusion(conn, made)
            shown = await self._shown(conn, by, made.id)
            action = "sla_exclusion.drafted" if id is None else "sla_exclusion.changed"
            await self._audit(conn, by, action, made)
        return shown

    async def add_link(self, by: Principal, id: str, title: str, url: str) -> Shown:
        """Raises Invalid `bad_link`: only http, https and mailto addresses can be followed safely."""
        parts = urlsplit(url.strip())
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise Invalid("bad_link", "Give an address that begins with https:// or http://.", field="url")
        return await self._add(by, id, title.strip(), url.strip(), None)

    async def add_file(self, by: Principal, id: str, name: str, data: bytes) -> Shown:
        """Raises Invalid `file_empty`, `file_too_large`."""
        if not data:
            raise Invalid("file_empty", "The file is empty.", field="file")
        if len(data) > LARGEST_FILE:
            raise Invalid("file_too_large", f"A file has {LARGEST_FILE >> 20} MB at most.", field="file")
        return await self._add(by, id, PurePath(name).name[:200] or "evidence", None, data)

    async def _add(self, by: Principal, id: str, title: str, url: str | None, data: bytes | None) -> Shown:
        now = self._clock.now()
        async with self._database.transaction(by.scope) as conn:
            one = await store.exclusion(conn, id, lock=True)
            if one.state not in ("draft", "submitted"):
                raise Refused("decided", "It has been decided: evidence cannot be added any more.")
            if len((await store.evidence(conn, [id])).get(id, ())) >= MOST_EVIDENCE:
                raise Refused("too_much_evidence", f"An exclusion has {MOST_EVIDENCE} pieces of evidence at most.")
            digest = None if data is None else hashlib.sha256(data).hexdigest()
            size = None if data is None else len(data)
            media = None if data is None else "application/octet-stream"
            piece = Evidence(new_id(now), id, title, url, media, size, digest, now, by.name)
            await store.add_evidence(conn, piece, one.client, data)
            shown = await self._shown(conn, by, id)
            await self._audit(conn, by, "sla_exclusion.evidence_added", one, title=title, digest=digest, url=url)
        return shown

    async def drop_evidence(self, by: Principal, id: str, evidence: str) -> Shown:
        async with self._database.transaction(by.scope) as conn:
            one = await store.exclusion(conn, id, lock=True)
            _check_draft(one)
            await store.drop_evidence(conn, id, evidence)
            shown = await self._shown(conn, by, id)
            await self._audit(conn, by, "sla_exclusion.evidence_dropped", one, evidence=evidence)
        return shown

    async def file(self, by: Principal, id: str) -> tuple[str, bytes]:
        async with self._database.read(by.scope) as conn:
            exclusion, name, content = await store.evidence_file(conn, id)
            await self._shown(conn, by, exclusion)  # a draft's is ours alone
        return name, content

    async def submit(self, by: Principal, id: str) -> Shown:
        """To the other side. Raises Refused `not_a_draft`, `no_evidence`, `too_late`."""
        now = self._clock.now()
        async with self._database.transaction(by.scope) as conn:
            one = await store.exclusion(conn, id, lock=True)
            _check_draft(one)
            terms = (await governing(conn, one.contract, one.start)).exclusions
            if len((await store.evidence(conn, [id])).get(id, ())) < terms.evidence:
                raise Refused("no_evidence", f"The agreement asks for {terms.evidence} piece(s) of evidence. Add it.")
            if now > one.end + terms.submit_days * 86_400_000:
                raise Refused("too_late", f"The agreement allows {terms.submit_days} days after the event.")
            made = one._replace(
                state="submitted", version=one.version + 1, submitted_at=now, submitted_by=by.account_id,
                submitted_by_name=by.name,
            )  # fmt: skip
            await store.save_exclusion(conn, made)
            shown = await self._shown(conn, by, id)
            await self._audit(conn, by, "sla_exclusion.submitted", made)
        return shown

    async def withdraw(self, by: Principal, id: str) -> Shown:
        async with self._database.transaction(by.scope) as conn:
            one = await store.exclusion(conn, id, lock=True)
            if one.state not in ("draft", "submitted"):
                raise Refused("decided", "It has been decided already.")
            made = one._replace(state="withdrawn", version=one.version + 1)
            await store.save_exclusion(conn, made)
            shown = await self._shown(conn, by, id)
            await self._audit(conn, by, "sla_exclusion.withdrawn", made)
        return shown

    async def decide(self, by: Principal, id: str, decision: str, reason: str) -> Shown:
        """By the side that did not ask for it: the customer of the service. Raises Forbidden `not_your_side`,
        `four_eyes`; Invalid `reason_missing`; Refused `not_submitted`."""
        now = self._clock.now()
        async with self._database.transaction(by.scope) as conn:
            one = await store.exclusion(conn, id, lock=True)
            owner = await store.contract(conn, one.contract)
            side = signs_for(by, one.client)
            if side != ("theirs" if owner.direction == "client" else "ours"):
                raise Forbidden("not_your_side", "Whoever is served decides on exclusions, not who serves.")
            check_four_eyes(by, one.made_by, one.submitted_by)
            if one.state != "submitted":
                raise Refused("not_submitted", "It is not waiting for a decision.")
            if decision == "rejected" and not reason.strip():
                raise Invalid("reason_missing", "Say why it is rejected.", field="reason")
            approval = Approval(
                "exclusion", id, side, one.client, one.contract, decision, _digest(one), by.account_id, by.name, now,
                reason.strip(),
            )  # fmt: skip
            await store.add_approval(conn, approval)
            made = one._replace(state=decision, version=one.version + 1)
            await store.save_exclusion(conn, made)
            shown = await self._shown(conn, by, id)
            await self._audit(conn, by, f"sla_exclusion.{decision}", made, reason=reason.strip())
        return shown

    async def _shown(self, conn: Connection, by: Principal, id: str) -> Shown:
        one = await store.exclusion(conn, id)
        shown = await self.shown(conn, by, [one])
        if not shown:
            raise NotFound("no_such_exclusion", "There is no such exclusion, or it belongs to another client.")
        return shown[0]

    async def shown(self, conn: Connection, by: Principal, many: Iterable[StoredExclusion]) -> list[Shown]:
        """As HTTP gives them, without what needs the facts (`contacts`, `before`, `value`). Drafts are ours alone."""
        seen = [one for one in many if side_of(by) == "ours" or one.state != "draft"]
        pieces = await store.evidence(conn, [one.id for one in seen])
        decided = await store.approvals(conn, "exclusion", objects=[one.id for one in seen])
        contracts = {
            one.contract: await governing(conn, one.contract, one.start)
            for one in {x.contract: x for x in seen}.values()
        }
        return [_out(one, contracts[one.contract], pieces.get(one.id, []), decided.get(one.id, [])) for one in seen]

    async def _audit(
        self, conn: Connection, by: Principal, action: str, one: StoredExclusion, **details: Any
    ) -> None:
        about = {"contract": one.contract, "class": one.cls, "start": one.start, "end": one.end}
        await audit.append(
            conn, by=by, action=action, object=one.id, now=self._clock.now(), details={**about, **details}
        )


def as_rule(one: StoredExclusion, evidence: Iterable[Evidence], approval: Approval | None) -> Exclusion:
    """As the evaluation takes it."""
    return Exclusion(
        id=one.id,
        kind=ExclusionClass(one.cls),
        title=one.title,
        start=one.start,
        end=one.end,
        evidence=tuple(piece.title for piece in evidence),
        services=tuple(one.services),
        state=ExclusionState(one.state) if one.state != "withdrawn" else ExclusionState.REJECTED,
        requested_by=one.submitted_by_name or one.made_by_name,
        requested_at=one.submitted_at,
        decided_by=None if approval is None else approval.name,
        decided_at=None if approval is None else approval.at,
        reason="" if approval is None else approval.reason,
    )


def _check_draft(one: StoredExclusion) -> None:
    if one.state != "draft":
        raise Refused("not_a_draft", "It has been submitted: withdraw it, and write a new one.")


def _check_agreed(contract: Contract, one: StoredExclusion) -> None:
    agreed = [str(c) for c in contract.exclusions.classes]
    if one.cls not in agreed:
        told = f"Agreed: {', '.join(agreed)}." if agreed else "It agrees to none."
        raise Invalid(
            "class_not_agreed", f"The agreement has no exclusions of the class {one.cls!r}. {told}", field="cls"
        )
    known = {service.id for service in contract.services}
    for service in one.services:
        if service not in known:
            raise Invalid("no_such_service", f"The agreement has no service {service!r}.", field="services")


def _digest(one: StoredExclusion) -> str:
    told = repr((one.cls, one.title, one.reason, one.start, one.end, sorted(one.services)))
    return hashlib.sha256(told.encode()).hexdigest()


def _out(one: StoredExclusion, contract: Contract, evidence: list[Evidence], approvals: list[Approval]) -> Shown:
    by_id = {service.id: service for service in contract.services}
    return {
        "id": one.id,
        "contract": one.contract,
        "state": one.state,
        "version": one.version,
        "cls": one.cls,
        "cls_names": views.class_names(one.cls),
        "title": one.title,
        "reason": one.reason,
        "start": one.start,
        "end": one.end,
        "services": [
            {"id": id, "names": by_id[id].name if id in by_id else {}, "gone": id not in by_id} for id in one.services
        ],
        "contacts": None,
        "before": None,
        "value": None,
        "evidence": [
            {
                "id": piece.id,
                "title": piece.title,
                "url": piece.url or f"/api/sla/evidence/{piece.id}",
                "file": piece.url is None,
                "bytes": piece.bytes,
                "digest": piece.digest,
                "by_name": piece.made_by_name,
                "at": piece.made_at,
            }
            for piece in evidence
        ],
        "made_by": one.made_by,
        "made_by_name": one.made_by_name,
        "made_at": one.made_at,
        "submitted_at": one.submitted_at,
        "submitted_by_name": one.submitted_by_name,
        "decision": views.approval(approvals[-1]) if approvals else None,
    }
