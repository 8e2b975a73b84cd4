"""The catalogue's conditions and amounts as Ibis expressions.

SQL knows true, false and unknown; a figure's condition is true or false. Unknown is read as false wherever a
condition only selects, which costs nothing; under a `Not` it is made false first.
"""

from typing import Any

import ibis

from jietong.metrics.definition import Terms
from jietong.metrics.expression import (
    All,
    Any_,
    Compare,
    Condition,
    Constant,
    Expression,
    Field,
    In,
    IsSet,
    Not,
    Or,
    Sum2,
    Term,
    plain,
)
from jietong.metrics.query.tables import ALWAYS_SET, COLUMN, TableExpression, ValueExpression

_OPERATIONS: dict[str, Any] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def holds(what: Condition, table: TableExpression, terms: Terms) -> ValueExpression:
    """A boolean column of `table`; NULL stands for false. For filters and conditional sums."""
    return _as_column(_condition(what, table, terms, exact=False))


def total(what: Condition, table: TableExpression, terms: Terms) -> ValueExpression:
    """A boolean column that is never NULL."""
    return _as_column(_condition(what, table, terms, exact=True))


def amount(what: Expression, table: TableExpression, terms: Terms) -> ValueExpression:
    """An integer column; what is not set counts as 0."""
    value = _value(Or(what, Constant(0)), table, terms)
    return ibis.literal(value, "int64") if isinstance(value, int) else value


def terms_of(what: Expression | Condition) -> frozenset[str]:
    """The names of the parameters that it looks at."""
    match what:
        case Term(name):
            return frozenset({name})
        case Field() | Constant():
            return frozenset()
        case Or(left, right) | Sum2(_, left, right) | Compare(_, left, right):
            return terms_of(left) | terms_of(right)
        case In(inner, _) | IsSet(inner) | Not(inner):
            return terms_of(inner)
        case All(parts) | Any_(parts):
            return frozenset().union(*(terms_of(part) for part in parts))
    raise TypeError(f"not an expression: {what!r}")


def said(what: Expression | Condition) -> str:
    """The expression in words that are the same in every process: what a stored sum is known by."""
    match what:
        case Field(name):
            return name
        case Term(name):
            return f":{name}"
        case Constant(value):
            return repr(plain(value))
        case Or(left, right):
            return f"({said(left)} or {said(right)})"
        case Sum2(sign, left, right) | Compare(sign, left, right):
            return f"({said(left)} {sign} {said(right)})"
        case In(inner, values):
            return f"({said(inner)} in {sorted(repr(plain(value)) for value in values)})"
        case IsSet(inner):
            return f"({said(inner)} set)"
        case Not(inner):
            return f"(not {said(inner)})"
        case All(parts):
            return f"all({', '.join(said(part) for part in parts)})"
        case Any_(parts):
            return f"any({', '.join(said(part) for part in parts)})"
    raise TypeError(f"not an expression: {what!r}")


def _as_column(value: ValueExpression | bool) -> ValueExpression:
    return ibis.literal(value) if isinstance(value, bool) else value


def _value(what: Expression, table: TableExpression, terms: Terms) -> Any:
    """A column, a plain constant, or None for what is never set."""
    match what:
        case Field(name):
            return table[COLUMN.get(name, name)]
        case Term(name):
            return getattr(terms, name)
        case Constant(value):
            return plain(value)
        case Or(first, otherwise):
            value = _value(first, table, terms)
            if value is None:
                return _value(otherwise, table, terms)
            if not isinstance(value, ibis.Value) or not _may_be_null(first, terms):
                return value
            other = _value(otherwise, table, terms)
            return value if other is None else ibis.coalesce(value, other)
        case Sum2(sign, left, right):
            a, b = _value(left, table, terms), _value(right, table, terms)
            if a is None or b is None:
                return None
            return a + b if sign == "+" else a - b
    raise TypeError(f"not an amount: {what!r}")


def _condition(what: Condition, table: TableExpression, terms: Terms, *, exact: bool) -> Any:
    """A boolean column, or True or False where no fact is needed to tell. `exact`: never NULL."""
    match what:
        case In(inner, values):
            value = _value(inner, table, terms)
            wanted = sorted((plain(one) for one in values), key=repr)
            if not isinstance(value, ibis.Value):
                return value in wanted
            if not wanted:
                return False
            found = value == wanted[0] if len(wanted) == 1 else value.isin(wanted)
            return found.fill_null(False) if exact and _may_be_null(inner, terms) else found
        case IsSet(inner):
            value = _value(inner, table, terms)
            if not isinstance(value, ibis.Value):
                return value is not None
            return value.notnull() if _may_be_null(inner, terms) else True
        case Compare(how, left, right):
            a, b = _value(left, table, terms), _value(right, table, terms)
            if a is None or b is None:
                return False
            found = _OPERATIONS[how](a, b)
            unsure = _may_be_null(left, terms) or _may_be_null(right, terms)
            return found.fill_null(False) if exact and unsure else found
        case Not(inner):
            found = _condition(inner, table, terms, exact=True)
            return not found if isinstance(found, bool) else ~found
        case All(parts):
            columns = [_condition(part, table, terms, exact=exact) for part in parts]
            if any(column is False for column in columns):
                return False
            columns = [column for column in columns if column is not True]
            return ibis.and_(*columns) if columns else True
        case Any_(parts):
            columns = [_condition(part, table, terms, exact=exact) for part in parts]
            if any(column is True for column in columns):
                return True
            columns = [column for column in columns if column is not False]
            return ibis.or_(*columns) if columns else False
    raise TypeError(f"not a condition: {what!r}")


def _may_be_null(what: Expression, terms: Terms) -> bool:
    match what:
        case Field(name):
            return COLUMN.get(name, name) not in ALWAYS_SET
        case Term(name):
            return getattr(terms, name) is None
        case Or(first, otherwise):
            return _may_be_null(first, terms) and _may_be_null(otherwise, terms)
        case Sum2(_, left, right):
            return _may_be_null(left, terms) or _may_be_null(right, terms)
    return False
