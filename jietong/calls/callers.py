"""Who calls, told before anybody answers (A7)."""

from typing import TYPE_CHECKING

import phonenumbers
import structlog

from jietong.calls.model import Caller
from jietong.core.commands import LinkCustomer
from jietong.core.errors import Invalid, JietongError
from jietong.customers import rules as customer_rules
from jietong.customers import service as customers
from jietong.customers import store as customer_store
from jietong.customers.model import Identity, IdentityKind, Profile
from jietong.db.pool import Scope

if TYPE_CHECKING:
    from jietong.calls.call import Call
    from jietong.calls.service import Calls

log = structlog.get_logger(__name__)


async def recognise(calls: "Calls", client: str, presented: str | None) -> Caller:
    """Who has this number, by the client's own customer file (A7). Never raises: a caller is let in unknown, too."""
    if not presented:
        return Caller()
    try:
        number = customer_rules.phone(presented, calls.region)
    except Invalid:
        return Caller(number=presented[:40])  # an inside or a made-up number: shown, but nobody's
    try:
        async with calls.database.read(Scope((client,))) as conn:
            identity = Identity(IdentityKind.PHONE, number)
            owner = (await customer_store.owners(conn, client, [identity])).get(identity)
            if owner is None:
                return Caller(number=number)
            customer = await customer_store.resolve(conn, owner)
            file = await customer_store.read(conn, customer)
            last = await calls.history.last_agent(conn, await customer_store.family(conn, customer))
            return Caller(number, customer, file.name or None, last[0] if last else None)
    except JietongError as error:
        log.warning("caller_not_looked_up", code=error.code)
        return Caller(number=number)


def may_be_called_back(number: str, region: str) -> bool:
    """Whether a number that a customer has typed in may be dialled: of the site's country, and no premium service.
    Else anybody could have the centre call a line that earns its owner money by every call.

    >>> [may_be_called_back(number, "CN") for number in ("+8613800006612", "+252612345678", "+19005550199")]
    [True, False, False]
    """
    parsed = phonenumbers.parse(number, None)
    own = parsed.country_code == phonenumbers.country_code_for_region(region)
    return own and phonenumbers.number_type(parsed) != phonenumbers.PhoneNumberType.PREMIUM_RATE


async def open_file(call: "Call") -> None:
    """Whoever wants a person, and has a number, has a file by then (A7): the agent's screen shows it."""
    caller = call.caller
    if caller.customer is not None or caller.number is None or not caller.number.startswith("+"):
        return
    calls = call.calls
    try:
        async with calls.database.transaction(Scope((call.client,))) as conn:
            profile = Profile(phone=caller.number, language=call.language)
            found = await customers.recognise(conn, call.client, profile, region=calls.region, now=calls.clock.now())
        if found is not None and await calls.ask(LinkCustomer(call.contact, found[0])):
            call.caller = caller._replace(customer=found[0])
    except JietongError as error:
        log.warning("customer_file_not_opened", contact=call.contact, code=error.code)
