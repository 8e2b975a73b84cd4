"""Who acts: accounts, what they may do, and where a request comes from. Frozen facts."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from jietong.db.pool import Scope
from jietong.identity.permissions import Permission, Role, permissions_of


class Language(StrEnum):
    ZH_HANS = "zh-Hans"
    ZH_HANT = "zh-Hant"
    EN = "en"


class Theme(StrEnum):
    LIGHT = "light"
    DARK = "dark"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a request comes from, for the audit log and the list of sessions."""

    address: str = ""
    browser: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """One person's account. `clients` None: all clients. Never deleted, since records name it: made inactive."""

    id: str
    version: int
    login: str
    name: str
    roles: frozenset[Role]
    clients: tuple[str, ...] | None
    agent_id: str | None
    language: Language
    theme: Theme
    active: bool
    demo: bool
    totp: bool  # a second factor is asked at sign-in
    password_at: datetime | None
    created_at: datetime
    last_sign_in_at: datetime | None

    @property
    def permissions(self) -> frozenset[Permission]:
        return permissions_of(self.roles)


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is acting, as every route sees it: a person by a session, or a program by an API token.

    `account_id` is what records and the audit log keep; for a program it is `token:<id>`.
    """

    account_id: str
    login: str
    name: str
    roles: frozenset[Role]
    permissions: frozenset[Permission]
    clients: tuple[str, ...] | None = None  # None: all
    agent_id: str | None = None
    language: Language = Language.ZH_HANS
    theme: Theme = Theme.SYSTEM
    demo: bool = False
    session_id: str | None = None
    token_id: str | None = None
    csrf: str = field(default="", repr=False)  # what X-CSRF-Token must be; empty for a program
    source: Source = Source()

    @property
    def scope(self) -> Scope:
        """The clients whose rows the database shows to this principal."""
        return Scope(self.clients)

    def may(self, permission: Permission) -> bool:
        return permission in self.permissions

    def sees(self, client: str | None) -> bool:
        """Whether the client's things are within the scope; what belongs to no client is seen by all."""
        return self.clients is None or client is None or client in self.clients


SYSTEM = Principal(
    account_id="system",
    login="system",
    name="system",
    roles=frozenset(),
    permissions=frozenset(Permission),
)
"""The centre itself: seeding, the command line, timed work. Never made from a request."""
