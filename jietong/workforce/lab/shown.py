"""A study with what there is of each of its scenarios under one version of the assumptions."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from jietong.core.errors import JietongError, NotFound
from jietong.db.pool import ALL, Database
from jietong.identity.model import Principal
from jietong.workforce.jobs.model import Job, JobState
from jietong.workforce.jobs.service import Jobs
from jietong.workforce.lab import assumed, levers, store
from jietong.workforce.lab.model import Assumptions, Change, Ground, LeverKind, Run, Study, Tried, Version


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
            and not whole(self.docs.get(one.id))
            and self._possible(one.change)
        ]

    def _possible(self, change: Change) -> bool:
        """Whether the lever makes sense under these assumptions (more lines, where lines have no end, do not)."""
        try:
            levers.changed(assumed.base(self.ground, self.assumptions), change, self.assumptions, self.ground)
        except JietongError:
            return False
        return True

    def scenario(self, id: str) -> Tried:
        """Raises NotFound `no_such_scenario`."""
        for one in self.scenarios:
            if one.id == id:
                return one
        raise NotFound("no_such_scenario", "This study has no such scenario.")


class Reading:
    """Studies out of the tables and their jobs."""

    def __init__(self, database: Database, jobs: Jobs) -> None:
        self._database = database
        self._jobs = jobs

    async def shown(self, by: Principal, study: Study, version: int | None = None) -> Shown:
        """None: the latest version. Raises NotFound `no_such_version`."""
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


def whole(doc: Mapping[str, Any] | None) -> bool:
    """Whether all days of a result have been played."""
    return doc is not None and doc["days"] >= doc["wanted"]
