"""The idempotency keys of recent commands: which events each of them made. Pure."""

from collections import OrderedDict
from typing import NamedTuple

import msgspec

from jietong.core.vocabulary import Ms

KEPT_MS: Ms = 600_000
KEPT_MAX = 100_000


class Made(NamedTuple):
    """Events `first` to `last` of the ledger; `last` is `first` - 1 for a command that made none."""

    first: int
    last: int
    at: Ms


class RecentKeys:
    """Keys of the last ten minutes, a hundred thousand at most, oldest out first."""

    def __init__(self) -> None:
        self._made: OrderedDict[str, Made] = OrderedDict()

    def __len__(self) -> int:
        return len(self._made)

    def get(self, key: str) -> Made | None:
        return self._made.get(key)

    def add(self, key: str, first: int, last: int, at: Ms) -> None:
        self._made[key] = Made(first, last, at)
        self._made.move_to_end(key)
        self._forget(at)

    def extend(self, key: str, seq: int, at: Ms) -> None:
        """On replay: event `seq` belongs to the key too."""
        known = self._made.get(key)
        if known is not None and known.last == seq - 1:
            self._made[key] = Made(known.first, seq, at)
        else:
            self.add(key, seq, seq, at)

    def dump(self) -> bytes:
        return msgspec.msgpack.encode(self._made)

    @classmethod
    def load(cls, data: bytes) -> "RecentKeys":
        out = cls()
        out._made.update(msgspec.msgpack.decode(data, type=dict[str, Made]))
        return out

    def _forget(self, now: Ms) -> None:
        made = self._made
        while made:
            oldest = next(iter(made.values()))
            if len(made) <= KEPT_MAX and oldest.at >= now - KEPT_MS:
                return
            made.popitem(last=False)
