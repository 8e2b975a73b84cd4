"""The scenario lab: studies, their assumptions, scenarios run as jobs, levers weighed before heads (H3, I2)."""

from collections.abc import Mapping, Sequence
from typing import Any

from jietong.core.clock import Clock
from jietong.core.errors import Forbidden, Invalid, Refused
from jietong.core.ids import new_id
from jietong.db.pool import Connection, Database
from jietong.identity import audit
from jietong.identity.model import Principal
from jietong.identity.permissions import Permission
from jietong.workforce.jobs.service import Jobs
from jietong.workforce.lab import assumed, levers, store
from jietong.workforce.lab.making import Maker
from jietong.workforce.lab.model import Change, LeverKind, Of, Study, Tried, Version
from jietong.workforce.lab.preparing import Preparation
from jietong.workforce.lab.running import Runs
from jietong.workforce.lab.shown import Reading, Shown, whole
from jietong.workforce.schedule.drafts import Drafts
from jietong.workforce.simulation.skill_jobs import SkillJobs, Standing

DAYS = 20
MOST_SCENARIOS = 30
MOST_TITLE = 120


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
        self._reading = Reading(database, jobs)
        self._runs = Runs(database, jobs)
        self._preparation = Preparation(database, clock, jobs, self._reading, self._runs)

    async def close(self) -> None:
        await self._preparation.close()

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
        job = await self._preparation.ask(by, id, client, ground)
        study = Study(
            id, client, title, of, queues, days, 1, "preparing", job, now, by.account_id, by.name
        )  # fmt: skip
        async with self._database.transaction(by.scope) as conn:
            await store.insert(conn, study, ground)
            await audit.append(
                conn, by=by, action="lab.study_made", object=id, now=now, details={"client": client, "date": of.date}
            )
        self._preparation.follow(study)
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
            study = await self._preparation.go_on(study)
        return await self._reading.shown(by, study, version)

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
        tried = shown.scenario(scenario)
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
        chosen = [shown.scenario(one) for one in scenarios] if scenarios else shown.scenarios
        if scenarios and any(levers.adds_heads(one.change) for one in chosen):
            self._check_alternatives(shown)
        wanted = [one for one in chosen if scenarios or not one.change.kind.contingency]
        await self._runs.start(by, shown, sorted(wanted, key=lambda one: levers.adds_heads(one.change)))

    async def cancel(self, by: Principal, id: str, scenario: str | None = None) -> None:
        """One, or all that wait and run. Raises NotFound `no_such_scenario`."""
        shown = await self.read(by, id)
        if scenario is not None:
            shown.scenario(scenario)
        for one, job in shown.jobs.items():
            if scenario in (None, one) and not job.state.ended:
                await self._jobs.cancel(job.id)

    async def tried(self, by: Principal, id: str, scenario: str) -> tuple[Shown, Tried]:
        """Raises NotFound `no_such_study`, `no_such_scenario`."""
        shown = await self.read(by, id)
        return shown, shown.scenario(scenario)

    async def plan(self, by: Principal, id: str, scenario: str, *, planned: bool = True) -> None:
        """Notes that it is to be done, and by whom. Raises Refused `not_run_yet`; for heads `alternatives_first`."""
        shown = await self.read(by, id)
        tried = shown.scenario(scenario)
        if planned and not whole(shown.docs.get(scenario)):
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

    async def _ready(self, conn: Connection, id: str, *, lock: bool = False) -> Study:
        study = await store.read(conn, id, lock=lock)
        if study.state != "ready":
            raise Refused("not_prepared", "This study is not prepared yet. Wait until it is, or make it again.")
        return study


def _skills_of(shown: Shown) -> str:
    return f"study:{shown.study.id}:{shown.n}:skills"
