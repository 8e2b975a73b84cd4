"""`jietong flow check|run`: a flow in the terminal, from a file, without a centre."""

import json
import subprocess
import sys
from contextlib import AbstractAsyncContextManager
from importlib.resources import files
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from jietong.core.errors import JietongError
from jietong.db.pool import Database
from jietong.flows.cli import commands

LINE = str(files("jietong.flows.demonstration").joinpath("service-line.json"))


def no_centre() -> AbstractAsyncContextManager[Database]:
    raise AssertionError("a file needs no centre")


def flow(*words: str, typed: str = "") -> Result:
    return CliRunner().invoke(commands(no_centre), list(words), input=typed)


def test_a_flow_is_walked_by_keys_and_its_end_is_told() -> None:
    done = flow("run", LINE, typed="3\n\n\n1\n\n\n2\n1\n")
    assert done.exit_code == 0, done.output
    assert "Welcome" not in done.stdout, "it begins in Mandarin"
    assert "menu → key:1" in done.stdout
    assert "rated 4, solved" in done.stdout
    assert "The end: finished at goodbye." in done.stdout
    hung_up = flow("run", LINE, "--lang", "en", typed="1\n")
    assert hung_up.exit_code == 0
    assert "The end: hung_up" in hung_up.stdout


def test_a_good_flow_checks_well_and_a_bad_one_names_its_faults(tmp_path: Path) -> None:
    good = flow("check", LINE)
    assert (good.exit_code, good.stdout.strip()) == (0, "service-line: 22 nodes, 0 errors, 0 warnings.")
    document = json.loads(Path(LINE).read_text("utf-8"))
    document["nodes"][0]["next"] = {}
    bad = tmp_path / "bad.json"
    bad.write_text(json.dumps(document), "utf-8")
    found = flow("check", str(bad), "--lang", "zh-Hans")
    assert found.exit_code == 1
    assert "welcome 欢迎语 [next.done]: 出口“done”没有去向 (dead_end)" in found.stdout


@pytest.mark.parametrize(
    ("content", "told"),
    [(None, "There is no file"), ("{", "This is no flow"), ('{"format": "flow/v2"}', "This is no flow"), ("[]", "T")],
)
def test_what_cannot_be_read_is_said_so(tmp_path: Path, content: str | None, told: str) -> None:
    path = tmp_path / "x.json"
    if content is not None:
        path.write_text(content, "utf-8")
    for command in ("check", "run"):
        failed = flow(command, str(path))
        assert failed.exit_code != 0
        assert isinstance(failed.exception, JietongError)
        assert failed.exception.detail.startswith(told)


def test_a_failure_is_one_line_and_a_non_zero_exit() -> None:
    command = [sys.executable, "-m", "jietong", "flow", "check", "nowhere.json"]
    failed = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert failed.returncode == 1
    assert failed.stderr == "jietong: There is no file nowhere.json.\n"
