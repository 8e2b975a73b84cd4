"""A period's calls as the levers re-run them: when each came, waited, was handled, and how it ended."""

from jietong.db.pool import ALL, Database
from jietong.sla.ground import Ground
from jietong.sla.ledger_facts import ledgers
from jietong.sla.rules.rerun import Call, Ending

_CALLS = """
SELECT q.arrived, coalesce(q.wait_ms, 0) AS wait, q.outcome, coalesce(h.handled, 0) AS handled
  FROM segment q LEFT JOIN LATERAL (
       SELECT sum(coalesce(talk_ms, 0) + coalesce(hold_ms, 0) + coalesce(wrapup_ms, 0)) AS handled
         FROM segment WHERE contact = q.contact AND kind = 'handling' AND q.outcome = 'answered') h ON true
 WHERE q.kind = 'queue' AND q.site = ANY($1) AND q.arrived >= $2 AND q.arrived < $3
   AND q.outcome IN ('answered', 'abandoned', 'timed_out')
   AND ($4::text[] IS NULL OR q.client = ANY($4)) AND ($5::text[] IS NULL OR q.queue = ANY($5))
UNION ALL
SELECT arrived, 0, CASE WHEN outcome = 'blocked' THEN 'blocked' ELSE 'lost' END, 0
  FROM segment
 WHERE ((kind = 'entry' AND outcome = 'blocked') OR (kind = 'flow' AND outcome = 'lost' AND cause <> 'after_talk'))
   AND site = ANY($1) AND arrived >= $2 AND arrived < $3
   AND ($4::text[] IS NULL OR client = ANY($4)) AND ($6::text[] IS NULL OR entry = ANY($6))
 ORDER BY 1
"""
_ENDINGS: dict[str, Ending] = {
    "answered": "answered",
    "abandoned": "abandoned",
    "timed_out": "abandoned",
    "blocked": "blocked",
    "lost": "lost",
}


async def calls_of(database: Database, ground: Ground) -> list[Call]:
    """In the order they came."""
    services = ground.contract.services
    queues = None if not all(s.queues for s in services) else [q for s in services for q in s.queues]
    entries = None if not all(s.entries for s in services) else [e for s in services for e in s.entries]
    clients = None if ground.clients is None else list(ground.clients)
    async with database.read(ALL) as conn:
        rows = await conn.fetch(
            _CALLS, list(ledgers(ground.owner.site)), *ground.period.span, clients, queues, entries
        )
    return [Call(row["arrived"], row["wait"], int(row["handled"]), _ENDINGS[row["outcome"]]) for row in rows]
