"""Scenarios of a study as jobs."""

from collections.abc import Sequence

import structlog

from jietong.core.errors import JietongError
from jietong.db.pool import ALL, Database
from jietong.identity.model import Principal
from jietong.workforce.jobs.service import Jobs
from jietong.workforce.lab import assumed, levers, store
from jietong.workforce.lab.model import Tried
from jietong.workforce.lab.shown import Shown, whole
from jietong.workforce.simulation import reading

log = structlog.get_logger(__name__)

REPLICATE = "lab.replicate"


class Runs:
    def __init__(self, database: Database, jobs: Jobs) -> None:
        self._database = database
        self._jobs = jobs

    async def start(self, by: Principal, shown: Shown, scenarios: Sequence[Tried]) -> None:
        """Under the version shown. What runs already or is done stays as it is; what makes no sense is left out."""
        base = assumed.base(shown.ground, shown.assumptions)
        for one in scenarios:
            job = shown.jobs.get(one.id)
            if (job is not None and not job.state.ended) or whole(shown.docs.get(one.id)):
                continue
            try:
                made = levers.changed(base, one.change, shown.assumptions, shown.ground)
            except JietongError as error:
                log.info("scenario not run", scenario=one.id, code=error.code)
                continue
            args = {
                "scenario": reading.tables(made.scenario),
                "aside": list(made.aside),
                "seed": shown.study.seed,
                "days": shown.study.days,
            }
            id = await self._jobs.start(
                REPLICATE, args, by, client=shown.study.client, subject=f"study:{shown.study.id}"
            )
            async with self._database.transaction(ALL) as conn:
                await store.put_run(conn, shown.study, one.id, shown.n, id)
