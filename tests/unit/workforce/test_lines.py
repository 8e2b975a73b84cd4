"""Lines beside the seats (H2): how long a call holds one, and how many carry the callers."""

import numpy as np
import pytest

from jietong.core.days import Span
from jietong.core.specs import QueueSpec
from jietong.core.vocabulary import Channel
from jietong.workforce.erlang.loss import lines_for, with_retries
from jietong.workforce.model import Goal, Load
from jietong.workforce.requirement import trunks_beside
from jietong.workforce.schedule.model import SkillGroup
from jietong.workforce.schedule.need import Habits, Waits, sized
from jietong.workforce.sizing import lines as of
from jietong.workforce.sizing.callers import PRESUMED_FLOW_S, Part, lines_of
from jietong.workforce.sizing.measured import Callers, Flow, Seen, flow_of

QUARTER_MS = 900_000
NAMES = {"zh-Hans": "报修", "zh-Hant": "報修", "en": "Repairs"}
HELD = of.Holding(30, np.asarray(10.0), np.asarray(0.9), 0.75)


def load(*calls: float, queue: str = "repairs") -> Load:
    return Load(queue, 0, 900, tuple(calls), (240.0,) * len(calls))


def part(one: Load, *, channels: tuple[Channel, ...] = (Channel.VOICE,)) -> Part:
    group = SkillGroup(one.queue, NAMES, (one.queue,), Goal(0.85, 20))
    return Part(QueueSpec(one.queue, NAMES, "hechuan", channels), one, None, group, sized([one], group, 90.0))


def reckoned(parts: list[Part], callers: Callers, *, planned: bool = False):
    steps = len(parts[0].load.calls)
    waits = "planned" if planned else "measured"
    return lines_of(parts, callers, Span(0, steps * QUARTER_MS), 0.01, 0.5, waits)


def test_a_call_holds_its_line_in_flow_wait_and_talk_but_not_in_wrap_up():
    """30 s in the flow, 10 s waiting, nine in ten answered and talking for three quarters of 240 s: 202 s."""
    assert of.held_s(load(15), HELD).tolist() == [pytest.approx(202)]
    assert of.erlangs(load(15, 0), HELD).tolist() == [pytest.approx(15 * 202 / 900), 0]


def test_lines_as_in_the_tables_and_as_one_by_one():
    """Erlang's table for P.01: 3.13 Erlangs by eight lines, 3.78 by nine. With retries 3.37 offer 3.38."""
    offered = of.erlangs(load(15), HELD)
    assert of.lines_over(offered, 0.01, 0.5).tolist() == [9]
    several = np.array([0, 0.2, 3.1, 3.2, 25, 88.8, 640])
    for blocking, retries in ((0.01, 0.5), (0.02, 0.0), (0.001, 0.9)):
        one_by_one = [lines_for(float(a), blocking, retries) for a in several]
        assert of.lines_over(several, blocking, retries).tolist() == one_by_one


def test_what_the_channels_turn_away_counts_those_who_dial_again():
    assert of.blocked(3.0, 8, 0.5) == with_retries(3.0, 8, 0.5)[1]
    assert of.blocked(3.0, 8, 0.5) > with_retries(3.0, 8, 0.0)[1]
    assert of.blocked(3.0, 0, 0.5) == 1


def test_all_voice_queues_share_the_lines_each_held_as_its_own_callers_did():
    seen = Callers(
        {"repairs": Seen(10, 0.9, 0.75, 1.0), "orders": Seen(20, 1.0, 1.0, 1.0)}, {"hechuan": Flow(30.0, True)}
    )
    both = reckoned([part(load(15, 3)), part(load(9, 3, queue="orders"))], seen)
    assert both.load.tolist() == [
        pytest.approx(15 * 202 / 900 + 9 * 290 / 900),
        pytest.approx(3 * 202 / 900 + 3 * 290 / 900),
    ]
    apart = [reckoned([one], seen).lines[0] for one in (part(load(15)), part(load(9, queue="orders")))]
    assert both.lines[0] < sum(apart), "lines shared are fewer than lines apart"
    assert [one["held_s"] for one in both.queues] == [202, 290]


def test_what_nobody_measured_is_planned_or_presumed_and_said_so():
    """As `trunks_beside` has it, with the agents that the need asks for, and no wrap-up taken off."""
    one = part(load(40))
    found = reckoned([one], Callers({}, {}))
    assert found.queues[0]["sources"] == {"flow": "presumed", "wait": "planned", "talk": "presumed"}
    alone = trunks_beside(160, 240, one.need.on_line[0], flow_s=PRESUMED_FLOW_S, wrapup_s=0, patience_s=90)
    assert found.load[0] == pytest.approx(alone.load, rel=1e-9)
    assert found.lines[0] == alone.lines
    queued = Callers({"repairs": Seen(240, 0.8, 0.75, 1.0)}, {"hechuan": Flow(12.0, True)})
    assert reckoned([one], queued).queues[0]["sources"] == {
        "flow": "measured",
        "wait": "measured",
        "talk": "measured",
    }
    assert reckoned([one], queued, planned=True).queues[0]["wait_s"] == found.queues[0]["wait_s"] < 240


def test_flows_seen_of_few_callers_are_not_spread_over_all():
    """Imported history has no flows: a hundred live calls of 20 s among a thousand do not make a flow of 2 s."""
    assert flow_of(1500.0, 60, 50) == Flow(30.0, True), "whom the flow served counts as well"
    assert flow_of(2000.0, 100, 1000) == Flow(20.0, False)
    assert flow_of(0.0, 0, 1000) is None
    assert flow_of(60.0, 2, 0) is None
    told = reckoned([part(load(15))], Callers({}, {"hechuan": Flow(20.0, False)}))
    assert (told.queues[0]["flow_s"], told.queues[0]["sources"]["flow"]) == (20, "mean")


def test_of_a_queue_with_chats_only_the_callers_hold_lines():
    seen = Callers({"repairs": Seen(0, 1.0, 1.0, 0.25)}, {"hechuan": Flow(0.0, True)})
    mixed = reckoned([part(load(40), channels=(Channel.VOICE, Channel.CHAT))], seen)
    assert mixed.load[0] == pytest.approx(0.25 * 40 * 240 / 900)
    assert reckoned([part(load(40))], seen).load[0] == pytest.approx(40 * 240 / 900)


def test_a_queue_without_a_forecast_is_named_and_not_counted():
    unknown = part(load(40))._replace(load=None)
    found = lines_of([unknown], Callers({}, {}), Span(0, 4 * QUARTER_MS), 0.01, 0.5, "measured")
    assert found.lines.tolist() == [0, 0, 0, 0]
    assert [one["forecast"] for one in found.queues] == [False]


def test_patience_of_queues_served_together_is_all_that_was_waited_by_those_who_gave_up():
    """Whatever is forecast of them: the same need on a day's view and on a month's."""
    habits = Habits({"a": Waits(900.0, 10), "b": Waits(300.0, 2), "c": Waits(60.0, 0)}, 0.9)
    assert habits.patience_s(["a"]) == 90
    assert habits.patience_s(["a", "b", "c"]) == pytest.approx(1260 / 12)
    assert habits.patience_s(["c"]) is None
    assert habits.patience_s(["nobody"]) is None
    assert habits.gave_up(["a", "b", "nobody"]) == 12
