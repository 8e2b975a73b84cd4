"""The E-model against the values printed in its recommendations."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jietong.calls.quality import CODECS, FAIR, R_DEFAULT, delay_ms, fact, mos, mos_of, rating, worst
from jietong.channels.switch import Quality


@pytest.mark.parametrize(
    ("r", "score"),
    [(100, 4.5), (93.2, 4.41), (90, 4.34), (80, 4.02), (70, 3.60), (60, 3.10), (50, 2.58), (0, 1.0), (-5, 1.0)],
)
def test_mos_by_rating_as_in_g107_annex_b(r: float, score: float) -> None:
    """G.107 table B.1 prints 4.34, 4.03, 3.60, 3.10, 2.58 for R = 90 … 50; 4.41 is the score of all defaults."""
    assert mos_of(r) == pytest.approx(score, abs=0.006)


def test_all_at_its_best_is_the_default_rating() -> None:
    assert rating(codec="alaw", loss_pct=0, delay_ms=0) == R_DEFAULT


@pytest.mark.parametrize(
    ("codec", "loss", "impairment"),
    [
        # Ie,eff = Ie + (95 − Ie) · Ppl / (Ppl + Bpl), worked out by hand from G.113 Appendix I.
        ("alaw", 1, 95 / 26.1),
        ("ulaw", 5, 95 * 5 / 30.1),
        ("alaw", 25.1, 95 / 2),
        ("g729", 0, 11),
        ("g729", 2, 11 + 84 * 2 / 21),
        ("gsm", 0, 20),
    ],
)
def test_codec_and_loss_weigh_as_in_g113(codec: str, loss: float, impairment: float) -> None:
    assert R_DEFAULT - rating(codec=codec, loss_pct=loss, delay_ms=0) == pytest.approx(impairment)


@pytest.mark.parametrize(("delay", "impairment"), [(0, 0), (100, 2.4), (177.3, 4.2552), (200, 7.297), (400, 34.097)])
def test_delay_weighs_little_up_to_177_ms_and_much_beyond(delay: float, impairment: float) -> None:
    assert R_DEFAULT - rating(codec="alaw", loss_pct=0, delay_ms=delay) == pytest.approx(impairment)


def told(**fields: object) -> Quality:
    base: dict[str, object] = {
        "at": 7, "leg": "a", "loss_pct": 0.0, "jitter_ms": 0.0, "round_trip_ms": 0.0, "codec": "alaw",
    }  # fmt: skip
    return Quality(**{**base, **fields})  # type: ignore[arg-type]


def test_delay_from_mouth_to_ear_is_the_network_the_buffer_and_a_packet() -> None:
    assert delay_ms(codec="alaw", round_trip_ms=60, jitter_ms=10) == 30 + 20 + 20
    assert delay_ms(codec="opus", round_trip_ms=0, jitter_ms=0) == 26.5


def test_a_leg_as_heard_on_a_good_and_on_a_bad_line() -> None:
    assert mos(told()) == 4.4
    good, bad = told(round_trip_ms=40, jitter_ms=3), told(round_trip_ms=300, jitter_ms=40, loss_pct=5)
    assert mos(good) == 4.39, "R = 93.2 - 0.024 * 46"
    assert mos(bad) is not None
    assert mos(bad) < FAIR  # type: ignore[operator]


def test_where_the_loss_is_not_known_no_score_is_made_up() -> None:
    assert mos(told(loss_pct=None)) is None
    assert fact("c1", told(loss_pct=None)).mos is None
    assert worst([told(loss_pct=None)]) is None
    assert worst([]) is None


def test_a_talk_is_as_bad_as_its_worse_side() -> None:
    sides = [told(leg="customer", loss_pct=4.0), told(leg="agent"), told(leg="other", loss_pct=None)]
    found = worst(sides)
    assert found is not None
    assert found.leg == "customer"


def test_the_fact_has_what_was_measured_and_the_score() -> None:
    found = fact("c1", told(loss_pct=1.23456, jitter_ms=4.56, round_trip_ms=20.04, codec="opus"))
    assert (found.contact, found.leg, found.at, found.codec) == ("c1", "a", 7, "opus")
    assert (found.loss_pct, found.jitter_ms, found.round_trip_ms) == (1.23, 4.6, 20.0)
    assert found.mos == pytest.approx(4.26, abs=0.1)


@given(
    st.sampled_from([*CODECS, "unheard of", None]),
    st.floats(0, 100),
    st.floats(0, 100),
    st.floats(0, 5000),
    st.floats(0, 500),
)
def test_a_score_lies_between_1_and_4_41_and_more_loss_is_never_better(
    codec: str | None, loss: float, more: float, round_trip: float, jitter: float
) -> None:
    def score(pct: float) -> float:
        found = mos(told(codec=codec, loss_pct=pct, round_trip_ms=round_trip, jitter_ms=jitter))
        assert found is not None
        return found

    assert 1 <= score(max(loss, more)) <= score(min(loss, more)) <= 4.41


@pytest.mark.parametrize(("loss", "jitter", "trip"), [(-3.0, 0.0, 0.0), (250.0, -1.0, -9.0), (0.0, 1e9, 1e9)])
def test_absurd_measurements_give_a_score_all_the_same(loss: float, jitter: float, trip: float) -> None:
    found = mos(told(loss_pct=loss, jitter_ms=jitter, round_trip_ms=trip))
    assert found is not None
    assert 1 <= found <= 4.41
