"""What every way of delivery is given and gives back. Pure."""

import base64
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Any, NamedTuple, TypeAlias

from msgspec import Struct

from jietong.core.vocabulary import Ms


class Way(StrEnum):
    EMAIL = "email"
    PORTAL = "portal"
    SFTP = "sftp"
    WEBDAV = "webdav"  # or any server that takes HTTP PUT
    PRINTER = "printer"
    FAX = "fax"
    FOLDER = "folder"


class Security(StrEnum):
    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


class Settings(Struct, frozen=True, forbid_unknown_fields=True, tag_field="way"):
    """Of one destination, without its secret."""


class EmailTo(Settings, frozen=True, tag="email"):
    """`attach_mb`: what is larger goes as links. The secret is the password; without `username` nobody signs in."""

    host: str
    sender: str
    to: tuple[str, ...]
    port: int = 587
    security: Security = Security.STARTTLS
    username: str = ""
    attach_mb: int = 10


class PortalTo(Settings, frozen=True, tag="portal"):
    """The archive that the client's own people see."""


class SftpTo(Settings, frozen=True, tag="sftp"):
    """`host_key`: the server's public key as in known_hosts, "ssh-ed25519 AAAA…". The secret is a password, or with
    `auth` "key" a private key in OpenSSH format."""

    host: str
    username: str
    host_key: str
    port: int = 22
    folder: str = "."
    auth: str = "password"


class WebdavTo(Settings, frozen=True, tag="webdav"):
    """`url` of the folder; the secret is the password."""

    url: str
    username: str = ""


class PrinterTo(Settings, frozen=True, tag="printer"):
    """`uri`: ipp://printer.example:631/ipp/print, or ipps."""

    uri: str
    username: str = ""
    media: str = "iso_a4_210x297mm"
    copies: int = 1


class FaxTo(Settings, frozen=True, tag="fax"):
    """`folder` lies below the centre's own folder for deliveries."""

    folder: str = "fax"


class FolderTo(Settings, frozen=True, tag="folder"):
    """`folder` lies below the centre's own folder for deliveries."""

    folder: str = "reports"


Target: TypeAlias = EmailTo | PortalTo | SftpTo | WebdavTo | PrinterTo | FaxTo | FolderTo

HAVE_SECRETS = (EmailTo, SftpTo, WebdavTo, PrinterTo)
PAPER_ONLY = (PrinterTo, FaxTo)
"""These take PDF alone."""


class Enclosed(NamedTuple):
    """One file. `ascii_name` is unique and the same on every attempt; `digest` is sha-256."""

    n: int
    format: str
    name: str
    ascii_name: str
    media_type: str
    data: bytes
    digest: bytes


class Parcel(NamedTuple):
    """What goes to one destination. `id` is the same on every attempt, and another when somebody sends again.

    `links` gives an address for each file, for what is too large to be attached. A notice has text alone.
    """

    id: str
    title: str
    language: str
    site: str
    files: tuple[Enclosed, ...]
    at: Ms
    period: str
    draft: bool = False
    reason: str = ""  # why this edition restates an earlier one
    text: str = ""
    links: Callable[[], Awaitable[dict[int, str]]] | None = None


class Receipt(NamedTuple):
    """`confirmed`: the other side has it for certain. `answer`: its own words, for people. `follow`: what to ask the
    other side about later, until it is confirmed."""

    confirmed: bool
    answer: str
    details: dict[str, Any]
    follow: dict[str, Any] | None = None


def basic(username: str, secret: str | None) -> dict[str, str]:
    """The header of a sign-in by name and password (RFC 7617); without a name nobody signs in."""
    if not username:
        return {}
    return {"Authorization": f"Basic {base64.b64encode(f'{username}:{secret or str()}'.encode()).decode()}"}


class Failure(Exception):
    """One clear sentence. `lasting`: trying again by itself would not help."""

    def __init__(self, sentence: str, *, lasting: bool = False) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.lasting = lasting
