"""The contacts behind a figure, a page at a time."""

from typing import Literal, NamedTuple

from jietong.core.errors import Invalid
from jietong.core.vocabulary import Ms
from jietong.db.pool import Connection
from jietong.metrics.definition import Again, Count, How
from jietong.metrics.intervals import Metric, Query
from jietong.metrics.warehouse.duck import Duck, quoted, sql_of
from jietong.metrics.warehouse.model import ContactBehind, ContactPage

Part = Literal["numerator", "denominator"]


class Wanted(NamedTuple):
    """Which part of the figure, and after which contact."""

    part: Part
    arrived: Ms
    contact: str


def wanted(metric: Metric, part: str, after: str | None) -> Wanted:
    """Raises Invalid `bad_part`, `bad_cursor`, `no_contacts_behind`."""
    if part not in ("numerator", "denominator"):
        raise Invalid("bad_part", "`part` is numerator or denominator.")
    definition = metric.definition
    sums = definition.numerator if part == "numerator" else definition.denominator
    if definition.how is How.STREAK or not any(isinstance(one, (Count, Again)) for one in sums):
        raise Invalid("no_contacts_behind", f"The {part} of {metric.key} counts no contacts.")
    arrived, _, contact = (after or "-1:").partition(":")
    try:
        return Wanted(part, int(arrived), contact)  # type: ignore[arg-type]
    except ValueError:
        raise Invalid("bad_cursor", "This page is of no list. Begin with the first one.") from None


def page(duck: Duck, query: Query, metric: Metric, wanted: Wanted, limit: int, now: Ms) -> ContactPage:
    """Of each contact the first stay that counts."""
    from jietong.metrics.query import behind, unbound

    counted = sql_of(behind(query, metric, wanted.part, unbound().segment, now))
    found = duck.execute(
        f"""
        SELECT * FROM (
            SELECT DISTINCT ON (contact) contact, arrived, queue, agent, channel, client, wait_ms, talk_ms, outcome
            FROM ({counted}) ORDER BY contact, arrived, n)
        WHERE arrived > {wanted.arrived} OR (arrived = {wanted.arrived} AND contact > {quoted(wanted.contact)})
        ORDER BY arrived, contact LIMIT {limit + 1}
        """
    ).fetchall()
    items = [ContactBehind(*row) for row in found[:limit]]
    last = items[-1] if len(found) > limit else None
    return ContactPage(items, None if last is None else f"{last.arrived}:{last.id}")


async def completed(conn: Connection, page: ContactPage) -> ContactPage:
    """What the stay does not tell, a wait has no talk and a talk no wait, is the whole contact's."""
    rows = await conn.fetch(
        "SELECT id, queue, agent, wait_ms, talk_ms FROM contact WHERE id = ANY($1::text[])",
        [one.id for one in page.items],
    )
    records = {row["id"]: row for row in rows}
    items = []
    for one in page.items:
        record = records.get(one.id)
        if record is not None:
            missing = {
                name: record[name] for name in ("queue", "agent", "wait_ms", "talk_ms") if getattr(one, name) is None
            }
            one = one._replace(**missing)
        items.append(one)
    return ContactPage(items, page.after)
