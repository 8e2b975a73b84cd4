"""The catalogue's golden values and its own rules (C1, D6, metrics.md)."""

from pathlib import Path

import pytest

from jietong.contacts.model import End, Kind, Segment
from jietong.core.days import Span
from jietong.core.vocabulary import Channel
from jietong.metrics import reference
from jietong.metrics.catalogue import CATALOGUE
from jietong.metrics.definition import How, Terms
from jietong.metrics.history import evaluate

T = 20_000
DAY = Span(0, 86_400_000)


def stay(kind: Kind, outcome: End, wait: int | None = None, n: int = 0, channel: Channel = Channel.CHAT) -> Segment:
    return Segment(
        f"c{n}", 1, kind, 1000, 1000, channel, "acme", "web", queue="support", end=1000, outcome=outcome,
        wait_ms=wait, target_ms=T, short_ms=5000,
    )  # fmt: skip


def disputed_month() -> list[Segment]:
    """1000 answered, 860 of them within T; 60 abandoned: 20 within T, 10 of those short (≤ 5 s), 40 after T."""
    q = Kind.QUEUE
    return (
        [stay(q, End.ANSWERED, T)] * 860
        + [stay(q, End.ANSWERED, T + 1)] * 140
        + [stay(q, End.ABANDONED, 5000)] * 10
        + [stay(q, End.ABANDONED, 5001)] * 10
        + [stay(q, End.ABANDONED, T + 1)] * 40
    )


@pytest.mark.parametrize(
    ("id", "per_cent"),
    [("sl1", 83.02), ("sl2", 86.00), ("sl3", 81.13), ("sl4", 82.69), ("sl5", 82.08), ("sl6", 81.90)],
)
def test_each_reading_of_the_service_level_has_its_golden_value(id: str, per_cent: float) -> None:
    figure = evaluate(CATALOGUE[id], disputed_month(), [], DAY, now=2000)
    assert figure.value is not None
    assert round(figure.value * 100, 2) == per_cent


def test_true_access_tells_what_the_contract_hides() -> None:
    """D6: 1000 attempts, 300 blocked, 680 answered, 612 within 20 s: 87.4 % by SL3 and 61.2 % of those who called."""
    rows = (
        [stay(Kind.ENTRY, End.ADMITTED)] * 700
        + [stay(Kind.ENTRY, End.BLOCKED)] * 300
        + [stay(Kind.QUEUE, End.ANSWERED, T)] * 612
        + [stay(Kind.QUEUE, End.ANSWERED, T + 1)] * 68
        + [stay(Kind.QUEUE, End.ABANDONED, T + 1)] * 20
    )

    def per_cent(id: str) -> float:
        value = evaluate(CATALOGUE[id], rows, [], DAY, now=2000).value
        assert value is not None
        return round(value * 100, 1)

    assert per_cent("sl3") == 87.4
    assert per_cent("sl7") == 61.2
    assert per_cent("entry_connect_rate") == 70.0
    assert per_cent("entry_busy_rate") == 30.0


def test_x_and_the_short_abandon_can_be_named_by_a_contract() -> None:
    rows = disputed_month()
    assert evaluate(CATALOGUE["sl3"], rows, [], DAY, now=2000, terms=Terms(target_ms=T + 1)).num == 1000
    assert evaluate(CATALOGUE["sl6"], rows, [], DAY, now=2000, terms=Terms(short_ms=0)).den == 1060


@pytest.mark.parametrize("id", [d.id for d in CATALOGUE.values() if d.how is How.RATIO])
def test_zero_over_zero_is_no_data(id: str) -> None:
    assert evaluate(CATALOGUE[id], [], [], DAY, now=2000).value is None


def test_groups_sum_first_and_divide_last() -> None:
    rows = [stay(Kind.QUEUE, End.ANSWERED, 1)] * 9 + [stay(Kind.QUEUE, End.ABANDONED, T + 1)]
    one = evaluate(CATALOGUE["sl3"], rows, [], DAY, now=2000)
    two = evaluate(CATALOGUE["sl3"], rows[:1], [], DAY, now=2000)
    both = evaluate(CATALOGUE["sl3"], rows + rows[:1], [], DAY, now=2000)
    assert (one.num + two.num, one.den + two.den) == (both.num, both.den)


def test_quantiles_are_exact() -> None:
    rows = [stay(Kind.QUEUE, End.ANSWERED, 1000 * i) for i in range(1, 101)]
    got = [evaluate(CATALOGUE[f"wait_p{q}"], rows, [], DAY, now=2000).value for q in (50, 90, 95)]
    assert got == [50_000, 90_000, 95_000]
    assert evaluate(CATALOGUE["max_wait"], rows, [], DAY, now=2000).value == 100_000


def test_a_wait_that_ran_out_counts_as_lost_while_waiting() -> None:
    rows = [stay(Kind.QUEUE, End.TIMED_OUT, 600_000), stay(Kind.QUEUE, End.ANSWERED, 1)]
    assert evaluate(CATALOGUE["sl3"], rows, [], DAY, now=2000)[1:] == (1, 2)


def test_messages_that_nobody_waits_for_have_no_service_level_in_seconds() -> None:
    rows = [stay(Kind.QUEUE, End.ANSWERED, 40_000_000, channel=Channel.MESSAGE)]
    assert evaluate(CATALOGUE["asa"], rows, [], DAY, now=2000).value is None


def test_every_definition_is_said_in_three_languages() -> None:
    for d in CATALOGUE.values():
        for words in (d.names, d.meaning, d.formula):
            assert set(words) == {"zh-Hans", "zh-Hant", "en"}
            assert all(words.values())
        assert d.names["zh-Hans"] != d.names["en"]
        assert d.version >= 1


def test_ids_are_those_of_the_design() -> None:
    asked = (
        "entry_offered entry_connect_rate entry_busy_rate requested_agent answered abandoned abandon_rate "
        "answer_rate sl1 sl2 sl3 sl4 sl5 sl6 sl7 asa awt_abandon max_wait wait_p50 wait_p90 wait_p95 aht att "
        "aht_hold acw fcr transfer_rate hold_rate short_calls occupancy online_streak missed_offer_rate csat "
        "csat_top2 response_rate ewt longest_wait waiting agents_by_state entry_blocked lost_in_flow self_served "
        "self_service_rate voicemail_left callback_asked transferred_out flow_time outbound_dialled outbound_reached "
        "outbound_connect_rate outbound_aht switch_lost atb mos poor_quality_share"
    )
    assert set(asked.split()) <= set(CATALOGUE)


def test_definitions_of_the_present_are_not_computed_from_facts() -> None:
    with pytest.raises(ValueError, match="engine"):
        evaluate(CATALOGUE["ewt"], [], [], DAY, now=0)


def test_the_reference_page_is_in_step_with_the_catalogue() -> None:
    """Write it again with `python -m jietong.metrics.reference`."""
    page = Path(__file__).parents[3] / "docs" / "reference" / "metrics.md"
    assert page.read_text(encoding="utf-8") == reference.page()
