"""`jietong size`, `forecast`, `roster`, `simulate`, `schedule`: whatever is wrong is one line in the words that were
typed, and a result that was there stays as it was."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from jietong.__main__ import main
from tests.unit.workforce.shift_instances import TINY

COUNTS = "start,calls\n" + "".join(
    f"2026-01-{day:02d} {hour:02d}:{minute},{hour}\n"
    for day in (5, 6, 7, 8, 9, 12, 13, 14, 15, 16)
    for hour in range(9, 17)
    for minute in ("00", "30")
)
ASKED = "model,lambda_per_h,aht_s,patience_s,agents,metric,threshold_s\nC,10,30,,1,p_wait,\n"
DAY = """
hours = 1.0
metrics = "asa"
[queues.calls]
arrivals = { per_hour = 60 }
handling = { distribution = "exponential", mean_s = 120 }
[agents.team]
count = 3
"""
LOAD = ("size", "--rate", "100", "--aht", "180", "--patience", "90")


class Told:
    """What a command said, and how it ended."""

    def __init__(self, capsys: pytest.CaptureFixture[str], *arguments: object) -> None:
        with pytest.raises(SystemExit) as ended:
            main([str(one) for one in arguments])
        said = capsys.readouterr()
        self.code = ended.value.code
        self.out, self.error = said.out, said.err

    def refused(self, why: str) -> None:
        assert self.code not in (0, None), self.out
        assert self.error.startswith("jietong: ")
        assert self.error.count("\n") == 1
        assert why in self.error
        assert "Errno" not in self.error
        assert self.out == ""


def given(folder: Path, content: str | bytes) -> Path:
    path = folder / "given"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


READ_BY = {
    "forecast": ("forecast", "--interval", "30m", "--csv"),
    "size": ("size", "--csv"),
    "roster": ("roster", "--workers", "1", "--instance"),
}


@pytest.mark.parametrize("command", READ_BY)
@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "There is no file"),
        (bytes(range(256)), "is no text in UTF-8"),
        ("\x00\x01" * 300, ""),
        ("", ""),
        ('{"a": [1, 2]}', ""),
        ('start,calls\n"2026-01-05 09:00,1\n', ""),
    ],
)
def test_a_file_that_is_none_leaves_the_result_as_it_was(tmp_path, capsys, command, content, why):
    path = tmp_path / "none" if content is None else given(tmp_path, content)
    out = tmp_path / "out.csv"
    out.write_text("before")
    Told(capsys, *READ_BY[command], path, "--out", out).refused(why)
    assert out.read_text() == "before"
    assert {one.name for one in tmp_path.iterdir()} <= {"given", "out.csv"}


@pytest.mark.parametrize("command", [*READ_BY, "simulate"])
def test_a_folder_is_no_file(tmp_path, capsys, command):
    arguments = (*READ_BY[command], tmp_path, "--out", tmp_path / "o") if command in READ_BY else (command, tmp_path)
    Told(capsys, *arguments).refused(f"{tmp_path} cannot be read: it is a folder")


@pytest.mark.parametrize(("command", "content"), [("forecast", COUNTS), ("size", ASKED), ("roster", TINY)])
def test_where_a_result_cannot_be_written_is_said_before_the_work(tmp_path, capsys, command, content):
    path = given(tmp_path, content)
    Told(capsys, *READ_BY[command], path, "--out", tmp_path / "no" / "o.csv").refused("there is no folder")
    Told(capsys, *READ_BY[command], path, "--out", tmp_path).refused("it is a folder")


WRITTEN_OTHERWISE = {
    "byte order mark and CRLF": lambda text: b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode(),
    "semicolons": lambda text: text.replace(",", ";"),
    "upper-case headers": lambda text: (
        text.replace("\n", "\0", 1).split("\0")[0].upper() + "\n" + text.partition("\n")[2]
    ),
    "other order and a column more": lambda text: "".join(
        ",".join([*reversed(line.split(",")), "x"]) + "\n" for line in text.splitlines()
    ),
}


@pytest.mark.parametrize("how", WRITTEN_OTHERWISE)
@pytest.mark.parametrize(("command", "content"), [("forecast", COUNTS), ("size", ASKED)])
def test_tables_are_read_as_programs_save_them(tmp_path, capsys, command, content, how):
    plain, out = tmp_path / "plain.csv", tmp_path / "out.csv"
    assert Told(capsys, *READ_BY[command], given(tmp_path, content), "--out", plain).code == 0
    saved = given(tmp_path, WRITTEN_OTHERWISE[how](content))
    assert Told(capsys, *READ_BY[command], saved, "--out", out).code == 0
    if command == "forecast":
        assert out.read_bytes() == plain.read_bytes()
    else:
        assert "0.08333333333333333" in out.read_text()


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ("", "no counts"),
        ("2026-13-01 09:00,4", "line 2: '2026-13-01 09:00' is no date and time"),
        ("0001-01-01 09:00,4", "the year 1 cannot be meant"),
        ("2026-01-05 09:00,-1", "-1 contacts are fewer than none"),
        ("2026-01-05 09:00,nan", "'nan' is no number"),
        ("2026-01-05 09:00,inf", "'inf' is no number"),
        ("2026-01-05 09:00,1e400", "'1e400' is no number"),
        ("2026-01-05 09:00,1e12", "cannot be meant"),
        ("2026-01-05 09:00,1\n2026-01-05 09:00,2", "line 3: 2026-01-05 09:00:00 is in line 2 already"),
        ("2026-10-25 02:00,1\n2026-10-25 02:00,2", "needs its offset: 02:00+01:00"),
        ("2026-01-05,100\n2026-01-06,110", "counts whole days"),
    ],
)
def test_counts_that_cannot_be_right(tmp_path, capsys, rows, why):
    path = given(tmp_path, f"start,calls\n{rows}\n")
    Told(capsys, "forecast", "--csv", path, "--interval", "30m").refused(why)


@pytest.mark.parametrize(
    ("rows", "days"),
    [
        ("2026-01-05 09:00,3", 1),
        ("".join(f"2026-01-05 {hour:02d}:00,2.5\n" for hour in range(8, 18)), 1),
        ("".join(f"2026-10-25 0{h}:00+0{o}:00,5\n" for h, o in ((1, 2), (2, 2), (2, 1), (3, 1))), 1),
        ("".join(f"2026-{m:02d}-{d:02d} {h}:00,4\n" for m, d in ((5, 4), (1, 6), (1, 5)) for h in (11, 10)), 3),
    ],
    ids=["one row", "one day of fractions", "an hour twice with its offsets", "out of order, weeks apart"],
)  # fmt: skip
def test_little_is_enough(tmp_path, capsys, rows, days):
    told = Told(capsys, "forecast", "--csv", given(tmp_path, f"start,calls\n{rows}\n"), "--interval", "1h")
    assert told.code == 0, told.error
    assert f"From {days} day" in told.out


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (("--horizon", "0"), "--horizon 0 is no horizon"),
        (("--horizon", "-1"), "--horizon -1 is no horizon"),
        (("--horizon", "400d"), "--horizon 400d is no horizon"),
        (("--interval", "7m"), "--interval 7m is no interval"),
        (("--interval", "15m"), "--interval 30m or longer"),
        (("--origin", "2020-01-01"), "--origin 2020-01-01 is not after 2026-01-05, the first day of given"),
        (("--origin", "2090-01-01"), "--origin 2090-01-01 is more than 800 days after 2026-01-16"),
        (("--origin", "2026-02-30"), "--origin 2026-02-30 is no day"),
        (("--country", "ZZ"), "no holiday calendar of 'ZZ'"),
        (("--back-test", "-1"), "--back-test"),
        (("--back-test", "9"), ""),
        (("--horizn", "3d"), "No such option: --horizn"),
    ],
)
def test_a_forecast_asked_for_wrongly(tmp_path, capsys, asked, why):
    out = tmp_path / "out.csv"
    out.write_text("before")
    Told(capsys, *READ_BY["forecast"], given(tmp_path, COUNTS), "--out", out, *asked).refused(why)
    assert out.read_text() == "before"


def test_a_forecast_from_a_closed_day_begins_on_the_next_open_one(tmp_path, capsys):
    path = given(tmp_path, COUNTS)
    told = Told(capsys, *READ_BY["forecast"], path, "--origin", "2026-01-17", "--horizon", "1d")
    assert "2026-01-19" in told.out


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ((*LOAD, "--agents", "-1"), "--agents must be a number not negative"),
        ((*LOAD, "--agents", "inf"), "--agents must be a number of at most 1e15"),
        ((*LOAD, "--rate", "-1"), "--rate must be a number not negative"),
        ((*LOAD, "--rate", "nan"), "--rate must be"),
        ((*LOAD, "--aht", "1e400"), "--aht must be"),
        ((*LOAD, "--patience", "-1"), "--patience must be"),
        ((*LOAD, "--target", "0.8/-1"), "the seconds of --target must be"),
        ((*LOAD, "--target", "80/20"), "0.8/20 or 80%/20"),
        ((*LOAD, "--max-occupancy", "2"), "--max-occupancy must be"),
        ((*LOAD, "--redial", "2"), "--redial must be"),
        ((*LOAD, "--flow-s", "nan"), "--flow-s must be"),
        ((*LOAD, "--flow-s", "3", "--wrapup-s", "999"), "--wrapup-s lies between 0 and --aht"),
        ((*LOAD, "--model", "Z"), "There is no model 'Z': A, B, C, MMNK"),
        ((*LOAD, "--level", "sl9"), "There is no level 'sl9': sl3"),
        ((*LOAD, "--model", "MMNK", "--places", "-1"), "--places lies between"),
        ((*LOAD, "--model", "MMNK", "--places", "9", "--agents", "2.5"), "whole --agents"),
        ((*LOAD, "--agents", "many"), "--agents"),
        (("siz",), "No such command 'siz'"),
    ],
)
def test_a_size_asked_for_wrongly(capsys, asked, why):
    Told(capsys, *asked).refused(why)


@pytest.mark.parametrize("agents", ["0", "2.5", "1"])
def test_too_few_agents_are_shown_as_they_are(capsys, agents):
    assert Told(capsys, *LOAD, "--agents", agents).code == 0
    assert Told(capsys, *LOAD, "--rate", "0").code == 0


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("C,10,30,,1,p_wat,", "line 2: there is no metric 'p_wat', the nearest is 'p_wait'"),
        ("C,10,30,,1,happiness,", "there is no metric 'happiness': p_wait, p_delay"),
        ("D,10,30,,1,p_wait,", "there is no model 'D': A, B, B_cont, C"),
        ("C,-1,30,,1,p_wait,", "lambda_per_h must be a number not negative"),
        ("C,inf,30,,1,p_wait,", "lambda_per_h is no number: 'inf'"),
        ("C,1,1,,1,sl3,-3", "threshold_s must be"),
        ("M/M/n/K(K=2.5),1,1,,1,p_block,", "K is no whole number: '2.5'"),
    ],
)
def test_a_row_names_what_is_known_in_the_words_of_the_file(tmp_path, capsys, row, why):
    path = given(tmp_path, f"{ASKED.splitlines()[0]}\n{row}\n")
    Told(capsys, *READ_BY["size"], path, "--out", tmp_path / "o.csv").refused(why)


@pytest.mark.parametrize(
    ("content", "asked", "why"),
    [
        (TINY[: len(TINY) // 2], (), "SECTION_COVER is missing: the file ends before it"),
        (TINY[:-30], (), "line 27: 4 fields where there are 5"),
        (TINY.replace(",", ";"), (), "line 5: 1 fields where there are 3"),
        (TINY.replace("\n7\n", "\n99999999\n", 1), (), "the horizon is a whole number from 1 to 1,000"),
        (TINY.replace("480", "4" * 5000), (), "line 5: the length is a whole number"),
        (TINY, ("--seconds", "0"), "--seconds"),
        (TINY, ("--seed", "-1"), "--seed"),
        (TINY, ("--workers", "0"), "--workers"),
    ],
)
def test_an_instance_that_is_cut_off_or_garbled(tmp_path, capsys, content, asked, why):
    out = tmp_path / "out.csv"
    out.write_text("before")
    Told(capsys, *READ_BY["roster"], given(tmp_path, content), "--out", out, *asked).refused(why)
    assert out.read_text() == "before"


def test_days_off_against_the_least_hours_are_named_as_a_conflict(tmp_path, capsys):
    """Wound: no partial answer when infeasible. The exit code says it, the best roster is there."""
    out = tmp_path / "out.csv"
    path = given(tmp_path, TINY.replace("A,1\n", "A,0,1,2,3,4,5,6\n"))
    told = Told(capsys, *READ_BY["roster"], path, "--out", out, "--seconds", "20")
    assert told.code == 1
    assert told.error == f"jietong: no roster keeps every hard rule (A); {out} has the best without those eased\n"
    (conflict,) = [line for line in told.out.splitlines() if line.startswith("conflict: ")]
    assert "A" in conflict
    assert len(out.read_text().splitlines()) == 4


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("[agents", "x = = 3\n[agents", "is no TOML: Invalid value (at line 7, column 5)"),
        ("count", "cout", "[agents.team]: there is no key 'cout', the nearest is 'count'"),
        ("count = 3", "count = 3\nzzz = 1", "there is no key 'zzz'; there are absent, answer"),
        ("per_hour", "perhour", "[queues.calls] arrivals: there is no key 'perhour', the nearest is 'per_hour'"),
        ("[queues.calls]", "[queue.calls]", "there is no key 'queue', the nearest is 'queues'"),
        ('"exponential"', '"expo"', "'expo' is none of exponential, fixed, gamma"),
        ("count = 3", "count = 3\nemployment = 'none'", "'none' is none of full_time, part_time"),
        ("count = 3", "count = 2.5", "a whole number is meant, not a decimal number"),
        ("count = 3", "count = -3", "a number of agents is 0 or more"),
        ("60", "-60", "[queues.calls.arrivals] per_hour: rates and counts are 0 or more"),
        ("60", "nan", "rates and counts are 0 or more"),
        ("60", '"60"', "a number is meant, not text"),
        ("60", "9" * 5000, "is no TOML"),
        ("hours", 'date = "2026-13-01"\nhours', "'2026-13-01' is no date"),
        ("hours", 'zone = "Moon"\nhours', "'Moon' is no time zone"),
    ],
)
def test_a_scenario_that_cannot_be_played(tmp_path, capsys, old, new, why):
    assert old in DAY
    Told(capsys, "simulate", given(tmp_path, DAY.replace(old, new))).refused(why)


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (("--replications", "0"), "--replications"),
        (("--replications", "999999999"), "replications"),
        (("--path", "fast"), "There is no path 'fast': choose one of engine"),
        (("--compare", "nowhere.toml"), "There is no file nowhere.toml"),
    ],
)
def test_a_simulation_asked_for_wrongly(tmp_path, capsys, asked, why):
    Told(capsys, "simulate", given(tmp_path, DAY), *asked).refused(why)


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (("--out", "week.pdf"), ".csv or .xlsx"),
        (("--out", "nowhere/week.csv"), "there is no folder"),
        (("--out", "week.csv", "--language", "fr"), "no language 'fr': zh-Hans"),
        (("--out", "week.csv", "--first", "2026-13-01"), "'2026-13-01' is no day"),
        (("--out", "week.csv", "--last", "9999-12-31"), "far from any day"),
    ],
)
def test_a_schedule_asked_for_wrongly_opens_no_database(tmp_path, capsys, monkeypatch, asked, why):
    monkeypatch.chdir(tmp_path)
    Told(capsys, "schedule", "export", *asked).refused(why)
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_ends_a_simulation_in_one_line(tmp_path):
    path = given(tmp_path, DAY)
    script = "import sys; from jietong.__main__ import main; print('begun', flush=True); main()"
    command = [sys.executable, "-c", script, "simulate", str(path), "--replications", "90000"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        assert running.stdout.readline() == "begun\n"
        while running.poll() is None:  # at any moment, and again if it came too early to be heard
            time.sleep(0.3)
            running.send_signal(signal.SIGINT)
            try:
                running.wait(5)
            except subprocess.TimeoutExpired:
                continue
        assert running.stderr.read() == "jietong: stopped.\n"
        assert running.returncode == 130


HEAVY = ("numba", "ortools", "scipy", "pandas", "lightgbm", "highspy", "statsmodels")


def test_a_start_waits_for_no_heavy_library():
    script = f"import sys, jietong.app, jietong.__main__; print(*(name for name in {HEAVY!r} if name in sys.modules))"
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=120)
    assert (said.stdout, said.stderr) == ("\n", "")
