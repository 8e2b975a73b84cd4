"""One query of a plan: sums by interval and group."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from jietong.metrics.query.tables import TableExpression, ValueExpression


class Part(NamedTuple):
    """`table` has a column `at` (the number of a piece; missing: 0), k0, k1 … for those of the query's groupings that
    its facts know (`keys`), and a column for each of `sums`. Piece n belongs to the interval `interval[n]`, None: to
    no one's.
    """

    table: TableExpression
    interval: Sequence[int | None]
    keys: tuple[int, ...]
    sums: tuple[str, ...]


def part_of(
    facts: TableExpression,
    at: ValueExpression | None,
    keys: Mapping[str, ValueExpression],
    sums: Mapping[str, ValueExpression],
    interval: Sequence[int | None],
    known: tuple[int, ...],
) -> Part:
    groups = [value.name(name) for name, value in keys.items()]
    if at is not None:
        groups.insert(0, at.name("at"))
    table = facts.group_by(groups).aggregate(**sums) if groups else facts.aggregate(**sums)
    return Part(table, interval, known, tuple(sums))
