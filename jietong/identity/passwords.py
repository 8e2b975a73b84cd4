"""Password hashes: argon2id with the parameters OWASP gives (19 MiB, 2 passes), in threads of their own.

A hash takes some 30 ms of a core. Two threads do them, so that a rush of sign-ins neither blocks the event loop nor
takes all the memory; when too many wait, the next is told to come back.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from jietong.core.errors import TooMany
from jietong.identity.rules import normal_password

_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_THREADS = ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")
_LONGEST_LINE = 2000
T = TypeVar("T")
_waiting: set[object] = set()


async def hash_password(password: str) -> str:
    """The hash to store, parameters and salt included."""
    return await _in_thread(lambda: _HASHER.hash(normal_password(password)))


async def password_matches(stored: str | None, password: str) -> bool:
    """Whether the password is right. Takes as long when there is nothing to compare with (`stored` None)."""
    return await _in_thread(lambda: _matches(stored, password))


def outdated(stored: str) -> bool:
    """Whether the hash was made with other parameters and should be made anew at the next sign-in."""
    return _HASHER.check_needs_rehash(stored)


def _matches(stored: str | None, password: str) -> bool:
    try:
        return _HASHER.verify(stored or _dummy(), normal_password(password)) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


_dummies: list[str] = []


def _dummy() -> str:
    """A hash that no password matches, of the same cost as a real one."""
    if not _dummies:
        _dummies.append(_HASHER.hash("\N{NULL}"))
    return _dummies[0]


async def _in_thread(work: Callable[[], T]) -> T:
    if len(_waiting) >= _LONGEST_LINE:
        raise TooMany("busy", "Many people are signing in. Try again in a few seconds.", retry_after=5)
    place = object()
    _waiting.add(place)
    try:
        return await asyncio.get_running_loop().run_in_executor(_THREADS, work)
    finally:
        _waiting.discard(place)
