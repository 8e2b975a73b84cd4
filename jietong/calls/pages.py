"""Calls from the web page (A1): a page gets a token, and the call that bears it is let in. Pure: time comes in."""

from collections import OrderedDict
from typing import NamedTuple

from jietong.core.vocabulary import Ms

VALID_MS: Ms = 120_000
MOST = 20_000


class Page(NamedTuple):
    number: str
    language: str
    until: Ms


class Pages:
    """Tokens that have been given out and not been used yet."""

    def __init__(self) -> None:
        self._pages: OrderedDict[str, Page] = OrderedDict()

    def give(self, token: str, number: str, language: str, now: Ms) -> None:
        self._pages[token] = Page(number, language, now + VALID_MS)
        while len(self._pages) > MOST or (self._pages and next(iter(self._pages.values())).until < now):
            self._pages.popitem(last=False)

    def peek(self, token: str, now: Ms) -> Page | None:
        """None: not ours, used, or too old."""
        page = self._pages.get(token)
        return page if page is not None and page.until >= now else None

    def take(self, token: str, now: Ms) -> Page | None:
        """The same, and it is used up."""
        page = self.peek(token, now)
        self._pages.pop(token, None)
        return page
