"""Facts that the catalogue's figures look at and that later parts of the platform will keep: cases, judgements,
opinions. Frozen rows; `at` is the instant whose interval a row belongs to, ms UTC. None are kept yet, so
their figures are "no data".
"""

from msgspec import Struct

from jietong.core.vocabulary import Ms


class LaterFact(Struct, frozen=True):
    at: Ms


class EscalatedCase(LaterFact, frozen=True):
    """What could not be closed on line, from when it was passed on; comes with cases."""

    closed: Ms | None = None


class Complaint(LaterFact, frozen=True):
    """Of every contact that was looked at for one: whether it carried a complaint; comes with cases."""

    complains: bool


class Evaluation(LaterFact, frozen=True):
    """A judged contact. `weight` is the sampling plan's; the points are weighted by it already; comes with
    evaluations."""

    points: int
    possible: int
    weight: int
    critical: bool  # an error that spoils the whole contact


class Opinion(LaterFact, frozen=True):
    """An answer to one of the longer surveys; a question that was not answered is None; comes with surveys."""

    recommends: int | None = None  # 0..10: how likely to recommend us
    effort: int | None = None  # 1..7: how hard it was
