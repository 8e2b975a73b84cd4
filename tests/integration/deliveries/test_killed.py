"""D4, "nothing is sent twice, none is lost": the process is killed again and again while fifty are under way."""

import asyncio
import os
import random
import sys
from collections import Counter
from pathlib import Path

import pytest
from delivery_centre import deliveries_of, email_to, made, mailbox, schedule, sftp_server, sftp_to
from report_centre import Centre

from jietong.core.clock import SystemClock
from jietong.db.pool import ALL
from jietong.identity.permissions import Role

SCRIPT = Path(__file__).with_name("delivery_process.py")
SCHEDULES, EACH, KILLS = 5, 5, 4


async def delivering(centre: Centre, home: Path) -> asyncio.subprocess.Process:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(SCRIPT),
        centre.database.dsn,
        str(home),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    assert process.stdout is not None
    assert await asyncio.wait_for(process.stdout.readline(), 60) == b"ready\n"
    return process


@pytest.mark.slow
async def test_fifty_deliveries_arrive_once_each_though_the_process_is_killed(centre: Centre, tmp_path: Path) -> None:
    chance = random.Random(20260715)
    home = tmp_path / "home"
    deliveries = deliveries_of(centre, home, SystemClock())
    centre.app.state.deliveries = deliveries  # type: ignore[attr-defined]
    async with centre.database.transaction(ALL) as conn:
        await conn.execute("UPDATE api_token SET expires_at = now() + interval '1 day'")
    program = await centre.program(Role.MANAGER)
    async with centre.database.transaction(ALL) as conn:
        await conn.execute("UPDATE api_token SET expires_at = now() + interval '1 day'")
    async with mailbox(slow_s=0.15) as box, sftp_server(tmp_path / "srv") as server:
        to: list[str] = []
        for n in range(EACH):
            target = email_to(box, f"boss{n}@client.example")
            to.append(await made(program.post("/api/report-destinations", json={"name": f"m{n}", "target": target})))
            body = {"name": f"s{n}", "target": sftp_to(server, folder=f"in/{n}"), "secret": "pass"}
            to.append(await made(program.post("/api/report-destinations", json=body)))
        for n in range(SCHEDULES):
            id = await made(program.post("/api/report-schedules", json=schedule(to, name=f"Report {n}")))
            assert (await program.post(f"/api/report-schedules/{id}/deliver")).status_code == 202

        async def states() -> Counter[str]:
            async with centre.database.read(ALL) as conn:
                rows = await conn.fetch("SELECT state FROM report_delivery WHERE notice IS NULL")
            return Counter(row["state"] for row in rows)

        assert sum((await states()).values()) == 2 * EACH * SCHEDULES == 50
        killed_amid = 0
        for _ in range(KILLS):
            process = await delivering(centre, home)
            deadline = asyncio.get_running_loop().time() + 60
            while not (await states())["sending"]:
                assert asyncio.get_running_loop().time() < deadline, await states()
                await asyncio.sleep(0.01)
            await asyncio.sleep(chance.uniform(0, 0.4))
            process.kill()
            await process.wait()
            killed_amid += bool((await states())["sending"])
        assert killed_amid >= 2, "it was killed in the middle of sending"
        process = await delivering(centre, home)
        try:
            deadline = asyncio.get_running_loop().time() + 60
            while (now := await states())["sent"] + now["confirmed"] < 50:
                assert asyncio.get_running_loop().time() < deadline, now
                await asyncio.sleep(0.1)
        finally:
            process.kill()
            await process.wait()

        arrived = {(message["Message-ID"], message["To"]) for message in box.messages}
        assert len(arrived) == len({id for id, _ in arrived}) == EACH * SCHEDULES, "one message each, none lost"
        assert len(box.raw) - len(set(box.raw)) == len(box.raw) - EACH * SCHEDULES, "a double is the same bytes"
        for n in range(EACH):
            files = sorted(path.name for path in (tmp_path / "srv" / "in" / str(n)).iterdir())
            assert len(files) == SCHEDULES, files
            assert not [name for name in files if name.endswith(".part")]
        async with centre.database.read(ALL) as conn:
            wrong = await conn.fetchval("SELECT count(*) FROM report_edition WHERE state <> 'made' OR n <> 1")
        assert wrong == 0
