"""The rules of accounts, passwords and locks. Pure."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from jietong.core.errors import Forbidden, Invalid, Refused
from jietong.core.vocabulary import Ms
from jietong.identity.model import Account, Principal
from jietong.identity.permissions import Role

MINUTE: Ms = 60_000
HOUR: Ms = 60 * MINUTE
DAY: Ms = 24 * HOUR

SESSION_IDLE: Ms = 12 * HOUR  # without a request; an open socket counts as use
SESSION_LONGEST: Ms = 14 * DAY
TRUST: Ms = 30 * DAY
PASSWORD_SHORTEST = 10
PASSWORD_LONGEST = 256


@dataclass(frozen=True, slots=True)
class LockRule:
    """After `free` failures each further one locks for twice as long, from `first` up to `longest`."""

    free: int
    first: Ms
    longest: Ms
    forget: Ms  # a pause this long wipes the slate

    def lock_after(self, failures: int) -> Ms:
        """How long the subject is locked after this many failures in a row; 0: not."""
        if failures < self.free:
            return 0
        return min(self.longest, self.first << min(failures - self.free, 30))


PER_LOGIN = LockRule(free=5, first=30_000, longest=HOUR, forget=DAY)
PER_ADDRESS = LockRule(free=50, first=30_000, longest=HOUR, forget=HOUR)
"""Lenient: a whole centre often sits behind one address."""


def login_key(login: str) -> str:
    """The form in which logins are compared: no two accounts differ by case or width alone."""
    return unicodedata.normalize("NFKC", login).strip().casefold()


def check_login(login: str) -> None:
    """Raises Invalid."""
    if not 2 <= len(login_key(login)) <= 200 or any(unicodedata.category(c)[0] in "CZ" for c in login):
        raise Invalid("bad_login", "A login has 2 to 200 characters without spaces.", field="login")


def normal_password(password: str) -> str:
    """NFKC, so that the same keys give the same password on every keyboard."""
    return unicodedata.normalize("NFKC", password)


def check_password(password: str, *, login: str, name: str) -> None:
    """Raises Invalid `weak_password` with `reason`: too_short, too_long, is_login, too_simple."""
    password = normal_password(password)
    folded, key = password.casefold(), login_key(login)
    if len(password) < PASSWORD_SHORTEST:
        reason = "too_short"
    elif len(password) > PASSWORD_LONGEST:
        reason = "too_long"
    elif folded in {key, key.partition("@")[0], name.casefold(), key[::-1]}:
        reason = "is_login"
    elif len(set(folded)) < 5 or _is_run(folded) or _is_repeat(folded):
        reason = "too_simple"
    else:
        return
    raise Invalid(
        "weak_password",
        f"The password needs {PASSWORD_SHORTEST} to {PASSWORD_LONGEST} characters, is not the login or the name, "
        "and is no simple run or repetition.",
        reason=reason,
        field="password",
    )


def check_account(
    roles: Iterable[Role], clients: Sequence[str] | None, *, by: Principal, before: Account | None = None
) -> None:
    """Whether `by` may give these roles and clients. Raises Invalid, Forbidden or Refused.

    Nobody widens a scope beyond their own, nobody touches an account of a wider scope, and nobody changes their
    own roles, so that one person alone cannot rise.
    """
    roles = frozenset(roles)
    if not roles:
        raise Invalid("roles_missing", "Give at least one role.", field="roles")
    if clients is not None and not clients:
        raise Invalid("clients_missing", "Name at least one client, or null for all.", field="clients")
    if any(not client or "," in client or client == "*" for client in clients or ()):
        raise Invalid("bad_client", "A client's id is never empty, `*`, or with a comma.", field="clients")
    if Role.CLIENT in roles and clients is None:
        raise Invalid("client_needs_scope", "An account of a client names the client it belongs to.", field="clients")
    if not within(clients, by.clients) or (before is not None and not within(before.clients, by.clients)):
        raise Forbidden("out_of_scope", "This account reaches beyond the clients you are responsible for.")
    if before is not None and before.id == by.account_id and (roles, clients) != (before.roles, before.clients):
        raise Refused("own_roles", "Ask another administrator to change your own roles and clients.")


def within(clients: Sequence[str] | None, limit: Sequence[str] | None) -> bool:
    """Whether one scope lies inside another (None: all clients)."""
    return limit is None or (clients is not None and set(clients) <= set(limit))


def overlaps(clients: Sequence[str] | None, other: Sequence[str] | None) -> bool:
    """Whether two scopes share a client."""
    return clients is None or other is None or not set(clients).isdisjoint(other)


def _is_run(text: str) -> bool:
    steps = {ord(b) - ord(a) for a, b in pairwise(text)}
    if steps in ({1}, {-1}):
        return True
    rows = ("12345678901234567890", "qwertyuiopasdfghjklzxcvbnm", "abcdefghijklmnopqrstuvwxyz")
    return any(text in row or text[::-1] in row for row in rows)


def _is_repeat(text: str) -> bool:
    """One short piece over and over: "abcabcabcabc"."""
    return any(text == (text[:size] * len(text))[: len(text)] for size in range(1, len(text) // 2 + 1) if size <= 4)
