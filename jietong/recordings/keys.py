"""Keys: a data key for each client, wrapped by a master key that lies in a file of its own.

The database holds data keys only wrapped; the key folder holds master keys only. Whoever has one of the two has
nothing. Losing the key folder loses every recording: it is to be backed up apart from the database.
"""

import os
import re
import secrets
from pathlib import Path
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from jietong.core.errors import Unavailable
from jietong.core.ids import new_id
from jietong.core.vocabulary import Ms
from jietong.db.pool import Connection

_FILE = re.compile(r"recordings-(([0-9]{4,9})-[0-9a-f]{8})\.key")
_NONCE = 12


class Master(NamedTuple):
    id: str
    key: bytes


class DataKey(NamedTuple):
    id: str
    key: bytes


class MasterKeys:
    """The files `recordings-<id>.key` of one folder, each 32 bytes in hex, readable by their owner alone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def ids(self) -> list[str]:
        """Oldest first."""
        found = (_FILE.fullmatch(path.name) for path in self.folder.glob("recordings-*.key"))
        return [match[1] for match in sorted((m for m in found if m), key=_number)]

    def current(self) -> Master:
        """The newest; the first is made here."""
        known = self.ids()
        return self.read(known[-1]) if known else self.make()

    def make(self) -> Master:
        """A new one, newest from now on: they are numbered, whatever the clock says."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        number = max((int(id.partition("-")[0]) for id in self.ids()), default=0) + 1
        made = Master(f"{number:04d}-{secrets.token_hex(4)}", secrets.token_bytes(32))
        path = self._path(made.id)
        draft = path.with_suffix(".part")
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(made.key.hex() + "\n")
            file.flush()
            os.fsync(file.fileno())
        draft.rename(path)
        return made

    def read(self, id: str) -> Master:
        """Raises Unavailable `key_missing`."""
        path = self._path(id)
        try:
            if path.stat().st_mode & 0o077:
                path.chmod(0o600)
            key = bytes.fromhex(path.read_text("ascii").strip())
        except (OSError, ValueError) as error:
            raise Unavailable(
                "key_missing", f"The master key {path.name} cannot be read: restore the key folder from its backup."
            ) from error
        if len(key) != 32:
            raise Unavailable("key_missing", f"The master key {path.name} is not a key: restore it from its backup.")
        return Master(id, key)

    def destroy(self, id: str) -> None:
        """Overwrites and deletes it: what it wraps can be unwrapped by nobody any more, backups included."""
        path = self._path(id)
        if path.exists():
            with path.open("r+b") as file:
                file.write(secrets.token_bytes(path.stat().st_size))
                file.flush()
                os.fsync(file.fileno())
            path.unlink()

    def _path(self, id: str) -> Path:
        return self.folder / f"recordings-{id}.key"


def wrap(master: Master, id: str, client: str, key: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(master.key).encrypt(nonce, key, _bound(id, client))


def unwrap(master: Master, id: str, client: str, wrapped: bytes) -> bytes:
    """Raises Unavailable `key_wrong` when it was not this master, key and client that it was wrapped for."""
    try:
        return AESGCM(master.key).decrypt(wrapped[:_NONCE], wrapped[_NONCE:], _bound(id, client))
    except (InvalidTag, ValueError):
        raise Unavailable(
            "key_wrong", f"The master key {master.id} does not open the data key {id}: restore the right key folder."
        ) from None


async def of_client(conn: Connection, masters: MasterKeys, client: str, now: Ms) -> DataKey:
    """The client's key for new recordings; the first is made here."""
    row = await _current(conn, client)
    if row is None:
        await _alone(conn)
        master = masters.current()
        made = DataKey(new_id(now), secrets.token_bytes(32))
        await conn.execute(
            "INSERT INTO recording_key (id, client, master, wrapped, made_at) VALUES ($1, $2, $3, $4, $5) "
            "ON CONFLICT DO NOTHING",
            made.id,
            client,
            master.id,
            wrap(master, made.id, client, made.key),
            now,
        )
        row = await _current(conn, client)
        assert row is not None
    id, master_id, wrapped = row
    return DataKey(id, unwrap(masters.read(master_id), id, client, wrapped))


async def by_ids(conn: Connection, masters: MasterKeys, ids: set[str]) -> dict[str, bytes]:
    """The keys that exist and are not shredded."""
    rows = await conn.fetch(
        "SELECT id, client, master, wrapped FROM recording_key WHERE id = ANY($1::text[]) AND wrapped IS NOT NULL",
        sorted(ids),
    )
    return {row["id"]: unwrap(masters.read(row["master"]), row["id"], row["client"], row["wrapped"]) for row in rows}


class Rotation(NamedTuple):
    master: str
    wrapped: int  # data keys that are wrapped by it now
    destroyed: tuple[str, ...]  # older masters


async def rewrap(conn: Connection, masters: MasterKeys, now: Ms, *, new_data_keys: bool) -> str:
    """Makes a new master key and wraps every data key with it, in the caller's transaction; gives its id.

    `new_data_keys`: what is recorded from now on is encrypted with new ones; the old ones stay for what there is.
    Call `drop_unused` after the commit. Cut off in between, it is simply done again.
    """
    await _alone(conn)
    new = masters.make()
    rows = await conn.fetch(
        "SELECT id, client, master, wrapped FROM recording_key WHERE wrapped IS NOT NULL FOR UPDATE"
    )
    for row in rows:
        key = unwrap(masters.read(row["master"]), row["id"], row["client"], row["wrapped"])
        await conn.execute(
            "UPDATE recording_key SET master = $2, wrapped = $3 WHERE id = $1",
            row["id"],
            new.id,
            wrap(new, row["id"], row["client"], key),
        )
    if new_data_keys:
        await conn.execute("UPDATE recording_key SET retired_at = $1 WHERE retired_at IS NULL", now)
    return new.id


async def drop_unused(conn: Connection, masters: MasterKeys) -> Rotation:
    """Destroys master keys that wrap nothing, all but the newest."""
    await _alone(conn)
    counted: int = await conn.fetchval("SELECT count(*) FROM recording_key WHERE wrapped IS NOT NULL")
    known = masters.ids()
    still = {
        row["master"]
        for row in await conn.fetch("SELECT DISTINCT master FROM recording_key WHERE wrapped IS NOT NULL")
    }
    gone = tuple(id for id in known[:-1] if id not in still)
    for id in gone:
        masters.destroy(id)
    return Rotation(known[-1] if known else "", counted, gone)


def _number(match: re.Match[str]) -> int:
    return int(match[2])


async def _alone(conn: Connection) -> None:
    """Until the transaction ends nobody else wraps a key: no master is destroyed that one was just wrapped with."""
    await conn.execute("SELECT pg_advisory_xact_lock(hashtextextended('recording keys', 0))")


async def _current(conn: Connection, client: str) -> tuple[str, str, bytes] | None:
    row = await conn.fetchrow(
        "SELECT id, master, wrapped FROM recording_key "
        "WHERE client = $1 AND retired_at IS NULL AND shredded_at IS NULL",
        client,
    )
    return None if row is None else (row["id"], row["master"], row["wrapped"])


def _bound(id: str, client: str) -> bytes:
    return f"jietong recording key\x00{id}\x00{client}".encode()
