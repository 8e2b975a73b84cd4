"""The demonstration centre's agreement with its client: in force, with an exclusion that waits for their word."""

from datetime import date, datetime, timedelta
from importlib.resources import files
from typing import Any

from jietong.core.clock import to_datetime
from jietong.core.days import day_of
from jietong.core.ids import new_id
from jietong.core.vocabulary import Ms
from jietong.db.pool import Connection
from jietong.demo import history
from jietong.imports.contact_rows import COLUMNS
from jietong.sla import reading, store
from jietong.sla.parties import Side
from jietong.sla.periods import local_date, months_before, next_month
from jietong.sla.store import Approval, Evidence, StoredContract, StoredExclusion, StoredVersion

MAKER, OURS, THEIRS = "he.feng", "shen.yan", "zhou.wan"
HOUR: Ms = 3_600_000
SUBMIT_DAYS = 10
"""As the contract has it: later than so many days after the event nothing is submitted."""


async def agree(conn: Connection, people: dict[str, tuple[str, str]], now: Ms) -> None:
    """`people`: login without its domain → (account, name). Begins a year ago, ends with next year."""
    text = files("jietong.demo").joinpath("data", "contract.yaml").read_text("utf-8")
    today = to_datetime(now).date()
    first = months_before(today.replace(day=1), 12)
    last = date(today.year + 1, 12, 31)
    yaml = text.replace("FROM", first.isoformat(), 2).replace("TO", last.isoformat(), 2)
    contract = reading.sound(reading.read(yaml, None))
    digest = reading.digest(contract)
    maker, maker_name = people[MAKER]
    owner = StoredContract(contract.name, contract.party, "main", str(contract.direction), now, maker, None, "")
    await store.add_contract(conn, owner)
    version = StoredVersion(
        contract.name, 1, contract.party, "approved", yaml, digest, contract.start.isoformat(), "", now, maker,
        maker_name, [maker], now, maker,
    )  # fmt: skip
    await store.save_version(conn, version)
    sides: tuple[tuple[Side, str], ...] = (("ours", OURS), ("theirs", THEIRS))
    for side, login in sides:
        account, name = people[login]
        signed = Approval(
            "version", version.key, side, owner.client, owner.id, "approved", digest, account, name, now, ""
        )
        await store.add_approval(conn, signed)
    await _exclusion(conn, owner, contract.zone, maker, maker_name, now)
    month = local_date(now, contract.zone).replace(day=1)
    await _forecast(conn, owner, month, maker_name, now)


async def _exclusion(
    conn: Connection, owner: StoredContract, zone: str, maker: str, maker_name: str, now: Ms
) -> None:
    start = outage(now, zone)
    one = StoredExclusion(
        new_id(now), owner.client, owner.id, "submitted", 2, "clientCaused", "报修系统停摆 · 報修系統停擺", "", start,
        start + HOUR + HOUR // 2, [], now, maker, maker_name, now, maker, maker_name,
    )  # fmt: skip
    await store.save_exclusion(conn, one)
    piece = Evidence(
        new_id(now), one.id, "HC-2281", "https://tickets.hechuan.example/HC-2281", None, None, None, now, maker_name
    )
    await store.add_evidence(conn, piece, owner.client, None)


def outage(now: Ms, zone: str) -> Ms:
    """The start of the 90 minutes in which the made-up history kept most customers of the repair line waiting: where
    a stopped system would show. Of the last days of the month on show; on its first day, of the days before."""
    today = local_date(now, zone)
    days = [today - timedelta(days=ago) for ago in range(1, SUBMIT_DAYS)]
    here = [day for day in days if day.month == today.month] or days
    missed: dict[tuple[date, int], int] = {}
    for day in here:
        for row in history.rows(day, 1):
            one = dict(zip(COLUMNS, row, strict=True))
            if one["queue"] != "repair" or _in_time(one):
                continue
            arrived = datetime.fromisoformat(one["arrived_at"])
            for half in range(3):
                key = (day, arrived.hour * 2 + arrived.minute // 30 - half)
                missed[key] = missed.get(key, 0) + 1
    morning = {key: n for key, n in missed.items() if 18 <= key[1] <= 36}
    day, half_hour = max(sorted(morning), key=lambda key: morning[key], default=(here[0], 20))
    return day_of(day, zone).start + half_hour * HOUR // 2


def _in_time(row: dict[str, str]) -> bool:
    if row["outcome"] != "answered":
        return False
    waited = datetime.fromisoformat(row["answered_at"]) - datetime.fromisoformat(row["entered_queue_at"])
    return waited <= timedelta(seconds=20)


async def _forecast(conn: Connection, owner: StoredContract, month: date, by: str, now: Ms) -> None:
    days: dict[str, Any] = {}
    day = month
    while day < next_month(month):
        days[day.isoformat()] = WEEKDAY if day.weekday() < 5 else WEEKEND
        day += timedelta(days=1)
    await conn.execute(
        "INSERT INTO sla_forecast (contract, period, client, total, days, locked_at, by_name) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7)",
        owner.id,
        f"{month:%Y-%m}",
        owner.client,
        float(sum(days.values())),
        days,
        now,
        by,
    )


WEEKDAY, WEEKEND = 300, 220
"""Contacts a day that the client forecast, near what the demonstration history holds."""
