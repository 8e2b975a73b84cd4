"""A month of contacts of two clients, made up by rule, imported; a contract on it; and the people of both sides."""

import csv
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from jietong.core.clock import ManualClock, to_ms
from jietong.db.pool import ALL, Database
from jietong.demo.seed import seed
from jietong.identity.model import Principal
from jietong.identity.permissions import Role, permissions_of
from jietong.imports import contacts
from jietong.imports.model import Counts
from jietong.imports.places import place_of
from jietong.imports.rejects import Rejects
from jietong.imports.writer import File
from jietong.metrics.warehouse import Warehouse
from jietong.reports import statement
from jietong.sla.service import Agreements

ZONE = ZoneInfo("Asia/Shanghai")
FIRST = datetime(2026, 7, 1, tzinfo=ZONE)
DAYS = 31
A_DAY = 20
NOW = to_ms(datetime(2026, 8, 5, 10, tzinfo=ZONE))
MID_JULY = to_ms(datetime(2026, 7, 20, 12, tzinfo=ZONE))

CONTRACT = """\
apiVersion: sla/v1
kind: ServiceLevelContract
metadata:
  name: july
  displayName: {zh-Hans: 七月, zh-Hant: 七月, en: July}
spec:
  direction: client
  party: hechuan
  provider:
    displayName: {zh-Hans: 澜桥, zh-Hant: 瀾橋, en: Lanqiao}
  customer:
    displayName: {zh-Hans: 禾川, zh-Hant: 禾川, en: Hechuan}
  period: {from: 2026-06-01, to: 2026-12-31}
  timeZone: Asia/Shanghai
  settleDays: 2
  services:
    - name: repair
      displayName: {zh-Hans: 报修, zh-Hant: 報修, en: Repair}
      queues: [repair]
  objectives:
    - name: answered-20
      displayName: {zh-Hans: 20 秒内接通率, zh-Hant: 20 秒內接聽率, en: Answered within 20 s}
      metric: sl3(20)
      targetPercent: 85
      minimumPercent: 80
      minimumSample: 50
      weight: 0.6
    - name: true-access
      displayName: {zh-Hans: 真实接通率, zh-Hant: 真實接通率, en: True access}
      metric: sl7(20)
      showOnly: true
    - name: abandoned
      displayName: {zh-Hans: 放弃率, zh-Hant: 掛斷率, en: Abandoned}
      metric: abandon_rate
      op: lte
      targetPercent: 30
      weight: 0.4
  exclusions:
    classes: [clientCaused, carrierFault]
    submitWithinDays: 40
    decideWithinDays: 5
    evidence: 1
  money:
    currency: CNY
    fee: {amount: 100000}
    atRiskPercent: 10
"""


def rows(days: int = DAYS, first: datetime = FIRST) -> list[dict[str, str]]:
    """Each day 20 contacts of `hechuan` at `repair`: 14 answered in 10 s, 2 in 40 s, 2 abandoned after 30 s, 2
    blocked; on the 8th all of 10:00 to 11:00 are abandoned. Beside them 5 a day of the other client."""
    out = []
    for day in range(days):
        for n in range(A_DAY):
            at = first + timedelta(days=day, hours=9 + n // 4, minutes=n % 4 * 15)
            bad = day == 7 and at.hour == 10
            kind = "abandoned" if bad else ("fast", "slow", "abandoned", "blocked")[(n >= 14) + (n >= 16) + (n >= 18)]
            out.append(_row(f"h-{day:02}-{n:02}", "hechuan", "repair", at, kind))
        for n in range(5):
            at = first + timedelta(days=day, hours=12 + n)
            out.append(_row(f"m-{day:02}-{n:02}", "hechuan-mall", "orders", at, "slow"))
    return out


def _row(id: str, client: str, queue: str, at: datetime, kind: str) -> dict[str, str]:
    wait = timedelta(seconds={"fast": 10, "slow": 40, "abandoned": 30, "blocked": 0}[kind])
    row = {
        "contact_id": id, "client": client, "channel": "voice", "queue": queue, "entry": "4008210000",
        "arrived_at": at.isoformat(), "entered_queue_at": at.isoformat(), "outcome": "answered",
        "answered_at": (at + wait).isoformat(), "ended_at": (at + wait + timedelta(minutes=3)).isoformat(),
        "agent": "anna", "hold_s": "0", "wrapup_s": "20",
    }  # fmt: skip
    if kind in ("abandoned", "blocked"):
        row |= {"outcome": kind, "answered_at": "", "agent": "", "hold_s": "", "wrapup_s": ""}
        row["ended_at"] = (at + wait).isoformat()
    if kind == "blocked":
        row["entered_queue_at"] = ""
    return row


async def bring_in(database: Database, folder: Path, clock: ManualClock, given: list[dict[str, str]]) -> Counts:
    path = folder / "contacts.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(given[0]))
        writer.writeheader()
        writer.writerows(given)
    place = await place_of(database, "main", None)
    with Rejects(folder / "rejects.csv") as rejects:
        done = await contacts.run(
            database,
            path,
            File("contacts", path.name, str(len(given)), "Asia/Shanghai", "test"),
            place,
            rejects,
            clock,
        )
    return done.counts


async def fill(database: Database, folder: Path, clock: ManualClock) -> None:
    """The demonstration centre's set-up and people, and the month."""
    await seed(database, clock)
    async with database.transaction(ALL) as conn:
        await conn.execute(f"TRUNCATE {', '.join(AGREEMENTS)}")  # the tests write their own
    counts = await bring_in(database, folder, clock, rows())
    assert (counts.rejected, counts.imported) == (0, DAYS * (A_DAY + 5)), counts


AGREEMENTS = (
    "sla_contract", "sla_version", "sla_approval", "sla_exclusion", "sla_evidence", "sla_period", "sla_statement",
    "sla_action", "sla_score", "sla_forecast", "sla_comment", "sla_work", "sla_standing",
)  # fmt: skip


def person(login: str, *roles: Role, clients: tuple[str, ...] | None = None) -> Principal:
    held = frozenset(roles)
    return Principal(login, login, login, held, permissions_of(held), clients, session_id=f"session-{login}")


EDITOR = person("ning.editor", Role.ADMIN)
OURS = person("shen.yan", Role.MANAGER)
FINANCE = person("xu.lan", Role.FINANCE)
THEIRS = person("zhou.wan", Role.CLIENT, clients=("hechuan",))
STRANGER = person("mall.user", Role.CLIENT, clients=("hechuan-mall",))


def agreements(database: Database, folder: Path, clock: ManualClock) -> Agreements:
    return Agreements(database, Warehouse(database, folder / "history", clock), clock, renderer=statement.render)


async def in_force(parts: Agreements, yaml: str = CONTRACT, theirs: Principal = THEIRS) -> None:
    """The contract, approved by both sides."""
    made = await parts.contracts.create(EDITOR, yaml, None, "")
    await parts.contracts.propose(EDITOR, made["id"], 1, "")
    await parts.contracts.decide(OURS, made["id"], 1, "approved", None, "")
    await parts.contracts.decide(theirs, made["id"], 1, "approved", None, "")
