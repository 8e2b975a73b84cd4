"""From the day that was read to a study to work with: fitted, its first version, its scenarios and their runs."""

import asyncio
import contextlib
import dataclasses
import functools
from collections.abc import Mapping
from typing import Any

import structlog
from msgspec.structs import replace

from jietong.core.clock import Clock
from jietong.core.ids import new_id
from jietong.db.pool import ALL, Connection, Database
from jietong.identity.model import SYSTEM, Principal
from jietong.workforce.jobs.model import JobState
from jietong.workforce.jobs.service import Jobs
from jietong.workforce.lab import assumed, levers, store
from jietong.workforce.lab.model import Change, Ground, LeverKind, Source, Study, Tried, Version
from jietong.workforce.lab.running import Runs
from jietong.workforce.lab.shown import Reading
from jietong.workforce.simulation import reading

log = structlog.get_logger(__name__)

PREPARE = "lab.prepare"


class Preparation:
    def __init__(self, database: Database, clock: Clock, jobs: Jobs, shown: Reading, runs: Runs) -> None:
        self._database = database
        self._clock = clock
        self._jobs = jobs
        self._reading = shown
        self._runs = runs
        self._tasks: set[asyncio.Task[None]] = set()
        self._going_on = asyncio.Lock()

    async def close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def ask(self, by: Principal, id: str, client: str, ground: Ground) -> str:
        """Begins to prepare a study of this id; gives the job."""
        measured = ground.measured
        fits = measured is not None
        blocked = 0.0 if measured is None or not measured.attempts else measured.blocked / measured.attempts
        args = {
            "scenario": ground.scenario,
            "sl3": None if measured is None else measured.sl3,
            "blocked": blocked,
            "fit_staff": fits and "staff_from_contacts" in ground.notes,
            "fit_lines": fits and ground.sources["lines"] is Source.FITTED,
        }
        return await self._jobs.start(PREPARE, args, by, client=client, subject=f"study:{id}")

    def follow(self, study: Study) -> None:
        """Goes on when the study is prepared, whether anybody looks or not. After a restart a look goes on."""
        task = asyncio.create_task(self._wait(study), name="lab-prepare")
        self._tasks.add(task)
        task.add_done_callback(functools.partial(_left, self._tasks))

    async def _wait(self, study: Study) -> None:
        if study.job is not None:
            await self._jobs.wait(study.job)
            await self.go_on(study)

    async def go_on(self, study: Study) -> Study:
        """What a prepared study goes on with: its first version, its scenarios, their runs."""
        async with self._going_on:
            return await self._gone_on(study)

    async def _gone_on(self, study: Study) -> Study:
        job = (await self._jobs.many([study.job])).get(study.job) if study.job is not None else None
        if job is not None and not job.state.ended:
            return study
        result = await self._jobs.result(job.id) if job is not None and job.state is JobState.DONE else None
        async with self._database.transaction(ALL) as conn:
            study = await store.read(conn, study.id, lock=True)
            if study.state != "preparing":
                return study
            if result is None:
                code = f"job_{job.state}" if job is not None and job.state is not JobState.DONE else "job_interrupted"
                await store.failed(conn, study.id, job.error if job is not None and job.error else code)
                return await store.read(conn, study.id)
            if not await store.versions(conn, study.id):
                await self._begin(conn, study, result)
        shown = await self._reading.shown(SYSTEM, study)
        first = [one for one in shown.scenarios if not one.change.kind.contingency]
        await self._runs.start(_maker_of(study), shown, first)
        async with self._database.transaction(ALL) as conn:
            await store.ready(conn, study.id)
            return await store.read(conn, study.id)

    async def _begin(self, conn: Connection, study: Study, result: Mapping[str, Any]) -> None:
        """The fitted ground, the first version, the scenarios."""
        ground = _fitted(await store.ground(conn, study.id), result)
        await store.keep_ground(conn, study.id, ground)
        now = self._clock.now()
        await store.add_version(conn, study, Version(1, ground.assumptions, "", now, study.made_by_name))
        base = assumed.base(ground, ground.assumptions)
        changes = [
            Change(LeverKind.BASE),
            *levers.proposed(base, ground.assumptions, ground),
            *levers.contingencies(base),
        ]
        for change in changes:
            await store.add_scenario(conn, study, Tried(new_id(now), study.id, "", change, now))


def _maker_of(study: Study) -> Principal:
    """Jobs that follow by themselves belong to whoever made the study."""
    return dataclasses.replace(SYSTEM, account_id=study.made_by, name=study.made_by_name)


def _fitted(ground: Ground, result: Mapping[str, Any]) -> Ground:
    lines = result["lines"]
    scenario = reading.tables(reading.of(result["scenario"]))
    notes = ground.notes
    if result["online"] is not None:
        notes = (*notes, f"online:{result['online']:g}")
    return replace(ground, scenario=scenario, assumptions=replace(ground.assumptions, lines=lines), notes=notes)


def _left(tasks: set[asyncio.Task[None]], task: asyncio.Task[None]) -> None:
    tasks.discard(task)
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("lab", error=str(error))
