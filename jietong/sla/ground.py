"""What an evaluation stands on beside the facts: the contract in force, what was excluded, judged, forecast, and what
earlier months gave. Kept word for word in each statement, so that it can be recomputed.
"""

import hashlib
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec
import orjson
from msgspec import Struct
from msgspec.structs import replace

from jietong.core.days import Span
from jietong.core.specs import HoursSpec
from jietong.db.pool import Connection
from jietong.routing import store as setup
from jietong.routing.store import Kind
from jietong.sla import store, written
from jietong.sla.exclusions import as_rule
from jietong.sla.model import ZERO, Contract, Exclusion, Judged, Past
from jietong.sla.periods import Period, period_of
from jietong.sla.rules.case import Case, reach
from jietong.sla.store import StoredContract, StoredStatement, StoredVersion
from jietong.sla.versions import best, model_of


class Materials(Struct, frozen=True):
    """`forecast` by local day, `locked` when both plan by it."""

    version: int
    yaml: str
    ended_on: str | None
    exclusions: tuple[Exclusion, ...] = ()
    judged: dict[str, Judged] = {}
    past: tuple[Past, ...] = ()
    forecast: dict[str, int] | None = None
    locked: bool = False
    calendar: HoursSpec | None = None


class Ground(NamedTuple):
    """Of one contract and period. `version` is the one in force on the period's first day: it judges the whole."""

    owner: StoredContract
    version: StoredVersion | None  # None: of a statement's file, or of a contract that is not stored
    contract: Contract
    period: Period
    materials: Materials

    @property
    def digest(self) -> str:
        return hashlib.sha256(msgspec.json.encode((self.period.key, self.materials), order="sorted")).hexdigest()

    @property
    def case(self) -> Case:
        """As the rules take it."""
        held = self.materials
        forecast = None
        if held.forecast is not None and held.locked:
            forecast = {date.fromisoformat(day): n for day, n in held.forecast.items()}
        return Case(
            contract=self.contract,
            first=self.period.first,
            last=self.period.last,
            site=self.owner.site,
            clients=self.clients,
            exclusions=held.exclusions,
            judged=held.judged,
            past=held.past,
            forecast=forecast,
            calendar=held.calendar,
            digest=written.digest(model_of(held.yaml)) if held.yaml else "",
        )

    @property
    def reach(self) -> Span:
        """From when facts are looked at: a week or a quarter that is judged may begin before the period."""
        return reach(self.case)

    @property
    def clients(self) -> tuple[str, ...] | None:
        """Whose contacts can count: those of the client that we work for; of a partner's queues everybody's."""
        return (self.owner.client,) if self.owner.direction == "client" else None


async def ground(conn: Connection, id: str, key: str) -> Ground:
    """Raises NotFound `no_such_contract`, Invalid `bad_period`."""
    owner = await store.contract(conn, id)
    versions = await store.versions(conn, id)
    if not versions:
        raise store.no_such_contract()
    newest = model_of(versions[-1].yaml)
    rough = period_of(key, newest, owner.ended_on)
    version = best(versions, rough.first)
    contract = model_of(version.yaml)
    period = period_of(key, contract, owner.ended_on)
    given = await store.forecast(conn, id, key)
    materials = Materials(
        version=version.n,
        yaml=version.yaml,
        ended_on=owner.ended_on,
        exclusions=await _exclusions(conn, id, period.span),
        judged=await _judged(conn, contract, id, key),
        past=past_of(await store.statements(conn, id), key),
        forecast=None if given is None else {day: round(n) for day, n in given["days"].items()},
        locked=given is not None and given["locked_at"] is not None,
        calendar=await _calendar(conn, contract),
    )
    return Ground(owner, version, with_forecast(contract, period, materials), period, materials)


def ground_of(document: dict[str, Any]) -> Ground:
    """Of a statement's document. Raises KeyError, ValueError or Invalid where it is none."""
    materials = msgspec.convert(document["materials"], Materials)
    about = document["contract"]
    owner = StoredContract(
        str(about["id"]), str(about["client"]), str(about["site"]), str(about["direction"]), 0, "",
        materials.ended_on, "",
    )  # fmt: skip
    contract = model_of(materials.yaml)
    period = period_of(str(document["period"]["key"]), contract, materials.ended_on)
    return Ground(owner, None, with_forecast(contract, period, materials), period, materials)


def with_forecast(contract: Contract, period: Period, materials: Materials) -> Contract:
    """A locked forecast stands in place of the contract's own for the month."""
    if contract.volume is None or materials.forecast is None or not materials.locked:
        return contract
    others = tuple(one for one in contract.volume.monthly if one[0] != period.key)
    total = sum(materials.forecast.values())
    return replace(contract, volume=replace(contract.volume, monthly=(*others, (period.key, total))))


def past_of(statements: list[StoredStatement], key: str) -> tuple[Past, ...]:
    """What the statements of earlier periods gave, the newest edition of each that is signed, else the newest."""
    chosen: dict[str, StoredStatement] = {}
    for one in statements:  # newest edition first
        held = chosen.get(one.period)
        if one.period < key and one.state != "replaced" and (held is None or one.state == "final"):
            chosen[one.period] = one
    found: dict[tuple[str, str], Past] = {}
    given_back: set[tuple[str, str]] = set()
    for period in sorted(chosen):
        result = orjson.loads(chosen[period].document)["result"]
        charged: dict[str, Decimal] = {}
        for line in result["money"]["lines"]:
            if line["code"] == "credit":
                charged[line["objective"]] = charged.get(line["objective"], ZERO) + abs(Decimal(line["amount"]))
            elif line["code"] == "earned_back":
                given_back.add((line["period"], line["objective"]))
        for one in result["objectives"]:
            if one["charged"]:
                value = one["figure"]["value"]
                found[period, one["id"]] = Past(
                    period, one["id"], one["verdict"] in ("missed", "unreachable"),
                    None if value is None else Decimal(value), charged.get(one["id"], ZERO),
                )  # fmt: skip
    return tuple(replace(one, earned_back=key in given_back) for key, one in sorted(found.items()))


async def _exclusions(conn: Connection, id: str, span: Span) -> tuple[Exclusion, ...]:
    """Those that wait or were approved; a statement keeps the rejected ones too."""
    rows = [one for one in await store.exclusions(conn, id, *span) if one.state not in ("draft", "withdrawn")]
    pieces = await store.evidence(conn, [one.id for one in rows])
    decided = await store.approvals(conn, "exclusion", objects=[one.id for one in rows])
    return tuple(as_rule(one, pieces.get(one.id, ()), next(iter(decided.get(one.id, ())), None)) for one in rows)


async def _judged(conn: Connection, contract: Contract, id: str, key: str) -> dict[str, Judged]:
    """By objective: the newest score of the period, as so many contacts of its mean."""
    found: dict[str, Judged] = {}
    for row in await store.scores(conn, id, key):
        agreed = contract.objective(row["objective"])
        quality = None if agreed is None else contract.judged(agreed.judged or "")
        if quality is not None and row["objective"] not in found:
            total = Decimal(row["score"]) * row["sample"]
            found[row["objective"]] = Judged(row["sample"], total, quality.sample)
    return found


async def _calendar(conn: Connection, contract: Contract) -> HoursSpec | None:
    if contract.calendar is None:
        return None
    known = {document.id: document.spec for document in await setup.read_all(conn, Kind.HOURS, HoursSpec)}
    return known.get(contract.calendar)
