"""`jietong serve` under a clock that starts when told and can run fast: SIGUSR1 switches between the given speed and
the wall's. For pictures of a centre that has been at work for hours.

Run as `python hurried.py SPEED START_MS`; everything else as for `jietong serve`.
"""

import signal
import sys
import time

from jietong.core import clock
from jietong.core.vocabulary import Ms


class HurriedClock:
    """Runs at the wall's speed until `switch`ed."""

    def __init__(self, speed: float, start: Ms) -> None:
        self._fast = speed
        self._speed = 1.0
        self._from = float(start)
        self._since = time.monotonic()

    def now(self) -> Ms:
        return int(self._from + (time.monotonic() - self._since) * 1000 * self._speed)

    def switch(self, *_: object) -> None:
        self._from, self._since = float(self.now()), time.monotonic()
        self._speed = 1.0 if self._speed != 1.0 else self._fast


if __name__ == "__main__":
    hurried = HurriedClock(float(sys.argv[1]), int(sys.argv[2]))
    signal.signal(signal.SIGUSR1, hurried.switch)
    clock.SystemClock = lambda: hurried  # type: ignore[assignment, misc]

    from jietong.routing import runtime

    runtime.HEARTBEAT_S /= float(sys.argv[1])  # how long it sleeps at most, unless something is due

    from jietong.__main__ import main

    sys.argv[1:] = ["serve"]
    main()
