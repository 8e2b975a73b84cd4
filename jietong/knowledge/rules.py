"""What an article must have, and how a result shows why it was found. Pure."""

import re

from jietong.core.errors import Invalid
from jietong.core.text import is_han, normal, query_grams
from jietong.knowledge.model import LANGUAGES, ArticleKind, Draft, Span

MAX_TITLE = 200
MAX_BODY = 50_000
MAX_REPLY = 1_000
MAX_TAGS = 20
SNIPPET = 90
_SHORTCUT = re.compile(r"[a-z0-9]{1,12}")


def check(draft: Draft) -> None:
    """A draft may lack languages, but not be empty, oversized or unreadable. Raises Invalid with the field."""
    for field, texts, longest in (("titles", draft.titles, MAX_TITLE), ("bodies", draft.bodies, _longest(draft))):
        for language, text in texts.items():
            if language not in LANGUAGES:
                raise Invalid("unknown_language", f"Articles are not written in {language!r}.", field=field)
            if len(text) > longest:
                raise Invalid("too_long", f"At most {longest} characters.", field=f"{field}.{language}", max=longest)
            if "\0" in text:
                raise Invalid("bad_text", "The text has a NUL character in it.", field=f"{field}.{language}")
    if not any(text.strip() for text in draft.titles.values()):
        raise Invalid("title_needed", "Give a title in one language at least.", field="titles")
    if len(draft.tags) > MAX_TAGS or any(not tag.strip() or len(tag) > 40 for tag in draft.tags):
        raise Invalid("bad_tags", f"At most {MAX_TAGS} tags of 1 to 40 characters.", field="tags")
    if (draft.kind is ArticleKind.REPLY) != (draft.shortcut is not None):
        raise Invalid("shortcut_needed", "A quick reply has a shortcut, and only a quick reply.", field="shortcut")
    if draft.shortcut is not None and not _SHORTCUT.fullmatch(draft.shortcut):
        raise Invalid("bad_shortcut", "A shortcut is 1 to 12 small letters or digits.", field="shortcut")


def check_publishable(draft: Draft) -> None:
    """What agents read is complete: title and text in all three languages. Raises Invalid `language_missing`."""
    for field, texts in (("titles", draft.titles), ("bodies", draft.bodies)):
        for language in LANGUAGES:
            if not texts.get(language, "").strip():
                raise Invalid(
                    "language_missing",
                    "Write title and text in all three languages before publishing.",
                    field=f"{field}.{language}",
                    language=language,
                )


def marks(text: str, query: str) -> tuple[Span, ...]:
    """Where the query's words, or failing those its pairs of characters, stand in the text; touching ones joined."""
    folded, origin = _folded(text)
    found: list[tuple[int, int]] = []
    for term in normal(query).split():
        spots = _occurrences(folded, term)
        if not spots:
            for piece in query_grams(term):
                if len(piece) > 1 or len(term) == 1:
                    spots += _occurrences(folded, piece)
        found += spots
    return _utf16(text, _joined([(origin[start], origin[end - 1] + 1) for start, end in found]))


def snippet(body: str, query: str) -> tuple[str, tuple[Span, ...]]:
    """The part of the body around the first thing found, on one line, with its marks."""
    line = " ".join(body.split())
    folded, origin = _folded(line)
    starts = [
        origin[spot[0][0]]
        for term in [*normal(query).split(), *query_grams(query)]
        if (spot := _occurrences(folded, term))
    ]
    begin = max(0, (starts[0] if starts else 0) - SNIPPET // 3)
    if begin:  # not in the middle of a Latin word
        while begin < len(line) and line[begin - 1].isalnum() and not is_han(line[begin - 1]):
            begin += 1
    cut = line[begin : begin + SNIPPET]
    text = ("…" if begin else "") + cut + ("…" if begin + SNIPPET < len(line) else "")
    return text, marks(text, query)


def _longest(draft: Draft) -> int:
    return MAX_REPLY if draft.kind is ArticleKind.REPLY else MAX_BODY


def _folded(text: str) -> tuple[str, list[int]]:
    """The text as `normal` makes it, character by character, and where each of its characters came from."""
    out: list[str] = []
    origin: list[int] = []
    for index, char in enumerate(text):
        for piece in normal(char) or " ":
            out.append(piece)
            origin.append(index)
    return "".join(out), origin


def _occurrences(text: str, term: str) -> list[tuple[int, int]]:
    out: list[tuple[int, int]] = []
    at = text.find(term)
    while at >= 0 and len(out) < 50:
        out.append((at, at + len(term)))
        at = text.find(term, at + len(term))
    return out


def _joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    out: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((start, end))
    return out


def _utf16(text: str, spans: list[tuple[int, int]]) -> tuple[Span, ...]:
    def units(end: int) -> int:
        return len(text[:end].encode("utf-16-le")) // 2

    return tuple(Span(units(start), units(end)) for start, end in spans)
