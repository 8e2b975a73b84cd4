"""The forecast's engine on series whose law is known (H1)."""

import math
from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import typer
from typer.testing import CliRunner

from jietong.core.errors import Invalid
from jietong.workforce.forecast import counts_file, today
from jietong.workforce.forecast.accuracy import a_week_before, judge, mase, scale
from jietong.workforce.forecast.backtest import backtest
from jietong.workforce.forecast.calendar import MAKE_UP, country
from jietong.workforce.forecast.calibration import PLAIN
from jietong.workforce.forecast.cli import forecast
from jietong.workforce.forecast.events import Effect, applied, freed
from jietong.workforce.forecast.handling import USUAL_S, handling
from jietong.workforce.forecast.history import History, Opening, history
from jietong.workforce.forecast.model import learn
from jietong.workforce.forecast.similar import leaning

Floats = npt.NDArray[np.float64]
BEGIN = date(2026, 1, 5)  # a Monday
STEP_S = 1800
SLOTS = 48
NOBODY = country(None)
WEEK = (1.3, 1.05, 1.0, 0.95, 1.1, 0.4, 0.2)


def profile() -> Floats:
    """Open from nine to seven, two peaks."""
    hours = np.arange(SLOTS) / 2
    found = np.exp(-((hours - 10.5) ** 2) / 4) + 0.8 * np.exp(-((hours - 15.5) ** 2) / 5)
    found[(hours < 9) | (hours >= 19)] = 0
    result: Floats = found / found.sum()
    return result


def rate(day: date, level: float = 800.0) -> float:
    month = 1.15 if day.day <= 3 else 1.0
    return level * WEEK[day.weekday()] * month


def made(days: int, *, level: float = 800.0, seed: int = 5, noise: float = 0.05, begin: date = BEGIN) -> History:
    """Poisson counts around a law: weekday × first days of the month × a day's own deviation of `noise`."""
    chance = np.random.default_rng(seed)
    all_days = tuple(begin + timedelta(days=n) for n in range(days))
    means = np.array([rate(day, level) * math.exp(noise * chance.normal()) for day in all_days])
    return History(STEP_S, all_days, chance.poisson(means[:, None] * profile()).astype(float))


def ahead(past: History, number: int = 14) -> tuple[list[date], Floats]:
    days = [past.days[-1] + timedelta(days=n) for n in range(1, number + 1)]
    return days, np.array([rate(day) for day in days])


def test_the_law_behind_the_counts_is_found() -> None:
    past = made(120)
    days, expected = ahead(past)
    said = learn(past, NOBODY).ahead(days)
    assert np.abs(said.day_mean - expected).sum() / expected.sum() < 0.06
    assert np.abs(said.mean - expected[:, None] * profile()).sum() / expected.sum() < 0.1
    assert (said.p10 <= said.mean + 1e-9).all()
    assert (said.mean <= said.p90 + 1e-9).all()
    assert (said.p10 <= said.p50 + 1e-9).all()


def test_closed_slots_stay_empty() -> None:
    past = made(60)
    said = learn(past, NOBODY).ahead(ahead(past)[0])
    closed = profile() == 0
    assert said.mean[:, closed].max() < 1e-6
    assert said.p90[:, closed].max() == 0


def test_intervals_hold_four_in_five_of_what_comes() -> None:
    found = backtest(made(150, seed=3), NOBODY, folds=6, horizon=10).all
    assert found.coverage == pytest.approx(0.8, abs=0.07)
    assert found.day_coverage == pytest.approx(0.8, abs=0.17)
    assert found.wmape is not None
    assert found.naive_wmape is not None
    assert found.wmape < 0.85 * found.naive_wmape


def test_missing_days_are_gaps_of_the_calendar_not_of_the_rows() -> None:
    """Never a fixed lag of rows: with Wednesdays and a whole week lost, a Monday is still a Monday."""
    past = made(100)
    lost = {past.days[n] for n in (9, 23, 37, 51, *range(60, 67))}
    keep = [i for i, day in enumerate(past.days) if day not in lost]
    holed = History(STEP_S, tuple(past.days[i] for i in keep), past.counts[keep])
    days, expected = ahead(holed)
    said = learn(holed, NOBODY).ahead(days)
    assert np.abs(said.day_mean - expected).sum() / expected.sum() < 0.08


def test_a_day_on_which_the_lines_were_down_does_not_bend_the_level() -> None:
    past = made(90)
    counts = past.counts.copy()
    counts[-3] *= 0.02
    counts[-10] *= 6
    hurt = learn(History(STEP_S, past.days, counts), NOBODY)
    days, expected = ahead(past, 7)
    assert np.abs(hurt.ahead(days).day_mean - expected).sum() / expected.sum() < 0.1


def test_a_gap_within_a_day_does_not_make_the_day_small() -> None:
    past = made(60)
    counts = past.counts.copy()
    counts[-5:, 18:28] = np.nan  # five mornings were not counted
    days, expected = ahead(past, 7)
    said = learn(History(STEP_S, past.days, counts), NOBODY).ahead(days)
    assert np.abs(said.day_mean - expected).sum() / expected.sum() < 0.1


def test_fractions_are_counts_like_others() -> None:
    past = made(60)
    days, _ = ahead(past, 7)
    whole = learn(past, NOBODY).ahead(days).day_mean
    half = learn(History(STEP_S, past.days, past.counts * 0.5), NOBODY).ahead(days).day_mean
    assert half == pytest.approx(whole / 2, rel=0.02)


def test_few_counts_on_a_weekday_do_not_move_its_day_to_the_hour_of_opening() -> None:
    """A slot at the edge that is empty on all days, which Mondays are too few to tell, is no ratio of theirs."""
    past = made(42, level=25.0, seed=11)
    counts = past.counts.copy()
    first = int(np.flatnonzero(profile())[0])
    counts[:, first - 2] = 0.0
    counts[::7, first - 2] = [1, 0, 0, 0, 0, 0]  # somebody before the opening, once
    counts[:, first - 1] = 0.0
    said = learn(History(STEP_S, past.days, counts), NOBODY).ahead(ahead(past)[0])
    early = said.mean[:, : first + 2].sum(axis=1) / said.mean.sum(axis=1)
    assert early.max() < 0.25


def test_one_day_of_history_is_enough_for_a_wide_forecast() -> None:
    past = made(1)
    said = learn(past, NOBODY).ahead(ahead(past, 3)[0])
    assert said.day_mean == pytest.approx(past.totals[0], rel=0.2)
    assert (said.day_p90 / said.day_p10 > 1.5).all()


def test_without_history_it_says_what_to_give() -> None:
    with pytest.raises(Invalid, match="at least one day of counts") as told:
        learn(history(STEP_S, []), NOBODY)
    assert told.value.code == "no_history"


def test_a_queue_of_three_contacts_a_day_is_not_forecast_below_none() -> None:
    past = made(60, level=3)
    said = learn(past, NOBODY).ahead(ahead(past)[0])
    assert (said.p10 >= 0).all()
    assert 1 < said.day_mean.mean() < 5


def test_the_hour_that_a_clock_change_gives_twice_counts_once() -> None:
    """A day of 25 hours: both passes of a quarter share a slot; one of 23 hours lacks four, which are gaps."""
    cells = [(BEGIN, slot, 10.0) for slot in range(96)] + [(BEGIN, slot, 20.0) for slot in range(8, 12)]
    assert history(900, cells).counts[0, 8:12].tolist() == [15.0] * 4
    short = history(900, [(BEGIN, slot, 10.0) for slot in range(96) if not 8 <= slot < 12])
    assert np.isnan(short.counts[0, 8:12]).all()


# --- the calendar ------------------------------------------------------------------------------------------------


def test_a_chinese_working_saturday_is_a_working_day_of_its_own_kind() -> None:
    saturday, usual = country("CN").kinds([date(2026, 10, 10), date(2026, 10, 17)])
    assert (saturday.kind, saturday.working) == (MAKE_UP, True)
    assert (usual.kind, usual.working) == (5, False)
    holiday = country("CN").kinds([date(2026, 10, 1)])[0]
    assert holiday.holiday == "National Day"


def test_days_around_a_holiday_and_places_in_the_month_are_known() -> None:
    us = country("US")
    friday, tuesday, wednesday, thursday = us.kinds([date(2003, 5, 23), *(date(2003, 5, n) for n in (27, 28, 29))])
    assert friday.before
    assert (tuesday.after, wednesday.after, thursday.after) == (1, 2, 0)
    assert (us.kinds([date(2003, 5, 1)])[0].from_start, us.kinds([date(2003, 5, 30)])[0].to_end) == (1, 1)
    assert country("IL").weekend == {4, 5}
    with pytest.raises(Invalid, match="ISO 3166"):
        country("Atlantis")


def test_a_centre_that_closed_on_holidays_and_weekends_will_again() -> None:
    days = [date(2003, 5, 1) + timedelta(days=n) for n in range(100)]
    us = country("US")
    worked = tuple(day for day in days if us.working(day))
    past = History(STEP_S, worked, np.ones((len(worked), SLOTS)))
    found = Opening(past, us).days(date(2003, 8, 28), 3)
    assert found == [date(2003, 8, 28), date(2003, 8, 29), date(2003, 9, 2)]  # the first of September is Labor Day


def test_a_holiday_takes_the_day_it_took_before() -> None:
    """A day of its own kind: learnt from the year's other holidays and its own name."""
    il = country("IL")
    past = made(250, begin=date(1999, 1, 1))
    counts = past.counts.copy()
    for i, day in enumerate(past.days):
        if il.holiday(day) is not None:
            counts[i] *= 0.1
    learnt = learn(History(STEP_S, past.days, counts), il)
    feast, usual = learnt.ahead([date(1999, 9, 20), date(1999, 9, 13)]).day_mean  # Yom Kippur; the Monday before
    assert feast < 0.4 * usual


# --- by hand -----------------------------------------------------------------------------------------------------


def test_a_campaign_is_taken_out_of_the_past_and_put_into_the_future() -> None:
    past = made(60)
    day = past.days[30]
    event = Effect(day, day, "factor", 3.0, 9 * 3600, 12 * 3600)
    counts = past.counts.copy()
    counts[30, event.slots(STEP_S)] *= 3
    assert freed(History(STEP_S, past.days, counts), [event]).counts == pytest.approx(past.counts)
    assert applied(day, past.counts[30], [event], STEP_S) == pytest.approx(counts[30])


def test_what_is_left_out_teaches_nothing() -> None:
    past = made(30)
    days = past.days[10], past.days[12]
    left = freed(past, [Effect(*days, "leave_out", 0)])
    assert len(left.days) == 27
    part = freed(past, [Effect(*days, "leave_out", 0, 9 * 3600, 10 * 3600)])
    assert np.isnan(part.counts[10, 18:20]).all()
    assert not np.isnan(part.counts[10, 20:]).any()


def test_contacts_added_go_where_the_day_has_its_own() -> None:
    mean = profile() * 100
    more = applied(BEGIN, mean, [Effect(BEGIN, BEGIN, "add", 50)], STEP_S)
    assert more == pytest.approx(mean * 1.5)
    set_to = applied(BEGIN, mean, [Effect(BEGIN, BEGIN, "total", 30)], STEP_S)
    assert set_to.sum() == pytest.approx(30)
    other = BEGIN + timedelta(days=1)
    assert applied(other, mean, [Effect(BEGIN, BEGIN, "add", 50)], STEP_S) == pytest.approx(mean)


# --- a new queue, today, handling time ---------------------------------------------------------------------------


def test_a_new_queue_leans_on_a_similar_one_at_its_own_size() -> None:
    """Cold start: three own days say how much, the other's months say when."""
    similar = made(90)
    own = History(STEP_S, similar.days[-3:], made(90, level=80, seed=9).counts[-3:])
    leant = leaning(own, similar, NOBODY)
    days, expected = ahead(similar)
    said = learn(leant, NOBODY).ahead(days)
    assert np.abs(said.day_mean - expected / 10).sum() / expected.sum() * 10 < 0.2
    none = History(STEP_S, (), np.zeros((0, SLOTS)))
    with pytest.raises(Invalid, match="how many contacts a day"):
        leaning(none, similar, NOBODY)
    usual = leaning(none, similar, NOBODY, expected_a_day=50).totals[-28:].mean()
    assert usual == pytest.approx(50)


def test_a_busy_morning_raises_the_rest_of_the_day_but_not_by_all_of_it() -> None:
    mean = profile() * 800
    came = np.full(SLOTS, np.nan)
    came[:26] = mean[:26] * 1.3
    rest = today.update(mean, 0.1, PLAIN, came)
    later = slice(30, 38)
    raised = rest.mean[later].sum() / mean[later].sum()
    assert 1.1 < raised < 1.3
    assert rest.mean[:26] == pytest.approx(came[:26])
    assert (rest.p10[later] < rest.mean[later]).all()
    assert (rest.p90[later] > rest.mean[later]).all()
    assert rest.surprise > 1.5
    assert rest.day_p10 < rest.mean.sum() < rest.day_p90


def test_three_contacts_more_before_breakfast_change_little() -> None:
    mean = profile() * 800
    came = np.full(SLOTS, np.nan)
    came[:19] = mean[:19]
    came[18] += 3
    rest = today.update(mean, 0.1, PLAIN, came)
    assert rest.mean[24:].sum() == pytest.approx(mean[24:].sum(), rel=0.05)


def test_before_anything_came_the_day_is_as_it_was_said() -> None:
    mean = profile() * 800
    rest = today.update(mean, 0.1, PLAIN, np.full(SLOTS, np.nan))
    assert rest.mean == pytest.approx(mean)
    assert rest.factor == 1


def test_handling_time_follows_the_hour_as_far_as_it_can_be_told_from_chance() -> None:
    last = BEGIN + timedelta(days=60)
    cells = [
        (BEGIN + timedelta(days=d), slot, n * (400.0 if slot >= 36 else 200.0), n)
        for d in range(60)
        for slot in range(18, 40)
        for n in [10]
    ]
    cells.append((BEGIN, 20, 500_000.0, 1))  # left open over night
    found = handling(STEP_S, last, cells).of([last])[0]
    assert 190 < found[22] < 215
    assert 340 < found[37] < 410
    assert handling(STEP_S, last, []).of([last])[0, 0] == USUAL_S


# --- figures -----------------------------------------------------------------------------------------------------


def test_accuracy_is_what_its_definition_says() -> None:
    came, mean = np.array([[10.0, 0.0, 20.0]]), np.array([[12.0, 1.0, 17.0]])
    found = judge(mean, mean - 2, mean + 2, came, np.array([[8.0, 0.0, 16.0]]), np.array([25.0]), np.array([35.0]))
    assert found.wmape == pytest.approx(6 / 30)
    assert found.bias == pytest.approx(0)
    assert found.naive_wmape == pytest.approx(6 / 30)
    assert (found.inside, found.judged) == (2, 3)
    assert (found.day_wmape, found.day_coverage) == (0, 1)
    assert mase(found, 2.0) == pytest.approx(1.0)


def test_the_week_before_is_the_latest_same_weekday_that_was_known() -> None:
    past = made(14)
    days = [past.days[-1] + timedelta(days=n) for n in (1, 8)]
    found = a_week_before(past, days)
    assert (found == past.counts[7]).all()
    assert scale(made(7)) is None


def test_a_back_test_never_sees_what_came_later() -> None:
    """The same past under another future gives the same folds up to it."""
    past = made(80)
    other = past.counts.copy()
    other[-7:] *= 5
    first = backtest(past, NOBODY, folds=2, horizon=7)
    second = backtest(History(STEP_S, past.days, other), NOBODY, folds=2, horizon=7)
    assert first.folds[-1].said == pytest.approx(second.folds[-1].said)
    with pytest.raises(Invalid, match="too few"):
        backtest(made(20), NOBODY, folds=2, horizon=10)


# --- files -------------------------------------------------------------------------------------------------------


def parsed(text: str, step_s: int = 900) -> History:
    return counts_file.parse(text, step_s)


def test_a_file_is_read_whatever_the_case_and_finer_counts_are_summed() -> None:
    past = parsed("DateTime,Calls\n2026-01-05 09:00:00,1.5\n2026-01-05 09:05:00,2\n2026-01-05 09:10:00,3\n", 900)
    assert past.counts[0, 36] == 6.5


def test_six_minutes_across_a_quarter_are_shared_by_both() -> None:
    rows = "".join(f"2026-01-05 09:{m:02d},10\n" for m in range(0, 60, 6))
    past = parsed("start,calls\n" + rows, 900)
    assert past.counts[0, 36:40].tolist() == [25.0] * 4


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("2026-01-05 09:00,-1", "line 2: -1 contacts are fewer than none"),
        ("2026-01-05 09:00,1\n2026-01-05 09:00,1", "line 3: 2026-01-05 09:00:00 is in line 2 already"),
        ("2026-01-05 09:00,many", "line 2: 'many' is no number"),
        ("2026-01-05 09:00,nan", "line 2: 'nan' is no number"),
        ("yesterday,4", "line 2: 'yesterday' is no date and time"),
        ("2026-01-05 09:00", "line 2: a column is missing"),
        ("", "at least one day"),
        ("2026-01-05 09:00,0", "Every count in the file is 0"),
    ],
)
def test_rows_that_cannot_be_right_are_named(rows: str, told: str) -> None:
    with pytest.raises(Invalid, match=told):
        parsed(f"start,calls\n{rows}\n")


def test_a_file_without_the_columns_or_too_coarse_is_refused_in_words() -> None:
    with pytest.raises(Invalid, match="must name the columns start and calls"):
        parsed("a,b\n1,2\n")
    with pytest.raises(Invalid, match="interval 30m or longer"):
        parsed("start,calls\n2026-01-05 09:00,1\n2026-01-05 09:30,1\n", 900)


def test_the_command_writes_open_days_with_their_band(tmp_path: Path, written: Callable[[History], Path]) -> None:
    cli = typer.Typer()
    cli.command("forecast")(forecast)
    cli.callback()(lambda: None)
    past = made(42)
    out = tmp_path / "out.csv"
    asked = ["forecast", "--csv", str(written(past)), "--interval", "30m", "--horizon", "3d", "--out", str(out)]
    told = CliRunner().invoke(cli, [*asked, "--origin", "2026-02-10"])
    assert told.exit_code == 0, told.output
    lines = out.read_text().splitlines()
    assert lines[0] == "start,mean,p10,p50,p90"
    assert [line[:10] for line in lines[1::48]] == ["2026-02-10", "2026-02-11", "2026-02-12"]
    for line in lines[1:]:
        _, mean, p10, p50, p90 = (float(x) if i else 0.0 for i, x in enumerate(line.split(",")))
        assert p10 <= mean <= p90
        assert p10 <= p50 <= p90
    starts = [line[:19] for line in lines[1:]]
    assert all(a < b for a, b in pairwise(starts))
    wrong = CliRunner().invoke(cli, [*asked, "--interval", "7m"])
    assert wrong.exit_code == 1
    assert str(wrong.exception).startswith("--interval 7m is no interval")
    assert out.read_text().splitlines() == lines


@pytest.fixture
def written(tmp_path: Path) -> Callable[[History], Path]:
    def write(past: History) -> Path:
        path = tmp_path / "in.csv"
        with path.open("w") as file:
            file.write("start,calls\n")
            for i, day in enumerate(past.days):
                for slot in range(SLOTS):
                    file.write(f"{day} {slot // 2:02d}:{slot % 2 * 30:02d},{past.counts[i, slot]}\n")
        return path

    return write
