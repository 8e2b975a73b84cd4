"""What gives figures of the past and what is made of them: the warehouse, reports, their delivery, contracts."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from jietong.calls.secrets import Safe
from jietong.config import Settings
from jietong.core.clock import Clock
from jietong.db.pool import Database
from jietong.live.alarms import Alarm, Code, Level
from jietong.metrics.warehouse import Warehouse
from jietong.metrics.warehouse.keeper import Keeper
from jietong.reports import statement
from jietong.reports.deliveries import Deliveries
from jietong.reports.delivery_model import Delivery
from jietong.reports.delivery_runner import Runner
from jietong.reports.service import Reports
from jietong.sla.service import Agreements


@dataclass(frozen=True)
class Figures:
    """Each lies on `app.state` under its key in `extra`."""

    warehouse: Warehouse
    reports: Reports
    agreements: Agreements
    deliveries: Deliveries

    @property
    def extra(self) -> dict[str, object]:
        return {
            "warehouse": self.warehouse,
            "reports": self.reports,
            "agreements": self.agreements,
            "deliveries": self.deliveries,
        }

    def alarms(self) -> list[tuple[str, Alarm]]:
        """What agreements in force and late reports raise on the floor, each with its client."""
        agreed = [_on_the_floor(self.agreements, *one) for one in self.agreements.alarms()]
        return agreed + [(one.client, _late(one)) for one in self.deliveries.runner.late()]


def warehouse_of(settings: Settings, database: Database, clock: Clock) -> Warehouse:
    """For the centre and for the command line alike."""
    return Warehouse(database, settings.home / "history", clock)


@asynccontextmanager
async def figures(
    settings: Settings,
    database: Database,
    clock: Clock,
    active: Callable[[], bool],
) -> AsyncIterator[Figures]:
    """Runs until the block is left. `active`: this process is the one that writes; what must be done once only
    (writing closed days, sending reports) is done by it."""
    async with AsyncExitStack() as stack:
        warehouse = warehouse_of(settings, database, clock)
        stack.push_async_callback(warehouse.stop)
        keeper = Keeper(warehouse, active)
        keeper.start()
        stack.push_async_callback(keeper.stop)
        reports = Reports(database, warehouse, clock)
        deliveries = deliveries_of(settings, database, reports, clock, active=active)
        agreements = Agreements(
            database,
            warehouse,
            clock,
            renderer=statement.render,
            deliveries=deliveries.of_agreement,
            active=active,
        )
        agreements.start()
        stack.push_async_callback(agreements.stop)
        deliveries.runner.start()
        stack.push_async_callback(deliveries.runner.stop)
        yield Figures(warehouse, reports, agreements, deliveries)


def deliveries_of(
    settings: Settings,
    database: Database,
    reports: Reports,
    clock: Clock,
    *,
    active: Callable[[], bool] = lambda: True,
) -> Deliveries:
    """For the centre and for the command line alike; its runner is not started."""
    address = settings.origins[0] if settings.origins else f"http://{settings.host}:{settings.port}"
    runner = Runner(
        database,
        reports,
        clock,
        Safe.of(settings.home / "keys", "deliveries.key"),
        settings.home / "deliveries",
        lambda: address,
        active=active,
    )
    return Deliveries(database, reports, clock, runner)


_CODES: dict[str, Code] = {
    "met_while_turned_away": "contract_turned_away",
    "at_risk": "contract_at_risk",
    "unreachable": "contract_unreachable",
}


def _on_the_floor(agreements: Agreements, client: str, contract: str, alarm: dict[str, Any]) -> tuple[str, Alarm]:
    line = alarm["line"]
    params: dict[str, str | int | float] = {
        **line["names"],
        "contract": contract,
        "value": _percent(None if line["main"] is None else line["main"]["value"]),
        "target": _percent(line["target"]),
        "access": _percent(line["access"]["value"]),
    }
    code = _CODES[alarm["code"]]
    since = agreements.since(contract, alarm)
    id = f"{code}:{contract}/{alarm['objective']}:{since}"
    level: Level = "act" if alarm["level"] == "act" else "look"
    return client, Alarm(id, code, level, None, None, None, since, params, None)


def _late(one: Delivery) -> Alarm:
    answers = [attempt["answer"] for attempt in one.attempts if not attempt["ok"]] or [one.error]
    params: dict[str, str | int | float] = {
        "report": one.title,
        "destination": one.destination_name,
        "deadline": one.deadline,
        "answer": answers[-1],
    }
    return Alarm(
        f"report_late:{one.id}:{one.deadline}", "report_late", "act", None, None, None, one.deadline, params, None
    )


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value * 100:.1f} %"
