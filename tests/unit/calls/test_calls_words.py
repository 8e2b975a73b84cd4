"""What call control says and shows: three languages, numbers masked, tokens that run out, states without secrets."""

import pytest

from jietong.calls import words
from jietong.calls.flow_host import LONGEST_STATE, noted, read_note
from jietong.calls.pages import VALID_MS, Pages
from jietong.calls.ringing import masked_number
from jietong.flows import acts as a


@pytest.mark.parametrize("text", [words.RECORDED, words.NO_NUMBER, words.NO_CALLBACK, words.SORRY, words.NOT_REACHED])
def test_everything_is_said_in_three_languages(text: dict[str, str]) -> None:
    assert set(text) == {"zh-Hans", "zh-Hant", "en"}
    assert text["zh-Hans"] != text["zh-Hant"]
    assert [part.text for part in words.saying("en", text)] == [text["en"]]  # type: ignore[union-attr]


def test_numbers_are_masked_on_telephones_as_on_the_desk() -> None:
    assert masked_number("+8613800006612", "CN") == "138****6612"
    assert masked_number("801", "CN") == "801"
    assert masked_number("anonymous-thing", "CN") == "****hing"
    assert masked_number(None, "CN") is None


def test_a_pages_token_is_good_once_and_for_two_minutes() -> None:
    pages = Pages()
    pages.give("t", "400", "en", 1000)
    assert pages.peek("t", 1000 + VALID_MS) is not None
    assert pages.peek("t", 1001 + VALID_MS) is None
    found = pages.take("t", 2000, "leg")
    assert found is not None
    assert (found.number, found.language) == ("400", "en")
    assert pages.take("t", 2000, "leg") is None


def test_the_note_of_a_flow_holds_no_secret_and_never_grows_too_long() -> None:
    state = a.State(node="pin", language="en", variables={"order": "12"}, secrets={"pin": "4711"})
    note = noted(state)
    back = read_note(note)
    assert back is not None
    assert (back.node, back.variables, back.secrets) == ("pin", {"order": "12"}, {})
    long = noted(a.State(node="menu", language="en", variables={"x": "y" * 5000}))
    assert len(long) <= LONGEST_STATE
    short = read_note(long)
    assert short is not None
    assert (short.node, short.variables) == ("menu", {})
    for junk in (None, "", "!!!", "bm90IGpzb24="):
        assert read_note(junk) is None
