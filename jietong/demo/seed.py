"""The demonstration centre: set up once, on an empty database, from the files in `data`.

All companies, people, numbers and addresses are made up. Accounts are marked as demonstration accounts: the
sign-in page offers them until the first real account exists.
"""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from importlib.resources import files
from typing import Any, NamedTuple

import msgspec

from jietong.channels.webchat.model import WidgetSpec
from jietong.channels.webchat.store import save_widget
from jietong.core.clock import Clock, to_datetime, to_ms
from jietong.core.ids import new_id
from jietong.core.specs import (
    AgentSkill,
    AgentSpec,
    Capacity,
    ClientSpec,
    ExtensionSpec,
    HoursSpec,
    Names,
    NumberSpec,
    QueueSpec,
    ReasonSpec,
    SiteSpec,
    SkillSpec,
)
from jietong.core.vocabulary import Employment, Ms
from jietong.customers import rules as customer_rules
from jietong.customers import store as customer_store
from jietong.customers.model import CustomerKind, Identity, IdentityKind
from jietong.customers.model import Draft as CustomerDraft
from jietong.db.pool import ALL, Connection, Database
from jietong.demo.agreement import agree
from jietong.demo.schedule import schedule
from jietong.flows import demonstration, validator
from jietong.flows import model as flow_model
from jietong.flows import store as flow_store
from jietong.identity import service as identity
from jietong.identity import store as accounts
from jietong.identity.model import SYSTEM, Language
from jietong.identity.permissions import Role
from jietong.knowledge import rules as article_rules
from jietong.knowledge import search, store
from jietong.knowledge.model import ArticleKind
from jietong.knowledge.model import Draft as ArticleDraft
from jietong.routing import service
from jietong.routing.store import Kind, upsert

PASSWORD = "jietong-demo"  # noqa: S105 - known to everyone, on purpose
DOMAIN = "hechuan.example"
AUTHOR = "方蕾"
CERTIFICATE_DAYS = 3 * 365
FIRST_EXTENSION = 801


class SignIn(NamedTuple):
    """One line of what the command line prints."""

    name: str
    roles: tuple[str, ...]
    login: str
    password: str


async def seed(database: Database, clock: Clock, *, scheduled: bool = True) -> list[SignIn]:
    """Sets the demonstration centre up and gives its sign-ins; an empty list when the database is not empty.

    One transaction: it is all there or not at all. The writer hears of it at its start (`load_specs`), so call
    this before the runtime starts. `scheduled`: with three weeks of a published schedule.
    """
    now = clock.now()
    async with database.transaction(ALL) as conn:
        await conn.execute("SELECT pg_advisory_xact_lock(hashtextextended('demo.seed', 0))")
        if await conn.fetchval("SELECT EXISTS (SELECT FROM account) OR EXISTS (SELECT FROM setup_document)"):
            return []
        staff = _data("staff")["staff"]
        await _set_up(conn, _data("centre"), staff, now)
        await _customers(conn, _data("customers")["customer"], now)
        await _articles(conn, now)
        sign_ins = await _accounts(conn, staff, now)
        await agree(conn, await _people(conn), now)
        if scheduled:
            await schedule(conn, now)
        return sign_ins


async def panel(database: Database) -> list[dict[str, Any]]:
    """Accounts for the sign-in page, one per line of work; empty once there is a real account."""
    people = {f"{person['login']}@{DOMAIN}": person for person in _data("staff")["staff"]}
    async with database.read(ALL) as conn:
        found = {account.login: account for account in await accounts.demonstration(conn)}
    return [
        {
            "name": found[login].name,
            "login": login,
            "role": min(found[login].roles, key=list(Role).index),
            "about": person["panel"],
        }
        for login, person in people.items()
        if "panel" in person and login in found
    ]


# --- set-up documents --------------------------------------------------------------------------------------------


async def _set_up(conn: Connection, centre: Mapping[str, Any], staff: Iterable[Mapping[str, Any]], now: Ms) -> None:
    await _save(conn, Kind.SITE, _specs([centre["site"]], SiteSpec), now)
    await _save(conn, Kind.CLIENT, _specs(centre["client"], ClientSpec), now)
    await _save(conn, Kind.SKILL, _specs(centre["skill"], SkillSpec), now)
    await _save(conn, Kind.HOURS, _hours(centre["hours"], centre["festival"]), now)
    await _save(conn, Kind.QUEUE, _specs(centre["queue"], QueueSpec), now)
    await _save(conn, Kind.REASON, _specs(centre["reason"], ReasonSpec), now)
    certified = {skill["id"] for skill in centre["skill"] if skill.get("certificate")}
    agents = [_agent(person, certified, now) for person in staff if "skills" in person]
    await _save(conn, Kind.AGENT, agents, now)
    await _flows(conn, now)
    for widget in _specs(centre["widget"], WidgetSpec):
        await save_widget(conn, widget, None, SYSTEM.name, to_datetime(now))
    await _save(conn, Kind.NUMBER, _specs(centre["number"], NumberSpec), now)
    telephones = [
        ExtensionSpec(id=str(number), name=agent.name, agent=agent.id)
        for number, agent in enumerate(agents, FIRST_EXTENSION)
    ]
    await _save(conn, Kind.EXTENSION, telephones, now)


async def _flows(conn: Connection, now: Ms) -> None:
    """Drafted and published as by hand, with the same checks."""
    for flow in demonstration.flows():
        faults = validator.errors(validator.check(flow, await flow_store.surroundings(conn)))
        if faults:
            raise ValueError(f"demonstration flow {flow.id}: {faults}")
        document = flow_model.document(flow)
        await flow_store.insert(conn, flow.id, flow.client, flow.name, document, SYSTEM.name, now)
        drafted = await flow_store.read(conn, flow.id, lock=True)
        await flow_store.publish(conn, drafted, document, flow.name, "", SYSTEM.name, now)


async def _save(conn: Connection, kind: Kind, specs: Sequence[Any], now: Ms) -> None:
    """The same checks as an administrator's changes pass."""
    for spec in specs:
        faults = service.check(kind, spec, await service.world(conn), SYSTEM)
        if faults:
            raise service.invalid(faults)
        write = upsert(kind, spec, spec.id, 1, now, SYSTEM.name)
        await conn.execute(write.sql, *write.args)


def _specs(documents: Iterable[Any], spec: type[Any]) -> list[Any]:
    return [msgspec.convert(document, spec) for document in documents]


def _hours(documents: Iterable[Mapping[str, Any]], festivals: Sequence[Mapping[str, Any]]) -> list[HoursSpec]:
    holidays = sorted(
        (
            {"date": date, "name": festival["name"], "periods": [_period(one) for one in festival["periods"]]}
            for festival in festivals
            for date in festival["dates"]
        ),
        key=lambda holiday: holiday["date"],
    )
    return [
        msgspec.convert(
            {
                **document,
                "week": [[_period(one) for one in day] for day in document["week"]],
                "holidays": holidays if document.get("holidays") == "festivals" else [],
            },
            HoursSpec,
        )
        for document in documents
    ]


def _period(text: str) -> dict[str, int]:
    """`8:30-12:00` in minutes after midnight."""
    start, end = (int(hour) * 60 + int(minute) for hour, minute in (one.split(":") for one in text.split("-")))
    return {"start": start, "end": end}


def _agent(person: Mapping[str, Any], certified: set[str], now: Ms) -> AgentSpec:
    valid = to_ms(to_datetime(now) + timedelta(days=person.get("certificate_days", CERTIFICATE_DAYS)))
    return AgentSpec(
        id=person["login"],
        name=person["name"],
        employment=Employment.PART_TIME if person.get("part_time") else Employment.FULL_TIME,
        team=person["team"],
        skills=tuple(
            AgentSkill(skill, level, valid if skill in certified else None)
            for skill, level in person["skills"].items()
        ),
        capacity=Capacity(voice=1, text=person.get("text", 3)),
    )


# --- people ------------------------------------------------------------------------------------------------------


async def _accounts(conn: Connection, staff: Iterable[Mapping[str, Any]], now: Ms) -> list[SignIn]:
    out = []
    for person in staff:
        login = f"{person['login']}@{DOMAIN}"
        fields = identity.AccountFields(
            login=login,
            name=person["name"],
            roles=frozenset(Role(role) for role in person["roles"]),
            clients=tuple(person["clients"]) if "clients" in person else None,
            language=Language.ZH_HANS,
        )
        await identity.add_account(
            conn,
            fields,
            now=now,
            password=PASSWORD,
            agent_id=person["login"] if "skills" in person else None,
            demo=True,
        )
        out.append(SignIn(person["name"], tuple(person["roles"]), login, PASSWORD))
    return out


async def _people(conn: Connection) -> dict[str, tuple[str, str]]:
    """Login without its domain → (account, name)."""
    found = await accounts.demonstration(conn)
    return {account.login.partition("@")[0]: (account.id, account.name) for account in found}


async def _customers(conn: Connection, people: Sequence[Mapping[str, Any]], now: Ms) -> None:
    """Written down some days apart, so that the list has an order. Those that share a number become suspects."""
    for days, person in enumerate(reversed(people), start=1):
        at = now - days * 86_400_000
        id = new_id(at)
        given = [(IdentityKind.ACCOUNT, person["account"])] if "account" in person else []
        given += [(IdentityKind.PHONE, number) for number in person.get("phones", ())]
        given += [(IdentityKind.EMAIL, person["email"])] if "email" in person else []
        identities: list[Identity] = [customer_rules.identity(kind, value, "CN") for kind, value in given]
        owners = await customer_store.owners(conn, person["client"], identities)
        draft = CustomerDraft(
            name=person["name"],
            kind=CustomerKind.ORGANISATION if person.get("organisation") else CustomerKind.PERSON,
            customer_class=person.get("class", ""),
            language=person.get("language", "zh-Hans"),
            region=person.get("region", ""),
            attributes=dict(person.get("attributes", {})),
            notes=person.get("notes", ""),
        )
        free = [one for one in identities if one not in owners]
        await customer_store.claim(conn, id, person["client"], draft, free, at)
        for other in owners.values():
            await customer_store.suspect(conn, person["client"], id, other, "shared_details", at)


# --- knowledge ---------------------------------------------------------------------------------------------------


async def _articles(conn: Connection, now: Ms) -> None:
    for article in _data("articles")["article"]:
        draft = ArticleDraft(
            titles=_stripped(article["title"]),
            bodies=_stripped(article["body"]),
            client=article.get("client"),
            category=article["category"],
            tags=tuple(article["tags"]),
        )
        await _publish(conn, article["id"], draft, now)
    for reply in _data("replies")["reply"]:
        draft = ArticleDraft(
            titles=_stripped(reply["title"]),
            bodies=_stripped(reply["body"]),
            kind=ArticleKind.REPLY,
            category="kb-reply",
            shortcut=reply["shortcut"],
        )
        await _publish(conn, f"reply-{reply['shortcut']}", draft, now)


async def _publish(conn: Connection, id: str, draft: ArticleDraft, now: Ms) -> None:
    article_rules.check(draft)
    article_rules.check_publishable(draft)
    await store.insert(conn, id, draft, AUTHOR, now)
    await store.publish(conn, id, 1, AUTHOR, now)
    article = await store.read(conn, id, latest=True)
    await search.index(conn, id, article.shown, article.tags)


def _stripped(texts: Names) -> Names:
    return {language: text.strip() for language, text in texts.items()}


def _data(name: str) -> dict[str, Any]:
    return tomllib.loads(files("jietong.demo").joinpath("data", f"{name}.toml").read_text("utf-8"))
