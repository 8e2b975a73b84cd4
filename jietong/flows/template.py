"""`{variable}` in texts: what is in it, and how it reads when shown and when spoken. Pure.

`{name}` or `{name:form}`; forms say how a figure is spoken: `digits` one by one, `number` as a number, `time`
(08:30), `date` (2026-07-14). A brace that opens no name stands for itself, so JSON needs no escaping.
"""

import re
from collections.abc import Callable

from jietong.flows import words

FORMS: dict[str, Callable[[str, str], str]] = {
    "digits": words.digits,
    "number": words.number,
    "time": words.time,
    "date": words.date,
}
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
"""A variable's name."""
_FIELD = re.compile(r"\{([a-z][\w.]{0,79})(?::([a-z]+))?\}")

Values = Callable[[str], str | None]
"""What a name stands for; None: nothing yet."""


def fields(text: str) -> list[tuple[str, str]]:
    """(name, form or "") of every field of the text, in order."""
    return [(match[1], match[2] or "") for match in _FIELD.finditer(text)]


def shown(text: str, values: Values) -> str:
    """As it is written in a chat. A name without a value leaves nothing."""
    return fill(text, values, str)


def spoken(text: str, values: Values, language: str) -> str:
    """As it is read out: figures in words where the field says so."""

    def put(match: re.Match[str]) -> str:
        value = values(match[1]) or ""
        form = FORMS.get(match[2] or "")
        return form(value, language) if form is not None else value

    return _FIELD.sub(put, text)


def fill(text: str, values: Values, quote: Callable[[str], str]) -> str:
    """Each value passed through `quote` first: for addresses, JSON, headers."""
    return _FIELD.sub(lambda match: quote(values(match[1]) or ""), text)
