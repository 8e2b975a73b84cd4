"""Waiting lines: who is next, and how many are ahead, in O(log n) however many wait."""

from sortedcontainers import SortedList

from jietong.core.specs import QueueSpec
from jietong.core.vocabulary import DEFERRED, Channel, Ms
from jietong.routing.model import ContactState

SERIAL_BITS = 40
MS_BITS = 44
SERIAL = (1 << SERIAL_BITS) - 1
MS_LIMIT = (1 << MS_BITS) - 1
BAND_LIMIT = 1 << 19
WAIT_BITS = MS_BITS + SERIAL_BITS
WAIT = (1 << WAIT_BITS) - 1
RANK_BITS = 10
RANK_LIMIT = (1 << RANK_BITS) - 1

VOICE, TEXT, LATER = 0, 1, 2
"""Kinds of work: calls; live text; text nobody waits for. The last two take the same room of an agent."""
KINDS = (VOICE, TEXT, LATER)
KIND: dict[Channel, int] = {
    channel: VOICE if channel is Channel.VOICE else LATER if channel in DEFERRED else TEXT for channel in Channel
}


def place_in_order(contact: ContactState, spec: QueueSpec) -> int:
    """The contact's place in the order of its queue, and of an agent's several queues; smaller is sooner.

    Strict queues (`ageing_s` None): priority first, then the start of the wait. Ageing queues: the start of the
    wait less `ageing_s` seconds for each priority level, at strict priority 0. Within one priority someone who waits
    live comes before what nobody waits for, and a contact put back in front before the others. Ties go by
    arrival.
    """
    begun = contact.waiting_since or 0
    if spec.ageing_s is None:
        band = min(max(contact.priority, -BAND_LIMIT), BAND_LIMIT)
    else:
        band = 0
        begun -= contact.priority * spec.ageing_s * 1000
    later = 1 if KIND[contact.channel] == LATER else 0
    head = ((BAND_LIMIT - band) << 1 | later) << 1 | (0 if contact.front else 1)
    return (head << MS_BITS | min(max(begun, 0), MS_LIMIT)) << SERIAL_BITS | contact.serial


def by_own_skill(entry: int, rank: int) -> int:
    """The place in order of one agent who serves the contact's queue at `rank` (0 is best): before the start of the
    wait, after priority. Comparable with its like alone."""
    head = entry >> WAIT_BITS
    return (head << RANK_BITS | min(rank, RANK_LIMIT)) << WAIT_BITS | entry & WAIT


class Line:
    """The contacts of one queue, kind of work and overflow ring, in order. Entries are `place_in_order`."""

    __slots__ = ("_order",)

    def __init__(self) -> None:
        self._order: SortedList[int] = SortedList()

    def __len__(self) -> int:
        return len(self._order)

    def add(self, entry: int) -> None:
        self._order.add(entry)

    def remove(self, entry: int) -> None:
        """Raises ValueError when it is not there."""
        self._order.remove(entry)

    def head(self) -> int:
        """The first entry, or 0 when the line is empty."""
        order = self._order
        return order[0] if order else 0

    def nth(self, index: int) -> int:
        order = self._order
        return order[index] if index < len(order) else 0

    def before(self, entry: int) -> int:
        """How many stand before `entry`."""
        return int(self._order.bisect_left(entry))

    def entries(self) -> list[int]:
        return list(self._order)


def waited(contact: ContactState, at: Ms) -> Ms:
    """The customer's wait so far in ms: it goes on through overflows, moves and offers that came to nothing."""
    return max(0, at - contact.waiting_since) if contact.waiting_since is not None else 0
