"""Pieces of text, marks and snippets, for Chinese and English."""

from hypothesis import given
from hypothesis import strategies as st

from jietong.core.text import grams, normal, query_grams
from jietong.knowledge.rules import marks, snippet


def test_chinese_is_cut_into_characters_and_pairs_and_english_into_words_and_pairs() -> None:
    assert set(grams("空调不制冷")) == {"空", "调", "不", "制", "冷", "空调", "调不", "不制", "制冷"}
    assert "refund" in grams("Refunds: a refund")
    assert "e8" in grams("故障码Ｅ８")
    assert "码e" not in grams("故障码Ｅ８")


def test_a_question_of_one_character_has_a_piece_to_look_for() -> None:
    assert query_grams("冷") == ["冷"]
    assert query_grams("制冷") == ["制冷"]
    assert query_grams(" ，！ ") == []


@given(st.text(max_size=60), st.integers(0, 59), st.integers(1, 10))
def test_any_unbroken_part_of_a_text_shares_all_its_pieces(text: str, start: int, length: int) -> None:
    """Property: searching for a part of a text can never miss it (English words by their beginning and pairs)."""
    part = normal(text)[start : start + length]
    have = grams(text)
    for piece in query_grams(part):
        if len(piece) <= 2:
            assert piece in have or len(piece) == 1


def test_marks_are_where_the_words_stand_even_after_an_emoji() -> None:
    assert marks("旧机回收 与费用", "旧机 费用") == ((0, 2), (6, 8))
    assert marks("😀空调", "空调") == ((2, 4),)
    assert marks("REFUND", "refund") == ((0, 6),)


def test_a_phrase_that_is_not_there_marks_its_pairs() -> None:
    assert marks("空调室外机不制冷", "空调不制冷") == ((0, 2), (5, 8))


def test_a_snippet_shows_the_first_find_in_its_surroundings() -> None:
    body = "第一行。" * 30 + "排水泵坏了。" + "后面的话。" * 30
    text, spots = snippet(body, "排水泵")
    assert "排水泵" in text
    assert text.startswith("…")
    assert text.endswith("…")
    assert [text[a:b] for a, b in spots] == ["排水泵"]


@given(st.text(max_size=200), st.text(max_size=20))
def test_marks_never_leave_the_text(text: str, query: str) -> None:
    units = len(text.encode("utf-16-le", "surrogatepass")) // 2
    last = 0
    for start, end in marks(text, query):
        assert last <= start < end <= units
        last = end
