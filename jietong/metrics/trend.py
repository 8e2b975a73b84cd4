"""How many waited, at each full five minutes of the last two hours. Kept without a clock of its own."""

from msgspec import Struct, field

from jietong.core.vocabulary import Ms

STEP: Ms = 5 * 60_000
POINTS = 24


class Trend(Struct):
    """`marks` are the counts at the last POINTS full five minutes up to `last`; older than any event: 0."""

    waiting: int = 0
    last: int = 0  # number of the newest mark: instant ÷ STEP
    marks: list[int] = field(default_factory=lambda: [0] * POINTS)

    def change(self, at: Ms, by: int) -> None:
        """The count changes at `at`. A change on a mark's very instant is seen by that mark."""
        self._forward((at - 1) // STEP)
        self.waiting += by
        if at % STEP == 0:
            self._forward(at // STEP)
            self.marks[-1] = self.waiting

    def points(self, now: Ms) -> list[int]:
        """The last POINTS marks at `now`, oldest first."""
        missing = min(max(0, now // STEP - self.last), POINTS)
        return self.marks[missing:] + [self.waiting] * missing

    def _forward(self, mark: int) -> None:
        missing = min(mark - self.last, POINTS)
        if missing > 0:
            self.marks = self.marks[missing:] + [self.waiting] * missing
            self.last = mark
