"""Deletion: begun only when nothing holds it, carried through whatever happens, certified when the audio is gone.

stored -> deleting   committed under the lock that a legal hold takes too; the hold wins always
deleting             files are removed; cut off here, it goes on from here
deleting -> deleted  certificate, audit entry and fact in one transaction
"""

import asyncio
from collections.abc import Callable
from pathlib import Path

import asyncpg
import orjson

from jietong.core.clock import Clock
from jietong.core.errors import Invalid, NotFound, Refused
from jietong.core.events import RecordingDeleted
from jietong.core.ids import new_id
from jietong.db.pool import ALL, Connection, Database, Scope
from jietong.identity import audit
from jietong.identity.model import SYSTEM, Principal, Source
from jietong.recordings import store
from jietong.recordings.certificate import ACTION, Order, canonical, digest_of, document_of, file_of
from jietong.recordings.model import Certificate

_HELD = "JT001"
LONGEST_REASON = 1000


class Deletion:
    """`told` is called when there is a fact for the writer."""

    def __init__(
        self, database: Database, clock: Clock, folder: Path, told: Callable[[], None] = lambda: None
    ) -> None:
        self._database = database
        self._clock = clock
        self._folder = folder
        self._told = told

    async def delete(self, id: str, *, why: str, reason: str, by: Principal) -> Certificate:
        """Begins and carries through.

        Raises NotFound `no_such_recording`, Refused `on_hold`, `already_deleted`, OSError when a file cannot be
        removed: then the recording stays on its way out and `resume` finds it.
        """
        order = Order(why, reason_of(reason), by.account_id, by.name, self._clock.now())
        async with self._database.transaction(by.scope) as conn:
            await self._begin(conn, id, order, by.scope)
        return await self.carry_through(id)

    async def carry_through(self, id: str) -> Certificate:
        """The rest of a deletion that has begun; of one that is done, its certificate."""
        async with self._database.read(ALL) as conn:
            one = await store.recording(conn, id)
        if one is None:
            raise _unknown()
        if one.state == "deleting":
            for track in one.tracks:
                await asyncio.to_thread((self._folder / track.path).unlink, missing_ok=True)
            await self._certify(id)
        async with self._database.read(ALL) as conn:
            found = await store.certificate(conn, id)
        if found is None:
            raise _unknown()
        return found

    async def resume(self) -> tuple[int, int]:
        """Carries through what was cut off: (done, failed)."""
        async with self._database.read(ALL) as conn:
            ids = await store.leaving(conn)
        done = failed = 0
        for id in ids:
            try:
                await self.carry_through(id)
                done += 1
            except OSError:
                failed += 1
        return done, failed

    async def _begin(self, conn: Connection, id: str, order: Order, scope: Scope) -> None:
        one = await store.recording(conn, id, lock=True)
        if one is None or not scope.allows(one.client):
            raise _unknown()
        if one.state != "stored":
            raise Refused("already_deleted", "This recording has been deleted already; there is a certificate.")
        hold = await store.open_hold(conn, one.contact)
        if hold is not None:
            raise _on_hold(hold.reason)
        try:
            await store.set_leaving(conn, id, order._asdict())
        except asyncpg.PostgresError as error:
            if error.sqlstate != _HELD:
                raise
            raise _on_hold("") from error

    async def _certify(self, id: str) -> None:
        now = self._clock.now()
        async with self._database.transaction(ALL) as conn:
            stored = await store.order_of(conn, id)
            one = await store.recording(conn, id)
            if stored is None or one is None:
                return  # somebody else has carried it through
            order = Order(**stored)
            certificate = new_id(now)
            document = document_of(certificate, one, order, await store.holds_of(conn, one.contact), now)
            digest = digest_of(document)
            await store.set_gone(conn, id)
            by = None if order.account == SYSTEM.account_id else order.account
            fact = RecordingDeleted(now, one.contact, id, certificate, order.why, by)
            await store.note_fact(conn, one.client, f"recording:{id}:deleted", fact)
            seq = await audit.append(
                conn,
                by=_as(order),
                action=ACTION,
                object=id,
                now=now,
                details={"certificate": certificate, "sha256": digest, "contact": one.contact, "why": order.why},
            )
            await store.add_certificate(
                conn,
                Certificate(
                    certificate, id, one.contact, one.client, now, order.why, canonical(document), digest, seq
                ),
            )
        self._told()


def reason_of(text: str) -> str:
    """Raises Invalid `reason_missing`, `reason_too_long`."""
    text = text.strip()
    if not text:
        raise Invalid("reason_missing", "Say why: the reason stays with the record.", field="reason")
    if len(text) > LONGEST_REASON:
        raise Invalid("reason_too_long", f"A reason has at most {LONGEST_REASON} characters.", field="reason")
    return text


async def certificate_file(conn: Connection, one: Certificate) -> bytes:
    """The certificate as it is handed out, with its place in the audit log."""
    entry = await audit.entries(conn, before=one.audit_seq + 1, limit=1)
    return orjson.dumps(file_of(one, entry[0].digest if entry else ""), option=orjson.OPT_INDENT_2)


def _as(order: Order) -> Principal:
    """Whoever ordered it, for the audit entry; they may be long gone when it is carried through."""
    return Principal(order.account, order.account, order.name, frozenset(), frozenset(), source=Source())


def _unknown() -> NotFound:
    return NotFound("no_such_recording", "There is no such recording, or it belongs to another client.")


def _on_hold(reason: str) -> Refused:
    return Refused("on_hold", "A legal hold keeps this recording: lift the hold first.", reason=reason)
