"""Sizing (H1): the queueing formulas against sixty digits, a golden file, each other and their limits."""

import csv
import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from exact_queue import exact
from hypothesis import given, settings
from hypothesis import strategies as st

from jietong.workforce.erlang import Level, agents_needed, erlang_b, figures, lines_for, lines_needed
from jietong.workforce.erlang.kernels import excess
from jietong.workforce.erlang.kernels import figures as kernel
from jietong.workforce.erlang.limits import garnett, halfin_whitt
from jietong.workforce.erlang.named import Row, answer

GOLDEN = Path(__file__).parent / "erlang_golden.csv"
INF = math.inf

SYSTEMS = [
    # load, agents, patience, places, within, in handling times
    ("10", 12, None, None, "0.1"),
    ("99.5", 100, None, None, "0.05"),
    ("0.001", 1, None, None, "0.3"),
    ("100", 100, "0.25", None, "0.0555"),
    ("100", 60, "0.25", None, "0.0555"),
    ("3", 40, "2", None, "0.1"),
    ("333.25", 100, "0.4", None, "0.0625"),  # hardly anyone is answered in time
    ("1000", 500, "3", None, "0.05"),  # the series begins at its largest term
    ("2000", 1000, "20", None, "1.5"),
    ("2000", 1990, "20", None, "0.01"),
    ("600", 5, "1", None, "0.05"),  # fewer agents than the series has terms below its top
    ("84", 90, None, 21, "0.0333"),
    ("84", 90, "0.5", 21, "0.0333"),
    ("120", 90, None, 40, "0.0333"),
    ("1200", 900, None, 400, "0.5"),
    ("50", 60, None, 0, "0.1"),
]


@pytest.mark.parametrize(("load", "agents", "patience", "places", "within"), SYSTEMS)
def test_every_figure_agrees_with_sixty_digits(load, agents, patience, places, within):
    wanted = exact(load, agents, patience, places, within)
    found = kernel(
        float(load), float(agents), INF if patience is None else float(patience),
        INF if places is None else float(places), float(within),
    )  # fmt: skip
    for (name, value), ours in zip(wanted.items(), found, strict=True):
        assert ours == pytest.approx(float(value), rel=1e-10, abs=1e-300), name


def golden() -> list[dict[str, str]]:
    with GOLDEN.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("row", golden(), ids=lambda row: f"{row['model']} {row['metric']} {row['agents']}")
def test_the_golden_file_by_the_names_of_models_and_metrics(row):
    numbers = [row[name] for name in ("lambda_per_h", "aht_s", "patience_s", "agents", "threshold_s")]
    found = answer(row["model"], row["metric"], Row(*(float(one) if one else None for one in numbers)))
    assert found == pytest.approx(float(row["value"]), rel=1e-10)


def test_erlang_b_between_whole_numbers_goes_on_from_them():
    """The integral over a half-hundred points; and 1/B(n+1) = 1 + (n+1)/a · 1/B(n) at any n."""
    for load, n in ((0.3, 0.5), (1.4, 2.25), (2.5, 3.3), (80.0, 75.75), (100.0, 104.25)):
        t = np.linspace(0, 60 / load + 2, 400_001)
        density = load * np.exp(-load * t + n * np.log1p(t))
        inverse = float(np.sum((density[1:] + density[:-1]) / 2) * (t[1] - t[0]))
        assert 1 / (1 + excess(load, n)) == pytest.approx(1 / inverse, rel=1e-7)
        assert 1 + excess(load, n + 1) == pytest.approx(1 + (n + 1) / load * (1 + excess(load, n)), rel=1e-13)
    assert excess(7.0, 9.0 + 1e-9) == pytest.approx(excess(7.0, 9.0), rel=1e-7)


def test_erlang_b_in_fractions():
    for load, n in ((Fraction(5), 10), (Fraction(201, 2), 110), (Fraction(1, 100), 3)):
        blocking = Fraction(1)
        for k in range(1, n + 1):
            blocking = load * blocking / (k + load * blocking)
        found = float(figures(float(load), 3600, n, places=0).blocked)
        assert found == pytest.approx(float(blocking), rel=1e-13)
        assert erlang_b(float(load), n) == pytest.approx(float(blocking), rel=1e-13)


loads = st.floats(0.01, 400)
patiences = st.floats(5, 5_000)


@settings(max_examples=150, deadline=None)
@given(loads, st.floats(0, 1.5), patiences, st.floats(0, 120))
def test_more_agents_never_make_it_worse(load, share, patience, within):
    n = np.floor(load * share) + np.arange(1, 8)
    for given_patience in (patience, INF):
        found = figures(load * 12, 300, n, patience_s=given_patience, within_s=within)
        for which in (Level.OFFERED, Level.WITHIN, Level.NO_SHORT):
            assert np.all(np.diff(found.level(which)) >= -1e-11)
        for falling in (found.p_wait, found.abandoned, found.occupancy):
            assert np.all(np.diff(falling) <= 1e-11)
        waits = found.wait_s[np.isfinite(found.wait_s)]
        assert np.all(np.diff(waits) <= 1e-9)


@settings(max_examples=150, deadline=None)
@given(loads, st.floats(0.3, 2), patiences, st.floats(0, 120))
def test_what_must_hold_in_every_queue(load, share, patience, within):
    n = load * share + 0.1
    found = figures(load * 12, 300, n, patience_s=patience, within_s=within)
    assert found.served + found.abandoned == pytest.approx(1, abs=1e-12)
    assert found.occupancy == pytest.approx(load * found.served / n, rel=1e-9)
    assert found.queue == pytest.approx(load * 12 * found.wait_s / 3600, rel=1e-9)  # Little
    assert found.abandoned == pytest.approx(found.wait_s / patience, rel=1e-9)
    assert found.in_time <= found.level(Level.NO_SHORT) + 1e-12
    assert found.in_time <= found.level(Level.WITHIN) + 1e-12
    loss = figures(load * 12, 300, n, places=0)
    assert loss.blocked <= found.p_wait + 1e-12  # B ≤ A ≤ C
    assert found.p_wait <= figures(load * 12, 300, n).p_wait + 1e-12


def test_without_end_of_patience_erlang_a_is_erlang_c_and_without_any_it_is_erlang_b():
    n = np.array([31.0, 35.0, 40.5])
    never = figures(360, 300, n)
    late = figures(360, 300, n, patience_s=1e8)
    assert late.p_wait == pytest.approx(never.p_wait, rel=1e-4)
    assert late.in_time == pytest.approx(never.in_time, rel=1e-4)
    assert np.array_equal(figures(360, 300, n, patience_s=1e9).in_time, never.in_time)
    gone = figures(360, 300, n, patience_s=0)
    assert gone.abandoned == pytest.approx(figures(360, 300, n, places=0).blocked, rel=1e-13)
    assert figures(360, 300, n, patience_s=1e-9).abandoned == pytest.approx(gone.abandoned, rel=1e-6)
    assert figures(360, 300, 35.0, places=9e6).p_wait == pytest.approx(never.p_wait[1], rel=1e-9)


def test_very_large_centres_come_to_the_square_root_rules():
    load = 1e6
    for beta in (0.2, 1.0, 2.0):
        n = load + beta * 1e3
        assert figures(load, 3600, n).p_wait == pytest.approx(halfin_whitt(beta), rel=4e-3)
        assert figures(load, 3600, n, patience_s=900).p_wait == pytest.approx(garnett(beta, 4), rel=4e-3)
    assert halfin_whitt(0) == halfin_whitt(-3) == 1
    assert 0 <= halfin_whitt(60) < 1e-300
    assert garnett(-40, 0.5) == pytest.approx(1)
    assert garnett(1, 0) == halfin_whitt(1)


@pytest.mark.parametrize("load", [1e5, 1e7])
@pytest.mark.parametrize("share", [0.5, 0.999, 1.0, 1.001, 2.0])
@pytest.mark.parametrize("patience_s", [1.0, 600.0, 1e6, INF])
def test_nothing_overflows_in_a_centre_of_a_hundred_thousand_erlangs(load, share, patience_s):
    found = figures(load * 12, 300, load * share, patience_s=patience_s, within_s=20)
    for name, value in found._asdict().items():
        assert not math.isnan(value), name
        assert value >= 0, name
        if name not in {"wait_s", "asa_s", "queue"}:
            assert value < INF, name
    if share < 1 and patience_s < INF:  # as a stream through a bottleneck
        assert found.abandoned == pytest.approx(1 - share, abs=0.01)


def test_zero_load_overload_and_no_agents_are_defined():
    nobody = figures([0, 0, 100], [300, 0, 0], 0)
    assert nobody.in_time.tolist() == [1, 1, 1]
    assert nobody.wait_s.tolist() == [0, 0, 0]
    assert nobody.attempts.tolist() == [0, 0, 100]
    over = figures(100, 180, 4)
    assert (over.p_wait, over.in_time, over.wait_s, over.queue, over.occupancy) == (1, 0, INF, INF, 1)
    empty = figures(100, 180, 0, patience_s=60)
    assert (empty.p_wait, empty.in_time, empty.occupancy) == (1, 0, 1)
    assert empty.abandoned == pytest.approx(1)
    assert empty.wait_s == pytest.approx(60)
    assert agents_needed([0, 100], [300, 0], share=0.8).tolist() == [0, 0]
    assert figures(0.001, 1, 10_000).p_wait == 0  # 1/B beyond what a number holds


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"calls_per_h": -1}, "calls_per_h"), ({"aht_s": math.nan}, "aht_s"), ({"agents": -0.5}, "agents"),
        ({"patience_s": -1}, "patience_s"), ({"redial": 1.1}, "redial"), ({"places": 2.5}, "places"),
        ({"calls_per_h": INF}, "calls_per_h"),
    ],
)  # fmt: skip
def test_what_is_no_system_is_named(wrong, named):
    with pytest.raises(ValueError, match=named):
        figures(**{"calls_per_h": 10, "aht_s": 60, "agents": 1, **wrong})


def test_redials_a_share_of_those_who_gave_up_comes_again():
    for share in (0.0, 0.3, 0.9, 0.999):
        found = figures(600, 300, 40, patience_s=30, redial=share)
        assert found.attempts == pytest.approx(600 / (1 - share * found.abandoned), rel=1e-12)
    all_again = figures(400, 300, 40, patience_s=30, redial=1)  # in the end everyone gets through
    assert all_again.attempts * all_again.served == pytest.approx(400, rel=1e-9)
    never = figures(600, 300, 40, patience_s=30, redial=1)  # more come than can ever be served
    assert (never.attempts, never.in_time, never.abandoned) == (INF, 0, 1)
    lines = figures(5, 3600, 10, places=0, redial=0.4)  # extended Erlang B, domain.md 2.2
    assert lines.attempts == pytest.approx(5.0385, abs=5e-5)
    assert lines.blocked == pytest.approx(0.01911, abs=5e-6)


@settings(max_examples=120, deadline=None)
@given(
    st.floats(0.001, 300), st.floats(1, 900), st.floats(0.05, 0.99), st.floats(0, 120),
    st.one_of(st.just(INF), patiences), st.sampled_from(list(Level)[:4]), st.sampled_from([1.0, 0.88]),
    st.sampled_from([0.0, 0.5]),
)  # fmt: skip
def test_rounding_over_staffs_nobody(load, aht, share, within, patience, level, busiest, redial):
    """The number found reaches the target, and one fewer does not (wound pyworkforce#41)."""
    rate = load * 3600 / aht
    n = agents_needed(
        rate,
        aht,
        share=share,
        within_s=within,
        patience_s=patience,
        level=level,
        max_occupancy=busiest,
        redial=redial,
    )
    assert n == math.floor(n)

    def reached(agents: float) -> bool:
        if agents <= 0:
            return False
        found = figures(rate, aht, agents, within_s=within, patience_s=patience, redial=redial)
        return bool(found.level(level) >= share - 1e-12 and found.occupancy <= busiest * (1 + 1e-9))

    assert reached(float(n))
    if level is not Level.ANSWERED:  # which need not fall when agents leave: those who would wait long give up
        assert not reached(float(n) - 1)


def test_a_target_met_to_the_digit_needs_nobody_more():
    for n in (3, 20, 150):
        exactly = float(figures(n * 10, 300, n).in_time)
        assert agents_needed(n * 10, 300, share=exactly) == n
        exactly = float(figures(n * 12, 300, n, patience_s=90).in_time)
        assert agents_needed(n * 12, 300, share=exactly, patience_s=90) == n


def test_the_same_answer_wherever_a_step_stands_among_others():
    dice = np.random.default_rng(3)
    calls = dice.gamma(0.4, 200, 400)
    for patience in (INF, 60.0):
        whole = agents_needed(calls, 240, share=0.8, patience_s=patience)
        single = [float(agents_needed(one, 240, share=0.8, patience_s=patience)) for one in calls]
        assert whole.tolist() == single
        assert agents_needed(calls[::-1], 240, share=0.8, patience_s=patience).tolist() == single[::-1]


def test_targets_that_nothing_and_that_everything_reaches():
    assert agents_needed(100, 180, share=1.0) == INF
    assert agents_needed(100, 180, share=0.0) == 0
    assert agents_needed(0.5, 180, share=0.8) == 1


def test_lines_for_a_load_by_kernel_and_in_plain_python():
    for load, lines in ((5, 11), (10, 18), (20, 30), (50, 64), (100, 117)):
        assert lines_needed(load) == lines_for(load) == lines
    assert lines_needed([0.0, 1e-6]).tolist() == [0, 1]


def test_chat_agents_serve_several_at_a_time():
    alone = agents_needed(120, 900, share=0.8, within_s=30)
    three = agents_needed(120, 900, share=0.8, within_s=30, at_a_time=3)
    assert three < alone
    assert figures(120, 900, three * 3, within_s=30).in_time >= 0.8
    assert figures(120, 900, (three - 1) * 3, within_s=30).in_time < 0.8
    assert agents_needed(120, 900, share=0.8, within_s=30, at_a_time=2.5) >= three
