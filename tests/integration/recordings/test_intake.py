"""Taking recordings in: safe first, then forgotten; what is missing is an alarm, never silence (issue 3)."""

import asyncio
import contextlib
import errno
import hashlib
import os
import random
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from recordings_support import PAUSE, Vaulted, centre, tone

from jietong.core.clock import ManualClock, SystemClock
from jietong.core.errors import Invalid
from jietong.core.events import decode
from jietong.db.pool import ALL, Database
from jietong.live.alarms import AlarmBook
from jietong.recordings import intake, service, store
from jietong.recordings.model import Recording
from jietong.recordings.service import Recordings


async def stored(vaulted: Vaulted, id: str = "r1") -> Recording:
    async with vaulted.database.read(ALL) as conn:
        one = await store.recording(conn, id)
    assert one is not None
    return one


async def test_a_finished_recording_is_encrypted_checked_and_the_plain_files_are_gone(vaulted: Vaulted) -> None:
    await vaulted.call("c1")
    plain = vaulted.files("r1")
    digests = {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in plain.items() if path}
    sound = {name: path.read_bytes() for name, path in plain.items() if path}
    await vaulted.record(tracks=plain, gaps=[PAUSE], keep_days=90, consent="consent:3")

    one = await stored(vaulted)
    assert {track.name: track.digest for track in one.tracks} == digests
    assert (one.duration_ms, one.gaps, one.lacking, one.consent) == (2000, (PAUSE,), (), "consent:3")
    assert one.keep_until == one.started + 90 * 86_400_000
    assert not any(path and path.exists() for path in plain.values())
    day = "2027/01"  # ManualClock's
    assert [str(path.relative_to(vaulted.home)) for path in vaulted.sealed()] == [
        f"recordings/hechuan/{day}/r1.{name}" for name in ("agent", "customer", "mix")
    ]
    assert not any(sound["mix"][2000:2100] in path.read_bytes() for path in vaulted.sealed())
    [fact] = await vaulted.ledger("recording.stored")
    assert (fact["recording"], fact["digest"], fact["bytes"]) == ("r1", digests["mix"], sum(map(len, sound.values())))
    checked = await service.check(vaulted.database, vaulted.clock, vaulted.home, one)
    assert checked.fault is None


async def test_announced_twice_it_is_stored_once(vaulted: Vaulted) -> None:
    await vaulted.call("c1")
    await vaulted.record()
    await vaulted.record()
    assert len(await vaulted.ledger("recording.stored")) == 1
    assert len(await vaulted.ledger("recording.missing")) == 0


async def test_taken_up_by_two_processes_it_is_stored_once(vaulted: Vaulted) -> None:
    """As when one that was active is still busy while another has taken over."""
    await vaulted.call("c1")
    site = vaulted.runtime.engine.site
    other = Recordings(vaulted.database, vaulted.runtime, vaulted.clock, lambda: site, vaulted.home)
    ids = [f"r{n}" for n in range(8)]
    for id in ids:
        await vaulted.parts.sink.finished(
            recording=id, contact="c1", client="hechuan", queue="repair", agent="lin", started=vaulted.clock.now(),
            tracks=vaulted.files(id),
        )  # fmt: skip
    await asyncio.gather(vaulted.parts.sink.work(), other.sink.work())
    await other.stop()
    for id in ids:
        checked = await service.check(vaulted.database, vaulted.clock, vaulted.home, await stored(vaulted, id))
        assert checked.fault is None
    assert len(await vaulted.ledger("recording.stored")) == len(ids)
    assert await vaulted.ledger("recording.missing") == []


async def test_a_missing_file_is_an_alarm_and_the_other_tracks_are_kept(vaulted: Vaulted) -> None:
    await vaulted.call("c1")
    tracks = vaulted.files("r1")
    tracks["mix"] = None
    await vaulted.record(tracks=tracks, why="switch_refused")
    assert (await stored(vaulted)).lacking == ("mix",)
    [fact] = await vaulted.ledger("recording.missing")
    assert (fact["recording"], fact["why"]) == ("r1", "switch_refused")


@pytest.mark.parametrize(("content", "why"), [(None, "no_file"), (b"", "empty"), ("header", "empty")])
async def test_nothing_at_all_is_told_and_forgotten(vaulted: Vaulted, content: object, why: str) -> None:
    await vaulted.call("c1")
    path = vaulted.spool / "gone.wav"
    if content is not None:
        tone(path, 400, 0)
    if content == b"":
        path.write_bytes(b"")
    await vaulted.record(tracks={"mix": path})
    assert isinstance(vaulted.clock, ManualClock)
    for _ in range(intake.LATE_TRIES):  # a file may come a moment late
        vaulted.clock.advance(intake.LATE_MS)
        await vaulted.parts.sink.work()
    assert [fact["why"] for fact in await vaulted.ledger("recording.missing")] == [why]
    assert not path.exists()
    assert vaulted.sealed() == []
    async with vaulted.database.read(ALL) as conn:
        assert await store.backlog(conn) == (0, None, 0)
        assert [one.why for one in await store.missing(conn, 10)] == [why]


async def test_a_file_that_comes_a_moment_late_is_waited_for(vaulted: Vaulted) -> None:
    await vaulted.call("c1")
    tracks: dict[str, Path | None] = {"mix": vaulted.spool / "late.wav"}
    await vaulted.record(tracks=tracks)
    tone(vaulted.spool / "late.wav", 400, 1)
    assert isinstance(vaulted.clock, ManualClock)
    vaulted.clock.advance(intake.LATE_MS)
    await vaulted.parts.sink.work()
    assert (await stored(vaulted)).duration_ms == 1000
    assert await vaulted.ledger("recording.missing") == []


async def test_what_is_no_sound_is_kept_all_the_same_and_told(vaulted: Vaulted) -> None:
    """It may be evidence: it is encrypted as it is, cannot be played, and is an alarm."""
    await vaulted.call("c1")
    odd = vaulted.spool / "odd.wav"
    odd.parent.mkdir(parents=True)
    odd.write_bytes(b"not a wave at all" * 100)
    await vaulted.record(tracks={"mix": odd})
    one = await stored(vaulted)
    assert (one.track("mix") or one.tracks[0]).playable is False
    assert [fact["why"] for fact in await vaulted.ledger("recording.missing")] == ["unreadable"]


async def test_a_full_disk_is_an_alarm_that_goes_by_itself_once_there_is_room(
    vaulted: Vaulted, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Calls go on: `finished` returns as ever; the plain files stay until they are safe."""
    await vaulted.call("c1")
    whole = intake.seal

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(intake, "seal", full)
    plain = await vaulted.record()
    assert all(path and path.exists() for path in plain.values())
    assert isinstance(vaulted.clock, ManualClock)
    for _ in range(4):
        vaulted.clock.advance(intake.LONGEST_WAIT_MS)
        await vaulted.parts.sink.work()
    facts = await vaulted.ledger("recording.missing")
    assert [fact["why"] for fact in facts] == ["disk_full"], "told once, however often it is tried"

    monkeypatch.setattr(intake, "seal", whole)
    vaulted.clock.advance(intake.LONGEST_WAIT_MS)
    await vaulted.parts.sink.work()
    assert (await stored(vaulted)).lacking == ()
    assert not any(path and path.exists() for path in plain.values())
    book = AlarmBook()
    async with vaulted.database.read(ALL) as conn:
        rows = await conn.fetch("SELECT type, data::text AS data FROM event ORDER BY seq")
        for row in rows:
            before = len(book.unrecorded())
            book.apply(decode(row["data"]))
            if row["type"] == "recording.missing":
                assert len(book.unrecorded()) == before + 1
        assert book.unrecorded() == []
        assert await store.missing(conn, 10) == []


@contextlib.contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    import subprocess

    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], check=False).returncode:
        pytest.skip("cannot mount a small disk here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="a small disk is mounted by root only")
async def test_a_disk_that_is_really_full(database: Database, tmp_path: Path) -> None:
    """No half file stays, and what did not fit fits later."""
    with small_disk(tmp_path / "home", "300k") as home:
        async with centre(database, home) as vaulted:
            vaulted.spool = tmp_path / "spool"
            await vaulted.call("c1")
            plain = await vaulted.record(seconds=20)  # 320 kB a track
            assert vaulted.sealed() == []
            assert all(path and path.exists() for path in plain.values())
            assert [fact["why"] for fact in await vaulted.ledger("recording.missing")] == ["disk_full"]


async def test_names_that_would_lead_elsewhere_are_refused(vaulted: Vaulted) -> None:
    for recording in ("../r1", "a/b", "", "r" * 65, "r.1"):
        with pytest.raises(Invalid):
            await vaulted.record(recording)
    await vaulted.record(client="../../etc", contact="c9")
    [folder] = {path.parent.parent.parent for path in vaulted.sealed()}
    assert folder.parent == vaulted.home / "recordings"


async def test_a_recording_of_a_contact_the_engine_has_forgotten_is_stored(vaulted: Vaulted) -> None:
    await vaulted.record(contact="long-ago")
    assert (await stored(vaulted)).contact == "long-ago"
    assert len(await vaulted.ledger("recording.stored")) == 1
    async with vaulted.database.read(ALL) as conn:
        assert await store.untold(conn, 10) == []


CHILD = """
import asyncio, sys
from pathlib import Path
from jietong.core.clock import SystemClock
from jietong.db.pool import Database
from jietong.recordings.service import Recordings
from jietong.routing.engine import Engine
from jietong.routing.runtime import Plan, Runtime

async def main(dsn, home):
    database, clock = Database(dsn), SystemClock()
    await database.open()
    runtime = Runtime(database, "main", Plan(Engine, Engine.load), clock=clock)
    await runtime.start()
    await runtime.wait_active(30)
    parts = Recordings(database, runtime, clock, lambda: runtime.engine.site, home)
    parts.start()
    for n in range(12):
        tracks = {name: home / "spool" / f"r{n}.{name}.wav" for name in ("customer", "agent", "mix")}
        await parts.sink.finished(
            recording=f"r{n}", contact="c1", client="hechuan", queue="repair", agent="lin", started=clock.now(),
            tracks=tracks,
        )
    print("noted", flush=True)
    await asyncio.sleep(60)

asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
"""


async def test_killed_in_the_middle_it_goes_on_and_nothing_is_lost_or_doubled(
    database: Database, fresh_dsn: str, tmp_path: Path
) -> None:
    """Killed at any instant, several times over: each recording is stored once, told once, its plain files gone."""
    spool, dice = tmp_path / "spool", random.Random(3)
    digests = {}
    for n in range(12):
        for name in ("customer", "agent", "mix"):
            path = tone(spool / f"r{n}.{name}.wav", 300 + 10 * n, 60)
            digests[f"r{n}", name] = hashlib.sha256(path.read_bytes()).hexdigest()
    for _ in range(3):
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-c", CHILD, fresh_dsn, str(tmp_path), stdout=asyncio.subprocess.PIPE
        )
        assert child.stdout is not None
        async with asyncio.timeout(60):
            while (line := await child.stdout.readline()) != b"noted\n":
                assert line, "it ended by itself"
        await asyncio.sleep(dice.uniform(0.0, 0.35))
        child.send_signal(signal.SIGKILL)
        await child.wait()
    async with centre(database, tmp_path, SystemClock()) as vaulted:
        async with asyncio.timeout(60):
            while True:
                await vaulted.parts.sink.work()
                async with database.read(ALL) as conn:
                    if await store.next_due(conn) is None:
                        break
        for n in range(12):
            one = await stored(vaulted, f"r{n}")
            assert {track.name: track.digest for track in one.tracks} == {
                name: digests[f"r{n}", name] for name in ("customer", "agent", "mix")
            }
            assert (await service.check(database, vaulted.clock, tmp_path, one)).fault is None
        facts = await vaulted.ledger("recording.stored")
        assert sorted(fact["recording"] for fact in facts) == sorted(f"r{n}" for n in range(12))
        assert await vaulted.ledger("recording.missing") == []
        assert [path for path in spool.rglob("*") if path.is_file()] == []
        assert not [path for path in vaulted.sealed() if path.suffix == ".part"]


async def test_a_running_intake_does_it_by_itself(database: Database, tmp_path: Path) -> None:
    async with centre(database, tmp_path, SystemClock()) as vaulted:
        await vaulted.call("c1")
        vaulted.parts.start()
        await vaulted.parts.sink.finished(
            recording="r1", contact="c1", client="hechuan", queue="repair", agent="lin", started=vaulted.clock.now(),
            tracks=vaulted.files("r1"),
        )  # fmt: skip
        async with asyncio.timeout(20):
            while not await vaulted.ledger("recording.stored"):  # noqa: ASYNC110 - there is no event to wait for
                await asyncio.sleep(0.02)
