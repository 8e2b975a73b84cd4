"""The editor's test call: a flow walked through step by step, without a telephone and without a trace in the ledger.

Stateless: the state goes out and comes back. What is not the customer's to say (hours, files, queue figures, answers
of other systems) is looked up as it is now, or answered by whoever tests. Secret digits do not come back: they are
replaced by dots of the same number.
"""

from collections.abc import Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from jietong.core.clock import to_datetime
from jietong.core.errors import Invalid
from jietong.core.specs import HoursSpec
from jietong.core.vocabulary import Ms
from jietong.flows import acts as a
from jietong.flows import interpreter, model, opening

DOT = "•"
MOST_VARIABLES = 200


class World(NamedTuple):
    """What the centre answers by itself in a test. `at` may be another instant than now."""

    at: Ms
    zone: str
    hours: dict[str, HoursSpec]
    values: dict[str, model.Value]  # of subjects; what is missing is not known


def begin(flow: model.Flow, world: World, *, language: str, channel: str, reachable: bool) -> a.Move:
    return _onward(flow, world, interpreter.begin(flow, language=language, channel=channel, reachable=reachable))


def advance(flow: model.Flow, world: World, state: a.State, answer: a.AnyAnswer) -> a.Move:
    """Raises Invalid `bad_state`, `wrong_answer`, `flow_over`."""
    if len(state.variables) + len(state.secrets) > MOST_VARIABLES:
        raise Invalid("bad_state", "This state has too much in it: begin the test again.", field="state")
    return _onward(flow, world, interpreter.advance(flow, state, answer))


def _onward(flow: model.Flow, world: World, move: a.Move) -> a.Move:
    """Answers by itself what the centre can tell, until the tester is asked."""
    steps: list[a.Step] = []
    while True:
        steps += move.steps
        state = replace(move.state, secrets={name: DOT * len(one) for name, one in move.state.secrets.items()})
        answer = _own(world, move.act)
        if answer is None:
            return a.Move(state, tuple(steps), move.act)
        move = interpreter.advance(flow, state, answer)


def _own(world: World, act: a.AnyAct) -> a.AnyAnswer | None:
    match act:
        case a.SeeHours() if act.hours in world.hours:
            return a.Left(opening.exit_of(world.hours[act.hours], world.at))
        case a.Measure():
            return a.Measured({subject: subject_of(world, subject) for subject in act.subjects})
        case _:
            return None


def subject_of(world: World, subject: str) -> model.Value:
    if subject in world.values:
        return world.values[subject]
    local = to_datetime(world.at).astimezone(ZoneInfo(world.zone))
    match subject:
        case "now.weekday":
            return local.isoweekday()
        case "now.time":
            return f"{local:%H:%M}"
        case _:
            return None


def wanted(act: a.AnyAct) -> Sequence[str]:
    """The kinds of answer that the act takes, for whoever shows it."""
    match act:
        case a.Say():
            return ("said",)
        case a.Ask():
            return ("keys",)
        case a.SeeHours() | a.Join():
            return ("left",)
        case a.Find():
            return ("found",)
        case a.Measure():
            return ("measured",)
        case a.Fetch():
            return ("fetched",)
        case a.Over():
            return ()
        case _:
            return ("done",)
