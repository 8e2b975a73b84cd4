"""Statements of closed periods: made once, signed by both sides, never changed; a correction is a new one.

open ── close, once settled ──▶ provisional: a draft statement ── both approve its digest ──▶ final
                                     ▲                                                        │
                                     └──────────── restate: the next edition, with a reason ──┘
"""

import asyncio
import hashlib
from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import msgspec
import orjson

from jietong.core.clock import Clock
from jietong.core.errors import Forbidden, Invalid, Refused, Unavailable
from jietong.core.ids import new_id
from jietong.db.pool import Connection, Database
from jietong.identity import audit
from jietong.identity.model import SYSTEM, Principal
from jietong.identity.permissions import Permission
from jietong.sla import statement_view, store, suggested, texts, views
from jietong.sla.assess import Assessed, Assessor
from jietong.sla.exclusions import Exclusions
from jietong.sla.parties import check_four_eyes, side_of, signs_for
from jietong.sla.periods import Period, period_at, period_of, periods_until
from jietong.sla.records import seen
from jietong.sla.rules.result import Verdict
from jietong.sla.store import Approval, StoredAction, StoredContract, StoredStatement
from jietong.sla.verify import Verified, verify

FORMAT = "jietong/sla-statement/v1"
View = dict[str, Any]


class File(NamedTuple):
    name: str
    media: str
    content: bytes


class Renderer(Protocol):
    """Makes (name, media type, content) of a statement's view. `reports` stands behind it."""

    def __call__(self, view: View, format: str, language: str) -> tuple[str, str, bytes]: ...


class Statements:
    """Each change is in the audit log. Raises NotFound for what the reader's clients do not show."""

    def __init__(
        self, database: Database, clock: Clock, assessor: Assessor, exclusions: Exclusions, renderer: Renderer | None
    ) -> None:
        self._database = database
        self._clock = clock
        self._assessor = assessor
        self._exclusions = exclusions
        self._renderer = renderer
        self._warehouse = assessor.warehouse

    # --- reading

    async def periods(self, by: Principal, id: str) -> list[View]:
        """Newest first, from the beginning until today."""
        async with self._database.read(by.scope) as conn:
            found = await seen(conn, by, id, self._clock)
            states = await store.period_states(conn, id)
            statements = await store.statements(conn, id)
        newest: dict[str, StoredStatement] = {}
        for one in statements:
            newest.setdefault(one.period, one)
        begun = periods_until(self._clock.now(), found.contract, found.stored.ended_on)
        return [period_out(one, states.get(one.key, "open"), newest.get(one.key)) for one in reversed(begun)]

    async def listed(self, by: Principal, id: str) -> list[View]:
        async with self._database.read(by.scope) as conn:
            await seen(conn, by, id, self._clock)
            statements = await store.statements(conn, id)
            approvals = await store.approvals(conn, "statement", contract=id)
        return [line(one, approvals.get(one.id, [])) for one in statements]

    async def read(self, by: Principal, id: str) -> View:
        """By id or number."""
        async with self._database.read(by.scope) as conn:
            return await self._read(conn, by, id)

    async def preview(self, by: Principal, id: str, period: str | None) -> View:
        """What the statement would say now."""
        async with self._database.read(by.scope) as conn:
            found = await seen(conn, by, id, self._clock)
        now = self._clock.now()
        wanted = (
            period_at(now, found.contract, found.stored.ended_on)
            if period is None
            else period_of(period, found.contract, found.stored.ended_on)
        )
        assessed = await self._assessor.settled(id, wanted)
        made = await self._make(by, found.stored, assessed, edition=1, reason="")
        one = made._replace(id="preview")
        return self._view(by, one, [])

    async def download(self, by: Principal, id: str, format: str, language: str) -> File:
        """As a file; in the audit log when this returns. Raises Unavailable `no_renderer`."""
        async with self._database.transaction(by.scope) as conn:
            view = await self._read(conn, by, id)
            one = await store.statement(conn, id)
            await audit.append(
                conn,
                by=by,
                action="sla_statement.downloaded",
                object=one.id,
                now=self._clock.now(),
                details={"number": one.number, "format": format},
            )
        if format == "json":
            return File(f"{one.number}.json", "application/json", exported(one, view["approvals"]))
        if self._renderer is None:
            raise Unavailable("no_renderer", "Documents cannot be drawn here. Download the JSON.")
        return File(*await asyncio.to_thread(self._renderer, view, format, language))

    async def verify(self, by: Principal, id: str) -> View:
        """Recomputes it from the ledger, of all its clients' events."""
        async with self._database.read(by.scope) as conn:
            await self._read(conn, by, id)
            one = await store.statement(conn, id)
        found = await verify(self._database, orjson.loads(one.document), one.digest, warehouse=self._warehouse)
        return verified_out(found)

    # --- writing

    async def close(self, by: Principal, id: str, period: str) -> View:
        """The period's statement: made now, or as it was made before. Raises Refused `not_settled`,
        `not_in_force`; Invalid `bad_period`."""
        async with self._database.read(by.scope) as conn:
            found = await seen(conn, by, id, self._clock)
            wanted = period_of(period, found.contract, found.stored.ended_on)
            before = await store.statements(conn, id, period)
            if before:
                return await self._read(conn, by, before[0].id)
            if found.version.state != "approved":
                raise Refused("not_in_force", "Both sides have to approve the agreement first.")
        if self._clock.now() < wanted.settles_at:
            raise Refused("not_settled", "The period has not settled yet.", settles_at=wanted.settles_at)
        assessed = await self._assessor.settled(id, wanted)
        drafts = await self._next(assessed)
        made = await self._make(by, found.stored, assessed, edition=1, reason="", drafts=drafts)
        async with self._database.transaction(by.scope) as conn:
            await store.close_period(conn, found.stored, wanted.key, *wanted.span)  # a second close waits here
            before = await store.statements(conn, id, period)
            if before:
                return await self._read(conn, by, before[0].id)
            await store.add_statement(conn, made)
            for one in drafts:
                await store.save_action(conn, one, found.stored.client)
            view = await self._read(conn, by, made.id)
            await self._audit(conn, by, "sla_statement.made", made)
        return view

    async def decide(self, by: Principal, id: str, decision: str, digest: str | None, reason: str) -> View:
        """For the reader's side. Raises Forbidden `four_eyes`, `person_only`; Refused `not_a_draft`,
        `stale_version`, `already_decided`, `rejected`; Invalid `reason_missing`."""
        now = self._clock.now()
        async with self._database.transaction(by.scope) as conn:
            known = await store.statement(conn, id)
            await store.lock_period(conn, known.contract, known.period)  # it may be restated at this very moment
            one = await store.statement(conn, id, lock=True)
            side = signs_for(by, one.client)
            decided = (await store.approvals(conn, "statement", objects=[one.id])).get(one.id, [])
            check_four_eyes(by, one.made_by, *(a.account for a in decided if a.side != side))
            if one.state != "draft":
                raise Refused("not_a_draft", "This statement is not waiting for a signature.")
            if digest is not None and digest != one.digest:
                raise Refused("stale_version", "This is not the statement that you read. Load it again.")
            if decision == "rejected" and not reason.strip():
                raise Invalid("reason_missing", "Say what is wrong with it.", field="reason")
            approval = Approval(
                "statement", one.id, side, one.client, one.contract, decision, one.digest, by.account_id, by.name,
                now, reason.strip(),
            )  # fmt: skip
            if not await store.add_approval(conn, approval):
                raise Refused("already_decided", "Your side has decided on this statement already.")
            given = (await store.approvals(conn, "statement", objects=[one.id]))[one.id]
            if {a.side for a in given if a.decision == "approved"} == {"ours", "theirs"}:
                for other in await store.statements(conn, one.contract, one.period, "final"):
                    await store.set_statement_state(conn, other.id, "replaced")
                await store.set_statement_state(conn, one.id, "final", now)
                await store.finish_period(conn, one.contract, one.period)
            view = await self._read(conn, by, one.id)
            await self._audit(conn, by, f"sla_statement.{decision}", one, side=side, reason=reason.strip())
        return view

    async def restate(self, by: Principal, id: str, reason: str) -> View:
        """The next edition of the same period. Raises Refused `not_the_newest`."""
        async with self._database.read(by.scope) as conn:
            old = await store.statement(conn, id)
            found = await seen(conn, by, old.contract, self._clock)
            wanted = period_of(old.period, found.contract, found.stored.ended_on)
        assessed = await self._assessor.settled(old.contract, wanted)
        made = await self._make(by, found.stored, assessed, edition=old.edition + 1, reason=reason.strip())
        async with self._database.transaction(by.scope) as conn:
            await store.close_period(conn, found.stored, wanted.key, *wanted.span)
            newest = (await store.statements(conn, old.contract, old.period))[0]
            if newest.id != old.id:
                raise Refused("not_the_newest", f"{newest.number} is newer: restate that one.", newest=newest.id)
            if newest.state == "draft":
                await store.set_statement_state(conn, old.id, "replaced")
            await store.add_statement(conn, made)
            view = await self._read(conn, by, made.id)
            await self._audit(conn, by, "sla_statement.restated", made, of=old.number, reason=reason.strip())
        return view

    async def look_again(self, one: StoredStatement) -> bool:
        """Whether the facts now give another result than the statement's; noted beside it, for a notice."""
        document = orjson.loads(one.document)
        now = self._clock.now()
        differs = await self._assessor.differences(document)
        async with self._database.transaction(SYSTEM.scope) as conn:
            await store.note_difference(conn, one.id, differs, now)
        return differs is not None

    # --- inside

    async def _next(self, assessed: Assessed) -> list[StoredAction]:
        """After a missed month, the best levers as drafts; none where people have planned for the month already."""
        main = assessed.result.objective(assessed.result.main or "")
        if main is None or main.verdict is not Verdict.MISSED:
            return []
        async with self._database.read(SYSTEM.scope) as conn:
            if any(one.period == assessed.period.key for one in await store.actions(conn, assessed.owner.id)):
                return []
        try:
            found = await self._assessor.levers(assessed, lambda done: None)
        except Refused:  # the main objective is no service level: nothing can be re-run
            return []
        now = self._clock.now()
        ids = [new_id(now) for _ in range(suggested.MOST)]
        return suggested.drafts(assessed.owner.id, assessed.period.key, found["items"], ids, now, SYSTEM.name)

    async def _make(
        self,
        by: Principal,
        owner: StoredContract,
        assessed: Assessed,
        *,
        edition: int,
        reason: str,
        drafts: Sequence[StoredAction] = (),
    ) -> StoredStatement:
        now, period = self._clock.now(), assessed.period
        number = f"{owner.id.upper()}-{period.key}" + (f"-{edition}" if edition > 1 else "")
        view = await statement_view.settled(self._database, self._assessor, self._exclusions, assessed, drafts)
        document = document_of(assessed, owner, period, number, edition, reason, view)
        text = canonical(document)
        return StoredStatement(
            new_id(now), owner.client, owner.id, period.key, edition, number, "draft", digest_of(text), text, reason,
            now, by.account_id, by.name, None, None,
        )  # fmt: skip

    async def _read(self, conn: Connection, by: Principal, id: str) -> View:
        if not by.may(Permission.CONTRACT_VIEW):
            raise Forbidden("not_permitted", "Your role does not include agreements.")
        one = await store.statement(conn, id)
        given = (await store.approvals(conn, "statement", objects=[one.id])).get(one.id, [])
        return self._view(by, one, given)

    def _view(self, by: Principal, one: StoredStatement, approvals: list[Approval]) -> View:
        document = orjson.loads(one.document)
        side = side_of(by)
        decided = {a.side for a in approvals}
        may = []
        own = by.account_id in (one.made_by, *(a.account for a in approvals))
        if one.state == "draft" and side not in decided and by.may(Permission.CONTRACT_APPROVE) and not own:
            may.append("approve")
        if one.state != "replaced" and by.may(Permission.CONTRACT_EDIT):
            may.append("restate")
        differs = None
        if one.differs is not None:
            changed = one.differs["objectives"]
            names = [each["names"] for each in document["view"]["objectives"] if each["id"] in changed]
            differs = {"texts": texts.differs(names), "objectives": changed}
        view: View = document["view"]
        return (
            view
            | line(one, approvals)
            | {
                "heads": {name: head["seq"] for name, head in document["heads"].items()},
                "differs": differs,
                "side": side,
                "may": may,
                "signs": texts.signs(one.number, one.digest),
            }
        )

    async def _audit(self, conn: Connection, by: Principal, action: str, one: StoredStatement, **more: Any) -> None:
        details = {"number": one.number, "digest": one.digest, "contract": one.contract, **more}
        await audit.append(conn, by=by, action=action, object=one.id, now=self._clock.now(), details=details)


def canonical(document: Any) -> str:
    """The one text of a document: keys sorted, no blanks. Its SHA-256 is the statement's digest."""
    return orjson.dumps(document, option=orjson.OPT_SORT_KEYS).decode()


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def document_of(
    assessed: Assessed,
    owner: StoredContract,
    period: Period,
    number: str,
    edition: int,
    reason: str,
    view: View,
) -> View:
    """All that a statement rests on and says: enough to recompute it from the ledger alone."""
    return {
        "format": FORMAT,
        "number": number,
        "edition": edition,
        "reason": reason,
        "contract": {"id": owner.id, "client": owner.client, "site": owner.site, "direction": owner.direction},
        "period": {"key": period.key, "first": period.first.isoformat(), "last": period.last.isoformat()},
        "at": assessed.result.as_of,
        "heads": {name: head._asdict() for name, head in assessed.heads.items()},
        "definitions": assessed.definitions,
        "materials": msgspec.to_builtins(assessed.materials, str_keys=True),
        "inputs": assessed.inputs,
        "inputs_digest": digest_of(canonical(assessed.inputs)),
        "result": msgspec.to_builtins(assessed.result, str_keys=True),
        "view": view,
    }


def exported(one: StoredStatement, approvals: list[View]) -> bytes:
    """The statement as a file that `jietong sla verify FILE` takes."""
    return orjson.dumps(
        {"statement": orjson.loads(one.document), "digest": one.digest, "state": one.state, "approvals": approvals},
        option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS,
    )


def line(one: StoredStatement, approvals: list[Approval]) -> View:
    return {
        "id": one.id,
        "contract": one.contract,
        "number": one.number,
        "edition": one.edition,
        "period": one.period,
        "state": one.state,
        "digest": one.digest,
        "reason": one.reason,
        "made_at": one.made_at,
        "made_by_name": one.made_by_name,
        "final_at": one.final_at,
        "approvals": [views.approval(each) for each in approvals],
    }


def period_out(one: Period, state: str, statement: StoredStatement | None) -> View:
    return {
        "key": one.key,
        "start": one.span.start,
        "end": one.span.end,
        "state": state,
        "settles_at": one.settles_at,
        "statement": None if statement is None else statement.id,
        "number": None if statement is None else statement.number,
    }


def verified_out(found: Verified) -> View:
    return {
        "sound": found.sound,
        "digest": found.digest,
        "events": found.events,
        "differences": found.differences,
        "facts": found.facts,
    }
