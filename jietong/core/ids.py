"""Identifiers: sortable by time, safe in URLs, hard to guess (80 random bits; ULID layout, lower case)."""

import secrets

from jietong.core.vocabulary import Ms

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def new_id(at: Ms) -> str:
    """26 characters: 48 bits of milliseconds, then 80 random bits, in Crockford's base 32."""
    value = (at << 80) | secrets.randbits(80)
    out = []
    for _ in range(26):
        out.append(_ALPHABET[value & 31])
        value >>= 5
    return "".join(reversed(out))


def instant_of(id: str) -> Ms | None:
    """When it was made; None: it is none of `new_id`."""
    if len(id) != 26 or not set(id) <= set(_ALPHABET):
        return None
    value = 0
    for sign in id[:10]:
        value = value << 5 | _ALPHABET.index(sign)
    return value


def new_secret() -> str:
    """A bearer secret of 256 bits: sessions, resume tokens, API tokens."""
    return secrets.token_urlsafe(32)
