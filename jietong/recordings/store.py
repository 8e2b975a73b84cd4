"""Recordings as rows. Transactions belong to the caller."""

from collections.abc import Sequence
from typing import Any

import asyncpg
import msgspec

from jietong.channels.ports import Gap
from jietong.core.events import AnyEvent, decode, encode
from jietong.core.vocabulary import Ms
from jietong.db.pool import Connection
from jietong.recordings.model import Certificate, Hold, Job, Missing, Recording, Run, Track

_RECORDING = (
    "id, contact, client, queue, agent, rule, consent, started, duration_ms, gaps, lacking, keep_days, keep_until, "
    "stored_at, verified_at, damaged, state"
)
_HOLD = (
    "id, contact, client, reason, set_at, set_by, set_by_name, lifted_at, lifted_by, lifted_by_name, lifted_reason"
)
_CERTIFICATE = "id, recording, contact, client, at, why, document, digest, audit_seq"


# --- intake ----------------------------------------------------------------------------------------------------


async def note_job(conn: Connection, job: Job, now: Ms) -> None:
    """Idempotent: a recording is taken in once, however often it is announced. Of one that is in safety already,
    plain files that lie there again are deleted, and a track that it lacks becomes a recording beside it."""
    stored = await conn.fetch("SELECT name FROM recording_track WHERE recording = $1", job.recording)
    if not stored:
        await _note(conn, job, "store", now)
        return
    safe = {row["name"] for row in stored}
    files = {name: path for name, path in job.tracks.items() if path is not None}
    again = {name: path for name, path in files.items() if name in safe}
    late = {name: path for name, path in files.items() if name not in safe}
    if again:
        await _note(conn, msgspec.structs.replace(job, tracks=again), "clear", now)
    if late:
        beside = msgspec.structs.replace(job, recording=f"{job.recording}-late", tracks=late)
        await _note(conn, beside, "store", now)


async def _note(conn: Connection, job: Job, stage: str, now: Ms) -> None:
    await conn.execute(
        """
        INSERT INTO recording_intake (recording, client, job, stage, noted_at, due_at)
        VALUES ($1, $2, $3, $5, $4, $4) ON CONFLICT (recording) DO NOTHING
        """,
        job.recording,
        job.client,
        msgspec.to_builtins(job),
        now,
        stage,
    )


async def due_jobs(conn: Connection, now: Ms, limit: int) -> list[tuple[Job, str, int, str | None]]:
    """(job, stage, attempts, trouble told), longest due first."""
    rows = await conn.fetch(
        "SELECT job, stage, attempts, told FROM recording_intake WHERE due_at <= $1 ORDER BY due_at LIMIT $2",
        now,
        limit,
    )
    return [(msgspec.convert(row["job"], Job), row["stage"], row["attempts"], row["told"]) for row in rows]


async def next_due(conn: Connection) -> Ms | None:
    due: Ms | None = await conn.fetchval("SELECT min(due_at) FROM recording_intake")
    return due


async def hold(conn: Connection, recording: str) -> bool:
    """Whether the job is still to be stored; nobody else takes it up until the transaction ends, however long."""
    await conn.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
    stage = await conn.fetchval("SELECT stage FROM recording_intake WHERE recording = $1 FOR UPDATE", recording)
    return bool(stage == "store")


async def postpone(conn: Connection, recording: str, until: Ms, told: str | None) -> bool:
    """False: nothing is left to do, for another process has done it."""
    done = await conn.execute(
        "UPDATE recording_intake SET attempts = attempts + 1, due_at = $2, told = coalesce($3, told) "
        "WHERE recording = $1",
        recording,
        until,
        told,
    )
    return bool(done != "UPDATE 0")


async def job_stored(conn: Connection, recording: str) -> None:
    """What is left to do is to delete the plain files."""
    await conn.execute("UPDATE recording_intake SET stage = 'clear' WHERE recording = $1", recording)


async def job_done(conn: Connection, recording: str) -> None:
    await conn.execute("DELETE FROM recording_intake WHERE recording = $1", recording)


async def backlog(conn: Connection) -> tuple[int, Ms | None, int]:
    """(how many wait, since when, how many of them in trouble)"""
    row = await conn.fetchrow(
        "SELECT count(*) AS n, min(noted_at) AS since, count(*) FILTER (WHERE attempts > 0) AS stuck "
        "FROM recording_intake WHERE stage = 'store'"
    )
    assert row is not None
    return row["n"], row["since"], row["stuck"]


async def note_missing(conn: Connection, job: Job, why: str, now: Ms) -> None:
    await conn.execute(
        """
        INSERT INTO recording_missing (recording, contact, client, agent, started, why, at)
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (recording) DO UPDATE SET why = excluded.why
        """,
        job.recording,
        job.contact,
        job.client,
        job.agent,
        job.started,
        why,
        now,
    )


async def not_missing(conn: Connection, recording: str) -> None:
    await conn.execute("DELETE FROM recording_missing WHERE recording = $1", recording)


async def missing(conn: Connection, limit: int, contact: str | None = None) -> list[Missing]:
    """Newest first."""
    rows = await conn.fetch(
        f"SELECT {', '.join(Missing._fields)} FROM recording_missing WHERE ($2::text IS NULL OR contact = $2) "
        "ORDER BY at DESC LIMIT $1",
        limit,
        contact,
    )
    return [Missing(*row) for row in rows]


# --- recordings ------------------------------------------------------------------------------------------------


async def add(conn: Connection, one: Recording) -> None:
    await conn.execute(
        f"INSERT INTO recording ({_RECORDING}) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
        *one[:9],
        [gap._asdict() for gap in one.gaps],
        list(one.lacking),
        *one[11:17],
    )
    await conn.executemany(
        "INSERT INTO recording_track (recording, client, name, key, path, bytes, digest, rate, data_at, frames, "
        "offset_ms, peaks) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        [(one.id, one.client, *track) for track in one.tracks],
    )


async def key_usable(conn: Connection, key: str) -> bool:
    """Whether the data key is still there, and stays until the transaction ends."""
    found = await conn.fetchval("SELECT id FROM recording_key WHERE id = $1 AND wrapped IS NOT NULL FOR SHARE", key)
    return found is not None


async def recording(conn: Connection, id: str, *, lock: bool = False) -> Recording | None:
    row = await conn.fetchrow(
        f"SELECT {_RECORDING} FROM recording WHERE id = $1" + (" FOR UPDATE" if lock else ""), id
    )
    return None if row is None else (await _with_tracks(conn, [row]))[0]


async def of_contact(conn: Connection, contact: str, *, lock: bool = False) -> list[Recording]:
    """In the order they began; deleted ones too."""
    rows = await conn.fetch(
        f"SELECT {_RECORDING} FROM recording WHERE contact = $1 ORDER BY started, id"
        + (" FOR UPDATE" if lock else ""),
        contact,
    )
    return await _with_tracks(conn, rows)


async def page(conn: Connection, after: str, limit: int, client: str | None = None) -> list[Recording]:
    """Stored recordings by id: for whoever goes through all of them."""
    rows = await conn.fetch(
        f"SELECT {_RECORDING} FROM recording WHERE state = 'stored' AND id > $1 "
        "AND ($3::text IS NULL OR client = $3) ORDER BY id LIMIT $2",
        after,
        limit,
        client,
    )
    return await _with_tracks(conn, rows)


async def overdue(conn: Connection, cutoff: Ms, after: tuple[Ms, str], limit: int) -> list[tuple[Ms, str]]:
    """(keep_until, id) of stored recordings past their time and not held, in that order."""
    rows = await conn.fetch(
        """
        SELECT keep_until, id FROM recording r
        WHERE state = 'stored' AND keep_until < $1 AND (keep_until, id) > ($2, $3)
          AND NOT EXISTS (SELECT 1 FROM recording_hold h WHERE h.contact = r.contact AND h.lifted_at IS NULL)
        ORDER BY keep_until, id LIMIT $4
        """,
        cutoff,
        after[0],
        after[1],
        limit,
    )
    return [(row["keep_until"], row["id"]) for row in rows]


async def overdue_counts(conn: Connection, cutoff: Ms) -> tuple[int, int, int]:
    """(to be deleted, their bytes, held back by a legal hold)"""
    row = await conn.fetchrow(
        """
        WITH late AS (
            SELECT r.id, EXISTS (
                SELECT 1 FROM recording_hold h WHERE h.contact = r.contact AND h.lifted_at IS NULL
            ) AS held
            FROM recording r WHERE state = 'stored' AND keep_until < $1
        )
        SELECT count(*) FILTER (WHERE NOT held) AS due, count(*) FILTER (WHERE held) AS held,
               coalesce((SELECT sum(bytes) FROM recording_track t JOIN late ON late.id = t.recording
                         WHERE NOT late.held), 0)::bigint AS bytes
        FROM late
        """,
        cutoff,
    )
    assert row is not None
    return row["due"], row["bytes"], row["held"]


async def leaving(conn: Connection) -> list[str]:
    """Ids of recordings whose deletion has begun and is not done."""
    rows = await conn.fetch("SELECT id FROM recording WHERE state = 'deleting' ORDER BY id")
    return [row["id"] for row in rows]


async def set_leaving(conn: Connection, id: str, order: dict[str, Any]) -> None:
    """Raises asyncpg.PostgresError JT001 when it is on hold: the database's own guard."""
    await conn.execute("UPDATE recording SET state = 'deleting', deleting = $2 WHERE id = $1", id, order)


async def order_of(conn: Connection, id: str) -> dict[str, Any] | None:
    found: dict[str, Any] | None = await conn.fetchval(
        "SELECT deleting FROM recording WHERE id = $1 AND state = 'deleting' FOR UPDATE", id
    )
    return found


async def set_gone(conn: Connection, id: str) -> None:
    """The audio is gone; that there was some, and its digests, stays known."""
    await conn.execute("UPDATE recording SET state = 'deleted' WHERE id = $1", id)
    await conn.execute("UPDATE recording_track SET peaks = '' WHERE recording = $1", id)


async def set_verified(conn: Connection, id: str, now: Ms, damaged: str | None) -> None:
    await conn.execute(
        "UPDATE recording SET damaged = $3, verified_at = CASE WHEN $3::text IS NULL THEN $2 ELSE verified_at END "
        "WHERE id = $1",
        id,
        now,
        damaged,
    )


async def totals(conn: Connection) -> list[dict[str, Any]]:
    """Per client: recordings, bytes, length, the oldest, how many are damaged."""
    rows = await conn.fetch(
        """
        SELECT r.client, count(*) AS recordings, coalesce(sum(t.bytes), 0)::bigint AS bytes,
               coalesce(sum(r.duration_ms), 0)::bigint AS duration_ms, min(r.started) AS oldest,
               count(*) FILTER (WHERE r.damaged IS NOT NULL) AS damaged
        FROM recording r
        LEFT JOIN LATERAL (SELECT sum(bytes) AS bytes FROM recording_track WHERE recording = r.id) t ON true
        WHERE r.state = 'stored' GROUP BY r.client ORDER BY r.client
        """
    )
    return [dict(row) for row in rows]


# --- holds -----------------------------------------------------------------------------------------------------


async def add_hold(conn: Connection, hold: Hold) -> bool:
    """False: the contact is on hold already."""
    done = await conn.execute(
        f"INSERT INTO recording_hold ({_HOLD}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) "
        "ON CONFLICT DO NOTHING",
        *hold,
    )
    return bool(done.endswith(" 1"))


async def lift_hold(conn: Connection, id: str, at: Ms, by: str, by_name: str, reason: str) -> Hold | None:
    """None: there is no such open hold."""
    row = await conn.fetchrow(
        "UPDATE recording_hold SET lifted_at = $2, lifted_by = $3, lifted_by_name = $4, lifted_reason = $5 "
        f"WHERE id = $1 AND lifted_at IS NULL RETURNING {_HOLD}",
        id,
        at,
        by,
        by_name,
        reason,
    )
    return None if row is None else Hold(*row)


async def open_hold(conn: Connection, contact: str) -> Hold | None:
    row = await conn.fetchrow(f"SELECT {_HOLD} FROM recording_hold WHERE contact = $1 AND lifted_at IS NULL", contact)
    return None if row is None else Hold(*row)


async def holds(conn: Connection, *, lifted: bool, limit: int) -> list[Hold]:
    """Newest first; `lifted`: also those that are over."""
    rows = await conn.fetch(
        f"SELECT {_HOLD} FROM recording_hold WHERE lifted_at IS NULL OR $1 ORDER BY set_at DESC, id LIMIT $2",
        lifted,
        limit,
    )
    return [Hold(*row) for row in rows]


async def holds_of(conn: Connection, contact: str) -> list[Hold]:
    """All there ever were on the contact, oldest first."""
    rows = await conn.fetch(f"SELECT {_HOLD} FROM recording_hold WHERE contact = $1 ORDER BY set_at, id", contact)
    return [Hold(*row) for row in rows]


async def held_clients(conn: Connection, client: str) -> int:
    n: int = await conn.fetchval(
        "SELECT count(*) FROM recording_hold WHERE client = $1 AND lifted_at IS NULL", client
    )
    return n


# --- certificates, runs, facts -----------------------------------------------------------------------------------


async def add_certificate(conn: Connection, one: Certificate) -> None:
    await conn.execute(
        f"INSERT INTO recording_certificate ({_CERTIFICATE}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)", *one
    )


async def certificate(conn: Connection, id: str) -> Certificate | None:
    row = await conn.fetchrow(f"SELECT {_CERTIFICATE} FROM recording_certificate WHERE id = $1 OR recording = $1", id)
    return None if row is None else Certificate(*row)


async def certificates(conn: Connection, limit: int, contact: str | None = None) -> list[Certificate]:
    """Newest first."""
    rows = await conn.fetch(
        f"SELECT {_CERTIFICATE} FROM recording_certificate WHERE ($2::text IS NULL OR contact = $2) "
        "ORDER BY at DESC, id DESC LIMIT $1",
        limit,
        contact,
    )
    return [Certificate(*row) for row in rows]


async def begin_run(conn: Connection, day: str, cutoff: Ms, now: Ms) -> Run:
    """The day's run, as it stands: new, cut off, or done."""
    await conn.execute(
        "INSERT INTO recording_run (day, cutoff, started_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        day,
        cutoff,
        now,
    )
    row = await conn.fetchrow(f"SELECT {', '.join(Run._fields)} FROM recording_run WHERE day = $1", day)
    assert row is not None
    return Run(*row)


async def count_in_run(conn: Connection, day: str, *, deleted: int, failed: int, bytes: int) -> None:
    await conn.execute(
        "UPDATE recording_run SET deleted = deleted + $2, failed = failed + $3, bytes = bytes + $4 WHERE day = $1",
        day,
        deleted,
        failed,
        bytes,
    )


async def end_run(conn: Connection, day: str, now: Ms, held: int) -> None:
    await conn.execute("UPDATE recording_run SET ended_at = $2, held = $3 WHERE day = $1", day, now, held)


async def runs(conn: Connection, limit: int) -> list[Run]:
    rows = await conn.fetch(f"SELECT {', '.join(Run._fields)} FROM recording_run ORDER BY day DESC LIMIT $1", limit)
    return [Run(*row) for row in rows]


async def note_fact(conn: Connection, client: str, key: str, fact: AnyEvent) -> None:
    """To be told to the writer once this is committed."""
    await conn.execute(
        "INSERT INTO recording_fact (client, key, fact) VALUES ($1, $2, $3::text::jsonb) ON CONFLICT DO NOTHING",
        client,
        key,
        encode(fact).decode(),
    )


async def untold(conn: Connection, limit: int) -> list[tuple[int, str, AnyEvent]]:
    """(n, key, fact), oldest first."""
    rows = await conn.fetch("SELECT n, key, fact::text FROM recording_fact ORDER BY n LIMIT $1", limit)
    return [(row["n"], row["key"], decode(row["fact"])) for row in rows]


async def fact_told(conn: Connection, n: int) -> None:
    await conn.execute("DELETE FROM recording_fact WHERE n = $1", n)


async def _with_tracks(conn: Connection, rows: Sequence[asyncpg.Record]) -> list[Recording]:
    tracks: dict[str, list[Track]] = {row["id"]: [] for row in rows}
    found = await conn.fetch(
        f"SELECT recording, {', '.join(Track._fields)} FROM recording_track WHERE recording = ANY($1::text[]) "
        "ORDER BY recording, name",
        list(tracks),
    )
    for row in found:
        tracks[row["recording"]].append(Track(*row[1:]))
    return [_recording(row, tracks[row["id"]]) for row in rows]


def _recording(row: asyncpg.Record, tracks: list[Track]) -> Recording:
    values = dict(row)
    values["gaps"] = tuple(Gap(**gap) for gap in values["gaps"])
    values["lacking"] = tuple(values["lacking"])
    return Recording(**values, tracks=tuple(tracks))
