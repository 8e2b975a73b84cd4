"""What must hold for any flow and any customer: it never hangs, never raises, and always asks, waits or ends."""

import msgspec
import pytest
from flow_support import AROUND, answers, random_flows
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jietong.core.errors import Invalid
from jietong.flows import acts as a
from jietong.flows import graph, interpreter, validator
from jietong.flows import model as m

WAITING = (a.Say, a.Ask, a.Join, a.CallBack, a.TakeMessage, a.Connect, a.Fetch, a.SeeHours, a.Find, a.Measure)
QUICK = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@QUICK
@given(random_flows(), st.data())
def test_any_flow_with_any_customer_asks_waits_or_ends(document: m.Flow, data: st.DataObject) -> None:
    channel = data.draw(st.sampled_from(["voice", "chat"]))
    reachable = data.draw(st.booleans())
    move = interpreter.begin(document, language="zh-Hant", channel=channel, reachable=reachable)
    for _ in range(60):
        assert len(move.steps) <= interpreter.ROW + 1
        assert msgspec.json.decode(msgspec.json.encode(move), type=a.Move) == move, "a state can be stored anywhere"
        if isinstance(move.act, a.Over):
            assert move.state.over
            assert (move.act.outcome is None) == (move.state.place != "flow")
            return
        answer = data.draw(answers(move.act))
        again = interpreter.advance(document, move.state, answer)
        assert again == interpreter.advance(document, move.state, answer), "the same answer gives the same way on"
        move = again
    interpreter.again(document, move.state)


@QUICK
@given(random_flows(loose=False))
def test_a_customer_who_says_nothing_is_let_go_in_bounded_time(document: m.Flow) -> None:
    move = interpreter.begin(document, language="en")
    for _ in range(3 * interpreter.PASSED):
        match move.act:
            case a.Over():
                return
            case a.Say():
                answer: a.AnyAnswer = a.Said()
            case a.Ask():
                answer = a.Keys("")
            case a.SeeHours() | a.Join():
                answer = a.Left("closed")
            case a.Find():
                answer = a.Found(None)
            case a.Measure():
                answer = a.Measured({})
            case a.Fetch():
                answer = a.Fetched(None)
            case _:
                answer = a.Done(False)
        move = interpreter.advance(document, move.state, answer)
    raise AssertionError("it goes on for ever")


@QUICK
@given(random_flows())
def test_the_validator_looks_at_anything_and_a_valid_flow_has_no_quick_circles(document: m.Flow) -> None:
    faults = validator.check(document, AROUND)
    for fault in faults:
        assert set(fault.message) == set(m.LANGUAGES)
        assert all(fault.message.values())
    if not validator.errors(faults):
        assert not graph.circles(document)
        ends = [node.id for node in document.nodes if isinstance(node, m.HangUp)]
        found = graph.reachable([document.start], graph.edges(document))
        assert found <= graph.leading_to(ends, graph.edges(document))


@QUICK
@given(random_flows(loose=False), st.data())
def test_a_flow_without_errors_never_fails_for_want_of_a_way(document: m.Flow, data: st.DataObject) -> None:
    if any(fault.code in ("dead_end", "unknown_target", "target_is_note", "no_start", "endless")
           for fault in validator.check(document, AROUND)):  # fmt: skip
        return
    move = interpreter.begin(document, language="en")
    for _ in range(30):
        if isinstance(move.act, a.Over):
            assert move.act.how != "failed" or move.state.silent >= interpreter.SILENT
            return
        move = interpreter.advance(document, move.state, data.draw(answers(move.act)))


@given(st.text(max_size=40))
def test_what_is_no_flow_is_refused_in_words(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        m.decode(text)
    assert refused.value.code == "bad_flow"
