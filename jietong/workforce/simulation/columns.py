"""The catalogue's definitions over columns: facts that are alike in every word (queue, kind, outcome), with their
numbers as arrays. The same expressions as live and in reports, evaluated for all rows at once."""

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from jietong.contacts.model import Kind
from jietong.metrics.definition import Count, Terms
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
)

Numbers: TypeAlias = np.ndarray[Any, np.dtype[np.int64]]
Which: TypeAlias = np.ndarray[Any, np.dtype[np.bool_]]


class Rows(NamedTuple):
    """`fields`: a word or number that all have, None for not set, or an array with each one's number."""

    kind: Kind
    arrived: Numbers
    fields: Mapping[str, Any]


def amounts(count: Count, rows: Rows, terms: Terms) -> tuple[Which | bool, Numbers | int] | None:
    """(which rows count, what each of them adds); None: none does."""
    if rows.kind is not count.kind:
        return None
    which = _true(count.where, rows.fields, terms)
    if which is False:
        return None
    by = 1 if count.value is None else _value(count.value, rows.fields, terms)
    return which, 0 if by is None else by


def values(count: Count, rows: Rows, terms: Terms) -> Numbers:
    """What each of the rows that count adds."""
    found = amounts(count, rows, terms)
    if found is None:
        return np.zeros(0, dtype=np.int64)
    which, by = found
    every = np.broadcast_to(np.asarray(by, dtype=np.int64), len(rows.arrived))
    return every if which is True else every[which]


def _value(what: Expression, fields: Mapping[str, Any], terms: Terms) -> Any:
    match what:
        case Field(name):
            return fields.get(name)
        case Term(name):
            return getattr(terms, name)
        case Constant(value):
            return value
        case Or(first, otherwise):
            found = _value(first, fields, terms)
            return found if found is not None else _value(otherwise, fields, terms)
        case Sum2(sign, left, right):
            a, b = _value(left, fields, terms), _value(right, fields, terms)
            return a + b if sign == "+" else a - b
    raise TypeError(f"not an expression: {what!r}")


def _true(what: Condition, fields: Mapping[str, Any], terms: Terms) -> Any:
    """True, False, or an array of them."""
    match what:
        case In(inner, values):
            return _value(inner, fields, terms) in values
        case IsSet(inner):
            return _value(inner, fields, terms) is not None
        case Compare(how, left, right):
            a, b = _value(left, fields, terms), _value(right, fields, terms)
            return False if a is None or b is None else _COMPARE[how](a, b)
        case All(parts):
            return _joined([_true(part, fields, terms) for part in parts], every=True)
        case Any_(parts):
            return _joined([_true(part, fields, terms) for part in parts], every=False)
        case Not(inner):
            found = _true(inner, fields, terms)
            return ~found if isinstance(found, np.ndarray) else not found
    raise TypeError(f"not a condition: {what!r}")


def _joined(parts: list[Any], *, every: bool) -> Any:
    found: Any = every
    for part in parts:
        if isinstance(part, np.ndarray):
            if found is every or isinstance(found, np.ndarray):
                found = part if found is every else (found & part if every else found | part)
        elif bool(part) is not every:
            return not every
    return found


_COMPARE = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
