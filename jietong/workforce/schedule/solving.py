"""Solving a draft: asked as a job, its result a proposal that is looked at, then accepted or discarded."""

from collections.abc import Callable
from typing import Any

import msgspec

from jietong.core.clock import Clock
from jietong.core.errors import Invalid, NotFound, Refused, Unavailable
from jietong.core.specs import SiteSpec
from jietong.db.pool import ALL, Database
from jietong.identity import audit
from jietong.identity.model import Principal
from jietong.workforce.jobs.service import Jobs
from jietong.workforce.roster.problem import Solution
from jietong.workforce.schedule import asked, store, views
from jietong.workforce.schedule import request_store as rows
from jietong.workforce.schedule.drafts import Drafts, check_open
from jietong.workforce.schedule.model import days_between, local_date_of, shift_day
from jietong.workforce.schedule.need import Needs, shown_cover, shown_figures
from jietong.workforce.schedule.planner import Planner
from jietong.workforce.schedule.views import Shown

KIND = "schedule.solve"


class Solving:
    def __init__(
        self, database: Database, clock: Clock, site: Callable[[], SiteSpec], drafts: Drafts, planner: Planner,
        needs: Needs, jobs: Jobs | None,
    ) -> None:  # fmt: skip
        self._database = database
        self._clock = clock
        self._site = site
        self._drafts = drafts
        self._planner = planner
        self._needs = needs
        self._jobs = jobs

    async def ask(self, by: Principal, id: str, wanted: dict[str, Any]) -> str:
        """The job. Days that have begun are not solved again. Raises Invalid `bad_span`, `unknown_agent`,
        `unknown_group`; Refused `no_forecast`, `nothing_to_solve`, `draft_closed`."""
        found = await self._drafts.read(id)
        check_open(found.draft)
        ground = found.setup.ground
        tomorrow = shift_day(local_date_of(self._clock.now(), ground.zone), 1)
        if (wanted.get("first") or "") > (wanted.get("last") or "~"):
            raise Invalid("bad_span", "The last day is not before the first.", field="last")
        first = max(wanted.get("first") or found.draft.first, found.draft.first, tomorrow)
        last = min(wanted.get("last") or found.draft.last, found.draft.last)
        if first > last:
            raise Refused(
                "nothing_to_solve", "No day of the draft is left: choose days of its own, from tomorrow on."
            )
        visible = set(found.setup.visible(by))
        groups = frozenset(wanted["groups"] or visible)
        agents = frozenset(wanted["agents"] or ground.people)
        for one in groups - visible:
            raise Invalid("unknown_group", "There is no such skill group, or it serves another client.", group=one)
        for one in agents - ground.people.keys():
            raise Invalid("unknown_agent", f"There is no agent {one!r} who could be scheduled.", agent=one)
        if not ground.patterns:
            raise Refused("no_patterns", "Set up shift patterns first: without them there is nothing to choose from.")
        needs = await self._needs.of(found.setup, sorted(groups), first, last)
        if not needs:
            raise Refused("no_forecast", "None of these groups has a forecast for these days: make one first.")
        async with self._database.read(ALL) as conn:
            wishes = [dict(row) for row in await rows.wishes(conn)]
        ask = asked.Wanted(
            first, last, agents, groups, wanted["keep"] == "edited", wanted["overtime"], wanted["wishes"],
            wanted["fairness"], wanted["change"], wanted["seed"],
        )  # fmt: skip
        problem = asked.problem_of(found, ask, needs, wishes)
        if not problem.people:
            raise Refused("nothing_to_solve", "Nobody of those chosen can serve these groups.")
        args = {"problem": msgspec.to_builtins(problem, str_keys=True), "seconds": wanted["seconds"]}
        now = self._clock.now()
        job = await self._needed().start(KIND, args, by, subject=f"draft:{id}")
        kept = [list(key) for key in sorted(asked.kept(found, ask))]
        about = {"start": problem.start, "first": first, "last": last, "kept": kept, "groups": sorted(groups)}
        async with self._database.transaction(ALL) as conn:
            await conn.execute(
                "INSERT INTO schedule_proposal (id, draft, rev, state, problem, at, by, by_name) "
                "VALUES ($1, $2, $3, 'asked', $4, $5, $6, $7)",
                job, id, found.draft.rev, about, now, by.account_id, by.name,
            )  # fmt: skip
            await audit.append(
                conn, by=by, action="schedule_draft.solving", object=id, now=now,
                details={"job": job, "first": first, "last": last, "people": len(problem.people)},
            )  # fmt: skip
        return job

    async def proposals(self, by: Principal, id: str) -> list[Shown]:
        """Newest first, without their days."""
        async with self._database.read(ALL) as conn:
            await store.draft(conn, self._site().id, id)
            found = await conn.fetch(
                "SELECT id, draft, rev, state FROM schedule_proposal WHERE draft = $1 ORDER BY at DESC LIMIT 50", id
            )
        jobs = await self._needed().many([row["id"] for row in found])
        return [
            {
                "job": row["id"], "draft": row["draft"], "rev": row["rev"], "state": row["state"],
                "job_state": str(jobs[row["id"]].state) if row["id"] in jobs else "gone",
                "error": jobs[row["id"]].error_detail if row["id"] in jobs else None,
            }
            for row in found
        ]  # fmt: skip

    async def proposal(self, by: Principal, job: str) -> Shown:
        """With what it would change: figures and cover of the draft as it is, and with it. While the job runs, of the
        best so far where it told one."""
        row, solution, state = await self._read(job)
        shown: Shown = {
            "job": job, "draft": row["draft"], "rev": row["rev"], "state": row["state"], "job_state": state["state"],
            "error": state["error"],
        }  # fmt: skip
        if solution is None:
            return shown
        found = await self._drafts.read(row["draft"])
        about = row["problem"]
        isos = days_between(about["first"], about["last"])
        made = asked.days_from(solution, about["start"], isos, found, {(a, d) for a, d in about["kept"]})
        groups = [id for id in about["groups"] if id in set(found.setup.visible(by))]
        before, after = await self._planner.compared(
            found, {**found.days, **made}, about["first"], about["last"], groups
        )
        cost = {**msgspec.structs.asdict(solution.cost), "total": solution.cost.total}
        return {
            **shown,
            "cost": cost,
            "bound": solution.bound,
            "gap": solution.gap,
            "seconds": solution.seconds,
            "finished": solution.finished,
            "unmet": [
                {"agent": u.person, "day": isos[u.day] if u.day is not None else None, "what": u.what, "why": u.why,
                 "price": u.price}
                for u in solution.unmet
            ],
            "conflicts": [
                {"agent": c.person, "rules": c.rules, "broken": c.broken,
                 "days": [isos[n] for n in c.days if 0 <= n < len(isos)]}
                for c in solution.conflicts
            ],
            "days": [views.person_day(day, edited=True) for day in made.values()],
            "before": shown_figures(before[1]),
            "after": shown_figures(after[1]),
            "cover_before": shown_cover(before[0], found.setup, groups),
            "cover_after": shown_cover(after[0], found.setup, groups),
        }  # fmt: skip

    async def accept(self, by: Principal, job: str) -> Shown:
        """Into the draft, as one edit. Days that were edited since it was asked for stay as they were edited.
        Raises Refused `not_solved`, `proposal_closed`."""
        row, solution, _ = await self._read(job)
        if solution is None:
            raise Refused("not_solved", "There is nothing to accept yet.")
        async with self._database.transaction(ALL) as conn:
            await store.lock(conn, f"draft:{row['draft']}")
            state = await conn.fetchval("SELECT state FROM schedule_proposal WHERE id = $1 FOR UPDATE", job)
            if state != "asked":
                raise Refused("proposal_closed", f"This proposal was {state} already.", state=state)
            found = await self._drafts.open(conn, row["draft"])
            check_open(found.draft)
            about = row["problem"]
            stay = {(a, d) for a, d in about["kept"]}
            stay |= {key for key, one in found.drafted.items() if one.day.rev > row["rev"]}
            made = asked.days_from(solution, about["start"], days_between(about["first"], about["last"]), found, stay)
            entry = await self._drafts.replace(conn, by, found, made, "solve")
            await conn.execute("UPDATE schedule_proposal SET state = 'accepted' WHERE id = $1", job)
            await audit.append(
                conn, by=by, action="schedule_draft.solved", object=row["draft"], now=self._clock.now(),
                details={"job": job, "days": len(entry.after) if entry is not None else 0},
            )  # fmt: skip
        return await self._drafts.changes(row["draft"], found.draft.rev)

    async def discard(self, by: Principal, job: str) -> None:
        await self._read(job)
        async with self._database.transaction(ALL) as conn:
            await conn.execute(
                "UPDATE schedule_proposal SET state = 'discarded' WHERE id = $1 AND state = 'asked'", job
            )

    async def _read(self, job: str) -> tuple[Any, Solution | None, dict[str, Any]]:
        async with self._database.read(ALL) as conn:
            row = await conn.fetchrow(
                "SELECT id, draft, rev, state, problem FROM schedule_proposal WHERE id = $1", job
            )
        if row is None:
            raise NotFound("no_such_proposal", "There is no such proposal.")
        jobs = self._needed()
        known = (await jobs.many([job])).get(job)
        result = await jobs.result(job) if known is not None else None
        solution = msgspec.convert(result, Solution) if isinstance(result, dict) and "days" in result else None
        state = {
            "state": str(known.state) if known is not None else "gone",
            "error": known.error_detail if known is not None else None,
        }
        return row, solution, state

    def _needed(self) -> Jobs:
        if self._jobs is None:
            raise Unavailable("no_jobs", "This process runs no computations.")
        return self._jobs
