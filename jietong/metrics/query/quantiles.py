"""Exact quantiles: the smallest value that at least a share of the values reach, by rank within the group."""

from collections.abc import Sequence

import ibis

from jietong.metrics.query.conditions import amount, holds
from jietong.metrics.query.sums import QuantileColumns
from jietong.metrics.query.tables import TableExpression


def quantile_table(facts: TableExpression, groups: Sequence[str], columns: QuantileColumns) -> TableExpression:
    """A row for each group of the columns `groups`: how many values there were, and the quantiles.

    The rank is that of `metrics.history.evaluate`, max(1, ⌈share × n⌉) in the arithmetic of doubles.
    """
    values = [
        facts.mutate(value=amount(one.count.value, facts, one.terms)).filter(
            (facts.kind == one.count.kind.value) & holds(one.count.where, facts, one.terms)
        )
        for one in columns.counts
        if one.count.value is not None
    ]
    names = list(groups)
    chosen = [table.select(*names, "value") for table in values]
    table = chosen[0] if len(chosen) == 1 else ibis.union(*chosen)
    within = ibis.window(group_by=[table[name] for name in names], order_by=table.value)
    whole = ibis.window(group_by=[table[name] for name in names])
    table = table.mutate(rank=ibis.row_number().over(within) + 1, many=table.count().over(whole))
    quantiles = {}
    for name, share in columns.columns.items():
        rank = ibis.greatest((table.many.cast("float64") * ibis.literal(share, "float64")).ceil().cast("int64"), 1)
        quantiles[name] = table.value.max(where=table["rank"] == rank)
    quantiles = {columns.number: table.count(), **quantiles}
    return table.group_by(names).aggregate(**quantiles) if names else table.aggregate(**quantiles)
