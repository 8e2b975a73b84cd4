"""Whether what a filter names exists: a slip of the pen must not look like a quiet day."""

from jietong.core.errors import NotFound
from jietong.db.pool import Connection, Scope
from jietong.metrics.intervals import Filter

_FACET = "SELECT 1 FROM contact_facet WHERE facet = $1 || ':' || $2"
_SET_UP = (
    "SELECT 1 FROM setup_document WHERE kind = $1 AND id = $2 "
    "AND ($3::text[] IS NULL OR spec ->> 'client' IS NULL OR spec ->> 'client' = ANY($3))"
)
_SEEN = "($2::text[] IS NULL OR spec ->> 'client' = ANY($2))"
_OTHERWISE = {
    "agent": "SELECT 1 FROM agent_interval WHERE agent = $1",
    "client": "SELECT 1 FROM contact WHERE client = $1",
    "entry": f"SELECT 1 FROM setup_document WHERE kind = 'number' AND id = $1 AND {_SEEN} UNION ALL "
    f"SELECT 1 FROM widget WHERE id = $1 AND {_SEEN}",
}
_FIELDS = {"queue": "queues", "agent": "agents", "client": "clients", "reason": "reasons", "entry": "entries"}


async def check(conn: Connection, wanted: Filter, scope: Scope) -> None:
    """Each queue, agent, client, reason and entry of the filter is set up, or was once: contacts tell of it. `conn`
    sees the scope alone, so another client's queue is as unknown as none.

    Raises NotFound `no_such_queue`, `no_such_agent` …
    """
    for what, name in _FIELDS.items():
        for one in getattr(wanted, name) or ():
            if not await _known(conn, what, one, scope):
                raise NotFound(
                    f"no_such_{what}",
                    f"There is no {what} {one!r}: none is set up and no contact tells of one. Check the spelling.",
                )


async def _known(conn: Connection, what: str, one: str, scope: Scope) -> bool:
    if what == "client" and not scope.allows(one):
        return False
    clients = None if scope.clients is None else list(scope.clients)
    if await conn.fetchval(f"SELECT EXISTS({_SET_UP})", what, one, clients):
        return True
    if await conn.fetchval(f"SELECT EXISTS({_FACET})", what, one):
        return True
    other = _OTHERWISE.get(what)
    return other is not None and bool(
        await conn.fetchval(f"SELECT EXISTS({other})", one, *([clients] if "$2" in other else []))
    )
