"""What the statement says, in three languages: verdict, money, need, cause, definitions to sign (D4, D6, D7)."""

import re
from decimal import Decimal
from pathlib import Path

import agreements as a
import pytest
from msgspec.structs import replace
from test_month_by_hand import evaluated, july
from test_standing import standing

from jietong.core.specs import Names
from jietong.metrics.catalogue import CATALOGUE
from jietong.metrics.definition import How
from jietong.sla.model import Criterion as C
from jietong.sla.model import Exclusion, ExclusionClass, ExclusionState, Quality
from jietong.sla.rules.evaluate import evaluate
from jietong.sla.rules.levers import Block, Lever, Levers
from jietong.sla.rules.result import Need, Unit, Verdict
from jietong.sla.words import causes, definitions, result, template

D = Decimal


def whole(told: Names) -> Names:
    """In all three languages, no part left open, 繁體 not the same signs as 简体 where they differ."""
    for language in ("zh-Hans", "zh-Hant", "en"):
        assert told[language].strip()
        assert not re.search(r"\{\w*\}", told[language])
        assert "None" not in told[language]
    assert not re.search(r"[一-鿿]", re.sub(r"[^ -~]*", "", told["en"]))
    return told


def test_verdict_and_money_in_two_sentences():
    told = whole(result.headline(evaluated(), july().contract))
    assert told["en"] == (
        "answered: the target was missed by 19 calls out of 27,857. "
        "The net credit is ¥10,935.00: Hechuan pays ¥475,065.00 for July."
    )
    assert told["zh-Hant"] == (
        "answered未達標，差 19 通（共 27,857 通）。淨扣款 ¥10,935.00：Hechuan應付 7 月費用 ¥475,065.00。"
    )


@pytest.mark.parametrize(
    ("num", "den", "at", "said"),
    [
        (1_000, 1_000, 15, "answered is met so far: 100.0 % against 85.0 %."),
        (800, 1_000, 15, "answered is at risk: 80.0 % so far against 85.0 %."),
        (0, 1_400, 15, "answered cannot be reached any more: 0.0 % so far against 85.0 %."),
        (3_000, 3_001, 31, "answered is safe: 100.0 %, and whatever comes, 85.0 % is reached."),
        (0, 0, 15, "answered: nothing happened, so nothing was missed."),
    ],
)
def test_a_period_that_runs_says_how_it_stands(num: int, den: int, at: int, said: str):
    found = standing(num, den, at)
    assert whole(result.verdict_sentence(found, a.contract(a.objective("answered", "sl3(20)", "0.85"))))["en"] == said


def test_every_verdict_has_a_sentence():
    case = july()
    found = evaluated()
    main = found.objectives[0]
    for verdict in Verdict:
        if verdict is Verdict.SHOWN:
            continue
        for closed in (True, False):
            changed = replace(main, verdict=verdict)
            whole(result.verdict_sentence(replace(found, objectives=(changed,), closed=closed), case.contract))
            whole(result.verdict(changed))


def test_what_the_rest_needs():
    one = replace(evaluated().objectives[0], verdict=Verdict.AT_RISK)
    need = Need(4_210, "forecast", D("0.9131"), good=3_844, spare=366, short=266, best=D("0.87"), worst=D("0.72"))
    assert whole(result.need(need, one))["en"] == "91.3 % of the remaining 4,210"
    assert result.need(need, one)["zh-Hant"] == "其餘 4,210 次需達 91.3 %"
    assert whole(result.need(replace(need, basis="hours"), one))["zh-Hans"] == "其余 4,210 个时段需达 91.3 %"
    hopeless = replace(one, verdict=Verdict.UNREACHABLE)
    assert whole(result.need(need, hopeless))["en"] == "Even if all the remaining 4,210 go well: 87.0 %"
    whole(result.need(replace(need, rest=0), one))
    down = replace(july().contract.objective("abandoned"))
    abandoned = replace(evaluated().objective(down.id), verdict=Verdict.MET)
    spare = Need(4_210, "forecast", D("0.09"), spare=379)
    assert whole(result.need(spare, abandoned))["en"] == "379 of the remaining 4,210 may still go badly, 9.0 %"


def test_volume_access_cap_and_repeat():
    case, found = july(), evaluated()
    told = whole(result.volume(found.volume, case.contract))["en"]
    assert told.startswith("Volume: 28,412 against 27,600 forecast, +2.9 %, inside the agreed 10 %;")
    assert whole(result.access(found.access))["en"].startswith("Turned away, measured: 2,462. Lost in the menu: 352.")
    assert whole(result.cap_sentence(found.money))["en"] == "Credits take 27.5 % of their ¥48,600.00 limit."
    from jietong.sla.model import Past

    second = evaluated(replace(case, past=(Past("2026-05", "answered", True, D("0.8")),)))
    assert whole(result.repeat(second.objectives[0], case.contract))["en"].startswith("It is miss number 2 within 6")
    assert result.repeat(found.objective("quality"), case.contract) is None


def test_unknown_is_said_and_never_zero():
    case = july()
    found = evaluate(
        case, a.answers(case, a.AFTER, {a.on(2): {"requested_agent": (10, 1), "sl3(20)": (9, 10)}}), a.AFTER
    )
    assert whole(result.access(found.access))["en"] == (
        "Callers turned away: unknown. No entry was recorded; that is not 0."
    )


def test_why_the_worst_days_who_was_turned_away_what_was_taken_out():
    case = july()
    days = {
        day: {"sl3(20)": (95, 100), "requested_agent": (100, 1), "entry_offered": (105, 1)}
        for day in a.every(*a.JULY)
    }
    days[a.on(8)] = {"sl3(20)": (10, 100), "requested_agent": (100, 1), "entry_offered": (105, 1)}
    for monday in (6, 13, 20, 27):
        days[a.on(monday)] = {**days[a.on(monday)], "entry_blocked": (40, 1), "sl7(20)": (95, 140)}
    found = evaluate(case, a.answers(case, a.AFTER, days), a.AFTER)
    agreed = Exclusion(
        "x",
        ExclusionClass.CARRIER_FAULT,
        "Carrier fault",
        a.begin(a.on(22)),
        a.begin(a.on(23)),
        state=ExclusionState.APPROVED,
    )
    refused = replace(agreed, id="y", title="Promotion", state=ExclusionState.REJECTED, start=a.begin(a.on(19)))
    block = Block(0, 9, 60, 0.25, ())
    told = causes.causes(found, case.contract, (agreed, refused), block)
    english = [whole(one.texts)["en"] for one in told]
    assert english[0] == "On Mondays from 9:00 to 12:00 60 were not answered in time, 25 % of all that were not."
    assert english[1] == "On 8 July 90 were not answered in time, 38 % of all that were not."
    assert english[2].startswith("160 calls met a busy tone, 160 of them on Mondays: outside the contract's ")
    assert english[3] == "Taken out by agreement: Carrier fault (22 July)."
    assert english[4] == "Not agreed, and so not taken out: Promotion (19 July)."


def test_levers_in_words_with_what_they_bring():
    base = Lever("unchanged", 0.839, 0.76, False, D(0))
    more = Lever("agents", 0.853, 0.786, True, D(1824), 0, {"agents": "4", "weekday": "0", "from": "9", "to": "12"})
    lines = Lever("lines", 0.827, 0.811, False, D(2160), 0, {"lines": "12"})
    assert whole(causes.lever(more))["en"] == "4 more on Mondays, 9:00–12:00"
    assert causes.lever(more)["zh-Hant"] == "週一 9–12 時增加 4 人"
    assert whole(causes.expected(more, base))["en"] == "SL3 +1.4, true access +2.6 (simulated, points)"
    told = whole(causes.calibration(Levers(0.85, 0.841, 0.76, -0.002, 1.0, True, (base, more, lines))))
    assert "−0.2 points away" in told["en"]
    assert "wait longer" in told["en"]
    for kind in ("callback", "agents_and_callback", "handling"):
        whole(causes.lever(Lever(kind, 1.0, 1.0, True, None, 0, {"seconds": "90", "percent": "10"})))


@pytest.mark.parametrize(
    ("metric", "sums"),
    [
        ("sl1(20)", "SL1 = 78 ÷ 88 = 88.6 %"),
        ("sl2(20)", "SL2 = 76 ÷ 84 = 90.5 %"),
        ("sl3(20)", "SL3 = 76 ÷ 88 = 86.4 %"),
        ("sl4(20)", "SL4 = 76 ÷ 86 = 88.4 %"),
        ("sl5(20,5)", "SL5 = 77 ÷ 88 = 87.5 %"),
        ("sl6(20,5)", "SL6 = 76 ÷ 87 = 87.4 %"),
        ("sl7(20)", "SL7 = 76 ÷ 100 = 76.0 %"),
    ],
)
def test_each_variant_has_its_own_worked_example_to_sign(metric: str, sums: str):
    one = a.objective("o", metric, "0.85", "0.80")
    contract = a.contract(one)
    told = whole(definitions.example(contract, one))["en"]
    assert sums in told
    assert ("one caller in four was not helped" in told) == (not metric.startswith("sl7"))
    assert "within 20 s" in whole(definitions.formula(contract, one))["en"]
    assert "At 84.9 %: ¥486,000.00 × 10.0 % × 40.0 % × 0.5 = ¥9,720.00." in told


@pytest.mark.parametrize("id", sorted(id for id, d in CATALOGUE.items() if d.how not in (How.NOW, How.STREAK)))
def test_every_figure_of_the_catalogue_can_be_signed(id: str):
    one = a.objective("o", id, "0.5", weight=D(0))
    whole(definitions.formula(a.contract(one), one))
    whole(definitions.example(a.contract(one), one))


def test_slices_and_judged_criteria_have_their_words():
    example = a.example()
    slices, quality = example.objective("half-hours"), example.objective("joint-quality")
    assert "share of intervals that reach 80.0 %" in whole(definitions.formula(example, slices))["en"]
    assert "142 ÷ 168 = 84.5 %" in whole(definitions.example(example, slices))["en"]
    told = whole(definitions.formula(example, quality))["en"]
    assert "Product knowledge 30 %" in told
    assert "150 contacts a month" in told
    bare = replace(example, quality=(Quality("conversation", a.named("q"), (C("x", a.named("x"), D(1)),)),))
    assert "a panel of both sides" in whole(definitions.formula(bare, quality))["en"]


def test_each_step_that_the_rules_note_has_its_words():
    folder = Path(a.jietong.sla.__file__).parent / "rules"
    source = "".join(one.read_text() for one in folder.glob("*.py"))
    used = set(re.findall(r'Step\(\s*"([a-zA-Z_]+)"', source)) | {
        "volume_relax", "volume_withinDays", "volume_forecastShare", "volume_waive",
    }  # fmt: skip
    assert len(used) > 20
    assert used == result.step_codes()


def test_the_steps_of_july_explain_the_money():
    case, found = july(), evaluated()
    told = [whole(result.step(step, case.contract))["en"] for step in found.objectives[0].steps]
    assert told[0] == "23660 ÷ 27857 = 0.8493"
    assert told[-1].startswith("Credit 9720.00 = fee 486000.00 × at risk 0.1 × weight 0.4 × band 0.5")
    for line in found.money.lines:
        whole(result.money_line(line, case.contract))


def test_figures_are_written_as_each_language_does():
    assert template.percent(D("0.84935")) == "84.9 %"
    assert template.points(D("-0.012"), signed=True) == "−1.2"
    assert template.money(D("-1234.5"), "CNY") == "−¥1,234.50"
    assert template.money(D("1234"), "JPY", D(1)) == "¥1,234"
    assert template.amount(D("12.34"), Unit.SECONDS) == {"zh-Hans": "12.3 秒", "zh-Hant": "12.3 秒", "en": "12.3 s"}
    assert template.amount(None, Unit.RATIO)["en"] == "–"
    assert template.day(a.on(8)) == {"zh-Hans": "7 月 8 日", "zh-Hant": "7 月 8 日", "en": "8 July"}
