"""Who is needed, what a missing agent costs, trunks beside the seats (H1, H3, D6), and patience from data."""

import math
import random

import pytest

from jietong.core.errors import Invalid
from jietong.workforce.model import Goal, Load, Need
from jietong.workforce.patience import ENDLESS, Patience
from jietong.workforce.requirement import (
    Service,
    expected,
    late,
    pooled,
    prices,
    requirement,
    rostered,
    summed,
    trunks_beside,
)

GOAL = Goal(share=0.85, within_s=20, max_occupancy=0.88)


def load(*calls: float, aht: float = 240, queue: str = "repairs") -> Load:
    return Load(queue, 0, 900, tuple(calls), (aht,) * len(calls))


def test_zero_calls_need_nobody_or_the_least_of_an_open_queue():
    assert requirement(load(0, 0, 10), GOAL).agents[:2] == (0, 0)
    manned = requirement(load(0, 0, 0.2, 50), GOAL, Service(least=2), hours=[False, True, True, True])
    assert manned.agents[:3] == (0, 2, 2)
    assert manned.agents[3] > 2
    assert requirement(load(9), GOAL, hours=[False]).agents == (0,)


def test_the_need_meets_the_goal_and_one_agent_fewer_does_not():
    calls = [0.5, 3, 12.5, 40, 90, 400]
    for service in (Service(), Service(patience_s=90), Service(patience_s=90, redial=0.4)):
        of = load(*calls)
        need = requirement(of, GOAL, service)
        with_all = expected(of, GOAL, need.agents, service)
        fewer = expected(of, GOAL, [max(0, n - 1) for n in need.agents], service)
        for i in range(len(calls)):
            assert with_all.in_time[i] >= 0.85 - 1e-12
            assert with_all.occupancy[i] <= 0.88 + 1e-9
            assert fewer.in_time[i] < 0.85 or fewer.occupancy[i] > 0.88


def test_the_guard_against_overload_binds_in_large_queues():
    free = requirement(load(2000), Goal(0.8, 20, None)).agents[0]
    guarded = requirement(load(2000), GOAL).agents[0]
    assert guarded == math.ceil(2000 * 4 * 240 / 3600 / 0.88)
    assert free < guarded


def test_callers_who_give_up_need_fewer_and_those_who_call_again_more():
    of = load(60)
    patient = requirement(of, Goal(max_occupancy=None)).agents[0]
    leaving = requirement(of, Goal(max_occupancy=None), Service(patience_s=60)).agents[0]
    again = requirement(of, Goal(max_occupancy=None), Service(patience_s=60, redial=0.9)).agents[0]
    assert leaving < again <= patient + 1


def test_chat_is_counted_in_contacts_at_a_time():
    of = load(40, aht=900)
    one = requirement(of, GOAL).agents[0]
    three = requirement(of, GOAL, Service(at_a_time=3)).agents[0]
    assert one / 3.2 < three < one / 2


def test_parts_of_an_agent_lie_between_the_whole_ones():
    of = load(0, 0.3, 5, 33, 250)
    whole, parts = requirement(of, GOAL).agents, requirement(of, GOAL, fractions=True).agents
    assert parts[0] == 0
    assert all(n - 1 <= part <= n for n, part in zip(whole[1:], parts[1:], strict=True))
    assert sum(parts) < sum(whole)


def test_the_price_of_each_missing_agent_never_falls_and_adds_up():
    of = load(0, 2, 30, 90)
    service = Service(patience_s=120)
    need = requirement(of, GOAL, service)
    told = prices(of, GOAL, need, service)
    assert told[0] == ()
    for i, each in enumerate(told):
        assert list(each) == sorted(each)
        missing = [n - len(each) if k == i else n for k, n in enumerate(need.agents)]
        more = late(of, GOAL, missing, service)[i] - late(of, GOAL, need.agents, service)[i]
        assert sum(each) == pytest.approx(more, abs=1e-9)
    assert told[3][0] > told[2][0] > 0  # the busier step loses more by one agent
    assert len(told[1]) == need.agents[1] <= 8


def test_queues_served_together_need_fewer_than_apart():
    a, b = load(12, 30), load(20, 5, aht=400, queue="orders")
    both = pooled([a, b])
    assert both.calls == (32, 35)
    assert both.aht_s[0] == pytest.approx((12 * 240 + 20 * 400) / 32)
    apart = summed([requirement(a, GOAL), requirement(b, GOAL)])
    assert apart.queues == ("repairs", "orders")
    together = requirement(both, GOAL)
    assert all(x < y for x, y in zip(together.agents, apart.agents, strict=True))
    with pytest.raises(ValueError, match="grid"):
        pooled([a, load(1)])


def test_shrinkage_is_divided_and_not_rounded_up():
    assert rostered(Need(("q",), 0, 900, (7.0, 0.0)), 0.3).agents == (10.0, 0.0)
    with pytest.raises(Invalid):
        rostered(Need(("q",), 0, 900, (7.0,)), 1.0)


@pytest.mark.parametrize("calls", [(-1.0,), (math.nan,), (math.inf,)])
def test_a_load_that_is_none_is_refused(calls):
    with pytest.raises(Invalid):
        requirement(load(*calls), GOAL)


def test_every_contact_in_time_is_refused():
    with pytest.raises(Invalid, match="100 %"):
        requirement(load(3), Goal(share=1))


def test_trunks_carry_the_flow_and_the_wait_but_no_wrapup():
    quiet = trunks_beside(60, 240, 20, flow_s=30, wrapup_s=60)
    assert quiet.held_s == pytest.approx(30 + 180, abs=0.01)
    assert quiet.load == pytest.approx(60 * quiet.held_s / 3600)
    busy = trunks_beside(300, 240, 20.5, flow_s=30, wrapup_s=60)
    assert busy.held_s > 210 + 60  # the wait holds lines too
    short = trunks_beside(300, 240, 20.5, flow_s=30, wrapup_s=60, patience_s=60)
    assert short.lines < busy.lines
    assert trunks_beside(300, 240, 20.5, flow_s=30, wrapup_s=60, retries=0.9).lines >= busy.lines
    with pytest.raises(Invalid, match="grows without end"):
        trunks_beside(300, 240, 20, flow_s=30, wrapup_s=60)


def test_patience_by_kaplan_and_meier():
    """By hand: 5 at risk, one gives up at 10 (4/5), one is answered at 15, one gives up at 20 (of 3: 2/3)."""
    curve = Patience([(10, True), (15, False), (20, True), (30, False), (40, True)])
    assert curve.alive(9) == 1
    assert abs(curve.alive(10) - 0.8) < 1e-12
    assert abs(curve.alive(20) - 0.8 * 2 / 3) < 1e-12
    assert curve.alive(40) == 0
    assert curve.median == 40
    assert curve.beyond(20, 0.1) == 40
    assert Patience([(10, False)]).beyond(5, 0.99) == ENDLESS


def test_mean_patience_is_found_although_most_are_answered_first():
    dice = random.Random(5)
    waits = []
    for _ in range(20_000):
        patience, offered = dice.expovariate(1 / 90_000), dice.expovariate(1 / 15_000)
        waits.append((round(min(patience, offered)), patience < offered))
    curve = Patience(waits)
    assert curve.mean_s == pytest.approx(90, rel=0.05)
    assert curve.seen_mean_s < 90
    assert curve.alive(30_000) == pytest.approx(math.exp(-1 / 3), rel=0.02)


def test_of_nobody_nothing_is_known():
    assert Patience([]).mean_s is None
    assert Patience([]).seen_mean_s == 0
    assert Patience([(5000, False)]).mean_s is None
    assert Patience([(2000, True), (4000, True)]).seen_mean_s == 3
