"""The centre of the report tests, with its deliveries."""

from pathlib import Path
from typing import Any, cast

import pytest
from delivery_centre import deliveries_of
from report_centre import Centre, facts, noon, set_up, write

from jietong.core.clock import ManualClock
from jietong.core.specs import SiteSpec
from jietong.db.pool import Database
from jietong.metrics.warehouse import Warehouse
from jietong.reports import delivery_routes, routes
from jietong.reports.deliveries import Deliveries
from jietong.reports.service import Reports
from jietong.web.factory import Services, create_app


@pytest.fixture
async def centre(database: Database, tmp_path: Path) -> Centre:
    clock = ManualClock(noon("2026-07-15"))
    await set_up(database, clock.now())
    segments, intervals = facts(clock.now(), days=4)
    await write(database, segments, intervals)
    warehouse = Warehouse(database, tmp_path / "history", clock)
    reports = Reports(database, warehouse, clock)
    extra: dict[str, object] = {"warehouse": warehouse, "reports": reports}
    services = Services(database=database, runtime=cast(Any, None), clock=clock, site=SiteSpec, extra=extra)
    centre = Centre(
        database, clock, warehouse, reports, segments, intervals,
        create_app(services, [routes.router, delivery_routes.router]),
    )  # fmt: skip
    cast(Any, centre.app).state.deliveries = deliveries_of(centre, tmp_path)
    return centre


@pytest.fixture
def deliveries(centre: Centre) -> Deliveries:
    return cast(Deliveries, cast(Any, centre.app).state.deliveries)
