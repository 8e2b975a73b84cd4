"""Protection against flooding: token buckets by socket, address and widget. Pure: the time comes in."""

from collections import OrderedDict

from jietong.channels.webchat.model import Rate
from jietong.core.errors import TooMany
from jietong.core.vocabulary import Ms


class Bucket:
    """Starts full; every take costs one; fills at its rate."""

    __slots__ = ("at", "left")

    def __init__(self, burst: int, now: Ms) -> None:
        self.left = float(burst)
        self.at = now

    def take(self, rate: Rate, now: Ms) -> float:
        """0 when there was one to take, else the seconds until there is."""
        if now > self.at:
            self.left = min(float(rate.burst), self.left + (now - self.at) / 1000 * rate.per_s)
            self.at = now
        if self.left >= 1.0:
            self.left -= 1.0
            return 0.0
        return (1.0 - self.left) / rate.per_s if rate.per_s > 0 else 3600.0


class Buckets:
    """One bucket per key, the oldest forgotten past `keep`: a forgotten bucket is a full one."""

    def __init__(self, keep: int = 50_000) -> None:
        self._keep = keep
        self._buckets: OrderedDict[tuple[str, str], Bucket] = OrderedDict()

    def take(self, what: str, who: str, rate: Rate, now: Ms) -> None:
        """Raises TooMany `too_many_<what>` with `retry_after` in seconds when `who` has none left."""
        key = (what, who)
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = Bucket(rate.burst, now)
            if len(self._buckets) > self._keep:
                self._buckets.popitem(last=False)
        else:
            self._buckets.move_to_end(key)
        refuse(what, bucket.take(rate, now))


def refuse(what: str, wait_s: float) -> None:
    """Raises TooMany when there is anything to wait for."""
    if wait_s > 0:
        raise TooMany(
            f"too_many_{what}",
            f"Too many {what} in a short time: wait a moment and try again.",
            retry_after=max(1, round(wait_s)),
        )
