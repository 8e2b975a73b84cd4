"""What a second skill gains (G7), worked out as a job: of a study in the lab, of today on the day's page."""

from typing import Any, NamedTuple

from jietong.core.errors import Refused
from jietong.identity.model import Principal
from jietong.workforce.jobs.model import Job
from jietong.workforce.jobs.service import Jobs
from jietong.workforce.simulation import reading, skills
from jietong.workforce.simulation.scenario import Scenario

KIND = "simulation.skills"
SEED = 1


class Standing(NamedTuple):
    """`result`: as `skills.gain` gives it, once there is one."""

    job: Job | None
    result: dict[str, Any] | None


class SkillJobs:
    """`subject`: what the question is about; the latest answer to it counts. Jobs are kept for a month."""

    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs

    async def latest(self, by: Principal, subject: str) -> Standing:
        found = await self._jobs.listed(by, kind=KIND, subject=subject, limit=1)
        if not found:
            return Standing(None, None)
        return Standing(found[0], await self._jobs.result(found[0].id, by) if found[0].state.ended else None)

    async def start(self, by: Principal, subject: str, client: str, scenario: Scenario) -> Standing:
        """Begins it, unless it is going on already. Raises Refused `one_kind_of_work`."""
        held = await self.latest(by, subject)
        if held.job is not None and not held.job.state.ended:
            return held
        if not skills.variants(skills.plain(scenario).scenario):
            raise Refused(
                "one_kind_of_work",
                "These queues ask for one skill alone, or nobody is there: there is nothing to learn.",
            )
        args = {"scenario": reading.tables(scenario), "seed": SEED}
        id = await self._jobs.start(KIND, args, by, client=client, subject=subject)
        return Standing(await self._jobs.get(id, by), None)
