"""Schedules, destinations, editions, deliveries and openings as rows."""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import asyncpg
import msgspec

from jietong.core.clock import to_datetime, to_ms
from jietong.core.days import Span
from jietong.core.errors import NotFound
from jietong.core.vocabulary import Ms
from jietong.db.pool import Connection
from jietong.reports.channels.model import Enclosed, Target
from jietong.reports.delivery_model import (
    EVERYBODY,
    Delivery,
    DeliveryState,
    Destination,
    Edition,
    EditionState,
    FileLine,
    Opening,
    Schedule,
    ScheduleSpec,
)
from jietong.reports.store import stale

# --- destinations ------------------------------------------------------------------------------------------------


async def destinations(conn: Connection) -> list[Destination]:
    return [_destination(row) for row in await conn.fetch("SELECT * FROM report_destination ORDER BY id")]


async def destination(conn: Connection, id: str, *, lock: bool = False) -> tuple[Destination, bytes | None]:
    """With its sealed secret. Raises NotFound `no_such_destination`."""
    row = await conn.fetchrow(f"SELECT * FROM report_destination WHERE id = $1{' FOR UPDATE' if lock else ''}", id)
    if row is None:
        raise NotFound("no_such_destination", f"There is no destination {id!r}.")
    return _destination(row), row["sealed"]


async def insert_destination(
    conn: Connection, id: str, name: str, target: Target, sealed: bytes | None, at: Ms
) -> None:
    await conn.execute(
        "INSERT INTO report_destination (id, version, spec, sealed, changed_at) VALUES ($1, 1, $2, $3, $4)",
        id,
        {"name": name, "target": msgspec.to_builtins(target)},
        sealed,
        to_datetime(at),
    )


async def update_destination(
    conn: Connection, id: str, base: int, name: str, target: Target, sealed: bytes | None, active: bool, at: Ms
) -> None:
    """Raises NotFound `no_such_destination`, Refused `stale_version`."""
    known, _ = await destination(conn, id, lock=True)
    if known.version != base:
        raise stale(known.version, base)
    await conn.execute(
        "UPDATE report_destination SET version = version + 1, spec = $2, sealed = $3, active = $4, changed_at = $5 "
        "WHERE id = $1",
        id,
        {"name": name, "target": msgspec.to_builtins(target)},
        sealed,
        active,
        to_datetime(at),
    )


async def delete_destination(conn: Connection, id: str) -> None:
    await conn.execute("DELETE FROM report_destination WHERE id = $1", id)


def _destination(row: asyncpg.Record) -> Destination:
    return Destination(
        row["id"],
        row["version"],
        row["spec"]["name"],
        msgspec.convert(row["spec"]["target"], Target),
        row["sealed"] is not None,
        row["active"],
        to_ms(row["changed_at"]),
    )


# --- schedules ---------------------------------------------------------------------------------------------------


async def schedules(conn: Connection) -> list[Schedule]:
    rows = await conn.fetch("SELECT * FROM report_schedule WHERE deleted_at IS NULL ORDER BY spec->>'name', id")
    return [_schedule(row) for row in rows]


async def schedule(conn: Connection, id: str, *, lock: bool = False) -> Schedule:
    """Raises NotFound `no_such_schedule`."""
    row = await conn.fetchrow(
        f"SELECT * FROM report_schedule WHERE id = $1 AND deleted_at IS NULL{' FOR UPDATE' if lock else ''}", id
    )
    if row is None:
        raise NotFound("no_such_schedule", f"There is no schedule {id!r} that you can see.")
    return _schedule(row)


async def insert_schedule(conn: Connection, one: Schedule, planned: Ms) -> None:
    await conn.execute(
        "INSERT INTO report_schedule (id, client, version, spec, owner, owner_name, active, planned_at, next_at, "
        "changed_at) VALUES ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9)",
        one.id,
        one.spec.client or EVERYBODY,
        msgspec.to_builtins(one.spec),
        one.owner,
        one.owner_name,
        one.spec.active,
        to_datetime(planned),
        _when(one.next_at),
        to_datetime(one.changed_at),
    )


async def update_schedule(conn: Connection, one: Schedule, planned: Ms) -> None:
    """`one.version` is the one that it was read with. Raises NotFound `no_such_schedule`, Refused `stale_version`."""
    known = await schedule(conn, one.id, lock=True)
    if known.version != one.version:
        raise stale(known.version, one.version)
    await conn.execute(
        "UPDATE report_schedule SET version = version + 1, client = $2, spec = $3, owner = $4, owner_name = $5, "
        "active = $6, planned_at = $7, next_at = $8, changed_at = $9 WHERE id = $1",
        one.id,
        one.spec.client or EVERYBODY,
        msgspec.to_builtins(one.spec),
        one.owner,
        one.owner_name,
        one.spec.active,
        to_datetime(planned),
        _when(one.next_at),
        to_datetime(one.changed_at),
    )


async def delete_schedule(conn: Connection, id: str, at: Ms) -> None:
    """What it has made stays in the archive; what is planned is not made any more."""
    await conn.execute("UPDATE report_schedule SET deleted_at = $2 WHERE id = $1", id, to_datetime(at))
    await conn.execute(
        "DELETE FROM report_delivery d USING report_edition e WHERE e.id = d.edition AND d.schedule = $1 "
        "AND e.state = 'planned' AND d.notice IS NULL",
        id,
    )
    await conn.execute("DELETE FROM report_edition WHERE schedule = $1 AND state = 'planned'", id)


async def due_schedules(conn: Connection, now: Ms) -> list[tuple[Schedule, Ms]]:
    """Those with an occasion by `now`, locked, each with the instant up to which it is planned."""
    rows = await conn.fetch(
        "SELECT * FROM report_schedule WHERE active AND deleted_at IS NULL AND next_at <= $1 "
        "ORDER BY next_at LIMIT 50 FOR UPDATE SKIP LOCKED",
        to_datetime(now),
    )
    return [(_schedule(row), to_ms(row["planned_at"])) for row in rows]


async def planned_until(conn: Connection, id: str, planned: Ms, next_at: Ms | None) -> None:
    await conn.execute(
        "UPDATE report_schedule SET planned_at = $2, next_at = $3 WHERE id = $1",
        id,
        to_datetime(planned),
        _when(next_at),
    )


def _schedule(row: asyncpg.Record) -> Schedule:
    return Schedule(
        row["id"],
        row["version"],
        msgspec.convert(row["spec"], ScheduleSpec),
        row["owner"],
        row["owner_name"],
        _ms(row["next_at"]),
        to_ms(row["changed_at"]),
    )


# --- editions ----------------------------------------------------------------------------------------------------


class Planned(NamedTuple):
    """An edition that is to be made, claimed under `lease`."""

    edition: Edition
    lease: str
    tries: int


async def plan_edition(
    conn: Connection,
    id: str,
    one: Schedule,
    *,
    at: Ms,
    n: int,
    ready: Ms,
    deadline: Ms,
    reason: str = "",
) -> bool:
    """False: there is one already."""
    done = await conn.execute(
        "INSERT INTO report_edition (id, client, schedule, at, n, title, language, state, draft, reason, ready_at, "
        "deadline, next_try) VALUES ($1, $2, $3, $4, $5, $6, $7, 'planned', $8, $9, $10, $11, $10) "
        "ON CONFLICT (schedule, at, n) DO NOTHING",
        id,
        one.spec.client or EVERYBODY,
        one.id,
        to_datetime(at),
        n,
        one.spec.name,
        one.spec.language,
        one.spec.draft,
        reason,
        to_datetime(ready),
        to_datetime(deadline),
    )
    return done == "INSERT 0 1"


async def plan_delivery(
    conn: Connection, id: str, client: str, schedule: str, edition: str, destination: str, at: Ms, deadline: Ms
) -> None:
    await conn.execute(
        "INSERT INTO report_delivery (id, client, schedule, edition, destination, at, deadline, state) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, 'waiting') ON CONFLICT DO NOTHING",
        id,
        client,
        schedule,
        edition,
        destination,
        to_datetime(at),
        to_datetime(deadline),
    )


async def claim_edition(conn: Connection, lease: str, now: Ms, lease_ms: Ms) -> Planned | None:
    row = await conn.fetchrow(
        "UPDATE report_edition SET lease = $1, lease_until = $3, tries = tries + 1 WHERE id = ("
        "SELECT id FROM report_edition WHERE state = 'planned' AND next_try <= $2 "
        "AND (lease_until IS NULL OR lease_until < $2) ORDER BY next_try LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING *",
        lease,
        to_datetime(now),
        to_datetime(now + lease_ms),
    )
    return None if row is None else Planned(_edition(row), lease, row["tries"])


async def renew_edition(conn: Connection, *, planned: Planned, until: Ms) -> bool:
    """False: the lease is another's by now."""
    done = await conn.execute(
        "UPDATE report_edition SET lease_until = $3 WHERE id = $1 AND lease = $2",
        planned.edition.id,
        planned.lease,
        to_datetime(until),
    )
    return done == "UPDATE 1"


async def keep_edition(
    conn: Connection, planned: Planned, span: Span, figures: bytes, files: Sequence[Enclosed], now: Ms
) -> bool:
    """Writes what was made and lets its deliveries go. False: the lease was lost, nothing is written."""
    digest = content_digest(file.digest for file in files)
    edition = planned.edition
    row = await conn.fetchrow(
        "UPDATE report_edition SET state = 'made', first_at = $3, end_at = $4, figures = $5, digest = $6, "
        "made_at = $7, lease = NULL, lease_until = NULL, error = '' WHERE id = $1 AND lease = $2 "
        "AND state = 'planned' RETURNING id",
        edition.id,
        planned.lease,
        to_datetime(span.start),
        to_datetime(span.end),
        figures,
        digest,
        to_datetime(now),
    )
    if row is None:
        return False
    await conn.executemany(
        "INSERT INTO report_file (edition, n, client, format, name, ascii_name, media_type, digest, data) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        [
            (
                edition.id,
                file.n,
                edition.client,
                file.format,
                file.name,
                file.ascii_name,
                file.media_type,
                file.digest,
                file.data,
            )
            for file in files
        ],
    )
    await conn.execute(
        "UPDATE report_delivery SET next_try = $2 WHERE edition = $1 AND notice IS NULL AND state = 'waiting'",
        edition.id,
        to_datetime(now),
    )
    return True


async def edition_failed(conn: Connection, planned: Planned, error: str, next_try: Ms | None) -> None:
    """`next_try` None: given up."""
    await conn.execute(
        "UPDATE report_edition SET error = $3, lease = NULL, lease_until = NULL, "
        "state = CASE WHEN $4::timestamptz IS NULL THEN 'given_up' ELSE state END, "
        "next_try = coalesce($4, next_try) WHERE id = $1 AND lease = $2",
        planned.edition.id,
        planned.lease,
        error,
        _when(next_try),
    )
    if next_try is None:
        await conn.execute(
            "UPDATE report_delivery SET state = 'given_up' WHERE edition = $1 AND notice IS NULL", planned.edition.id
        )


async def editions(
    conn: Connection,
    *,
    published: bool,
    schedule: str | None = None,
    limit: int = 100,
    before: tuple[Ms, str] | None = None,
) -> list[Edition]:
    """Made ones, latest first, after `before` (instant, id)."""
    rows = await conn.fetch(
        "SELECT * FROM report_edition WHERE state = 'made' AND ($1 = false OR published_at IS NOT NULL) "
        "AND ($2::text IS NULL OR schedule = $2) AND ($3::timestamptz IS NULL OR (made_at, id) < ($3, $4)) "
        "ORDER BY made_at DESC, id DESC LIMIT $5",
        published,
        schedule,
        None if before is None else to_datetime(before[0]),
        "" if before is None else before[1],
        limit,
    )
    return [_edition(row) for row in rows]


async def edition(conn: Connection, id: str) -> Edition:
    """Raises NotFound `no_such_edition`."""
    row = await conn.fetchrow("SELECT * FROM report_edition WHERE id = $1", id)
    if row is None:
        raise no_such_edition(id)
    return _edition(row)


async def latest_edition(conn: Connection, schedule: str, at: Ms) -> tuple[Edition, bytes | None] | None:
    """Of one occasion, with the digest of its figures."""
    row = await conn.fetchrow(
        "SELECT * FROM report_edition WHERE schedule = $1 AND at = $2 ORDER BY n DESC LIMIT 1",
        schedule,
        to_datetime(at),
    )
    return None if row is None else (_edition(row), row["figures"])


async def figures_before(conn: Connection, edition: Edition) -> bytes | None:
    found: bytes | None = await conn.fetchval(
        "SELECT figures FROM report_edition WHERE schedule = $1 AND at = $2 AND n < $3 AND state = 'made' "
        "ORDER BY n DESC LIMIT 1",
        edition.schedule,
        to_datetime(edition.at),
        edition.n,
    )
    return found


async def drop_edition(conn: Connection, id: str) -> None:
    await conn.execute("DELETE FROM report_delivery WHERE edition = $1", id)
    await conn.execute("DELETE FROM report_edition WHERE id = $1", id)


async def files(conn: Connection, edition: str) -> tuple[Enclosed, ...]:
    rows = await conn.fetch("SELECT * FROM report_file WHERE edition = $1 ORDER BY n", edition)
    return tuple(_enclosed(row) for row in rows)


async def file(conn: Connection, edition: str, n: int) -> Enclosed:
    """Raises NotFound `no_such_edition`."""
    row = await conn.fetchrow("SELECT * FROM report_file WHERE edition = $1 AND n = $2", edition, n)
    if row is None:
        raise no_such_edition(edition)
    return _enclosed(row)


async def file_lines(conn: Connection, editions: Sequence[str]) -> dict[str, list[FileLine]]:
    rows = await conn.fetch(
        "SELECT edition, n, format, name, media_type, digest, octet_length(data) AS bytes FROM report_file "
        "WHERE edition = ANY($1::text[]) ORDER BY edition, n",
        list(editions),
    )
    out: dict[str, list[FileLine]] = {}
    for row in rows:
        line = FileLine(row["n"], row["format"], row["name"], row["media_type"], row["digest"].hex(), row["bytes"])
        out.setdefault(row["edition"], []).append(line)
    return out


async def publish(conn: Connection, edition: str, now: Ms) -> None:
    """Idempotent."""
    await conn.execute(
        "UPDATE report_edition SET published_at = coalesce(published_at, $2) WHERE id = $1", edition, to_datetime(now)
    )


def content_digest(digests: Iterable[bytes]) -> bytes:
    """Of several files together; one file's own where it is alone."""
    all_of_them = list(digests)
    return all_of_them[0] if len(all_of_them) == 1 else hashlib.sha256(b"".join(all_of_them)).digest()


def no_such_edition(id: str) -> NotFound:
    return NotFound("no_such_edition", f"There is no report {id!r} in the archive that you can see.")


def _edition(row: asyncpg.Record) -> Edition:
    return Edition(
        row["id"],
        row["client"],
        row["schedule"],
        to_ms(row["at"]),
        row["n"],
        row["title"],
        row["language"],
        EditionState(row["state"]),
        row["draft"],
        row["reason"],
        _ms(row["first_at"]),
        _ms(row["end_at"]),
        None if row["digest"] is None else row["digest"].hex(),
        to_ms(row["deadline"]),
        row["error"],
        _ms(row["made_at"]),
        _ms(row["published_at"]),
    )


def _enclosed(row: asyncpg.Record) -> Enclosed:
    return Enclosed(
        row["n"], row["format"], row["name"], row["ascii_name"], row["media_type"], row["data"], row["digest"]
    )


# --- openings ----------------------------------------------------------------------------------------------------


async def opened(conn: Connection, id: str, edition: Edition, who: str, name: str, address: str, now: Ms) -> None:
    """A read receipt; the portal's delivery counts as received from the first one on."""
    await conn.execute(
        "INSERT INTO report_opening (id, client, edition, who, name, at, address) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7)",
        id,
        edition.client,
        edition.id,
        who,
        name,
        to_datetime(now),
        address,
    )


async def portal_received(conn: Connection, edition: str, who: str, now: Ms) -> None:
    await conn.execute(
        "UPDATE report_delivery d SET state = 'confirmed', receipt = coalesce(receipt, '{}') || $2 "
        "FROM report_destination t WHERE t.id = d.destination AND t.spec->'target'->>'way' = 'portal' "
        "AND d.edition = $1 AND d.state = 'sent'",
        edition,
        {"opened_by": who, "opened_at": now},
    )


async def openings(conn: Connection, edition: str) -> list[Opening]:
    rows = await conn.fetch("SELECT * FROM report_opening WHERE edition = $1 ORDER BY at, id", edition)
    return [Opening(row["who"], row["name"], to_ms(row["at"]), row["address"]) for row in rows]


# --- links -------------------------------------------------------------------------------------------------------


class FileLink(NamedTuple):
    id: str
    client: str
    edition: str
    file: int
    delivery: str
    sealed: bytes
    made_at: Ms
    expires_at: Ms
    revoked_at: Ms | None


async def add_link(conn: Connection, link: FileLink, secret: str) -> None:
    await conn.execute(
        "INSERT INTO report_file_link (id, client, edition, file, delivery, digest, sealed, made_at, expires_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        link.id,
        link.client,
        link.edition,
        link.file,
        link.delivery,
        hashlib.sha256(secret.encode()).digest(),
        link.sealed,
        to_datetime(link.made_at),
        to_datetime(link.expires_at),
    )


async def links_of(conn: Connection, delivery: str) -> list[FileLink]:
    rows = await conn.fetch("SELECT * FROM report_file_link WHERE delivery = $1 ORDER BY file", delivery)
    return [_link(row) for row in rows]


async def open_link(conn: Connection, secret: str, now: Ms) -> FileLink:
    """Raises NotFound `no_such_link`: made up, expired and revoked alike."""
    row = await conn.fetchrow(
        "SELECT * FROM report_file_link WHERE digest = $1 AND expires_at > $2 AND revoked_at IS NULL",
        hashlib.sha256(secret.encode()).digest(),
        to_datetime(now),
    )
    if row is None:
        raise NotFound("no_such_link", "This link is unknown, has expired or was taken back. Ask for a new one.")
    return _link(row)


async def drop_link(conn: Connection, id: str) -> None:
    await conn.execute("DELETE FROM report_file_link WHERE id = $1", id)


async def revoke_links(conn: Connection, delivery: str, now: Ms) -> int:
    done = await conn.execute(
        "UPDATE report_file_link SET revoked_at = $2 WHERE delivery = $1 AND revoked_at IS NULL",
        delivery,
        to_datetime(now),
    )
    return int(done.rpartition(" ")[2])


def _link(row: asyncpg.Record) -> FileLink:
    return FileLink(
        row["id"],
        row["client"],
        row["edition"],
        row["file"],
        row["delivery"],
        row["sealed"],
        to_ms(row["made_at"]),
        to_ms(row["expires_at"]),
        _ms(row["revoked_at"]),
    )


# --- deliveries --------------------------------------------------------------------------------------------------


class Claimed(NamedTuple):
    """A delivery that is to be sent, or followed, under `lease`."""

    id: str
    client: str
    schedule: str
    edition: str
    destination: str
    at: Ms
    deadline: Ms
    round: int
    tries: int
    lease: str
    follow: dict[str, Any] | None
    notice: dict[str, Any] | None
    attempts: list[dict[str, Any]]


async def claim_delivery(conn: Connection, lease: str, now: Ms, lease_ms: Ms) -> Claimed | None:
    """The longest due. One whose lease has run out was being sent by a process that is no more."""
    row = await conn.fetchrow(
        "UPDATE report_delivery SET lease = $1, lease_until = $3, tries = tries + 1, "
        "state = CASE WHEN state = 'sent' THEN state ELSE 'sending' END WHERE id = ("
        "SELECT id FROM report_delivery WHERE next_try <= $2 AND (lease_until IS NULL OR lease_until < $2) "
        "ORDER BY next_try LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING *",
        lease,
        to_datetime(now),
        to_datetime(now + lease_ms),
    )
    if row is None:
        return None
    follow = (row["receipt"] or {}).get("follow") if row["state"] == "sent" else None
    return Claimed(
        row["id"],
        row["client"],
        row["schedule"],
        row["edition"],
        row["destination"],
        to_ms(row["at"]),
        to_ms(row["deadline"]),
        row["round"],
        row["tries"],
        lease,
        follow,
        row["notice"],
        row["attempts"],
    )


async def renew(conn: Connection, *, claimed: Claimed, until: Ms) -> bool:
    """False: the lease is another's by now."""
    done = await conn.execute(
        "UPDATE report_delivery SET lease_until = $3 WHERE id = $1 AND lease = $2",
        claimed.id,
        claimed.lease,
        to_datetime(until),
    )
    return done == "UPDATE 1"


async def settle(
    conn: Connection,
    claimed: Claimed,
    state: DeliveryState,
    *,
    attempt: dict[str, Any] | None,
    next_try: Ms | None,
    receipt: dict[str, Any] | None = None,
    reached: Ms | None = None,
    digest: bytes | None = None,
    bytes: int | None = None,
) -> bool:
    """How an attempt ended. False: the lease was lost, nothing is written."""
    done = await conn.execute(
        "UPDATE report_delivery SET state = $3, attempts = attempts || $4, next_try = $5, "
        "receipt = coalesce($6, receipt), reached_at = coalesce(reached_at, $7), digest = coalesce($8, digest), "
        "bytes = coalesce($9, bytes), lease = NULL, lease_until = NULL WHERE id = $1 AND lease = $2",
        claimed.id,
        claimed.lease,
        str(state),
        [] if attempt is None else [attempt],
        _when(next_try),
        receipt,
        _when(reached),
        digest,
        bytes,
    )
    return done == "UPDATE 1"


_DELIVERY = (
    "SELECT d.*, coalesce(t.spec->>'name', d.destination) AS destination_name, "
    "coalesce(t.spec->'target'->>'way', '') AS way, coalesce(s.spec->>'name', '') AS schedule_name, "
    "e.n AS edition_n, e.title, e.error FROM report_delivery d JOIN report_edition e ON e.id = d.edition "
    "LEFT JOIN report_destination t ON t.id = d.destination LEFT JOIN report_schedule s ON s.id = d.schedule "
)


async def deliveries(
    conn: Connection,
    *,
    schedules: Sequence[str] | None = None,
    destination: str | None = None,
    states: Sequence[str] | None = None,
    late: bool = False,
    edition: str | None = None,
    now: Ms,
    limit: int = 100,
    before: tuple[Ms, str] | None = None,
) -> list[Delivery]:
    """Latest first, after `before` (instant, id). `late`: only those past their deadline that have not arrived."""
    rows = await conn.fetch(
        _DELIVERY + "WHERE ($1::text[] IS NULL OR d.schedule = ANY($1)) AND ($2::text IS NULL OR d.destination = $2) "
        "AND ($3::text[] IS NULL OR d.state = ANY($3)) AND (NOT $4 OR (d.reached_at IS NULL AND d.deadline < $5)) "
        "AND ($6::timestamptz IS NULL OR (d.at, d.id) < ($6, $7)) AND ($8::text IS NULL OR d.edition = $8) "
        "ORDER BY d.at DESC, d.id DESC LIMIT $9",
        None if schedules is None else list(schedules),
        destination,
        None if states is None else list(states),
        late,
        to_datetime(now),
        None if before is None else to_datetime(before[0]),
        "" if before is None else before[1],
        edition,
        limit,
    )
    return [_delivery(row) for row in rows]


async def due_in(conn: Connection, schedules: Sequence[str], span: Span) -> list[Delivery]:
    """Those that `on_time` counts, by their deadline."""
    rows = await conn.fetch(
        _DELIVERY + "WHERE d.notice IS NULL AND e.n = 1 AND d.schedule = ANY($1::text[]) AND d.deadline >= $2 "
        "AND d.deadline < $3 ORDER BY d.deadline, d.id LIMIT 1000",
        list(schedules),
        to_datetime(span.start),
        to_datetime(span.end),
    )
    return [_delivery(row) for row in rows]


async def delivery(conn: Connection, id: str) -> Delivery:
    """Raises NotFound `no_such_delivery`."""
    row = await conn.fetchrow(_DELIVERY + "WHERE d.id = $1", id)
    if row is None:
        raise NotFound("no_such_delivery", f"There is no delivery {id!r} that you can see.")
    return _delivery(row)


async def again(conn: Connection, id: str, now: Ms) -> None:
    """A new round with the same content, at once."""
    await conn.execute(
        "UPDATE report_delivery SET state = 'waiting', round = round + 1, tries = 0, next_try = $2, "
        "receipt = NULL, lease = NULL, lease_until = NULL WHERE id = $1",
        id,
        to_datetime(now),
    )


async def missed(conn: Connection, now: Ms) -> list[Claimed]:
    """Past their deadline, not arrived, not yet told of; locked."""
    rows = await conn.fetch(
        "SELECT * FROM report_delivery WHERE (deadline < $1 OR state = 'given_up') AND reached_at IS NULL "
        "AND escalated_at IS NULL AND notice IS NULL ORDER BY deadline LIMIT 50 FOR UPDATE SKIP LOCKED",
        to_datetime(now),
    )
    return [
        Claimed(
            row["id"],
            row["client"],
            row["schedule"],
            row["edition"],
            row["destination"],
            to_ms(row["at"]),
            to_ms(row["deadline"]),
            row["round"],
            row["tries"],
            "",
            None,
            None,
            row["attempts"],
        )
        for row in rows
    ]


async def escalated(conn: Connection, id: str, now: Ms) -> None:
    await conn.execute("UPDATE report_delivery SET escalated_at = $2 WHERE id = $1", id, to_datetime(now))


async def plan_notice(
    conn: Connection, id: str, about: Claimed, destination: str, notice: dict[str, Any], now: Ms, deadline: Ms
) -> None:
    await conn.execute(
        "INSERT INTO report_delivery (id, client, schedule, edition, destination, at, deadline, state, next_try, "
        "notice) VALUES ($1, $2, $3, $4, $5, $6, $7, 'waiting', $6, $8)",
        id,
        about.client,
        about.schedule,
        about.edition,
        destination,
        to_datetime(now),
        to_datetime(deadline),
        notice,
    )


async def on_time(conn: Connection, schedules: Sequence[str] | None, span: Span) -> tuple[int, int]:
    """How many of the deliveries whose deadline lies in `span` arrived by it, and how many there are. First editions
    alone count: a restated one was not promised. `schedules` None: all that the connection sees."""
    row = await conn.fetchrow(
        "SELECT count(*) FILTER (WHERE d.reached_at <= d.deadline) AS numerator, count(*) AS denominator "
        "FROM report_delivery d JOIN report_edition e ON e.id = d.edition WHERE d.notice IS NULL AND e.n = 1 "
        "AND d.deadline >= $1 AND d.deadline < $2 AND ($3::text[] IS NULL OR d.schedule = ANY($3))",
        to_datetime(span.start),
        to_datetime(span.end),
        None if schedules is None else list(schedules),
    )
    assert row is not None
    return row["numerator"], row["denominator"]


def _delivery(row: asyncpg.Record) -> Delivery:
    return Delivery(
        row["id"],
        row["client"],
        row["schedule"],
        row["schedule_name"],
        row["edition"],
        row["edition_n"],
        row["title"],
        row["destination"],
        row["destination_name"],
        row["way"],
        to_ms(row["at"]),
        to_ms(row["deadline"]),
        DeliveryState(row["state"]),
        row["round"],
        row["attempts"],
        _ms(row["next_try"]),
        None if row["digest"] is None else row["digest"].hex(),
        row["bytes"],
        row["receipt"],
        _ms(row["reached_at"]),
        _ms(row["escalated_at"]),
        row["notice"] is not None,
        row["error"],
    )


def _ms(value: Any) -> Ms | None:
    return None if value is None else to_ms(value)


def _when(at: Ms | None) -> Any:
    return None if at is None else to_datetime(at)
