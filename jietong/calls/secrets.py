"""Passwords of trunks and extensions, encrypted at rest: AES-256-GCM with a key that lies in a file of its own.

Whoever has the database alone, or a backup of it, reads none of them. What was sealed is bound to the document it
belongs to, so one password cannot be put in another's place.
"""

import os
import secrets
from pathlib import Path

import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from jietong.core.errors import Unavailable
from jietong.core.inbox import Write
from jietong.core.vocabulary import Ms
from jietong.db.pool import Connection
from jietong.routing.store import Kind

log = structlog.get_logger(__name__)

KEY_FILE = "telephony.key"
_TABLES = {Kind.TRUNK: "trunk_secret", Kind.EXTENSION: "extension_secret"}
_VERSION = b"\x01"
_NONCE = 12
_ALPHABET = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # nothing that looks like something else
_LENGTH = 20  # 116 bits


def new_password() -> str:
    """For a telephone: long, of characters that can be typed on its keys."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))


class Safe:
    """Seals and opens passwords with one key."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    @classmethod
    def of(cls, folder: Path, name: str = KEY_FILE) -> "Safe":
        """With the key in `folder`, made there the first time, readable by its owner alone.

        Raises Unavailable `key_unreadable`: what is wrong with the file.
        """
        path = folder / name
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            _make(path)
            text = path.read_text(encoding="ascii").strip()
            key = bytes.fromhex(text)
        except (OSError, ValueError) as error:
            raise _unreadable(path, str(error)) from error
        if len(key) != 32:
            raise _unreadable(path, "it holds no key of 32 bytes")
        if path.stat().st_mode & 0o077:
            path.chmod(0o600)
            log.warning("a key file was open to others and is closed now", file=path.name)
        return cls(key)

    def seal(self, kind: str, id: str, password: str) -> bytes:
        nonce = secrets.token_bytes(_NONCE)
        return _VERSION + nonce + self._cipher.encrypt(nonce, password.encode(), _bound(kind, id))

    def open(self, kind: str, id: str, sealed: bytes) -> str | None:
        """None: it was sealed with another key, for another document, or has been tampered with."""
        if sealed[:1] != _VERSION:
            return None
        nonce, rest = sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :]
        try:
            return self._cipher.decrypt(nonce, rest, _bound(kind, id)).decode()
        except (InvalidTag, ValueError):
            return None

    # --- rows ----------------------------------------------------------------------------------------------------

    def write(self, kind: Kind, id: str, password: str, now: Ms) -> Write:
        return Write(
            f"INSERT INTO {_TABLES[kind]} (id, sealed, changed_at) VALUES ($1, $2, $3) "
            "ON CONFLICT (id) DO UPDATE SET sealed = excluded.sealed, changed_at = excluded.changed_at",
            (id, self.seal(kind, id, password), now),
        )

    async def read_all(self, conn: Connection, kind: Kind) -> dict[str, str]:
        """By id. One that cannot be opened is left out, and logged: a new password is to be set."""
        found = {}
        for row in await conn.fetch(f"SELECT id, sealed FROM {_TABLES[kind]}"):
            password = self.open(kind, row["id"], row["sealed"])
            if password is None:
                log.error("a password cannot be read with this key; set it again", kind=str(kind), id=row["id"])
            else:
                found[row["id"]] = password
        return found


def forget(kind: Kind, id: str) -> Write:
    return Write(f"DELETE FROM {_TABLES[kind]} WHERE id = $1", (id,))


async def known(conn: Connection, kind: Kind) -> set[str]:
    """Ids of those that have a password."""
    return {row["id"] for row in await conn.fetch(f"SELECT id FROM {_TABLES[kind]}")}


def _bound(kind: str, id: str) -> bytes:
    return f"{kind}:{id}".encode()


def _make(path: Path) -> None:
    """A new key, whole or not at all; of two processes that make one at once, the first wins."""
    if path.exists():
        return
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(secrets.token_hex(32) + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _unreadable(path: Path, why: str) -> Unavailable:
    return Unavailable(
        "key_unreadable",
        f"The key of the passwords of telephones or destinations cannot be read ({path}: {why}). Put the file back "
        "from a backup; if it is lost, remove what is left of it, start again, and set the passwords anew.",
    )
