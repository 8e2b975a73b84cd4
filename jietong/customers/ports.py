"""What the customer file asks of the contacts domain, which lies downstream. `app` hands it over."""

from collections.abc import Sequence
from typing import Protocol

from jietong.core.vocabulary import Ms
from jietong.customers.model import PastContact
from jietong.db.pool import Connection


class ContactHistory(Protocol):
    async def past(
        self, conn: Connection, customers: Sequence[str], limit: int, without: str | None = None
    ) -> Sequence[PastContact]:
        """The latest contacts of these files (one customer, with all that was merged into it), newest first.
        `without`: the contact in hand, which is none of the past; so in the others."""
        ...

    async def count_since(
        self, conn: Connection, customers: Sequence[str], since: Ms, without: str | None = None
    ) -> int: ...

    async def last_agent(
        self, conn: Connection, customers: Sequence[str], without: str | None = None
    ) -> tuple[str, str] | None:
        """Id and name of the agent who talked to them last."""
        ...


class NoHistory:
    """Before the first contact there is none."""

    async def past(
        self, conn: Connection, customers: Sequence[str], limit: int, without: str | None = None
    ) -> Sequence[PastContact]:
        return ()

    async def count_since(
        self, conn: Connection, customers: Sequence[str], since: Ms, without: str | None = None
    ) -> int:
        return 0

    async def last_agent(
        self, conn: Connection, customers: Sequence[str], without: str | None = None
    ) -> tuple[str, str] | None:
        return None
