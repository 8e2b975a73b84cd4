"""Holds a statement against the ledger: replays its events into facts, counts them anew, evaluates, compares.

What it needs beside the ledger (the contract's text, what was excluded, judged and forecast, earlier results) lies in
the statement itself; where the centre keeps the same, that is compared too.
"""

import hashlib
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import msgspec
import orjson

from jietong.core.errors import Invalid, JietongError
from jietong.db.pool import ALL, Database
from jietong.metrics.warehouse import Warehouse
from jietong.sla import assess
from jietong.sla.ledger_facts import LedgerFacts, LedgerHead, replay

MOST_TOLD = 40


class Verified(NamedTuple):
    """`differences`: why it does not hold; `facts`: where the stored facts differ from the ledger, though it does."""

    number: str
    digest: str
    sound: bool
    events: int
    differences: list[str]
    facts: list[str]

    def sentence(self) -> str:
        if not self.sound:
            return f"{self.number} does not hold: {len(self.differences)} difference(s)."
        told = f"Sound: {self.number} follows from {self.events:,} events of the ledger. Digest {self.digest}."
        if self.facts:
            told += " The stored facts differ from the ledger: run `jietong contacts verify`."
        return told


async def verify(
    database: Database,
    document: dict[str, Any],
    digest: str,
    *,
    warehouse: Warehouse,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Verified:
    """`document` and `digest` as the statement's file holds them. Raises Invalid `not_a_statement`."""
    try:
        ground = assess.ground_of(document)
        heads = {name: LedgerHead(**head) for name, head in document["heads"].items()}
        number = str(document["number"])
        claimed = (document["inputs"], document["result"], document["inputs_digest"], int(document["at"]))
    except (KeyError, TypeError, ValueError, AttributeError, msgspec.MsgspecError) as error:
        raise Invalid("not_a_statement", f"This is no statement that can be read: {error}.") from error
    inputs, result, inputs_digest, at = claimed
    differences: list[str] = []
    if _digest(document) != digest:
        differences.append("The content does not have the digest that it bears: it has been changed.")
    if _digest(inputs) != inputs_digest:
        differences.append("The sums do not have the digest that the statement gives for them.")
    differences += await _kept(database, document, digest)
    events = 0
    facts: list[str] = []
    try:
        replayed = await replay(database, heads, ground.reach, progress)
    except JietongError as error:
        return Verified(number, digest, False, events, [*differences, error.detail], facts)
    events = replayed.events
    source = LedgerFacts(replayed.segments, replayed.trunks, at, replayed.since)
    counted = await assess.gather(ground, source, at)
    differences += _different("sums", inputs, assess.plain(counted))
    evaluated = assess.evaluated(ground, counted, at)
    differences += _different("result", result, msgspec.to_builtins(evaluated, str_keys=True))
    stored = await assess.gather(ground, assess.StoredFacts(database, warehouse, ground), at)
    facts += _different("stored facts", assess.plain(stored), assess.plain(counted))
    return Verified(number, digest, not differences, events, differences[:MOST_TOLD], facts[:MOST_TOLD])


async def _kept(database: Database, document: dict[str, Any], digest: str) -> list[str]:
    """What the centre itself keeps of the statement and its contract."""
    found = []
    async with database.read(ALL) as conn:
        stored = await conn.fetchrow(
            "SELECT digest, document FROM sla_statement WHERE number = $1", str(document["number"])
        )
        if stored is not None and stored["digest"] != digest:
            found.append("The centre keeps a statement of this number with another digest.")
        if stored is not None and hashlib.sha256(stored["document"].encode()).hexdigest() != stored["digest"]:
            found.append("The statement as the centre keeps it has been changed: its digest does not follow.")
        version = document["materials"]["version"]
        yaml = await conn.fetchval(
            "SELECT yaml FROM sla_version WHERE contract = $1 AND n = $2", document["contract"]["id"], version
        )
        if yaml is not None and yaml != document["materials"]["yaml"]:
            found.append(f"The agreement's text is not that of version {version} as the centre keeps it.")
    return found


def _digest(value: Any) -> str:
    return hashlib.sha256(orjson.dumps(value, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _different(what: str, said: Any, found: Any) -> list[str]:
    """A sentence for each place where they differ."""
    return [f"{what}, {path}: {_told(a)} instead of {_told(b)}." for path, a, b in _walk(said, found, "")]


def _walk(a: Any, b: Any, path: str) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(a, dict) and isinstance(b, dict):
        for key in sorted({*a, *b}, key=str):
            yield from _walk(a.get(key), b.get(key), f"{path}.{key}".lstrip("."))
    elif isinstance(a, list | tuple) and isinstance(b, list | tuple) and len(a) == len(b):
        for n, (one, other) in enumerate(zip(a, b, strict=True)):
            named = one.get("id") if isinstance(one, dict) else None
            yield from _walk(one, other, f"{path}[{named or n}]")
    elif a != b:
        yield path or "all", a, b


def _told(value: Any) -> str:
    text = orjson.dumps(value, default=str).decode()
    return text if len(text) <= 80 else f"{text[:77]}…"
