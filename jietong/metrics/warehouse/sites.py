"""What the warehouse knows of a site: its ledgers, its zone, how far its facts are known, from when to when."""

from jietong.contacts import store as contacts
from jietong.core.days import Span
from jietong.core.errors import NotFound
from jietong.core.specs import SiteSpec
from jietong.core.vocabulary import Ms
from jietong.db import ledger
from jietong.db.pool import Connection
from jietong.routing import store as setup

IMPORT = ":import"


def ledgers(site: str) -> tuple[str, str]:
    """The two ledgers that a site's facts come from: its own, and that of its imported history."""
    return site, site + IMPORT


def site_of(name: str) -> str:
    """The site that a ledger belongs to."""
    return name.removesuffix(IMPORT)


async def zone(conn: Connection, site: str) -> str:
    """The zone of the site that the centre runs; of one known by imports alone, that of its last file.

    Raises NotFound `no_such_site`.
    """
    for document in await setup.read_all(conn, setup.Kind.SITE, SiteSpec):
        if document.id == site:
            return document.spec.zone
    if site == SiteSpec().id:
        return SiteSpec().zone
    found: str | None = await conn.fetchval(
        "SELECT zone FROM import_file WHERE site = $1 ORDER BY seq DESC LIMIT 1", site + IMPORT
    )
    if found is None:
        raise NotFound("no_such_site", f"There is no site {site!r}. Import its history first, or correct the name.")
    return found


async def known(conn: Connection) -> list[str]:
    """The centre's own site first, then those that imports made known."""
    own = [document.id for document in await setup.read_all(conn, setup.Kind.SITE, SiteSpec)] or [SiteSpec().id]
    rows = await conn.fetch("SELECT DISTINCT site FROM import_file ORDER BY site")
    return list(dict.fromkeys([*own, *(site_of(row["site"]) for row in rows)]))


async def known_upto(conn: Connection, site: str, now: Ms) -> Ms:
    """The instant up to which the site's facts are known: now, or where the projection of its ledger stands."""
    head = await ledger.head(conn, site)
    seq = await contacts.cursor(conn, site)
    if seq >= head.seq:
        return max(now, head.at)
    at = await conn.fetchval("SELECT at FROM event WHERE site = $1 AND seq = $2", site, seq)
    return min(now, at or 0)


async def behind(conn: Connection, name: str) -> bool:
    """Whether the facts of the ledger do not tell of all its events yet."""
    return await contacts.cursor(conn, name) < (await ledger.head(conn, name)).seq


async def extent(conn: Connection, site: str) -> Span | None:
    """From the first to the last arrival or change of an agent's state; by index, however much there is."""
    first, last = await conn.fetchrow(
        """
        SELECT min(first), max(last) FROM unnest($1::text[]) AS s(id), LATERAL (
            SELECT min(arrived) AS first, max(arrived) AS last FROM segment WHERE site = s.id
            UNION ALL
            SELECT min(started), max(started) FROM (
                (SELECT started FROM agent_interval WHERE site = s.id ORDER BY ended LIMIT 1) UNION ALL
                (SELECT started FROM agent_interval WHERE site = s.id ORDER BY ended DESC NULLS LAST LIMIT 1)
                UNION ALL SELECT started FROM agent_interval WHERE site = s.id AND ended IS NULL) AS states) AS facts
        """,
        list(ledgers(site)),
    ) or (None, None)
    return None if first is None or last is None else Span(first, last + 1)
