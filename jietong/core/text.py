"""Text as search sees it: one normal form and its grams, for Chinese and for Latin scripts alike. Pure.

Chinese is written without spaces, so words cannot be cut at them, and a question of one or two characters must
find what it names. Every text is therefore cut into overlapping pieces: single Han characters, pairs of
neighbouring characters, and whole Latin words. A piece never crosses a space or punctuation.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise


def normal(text: str) -> str:
    """NFKC, case folded, runs of space made one: full-width digits and letters equal their plain forms.

    >>> normal("Ｅ8　故障")
    'e8 故障'
    """
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def grams(text: str) -> Counter[str]:
    """How often each piece occurs: Han characters, pairs of neighbours, Latin words of three letters and more.

    >>> sorted(grams("E8 故障"))
    ['e8', '故', '故障', '障']
    """
    out: Counter[str] = Counter()
    for run in _runs(normal(text)):
        if len(run) > 2 and run.isascii():
            out[run] += 1
        if len(run) == 1:
            out[run] += 1
        for left, right in pairwise(run):
            out[left + right] += 1
        if len(run) > 1:
            for char in run:
                if is_han(char):
                    out[char] += 1
    return out


def query_grams(text: str) -> list[str]:
    """The pieces to look for: pairs where there are any, else the single character; distinct, in order.

    Pairs imply their characters, so a longer question needs no single ones.
    """
    out: dict[str, None] = {}
    for run in _runs(normal(text)):
        if len(run) == 1:
            out[run] = None
            continue
        if run.isascii() and len(run) > 2:
            out[run] = None
        for left, right in pairwise(run):
            out[left + right] = None
    return list(out)


def is_han(char: str) -> bool:
    """Whether the character is a Han ideograph (unified, extension A, compatibility, or a supplementary plane)."""
    point = ord(char)
    return 0x3400 <= point <= 0x9FFF or 0xF900 <= point <= 0xFAFF or 0x20000 <= point <= 0x3FFFF


def _runs(text: str) -> Iterator[str]:
    """Unbroken stretches of letters and digits, Han and other scripts apart."""
    run = ""
    for char in text:
        if not char.isalnum():
            if run:
                yield run
            run = ""
        elif run and is_han(run[-1]) != is_han(char):
            yield run
            run = char
        else:
            run += char
    if run:
        yield run
