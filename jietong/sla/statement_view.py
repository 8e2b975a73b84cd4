"""What a statement says, made once when its period is closed: kept in it word for word."""

from collections.abc import Sequence
from typing import Any

from jietong.db.pool import ALL, Database
from jietong.identity.model import SYSTEM
from jietong.sla import records, store, texts, views
from jietong.sla.assess import Assessed, Assessor
from jietong.sla.contracts import setup_names
from jietong.sla.exclusions import Exclusions
from jietong.sla.store import StoredAction, StoredStatement
from jietong.sla.words import result as said

View = dict[str, Any]
MONTHS = 13


async def settled(
    database: Database,
    assessor: Assessor,
    exclusions: Exclusions,
    assessed: Assessed,
    drafts: Sequence[StoredAction] = (),
) -> View:
    """The statement's page and annex, in three languages. `drafts`: actions that come with it."""
    result, contract, period = assessed.result, assessed.contract, assessed.period
    async with database.read(ALL) as conn:
        names = await setup_names(conn)
        rows = await store.exclusions(conn, assessed.owner.id, *period.span)
        excluded = await exclusions.shown(
            conn, SYSTEM, [one for one in rows if one.state not in ("draft", "withdrawn")]
        )
        statements = await store.statements(conn, assessed.owner.id)
        actions = [
            records.action_out(one)
            for one in await store.actions(conn, assessed.owner.id)
            if one.done_at is None and one.period in (None, period.key)
        ]
    actions += (records.action_out(one) for one in drafts)
    provider, customer = contract.provider.name, contract.customer.name
    ours, theirs = (provider, customer) if assessed.owner.direction == "client" else (customer, provider)
    access = next((one.id for one in contract.objectives if (one.metric or "").startswith("sl7")), None)
    return {
        "our_names": ours,
        "client_names": theirs or names.of("client", assessed.owner.client),
        "names": contract.title,
        "services": [service.name for service in contract.services],
        "hours": texts.hours(contract),
        "version": assessed.version.n,
        "zone": contract.zone,
        "start": period.span.start,
        "end": period.span.end,
        "main": result.main,
        "access_objective": access,
        "headline": said.headline(result, contract),
        "objectives": views.objectives(result, contract),
        "access": views.access(result.access),
        "money": views.money(result.money, contract),
        "volume": views.volume(result, contract, assessed.forecast_locked),
        "volume_texts": said.volume(result.volume, contract),
        "causes": views.causes(result, contract, assessed.materials.exclusions),
        "months": await _months(assessor, assessed, statements),
        "actions": actions,
        "definitions": [views.formula(contract, one) for one in contract.objectives],
        "exclusions": views.with_effects(excluded, result),
        "days": [views.day(one) for one in result.days],
        "remarks": [views.step(one, contract) for one in result.remarks],
    }


async def _months(assessor: Assessor, assessed: Assessed, statements: list[StoredStatement]) -> list[View]:
    """The last thirteen months up to the period: as signed where they were, else counted."""
    final = {one.period: one for one in statements if one.state == "final"}
    points = await assessor.months(assessed.ground, MONTHS)
    return [point | {"final": point["key"] in final} for point in points]
