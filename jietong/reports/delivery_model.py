"""Schedules, destinations, editions and deliveries as data. Pure."""

from enum import StrEnum
from typing import Any, NamedTuple

from msgspec import Struct

from jietong.core.errors import Invalid
from jietong.core.vocabulary import Ms
from jietong.reports import timetable as times
from jietong.reports.bundle import MOST_REPORTS, Format
from jietong.reports.channels.model import (
    PAPER_ONLY,
    EmailTo,
    FaxTo,
    FolderTo,
    PrinterTo,
    SftpTo,
    Target,
    WebdavTo,
)
from jietong.reports.model import LANGUAGES
from jietong.reports.timetable import Timetable

EVERYBODY = "*"
"""In place of a client: all clients together."""

MOST_DESTINATIONS = 20


class ScheduleSpec(Struct, frozen=True, forbid_unknown_fields=True):
    """`reports`: several become one bundle. `client` None: the figures of all clients. `escalate`: the e-mail
    destination that is told of a missed deadline. `contract`: the agreement whose duty this is."""

    name: str
    reports: tuple[str, ...]
    timetable: Timetable
    destinations: tuple[str, ...]
    formats: tuple[Format, ...] = (Format.PDF,)
    language: str = "zh-Hans"
    client: str | None = None
    draft: bool = False
    escalate: str | None = None
    contract: str | None = None
    active: bool = True


class Schedule(NamedTuple):
    id: str
    version: int
    spec: ScheduleSpec
    owner: str
    owner_name: str
    next_at: Ms | None
    changed_at: Ms


class Destination(NamedTuple):
    """`secret`: whether one is kept; it never leaves the server."""

    id: str
    version: int
    name: str
    target: Target
    secret: bool
    active: bool
    changed_at: Ms


class EditionState(StrEnum):
    PLANNED = "planned"  # -> made | given_up
    MADE = "made"
    GIVEN_UP = "given_up"


class DeliveryState(StrEnum):
    WAITING = "waiting"  # -> sending
    SENDING = "sending"  # -> sent | confirmed | failed | given_up
    SENT = "sent"  # the other side has taken it -> confirmed
    CONFIRMED = "confirmed"  # read back, printed, or opened by somebody
    FAILED = "failed"  # tried again by itself -> sending
    GIVEN_UP = "given_up"


REACHED = (DeliveryState.SENT, DeliveryState.CONFIRMED)


class Edition(NamedTuple):
    id: str
    client: str
    schedule: str
    at: Ms
    n: int
    title: str
    language: str
    state: EditionState
    draft: bool
    reason: str
    start: Ms | None
    end: Ms | None
    digest: str | None
    deadline: Ms
    error: str
    made_at: Ms | None
    published_at: Ms | None


class FileLine(NamedTuple):
    n: int
    format: str
    name: str
    media_type: str
    digest: str
    bytes: int


class Delivery(NamedTuple):
    """`attempts`: of each its `at`, `ok` and `answer`."""

    id: str
    client: str
    schedule: str
    schedule_name: str
    edition: str
    edition_n: int
    title: str
    destination: str
    destination_name: str
    way: str
    at: Ms
    deadline: Ms
    state: DeliveryState
    round: int
    attempts: list[dict[str, Any]]
    next_try: Ms | None
    digest: str | None
    bytes: int | None
    receipt: dict[str, Any] | None
    reached_at: Ms | None
    escalated_at: Ms | None
    notice: bool
    error: str  # why there is nothing to send yet


class Opening(NamedTuple):
    who: str
    name: str
    at: Ms
    address: str


def checked_schedule(spec: ScheduleSpec, targets: dict[str, Target]) -> None:
    """`targets`: the destinations that are there. Raises Invalid `invalid_schedule`, `bad_timetable`."""
    if not 1 <= len(spec.name.strip()) <= 200:
        raise _bad("name", "Give it a name of up to 200 characters.")
    if not 1 <= len(spec.reports) <= MOST_REPORTS:
        raise _bad("reports", f"Choose 1 to {MOST_REPORTS} reports.")
    if not spec.formats or len(set(spec.formats)) != len(spec.formats):
        raise _bad("formats", "Choose formats, each once.")
    if spec.language not in LANGUAGES:
        raise _bad("language", "Languages are zh-Hans, zh-Hant and en.")
    if not 1 <= len(spec.destinations) <= MOST_DESTINATIONS or len(set(spec.destinations)) != len(spec.destinations):
        raise _bad("destinations", f"Choose 1 to {MOST_DESTINATIONS} destinations, each once.")
    for n, id in enumerate(spec.destinations):
        if id not in targets:
            raise _bad(f"destinations.{n}", f"There is no destination {id!r}.")
        if isinstance(targets[id], PAPER_ONLY) and Format.PDF not in spec.formats:
            raise _bad("formats", "A printer or fax takes PDF: choose it among the formats.")
    if spec.escalate is not None and not isinstance(targets.get(spec.escalate), EmailTo):
        raise _bad("escalate", "A missed deadline is told by e-mail: choose an e-mail destination.")
    times.checked(spec.timetable)


def checked_target(name: str, target: Target) -> None:
    """Raises Invalid `invalid_destination` naming the field."""
    if not 1 <= len(name.strip()) <= 200:
        raise _bad_target("name", "Give it a name of up to 200 characters.")
    if isinstance(target, EmailTo):
        _host(target.host, target.port)
        for n, address in enumerate((target.sender, *target.to)):
            if not _mail_address(address):
                field = "sender" if n == 0 else f"to.{n - 1}"
                raise _bad_target(field, f"{address!r} is no e-mail address.")
        if not 1 <= len(target.to) <= 100:
            raise _bad_target("to", "Give 1 to 100 recipients.")
        if not 0 <= target.attach_mb <= 50:
            raise _bad_target("attach_mb", "Attachments of 0 to 50 MB.")
    elif isinstance(target, SftpTo):
        _host(target.host, target.port)
        if not target.username:
            raise _bad_target("username", "Give the user's name on the server.")
        if target.auth not in ("password", "key"):
            raise _bad_target("auth", "Sign in by password or key.")
        if len(target.host_key.split()) < 2:
            raise _bad_target(
                "host_key", "Give the server's public key, as `ssh-keyscan` prints it: ssh-ed25519 AAAA…"
            )
    elif isinstance(target, WebdavTo):
        if not target.url.startswith(("http://", "https://")) or _unprintable(target.url):
            raise _bad_target("url", "Give the folder's address: https://files.example/reports/")
        _no_sign_in("url", target.url)
    elif isinstance(target, PrinterTo):
        if not target.uri.startswith(("ipp://", "ipps://")) or _unprintable(target.uri):
            raise _bad_target("uri", "Give the printer's address: ipp://printer.example:631/ipp/print")
        _no_sign_in("uri", target.uri)
        if not 1 <= target.copies <= 99:
            raise _bad_target("copies", "Print 1 to 99 copies.")
    elif isinstance(target, FaxTo | FolderTo):
        parts = target.folder.split("/")
        if not target.folder or any(part in ("", ".", "..") or _unprintable(part) for part in parts):
            raise _bad_target("folder", "Give a folder's name, without `..`: it lies below the centre's own folder.")


def _host(host: str, port: int) -> None:
    if not host or _unprintable(host) or "/" in host:
        raise _bad_target("host", "Give the server's name or address.")
    if not 1 <= port <= 65535:
        raise _bad_target("port", "Give a port from 1 to 65535.")


def _no_sign_in(field: str, address: str) -> None:
    """An address is shown and is in the audit log; a password in it would be too."""
    if "@" in address.partition("://")[2].partition("/")[0]:
        raise _bad_target(field, "Leave name and password out of the address: they have fields of their own.")


def _mail_address(text: str) -> bool:
    name, at, domain = text.rpartition("@")
    return bool(name and at and domain) and not _unprintable(text) and not set(text) & set('<>,;"\\()[]:')


def _unprintable(text: str) -> bool:
    return any(sign.isspace() or not sign.isprintable() for sign in text)


def _bad(field: str, text: str) -> Invalid:
    return Invalid("invalid_schedule", text, field=field)


def _bad_target(field: str, text: str) -> Invalid:
    return Invalid("invalid_destination", text, field=f"target.{field}" if field != "name" else field)
