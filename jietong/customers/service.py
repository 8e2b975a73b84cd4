"""The customer file: recognise, write, search, merge, reveal, pop. Each function is one unit of work.

A client's customers are its own: the same number at two clients is two files, kept apart by row-level security.
"""

from collections.abc import Iterable, Mapping, Sequence

from jietong.core.clock import Clock, to_datetime
from jietong.core.commands import MergeCustomers
from jietong.core.errors import Invalid, NotFound, Refused
from jietong.core.ids import new_id
from jietong.core.inbox import Inbox, Write
from jietong.core.text import is_han, normal, query_grams
from jietong.core.vocabulary import Ms, Outcome
from jietong.customers import rules, store
from jietong.customers.model import (
    Customer,
    Draft,
    Identity,
    IdentityKind,
    Merge,
    Profile,
    ScreenPop,
    Suspect,
)
from jietong.customers.ports import ContactHistory
from jietong.db.pool import ALL, Connection, Database
from jietong.identity import audit
from jietong.identity.model import Principal

MAX_NAME = 120
MAX_NOTES = 10_000
MAX_ATTRIBUTES = 50
PAST_CONTACTS = 12
OPEN_FOR: Ms = 30 * 86_400_000  # an unsolved contact counts as an open matter this long
NINETY_DAYS: Ms = 90 * 86_400_000


# --- recognising -------------------------------------------------------------------------------------------------


async def recognise(
    conn: Connection, client: str, profile: Profile, *, region: str, now: Ms
) -> tuple[str, bool] | None:
    """The file of whoever gave this profile, and whether it is new; None when they cannot be told from anybody.

    Found by any identity, the strongest deciding; those that are not yet known are added to the file, and another
    file that one of them points to is noted as a suspect for merging. Two simultaneous first contacts with the
    same number give one file. Raises Invalid for a number or address that is none.
    """
    identities = rules.identities(profile, region)
    if not identities:
        return None
    name = _name(profile.name)
    id = new_id(now)
    draft = Draft(name=name, language=profile.language)
    while (owners := await store.claim(conn, id, client, draft, identities, now)) is None:
        pass  # a simultaneous first contact has made the file: it is found now
    found = next(owners[identity] for identity in identities if identity in owners)
    if found == id:
        return id, True
    await _complete(conn, client, found, name, identities, owners, now)
    return found, False


async def _complete(
    conn: Connection,
    client: str,
    found: str,
    name: str,
    identities: Sequence[Identity],
    known: Mapping[Identity, str],
    now: Ms,
) -> None:
    for other in {owner for owner in known.values() if owner != found}:
        await store.suspect(conn, client, found, other, "shared_details", now)
    await store.add_identities(conn, client, found, [one for one in identities if one not in known], now)
    if name:
        await store.fill_name(conn, found, name, now)


# --- writing -----------------------------------------------------------------------------------------------------


async def create(
    database: Database,
    clock: Clock,
    by: Principal,
    client: str,
    draft: Draft,
    identities: Iterable[tuple[IdentityKind, str]],
    *,
    region: str,
) -> Customer:
    """A new file. Raises Refused `identity_taken` with the file that has it already, Invalid."""
    now = clock.now()
    wanted = [rules.identity(kind, value, region) for kind, value in identities]
    async with database.transaction(by.scope) as conn:
        _check_client(by, client)
        await _check(conn, client, draft)
        id = new_id(now)
        owners = await store.claim(conn, id, client, draft, wanted, now)
        if owners is None or any(owner != id for owner in owners.values()):
            raise await _taken(conn, client, wanted)
        await audit.append(conn, by=by, action="customer.created", object=id, now=now)
        return await store.read(conn, id)


async def change(
    database: Database,
    clock: Clock,
    by: Principal,
    id: str,
    base: int,
    draft: Draft,
    add: Iterable[tuple[IdentityKind, str]],
    remove: Iterable[Identity],
    *,
    region: str,
) -> Customer:
    """Rewrites the file made from version `base`. Raises Refused `stale_version`, `merged`, `identity_taken`."""
    now = clock.now()
    async with database.transaction(by.scope) as conn:
        before = await store.read(conn, id)
        if before.merged_into is not None:
            raise Refused("merged", "This file has been merged into another.", into=before.merged_into)
        await _check(conn, before.client, draft, id)
        if not await store.update(conn, id, draft, base, now):
            raise Refused(
                "stale_version",
                "Somebody has changed this file since you opened it: load it again.",
                current=before.version,
            )
        for gone in remove:
            await store.remove_identity(conn, id, gone)
        wanted = [rules.identity(kind, value, region) for kind, value in add]
        new = [one for one in wanted if all((one.kind, one.value) != has[:2] for has in before.identities)]
        if len(await store.add_identities(conn, before.client, id, new, now)) < len(new):
            raise await _taken(conn, before.client, new)
        after = await store.read(conn, id)
        await audit.append(
            conn,
            by=by,
            action="customer.changed",
            object=id,
            now=now,
            details={"fields": [field for field in _EDITABLE if getattr(before, field) != getattr(after, field)]},
        )
        return after


_EDITABLE = (
    "kind",
    "name",
    "customer_class",
    "language",
    "region",
    "organisation",
    "attributes",
    "notes",
    "identities",
)


async def reveal(database: Database, clock: Clock, by: Principal, id: str) -> list[Identity]:
    """The whole numbers and addresses. Each look is in the audit log."""
    async with database.transaction(by.scope) as conn:
        customer = await store.read(conn, id)
        await audit.append(conn, by=by, action="customer.revealed", object=id, now=clock.now())
        return list(customer.identities)


# --- merging -----------------------------------------------------------------------------------------------------


async def merge(
    database: Database, inbox: Inbox, clock: Clock, by: Principal, kept: str, gone: str
) -> tuple[Customer, str]:
    """Two files become one: identities and contacts go to `kept`, gaps in it are filled from `gone`.

    The row changes are committed with the customers.merged event. Gives the kept file and the id of the merge, by
    which `undo_merge` takes it apart again. Raises Refused `same_customer`, `other_client`, `merged`.
    """
    now = clock.now()
    if kept == gone:
        raise Refused("same_customer", "Choose two different files.")
    async with database.transaction(by.scope) as conn:
        # One merge at a time: two that cross would leave both files pointing at each other.
        await conn.execute("SELECT pg_advisory_xact_lock(hashtextextended('customer.merge', 0))")
        keeps, goes = await store.read(conn, kept), await store.read(conn, gone)
        if keeps.client != goes.client:
            raise Refused("other_client", "These files belong to two clients; they stay apart.")
        for one in (keeps, goes):
            if one.merged_into is not None:
                raise Refused("merged", "One of these files has been merged already.", into=one.merged_into)
        merge_id = new_id(now)
        await inbox.submit(
            MergeCustomers(kept=kept, gone=gone, by=by.account_id),
            key=f"merge:{merge_id}",
            writes=[
                *_merge_writes(keeps, goes, merge_id, by.account_id, now),
                audit.append_write(
                    by=by, action="customer.merged", object=kept, now=now, details={"gone": gone, "merge": merge_id}
                ),
            ],
        )
    async with database.read(by.scope) as conn:
        return await store.read(conn, kept), merge_id


async def undo_merge(database: Database, clock: Clock, by: Principal, merge_id: str) -> Customer:
    """Brings the merged file back with the identities that it brought and the kept file still has.

    Contacts are shown by file and family, so each file has its own again. Raises NotFound, Refused `undone`.
    """
    now = clock.now()
    async with database.transaction(by.scope) as conn:
        row = await conn.fetchrow("SELECT * FROM customer_merge WHERE id = $1 FOR UPDATE", merge_id)
        if row is None:
            raise NotFound("no_such_merge", "There is no such merge, or it belongs to another client.")
        if row["undone_at"] is not None:
            raise Refused("undone", "This merge has been undone already.")
        stamp = to_datetime(now)
        await conn.execute(
            """
            UPDATE customer_identity i SET customer = $1
            FROM jsonb_array_elements($3::jsonb) AS moved
            WHERE i.customer = $2 AND i.kind = moved->>0 AND i.value = moved->>1
            """,
            row["gone"],
            await store.resolve(conn, row["kept"]),
            row["identities"],
        )
        await conn.execute(
            "UPDATE customer SET merged_into = NULL, updated_at = $2, version = version + 1 WHERE id = $1",
            row["gone"],
            stamp,
        )
        await conn.execute(
            "UPDATE customer_merge SET undone_at = $2, undone_by = $3 WHERE id = $1", merge_id, stamp, by.account_id
        )
        await audit.append(conn, by=by, action="customer.unmerged", object=row["gone"], now=now)
        return await store.read(conn, row["gone"])


def _merge_writes(kept: Customer, gone: Customer, merge_id: str, by: str, now: Ms) -> list[Write]:
    stamp = to_datetime(now)
    identities = [[identity.kind.value, identity.value] for identity in gone.identities]
    return [
        Write(
            """
            INSERT INTO customer_merge (id, client, kept, gone, identities, by, at)
            VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING
            """,
            (merge_id, kept.client, kept.id, gone.id, identities, by, stamp),
        ),
        Write("UPDATE customer_identity SET customer = $1 WHERE customer = $2", (kept.id, gone.id)),
        Write(  # only a file without a name has no pieces; it takes over the other's
            """
            INSERT INTO customer_gram (client, gram, customer)
            SELECT client, gram, $1 FROM customer_gram
            WHERE customer = $2 AND NOT EXISTS (SELECT FROM customer_gram WHERE customer = $1)
            """,
            (kept.id, gone.id),
        ),
        Write(
            "UPDATE customer SET merged_into = $1, updated_at = $3, version = version + 1 "
            "WHERE id = $2 AND merged_into IS NULL",
            (kept.id, gone.id, stamp),
        ),
        Write(
            """
            UPDATE customer k
            SET class = CASE WHEN k.class = '' THEN g.class ELSE k.class END,
                region = CASE WHEN k.region = '' THEN g.region ELSE k.region END,
                name = CASE WHEN k.name = '' THEN g.name ELSE k.name END,
                organisation = coalesce(k.organisation, nullif(g.organisation, k.id)),
                attributes = g.attributes || k.attributes,
                notes = CASE WHEN g.notes = '' THEN k.notes WHEN k.notes = '' THEN g.notes
                             ELSE k.notes || E'\n\n' || g.notes END,
                updated_at = $3, version = k.version + 1
            FROM customer g WHERE k.id = $1 AND g.id = $2
            """,
            (kept.id, gone.id, stamp),
        ),
    ]


# --- finding -----------------------------------------------------------------------------------------------------


async def search(
    database: Database, by: Principal, query: str, client: str | None, before: tuple[Ms, str] | None, limit: int
) -> list[Customer]:
    """By name (any part of it), by the beginning or the tail of a number, by e-mail; everyone for an empty query."""
    text = normal(query)
    conditions: list[str] = []
    args: list[object] = []
    if client is not None:
        args.append(client)
        conditions.append(f"c.client = ${len(args)}")
    if text:
        # Each way of finding goes through its own index; together they would scan all.
        ways = [_by_name(text, args), *_by_identity(text, args)]
        conditions.append(f"c.id IN ({' UNION ALL '.join(ways)})")
    async with database.read(by.scope) as conn:
        return await store.page(conn, " AND ".join(conditions) or "true", args, before, limit)


def _by_name(text: str, args: list[object]) -> str:
    """Files whose name has the text in it, spaces aside: those with all its pieces, then looked at."""
    args.append(text.replace(" ", ""))
    holds = f"strpos(replace(lower(normalize(n.name, NFKC)), ' ', ''), ${len(args)}) > 0"
    pieces = [piece for piece in query_grams(text) if len(piece) == 2 or is_han(piece[0])]
    if not pieces:  # a lone Latin letter or a sign
        return f"SELECT n.id FROM customer n WHERE {holds}"
    args.append(pieces)
    return f"""
        SELECT n.id FROM customer n WHERE {holds} AND n.id IN (
            SELECT customer FROM customer_gram WHERE gram = ANY(${len(args)}::text[])
            GROUP BY customer HAVING count(*) = {len(pieces)})
    """


def _by_identity(text: str, args: list[object]) -> list[str]:
    """By the tail of a number, or the beginning of an address or account id."""
    ways = []
    digits = "".join(char for char in text if char.isdigit())
    if len(digits) >= 3 and not text.strip("+0123456789-() "):
        args += [digits[::-1], digits[::-1] + _LAST]
        ways.append(
            f"""
            SELECT customer FROM customer_identity
            WHERE kind = 'phone' AND tail >= ${len(args) - 1} AND tail < ${len(args)}
            """
        )
    if len(text) >= 3 and " " not in text:
        args += [text, text + _LAST]
        ways.append(
            f"""
            SELECT customer FROM customer_identity
            WHERE kind <> 'phone' AND value >= ${len(args) - 1} AND value < ${len(args)}
            """
        )
    return ways


_LAST = "\U0010ffff"  # sorts after whatever may follow a prefix


async def read(database: Database, by: Principal, id: str) -> Customer:
    async with database.read(by.scope) as conn:
        return await store.read(conn, id)


async def suspects(database: Database, by: Principal, id: str) -> list[Suspect]:
    async with database.read(by.scope) as conn:
        return await _suspects(conn, id)


async def trail(database: Database, by: Principal, id: str) -> list[Merge]:
    """The merges that made this file what it is, newest first."""
    async with database.read(by.scope) as conn:
        return await store.merges(conn, id)


async def names(database: Database, ids: Sequence[str]) -> dict[str, str]:
    """Names by id, for views that were scoped already."""
    async with database.read(ALL) as conn:
        rows = await conn.fetch("SELECT id, name FROM customer WHERE id = ANY($1::text[])", list(ids))
    return {row["id"]: row["name"] for row in rows}


async def pop(
    database: Database, clock: Clock, by: Principal, history: ContactHistory, id: str, contact: str | None = None
) -> ScreenPop:
    """Everything the desk shows about a customer, of a file that was merged the one it went into (A7). `contact` is
    the one in hand: what was before does not count it."""
    now = clock.now()
    async with database.read(by.scope) as conn:
        live = await store.resolve(conn, id)
        customer = await store.read(conn, live)
        family = await store.family(conn, live)
        contacts = await history.past(conn, family, PAST_CONTACTS, contact)
        last = await history.last_agent(conn, family, contact)
        return ScreenPop(
            customer=customer,
            contacts=contacts,
            contacts_90_days=await history.count_since(conn, family, now - NINETY_DAYS, contact),
            open_matters=[
                one
                for one in contacts
                if one.at > now - OPEN_FOR
                and (one.outcome is None or (one.outcome is Outcome.HANDLED and one.resolved is False))
            ],
            last_agent=last[0] if last else None,
            last_agent_name=last[1] if last else None,
            last_csat=next((one.csat for one in contacts if one.csat is not None), None),
            suspects=await _suspects(conn, live),
        )


async def last_agent(conn: Connection, history: ContactHistory, customer: str) -> str | None:
    """The agent who knew the customer, for `Arrive.prefer`."""
    last = await history.last_agent(conn, await store.family(conn, customer))
    return last[0] if last else None


async def _suspects(conn: Connection, id: str) -> list[Suspect]:
    why = await store.suspects(conn, id)
    found = await store.read_many(conn, list(why))
    return [Suspect(found[other], reason) for other, reason in why.items()]


# --- checks ------------------------------------------------------------------------------------------------------


async def _taken(conn: Connection, client: str, identities: Sequence[Identity]) -> Refused:
    owners = await store.owners(conn, client, identities)
    identity, owner = next(iter(owners.items()), (None, None))
    return Refused(
        "identity_taken",
        "Another file has this number or address already: open it, or merge the two.",
        customer=owner,
        kind=identity.kind if identity else None,
    )


def _check_client(by: Principal, client: str) -> None:
    if not by.sees(client):
        raise Invalid("unknown_client", f"There is no client {client!r} within your reach.", field="client")


async def _check(conn: Connection, client: str, draft: Draft, id: str | None = None) -> None:
    if not draft.name.strip() or len(draft.name) > MAX_NAME:
        raise Invalid("name_needed", f"Give a name of at most {MAX_NAME} characters.", field="name")
    if len(draft.notes) > MAX_NOTES:
        raise Invalid("too_long", f"Notes hold at most {MAX_NOTES} characters.", field="notes")
    if len(draft.attributes) > MAX_ATTRIBUTES:
        raise Invalid("too_many_details", f"A file has at most {MAX_ATTRIBUTES} further details.", field="attributes")
    if any("\0" in text for text in (draft.name, draft.notes, draft.region, draft.customer_class)):
        raise Invalid("bad_text", "The text has a NUL character in it.")
    if draft.organisation is not None:
        try:
            parent = await store.read(conn, draft.organisation)
        except NotFound:
            parent = None
        if parent is None or parent.client != client or parent.kind != "organisation" or parent.id == id:
            raise Invalid("unknown_organisation", "There is no such organisation.", field="organisation")


def _name(given: str) -> str:
    return " ".join(given.replace("\0", "").split())[:MAX_NAME]
