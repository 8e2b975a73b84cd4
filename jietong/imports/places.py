"""What the centre knows of a site that a history is imported into: its zone, its queues' terms and clients."""

import re
from zoneinfo import ZoneInfo

from jietong.core.errors import Invalid
from jietong.core.specs import QueueSpec, SiteSpec
from jietong.db.pool import ALL, Connection, Database
from jietong.imports.contact_rows import Place, Terms
from jietong.imports.model import LEDGER
from jietong.imports.writer import pseudonym_key
from jietong.routing import store as setup

_SITE = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")


async def zone_of(database: Database, site: str, said: str | None) -> str:
    """The zone that was said, else the site's own, else that of the file imported last.

    Raises Invalid `bad_zone`, also where a site is new and no zone is said.
    """
    if said is not None:
        try:
            return ZoneInfo(said).key
        except (KeyError, ValueError, OSError) as error:
            raise Invalid("bad_zone", f"{said!r} is no time zone. Give an IANA name, e.g. Asia/Shanghai.") from error
    async with database.read(ALL) as conn:
        own = await _own_zone(conn, site)
        found: str | None = own or await conn.fetchval(
            "SELECT zone FROM import_file WHERE site = $1 ORDER BY seq DESC LIMIT 1", site + LEDGER
        )
    if found is None:
        raise Invalid(
            "bad_zone",
            f"Nothing is known of the site {site!r} yet: say its time zone, e.g. --timezone Asia/Shanghai.",
        )
    return found


async def place_of(database: Database, site: str, client: str | None = None, *, simulated: bool = False) -> Place:
    """Raises Invalid `bad_site`, `bad_client`."""
    if not _SITE.fullmatch(site):
        raise Invalid("bad_site", f"{site!r} is no name for a site: use small letters, digits, dots and hyphens.")
    if client is not None and (not client or "," in client or "*" in client):
        raise Invalid("bad_client", "A client's id has no commas and no asterisks.")
    queues: dict[str, Terms] = {}
    if site == SiteSpec().id:
        async with database.read(ALL) as conn:
            for document in await setup.read_all(conn, setup.Kind.QUEUE, QueueSpec):
                queues[document.id] = _terms(document.spec)
    plain = QueueSpec(id="-", name={}, client="-", channels=())
    return Place(
        site,
        await pseudonym_key(database, site),
        client,
        queues,
        _terms(plain)._replace(client=None),
        simulated,
    )


def _terms(spec: QueueSpec) -> Terms:
    return Terms(spec.client, spec.service_level_s * 1000, spec.short_abandon_s * 1000)


async def _own_zone(conn: Connection, site: str) -> str | None:
    for document in await setup.read_all(conn, setup.Kind.SITE, SiteSpec):
        if document.id == site:
            return document.spec.zone
    return SiteSpec().zone if site == SiteSpec().id else None
