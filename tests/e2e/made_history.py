"""A made-up history of telephone contacts of the demonstration centre, by seed: weekdays, busy Mondays, few lines."""

import csv
import io
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
COLUMNS = (
    "contact_id", "client", "channel", "queue", "entry", "arrived_at", "entered_queue_at", "answered_at", "ended_at",
    "outcome", "agent", "hold_s", "wrapup_s", "reason", "customer",
)  # fmt: skip
QUEUES = {"repair": 0.5, "returns": 0.3, "orders": 0.2}
CLIENTS = {"repair": "hechuan", "returns": "hechuan", "orders": "hechuan-mall"}
REASONS = ("fault-cooling", "fault-noise", "return-wish", "order-status", "invoice")


HISTORY_DAYS = 21  # what the centre of the browser tests is given


def contacts_csv(days: int, *, until: datetime, seed: int = 7, a_day: int = 60) -> bytes:
    """Contacts of the `days` local days before `until`'s, with blocked, lost and abandoned ones among them."""
    rng = Random(seed)
    out = io.StringIO(newline="")
    rows = csv.writer(out)
    rows.writerow(COLUMNS)
    today = until.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    n = 0
    for back in range(days, 0, -1):
        midnight = today - timedelta(days=back)
        busy = 1.5 if midnight.weekday() == 0 else 0.5 if midnight.weekday() >= 5 else 1.0
        for _ in range(round(a_day * busy)):
            n += 1
            arrived = midnight + timedelta(seconds=rng.betavariate(2.2, 2.4) * 12 * 3600 + 8 * 3600)
            rows.writerow(_row(rng, f"made-{n:05d}", arrived.astimezone(UTC), crowded=busy))
    return out.getvalue().encode()


def _row(rng: Random, id: str, arrived: datetime, *, crowded: float) -> list[str]:
    def at(moment: datetime) -> str:
        return moment.isoformat(timespec="milliseconds")

    queue = rng.choices(list(QUEUES), list(QUEUES.values()))[0]
    customer = f"{rng.randrange(400):04d}"
    start = [id, CLIENTS[queue], "voice", "", "4008210000", at(arrived)]
    chance = rng.random()
    if chance < 0.05 * crowded:
        return [*start, "", "", at(arrived), "blocked", "", "", "", "", customer]
    if chance < 0.05 * crowded + 0.02:
        gone = arrived + timedelta(seconds=rng.randint(5, 60))
        return [*start, "", "", at(gone), "lost_in_flow", "", "", "", "", customer]
    start[3] = queue
    queued = arrived + timedelta(seconds=rng.randint(4, 30))
    wait = rng.expovariate(1 / (11 * crowded))
    patience = rng.expovariate(1 / 90)
    if patience < wait:
        return [*start, at(queued), "", at(queued + timedelta(seconds=patience)), "abandoned", *[""] * 4, customer]
    answered = queued + timedelta(seconds=wait)
    ended = answered + timedelta(seconds=rng.lognormvariate(5, 0.5))
    hold = rng.randint(0, 30) if rng.random() < 0.2 else 0
    agent = rng.choice(("lin.xiao", "zhao.min", "he.jing", "sun.lei"))
    return [
        *start, at(queued), at(answered), at(ended), "answered", agent, str(hold), str(rng.randint(5, 90)),
        rng.choice(REASONS), customer,
    ]  # fmt: skip
