"""Asterisk's queue_log: all its events, several queues, transfers, pauses, restarts in the middle."""

from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jietong.core.vocabulary import Outcome, State
from jietong.imports.agent_time import Spent
from jietong.imports.model import REASONS, Refusal
from jietong.imports.queue_log import EVENTS, Call, QueueLog

S = 1000
ASKED = (
    "ENTERQUEUE", "CONNECT", "COMPLETECALLER", "COMPLETEAGENT", "ABANDON", "EXITWITHTIMEOUT", "EXITWITHKEY",
    "EXITEMPTY", "TRANSFER", "BLINDTRANSFER", "ATTENDEDTRANSFER", "RINGNOANSWER", "RINGCANCELED", "AGENTDUMP",
    "ADDMEMBER", "REMOVEMEMBER", "PAUSE", "UNPAUSE", "PAUSEALL", "UNPAUSEALL", "AGENTLOGIN", "AGENTLOGOFF",
    "AGENTCALLBACKLOGIN", "AGENTCALLBACKLOGOFF", "DID", "SYSCOMPAT", "CONFIGRELOAD", "QUEUESTART", "PENALTY",
    "CALLERTALK",
)  # fmt: skip


def followed(*lines: str) -> tuple[dict[str, Call], list[Spent], list[str], QueueLog]:
    """Calls, agents' time and refusals. Lines are `seconds call queue agent EVENT data…`."""
    log, refused = QueueLog(), []
    for number, line in enumerate(lines, 1):
        seconds, *rest = line.split(" ")
        try:
            log.feed(number, "|".join([str(1_700_000_000 + int(seconds)), *rest]))
        except Refusal as refusal:
            refused.append(refusal.code)
    log.end()
    calls, spent = log.take()
    return {call.id: call for call in calls}, spent, refused, log


def stays(call: Call) -> list[tuple[str, str | None, int | None, str]]:
    """Queue, agent, wait in seconds, how it ended."""
    return [
        (s.queue or "", s.agent, (s.left - (s.entered if s.since is None else s.since)) // S, s.how)
        for s in call.stays(lambda queue: (20_000, 5_000))
    ]


def states(spent: Iterable[Spent], agent: str) -> list[tuple[State, int, int, str | None]]:
    return [
        (s.state, s.start // S - 1_700_000_000, s.end // S - 1_700_000_000, s.reason)
        for s in spent
        if s.agent == agent
    ]


def test_every_event_of_asterisk_is_known() -> None:
    assert set(ASKED) <= EVENTS


def test_a_call_is_answered_and_ends() -> None:
    calls, _, refused, log = followed(
        "0 c NONE NONE DID 4008", "0 c sales NONE ENTERQUEUE  138 1", "12 c sales lin CONNECT 12 x 4",
        "60 c sales lin COMPLETEAGENT 12 48 1",
    )  # fmt: skip
    call = calls["c"]
    assert stays(call) == [("sales", "lin", 12, "answered")]
    assert (call.outcome, call.by, call.entry, call.lines) == (Outcome.HANDLED, "agent", "4008", 4)
    assert (refused, log.open) == ([], 0)


@pytest.mark.parametrize(
    ("event", "how", "outcome"),
    [
        ("ABANDON", "abandoned", Outcome.ABANDONED),
        ("EXITWITHTIMEOUT", "timed_out", Outcome.TIMED_OUT),
        ("EXITEMPTY", "timed_out", Outcome.TIMED_OUT),
        ("EXITWITHKEY", "to_flow", Outcome.CANCELLED),
        ("SYSCOMPAT", "switch_lost", Outcome.SWITCH_LOST),
    ],
)
def test_how_a_wait_ends_without_an_agent(event: str, how: str, outcome: Outcome) -> None:
    calls, *_ = followed("0 c sales NONE ENTERQUEUE", f"30 c sales NONE {event} 1 1 30")
    assert stays(calls["c"]) == [("sales", None, 30, how)]
    assert calls["c"].outcome is outcome


def test_a_transfer_credits_each_agent_their_own_part_freepbx_124() -> None:
    calls, spent, refused, _ = followed(
        "0 c sales NONE ENTERQUEUE", "5 c sales lin CONNECT 5 x 0", "65 c sales lin BLINDTRANSFER 2 default 5 60 1",
        "66 c repair NONE ENTERQUEUE", "76 c repair wu CONNECT 10 x 0", "96 c repair wu COMPLETECALLER 10 20 1",
    )  # fmt: skip
    call = calls["c"]
    assert stays(call) == [("sales", "lin", 5, "answered"), ("repair", "wu", 10, "answered")]
    first, second = call.stays(lambda queue: (0, 0))
    assert (first.talk_how, second.cause, second.talk_how) == ("transferred", "transfer", "ended")
    assert states(spent, "lin")[0] == (State.TALKING, 5, 65, None)
    assert states(spent, "wu")[0] == (State.TALKING, 76, 96, None)
    assert not refused


def test_a_transfer_that_leaves_the_log_went_outside() -> None:
    calls, *_ = followed(
        "0 c sales NONE ENTERQUEUE", "5 c sales lin CONNECT 5 x 0", "65 c sales lin ATTENDEDTRANSFER BRIDGE x"
    )
    assert calls["c"].outcome is Outcome.TRANSFERRED_OUT
    assert calls["c"].stays(lambda queue: (0, 0))[0].talk_how == "transferred_out"


def test_a_wait_goes_on_from_one_queue_to_the_next() -> None:
    """One request, one wait: the customer has waited 40 + 20 s when the second queue answers."""
    calls, *_ = followed(
        "0 c sales NONE ENTERQUEUE", "40 c sales NONE EXITWITHTIMEOUT 1 1 40", "41 c repair NONE ENTERQUEUE",
        "60 c repair wu CONNECT 19 x 0", "70 c repair wu COMPLETEAGENT 19 10 1",
    )  # fmt: skip
    assert stays(calls["c"]) == [("sales", None, 40, "overflowed"), ("repair", "wu", 60, "answered")]


def test_offers_in_vain_are_kept() -> None:
    calls, spent, *_ = followed(
        "0 NONE sales lin ADDMEMBER", "0 NONE sales wu ADDMEMBER", "0 c sales NONE ENTERQUEUE",
        "20 c sales lin RINGNOANSWER 15000", "25 c sales wu AGENTDUMP", "30 c sales wu CONNECT 30 x 4",
        "40 c sales wu COMPLETECALLER 30 10 1", "50 NONE sales wu REMOVEMEMBER",
    )  # fmt: skip
    [stay] = calls["c"].stays(lambda queue: (0, 0))
    assert [(o.agent, o.how, o.end - o.start) for o in stay.offers] == [
        ("lin", "missed", 15 * S), ("wu", "declined", 0),
    ]  # fmt: skip
    assert states(spent, "lin") == [(State.READY, 0, 5, None), (State.OFFERED, 5, 20, None)]
    assert states(spent, "wu") == [
        (State.READY, 0, 26, None), (State.OFFERED, 26, 30, None), (State.TALKING, 30, 40, None),
        (State.READY, 40, 50, None),
    ]  # fmt: skip


def test_a_pause_counts_from_itself_with_its_own_reason_1760() -> None:
    _, spent, *_ = followed(
        "0 NONE sales lin ADDMEMBER", "10 NONE sales lin PAUSE lunch", "40 NONE sales lin PAUSE coaching",
        "70 NONE sales lin UNPAUSE", "90 NONE sales lin REMOVEMEMBER",
    )  # fmt: skip
    assert states(spent, "lin") == [
        (State.READY, 0, 10, None), (State.BREAK, 10, 40, "lunch"), (State.BREAK, 40, 70, "coaching"),
        (State.READY, 70, 90, None),
    ]  # fmt: skip


def test_a_pause_in_one_queue_of_two_leaves_the_agent_ready() -> None:
    _, spent, *_ = followed(
        "0 NONE sales lin ADDMEMBER", "0 NONE repair lin ADDMEMBER", "10 NONE sales lin PAUSE mail",
        "20 NONE NONE lin PAUSEALL lunch", "30 NONE NONE lin UNPAUSEALL", "40 NONE NONE lin AGENTLOGOFF x 40",
        "60 NONE NONE lin AGENTCALLBACKLOGIN x",
    )  # fmt: skip
    assert states(spent, "lin") == [
        (State.READY, 0, 20, None), (State.BREAK, 20, 30, "lunch"), (State.READY, 30, 40, None),
        (State.OFF, 40, 60, None),
    ]  # fmt: skip


def test_a_restart_in_the_middle_cuts_calls_off_when_the_log_fell_silent_asternet_273() -> None:
    """Nobody abandoned: the system was down. Its last sign of life is the end."""
    calls, spent, refused, _ = followed(
        "0 NONE sales lin ADDMEMBER", "0 a sales NONE ENTERQUEUE", "5 a sales lin CONNECT 5 x 0",
        "10 b sales NONE ENTERQUEUE", "30 NONE NONE NONE CONFIGRELOAD", "900 NONE NONE NONE QUEUESTART",
        "901 a sales lin COMPLETEAGENT 5 890 1", "950 NONE sales lin ADDMEMBER",
    )  # fmt: skip
    assert (calls["a"].outcome, calls["b"].outcome) == (Outcome.SWITCH_LOST, Outcome.SWITCH_LOST)
    assert stays(calls["b"]) == [("sales", None, 20, "switch_lost")]
    assert (calls["a"].ended - calls["a"].arrived) // S == 30
    assert states(spent, "lin") == [
        (State.READY, 0, 5, None), (State.TALKING, 5, 30, None), (State.OFF, 30, 950, None),
    ]  # fmt: skip
    assert refused == ["completed_twice"]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("9 c sales lin", "not_a_line"),
        ("9 c sales lin SOMERSAULT", "unknown_event"),
        ("9 x sales lin CONNECT 1 x 1", "not_waiting"),
        ("9 c repair lin CONNECT 1 x 1", "not_waiting"),
        ("9 c sales lin COMPLETEAGENT 1 1 1", "not_talking"),
        ("2 c sales lin CONNECT 1 x 1", "out_of_order"),
        ("9 c sales NONE ENTERQUEUE", "contradiction"),
        ("9 NONE sales NONE PAUSE", "not_a_line"),
    ],
)
def test_a_line_that_cannot_be_is_refused(line: str, code: str) -> None:
    assert followed("5 c sales NONE ENTERQUEUE", line)[2] == [code]


def test_a_call_that_is_completed_twice_counts_once() -> None:
    calls, _, refused, _ = followed(
        "0 c sales NONE ENTERQUEUE", "5 c sales lin CONNECT 5 x 0", "9 c sales lin COMPLETEAGENT 5 4 1",
        "10 c sales lin COMPLETECALLER 5 5 1",
    )  # fmt: skip
    assert (calls["c"].ended - calls["c"].arrived, refused) == (9 * S, ["completed_twice"])


def test_what_goes_on_at_the_end_is_left_to_a_longer_log() -> None:
    calls, _, _, log = followed("0 c sales NONE ENTERQUEUE", "5 c sales lin CONNECT 5 x 0")
    assert (calls, log.open) == ({}, 2)


@given(
    st.lists(
        st.tuples(
            st.integers(0, 3), st.sampled_from("abNONE"), st.sampled_from(["q", "r"]), st.sampled_from(["x", "y"]),
            st.sampled_from(sorted(EVENTS)),
        ),
        max_size=80,
    )
)  # fmt: skip
def test_no_line_is_lost_and_agents_time_has_no_gap(lines: list[tuple[int, str, str, str, str]]) -> None:
    log, at = QueueLog(), 1_700_000_000
    refused: list[str] = []
    for number, (step, call, queue, agent, event) in enumerate(lines, 1):
        at += step
        try:
            log.feed(number, f"{at}|{call}|{queue}|{agent}|{event}|2000")
        except Refusal as refusal:
            refused.append(refusal.code)
    log.end()
    calls, spent = log.take()
    told = sum(c.lines for c in calls) + sum(s.lines for s in spent) + log.plain + log.open + len(refused)
    assert set(refused) <= set(REASONS)
    assert told == len(lines)
    for name in ("x", "y"):
        mine = [s for s in spent if s.agent == name]
        assert all(a.end == b.start for a, b in pairwise(mine))
        assert all(s.start < s.end for s in mine)
    for call in calls:
        assert all(stay.left >= stay.entered for stay in call.stays(lambda queue: (0, 0)))
