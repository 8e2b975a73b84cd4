"""`sla/v1`: read with every error at its line, written back as the same contract."""

from decimal import Decimal

import agreements as a
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jietong.core.specs import Period
from jietong.sla import written
from jietong.sla.document import parse
from jietong.sla.model import Band, Budgeting, Direction, Effect, Op, Window
from jietong.sla.words import faults


def problems(text: str) -> list[tuple[int, str, str]]:
    contract, found = parse(text)
    assert contract is None
    return [(one.line, one.field, one.code) for one in found]


def line_of(text: str, part: str) -> int:
    return next(n for n, line in enumerate(text.splitlines(), 1) if part in line)


def swapped(old: str, new: str) -> str:
    assert old in a.EXAMPLE
    return a.EXAMPLE.replace(old, new, 1)


def test_the_example_is_read_whole():
    c = a.example()
    assert (c.direction, c.party, c.zone, c.settle_days) == (Direction.CLIENT, "hechuan", "Asia/Shanghai", 3)
    answered, slices = c.objective("answered-20"), c.objective("half-hours")
    assert (answered.target, answered.minimum, answered.weight) == (Decimal("0.85"), Decimal("0.8"), Decimal("0.4"))
    assert (slices.budgeting, slices.window, slices.slice_target) == (
        Budgeting.TIMESLICES, Window.WEEK, Decimal("0.8"),
    )  # fmt: skip
    assert c.objective("solved-in-one").bands[0] == Band(Decimal("0.8"), bonus=Decimal("0.5"))
    assert c.objective("abandoned").op is Op.LTE
    assert c.services[0].hours.week == ((Period(480, 1200),),) * 7
    assert [one.date for one in c.services[0].hours.holidays] == ["2026-10-01"]
    assert c.volume.monthly[1] == ("2026-07", 27600)
    assert [one.effect for one in c.volume.excess] == [Effect.WITHIN_DAYS, Effect.WAIVE]
    assert (c.money.at_risk, c.money.repeat.multiplier) == (Decimal("0.1"), Decimal("1.5"))
    assert sum(one.weight for one in c.objectives) == 1


def test_written_and_read_again_it_is_the_same_contract_with_the_same_digest():
    once = a.example()
    text = written.text(once)
    again, found = parse(text)
    assert found == ()
    assert again == once
    assert written.digest(again) == written.digest(once)
    assert written.text(again) == text


def test_layout_comments_and_percent_signs_do_not_move_the_digest_but_one_number_does():
    same = swapped("targetPercent: 85\n", "target: 0.850   # expected\n")
    other = swapped("targetPercent: 85\n", "targetPercent: 85.1\n")
    digest = written.digest(a.example())
    assert written.digest(parse(same)[0]) == digest
    assert written.digest(parse(other)[0]) != digest


def test_every_error_is_told_at_once_with_its_line_and_field():
    text = swapped("targetPercent: 85\n", "targetPercent: 185\n")
    text = text.replace("metric: csat\n", "metric: csatt\n").replace("timeZone: Asia/Shanghai", "timeZone: Mars/Base")
    text = text.replace("  settleDays: 3\n", "  settleDay: 3\n", 1)
    assert problems(text) == [
        (line_of(text, "Mars/Base"), "spec.timeZone", "unknown_zone"),
        (line_of(text, "settleDay:"), "spec.settleDay", "unknown_field"),
        (line_of(text, "185"), "spec.objectives[0].targetPercent", "out_of_range"),
        (line_of(text, "csatt"), "spec.objectives[4].metric", "unknown_metric"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "field", "code"),
    [
        ("apiVersion: sla/v1", "apiVersion: sla/v2", "apiVersion", "wrong_version"),
        ("  party: hechuan", "  party: ", "spec.party", "missing"),
        ("from: 2026-01-01", "from: 2026-13-01", "spec.period.from", "not_a_date"),
        ("to: 2026-12-31", "to: 2025-12-31", "spec.period.to", "ends_before"),
        ('mon-sun: "8:00-20:00"', 'mo: "8:00-20:00"', "spec.services[0].hours.week.mo", "not_a_weekday"),
        ('mon-sun: "8:00-20:00"', 'mon: "8-20"', "spec.services[0].hours.week.mon", "not_a_time"),
        ("minimumPercent: 80", "minimumPercent: 90", "spec.objectives[0].minimumPercent", "minimum_better"),
        ("op: lte\n      target: 25", "op: gte\n      target: 25", "spec.objectives[2].op", "wrong_way"),
        ("      target: 25", "      targetPercent: 25", "spec.objectives[2].targetPercent", "not_percent"),
        ("      timeSliceTarget: 0.8\n", "", "spec.objectives[3]", "slices_missing"),
        ("judged: conversation", "judged: courtesy", "spec.objectives[7].judged", "unknown_quality"),
        ("{reachPercent: 80, bonus", "{reachPercent: 70, bonus", "spec.objectives[5].bands[0]", "bonus_below"),
        ("classes: [clientCaused,", "classes: [clientsFault,", "spec.exclusions.classes[0]", "not_one_of"),
        ("- {upToPercent: 20, effect", "- {upToPercent: 5, effect", "spec.volume.beyond[0]", "waive_last"),
        ("2026-07: 27600", "2026-7: 27600", "spec.volume.forecast.2026-7", "not_a_month"),
        ("currency: CNY", "currency: yuan", "spec.money.currency", "bad_currency"),
        ("repeat: {misses: 3", "repeat: {misses: 9", "spec.money.repeat.misses", "misses_within"),
        ("knowledge}, weight: 0.3", "knowledge}, weight: 0.2", "spec.quality[0].criteria", "criteria_weights"),
        ('by: "10:00"', 'by: "25:00"', "spec.reports[1].by", "not_a_time"),
        ("name: csat\n", "name: abandoned\n", "spec.objectives[6].name", "same_id"),
        ("      weight: 0.4\n", "      weight: 0.4\n      weight: 0.5\n", "spec.objectives[0].weight", "twice"),
        ("metric: sl3(20)\n", "metric: agents_by_state\n", "spec.objectives[0].metric", "unknown_metric"),
    ],
)  # fmt: skip
def test_what_can_be_wrong(old: str, new: str, field: str, code: str):
    assert (field, code) in [(where, what) for _, where, what in problems(swapped(old, new))]


def test_text_that_is_no_yaml_tells_its_place():
    assert problems("a: [1,\nb: }") == [(2, "", "bad_yaml")]
    assert problems("- 1\n- 2\n")[0][2] == "not_a_contract"
    assert problems("")[0][2] == "not_a_contract"


def test_a_document_of_aliases_without_end_is_refused():
    levels = "\n".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, 9))
    assert problems(f"l0: &l0 [x]\n{levels}\n")[0][2] == "aliases"


def test_what_both_call_a_short_abandon_goes_into_the_metric():
    text = swapped("metric: sl3(20)\n      op: gte", "metric: sl6(20)\n      op: gte")
    assert parse(text)[0].objective("answered-20").metric == "sl6(20,5)"


def test_every_code_that_is_used_has_its_words():
    import re
    from pathlib import Path

    folder = Path(a.jietong.sla.__file__).parent
    source = "".join((folder / f"{name}.py").read_text() for name in ("nodes", "document", "objectives"))
    used = set(re.findall(r'\.wrong\(\s*"([a-z_]+)"', source)) | set(
        re.findall(r'Problem\([^"]*"", "([a-z_]+)"', source)
    )
    assert len(used) > 30
    assert used <= faults.codes()


@given(
    st.integers(0, len(a.EXAMPLE)),
    st.integers(0, 60),
    st.sampled_from(["", "\n", ": ", "- ", "[", "{a: 1}", "\t", "💥", "&x ", "*x", "null", "-1", "1e99"]),
)
def test_a_damaged_text_is_told_never_raised(at: int, cut: int, put: str):
    text = a.EXAMPLE[:at] + put + a.EXAMPLE[at + cut :]
    contract, found = parse(text)
    assert (contract is None) == bool(found)
    for one in found:
        assert one.message
        assert one.line >= 1
