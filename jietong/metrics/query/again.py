"""Customers who come again: stays whose customer arrived anew within some time after them, or did not."""

from collections.abc import Sequence

import ibis

from jietong.core.vocabulary import Ms
from jietong.metrics.definition import Again
from jietong.metrics.query.conditions import holds
from jietong.metrics.query.sums import AgainColumn
from jietong.metrics.query.tables import TableExpression, ValueExpression


def again_table(
    name: str, wanted: AgainColumn, facts: TableExpression, groups: Sequence[str], everyone: TableExpression, now: Ms
) -> TableExpression:
    """A row for each group of the columns `groups` with the number as column `name`. `everyone`: all stays of the
    site, whatever the query is narrowed to."""
    stays = those(wanted, facts, everyone, now)
    return stays.group_by(list(groups)).aggregate(**{name: stays.count()}) if groups else _one(stays, name)


def those(wanted: AgainColumn, facts: TableExpression, everyone: TableExpression, now: Ms) -> TableExpression:
    """The stays among `facts` themselves, with all their columns."""
    again, terms = wanted.again, wanted.terms
    stays = facts.filter(
        (facts.kind == again.of.kind.value) & holds(again.of.where, facts, terms) & _known(facts, again),
        facts.ended + wanted.within <= now,
    )
    if again.again is None:
        return stays
    came = everyone.filter(
        (everyone.kind == again.by.kind.value) & holds(again.by.where, everyone, terms) & _known(everyone, again)
    )
    came = came.select(
        whose=came.client, who=came.customer, test=came.simulated, about=came.reason, came=came.started
    )
    same = [
        stays.client == came.whose,
        stays.customer == came.who,
        stays.simulated == came.test,
        came.came > stays.started,
        came.came <= stays.ended + wanted.within,
    ]
    if again.same_reason:
        same.append(stays.reason == came.about)
    return stays.semi_join(came, same) if again.again else stays.anti_join(came, same)


def _known(table: TableExpression, again: Again) -> ValueExpression:
    return table.customer.notnull() & (table.reason.notnull() if again.same_reason else ibis.literal(True))


def _one(stays: TableExpression, name: str) -> TableExpression:
    return stays.aggregate(**{name: stays.count()})
