"""Tells the history's files which days' facts have changed, so that none of them is read in its old state.

Whoever writes facts of contacts, agents or trunks calls `mark` in the same transaction, after the rows. The lock lets
`metrics.warehouse` wait for all that are under way before it looks: a change is either in what it copies, or it
finds the day's row there and marks it.
"""

from collections.abc import Iterable

from jietong.core.days import Span
from jietong.core.vocabulary import Ms
from jietong.db.pool import Connection

FOR_EVER: Ms = 1 << 62
IMPORT = ":import"
_MINUTE: Ms = 60_000


def lock_of(site: str) -> str:
    """SQL for the key of the lock between those who write a site's facts (shared) and who copies them (alone)."""
    return f"hashtextextended('jietong.facts.{_escaped(_base(site))}', 0)"


async def mark(conn: Connection, site: str, spans: Iterable[Span]) -> None:
    """The facts of these spans of time have changed. `site` names the ledger they come from. One round trip, in a
    transaction that reads what is committed (not a snapshot)."""
    told = sorted(set(spans))
    if not told:
        return
    first, last = (",".join(str(int(edge)) for edge in edges) for edges in zip(*told, strict=True))
    await conn.execute(
        f"""
        SELECT pg_advisory_xact_lock_shared({lock_of(site)});
        UPDATE history_day SET changes = changes + 1, changed_at = extract(epoch FROM clock_timestamp()) * 1000
        WHERE (site, day, zone) IN (
            SELECT site, day, zone FROM history_day
            WHERE site = '{_escaped(_base(site))}' AND EXISTS (
                SELECT 1 FROM unnest(ARRAY[{first}]::bigint[], ARRAY[{last}]::bigint[]) AS t(first, last)
                WHERE t.first < ends AND t.last > starts)
            ORDER BY starts FOR UPDATE)
        """
    )


def minutes(instants: Iterable[Ms]) -> set[Span]:
    """The full minutes in which they lie: local days begin with one."""
    return {Span(at, at + _MINUTE) for at in {one // _MINUTE * _MINUTE for one in instants}}


def _base(site: str) -> str:
    return site.removesuffix(IMPORT)


def _escaped(text: str) -> str:
    return text.replace("\x00", "").replace("'", "''")
