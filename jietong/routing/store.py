"""Set-up documents as rows: `{kind, id, version, spec}`. Every version is kept in setup_revision by a trigger."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Generic, NamedTuple, TypeVar

import asyncpg
import msgspec
from msgspec import Struct

from jietong.core.clock import to_datetime, to_ms
from jietong.core.errors import Invalid, NotFound, Refused
from jietong.core.inbox import Write
from jietong.core.specs import (
    AgentSpec,
    ClientSpec,
    ExtensionSpec,
    HoursSpec,
    NumberSpec,
    QueueSpec,
    ReasonSpec,
    SiteSpec,
    SkillSpec,
    TrunkSpec,
)
from jietong.core.vocabulary import Ms
from jietong.db.pool import Connection


class Kind(StrEnum):
    SITE = "site"
    CLIENT = "client"
    SKILL = "skill"
    HOURS = "hours"
    QUEUE = "queue"
    AGENT = "agent"
    REASON = "reason"
    TRUNK = "trunk"
    NUMBER = "number"
    EXTENSION = "extension"


SPECS: dict[Kind, type[Struct]] = {
    Kind.SITE: SiteSpec,
    Kind.CLIENT: ClientSpec,
    Kind.SKILL: SkillSpec,
    Kind.HOURS: HoursSpec,
    Kind.QUEUE: QueueSpec,
    Kind.AGENT: AgentSpec,
    Kind.REASON: ReasonSpec,
    Kind.TRUNK: TrunkSpec,
    Kind.NUMBER: NumberSpec,
    Kind.EXTENSION: ExtensionSpec,
}

_TELEPHONY = frozenset({Kind.TRUNK, Kind.NUMBER, Kind.EXTENSION})

S = TypeVar("S", bound=Struct)


class Document(NamedTuple, Generic[S]):
    """One set-up document in its present version."""

    id: str
    version: int
    spec: S
    changed_at: Ms
    changed_by: str


async def read(conn: Connection, kind: Kind, id: str, spec: type[S]) -> Document[S]:
    """Raises NotFound `no_such_<kind>`."""
    row = await conn.fetchrow(
        "SELECT id, version, spec, changed_at, changed_by FROM setup_document WHERE kind = $1 AND id = $2", kind, id
    )
    if row is None:
        raise NotFound(f"no_such_{kind}", f"There is no {kind} with the id {id!r}.")
    return _document(row, spec)


async def read_all(conn: Connection, kind: Kind, spec: type[S]) -> list[Document[S]]:
    """All documents of a kind, in the order of their ids."""
    rows = await conn.fetch(
        "SELECT id, version, spec, changed_at, changed_by FROM setup_document WHERE kind = $1 ORDER BY id", kind
    )
    return [_document(row, spec) for row in rows]


async def revisions(conn: Connection, kind: Kind, id: str) -> list[dict[str, Any]]:
    """Every version there was, newest first: version, spec, changed_at (ms), changed_by."""
    rows = await conn.fetch(
        "SELECT version, spec, changed_at, changed_by FROM setup_revision WHERE kind = $1 AND id = $2 "
        "ORDER BY version DESC",
        kind,
        id,
    )
    return [{**dict(row), "changed_at": to_ms(row["changed_at"])} for row in rows]


async def next_version(conn: Connection, kind: Kind, id: str, base: int | None) -> int:
    """The version that a change made from `base` gets (None: it is new). Holds the document until the commit.

    Raises Refused `stale_version` when somebody else was first, `id_taken` for a new one that exists already,
    NotFound for a change of what is not there.
    """
    # Numbers and extensions must not collide with each other, so of those one is changed at a time.
    lock = "setup:telephony" if kind in _TELEPHONY else f"setup:{kind}:{id}"
    await conn.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", lock)
    current = await conn.fetchval("SELECT version FROM setup_document WHERE kind = $1 AND id = $2", kind, id)
    if base is None:
        if current is not None:
            raise Refused("id_taken", f"The id {id!r} is in use already: choose another.")
        return 1
    if current is None:
        raise NotFound(f"no_such_{kind}", f"There is no {kind} with the id {id!r}.")
    if current != base:
        raise Refused(
            "stale_version",
            f"Somebody has changed this since you opened it (version {current}, yours is {base}): load it again.",
            current=current,
        )
    return int(current) + 1


def upsert(kind: Kind, spec: Struct, id: str, version: int, at: Ms, by: str) -> Write:
    """The row change that belongs to a Configure command; it never goes back to an older version."""
    return Write(
        """
        INSERT INTO setup_document AS d (kind, id, version, spec, changed_at, changed_by)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (kind, id) DO UPDATE
        SET version = excluded.version, spec = excluded.spec, changed_at = excluded.changed_at,
            changed_by = excluded.changed_by
        WHERE d.version < excluded.version
        """,
        (str(kind), id, version, msgspec.to_builtins(spec), to_datetime(at), by),
    )


async def ids(conn: Connection, kind: Kind, among: Sequence[str]) -> set[str]:
    """Which of these documents exist."""
    rows = await conn.fetch(
        "SELECT id FROM setup_document WHERE kind = $1 AND id = ANY($2::text[])", kind, list(among)
    )
    return {row["id"] for row in rows}


async def active_agents(conn: Connection) -> frozenset[str]:
    rows = await conn.fetch(
        "SELECT id FROM setup_document WHERE kind = 'agent' AND coalesce((spec->>'active')::boolean, true)"
    )
    return frozenset(row["id"] for row in rows)


async def published_flows(conn: Connection) -> dict[str, str]:
    """Flows that can answer a number, and whose client's they are."""
    rows = await conn.fetch("SELECT id, client FROM flow WHERE active AND published IS NOT NULL")
    return {row["id"]: row["client"] for row in rows}


def _document(row: asyncpg.Record, spec: type[S]) -> Document[S]:
    try:
        decoded = msgspec.convert(row["spec"], spec)
    except msgspec.ValidationError as error:
        raise Invalid("unreadable_setup", f"The stored set-up of {row['id']!r} cannot be read: {error}.") from error
    return Document(row["id"], row["version"], decoded, to_ms(row["changed_at"]), row["changed_by"])
