"""How ids in a report are worded: queues, agents, reasons and the like, in three languages."""

from collections.abc import Iterable

from jietong.contacts.words import VALUES
from jietong.core.specs import Names, NumberSpec
from jietong.db.pool import ALL, Database
from jietong.flows import store as flows
from jietong.identity.model import Principal
from jietong.metrics.intervals import By, Filter
from jietong.reports.model import Outcome
from jietong.routing import service as setup
from jietong.routing import store as documents

Labels = dict[str, dict[str, Names]]

_PART_TIME: dict[str, Names] = {
    "true": {"zh-Hans": "兼职", "zh-Hant": "兼職", "en": "Part time"},
    "false": {"zh-Hans": "全职", "zh-Hant": "全職", "en": "Full time"},
}
_FIELDS = {
    By.QUEUE: "queues",
    By.AGENT: "agents",
    By.CLIENT: "clients",
    By.CHANNEL: "channels",
    By.ENTRY: "entries",
    By.REASON: "reasons",
    By.DIRECTION: "directions",
}


async def labels(database: Database, by: Principal, outcomes: Iterable[Outcome]) -> Labels:
    """The words of every id that the outcomes show, as far as `by` may know it. One that is no more, or lies outside
    the scope, is left out: it is shown as its id."""
    wanted = _wanted(outcomes)
    if not any(wanted.values()):
        return {}
    known = await setup.directory(database, by)
    agents = {one.id: dict.fromkeys(("zh-Hans", "zh-Hant", "en"), one.name) for one in known.agents}
    sources: dict[By, dict[str, Names]] = {
        By.QUEUE: {one.id: one.name for one in known.queues},
        By.AGENT: agents,
        By.CLIENT: {one.id: one.name for one in known.clients},
        By.REASON: {one.id: one.name for one in known.reasons},
        By.CHANNEL: VALUES,
        By.DIRECTION: VALUES,
        By.PART_TIME: _PART_TIME,
    }
    if wanted[By.ENTRY]:
        async with database.read(ALL) as conn:
            numbers = await documents.read_all(conn, documents.Kind.NUMBER, NumberSpec)
        sources[By.ENTRY] = {one.id: one.spec.name for one in numbers if by.sees(one.spec.client)}
    if wanted[By.FLOW]:
        async with database.read(by.scope) as conn:
            sources[By.FLOW] = {one.id: one.name for one in await flows.read_all(conn)}
    return {
        str(kind): {id: sources[kind][id] for id in sorted(ids) if id in sources.get(kind, {})}
        for kind, ids in wanted.items()
        if ids
    }


def _wanted(outcomes: Iterable[Outcome]) -> dict[By, set[str]]:
    wanted: dict[By, set[str]] = {kind: set() for kind in By}
    for outcome in outcomes:
        for line in outcome.lines:
            for kind, key in zip(outcome.by, line.keys, strict=False):
                if key is not None:
                    wanted[kind].add(key)
        for kind, ids in _filtered(outcome.filter).items():
            wanted[kind].update(ids)
    return wanted


def _filtered(filter: Filter) -> dict[By, tuple[str, ...]]:
    return {kind: getattr(filter, field) or () for kind, field in _FIELDS.items()}
