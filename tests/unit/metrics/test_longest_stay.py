"""G6, by hand: which rests end a stay on line in the catalogue's figure, and in the floor's counter beside it."""

from itertools import pairwise

from jietong.contacts.model import AgentInterval
from jietong.core import commands as k
from jietong.core import events as e
from jietong.core.days import Span
from jietong.core.specs import AgentSpec, SiteSpec
from jietong.core.vocabulary import Ms, State, Status
from jietong.metrics.history import longest_streak
from jietong.routing.engine import Engine

MINUTE: Ms = 60_000
R, B, T, C, OFF = Status.READY, Status.BREAK, Status.TRAINING, Status.CASEWORK, Status.OFFLINE


def stays(*plan: tuple[Status, int]) -> tuple[int, int]:
    """An agent who is in each status for so many minutes, through the live engine: the longest stay by the catalogue,
    and the highest that the counter on the floor showed; minutes."""
    engine, now, facts, shown = Engine(), 0, [], []
    for command in (
        k.ConfigureSite(SiteSpec(zone="UTC")),
        k.ConfigureAgent(AgentSpec("ann", "Ann")),
        k.SignIn("ann"),
    ):
        facts += engine.handle(command, now)
    for status, minutes in plan:
        if status is OFF:
            facts += engine.handle(k.SignOut("ann"), now)
        else:
            if engine.agents["ann"].status is OFF:
                facts += engine.handle(k.SignIn("ann"), now)
            facts += engine.handle(k.SetStatus("ann", status), now)
        now += minutes * MINUTE
        shown.append(engine.online_streak("ann", now)[0])
    changes = [one for one in facts if isinstance(one, e.AgentStateChanged)]
    ends = [*(after.at for _, after in pairwise(changes)), now]
    kept = [AgentInterval("ann", one.at, one.state, end=end) for one, end in zip(changes, ends, strict=True)]
    assert not any(one.state is State.MISSED for one in kept)
    longest = longest_streak(kept, Span(0, now), 15 * MINUTE)
    assert longest % MINUTE == max(shown) % MINUTE == 0
    return longest // MINUTE, max(shown) // MINUTE


def test_fifteen_minutes_end_a_stay_however_late_they_begin() -> None:
    assert stays((R, 127), (B, 15), (R, 100)) == (127, 127)
    assert stays((R, 100), (OFF, 15), (R, 90)) == (100, 100)


def test_a_break_that_a_last_call_cut_short_ends_no_stay_and_adds_up_on_the_floor_alone() -> None:
    """Twelve minutes are no break of fifteen. With three more later the counter calls for no further one."""
    assert stays((R, 123), (B, 12), (R, 60)) == (183, 183)
    assert stays((R, 100), (B, 12), (R, 30), (B, 3), (R, 40)) == (170, 130)


def test_training_is_neither_work_nor_rest_and_casework_is_work() -> None:
    assert stays((R, 60), (T, 45), (R, 60)) == (120, 120)
    assert stays((R, 60), (C, 45), (R, 60)) == (165, 165)
    assert stays((R, 60), (B, 10), (T, 30), (B, 5), (R, 50)) == (60, 60)
