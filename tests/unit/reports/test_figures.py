"""A report's figures for people: units, names with parameters, marks, groups put together, filters narrowed."""

import pytest

from jietong.metrics.intervals import Cell, Filter, metric
from jietong.reports import rules
from jietong.reports.model import LANGUAGES, Block, Kind, Limit, Report
from jietong.reports.ready import READY
from jietong.reports.schemas import stored_out


def test_times_leave_in_seconds_and_shares_with_wilson_s_interval() -> None:
    asa = rules.value(metric("asa"), Cell(12_500.0, 25_000, 2))
    assert (asa.value, asa.numerator, asa.denominator, asa.n, asa.low) == (12.5, 25.0, 2, 2, None)
    level = rules.value(metric("sl3", "20"), Cell(0.8, 80, 100))
    assert level.value == 0.8
    assert (round(level.low or 0, 4), round(level.high or 0, 4)) == (0.7112, 0.8666)
    occupancy = rules.value(metric("occupancy"), Cell(0.5, 1_800_000, 3_600_000))
    assert (occupancy.numerator, occupancy.denominator, occupancy.n) == (1800, 3600, None)
    assert rules.value(metric("mos"), Cell(412.0, 824, 2)).value == pytest.approx(4.12)


def test_no_data_stays_no_data_and_is_never_marked() -> None:
    none = rules.value(metric("sl3"), Cell(None, 0, 0), Cell(0.5, 1, 2), [Limit("sl3", below=0.9)], 0.85)
    assert (none.value, none.before, none.change, none.mark) == (None, 0.5, None, None)


@pytest.mark.parametrize(
    ("key", "cell", "target", "limits", "mark"),
    [
        ("sl3", Cell(0.85, 85, 100), 0.85, [], "met"),
        ("sl3", Cell(0.84, 84, 100), 0.85, [], "missed"),
        ("abandon_rate", Cell(0.04, 4, 100), 0.05, [], "met"),
        ("abandon_rate", Cell(0.06, 6, 100), 0.05, [], "missed"),
        ("asa", Cell(30_001.0, 30_001, 1), None, [Limit("asa", above=30)], "above"),
        ("asa", Cell(30_000.0, 30_000, 1), None, [Limit("asa", above=30)], None),
        ("entry_offered", Cell(5.0, 5, 1), 4, [], None),
    ],
)
def test_marks_follow_the_direction_that_is_better(
    key: str, cell: Cell, target: float | None, limits: list[Limit], mark: str | None
) -> None:
    assert rules.value(metric(key), cell, None, limits, target).mark == mark


def test_groups_sum_first_and_divide_last() -> None:
    both = [Cell(0.9, 9, 10), Cell(0.1, 10, 100)]
    assert rules.together(metric("sl3").definition, both) == (19 / 110, 19, 110)
    assert rules.together(metric("max_wait").definition, [Cell(5.0, 5, 1), Cell(9.0, 9, 2)]) == (9, 9, 3)
    assert rules.together(metric("wait_p90").definition, both).value is None, "quantiles of quantiles are none"
    assert rules.together(metric("asa").definition, [Cell(None, 0, 0)]) == (None, 0, 0)


def test_a_block_cannot_bring_back_what_the_report_leaves_out() -> None:
    found = rules.narrowed(Filter(queues=("a", "b")), Filter(queues=("b", "c"), agents=("x",)))
    assert (found.queues, found.agents) == (("b",), ("x",))
    assert rules.narrowed(Filter(queues=("a",)), Filter(queues=("c",))).queues == ()
    assert rules.narrowed(Filter(), None) == Filter()


def test_names_carry_their_parameters() -> None:
    assert rules.titled(metric("sl3", "15")) == {
        "zh-Hans": "15 秒内人工接通率",
        "zh-Hant": "15 秒內專人接聽率",
        "en": "Service level (15 s)",
    }
    assert rules.titled(metric("sl6", "20,5"))["en"] == "Service level SL6 (20 s, 5 s)"
    assert rules.titled(metric("sl7", "20"))["zh-Hans"] == "真实接通率（20 秒）"


@pytest.mark.parametrize("id", list(READY))
def test_ready_made_reports_are_well_formed_and_written_in_three_languages(id: str) -> None:
    report = READY[id].report
    assert rules.check(report) == []
    for names in (
        report.title,
        *(block.title for block in report.blocks if block.title),
        *filter(None, [report.description]),
    ):
        assert set(names) == set(LANGUAGES)
        assert all(names.values())
    again = stored_out(READY[id], yours=False).report.report()
    assert again == report, "over HTTP and back it is the same"


def test_the_ready_made_groups_are_those_of_the_requirements() -> None:
    """C1 getting through with 15 and 20 s (C5), C2 efficiency, C3 felt quality with the top three first, C4 five
    classes; cost and profit say that there are no facts, and show no 0."""
    through = READY["ready-getting-through"].report.blocks[0].metrics
    assert {"entry_connect_rate", "answer_rate", "sl3(15)", "sl3(20)", "sl7(20)", "abandon_rate", "asa"} <= set(
        through
    )
    felt = READY["ready-felt-quality"].report.blocks[0].metrics
    assert felt[:2] == ("csat", "csat_top2")
    classes = READY["ready-classes"].report.blocks
    titles = [block.title["en"] for block in classes if block.title]
    assert titles == ["Service", "Quality", "Satisfaction", "Cost", "Profit"]
    told = [block.text["en"] for block in classes if block.kind is Kind.TEXT]
    assert len(told) == 2
    assert all("no facts" in text for text in told)


def test_all_faults_are_told_at_once() -> None:
    report = Report({}, (Block(Kind.TABLE), Block(Kind.CHART, metrics=("asa",)), Block(Kind.TEXT)))
    assert [fault.field for fault in rules.check(report)] == [
        "title",
        "blocks.0.metrics",
        "blocks.1.every",
        "blocks.2.text",
    ]
