"""Call me back, keep my place (A8, A11): the number to call, and who may see it.

The number stays with the customer's session and file, never in an event; the agent who has taken the call-back is
shown it, and each look is in the audit log.
"""

from typing import Any

from jietong.channels.ports import Reception
from jietong.channels.webchat import rules, store
from jietong.channels.webchat.chat import Chat
from jietong.channels.webchat.visitors import Visitors
from jietong.core.clock import Clock, to_datetime
from jietong.core.commands import LinkCustomer, RequestCallback
from jietong.core.errors import Forbidden, Invalid, JietongError, NotFound
from jietong.core.inbox import Inbox
from jietong.customers import rules as customer_rules
from jietong.customers.model import Identity, IdentityKind
from jietong.db.pool import Database
from jietong.identity import audit
from jietong.identity.model import Principal

_PHONE = 80


class Callbacks:
    """Of the chats of one process."""

    def __init__(
        self, database: Database, inbox: Inbox, clock: Clock, reception: Reception, visitors: Visitors
    ) -> None:
        self._database = database
        self._inbox = inbox
        self._clock = clock
        self._reception = reception
        self._visitors = visitors

    async def ask(self, chat: Chat, phone: str | None, key: str) -> dict[str, Any]:
        """The customer hangs up and keeps the place. `phone`: where none is known yet, or another one is wanted.

        Raises Invalid `phone_missing`, `bad_phone`; Refused `callback_exists` (this customer is to be called back
        already), `wrong_place` (nobody waits any more).
        """
        session = chat.session
        wanted = rules.clean_text(phone.strip(), _PHONE) if phone and phone.strip() else session.profile.get("phone")
        if not wanted:
            raise Invalid("phone_missing", "Give the number that we are to call.", field="phone")
        number = customer_rules.phone(wanted, self._reception.region())
        now = self._clock.now()
        customer = session.customer
        if phone or customer is None:
            customer = await self._visitors.reached_by(session, number, now)
        if customer != session.customer:
            await self._inbox.submit(LinkCustomer(chat.contact, customer))
        before = session.profile
        session.profile, session.customer = {**before, "phone": wanted}, customer  # what the commit makes pages show
        try:
            await self._inbox.submit(
                RequestCallback(chat.contact),
                key=f"chat:{session.id}:{key}",
                writes=[store.session_write(session, to_datetime(now))],
            )
        except JietongError:
            session.profile = before
            raise
        return {"contact": chat.contact}

    async def number(self, contact: str, by: Principal) -> tuple[str, str]:
        """(as people write it, E.164). Raises Forbidden `not_yours` for all but the agent who is to dial it."""
        if by.agent_id is None or self._reception.dialled_by(contact) != by.agent_id:
            raise Forbidden("not_yours", "Only the agent who makes this call-back sees the number.")
        async with self._database.transaction(by.scope) as conn:
            kept = await store.contact(conn, contact)
            session = await store.session(conn, kept.session) if kept is not None else None
            phone = session.profile.get("phone") if session is not None else None
            if not phone:
                raise NotFound("no_number", "No number was left for this call-back.")
            await audit.append(conn, by=by, action="callback.number", object=contact, now=self._clock.now())
        region = self._reception.region()
        number = customer_rules.phone(phone, region)
        return customer_rules.shown(Identity(IdentityKind.PHONE, number), region), number
