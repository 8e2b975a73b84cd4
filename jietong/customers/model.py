"""Customers, and the identities they are recognised by. Frozen facts."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from jietong.core.vocabulary import Channel, Ms, Outcome


class IdentityKind(StrEnum):
    """What a customer is recognised by, most reliable first."""

    ACCOUNT = "account"  # signed in on the client's own site
    PHONE = "phone"  # E.164
    EMAIL = "email"


STRONGEST_FIRST = tuple(IdentityKind)


class Identity(NamedTuple):
    kind: IdentityKind
    value: str
    verified: bool = False


class CustomerKind(StrEnum):
    PERSON = "person"
    ORGANISATION = "organisation"


class Customer(NamedTuple):
    """One file. `identities` are whole here: routes mask them."""

    id: str
    client: str
    kind: CustomerKind
    name: str
    customer_class: str  # 金卡 …, in the client's own words
    language: str
    region: str
    organisation: str | None
    attributes: dict[str, str]
    notes: str
    version: int
    merged_into: str | None
    created_at: Ms
    updated_at: Ms
    identities: tuple[Identity, ...] = ()


class Merge(NamedTuple):
    """The trail of one merge, from which it can be taken apart again."""

    id: str
    kept: str
    gone: str
    gone_name: str
    identities: int
    by: str
    at: Ms
    undone_at: Ms | None


class Suspect(NamedTuple):
    """Another file that may be the same customer. `why`: shared_details | same_name."""

    customer: Customer
    why: str


class PastContact(NamedTuple):
    """One earlier contact, as the screen pop shows it."""

    id: str
    channel: Channel
    at: Ms
    queue: str | None
    agent: str | None
    agent_name: str | None
    outcome: Outcome | None  # None: still going on
    reason: str | None
    resolved: bool | None
    csat: int | None


class ScreenPop(NamedTuple):
    """What the desk shows when a contact is offered (requirement A7)."""

    customer: Customer
    contacts: Sequence[PastContact]
    contacts_90_days: int
    open_matters: Sequence[PastContact]
    last_agent: str | None
    last_agent_name: str | None
    last_csat: int | None
    suspects: Sequence[Suspect]


class Profile(NamedTuple):
    """What is known of somebody at the door, before they are recognised."""

    name: str = ""
    phone: str | None = None
    email: str | None = None
    account: str | None = None
    language: str = "zh-Hans"


@dataclass(frozen=True, slots=True)
class Draft:
    """A file to be written: all that people may edit."""

    name: str
    kind: CustomerKind = CustomerKind.PERSON
    customer_class: str = ""
    language: str = "zh-Hans"
    region: str = ""
    organisation: str | None = None
    attributes: dict[str, str] = field(default_factory=dict)
    notes: str = ""
