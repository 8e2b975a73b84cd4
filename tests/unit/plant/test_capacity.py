"""Entry capacity (C1): who is let in, what is counted, when all channels are taken."""

import time

from hypothesis import given, settings
from hypothesis import strategies as st

from jietong.calls.capacity import Capacity, Turn


def capacity(**trunks: int) -> Capacity:
    found = Capacity()
    found.configure(trunks or {"t1": 2}, {"n1": None, "n2": 1})
    return found


def test_channels_are_taken_by_calls_in_both_directions() -> None:
    c = capacity(t1=2, t2=1)
    assert c.admit("in-1", "n1", "t1") is None
    assert c.take("out-1", "t1")
    assert c.trunks["t1"].in_use == 2
    assert c.admit("in-2", "n1", "t1") == "trunk_limit"
    assert not c.take("out-2", "t1")
    assert c.take("out-2", "t2")
    assert c.admit("in-3", "n1", "t1") == "no_channels", "all the others are full too"
    c.release("out-1")
    assert c.admit("in-4", "n1", "t1") is None


def test_a_full_number_turns_callers_away_and_the_busy_tone_takes_a_channel_so_long() -> None:
    c = capacity(t1=3)
    assert c.admit("a", "n2", "t1") is None
    assert c.admit("b", "n2", "t1") == "entry_limit"
    assert (c.numbers["n2"].in_use, c.trunks["t1"].in_use) == (1, 2)
    c.release("b")
    assert (c.numbers["n2"].in_use, c.trunks["t1"].in_use) == (1, 1)
    c.release("a")
    assert c.admit("c", "n2", "t1") is None


def test_whoever_finds_no_channel_takes_none() -> None:
    c = capacity(t1=1)
    assert c.admit("a", "n1", "t1") is None
    assert c.admit("b", "n1", "t1") == "no_channels"
    c.release("b")
    assert c.trunks["t1"].in_use == 1
    assert c.numbers["n1"].in_use == 1


def test_a_call_from_the_web_page_takes_no_channel_but_a_place_at_its_number() -> None:
    c = capacity(t1=1)
    assert c.admit("w1", "n2", None) is None
    assert c.admit("w2", "n2", None) == "entry_limit"
    assert c.trunks["t1"].in_use == 0
    assert c.admit("x", "n1", "unknown trunk") is None


def test_one_leg_is_counted_once_and_released_once() -> None:
    c = capacity()
    for _ in range(3):
        assert c.admit("a", "n2", "t1") is None
    assert not c.take("a", "t1")
    c.found("a", "n2", "t1")
    assert c.trunks["t1"].in_use == c.numbers["n2"].in_use == 1
    for _ in range(3):
        c.release("a")
    assert c.trunks["t1"].in_use == c.numbers["n2"].in_use == 0


def test_all_trunks_busy_is_from_the_last_channel_taken_to_the_first_one_free() -> None:
    c = capacity(t1=2)
    for leg in ("a", "b"):
        c.admit(leg, "n1", "t1")
    assert c.turns() == [Turn("t1", True)]
    c.admit("c", "n1", "t1")
    c.release("a")
    c.release("b")
    assert c.turns() == [Turn("t1", False)]
    assert c.turns() == []


def test_a_limit_that_changes_counts_at_once_for_calls_under_way_too() -> None:
    c = capacity(t1=3)
    for leg in ("a", "b"):
        c.admit(leg, "n1", "t1")
    c.configure({"t1": 1}, {"n1": None})
    assert c.turns() == [Turn("t1", True)]
    c.release("a")
    assert c.turns() == [], "one of one is still full"
    c.configure({"t1": 2}, {"n1": None})
    assert c.turns() == [Turn("t1", False)]


def test_a_trunk_out_of_service_keeps_its_calls_and_takes_no_more() -> None:
    c = capacity(t1=3)
    c.admit("a", "n1", "t1")
    c.configure({"t2": 1}, {})
    assert c.admit("b", "n1", "t1") == "trunk_limit"
    c.release("a")
    c.configure({"t2": 1}, {})
    assert set(c.trunks) == {"t2"}
    assert c.admit("c", "n1", "t2") is None
    assert c.admit("d", "n1", "t2") == "no_channels"
    assert [turn for turn in c.turns() if turn.trunk == "t1"] == [Turn("t1", True), Turn("t1", False)]


def test_what_the_switch_carried_already_counts_even_beyond_the_limit() -> None:
    c = capacity(t1=1)
    c.found("a", "n1", "t1")
    c.found("b", None, "t1")
    assert c.trunks["t1"].in_use == 2
    assert c.admit("c", "n1", "t1") == "no_channels"
    c.release_all(but=frozenset({"b"}))
    assert c.legs == {"b"}
    c.release_all()
    assert (c.trunks["t1"].in_use, c.numbers["n1"].in_use) == (0, 0)


def test_the_peak_begins_anew_with_the_day() -> None:
    c = capacity(t1=5)
    for leg in "abc":
        c.admit(leg, "n1", "t1")
    c.release("a")
    assert (c.trunks["t1"].peak, c.numbers["n1"].peak) == (3, 3)
    c.new_day()
    assert (c.trunks["t1"].peak, c.numbers["n1"].peak) == (2, 2)


OPS = st.lists(
    st.tuples(
        st.sampled_from(["admit", "take", "release", "limit"]),
        st.integers(0, 12),
        st.sampled_from(["t1", "t2", None]),
        st.sampled_from(["n1", "n2"]),
    ),
    max_size=80,
)


@given(OPS)
@settings(max_examples=200, deadline=None)
def test_whatever_happens_no_limit_is_passed_and_busy_is_what_is_full(
    ops: list[tuple[str, int, str | None, str]],
) -> None:
    c = Capacity()
    limits = {"t1": 3, "t2": 2}
    c.configure(limits, {"n1": 4, "n2": None})
    known = {"t1": False, "t2": False}
    held: dict[str, tuple[str | None, str | None]] = {}
    for op, n, trunk, number in ops:
        leg = f"leg-{n}"
        match op:
            case "admit" if leg not in held:
                why = c.admit(leg, number, trunk)
                if why in (None, "entry_limit"):
                    held[leg] = (trunk, number if why is None else None)
            case "take" if leg not in held and trunk is not None:
                if c.take(leg, trunk):
                    held[leg] = (trunk, None)
            case "release":
                c.release(leg)
                held.pop(leg, None)
            case _:
                pass
        for id, load in c.trunks.items():
            assert load.in_use == sum(one[0] == id for one in held.values()) <= limits[id]
        assert c.numbers["n1"].in_use == sum(one[1] == "n1" for one in held.values()) <= 4
        assert c.legs == set(held)
        for turn in c.turns():
            assert known[turn.trunk] is not turn.busy, "turns alternate"
            known[turn.trunk] = turn.busy
        assert known == {id: load.in_use == limits[id] for id, load in c.trunks.items()}


def test_two_hundred_calls_in_a_second_are_no_matter_however_many_trunks_there_are() -> None:
    """200 calls among 1000 trunks that are nearly all full, in much less than a second."""
    c = Capacity()
    c.configure({f"t{n}": 1 for n in range(1000)}, {"n1": None})
    for n in range(999):
        c.take(f"o{n}", f"t{n}")
    began = time.perf_counter()
    for n in range(200):
        assert c.admit(f"i{n}", "n1", "t0") == "trunk_limit"
    assert time.perf_counter() - began < 0.1


def test_a_trunk_that_is_taken_out_of_service_is_not_busy_for_ever() -> None:
    """All-trunks-busy time would run on until the next change of the set-up, and callers be told that all is full."""
    c = capacity(t1=2, t2=2)
    c.admit("a", "n1", "t1")
    c.configure({"t2": 2}, {"n1": None})
    assert c.admit("b", "n1", "t1") is not None, "nobody is let in by it any more"
    c.release("a")
    assert "t1" not in c.trunks
    busy: dict[str, bool] = {}
    for turn in c.turns():
        busy[turn.trunk] = turn.busy
    assert not busy.get("t1", False)
    assert c._full == 0
