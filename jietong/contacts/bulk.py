"""Writes the rows of an imported history, thousands at a time: COPY, then one INSERT for each table.

Row-level security does not let COPY reach a table of clients, so rows come by way of a temporary one. The caller's
transaction also moves the cursor: what is written once is never written again, so nothing here looks for conflicts.

Rows go as lines of COPY's text format, with `None` for NULL: to make them costs half of what asyncpg takes for its
binary ones.
"""

import io
from collections.abc import Iterable
from typing import NamedTuple

from jietong.contacts import restated
from jietong.contacts.imported import fold_of, interval_of
from jietong.contacts.record import ContactRecord, facets_of, record_of
from jietong.contacts.stays import ContactFold
from jietong.core import events as e
from jietong.core.days import Span
from jietong.core.vocabulary import Ms
from jietong.db.pool import Connection

_CONTACT = (*ContactRecord.__struct_fields__, "site", "seq", "import_file", "import_line", "import_digest")
_SEGMENT = (
    "contact", "client", "channel", "entry", "simulated", "part_time", "site",
    "n", "kind", "started", "arrived", "ended", "outcome", "queue", "agent", "cause", "target_ms", "short_ms",
    "since", "wait_ms", "talk_ms", "hold_ms", "wrapup_ms", "holds", "reason",
)  # fmt: skip
"""All that `fold_of` ever sets; `contacts verify` would find what were left out."""
_FACET = ("contact", "client", "arrived", "facet")
_INTERVAL = (
    "site",
    "seq",
    "agent",
    "started",
    "ended",
    "state",
    "reason",
    "queue",
    "part_time",
    "skills",
    "busy_since",
)
_TABLES = {"contact": _CONTACT, "segment": _SEGMENT, "contact_facet": _FACET, "agent_interval": _INTERVAL}


class Rows(NamedTuple):
    """What some events come to, ready to be written: lines by table. `start` and `end`: the instants they touch."""

    contact: list[str]
    segment: list[str]
    contact_facet: list[str]
    agent_interval: list[str]
    files: list[tuple[int, e.HistoryBegun | e.HistoryEnded]]
    start: Ms
    end: Ms


def rows(site: str, events: Iterable[tuple[int, e.ImportedFact]]) -> Rows:
    """By each event's number in the ledger `site`. Pure. Without contacts and intervals, `end` is before `start`."""
    found = Rows([], [], [], [], [], 0, 0)
    start: Ms = 1 << 62
    end: Ms = -1
    for seq, event in events:
        if isinstance(event, e.HistoryContact):
            start, end = min(start, event.arrived), max(end, _contact(found, site, seq, event))
        elif isinstance(event, e.HistoryAgent):
            one = interval_of(event)
            found.agent_interval.append(
                f"{_text(site)}\t{seq}\t{_text(one.agent)}\t{one.start}\t{one.end}\t{one.state}\t{_text(one.reason)}"
                f"\t{_text(one.queue)}\t{one.part_time}\t{{}}\t{one.busy_since}\n"
            )
            start, end = min(start, event.start), max(end, event.end)
        else:
            found.files.append((seq, event))
    return found._replace(start=start, end=end)


async def write(conn: Connection, site: str, new: Rows) -> None:
    """Within the caller's transaction."""
    for table in _TABLES:
        lines: list[str] = getattr(new, table)
        if lines:
            await _copy(conn, table, lines)
    for seq, event in new.files:
        await _file(conn, site, seq, event)
    if new.start <= new.end:
        await restated.mark(conn, site, [Span(new.start, new.end + 1)])


async def _copy(conn: Connection, table: str, lines: list[str]) -> None:
    columns = _TABLES[table]
    await conn.execute(f"CREATE TEMP TABLE IF NOT EXISTS new_{table} (LIKE {table} INCLUDING DEFAULTS)")
    await conn.copy_to_table(
        f"new_{table}", source=io.BytesIO("".join(lines).encode()), columns=columns, format="text", null="None"
    )
    names = ", ".join(columns)
    await conn.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM new_{table}; TRUNCATE new_{table}")


# --- lines -------------------------------------------------------------------------------------------------------


def _text(value: str | None) -> str:
    """As a field of COPY. Control characters never get this far: a file's are rejected, and ids have none."""
    if value is None:
        return "None"
    if "\\" in value:
        value = value.replace("\\", "\\\\")
    return value if value != "None" else "\\None"


def _contact(found: Rows, site: str, seq: int, event: e.HistoryContact) -> Ms:
    """Gives the instant at which its last stay ends."""
    fold = fold_of(event)
    record = record_of(fold)
    id, client, entry = _text(fold.contact), _text(fold.client), _text(fold.entry)
    _record(found.contact, record, (_text(site), seq, event.file, event.line, event.digest))
    _segments(found.segment, fold, f"{id}\t{client}\t{fold.channel}\t{entry}\t{fold.simulated}\tFalse\t{_text(site)}")
    prefix = f"{id}\t{client}\t{fold.arrived}\t"
    found.contact_facet.extend([f"{prefix}{_text(facet)}\n" for facet in facets_of(fold, record)])
    return max([row.end or row.start for row in fold.rows])


def _segments(lines: list[str], fold: ContactFold, prefix: str) -> None:
    for s in fold.rows:
        lines.append(
            f"{prefix}\t{s.n}\t{s.kind.value}\t{s.start}\t{s.arrived}\t{s.end}\t{s.outcome and s.outcome.value}"
            f"\t{_text(s.queue)}\t{_text(s.agent)}\t{s.cause}\t{s.target_ms}\t{s.short_ms}\t{s.since}\t{s.wait_ms}"
            f"\t{s.talk_ms}\t{s.hold_ms}\t{s.wrapup_ms}\t{s.holds}\t{_text(s.reason)}\n"
        )


def _record(lines: list[str], record: ContactRecord, rest: tuple[str | int, ...]) -> None:
    values = []
    for name in ContactRecord.__struct_fields__:
        value = getattr(record, name)
        if isinstance(value, tuple):
            value = _text("{" + ",".join([_quoted(one) for one in value]) + "}")
        elif isinstance(value, str):
            value = _text(str(value))
        values.append(value)
    lines.append("\t".join([f"{value}" for value in (*values, *rest)]) + "\n")


def _quoted(text: str) -> str:
    """An element of PostgreSQL's array notation."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


async def _file(conn: Connection, site: str, seq: int, event: e.HistoryBegun | e.HistoryEnded) -> None:
    if isinstance(event, e.HistoryBegun):
        await conn.execute(
            """
            INSERT INTO import_file (site, seq, kind, name, digest, zone, by, at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            """,
            site,
            seq,
            event.kind,
            event.name,
            event.digest,
            event.zone,
            event.by,
            event.at,
        )
    else:
        await conn.execute(
            """
            UPDATE import_file SET ended = $3, read = $4, imported = $5, rejected = $6, unchanged = $7
            WHERE site = $1 AND seq = $2
            """,
            site,
            event.file,
            event.at,
            event.read,
            event.imported,
            event.rejected,
            event.unchanged,
        )
