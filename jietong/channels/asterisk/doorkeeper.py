"""Who knocks with wrong passwords, and whom to shut out: pure counting, time comes in.

An address is shut out after `WRONG` failures within `WITHIN_MS`, for `OUT_MS`. Loopback is never shut out: all
browsers come through it, by the platform's own proxy. Nor are the trunks' own networks: a few forged packets in a
provider's name, or calls of it that the switch cannot place, must not cut the centre off.
"""

import ipaddress
from collections import OrderedDict, deque
from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network
from typing import NamedTuple

from jietong.core.vocabulary import Ms

WRONG = 5
WITHIN_MS: Ms = 5 * 60_000
OUT_MS: Ms = 30 * 60_000
_ADDRESSES = 10_000  # a flood from everywhere must not eat our memory


class Verdict(NamedTuple):
    """`locked`: shut out from now on; `news`: the list of those shut out has changed."""

    locked: bool
    news: bool


class Doorkeeper:
    def __init__(self) -> None:
        self._failures: OrderedDict[str, deque[Ms]] = OrderedDict()
        self._out: dict[str, Ms] = {}  # address to until when
        self._trunks: tuple[IPv4Network | IPv6Network, ...] = ()

    def spare(self, networks: Iterable[str]) -> None:
        """Addresses and networks of trunks; names are passed by. Who of them is shut out is let in by `forgive`."""
        self._trunks = tuple(found for text in networks if (found := _network(text)) is not None)

    def failed(self, address: str, now: Ms) -> Verdict:
        """Another wrong password, or unknown name."""
        if address in self._out:
            return Verdict(locked=True, news=False)
        times = self._failures.setdefault(address, deque(maxlen=WRONG))
        self._failures.move_to_end(address)
        if len(self._failures) > _ADDRESSES:
            self._failures.popitem(last=False)
        times.append(now)
        if len(times) < WRONG or now - times[0] > WITHIN_MS or self._spared(address):
            return Verdict(locked=False, news=False)
        self._failures.pop(address, None)
        self._out[address] = now + OUT_MS
        return Verdict(locked=True, news=True)

    def succeeded(self, address: str) -> None:
        """The right password: a mistyped one before is forgiven."""
        self._failures.pop(address, None)

    def forgive(self, now: Ms) -> bool:
        """Lets in again whose time is over; True: somebody was."""
        over = [address for address, until in self._out.items() if until <= now or self._spared(address)]
        for address in over:
            del self._out[address]
        return bool(over)

    @property
    def shut_out(self) -> tuple[str, ...]:
        return tuple(sorted(self._out))

    def _spared(self, address: str) -> bool:
        try:
            found = ipaddress.ip_address(address)
        except ValueError:
            return True  # no address, nothing to shut out
        return found == ipaddress.ip_address("127.0.0.1") or any(found in network for network in self._trunks)


def _network(text: str) -> IPv4Network | IPv6Network | None:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None
