"""Use cases around flows: draw, check, publish, look back. Each function is one unit of work."""

import re
from typing import Any, NamedTuple

from msgspec.structs import replace

from jietong.core.clock import Clock
from jietong.core.errors import Invalid, Refused
from jietong.core.vocabulary import Ms
from jietong.db.pool import Connection, Database
from jietong.flows import model, store, validator
from jietong.flows.faults import Fault
from jietong.flows.library import Library
from jietong.flows.store import Stored, Version
from jietong.identity import audit
from jietong.identity.model import Principal

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
LONGEST_NOTE = 500


class Opened(NamedTuple):
    """A flow as the editor has it: the draft, or where nothing was changed the published version."""

    stored: Stored
    flow: model.Flow
    faults: list[Fault]


class Listed(NamedTuple):
    stored: Stored
    channels: tuple[str, ...]
    errors: int  # of the draft, or the published version


async def listed(database: Database, by: Principal) -> list[Listed]:
    """The flows within the principal's scope."""
    async with database.read(by.scope) as conn:
        around = await store.surroundings(conn)
        out = []
        for stored in await store.read_all(conn):
            flow = await _present(conn, stored)
            out.append(Listed(stored, flow.channels, len(validator.errors(validator.check(flow, around)))))
        return out


async def opened(database: Database, by: Principal, id: str) -> Opened:
    """Raises NotFound `no_such_flow`."""
    async with database.read(by.scope) as conn:
        stored = await store.read(conn, id)
        flow = await _present(conn, stored)
        return Opened(stored, flow, validator.check(flow, await store.surroundings(conn)))


async def check(database: Database, by: Principal, flow: model.Flow) -> list[Fault]:
    """The faults of a flow that is not stored."""
    async with database.read(by.scope) as conn:
        return validator.check(flow, await store.surroundings(conn))


async def create(database: Database, clock: Clock, by: Principal, flow: model.Flow) -> Opened:
    """A new flow, drawn from nothing or imported, as a draft. Raises Invalid, Refused `id_taken`."""
    now = clock.now()
    if not _ID.fullmatch(flow.id):
        raise Invalid("bad_id", "An id is small letters, digits and -, 40 at most.", field="id")
    async with database.transaction(by.scope) as conn:
        await _check_client(conn, by, flow.client)
        if not await store.insert(conn, flow.id, flow.client, flow.name, model.document(flow), by.name, now):
            raise Refused("id_taken", f"The id {flow.id!r} is in use already: choose another.")
        await audit.append(conn, by=by, action="flow.created", object=flow.id, now=now)
    return await opened(database, by, flow.id)


async def save(database: Database, clock: Clock, by: Principal, id: str, revision: int, flow: model.Flow) -> Opened:
    """Stores the draft that was made from `revision`. Raises Refused `stale_version`, Invalid, NotFound.

    Drafts are not in the audit log, one by one: they are saved at every pause of the hand. Versions are.
    """
    now = clock.now()
    async with database.transaction(by.scope) as conn:
        stored = await _locked(conn, id, revision)
        flow = _of(stored, flow)
        await store.save_draft(conn, id, flow.name, model.document(flow), by.name, now)
    return await opened(database, by, id)


async def discard(database: Database, clock: Clock, by: Principal, id: str, revision: int) -> Opened:
    """Back to the published version. Raises Refused `never_published`, `stale_version`."""
    now = clock.now()
    async with database.transaction(by.scope) as conn:
        stored = await _locked(conn, id, revision)
        if stored.published is None:
            raise Refused("never_published", "There is no published version to go back to.")
        before = model.read((await store.version(conn, id, stored.published)).document)
        await store.save_draft(conn, id, before.name, None, by.name, now)
        await audit.append(conn, by=by, action="flow.discarded", object=id, now=now)
    return await opened(database, by, id)


async def publish(
    database: Database, clock: Clock, library: Library, by: Principal, id: str, revision: int, note: str = ""
) -> Version:
    """Makes the draft what customers get from the next call on; those under way finish by the version they began.

    Raises Invalid `flow_faults` with `faults`, Refused `stale_version`, `nothing_changed`.
    """
    now = clock.now()
    if len(note) > LONGEST_NOTE or "\0" in note:
        raise Invalid("too_long", f"A note has at most {LONGEST_NOTE} characters.", field="note", max=LONGEST_NOTE)
    async with database.transaction(by.scope) as conn:
        stored = await _locked(conn, id, revision)
        if stored.draft is None:
            raise Refused("nothing_changed", "Nothing has changed since the last version.")
        flow = model.read(stored.draft)
        wrong = validator.errors(validator.check(flow, await store.surroundings(conn)))
        if wrong:
            raise Invalid(
                "flow_faults",
                f"This flow is not fit to be published: {len(wrong)} thing(s) to put right first.",
                faults=[plain(fault) for fault in wrong],
            )
        version = await store.publish(conn, stored, model.document(flow), flow.name, note, by.name, now)
        await audit.append(conn, by=by, action="flow.published", object=id, now=now, details={"version": version})
        published = await store.version(conn, id, version)
    await library.reload()
    return published


async def set_active(
    database: Database, clock: Clock, library: Library, by: Principal, id: str, active: bool
) -> Opened:
    """Lays a flow aside, or takes it up again. Customers who are in it finish. Raises Refused `flow_in_use`."""
    async with database.transaction(by.scope) as conn:
        stored = await store.read(conn, id, lock=True)
        users = [] if active else await _users(conn, id)
        if users:
            raise Refused(
                "flow_in_use",
                f"Numbers or pages still lead here: {', '.join(users)}. Change them first.",
                users=users,
            )
        if stored.active != active:
            await store.set_active(conn, id, active)
            action = "flow.taken_up" if active else "flow.laid_aside"
            await audit.append(conn, by=by, action=action, object=id, now=clock.now())
    await library.reload()
    return await opened(database, by, id)


async def versions(database: Database, by: Principal, id: str) -> list[Version]:
    """Newest first."""
    async with database.read(by.scope) as conn:
        await store.read(conn, id)
        return await store.versions(conn, id)


async def version(database: Database, by: Principal, id: str, version: int) -> Version:
    async with database.read(by.scope) as conn:
        return await store.version(conn, id, version)


async def put_published(conn: Connection, flow: model.Flow, by: str, at: Ms, note: str = "") -> None:
    """Stores a flow and publishes it at once: for seeding. Raises Invalid `flow_faults`."""
    wrong = validator.errors(validator.check(flow, await store.surroundings(conn)))
    if wrong:
        raise Invalid("flow_faults", f"Flow {flow.id}: {wrong[0].node}: {wrong[0].code}.")
    await store.insert(conn, flow.id, flow.client, flow.name, model.document(flow), by, at)
    stored = await store.read(conn, flow.id, lock=True)
    await store.publish(conn, stored, model.document(flow), flow.name, note, by, at)


def plain(fault: Fault) -> dict[str, Any]:
    """As sent over HTTP."""
    return {
        "node": fault.node,
        "field": fault.field,
        "code": fault.code,
        "level": fault.level,
        "params": dict(fault.params),
        "message": fault.message,
    }


async def _present(conn: Connection, stored: Stored) -> model.Flow:
    if stored.draft is not None:
        return model.read(stored.draft)
    assert stored.published is not None, "a flow has a draft or a version"
    return model.read((await store.version(conn, stored.id, stored.published)).document)


async def _locked(conn: Connection, id: str, revision: int) -> Stored:
    stored = await store.read(conn, id, lock=True)
    if stored.revision != revision:
        raise Refused(
            "stale_version",
            f"{stored.drafted_by} has changed this flow since you opened it: load it again, or write over it.",
            current=stored.revision,
            by=stored.drafted_by,
            at=stored.drafted_at,
        )
    return stored


def _of(stored: Stored, flow: model.Flow) -> model.Flow:
    """A document that comes from elsewhere takes on this flow's id and client."""
    return replace(flow, id=stored.id, client=stored.client)


async def _check_client(conn: Connection, by: Principal, client: str) -> None:
    known = await conn.fetchval(
        "SELECT EXISTS (SELECT FROM setup_document WHERE kind = 'client' AND id = $1)", client
    )
    if not known or not by.sees(client):
        raise Invalid("unknown_client", "Choose one of the clients that are set up.", field="client")


async def _users(conn: Connection, id: str) -> list[str]:
    numbers = await conn.fetch(
        """
        SELECT id FROM setup_document WHERE kind = 'number' AND spec ->> 'flow' = $1
            AND coalesce((spec ->> 'active')::boolean, true)
        UNION ALL SELECT id FROM widget WHERE spec ->> 'flow' = $1 AND coalesce((spec ->> 'active')::boolean, true)
        """,
        id,
    )
    return [row["id"] for row in numbers]
