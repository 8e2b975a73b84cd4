"""Long computations of planning: real processes, a real database, real kills."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import httpx
import psutil
import pytest
from job_kinds import KINDS

from jietong.core.clock import SystemClock
from jietong.core.errors import Forbidden, Invalid, NotFound, Refused, TooMany
from jietong.db.pool import ALL, Database
from jietong.identity.model import SYSTEM, Principal
from jietong.identity.permissions import Role, permissions_of
from jietong.identity.tokens import make_token
from jietong.web.factory import Services, create_app
from jietong.workforce.jobs import routes
from jietong.workforce.jobs.model import MOST_QUEUED, JobState
from jietong.workforce.jobs.service import Jobs


@pytest.fixture
async def jobs(database: Database) -> AsyncIterator[Jobs]:
    jobs = Jobs(database, SystemClock(), at_once=2, kinds=KINDS)
    jobs.open()
    yield jobs
    await jobs.close()


def person(name: str, role: Role = Role.PLANNER, clients: tuple[str, ...] | None = None) -> Principal:
    roles = frozenset({role})
    return replace(
        SYSTEM,
        account_id=name,
        login=name,
        name=name,
        roles=roles,
        permissions=permissions_of(roles),
        clients=clients,
    )


async def until(true: Callable[[], bool], seconds: float = 30) -> None:
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def begun(folder: Path, file: str = "pid") -> int:
    """The process id that work has left in its folder."""
    await until(lambda: (folder / file).exists() and (folder / file).read_text() != "")
    return int((folder / file).read_text())


def alive(pid: int) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    return False


async def test_a_job_runs_in_a_process_of_its_own_and_gives_its_result(jobs: Jobs) -> None:
    id = await jobs.start("square", {"n": 12}, SYSTEM, subject="schedule:1")
    job = await jobs.wait(id, 30)
    assert job.state is JobState.DONE
    assert (await jobs.result(id), job.progress.share, job.subject) == ({"square": 144}, 1, "schedule:1")
    bytes_id, much_id = await jobs.start("as_bytes", None, SYSTEM), await jobs.start("much", None, SYSTEM)
    assert (await jobs.wait(bytes_id, 30)).state is JobState.DONE
    assert await jobs.result(bytes_id) == b"\x00\xff"
    assert (await jobs.wait(much_id, 30)).state is JobState.DONE
    assert len(await jobs.result(much_id)) == 5000


async def test_progress_and_what_there_is_so_far_are_seen_while_it_runs(jobs: Jobs, tmp_path: Path) -> None:
    id = await jobs.start("slow", {"folder": str(tmp_path)}, SYSTEM)
    async with asyncio.timeout(30):
        while (job := await jobs.get(id)).progress.share is None:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    assert job.state is JobState.RUNNING
    assert (job.progress.bound, job.progress.text) == (1.5, "seeking")
    early = (await jobs.result(id))["step"]
    assert job.progress.best is not None
    async with asyncio.timeout(30):
        while (await jobs.result(id))["step"] <= early:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    (tmp_path / "go").touch()
    done = await jobs.wait(id, 30)
    assert done.state is JobState.DONE
    assert (await jobs.result(id))["steps"] > early


async def test_cancelling_kills_it_at_once_with_all_that_it_started(jobs: Jobs, tmp_path: Path) -> None:
    id = await jobs.start("family", {"folder": str(tmp_path)}, SYSTEM)
    pid, child = await begun(tmp_path), await begun(tmp_path, "child")
    assert alive(child)
    loop = asyncio.get_running_loop()
    at = loop.time()
    assert (await jobs.cancel(id)).state is JobState.CANCELLED
    await until(lambda: not alive(pid) and not alive(child))
    assert loop.time() - at < 10  # within a second, where nobody else wants the processor
    assert (await jobs.wait(id, 5)).error is None
    assert (await jobs.cancel(id)).state is JobState.CANCELLED  # harmless


async def test_a_waiting_job_is_cancelled_without_ever_running(jobs: Jobs, tmp_path: Path) -> None:
    busy = [await jobs.start("slow", {"folder": str(tmp_path)}, SYSTEM) for _ in range(2)]
    third = await jobs.start("square", {"n": 1}, SYSTEM)
    await begun(tmp_path)
    assert (await jobs.get(third)).state is JobState.QUEUED
    assert (await jobs.cancel(third)).state is JobState.CANCELLED
    (tmp_path / "go").touch()
    for id in busy:
        await jobs.wait(id, 30)
    assert (await jobs.get(third)).started_at is None


async def test_a_process_killed_from_outside_fails_with_the_reason(jobs: Jobs, tmp_path: Path) -> None:
    id = await jobs.start("slow", {"folder": str(tmp_path)}, SYSTEM)
    os.kill(await begun(tmp_path), signal.SIGKILL)
    job = await jobs.wait(id, 30)
    assert (job.state, job.error) == (JobState.FAILED, "job_killed")
    assert "SIGKILL" in (job.error_detail or "")


async def test_every_way_of_failing_says_why(jobs: Jobs, tmp_path: Path) -> None:
    refused = await jobs.start("refuses", None, SYSTEM)
    broken = await jobs.start("breaks", None, SYSTEM)
    long = await jobs.start("short", {"folder": str(tmp_path)}, SYSTEM)
    errors = {}
    for id in (refused, broken, long):
        job = await jobs.wait(id, 60)
        assert job.state is JobState.FAILED
        errors[id] = (job.error, job.error_detail)
    assert errors[refused] == ("no_such_day", "There is no such day; choose another.")
    assert errors[broken] == ("job_crashed", "The computation failed: ZeroDivisionError: by nothing")
    assert errors[long][0] == "job_too_long"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits a process's memory this way")
async def test_a_job_that_wants_more_memory_than_its_share_fails_alone(jobs: Jobs) -> None:
    job = await jobs.wait(await jobs.start("greedy", None, SYSTEM), 60)
    assert (job.state, job.error) == (JobState.FAILED, "job_out_of_memory")


async def test_no_more_run_at_once_than_there_is_room_for(jobs: Jobs) -> None:
    ids = [await jobs.start("overlap", None, SYSTEM) for _ in range(5)]
    spans = []
    for id in ids:
        assert (await jobs.wait(id, 60)).state is JobState.DONE
        spans.append(await jobs.result(id))
    for began, _ in spans:
        assert sum(start <= began < end for start, end in spans) <= 2


async def test_a_restart_finds_running_jobs_interrupted_and_they_can_be_started_again(
    database: Database, tmp_path: Path
) -> None:
    first = Jobs(database, SystemClock(), at_once=1, kinds=KINDS)
    first.open()
    id = await first.start("slow", {"folder": str(tmp_path)}, SYSTEM)
    pid = await begun(tmp_path)
    waiting = await first.start("square", {"n": 3}, SYSTEM)
    assert first._loop is not None
    first._loop.cancel()  # as far as this process is concerned, it is gone: nobody marks anything
    later = Jobs(database, SystemClock(), at_once=1, kinds=KINDS)
    later.open()
    try:
        job = await later.wait(id, 30)
        assert job.state is JobState.INTERRUPTED
        assert (await later.wait(waiting, 30)).state is JobState.DONE  # it had lost nothing
        (tmp_path / "go").touch()
        again = await later.again(id)
        assert again.state in {JobState.QUEUED, JobState.RUNNING, JobState.DONE}
        assert (await later.wait(id, 30)).state is JobState.DONE
        with pytest.raises(Refused, match="cannot be started again"):
            await later.again(id)
    finally:
        await later.close()
        await first.close()
    await until(lambda: not alive(pid))


async def test_stopping_the_centre_kills_its_jobs_and_marks_them(database: Database, tmp_path: Path) -> None:
    jobs = Jobs(database, SystemClock(), kinds=KINDS)
    jobs.open()
    id = await jobs.start("slow", {"folder": str(tmp_path)}, SYSTEM)
    pid = await begun(tmp_path)
    await jobs.close()
    assert not alive(pid)
    assert (await jobs.get(id)).state is JobState.INTERRUPTED


async def test_a_worker_dies_with_a_centre_that_was_killed(fresh_dsn: str, tmp_path: Path) -> None:
    source = (
        "import asyncio, sys\n"
        "from job_kinds import KINDS\n"
        "from jietong.core.clock import SystemClock\n"
        "from jietong.db.pool import Database\n"
        "from jietong.identity.model import SYSTEM\n"
        "from jietong.workforce.jobs.service import Jobs\n"
        "async def main():\n"
        "    jobs = Jobs(Database(sys.argv[1]), SystemClock(), kinds=KINDS)\n"
        "    jobs.open()\n"
        "    await jobs.wait(await jobs.start('family', {'folder': sys.argv[2]}, SYSTEM))\n"
        "asyncio.run(main())\n"
    )
    centre = await asyncio.create_subprocess_exec(
        sys.executable, "-c", source, fresh_dsn, str(tmp_path),
        env=os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
    )  # fmt: skip
    try:
        pid, child = await begun(tmp_path), await begun(tmp_path, "child")
    finally:
        centre.kill()
        await centre.wait()
    await until(lambda: not alive(pid) and not alive(child))


async def test_a_process_that_stands_by_takes_no_job(database: Database) -> None:
    active = False
    jobs = Jobs(database, SystemClock(), active=lambda: active, kinds=KINDS)
    jobs.open()
    try:
        id = await jobs.start("square", {"n": 2}, SYSTEM)
        with pytest.raises(TimeoutError):
            await jobs.wait(id, 2.5)
        active = True
        assert (await jobs.wait(id, 30)).state is JobState.DONE
    finally:
        await jobs.close()


async def test_only_the_owner_or_who_publishes_plans_cancels_a_job(jobs: Jobs, tmp_path: Path) -> None:
    lin, mo = person("lin", Role.SUPERVISOR), person("mo", Role.SUPERVISOR)
    id = await jobs.start("slow", {"folder": str(tmp_path)}, lin)
    with pytest.raises(Forbidden) as refused:
        await jobs.cancel(id, mo)
    assert refused.value.code == "not_your_job"
    assert (await jobs.cancel(id, person("head", Role.MANAGER))).state is JobState.CANCELLED
    with pytest.raises(Forbidden):
        await jobs.again(id, mo)
    assert (await jobs.again(id, lin)).owner == "lin"
    await jobs.cancel(id, lin)


async def test_a_job_of_one_clients_figures_is_not_seen_by_anothers_planner(jobs: Jobs) -> None:
    """fusionpbx#313: one client sees another's calls."""
    of_both = await jobs.start("square", {"n": 1}, SYSTEM, client="*")
    of_one = await jobs.start("square", {"n": 1}, SYSTEM, client="hechuan")
    of_none = await jobs.start("square", {"n": 1}, SYSTEM)
    ours, theirs = person("ours", clients=("hechuan",)), person("theirs", clients=("lanyue",))
    assert {job.id for job in await jobs.listed(SYSTEM)} == {of_both, of_one, of_none}
    assert {job.id for job in await jobs.listed(ours)} == {of_one, of_none}
    assert {job.id for job in await jobs.listed(theirs)} == {of_none}
    for ask in (jobs.get, jobs.result, jobs.cancel, jobs.again):
        with pytest.raises(NotFound):
            await cast(Any, ask)(of_one, theirs)


async def test_unknown_kinds_large_arguments_and_too_many_are_refused(jobs: Jobs, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="no kind of job"):
        await jobs.start("rm", {}, SYSTEM)
    with pytest.raises(Invalid, match="32 MB"):
        await jobs.start("square", {"n": "x" * (33 << 20)}, SYSTEM)
    greedy = person("greedy")
    ids = [await jobs.start("slow", {"folder": str(tmp_path)}, greedy) for _ in range(MOST_QUEUED)]
    with pytest.raises(TooMany):
        await jobs.start("square", {"n": 1}, greedy)
    for id in ids:
        await jobs.cancel(id, greedy)


async def test_jobs_over_http(jobs: Jobs, database: Database, tmp_path: Path) -> None:
    services = Services(
        database=database, runtime=cast(Any, None), clock=SystemClock(), site=cast(Any, None), extra={"jobs": jobs}
    )
    app = create_app(services, [routes.router])

    async def program(role: Role) -> httpx.AsyncClient:
        async with database.transaction(ALL) as conn:
            _, secret = await make_token(
                conn, name=role, roles=frozenset({role}), clients=None, days=1, by=SYSTEM, now=SystemClock().now()
            )
        transport = httpx.ASGITransport(cast(Any, app))
        return httpx.AsyncClient(
            transport=transport, base_url="http://centre", headers={"Authorization": f"Bearer {secret}"}
        )

    id = await jobs.start("slow", {"folder": str(tmp_path)}, SYSTEM, subject="study:9")
    planner, agent = await program(Role.PLANNER), await program(Role.ANSWERER)
    try:
        await begun(tmp_path)
        listed = (await planner.get("/api/planning/jobs", params={"subject": "study:9"})).json()["items"]
        assert [one["id"] for one in listed] == [id]
        assert (await planner.post(f"/api/planning/jobs/{id}/cancel")).json()["state"] == "cancelled"
        (tmp_path / "go").touch()
        assert (await planner.post(f"/api/planning/jobs/{id}/again")).status_code == 200
        await jobs.wait(id, 30)
        assert (await planner.get(f"/api/planning/jobs/{id}/result")).json()["steps"] >= 0
        assert (await planner.get("/api/planning/jobs/none")).status_code == 404
        assert (await agent.get("/api/planning/jobs")).status_code == 403
    finally:
        await planner.aclose()
        await agent.aclose()
