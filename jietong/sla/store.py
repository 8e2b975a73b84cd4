"""Contracts and all that hangs on them as rows. Whoever reads sees the clients of the transaction's scope."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import asyncpg

from jietong.core.errors import NotFound
from jietong.core.vocabulary import Ms
from jietong.db.pool import Connection
from jietong.sla.parties import Side


class StoredContract(NamedTuple):
    id: str
    client: str
    site: str
    direction: str
    made_at: Ms
    made_by: str
    ended_on: str | None
    ended_reason: str


class StoredVersion(NamedTuple):
    contract: str
    n: int
    client: str
    state: str
    yaml: str
    digest: str
    starts: str
    note: str
    made_at: Ms
    made_by: str
    made_by_name: str
    editors: list[str]
    proposed_at: Ms | None
    proposed_by: str | None

    @property
    def key(self) -> str:
        """As approvals name it."""
        return f"{self.contract}/{self.n}"


class Approval(NamedTuple):
    kind: str
    object: str
    side: Side
    client: str
    contract: str
    decision: str
    digest: str
    account: str
    name: str
    at: Ms
    reason: str


class StoredExclusion(NamedTuple):
    id: str
    client: str
    contract: str
    state: str
    version: int
    cls: str
    title: str
    reason: str
    start: Ms
    end: Ms
    services: list[str]
    made_at: Ms
    made_by: str
    made_by_name: str
    submitted_at: Ms | None
    submitted_by: str | None
    submitted_by_name: str | None


class Evidence(NamedTuple):
    """`url` of a link; `media`, `bytes`, `digest` of a file."""

    id: str
    exclusion: str
    title: str
    url: str | None
    media: str | None
    bytes: int | None
    digest: str | None
    made_at: Ms
    made_by_name: str


class StoredStatement(NamedTuple):
    id: str
    client: str
    contract: str
    period: str
    edition: int
    number: str
    state: str
    digest: str
    document: str
    reason: str
    made_at: Ms
    made_by: str
    made_by_name: str
    final_at: Ms | None
    differs: dict[str, Any] | None


class StoredAction(NamedTuple):
    id: str
    contract: str
    period: str | None
    text: dict[str, str]
    expected: dict[str, str]
    owner: str
    due: str | None
    done_at: Ms | None
    made_at: Ms
    made_by_name: str


_CONTRACT = "id, client, site, direction, made_at, made_by, ended_on, ended_reason"
_VERSION = (
    "contract, n, client, state, yaml, digest, starts, note, made_at, made_by, made_by_name, editors, proposed_at, "
    "proposed_by"
)
_APPROVAL = "kind, object, side, client, contract, decision, digest, account, name, at, reason"
_EXCLUSION = (
    "id, client, contract, state, version, class, title, reason, started, ended, services, made_at, made_by, "
    "made_by_name, submitted_at, submitted_by, submitted_by_name"
)
_EVIDENCE = "id, exclusion, title, url, media, bytes, digest, made_at, made_by_name"
_STATEMENT = (
    "id, client, contract, period, edition, number, state, digest, document, reason, made_at, made_by, made_by_name, "
    "final_at, differs"
)
_ACTION = "id, contract, period, text, expected, owner, due, done_at, made_at, made_by_name"


# --- contracts and versions --------------------------------------------------------------------------------------


async def contracts(conn: Connection) -> list[StoredContract]:
    rows = await conn.fetch(f"SELECT {_CONTRACT} FROM sla_contract ORDER BY made_at, id")
    return [StoredContract(*row) for row in rows]


async def contract(conn: Connection, id: str, *, lock: bool = False) -> StoredContract:
    """Raises NotFound `no_such_contract`."""
    row = await conn.fetchrow(
        f"SELECT {_CONTRACT} FROM sla_contract WHERE id = $1 {'FOR UPDATE' if lock else ''}", id
    )
    if row is None:
        raise no_such_contract()
    return StoredContract(*row)


def no_such_contract() -> NotFound:
    return NotFound("no_such_contract", "There is no such agreement, or it belongs to another client.")


async def add_contract(conn: Connection, one: StoredContract) -> bool:
    """False: the id is taken (also where the reader does not see by whom)."""
    status = await conn.execute(
        f"INSERT INTO sla_contract ({_CONTRACT}) VALUES ({_places(8)}) ON CONFLICT DO NOTHING", *one
    )
    return status == "INSERT 0 1"


async def end_contract(conn: Connection, id: str, day: str, reason: str) -> None:
    await conn.execute("UPDATE sla_contract SET ended_on = $2, ended_reason = $3 WHERE id = $1", id, day, reason)


async def drop_contract(conn: Connection, id: str) -> None:
    """One that nothing hangs on."""
    await conn.execute("DELETE FROM sla_contract WHERE id = $1", id)


async def versions(conn: Connection, contract: str | None = None) -> list[StoredVersion]:
    """All of one contract, or of all that are seen; oldest first."""
    rows = await conn.fetch(
        f"SELECT {_VERSION} FROM sla_version WHERE $1::text IS NULL OR contract = $1 ORDER BY contract, n", contract
    )
    return [StoredVersion(*row) for row in rows]


async def version(conn: Connection, contract: str, n: int, *, lock: bool = False) -> StoredVersion:
    """Raises NotFound `no_such_version`."""
    row = await conn.fetchrow(
        f"SELECT {_VERSION} FROM sla_version WHERE contract = $1 AND n = $2 {'FOR UPDATE' if lock else ''}",
        contract,
        n,
    )
    if row is None:
        raise NotFound("no_such_version", f"This agreement has no version {n}.")
    return StoredVersion(*row)


async def save_version(conn: Connection, one: StoredVersion) -> None:
    """Adds it, or changes the draft."""
    await conn.execute(
        f"""
        INSERT INTO sla_version ({_VERSION}) VALUES ({_places(14)})
        ON CONFLICT (contract, n) DO UPDATE SET state = excluded.state, yaml = excluded.yaml,
            digest = excluded.digest, starts = excluded.starts, note = excluded.note, made_at = excluded.made_at,
            made_by = excluded.made_by, made_by_name = excluded.made_by_name, editors = excluded.editors,
            proposed_at = excluded.proposed_at, proposed_by = excluded.proposed_by
        """,
        *one,
    )


async def drop_version(conn: Connection, contract: str, n: int) -> None:
    await conn.execute("DELETE FROM sla_version WHERE contract = $1 AND n = $2 AND state = 'draft'", contract, n)


# --- approvals ---------------------------------------------------------------------------------------------------


async def approvals(
    conn: Connection, kind: str, *, contract: str | None = None, objects: Sequence[str] | None = None
) -> dict[str, list[Approval]]:
    """By object, in the order they were given."""
    rows = await conn.fetch(
        f"SELECT {_APPROVAL} FROM sla_approval WHERE kind = $1 AND ($2::text IS NULL OR contract = $2) "
        "AND ($3::text[] IS NULL OR object = ANY($3)) ORDER BY at, side",
        kind,
        contract,
        None if objects is None else list(objects),
    )
    found: dict[str, list[Approval]] = {}
    for row in rows:
        found.setdefault(row["object"], []).append(Approval(*row))
    return found


async def add_approval(conn: Connection, one: Approval) -> bool:
    """False: the side has decided already."""
    status = await conn.execute(
        f"INSERT INTO sla_approval ({_APPROVAL}) VALUES ({_places(11)}) ON CONFLICT DO NOTHING", *one
    )
    return status == "INSERT 0 1"


# --- exclusions --------------------------------------------------------------------------------------------------


async def exclusions(
    conn: Connection, contract: str, start: Ms | None = None, end: Ms | None = None
) -> list[StoredExclusion]:
    """Of a contract, or those that touch [start, end); by their beginning."""
    rows = await conn.fetch(
        f"SELECT {_EXCLUSION} FROM sla_exclusion WHERE contract = $1 AND ($2::bigint IS NULL OR ended > $2) "
        "AND ($3::bigint IS NULL OR started < $3) ORDER BY started, id",
        contract,
        start,
        end,
    )
    return [StoredExclusion(*row) for row in rows]


async def waiting_exclusions(conn: Connection) -> list[StoredExclusion]:
    rows = await conn.fetch(f"SELECT {_EXCLUSION} FROM sla_exclusion WHERE state = 'submitted' ORDER BY submitted_at")
    return [StoredExclusion(*row) for row in rows]


async def exclusion(conn: Connection, id: str, *, lock: bool = False) -> StoredExclusion:
    """Raises NotFound `no_such_exclusion`."""
    row = await conn.fetchrow(
        f"SELECT {_EXCLUSION} FROM sla_exclusion WHERE id = $1 {'FOR UPDATE' if lock else ''}", id
    )
    if row is None:
        raise NotFound("no_such_exclusion", "There is no such exclusion, or it belongs to another client.")
    return StoredExclusion(*row)


async def save_exclusion(conn: Connection, one: StoredExclusion) -> None:
    await conn.execute(
        f"""
        INSERT INTO sla_exclusion ({_EXCLUSION}) VALUES ({_places(17)})
        ON CONFLICT (id) DO UPDATE SET state = excluded.state, version = excluded.version, class = excluded.class,
            title = excluded.title, reason = excluded.reason, started = excluded.started, ended = excluded.ended,
            services = excluded.services, submitted_at = excluded.submitted_at,
            submitted_by = excluded.submitted_by, submitted_by_name = excluded.submitted_by_name
        """,
        *one,
    )


async def evidence(conn: Connection, exclusions: Iterable[str]) -> dict[str, list[Evidence]]:
    rows = await conn.fetch(
        f"SELECT {_EVIDENCE} FROM sla_evidence WHERE exclusion = ANY($1::text[]) ORDER BY made_at, id",
        list(exclusions),
    )
    found: dict[str, list[Evidence]] = {}
    for row in rows:
        found.setdefault(row["exclusion"], []).append(Evidence(*row))
    return found


async def add_evidence(conn: Connection, one: Evidence, client: str, content: bytes | None) -> None:
    await conn.execute(
        f"INSERT INTO sla_evidence ({_EVIDENCE}, client, content) VALUES ({_places(11)})", *one, client, content
    )


async def evidence_file(conn: Connection, id: str) -> tuple[str, str, bytes]:
    """(its exclusion, its name, its content). Raises NotFound `no_such_evidence`."""
    row = await conn.fetchrow("SELECT exclusion, title, content FROM sla_evidence WHERE id = $1", id)
    if row is None or row["content"] is None:
        raise NotFound("no_such_evidence", "There is no such file.")
    return row["exclusion"], row["title"], row["content"]


async def drop_evidence(conn: Connection, exclusion: str, id: str) -> None:
    await conn.execute("DELETE FROM sla_evidence WHERE exclusion = $1 AND id = $2", exclusion, id)


# --- periods and statements --------------------------------------------------------------------------------------


async def period_states(conn: Connection, contract: str) -> dict[str, str]:
    """Of the periods that have been closed: provisional or final."""
    rows = await conn.fetch("SELECT key, state FROM sla_period WHERE contract = $1", contract)
    return {row["key"]: row["state"] for row in rows}


async def close_period(conn: Connection, one: StoredContract, key: str, start: Ms, end: Ms) -> str:
    """Marks the period as closed, and locks it until the transaction ends; gives its state."""
    await conn.execute(
        "INSERT INTO sla_period (contract, key, client, started, ended, state) "
        "VALUES ($1, $2, $3, $4, $5, 'provisional') ON CONFLICT DO NOTHING",
        one.id,
        key,
        one.client,
        start,
        end,
    )
    return await lock_period(conn, one.id, key)


async def lock_period(conn: Connection, contract: str, key: str) -> str:
    """Nobody else closes, restates or signs the period until the transaction ends; gives its state."""
    state: str = await conn.fetchval(
        "SELECT state FROM sla_period WHERE contract = $1 AND key = $2 FOR UPDATE", contract, key
    )
    return state


async def finish_period(conn: Connection, contract: str, key: str) -> None:
    await conn.execute("UPDATE sla_period SET state = 'final' WHERE contract = $1 AND key = $2", contract, key)


async def statements(
    conn: Connection, contract: str | None = None, period: str | None = None, state: str | None = None
) -> list[StoredStatement]:
    """Newest period first, newest edition first."""
    rows = await conn.fetch(
        f"SELECT {_STATEMENT} FROM sla_statement WHERE ($1::text IS NULL OR contract = $1) "
        "AND ($2::text IS NULL OR period = $2) AND ($3::text IS NULL OR state = $3) "
        "ORDER BY period DESC, edition DESC, id",
        contract,
        period,
        state,
    )
    return [StoredStatement(*row) for row in rows]


async def statement(conn: Connection, id: str, *, lock: bool = False) -> StoredStatement:
    """By id or number. Raises NotFound `no_such_statement`."""
    row = await conn.fetchrow(
        f"SELECT {_STATEMENT} FROM sla_statement WHERE id = $1 OR number = $1 {'FOR UPDATE' if lock else ''}", id
    )
    if row is None:
        raise NotFound("no_such_statement", "There is no such statement, or it belongs to another client.")
    return StoredStatement(*row)


async def add_statement(conn: Connection, one: StoredStatement) -> None:
    await conn.execute(f"INSERT INTO sla_statement ({_STATEMENT}) VALUES ({_places(15)})", *one)


async def set_statement_state(conn: Connection, id: str, state: str, final_at: Ms | None = None) -> None:
    await conn.execute(
        "UPDATE sla_statement SET state = $2, final_at = coalesce($3, final_at) WHERE id = $1", id, state, final_at
    )


async def note_difference(conn: Connection, id: str, differs: dict[str, Any] | None, at: Ms) -> None:
    await conn.execute("UPDATE sla_statement SET differs = $2, checked_at = $3 WHERE id = $1", id, differs, at)


# --- actions, scores, forecasts, comments ------------------------------------------------------------------------


async def actions(conn: Connection, contract: str) -> list[StoredAction]:
    rows = await conn.fetch(
        f"SELECT {_ACTION} FROM sla_action WHERE contract = $1 ORDER BY done_at NULLS FIRST, due NULLS LAST, made_at",
        contract,
    )
    return [StoredAction(*row) for row in rows]


async def save_action(conn: Connection, one: StoredAction, client: str) -> None:
    await conn.execute(
        f"""
        INSERT INTO sla_action ({_ACTION}, client) VALUES ({_places(11)})
        ON CONFLICT (id) DO UPDATE SET period = excluded.period, text = excluded.text, expected = excluded.expected,
            owner = excluded.owner, due = excluded.due, done_at = excluded.done_at
        """,
        *one,
        client,
    )


async def scores(conn: Connection, contract: str, period: str | None = None) -> list[asyncpg.Record]:
    """Newest first."""
    return list(
        await conn.fetch(
            "SELECT id, period, objective, score, sample, panel, note, at, by, by_name FROM sla_score "
            "WHERE contract = $1 AND ($2::text IS NULL OR period = $2) ORDER BY at DESC, id DESC",
            contract,
            period,
        )
    )


async def forecast(conn: Connection, contract: str, period: str, *, lock: bool = False) -> asyncpg.Record | None:
    return await conn.fetchrow(
        "SELECT period, total, days, locked_at, by_name FROM sla_forecast WHERE contract = $1 AND period = $2 "
        f"{'FOR UPDATE' if lock else ''}",
        contract,
        period,
    )


async def forecasts(conn: Connection, contract: str) -> dict[str, asyncpg.Record]:
    rows = await conn.fetch(
        "SELECT period, total, days, locked_at, by_name FROM sla_forecast WHERE contract = $1", contract
    )
    return {row["period"]: row for row in rows}


async def comments(conn: Connection, contract: str, object: str | None) -> list[asyncpg.Record]:
    return list(
        await conn.fetch(
            "SELECT id, object, side, text, at, by_name FROM sla_comment "
            "WHERE contract = $1 AND ($2::text IS NULL OR object = $2) ORDER BY at, id",
            contract,
            object,
        )
    )


# --- kept results ------------------------------------------------------------------------------------------------


async def work(conn: Connection, contract: str, kind: str, digest: str) -> dict[str, Any] | None:
    """What was computed from exactly this input; None: nothing yet."""
    found: dict[str, Any] | None = await conn.fetchval(
        "SELECT result FROM sla_work WHERE contract = $1 AND kind = $2 AND digest = $3", contract, kind, digest
    )
    return found


async def keep_work(
    conn: Connection, one: StoredContract, kind: str, digest: str, result: dict[str, Any], at: Ms
) -> None:
    await conn.execute(
        "INSERT INTO sla_work (contract, kind, digest, client, at, result) VALUES ($1, $2, $3, $4, $5, $6) "
        "ON CONFLICT (contract, kind) DO UPDATE SET digest = excluded.digest, at = excluded.at, "
        "result = excluded.result",
        one.id,
        kind,
        digest,
        one.client,
        at,
        result,
    )


async def standings(conn: Connection) -> dict[str, dict[str, Any]]:
    """The last standing of each contract."""
    return {row["contract"]: row["view"] for row in await conn.fetch("SELECT contract, view FROM sla_standing")}


async def keep_standing(conn: Connection, one: StoredContract, view: dict[str, Any], at: Ms) -> None:
    await conn.execute(
        "INSERT INTO sla_standing (contract, client, at, view) VALUES ($1, $2, $3, $4) "
        "ON CONFLICT (contract) DO UPDATE SET at = excluded.at, view = excluded.view",
        one.id,
        one.client,
        at,
        view,
    )


def _places(n: int) -> str:
    return ", ".join(f"${i}" for i in range(1, n + 1))
