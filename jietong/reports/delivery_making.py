"""Making an edition: the schedule's reports read at its instant, with its owner's right, as files for the archive."""

import hashlib
import re
from typing import NamedTuple

import msgspec

from jietong.core.clock import to_datetime
from jietong.core.days import Span
from jietong.core.errors import Forbidden
from jietong.core.vocabulary import Ms
from jietong.db.pool import ALL, Connection, Database
from jietong.identity.model import Principal
from jietong.identity.permissions import Permission, permissions_of, roles_of
from jietong.reports import bundle
from jietong.reports.bundle import Format
from jietong.reports.channels.model import Enclosed, PortalTo, Target
from jietong.reports.channels.words import told
from jietong.reports.delivery_model import Edition, Schedule
from jietong.reports.model import Result
from jietong.reports.service import Ask, Reports
from jietong.reports.texts import local_time

_PLAIN = re.compile(r"[^A-Za-z0-9]+")


PAGE = 0
"""Number of the file that the portal opens on a telephone; it is sent nowhere else."""


class Made(NamedTuple):
    """`figures`: sha-256 of the figures themselves, whatever the files look like."""

    span: Span
    figures: bytes
    files: tuple[Enclosed, ...]


async def make(
    reports: Reports, database: Database, schedule: Schedule, edition: Edition, targets: list[Target], now: Ms
) -> Made:
    """Raises Forbidden `owner_gone`, and whatever running the reports raises."""
    spec = schedule.spec
    async with database.read(ALL) as conn:
        owner = await owner_of(conn, schedule.owner, spec.client, now)
    if owner is None:
        raise Forbidden(
            "owner_gone",
            f"{schedule.owner_name}, who owns this schedule, may no longer see these figures. "
            "Somebody who may has to save it again.",
        )
    results = [await reports.run(owner, Ask(id, at=edition.at)) for id in spec.reports]
    formats = list(enumerate(spec.formats, 1))
    if Format.HTML not in spec.formats and any(isinstance(target, PortalTo) for target in targets):
        formats.append((PAGE, Format.HTML))
    watermark = told("draft", spec.language) if spec.draft else None
    title = {spec.language: spec.name} if len(results) > 1 else None
    stem = _stem(schedule, edition)
    files = []
    for n, format in formats:
        file = await bundle.make(results, format, spec.language, title=title, watermark=watermark)
        ending = file.name.rpartition(".")[2]
        day = f"{local_time(edition.at, spec.timetable.zone):%Y-%m-%d}"
        shown = f"{file.name.removesuffix(f'.{ending}')} {day}{f' ({edition.n})' if edition.n > 1 else ''}.{ending}"
        digest = hashlib.sha256(file.data).digest()
        files.append(Enclosed(n, str(format), shown, f"{stem}.{ending}", file.media_type, file.data, digest))
    span = Span(min(one.window.start for one in results), max(one.window.end for one in results))
    return Made(span, figures_digest(results), _with_own_names(files))


def figures_digest(results: list[Result]) -> bytes:
    """Of values, numerators and denominators with their groups, intervals and definitions."""
    facts = [
        (
            [(used.key, used.version) for used in result.definitions],
            [
                [
                    (line.start, line.end, line.keys, [(v.value, v.numerator, v.denominator) for v in line.values])
                    for line in (*outcome.lines, *((outcome.total,) if outcome.total else ()))
                ]
                for outcome in result.outcomes
            ],
        )
        for result in results
    ]
    return hashlib.sha256(msgspec.json.encode(facts)).digest()


async def owner_of(conn: Connection, owner: str, client: str | None, now: Ms) -> Principal | None:
    """Who reports are made for, narrowed to the client. None: no such right any more."""
    if owner.startswith("token:"):
        row = await conn.fetchrow(
            "SELECT name AS login, name, roles, clients FROM api_token WHERE id = $1 AND revoked_at IS NULL "
            "AND expires_at > $2",
            owner.removeprefix("token:"),
            to_datetime(now),
        )
    else:
        row = await conn.fetchrow("SELECT login, name, roles, clients FROM account WHERE id = $1 AND active", owner)
    if row is None:
        return None
    roles = roles_of(row["roles"])
    permissions = permissions_of(roles)
    own = None if row["clients"] is None else tuple(row["clients"])
    if not {Permission.REPORT_VIEW, Permission.REPORT_SCHEDULE} <= permissions:
        return None
    if own is not None and (client is None or client not in own):
        return None
    return Principal(
        account_id=owner,
        login=row["login"],
        name=row["name"],
        roles=roles,
        permissions=permissions,
        clients=own if client is None else (client,),
    )


def _stem(schedule: Schedule, edition: Edition) -> str:
    """Plain, and no other schedule's or occasion's."""
    name = _PLAIN.sub("-", schedule.spec.name).strip("-").lower()[:40] or "report"
    at = f"{local_time(edition.at, schedule.spec.timetable.zone):%Y%m%d-%H%M}"
    return f"{name}-{schedule.id[-6:]}_{at}{f'_v{edition.n}' if edition.n > 1 else ''}"


def _with_own_names(files: list[Enclosed]) -> tuple[Enclosed, ...]:
    """CSV of several blocks is a ZIP, and may stand beside the ZIP of everything."""
    taken: set[str] = set()
    out = []
    for file in files:
        if file.ascii_name in taken:
            stem, _, ending = file.ascii_name.rpartition(".")
            file = file._replace(ascii_name=f"{stem}_{file.format}.{ending}")
        taken.add(file.ascii_name)
        out.append(file)
    return tuple(out)
