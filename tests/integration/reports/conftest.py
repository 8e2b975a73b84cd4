"""The centre of `report_centre`, at noon of 15 July 2026."""

from pathlib import Path
from typing import Any, cast

import pytest
from report_centre import Centre, facts, noon, set_up, write

from jietong.core.clock import ManualClock
from jietong.core.specs import SiteSpec
from jietong.db.pool import Database
from jietong.metrics.warehouse import Warehouse
from jietong.reports.routes import router
from jietong.reports.service import Reports
from jietong.web.factory import Services, create_app


@pytest.fixture
async def centre(database: Database, tmp_path: Path) -> Centre:
    clock = ManualClock(noon("2026-07-15"))
    await set_up(database, clock.now())
    segments, intervals = facts(clock.now())
    await write(database, segments, intervals)
    warehouse = Warehouse(database, tmp_path / "history", clock)
    reports = Reports(database, warehouse, clock)
    services = Services(
        database=database,
        runtime=cast(Any, None),
        clock=clock,
        site=SiteSpec,
        extra={"warehouse": warehouse, "reports": reports},
    )
    return Centre(database, clock, warehouse, reports, segments, intervals, create_app(services, [router]))
