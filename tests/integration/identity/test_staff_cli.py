"""`jietong staff` and `jietong audit`: the way in when nobody can sign in yet, or any more."""

import os
import subprocess
import sys

import pytest

from jietong.db.pool import ALL, Database
from jietong.identity.model import Source
from jietong.identity.sign_in import Attempt, sign_in

RUN = (
    "import typer; from jietong.identity.cli import audit, staff; cli = typer.Typer(); "
    "cli.add_typer(staff, name='staff'); cli.add_typer(audit, name='audit'); cli()"
)


@pytest.fixture
def jietong(fresh_dsn: str, tmp_path):
    environment = os.environ | {"JIETONG_DSN": fresh_dsn, "JIETONG_HOME": str(tmp_path), "COLUMNS": "200"}

    def run(*words: str, given: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", RUN, *words],
            input=given,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


async def test_the_first_administrator_is_made_at_the_command_line(database: Database, jietong) -> None:
    weak = jietong("staff", "add", "he.feng", "--name", "何峰", "--role", "admin", given="short\n")
    assert weak.returncode == 1
    assert "10 to 256 characters" in weak.stderr
    made = jietong("staff", "add", "he.feng", "--name", "何峰", "--role", "admin", given="a first password 1\n")
    assert (made.returncode, made.stderr) == (0, "")
    now = 1_800_000_000_000
    await sign_in(database, Attempt("he.feng", "a first password 1"), Source(), now=now)
    again = jietong("staff", "add", "he.feng", "--name", "何峰", "--role", "admin", given="a first password 1\n")
    assert "has this login already" in again.stderr

    changed = jietong("staff", "password", "HE.FENG", given="a second password 2\n")
    assert changed.returncode == 0, changed.stderr
    await sign_in(database, Attempt("he.feng", "a second password 2"), Source(), now=now + 1)
    assert "no such account" in jietong("staff", "password", "nobody", given="x\n").stderr
    assert "何峰" in jietong("staff", "list").stdout


async def test_the_audit_log_is_verified_at_the_command_line(database: Database, jietong) -> None:
    jietong("staff", "add", "he.feng", "--name", "何峰", "--role", "admin", given="a first password 1\n")
    sound = jietong("audit", "verify")
    assert sound.returncode == 0
    assert "sound: 1 entries" in sound.stdout
    async with database.transaction(ALL) as conn:
        await conn.execute("ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_append_only")
        await conn.execute("UPDATE audit_entry SET name = 'nobody'")
    broken = jietong("audit", "verify")
    assert broken.returncode == 1
    assert "broken at entry 1" in broken.stderr
