"""Who comes in: the customer file behind what a page says, or behind the embedding site's signed word."""

from collections.abc import Callable
from typing import Any, NamedTuple

from jietong.channels.webchat import rules
from jietong.channels.webchat.model import Session, Widget
from jietong.core.errors import Invalid
from jietong.core.specs import SiteSpec
from jietong.core.vocabulary import Ms
from jietong.customers import service as customers
from jietong.customers import store as customer_store
from jietong.customers.model import Identity, IdentityKind, Profile
from jietong.customers.ports import ContactHistory
from jietong.db.pool import Database, Scope


class Known(NamedTuple):
    """Customer file, the name they go by, and the agent who talked to them last."""

    customer: str | None
    name: str | None
    last_agent: str | None


class Visitors:
    """Recognises customers by signed-in id, phone or e-mail, and opens a file where there is none."""

    def __init__(self, database: Database, history: ContactHistory, site: Callable[[], SiteSpec]) -> None:
        self._database = database
        self._history = history
        self._site = site

    def claims(self, widget: Widget, identity: str | None, now: Ms) -> dict[str, Any]:
        """What the embedding site vouches for; empty when it says nothing. Raises Invalid `identity_bad`,
        `identity_expired`."""
        if identity is None:
            return {}
        if widget.secret is None:
            raise Invalid("identity_bad", "This widget has no signing secret.")
        return rules.signed_in(identity, widget.secret, now)

    async def recognise(self, session: Session, profile: dict[str, str], claims: dict[str, Any], now: Ms) -> Known:
        """Raises Invalid for a number or an address that is none."""
        given = Profile(
            name=str(claims.get("name") or profile.get("name") or "")[:80],
            phone=claims.get("phone") or profile.get("phone"),
            email=claims.get("email") or profile.get("email"),
            account=claims.get("sub"),
            language=session.language,
        )
        if not (given.phone or given.email or given.account):
            return Known(None, given.name or None, None)
        # Not lasting: nobody is told of the file before the commit of the contact, which comes after it.
        async with self._database.transaction(Scope((session.client,)), lasting=False) as conn:
            found = await customers.recognise(conn, session.client, given, region=self._site().region, now=now)
            if found is None:
                return Known(None, given.name or None, None)
            customer, new = found
            if new:
                return Known(customer, given.name or None, None)
            file = await customer_store.read(conn, customer)
            last = await self._history.last_agent(conn, [customer])
            return Known(customer, file.name or given.name or None, last[0] if last else None)

    async def reached_by(self, session: Session, number: str, now: Ms) -> str:
        """The file of the session's customer, with this number (E.164) in it; a new or found one where the session
        had none. A number that is another file's stays there."""
        async with self._database.transaction(Scope((session.client,))) as conn:
            if session.customer is not None:
                customer = await customer_store.resolve(conn, session.customer)
                identity = Identity(IdentityKind.PHONE, number)
                await customer_store.add_identities(conn, session.client, customer, [identity], now)
                return customer
            given = Profile(name=str(session.profile.get("name") or "")[:80], phone=number, language=session.language)
            found = await customers.recognise(conn, session.client, given, region=self._site().region, now=now)
            assert found is not None, "a number always tells"
            return found[0]
