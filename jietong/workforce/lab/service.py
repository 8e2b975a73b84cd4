"""The scenario lab: studies, their assumptions, scenarios run as jobs, levers weighed before heads (H3, I2)."""

import asyncio
import contextlib
import dataclasses
import functools
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import structlog
from msgspec.structs import replace

from jietong.core.clock import Clock
from jietong.core.errors import Forbidden, Invalid, JietongError, NotFound, Refused
from jietong.core.ids import new_id
from jietong.db.pool import ALL, Connection, Database
from jietong.identity import audit
from jietong.identity.model import SYSTEM, Principal
from jietong.identity.permissions import Permission
from jietong.workforce.jobs.model import Job, JobState
from jietong.workforce.jobs.service import Jobs
from jietong.workforce.lab import assumed, levers, store
from jietong.workforce.lab.making import Maker
from jietong.workforce.lab.model import (
    Assumptions,
    Change,
    Ground,
    LeverKind,
    Of,
    Run,
    Source,
    Study,
    Tried,
    Version,
)
from jietong.workforce.schedule.drafts import Drafts
from jietong.workforce.simulation import reading
from jietong.workforce.simulation.skill_jobs import SkillJobs, Standing

log = structlog.get_logger(__name__)

PREPARE, REPLICATE = "lab.prepare", "lab.replicate"
DAYS = 20
MOST_SCENARIOS = 30
MOST_TITLE = 120


class Shown(NamedTuple):
    """A study as its screen needs it. `runs` and `jobs` by scenario, of version `n`; `docs`: results, whole or so
    far, as `work.replicate` gives them."""

    study: Study
    ground: Ground
    versions: list[Version]
    n: int
    scenarios: list[Tried]
    runs: dict[str, Run]
    jobs: dict[str, Job]
    docs: dict[str, dict[str, Any]]
    preparing: Job | None

    @property
    def assumptions(self) -> Assumptions:
        found = [one.assumptions for one in self.versions if one.n == self.n]
        return found[0] if found else self.ground.assumptions

    @property
    def missing(self) -> list[Tried]:
        """Alternatives that have not been tried under this version: until they are, no head is offered (H3)."""
        return [
            one
            for one in self.scenarios
            if one.change.kind is not LeverKind.BASE
            and not one.change.kind.contingency
            and one.change.kind is not LeverKind.TOGETHER
            and not levers.adds_heads(one.change)
            and not _whole(self.docs.get(one.id))
            and self._possible(one.change)
        ]

    def _possible(self, change: Change) -> bool:
        """Whether the lever makes sense under these assumptions (more lines, where lines have no end, do not)."""
        try:
            levers.changed(assumed.base(self.ground, self.assumptions), change, self.assumptions, self.ground)
        except JietongError:
            return False
        return True


class Lab:
    """All of the lab. Whoever sees a study's client sees the study."""

    def __init__(
        self, database: Database, clock: Clock, jobs: Jobs, maker: Maker, drafts: Drafts | None = None
    ) -> None:
        self._database = database
        self._clock = clock
        self._jobs = jobs
        self._maker = maker
        self.drafts = drafts
        self._skills = SkillJobs(jobs)
        self._tasks: set[asyncio.Task[None]] = set()
        self._going_on = asyncio.Lock()

    async def close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    # --- studies -----------------------------------------------------------------------------------------------

    async def create(
        self,
        by: Principal,
        of: Of,
        *,
        client: str = "*",
        queues: tuple[str, ...] = (),
        days: int = DAYS,
        title: str = "",
    ) -> Study:
        """Reads the day, and begins to prepare it; its base, the alternatives to heads and the contingencies run then
        by themselves. Raises as `Maker.ground`; Forbidden `client_hidden`; Invalid `bad_days`."""
        if not by.sees(None if client == "*" else client) or (client == "*" and by.clients is not None):
            raise Forbidden("client_hidden", "You may make studies of your own clients only. Choose one of them.")
        if not 2 <= days <= 200:
            raise Invalid("bad_days", "A scenario plays 2 to 200 days.", field="days")
        if len(title) > MOST_TITLE:
            raise Invalid("bad_title", f"A title has at most {MOST_TITLE} characters.", field="title")
        ground = await self._maker.ground(of, by.scope, client, queues)
        now = self._clock.now()
        id = new_id(now)
        job = await self._prepare(by, id, client, ground)
        study = Study(
            id, client, title, of, queues, days, 1, "preparing", job, now, by.account_id, by.name
        )  # fmt: skip
        async with self._database.transaction(by.scope) as conn:
            await store.insert(conn, study, ground)
            await audit.append(
                conn, by=by, action="lab.study_made", object=id, now=now, details={"client": client, "date": of.date}
            )
        self._follow(study)
        return study

    async def listed(self, by: Principal) -> list[Study]:
        """Latest first."""
        async with self._database.read(by.scope) as conn:
            return await store.listed(conn)

    async def read(self, by: Principal, id: str, version: int | None = None) -> Shown:
        """The study with what there is of each scenario under a version (None: the latest). Raises NotFound
        `no_such_study`, `no_such_version`."""
        async with self._database.read(by.scope) as conn:
            study = await store.read(conn, id)
        if study.state == "preparing":
            study = await self._go_on(study)
        return await self._shown(by, study, version)

    async def _shown(self, by: Principal, study: Study, version: int | None = None) -> Shown:
        id = study.id
        async with self._database.read(by.scope) as conn:
            ground = await store.ground(conn, id)
            versions = await store.versions(conn, id)
            scenarios = await store.scenarios(conn, id)
            n = versions[-1].n if versions else 1
            if version is not None:
                if version not in {one.n for one in versions}:
                    raise NotFound("no_such_version", f"This study has no version {version}.")
                n = version
            runs = await store.runs(conn, [one.id for one in scenarios], n)
        jobs = await self._jobs.many([run.job for run in runs.values()])
        docs = await self._documents(runs, jobs)
        preparing = None
        if study.job is not None and study.state != "ready":
            preparing = (await self._jobs.many([study.job])).get(study.job)
        by_scenario = {id: jobs[run.job] for id, run in runs.items() if run.job in jobs}
        return Shown(study, ground, versions, n, scenarios, runs, by_scenario, docs, preparing)

    async def delete(self, by: Principal, id: str) -> None:
        """With all its scenarios; what runs is cancelled. Raises NotFound `no_such_study`; Forbidden."""
        shown = await self.read(by, id)
        if shown.study.made_by != by.account_id and not by.may(Permission.PLAN_PUBLISH):
            raise Forbidden("not_your_study", f"{shown.study.made_by_name} made this study; ask them.")
        for job in [*shown.jobs.values(), *([shown.preparing] if shown.preparing else [])]:
            if not job.state.ended:
                await self._jobs.cancel(job.id)
        async with self._database.transaction(by.scope) as conn:
            await store.delete(conn, id)
            await audit.append(conn, by=by, action="lab.study_deleted", object=id, now=self._clock.now(), details={})

    # --- assumptions -------------------------------------------------------------------------------------------

    async def save(self, by: Principal, id: str, given: Mapping[str, Any], note: str = "") -> Version:
        """A further version. Raises Invalid `bad_assumption`; Refused `nothing_changed`, `not_prepared`."""
        async with self._database.transaction(by.scope) as conn:
            study = await self._ready(conn, id, lock=True)
            versions = await store.versions(conn, id)
            before = versions[-1].assumptions
            after = assumed.checked(given, before)
            names = assumed.changed(before, after)
            if not names:
                raise Refused("nothing_changed", "Nothing differs from the version before.")
            version = Version(versions[-1].n + 1, after, note[:300], self._clock.now(), by.name)
            await store.add_version(conn, study, version)
            await audit.append(
                conn, by=by, action="lab.version_saved", object=id, now=version.made_at,
                details={"version": version.n, "changed": names},
            )  # fmt: skip
        return version

    # --- scenarios ---------------------------------------------------------------------------------------------

    async def add(self, by: Principal, id: str, change: Change, name: str = "", *, run: bool = True) -> Tried:
        """Raises Invalid `bad_change`; Refused `alternatives_first` for more heads before the alternatives have been
        run under this version (H3); Refused `too_many_scenarios`, `not_prepared`."""
        levers.checked(change)
        if change.kind is LeverKind.BASE:
            raise Invalid("bad_change", "A study has one base.")
        shown = await self.read(by, id)
        if levers.adds_heads(change):
            self._check_alternatives(shown)
        async with self._database.transaction(by.scope) as conn:
            study = await self._ready(conn, id, lock=True)
            if len(await store.scenarios(conn, id)) >= MOST_SCENARIOS:
                raise Refused("too_many_scenarios", f"A study holds {MOST_SCENARIOS} scenarios. Delete one first.")
            base = assumed.base(shown.ground, shown.assumptions)
            levers.changed(base, change, shown.assumptions, shown.ground)  # what makes no sense is said at once
            now = self._clock.now()
            tried = Tried(new_id(now), id, name[:MOST_TITLE], change, now)
            await store.add_scenario(conn, study, tried)
        if run:
            await self.run(by, id, [tried.id])
        return tried

    async def drop(self, by: Principal, id: str, scenario: str) -> None:
        """Raises NotFound `no_such_scenario`; Refused `base_stays`."""
        shown = await self.read(by, id)
        tried = _scenario(shown, scenario)
        if tried.change.kind is LeverKind.BASE:
            raise Refused("base_stays", "The base cannot be deleted: all others are set against it.")
        job = shown.jobs.get(scenario)
        if job is not None and not job.state.ended:
            await self._jobs.cancel(job.id)
        async with self._database.transaction(by.scope) as conn:
            await store.delete_scenario(conn, scenario)

    async def run(self, by: Principal, id: str, scenarios: Sequence[str] = ()) -> None:
        """Runs these (none named: all but contingencies that were never run) under the latest version. What runs
        already goes on. Raises NotFound `no_such_scenario`; Refused `not_prepared`, `alternatives_first`."""
        shown = await self.read(by, id)
        async with self._database.read(by.scope) as conn:
            await self._ready(conn, id)
        chosen = [_scenario(shown, one) for one in scenarios] if scenarios else shown.scenarios
        if scenarios and any(levers.adds_heads(one.change) for one in chosen):
            self._check_alternatives(shown)
        wanted = [one for one in chosen if scenarios or not one.change.kind.contingency]
        await self._start(by, shown, sorted(wanted, key=lambda one: levers.adds_heads(one.change)))

    async def cancel(self, by: Principal, id: str, scenario: str | None = None) -> None:
        """One, or all that wait and run. Raises NotFound `no_such_scenario`."""
        shown = await self.read(by, id)
        if scenario is not None:
            _scenario(shown, scenario)
        for one, job in shown.jobs.items():
            if scenario in (None, one) and not job.state.ended:
                await self._jobs.cancel(job.id)

    async def tried(self, by: Principal, id: str, scenario: str) -> tuple[Shown, Tried]:
        """Raises NotFound `no_such_study`, `no_such_scenario`."""
        shown = await self.read(by, id)
        return shown, _scenario(shown, scenario)

    async def plan(self, by: Principal, id: str, scenario: str, *, planned: bool = True) -> None:
        """Notes that it is to be done, and by whom. Raises Refused `not_run_yet`; for heads `alternatives_first`."""
        shown = await self.read(by, id)
        tried = _scenario(shown, scenario)
        if planned and not _whole(shown.docs.get(scenario)):
            raise Refused("not_run_yet", "Run it first: what it does is not known.")
        if planned and levers.adds_heads(tried.change):
            self._check_alternatives(shown)
        now = self._clock.now()
        async with self._database.transaction(by.scope) as conn:
            await store.plan(conn, scenario, now if planned else None, by.name if planned else None)
            await audit.append(
                conn, by=by, action="lab.planned" if planned else "lab.plan_dropped", object=id, now=now,
                details={"scenario": scenario, "kind": tried.change.kind.value},
            )  # fmt: skip

    async def second_skill(self, by: Principal, shown: Shown) -> Standing:
        """What a second skill gains on the base of this version (G7), as it was worked out last."""
        return await self._skills.latest(by, _skills_of(shown))

    async def start_second_skill(self, by: Principal, shown: Shown) -> Standing:
        """Raises Refused `not_prepared`, `one_kind_of_work`."""
        async with self._database.read(by.scope) as conn:
            await self._ready(conn, shown.study.id)
        base = assumed.base(shown.ground, shown.assumptions)
        return await self._skills.start(by, _skills_of(shown), shown.study.client, base)

    def _check_alternatives(self, shown: Shown) -> None:
        if shown.missing:
            raise Refused(
                "alternatives_first",
                "Look at the alternatives before adding a head: run them first.",
                missing=[one.change.kind.value for one in shown.missing],
            )

    # --- inside ------------------------------------------------------------------------------------------------

    async def _ready(self, conn: Connection, id: str, *, lock: bool = False) -> Study:
        study = await store.read(conn, id, lock=lock)
        if study.state != "ready":
            raise Refused("not_prepared", "This study is not prepared yet. Wait until it is, or make it again.")
        return study

    async def _prepare(self, by: Principal, id: str, client: str, ground: Ground) -> str:
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

    def _follow(self, study: Study) -> None:
        """Goes on when the study is prepared, whether anybody looks or not. After a restart a look goes on."""
        task = asyncio.create_task(self._wait(study), name="lab-prepare")
        self._tasks.add(task)
        task.add_done_callback(functools.partial(_left, self._tasks))

    async def _wait(self, study: Study) -> None:
        if study.job is not None:
            await self._jobs.wait(study.job)
            await self._go_on(study)

    async def _go_on(self, study: Study) -> Study:
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
        shown = await self._shown(SYSTEM, study)
        first = [one for one in shown.scenarios if not one.change.kind.contingency]
        await self._start(_maker_of(study), shown, first)
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

    async def _start(self, by: Principal, shown: Shown, scenarios: Sequence[Tried]) -> None:
        base = assumed.base(shown.ground, shown.assumptions)
        for one in scenarios:
            job = shown.jobs.get(one.id)
            if (job is not None and not job.state.ended) or _whole(shown.docs.get(one.id)):
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

    async def _documents(self, runs: Mapping[str, Run], jobs: Mapping[str, Job]) -> dict[str, dict[str, Any]]:
        """Results; one that its job has finished is kept with the run."""
        found: dict[str, dict[str, Any]] = {}
        for id, run in runs.items():
            job = jobs.get(run.job)
            if run.result is not None:
                found[id] = run.result
            elif job is not None and (job.state is JobState.DONE or job.progress.at is not None):
                doc = await self._jobs.result(job.id)
                if doc is not None:
                    found[id] = doc
                    if job.state is JobState.DONE:
                        async with self._database.transaction(ALL) as conn:
                            await store.keep_result(conn, run, doc)
        return found


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


def _scenario(shown: Shown, id: str) -> Tried:
    for one in shown.scenarios:
        if one.id == id:
            return one
    raise NotFound("no_such_scenario", "This study has no such scenario.")


def _skills_of(shown: Shown) -> str:
    return f"study:{shown.study.id}:{shown.n}:skills"


def _whole(doc: Mapping[str, Any] | None) -> bool:
    return doc is not None and doc["days"] >= doc["wanted"]


def _left(tasks: set[asyncio.Task[None]], task: asyncio.Task[None]) -> None:
    tasks.discard(task)
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("lab", error=str(error))
