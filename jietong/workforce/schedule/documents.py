"""Planning's set-up: patterns, terms, rules, groups, templates. Documents with versions, all changes audited.

What nobody has set up has defaults (version 0): the site's rules, a group for each queue, terms by employment.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import msgspec
from msgspec import Struct

from jietong.core.clock import Clock
from jietong.core.errors import Invalid, NotFound, Refused
from jietong.core.specs import AgentSpec, Names, QueueSpec, SiteSpec, SkillSpec, Spec
from jietong.core.vocabulary import LIVE_TEXT, Ms
from jietong.db.pool import ALL, Connection, Database
from jietong.identity import audit
from jietong.identity.model import Principal
from jietong.routing import store as setup
from jietong.routing.store import Kind
from jietong.workforce.model import Goal
from jietong.workforce.schedule.model import (
    PRESETS,
    BreakRule,
    Person,
    QueueNeed,
    ShiftPattern,
    SiteRules,
    Skill,
    SkillGroup,
    Template,
    Terms,
)
from jietong.workforce.schedule.rules.documents import Fault, check
from jietong.workforce.schedule.rules.ground import Ground

SPECS: Final[Mapping[str, type[Spec]]] = {
    "pattern": ShiftPattern,
    "terms": Terms,
    "rules": SiteRules,
    "group": SkillGroup,
    "template": Template,
}
MAIN: Final = "main"


class Document(NamedTuple):
    kind: str
    id: str
    version: int
    spec: Any
    changed_at: Ms
    changed_by: str


class Setup(NamedTuple):
    """All that planning has been told, and what it looks at of the centre's own set-up."""

    documents: dict[tuple[str, str], Document]
    ground: Ground
    site: SiteSpec
    clients: dict[str, frozenset[str]]  # of each group

    def of(self, kind: str) -> list[Document]:
        return [one for (k, _), one in sorted(self.documents.items()) if k == kind]

    def visible(self, by: Principal) -> list[str]:
        """Groups all of whose queues are within somebody's scope: others are neither shown nor counted."""
        return [id for id in self.ground.groups if all(by.sees(client) for client in self.clients[id])]


async def read(conn: Connection) -> Setup:
    sites = await setup.read_all(conn, Kind.SITE, SiteSpec)
    site = sites[0].spec if sites else SiteSpec()
    gated = {d.id for d in await setup.read_all(conn, Kind.SKILL, SkillSpec) if d.spec.certificate}
    queues = {
        d.id: QueueNeed(
            d.id, d.spec.client, d.spec.name, tuple((n.skill, n.level) for n in d.spec.requires),
            chat=LIVE_TEXT.issuperset(d.spec.channels),
        )
        for d in await setup.read_all(conn, Kind.QUEUE, QueueSpec)
        if d.spec.active
    }  # fmt: skip
    documents = {
        (row["kind"], row["id"]): Document(
            row["kind"], row["id"], row["version"], msgspec.convert(row["spec"], SPECS[row["kind"]]),
            row["changed_at"], row["changed_by"],
        )
        for row in await conn.fetch("SELECT kind, id, version, spec, changed_at, changed_by FROM planning_document")
        if row["kind"] in SPECS
    }  # fmt: skip
    if not any(kind == "rules" for kind, _ in documents):
        documents["rules", MAIN] = _default("rules", MAIN, default_rules(site))
    grouped = {
        queue for (kind, _), d in documents.items() if kind == "group" and d.spec.active for queue in d.spec.queues
    }
    for spec in [d.spec for d in await setup.read_all(conn, Kind.QUEUE, QueueSpec) if d.spec.active]:
        if spec.id not in grouped and ("group", spec.id) not in documents:
            documents["group", spec.id] = _default("group", spec.id, default_group(spec))
    people: dict[str, Person] = {}
    for d in await setup.read_all(conn, Kind.AGENT, AgentSpec):
        terms = documents.get(("terms", d.id))
        if not d.spec.active or (not d.spec.skills and terms is None):
            continue
        skills = tuple(Skill(s.skill, s.level, s.certified_until, s.skill in gated) for s in d.spec.skills)
        people[d.id] = Person(
            d.id, d.spec.name, d.spec.team,
            terms.spec if terms is not None else Terms(d.id, d.spec.employment), skills, d.spec.capacity.text,
        )  # fmt: skip
    groups = {id: d.spec for (kind, id), d in sorted(documents.items()) if kind == "group" and d.spec.active}
    ground = Ground(
        zone=site.zone,
        people=people,
        patterns={id: d.spec for (kind, id), d in documents.items() if kind == "pattern" and d.spec.active},
        rules={id: d.spec for (kind, id), d in documents.items() if kind == "rules" and d.spec.active},
        groups=groups,
        queues=queues,
        leave=await _leave(conn),
    )
    clients = {id: frozenset(queues[q].client for q in group.queues if q in queues) for id, group in groups.items()}
    return Setup(documents, ground, site, clients)


def default_rules(site: SiteSpec) -> SiteRules:
    names: Names = {"zh-Hans": "本中心", "zh-Hant": "本中心", "en": "This centre"}
    jurisdiction = {"CN": "cn", "GB": "uk"}.get(site.region, "eu" if site.region in _EU else "none")
    preset: dict[str, Any] = dict(PRESETS[jurisdiction])
    breaks = BreakRule(length=site.break_length_s // 60, after=site.break_every_s // 60)
    return SiteRules(id=MAIN, name=names, jurisdiction=jurisdiction, breaks=breaks, **preset)


def default_group(queue: QueueSpec) -> SkillGroup:
    goal = Goal(queue.service_level_target, float(queue.service_level_s))
    return SkillGroup(queue.id, queue.name, (queue.id,), goal)


class PlanningSetup:
    """Use cases on the documents."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def all(self, by: Principal) -> dict[str, Any]:
        async with self._database.read(ALL) as conn:
            found = await read(conn)
        groups = set(found.visible(by))
        return {
            "patterns": [shown(d) for d in found.of("pattern")],
            "terms": [
                shown(found.documents.get(("terms", id)) or _default("terms", id, person.terms))
                for id, person in sorted(found.ground.people.items())
            ],
            "rules": [shown(d) for d in found.of("rules")],
            "groups": [shown(d) for d in found.of("group") if self._sees(by, d.spec, found)],
            "templates": [shown(d) for d in found.of("template")],
            "presets": PRESETS,
            "visible": sorted(groups),
        }

    async def revisions(self, by: Principal, kind: str, id: str) -> list[dict[str, Any]]:
        """Newest first. Raises NotFound."""
        _known(kind)
        async with self._database.read(ALL) as conn:
            found = await read(conn)
            one = found.documents.get((kind, id))
            if kind == "group" and one is not None and not self._sees(by, one.spec, found):
                one = None
            rows = await conn.fetch(
                "SELECT kind, id, version, spec, changed_at, changed_by FROM planning_revision "
                "WHERE kind = $1 AND id = $2 ORDER BY version DESC",
                kind,
                id,
            )
        if one is None or not rows:
            raise NotFound("no_such_document", "There is no such planning document.")
        return [dict(row) for row in rows]

    async def save(
        self, by: Principal, kind: str, id: str, version: int | None, document: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Raises Invalid `bad_spec`, `invalid_setup` with `errors`; Refused `stale_version`, `id_taken`; NotFound."""
        spec = _read_spec(kind, id, document)
        now = self._clock.now()
        async with self._database.transaction(ALL) as conn:
            found = await read(conn)
            more = []
            if isinstance(spec, SkillGroup) and not self._sees(by, spec, found):
                more.append(Fault("queues", "unknown_queue"))
            if isinstance(spec, Terms) and spec.id not in {
                one.id for one in await setup.read_all(conn, Kind.AGENT, AgentSpec)
            }:
                more.append(Fault("id", "unknown_agent"))
            must_fit(spec, found, more)
            made = await write(conn, kind, spec, version, now, by.name)
            await audit.append(
                conn,
                by=by,
                action=f"planning_{kind}.changed" if made > 1 else f"planning_{kind}.created",
                object=id,
                now=now,
                details={"version": made},
            )
        return shown(Document(kind, id, made, spec, now, by.name))

    def _sees(self, by: Principal, group: SkillGroup, found: Setup) -> bool:
        return all(by.sees(found.ground.queues[q].client) for q in group.queues if q in found.ground.queues)


async def write(conn: Connection, kind: str, spec: Any, version: int | None, now: Ms, by_name: str) -> int:
    """Stores a document made from `version` (None or 0: new); gives the version that it has now."""
    id = str(spec.id)
    await conn.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"planning:{kind}:{id}")
    current = await conn.fetchval("SELECT version FROM planning_document WHERE kind = $1 AND id = $2", kind, id)
    if current is None and version:
        raise NotFound("no_such_document", "There is no such planning document.")
    if current is not None and version is None:
        raise Refused("id_taken", f"The id {id!r} is in use already: choose another.")
    if current is not None and current != version:
        raise Refused(
            "stale_version",
            f"Somebody has changed this since you opened it (version {current}, yours is {version}): load it again.",
            current=current,
        )
    made = (current or 0) + 1
    await conn.execute(
        "INSERT INTO planning_document (kind, id, version, spec, changed_at, changed_by) "
        "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (kind, id) DO UPDATE SET version = excluded.version, "
        "spec = excluded.spec, changed_at = excluded.changed_at, changed_by = excluded.changed_by",
        kind,
        id,
        made,
        msgspec.to_builtins(spec),
        now,
        by_name,
    )
    return made


def shown(one: Document) -> dict[str, Any]:
    return {**one._asdict(), "spec": msgspec.to_builtins(one.spec)}


def _read_spec(kind: str, id: str, document: Mapping[str, Any]) -> Spec:
    _known(kind)
    try:
        return msgspec.convert({**document, "id": id}, SPECS[kind])
    except msgspec.ValidationError as error:
        text = str(error)
        field = text.rpartition("at `$")[2].rstrip("`").lstrip(".") if "at `$" in text else ""
        raise Invalid(
            "invalid_setup",
            f"This set-up cannot be read: {text}.",
            errors=[{"field": field, "code": "bad_value", "params": {}}],
        ) from error


def must_fit(spec: Spec, found: Setup, more: Sequence[Fault] = ()) -> None:
    """Raises Invalid `invalid_setup` with `errors`."""
    faults = [*check(spec, _set_up(found)), *more]
    if faults:
        raise Invalid(
            "invalid_setup",
            f"This set-up does not fit together: {faults[0].field}: {faults[0].code}.",
            errors=[{"field": f.field, "code": f.code, "params": f.params} for f in faults],
        )


def _set_up(found: Setup) -> Ground:
    """Without the groups that queues have by default: they give way to one that takes their queue."""
    groups = {id: one for id, one in found.ground.groups.items() if found.documents["group", id].version}
    return msgspec.structs.replace(found.ground, groups=groups)


def _known(kind: str) -> None:
    if kind not in SPECS:
        raise NotFound("no_such_document", "There is no such kind of planning document.")


def _default(kind: str, id: str, spec: Struct) -> Document:
    return Document(kind, id, 0, spec, 0, "")


async def _leave(conn: Connection) -> dict[str, list[tuple[Ms, Ms]]]:
    rows = await conn.fetch(
        "SELECT agent, started, ended FROM schedule_request "
        "WHERE kind = 'leave' AND state = 'approved' AND started IS NOT NULL"
    )
    out: dict[str, list[tuple[Ms, Ms]]] = {}
    for row in rows:
        out.setdefault(row["agent"], []).append((row["started"], row["ended"]))
    return out


_EU = frozenset(
    ("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV",
     "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK")
)  # fmt: skip
