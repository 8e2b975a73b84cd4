"""What the set-up's tests share."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

import httpx

SignedIn: TypeAlias = Callable[[str], Awaitable[httpx.AsyncClient]]
"""Gives an HTTP client signed in as one of the demonstration centre's people; for an empty name as nobody."""
