"""Set-up: each change is checked, stored with its new version, and told to the writer, all in one commit."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol, TypeVar, cast

from msgspec import Struct

from jietong.core.clock import Clock
from jietong.core.commands import (
    AnyCommand,
    ConfigureAgent,
    ConfigureHours,
    ConfigureQueue,
    ConfigureSite,
    ConfigureSkill,
)
from jietong.core.errors import Invalid, NotFound
from jietong.core.inbox import Inbox, Write
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
from jietong.db.pool import ALL, Connection, Database
from jietong.identity import audit
from jietong.identity.model import Principal
from jietong.routing import store, telephony
from jietong.routing import validation as rules
from jietong.routing.store import Document, Kind
from jietong.routing.validation import Fault, World

S = TypeVar("S", bound=Struct)
_INDEX = re.compile(r"\[(\d+)\]")

_COMMANDS: dict[Kind, Callable[[Any], AnyCommand]] = {
    Kind.SITE: lambda spec: ConfigureSite(spec=spec),
    Kind.SKILL: lambda spec: ConfigureSkill(spec=spec),
    Kind.HOURS: lambda spec: ConfigureHours(spec=spec),
    Kind.QUEUE: lambda spec: ConfigureQueue(spec=spec),
    Kind.AGENT: lambda spec: ConfigureAgent(spec=spec),
}
"""In the order the writer must hear them at the start: what is referred to before what refers to it."""


async def save(
    database: Database,
    inbox: Inbox,
    clock: Clock,
    by: Principal,
    kind: Kind,
    spec: S,
    base: int | None,
    *,
    more: Sequence[Write] = (),
    also: Mapping[str, Any] | None = None,
) -> Document[S]:
    """Stores a document made from version `base` (None: new) and tells the writer. `more` rows are committed with it;
    `also` goes into the audit entry beside the version.

    Raises Invalid `invalid_setup` with `errors: [{field, code, params}]`, Refused `stale_version` or `id_taken`,
    NotFound, Unavailable (then nothing was stored).
    """
    now = clock.now()
    id = str(cast(Any, spec).id)
    async with database.transaction(ALL) as conn:
        version = await store.next_version(conn, kind, id, base)
        faults = check(kind, spec, await world(conn), by)
        if faults:
            raise invalid(faults)
        writes = [
            store.upsert(kind, spec, id, version, now, by.name),
            *more,
            audit.append_write(
                by=by,
                action=f"{kind}.changed" if base else f"{kind}.created",
                object=id,
                now=now,
                details={"version": version, **(also or {})},
            ),
        ]
        if kind in _COMMANDS:
            # Rows and event in the writer's one transaction; ours only holds the document's lock meanwhile.
            await inbox.submit(_COMMANDS[kind](spec), key=f"setup:{kind}:{id}:{version}", writes=writes)
        else:
            for write in writes:
                await conn.execute(write.sql, *write.args)
    return Document(id, version, spec, now, by.name)


async def read(database: Database, by: Principal, kind: Kind, id: str, spec: type[S]) -> Document[S]:
    async with database.read(ALL) as conn:
        document = await store.read(conn, kind, id, spec)
    if not sees(by, document.spec):
        raise not_found(kind, id)
    return document


async def read_all(database: Database, by: Principal, kind: Kind, spec: type[S]) -> list[Document[S]]:
    """Those within the principal's client scope."""
    async with database.read(ALL) as conn:
        documents = await store.read_all(conn, kind, spec)
    return [document for document in documents if sees(by, document.spec)]


async def history(database: Database, by: Principal, kind: Kind, id: str) -> list[dict[str, Any]]:
    """All versions of a document, newest first."""
    await read(database, by, kind, id, store.SPECS[kind])
    async with database.read(ALL) as conn:
        return await store.revisions(conn, kind, id)


def sees(by: Principal, spec: Struct) -> bool:
    """Queues, reasons, numbers and clients are within somebody's scope or not; everything else is common."""
    if isinstance(spec, ClientSpec):
        return by.sees(spec.id)
    return by.sees(getattr(spec, "client", None))


async def site(database: Database) -> Document[SiteSpec]:
    """The site; version 0 with the defaults before anybody set it up."""
    async with database.read(ALL) as conn:
        stored = await store.read_all(conn, Kind.SITE, SiteSpec)
    return stored[0] if stored else Document("main", 0, SiteSpec(), 0, "")


class Names(NamedTuple):
    """What records and live views refer to by id, within somebody's scope."""

    site: SiteSpec
    clients: list[ClientSpec]
    queues: list[QueueSpec]
    skills: list[SkillSpec]
    reasons: list[ReasonSpec]
    agents: list[AgentSpec]


async def directory(database: Database, by: Principal) -> Names:
    """The names. Clients, queues and reasons are those in scope; skills and agents are common to the centre."""
    async with database.read(ALL) as conn:
        known = await world(conn)
        agents = [document.spec for document in await store.read_all(conn, Kind.AGENT, AgentSpec)]
    return Names(
        site=(await site(database)).spec,
        clients=[spec for spec in known.clients.values() if sees(by, spec)],
        queues=[spec for spec in known.queues.values() if sees(by, spec)],
        skills=list(known.skills.values()),
        reasons=[spec for spec in known.reasons.values() if sees(by, spec)],
        agents=agents,
    )


# --- the runtime's start -----------------------------------------------------------------------------------------


class Holds(Protocol):
    """A queue's or an agent's state in the engine, as far as set-up looks at it."""

    @property
    def spec(self) -> Any: ...


class Engine(Protocol):
    """What the writer knows already; `routing.engine.Engine` fits."""

    @property
    def site(self) -> SiteSpec: ...
    @property
    def skills(self) -> Mapping[str, SkillSpec]: ...
    @property
    def hours(self) -> Mapping[str, Any]: ...
    @property
    def queues(self) -> Mapping[str, Holds]: ...
    @property
    def agents(self) -> Mapping[str, Holds]: ...


async def load_specs(database: Database, engine: Engine) -> list[AnyCommand]:
    """The Configure commands that bring the engine to the stored set-up, in an order it can accept.

    Empty when nothing differs, so it may be asked at every start and after every recovery.
    """
    known: dict[Kind, Mapping[str, Any]] = {
        Kind.SITE: {engine.site.id: engine.site},
        Kind.SKILL: engine.skills,
        Kind.HOURS: engine.hours,
        Kind.QUEUE: engine.queues,
        Kind.AGENT: engine.agents,
    }
    commands: list[AnyCommand] = []
    async with database.read(ALL) as conn:
        for kind, command in _COMMANDS.items():
            for document in await store.read_all(conn, kind, store.SPECS[kind]):
                held = known[kind].get(document.id)
                if held is None or getattr(held, "spec", held) != document.spec:
                    commands.append(command(document.spec))
    return commands


# --- checks ------------------------------------------------------------------------------------------------------


async def world(conn: Connection) -> World:
    """All that set-up can refer to."""
    sites = await store.read_all(conn, Kind.SITE, SiteSpec)
    return World(
        clients={d.id: d.spec for d in await store.read_all(conn, Kind.CLIENT, ClientSpec)},
        skills={d.id: d.spec for d in await store.read_all(conn, Kind.SKILL, SkillSpec)},
        hours={d.id: d.spec for d in await store.read_all(conn, Kind.HOURS, HoursSpec)},
        queues={d.id: d.spec for d in await store.read_all(conn, Kind.QUEUE, QueueSpec)},
        reasons={d.id: d.spec for d in await store.read_all(conn, Kind.REASON, ReasonSpec)},
        trunks={d.id: d.spec for d in await store.read_all(conn, Kind.TRUNK, TrunkSpec)},
        numbers={d.id: d.spec for d in await store.read_all(conn, Kind.NUMBER, NumberSpec)},
        extensions={d.id: d.spec for d in await store.read_all(conn, Kind.EXTENSION, ExtensionSpec)},
        agents=await store.active_agents(conn),
        flows=await store.published_flows(conn),
        region=sites[0].spec.region if sites else SiteSpec().region,
    )


def check(kind: Kind, spec: Struct, known: World, by: Principal) -> list[Fault]:
    faults: list[Fault]
    match spec:
        case SiteSpec():
            faults = rules.check_site(spec)
        case ClientSpec():
            faults = rules.check_client(spec)
        case SkillSpec():
            faults = rules.check_skill(spec)
        case HoursSpec():
            faults = rules.check_hours(spec)
        case QueueSpec():
            faults = rules.check_queue(spec, known)
        case AgentSpec():
            faults = rules.check_agent(spec, known)
        case ReasonSpec():
            faults = rules.check_reason(spec, known)
        case TrunkSpec():
            faults = telephony.check_trunk(spec, known)
        case NumberSpec():
            faults = telephony.check_number(spec, known)
        case ExtensionSpec():
            faults = telephony.check_extension(spec, known)
        case _:
            raise TypeError(f"{type(spec)} is no set-up document")
    if not getattr(spec, "active", True):
        faults += [
            Fault("active", "in_use", {"queue": queue})
            for queue in rules.users_of(kind, str(cast(Any, spec).id), known)
        ]
        faults += [
            Fault("active", "number_in_use", {"number": number})
            for number in telephony.numbers_with(kind, str(cast(Any, spec).id), known)
        ]
    if not sees(by, spec):
        faults.append(Fault("client", "unknown_client"))
    return faults


def invalid(faults: Sequence[Fault]) -> Invalid:
    first = faults[0]
    return Invalid(
        "invalid_setup",
        f"This set-up does not fit together: {first.path}: {first.code}"
        + (f", and {len(faults) - 1} more." if len(faults) > 1 else "."),
        errors=[
            {"field": _INDEX.sub(r".\1", fault.path), "code": fault.code, "params": fault.params} for fault in faults
        ],
    )


def not_found(kind: Kind, id: str) -> NotFound:
    return NotFound(f"no_such_{kind}", f"There is no {kind} with the id {id!r}.")
