"""What figures are made of, said once: expressions over the fields of a fact.

    late = field("outcome").equals(End.ANSWERED) & (field("wait_ms").or_(0) > term("target_ms"))

An expression is data. The live figures run it as a Python function (`compiled`); history compiles the same one to a
query (`metrics.query`). Every condition is true or false, never unknown: a comparison with a field that is not set
is false, and `not_` turns it into true, in Python and in SQL alike. Pure.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Literal, TypeAlias

Plain: TypeAlias = str | int | bool
Comparison = Literal["==", "!=", "<", "<=", ">", ">="]


class Expression:
    """A number or a word, of one fact."""

    __slots__ = ()

    def is_in(self, values: Iterable[Plain]) -> "Condition":
        return In(self, frozenset(values))

    def is_set(self) -> "Condition":
        return IsSet(self)

    def equals(self, value: "Plain | Expression") -> "Condition":
        return Compare("==", self, _of(value))

    def or_(self, value: "Plain | Expression") -> "Expression":
        """`value` where this is not set."""
        return Or(self, _of(value))

    def __lt__(self, other: "Plain | Expression") -> "Condition":
        return Compare("<", self, _of(other))

    def __le__(self, other: "Plain | Expression") -> "Condition":
        return Compare("<=", self, _of(other))

    def __gt__(self, other: "Plain | Expression") -> "Condition":
        return Compare(">", self, _of(other))

    def __ge__(self, other: "Plain | Expression") -> "Condition":
        return Compare(">=", self, _of(other))

    def __add__(self, other: "Plain | Expression") -> "Expression":
        return Sum2("+", self, _of(other))

    def __sub__(self, other: "Plain | Expression") -> "Expression":
        return Sum2("-", self, _of(other))


class Condition:
    """True or false, of one fact."""

    __slots__ = ()

    def __and__(self, other: "Condition") -> "Condition":
        return All((self, other))

    def __or__(self, other: "Condition") -> "Condition":
        return Any_((self, other))

    def __invert__(self) -> "Condition":
        return Not(self)


@dataclass(frozen=True, slots=True)
class Field(Expression):
    """A field of the fact; not set is None in Python, NULL in a query."""

    name: str


@dataclass(frozen=True, slots=True)
class Term(Expression):
    """A parameter of the figure (`definition.Terms`); not set where what was in force counts."""

    name: str


@dataclass(frozen=True, slots=True)
class Constant(Expression):
    value: Plain


@dataclass(frozen=True, slots=True)
class Or(Expression):
    first: Expression
    otherwise: Expression


@dataclass(frozen=True, slots=True)
class Sum2(Expression):
    sign: Literal["+", "-"]
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class In(Condition):
    what: Expression
    values: frozenset[Plain]


@dataclass(frozen=True, slots=True)
class IsSet(Condition):
    what: Expression


@dataclass(frozen=True, slots=True)
class Compare(Condition):
    """False where a side is not set."""

    how: Comparison
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class All(Condition):
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Any_(Condition):
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not(Condition):
    what: Condition


ALWAYS: Condition = All(())


def field(name: str) -> Field:
    return Field(name)


def term(name: str) -> Term:
    return Term(name)


def condition(expression: Condition) -> Callable[[Any, Any], bool]:
    """The condition as a function of (fact, terms)."""
    found: Callable[[Any, Any], bool] = _compile(expression)
    return found


def number(expression: Expression) -> Callable[[Any, Any], int]:
    """The expression as a function of (fact, terms); what is not set counts as 0."""
    found: Callable[[Any, Any], int] = _compile(Or(expression, Constant(0)))
    return found


def fields_of(what: Expression | Condition) -> frozenset[str]:
    """The names of the facts' fields that it looks at."""
    match what:
        case Field(name):
            return frozenset({name})
        case Term() | Constant():
            return frozenset()
        case Or(left, right) | Sum2(_, left, right) | Compare(_, left, right):
            return fields_of(left) | fields_of(right)
        case In(inner, _) | IsSet(inner) | Not(inner):
            return fields_of(inner)
        case All(parts) | Any_(parts):
            return frozenset().union(*(fields_of(part) for part in parts))
    raise TypeError(f"not an expression: {what!r}")


def _of(value: Plain | Expression) -> Expression:
    return value if isinstance(value, Expression) else Constant(value)


def _compile(what: Expression | Condition) -> Any:
    """One Python function without calls inside: live figures run it for every fact that changes."""
    names: dict[str, Any] = {}
    source = f"lambda r, t: {_source(what, names)}"
    return eval(source, {"__builtins__": {}, **names})  # noqa: S307 - made of the expression's own parts alone


def _source(what: Expression | Condition, names: dict[str, Any]) -> str:
    def keep(value: Any) -> str:
        name = f"k{len(names)}"
        names[name] = value
        return name

    match what:
        case Field(name):
            return f"r.{name}"
        case Term(name):
            return f"t.{name}"
        case Constant(value):
            return repr(value) if type(value) in (int, bool) else keep(value)
        case Or(first, otherwise):
            value, other, held = _source(first, names), _source(otherwise, names), f"v{len(names)}"
            names[held] = None  # so that the next one gets another name
            return f"({held} if ({held} := {value}) is not None else {other})"
        case Sum2(sign, left, right):
            return f"({_source(left, names)} {sign} {_source(right, names)})"
        case In(inner, values):
            return f"({_source(inner, names)} in {keep(values)})"
        case IsSet(inner):
            return f"({_source(inner, names)} is not None)"
        case Compare(how, left, right):
            checks = [f"{_source(one, names)} is not None" for one in (left, right) if _may_be_unset(one)]
            whole = f"{_source(left, names)} {how} {_source(right, names)}"
            return "(" + " and ".join([*checks, whole]) + ")"
        case All(parts):
            return "(" + " and ".join(_source(part, names) for part in parts) + ")" if parts else "True"
        case Any_(parts):
            return "(" + " or ".join(_source(part, names) for part in parts) + ")" if parts else "False"
        case Not(inner):
            return f"(not {_source(inner, names)})"
    raise TypeError(f"not an expression: {what!r}")


def _may_be_unset(what: Expression) -> bool:
    match what:
        case Field() | Term():
            return True
        case Or(_, otherwise):
            return _may_be_unset(otherwise)
        case Sum2(_, left, right):
            return _may_be_unset(left) or _may_be_unset(right)
    return False


def plain(value: Any) -> Plain:
    """An enum member as what lies in a table."""
    return value.value if isinstance(value, Enum) else value  # type: ignore[no-any-return]
