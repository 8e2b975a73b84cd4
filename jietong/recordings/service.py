"""Use cases on recordings: who hears what, holds, deletion, and the parts that a running centre needs.

Who may listen: whoever has the permission, within their clients; and an agent the voicemail that they took.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from jietong.contacts import explorer
from jietong.core.clock import Clock
from jietong.core.errors import Forbidden, JietongError, NotFound, Refused
from jietong.core.events import AnyEvent
from jietong.core.ids import new_id
from jietong.core.inbox import Inbox
from jietong.core.specs import SiteSpec
from jietong.core.vocabulary import Ms
from jietong.db import ledger
from jietong.db.pool import ALL, Connection, Database
from jietong.identity import audit
from jietong.identity.model import Principal
from jietong.identity.permissions import Permission
from jietong.recordings import keys, playback, store
from jietong.recordings.deletion import Deletion, certificate_file, reason_of
from jietong.recordings.intake import Intake
from jietong.recordings.keys import MasterKeys
from jietong.recordings.marks import Along, along
from jietong.recordings.model import Certificate, Hold, Missing, Recording, Run
from jietong.recordings.playback import Entry, Opened, Tickets
from jietong.recordings.retention import Due, Retention
from jietong.recordings.vault import Damaged

LONGEST_HISTORY = 50_000
FOLDER = "recordings"
KEYS = "keys"


class Heard(NamedTuple):
    """All that is known of a contact's recordings."""

    recordings: list[Recording]
    along: Along
    missing: list[Missing]
    pending: int  # ended, and not yet in the vault
    hold: Hold | None
    certificates: dict[str, str]  # deleted recording → its certificate


class Overview(NamedTuple):
    totals: list[dict[str, Any]]
    pending: int
    pending_since: Ms | None
    stuck: int
    due: Due
    runs: list[Run]
    missing: list[Missing]


class Recordings:
    """The recordings of a centre. `sink` is what calls hand finished files to."""

    def __init__(
        self,
        database: Database,
        inbox: Inbox,
        clock: Clock,
        site: Callable[[], SiteSpec],
        home: Path,
        *,
        active: Callable[[], bool] = lambda: True,
    ) -> None:
        self.folder = home / FOLDER
        self.masters = MasterKeys(home / KEYS)
        self._database = database
        self._clock = clock
        self._tickets = Tickets()
        self.sink = Intake(database, inbox, clock, self.folder, self.masters, active=active)
        self.deletion = Deletion(database, clock, self.folder, told=self.sink.wake)
        self.retention = Retention(database, clock, site, self.deletion, active=active)

    def start(self) -> None:
        self.sink.start()
        self.retention.start()

    async def stop(self) -> None:
        await self.retention.stop()
        await self.sink.stop()

    # --- hearing

    async def of_contact(self, by: Principal, contact: str) -> Heard:
        """Raises NotFound `no_such_contact`, Forbidden `not_permitted`."""
        async with self._database.read(by.scope) as conn:
            found = await store.of_contact(conn, contact)
            if not by.may(Permission.RECORDING_LISTEN):
                if not await took(conn, by, contact):
                    raise _not_permitted()
                found = [one for one in found if one.rule == "voicemail"]
            history = await _history(conn, contact)
            if not found and not history:
                raise NotFound("no_such_contact", "There is no such contact, or it belongs to another client.")
            hold = await store.open_hold(conn, contact)
            pending: int = await conn.fetchval(
                "SELECT count(*) FROM recording_intake WHERE job->>'contact' = $1 AND stage = 'store'", contact
            )
            missing = await store.missing(conn, 100, contact)
            certificates = {one.recording: one.id for one in await store.certificates(conn, 100, contact)}
            told = await _named(conn, along(history))
        return Heard(found, told, missing, pending, hold, certificates)

    async def listen(self, by: Principal, id: str) -> tuple[Recording, str]:
        """(the recording, a ticket for its audio). The listen is in the audit log when this returns."""
        now = self._clock.now()
        async with self._database.transaction(by.scope) as conn:
            one = await self._hearable(conn, by, id)
            await audit.append(conn, by=by, action="recording.heard", object=id, now=now, details=_about(one))
        return one, self._tickets.give(by.account_id, id, now)

    async def audio(self, by: Principal, id: str, way: str | None, ticket: str) -> Opened:
        """To be played. Raises Forbidden `bad_ticket`, NotFound, Invalid `no_such_track`, Damaged."""
        self._tickets.check(ticket, by.account_id, id, self._clock.now())
        async with self._database.read(by.scope) as conn:
            one = await self._hearable(conn, by, id)
            known = await self._keys(conn, one)
        return await asyncio.to_thread(playback.open_played, one, way, self.folder, known)

    async def download(self, by: Principal, id: str, name: str) -> Opened:
        """A track as the switch wrote it, or `both` as stereo; in the audit log when this returns."""
        async with self._database.transaction(by.scope) as conn:
            one = await self._there(conn, id)
            known = await self._keys(conn, one)
            opening = playback.open_played if name == playback.BOTH else playback.open_original
            opened = await asyncio.to_thread(opening, one, name, self.folder, known)
            await audit.append(
                conn,
                by=by,
                action="recording.downloaded",
                object=id,
                now=self._clock.now(),
                details={**_about(one), "track": name},
            )
        return opened

    async def export(self, by: Principal, contact: str) -> list[Entry]:
        """All tracks of a contact, byte for byte, and a manifest; in the audit log when this returns."""
        async with self._database.transaction(by.scope) as conn:
            found = [one for one in await store.of_contact(conn, contact) if one.state == "stored"]
            if not found:
                raise NotFound("no_such_recording", "This contact has no recording that could be exported.")
            marks = along(await _history(conn, contact)).marks
            entries = [Entry("manifest.json", playback.manifest_of(found, [mark._asdict() for mark in marks]))]
            for one in found:
                known = await self._keys(conn, one)
                for track in one.tracks:
                    opened = await asyncio.to_thread(playback.open_original, one, track.name, self.folder, known)
                    entries.append(Entry(f"{one.id}.{track.name}.wav", opened.content))
            await audit.append(
                conn,
                by=by,
                action="recording.exported",
                object=contact,
                now=self._clock.now(),
                details={"recordings": [one.id for one in found]},
            )
        return entries

    # --- holds, deletion

    async def hold(self, by: Principal, contact: str, reason: str) -> tuple[Hold, list[str]]:
        """Keeps all recordings of the contact, also those to come. Gives the hold, and what it came too late for.

        Raises NotFound `no_such_contact`, Refused `held_already`, Invalid `reason_missing`.
        """
        reason, now = reason_of(reason), self._clock.now()
        async with self._database.transaction(by.scope) as conn:
            # The lock that a deletion takes too: whichever is first, the other sees it.
            found = await store.of_contact(conn, contact, lock=True)
            client = found[0].client if found else await _client_of(conn, contact)
            if client is None:
                raise NotFound("no_such_contact", "There is no such contact, or it belongs to another client.")
            hold = Hold(new_id(now), contact, client, reason, now, by.account_id, by.name, None, None, None, None)
            if not await store.add_hold(conn, hold):
                raise Refused("held_already", "This contact is on legal hold already.")
            late = [one.id for one in found if one.state != "stored"]
            details = {"hold": hold.id, "reason": reason}
            await audit.append(conn, by=by, action="recording.held", object=contact, now=now, details=details)
        return hold, late

    async def lift(self, by: Principal, hold: str, reason: str) -> Hold:
        """Raises NotFound `no_such_hold`, Invalid `reason_missing`."""
        reason, now = reason_of(reason), self._clock.now()
        async with self._database.transaction(by.scope) as conn:
            lifted = await store.lift_hold(conn, hold, now, by.account_id, by.name, reason)
            if lifted is None:
                raise NotFound("no_such_hold", "There is no such legal hold, or it was lifted already.")
            await audit.append(
                conn,
                by=by,
                action="recording.hold_lifted",
                object=lifted.contact,
                now=now,
                details={"hold": hold, "reason": reason},
            )
        return lifted

    async def holds(self, by: Principal, *, lifted: bool) -> list[Hold]:
        async with self._database.read(by.scope) as conn:
            return await store.holds(conn, lifted=lifted, limit=500)

    async def delete(self, by: Principal, id: str, reason: str) -> Certificate:
        """On request, before its time. Raises as `Deletion.delete`."""
        return await self.deletion.delete(id, why="request", reason=reason, by=by)

    async def certificates(self, by: Principal) -> list[Certificate]:
        async with self._database.read(by.scope) as conn:
            return await store.certificates(conn, 500)

    async def certificate(self, by: Principal, id: str) -> bytes:
        """As a file. Raises NotFound `no_such_certificate`."""
        async with self._database.read(by.scope) as conn:
            one = await store.certificate(conn, id)
            if one is None:
                raise NotFound("no_such_certificate", "There is no such certificate.")
            return await certificate_file(conn, one)

    async def overview(self, by: Principal) -> Overview:
        """What lies in the vault, what waits, what retention did. Sums are of the clients in scope."""
        async with self._database.read(by.scope) as conn:
            totals = await store.totals(conn)
            pending, since, stuck = await store.backlog(conn)
            now = self._clock.now()
            recordings, size, held = await store.overdue_counts(conn, now)
            # What a run did is told of the whole centre: not to who sees a part of it.
            missing = await store.missing(conn, 100)
            runs = await store.runs(conn, 31) if by.clients is None else []
        return Overview(totals, pending, since, stuck, Due(now, recordings, size, held), runs, missing)

    async def _hearable(self, conn: Connection, by: Principal, id: str) -> Recording:
        one = await self._there(conn, id)
        if by.may(Permission.RECORDING_LISTEN):
            return one
        if one.rule == "voicemail" and await took(conn, by, one.contact):
            return one
        raise _not_permitted()

    async def _there(self, conn: Connection, id: str) -> Recording:
        one = await store.recording(conn, id)
        if one is None:
            raise NotFound("no_such_recording", "There is no such recording, or it belongs to another client.")
        if one.state != "stored":
            raise NotFound("recording_deleted", "This recording has been deleted; there is a certificate of it.")
        return one

    async def _keys(self, conn: Connection, one: Recording) -> dict[str, bytes]:
        return await keys.by_ids(conn, self.masters, {track.key for track in one.tracks})


class Checked(NamedTuple):
    """One recording held against what was noted when it was stored; `fault` None: whole."""

    id: str
    client: str
    bytes: int
    fault: str | None


async def check(database: Database, clock: Clock, home: Path, one: Recording) -> Checked:
    """Decrypts every byte and compares digests; what was found stays with the recording."""
    folder, masters = home / FOLDER, MasterKeys(home / KEYS)
    fault: str | None = None
    size = 0
    try:
        async with database.read(ALL) as conn:
            known = await keys.by_ids(conn, masters, {track.key for track in one.tracks})
        for track in one.tracks:
            sealed = await asyncio.to_thread(_digest, one, track, folder, known)
            size += sealed.bytes
            if (sealed.bytes, sealed.digest) != (track.bytes, track.digest):
                raise Damaged(f"the checksum of {track.name} does not hold")
    except (Damaged, NotFound) as error:
        fault = error.detail
    async with database.transaction(ALL) as conn:
        await store.set_verified(conn, one.id, clock.now(), fault)
    return Checked(one.id, one.client, size, fault)


async def shred(
    database: Database, clock: Clock, home: Path, deletion: Deletion, client: str, reason: str, by: Principal
) -> int:
    """Deletes all of a client's recordings with a certificate for each, destroys its data keys, and changes the
    master key, so that no backup of the database can be read with what is left; gives how many recordings there were.

    Raises Refused `on_hold` while any contact of the client is on legal hold: then nothing was done.
    """
    reason = reason_of(reason)
    masters = MasterKeys(home / KEYS)
    async with database.transaction(ALL) as conn:
        if await store.held_clients(conn, client):
            raise Refused("on_hold", "Contacts of this client are on legal hold: lift the holds first.")
        ids = [row["id"] for row in await conn.fetch("SELECT id FROM recording_key WHERE client = $1", client)]
        await conn.execute(
            "UPDATE recording_key SET retired_at = $2 WHERE client = $1 AND retired_at IS NULL", client, clock.now()
        )
    deleted, after = 0, ""
    while True:
        async with database.read(ALL) as conn:
            page = await store.page(conn, after, 200, client)
        if not page:
            break
        for one in page:
            after = one.id
            await deletion.delete(one.id, why="request", reason=reason, by=by)
            deleted += 1
    now = clock.now()
    async with database.transaction(ALL) as conn:
        # Waits for whoever is about to store something under one of them; the next statement sees it.
        await conn.fetch("SELECT id FROM recording_key WHERE id = ANY($1::text[]) FOR UPDATE", ids)
        await conn.execute(
            """
            UPDATE recording_key k SET wrapped = NULL, shredded_at = $2
            WHERE k.id = ANY($1::text[]) AND NOT EXISTS (
                SELECT 1 FROM recording_track t JOIN recording r ON r.id = t.recording
                WHERE t.key = k.id AND r.state <> 'deleted'
            )
            """,
            ids,
            now,
        )
        await keys.rewrap(conn, masters, now, new_data_keys=False)
        await audit.append(
            conn,
            by=by,
            action="recording.keys_shredded",
            object=client,
            now=now,
            details={"keys": ids, "recordings": deleted, "reason": reason},
        )
    async with database.transaction(ALL) as conn:
        await keys.drop_unused(conn, masters)
    return deleted


async def took(conn: Connection, by: Principal, contact: str) -> bool:
    """Whether the agent accepted this very contact: read off the ledger, so that it holds at once."""
    if by.agent_id is None or not by.may(Permission.DESK_USE):
        return False
    found = await conn.fetchval(
        "SELECT 1 FROM event WHERE contact = $1 AND agent = $2 AND type = 'offer.accepted' LIMIT 1",
        contact,
        by.agent_id,
    )
    return found is not None


async def _client_of(conn: Connection, contact: str) -> str | None:
    record = await explorer.read(conn, contact)
    return None if record is None else record.client


async def _named(conn: Connection, told: Along) -> Along:
    """Who listened in is an account, not an agent: people read its name."""
    listeners = [mark.other for mark in told.marks if mark.kind == "supervision"]
    if not listeners:
        return told
    rows = await conn.fetch("SELECT id, name FROM account WHERE id = ANY($1)", listeners)
    names = {row["id"]: row["name"] for row in rows}
    marks = [
        mark._replace(other=names.get(mark.other or "", mark.other)) if mark.kind == "supervision" else mark
        for mark in told.marks
    ]
    return told._replace(marks=marks)


async def _history(conn: Connection, contact: str) -> list[AnyEvent]:
    """The contact's events. Events know no client: who may see the contact is the caller's to check."""
    if await _client_of(conn, contact) is None and not await store.of_contact(conn, contact):
        return []
    site: str | None = await conn.fetchval("SELECT site FROM event WHERE contact = $1 LIMIT 1", contact)
    if site is None:
        return []
    return [one.event for one in await ledger.timeline(conn, site, contact=contact, limit=LONGEST_HISTORY)]


def _digest(one: Recording, track: Any, folder: Path, known: dict[str, bytes]) -> Any:
    with playback.unsealed(one, track, folder, known) as file:
        return file.digest()


def _about(one: Recording) -> dict[str, Any]:
    """What the audit log says of a recording: no numbers, no names of customers."""
    return {"contact": one.contact, "client": one.client, "agent": one.agent, "rule": one.rule}


def _not_permitted() -> JietongError:
    return Forbidden(
        "not_permitted", "Your role does not include listening to recordings; a voicemail is heard by who took it."
    )
