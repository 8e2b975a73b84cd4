"""The two sides of an agreement: who stands for which, what each may see and sign."""

from typing import Literal, TypeAlias

from jietong.core.errors import Forbidden
from jietong.core.specs import Names
from jietong.identity.model import SYSTEM, Principal
from jietong.identity.permissions import Permission, Role
from jietong.sla.model import Contract, Direction

Side: TypeAlias = Literal["ours", "theirs"]


def side_of(by: Principal) -> Side:
    """`theirs`: a user of the client (or partner). One who is both stands for them, never for us."""
    return "theirs" if Role.CLIENT in by.roles else "ours"


def signs_for(by: Principal, client: str) -> Side:
    """The side for which this person may sign what belongs to `client`.

    Raises Forbidden `person_only`, `not_permitted`, `not_your_client`.
    """
    if by.session_id is None and by is not SYSTEM:
        raise Forbidden("person_only", "Only a person signs: sign in yourself, an API token cannot.")
    if not by.may(Permission.CONTRACT_APPROVE):
        raise Forbidden("not_permitted", "Your role does not sign agreements. Ask an administrator if you need to.")
    side = side_of(by)
    if side == "theirs" and (by.clients is None or client not in by.clients):
        raise Forbidden("not_your_client", "You sign for your own company alone.")
    return side


def their_names(contract: Contract, client_names: Names) -> Names:
    """What the other side is called: a client as set up, else as the agreement says; a partner, who is not set up, as
    the provider it names."""
    if contract.direction is Direction.PARTNER:
        return contract.provider.name
    return client_names or contract.customer.name


def sees_facts(by: Principal, contract: Contract) -> bool:
    """Whether this person may be told figures of a contract of anybody's writing. In a partner's queues everybody's
    contacts count: that is for who sees all clients."""
    return by.clients is None or (contract.direction is Direction.CLIENT and by.sees(contract.party))


def check_four_eyes(by: Principal, *makers: str | None) -> None:
    """Who made it, or signed it for the other side before their roles changed, does not approve it, for whichever
    side. Raises Forbidden `four_eyes`."""
    if by.account_id in makers:
        raise Forbidden("four_eyes", "You worked on this yourself: a colleague has to approve it.")
