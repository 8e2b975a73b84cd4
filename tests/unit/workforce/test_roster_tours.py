"""The cheapest tour and the best pauses, against trying everything."""

from itertools import product

import numpy as np
import pytest

from jietong.core.vocabulary import Activity
from jietong.workforce.roster.audit import pauses as judged
from jietong.workforce.roster.breaks import BLOCK, BREAK, MEAL, ON_LINE, Pauses, placed
from jietong.workforce.roster.problem import BreakRule, Rule, Span
from jietong.workforce.roster.tours import Rules, cheapest, within

DAYS = 8


def random_rules(rng: np.random.Generator) -> Rules:
    kinds = int(rng.integers(1, 3))
    follows = np.broadcast_to(rng.random((kinds, kinds)) < 0.8, (DAYS, kinds, kinds)).copy()
    closes, new_week = np.zeros(DAYS, np.bool_), np.zeros(DAYS, np.bool_)
    closes[[4, DAYS - 1]] = True
    new_week[4] = True
    least = np.zeros(DAYS, np.int64)
    least[[4, DAYS - 1]] = rng.integers(0, 3, 2)
    weekend = np.zeros(DAYS, np.int64)
    weekend[3:5] = 1, 2
    edge = bool(rng.random() < 0.5)
    return Rules(
        follows=follows,
        units=rng.integers(1, 4, kinds),
        weekend=weekend,
        most=np.where(np.arange(DAYS) < 5, 6, 4).astype(np.int64),
        least=least,
        soft=np.full(DAYS, 3, np.int64),
        dear=np.full(DAYS, float(rng.integers(0, 3))),
        closes=closes,
        new_week=new_week,
        max_run=int(rng.integers(2, 6)),
        min_run=int(rng.integers(1, 4)),
        min_off=int(rng.integers(1, 4)),
        max_weekends=int(rng.integers(0, 2)),
        max_week_days=int(rng.integers(3, 8)),
        edge=edge,
        work_before=0 if edge else 1,
        weekend_dear=float(rng.integers(0, 3)),
        weekends_free=int(rng.integers(0, 2)),
        late=np.arange(kinds) == 0,
        late_dear=float(rng.integers(0, 3)),
        lates_free=int(rng.integers(0, 4)),
        late_hard=bool(rng.random() < 0.3),
    )


def cost_by_hand(rules: Rules, work: np.ndarray, free: np.ndarray, tour: tuple[int, ...]) -> float:
    """As the docstring of `Rules` says it, counted plainly; infinite where a rule is broken."""
    total = sum(free[day] if kind < 0 else work[day, kind] for day, kind in enumerate(tour))
    before = rules.work_before
    works = [True] * before + [kind >= 0 for kind in tour]
    start = 0
    for n in range(1, len(works) + 1):
        if n == len(works) or works[n] != works[start]:
            length, inner = n - start, n < len(works) and (start > 0 or not rules.edge)
            if works[start] and (length > rules.max_run or (inner and length < rules.min_run)):
                return np.inf
            if not works[start] and inner and length < rules.min_off:
                return np.inf
            start = n
    for day in range(DAYS):
        last = tour[day - 1] if day else (rules.last_kind if before else -1)
        if tour[day] >= 0 and last >= 0 and not rules.follows[day, last, tour[day]]:
            return np.inf
    for first, end in ((0, 5), (5, DAYS)):
        units = sum(int(rules.units[kind]) for kind in tour[first:end] if kind >= 0)
        days = sum(kind >= 0 for kind in tour[first:end])
        if not rules.least[end - 1] <= units <= rules.most[end - 1] or days > rules.max_week_days:
            return np.inf
        total += rules.dear[end - 1] * max(0, units - int(rules.soft[end - 1]))
    weekends, lates = int(tour[3] >= 0 or tour[4] >= 0), tour.count(0)
    if weekends > rules.max_weekends or (rules.late_hard and lates > rules.lates_free):
        return np.inf
    total += rules.weekend_dear * max(0, weekends - rules.weekends_free)
    total += rules.late_dear * max(0, lates - rules.lates_free)
    return float(total)


@pytest.mark.parametrize("seed", range(24))
def test_no_tour_is_cheaper_and_none_within_the_limit_is_missed(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rules = random_rules(rng)
    kinds = len(rules.units)
    work = rng.integers(-9, 10, (DAYS, kinds)).astype(float)
    free = rng.integers(-3, 4, DAYS).astype(float)
    if seed % 3 == 0:
        work[rng.integers(DAYS)] = np.inf
    costs = {t: cost_by_hand(rules, work, free, t) for t in product(range(-1, kinds), repeat=DAYS)}
    best = min(costs.values())
    found, tour = cheapest(rules, work, free)
    assert found == best
    if best < np.inf:
        assert costs[tuple(tour)] == best
        near, whole = within(rules, work, free, best + 2, 100_000)
        assert whole
        assert {tuple(row) for row in near.tolist()} == {t for t, cost in costs.items() if cost <= best + 2}


def as_spans(marks: np.ndarray) -> tuple[Span, ...]:
    names = {ON_LINE: Activity.WORK, BREAK: Activity.BREAK, MEAL: Activity.MEAL, BLOCK: Activity.TRAINING}
    out: list[Span] = []
    for step, mark in enumerate(marks):
        if out and out[-1].activity is names[int(mark)]:
            out[-1] = Span(out[-1].start, step + 1, out[-1].activity)
        else:
            out.append(Span(step, step + 1, names[int(mark)]))
    return tuple(out)


@pytest.mark.parametrize("length", [4, 8, 9, 16, 24, 30, 36, 40])
def test_15_minutes_for_every_two_hours_on_line_and_a_meal(length: int) -> None:
    """G6, whatever cover asks for."""
    rng = np.random.default_rng(length)
    rule = BreakRule()
    pauses = Pauses.of(rule)
    for value in rng.random((50, length)):
        assert not list(judged(rule, as_spans(placed(pauses, value)[1])))


def test_the_placement_is_the_best_of_all() -> None:
    rule = BreakRule(every_s=2_700, apart_s=900, meal_from_s=7_200, meal_s=1_800, meal_after_s=2_700, meal_by_s=3_600)
    good = [
        on_line
        for marks in product((ON_LINE, BREAK, MEAL), repeat=8)
        for on_line in [np.array(marks)]
        if not list(judged(rule, as_spans(on_line)))
    ]
    assert good
    rng = np.random.default_rng(4)
    for _ in range(20):
        value = rng.integers(0, 9, 8).astype(float)
        best = max(float(value[marks == ON_LINE].sum()) for marks in good)
        assert placed(Pauses.of(rule), value)[0] == pytest.approx(best, abs=1e-5)


@pytest.mark.parametrize(
    ("marks", "rule"),
    [
        ("w" * 9 + "b" + "w" * 6, Rule.BREAKS),  # too long on line
        ("w" * 2 + "b" + "w" * 8 + "b" + "w" * 4, Rule.BREAKS),  # too near the start
        ("w" * 6 + "b" + "w" * 2 + "b" + "w" * 6, Rule.BREAKS),  # too near each other
        ("w" * 8 + "b" + "w" * 8 + "b" + "w" * 2, Rule.BREAKS),  # too near the end
        ("w" * 8 + "b" + "w" * 8 + "b" + "w" * 7, Rule.MEAL),  # none where one is due
        ("w" * 4 + "mmmm" + "w" * 8 + "b" + "w" * 8, Rule.MEAL),  # too soon
        ("w" * 8 + "mm" + "w" * 8 + "b" + "w" * 6, Rule.MEAL),  # too short
    ],
)
def test_the_checker_names_a_wrong_pause(marks: str, rule: Rule) -> None:
    kinds = {"w": ON_LINE, "b": BREAK, "m": MEAL}
    spans = as_spans(np.array([kinds[mark] for mark in marks]))
    assert rule in {found for found, _ in judged(BreakRule(), spans)}


def test_a_training_keeps_its_place_and_pauses_go_around_it() -> None:
    blocks = np.zeros(36, np.int64)
    blocks[10] = 4
    worth, marks = placed(Pauses.of(BreakRule()), np.ones(36), blocks)
    assert worth > 0
    assert (marks[10:14] == BLOCK).all()
    assert (marks == BLOCK).sum() == 4
    assert not list(judged(BreakRule(), as_spans(marks)))
