"""Which lever would have met it, computed (D7)."""

import random
import time
from decimal import Decimal

import agreements as a

from jietong.sla.rules.levers import Costs, Levers, levers, outcome_of, worst_block
from jietong.sla.rules.rerun import Call, Change, Staff, run, staff_of, traffic

MINUTE = 60_000
HOUR = 60 * MINUTE


def a_month(n_days: int = 31, agents: int = 20, per_hour: int = 80, seed: int = 4) -> tuple[list[Call], list[Staff]]:
    """A queue of its own: exponential handling and patience, Mondays from 9 to 12 half as busy again; of every call
    beyond 28 on the line the caller meets a busy tone."""
    chance = random.Random(seed)
    calls: list[Call] = []
    staff = []
    for day in a.every(a.on(1), a.on(n_days)):
        start = a.begin(day, 8)
        staff.append(Staff(start, start + 12 * HOUR, agents))
        free = [start] * agents
        ends: list[int] = []
        at = float(start)
        while True:
            busy_hour = day.weekday() == 0 and 9 <= 8 + (at - start) / HOUR < 12
            at += chance.expovariate(per_hour * (1.5 if busy_hour else 1) / HOUR)
            if at >= start + 12 * HOUR:
                break
            now = round(at)
            ends = [e for e in ends if e > now]
            if len(ends) >= 28:
                calls.append(Call(now, 0, 0, "blocked"))
                continue
            free.sort()
            wait = max(0, free[0] - now)
            patience = round(chance.expovariate(1 / 180_000))
            handled = round(chance.expovariate(1 / 780_000))
            if patience < wait:
                calls.append(Call(now, patience, 0, "abandoned"))
                ends.append(now + patience)
            else:
                calls.append(Call(now, wait, handled, "answered"))
                free[0] = now + wait + handled
                ends.append(now + wait + handled)
    return calls, staff


CALLS, STAFF = a_month()


def found(**more: object) -> Levers:
    given = {"target": 0.85, "target_ms": 20_000, "zone": a.ZONE, **more}
    return levers(CALLS, STAFF, **given)  # type: ignore[arg-type]


FOUND = found(costs=Costs(Decimal(38), Decimal("0.5"), Decimal(180)))


def test_the_unchanged_run_comes_out_near_the_real_figure():
    assert abs(FOUND.calibration) < 0.01
    assert 0.9 < FOUND.factor < 1.1  # the model is the queue that made the calls
    assert FOUND.actual == outcome_of(CALLS, 20_000).level


def test_without_knowing_who_was_on_line_the_calls_themselves_tell():
    told = levers(CALLS[:12_000], (), target=0.85, target_ms=20_000, zone=a.ZONE)
    assert not told.staffed
    assert abs(told.calibration) < 0.02


def test_more_agents_in_the_worst_hours_are_put_on_mondays():
    one = next(item for item in FOUND.items if item.kind == "agents")
    assert (one.values["weekday"], one.values["from"]) == ("0", "9")
    assert one.level > FOUND.items[0].level
    n, mondays = int(one.values["agents"]), 4
    assert one.cost == Decimal(38) * n * 3 * mondays


def test_each_lever_moves_the_figures_its_own_way():
    by = {item.kind: item for item in FOUND.items}
    base = by["unchanged"]
    assert by["handling"].level > base.level
    assert by["callback"].abandoned < base.abandoned  # who would have given up is reached
    assert by["agents_and_callback"].level >= by["agents"].level - 0.005
    # only more lines: more come in, and all wait longer
    assert by["lines"].access > base.access - 0.02
    assert by["lines"].level <= base.level


def test_the_same_seed_gives_the_same_answer():
    week = CALLS[:6000]
    once, again = (levers(week, STAFF[:7], target=0.85, target_ms=20_000, zone=a.ZONE, seed=7) for _ in range(2))
    assert once == again


def test_thirty_thousand_calls_take_less_than_three_seconds():
    assert len(CALLS) > 29_000
    begun = time.process_time()
    found()
    assert time.process_time() - begun < 3


def test_nothing_missed_has_no_worst_hour_and_no_calls_no_levers():
    fine = [Call(n * MINUTE, 1000, MINUTE, "answered") for n in range(50)]
    assert worst_block(fine, 20_000, a.ZONE) is None
    assert levers([], [], target=0.85, target_ms=20_000, zone=a.ZONE).items == ()


def test_one_agent_serves_first_come_first_served():
    calls = [Call(0, 0, 10_000, "answered"), Call(1000, 9000, 10_000, "answered"), Call(2000, 5000, 0, "abandoned")]
    outcome = run(traffic(calls), [Staff(0, HOUR, 1)], 5000)
    assert (outcome.in_time, outcome.answered, outcome.abandoned) == (1, 2, 1)
    two = run(traffic(calls), [Staff(0, HOUR, 1)], 5000, Change(extra=((0, HOUR, 1),)))
    assert (two.in_time, two.abandoned) == (2, 1)
    three = run(traffic(calls), [Staff(0, HOUR, 3)], 5000)
    assert (three.in_time, three.abandoned) == (3, 0)


def test_who_met_a_busy_tone_gets_in_only_through_more_lines():
    calls = [Call(0, 0, 10_000, "answered"), Call(1000, 0, 0, "blocked"), Call(2000, 0, 0, "blocked")]
    staff = [Staff(0, HOUR, 3)]
    assert run(traffic(calls), staff, 5000).blocked == 2
    assert run(traffic(calls), staff, 5000, Change(lines=1)).blocked == 1
    assert run(traffic(calls), staff, 5000, Change(lines=2)).blocked == 0


def test_the_busiest_moment_of_each_half_hour_tells_who_was_there():
    calls = [Call(0, 0, 20 * MINUTE, "answered"), Call(5 * MINUTE, 0, 40 * MINUTE, "answered")]
    assert [s.agents for s in staff_of(calls)] == [2, 1]
