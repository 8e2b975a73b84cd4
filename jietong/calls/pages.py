"""Calls from the web page (A1): a page gets a token, and the call that bears it is let in. Pure: time comes in."""

from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from jietong.core.errors import Forbidden, TooMany
from jietong.core.vocabulary import Ms

VALID_MS: Ms = 120_000
MOST = 20_000
MOST_SOCKETS = 500
"""Of pages, at once: the switch takes 2000 connections in all, and steering it must always find one free."""
MOST_SOCKETS_OF_TOKEN = 2
"""A page whose connection broke comes again before the old one is noticed to be gone."""


class Page(NamedTuple):
    number: str
    language: str
    until: Ms


class Pages:
    """Tokens that have been given out and not been used yet."""

    def __init__(self) -> None:
        self._pages: OrderedDict[str, Page] = OrderedDict()
        self._sockets: Counter[str] = Counter()
        self._called: dict[str, str] = {}  # of those who are connected: token → the leg of the call

    def give(self, token: str, number: str, language: str, now: Ms) -> None:
        self._pages[token] = Page(number, language, now + VALID_MS)
        while len(self._pages) > MOST or (self._pages and next(iter(self._pages.values())).until < now):
            self._pages.popitem(last=False)

    def peek(self, token: str, now: Ms) -> Page | None:
        """None: not ours, used, or too old."""
        page = self._pages.get(token)
        return page if page is not None and page.until >= now else None

    def take(self, token: str, now: Ms, leg: str) -> Page | None:
        """The same, and it is used up: `leg` is the call."""
        page = self.peek(token, now)
        self._pages.pop(token, None)
        if page is not None and token in self._sockets:
            self._called[token] = leg
        return page

    def has_called(self, token: str) -> bool:
        """Of a page that is connected."""
        return token in self._called

    @contextmanager
    def socket(self, token: str, now: Ms, left: Callable[[str], None]) -> Iterator[None]:
        """While a page is connected to the switch. `left` hears of the leg whose page has gone altogether.

        Raises Forbidden `bad_token`, TooMany `too_many_sockets`.
        """
        if self.peek(token, now) is None:
            raise Forbidden("bad_token", "This call's token is not known, or has run out.")
        if self._sockets[token] >= MOST_SOCKETS_OF_TOKEN or self._sockets.total() >= MOST_SOCKETS:
            raise TooMany("too_many_sockets", "Too many pages are connected at the moment.", retry_after=10)
        self._sockets[token] += 1
        try:
            yield
        finally:
            self._sockets[token] -= 1
            if not self._sockets[token]:
                del self._sockets[token]
                leg = self._called.pop(token, None)
                if leg is not None:
                    left(leg)
