"""The embedded server: its life, its owner's death, and that it never touches a stranger."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest

from jietong.db.embedded import EmbeddedServer, ServerFailed


async def _one(dsn: str, query: str) -> object:
    conn = await asyncpg.connect(dsn, timeout=10)
    try:
        return await conn.fetchval(query)
    finally:
        await conn.close()


def _waits(true: Callable[[], bool], seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


async def test_the_centre_is_no_superuser_and_the_text_is_utf_8(postgres: EmbeddedServer) -> None:
    assert await _one(postgres.dsn, "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user") is (
        False
    )
    assert await _one(postgres.dsn, "SHOW server_encoding") == "UTF8"
    assert await _one(postgres.dsn, "SHOW data_checksums") == "on"
    assert await _one(postgres.dsn, "SHOW listen_addresses") == ""
    assert await _one(postgres.dsn, "SELECT upper('é') || length('接通')") == "É2"


async def test_chinese_is_found_by_trigram(postgres: EmbeddedServer, template: str) -> None:
    assert await _one(postgres.dsn, "SELECT array_length(show_trgm('售后报修'), 1)") == 5


async def test_a_second_server_on_the_same_home_attaches_and_takes_over(
    own_server: Callable[[], EmbeddedServer], server_home: Path
) -> None:
    first = own_server()
    second = EmbeddedServer(Path(first._cluster.home))
    second.start()
    assert (first.owned, second.owned) == (True, False)
    assert first.pid == second.pid
    first.stop()
    _waits(lambda: second.owned and second.pid is not None)
    _waits(second._cluster.is_ready)
    assert await _one(second.dsn, "SELECT 1") == 1
    second.stop()
    assert second.pid is None


async def test_a_killed_server_is_started_again(own_server: Callable[[], EmbeddedServer]) -> None:
    server = own_server()
    before = server.pid
    server.kill()
    _waits(lambda: server.pid not in (None, before))
    _waits(server._cluster.is_ready)
    assert await _one(server.dsn, "SELECT 1") == 1


def test_the_owners_sigkill_shuts_the_server_down_cleanly(server_home: Path) -> None:
    home = server_home / "orphan"
    script = (
        "import sys, time; from pathlib import Path; from jietong.db.embedded import EmbeddedServer\n"
        "s = EmbeddedServer(Path(sys.argv[1])); s.start(); print(s.pid, flush=True); time.sleep(60)"
    )
    owner = subprocess.Popen([sys.executable, "-c", script, str(home)], stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    pid = int(owner.stdout.readline())
    owner.send_signal(signal.SIGKILL)
    owner.wait()
    owner.stdout.close()
    _waits(lambda: not Path(f"/proc/{pid}").exists())
    assert "database system is shut down" in (home / "postgres.log").read_text()
    server = EmbeddedServer(home)
    server.start()
    assert "not properly shut down" not in (home / "postgres.log").read_text()
    server.stop()


def test_a_stale_process_id_that_belongs_to_a_stranger_is_neither_signalled_nor_believed(server_home: Path) -> None:
    home = server_home / "stale"
    server = EmbeddedServer(home)
    server.start()
    server.stop()
    owner = (home / "postgres").stat()
    stranger = subprocess.Popen(["sleep", "60"], user=owner.st_uid if os.getuid() == 0 else None)
    stale = home / "postgres" / "postmaster.pid"
    stale.write_text(f"{stranger.pid}\n{home / 'postgres'}\n0\n5432\n{home}\n\n  0 0\nready   \n")
    os.chown(stale, owner.st_uid, owner.st_gid)
    assert server.pid is None
    again = EmbeddedServer(home)
    again.start()
    assert again.pid not in (None, stranger.pid)
    again.stop()
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


async def test_a_long_home_is_no_obstacle_to_a_socket(server_home: Path) -> None:
    home = server_home / ("a-very-long-name-" * 6)
    server = EmbeddedServer(home, durable=False)
    await asyncio.to_thread(server.start)
    folder = server._cluster.socket_folder
    try:
        assert await _one(server.dsn, "SELECT 1") == 1
        assert folder.stat().st_mode & 0o777 == 0o700
    finally:
        await asyncio.to_thread(server.stop)
        folder.rmdir()


def test_a_folder_made_by_another_version_is_left_alone(server_home: Path) -> None:
    home = server_home / "older"
    server = EmbeddedServer(home, durable=False)
    server.start()
    server.stop()
    (home / "postgres" / "PG_VERSION").write_text("9\n")
    with pytest.raises(ServerFailed, match="made by PostgreSQL 9"):
        EmbeddedServer(home).start()


def test_a_start_that_fails_tells_what_the_server_said(server_home: Path) -> None:
    home = server_home / "broken"
    server = EmbeddedServer(home, durable=False)
    server.start()
    server.stop()
    (home / "postgres" / "postgresql.conf").write_text("nonsense\n")
    with pytest.raises(ServerFailed, match="syntax error") as told:
        EmbeddedServer(home).start()
    assert "shutting down" not in told.value.detail, "the words of an earlier life are left out"


@pytest.mark.skipif(os.getuid() != 0, reason="only root's server runs as another user")
def test_root_is_told_which_folder_its_servers_user_may_not_enter(server_home: Path) -> None:
    closed = server_home / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(ServerFailed, match="may not enter"):
        EmbeddedServer(closed / "home").start()
    assert closed.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("bin", sorted(Path("/usr/lib/postgresql").glob("*/bin")))
async def test_debians_postgresql_serves_as_well(server_home: Path, bin: Path) -> None:
    server = EmbeddedServer(server_home / f"debian-{bin.parent.name}", bin=bin, durable=False)
    await asyncio.to_thread(server.start)
    try:
        assert str(await _one(server.dsn, "SHOW server_version")).startswith(bin.parent.name)
    finally:
        await asyncio.to_thread(server.stop)
