"""Which version of a contract governs when, read from its text."""

from datetime import date
from functools import lru_cache
from typing import NamedTuple

from jietong.core.vocabulary import Ms
from jietong.db.pool import Connection
from jietong.sla import store
from jietong.sla.model import Contract
from jietong.sla.periods import local_date
from jietong.sla.store import StoredContract, StoredVersion


class Governed(NamedTuple):
    """A contract with the version that governs, and the same as a model."""

    stored: StoredContract
    version: StoredVersion
    contract: Contract


@lru_cache(maxsize=256)
def model_of(yaml: str) -> Contract:
    """Of a text that was checked when it was stored. Raises ValueError when this version no longer reads it."""
    from jietong.sla import reading

    return reading.sound(reading.read(yaml, None))


def in_force(versions: list[StoredVersion], day: date) -> StoredVersion | None:
    """The approved version of the newest beginning that is not after `day`; of two of one beginning the later."""
    begun = [one for one in versions if one.state == "approved" and one.starts <= day.isoformat()]
    return max(begun, key=lambda one: (one.starts, one.n), default=None)


def best(versions: list[StoredVersion], day: date) -> StoredVersion:
    """The one in force; before any is, the first that will be; of a contract not agreed yet, the newest."""
    found = in_force(versions, day)
    if found is None:
        approved = [one for one in versions if one.state == "approved"]
        found = min(approved, key=lambda one: (one.starts, -one.n)) if approved else versions[-1]
    return found


async def governed(conn: Connection, id: str, at: Ms) -> Governed:
    """The contract as it governs at an instant. Raises NotFound `no_such_contract`."""
    stored = await store.contract(conn, id)
    versions = await store.versions(conn, id)
    if not versions:
        raise store.no_such_contract()
    newest = model_of(versions[-1].yaml)
    day = local_date(at, newest.zone)
    version = best(versions, day)
    return Governed(stored, version, model_of(version.yaml))


async def governing(conn: Connection, id: str, at: Ms) -> Contract:
    return (await governed(conn, id, at)).contract
