"""Flows, prompts and what they refer to, as rows. Functions take a connection within a transaction."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import asyncpg
import msgspec

from jietong.core.clock import to_datetime, to_ms
from jietong.core.errors import Invalid, NotFound
from jietong.core.inbox import Write
from jietong.core.specs import HoursSpec, Names
from jietong.core.vocabulary import Ms
from jietong.db.pool import Connection
from jietong.flows.surroundings import PromptThere, QueueThere, Surroundings


class Stored(NamedTuple):
    """A flow with its draft. `draft` None: nothing has changed since the published version."""

    id: str
    client: str
    name: Names
    draft: dict[str, Any] | None
    revision: int
    drafted_at: Ms
    drafted_by: str
    published: int | None
    active: bool
    created_at: Ms
    published_at: Ms | None
    published_by: str | None


class Version(NamedTuple):
    flow: str
    version: int
    document: dict[str, Any]
    note: str
    published_at: Ms
    published_by: str


_FLOW = """
    SELECT f.id, f.client, f.name, f.draft, f.revision, f.drafted_at, f.drafted_by, f.published, f.active,
           f.created_at, v.published_at, v.published_by
    FROM flow f LEFT JOIN flow_version v ON v.flow = f.id AND v.version = f.published
"""


async def read(conn: Connection, id: str, *, lock: bool = False) -> Stored:
    """Raises NotFound `no_such_flow`, also for what is out of scope."""
    row = await conn.fetchrow(_FLOW + "WHERE f.id = $1" + (" FOR UPDATE OF f" if lock else ""), id)
    if row is None:
        raise NotFound("no_such_flow", f"There is no flow {id!r}.")
    return _stored(row)


async def read_all(conn: Connection) -> list[Stored]:
    """By id."""
    return [_stored(row) for row in await conn.fetch(_FLOW + "ORDER BY f.id")]


async def insert(conn: Connection, id: str, client: str, name: Names, draft: Any, by: str, at: Ms) -> bool:
    """A new flow with its first draft; False: the id is taken (perhaps by another client's flow)."""
    done = await conn.fetchval(
        """
        INSERT INTO flow (id, client, name, draft, revision, drafted_at, drafted_by, created_at)
        VALUES ($1, $2, $3, $4, 1, $5, $6, $5) ON CONFLICT (id) DO NOTHING RETURNING true
        """,
        id, client, name, draft, to_datetime(at), by,
    )  # fmt: skip
    return bool(done)


async def save_draft(conn: Connection, id: str, name: Names, draft: Any, by: str, at: Ms) -> int:
    """Gives the draft's new revision. `draft` None discards it."""
    revision = await conn.fetchval(
        """
        UPDATE flow SET name = $2, draft = $3, revision = revision + 1, drafted_at = $4, drafted_by = $5
        WHERE id = $1 RETURNING revision
        """,
        id, name, draft, to_datetime(at), by,
    )  # fmt: skip
    return int(revision)


async def publish(conn: Connection, flow: Stored, document: Any, name: Names, note: str, by: str, at: Ms) -> int:
    """Makes a new version of the document and gives its number; the draft is gone."""
    now = to_datetime(at)
    version = await conn.fetchval(
        """
        INSERT INTO flow_version (flow, version, client, document, note, published_at, published_by)
        SELECT $1, coalesce(max(version), 0) + 1, $2, $3, $4, $5, $6 FROM flow_version WHERE flow = $1
        RETURNING version
        """,
        flow.id, flow.client, document, note, now, by,
    )  # fmt: skip
    await conn.execute(
        "UPDATE flow SET name = $2, draft = NULL, published = $3, revision = revision + 1 WHERE id = $1",
        flow.id, name, version,
    )  # fmt: skip
    return int(version)


async def set_active(conn: Connection, id: str, active: bool) -> None:
    await conn.execute("UPDATE flow SET active = $2 WHERE id = $1", id, active)


async def version(conn: Connection, flow: str, version: int) -> Version:
    """Raises NotFound `no_such_version`."""
    row = await conn.fetchrow(
        """
        SELECT flow, version, document, note, published_at, published_by FROM flow_version
        WHERE flow = $1 AND version = $2
        """,
        flow, version,
    )  # fmt: skip
    if row is None:
        raise NotFound("no_such_version", f"There is no version {version} of flow {flow!r}.")
    return _version(row)


async def versions(conn: Connection, flow: str) -> list[Version]:
    """Newest first."""
    rows = await conn.fetch(
        """
        SELECT flow, version, document, note, published_at, published_by FROM flow_version
        WHERE flow = $1 ORDER BY version DESC
        """,
        flow,
    )
    return [_version(row) for row in rows]


async def serving(conn: Connection) -> list[Version]:
    """The published version of every active flow."""
    rows = await conn.fetch(
        """
        SELECT v.flow, v.version, v.document, v.note, v.published_at, v.published_by
        FROM flow f JOIN flow_version v ON v.flow = f.id AND v.version = f.published WHERE f.active ORDER BY f.id
        """
    )
    return [_version(row) for row in rows]


def _stored(row: asyncpg.Record) -> Stored:
    fields = dict(row)
    for name in ("drafted_at", "created_at", "published_at"):
        if fields[name] is not None:
            fields[name] = to_ms(fields[name])
    return Stored(**fields)


def _version(row: asyncpg.Record) -> Version:
    return Version(**{**dict(row), "published_at": to_ms(row["published_at"])})


# --- what flows refer to -----------------------------------------------------------------------------------------


async def surroundings(conn: Connection) -> Surroundings:
    """Queues, hours, extensions and prompts as they are set up now."""
    rows = await conn.fetch(
        """
        SELECT kind, id, spec FROM setup_document
        WHERE kind IN ('queue', 'hours', 'extension', 'site') AND coalesce((spec ->> 'active')::boolean, true)
        """
    )
    queues: dict[str, QueueThere] = {}
    named: dict[str, set[str]] = {"hours": set(), "extension": set()}
    hosts: frozenset[str] = frozenset()
    for row in rows:
        if row["kind"] == "queue":
            queues[row["id"]] = QueueThere(row["spec"]["client"], frozenset(row["spec"]["channels"]))
        elif row["kind"] == "site":
            hosts = frozenset(row["spec"].get("request_hosts", ()))
        else:
            named[row["kind"]].add(row["id"])
    return Surroundings(
        queues=queues,
        hours=frozenset(named["hours"]),
        prompts={
            prompt.id: PromptThere(
                frozenset(sound.language for sound in prompt.sounds),
                frozenset(language for language, text in prompt.words.items() if text.strip()),
            )
            for prompt in await prompts(conn)
            if prompt.active
        },
        extensions=frozenset(named["extension"]),
        hosts=hosts,
    )


async def hours(conn: Connection) -> dict[str, HoursSpec]:
    """Opening hours by id. Raises Invalid `unreadable_setup`."""
    rows = await conn.fetch("SELECT id, spec FROM setup_document WHERE kind = 'hours'")
    try:
        return {row["id"]: msgspec.convert(row["spec"], HoursSpec) for row in rows}
    except msgspec.ValidationError as error:
        raise Invalid("unreadable_setup", f"The stored opening hours cannot be read: {error}.") from error


# --- prompts -----------------------------------------------------------------------------------------------------


class Sounded(NamedTuple):
    """One recording of a prompt."""

    language: str
    digest: str
    duration_ms: int
    bytes: int
    uploaded_at: Ms
    uploaded_by: str


class StoredPrompt(NamedTuple):
    id: str
    name: Names
    words: Names
    revision: int
    active: bool
    changed_at: Ms
    changed_by: str
    sounds: tuple[Sounded, ...]


async def prompts(conn: Connection, id: str | None = None) -> list[StoredPrompt]:
    """All of them, or the one, by id."""
    rows = await conn.fetch(
        "SELECT id, name, words, revision, active, changed_at, changed_by FROM prompt "
        "WHERE $1::text IS NULL OR id = $1 ORDER BY id",
        id,
    )
    sounds: dict[str, list[Sounded]] = {}
    for row in await conn.fetch(
        "SELECT prompt, language, digest, duration_ms, bytes, uploaded_at, uploaded_by FROM prompt_sound "
        "WHERE $1::text IS NULL OR prompt = $1 ORDER BY prompt, language",
        id,
    ):
        one = {**dict(row), "uploaded_at": to_ms(row["uploaded_at"])}
        sounds.setdefault(one.pop("prompt"), []).append(Sounded(**one))
    return [
        StoredPrompt(**{**dict(row), "changed_at": to_ms(row["changed_at"])}, sounds=tuple(sounds.get(row["id"], ())))
        for row in rows
    ]


async def prompt(conn: Connection, id: str) -> StoredPrompt:
    """Raises NotFound `no_such_prompt`."""
    found = await prompts(conn, id)
    if not found:
        raise NotFound("no_such_prompt", f"There is no prompt {id!r}.")
    return found[0]


async def insert_prompt(conn: Connection, id: str, name: Names, words: Names, by: str, at: Ms) -> bool:
    """False: the id is taken."""
    done = await conn.fetchval(
        """
        INSERT INTO prompt (id, name, words, revision, changed_at, changed_by) VALUES ($1, $2, $3, 1, $4, $5)
        ON CONFLICT (id) DO NOTHING RETURNING true
        """,
        id, name, words, to_datetime(at), by,
    )  # fmt: skip
    return bool(done)


async def update_prompt(
    conn: Connection, id: str, base: int, name: Names, words: Names, active: bool, by: str, at: Ms
) -> bool:
    """False: somebody has changed it since `base`."""
    done = await conn.fetchval(
        """
        UPDATE prompt SET name = $3, words = $4, active = $5, changed_at = $6, changed_by = $7,
                          revision = revision + 1
        WHERE id = $1 AND revision = $2 RETURNING true
        """,
        id, base, name, words, active, to_datetime(at), by,
    )  # fmt: skip
    return bool(done)


async def put_sound(conn: Connection, prompt: str, sound: Sounded) -> None:
    await conn.execute(
        """
        INSERT INTO prompt_sound (prompt, language, digest, duration_ms, bytes, uploaded_at, uploaded_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (prompt, language) DO UPDATE SET digest = excluded.digest, duration_ms = excluded.duration_ms,
            bytes = excluded.bytes, uploaded_at = excluded.uploaded_at, uploaded_by = excluded.uploaded_by
        """,
        prompt, sound.language, sound.digest, sound.duration_ms, sound.bytes, to_datetime(sound.uploaded_at),
        sound.uploaded_by,
    )  # fmt: skip


async def drop_sound(conn: Connection, prompt: str, language: str) -> bool:
    done = await conn.fetchval(
        "DELETE FROM prompt_sound WHERE prompt = $1 AND language = $2 RETURNING true", prompt, language
    )
    return bool(done)


# --- chats under way ---------------------------------------------------------------------------------------------


class Run(NamedTuple):
    contact: str
    client: str
    flow: str
    version: int
    state: dict[str, Any]


async def runs(conn: Connection) -> list[Run]:
    rows = await conn.fetch("SELECT contact, client, flow, version, state FROM flow_run ORDER BY contact")
    return [Run(*row) for row in rows]


def run_write(run: Run, at: Ms) -> Write:
    """Where a chat stands in its flow."""
    return Write(
        """
        INSERT INTO flow_run (contact, client, flow, version, state, at) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (contact) DO UPDATE SET state = excluded.state, at = excluded.at
        """,
        (*run, at),
        apart=True,
    )


async def drop_runs(conn: Connection, contacts: Sequence[str]) -> None:
    """Their flows are over."""
    await conn.execute("DELETE FROM flow_run WHERE contact = ANY($1)", list(contacts))
