"""Subjects and comparisons of conditions. Pure.

Numbers are compared as numbers where both sides are some, all else as text. What is not known holds for no
comparison but `ne` and `unset`.
"""

import re
from collections.abc import Callable, Sequence

from jietong.flows.model import Value, When

FREE = ("language", "channel", "caller.known", "now.weekday", "now.time", "customer.name", "customer.segment")
_SUBJECT = re.compile(
    r"customer\.attributes\.\S{1,60}|variable\.(?P<variable>[a-z][a-z0-9_]{0,39})"
    r"|queue\.(?P<queue>[^\s.]{1,63})\.(?P<figure>waiting|ewt_s|open|ready)"
)

Subject = Callable[[str], Value]


def known(subject: str) -> bool:
    """Whether there is such a subject."""
    return subject in FREE or _SUBJECT.fullmatch(subject) is not None


def variable_of(subject: str) -> str | None:
    match = _SUBJECT.fullmatch(subject)
    return match["variable"] if match else None


def queue_of(subject: str) -> str | None:
    match = _SUBJECT.fullmatch(subject)
    return match["queue"] if match else None


def outside(subject: str) -> bool:
    """Whether the centre must be asked for it."""
    return subject.startswith(("queue.", "now."))


def holds(when: When, subject: Subject) -> bool:
    value = subject(when.subject)
    target = when.value
    match when.op:
        case "set":
            return value not in (None, "")
        case "unset":
            return value in (None, "")
        case "ne":
            return value is None or not _equal(value, target)
        case _ if value is None:
            return False
        case "eq":
            return _equal(value, target)
        case "in":
            return any(_equal(value, one) for one in _listed(target))
        case "between":
            return _between(when.subject, value, _listed(target))
        case op:
            order = _order(value, target)
            if order is None:
                return False
            return {"lt": order < 0, "le": order <= 0, "gt": order > 0, "ge": order >= 0}[op]


def _listed(target: object) -> Sequence[object]:
    return target if isinstance(target, tuple | list) else () if target is None else (target,)


def _between(subject: str, value: Value, ends: Sequence[object]) -> bool:
    if len(ends) != 2:
        return False
    low, high, turned = _order(value, ends[0]), _order(value, ends[1]), _order(ends[0], ends[1])
    if low is None or high is None or turned is None:
        return False
    if subject == "now.time" and turned > 0:  # over midnight
        return low >= 0 or high <= 0
    return low >= 0 and high <= 0


def _equal(value: object, target: object) -> bool:
    return _order(value, target) == 0


def _order(value: object, target: object) -> int | None:
    """-1, 0 or 1; None: they cannot be compared."""
    if value is None or target is None or isinstance(target, tuple | list):
        return None
    one, other = _number(value), _number(target)
    if one is not None and other is not None:
        return (one > other) - (one < other)
    left, right = _text(value), _text(target)
    return (left > right) - (left < right)


def _number(value: object) -> float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value)
    text = str(value)
    # Codes and telephone numbers are text: 007 is not 7.
    return float(text) if re.fullmatch(r"-?(0|[1-9]\d{0,14})(\.\d{1,9})?", text) else None


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
