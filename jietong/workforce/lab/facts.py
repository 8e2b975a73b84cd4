"""The centre's facts that a study is made from, under the planner's scope. SQL only; `recorded` makes the base."""

from collections.abc import Sequence
from typing import NamedTuple

from msgspec import Struct

from jietong.core.days import Span
from jietong.core.vocabulary import Channel, Ms
from jietong.db.pool import Connection

LIVE = (Channel.VOICE.value, Channel.CHAT.value)
"""Channels in which somebody waits."""


class Way(NamedTuple):
    """One contact's way in. `flow_outcome`: how it left the first flow; None: there was none. Instants in ms."""

    client: str
    channel: str
    entry: str
    queue: str | None  # the first that it waited in, or was meant for
    came: Ms
    blocked: bool
    flow_ms: Ms | None
    flow_outcome: str | None
    queued: bool
    gave_up: bool
    over: Ms  # when it let go of its line
    closed: bool  # out of hours


class Times(Struct, frozen=True):
    """Of a queue: evenly spaced quantiles of what was measured, with the mean that belongs to them, in ms."""

    count: int
    mean: float
    quantiles: tuple[float, ...]


class Worked(NamedTuple):
    """Of an agent on the day, over the study's queues."""

    agent: str
    queue: str
    part_time: bool
    start: Ms
    end: Ms


class Stretch(NamedTuple):
    """An agent in one state, as the ledger has it."""

    agent: str
    start: Ms
    end: Ms
    state: str
    part_time: bool


QUANTILES = 120

_CHOSEN = (
    "site = ANY($1::text[]) AND direction = 'inbound' AND channel IN ('voice', 'chat') AND NOT (simulated AND $2) "
    "AND ($3::text[] IS NULL OR client = ANY($3))"
)
"""$2: without simulated ones."""


class Asked(NamedTuple):
    """Whose facts: `ledgers` of the site, `queues` empty for all."""

    ledgers: tuple[str, ...]
    clients: tuple[str, ...] | None
    queues: tuple[str, ...]
    real_only: bool

    @property
    def chosen(self) -> tuple[list[str], bool, list[str] | None]:
        return list(self.ledgers), self.real_only, None if self.clients is None else list(self.clients)

    @property
    def wanted(self) -> list[str] | None:
        return list(self.queues) or None


async def has_real(conn: Connection, ledgers: Sequence[str], span: Span) -> bool:
    """Whether any contact of the span was no simulated one: then those alone count."""
    found: bool = await conn.fetchval(
        "SELECT EXISTS (SELECT FROM segment WHERE site = ANY($1::text[]) AND arrived >= $2 AND arrived < $3 "
        "AND NOT simulated)",
        list(ledgers), *span,
    )  # fmt: skip
    return found


async def ways(conn: Connection, asked: Asked, span: Span) -> list[Way]:
    """All contacts that came in the span, earliest first; those of other queues are left out where it is known that
    they wanted one."""
    rows = await conn.fetch(
        "SELECT * FROM (SELECT min(client) AS client, min(channel) AS channel, min(entry) AS entry, "
        "coalesce((array_agg(queue ORDER BY n) FILTER (WHERE kind = 'queue'))[1], "
        "(array_agg(queue ORDER BY n) FILTER (WHERE kind = 'entry'))[1]) AS queue, "
        "min(started) AS came, "
        "bool_or(kind = 'entry' AND outcome = 'blocked') AS blocked, "
        "bool_or(kind IN ('entry', 'flow') AND outcome = 'closed') AS closed, "
        "(array_agg(ended - started ORDER BY n) FILTER (WHERE kind = 'flow'))[1] AS flow_ms, "
        "(array_agg(outcome ORDER BY n) FILTER (WHERE kind = 'flow'))[1] AS flow_outcome, "
        "bool_or(kind = 'queue') AS queued, "
        "bool_or(kind = 'queue' AND outcome = 'abandoned') AS gave_up, "
        "max(ended) FILTER (WHERE kind IN ('entry', 'flow', 'queue', 'talk', 'hold')) AS over "
        f"FROM segment WHERE {_CHOSEN} AND arrived >= $4 AND arrived < $5 GROUP BY contact) AS way "
        "WHERE ($6::text[] IS NULL OR queue IS NULL OR queue = ANY($6)) ORDER BY came",
        *asked.chosen, *span, asked.wanted,
    )  # fmt: skip
    return [
        Way(
            row["client"],
            row["channel"],
            row["entry"],
            row["queue"],
            row["came"],
            row["blocked"],
            row["flow_ms"],
            row["flow_outcome"],
            row["queued"],
            row["gave_up"],
            row["over"] or row["came"],
            row["closed"],
        )
        for row in rows
    ]


async def talks(conn: Connection, asked: Asked, span: Span) -> dict[str, tuple[Times, Times]]:
    """Queue → talk with holds, wrap-up."""
    points = [(n + 0.5) / QUANTILES for n in range(QUANTILES)]
    rows = await conn.fetch(
        "SELECT h.queue, count(*) AS count, avg(talk) AS talk, avg(wrapup) AS wrapup, "
        "percentile_cont($7::float8[]) WITHIN GROUP (ORDER BY talk) AS talks, "
        "percentile_cont($7::float8[]) WITHIN GROUP (ORDER BY wrapup) AS wrapups FROM ("
        "SELECT queue, (coalesce(talk_ms, 0) + coalesce(hold_ms, 0))::float8 AS talk, "
        "coalesce(wrapup_ms, 0)::float8 AS wrapup "
        f"FROM segment WHERE {_CHOSEN} AND arrived >= $4 AND arrived < $5 AND kind = 'handling' "
        "AND ended IS NOT NULL AND queue IS NOT NULL AND ($6::text[] IS NULL OR queue = ANY($6))) AS h "
        "GROUP BY h.queue",
        *asked.chosen, *span, asked.wanted, points,
    )  # fmt: skip
    return {
        row["queue"]: (
            Times(row["count"], row["talk"], tuple(row["talks"])),
            Times(row["count"], row["wrapup"], tuple(row["wrapups"])),
        )
        for row in rows
    }


async def waits(conn: Connection, asked: Asked, span: Span) -> dict[str, list[tuple[Ms, bool, int]]]:
    """Queue → (how long they waited to the second, whether they gave up, how many)."""
    rows = await conn.fetch(
        "SELECT queue, wait_ms / 1000 AS seconds, outcome = 'abandoned' AS gone, count(*) AS count "
        f"FROM segment WHERE {_CHOSEN} AND arrived >= $4 AND arrived < $5 AND kind = 'queue' AND wait_ms IS NOT NULL "
        "AND outcome IN ('answered', 'abandoned', 'timed_out', 'cancelled') "
        "AND ($6::text[] IS NULL OR queue = ANY($6)) GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
        *asked.chosen, *span, asked.wanted,
    )  # fmt: skip
    found: dict[str, list[tuple[Ms, bool, int]]] = {}
    for row in rows:
        found.setdefault(row["queue"], []).append((row["seconds"] * 1000, row["gone"], row["count"]))
    return found


async def worked(conn: Connection, asked: Asked, span: Span) -> list[Worked]:
    """Every handling of the span, by agent and time: from the answer to the end of wrap-up."""
    rows = await conn.fetch(
        "SELECT agent, queue, part_time, started, coalesce(ended, started + coalesce(talk_ms, 0) + "
        "coalesce(hold_ms, 0) + coalesce(wrapup_ms, 0)) AS ended "
        f"FROM segment WHERE {_CHOSEN} AND arrived >= $4 AND arrived < $5 AND kind = 'handling' "
        "AND agent IS NOT NULL AND queue IS NOT NULL AND ($6::text[] IS NULL OR queue = ANY($6)) "
        "ORDER BY agent, started",
        *asked.chosen, *span, asked.wanted,
    )  # fmt: skip
    return [Worked(row["agent"], row["queue"], row["part_time"], row["started"], row["ended"]) for row in rows]


async def stretches(conn: Connection, ledgers: Sequence[str], span: Span) -> list[Stretch]:
    """What agents did in the span, cut at its ends, by agent and time: the centre's own, whoever's contacts they
    took."""
    rows = await conn.fetch(
        "SELECT agent, greatest(started, $2) AS started, least(coalesce(ended, $3), $3) AS ended, state, part_time "
        "FROM agent_interval WHERE site = ANY($1::text[]) AND started < $3 AND coalesce(ended, $3) > $2 "
        "AND state <> 'off' ORDER BY agent, started",
        list(ledgers), *span,
    )  # fmt: skip
    return [Stretch(row["agent"], row["started"], row["ended"], row["state"], row["part_time"]) for row in rows]
