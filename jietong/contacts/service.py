"""Use cases on contact records: what screens and programs ask. One unit of work each."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec
import orjson

from jietong.channels.webchat import conversation
from jietong.channels.webchat import store as chat_store
from jietong.channels.webchat.model import Message
from jietong.contacts import explorer, store
from jietong.contacts.explorer import COUNT_LIMIT, Cursor, Filter
from jietong.contacts.model import AgentInterval, Segment
from jietong.contacts.record import ContactRecord
from jietong.core.clock import Clock, to_datetime
from jietong.core.errors import Forbidden, Invalid, NotFound
from jietong.core.events import AnyEvent, OfferAccepted, kind
from jietong.core.ids import new_id
from jietong.core.vocabulary import Channel, Ms, Outcome
from jietong.customers import service as customers
from jietong.customers import store as customer_store
from jietong.customers.model import Customer, PastContact
from jietong.customers.rules import masked
from jietong.db import ledger
from jietong.db.pool import Connection, Database
from jietong.identity import audit
from jietong.identity.model import Principal
from jietong.identity.permissions import Permission

LONGEST_NOTE = 4000
FOUND_CUSTOMERS = 200  # a search by name looks at no more files than this
LONGEST_HISTORY = 50_000  # events of one contact
LONGEST_TIMELINE: Ms = 31 * 86_400_000


class Person(NamedTuple):
    """Whose contact it is, as a list may show it."""

    name: str
    number: str | None  # masked


class Listed(NamedTuple):
    record: ContactRecord
    customer: Person | None


class Page(NamedTuple):
    items: list[Listed]
    next: str | None


class Counted(NamedTuple):
    """`more`: the count stopped at COUNT_LIMIT."""

    n: int
    more: bool


class Note(NamedTuple):
    id: str
    author: str
    author_name: str
    text: str
    at: datetime


class Correction(NamedTuple):
    field: str
    value: str | bool | None
    author_name: str
    at: datetime


class Opened(NamedTuple):
    """One contact with all that people added to it."""

    record: ContactRecord
    customer: Person | None
    notes: list[Note]
    corrections: list[Correction]


class LedgerLine(NamedTuple):
    seq: int
    at: Ms
    type: str
    data: dict[str, object]


async def find(
    database: Database, by: Principal, wanted: Filter, q: str, after: str | None, limit: int, region: str
) -> Page:
    """One page, latest first. `q`: a contact's id, or a customer by name, number or e-mail."""
    explorer.check(wanted)
    wanted = await _with_query(database, by, wanted, q)
    cursor = Cursor.decode(after) if after else None
    async with database.read(by.scope) as conn:
        records = await explorer.page(conn, wanted, cursor, limit + 1)
        people = await _people(conn, records, region)
    items = [Listed(one, people.get(one.customer or "")) for one in records[:limit]]
    last = items[-1].record if items else None
    more = len(records) > limit and last is not None
    return Page(items, Cursor(last.arrived, last.id).encode() if more and last else None)


async def how_many(database: Database, by: Principal, wanted: Filter, q: str) -> Counted:
    explorer.check(wanted)
    wanted = await _with_query(database, by, wanted, q)
    async with database.read(by.scope) as conn:
        n = await explorer.count(conn, wanted)
    return Counted(min(n, COUNT_LIMIT), n > COUNT_LIMIT)


async def exportable(database: Database, by: Principal, wanted: Filter, q: str, most: int) -> int:
    """How many rows an export will have. Raises Invalid `too_many_contacts` above `most`."""
    explorer.check(wanted)
    wanted = await _with_query(database, by, wanted, q)
    async with database.read(by.scope) as conn:
        n = await explorer.count(conn, wanted, most)
    if n > most:
        raise Invalid(
            "too_many_contacts", f"That is more than {most:,} contacts: narrow the period or the filter.", most=most
        )
    return n


async def everything(
    database: Database, by: Principal, wanted: Filter, q: str, region: str, most: int
) -> AsyncIterator[Listed]:
    """All that the filter finds, latest first, page by page, up to `most`: what an export holds."""
    explorer.check(wanted)
    wanted = await _with_query(database, by, wanted, q)
    cursor: Cursor | None = None
    left = most
    while left > 0:
        async with database.read(by.scope) as conn:
            records = await explorer.page(conn, wanted, cursor, min(500, left))
            people = await _people(conn, records, region)
        for one in records:
            yield Listed(one, people.get(one.customer or ""))
        if not records:
            return
        left -= len(records)
        cursor = Cursor(records[-1].arrived, records[-1].id)


async def read(database: Database, by: Principal, id: str, region: str) -> Opened:
    """Raises NotFound `no_such_contact`, for one of another client too."""
    async with database.read(by.scope) as conn:
        record = await _readable(conn, by, id)
        people = await _people(conn, [record], region)
        notes = await conn.fetch(
            "SELECT id, author, author_name, text, at FROM contact_note WHERE contact = $1 ORDER BY at, id", id
        )
        edits = await conn.fetch(
            "SELECT field, value, author_name, at FROM contact_edit WHERE contact = $1 ORDER BY n", id
        )
    corrections = [Correction(row["field"], row["value"], row["author_name"], row["at"]) for row in edits]
    return Opened(
        corrected(record, corrections), people.get(record.customer or ""), [Note(*row) for row in notes], corrections
    )


def corrected(record: ContactRecord, corrections: Sequence[Correction]) -> ContactRecord:
    """The record as people have put it right since. The figures stay with the ledger."""
    for one in corrections:
        record = msgspec.structs.replace(record, **{one.field: one.value})
    return record


async def timeline(database: Database, by: Principal, id: str) -> list[Segment]:
    """All stays of the contact in the order they began."""
    async with database.read(by.scope) as conn:
        await _record(conn, id)
        return await store.segments(conn, id)


async def events(database: Database, by: Principal, id: str) -> list[LedgerLine]:
    """The ledger's own events of the contact."""
    async with database.read(by.scope) as conn:
        await _record(conn, id)
        history = await _history(conn, id)
    return [LedgerLine(seq, event.at, kind(event), _data(event)) for seq, event in history]


async def messages(database: Database, by: Principal, id: str) -> list[Message]:
    """The transcript: what people wrote, and the system's lines between, in the ledger's order.

    Read from the ledger and the words alone, so that the desk has it in the moment a contact is accepted.
    """
    async with database.read(by.scope) as conn:
        history = await _history(conn, id)
        took = {event.agent for _, event in history if isinstance(event, OfferAccepted)}
        if by.agent_id is None or by.agent_id not in took or await chat_store.contact(conn, id) is None:
            await _readable(conn, by, id)
        rows = await chat_store.messages(conn, id)
        names = await _agent_names(conn, sorted(took))
    return conversation.tell(id, history, rows, names.get, staff=True).messages


async def agent_timeline(database: Database, by: Principal, agent: str, start: Ms, end: Ms) -> list[AgentInterval]:
    """An agent's intervals that overlap [start, end). Their own for agents; anyone's for who sees the floor."""
    if not by.may(Permission.FLOOR_VIEW) and by.agent_id != agent:
        raise Forbidden("not_permitted", "You can see your own timeline.")
    if not start < end <= start + LONGEST_TIMELINE:
        raise Invalid("bad_filter", "Choose a period of up to 31 days.", field="to")
    async with database.read(by.scope) as conn:
        return await store.intervals(conn, start, end, agent)


async def add_note(database: Database, clock: Clock, by: Principal, id: str, text: str) -> Note:
    """Raises Invalid `empty_note` or `note_too_long`, NotFound `no_such_contact`."""
    text = text.strip()
    if not text:
        raise Invalid("empty_note", "Write something first.", field="text")
    if len(text) > LONGEST_NOTE:
        raise Invalid("note_too_long", f"A note has at most {LONGEST_NOTE} characters.", field="text")
    now = clock.now()
    note = Note(new_id(now), by.account_id, by.name, text, to_datetime(now))
    async with database.transaction(by.scope) as conn:
        record = await _own_or_seen(conn, by, id)
        await conn.execute(
            """
            INSERT INTO contact_note (id, contact, client, author, author_name, text, at)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            """,
            note.id,
            id,
            record.client,
            note.author,
            note.author_name,
            note.text,
            note.at,
        )
        await audit.append(conn, by=by, action="contact.noted", object=id, now=now, details={"note": note.id})
    return note


async def correct(
    database: Database, clock: Clock, by: Principal, id: str, changes: dict[str, str | bool | None]
) -> None:
    """Puts `reason` or `resolved` right on the record; who did it when stays with it."""
    now = clock.now()
    async with database.transaction(by.scope) as conn:
        record = await _own_or_seen(conn, by, id)
        for field, value in changes.items():
            await conn.execute(
                """
                INSERT INTO contact_edit (contact, client, field, value, author, author_name, at)
                VALUES ($1, $2, $3, $4, $5, $6, $7)
                """,
                id,
                record.client,
                field,
                value,
                by.account_id,
                by.name,
                to_datetime(now),
            )
        await audit.append(conn, by=by, action="contact.corrected", object=id, now=now, details=dict(changes))


class History:
    """What the customer file asks: `customers.ports.ContactHistory`."""

    async def past(
        self, conn: Connection, customers: Sequence[str], limit: int, without: str | None = None
    ) -> Sequence[PastContact]:
        wanted = Filter(0, 1 << 62, customers=tuple(customers))
        found = await explorer.page(conn, wanted, None, limit + (without is not None))
        records = [one for one in found if one.id != without][:limit]
        names = await _agent_names(conn, [one.agent for one in records if one.agent])
        return [
            PastContact(
                id=one.id,
                channel=Channel(one.channel),
                at=one.arrived,
                queue=one.queues[-1] if one.queues else None,
                agent=one.agent,
                agent_name=names.get(one.agent or ""),
                outcome=Outcome(one.outcome) if one.outcome else None,
                reason=one.reason,
                resolved=one.resolved,
                csat=one.csat,
            )
            for one in records
        ]

    async def count_since(
        self, conn: Connection, customers: Sequence[str], since: Ms, without: str | None = None
    ) -> int:
        n: int = await conn.fetchval(
            """
            SELECT count(*) FROM contact
            WHERE customer = ANY($1::text[]) AND arrived >= $2 AND id IS DISTINCT FROM $3
            """,
            list(customers),
            since,
            without,
        )
        return n

    async def last_agent(
        self, conn: Connection, customers: Sequence[str], without: str | None = None
    ) -> tuple[str, str] | None:
        agent: str | None = await conn.fetchval(
            """
            SELECT agent FROM contact
            WHERE customer = ANY($1::text[]) AND agent IS NOT NULL AND id IS DISTINCT FROM $2
            ORDER BY arrived DESC, id DESC LIMIT 1
            """,
            list(customers),
            without,
        )
        if agent is None:
            return None
        return agent, (await _agent_names(conn, [agent])).get(agent, agent)


async def _with_query(database: Database, by: Principal, wanted: Filter, q: str) -> Filter:
    text = q.strip()
    if not text:
        return wanted
    async with database.read(by.scope) as conn:
        if await explorer.read(conn, text) is not None:
            return wanted._replace(contact=text)
    found = await customers.search(database, by, text, None, None, FOUND_CUSTOMERS)
    async with database.read(by.scope) as conn:
        ids = [id for one in found for id in await customer_store.family(conn, one.id)]
    return wanted._replace(customers=tuple(ids))


async def _record(conn: Connection, id: str) -> ContactRecord:
    record = await explorer.read(conn, id)
    if record is None:
        raise NotFound("no_such_contact", "There is no such contact, or it belongs to another client.")
    return record


async def _history(conn: Connection, id: str) -> list[ledger.Stored]:
    """All events of the contact. Whether it may be seen is the caller's to check."""
    site: str | None = await conn.fetchval("SELECT site FROM event WHERE contact = $1 LIMIT 1", id)
    if site is None:
        return []
    return await ledger.timeline(conn, site, contact=id, limit=LONGEST_HISTORY)


async def _readable(conn: Connection, by: Principal, id: str) -> ContactRecord:
    """Who sees contacts reads all; an agent, their own, and the past of the customers whose file they may open (A7).

    Raises NotFound `no_such_contact`, Forbidden `not_permitted`.
    """
    record = await _record(conn, id)
    own = by.agent_id is not None and by.agent_id in record.agents
    of_a_file = record.customer is not None and by.may(Permission.CUSTOMERS_VIEW)
    if by.may(Permission.CONTACTS_VIEW) or own or of_a_file:
        return record
    raise Forbidden("not_permitted", "You can read your own conversations, and those in a customer's file.")


async def _own_or_seen(conn: Connection, by: Principal, id: str) -> ContactRecord:
    """A contact that `by` may write about: one they see, or one they handled."""
    record = await _record(conn, id)
    if by.may(Permission.CONTACTS_VIEW) or (by.agent_id is not None and by.agent_id in record.agents):
        return record
    raise NotFound("no_such_contact", "There is no such contact among yours.")


async def _people(conn: Connection, records: Sequence[ContactRecord], region: str) -> dict[str, Person]:
    ids = {one.customer for one in records if one.customer}
    found = await customer_store.read_many(conn, sorted(ids))
    return {id: _person(customer, region) for id, customer in found.items()}


def _person(customer: Customer, region: str) -> Person:
    first = customer.identities[0] if customer.identities else None
    phone = next((i for i in customer.identities if i.kind == "phone"), first)
    return Person(customer.name, masked(phone, region) if phone else None)


async def _agent_names(conn: Connection, agents: Sequence[str]) -> dict[str, str]:
    rows = await conn.fetch(
        "SELECT id, spec->>'name' AS name FROM setup_document WHERE kind = 'agent' AND id = ANY($1::text[])",
        list(agents),
    )
    return {row["id"]: row["name"] for row in rows}


def _data(event: AnyEvent) -> dict[str, object]:
    data: dict[str, object] = orjson.loads(msgspec.json.encode(event))
    return {name: value for name, value in data.items() if name not in ("type", "at", "contact")}
